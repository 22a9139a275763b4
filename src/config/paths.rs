//! Configurations by path: plain data.

use super::CorsConfig;

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
}
