//! Policies by path.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::config::{CorsConfig, Enforcement};
use crate::error::{ConfigError, ConfigErrorKind, ConfigErrors};
use crate::policy::Policy;

/// A configuration for each path prefix; `None` switches CORS off below it.
///
/// A prefix begins with `/`. `/api` is the path `/api` and all below it,
/// `/api/…`; with a `*` at its end, `/api*` is every path that begins so,
/// `/apis` too. The longest prefix wins. A path that none covers has no policy:
/// `/` covers all.
///
/// Prefixes are compared with the path as this layer sees it: inside a nested
/// router that is without the router's own prefix. Case matters. What is
/// percent-encoded is read as if it were not (`/%61pi`, `/caf%c3%a9`), but for
/// the reserved characters of RFC 3986: `%2F` is not `/`. Some servers take `//`
/// for `/`, some only at the beginning, and some not at all. If all readings of such a path
/// lead to the same prefix, the path has its policy. If not, no origin is allowed; if one of
/// the policies is enforced by the server, requests from other origins are refused. What stands behind this layer should
/// read paths no more loosely than that.
///
/// In a file (feature `serde`) it is a table, where `false` switches CORS off:
///
/// ```toml
/// ["/"]
/// allow_origins = ["*"]
///
/// ["/account"]
/// allow_origins = ["https://app.example.com"]
/// allow_credentials = true
/// ```
///
/// ```
/// use tower_cors::{CorsConfig, CorsLayer, PathConfigs};
///
/// let policies = PathConfigs::new()
///     .path("/", CorsConfig::new(["*"]))
///     .path("/account", CorsConfig::new(["https://app.example.com"]).allow_credentials(true))
///     .compile()?;
/// let cors = CorsLayer::from(policies);
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct PathConfigs {
    /// The prefixes, with their configurations.
    pub paths: Vec<(String, Option<CorsConfig>)>,
}

impl PathConfigs {
    /// No path has a policy.
    pub fn new() -> Self {
        PathConfigs::default()
    }

    /// Adds a prefix; `None` switches CORS off below it.
    pub fn path(
        mut self,
        prefix: impl Into<String>,
        config: impl Into<Option<CorsConfig>>,
    ) -> Self {
        self.paths.push((prefix.into(), config.into()));
        self
    }

    /// Compiles all configurations.
    ///
    /// # Errors
    ///
    /// All that is wrong with any of them, with the prefix in front of the
    /// field, and prefixes that are none or are there twice.
    pub fn compile(&self) -> Result<PathPolicies, ConfigErrors> {
        let mut errors = Vec::new();
        let mut paths = Paths::default();
        for (prefix, config) in &self.paths {
            let policy = match config.as_ref().map(CorsConfig::compile).transpose() {
                Ok(policy) => policy,
                Err(found) => {
                    errors.extend(found.into_iter().map(|error| error.within(prefix)));
                    None
                }
            };
            let kind = match paths.insert(prefix, policy) {
                Ok(()) => continue,
                Err(kind) => kind,
            };
            errors.push(ConfigError::new("path", prefix, kind));
        }
        let private_network = paths
            .iter()
            .any(|policy| policy.config().allow_private_network);
        let nobody = [Enforcement::Browser, Enforcement::Server]
            .map(|enforcement| Policy::of_nobody(enforcement, private_network));
        let policies = PathPolicies(Arc::new(Compiled { paths, nobody }));
        ConfigErrors::of_config(errors, policies)
    }
}

/// A policy for each path prefix, compiled from [`PathConfigs`].
///
/// A clone is a reference to the same policies.
#[derive(Clone)]
#[must_use]
pub struct PathPolicies(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    paths: Paths,
    /// Decides where two policies could apply, neither of which may be got round: the
    /// second if one of the two is enforced.
    nobody: [Policy; 2],
}

/// Prefixes, and their policies; `None` switches CORS off.
type Table = HashMap<Box<[u8]>, Option<Policy>>;

#[derive(Debug, Default)]
struct Paths {
    /// For the path and all below it; without a slash at the end.
    below: Table,
    /// For all that begins so; without the `*`.
    beginning: Table,
    /// Of prefixes, the longest first: what a look-up tries.
    lengths: Vec<usize>,
}

impl PathPolicies {
    /// The policy for a path, percent-encoded as in a request; `None` if there
    /// is none.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Policy> {
        let path = decode(path.as_bytes());
        let found = self.0.paths.longest(&path);
        if path.windows(2).any(|pair| pair == b"//") {
            let slashes = path.iter().take_while(|&&byte| byte == b'/').count();
            let begun = &path[slashes.saturating_sub(1)..];
            let mut single = path.to_vec();
            single.dedup_by(|next, byte| (*next, *byte) == (b'/', b'/'));
            let others = [begun, &single].map(|path| self.0.paths.longest(path));
            if !others.iter().all(|other| same(found, *other)) {
                let mut all = others.into_iter().chain([found]).flatten();
                let is_enforced = all.any(Policy::enforced_here);
                return Some(&self.0.nobody[usize::from(is_enforced)]);
            }
        }
        found
    }
}

/// Whether two prefixes have led to one policy.
fn same(one: Option<&Policy>, other: Option<&Policy>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => std::ptr::eq(one, other),
        _ => one.is_none() && other.is_none(),
    }
}

#[cfg(feature = "tracing")]
impl PathPolicies {
    /// All policies.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.paths.iter()
    }
}

impl Paths {
    fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.below.values().chain(self.beginning.values()).flatten()
    }

    /// What the longest prefix of a decoded path has.
    fn longest(&self, path: &[u8]) -> Option<&Policy> {
        let fitting = self.lengths.iter().filter(|&&length| length <= path.len());
        let mut found = fitting.filter_map(|&length| {
            let (prefix, rest) = path.split_at(length);
            let ends_segment = matches!(rest.first(), None | Some(b'/'));
            // The same prefix without `*` is the narrower one.
            let below = ends_segment.then(|| self.below.get(prefix)).flatten();
            below.or_else(|| self.beginning.get(prefix))
        });
        found.next()?.as_ref()
    }

    fn insert(&mut self, prefix: &str, policy: Option<Policy>) -> Result<(), ConfigErrorKind> {
        let (text, table) = match prefix.strip_suffix('*') {
            Some(text) => (text, &mut self.beginning),
            None => (prefix.strip_suffix('/').unwrap_or(prefix), &mut self.below),
        };
        if !prefix.starts_with('/') || text.contains(['*', '?', '#']) {
            return Err(ConfigErrorKind::PathPrefix);
        }
        if !is_sent_by_browsers(text) {
            return Err(ConfigErrorKind::PathNeverSent);
        }
        let text = decode(text.as_bytes());
        if let Err(at) = self
            .lengths
            .binary_search_by(|length| text.len().cmp(length))
        {
            self.lengths.insert(at, text.len());
        }
        match table.insert(text.into(), policy) {
            None => Ok(()),
            Some(_) => Err(ConfigErrorKind::PathTwice),
        }
    }
}

/// Whether a path of a request can begin so: browsers resolve dot segments, and
/// percent-encode some bytes.
fn is_sent_by_browsers(text: &str) -> bool {
    let dots = text.split('/').any(|segment| matches!(segment, "." | ".."));
    let escaped = text.split('%').skip(1).filter_map(|behind| {
        let digits = behind.as_bytes().get(..2)?;
        from_hex(digits)
    });
    !dots
        && !text.contains("//")
        && text.bytes().all(is_plain)
        && !escaped.into_iter().any(is_unreserved)
}

/// What no client encodes in a path by itself.
pub(crate) fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte)
}

/// What nobody needs to encode (RFC 3986 section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// What means something else when it is encoded (RFC 3986 section 2.2).
fn is_reserved(byte: u8) -> bool {
    b"%:/?#[]@!$&'()*+,;=".contains(&byte)
}

/// The path without escapes, but for those of reserved characters; in these,
/// digits are in upper case.
fn decode(path: &[u8]) -> Cow<'_, [u8]> {
    if !path.contains(&b'%') {
        return Cow::Borrowed(path);
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        let escaped = match tail.split_at_checked(2) {
            Some((digits, behind)) if *byte == b'%' => from_hex(digits).map(|b| (b, behind)),
            _ => None,
        };
        match escaped {
            Some((reserved, behind)) if is_reserved(reserved) => {
                decoded.extend([b'%', tail[0], tail[1]].map(|b| b.to_ascii_uppercase()));
                rest = behind;
            }
            Some((other, behind)) => {
                decoded.push(other);
                rest = behind;
            }
            None => decoded.push(*byte),
        }
    }
    Cow::Owned(decoded)
}

fn from_hex(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(digits[at]).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

impl fmt::Debug for PathPolicies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PathPolicies").field(&self.0.paths).finish()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn origin(name: &str) -> CorsConfig {
        CorsConfig::new([format!("https://{name}.example")])
    }

    #[test]
    fn the_longest_prefix_wins() {
        let policies = PathConfigs::new()
            .path("/", origin("root"))
            .path("/api", origin("api"))
            .path("/api*", origin("beginning"))
            .path("/api/v2/", origin("v2"))
            .path("/api/v2/off", None)
            .path("/x/y", origin("xy"))
            .path("/caf%C3%A9", origin("caf"))
            .path("/a%7Cb", origin("bar"))
            .path("/a@b", origin("at"))
            .path("/a%2Fb", origin("slash"))
            .compile()
            .unwrap();
        let table = [
            ("/", Some("root")),
            ("/ap", Some("root")),
            ("/api", Some("api")),
            ("/api/", Some("api")),
            ("/api/v1", Some("api")),
            ("/apis", Some("beginning")),
            ("/api-v1/x", Some("beginning")),
            ("/api/v2", Some("v2")),
            ("/api/v2/x", Some("v2")),
            ("/api/v22", Some("api")),
            ("/api/v2/off", None),
            ("/api/v2/off/x", None),
            ("/api/v2/offline", Some("v2")),
            ("/x", Some("root")),
            ("/x/y/z", Some("xy")),
            ("/%C3%A9", Some("root")),
            ("/%61pi/v1", Some("api")),
            ("/%61p%69/v1%2Foff", Some("api")),
            ("/api/v2/%6fff", None),
            ("/api%2Fv2", Some("beginning")),
            ("/api%2fv2", Some("beginning")),
            ("/api%", Some("beginning")),
            ("/api%4", Some("beginning")),
            ("/api%zz", Some("beginning")),
            ("/api/v2%2foff", Some("api")),
            ("/Api", Some("root")),
            ("//x", Some("root")),
            ("//api", Some("nobody")),
            ("/api//v2", Some("nobody")),
            ("/api//v1", Some("api")),
            ("/api/v2///off", Some("nobody")),
            ("/caf%C3%A9/x", Some("caf")),
            ("/caf%c3%a9", Some("caf")),
            ("/café", Some("caf")),
            ("/a|b", Some("bar")),
            ("/a%7cb", Some("bar")),
            ("/a%40b", Some("root")),
            ("/a%2fb", Some("slash")),
            ("", Some("root")),
            ("*", None),
        ];
        for (path, expected) in table {
            let origins = policies.get(path).map(|policy| {
                let origins = &policy.config().allow_origins;
                origins[0].to_string()
            });
            let expected = expected.map(|name| match name {
                "nobody" => "<fn>".to_owned(),
                name => format!("https://{name}.example"),
            });
            assert_eq!(origins, expected, "{path}");
        }
        let policies = PathConfigs::new()
            .path("/api", origin("api"))
            .compile()
            .unwrap();
        assert!(policies.get("/other").is_none());
        assert!(PathConfigs::new().compile().unwrap().get("/").is_none());
    }

    #[test]
    fn slashes_do_not_get_round_enforcement() {
        let enforced = |name: &str| origin(name).enforcement(Enforcement::Server);
        let policies = PathConfigs::new()
            .path("/", enforced("root"))
            .path("/api", enforced("api"))
            .path("/off", None)
            .path("/plain", origin("plain"))
            .path("/plain/too", origin("too"))
            .compile()
            .unwrap();
        let nested = PathConfigs::new()
            .path("/api", enforced("api"))
            .compile()
            .unwrap();
        let is_refused = |policies: &PathPolicies, path, origin| {
            let request = Request::post("/")
                .header("origin", origin)
                .body(())
                .unwrap();
            policies
                .get(path)
                .map(|policy| policy.decide(&request).action().is_answer())
        };
        let table = [
            ("//api", "https://root.example", Some(true)),
            ("//api", "https://api.example", Some(true)),
            ("//off", "https://root.example", Some(true)),
            ("//plain", "https://plain.example", Some(true)),
            ("//x", "https://root.example", Some(false)),
            ("/api//x", "https://api.example", Some(false)),
            ("/plain//too", "https://plain.example", Some(false)),
            ("/plain//too", "https://too.example", Some(false)),
            ("/off//x", "https://evil.example", None),
        ];
        for (path, origin, expected) in table {
            let refused = is_refused(&policies, path, origin);
            assert_eq!(refused, expected, "{path} from {origin}");
        }
        // A server may merge slashes at the beginning only.
        let public = PathConfigs::new()
            .path("/admin", enforced("admin"))
            .path("/admin/public", None)
            .compile()
            .unwrap();
        let refused = is_refused(&public, "//admin//public", "https://admin.example");
        assert_eq!(refused, Some(true));
        let refused = is_refused(&nested, "//api", "https://api.example");
        assert_eq!(refused, Some(true));
        assert_eq!(is_refused(&nested, "//x", "https://api.example"), None);
    }

    #[test]
    fn errors_name_the_prefix() {
        let errors = PathConfigs::new()
            .path("/a", CorsConfig::new(["https://a.example/"]))
            .path("/a/", None)
            .path("b", None)
            .path("/c*d", None)
            .path("/café", None)
            .path("/users/{id}", None)
            .path("/a/../b", None)
            .path("/%61", None)
            .path("/a//b", None)
            .path("/%c3%a9", None)
            .path("/%C3%A9", None)
            .path("/", CorsConfig::default())
            .compile()
            .unwrap_err();
        assert_eq!(
            errors.to_string(),
            "invalid CORS configuration, 11 errors:\n\
             - \"/a\".allow_origins[0] `https://a.example/`: an origin has no trailing slash; \
             write `https://a.example`\n\
             - path `/a/`: this prefix is there already; remove one of them\n\
             - path `b`: a prefix begins with `/`, and has a `*` at its end at most\n\
             - path `/c*d`: a prefix begins with `/`, and has a `*` at its end at most\n\
             - path `/café`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
             - path `/users/{id}`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
             - path `/a/../b`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
             - path `/%61`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
             - path `/a//b`: no request has such a path; write it percent-encoded as far as needed, without `//`, `.`, `..` and placeholders\n\
             - path `/%C3%A9`: this prefix is there already; remove one of them\n\
             - \"/\".allow_origins: no origin is allowed; list at least one, such as \
             `https://app.example.com`"
        );
    }
}
