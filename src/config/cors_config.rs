//! The configuration itself: each field with its documentation, its default, its setter and
//! its form in files.

#[cfg(feature = "schemars")]
use std::borrow::Cow;
use std::convert::identity;
#[cfg(feature = "serde")]
use std::fmt;

#[cfg(feature = "schemars")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
#[cfg(feature = "serde")]
use serde::{
    de::{self, Deserialize, Deserializer, MapAccess, Visitor},
    ser::{Serialize, SerializeMap, Serializer},
};

use super::{
    AllowHeaders, AllowedDanger, Enforcement, InnerHeaders, MaxAge, PreflightMode, WhenEmpty,
};
use super::{OriginList, declare::config, list::entries, sources::Sources};
#[cfg(feature = "serde")]
use super::{list::List, named::OneOf};
use crate::origin::OriginPattern;

#[cfg(feature = "serde")]
struct ConfigVisitor;

config! {
    /// The description of a CORS policy: plain data, unchecked, as written in code or in a
    /// file.
    ///
    /// [`compile`](CorsConfig::compile) checks it and turns it into a
    /// [`Policy`](crate::Policy). Setters are named after the fields. The plural ones
    /// replace a list; the singular ones, such as [`allow_origin`](CorsConfig::allow_origin),
    /// add an entry.
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
    /// With the feature `serde`, it is read from TOML, JSON, YAML or any other format of
    /// serde. A field that is absent keeps its default. A list can also be a text with
    /// commas between its entries, as environment variables and flags have it.
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
    /// | `own_origins` | a list of origins |
    /// | `when_empty` | `"error"`, `"off"`, `"any"`: see [`WhenEmpty`] |
    /// | `inner_headers` | `"replace"`, `"keep"`: see [`InnerHeaders`] |
    /// | `dangerously_allow` | a list of the names of dangers, such as `"insecure-origins"`, and of `{ danger = "…", regex = "…" }`: see [`Danger`](crate::Danger) |
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
        /// fields say, and nothing else is checked. Default: `true`.
        enabled: bool = true,
        set(bool) by identity, file(bool);

        /// The origins that may read responses ([Fetch]). `*` alone is any. At least one,
        /// unless [`when_empty`](field@CorsConfig::when_empty) says otherwise.
        ///
        /// [Fetch]: https://fetch.spec.whatwg.org/#cors-check
        allow_origins: Vec<OriginPattern> = Vec::new(),
        set(impl OriginList) by OriginList::patterns, file(List<OriginPattern>);

        /// The methods that a page may use, case-sensitive: names or [`http::Method`]s. `*`
        /// alone is any. Default: `GET`, `HEAD` and `POST`.
        ///
        /// The list is exact, for preflights and actual requests alike: a `GET` that is not
        /// listed is denied, although browsers send it [without asking].
        ///
        /// [without asking]: https://fetch.spec.whatwg.org/#cors-safelisted-method
        allow_methods: Vec<String> = strings(["GET", "HEAD", "POST"]),
        set(impl IntoIterator<Item = impl AsRef<str>>) by strings, file(List<String>);

        /// The request headers that a page may set beyond the [safelisted] ones: names,
        /// [`http::HeaderName`]s, or [`AllowHeaders::Mirror`]. Default: none.
        ///
        /// [safelisted]: https://fetch.spec.whatwg.org/#cors-safelisted-request-header
        allow_headers: AllowHeaders = AllowHeaders::default(),
        set(impl Into<AllowHeaders>) by Into::into, file(AllowHeaders);

        /// The response headers that a page may read beyond the [safelisted] ones: names or
        /// [`http::HeaderName`]s. `*` alone is all. Default: none.
        ///
        /// With credentials, browsers take `*` for a name. Each response then lists the
        /// names of the headers that it has.
        ///
        /// [safelisted]: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
        expose_headers: Vec<String> = Vec::new(),
        set(impl IntoIterator<Item = impl AsRef<str>>) by strings, file(List<String>);

        /// Pages may send cookies, client certificates and HTTP authentication, and read
        /// the response ([Fetch]). Default: `false`.
        ///
        /// [Fetch]: https://fetch.spec.whatwg.org/#cors-protocol-and-credentials
        allow_credentials: bool = false,
        set(bool) by identity, file(bool);

        /// How long a browser may reuse a preflight's answer: a [`MaxAge`] or a
        /// [`Duration`](std::time::Duration).
        max_age: MaxAge = MaxAge::BrowserDefault,
        set(impl Into<MaxAge>) by Into::into, file(MaxAge);

        /// Public pages may reach this server at a private address. Default: `false`.
        ///
        /// It applies to preflights that carry the header
        /// `Access-Control-Request-Private-Network`, from a [draft] that Chromium has replaced
        /// with a permission prompt.
        ///
        /// [draft]: https://wicg.github.io/private-network-access/
        allow_private_network: bool = false,
        set(bool) by identity, file(bool);

        /// Who answers preflights.
        preflight: PreflightMode = PreflightMode::Answer,
        set(PreflightMode) by identity, file(PreflightMode);

        /// The status of a preflight's answer, 200 to 299. Default: 204.
        preflight_status: u16 = 204,
        set(u16) by identity, file(u16);

        /// Who enforces the policy on actual requests.
        enforcement: Enforcement = Enforcement::Browser,
        set(Enforcement) by identity, file(Enforcement);

        /// The server's own origins, exact, or loopback with any port (`http://localhost:*`).
        /// Default: not known. They need [`Enforcement::Server`].
        ///
        /// If set, they are the only ones that are exempt from enforcement, and only requests
        /// for their hosts are served. Others are answered 421, preflights too, so that a name
        /// that an attacker rebinds to this server's address is of no use. Requests to an IP
        /// address are served, because no page can rebind one. An unsafe request that another
        /// site sends without an `Origin` is answered 403. Forwarded headers are never read:
        /// if a proxy rewrites `Host`, list its name too.
        ///
        /// `Host` and `Origin` are compared with what the server knows of itself. Without
        /// that, the server takes the two, or `Sec-Fetch-Site`, at their word.
        own_origins: Vec<OriginPattern> = Vec::new(),
        set(impl OriginList) by OriginList::patterns, file(List<OriginPattern>);

        /// The meaning of an empty `allow_origins`.
        when_empty: WhenEmpty = WhenEmpty::Error,
        set(WhenEmpty) by identity, file(WhenEmpty);

        /// The fate of `Access-Control-*` headers that the inner service sets.
        inner_headers: InnerHeaders = InnerHeaders::Replace,
        set(InnerHeaders) by identity, file(InnerHeaders);

        /// A policy for any origin sends `Access-Control-Allow-Origin: *` even in response
        /// to requests without an `Origin`, so that caches can keep one response for all.
        /// Other policies are not affected. Default: `true`.
        answer_without_origin: bool = true,
        set(bool) by identity, file(bool);

        /// Responses and logs tell how the policy decided and why. `Vary` then also names
        /// the headers that this depends on. For development only. Default: `false`.
        debug: bool = false,
        set(bool) by identity, file(bool);

        /// The dangers that this policy takes on, each for single entries:
        /// [`Danger`](crate::Danger)s or dangers [for entries](crate::Danger::for_entry).
        dangerously_allow: Vec<AllowedDanger> = Vec::new(),
        set(impl IntoIterator<Item = impl Into<AllowedDanger>>) by collect, file(List<AllowedDanger>);
    }
}

impl CorsConfig {
    /// A policy that lets these origins read responses to `GET`, `HEAD` and
    /// `POST`, without credentials.
    pub fn new(origins: impl OriginList) -> Self {
        CorsConfig::default().allow_origins(origins)
    }

    /// A policy for the origins of a comma-separated list, as environment variables and
    /// flags have it.
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let config = CorsConfig::from_list("https://app.example.com, https://*.example.org");
    /// assert_eq!(config, CorsConfig::new(["https://app.example.com", "https://*.example.org"]));
    /// ```
    pub fn from_list(text: &str) -> Self {
        CorsConfig::new(entries(text))
    }

    /// [`from_list`](CorsConfig::from_list), with the name of the variable or flag that the
    /// list comes from. Errors and advisories name it, with the number of the entry.
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let list = "https://app.example.com, https://example.org/";
    /// let config = CorsConfig::from_list_named("CORS_ALLOWED_ORIGINS", list);
    /// assert_eq!(
    ///     config.compile().unwrap_err().to_string(),
    ///     "invalid CORS configuration: CORS_ALLOWED_ORIGINS, entry 2 `https://example.org/`: \
    ///      an origin has no trailing slash; write `https://example.org`"
    /// );
    /// ```
    pub fn from_list_named(name: &str, text: &str) -> Self {
        let mut config = CorsConfig::from_list(text);
        config.sources.name("allow_origins", name.to_owned());
        config
    }

    /// Names the source of all fields that are set and have none yet, such as a file. Errors
    /// and advisories name it: `cors.toml, allow_origins, entry 2`.
    pub fn source(mut self, name: &str) -> Self {
        for field in CorsConfig::FIELDS {
            if self.is_set(field) && self.sources.source(field).is_none() {
                self.sources.name(field, format!("{name}, {field}"));
            }
        }
        self
    }

    /// The entries of a comma-separated list, for the setters that take several:
    /// `allow_methods(CorsConfig::entries(&methods))`.
    pub fn entries(text: &str) -> impl Iterator<Item = &str> {
        entries(text)
    }

    /// Adds an origin.
    pub fn allow_origin(mut self, origin: impl Into<OriginPattern>) -> Self {
        self.sources.end("allow_origins", self.allow_origins.len());
        self.allow_origins.push(origin.into());
        self
    }

    /// Adds a method.
    pub fn allow_method(mut self, method: impl AsRef<str>) -> Self {
        self.sources.end("allow_methods", self.allow_methods.len());
        self.allow_methods.push(method.as_ref().to_owned());
        self
    }

    /// Adds a request header. [`AllowHeaders::Mirror`] allows it already.
    pub fn allow_header(mut self, header: impl AsRef<str>) -> Self {
        if let AllowHeaders::List(headers) = &mut self.allow_headers {
            self.sources.end("allow_headers", headers.len());
            headers.push(header.as_ref().to_owned());
        }
        self
    }

    /// Adds an exposed response header.
    pub fn expose_header(mut self, header: impl AsRef<str>) -> Self {
        self.sources
            .end("expose_headers", self.expose_headers.len());
        self.expose_headers.push(header.as_ref().to_owned());
        self
    }
}

fn collect<T>(items: impl IntoIterator<Item = impl Into<T>>) -> Vec<T> {
    items.into_iter().map(Into::into).collect()
}

fn strings(items: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    items
        .into_iter()
        .map(|item| item.as_ref().to_owned())
        .collect()
}
