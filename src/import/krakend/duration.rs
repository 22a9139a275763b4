//! Durations as Go writes them.

/// The grammar of Go's `time.ParseDuration`, in nanoseconds: a sign, then `0`
/// or pairs of a decimal number and a unit, with nothing between.
pub(super) fn parse_go(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    loop {
        let number_len = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, unit) = rest.split_at(number_len);
        let unit_len = unit
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(unit.len());
        let (unit, next) = unit.split_at(unit_len);
        total = total.checked_add(nanoseconds(number, unit)?)?;
        if next.is_empty() {
            return i64::try_from(sign * total).ok();
        }
        rest = next;
    }
}

fn nanoseconds(number: &str, unit: &str) -> Option<i128> {
    let unit: i128 = match unit {
        "ns" => 1,
        // The micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let has_digit = !whole.is_empty() || !fraction.is_empty();
    if !has_digit || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    // Eighteen places are more than a nanosecond's share of an hour.
    let places = &fraction[..fraction.len().min(18)];
    let (mut part, mut scale) = (0, 1);
    for digit in places.bytes() {
        part = part * 10 + i128::from(digit - b'0');
        scale *= 10;
    }
    whole.checked_mul(unit)?.checked_add(part * unit / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations() {
        const S: i64 = 1_000_000_000;
        let table = [
            ("12h", Some(43_200 * S)),
            ("1h30m", Some(5_400 * S)),
            ("90m", Some(5_400 * S)),
            ("1.5h", Some(5_400 * S)),
            ("1.25h", Some(4_500 * S)),
            ("1m1h1m", Some(3_720 * S)),
            ("1500ms", Some(S + S / 2)),
            ("2000000us", Some(2 * S)),
            ("2000000\u{b5}s", Some(2 * S)),
            ("2000000\u{3bc}s", Some(2 * S)),
            ("3000000000ns", Some(3 * S)),
            ("500ms", Some(S / 2)),
            (".5s", Some(S / 2)),
            ("1.s", Some(S)),
            ("0", Some(0)),
            ("+0", Some(0)),
            ("0s", Some(0)),
            ("-1s", Some(-S)),
            ("+1s", Some(S)),
            ("9223372036854775807ns", Some(i64::MAX)),
            ("-9223372036854775808ns", Some(i64::MIN)),
            ("9223372036854775808ns", None),
            ("99999999999999999999999999999999999999999h", None),
            ("0.0000000000000000000000000000000000000001h", Some(0)),
            ("", None),
            ("+", None),
            (".s", None),
            ("1..5s", None),
            ("3600", None),
            ("1d", None),
            ("1 h", None),
            ("1H", None),
            ("1e3s", None),
            ("1_000s", None),
            ("abc", None),
            ("s", None),
            ("--1s", None),
        ];
        for (text, nanoseconds) in table {
            assert_eq!(parse_go(text), nanoseconds, "{text:?}");
        }
    }
}
