//! Limits inside the layer: a preflight is answered without them, but an
//! instance that has become ready for it holds a permit.

use std::convert::Infallible;
use std::future::ready;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Waker};

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::routing::any;
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tower::buffer::BufferLayer;
use tower::limit::{ConcurrencyLimitLayer, GlobalConcurrencyLimitLayer};
use tower::load_shed::LoadShedLayer;
use tower::{BoxError, Service, ServiceBuilder, service_fn};
use tower_cors::testing::{BlockReason, Body, Browser};

use crate::net::{Client, VERSIONS, serve, to, with};
use crate::support::{
    APP, Header, VARY, acao, acrm, header_map, lines, now, origin, preflight, request,
};
use crate::{ANSWERED, cors, soon};

/// More than any limit here permits.
const MANY: usize = 5;

type Inner = Result<Response<String>, Infallible>;

fn inner<B>(_: Request<B>) -> std::future::Ready<Inner> {
    ready(Ok(Response::new("inner".to_owned())))
}

/// Asserts what a client gets but for the server's own headers, and reads the
/// body, so that the connection is free again.
async fn assert_sent(
    client: &mut Client,
    request: Request<Empty<bytes::Bytes>>,
    (status, headers): (u16, &[Header]),
) {
    let mut response = soon(client.send(request)).await.expect("a response");
    for own in ["content-length", "content-type", "date"] {
        response.headers_mut().remove(own);
    }
    assert_eq!(response.status(), status);
    assert_eq!(lines(response.headers()), lines(&header_map(headers)));
    soon(response.into_body().collect()).await.expect("a body");
}

const READ: (u16, &[Header]) = (200, &[acao(APP), VARY]);

/// Many preflights on one connection and on many, all kept open, leave permits
/// for actual requests on each of them.
async fn admits(server: SocketAddr, version: Version) {
    let asks = || {
        let builder = to(version, server, &Method::OPTIONS, "/");
        with(builder, [origin(APP), acrm("GET")])
    };
    let reads = || {
        let builder = to(version, server, &Method::GET, "/");
        with(builder, [origin(APP)])
    };
    let mut clients = Vec::new();
    for _ in 0..MANY {
        let mut client = Client::connect(version, server).await.expect("a server");
        for _ in 0..MANY {
            assert_sent(&mut client, asks(), ANSWERED).await;
        }
        clients.push(client);
    }
    for client in &mut clients {
        assert_sent(client, reads(), READ).await;
        assert_sent(client, asks(), ANSWERED).await;
    }
}

#[tokio::test]
async fn preflights_leave_the_permits_of_a_concurrency_limit_to_others() {
    let stack = ServiceBuilder::new()
        .layer(cors())
        .layer(ConcurrencyLimitLayer::new(1))
        .service_fn(inner);
    let server = serve(stack).await;
    for version in VERSIONS {
        admits(server, version).await;
    }
}

#[tokio::test]
async fn preflights_leave_the_places_of_a_buffer_to_others() {
    let stack = ServiceBuilder::new()
        .layer(cors())
        .layer(BufferLayer::new(1))
        .service_fn(inner);
    let server = serve(stack).await;
    for version in VERSIONS {
        admits(server, version).await;
    }
}

async fn serve_axum(router: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn preflights_leave_the_permits_of_axum_s_limits_to_others() {
    let full = |_: BoxError| async { StatusCode::SERVICE_UNAVAILABLE };
    let router = Router::new().route("/", any(async || "inner"));
    let limited = ServiceBuilder::new()
        .layer(cors())
        .layer(GlobalConcurrencyLimitLayer::new(1));
    let buffered = ServiceBuilder::new()
        .layer(cors())
        .layer(HandleErrorLayer::new(full))
        .layer(BufferLayer::new(1));
    let limited = router.clone().layer(limited);
    let buffered = router.layer(buffered);
    for router in [limited, buffered] {
        admits(serve_axum(router).await, Version::HTTP_11).await;
    }
}

/// What a preflight has reserved on a service of one's own is used up by the
/// next call of that instance. (Dropping it is tested beside the layer.)
#[test]
fn a_kept_permit_is_used_by_the_next_call() {
    let mut first = ServiceBuilder::new()
        .layer(cors())
        .layer(ConcurrencyLimitLayer::new(1))
        .service_fn(inner);
    let mut second = first.clone();
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.poll_ready(&mut context).is_ready());
    assert!(now(first.call(preflight(APP, "GET", []))).is_ok());
    assert!(second.poll_ready(&mut context).is_pending());

    assert!(now(first.call(request("GET", [origin(APP)]))).is_ok());
    assert!(second.poll_ready(&mut context).is_ready());
}

#[tokio::test]
async fn a_preflight_keeps_a_place_in_a_buffer_until_its_instance_is_dropped() {
    let mut first = ServiceBuilder::new()
        .layer(cors())
        .layer(BufferLayer::new(1))
        .service_fn(inner);
    let mut second = first.clone();
    let mut context = Context::from_waker(Waker::noop());
    assert!(first.poll_ready(&mut context).is_ready());
    assert!(now(first.call(preflight(APP, "GET", []))).is_ok());
    assert!(second.poll_ready(&mut context).is_pending());
    drop(first);
    assert!(second.poll_ready(&mut context).is_ready());
}

/// A server that is full answers preflights, if it sheds load inside the layer;
/// pages can read that it is full if the error becomes a response there, too.
#[tokio::test]
async fn load_is_shed_inside() {
    let (entered, mut entries) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let busy = {
        let gate = Arc::clone(&gate);
        service_fn(move |_: Request<_>| {
            let (entered, gate) = (entered.clone(), Arc::clone(&gate));
            async move {
                entered.send(()).expect("a test");
                let _open = gate.acquire().await;
                Ok::<_, Infallible>(Response::new("inner".to_owned()))
            }
        })
    };
    let shedding = ServiceBuilder::new()
        .layer(cors())
        .layer(LoadShedLayer::new())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(busy);

    let page = Browser::new(shedding.clone()).page(APP);
    let first = tokio::spawn(async move { page.get("/").await.map(|response| response.status()) });
    soon(entries.recv()).await.expect("an entry");

    let mut asking = shedding.clone();
    let mut context = Context::from_waker(Waker::noop());
    assert!(asking.poll_ready(&mut context).is_ready());
    let asks = preflight(APP, "GET", []).map(|()| Body::default());
    let answer = now(asking.call(asks)).expect("an answer");
    assert_eq!(answer.status(), 204);

    let blocked = Browser::new(shedding.clone()).page(APP).get("/").await;
    let blocked = blocked.expect_err("an error has no response");
    let reason = BlockReason::Network("service overloaded".to_owned());
    assert_eq!(*blocked.reason(), reason);

    gate.add_permits(1);
    assert_eq!(first.await.expect("no panic").expect("a response"), 200);
}
