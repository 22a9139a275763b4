//! IP addresses as URLs serialise them
//! ([URL, host serialising](https://url.spec.whatwg.org/#host-serializing)).

use std::fmt::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

/// URL parsers read such a host as an IPv4 address, or refuse it, because its last label
/// is a number, decimal or `0x…`
/// ([URL, ends in a number](https://url.spec.whatwg.org/#ends-in-a-number-checker)).
pub(crate) fn is_numeric_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or(host);
    match last.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// Four decimal octets. std parses exactly that, and refuses leading zeros.
pub(super) fn is_canonical_ipv4(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}

/// The text, without brackets, is the serialisation of an IPv6 address.
pub(super) fn is_canonical_ipv6(text: &str) -> bool {
    let mut rest = Rest(text);
    text.parse::<Ipv6Addr>()
        .is_ok_and(|address| write_ipv6(&mut rest, address).is_ok() && rest.0.is_empty())
}

/// The one serialisation of an IPv6 address, in brackets.
pub(crate) fn canonical_ipv6(address: Ipv6Addr) -> String {
    let mut text = String::from("[");
    // Writing to a string cannot fail.
    let _ = write_ipv6(&mut text, address);
    text.push(']');
    text
}

/// std writes addresses as browsers do, with one exception: it ends IPv4-mapped ones in
/// four decimal octets.
fn write_ipv6(out: &mut impl Write, address: Ipv6Addr) -> fmt::Result {
    if address.to_ipv4_mapped().is_none() {
        return write!(out, "{address}");
    }
    let [.., high, low] = address.segments();
    write!(out, "::ffff:{high:x}:{low:x}")
}

/// Compares writes with a text. A decision allocates nothing, so there is no buffer.
struct Rest<'a>(&'a str);

impl Write for Rest<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}
