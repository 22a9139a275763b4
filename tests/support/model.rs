//! What a policy allows, read entry by entry from its description: slow, and
//! plain enough to be compared with the design by eye.

use std::net::{Ipv4Addr, Ipv6Addr};

use tower_cors::{AllowHeaders, CorsConfig, OriginPattern, PatternKind};

use super::fetch::PageRequest;

/// Regular expressions, and what they mean by hand.
type Meaning = fn(&str) -> bool;
pub(crate) const REGEXES: [(&str, Meaning); 3] = [
    (r"https://pr-\d+\.example\.com", |origin| {
        let number = origin.strip_prefix("https://pr-");
        let number = number.and_then(|rest| rest.strip_suffix(".example.com"));
        number.is_some_and(|number| {
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    }),
    (r"https://a|https://a\.b", |origin| {
        origin == "https://a" || origin == "https://a.b"
    }),
    (r"(?-u)app://[a-z.]+(:1)?", |origin| {
        let rest = origin.strip_prefix("app://");
        let host = rest.map(|rest| rest.strip_suffix(":1").unwrap_or(rest));
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'.';
        host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_letter))
    }),
];
pub(crate) const HOST_REGEXES: [(&str, Meaning); 1] = [(r"(a|pr-1)\.com", |host| {
    host == "a.com" || host == "pr-1.com"
})];

/// The one predicate of the tests: port 8443.
pub(crate) fn predicate() -> OriginPattern {
    OriginPattern::predicate(|origin| origin.port() == Some(8443))
}

/// Whether a page gets to read what it asks for.
pub(crate) fn allows(config: &CorsConfig, request: &PageRequest) -> bool {
    allows_origin(config, &request.origin)
        && allows_method(config, &request.method)
        && request
            .unsafe_headers
            .iter()
            .all(|name| allows_header(config, name))
        && (!request.credentials || config.allow_credentials)
        && (!request.private_network || config.allow_private_network)
}

pub(crate) fn allows_method(config: &CorsConfig, method: &str) -> bool {
    let listed = |name: &str| config.allow_methods.iter().any(|listed| listed == name);
    listed("*") || listed(method)
}

pub(crate) fn allows_header(config: &CorsConfig, name: &str) -> bool {
    let AllowHeaders::List(list) = &config.allow_headers else {
        return true;
    };
    let listed = |name: &str| list.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    let any =
        listed("*") && (config.allow_credentials || !name.eq_ignore_ascii_case("authorization"));
    any || listed(name)
}

pub(crate) fn allows_origin(config: &CorsConfig, origin: &str) -> bool {
    config
        .allow_origins
        .iter()
        .any(|pattern| match &pattern.kind {
            // The answer is `*`, with which browsers do not compare.
            PatternKind::Text(text) if text == "*" && !config.allow_credentials => true,
            _ => (origin == "null" || is_origin(origin)) && matches(pattern, origin),
        })
}

/// The table "Origin patterns", row by row.
pub(crate) fn matches(pattern: &OriginPattern, origin: &str) -> bool {
    match &pattern.kind {
        PatternKind::Text(text) if text == "*" => true,
        PatternKind::Text(text) if text == "null" => origin == "null",
        _ if origin == "null" => false,
        PatternKind::Text(text) => matches_text(text, origin),
        PatternKind::Regex(regex) => meaning(&REGEXES, regex)(origin),
        PatternKind::HostRegex(regex) => meaning(&HOST_REGEXES, regex)(split(origin).1),
        PatternKind::Predicate(_) => split(origin).2 == ":8443",
        _ => panic!("{pattern} is not in the model"),
    }
}

fn meaning(table: &[(&str, Meaning)], regex: &str) -> Meaning {
    let row = table.iter().find(|(written, _)| *written == regex);
    row.expect("a regex of the table").1
}

fn matches_text(pattern: &str, origin: &str) -> bool {
    let (pattern_scheme, pattern_host, pattern_port) = split(pattern);
    let (scheme, host, port) = split(origin);
    let host_matches = match pattern_host.split_once('.') {
        _ if pattern_host == "*" => true,
        Some(("*", base)) => {
            let labels = host
                .strip_suffix(base)
                .and_then(|rest| rest.strip_suffix('.'));
            labels.is_some_and(|labels| !labels.is_empty())
        }
        Some((label, base)) if label.contains('*') => {
            let (prefix, suffix) = label.split_once('*').expect("a star");
            let leftmost = host
                .strip_suffix(base)
                .and_then(|rest| rest.strip_suffix('.'));
            leftmost.is_some_and(|leftmost| {
                !leftmost.contains('.')
                    && leftmost.len() > prefix.len() + suffix.len()
                    && leftmost.starts_with(prefix)
                    && leftmost.ends_with(suffix)
            })
        }
        _ => host == pattern_host,
    };
    scheme == pattern_scheme && host_matches && (pattern_port == ":*" || port == pattern_port)
}

/// Scheme, host, and port with its colon.
fn split(origin: &str) -> (&str, &str, &str) {
    let (scheme, authority) = origin.split_once("://").unwrap_or(("", origin));
    let bracket = authority.rfind(']').unwrap_or(0);
    let colon = authority[bracket..].find(':');
    let (host, port) = authority.split_at(colon.map_or(authority.len(), |colon| bracket + colon));
    (scheme, host, port)
}

/// Whether a text is a serialised origin, of those that the design lets through.
pub(crate) fn is_origin(text: &str) -> bool {
    let (scheme, host, port) = split(text);
    text.contains("://") && is_scheme(scheme) && is_host(scheme, host) && is_port(scheme, port)
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
}

fn is_host(scheme: &str, host: &str) -> bool {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        // Of an address without IPv4 in it, std writes the one serialisation.
        let parsed = address.parse::<Ipv6Addr>();
        return parsed.is_ok_and(|parsed| parsed.to_string() == address);
    }
    let labels: Vec<_> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
    let is_label = |label: &&str| {
        let is_byte = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        !label.is_empty() && label.chars().all(is_byte)
    };
    let last = labels[labels.len() - 1];
    let hexadecimal = last.strip_prefix("0x");
    let is_number = last.chars().all(|c| c.is_ascii_digit())
        || hexadecimal.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
    let is_web = ["http", "https"].contains(&scheme);
    labels.iter().all(is_label) && (!is_web || !is_number || host.parse::<Ipv4Addr>().is_ok())
}

fn is_port(scheme: &str, port: &str) -> bool {
    let Some(digits) = port.strip_prefix(':') else {
        return port.is_empty();
    };
    let default = match scheme {
        "http" => "80",
        "https" => "443",
        _ => "",
    };
    let number = digits.parse::<u16>();
    // As a number is written, without a sign or leading zeros.
    number.is_ok_and(|number| number > 0 && number.to_string() == digits) && digits != default
}
