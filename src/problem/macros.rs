//! The shape that all problems share, as macros: generic types would show in the public API.

/// Declares a problem with one value of a configuration, of one of the kinds of an enum.
/// The last argument finds the witness that a kind holds, for programs.
macro_rules! problem {
    ($(#[$attr:meta])* pub struct $name:ident of $kind:ident, $witness:expr) => {
        $(#[$attr])*
        ///
        /// Its `Display` names the field and the value, says what is wrong and, where
        /// possible, what to write instead.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            pub(crate) field: String,
            value: String,
            kind: $kind,
            suggestion: Option<String>,
        }

        impl $name {
            pub(crate) fn new(
                field: impl Into<String>,
                value: impl Into<String>,
                kind: $kind,
            ) -> Self {
                let (field, value) = (field.into(), value.into());
                $name { field, value, kind, suggestion: None }
            }

            pub(crate) fn suggest(mut self, suggestion: Option<String>) -> Self {
                self.suggestion = suggestion;
                self
            }

            /// The field, with the index in its list: `allow_origins[2]`,
            /// `services[0].plugins[1].config.origins[0]`. If the source of the value was named,
            /// the place there: `CORS_ALLOWED_ORIGINS, entry 2`.
            #[must_use]
            pub fn field(&self) -> &str {
                &self.field
            }

            /// The value as written.
            #[must_use]
            pub fn value(&self) -> &str {
                &self.value
            }

            /// The kind of problem.
            #[must_use]
            pub fn kind(&self) -> &$kind {
                &self.kind
            }

            /// The text to write in place of the value, if one is known.
            #[must_use]
            pub fn suggestion(&self) -> Option<&str> {
                self.suggestion.as_deref()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::text::Readable(&self.field).fmt(f)?;
                if !self.value.is_empty() {
                    write!(f, " `{}`", $crate::text::Readable(&self.value))?;
                }
                write!(f, ": {}", self.kind)?;
                match &self.suggestion {
                    Some(text) => write!(f, "; write `{}`", $crate::text::Readable(text)),
                    None => Ok(()),
                }
            }
        }

        /// An object with `field`, `value`, `code` and `message`, and with `suggestion` and
        /// `witness` where there is one.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("field", &self.field)?;
                map.serialize_entry("value", &self.value)?;
                map.serialize_entry("code", self.kind.code())?;
                map.serialize_entry("message", &self.kind.to_string())?;
                let witness: fn(&$kind) -> Option<&str> = $witness;
                let optional = [
                    ("suggestion", self.suggestion()),
                    ("witness", witness(&self.kind)),
                ];
                for (key, text) in optional {
                    if let Some(text) = text {
                        map.serialize_entry(key, text)?;
                    }
                }
                map.end()
            }
        }
    };
}

/// Declares a list of at least one problem below a heading, which is an error.
macro_rules! problem_list {
    ($(#[$attr:meta])* pub struct $name:ident of $problem:ident) => {
        $(#[$attr])*
        ///
        /// Its `Display` is a list with one line for each. So is its `Debug`, which is what
        /// `unwrap` prints, and `main` when it returns the error.
        #[derive(Clone, PartialEq)]
        pub struct $name {
            heading: String,
            errors: Vec<$problem>,
        }

        impl $name {
            /// The errors below a heading, or `value` if there are none.
            pub(crate) fn unless_empty<T>(
                heading: impl Into<String>,
                errors: Vec<$problem>,
                value: T,
            ) -> Result<T, Self> {
                let heading = heading.into();
                match errors.is_empty() {
                    true => Ok(value),
                    false => Err($name { heading, errors }),
                }
            }

            /// The errors, in the order of the configuration.
            pub fn iter(&self) -> std::slice::Iter<'_, $problem> {
                self.errors.iter()
            }
        }

        impl IntoIterator for $name {
            type Item = $problem;
            type IntoIter = std::vec::IntoIter<$problem>;

            fn into_iter(self) -> Self::IntoIter {
                self.errors.into_iter()
            }
        }

        impl<'a> IntoIterator for &'a $name {
            type Item = &'a $problem;
            type IntoIter = std::slice::Iter<'a, $problem>;

            fn into_iter(self) -> Self::IntoIter {
                self.iter()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.heading)?;
                match &self.errors[..] {
                    [error] => write!(f, ": {error}"),
                    errors => {
                        write!(f, ", {} errors:", errors.len())?;
                        errors.iter().try_for_each(|error| write!(f, "\n- {error}"))
                    }
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::error::Error for $name {}
        impl std::error::Error for $problem {}

        /// A list of errors, as the extension member of a problem response (RFC 9457).
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self)
            }
        }
    };
}

pub(crate) use {problem, problem_list};
