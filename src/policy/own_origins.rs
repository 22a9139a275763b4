//! The server's own origins, and the requests that are meant for them.
//!
//! DNS rebinding gives a name of an attacker the server's address. The attacker's page then
//! reaches the server with requests of its own origin: `Host`, `Origin` and
//! `Sec-Fetch-Site` all agree. Only the names that the server knows itself by can tell such
//! a request from one of its own pages.

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderValue, Uri};

use super::reason::DenyReason;
use super::request_head::RequestHead;
use super::same_origin::sec_fetch_site;
use crate::origin::{Host, Origin, Pattern, Port, default_port, is_address, parse_port};

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

    /// Checks that a request is meant for this server, and that no page of another site
    /// sends it where browsers leave `Origin` out.
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
        let target = head.uri.and_then(Uri::authority).map(Authority::as_str);
        let mut hosts = head.headers.get_all(HOST).iter();
        let (host, has_several) = (hosts.next(), hosts.next().is_some());
        let host = host.map(HeaderValue::as_bytes);
        let authority = match (target.map(str::as_bytes), host) {
            _ if has_several => return false,
            (None, None) => return true,
            (Some(target), Some(host)) if !target.eq_ignore_ascii_case(host) => return false,
            (Some(authority), _) | (None, Some(authority)) => authority,
        };
        let Some((host, port)) = std::str::from_utf8(authority).ok().and_then(split) else {
            return false;
        };
        is_address(host) || self.0.iter().any(|own| own.has_authority(host, port))
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

    fn has_authority(&self, host: &str, port: Option<u16>) -> bool {
        let port = port.filter(|port| Some(*port) != default_port(&self.scheme));
        self.host.eq_ignore_ascii_case(host)
            && (self.port == Port::Any || self.port == Port::Exact(port))
    }
}

/// The host and the port of an authority without a user.
fn split(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        _ if authority.contains('@') => None,
        Some((host, port)) if !port.ends_with(']') => Some((host, Some(parse_port(port)?))),
        _ => Some((authority, None)),
    }
}
