//! Remarks on configurations, of all kinds: the shape that they share.

use std::error::Error;
use std::fmt;

use crate::text::Readable;

/// A remark on one value of a configuration.
///
/// Its `Display` names the field and the value, says why, and, where that can be
/// told, what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark<K> {
    field: String,
    value: String,
    kind: K,
    suggestion: Option<String>,
}

impl<K> Remark<K> {
    pub(crate) fn new(field: impl Into<String>, value: impl Into<String>, kind: K) -> Self {
        Remark {
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

    /// The same remark on the configuration of a path.
    pub(crate) fn within(mut self, path: &str) -> Self {
        self.field = format!("{path:?}.{}", self.field);
        self
    }

    /// The field, with the place in its list: `allow_origins[2]`,
    /// `services[0].plugins[1].config.origins[0]`.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The value, as written.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What is remarked.
    #[must_use]
    pub fn kind(&self) -> &K {
        &self.kind
    }

    /// What to write in place of the value, if that can be told.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl<K: fmt::Display> fmt::Display for Remark<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Readable(&self.field).fmt(f)?;
        if !self.value.is_empty() {
            write!(f, " `{}`", Readable(&self.value))?;
        }
        write!(f, ": {}", self.kind)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; write `{}`", Readable(suggestion)),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "serde")]
impl<K: fmt::Display> Remark<K> {
    /// An object with `field`, `value`, `code` and `message`, and, where there is
    /// one, `suggestion` or `witness`.
    pub(crate) fn serialize_as<S: serde::Serializer>(
        &self,
        code: &str,
        witness: Option<&str>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("field", &self.field)?;
        map.serialize_entry("value", &self.value)?;
        map.serialize_entry("code", code)?;
        map.serialize_entry("message", &self.kind.to_string())?;
        if let Some(suggestion) = &self.suggestion {
            map.serialize_entry("suggestion", suggestion)?;
        }
        if let Some(witness) = witness {
            map.serialize_entry("witness", witness)?;
        }
        map.end()
    }
}

/// Errors in a configuration; at least one.
///
/// Its `Display` is a list, a line each, and so is its `Debug`: that is what `unwrap`
/// prints, and `main` of an error that it returns.
///
/// ```
/// use tower_cors::CorsConfig;
///
/// let errors = CorsConfig::new(["https://app.example.com/"]).compile().unwrap_err();
/// for error in &errors {
///     assert_eq!(error.field(), "allow_origins[0]");
///     assert_eq!(error.value(), "https://app.example.com/");
///     assert_eq!(error.suggestion(), Some("https://app.example.com"));
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Errors<K> {
    heading: String,
    errors: Vec<Remark<K>>,
}

impl<K> Errors<K> {
    /// The errors below a heading, or `value` if there are none.
    pub(crate) fn unless_empty<T>(
        heading: impl Into<String>,
        errors: Vec<Remark<K>>,
        value: T,
    ) -> Result<T, Self> {
        if errors.is_empty() {
            return Ok(value);
        }
        Err(Errors {
            heading: heading.into(),
            errors,
        })
    }

    /// The errors, in the order of the configuration.
    pub fn iter(&self) -> std::slice::Iter<'_, Remark<K>> {
        self.errors.iter()
    }
}

impl<K> IntoIterator for Errors<K> {
    type Item = Remark<K>;
    type IntoIter = std::vec::IntoIter<Remark<K>>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter()
    }
}

impl<'a, K> IntoIterator for &'a Errors<K> {
    type Item = &'a Remark<K>;
    type IntoIter = std::slice::Iter<'a, Remark<K>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: fmt::Display> fmt::Display for Errors<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

impl<K: fmt::Display> fmt::Debug for Errors<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: fmt::Display> Error for Errors<K> {}

/// A list of errors, fit for an extension member of a problem response
/// (RFC 9457).
#[cfg(feature = "serde")]
impl<K> serde::Serialize for Errors<K>
where
    Remark<K>: serde::Serialize,
{
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
