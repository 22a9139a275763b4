//! One server on several loopback ports, which records what arrives.
//!
//! Each row of the table has a directory of its own, `/17/`, so that rows share no cached
//! preflight. The host of a request tells which origin the browser meant; a browser's
//! proxy is one of the ports as well.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, Request};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use http::header::{HOST, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_cors::{CorsConfig, CorsLayer, Policy, is_preflight};

use crate::table::{Answers, Lines, Place, Row, Site, latin1};

/// A request as it arrived, without its body.
pub(crate) struct Arrived {
    pub(crate) place: Place,
    pub(crate) head: http::Request<()>,
    pub(crate) status: Option<StatusCode>,
}

pub(crate) type App = BoxCloneSyncService<Request, Response, Infallible>;

struct Directory {
    /// The servers at the row's usual place, and at the other one.
    apps: [App; 2],
    arrived: Mutex<Vec<Arrived>>,
}

/// The server of all rows, and of the pages.
#[derive(Clone)]
pub(crate) struct Server(Arc<Inner>);

struct Inner {
    site: Site,
    directories: Vec<Directory>,
}

/// Ports that listen, but do not answer before they have a server.
pub(crate) struct Ports {
    listeners: Vec<TcpListener>,
    pub(crate) site: Site,
    pub(crate) proxy: u16,
}

impl Ports {
    pub(crate) async fn bind() -> Self {
        let mut listeners = Vec::new();
        let mut ports = [0; 4];
        for port in &mut ports {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
            let listener = listener.expect("a port");
            *port = listener.local_addr().expect("an address").port();
            listeners.push(listener);
        }
        let [pages, api, other, proxy] = ports;
        Ports {
            listeners,
            site: Site { pages, api, other },
            proxy,
        }
    }

    pub(crate) fn serve(self, rows: &[Row]) -> Server {
        let server = Server(Arc::new(Inner {
            site: self.site,
            directories: rows.iter().map(Directory::new).collect(),
        }));
        for listener in self.listeners {
            let server = server.clone();
            let app = Router::new().fallback(async move |request| server.answer(request).await);
            tokio::spawn(async { axum::serve(listener, app).await });
        }
        server
    }
}

impl Server {
    /// Takes what arrived in a row's directory so far.
    pub(crate) fn take(&self, row: usize) -> Vec<Arrived> {
        let mut arrived = self.0.directories[row].arrived.lock().unwrap();
        std::mem::take(&mut arrived)
    }

    pub(crate) async fn answer(self, request: Request) -> Response {
        if request.uri().path() == "/page" {
            return page(&request);
        }
        let Some((directory, path)) = self.find(request.uri()) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let host = request.headers()[HOST].to_str().expect("a host");
        let place = self.0.site.place(host);
        let (mut parts, body) = request.into_parts();
        // Behind the proxy, an origin server gets the path alone.
        parts.uri = path;
        let request = Request::from_parts(parts, body);
        let number = directory.record(place, &request);
        let app = directory.apps[usize::from(place == Place::Other)].clone();
        let Ok(response) = app.oneshot(request).await;
        directory.answered(number, response.status());
        response
    }

    /// The directory that a URI leads to, and what follows.
    fn find(&self, uri: &Uri) -> Option<(&Directory, Uri)> {
        let (row, rest) = uri.path_and_query()?.as_str()[1..].split_once('/')?;
        let directory = self.0.directories.get(row.parse::<usize>().ok()?)?;
        Some((directory, format!("/{rest}").parse().ok()?))
    }
}

impl Directory {
    fn new(row: &Row) -> Self {
        let usual = match (&row.policy, &row.answers) {
            (Some(policy), None) => with_policy(policy),
            (None, Some(answers)) => with_answers(answers.clone()),
            _ => panic!("{}: a row has a policy or answers", row.name),
        };
        let other = row.other_policy.as_ref().map(with_policy);
        Directory {
            apps: [usual.clone(), other.unwrap_or(usual)],
            arrived: Mutex::default(),
        }
    }

    fn record(&self, place: Place, request: &Request) -> usize {
        let mut head = http::Request::new(());
        *head.method_mut() = request.method().clone();
        *head.uri_mut() = request.uri().clone();
        *head.headers_mut() = request.headers().clone();
        let status = None;
        let mut arrived = self.arrived.lock().unwrap();
        arrived.push(Arrived {
            place,
            head,
            status,
        });
        arrived.len() - 1
    }

    fn answered(&self, number: usize, status: StatusCode) {
        if let Some(arrived) = self.arrived.lock().unwrap().get_mut(number) {
            arrived.status = Some(status);
        }
    }
}

/// A page that can do all that rows ask for. The cookie is for one host only, and does not
/// leave its site.
fn page(request: &Request) -> Response {
    let mut response = Html(include_str!("page.html")).into_response();
    let headers = response.headers_mut();
    if request.headers()[HOST].as_bytes().starts_with(b"localhost") {
        let cookie = HeaderValue::from_static("user=7; SameSite=Lax");
        headers.insert("set-cookie", cookie);
    }
    if let Some(policy) = request.uri().query() {
        headers.insert("referrer-policy", policy.parse().expect("a value"));
    }
    response
}

/// The application behind a policy, with the layer outermost.
fn with_policy(policy: &CorsConfig) -> App {
    let policy: Policy = policy.clone().compile().expect("a policy");
    let app = application().layer(CorsLayer::from(policy));
    BoxCloneSyncService::new(app)
}

/// The application with the headers of a server that knows no policy.
fn with_answers(answers: Answers) -> App {
    let app = application();
    BoxCloneSyncService::new(tower::service_fn(move |request: Request| {
        let (app, answers) = (app.clone(), answers.clone());
        async move {
            if !is_preflight(request.method(), request.headers()) {
                let Ok(mut response) = app.oneshot(request).await;
                set(response.headers_mut(), &[&answers.both, &answers.actual]);
                return Ok(response);
            }
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::from_u16(answers.status).expect("a status");
            set(response.headers_mut(), &[&answers.both, &answers.preflight]);
            Ok(response)
        }
    }))
}

fn set(headers: &mut HeaderMap, lists: &[&BTreeMap<String, Lines>]) {
    headers.remove("access-control-allow-origin");
    for (name, lines) in lists.iter().copied().flatten() {
        let name: HeaderName = name.parse().expect("a name");
        for line in lines.iter() {
            headers.append(&name, latin1(line));
        }
    }
}

/// Things that a page can load, with headers of every kind.
fn application() -> Router {
    let typed =
        |kind, content: &'static [u8]| any(async move || ([("content-type", kind)], content));
    Router::new()
        .route("/", any(async || "hello"))
        .route("/status/{status}", any(status))
        .route("/redirect/{status}", any(redirect))
        .route("/socket", any(greet))
        .route(
            "/image",
            typed(
                "image/svg+xml",
                b"<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>",
            ),
        )
        .route("/script", typed("text/javascript", b"\"use strict\";"))
        .route("/style", typed("text/css", b""))
        .route("/font", typed("font/ttf", include_bytes!("font.ttf")))
        .route("/events", typed("text/event-stream", b"data: hello\n\n"))
        .layer(map_response(async |mut response: Response| {
            for (name, value) in [
                ("x-one", "1"),
                ("x-two", "2"),
                ("etag", "\"7\""),
                ("cache-control", "no-store"),
                ("access-control-allow-origin", "https://inner.example"),
            ] {
                response
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
            response
        }))
}

async fn status(Path(status): Path<u16>) -> Response {
    (StatusCode::from_u16(status).expect("a status"), "hello").into_response()
}

async fn redirect(Path(status): Path<u16>, RawQuery(target): RawQuery) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, [("location", target.expect("a target"))]).into_response()
}

async fn greet(upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>) -> Response {
    match upgrade {
        Ok(upgrade) => upgrade.on_upgrade(async |mut socket| {
            let _ = socket.send(Message::text("hello")).await;
            // Some browsers lose the message if the connection ends with it.
            while socket.recv().await.is_some() {}
        }),
        // In memory there is nothing to upgrade.
        Err(_) => StatusCode::SWITCHING_PROTOCOLS.into_response(),
    }
}
