//! Clients that hang up: what they asked for is dropped, and the next request is
//! served.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body::{Body, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::{Layer, service_fn};

use crate::net::{Client, VERSIONS, serve, to, with};
use crate::support::{APP, acao, acrm, origin};
use crate::{cors, soon};

/// What becomes of a request, in order.
#[derive(Debug, PartialEq)]
enum Event {
    Called,
    BodyFailed,
    Dropped,
}

/// Tells when it is dropped.
struct Guard(UnboundedSender<Event>);

impl Guard {
    fn new(events: UnboundedSender<Event>) -> Self {
        events.send(Event::Called).expect("a test");
        Guard(events)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The test may be over.
        let _ = self.0.send(Event::Dropped);
    }
}

/// Never ends, and fills any connection.
struct Endless {
    _guard: Guard,
}

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 4096])))))
    }
}

/// By path: waits for ever, reads the request's body, or writes for ever.
async fn respond(
    request: Request<Incoming>,
    events: UnboundedSender<Event>,
) -> Result<Response<UnsyncBoxBody<Bytes, Infallible>>, Infallible> {
    let body = match request.uri().path() {
        "/wait" => {
            let _guard = Guard::new(events);
            std::future::pending().await
        }
        "/read" => {
            let guard = Guard::new(events);
            let read = request.into_body().collect().await;
            read.expect_err("the client has hung up");
            guard.0.send(Event::BodyFailed).expect("a test");
            Full::default().boxed_unsync()
        }
        "/write" => {
            let guard = Guard::new(events);
            Endless { _guard: guard }.boxed_unsync()
        }
        _ => Full::from("hello").boxed_unsync(),
    };
    Ok(Response::new(body))
}

/// A server, and what happens there.
async fn start() -> (SocketAddr, UnboundedReceiver<Event>) {
    let (sender, events) = unbounded_channel();
    let service = service_fn(move |request| respond(request, sender.clone()));
    // Wrapped, so that the body is one of this crate's, too.
    let server = serve(cors().layer(tower::ServiceExt::map_response(
        service,
        |response: http::Response<_>| response.map(tower_cors::CorsBody::from),
    )))
    .await;
    (server, events)
}

async fn assert_happens(events: &mut UnboundedReceiver<Event>, expected: &[Event]) {
    for event in expected {
        assert_eq!(soon(events.recv()).await.as_ref(), Some(event));
    }
}

/// A new client is served.
async fn assert_serves(version: Version, server: SocketAddr) {
    let mut client = Client::connect(version, server).await.expect("a server");
    let asks = to(version, server, &Method::OPTIONS, "/");
    let answer = soon(client.send(with(asks, [origin(APP), acrm("GET")]))).await;
    assert_eq!(answer.expect("an answer").status(), 204);
    let read = to(version, server, &Method::GET, "/");
    let response = soon(client.send(with(read, [origin(APP)]))).await;
    let response = response.expect("a response");
    assert_eq!(response.headers()[acao(APP).0], APP);
    let body = response.into_body().collect().await.expect("a body");
    assert_eq!(body.to_bytes(), "hello");
}

#[tokio::test]
async fn while_the_service_works() {
    for version in VERSIONS {
        let (server, mut events) = start().await;
        let mut client = Client::connect(version, server).await.expect("a server");
        let request = to(version, server, &Method::GET, "/wait");
        let request = with(request, [origin(APP)]);
        let waiting = tokio::spawn(async move { client.send(request).await.map(drop) });
        assert_happens(&mut events, &[Event::Called]).await;
        waiting.abort();
        assert_happens(&mut events, &[Event::Dropped]).await;
        assert_serves(version, server).await;
    }
}

#[tokio::test]
async fn while_sending_the_body() {
    let (server, mut events) = start().await;
    let mut client = TcpStream::connect(server).await.expect("a server");
    let half = format!(
        "POST /read HTTP/1.1\r\nHost: {server}\r\nOrigin: {APP}\r\nContent-Length: 10\r\n\r\nhalf"
    );
    client.write_all(half.as_bytes()).await.expect("a server");
    assert_happens(&mut events, &[Event::Called]).await;
    drop(client);
    let ends = [Event::BodyFailed, Event::Dropped];
    assert_happens(&mut events, &ends).await;
    assert_serves(Version::HTTP_11, server).await;
}

#[tokio::test]
async fn while_sending_the_head() {
    let (server, mut events) = start().await;
    for half in ["GE", "GET /wait HTTP/1.1\r\nOrigin: https://app.exa"] {
        let mut client = TcpStream::connect(server).await.expect("a server");
        client.write_all(half.as_bytes()).await.expect("a server");
        drop(client);
        assert_serves(Version::HTTP_11, server).await;
    }
    assert!(events.try_recv().is_err(), "no request came");
}

#[tokio::test]
async fn while_receiving_the_response() {
    for version in VERSIONS {
        let (server, mut events) = start().await;
        let mut client = Client::connect(version, server).await.expect("a server");
        let request = to(version, server, &Method::GET, "/write");
        let response = soon(client.send(with(request, [origin(APP)]))).await;
        let mut response = response.expect("a response");
        assert_eq!(response.headers()[acao(APP).0], APP);
        let frame = soon(response.body_mut().frame()).await.expect("a frame");
        assert!(frame.expect("data").is_data());
        assert_happens(&mut events, &[Event::Called]).await;
        drop((response, client));
        assert_happens(&mut events, &[Event::Dropped]).await;
        assert_serves(version, server).await;
    }
}
