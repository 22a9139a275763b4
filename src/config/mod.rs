//! The description of a policy, as written.

mod danger;
mod duration;
mod name;
mod options;
mod paths;
mod presets;
#[cfg(feature = "serde")]
mod serde;

pub use danger::{AllowedDanger, Danger};
pub use duration::MaxAgeError;
#[cfg(feature = "krakend")]
pub(crate) use duration::parse_go;
pub use name::NameError;
#[cfg(feature = "serde")]
pub(crate) use name::Named;
pub use options::{AllowHeaders, Enforcement, InnerHeaders, MaxAge, PreflightMode};
pub use paths::PathConfigs;

use crate::origin::OriginPattern;

/// The description of a CORS policy: plain data, unchecked, as written in code
/// or in a file.
///
/// [`compile`](CorsConfig::compile) checks it and makes it a
/// [`Policy`](crate::Policy). Setters are named after the fields; the last call
/// wins.
///
/// ```
/// use std::time::Duration;
/// use http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
/// use tower_cors::CorsConfig;
///
/// let policy = CorsConfig::new(["https://app.example.com", "https://*.example.com"])
///     .allow_methods([Method::GET, Method::PUT])
///     .allow_headers([AUTHORIZATION, CONTENT_TYPE])
///     .expose_headers(["x-request-id"])
///     .allow_credentials(true)
///     .max_age(Duration::from_secs(600))
///     .compile()?;
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
///
/// # In a file
///
/// With the feature `serde`, from TOML, JSON, YAML or whatever serde reads. What
/// is absent is as if it were not set.
///
/// | field | values |
/// |---|---|
/// | `allow_origins` | a list of patterns, `{ regex = "…" }`, `{ host_regex = "…" }`, the latter two with `within = "example.com"` or a list; or `"*"` |
/// | `allow_methods`, `expose_headers` | a list of names; or `"*"` |
/// | `allow_headers` | a list of names; or `"*"`; or `"mirror"` |
/// | `max_age` | seconds, `600`; a duration, `"1h30m"`; or `"browser-default"` |
/// | `preflight` | `"answer"`, `"decorate"`, `"forward"`: see [`PreflightMode`] |
/// | `preflight_status` | 200 to 299 |
/// | `enforcement` | `"browser"`, `"server"`: see [`Enforcement`] |
/// | `inner_headers` | `"replace"`, `"keep"`: see [`InnerHeaders`] |
/// | `dangerously_allow` | a list of the names of [`Danger`], such as `"insecure-origins"`, and of `{ danger = "…", regex = "…" }` |
/// | the others | `true`, `false` |
///
/// ```
/// # #[cfg(feature = "serde")]
/// # fn load() -> Result<(), Box<dyn std::error::Error>> {
/// use tower_cors::{AllowHeaders, CorsConfig, Enforcement};
///
/// let config: CorsConfig = toml::from_str(r#"
///     allow_origins = ["https://app.example.com"]
///     allow_headers = "mirror"
///     max_age       = "10m"
///     enforcement   = "server"
/// "#)?;
/// assert_eq!(
///     config,
///     CorsConfig::new(["https://app.example.com"])
///         .allow_headers(AllowHeaders::Mirror)
///         .max_age(std::time::Duration::from_secs(600))
///         .enforcement(Enforcement::Server),
/// );
/// # Ok(())
/// # }
/// # #[cfg(feature = "serde")]
/// # load().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
#[non_exhaustive]
pub struct CorsConfig {
    /// CORS is on. If it is off, requests and responses are left alone, whatever the other
    /// fields say, and nothing else is checked. On unless set.
    pub enabled: bool,

    /// The origins that may read responses ([Fetch]). At least one; `*` alone is
    /// any.
    ///
    /// [Fetch]: https://fetch.spec.whatwg.org/#cors-check
    pub allow_origins: Vec<OriginPattern>,

    /// The methods that a page may use, case-sensitive; `*` alone is any.
    /// `GET`, `HEAD` and `POST` unless set.
    ///
    /// The list is exact, for preflights and actual requests alike: a `GET`
    /// that is not listed is denied, although browsers send it [without asking].
    ///
    /// [without asking]: https://fetch.spec.whatwg.org/#cors-safelisted-method
    pub allow_methods: Vec<String>,

    /// The request headers that a page may set beyond the [safelisted] ones.
    /// None unless set.
    ///
    /// [safelisted]: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
    pub allow_headers: AllowHeaders,

    /// The response headers that a page may read beyond the [safelisted] ones;
    /// `*` alone is all. None unless set.
    ///
    /// With credentials, browsers take `*` for a name; each response then
    /// names those that it has.
    ///
    /// [safelisted]: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
    pub expose_headers: Vec<String>,

    /// Whether pages may send cookies, client certificates and HTTP
    /// authentication, and read what comes back ([Fetch]). Not unless set.
    ///
    /// [Fetch]: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
    pub allow_credentials: bool,

    /// How long a browser may reuse a preflight's answer.
    pub max_age: MaxAge,

    /// Whether public pages may reach this server at a private address. Not
    /// unless set.
    ///
    /// It answers preflights that ask for it with
    /// `Access-Control-Request-Private-Network`, a [draft] that Chromium has
    /// replaced by a permission.
    ///
    /// [draft]: https://wicg.github.io/private-network-access/
    pub allow_private_network: bool,

    /// What happens to preflights.
    pub preflight: PreflightMode,

    /// The status of a preflight's answer, 200 to 299; 204 unless set.
    pub preflight_status: u16,

    /// Who enforces the policy on actual requests.
    pub enforcement: Enforcement,

    /// What happens to `Access-Control-*` headers that the inner service sets.
    pub inner_headers: InnerHeaders,

    /// Whether a policy for any origin says so even to requests without an
    /// `Origin`, so that caches keep one response for all. It does unless set
    /// to `false`; other policies are not affected.
    pub answer_without_origin: bool,

    /// Whether responses and logs tell what was decided and why. `Vary` then
    /// names what that depends on, too. For development only; not unless set.
    pub debug: bool,

    /// The dangers that this policy takes on, each for single entries. See [`Danger`].
    pub dangerously_allow: Vec<AllowedDanger>,
}

impl CorsConfig {
    /// A policy that lets these origins read responses to `GET`, `HEAD` and
    /// `POST`, without credentials.
    pub fn new(origins: impl IntoIterator<Item = impl Into<OriginPattern>>) -> Self {
        CorsConfig::default().allow_origins(origins)
    }

    /// Sets [`enabled`](field@CorsConfig::enabled).
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    /// Sets [`allow_origins`](field@CorsConfig::allow_origins).
    pub fn allow_origins(
        mut self,
        origins: impl IntoIterator<Item = impl Into<OriginPattern>>,
    ) -> Self {
        self.allow_origins = origins.into_iter().map(Into::into).collect();
        self
    }

    /// Sets [`allow_methods`](field@CorsConfig::allow_methods), to names or
    /// [`http::Method`]s.
    pub fn allow_methods(mut self, methods: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.allow_methods = strings(methods);
        self
    }

    /// Sets [`allow_headers`](field@CorsConfig::allow_headers), to names,
    /// [`http::HeaderName`]s, or [`AllowHeaders::Mirror`].
    pub fn allow_headers(mut self, headers: impl Into<AllowHeaders>) -> Self {
        self.allow_headers = headers.into();
        self
    }

    /// Sets [`expose_headers`](field@CorsConfig::expose_headers), to names or
    /// [`http::HeaderName`]s.
    pub fn expose_headers(mut self, headers: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        self.expose_headers = strings(headers);
        self
    }

    /// Sets [`allow_credentials`](field@CorsConfig::allow_credentials).
    pub fn allow_credentials(mut self, allow: bool) -> Self {
        self.allow_credentials = allow;
        self
    }

    /// Sets [`max_age`](field@CorsConfig::max_age), to a [`MaxAge`] or a
    /// [`Duration`](std::time::Duration).
    pub fn max_age(mut self, max_age: impl Into<MaxAge>) -> Self {
        self.max_age = max_age.into();
        self
    }

    /// Sets [`allow_private_network`](field@CorsConfig::allow_private_network).
    pub fn allow_private_network(mut self, allow: bool) -> Self {
        self.allow_private_network = allow;
        self
    }

    /// Sets [`preflight`](field@CorsConfig::preflight).
    pub fn preflight(mut self, mode: PreflightMode) -> Self {
        self.preflight = mode;
        self
    }

    /// Sets [`preflight_status`](field@CorsConfig::preflight_status).
    pub fn preflight_status(mut self, status: u16) -> Self {
        self.preflight_status = status;
        self
    }

    /// Sets [`enforcement`](field@CorsConfig::enforcement).
    pub fn enforcement(mut self, enforcement: Enforcement) -> Self {
        self.enforcement = enforcement;
        self
    }

    /// Sets [`inner_headers`](field@CorsConfig::inner_headers).
    pub fn inner_headers(mut self, inner_headers: InnerHeaders) -> Self {
        self.inner_headers = inner_headers;
        self
    }

    /// Sets [`answer_without_origin`](field@CorsConfig::answer_without_origin).
    pub fn answer_without_origin(mut self, answer: bool) -> Self {
        self.answer_without_origin = answer;
        self
    }

    /// Sets [`debug`](field@CorsConfig::debug).
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = debug;
        self
    }

    /// Sets [`dangerously_allow`](field@CorsConfig::dangerously_allow), to [`Danger`]s or
    /// to dangers [for entries](Danger::for_entry).
    pub fn dangerously_allow(
        mut self,
        dangers: impl IntoIterator<Item = impl Into<AllowedDanger>>,
    ) -> Self {
        self.dangerously_allow = dangers.into_iter().map(Into::into).collect();
        self
    }
}

pub(crate) fn strings(items: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    items
        .into_iter()
        .map(|item| item.as_ref().to_owned())
        .collect()
}

/// No origins, which does not compile; all else as documented on the fields.
impl Default for CorsConfig {
    fn default() -> Self {
        CorsConfig {
            enabled: true,
            allow_origins: Vec::new(),
            allow_methods: strings(["GET", "HEAD", "POST"]),
            allow_headers: AllowHeaders::default(),
            expose_headers: Vec::new(),
            allow_credentials: false,
            max_age: MaxAge::default(),
            allow_private_network: false,
            preflight: PreflightMode::default(),
            preflight_status: 204,
            enforcement: Enforcement::default(),
            inner_headers: InnerHeaders::default(),
            answer_without_origin: true,
            debug: false,
            dangerously_allow: Vec::new(),
        }
    }
}
