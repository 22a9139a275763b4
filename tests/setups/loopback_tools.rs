//! "An MCP server on the user's machine: their agent and the inspector call it, no other page."

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::Request;
use tower::ServiceExt;

use super::{APP, BoxError, EVIL};

mod ours {
    use axum::Router;
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    pub(super) fn app(tools: Router) -> Result<Router, ConfigErrors> {
        let config = CorsConfig::mcp(["https://app.example.com"]);
        Ok(tools.layer(CorsLayer::new(config)?))
    }
}

mod with_tower_http {
    use std::time::Duration;

    use axum::Router;
    use axum::extract::Request;
    use axum::middleware::{Next, from_fn};
    use axum::response::{IntoResponse, Response};
    use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN, WWW_AUTHENTICATE};
    use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
    use tower_http::cors::CorsLayer;

    const APP: HeaderValue = HeaderValue::from_static("https://app.example.com");
    const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

    fn is_loopback(uri: &HeaderValue) -> bool {
        let uri = Uri::try_from(uri.as_bytes()).ok();
        let host = uri.as_ref().and_then(Uri::host);
        matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
    }

    async fn guard(request: Request, next: Next) -> Response {
        let headers = request.headers();
        if headers.get(HOST).is_some_and(|host| !is_loopback(host)) {
            return StatusCode::MISDIRECTED_REQUEST.into_response();
        }
        let is_foreign = |origin: &HeaderValue| origin != APP && !is_loopback(origin);
        if headers.get(ORIGIN).is_some_and(is_foreign) {
            return StatusCode::FORBIDDEN.into_response();
        }
        next.run(request).await
    }

    pub(super) fn app(tools: Router) -> Router {
        let cors = CorsLayer::new()
            .allow_origin(APP)
            .allow_methods([Method::GET, Method::POST, Method::DELETE])
            .allow_headers([
                CONTENT_TYPE,
                AUTHORIZATION,
                HeaderName::from_static("mcp-protocol-version"),
                SESSION,
                HeaderName::from_static("last-event-id"),
                HeaderName::from_static("mcp-method"),
                HeaderName::from_static("mcp-name"),
            ])
            .expose_headers([SESSION, WWW_AUTHENTICATE])
            .max_age(Duration::from_secs(600));
        tools.layer(cors).layer(from_fn(guard))
    }
}

#[tokio::test]
async fn no_other_page_calls_a_tool() -> Result<(), BoxError> {
    let tools = || Router::new().route("/mcp", post(async || "called"));
    for app in [ours::app(tools())?, with_tower_http::app(tools())] {
        for (host, origin, status) in [
            ("localhost:3000", None, 200),
            ("127.0.0.1:3000", None, 200),
            ("localhost:3000", Some(APP), 200),
            ("localhost:3000", Some("http://localhost:6274"), 200),
            ("localhost:3000", Some(EVIL), 403),
            ("localhost:3000", Some("http://localhost.evil.example"), 403),
            // DNS rebinding.
            ("evil.example:3000", None, 421),
            ("evil.example:3000", Some("http://evil.example:3000"), 421),
        ] {
            let mut call = Request::post("/mcp").header("host", host);
            if let Some(origin) = origin {
                call = call.header("origin", origin);
            }
            let response = app.clone().oneshot(call.body(Body::empty())?).await?;
            assert_eq!(response.status(), status, "{host} {origin:?}");
        }
    }
    Ok(())
}
