//! What a policy can be improved in.

use std::fmt;

use super::macros::Remark;
use crate::config::Danger;
use crate::text::Readable;

/// Something in a policy that works, but hardly as intended. See
/// [`Policy::advisories`](crate::Policy::advisories).
pub type Advisory = Remark<AdvisoryKind>;

/// What an [`Advisory`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdvisoryKind {
    /// `max_age` is longer than Safari (600 s), Chromium (7,200 s) or Firefox
    /// (86,400 s) keep an answer.
    MaxAgeOverCap,
    /// `max_age` is not set, although the policy allows what is preflighted.
    MaxAgeNotSet,
    /// `GET` is not listed.
    GetNotListed,
    /// A request header that pages may set anyway.
    SafelistedRequestHeader,
    /// A response header that pages may read anyway.
    SafelistedResponseHeader,
    /// An origin that another entry allows too.
    Covered {
        /// The other entry.
        by: String,
    },
    /// Private network access, which Chromium has replaced by a permission.
    PrivateNetwork,
    /// `debug` is on.
    Debug,
    /// The inner service can share what the policy denies.
    KeepsInnerHeaders,
    /// A setting that the rest of the policy leaves without effect.
    WithoutEffect,
    /// What would be an error with credentials.
    Danger {
        /// The danger.
        danger: Danger,
        /// An origin that the entry allows and an attacker can have.
        witness: String,
    },
    /// `dangerously_allow` names what the policy does not need.
    DangerNotNeeded,
}

impl AdvisoryKind {
    /// A name for programs, such as `max-age-over-cap`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            AdvisoryKind::MaxAgeOverCap => "max-age-over-cap",
            AdvisoryKind::MaxAgeNotSet => "max-age-not-set",
            AdvisoryKind::GetNotListed => "get-not-listed",
            AdvisoryKind::SafelistedRequestHeader => "safelisted-request-header",
            AdvisoryKind::SafelistedResponseHeader => "safelisted-response-header",
            AdvisoryKind::Covered { .. } => "covered",
            AdvisoryKind::PrivateNetwork => "private-network",
            AdvisoryKind::Debug => "debug",
            AdvisoryKind::KeepsInnerHeaders => "keeps-inner-headers",
            AdvisoryKind::WithoutEffect => "without-effect",
            AdvisoryKind::Danger { danger, .. } => danger.as_str(),
            AdvisoryKind::DangerNotNeeded => "danger-not-needed",
        }
    }
}

impl fmt::Display for AdvisoryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AdvisoryKind::MaxAgeOverCap => {
                "browsers keep an answer no longer than 10 minutes (Safari), 2 hours (Chromium) \
                 or 24 hours (Firefox)"
            }
            AdvisoryKind::MaxAgeNotSet => {
                "browsers keep a preflight's answer for 5 seconds only; set it, to `10m` say"
            }
            AdvisoryKind::GetNotListed => {
                "the list is exact, so pages cannot read what they get; add `GET` unless that is \
                 meant"
            }
            AdvisoryKind::SafelistedRequestHeader => {
                "pages may set this header anyway, unless its value is unusual"
            }
            AdvisoryKind::SafelistedResponseHeader => "pages may read this header anyway",
            AdvisoryKind::Covered { by } => {
                return write!(
                    f,
                    "`{}` allows this origin already; remove one of them",
                    Readable(by)
                );
            }
            AdvisoryKind::PrivateNetwork => {
                "Chromium asks the user for permission instead, and no other browser asks for it"
            }
            AdvisoryKind::Debug => "for development only: responses tell how the policy decides",
            AdvisoryKind::KeepsInnerHeaders => {
                "the inner service's own headers replace the policy's where the policy allows"
            }
            AdvisoryKind::WithoutEffect => "the rest of the policy leaves this without effect",
            AdvisoryKind::Danger { danger, witness } => {
                return write!(
                    f,
                    "this allows `{witness}`, which need not be yours; it would be an error \
                     (`{danger}`) with credentials"
                );
            }
            AdvisoryKind::DangerNotNeeded => "the policy does not need this; remove it",
        })
    }
}
