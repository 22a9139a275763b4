//! Origin patterns written as regular expressions.
//!
//! Uses the rest of `origin` but the matcher. `syntax` parses and compiles, `groups` is
//! what a policy holds, `outline` finds the border of a regex and `attacks` the origins
//! that it should not let in.

mod attacks;
mod groups;
mod outline;
mod syntax;

pub(crate) use attacks::{classic_attack, domains_in};
pub(crate) use groups::{Regexes, Target};
#[cfg(feature = "kong")]
pub(crate) use outline::may_match_ipv6;
pub(crate) use outline::{Outline, has_dead_alternative};
pub(crate) use syntax::{MAX_REGEX_COUNT, check_regex};
