//! An entry of `allow_origins`, as written.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::serialised::Origin;
use crate::text::Readable;

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
/// | [`predicate`](OriginPattern::predicate) | the function returns `true` |
///
/// An entry is **open** if it stands for hosts that it does not spell out. With
/// credentials, an open entry never allows an origin beyond its border, unless a
/// [`Danger`](crate::Danger) is taken on for it: see [`within`](OriginPattern::within).
///
/// Nothing is checked before [`compile`](crate::CorsConfig::compile).
///
/// ```
/// use tower_cors::{CorsConfig, OriginPattern};
///
/// let config = CorsConfig::new([
///     OriginPattern::from("https://*.example.com"),
///     OriginPattern::predicate(|origin| origin.port() == Some(8443)).within(["example.org"]),
/// ]);
/// assert!(config.allow_credentials(true).compile().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    /// The pattern itself.
    pub kind: PatternKind,
    /// The domains that it stays within; see [`within`](fn@OriginPattern::within).
    /// Empty where none is written.
    pub within: Vec<String>,
}

/// The kinds of [`OriginPattern`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatternKind {
    /// An origin, or a pattern with `*`.
    Text(String),
    /// A regular expression for the whole serialised origin.
    Regex(String),
    /// A regular expression for the whole host, with any scheme and port.
    HostRegex(String),
    /// A function.
    Predicate(OriginPredicate),
}

impl OriginPattern {
    fn new(kind: PatternKind) -> Self {
        OriginPattern {
            kind,
            within: Vec::new(),
        }
    }

    /// A regular expression, in the syntax of the `regex` crate, that matches
    /// the **whole** serialised origin: scheme, `://`, host and port.
    pub fn regex(regex: impl Into<String>) -> Self {
        OriginPattern::new(PatternKind::Regex(regex.into()))
    }

    /// A regular expression that matches the **whole** host, with any port. Without
    /// credentials the scheme can be any; with them it is `https`, or `http` on loopback.
    pub fn host_regex(regex: impl Into<String>) -> Self {
        OriginPattern::new(PatternKind::HostRegex(regex.into()))
    }

    /// A function that is asked about origins that no other entry allows, even about some
    /// outside of its border. It never sees `null` or a malformed origin, and compiling a
    /// policy does not call it.
    pub fn predicate(allows: impl Fn(&Origin<'_>) -> bool + Send + Sync + 'static) -> Self {
        OriginPattern::new(PatternKind::Predicate(OriginPredicate(Arc::new(allows))))
    }

    /// Keeps a regular expression or a predicate within domains, its **border**.
    ///
    /// It then allows an origin only if, for one of the domains, the origin's host
    /// is that domain or below it and belongs to the same [site]. A host behind a
    /// public suffix, such as `evil.s3.amazonaws.com` within `amazonaws.com`, does
    /// not. With credentials, the scheme has to be `https` as well.
    ///
    /// `localhost` stands for this machine: that name, names below it, `127.0.0.0/8`
    /// and `[::1]`, over `http` too. An IP address stands for itself alone.
    ///
    /// With credentials every regular expression and predicate needs a border. Where
    /// a regular expression plainly ends in one site, [`compile`] finds the border
    /// and writes it into [`Policy::config`]. Patterns have one by themselves: the
    /// site of what stands behind the label with the `*`.
    ///
    /// ```
    /// use tower_cors::{CorsConfig, OriginPattern};
    ///
    /// let regex = OriginPattern::regex(r"https://app\.example\.(com|org)");
    /// let config = CorsConfig::new([regex.within(["example.com", "example.org"])]);
    /// assert!(config.allow_credentials(true).compile().is_ok());
    /// ```
    ///
    /// [site]: https://html.spec.whatwg.org/multipage/browsers.html#sites
    /// [`compile`]: crate::CorsConfig::compile
    /// [`Policy::config`]: crate::Policy::config
    #[must_use]
    pub fn within(mut self, domains: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.within = domains.into_iter().map(Into::into).collect();
        self
    }

    /// The entry without its border, for messages.
    pub(crate) fn as_written(&self) -> String {
        match &self.kind {
            PatternKind::Text(text) | PatternKind::Regex(text) | PatternKind::HostRegex(text) => {
                text.clone()
            }
            PatternKind::Predicate(_) => "<fn>".to_owned(),
        }
    }

    /// The text of an origin or a pattern; `None` for regexes and predicates.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            PatternKind::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<&str> for OriginPattern {
    fn from(text: &str) -> Self {
        OriginPattern::from(text.to_owned())
    }
}

impl From<String> for OriginPattern {
    fn from(text: String) -> Self {
        OriginPattern::new(PatternKind::Text(text))
    }
}

impl From<&String> for OriginPattern {
    fn from(text: &String) -> Self {
        OriginPattern::from(&text[..])
    }
}

/// A value that is not ASCII is an error when it is compiled.
impl From<http::HeaderValue> for OriginPattern {
    fn from(value: http::HeaderValue) -> Self {
        OriginPattern::from(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }
}

/// Regular expressions appear as they are written in a configuration file. Control
/// characters are replaced by their pictures.
impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, end) = match &self.kind {
            PatternKind::Text(text) => return Readable(text).fmt(f),
            PatternKind::Regex(_) | PatternKind::HostRegex(_) => (", within = ", " }"),
            PatternKind::Predicate(_) => (" within ", ""),
        };
        match &self.kind {
            PatternKind::Regex(regex) => write!(f, "{{ regex = {}", Quoted(regex))?,
            PatternKind::HostRegex(regex) => write!(f, "{{ host_regex = {}", Quoted(regex))?,
            _ => f.write_str("<fn>")?,
        }
        let domains = self.within.iter();
        let domains: Vec<_> = domains
            .map(|name| format!("\"{}\"", Readable(name)))
            .collect();
        match &domains[..] {
            [] => {}
            [domain] => write!(f, "{key}{domain}")?,
            domains => write!(f, "{key}[{}]", domains.join(", "))?,
        }
        f.write_str(end)
    }
}

/// A regex as a TOML string: a literal one, unless it contains a single quote.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains('\'') {
            let escaped = self.0.replace('\\', r"\\").replace('"', "\\\"");
            write!(f, "\"{}\"", Readable(&escaped))
        } else {
            write!(f, "'{}'", Readable(self.0))
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

impl Eq for OriginPredicate {}

impl Hash for OriginPredicate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).cast::<()>().hash(state);
    }
}

impl fmt::Debug for OriginPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<fn>")
    }
}
