//! Why a policy denies a request, in words.

use std::fmt;

use crate::origin::{Host, Pattern, PatternKind, site};
use crate::verdict::{DenyReason, OutsideBorder};

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
