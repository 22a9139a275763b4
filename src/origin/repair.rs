//! Repairs for texts that are not patterns: guesses at what their authors meant.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::address::canonical_ipv6;
use super::border::Domain;
use super::fault::PatternFault;
use super::grammar::{Host, Pattern, looks_like_regex, split_port, web_scheme_spelled};
use super::pattern::OriginPattern;
use super::serialised::{default_port, is_http};

/// The pattern that the author most likely meant. A repair always parses, and there is
/// none where a text can be read in two ways.
pub(crate) fn repair(text: &str) -> Option<String> {
    let mut text = text.trim().to_ascii_lowercase();
    if matches!(&text[..], "*" | "null") || Pattern::parse(&text).is_ok() {
        return Some(text);
    }
    if looks_like_regex(&text) {
        return None;
    }
    if let Some(port) = text.strip_prefix("localhost://") {
        text = format!("localhost:{port}");
    }
    let (scheme, rest) = split_scheme(&text)?;
    let authority = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    let (host, port) = match authority.parse::<Ipv6Addr>() {
        Ok(_) if may_end_in_port(authority) => return None,
        Ok(_) => (authority, None),
        Err(_) => split_port(authority).ok()?,
    };
    // A number alone is a port rather than an address.
    let is_number = host.bytes().all(|b| b.is_ascii_digit());
    if matches!(host, "http" | "https") || is_number && !text.contains(&format!("://{host}")) {
        return None;
    }
    let host = repair_host(scheme, host);
    let mut repaired = format!("{scheme}://{host}");
    match port {
        None | Some("") => {}
        Some("*") => repaired.push_str(":*"),
        Some(digits) => {
            let port: u16 = digits.parse().ok()?;
            if default_port(scheme) != Some(port) {
                let _ = write!(repaired, ":{port}");
            }
        }
    }
    Pattern::parse(&repaired).ok()?;
    Some(repaired)
}

impl OriginPattern {
    /// The origin of a URL over `http` or `https`, whatever its path: that of a service's own
    /// `web_url`, say. An entry with a path is an error otherwise.
    ///
    /// ```
    /// use tower_cors::OriginPattern;
    ///
    /// let origin = OriginPattern::from_url("https://app.example.com/login?next=/")?;
    /// assert_eq!(origin, OriginPattern::from("https://app.example.com"));
    /// # Ok::<(), tower_cors::PatternFault>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The text is not such a URL.
    pub fn from_url(url: &str) -> Result<Self, PatternFault> {
        let scheme = url
            .split_once("://")
            .map(|(scheme, _)| scheme.to_ascii_lowercase());
        match repair(url).filter(|_| scheme.is_some_and(|scheme| is_http(&scheme))) {
            Some(origin) if origin.contains('*') => Err(PatternFault::WildcardPlace),
            Some(origin) => Ok(OriginPattern::from(origin)),
            None => Err(Pattern::parse(url)
                .err()
                .unwrap_or(PatternFault::NoOriginScheme)),
        }
    }
}

/// The domain that the author of a border most likely meant.
pub(crate) fn repair_domain(text: &str) -> Option<String> {
    // A cookie's domain has a dot in front.
    let repaired = repair(text.trim_start_matches('.'))?;
    let domain = match Pattern::parse(&repaired).ok()?.host {
        Host::Exact(host) => host,
        open => open.base()?,
    };
    Domain::parse(domain).is_ok().then(|| domain.to_owned())
}

/// The scheme that is meant, and the rest of the text.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    if let Some((scheme, rest)) = split_web_scheme(text) {
        return match split_web_scheme(rest) {
            Some((again, rest)) => (again == scheme).then_some((scheme, rest)),
            None => Some((scheme, rest)),
        };
    }
    Some(match text.split_once("://") {
        Some(("ws", rest)) => ("http", rest),
        Some(("wss", rest)) => ("https", rest),
        Some((scheme, rest)) => (web_scheme_spelled(scheme).unwrap_or(scheme), rest),
        None => (likely_scheme(text), text.trim_start_matches('/')),
    })
}

/// Splits off `http` or `https`, with whatever the author wrote for `://`: `https:/`,
/// `https//`, `https:`.
fn split_web_scheme(text: &str) -> Option<(&'static str, &str)> {
    let rest = text.strip_prefix("http")?;
    let (scheme, rest) = match rest.strip_prefix('s') {
        Some(rest) => ("https", rest),
        None => ("http", rest),
    };
    let authority = match rest.strip_prefix("://") {
        Some(authority) => authority.trim_start_matches('/'),
        None => rest.trim_start_matches([':', '/']),
    };
    (authority.len() < rest.len()).then_some((scheme, authority))
}

/// An IPv6 address without brackets that can also be read as one with a port: `::1:80`.
fn may_end_in_port(address: &str) -> bool {
    address.rsplit_once(':').is_some_and(|(address, port)| {
        address.parse::<Ipv6Addr>().is_ok() && port.parse::<u16>().is_ok()
    })
}

/// Development servers speak plain http.
fn likely_scheme(authority: &str) -> &'static str {
    let local = ["localhost", "127.", "[::1]", "::1"];
    if local.iter().any(|host| authority.starts_with(host)) {
        "http"
    } else {
        "https"
    }
}

fn repair_host(scheme: &str, host: &str) -> String {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = address.parse::<Ipv6Addr>() {
        return canonical_ipv6(address);
    }
    if let Some(address) = parse_ipv4(host).filter(|_| is_http(scheme)) {
        return address.to_string();
    }
    match host.strip_prefix('*') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphanumeric()) => format!("*.{rest}"),
        _ => host.to_owned(),
    }
}

/// The address that URL parsers read out of one to four numbers, decimal, octal or
/// hexadecimal. The last number fills all remaining bytes: `127.1` is `127.0.0.1`
/// ([URL, IPv4 parser](https://url.spec.whatwg.org/#concept-ipv4-parser)).
fn parse_ipv4(host: &str) -> Option<Ipv4Addr> {
    let mut numbers = Vec::with_capacity(4);
    for part in host.strip_suffix('.').unwrap_or(host).split('.') {
        numbers.push(match part {
            "0x" => 0,
            _ if part.starts_with("0x") => u32::from_str_radix(&part[2..], 16).ok()?,
            _ if part.starts_with('0') => u32::from_str_radix(part, 8).ok()?,
            _ => part.parse().ok()?,
        });
    }
    let last = numbers.pop()?;
    let free_bits = 32u32.checked_sub(8 * u32::try_from(numbers.len()).ok()?)?;
    if u64::from(last) >= 1 << free_bits || free_bits == 0 || numbers.iter().any(|&n| n > 255) {
        return None;
    }
    let leading = numbers.iter().rev().enumerate();
    let bits = leading.fold(last, |bits, (place, number)| {
        bits | number << (free_bits as usize + 8 * place)
    });
    Some(Ipv4Addr::from(bits))
}
