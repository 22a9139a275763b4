//! Policies for usual cases.

use std::time::Duration;

use super::{AllowHeaders, CorsConfig, MaxAge};

/// The origins of [`CorsConfig::localhost_for_development`].
const LOOPBACK: [&str; 6] = [
    "http://localhost:*",
    "https://localhost:*",
    "http://127.0.0.1:*",
    "https://127.0.0.1:*",
    "http://[::1]:*",
    "https://[::1]:*",
];

/// Policies for usual cases. Each is plain data like any other: the setters
/// change what does not fit.
impl CorsConfig {
    /// The request headers of [`grpc_web`](CorsConfig::grpc_web):
    ///
    /// - `content-type`: `application/grpc-web` is no type that pages may send
    ///   unasked;
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
    /// listed is [remarked](crate::Policy::advisories), and meant.
    ///
    /// Setters replace lists. This adds to them what a service's own metadata
    /// needs; `authorization` is metadata too:
    ///
    /// ```
    /// use tower_cors::CorsConfig;
    ///
    /// let requests = CorsConfig::GRPC_WEB_REQUEST_HEADERS.iter();
    /// let responses = CorsConfig::GRPC_WEB_RESPONSE_HEADERS.iter();
    /// let policy = CorsConfig::grpc_web(["https://app.example.com"])
    ///     .allow_headers(requests.chain(&["authorization"]))
    ///     .expose_headers(responses.chain(&["x-request-id"]))
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
    pub fn grpc_web(origins: impl IntoIterator<Item = impl Into<crate::OriginPattern>>) -> Self {
        CorsConfig::new(origins)
            .allow_methods(["POST"])
            .allow_headers(CorsConfig::GRPC_WEB_REQUEST_HEADERS)
            .expose_headers(CorsConfig::GRPC_WEB_RESPONSE_HEADERS)
            .max_age(Duration::from_secs(600))
    }

    /// A policy for the developer's own machine: pages of `localhost`,
    /// `127.0.0.1` and `[::1]` at any port, over `http` or `https`, may send and
    /// read anything, with credentials. Nobody else may.
    ///
    /// These are the names that development servers print. What is not among
    /// them: `*.localhost`, addresses of the local network, `0.0.0.0`, and
    /// `null`, which any page can have.
    ///
    /// Browsers keep no preflight's answer, so that a change of policy shows at
    /// once.
    ///
    /// It is not for production: whatever program on a user's machine serves a
    /// page could act as that user.
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
            expose_headers: super::super::strings([
                "grpc-status",
                "grpc-message",
                "grpc-status-details-bin",
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
