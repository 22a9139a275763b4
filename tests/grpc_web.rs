//! gRPC-Web through tonic's own server, over loopback HTTP/1.1: the preset, and
//! what a page gets to read.
#![cfg(feature = "testing")]

#[path = "../examples/grpc_web/greeter.rs"]
mod greeter;
mod support;

use std::convert::Infallible;
use std::future::{pending, ready};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Status};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, ServiceBuilder, service_fn};
use tower_cors::testing::{self, BlockReason, Browser, CorsCheckFailure};
use tower_cors::{CorsConfig, CorsLayer, Enforcement};

use greeter::Greeter;
use support::{
    APP, EVIL, Header, VARY, VARY_ENFORCED, VARY_PREFLIGHT, acah, acam, acao, aceh, acma, acrh,
    acrm, header_map, lines, origin, request_to,
};

const GREET: &str = "/greet.Greeter/Greet";
const WEB: Header = ("content-type", "application/grpc-web+proto");
const TEXT: Header = ("content-type", "application/grpc-web-text+proto");
/// What the preset exposes.
const EXPOSED: Header = aceh("grpc-status, grpc-message, grpc-status-details-bin");
/// Of a body whose length hyper does not know.
const CHUNKED: Header = ("transfer-encoding", "chunked");
const EMPTY: Header = ("content-length", "0");

/// The stack of the example around another policy.
fn stack(config: CorsConfig) -> impl Stack {
    ServiceBuilder::new()
        .layer(CorsLayer::new(config).expect("a policy"))
        .layer(GrpcWebLayer::new())
        .service(Routes::new(Greeter))
}

/// The stack of the example.
fn app() -> impl Stack {
    stack(CorsConfig::grpc_web([APP]))
}

/// What tonic's server serves.
trait Stack:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> Stack for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Serves until the test's runtime ends.
fn serve(mut server: Server, stack: impl Stack) -> SocketAddr {
    let incoming = TcpIncoming::bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a port");
    let address = incoming.local_addr().expect("an address");
    server = server.accept_http1(true);
    tokio::spawn(server.serve_with_incoming(stack, incoming));
    address
}

/// A client over HTTP/1.1.
fn client<B>() -> Client<HttpConnector, B>
where
    B: http_body::Body<Data: Send> + Send,
{
    Client::builder(TokioExecutor::new()).build_http()
}

/// Sends a request, and asserts all of the response but its date.
async fn assert_response(
    server: SocketAddr,
    request: Request<impl Into<Bytes>>,
    (status, headers, body): (u16, &[Header], &[u8]),
) {
    let (mut parts, message) = request.into_parts();
    let name = format!("{parts:?}");
    parts.uri = format!("http://{server}{}", parts.uri)
        .parse()
        .expect("a URI");
    let request = Request::from_parts(parts, Full::new(message.into()));
    let mut response = client().request(request).await.expect("a response");
    response.headers_mut().remove("date");
    assert_eq!(response.status(), status, "{name}");
    assert_eq!(
        lines(response.headers()),
        lines(&header_map(headers)),
        "{name}"
    );
    let seen = response.into_body().collect().await.expect("a body");
    assert_eq!(seen.to_bytes(), body, "{name}");
}

/// A call as the clients of grpc-web and of Connect make it.
fn call(from: Header, content_type: Header, message: &'static [u8]) -> Request<&'static [u8]> {
    let headers = [
        from,
        content_type,
        ("x-grpc-web", "1"),
        ("x-user-agent", "grpc-web-javascript/0.1"),
        ("grpc-timeout", "10000m"),
    ];
    request_to("POST", GREET, headers).map(|()| message)
}

/// A message of seven bytes in a frame: field 1 is `World`.
const FOR_WORLD: &[u8] = b"\0\0\0\0\x07\x0a\x05World";
/// A message without fields in a frame.
const FOR_NOBODY: &[u8] = b"\0\0\0\0\0";
/// The message, and the trailers in a frame of their own.
const TO_WORLD: &[u8] = b"\0\0\0\0\x0f\x0a\x0dHello, World!\x80\0\0\0\x0fgrpc-status:0\r\n";

#[tokio::test]
async fn a_preflight_is_answered() {
    let server = serve(Server::builder(), app());
    let asks = [
        acrm("POST"),
        acrh("content-type,grpc-timeout,x-grpc-web,x-user-agent"),
    ];
    let preflight =
        |from| request_to("OPTIONS", GREET, [from].into_iter().chain(asks)).map(|()| "");
    let allowed = &[
        acao(APP),
        acam("POST"),
        acah("content-type, x-grpc-web, x-user-agent, grpc-timeout"),
        acma("600"),
        VARY_PREFLIGHT,
    ];
    assert_response(server, preflight(origin(APP)), (204, allowed, b"")).await;
    let denied = &[VARY_PREFLIGHT, EMPTY];
    assert_response(server, preflight(origin(EVIL)), (403, denied, b"")).await;
}

#[tokio::test]
async fn a_call_has_a_message_and_trailers() {
    let server = serve(Server::builder(), app());
    let shared = &[WEB, acao(APP), EXPOSED, VARY, CHUNKED];
    let binary = call(origin(APP), WEB, FOR_WORLD);
    assert_response(server, binary, (200, shared, TO_WORLD)).await;

    // The same in base64, each frame by itself.
    let mut text = call(origin(APP), TEXT, b"AAAAAAcKBVdvcmxk");
    let accept = text.headers()["content-type"].clone();
    text.headers_mut().insert("accept", accept);
    let shared = &[TEXT, acao(APP), EXPOSED, VARY, CHUNKED];
    let reply = b"AAAAAA8KDUhlbGxvLCBXb3JsZCE=gAAAAA9ncnBjLXN0YXR1czowDQo=";
    assert_response(server, text, (200, shared, reply)).await;
}

#[tokio::test]
async fn the_status_of_a_call_without_a_message_is_in_the_headers() {
    let server = serve(Server::builder(), app());
    let shared = &[
        WEB,
        ("grpc-status", "3"),
        ("grpc-message", "a%20name,%20please"),
        acao(APP),
        EXPOSED,
        VARY,
        EMPTY,
    ];
    let nobody = call(origin(APP), WEB, FOR_NOBODY);
    assert_response(server, nobody, (200, shared, b"")).await;
}

#[tokio::test]
async fn a_denied_call_is_made_unless_the_server_enforces() {
    let server = serve(Server::builder(), app());
    let denied = call(origin(EVIL), WEB, FOR_WORLD);
    let withheld = &[WEB, VARY, CHUNKED];
    assert_response(server, denied.clone(), (200, withheld, TO_WORLD)).await;

    let config = CorsConfig::grpc_web([APP]).enforcement(Enforcement::Server);
    let server = serve(Server::builder(), stack(config));
    let refused = &[VARY_ENFORCED, EMPTY];
    assert_response(server, denied, (403, refused, b"")).await;
}

/// A browser whose network is loopback.
fn browser(server: SocketAddr) -> Browser<Client<HttpConnector, testing::Body>> {
    Browser::new(client()).server(&format!("http://{server}"))
}

#[tokio::test]
async fn a_page_reads_a_message() {
    let browser = browser(serve(Server::builder(), app()));
    let page = browser.page(APP);
    for _ in 0..2 {
        let call = call(origin(APP), WEB, FOR_WORLD);
        let response = page.fetch(call).await.expect("a response");
        assert_eq!(response.body(), TO_WORLD);
        assert_eq!(response.header("grpc-status"), None);
    }
    assert_eq!(browser.preflights(), 1, "the answer is kept");
}

#[tokio::test]
async fn a_page_reads_the_status_of_a_call_that_fails() {
    let name = "grpc-status";
    let call = || call(origin(APP), WEB, FOR_NOBODY);
    let browser = browser(serve(Server::builder(), app()));
    let response = browser.page(APP).fetch(call()).await.expect("a response");
    assert_eq!(response.header(name).as_deref(), Some("3"));
    let message = response.header("grpc-message");
    assert_eq!(message.as_deref(), Some("a%20name,%20please"));

    // It cannot without the preset's list.
    let hidden = CorsConfig::grpc_web([APP]).expose_headers([""; 0]);
    let browser = self::browser(serve(Server::builder(), stack(hidden)));
    let response = browser.page(APP).fetch(call()).await.expect("a response");
    assert_eq!(response.header(name), None);

    let blocked = browser.page(EVIL).fetch(call()).await.unwrap_err();
    let reason = BlockReason::PreflightCorsCheck(CorsCheckFailure::MissingAllowOrigin);
    assert_eq!(*blocked.reason(), reason);
}

#[tokio::test]
async fn a_page_reads_the_details_of_an_error() {
    let fails = service_fn(|_: Request<Body>| {
        let status = Status::with_details(Code::NotFound, "gone", Bytes::from_static(b"where"));
        ready(Ok::<Response<Body>, Infallible>(status.into_http()))
    });
    let stack = ServiceBuilder::new()
        .layer(CorsLayer::new(CorsConfig::grpc_web([APP])).expect("a policy"))
        .layer(GrpcWebLayer::new())
        .service(fails);
    let browser = browser(serve(Server::builder(), stack));
    let call = call(origin(APP), WEB, FOR_WORLD);
    let response = browser.page(APP).fetch(call).await.expect("a response");
    assert_eq!(response.header("grpc-status").as_deref(), Some("5"));
    let details = response.header("grpc-status-details-bin");
    assert_eq!(details.as_deref(), Some("d2hlcmU"), "base64 of `where`");
}

/// What lies outside the layer no page can read: tonic's own deadlines are there,
/// and `tonic-web` must not be.
#[tokio::test]
async fn a_page_is_blocked_by_what_is_outside() {
    let never = service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>());
    let never = CorsLayer::new(CorsConfig::grpc_web([APP]))
        .expect("a policy")
        .layer(never);
    let server = serve(Server::builder().timeout(Duration::ZERO), never);
    let call = || call(origin(APP), WEB, FOR_WORLD);
    let blocked = browser(server).page(APP).fetch(call()).await.unwrap_err();
    let reason = BlockReason::CorsCheck(CorsCheckFailure::MissingAllowOrigin);
    assert_eq!(*blocked.reason(), reason);

    let outside = GrpcWebLayer::new().layer(app());
    let server = serve(Server::builder(), outside);
    let blocked = browser(server).page(APP).fetch(call()).await.unwrap_err();
    let reason = BlockReason::PreflightCorsCheck(CorsCheckFailure::MissingAllowOrigin);
    assert_eq!(*blocked.reason(), reason);
}
