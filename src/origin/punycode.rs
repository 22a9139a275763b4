//! International labels in their ASCII form (RFC 3492).

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// A host has an `xn--` label that does not decode, or that decodes to ASCII. URL
/// parsers refuse such hosts
/// ([URL, domain to ASCII](https://url.spec.whatwg.org/#concept-domain-to-ascii)), so
/// no page has one.
///
/// Labels that decode to characters which the standard does not allow are not found:
/// that takes the tables of Unicode.
pub(super) fn is_broken(host: &str) -> bool {
    let mut labels = host
        .split('.')
        .filter_map(|label| label.strip_prefix("xn--"));
    labels.any(|label| !is_international(label))
}

/// What stands behind `xn--` decodes to a label that is not all ASCII.
fn is_international(label: &str) -> bool {
    // Only what stands before the last hyphen is taken as it is.
    let (basic, encoded) = label.rsplit_once('-').unwrap_or(("", label));
    let mut length = u32::try_from(basic.len()).unwrap_or(u32::MAX);
    let (mut code, mut index, mut bias) = (0x80_u32, 0_u32, 72_u32);
    let mut digits = encoded.bytes().map(digit).peekable();
    if digits.peek().is_none() {
        return false;
    }
    while digits.peek().is_some() {
        let first = index;
        let (mut weight, mut k) = (1_u32, BASE);
        loop {
            let Some(Some(digit)) = digits.next() else {
                return false;
            };
            let Some(next) = digit.checked_mul(weight).and_then(|n| n.checked_add(index)) else {
                return false;
            };
            index = next;
            let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < threshold {
                break;
            }
            let Some(next) = weight.checked_mul(BASE - threshold) else {
                return false;
            };
            weight = next;
            k += BASE;
        }
        length += 1;
        bias = adapt(index - first, length, first == 0);
        code = match code.checked_add(index / length) {
            Some(code) if char::from_u32(code).is_some_and(|c| !c.is_control()) => code,
            _ => return false,
        };
        index = index % length + 1;
    }
    true
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(BASE).map(|value| match byte {
        // Letters come first here, and digits behind them.
        b'0'..=b'9' => value + 26,
        _ => value - 10,
    })
}

fn adapt(delta: u32, length: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        for host in [
            "xn--bcher-kva.example",
            "xn--mnchen-3ya.de",
            "a.xn--p1ai",
            "xn--fiqs8s",
            "xn--ls8h.la",
            "xn--3e0b707e",
            "xn--80ak6aa92e.com",
            "example.com",
            "axn--f.com",
        ] {
            assert!(!is_broken(host), "{host}");
        }
        for host in [
            "xn--f",
            "xn--",
            "xn--a",
            "xn--abc-",
            "a.xn--f.com",
            "xn--a_b.com",
            "xn--99999999999.com",
        ] {
            assert!(is_broken(host), "{host}");
        }
    }
}
