//! The compiled policy: it decides about requests, and says what to do about each. Knows
//! nothing of Tower. Uses `problem`, `config` and `origin`.
//!
//! To read: `compiled` is the policy, and `decision` decides about a `request_head`. It asks
//! `own_origins`, `preflight_request`, `methods` and `request_headers`, and `same_origin` for
//! who is exempt from enforcement; `reason` has the words. Then `action`, with the
//! `preflight_answer` or the `response_edit`, and `vary`. `paths` holds policies by path.

mod action;
mod compiled;
mod decision;
pub(crate) mod methods;
mod notice;
mod own_origins;
mod paths;
mod preflight_answer;
mod preflight_request;
mod reason;
mod request_head;
pub(crate) mod request_headers;
mod response_edit;
mod same_origin;
pub(crate) mod vary;

pub use action::Action;
pub use compiled::Policy;
pub(crate) use compiled::{Compiled, Exempt, Expose};
pub use decision::{Decision, is_preflight};
pub(crate) use notice::Notice;
pub(crate) use own_origins::OwnOrigins;
pub use paths::PathPolicies;
pub(crate) use paths::Paths;
#[cfg(feature = "kong")]
pub(crate) use paths::is_plain;
pub(crate) use preflight_answer::{ALLOW_PRIVATE_NETWORK, PreflightAnswer};
pub(crate) use preflight_request::{Lines, asks_private_network};
pub use reason::{DenyReason, OutsideBorder, RequestKind, Verdict};
pub use request_head::RequestHead;
pub use response_edit::ResponseEdit;
pub(crate) use response_edit::is_shown_anyway;
