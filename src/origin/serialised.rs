//! Origins as browsers serialise them.
//!
//! [`Origin`] is the parsed form of one `Origin` header: borrowed, without
//! allocation, and strict. It never decodes, folds case, trims or resolves.

use std::fmt;

use super::address::{is_canonical_ipv4, is_canonical_ipv6, is_numeric_host};

/// The longest host in DNS, without the dot of the root (RFC 1035 section 3.1).
pub(super) const MAX_HOST: usize = 253;
/// The longest label (RFC 1035 section 2.3.4).
pub(crate) const MAX_LABEL: usize = 63;
/// The longest scheme; registered ones are far shorter.
const MAX_SCHEME: usize = 64;
/// The digits of a port.
const MAX_PORT: usize = 5;
/// The longest valid `Origin`. The single dot is that of the root.
pub(crate) const MAX_ORIGIN: usize =
    MAX_SCHEME + "://".len() + MAX_HOST + ".".len() + ":".len() + MAX_PORT;

/// An origin of scheme, host and port, borrowed from its serialisation.
///
/// [`parse`](Origin::parse) accepts the values that browsers put into an `Origin` header
/// ([Fetch, `Origin` header][fetch]; [HTML, ASCII serialisation][html]), with one deliberate
/// difference: hosts are restricted to the bytes `[a-z0-9._-]` or a bracketed IPv6 address,
/// although URL parsers let others through (`example.com{.evil.net`). A host may end in one
/// dot, because `example.com.` can be visited and is a host of its own.
///
/// The opaque origin, serialised `null`, is not an `Origin`.
///
/// ```
/// use tower_cors::Origin;
///
/// let origin = Origin::parse("https://app.example.com:8443").unwrap();
/// assert_eq!(origin.scheme(), "https");
/// assert_eq!(origin.host(), "app.example.com");
/// assert_eq!(origin.port(), Some(8443));
/// assert_eq!(Origin::parse("https://app.example.com/"), None);
/// ```
///
/// [fetch]: https://fetch.spec.whatwg.org/#origin-header
/// [html]: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin<'a> {
    text: &'a str,
    scheme_end: usize,
    host_end: usize,
    port: Option<u16>,
}

impl<'a> Origin<'a> {
    /// Parses a serialised origin. Returns `None` for anything else, `null` included.
    ///
    /// Texts longer than any valid origin, 327 bytes, are refused unread.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_ORIGIN {
            return None;
        }
        // Schemes have no colon, and hosts have them in brackets alone.
        let scheme_end = text.bytes().position(|b| b == b':')?;
        let authority = text[scheme_end..].strip_prefix("://")?;
        let host_len = if authority.starts_with('[') {
            authority.find(']')? + 1
        } else {
            let tail = authority.len().saturating_sub(1 + MAX_PORT);
            let colon = authority.bytes().skip(tail).position(|b| b == b':');
            colon.map_or(authority.len(), |at| tail + at)
        };
        let (host, port) = authority.split_at(host_len);
        let scheme = &text[..scheme_end];
        let port = match port.strip_prefix(':') {
            Some(digits) => Some(parse_port(digits)?),
            None if port.is_empty() => None,
            None => return None,
        };
        let valid = is_scheme(scheme)
            && is_host(scheme, host)
            && (port.is_none() || port != default_port(scheme));
        valid.then_some(Origin {
            text,
            scheme_end,
            host_end: scheme_end + 3 + host_len,
            port,
        })
    }

    /// The whole serialisation, such as `https://example.com:8443`.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme, lower case, such as `https`.
    #[must_use]
    pub fn scheme(&self) -> &'a str {
        &self.text[..self.scheme_end]
    }

    /// The host: a domain, an IPv4 address, or an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &'a str {
        &self.text[self.scheme_end + 3..self.host_end]
    }

    /// The port; `None` is the default port of the scheme.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Host and port, as a `Host` header has them.
    pub(crate) fn authority(&self) -> &'a str {
        &self.text[self.scheme_end + 3..]
    }

    /// The port as serialised: empty, or `:` and digits.
    pub(super) fn port_text(&self) -> &'a str {
        &self.text[self.host_end..]
    }
}

impl fmt::Debug for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Origin").field(&self.text).finish()
    }
}

impl fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// URL parsers give these schemes structured hosts: domains and IP addresses, where
/// numeric hosts are always addresses.
pub(crate) fn is_http(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// The port that browsers leave out.
pub(crate) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

pub(crate) fn is_scheme(scheme: &str) -> bool {
    scheme.len() <= MAX_SCHEME
        && scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
}

/// A byte of a label in a serialised host.
pub(crate) fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-')
}

/// A decimal port as serialised: 1 to 65535, no sign, no leading zero.
pub(crate) fn parse_port(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

pub(super) fn is_host(scheme: &str, host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(is_canonical_ipv6);
    }
    match is_http(scheme) {
        true => is_domain(host) && (!is_numeric_host(host) || is_canonical_ipv4(host)),
        // Shells of desktop programs serve pages from `app://.`.
        false => is_domain(host) || host == ".",
    }
}

/// Labels of `[a-z0-9_-]`, none empty, with at most one dot at the end.
#[allow(
    clippy::needless_bitwise_bool,
    reason = "what never stops early is compiled to sixteen bytes at a time"
)]
pub(super) fn is_domain(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host).as_bytes();
    let Some((_, behind_first)) = labels.split_first() else {
        return false;
    };
    let fits = |fits, &b: &u8| fits & (is_label_byte(b) | (b == b'.'));
    let is_empty_label = |found, (&a, &b): (&u8, &u8)| found | ((a == b'.') & (b == b'.'));
    labels.len() <= MAX_HOST
        && !labels.starts_with(b".")
        && !labels.ends_with(b".")
        && labels.iter().fold(true, fits)
        && !std::iter::zip(labels, behind_first).fold(false, is_empty_label)
}
