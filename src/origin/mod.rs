//! Origins as browsers serialise them.
//!
//! [`Origin`] is the parsed form of one `Origin` header: borrowed, without
//! allocation, and strict. It never decodes, folds case, trims or resolves.

mod address;
mod border;
mod fault;
mod grammar;
#[cfg(feature = "regex")]
mod literals;
mod matcher;
mod pattern;
mod punycode;
#[cfg(feature = "regex")]
mod regexes;
mod repair;
mod site;
#[cfg(feature = "regex")]
mod whole;

pub use fault::{PatternFault, RegexFault, WithinFault};
pub use pattern::{OriginPattern, OriginPredicate, PatternKind};

pub(crate) use border::{Border, Domain, Schemes, repair_domain};
pub(crate) use grammar::{Host, Pattern, Port};
#[cfg(feature = "kong")]
pub(crate) use literals::may_match_ipv6;
pub(crate) use matcher::{MAX_SHAPES, Match, Mismatch, OriginMatcher};
pub(crate) use repair::repair;
pub(crate) use site::{is_above_suffixes, is_loopback, is_public_suffix, site};
#[cfg(feature = "regex")]
pub(crate) use {
    literals::{Inferred, Outline, classic_attack, domains_in},
    regexes::{Checked, Regexes, Subject},
    whole::{MAX_COUNT as MAX_REGEX_COUNT, Whole as CheckedRegex, check as check_regex},
};

use std::fmt;

pub(crate) use address::is_numeric_host;
use address::{is_canonical_ipv4, is_canonical_ipv6};

/// DNS allows a host 253 bytes (RFC 1035 section 3.1, without the root's dot).
const MAX_HOST: usize = 253;
/// And a label 63 (RFC 1035 section 2.3.4).
pub(crate) const MAX_LABEL: usize = 63;
/// No registered scheme is longer than this by half.
const MAX_SCHEME: usize = 64;
/// Five digits.
const MAX_PORT: usize = 5;
/// No valid `Origin` is longer; the dot is the root's.
pub(crate) const MAX_ORIGIN: usize =
    MAX_SCHEME + "://".len() + MAX_HOST + ".".len() + ":".len() + MAX_PORT;

/// An origin of scheme, host and port, borrowed from its serialisation.
///
/// What [`parse`](Origin::parse) accepts is what browsers put into an `Origin`
/// header ([Fetch, `Origin` header][fetch]; [HTML, ASCII serialisation][html]),
/// with two deliberate differences: hosts are restricted to the bytes
/// `[a-z0-9._-]` or a bracketed IPv6 address, although URL parsers let others
/// through (`example.com{.evil.net`); and a host may end in one dot, because
/// `example.com.` can be visited, as a host of its own.
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
    /// Parses a serialised origin; `None` is anything else, `null` included.
    ///
    /// The work is bounded by the length of the longest valid origin, 327 bytes.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        if text.len() > MAX_ORIGIN {
            return None;
        }
        // Neither a scheme nor a host has a colon, outside of brackets.
        let scheme_end = text.bytes().position(|b| b == b':')?;
        let authority = text[scheme_end..].strip_prefix("://")?;
        let host_len = if authority.starts_with('[') {
            authority.find(']')? + 1
        } else {
            let port = authority.bytes().rev().take(1 + MAX_PORT);
            let colon = port.rev().position(|b| b == b':');
            colon.map_or(authority.len(), |at| {
                authority.len().saturating_sub(1 + MAX_PORT) + at
            })
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

    /// The port; `None` is the scheme's default.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Host and port, the part that a `Host` header repeats.
    pub(crate) fn authority(&self) -> &'a str {
        &self.text[self.scheme_end + 3..]
    }

    /// The port as serialised: empty, or `:` and digits.
    fn port_text(&self) -> &'a str {
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

/// Whether URL parsers give the scheme a structured host: domains and IP
/// addresses, with numeric hosts reserved for the latter.
pub(crate) fn is_http(scheme: &str) -> bool {
    matches!(scheme, "http" | "https")
}

/// The port that serialisation leaves out.
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

fn is_host(scheme: &str, host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(is_canonical_ipv6);
    }
    match is_http(scheme) {
        true => is_domain(host) && (!is_numeric_host(host) || is_canonical_ipv4(host)),
        // Shells of desktop programs serve `app://.`, a host of its own.
        false => is_domain(host) || host == ".",
    }
}

/// Labels of `[a-z0-9_-]`, none empty, with at most one dot at the end.
#[allow(
    clippy::needless_bitwise_bool,
    reason = "what never stops early is compiled to sixteen bytes at a time"
)]
fn is_domain(host: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn parts(text: &str) -> (&str, &str, Option<u16>) {
        let origin = Origin::parse(text).expect("a serialised origin");
        assert_eq!(origin.as_str(), text);
        (origin.scheme(), origin.host(), origin.port())
    }

    #[test]
    fn serialised_origins_are_taken_apart() {
        let longest_host = ["a"; 127].join(".");
        let table = [
            ("https://example.com", ("https", "example.com", None)),
            ("http://example.com:443", ("http", "example.com", Some(443))),
            ("https://a.b_c.d-e:1", ("https", "a.b_c.d-e", Some(1))),
            ("https://x:65535", ("https", "x", Some(65535))),
            ("https://example.com.", ("https", "example.com.", None)),
            ("http://127.0.0.1:3000", ("http", "127.0.0.1", Some(3000))),
            ("http://[::1]:3000", ("http", "[::1]", Some(3000))),
            (
                "http://[2001:db8::1:0:0:1]",
                ("http", "[2001:db8::1:0:0:1]", None),
            ),
            ("tauri://localhost", ("tauri", "localhost", None)),
            ("web+x.y-z://a", ("web+x.y-z", "a", None)),
            (
                "moz-extension://6f3f1c2e-17",
                ("moz-extension", "6f3f1c2e-17", None),
            ),
            ("app://1.2", ("app", "1.2", None)),
            ("app://x:443", ("app", "x", Some(443))),
        ];
        for (text, expected) in table {
            assert_eq!(parts(text), expected, "{text}");
        }
        let text = format!("https://{longest_host}:65535");
        assert_eq!(parts(&text), ("https", &longest_host[..], Some(65535)));
    }

    #[test]
    fn the_longest_origin_is_taken_apart_and_no_longer_one() {
        let scheme = "a".repeat(MAX_SCHEME);
        let host = "a.".repeat(127);
        let longest = format!("{scheme}://{host}:65535");
        assert_eq!((longest.len(), MAX_ORIGIN), (327, 327));
        assert_eq!(parts(&longest), (&scheme[..], &host[..], Some(65535)));
        for longer in [
            format!("a{longest}"),
            format!("{scheme}://a{host}:65535"),
            format!("{scheme}://{host}.:65535"),
            format!("{longest}0"),
        ] {
            assert_eq!(longer.len(), 328, "{longer}");
            assert_eq!(Origin::parse(&longer), None, "{longer}");
        }
    }

    #[test]
    fn debug_output_is_the_text() {
        let origin = Origin::parse("https://example.com:8443").unwrap();
        assert_eq!(
            format!("{origin:?}"),
            "Origin(\"https://example.com:8443\")"
        );
    }

    #[test]
    fn anything_else_is_not_an_origin() {
        let long_host = format!("https://{}", "a".repeat(MAX_HOST + 1));
        let long_scheme = format!("{}://a", "a".repeat(MAX_SCHEME + 1));
        let table = [
            "",
            "null",
            "*",
            "example.com",
            "https:",
            "https:/example.com",
            "https://",
            "file://",
            "://example.com",
            "1a://example.com",
            "HTTPS://example.com",
            "https://Example.com",
            "https://example.com/",
            "https://example.com/path",
            "https://example.com?q",
            "https://example.com#f",
            "https://user@example.com",
            "https://user:pw@example.com",
            "https://example.com:443",
            "http://example.com:80",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:080",
            "https://example.com:+80",
            "https://example.com:65536",
            "https://example.com:99999999999999999999",
            "https://example.com:80:80",
            "https://example.com:*",
            "https://*.example.com",
            "https://.example.com",
            "https://example..com",
            "https://example...com",
            "https://example.com..",
            "https://.",
            " https://example.com",
            "https://example.com ",
            "https://example.com, https://example.com",
            "https://example.com https://example.com",
            "https://example.com{.evil.net",
            "https://example.com%2eevil.net",
            "https://example.com\\.evil.net",
            "https://example.com`.evil.net",
            "https://exämple.com",
            "https://example.com\u{0}",
            "https://https://example.com",
            "https://1.2.3",
            "https://1.2.3.4.5",
            "https://01.2.3.4",
            "https://1.2.3.256",
            "https://1.2.3.4.",
            "https://0x7f.1",
            "https://example.123",
            "https://[::1",
            "https://::1",
            "https://[::1]x",
            "https://[::1]8080",
            "https://[0:0:0:0:0:0:0:1]",
            "https://[1::0]",
            "https://[::ffff:1.2.3.4]",
            "https://[::A]",
            "https://[fe80::1%25eth0]",
            &long_host,
            &long_scheme,
        ];
        for text in table {
            assert_eq!(Origin::parse(text), None, "{text:?}");
        }
    }
}
