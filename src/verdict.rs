//! What is decided about a request, in words.

use crate::origin::{Origin, OriginPattern};

/// The kinds of requests, in the words of Fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// It has no `Origin`.
    NotCors,
    /// A CORS-preflight request; see [`is_preflight`](crate::is_preflight).
    Preflight,
    /// Any other request with an `Origin`.
    Actual,
}

/// The verdict of a policy on a CORS request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict<'a> {
    /// The page may read the response or, after a preflight, send the request.
    Allowed,
    /// It may not.
    Denied(DenyReason<'a>),
}

/// Why the policy denies a request. Borrows from the request's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenyReason<'a> {
    /// There are several `Origin` headers, which no browser sends.
    SeveralOrigins,
    /// The `Origin` is not what browsers send.
    OriginMalformed,
    /// No entry of `allow_origins` matches.
    OriginNotAllowed,
    /// An open entry of `allow_origins` matches, but the origin is outside of its
    /// border; see [`OriginPattern::within`](crate::OriginPattern::within).
    OriginOutsideBorder(OutsideBorder<'a>),
    /// `Access-Control-Request-Method` is not one method.
    MethodMalformed,
    /// The preflight asks for a method that scripts cannot send.
    MethodForbidden,
    /// `allow_methods` does not list the method.
    MethodNotAllowed,
    /// `Access-Control-Request-Headers` is not a list of names.
    HeadersMalformed,
    /// `Access-Control-Request-Headers` is longer than any list that the
    /// policy could allow.
    HeadersTooLong,
    /// The preflight asks for a header that scripts cannot set.
    HeaderForbidden(&'a str),
    /// `allow_headers` does not cover this header.
    HeaderNotAllowed(&'a str),
    /// The preflight asks for access to a private network.
    PrivateNetworkNotAllowed,
}

/// An origin outside of the border of an entry that matches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutsideBorder<'a> {
    pub(crate) entry: &'a OriginPattern,
    pub(crate) origin: Origin<'a>,
    /// The border refuses the scheme, whatever the host.
    pub(crate) is_scheme: bool,
}

impl<'a> OutsideBorder<'a> {
    /// The entry that matches, in [`Policy::config`](crate::Policy::config).
    #[must_use]
    pub fn entry(&self) -> &'a OriginPattern {
        self.entry
    }
}
