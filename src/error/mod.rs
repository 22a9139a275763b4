//! What is wrong with a configuration.

mod kind;

use std::error::Error;
use std::fmt;

pub use kind::ConfigErrorKind;

/// All that is wrong with a configuration; at least one error.
///
/// Its `Display` is a list, a line each.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// The errors, or `value` if there are none.
    pub(crate) fn unless_empty<T>(errors: Vec<ConfigError>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(ConfigErrors(errors))
        }
    }

    /// The errors, in the order of the configuration's fields.
    pub fn iter(&self) -> std::slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = std::vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = std::slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [error] => write!(f, "invalid CORS configuration: {error}"),
            errors => {
                write!(f, "invalid CORS configuration, {} errors:", errors.len())?;
                errors.iter().try_for_each(|error| write!(f, "\n- {error}"))
            }
        }
    }
}

impl Error for ConfigErrors {}

/// One thing that is wrong with a configuration.
///
/// Its `Display` names the field and the value, says why, and says what to
/// write instead.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigError {
    field: String,
    value: String,
    kind: ConfigErrorKind,
    suggestion: Option<String>,
}

impl ConfigError {
    pub(crate) fn new(
        field: impl Into<String>,
        value: impl Into<String>,
        kind: ConfigErrorKind,
    ) -> Self {
        ConfigError {
            field: field.into(),
            value: value.into(),
            kind,
            suggestion: None,
        }
    }

    pub(crate) fn suggest(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// The same error in the configuration of a path.
    pub(crate) fn within(mut self, path: &str) -> Self {
        self.field = format!("{path:?}.{}", self.field);
        self
    }

    /// The field, with the place in its list: `allow_origins[2]`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value, as written.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ConfigErrorKind {
        &self.kind
    }

    /// What to write in place of the value, if that can be told.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_place(f, &self.field, &self.value)?;
        self.kind.fmt(f)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; write `{suggestion}`"),
            None => Ok(()),
        }
    }
}

impl Error for ConfigError {}

/// The field, and the value if there is one.
pub(crate) fn fmt_place(f: &mut fmt::Formatter<'_>, field: &str, value: &str) -> fmt::Result {
    match value {
        "" => write!(f, "{field}: "),
        // Only what would garble the line is escaped: a regex stays readable.
        _ if value.contains(char::is_control) => write!(f, "{field} `{}`: ", value.escape_debug()),
        _ => write!(f, "{field} `{value}`: "),
    }
}
