//! The maximum age of a preflight's answer.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{
    de::{self, Deserialize, Deserializer, Visitor},
    ser::{Serialize, Serializer},
};

use super::OptionError;

const BROWSER_DEFAULT: &str = "browser-default";
const NEGATIVE: &str = "a maximum age is not negative; write `0` to disable";
const NO_DURATION: &str =
    "a maximum age is a number of seconds or a duration, such as `600`, `10m` or `1h30m`";

/// How long a browser may reuse a preflight's answer
/// ([Fetch](https://fetch.spec.whatwg.org/#http-access-control-max-age)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MaxAge {
    /// Browsers decide: 5 seconds.
    #[default]
    BrowserDefault,
    /// Not at all: each request is preflighted.
    Disabled,
    /// This long, in whole seconds; fractions are cut off. Browsers cap it:
    /// Chromium at 2 hours, Firefox at 24 hours, Safari at 10 minutes.
    For(Duration),
}

/// A duration of zero is [`MaxAge::Disabled`].
impl From<Duration> for MaxAge {
    fn from(duration: Duration) -> Self {
        if duration.is_zero() {
            MaxAge::Disabled
        } else {
            MaxAge::For(duration)
        }
    }
}

/// A number of seconds (`600`) or a duration (`12h`, `1h 30m`, `1.5h`, `1day`). Zero is
/// [`MaxAge::Disabled`], and `browser-default` [`MaxAge::BrowserDefault`].
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
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        if text == BROWSER_DEFAULT {
            return Ok(MaxAge::BrowserDefault);
        }
        let duration = match text.parse() {
            Ok(seconds) => Ok(Duration::from_secs(seconds)),
            Err(_) => humantime::parse_duration(text),
        };
        duration.map(MaxAge::from).map_err(|_| {
            let repair = match text.starts_with('-') {
                true => NEGATIVE,
                false => NO_DURATION,
            };
            OptionError(repair.to_owned())
        })
    }
}

/// As it is written in files, so that it can be parsed again. Whole seconds are a number.
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

#[cfg(feature = "serde")]
impl Serialize for MaxAge {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MaxAge::Disabled => serializer.serialize_u64(0),
            MaxAge::For(duration) if duration.subsec_nanos() == 0 => {
                serializer.serialize_u64(duration.as_secs())
            }
            other => serializer.collect_str(other),
        }
    }
}

#[cfg(feature = "serde")]
impl<'de> Deserialize<'de> for MaxAge {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MaxAgeVisitor;

        impl Visitor<'_> for MaxAgeVisitor {
            type Value = MaxAge;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds, or a duration such as `\"12h\"`")
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<MaxAge, E> {
                self.visit_str(&seconds.to_string())
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<MaxAge, E> {
                self.visit_str(&seconds.to_string())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<MaxAge, E> {
                text.parse().map_err(|error| {
                    let text = crate::text::Readable(text);
                    E::custom(format_args!("max_age `{text}`: {error}"))
                })
            }
        }

        deserializer.deserialize_any(MaxAgeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maximum_ages() {
        let secs = |secs| Ok(MaxAge::For(Duration::from_secs(secs)));
        let table = [
            ("600", secs(600)),
            ("12h", secs(43_200)),
            ("1h 30m", secs(5_400)),
            ("1h30m", secs(5_400)),
            ("1.5h", secs(5_400)),
            ("1day", secs(86_400)),
            ("1500ms", Ok(MaxAge::For(Duration::from_millis(1500)))),
            ("2000000\u{b5}s", secs(2)),
            ("0", Ok(MaxAge::Disabled)),
            ("0s", Ok(MaxAge::Disabled)),
            ("browser-default", Ok(MaxAge::BrowserDefault)),
            ("-1s", Err(NEGATIVE)),
            ("-600", Err(NEGATIVE)),
            ("soon", Err(NO_DURATION)),
            ("", Err(NO_DURATION)),
        ];
        for (text, expected) in table {
            let expected = expected.map_err(|repair: &str| OptionError(repair.to_owned()));
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
