//! Hosts and ports of URLs.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Host and port as in a URL or a `Host` header.
pub(super) fn authority(host: &str, port: Option<u16>) -> String {
    match port {
        None => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
}

/// Splits `host[:port]`; the default port of `scheme` becomes `None`.
pub(super) fn host_and_port(scheme: &str, text: &str) -> Option<(String, Option<u16>)> {
    let host_end = if text.starts_with('[') {
        text.find(']')? + 1
    } else {
        text.find(':').unwrap_or(text.len())
    };
    let (host, port) = text.split_at(host_end);
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some("") => None,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    let default = match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    };
    Some((
        parse_host(default.is_some(), host)?,
        port.filter(|_| port != default),
    ))
}

/// The [host parser](https://url.spec.whatwg.org/#host-parsing), without IDNA,
/// percent-decoding and the odd spellings of IPv4 addresses; only on the web is a
/// number an address.
fn parse_host(is_web: bool, text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        let address: Ipv6Addr = address.parse().ok()?;
        // `Ipv6Addr` prints a mapped address with dots, URLs do not.
        let [.., high, low] = address.segments();
        return Some(match address.to_ipv4_mapped() {
            None => format!("[{address}]"),
            Some(_) => format!("[::ffff:{high:x}:{low:x}]"),
        });
    }
    let forbidden = |b: u8| !b.is_ascii_graphic() || b"#%/:<>?@[\\]^|".contains(&b);
    if text.is_empty() || text.bytes().any(forbidden) {
        return None;
    }
    let host = text.to_ascii_lowercase();
    let name = host.strip_suffix('.').unwrap_or(&host);
    let last = name.rsplit('.').next().unwrap_or_default();
    let decimal = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let hexadecimal = last
        .strip_prefix("0x")
        .is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    if is_web && (decimal || hexadecimal) {
        return Some(name.parse::<Ipv4Addr>().ok()?.to_string());
    }
    Some(host)
}
