//! The server's own origins, and the requests that are meant for them.
//!
//! DNS rebinding gives a name of an attacker the server's address. The attacker's page then
//! reaches the server with requests of its own origin: `Host`, `Origin` and
//! `Sec-Fetch-Site` all agree. Only the names that the server knows itself by can tell such
//! a request from one of its own pages.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::header::{HOST, ORIGIN};
use http::{HeaderValue, Uri};

use super::reason::DenyReason;
use super::request_head::RequestHead;
use super::same_origin::sec_fetch_site;
use crate::origin::{Host, Origin, Pattern, Port, default_port, parse_port};

/// The server's own origins.
#[derive(Debug)]
pub(crate) struct OwnOrigins(Box<[OwnOrigin]>);

#[derive(Debug)]
struct OwnOrigin {
    scheme: Box<str>,
    host: Box<str>,
    port: Port,
}

impl OwnOrigins {
    /// Makes them of patterns for one host each.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = Pattern<'a>>) -> Self {
        let own = patterns
            .into_iter()
            .filter_map(|pattern| match pattern.host {
                Host::Exact(host) => Some(OwnOrigin {
                    scheme: pattern.scheme.into(),
                    host: host.into(),
                    port: pattern.port,
                }),
                _ => None,
            });
        OwnOrigins(own.collect())
    }

    /// Checks that a request is meant for this server and, if it is unsafe and has no
    /// `Origin`, that no page of another site sent it.
    pub(super) fn check(&self, head: &RequestHead<'_>) -> Result<(), DenyReason<'static>> {
        if !self.is_meant(head) {
            return Err(DenyReason::HostNotOwn);
        }
        let is_unsafe = !head.method.is_safe() && !head.headers.contains_key(ORIGIN);
        match sec_fetch_site(head.headers) {
            None | Some(b"same-origin" | b"none") => Ok(()),
            Some(_) if is_unsafe => Err(DenyReason::CrossSite),
            Some(_) => Ok(()),
        }
    }

    /// The authority of the request is the server's own. Requests without one, and those
    /// to an IP address, pass: no page can rebind them.
    fn is_meant(&self, head: &RequestHead<'_>) -> bool {
        let default = head.uri.and_then(Uri::scheme_str).and_then(default_port);
        let target = head.uri.and_then(Uri::authority);
        let target = target.map(|target| split(target.as_str().as_bytes(), default));
        let mut hosts = head.headers.get_all(HOST).iter();
        let host = hosts.next().map(|host| split(host.as_bytes(), default));
        let authority = match (target, host) {
            _ if hosts.next().is_some() => return false,
            // Over HTTP/2, the URI has it.
            (None, None) => return head.uri.is_some(),
            (Some(target), Some(host)) if target != host => return false,
            (Some(authority), _) | (None, Some(authority)) => authority,
        };
        authority.is_some_and(|authority| {
            authority.is_address() || self.0.iter().any(|own| own.has_authority(&authority))
        })
    }

    /// The origin is the server's own, or the opaque one of a page of its own.
    pub(super) fn has(&self, head: &RequestHead<'_>, origin: &HeaderValue) -> bool {
        if origin == "null" {
            return sec_fetch_site(head.headers) == Some(b"same-origin");
        }
        let origin = std::str::from_utf8(origin.as_bytes()).ok();
        let origin = origin.and_then(Origin::parse);
        origin.is_some_and(|origin| self.0.iter().any(|own| own.is(&origin)))
    }
}

impl OwnOrigin {
    fn is(&self, origin: &Origin<'_>) -> bool {
        *self.scheme == *origin.scheme()
            && *self.host == *origin.host()
            && (self.port == Port::Any || self.port == Port::Exact(origin.port()))
    }

    fn has_authority(&self, authority: &Authority<'_>) -> bool {
        let port = authority.port;
        let port = port.filter(|port| Some(*port) != default_port(&self.scheme));
        self.host.eq_ignore_ascii_case(authority.host)
            && (self.port == Port::Any || self.port == Port::Exact(port))
    }
}

/// The host and the port that a request is sent to.
#[derive(Clone, Copy)]
struct Authority<'a> {
    host: &'a str,
    port: Option<u16>,
}

impl PartialEq for Authority<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.host.eq_ignore_ascii_case(other.host) && self.port == other.port
    }
}

impl Authority<'_> {
    /// The host is an IP address, as browsers write one.
    fn is_address(&self) -> bool {
        let bare = self
            .host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        match bare {
            Some(bare) => bare.parse::<Ipv6Addr>().is_ok(),
            None => self.host.parse::<Ipv4Addr>().is_ok(),
        }
    }
}

/// Reads an authority without a user. The default port of its scheme, where that is known,
/// counts as no port.
fn split(text: &[u8], default: Option<u16>) -> Option<Authority<'_>> {
    let text = std::str::from_utf8(text).ok()?;
    let (host, port) = match text.rsplit_once(':') {
        _ if text.contains('@') => return None,
        Some((host, port)) if !port.ends_with(']') => (host, Some(parse_port(port)?)),
        _ => (text, None),
    };
    let port = port.filter(|port| Some(*port) != default);
    Some(Authority { host, port })
}
