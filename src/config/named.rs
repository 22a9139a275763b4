//! Options that are written as one of a few names.

use std::error::Error;
use std::fmt;

#[cfg(feature = "serde")]
use serde::de::{self, DeserializeSeed, Deserializer, Visitor};

use crate::text::{Readable, nearest};

/// Declares an option: each value with the name that files have for it.
macro_rules! named {
    (
        $(#[$meta:meta])*
        pub enum $option:ident is $kind:literal {
            $(
                $(#[$value_meta:meta])*
                $value:ident = $name:literal,
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $option {
            $(
                $(#[$value_meta])*
                $value,
            )+
        }

        impl $option {
            /// All values, in the order of their declaration.
            pub const ALL: &'static [$option] = &[$($option::$value),+];

            const NAMES: $crate::config::named::OneOf = $crate::config::named::OneOf {
                kind: $kind,
                names: &[$($name),+],
            };

            /// The name in configuration files.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $($option::$value => $name,)+
                }
            }
        }

        impl std::fmt::Display for $option {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// By the name in configuration files.
        impl std::str::FromStr for $option {
            type Err = $crate::config::OptionError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok($option::$value),)+
                    _ => Err(Self::NAMES.unknown(text)),
                }
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $option {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $option {
            fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
                let name = serde::de::DeserializeSeed::deserialize(Self::NAMES, reader)?;
                name.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(super) use named;

/// A choice of names. An unknown name is an error that suggests the nearest.
pub(super) struct OneOf {
    /// The kind of name, with its article.
    pub(super) kind: &'static str,
    pub(super) names: &'static [&'static str],
}

impl OneOf {
    pub(super) fn unknown(&self, text: &str) -> OptionError {
        let repair = match nearest(text, self.names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of `{}`", self.names.join("`, `")),
        };
        OptionError(format!(
            "`{}` is not {}; {repair}",
            Readable(text),
            self.kind
        ))
    }
}

/// Reads a name from a file. An error is reported at the name's own place there.
#[cfg(feature = "serde")]
impl<'de> DeserializeSeed<'de> for OneOf {
    type Value = &'static str;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<&'static str, D::Error> {
        reader.deserialize_str(self)
    }
}

#[cfg(feature = "serde")]
impl Visitor<'_> for OneOf {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<&'static str, E> {
        let known = self.names.iter().find(|name| **name == text);
        known.copied().ok_or_else(|| E::custom(self.unknown(text)))
    }
}

/// The error for a text that is not a value of the option.
///
/// ```
/// use tower_cors::Enforcement;
///
/// assert_eq!("server".parse(), Ok(Enforcement::Server));
/// assert_eq!(
///     "sever".parse::<Enforcement>().unwrap_err().to_string(),
///     "`sever` is not an enforcement; did you mean `server`?"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError(pub(super) String);

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for OptionError {}

#[cfg(test)]
mod tests {
    use std::fmt::{self, Display};
    use std::str::FromStr;

    use crate::config::{Danger, Enforcement, InnerHeaders, PreflightMode, WhenEmpty};

    #[track_caller]
    fn assert_printed_as_parsed<T>(all: &[T], names: &[&str])
    where
        T: FromStr<Err: PartialEq + fmt::Debug> + Display + Copy + PartialEq + fmt::Debug,
    {
        let printed: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(printed, names);
        for (value, name) in all.iter().zip(names) {
            assert_eq!(name.parse(), Ok(*value));
        }
    }

    #[test]
    fn names_are_printed_as_they_are_parsed() {
        assert_printed_as_parsed(PreflightMode::ALL, &["answer", "decorate", "forward"]);
        assert_printed_as_parsed(Enforcement::ALL, &["browser", "server"]);
        assert_printed_as_parsed(WhenEmpty::ALL, &["error", "off", "any"]);
        assert_printed_as_parsed(InnerHeaders::ALL, &["replace", "keep"]);
        let dangers = [
            "insecure-origins",
            "public-suffix-subdomains",
            "unbounded",
            "null-origin",
            "any-origin-with-credentials",
        ];
        assert_printed_as_parsed(Danger::ALL, &dangers);
    }

    #[track_caller]
    fn assert_error<T: FromStr<Err: Display> + fmt::Debug>(text: &str, message: &str) {
        assert_eq!(text.parse::<T>().unwrap_err().to_string(), message);
    }

    #[test]
    fn what_is_no_name_is_an_error_with_its_repair() {
        assert_error::<PreflightMode>(
            "forwards",
            "`forwards` is not a preflight mode; did you mean `forward`?",
        );
        assert_error::<Enforcement>(
            "",
            "`` is not an enforcement; expected one of `browser`, `server`",
        );
        assert_error::<InnerHeaders>(
            "Keep",
            "`Keep` is not a rule for inner headers; did you mean `keep`?",
        );
        assert_error::<Danger>(
            "\u{1b}[31m",
            "`\u{241b}[31m` is not a danger; expected one of `insecure-origins`, \
             `public-suffix-subdomains`, `unbounded`, `null-origin`, \
             `any-origin-with-credentials`",
        );
    }
}
