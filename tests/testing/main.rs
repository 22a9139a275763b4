//! The browser for tests, against servers made for the occasion.
#![cfg(feature = "testing")]

mod audit;
mod bodies;
mod cache;
mod cookies;
mod hints;
mod preflight;
mod redirect;
mod requests;
mod robustness;
mod stack;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use tower_service::Service;

use tower_cors::testing::{self, Blocked, Body, Browser, Page, Sent};

const PAGE: &str = "https://app.example.com";

/// Headers as the tables write them.
type Lines<'a> = &'a [(&'a str, &'a str)];

type Answer = dyn Fn(&Request<Body>) -> Response<String>;

/// A service that answers with a function of the request.
#[derive(Clone)]
struct Server(Arc<Answer>);

impl Service<Request<Body>> for Server {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        ready(Ok((self.0)(&request)))
    }
}

fn browser(answer: impl Fn(&Request<Body>) -> Response<String> + 'static) -> Browser<Server> {
    Browser::new(Server(Arc::new(answer)))
}

/// A browser in front of a server that answers preflights as given, and the rest with
/// 200 and headers that let any request from [`PAGE`] pass.
fn browser_with_preflight(status: u16, headers: Lines<'_>) -> Browser<Server> {
    let preflight = answer(status, headers);
    browser(move |request| match *request.method() {
        Method::OPTIONS => preflight.clone(),
        _ => allowed(),
    })
}

/// An answer that [`PAGE`] may read, with credentials or without.
fn allowed() -> Response<String> {
    answer(
        200,
        &[
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-credentials", "true"),
        ],
    )
}

fn answer(status: u16, headers: Lines<'_>) -> Response<String> {
    let mut response = Response::new("body".to_owned());
    *response.status_mut() = status.try_into().unwrap();
    *response.headers_mut() = map(headers);
    response
}

fn request(method: &str, url: &str, headers: Lines<'_>) -> Request<&'static str> {
    let mut request = Request::new("");
    *request.method_mut() = method.parse().unwrap();
    *request.uri_mut() = url.parse().unwrap();
    *request.headers_mut() = map(headers);
    request
}

async fn fetch(
    page: &Page<Server>,
    method: &str,
    headers: Lines<'_>,
) -> Result<testing::Response, Blocked> {
    page.fetch(request(method, "/", headers)).await
}

/// The log, a line per request: `OPTIONS https://api.example.net/ 204`.
fn lines<S, B>(browser: &Browser<S, B>) -> Vec<String> {
    browser
        .log()
        .iter()
        .map(|sent| {
            let status = sent.status().map_or(0, |status| status.as_u16());
            format!("{} {} {status}", sent.method(), sent.url())
        })
        .collect()
}

fn last_sent<S, B>(browser: &Browser<S, B>) -> Sent {
    browser.log().pop().unwrap()
}

fn map(lines: Lines<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    headers
}

/// Compares headers, their order aside.
#[track_caller]
fn assert_headers(actual: &HeaderMap, expected: Lines<'_>) {
    assert_eq!(*actual, map(expected));
}
