//! Ten set-ups of projects, each written twice: with this crate and with tower-http. Pages
//! judge both.

#[path = "../../examples/grpc_web/greeter.rs"]
mod greeter;

mod comma_list;
mod dev_or_production;
mod flag_with_default;
mod grpc_web;
mod json_rpc;
mod list_in_a_database;
mod loopback_tools;
mod optional;
mod toml_section;
mod web_url;

use std::error::Error;
use std::fmt::Display;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use bytes::Bytes;
use http::request::Builder;
use http::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tower::Service;
use tower_cors::testing::{self, Browser, Credentials};

type BoxError = Box<dyn Error + Send + Sync>;

const APP: &str = "https://app.example.com";
const ADMIN: &str = "https://admin.example.com";
const DEV: &str = "http://localhost:5173";
const EVIL: &str = "https://evil.example";
const EVERYONE: [&str; 4] = [APP, ADMIN, DEV, EVIL];

fn routes() -> Router {
    let item = get(async || "an item").put(async || "stored");
    Router::new().route("/", item)
}

fn get_it() -> Request<&'static str> {
    request(Request::get("/"), "")
}

/// A request that is preflighted, for its method and its header.
fn put_json() -> Request<&'static str> {
    let put = Request::put("/").header("content-type", "application/json");
    request(put, "{}")
}

fn request(builder: Builder, body: &'static str) -> Request<&'static str> {
    builder.body(body).expect("a request")
}

/// Of everyone, those whose pages can read the response.
async fn readers<S, B>(
    browser: &Browser<S>,
    request: &Request<&'static str>,
    credentials: Credentials,
) -> Vec<&'static str>
where
    S: Service<Request<testing::Body>, Response = Response<B>, Error: Display> + Clone,
    B: http_body::Body<Data: Into<Bytes>, Error: Display>,
{
    let mut readers = Vec::new();
    for origin in EVERYONE {
        let page = browser.page(origin).credentials(credentials);
        if page.fetch(request.clone()).await.is_ok() {
            readers.push(origin);
        }
    }
    readers
}

/// A browser whose network is loopback.
fn browser(server: SocketAddr) -> Browser<Client<HttpConnector, testing::Body>> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    Browser::new(client).server(&format!("http://{server}"))
}

/// The lines of a module of a set-up.
#[track_caller]
fn lines(source: &str, module: &str) -> usize {
    let (_, from) = source
        .split_once(&format!("\nmod {module} {{\n"))
        .expect(module);
    let (code, _) = from.split_once("\n}\n").expect("the end of a module");
    assert!(!code.contains("// "), "no comments");
    code.lines().filter(|line| !line.is_empty()).count()
}

#[test]
fn each_is_shorter_than_with_tower_http() {
    let sources = [
        include_str!("comma_list.rs"),
        include_str!("dev_or_production.rs"),
        include_str!("flag_with_default.rs"),
        include_str!("grpc_web.rs"),
        include_str!("json_rpc.rs"),
        include_str!("list_in_a_database.rs"),
        include_str!("loopback_tools.rs"),
        include_str!("optional.rs"),
        include_str!("toml_section.rs"),
        include_str!("web_url.rs"),
    ];
    for source in sources {
        let title = source.lines().next().expect("a title");
        let (ours, theirs) = (lines(source, "ours"), lines(source, "with_tower_http"));
        assert!(
            ours < theirs,
            "{title} {ours} lines, {theirs} with tower-http"
        );
    }
}
