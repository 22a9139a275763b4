//! The middleware of tower-http inside the layer and around it: exact headers,
//! and what a page can read.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::panic::resume_unwind;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::Full;
use tower::{BoxError, Service, ServiceBuilder, service_fn};
use tower_cors::testing::{BlockReason, Body};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::support::{APP, EVIL, Header, VARY, acao, origin, preflight, request};
use crate::{ANSWERED, UNREADABLE, assert_answer, cors, page_reads};

type Answer = Result<Response<Full<Bytes>>, Infallible>;

fn timeout() -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::ZERO)
}

async fn never(_: Request<Body>) -> Answer {
    pending().await
}

#[tokio::test]
async fn a_timeout_inside_is_readable() {
    let stack = ServiceBuilder::new()
        .layer(cors())
        .layer(timeout())
        .service_fn(never);
    let from = |from| request("GET", [origin(from)]);
    let shared = (504, &[acao(APP), VARY][..]);
    assert_answer(stack.clone(), from(APP), shared).await;
    assert_answer(stack.clone(), from(EVIL), (504, &[VARY])).await;
    assert_answer(stack.clone(), preflight(APP, "GET", []), ANSWERED).await;
    assert_eq!(page_reads(stack).await, Ok(504));
}

#[tokio::test]
async fn a_timeout_around_is_not() {
    let stack = ServiceBuilder::new()
        .layer(timeout())
        .layer(cors())
        .service_fn(never);
    let actual = request("GET", [origin(APP)]);
    assert_answer(stack.clone(), actual, (504, &[])).await;
    assert_answer(stack.clone(), preflight(APP, "GET", []), ANSWERED).await;
    assert_eq!(page_reads(stack).await, UNREADABLE);
}

/// Panics without a message on the test's output.
async fn panics(_: Request<Body>) -> Answer {
    resume_unwind(Box::new("worn out"))
}

const PANICKED: Header = ("content-type", "text/plain; charset=utf-8");

#[tokio::test]
async fn a_panic_caught_inside_is_readable() {
    let stack = ServiceBuilder::new()
        .layer(cors())
        .layer(CatchPanicLayer::new())
        .service_fn(panics);
    let from = |from| request("GET", [origin(from)]);
    let shared = (500, &[PANICKED, acao(APP), VARY][..]);
    assert_answer(stack.clone(), from(APP), shared).await;
    assert_answer(stack.clone(), from(EVIL), (500, &[PANICKED, VARY])).await;
    assert_eq!(page_reads(stack).await, Ok(500));
}

#[tokio::test]
async fn a_panic_caught_around_is_not() {
    let stack = ServiceBuilder::new()
        .layer(CatchPanicLayer::new())
        .layer(cors())
        .service_fn(panics);
    let actual = request("GET", [origin(APP)]);
    assert_answer(stack.clone(), actual, (500, &[PANICKED])).await;
    assert_answer(stack.clone(), preflight(APP, "GET", []), ANSWERED).await;
    assert_eq!(page_reads(stack).await, UNREADABLE);
}

/// Long enough to be compressed, and with a `Vary` of its own.
fn long(
    vary: &'static str,
) -> impl Service<Request<Body>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send>
+ Clone {
    service_fn(move |_: Request<Body>| {
        let mut response = Response::new(Full::from("hello ".repeat(100)));
        if !vary.is_empty() {
            let vary = HeaderValue::from_static(vary);
            response.headers_mut().insert("vary", vary);
        }
        ready(Ok(response))
    })
}

/// A request that accepts compression.
fn accepts(from: &'static str) -> Request<()> {
    request("GET", [origin(from), ("accept-encoding", "gzip")])
}

const GZIP: Header = ("content-encoding", "gzip");
const VARY_ENCODING: Header = ("vary", "accept-encoding");

#[tokio::test]
async fn compression_inside() {
    let stack = |vary| {
        ServiceBuilder::new()
            .layer(cors())
            .layer(CompressionLayer::new())
            .service(long(vary))
    };
    for (vary, from, headers) in [
        ("", APP, &[GZIP, acao(APP), VARY_ENCODING, VARY][..]),
        ("", EVIL, &[GZIP, VARY_ENCODING, VARY]),
        (
            "origin",
            APP,
            &[GZIP, acao(APP), ("vary", "origin"), VARY_ENCODING],
        ),
        ("*", APP, &[GZIP, acao(APP), ("vary", "*"), VARY_ENCODING]),
    ] {
        let body = assert_answer(stack(vary), accepts(from), (200, headers)).await;
        assert!(body.starts_with(b"\x1f\x8b"), "gzip");
    }
    // Without compression the response varies all the same.
    let plain = request("GET", [origin(APP)]);
    let headers = &[acao(APP), VARY_ENCODING, VARY];
    let body = assert_answer(stack(""), plain, (200, headers)).await;
    assert_eq!(body, "hello ".repeat(100));
    assert_eq!(page_reads(stack("")).await, Ok(200));
}

#[tokio::test]
async fn compression_around() {
    let stack = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(cors())
        .service(long(""));
    let headers = &[GZIP, acao(APP), VARY, VARY_ENCODING];
    let body = assert_answer(stack.clone(), accepts(APP), (200, headers)).await;
    assert!(body.starts_with(b"\x1f\x8b"), "gzip");
    // Too small to be compressed, an answer stays as it is.
    let asks = preflight(APP, "GET", [("accept-encoding", "gzip")]);
    assert_answer(stack.clone(), asks, ANSWERED).await;
    assert_eq!(page_reads(stack).await, Ok(200));
}

/// All of them, as the documentation advises: what goes wrong inside, a page can
/// read.
#[tokio::test]
async fn the_layer_is_outermost() {
    let stack = ServiceBuilder::new()
        .layer(cors())
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .layer(timeout());
    assert_eq!(page_reads(stack.clone().service_fn(never)).await, Ok(504));
    assert_eq!(page_reads(stack.clone().service_fn(panics)).await, Ok(500));
    assert_eq!(page_reads(stack.service(long(""))).await, Ok(200));
}

/// An error is no response: whoever serves the stack closes the connection.
#[tokio::test]
async fn an_error_has_no_response() {
    let stack = ServiceBuilder::new()
        .layer(cors())
        .service_fn(async |_: Request<Body>| {
            Err::<Response<Full<Bytes>>, BoxError>("worn out".into())
        });
    let broken = BlockReason::Network("worn out".to_owned());
    assert_eq!(page_reads(stack).await, Err(broken));
}
