//! Ready-made configurations for common cases.

use std::time::Duration;

use super::{AllowHeaders, CorsConfig, Enforcement, MaxAge, OriginList};

/// The origins of [`CorsConfig::localhost_for_development`].
const LOOPBACK: [&str; 6] = [
    "http://localhost:*",
    "https://localhost:*",
    "http://127.0.0.1:*",
    "https://127.0.0.1:*",
    "http://[::1]:*",
    "https://[::1]:*",
];

/// Ready-made configurations for common cases. Setters change the parts that do not fit.
impl CorsConfig {
    /// The request headers of [`grpc_web`](CorsConfig::grpc_web):
    ///
    /// - `content-type`: pages may not send `application/grpc-web` without a preflight;
    /// - `x-grpc-web`, and `x-user-agent` in place of `user-agent`: the clients
    ///   grpc-web and Connect set both on every call;
    /// - `grpc-timeout`: they set it on calls with a deadline.
    pub const GRPC_WEB_REQUEST_HEADERS: &'static [&'static str] =
        &["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"];

    /// The response headers of [`grpc_web`](CorsConfig::grpc_web).
    ///
    /// The status of a call is in the body, after the messages; but a call that
    /// fails without a message has it [in the headers], and clients that cannot
    /// read it there report another error. `grpc-status-details-bin` has the
    /// details that `tonic-types` and others add.
    ///
    /// [in the headers]: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
    pub const GRPC_WEB_RESPONSE_HEADERS: &'static [&'static str] =
        &["grpc-status", "grpc-message", "grpc-status-details-bin"];

    /// A policy that lets pages of these origins make [gRPC-Web] calls, without
    /// credentials.
    ///
    /// It allows `POST`, the [request headers] and [response headers] of the
    /// protocol, and lets browsers keep a preflight's answer for 10 minutes, as
    /// all of them do: no call goes without a preflight. That `GET` is not
    /// listed is deliberate, although an [advisory](crate::Policy::advisories) says so.
    ///
    /// Metadata of the service's own is added with the singular setters; `authorization` is
    /// metadata too:
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let policy = CorsConfig::grpc_web(["https://app.example.com"])
    ///     .allow_header("authorization")
    ///     .expose_header("x-request-id")
    ///     .compile()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    ///
    /// Clients that compress messages, as the browser's cannot, need
    /// `grpc-encoding` and `grpc-accept-encoding` in both lists.
    ///
    /// [gRPC-Web]: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
    /// [request headers]: CorsConfig::GRPC_WEB_REQUEST_HEADERS
    /// [response headers]: CorsConfig::GRPC_WEB_RESPONSE_HEADERS
    pub fn grpc_web(origins: impl OriginList) -> Self {
        CorsConfig::new(origins)
            .allow_methods(["POST"])
            .allow_headers(CorsConfig::GRPC_WEB_REQUEST_HEADERS)
            .expose_headers(CorsConfig::GRPC_WEB_RESPONSE_HEADERS)
            .max_age(Duration::from_secs(600))
    }

    /// The request headers of [`mcp`](CorsConfig::mcp): `content-type` and `authorization`,
    /// those of sessions and of streams that are taken up again (up to revision
    /// 2025-11-25), and those that repeat the message's method and name (from revision
    /// 2026-07-28).
    pub const MCP_REQUEST_HEADERS: &'static [&'static str] = &[
        "content-type",
        "authorization",
        "mcp-protocol-version",
        "mcp-session-id",
        "last-event-id",
        "mcp-method",
        "mcp-name",
    ];

    /// The response headers of [`mcp`](CorsConfig::mcp): the session, and where to log in.
    pub const MCP_RESPONSE_HEADERS: &'static [&'static str] =
        &["mcp-session-id", "www-authenticate"];

    /// The request headers of distributed tracing: W3C [Trace Context] and [Baggage].
    ///
    /// [Trace Context]: https://www.w3.org/TR/trace-context/
    /// [Baggage]: https://www.w3.org/TR/baggage/
    pub const TRACE_CONTEXT_HEADERS: &'static [&'static str] =
        &["traceparent", "tracestate", "baggage"];

    /// A policy for servers of the [Model Context Protocol] over HTTP: pages of these origins
    /// may use all revisions of its transport, without credentials.
    ///
    /// The protocol requires that a foreign `Origin` is refused, so the server
    /// [enforces](crate::Enforcement::Server) the policy: it answers 403. Its
    /// [own origins](field@CorsConfig::own_origins) are those of loopback, against DNS
    /// rebinding; a server with a name of its own sets them. Tool parameters
    /// that are sent as headers, `Mcp-Param-…`, have to be
    /// [added](CorsConfig::allow_header).
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let policy = CorsConfig::mcp(["https://inspector.example.com"])
    ///     .allow_header("mcp-param-region")
    ///     .compile()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    ///
    /// [Model Context Protocol]: https://modelcontextprotocol.io/specification
    pub fn mcp(origins: impl OriginList) -> Self {
        CorsConfig::new(origins)
            .allow_methods(["GET", "POST", "DELETE"])
            .allow_headers(CorsConfig::MCP_REQUEST_HEADERS)
            .expose_headers(CorsConfig::MCP_RESPONSE_HEADERS)
            .max_age(Duration::from_secs(600))
            .enforcement(Enforcement::Server)
            .own_origins(LOOPBACK)
    }

    /// A policy for public data: pages of any origin may send any request without
    /// credentials, and read all of the response.
    ///
    /// ```
    /// use tower_cors::{CorsConfig, CorsLayer};
    ///
    /// let cors = CorsLayer::new(CorsConfig::permissive())?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn permissive() -> Self {
        CorsConfig::new(["*"])
            .allow_methods(["*"])
            .allow_headers(["*", "authorization"])
            .expose_headers(["*"])
            .max_age(Duration::from_secs(600))
    }

    /// A policy for the developer's own machine: pages of `localhost`,
    /// `127.0.0.1` and `[::1]` at any port, over `http` or `https`, may send and
    /// read anything, with credentials. Nobody else may.
    ///
    /// These are the names that development servers print. `*.localhost`, addresses of the
    /// local network, `0.0.0.0` and `null`, which any page can have, are not among them.
    ///
    /// Browsers keep no preflight's answer, so that a change of policy shows at
    /// once.
    ///
    /// It is not for production: every program on a user's machine that serves a page could
    /// act as that user.
    ///
    /// ```
    /// use tower_cors::{CorsConfig, CorsLayer};
    ///
    /// # let is_development = true;
    /// let cors = CorsLayer::new(match is_development {
    ///     true => CorsConfig::localhost_for_development(),
    ///     false => CorsConfig::new(["https://app.example.com"]).allow_credentials(true),
    /// })?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn localhost_for_development() -> Self {
        CorsConfig::new(LOOPBACK)
            .allow_methods(["*"])
            .allow_headers(AllowHeaders::Mirror)
            .expose_headers(["*"])
            .allow_credentials(true)
            .max_age(MaxAge::Disabled)
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method, header};

    use super::*;
    use crate::AdvisoryKind;

    #[test]
    fn grpc_web() {
        let config = CorsConfig::grpc_web(["https://app.example.com"]);
        let expected = CorsConfig {
            allow_origins: vec!["https://app.example.com".into()],
            allow_methods: vec!["POST".to_owned()],
            allow_headers: ["content-type", "x-grpc-web", "x-user-agent", "grpc-timeout"].into(),
            expose_headers: Vec::from([
                "grpc-status".to_owned(),
                "grpc-message".to_owned(),
                "grpc-status-details-bin".to_owned(),
            ]),
            max_age: MaxAge::For(Duration::from_secs(600)),
            ..CorsConfig::default()
        };
        assert_eq!(config, expected);
        let policy = config.compile().unwrap();
        let [advisory] = policy.advisories() else {
            panic!("{:?}", policy.advisories());
        };
        assert_eq!(*advisory.kind(), AdvisoryKind::GetNotListed);
    }

    #[test]
    fn mcp() {
        let config = CorsConfig::mcp(["https://app.example.com"]);
        let expected = CorsConfig {
            allow_origins: vec!["https://app.example.com".into()],
            allow_methods: ["GET", "POST", "DELETE"].map(str::to_owned).into(),
            allow_headers: [
                "content-type",
                "authorization",
                "mcp-protocol-version",
                "mcp-session-id",
                "last-event-id",
                "mcp-method",
                "mcp-name",
            ]
            .into(),
            expose_headers: ["mcp-session-id", "www-authenticate"]
                .map(str::to_owned)
                .into(),
            max_age: MaxAge::For(Duration::from_secs(600)),
            enforcement: Enforcement::Server,
            own_origins: LOOPBACK.map(Into::into).into(),
            ..CorsConfig::default()
        };
        assert_eq!(config, expected);
        assert_eq!(config.compile().unwrap().advisories(), []);
    }

    #[test]
    fn permissive() {
        let config = CorsConfig::permissive();
        let expected = CorsConfig {
            allow_origins: vec!["*".into()],
            allow_methods: vec!["*".to_owned()],
            allow_headers: ["*", "authorization"].into(),
            expose_headers: vec!["*".to_owned()],
            max_age: MaxAge::For(Duration::from_secs(600)),
            ..CorsConfig::default()
        };
        assert_eq!(config, expected);
        assert_eq!(config.compile().unwrap().advisories(), []);
        let errors = config.allow_credentials(true).compile().unwrap_err();
        assert_eq!(
            errors.to_string(),
            "invalid CORS configuration: allow_origins[0] `*`: with credentials, any site could \
             act as the user; list the origins that may, or take it on by `dangerously_allow = \
             [\"any-origin-with-credentials\"]`"
        );
    }

    #[test]
    fn trace_context() {
        let config = CorsConfig::new(["https://app.example.com"])
            .allow_headers(CorsConfig::TRACE_CONTEXT_HEADERS)
            .max_age(MaxAge::Disabled);
        let policy = config.compile().unwrap();
        assert_eq!(policy.advisories(), []);
        let expected = ["traceparent", "tracestate", "baggage"].into();
        assert_eq!(policy.config().allow_headers, expected);
    }

    #[test]
    fn localhost_for_development() {
        let config = CorsConfig::localhost_for_development();
        let expected = CorsConfig {
            allow_origins: vec![
                "http://localhost:*".into(),
                "https://localhost:*".into(),
                "http://127.0.0.1:*".into(),
                "https://127.0.0.1:*".into(),
                "http://[::1]:*".into(),
                "https://[::1]:*".into(),
            ],
            allow_methods: vec!["*".to_owned()],
            allow_headers: AllowHeaders::Mirror,
            expose_headers: vec!["*".to_owned()],
            allow_credentials: true,
            max_age: MaxAge::Disabled,
            ..CorsConfig::default()
        };
        assert_eq!(config, expected);
        let policy = config.compile().unwrap();
        assert_eq!(policy.advisories(), []);
    }

    #[test]
    fn localhost_for_development_allows_no_other_origin() {
        let policy = CorsConfig::localhost_for_development().compile().unwrap();
        let allows = |origin| {
            let value = HeaderValue::from_static(origin);
            let headers = HeaderMap::from_iter([(header::ORIGIN, value)]);
            policy.decide((&Method::PUT, &headers)).is_allowed()
        };
        for origin in [
            "http://localhost",
            "http://localhost:5173",
            "https://localhost:1",
            "http://127.0.0.1:65535",
            "https://127.0.0.1",
            "http://[::1]:8080",
            "https://[::1]",
        ] {
            assert!(allows(origin), "{origin}");
        }
        for origin in [
            "null",
            "https://evil.example",
            "http://localhost.evil.example",
            "http://localhost.",
            "http://app.localhost",
            "http://evil-localhost",
            "http://localhost@evil.example",
            "http://localhost:3000@evil.example",
            "http://localhost:3000.evil.example",
            "http://localhost:",
            "http://localhost:*",
            "http://LOCALHOST",
            "tauri://localhost",
            "http://127.0.0.1.nip.io",
            "http://127.0.0.2",
            "http://127.1",
            "http://2130706433",
            "http://0.0.0.0:8000",
            "http://192.168.0.1",
            "http://[::]",
            "http://[::2]",
            "http://[::ffff:7f00:1]",
            "http://[0:0:0:0:0:0:0:1]",
        ] {
            assert!(!allows(origin), "{origin}");
        }
    }
}
