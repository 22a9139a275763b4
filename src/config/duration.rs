//! Durations as people and gateways write them.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::MaxAge;

const BROWSER_DEFAULT: &str = "browser-default";

/// A number of seconds (`600`), a duration as people write it (`12h`,
/// `1h 30m`, `1day`), or one as Go writes it (`1.5h`, `1m30s`, `1500ms`).
/// Zero is [`MaxAge::Disabled`], and `browser-default`
/// [`MaxAge::BrowserDefault`].
///
/// ```
/// use std::time::Duration;
/// use tower_cors::MaxAge;
///
/// assert_eq!("12h".parse(), Ok(MaxAge::For(Duration::from_secs(43_200))));
/// assert_eq!("0".parse(), Ok(MaxAge::Disabled));
/// assert_eq!(
///     "-1s".parse::<MaxAge>().unwrap_err().to_string(),
///     "a maximum age is not negative; write `0` to disable"
/// );
/// ```
impl FromStr for MaxAge {
    type Err = MaxAgeError;

    fn from_str(text: &str) -> Result<Self, MaxAgeError> {
        if text == BROWSER_DEFAULT {
            return Ok(MaxAge::BrowserDefault);
        }
        let seconds = text.parse().map(Duration::from_secs).ok();
        let duration = seconds.or_else(|| humantime::parse_duration(text).ok());
        if let Some(duration) = duration {
            return Ok(duration.into());
        }
        let nanoseconds = parse_go(text).ok_or(MaxAgeError { negative: false })?;
        match u64::try_from(nanoseconds) {
            Ok(nanoseconds) => Ok(Duration::from_nanos(nanoseconds).into()),
            Err(_) => Err(MaxAgeError { negative: true }),
        }
    }
}

/// As in files, so that it can be parsed again: whole seconds are a number.
///
/// ```
/// use std::time::Duration;
/// use tower_cors::MaxAge;
///
/// assert_eq!(MaxAge::from(Duration::from_secs(43_200)).to_string(), "43200");
/// assert_eq!(MaxAge::Disabled.to_string(), "0");
/// assert_eq!(MaxAge::BrowserDefault.to_string(), "browser-default");
/// ```
impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MaxAge::BrowserDefault => f.write_str(BROWSER_DEFAULT),
            MaxAge::Disabled => f.write_str("0"),
            MaxAge::For(duration) if duration.subsec_nanos() == 0 => duration.as_secs().fmt(f),
            MaxAge::For(duration) => humantime::format_duration(*duration).fmt(f),
        }
    }
}

/// A text that is no maximum age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxAgeError {
    negative: bool,
}

impl fmt::Display for MaxAgeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.negative {
            true => "a maximum age is not negative; write `0` to disable",
            false => "a maximum age is a number of seconds or a duration, such as `600`, `10m` or `1h30m`",
        })
    }
}

impl Error for MaxAgeError {}

/// The grammar of Go's `time.ParseDuration`, in nanoseconds: a sign, then `0`
/// or pairs of a decimal number and a unit, with nothing between.
pub(crate) fn parse_go(text: &str) -> Option<i64> {
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

    #[test]
    fn maximum_ages() {
        let secs = |secs| Ok(MaxAge::For(Duration::from_secs(secs)));
        let table = [
            ("600", secs(600)),
            ("12h", secs(43_200)),
            ("1h 30m", secs(5_400)),
            ("1h30m", secs(5_400)),
            ("1.5h", secs(5_400)),
            (".5h", secs(1_800)),
            ("1day", secs(86_400)),
            ("1500ms", Ok(MaxAge::For(Duration::from_millis(1500)))),
            ("2000000\u{b5}s", secs(2)),
            ("2000000\u{3bc}s", secs(2)),
            ("0", Ok(MaxAge::Disabled)),
            ("0s", Ok(MaxAge::Disabled)),
            ("browser-default", Ok(MaxAge::BrowserDefault)),
            ("-1s", Err(MaxAgeError { negative: true })),
            ("-600", Err(MaxAgeError { negative: false })),
            ("soon", Err(MaxAgeError { negative: false })),
            ("", Err(MaxAgeError { negative: false })),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse(), expected, "{text:?}");
        }
    }

    #[test]
    fn maximum_ages_are_printed_as_they_are_parsed() {
        let table = [
            (MaxAge::BrowserDefault, "browser-default"),
            (MaxAge::Disabled, "0"),
            (MaxAge::For(Duration::from_secs(1)), "1"),
            (MaxAge::For(Duration::from_secs(43_200)), "43200"),
            (
                MaxAge::For(Duration::from_secs(u64::MAX)),
                "18446744073709551615",
            ),
            (MaxAge::For(Duration::from_millis(1500)), "1s 500ms"),
            (MaxAge::For(Duration::new(90_061, 1)), "1day 1h 1m 1s 1ns"),
        ];
        for (max_age, text) in table {
            assert_eq!(max_age.to_string(), text);
            assert_eq!(text.parse(), Ok(max_age), "{text}");
        }
    }
}
