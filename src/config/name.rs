//! Values that are written as one of a few names.

use std::error::Error;
use std::fmt;

use crate::text::{Readable, nearest};

/// A value that is written as one of a few names.
pub(crate) trait Named: Sized + Copy + 'static {
    /// What it is, with its article.
    const WHAT: &'static str;

    fn all() -> Vec<(&'static str, Self)>;

    /// The value of a name. An unknown one is an error that tells the nearest.
    fn named(text: &str) -> Result<Self, NameError> {
        let all = Self::all();
        if let Some((_, value)) = all.iter().find(|(name, _)| *name == text) {
            return Ok(*value);
        }
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        let repair = match nearest(text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of `{}`", names.join("`, `")),
        };
        let (text, what) = (Readable(text), Self::WHAT);
        Err(NameError(format!("`{text}` is not {what}; {repair}")))
    }
}

/// A text that is none of an option's names.
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
pub struct NameError(String);

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NameError {}

#[cfg(test)]
mod tests {
    use std::fmt::{self, Display};
    use std::str::FromStr;

    use crate::config::{Danger, Enforcement, InnerHeaders, PreflightMode};

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
