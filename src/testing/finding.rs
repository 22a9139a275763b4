//! The findings of an audit, and the report that lists them.

use std::fmt;

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderName, StatusCode};

use super::header_list::{get, isomorphic_decode};
use super::log::Sent;
use super::reason::BlockReason;

/// The kind of a [`Finding`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Pages of any origin may send credentials and read the response.
    AnyOrigin,
    /// An origin is allowed that only begins like the allowed one, such as
    /// `https://app.example.com.evil.net`.
    PrefixHole,
    /// An origin is allowed that only ends like the allowed one, such as
    /// `https://evilapp.example.com`.
    SuffixHole,
    /// The allowed origin is allowed over plain http too.
    SchemeHole,
    /// The origin `null` is allowed, which any page can have.
    NullHole,
    /// The answer depends on the origin, and its `Vary` does not say so.
    MissingVary,
    /// A preflight was answered 401, 403 or 407: by authentication or authorization, or
    /// because the policy does not allow the page.
    PreflightRejected,
    /// A preflight was answered 404 or 405, by a router.
    PreflightNotRouted,
    /// The page may not send its request or not read the response, or the service failed.
    Blocked(BlockReason),
    /// The page cannot read an error of this status.
    UnreadableError(StatusCode),
    /// A header that may come once came several times.
    HeaderTwice(HeaderName),
}

impl FindingKind {
    /// Returns a short name for programs, such as `prefix-hole`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code_and_repair().0
    }

    /// The repair is that of a finding without a hint.
    pub(super) fn code_and_repair(&self) -> (&'static str, &'static str) {
        match self {
            Self::AnyOrigin => ("any-origin", "list the origins that may send credentials"),
            Self::PrefixHole => ("prefix-hole", "compare whole origins; end a regex with `$`"),
            Self::SuffixHole => ("suffix-hole", "compare whole origins, or from a dot on"),
            Self::SchemeHole => (
                "scheme-hole",
                "allow https only: others can alter plain http",
            ),
            Self::NullHole => ("null-hole", "do not allow `null`, which any site can be"),
            Self::MissingVary => (
                "missing-vary",
                "add `Vary: Origin`, or caches mix answers up",
            ),
            Self::PreflightRejected => ("preflight-rejected", "let the CORS layer answer it"),
            Self::PreflightNotRouted => ("preflight-not-routed", "let the CORS layer answer it"),
            Self::Blocked(_) => ("blocked", "list what the page uses in the CORS policy"),
            Self::UnreadableError(_) => ("unreadable-error", "put it inside the CORS layer"),
            Self::HeaderTwice(_) => ("header-twice", "set it in one layer, proxy or handler only"),
        }
    }
}

/// A fault that an [`audit`](super::audit()) found.
///
/// Prints its code, the request with the status of its response, and on a second line
/// the repair.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of the fault.
    pub kind: FindingKind,
    /// The request that showed it, with the status of the response. There is no status if the
    /// service failed.
    pub request: Sent,
    /// The headers of the response.
    pub response: HeaderMap,
    /// The likely mistake and its repair.
    pub repair: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, url) = (self.request.method(), self.request.url());
        write!(f, "{}: {method} {url}", self.kind.code())?;
        for (label, name) in [("for", ACCESS_CONTROL_REQUEST_METHOD), ("from", ORIGIN)] {
            if let Some(value) = get(self.request.headers(), &name) {
                write!(f, " {label} {}", isomorphic_decode(&value))?;
            }
        }
        if let Some(status) = self.request.status() {
            write!(f, " was answered {status}")?;
        }
        write!(f, "\n   {}", self.repair)
    }
}

/// The findings of an [`audit`](super::audit()).
///
/// Prints as a list for people.
#[derive(Clone, Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct Report {
    /// The findings, in the order in which they were made.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Does nothing if there are no findings.
    ///
    /// # Panics
    ///
    /// With the list of the findings, if there are any.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.findings.is_empty(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "findings: {}", self.findings.len())?;
        let mut numbered = (1..).zip(&self.findings);
        numbered.try_for_each(|(number, finding)| write!(f, "\n{number}. {finding}"))
    }
}
