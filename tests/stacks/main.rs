//! The layer in whole stacks: with limits, with the middleware of tower-http, in
//! axum's routing, and when clients hang up.
#![cfg(feature = "testing")]

#[path = "../support/net.rs"]
mod net;
#[path = "../support/mod.rs"]
mod support;

mod disconnects;
mod limits;
mod middleware;
mod routing;

use std::fmt::{Debug, Display};
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};
use tower_cors::testing::{self, BlockReason, Browser, CorsCheckFailure};
use tower_cors::{CorsConfig, CorsLayer};

use support::{APP, Header, VARY_PREFLIGHT, acam, acao, header_map, lines};

fn cors() -> CorsLayer {
    CorsLayer::new(CorsConfig::new([APP])).expect("a policy")
}

/// The answer to a preflight for [`cors`], whatever else is in the stack.
const ANSWERED: (u16, &[Header]) = (204, &[acao(APP), acam("GET, HEAD, POST"), VARY_PREFLIGHT]);

/// What a page of [`APP`] gets from a response that lacks the headers.
const UNREADABLE: Result<u16, BlockReason> =
    Err(BlockReason::CorsCheck(CorsCheckFailure::MissingAllowOrigin));

/// The status that a page of [`APP`] reads.
async fn page_reads<S, B>(service: S) -> Result<u16, BlockReason>
where
    S: Service<Request<testing::Body>, Response = Response<B>, Error: Display> + Clone,
    B: Body<Error: Display>,
{
    let fetched = Browser::new(service).page(APP).get("/").await;
    match fetched {
        Ok(response) => Ok(response.status().as_u16()),
        Err(blocked) => Err(blocked.reason().clone()),
    }
}

/// Asserts the status and exactly these headers; gives the body.
async fn assert_answer<S, B>(
    service: S,
    request: Request<()>,
    (status, headers): (u16, &[Header]),
) -> Bytes
where
    S: Service<Request<testing::Body>, Response = Response<B>, Error: Debug>,
    B: Body<Error: Debug>,
{
    let name = format!("{request:?}");
    let request = request.map(|()| testing::Body::default());
    let response = service.oneshot(request).await.expect("a response");
    assert_eq!(response.status(), status, "{name}");
    assert_eq!(
        lines(response.headers()),
        lines(&header_map(headers)),
        "{name}"
    );
    let body = response.into_body().collect().await.expect("a body");
    body.to_bytes()
}

/// Fails instead of waiting for ever: no test depends on how long it is.
async fn soon<F: Future>(future: F) -> F::Output {
    let patience = Duration::from_secs(30);
    let output = tokio::time::timeout(patience, future).await;
    output.expect("nothing happens")
}
