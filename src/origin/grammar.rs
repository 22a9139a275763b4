//! The grammar of origin patterns written as text.

use std::fmt;

use super::address::{is_canonical_ipv4, is_canonical_ipv6, is_numeric_host};
use super::fault::PatternFault;
use super::punycode::is_broken;
use super::serialised::{
    MAX_HOST, MAX_LABEL, default_port, is_domain, is_http, is_label_byte, is_scheme, parse_port,
};
use crate::text::distance_within;

/// One parsed pattern. Only the canonical form parses, so its [`Display`](fmt::Display)
/// gives back the text that was parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: Host<'a>,
    pub(crate) port: Port,
}

/// The hosts that a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host<'a> {
    /// `example.com`, `127.0.0.1`, `[::1]`
    Exact(&'a str),
    /// `*.example.com`: one or more labels in front of the base
    Subdomains { base: &'a str },
    /// `pr-*.example.com`: one label, with the affixes around at least one byte
    InLabel {
        affixes: (&'a str, &'a str),
        base: &'a str,
    },
    /// `*`, in schemes other than http and https
    Any,
}

/// The ports that a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// `None` is the default port of the scheme
    Exact(Option<u16>),
    Any,
}

impl fmt::Display for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        match self.host {
            Host::Exact(host) => f.write_str(host)?,
            Host::Subdomains { base } => write!(f, "*.{base}")?,
            Host::InLabel { affixes, base } => write!(f, "{}*{}.{base}", affixes.0, affixes.1)?,
            Host::Any => f.write_str("*")?,
        }
        match self.port {
            Port::Exact(None) => Ok(()),
            Port::Exact(Some(port)) => write!(f, ":{port}"),
            Port::Any => f.write_str(":*"),
        }
    }
}

impl<'a> Pattern<'a> {
    /// Parses a pattern other than `*` and `null`.
    pub(crate) fn parse(text: &'a str) -> Result<Self, PatternFault> {
        check_bytes(text)?;
        let (scheme, rest) = text.split_once("://").ok_or(PatternFault::MissingScheme)?;
        if let Some(fault) = scheme_fault(scheme) {
            return Err(fault);
        }
        let authority_len = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(authority_len);
        match path {
            _ if authority.contains('@') => return Err(PatternFault::UserInfo),
            "" => {}
            "/" => return Err(PatternFault::TrailingSlash),
            _ => return Err(PatternFault::Path),
        }
        let (host, port) = split_port(authority)?;
        let host = Host::parse(scheme, host)?;
        let port = match port {
            None => Port::Exact(None),
            Some("*") if host == Host::Any => return Err(PatternFault::WildcardPlace),
            Some("*") => Port::Any,
            Some(digits) => match parse_port(digits) {
                None => return Err(PatternFault::Port),
                port if port == default_port(scheme) => return Err(PatternFault::DefaultPort),
                port => Port::Exact(port),
            },
        };
        Ok(Pattern { scheme, host, port })
    }
}

fn scheme_fault(scheme: &str) -> Option<PatternFault> {
    match scheme {
        "http" | "https" => None,
        "file" => Some(PatternFault::FileScheme),
        "ws" | "wss" => Some(PatternFault::WebSocketScheme),
        "localhost" => Some(PatternFault::MissingScheme),
        "about" | "blob" | "data" | "filesystem" | "ftp" | "ftps" | "javascript" | "mailto"
        | "tel" | "view-source" => Some(PatternFault::NoOriginScheme),
        _ if scheme.contains('*') => Some(PatternFault::WildcardPlace),
        _ if !is_scheme(scheme) => Some(PatternFault::Scheme),
        _ => web_scheme_spelled(scheme).map(|_| PatternFault::SchemeSpelling),
    }
}

/// The web scheme that this one is a misspelling of: `https` for `htps`.
pub(super) fn web_scheme_spelled(scheme: &str) -> Option<&'static str> {
    ["https", "http"]
        .into_iter()
        .find(|web| distance_within(scheme, web, 1).is_some())
}

/// Finds faults that show before the text is taken apart.
fn check_bytes(text: &str) -> Result<(), PatternFault> {
    if text.is_empty() {
        Err(PatternFault::Empty)
    } else if text.trim() != text {
        Err(PatternFault::Whitespace)
    } else if looks_like_regex(text) {
        Err(PatternFault::LooksLikeRegex)
    } else if text.contains(|c: char| c == ',' || c.is_whitespace()) {
        Err(PatternFault::Several)
    } else if !text.is_ascii() {
        Err(PatternFault::NotAscii)
    } else if text.contains(|c: char| c.is_ascii_uppercase()) {
        Err(PatternFault::UpperCase)
    } else {
        Ok(())
    }
}

/// The text has characters that regexes have and origins have not. A `+` may be part of a
/// scheme, a bracket begins an IPv6 address, and `?` begins a query.
pub(super) fn looks_like_regex(text: &str) -> bool {
    let host = text.split_once("://").map_or(text, |(_, host)| host);
    text.contains(['\\', '^', '$', '(', ')', '|', '{', '}'])
        || text.contains("?://")
        || host.contains('+')
        || host.rfind('[') > Some(0)
}

/// Splits an authority into its host and its port, as written but without the colon.
pub(super) fn split_port(authority: &str) -> Result<(&str, Option<&str>), PatternFault> {
    if authority.starts_with('[') {
        let close = authority.find(']').ok_or(PatternFault::Ipv6)?;
        let (host, port) = authority.split_at(close + 1);
        match port.strip_prefix(':') {
            None if !port.is_empty() => Err(PatternFault::Ipv6),
            port => Ok((host, port)),
        }
    } else {
        match authority.split_once(':') {
            None => Ok((authority, None)),
            Some((_, port)) if port.contains(':') => Err(PatternFault::Ipv6),
            Some((host, port)) => Ok((host, Some(port))),
        }
    }
}

impl<'a> Host<'a> {
    /// The name behind the label with the `*`.
    pub(crate) fn base(self) -> Option<&'a str> {
        match self {
            Host::Subdomains { base } | Host::InLabel { base, .. } => Some(base),
            Host::Exact(_) | Host::Any => None,
        }
    }

    /// Compares one pattern with one host, for explanations. Requests are decided by
    /// `PatternTable`.
    pub(crate) fn matches(&self, host: &str) -> bool {
        let labels = |base| host.strip_suffix(base)?.strip_suffix('.');
        match *self {
            Host::Any => true,
            Host::Exact(exact) => host == exact,
            Host::Subdomains { base } => labels(base).is_some_and(|labels| !labels.is_empty()),
            Host::InLabel { affixes, base } => labels(base)
                .and_then(|label| label.strip_prefix(affixes.0)?.strip_suffix(affixes.1))
                .is_some_and(|middle| !middle.is_empty() && !middle.contains('.')),
        }
    }

    fn parse(scheme: &str, host: &'a str) -> Result<Self, PatternFault> {
        if host.is_empty() {
            return Err(PatternFault::EmptyHost);
        }
        if let Some(address) = host.strip_prefix('[') {
            let address = address.strip_suffix(']').unwrap_or(address);
            return match is_canonical_ipv6(address) {
                true => Ok(Host::Exact(host)),
                false => Err(PatternFault::Ipv6),
            };
        }
        if !host.contains('*') {
            if is_http(scheme) || host != "." {
                check_domain(scheme, host)?;
            }
            return Ok(Host::Exact(host));
        }
        if host == "*" {
            return match is_http(scheme) {
                true => Err(PatternFault::AnyWebHost),
                false => Ok(Host::Any),
            };
        }
        let (label, base) = host.split_once('.').ok_or(PatternFault::WildcardPlace)?;
        let (prefix, suffix) = label.split_once('*').ok_or(PatternFault::WildcardPlace)?;
        if suffix.contains('*') || base.contains('*') {
            return Err(PatternFault::WildcardPlace);
        }
        // Nothing that DNS cannot have matches, so it would only slow the look-up down.
        if host.len() > MAX_HOST
            || label.len() > MAX_LABEL
            || !label.bytes().all(|b| b == b'*' || is_label_byte(b))
        {
            return Err(PatternFault::Host);
        }
        if is_http(scheme) && is_numeric_host(base) {
            // An address has no subdomains.
            return Err(PatternFault::WildcardPlace);
        }
        check_domain(scheme, base)?;
        match (prefix, suffix.as_bytes().first()) {
            ("", None) => Ok(Host::Subdomains { base }),
            ("", Some(b'a'..=b'z' | b'0'..=b'9')) => Err(PatternFault::WildcardWithoutDot),
            _ => {
                let affixes = (prefix, suffix);
                Ok(Host::InLabel { affixes, base })
            }
        }
    }
}

fn check_domain(scheme: &str, host: &str) -> Result<(), PatternFault> {
    if !is_domain(host) {
        Err(PatternFault::Host)
    } else if is_http(scheme) && is_numeric_host(host) && !is_canonical_ipv4(host) {
        Err(PatternFault::Ipv4)
    } else if is_http(scheme) && is_broken(host) {
        Err(PatternFault::Punycode)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, Pattern, Port};

    #[test]
    fn patterns_parse_and_display_as_written() {
        let exact = |host| (Host::Exact(host), Port::Exact(None));
        let table = [
            ("https://example.com", exact("example.com")),
            ("https://example.com.", exact("example.com.")),
            ("https://my_host", exact("my_host")),
            ("tauri://localhost", exact("localhost")),
            ("web+app://x", exact("x")),
            ("app://1.2", exact("1.2")),
            ("app://.", exact(".")),
            ("app://xn--f", exact("xn--f")),
            ("https://xn--mnchen-3ya.de", exact("xn--mnchen-3ya.de")),
            ("capacitor://localhost", exact("localhost")),
            ("https://https", exact("https")),
            ("http://10.0.0.1", exact("10.0.0.1")),
            (
                "http://[::1]:3000",
                (Host::Exact("[::1]"), Port::Exact(Some(3000))),
            ),
            (
                "https://example.com:80",
                (Host::Exact("example.com"), Port::Exact(Some(80))),
            ),
            ("http://localhost:*", (Host::Exact("localhost"), Port::Any)),
            ("http://[::1]:*", (Host::Exact("[::1]"), Port::Any)),
            ("moz-extension://*", (Host::Any, Port::Exact(None))),
            (
                "https://*.example.com:*",
                (
                    Host::Subdomains {
                        base: "example.com",
                    },
                    Port::Any,
                ),
            ),
            (
                "https://pr-*.example.com:8443",
                (
                    Host::InLabel {
                        affixes: ("pr-", ""),
                        base: "example.com",
                    },
                    Port::Exact(Some(8443)),
                ),
            ),
            (
                "https://*-app.example.com",
                (
                    Host::InLabel {
                        affixes: ("", "-app"),
                        base: "example.com",
                    },
                    Port::Exact(None),
                ),
            ),
            (
                "https://a*b.c",
                (
                    Host::InLabel {
                        affixes: ("a", "b"),
                        base: "c",
                    },
                    Port::Exact(None),
                ),
            ),
        ];
        for (text, (host, port)) in table {
            let pattern = Pattern::parse(text).expect(text);
            assert_eq!((pattern.host, pattern.port), (host, port), "{text}");
            assert_eq!(pattern.to_string(), text);
        }
    }
}
