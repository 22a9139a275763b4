//! Servers on loopback ports: one for pages, one for each policy.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{RawQuery, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use tokio::net::TcpListener;
use tower_cors::{CorsLayer, Policy, is_preflight};

/// The application behind each policy, with the layer outermost.
pub(crate) fn app(policy: Policy) -> Router {
    Router::new()
        .route("/", any(handle))
        .route("/redirect", get(redirect))
        .route("/ws", any(greet))
        .layer(CorsLayer::from(policy))
}

/// Tells whether the user's cookie came, and has headers of every kind.
async fn handle(request: Request) -> Response {
    let with_cookie = request.headers().contains_key("cookie");
    let body = if with_cookie {
        "with a cookie"
    } else {
        "without"
    };
    let headers = [
        ("x-one", "1"),
        ("x-two", "2"),
        ("etag", "\"7\""),
        ("cache-control", "no-store"),
        ("access-control-allow-origin", "https://inner.example"),
    ];
    (headers, body).into_response()
}

async fn redirect(RawQuery(target): RawQuery) -> Redirect {
    Redirect::temporary(&target.expect("a target"))
}

async fn greet(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket| {
        let _ = socket.send(Message::text("hello")).await;
    })
}

/// The server of the pages; each host name that leads to it is an origin.
pub(crate) struct Servers {
    pages: SocketAddr,
}

/// A server with a policy.
pub(crate) struct Api {
    pub(crate) url: String,
    preflights: Arc<AtomicUsize>,
}

impl Servers {
    pub(crate) async fn start() -> Self {
        let blank = async || ([("set-cookie", "user=7")], Html("<!doctype html><body>"));
        let pages = serve(Router::new().route("/", get(blank))).await;
        Servers { pages }
    }

    /// The origin of pages at a host.
    pub(crate) fn page(&self, host: &str) -> String {
        format!("http://{host}:{}", self.pages.port())
    }

    pub(crate) async fn api(&self, policy: Policy) -> Api {
        let preflights = Arc::new(AtomicUsize::new(0));
        let count = preflights.clone();
        let app = app(policy).layer(from_fn(move |request: Request, next: Next| {
            let preflight = is_preflight(request.method(), request.headers());
            count.fetch_add(preflight.into(), Ordering::SeqCst);
            next.run(request)
        }));
        let address = serve(app).await;
        Api {
            url: format!("http://localhost:{}", address.port()),
            preflights,
        }
    }
}

impl Api {
    pub(crate) fn preflights(&self) -> usize {
        self.preflights.load(Ordering::SeqCst)
    }
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}
