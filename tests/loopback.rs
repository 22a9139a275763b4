//! Real connections: what hyper's server and client see of the layer, over
//! HTTP/1.1 and HTTP/2.

#[path = "support/net.rs"]
mod net;
mod support;

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::ext::Protocol;
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsConfig, CorsLayer, Enforcement};

use net::{BoxError, Client, VERSIONS, serve, to, with};
use support::{
    APP, EVIL, Header, VARY, VARY_ENFORCED, VARY_OPTIONS, VARY_PREFLIGHT, acam, acao, acrm,
    header_map, lines, origin,
};

fn layer(enforcement: Enforcement) -> CorsLayer {
    CorsLayer::new(CorsConfig::new([APP]).enforcement(enforcement)).expect("a policy")
}

/// Asserts all of a response but its framing, which is hyper's, and differs
/// between the versions.
#[track_caller]
fn assert_response(
    name: &str,
    mut response: Response<Bytes>,
    (status, headers, body): (u16, &[Header], &str),
) {
    assert_eq!(response.status(), status, "{name}");
    let length = response.headers_mut().remove("content-length");
    // RFC 9110 section 8.6.
    assert!(status != 204 || length.is_none(), "{name}: {length:?}");
    assert_eq!(
        lines(response.headers()),
        lines(&header_map(headers)),
        "{name}"
    );
    assert_eq!(response.into_body(), body, "{name}");
}

/// Sends a request over a connection of its own, and reads all of the response.
async fn fetch<'a>(
    version: Version,
    server: SocketAddr,
    method: &Method,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Response<Bytes> {
    let request = with(to(version, server, method, "/"), headers);
    fetch_request(version, server, request).await
}

async fn fetch_request(
    version: Version,
    server: SocketAddr,
    request: Request<Empty<Bytes>>,
) -> Response<Bytes> {
    let mut client = Client::connect(version, server).await.expect("a server");
    let response = client.send(request).await.expect("a response");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    Response::from_parts(parts, body)
}

/// A service that answers everything itself.
fn greet()
-> impl Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
+ Clone
+ Send
+ 'static {
    service_fn(|_| ready(Ok(Response::new(Full::from("hello")))))
}

/// A reverse proxy: its response body is hyper's `Incoming`, which has no empty
/// value.
#[tokio::test]
async fn bodies_without_an_empty_value_are_wrapped() {
    let upstream = serve(greet()).await;
    let proxy = service_fn(move |_: Request<Incoming>| async move {
        let mut client = Client::connect(Version::HTTP_11, upstream).await?;
        let request = with(to(Version::HTTP_11, upstream, &Method::GET, "/"), []);
        Ok::<Response<Incoming>, BoxError>(client.send(request).await?)
    });
    let server = serve(
        layer(Enforcement::Browser).layer(tower::ServiceExt::map_response(
            proxy,
            |response: http::Response<_>| response.map(tower_cors::CorsBody::from),
        )),
    )
    .await;

    for version in VERSIONS {
        let name = format!("{version:?}");
        let shared = fetch(version, server, &Method::GET, [origin(APP)]).await;
        let expected = &[acao(APP), VARY][..];
        assert_response(&name, shared, (200, expected, "hello"));

        let withheld = fetch(version, server, &Method::GET, [origin(EVIL)]).await;
        assert_response(&name, withheld, (200, &[VARY], "hello"));

        let asks = [origin(APP), acrm("GET")];
        let answer = fetch(version, server, &Method::OPTIONS, asks).await;
        let expected = &[acao(APP), acam("GET, HEAD, POST"), VARY_PREFLIGHT][..];
        assert_response(&name, answer, (204, expected, ""));

        let asks = [origin(EVIL), acrm("GET")];
        let answer = fetch(version, server, &Method::OPTIONS, asks).await;
        assert_response(&name, answer, (403, &[VARY_PREFLIGHT], ""));
    }
}

#[tokio::test]
async fn options_for_the_server_is_no_preflight() {
    let server = serve(layer(Enforcement::Browser).layer(greet())).await;
    for version in VERSIONS {
        let asks = [origin(APP), acrm("GET")];
        let request = with(to(version, server, &Method::OPTIONS, "*"), asks);
        let response = fetch_request(version, server, request).await;
        let expected = (200, &[VARY_OPTIONS][..], "hello");
        assert_response(&format!("{version:?}"), response, expected);
    }
}

#[tokio::test]
async fn the_server_s_own_origin_is_known_by_its_authority() {
    let server = serve(layer(Enforcement::Server).layer(greet())).await;
    let own = format!("http://{server}");
    let other_port = format!("http://{}:1", server.ip());
    let table = [
        (&own[..], None, 200),
        (&own, Some("same-origin"), 200),
        (&own, Some("cross-site"), 403),
        (&other_port, None, 403),
        (&other_port, Some("same-origin"), 200),
        (EVIL, None, 403),
        ("null", None, 403),
    ];
    for version in VERSIONS {
        for (origin, site, status) in table {
            let site = site.map(|site| ("sec-fetch-site", site));
            let headers = [("origin", origin)].into_iter().chain(site);
            let response = fetch(version, server, &Method::POST, headers).await;
            let name = format!("{version:?} {origin} {site:?}");
            let body = if status == 200 { "hello" } else { "" };
            assert_response(&name, response, (status, &[VARY_ENFORCED], body));
        }
    }
}

/// Switches protocols, or accepts an extended CONNECT, whoever asks.
fn websocket()
-> impl Service<Request<Incoming>, Response = Response<Empty<Bytes>>, Error = Infallible, Future: Send>
+ Clone
+ Send
+ 'static {
    service_fn(|request: Request<Incoming>| {
        let mut response = Response::new(Empty::new());
        if request.method() == Method::GET {
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            let upgrade = [("connection", "upgrade"), ("upgrade", "websocket")];
            *response.headers_mut() = header_map(&upgrade);
        }
        ready(Ok(response))
    })
}

#[tokio::test]
async fn a_websocket_handshake_from_elsewhere_is_denied_by_server_enforcement() {
    let server = serve(layer(Enforcement::Server).layer(websocket())).await;
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (origin, status) in [(APP, 101), (EVIL, 403)] {
        let mut client = Client::connect(Version::HTTP_11, server)
            .await
            .expect("a server");
        let headers = upgrade.into_iter().chain([("origin", origin)]);
        let request = with(to(Version::HTTP_11, server, &Method::GET, "/"), headers);
        let response = client.send(request).await.expect("a response");
        assert_eq!(response.status(), status, "{origin}");
        let vary = response.headers().get("vary").expect("a value");
        assert_eq!(vary, VARY_ENFORCED.1, "{origin}");
    }
}

/// Over HTTP/2, a WebSocket handshake is a CONNECT (RFC 8441).
#[tokio::test]
async fn an_extended_connect_from_elsewhere_is_denied_by_server_enforcement() {
    let server = serve(layer(Enforcement::Server).layer(websocket())).await;
    let mut client = Client::connect(Version::HTTP_2, server)
        .await
        .expect("a server");
    // The client may use the protocol only once it has the server's settings,
    // which come before any response.
    let request = with(to(Version::HTTP_2, server, &Method::POST, "/"), []);
    client.send(request).await.expect("a response");
    for (origin, status) in [(APP, 200), (EVIL, 403)] {
        let builder = to(Version::HTTP_2, server, &Method::CONNECT, "/chat");
        let mut request = with(builder, [("origin", origin)]);
        let protocol = Protocol::from_static("websocket");
        request.extensions_mut().insert(protocol);
        let response = client.send(request).await.expect("a response");
        assert_eq!(response.status(), status, "{origin}");
        let vary = response.headers().get("vary").expect("a value");
        assert_eq!(vary, VARY_ENFORCED.1, "{origin}");
    }
}
