//! Verdicts, and the reasons for denials in words.

use std::fmt;

use crate::origin::{Host, Origin, OriginPattern, Pattern, PatternKind, site};

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
    /// The request is meant for another server: its `Host` is not among
    /// [`own_origins`](field@crate::CorsConfig::own_origins).
    HostNotOwn,
    /// A page of another site sent an unsafe request without an `Origin`.
    CrossSite,
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

impl RequestKind {
    /// A name for logs and counters, such as `preflight`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RequestKind::NotCors => "not-cors",
            RequestKind::Preflight => "preflight",
            RequestKind::Actual => "actual",
        }
    }
}

impl Verdict<'_> {
    /// A name for logs and counters: `allowed` or `denied`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Allowed => "allowed",
            Verdict::Denied(_) => "denied",
        }
    }
}

impl DenyReason<'_> {
    /// A name for logs and counters, such as `origin-not-allowed`: one of a
    /// fixed few, whatever the request holds.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            DenyReason::SeveralOrigins => "several-origins",
            DenyReason::OriginMalformed => "origin-malformed",
            DenyReason::OriginNotAllowed => "origin-not-allowed",
            DenyReason::OriginOutsideBorder(_) => "origin-outside-border",
            DenyReason::MethodMalformed => "method-malformed",
            DenyReason::MethodForbidden => "method-forbidden",
            DenyReason::MethodNotAllowed => "method-not-allowed",
            DenyReason::HeadersMalformed => "headers-malformed",
            DenyReason::HeadersTooLong => "headers-too-long",
            DenyReason::HeaderForbidden(_) => "header-forbidden",
            DenyReason::HeaderNotAllowed(_) => "header-not-allowed",
            DenyReason::PrivateNetworkNotAllowed => "private-network-not-allowed",
            DenyReason::HostNotOwn => "host-not-own",
            DenyReason::CrossSite => "cross-site",
        }
    }
}

impl fmt::Display for DenyReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DenyReason::SeveralOrigins => {
                "there are several `Origin` headers; a proxy or a client adds one, browsers send one"
            }
            DenyReason::OriginMalformed => "this is not how browsers send an origin",
            DenyReason::OriginNotAllowed => "no entry of allow_origins matches",
            DenyReason::OriginOutsideBorder(outside) => return outside.fmt(f),
            DenyReason::MethodMalformed => {
                "`Access-Control-Request-Method` is not one method"
            }
            DenyReason::MethodForbidden => "scripts cannot send this method",
            DenyReason::MethodNotAllowed => "allow_methods does not list the method",
            DenyReason::HeadersMalformed => {
                "`Access-Control-Request-Headers` is not a list of names"
            }
            DenyReason::HeadersTooLong => {
                "`Access-Control-Request-Headers` is longer than any list that could be allowed"
            }
            DenyReason::HeaderForbidden(name) => {
                return write!(f, "scripts cannot set the header `{name}`");
            }
            DenyReason::HeaderNotAllowed(name) => {
                return write!(f, "allow_headers does not cover `{name}`");
            }
            DenyReason::PrivateNetworkNotAllowed => "allow_private_network is not set",
            DenyReason::HostNotOwn => "the `Host` of the request is not among own_origins",
            DenyReason::CrossSite => {
                "a page of another site sent this, without an `Origin`; browsers send one"
            }
        })
    }
}

/// Such as: "`{ regex = '…', within = "example.com" }` matches, but `evil.example.co` is
/// outside of its site `example.com`".
impl fmt::Display for OutsideBorder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (entry, origin) = (self.entry, self.origin);
        write!(f, "`{entry}` matches, but ")?;
        if self.is_scheme {
            return write!(
                f,
                "with credentials it allows `https` only, and this is `{}`",
                origin.scheme()
            );
        }
        write!(f, "`{}` is outside of its ", origin.host())?;
        let within = match &entry.kind {
            PatternKind::Text(text) => match Pattern::parse(text).map(|pattern| pattern.host) {
                Ok(Host::Subdomains { base } | Host::InLabel { base, .. }) => site(base),
                _ => None,
            },
            _ => None,
        };
        let within: Vec<_> = within
            .into_iter()
            .chain(entry.within.iter().map(|domain| &domain[..]))
            .collect();
        let are_sites = within.iter().all(|name| site(name) == Some(name));
        let word = match within.len() {
            1 if are_sites => "site",
            _ if are_sites => "sites",
            _ => "border",
        };
        let sites = within.join("`, `");
        write!(f, "{word} `{sites}`")
    }
}
