//! An entry of `allow_origins`, as written.

use std::fmt;
use std::sync::Arc;

use super::Origin;

/// An entry of [`allow_origins`](crate::CorsConfig::allow_origins), as written.
///
/// | written | matches |
/// |---|---|
/// | `https://example.com`, `http://[::1]:3000`, `tauri://localhost` | exactly that origin |
/// | `https://*.example.com` | one or more labels in front; not `https://example.com` |
/// | `https://pr-*.example.com` | `*` inside the leftmost label: one or more of `[a-z0-9_-]` |
/// | `http://localhost:*` | any port, the default one included |
/// | `moz-extension://*` | that scheme with any host; not for `http` and `https` |
/// | `*` | any origin |
/// | `null` | the opaque origin |
/// | [`regex`](OriginPattern::regex) | the regex matches the whole origin |
/// | [`host_regex`](OriginPattern::host_regex) | the regex matches the whole host |
/// | [`predicate`](OriginPattern::predicate) | the function says so |
///
/// Nothing is checked before [`compile`](crate::CorsConfig::compile).
///
/// ```
/// use tower_cors::{CorsConfig, OriginPattern};
///
/// let config = CorsConfig::new([
///     OriginPattern::from("https://*.example.com"),
///     OriginPattern::predicate(|origin| origin.port() == Some(8443)),
/// ]);
/// assert!(config.compile().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OriginPattern {
    /// A pattern in the grammar above.
    Text(String),
    /// A regular expression for the whole serialised origin.
    Regex(String),
    /// A regular expression for the whole host, with any scheme and port.
    HostRegex(String),
    /// A function.
    Predicate(OriginPredicate),
}

impl OriginPattern {
    /// A regular expression, in the syntax of the `regex` crate, that matches
    /// the **whole** serialised origin: scheme, `://`, host and port.
    pub fn regex(regex: impl Into<String>) -> Self {
        OriginPattern::Regex(regex.into())
    }

    /// A regular expression that matches the **whole** host, whatever the
    /// scheme and the port.
    pub fn host_regex(regex: impl Into<String>) -> Self {
        OriginPattern::HostRegex(regex.into())
    }

    /// A function that is asked about each origin that no other entry allows,
    /// `null` and malformed ones excepted.
    ///
    /// Nothing checks what it allows, with credentials neither.
    pub fn predicate(allows: impl Fn(&Origin<'_>) -> bool + Send + Sync + 'static) -> Self {
        OriginPattern::Predicate(OriginPredicate(Arc::new(allows)))
    }
}

impl From<&str> for OriginPattern {
    fn from(text: &str) -> Self {
        OriginPattern::Text(text.to_owned())
    }
}

impl From<String> for OriginPattern {
    fn from(text: String) -> Self {
        OriginPattern::Text(text)
    }
}

/// Regular expressions are written as they are in a configuration file.
impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OriginPattern::Text(text) => f.write_str(text),
            OriginPattern::Regex(regex) => write!(f, "{{ regex = '{regex}' }}"),
            OriginPattern::HostRegex(regex) => write!(f, "{{ host_regex = '{regex}' }}"),
            OriginPattern::Predicate(_) => f.write_str("<fn>"),
        }
    }
}

/// A shared function that decides about origins.
///
/// Two are equal if they are clones of one another.
#[derive(Clone)]
pub struct OriginPredicate(Arc<dyn Fn(&Origin<'_>) -> bool + Send + Sync>);

impl OriginPredicate {
    /// Asks the function.
    #[must_use]
    pub fn allows(&self, origin: &Origin<'_>) -> bool {
        (self.0)(origin)
    }
}

impl PartialEq for OriginPredicate {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for OriginPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<fn>")
    }
}
