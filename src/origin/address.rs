//! IP addresses as URLs serialise them
//! ([URL, host serialising](https://url.spec.whatwg.org/#host-serializing)).

use std::fmt::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Whether URL parsers read the host as an IPv4 address or refuse it: its last
/// label is a number, decimal or `0x…`
/// ([URL, ends in a number](https://url.spec.whatwg.org/#ends-in-a-number-checker)).
pub(crate) fn is_numeric_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or(host);
    match last.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()),
    }
}

/// Four decimal octets: what std parses is exactly that, leading zeros refused.
pub(super) fn is_canonical_ipv4(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}

/// Whether the text, without brackets, is how an IPv6 address serialises.
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

/// std's `Display` will not do: it writes IPv4-mapped addresses with a dotted
/// quad, which browsers never do.
fn write_ipv6(out: &mut impl Write, address: Ipv6Addr) -> fmt::Result {
    let groups = address.segments();
    let zeros = longest_zero_run(groups);
    for (index, group) in groups.iter().enumerate() {
        if zeros.contains(&index) {
            if index == zeros.start {
                out.write_str("::")?;
            }
            continue;
        }
        if index > 0 && index != zeros.end {
            out.write_char(':')?;
        }
        write!(out, "{group:x}")?;
    }
    Ok(())
}

/// The first longest run of two or more zero groups; empty at 0 if there is none.
fn longest_zero_run(groups: [u16; 8]) -> Range<usize> {
    let mut longest = 0..0;
    let mut start = 0;
    for (index, &group) in groups.iter().enumerate() {
        if group != 0 {
            start = index + 1;
        } else if index + 1 - start > longest.len().max(1) {
            longest = start..index + 1;
        }
    }
    longest
}

/// Compares what is written with a text, without a buffer.
struct Rest<'a>(&'a str);

impl Write for Rest<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_serialises_as_url_parsers_do() {
        let table = [
            ("::", "[::]"),
            ("::1", "[::1]"),
            ("1::", "[1::]"),
            ("0:0:0:0:0:0:0:1", "[::1]"),
            ("2001:DB8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]"),
            ("1:0:2:3:4:5:6:7", "[1:0:2:3:4:5:6:7]"),
            ("0:1:0:0:2:3:4:5", "[0:1::2:3:4:5]"),
            ("1:0:0:2:0:0:0:3", "[1:0:0:2::3]"),
            ("::ffff:1.2.3.4", "[::ffff:102:304]"),
            ("0:1:2:3:4:5:6:7", "[0:1:2:3:4:5:6:7]"),
        ];
        for (written, canonical) in table {
            let address = written.parse().unwrap();
            assert_eq!(canonical_ipv6(address), canonical, "{written}");
            let bare = &canonical[1..canonical.len() - 1];
            assert!(is_canonical_ipv6(bare), "{bare}");
            assert_eq!(is_canonical_ipv6(written), written == bare, "{written}");
        }
    }

    #[test]
    fn numeric_hosts() {
        for host in ["1.2.3.4", "1", "a.1", "a.0x", "a.0x1f", "1.2.3.4."] {
            assert!(is_numeric_host(host), "{host}");
        }
        for host in ["a", "a.b", "1.a", "0x1.a", "a.0xg", "a.1b", ""] {
            assert!(!is_numeric_host(host), "{host}");
        }
    }
}
