//! Origins as browsers serialise them, patterns for them, and matching.
//!
//! Uses `text` alone. Each file uses only files of the rows above its own:
//!
//! | file | |
//! |---|---|
//! | `address` | IP addresses as URLs serialise them |
//! | `serialised`, `site`, `punycode` | [`Origin`], the parsed form of an `Origin` header; registrable domains; labels that no browser sends |
//! | `pattern`, `fault` | an entry of `allow_origins` as written, and what can be wrong with it |
//! | `grammar`, `border` | the parsed form of a text entry; how far an open entry may reach |
//! | `repair`, `table` | the text that an author most likely meant; the hash table of origins |
//! | `regex/` | regular expressions: their syntax, the border that they plainly have, matching |
//! | `pattern_table` | the patterns with a `*` of a policy |
//! | `matcher` | the compiled form of all entries |
//!
//! Without the feature `regex`, `without_regex` takes the place of `regex/`.

mod address;
mod border;
mod fault;
mod grammar;
mod matcher;
mod pattern;
mod pattern_table;
mod punycode;
#[cfg_attr(not(feature = "regex"), path = "without_regex.rs")]
mod regex;
mod repair;
mod serialised;
mod site;
mod table;

pub use fault::{PatternFault, RegexFault, WithinFault};
pub use pattern::{OriginPattern, OriginPredicate, PatternKind};
pub use serialised::Origin;

#[cfg(feature = "regex")]
pub(crate) use self::regex::*;
pub(crate) use border::{Border, Domain};
pub(crate) use grammar::{Host, Pattern, Port};
pub(crate) use matcher::{Match, Mismatch, OriginMatcher};
pub(crate) use pattern_table::MAX_SHAPES;
pub(crate) use repair::{repair, repair_domain};
pub(crate) use serialised::{MAX_LABEL, default_port, is_http, parse_port};
pub(crate) use site::{is_above_suffixes, is_loopback, is_public_suffix, site};
