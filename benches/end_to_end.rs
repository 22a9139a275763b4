//! Requests over loopback, through hyper alone and through axum: what is left
//! of the layer's cost where sockets and parsers have theirs.
//!
//! The client is plain: it writes a batch of requests into one connection and
//! reads as many bytes as the answers have.

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use axum::Router;
use axum::routing::any;
use axum::serve::ListenerExt;
use criterion::{Criterion, Throughput};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use support::{Answer, App, Body, Floor, Origins, actual, preflight};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_layer::{Identity, Layer};
use tower_service::Service;

/// Requests in flight.
const BATCH: u16 = 32;

fn main() {
    let mut criterion = support::criterion();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let origins = Origins::Exact(10);
    let origin = &origins.last();
    for (name, request, answer) in [
        ("actual", actual(origin), Answer::Share),
        (
            "preflight",
            preflight(origin, "content-type"),
            Answer::Preflight,
        ),
    ] {
        let floor = FloorLayer(answer);
        let ours = origins.layer();
        let rival = origins.rival();

        let name = format!("end-to-end/{name}");
        let hyper = [
            ("bare", hyper(&runtime, &Identity::new())),
            ("ours", hyper(&runtime, &ours)),
            ("floor", hyper(&runtime, &floor)),
            ("tower-http", hyper(&runtime, &rival)),
        ];
        compare(&mut criterion, &format!("{name}/hyper"), &request, hyper);
        let router = || Router::new().route("/", any(async || "{}"));
        let axum = [
            ("bare", axum(&runtime, router())),
            ("ours", axum(&runtime, router().layer(ours))),
            ("floor", axum(&runtime, router().layer(floor))),
            ("tower-http", axum(&runtime, router().layer(rival))),
        ];
        compare(&mut criterion, &format!("{name}/axum"), &request, axum);
    }
    criterion.final_summary();
}

#[derive(Clone, Copy)]
struct FloorLayer(Answer);

impl<S> Layer<S> for FloorLayer {
    type Service = Floor<S>;

    fn layer(&self, inner: S) -> Floor<S> {
        Floor::new(inner, self.0)
    }
}

/// Serves the application behind a layer, for as long as the runtime lives.
fn hyper<L>(runtime: &Runtime, layer: &L) -> SocketAddr
where
    L: Layer<App, Service: HyperService>,
{
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let service = layer.layer(App);
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let service = TowerToHyperService::new(service.clone());
            let mut server = hyper::server::conn::http1::Builder::new();
            server.pipeline_flush(true);
            tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// What hyper serves.
trait HyperService:
    Service<
        Request<Incoming>,
        Response = Response<Body>,
        Error: std::error::Error + Send + Sync,
        Future: Send,
    > + Clone
    + Send
    + 'static
{
}

impl<S> HyperService for S where
    S: Service<
            Request<Incoming>,
            Response = Response<Body>,
            Error: std::error::Error + Send + Sync,
            Future: Send,
        > + Clone
        + Send
        + 'static
{
}

fn axum(runtime: &Runtime, router: Router) -> SocketAddr {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    address
}

fn compare(
    criterion: &mut Criterion,
    name: &str,
    request: &Request<()>,
    servers: [(&str, SocketAddr); 4],
) {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(BATCH.into()));
    group.measurement_time(Duration::from_secs(2));
    let head = head(request);
    for (name, address) in servers {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let length = length_of_answer(&mut stream, &head, name != "bare");
        let batch = head.repeat(BATCH.into());
        let mut answers = vec![0; length * usize::from(BATCH)];
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                stream.write_all(&batch).unwrap();
                stream.read_exact(&mut answers).unwrap();
            });
        });
        assert!(answers.starts_with(b"HTTP/1.1 20"));
    }
}

fn head(request: &Request<()>) -> Vec<u8> {
    let mut head = format!("{} / HTTP/1.1\r\n", request.method()).into_bytes();
    for (name, value) in request.headers() {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    head.extend(b"\r\n");
    head
}

/// Sends one request and reads its answer, which must allow the origin unless
/// there is no layer.
fn length_of_answer(stream: &mut TcpStream, head: &[u8], allows: bool) -> usize {
    stream.write_all(head).unwrap();
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).unwrap();
        answer.extend(&buffer[..read]);
        let text = String::from_utf8_lossy(&answer).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.split_once("content-length: ").map_or(0, |(_, rest)| {
            let digits = rest.split("\r\n").next().unwrap();
            digits.parse().unwrap()
        });
        if body.len() == length {
            let allowed = "access-control-allow-origin: https://app9.example.com\r\n";
            assert_eq!(head.contains(allowed), allows, "{head}");
            return answer.len();
        }
    }
}
