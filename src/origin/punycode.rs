//! International labels in their ASCII form (RFC 3492).

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// The host has an `xn--` label that does not decode, or that decodes to ASCII. URL
/// parsers refuse such hosts
/// ([URL, domain to ASCII](https://url.spec.whatwg.org/#concept-domain-to-ascii)), so
/// no page has one.
///
/// It does not find labels that decode to characters which the standard forbids: that
/// would take the tables of Unicode.
pub(super) fn is_broken(host: &str) -> bool {
    let labels = host.split('.');
    let mut encoded = labels.filter_map(|label| label.strip_prefix("xn--"));
    encoded.any(|label| decode(label).is_none())
}

/// Decodes a label behind its `xn--`, without keeping the result. `None` if it does not
/// decode, or has no character beyond ASCII.
fn decode(label: &str) -> Option<()> {
    // The part before the last hyphen stands for itself.
    let (basic, encoded) = label.rsplit_once('-').unwrap_or(("", label));
    let mut length = u32::try_from(basic.len()).ok()?;
    let (mut code, mut index, mut bias) = (0x80_u32, 0_u32, 72_u32);
    let mut bytes = encoded.bytes().peekable();
    bytes.peek()?;
    while bytes.peek().is_some() {
        let first = index;
        let (mut weight, mut k) = (1_u32, BASE);
        loop {
            let digit = digit(bytes.next()?)?;
            index = digit.checked_mul(weight)?.checked_add(index)?;
            let threshold = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k += BASE;
        }
        length += 1;
        bias = adapt(index - first, length, first == 0);
        code = code.checked_add(index / length)?;
        if char::from_u32(code)?.is_control() {
            return None;
        }
        index = index % length + 1;
    }
    Some(())
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(BASE).map(|value| match byte {
        // In punycode, letters count from 0 and digits from 26.
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
