//! Real connections: what hyper's server and client see of the layer, over
//! HTTP/1.1 and HTTP/2.

#[path = "support/net.rs"]
mod net;
mod support;

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
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

/// The headers of a WebSocket handshake over HTTP/1.1.
const UPGRADE: [Header; 4] = [
    ("connection", "upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

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
    for (origin, status) in [(APP, 101), (EVIL, 403)] {
        let mut client = Client::connect(Version::HTTP_11, server)
            .await
            .expect("a server");
        let headers = UPGRADE.into_iter().chain([("origin", origin)]);
        let request = with(to(Version::HTTP_11, server, &Method::GET, "/"), headers);
        let response = client.send(request).await.expect("a response");
        assert_eq!(response.status(), status, "{origin}");
        let vary = response.headers().get("vary").expect("a value");
        assert_eq!(vary, VARY_ENFORCED.1, "{origin}");
    }
}

/// A client that knows that the server takes an extended CONNECT: from the server's settings,
/// which come before any response.
async fn extended_client(server: SocketAddr) -> Client {
    let mut client = Client::connect(Version::HTTP_2, server)
        .await
        .expect("a server");
    let request = with(to(Version::HTTP_2, server, &Method::POST, "/"), []);
    client.send(request).await.expect("a response");
    client
}

/// Over HTTP/2, a WebSocket handshake is a CONNECT (RFC 8441).
#[tokio::test]
async fn an_extended_connect_from_elsewhere_is_denied_by_server_enforcement() {
    let server = serve(layer(Enforcement::Server).layer(websocket())).await;
    let mut client = extended_client(server).await;
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

/// A server with a name of its own, at whatever port.
const OWN: &str = "http://own.example";

/// A request for a server by its name, as this version writes it.
fn to_name(
    version: Version,
    name: &'static str,
    method: &Method,
    headers: &[Header],
) -> Request<Empty<Bytes>> {
    let server = SocketAddr::from(([127, 0, 0, 1], 80));
    let mut request = with(
        to(version, server, method, "/chat"),
        headers.iter().copied(),
    );
    if version == Version::HTTP_2 {
        let uri = Uri::builder().scheme("http").authority(name);
        *request.uri_mut() = uri.path_and_query("/chat").build().expect("a URI");
    } else {
        let host = HeaderValue::from_static(name);
        request.headers_mut().insert("host", host);
    }
    request
}

/// DNS rebinding: the page of a name that now leads here sends requests of its own origin.
#[tokio::test]
async fn own_origins_refuse_a_name_that_was_rebound() {
    let config = CorsConfig::new([APP])
        .enforcement(Enforcement::Server)
        .own_origins([OWN, "http://localhost:*"]);
    let server = serve(CorsLayer::new(config).expect("a policy").layer(websocket())).await;
    let preflight = [origin(APP), acrm("POST")];
    // To which name, from which page, and what comes of it; an inner service answers POST
    // and OPTIONS with 200.
    let table: [(&str, Method, &[Header], u16); 14] = [
        ("own.example", Method::POST, &[], 200),
        ("localhost:3000", Method::POST, &[], 200),
        ("own.example", Method::POST, &[origin(OWN)], 200),
        ("own.example", Method::POST, &[origin(APP)], 200),
        ("own.example", Method::POST, &[origin(EVIL)], 403),
        ("own.example", Method::OPTIONS, &[], 200),
        ("own.example", Method::OPTIONS, &[origin(OWN)], 200),
        ("own.example", Method::OPTIONS, &[origin(EVIL)], 403),
        ("own.example", Method::OPTIONS, &preflight, 204),
        ("evil.example", Method::POST, &[], 421),
        (
            "evil.example",
            Method::POST,
            &[
                origin("http://evil.example"),
                ("sec-fetch-site", "same-origin"),
            ],
            421,
        ),
        ("evil.example", Method::POST, &[origin(APP)], 421),
        ("evil.example", Method::OPTIONS, &[], 421),
        ("evil.example", Method::OPTIONS, &preflight, 421),
    ];
    for version in VERSIONS {
        for (name, method, headers, status) in &table {
            let request = to_name(version, name, method, headers);
            let response = fetch_request(version, server, request).await;
            let row = format!("{version:?} {method} to {name}, {headers:?}");
            assert_eq!(response.status(), *status, "{row}");
        }
    }

    let handshake = [
        ("own.example", OWN, 101),
        ("own.example", APP, 101),
        ("own.example", EVIL, 403),
        ("evil.example", "http://evil.example", 421),
        ("evil.example", OWN, 421),
    ];
    for (name, from, status) in handshake {
        let headers = UPGRADE.into_iter().chain([origin(from)]);
        let headers: Vec<_> = headers.collect();
        let request = to_name(Version::HTTP_11, name, &Method::GET, &headers);
        let mut client = Client::connect(Version::HTTP_11, server)
            .await
            .expect("a server");
        let response = client.send(request).await.expect("a response");
        assert_eq!(response.status(), status, "to {name} from {from}");
    }
    let mut client = extended_client(server).await;
    for (name, from, status) in handshake {
        let mut request = to_name(Version::HTTP_2, name, &Method::CONNECT, &[origin(from)]);
        let protocol = Protocol::from_static("websocket");
        request.extensions_mut().insert(protocol);
        let response = client.send(request).await.expect("a response");
        // Over HTTP/2 the handshake is accepted with 200 (RFC 8441).
        let status = if status == 101 { 200 } else { status };
        assert_eq!(response.status(), status, "to {name} from {from}");
    }
}
