//! The findings of an audit, and the report that lists them.

use std::fmt;

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderName, Response, StatusCode};

use super::header_list::{get, isomorphic_decode};
use super::log::Sent;
use super::reason::BlockReason;

/// The kind of a [`Finding`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingKind {
    /// Any page may read responses that the visitor's cookies brought.
    AnyOriginWithCredentials,
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
            Self::AnyOriginWithCredentials => (
                "any-origin-with-credentials",
                "any site may read what the visitor's cookies bring: list the origins that may, \
                 instead of repeating the one that asks",
            ),
            Self::PrefixHole => (
                "prefix-hole",
                "the origin only begins like an allowed one: compare whole origins; a regex needs \
                 a `$` at its end",
            ),
            Self::SuffixHole => (
                "suffix-hole",
                "the origin only ends like an allowed one: compare whole origins; a regex needs a \
                 `^` at its start, and a pattern of subdomains begins at a dot",
            ),
            Self::SchemeHole => (
                "scheme-hole",
                "whoever is on the visitor's network can alter pages over plain http: allow https \
                 only",
            ),
            Self::NullHole => (
                "null-hole",
                "any site can open a page with the origin `null`: do not allow it",
            ),
            Self::MissingVary => (
                "missing-vary",
                "the answer depends on the origin, so a cache may give one origin's answer to \
                 another: add `Vary: Origin` to every response, those without CORS headers too",
            ),
            Self::HeaderTwice(_) => (
                "header-twice",
                "more than one place sets the header: a handler, a proxy or a second CORS layer; \
                 leave it to one",
            ),
            Self::PreflightRejected => ("preflight-rejected", "let the CORS layer answer it"),
            Self::PreflightNotRouted => ("preflight-not-routed", "let the CORS layer answer it"),
            Self::Blocked(_) => ("blocked", "list what the page uses in the CORS policy"),
            Self::UnreadableError(_) => ("unreadable-error", "put it inside the CORS layer"),
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
    /// The request that showed it.
    pub request: Sent,
    /// The response without its body, or `None` if the service failed.
    pub response: Option<Response<()>>,
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
        if let Some(response) = &self.response {
            write!(f, " was answered {}", response.status())?;
        }
        write!(f, "\n   {}", self.repair)
    }
}

/// The findings of an [`audit`](super::audit()).
///
/// Prints as a list for people.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Report {
    pub(super) findings: Vec<Finding>,
}

impl Report {
    /// Returns the findings.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

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
