//! The grammar of origin patterns written as text.

use std::fmt;

use super::address::{is_canonical_ipv4, is_canonical_ipv6, is_numeric_host};
use super::fault::PatternFault;
use super::punycode::is_broken;
use super::{
    MAX_HOST, MAX_LABEL, default_port, is_domain, is_host, is_http, is_label_byte, is_scheme,
    parse_port,
};
use crate::text::distance_within;

/// One pattern, parsed. What parses is in canonical form already, so its
/// [`Display`](fmt::Display) gives back the text that was parsed.
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
    /// `pr-*.example.com`: one label of prefix, anything, suffix
    InLabel {
        prefix: &'a str,
        suffix: &'a str,
        base: &'a str,
    },
    /// `*`, in schemes other than http and https
    Any,
}

/// The ports that a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    /// `None` is the scheme's default
    Exact(Option<u16>),
    Any,
}

impl fmt::Display for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme)?;
        match self.host {
            Host::Exact(host) => f.write_str(host)?,
            Host::Subdomains { base } => write!(f, "*.{base}")?,
            Host::InLabel {
                prefix,
                suffix,
                base,
            } => write!(f, "{prefix}*{suffix}.{base}")?,
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

/// The scheme of the web that another one is nearly.
pub(super) fn web_scheme_spelled(scheme: &str) -> Option<&'static str> {
    ["https", "http"]
        .into_iter()
        .find(|web| distance_within(scheme, web, 1).is_some())
}

/// What can be said before the text is taken apart.
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

/// Signs that no origin has. A `+` may be part of a scheme, a bracket begins
/// an IPv6 address, and `?` a query.
pub(super) fn looks_like_regex(text: &str) -> bool {
    let host = text.split_once("://").map_or(text, |(_, host)| host);
    text.contains(['\\', '^', '$', '(', ')', '|', '{', '}'])
        || text.contains("?://")
        || host.contains('+')
        || host.rfind('[') > Some(0)
}

/// Host and port of an authority; the port as written, without its colon.
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
    /// Whether the pattern matches a host, decided by reading it. The compiled
    /// matcher is what requests meet; this is for explanations.
    pub(crate) fn matches(&self, host: &str) -> bool {
        let labels = |base| host.strip_suffix(base)?.strip_suffix('.');
        match *self {
            Host::Any => true,
            Host::Exact(exact) => host == exact,
            Host::Subdomains { base } => labels(base).is_some_and(|labels| !labels.is_empty()),
            Host::InLabel {
                prefix,
                suffix,
                base,
            } => labels(base)
                .and_then(|label| label.strip_prefix(prefix)?.strip_suffix(suffix))
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
            if !is_host(scheme, host) || is_http(scheme) {
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
        // What a DNS label cannot have could only slow the look-up down.
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
            _ => Ok(Host::InLabel {
                prefix,
                suffix,
                base,
            }),
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
    use super::PatternFault::*;
    use super::{Host, Pattern, PatternFault, Port};
    use crate::origin::repair;

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
                        prefix: "pr-",
                        suffix: "",
                        base: "example.com",
                    },
                    Port::Exact(Some(8443)),
                ),
            ),
            (
                "https://*-app.example.com",
                (
                    Host::InLabel {
                        prefix: "",
                        suffix: "-app",
                        base: "example.com",
                    },
                    Port::Exact(None),
                ),
            ),
            (
                "https://a*b.c",
                (
                    Host::InLabel {
                        prefix: "a",
                        suffix: "b",
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
            assert_eq!(repair(text).as_deref(), Some(text));
        }
    }

    #[test]
    fn the_longest_wildcards() {
        let label = format!("https://{}*.example.com", "a".repeat(62));
        let host = format!("https://*.{}b", "a.".repeat(125));
        for longest in [label, host] {
            assert_eq!(Pattern::parse(&longest).unwrap().to_string(), longest);
            let longer = longest.replace('*', "*a");
            assert_eq!(Pattern::parse(&longer).unwrap_err(), Host, "{longer}");
        }
    }

    #[test]
    fn faults_and_their_repairs() {
        let long = format!("https://{}.example.com", "a".repeat(300));
        let long_label = format!("https://{}*.example.com", "a".repeat(63));
        let long_wildcard = format!("https://*.{}", "a.".repeat(126) + "bc");
        let table = [
            ("", Empty, None),
            (
                " https://example.com",
                Whitespace,
                Some("https://example.com"),
            ),
            (
                "https://example.com\n",
                Whitespace,
                Some("https://example.com"),
            ),
            ("https://a.com, https://b.com", Several, None),
            ("https://a.com https://b.com", Several, None),
            ("https://exämple.com", NotAscii, None),
            ("^https://example\\.com$", LooksLikeRegex, None),
            ("https://(a|b).example.com", LooksLikeRegex, None),
            ("https?://example.com", LooksLikeRegex, None),
            ("https://[a-z]+.example.com", LooksLikeRegex, None),
            ("https://pr-[0-9].example.com", LooksLikeRegex, None),
            (
                "HTTPS://Example.com",
                UpperCase,
                Some("https://example.com"),
            ),
            ("Null", UpperCase, Some("null")),
            ("example.com", MissingScheme, Some("https://example.com")),
            ("//example.com/", MissingScheme, Some("https://example.com")),
            (
                "*.example.com",
                MissingScheme,
                Some("https://*.example.com"),
            ),
            ("*example.com", MissingScheme, Some("https://*.example.com")),
            (
                "localhost:3000",
                MissingScheme,
                Some("http://localhost:3000"),
            ),
            (
                "127.0.0.1:3000",
                MissingScheme,
                Some("http://127.0.0.1:3000"),
            ),
            ("localhost:*", MissingScheme, Some("http://localhost:*")),
            ("file://", FileScheme, None),
            ("file:///home/index.html", FileScheme, None),
            ("1http://example.com", Scheme, Some("http://example.com")),
            ("1app://example.com", Scheme, None),
            ("https:://example.com", Scheme, Some("https://example.com")),
            (
                "https://example.com/",
                TrailingSlash,
                Some("https://example.com"),
            ),
            (
                "https://example.com:8443/",
                TrailingSlash,
                Some("https://example.com:8443"),
            ),
            ("https://example.com/app", Path, Some("https://example.com")),
            ("https://example.com//", Path, Some("https://example.com")),
            ("https://example.com?x=1", Path, Some("https://example.com")),
            ("https://example.com#x", Path, Some("https://example.com")),
            ("https://example.com/*", Path, Some("https://example.com")),
            (
                "https://me:pw@example.com",
                UserInfo,
                Some("https://example.com"),
            ),
            ("https://", EmptyHost, None),
            ("https://:443", EmptyHost, None),
            ("https://exa!mple.com", PatternFault::Host, None),
            ("https://.", PatternFault::Host, None),
            ("http://xn--f", Punycode, None),
            ("https://xn--abc-.example.com", Punycode, None),
            ("https://*.xn--f.com", Punycode, None),
            ("https://example..com", PatternFault::Host, None),
            ("https://.example.com", PatternFault::Host, None),
            (&long_label, PatternFault::Host, None),
            ("https://pr-*!.example.com", PatternFault::Host, None),
            (&long, PatternFault::Host, None),
            (&long_wildcard, PatternFault::Host, None),
            ("https://example.com:0", PatternFault::Port, None),
            ("https://example.com:65536", PatternFault::Port, None),
            (
                "https://example.com:08443",
                Port,
                Some("https://example.com:8443"),
            ),
            ("https://example.com:http", PatternFault::Port, None),
            (
                "https://example.com:",
                PatternFault::Port,
                Some("https://example.com"),
            ),
            (
                "https://example.com:443",
                DefaultPort,
                Some("https://example.com"),
            ),
            (
                "http://example.com:80",
                DefaultPort,
                Some("http://example.com"),
            ),
            (
                "https://*.example.com:443",
                DefaultPort,
                Some("https://*.example.com"),
            ),
            ("http://127.1:3000", Ipv4, Some("http://127.0.0.1:3000")),
            ("http://0x7f.0.0.1", Ipv4, Some("http://127.0.0.1")),
            ("http://010.0.0.1", Ipv4, Some("http://8.0.0.1")),
            ("http://127.0x.0.1", Ipv4, Some("http://127.0.0.1")),
            ("http://255.0.1", Ipv4, Some("http://255.0.0.1")),
            ("http://2130706433", Ipv4, Some("http://127.0.0.1")),
            ("http://1.2.3.4.5", Ipv4, None),
            ("http://1.2.3.256", Ipv4, None),
            ("http://256.2.3.4", Ipv4, None),
            (
                "http://[0:0:0:0:0:0:0:1]:3000",
                Ipv6,
                Some("http://[::1]:3000"),
            ),
            (
                "http://[::ffff:1.2.3.4]",
                Ipv6,
                Some("http://[::ffff:102:304]"),
            ),
            ("http://::1", Ipv6, Some("http://[::1]")),
            ("http://[fe80::1%25eth0]", Ipv6, None),
            ("http://[::1", Ipv6, None),
            ("http://[::1]x", Ipv6, None),
            (
                "https://*example.com",
                WildcardWithoutDot,
                Some("https://*.example.com"),
            ),
            ("https://*", AnyWebHost, None),
            ("http://*:*", AnyWebHost, None),
            ("*://example.com", WildcardPlace, None),
            ("https://example.*", WildcardPlace, None),
            ("https://a.*.example.com", WildcardPlace, None),
            ("https://*.*.example.com", WildcardPlace, None),
            ("https://a*b*.example.com", WildcardPlace, None),
            ("https://pr-*", WildcardPlace, None),
            ("http://192.168.0.*", WildcardPlace, None),
            ("http://*.168.0.1", WildcardPlace, None),
            ("moz-extension://*:*", WildcardPlace, None),
            ("https://example.com:80*", PatternFault::Port, None),
            ("**", MissingScheme, None),
            (
                "wss://app.example.com",
                WebSocketScheme,
                Some("https://app.example.com"),
            ),
            (
                "ws://localhost:3000",
                WebSocketScheme,
                Some("http://localhost:3000"),
            ),
            (
                "ws://app.example.com:80/chat",
                WebSocketScheme,
                Some("http://app.example.com"),
            ),
            ("ftp://example.com", NoOriginScheme, None),
            ("data://x", NoOriginScheme, None),
            ("blob://", NoOriginScheme, None),
            ("about://", NoOriginScheme, None),
            ("javascript://", NoOriginScheme, None),
            (
                "htps://app.example.com",
                SchemeSpelling,
                Some("https://app.example.com"),
            ),
            ("htp://a.example/", SchemeSpelling, Some("http://a.example")),
            (
                "localhost://3000",
                MissingScheme,
                Some("http://localhost:3000"),
            ),
            ("localhost://", MissingScheme, Some("http://localhost")),
            ("localhost://app", MissingScheme, None),
            (
                "https//example.com",
                MissingScheme,
                Some("https://example.com"),
            ),
            (
                "https:/example.com",
                MissingScheme,
                Some("https://example.com"),
            ),
            (
                "http:example.com:8080",
                MissingScheme,
                Some("http://example.com:8080"),
            ),
            (
                "https://https://example.com",
                Path,
                Some("https://example.com"),
            ),
            ("https://http://example.com", Path, None),
            ("https:8080", MissingScheme, None),
            ("https", MissingScheme, None),
            ("8080", MissingScheme, None),
            ("httpbin.org", MissingScheme, Some("https://httpbin.org")),
            ("http://::1:3000", Ipv6, None),
            ("http://2001:db8::1:80", Ipv6, None),
            ("http://2001:db8::1", Ipv6, Some("http://[2001:db8::1]")),
            ("::1", MissingScheme, Some("http://[::1]")),
        ];
        for (text, fault, repaired) in table {
            assert_eq!(Pattern::parse(text), Err(fault), "{text:?}");
            assert_eq!(repair(text).as_deref(), repaired, "{text:?}");
        }
    }
}
