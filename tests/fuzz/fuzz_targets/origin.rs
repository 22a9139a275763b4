//! What is a serialised origin, by `Origin::parse` and by a policy that allows
//! each, against a plain reading of the grammar.
#![no_main]

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tower_cors::{CorsConfig, DenyReason, Origin, OriginPattern, Policy, Verdict};

static ANY: LazyLock<Policy> = LazyLock::new(|| {
    let any = OriginPattern::predicate(|_| true);
    CorsConfig::new([any]).compile().expect("a policy")
});

fuzz_target!(|bytes: &[u8]| {
    let text = std::str::from_utf8(bytes).ok();
    let expected = text.is_some_and(is_origin);
    if let Some(text) = text {
        let parsed = Origin::parse(text);
        assert_eq!(parsed.is_some(), expected, "{text:?}");
        if let Some(origin) = parsed {
            let port = origin
                .port()
                .map(|port| format!(":{port}"))
                .unwrap_or_default();
            assert_eq!(
                format!("{}://{}{port}", origin.scheme(), origin.host()),
                text
            );
            assert_eq!(origin.as_str(), text);
        }
    }
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    let verdict = ANY.decide((&Method::GET, &headers)).verdict();
    let reason = match bytes {
        b"null" => DenyReason::OriginNotAllowed,
        _ => DenyReason::OriginMalformed,
    };
    let expected = if expected {
        Verdict::Allowed
    } else {
        Verdict::Denied(reason)
    };
    assert_eq!(verdict, Some(expected), "{text:?}");
});

fn is_origin(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let (host, port) = match rest.rsplit_once(':') {
        // The colon of an address is none of a port's.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    let default = match scheme {
        "http" => "80",
        "https" => "443",
        _ => "",
    };
    is_scheme(scheme)
        && is_host(scheme, host)
        && port.is_none_or(|port| {
            port != default
                && port
                    .parse::<u16>()
                    .is_ok_and(|n| n > 0 && n.to_string() == port)
        })
}

fn is_scheme(scheme: &str) -> bool {
    let mut bytes = scheme.bytes();
    scheme.len() <= 64
        && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b))
}

fn is_host(scheme: &str, host: &str) -> bool {
    if host.starts_with('[') {
        let address = host.trim_start_matches('[').trim_end_matches(']');
        return address
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| format!("[{}]", serialise(address)) == host);
    }
    let domain = host.strip_suffix('.').unwrap_or(host);
    let is_domain = domain.len() <= 253
        && domain.split('.').all(|label| {
            let is_byte =
                |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
            !label.is_empty() && label.bytes().all(is_byte)
        });
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_hex = |hex: &str| hex.bytes().all(|b| b.is_ascii_hexdigit());
    let is_number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(is_hex);
    let is_web = scheme == "http" || scheme == "https";
    is_domain && (!is_web || !is_number || host.parse::<Ipv4Addr>().is_ok())
}

/// The serialisation by the URL standard: the first longest run of two or more
/// zero groups is left out.
fn serialise(address: Ipv6Addr) -> String {
    let groups: Vec<String> = address
        .segments()
        .iter()
        .map(|group| format!("{group:x}"))
        .collect();
    for length in (2..=8).rev() {
        for start in 0..=8 - length {
            if groups[start..start + length]
                .iter()
                .all(|group| group == "0")
            {
                let before = groups[..start].join(":");
                let after = groups[start + length..].join(":");
                return format!("{before}::{after}");
            }
        }
    }
    groups.join(":")
}
