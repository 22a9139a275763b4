//! What the tests share: requests, services, and tables of exact answers.
#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod fetch;
pub(crate) mod model;

use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http::{HeaderMap, HeaderValue, Request, Response};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsConfig, CorsLayer, Policy, RequestKind, Verdict};

/// A header as a table writes it.
pub(crate) type Header = (&'static str, &'static str);

/// The origin that most tables allow.
pub(crate) const APP: &str = "https://app.example.com";
/// One that they do not.
pub(crate) const EVIL: &str = "https://evil.example.net";

pub(crate) const ACAC: Header = ("access-control-allow-credentials", "true");
pub(crate) const ACAPN: Header = ("access-control-allow-private-network", "true");
/// Of everything but preflights, if the policy depends on the origin.
pub(crate) const VARY: Header = ("vary", "Origin");
/// The same under server enforcement, which looks at one header more.
pub(crate) const VARY_ENFORCED: Header = ("vary", "Origin, sec-fetch-site");
/// With one header more, an `OPTIONS` that is no preflight would be one.
pub(crate) const VARY_OPTIONS: Header = ("vary", "Origin, access-control-request-method");
/// Of preflights.
pub(crate) const VARY_PREFLIGHT: Header = (
    "vary",
    "Origin, access-control-request-method, access-control-request-headers",
);
/// The same if the policy allows private networks, or tells what it decides.
pub(crate) const VARY_PRIVATE: Header = (
    "vary",
    "Origin, access-control-request-method, access-control-request-headers, \
     access-control-request-private-network",
);
/// How a page asks for a private network.
pub(crate) const ASKS_PRIVATE: Header = ("access-control-request-private-network", "true");

pub(crate) const fn acao(value: &'static str) -> Header {
    ("access-control-allow-origin", value)
}

pub(crate) const fn acam(value: &'static str) -> Header {
    ("access-control-allow-methods", value)
}

pub(crate) const fn acah(value: &'static str) -> Header {
    ("access-control-allow-headers", value)
}

pub(crate) const fn aceh(value: &'static str) -> Header {
    ("access-control-expose-headers", value)
}

pub(crate) const fn acma(value: &'static str) -> Header {
    ("access-control-max-age", value)
}

pub(crate) const fn origin(value: &'static str) -> Header {
    ("origin", value)
}

pub(crate) const fn acrm(value: &'static str) -> Header {
    ("access-control-request-method", value)
}

pub(crate) const fn acrh(value: &'static str) -> Header {
    ("access-control-request-headers", value)
}

/// A request for `/`. A name may occur several times.
#[track_caller]
pub(crate) fn request<'a>(
    method: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Request<()> {
    request_to(method, "/", headers)
}

#[track_caller]
pub(crate) fn request_to<'a>(
    method: &str,
    uri: &str,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Request<()> {
    let builder = Request::builder().method(method).uri(uri);
    let request = headers.into_iter().fold(builder, |builder, (name, value)| {
        builder.header(name, value)
    });
    request.body(()).expect("a request")
}

/// A preflight as browsers send it, with more headers.
#[track_caller]
pub(crate) fn preflight<'a>(
    origin: &'a str,
    method: &'a str,
    more: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Request<()> {
    let asks = [
        ("origin", origin),
        ("access-control-request-method", method),
    ];
    request("OPTIONS", asks.into_iter().chain(more))
}

/// The header map of a table's row.
#[track_caller]
pub(crate) fn header_map(headers: &[Header]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for &(name, value) in headers {
        map.append(name, HeaderValue::from_static(value));
    }
    map
}

/// All header lines by name; those of one name in their order.
pub(crate) fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), text(value)))
        .collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

/// The output of a future that has nothing to wait for.
#[track_caller]
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is not ready"),
    }
}

#[track_caller]
pub(crate) fn compile(config: &CorsConfig) -> Policy {
    config.compile().unwrap_or_else(|errors| panic!("{errors}"))
}

/// What a client gets, and who made it.
#[derive(Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) called: bool,
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// Sends a request through a layer to a service that answers like this.
#[track_caller]
pub(crate) fn serve<B>(layer: &CorsLayer, request: Request<B>, inner: &Response<String>) -> Seen {
    let called = Cell::new(false);
    let mut service = layer.layer(service_fn(|_: Request<B>| {
        called.set(true);
        ready(Ok::<_, Infallible>(inner.clone()))
    }));
    let Ok(response) = now(service.call(request));
    Seen {
        called: called.get(),
        status: response.status().as_u16(),
        headers: lines(response.headers()),
        body: response.into_body(),
    }
}

/// What a table expects.
pub(crate) struct Expected {
    called: bool,
    status: u16,
    headers: Vec<Header>,
    inner: Vec<Header>,
}

/// The layer answers, with no body and exactly these headers.
pub(crate) fn answered(status: u16, headers: impl IntoIterator<Item = Header>) -> Expected {
    Expected {
        called: false,
        status,
        headers: headers.into_iter().collect(),
        inner: Vec::new(),
    }
}

/// The inner service answers, and the client gets exactly these headers.
pub(crate) fn forwarded(headers: impl IntoIterator<Item = Header>) -> Expected {
    Expected {
        called: true,
        ..answered(200, headers)
    }
}

impl Expected {
    /// The headers that the inner service sets itself.
    pub(crate) fn over(mut self, inner: impl IntoIterator<Item = Header>) -> Self {
        self.inner = inner.into_iter().collect();
        self
    }

    /// The status that the inner service answers with.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// A request, what is decided about it, and what the client gets.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) config: CorsConfig,
    pub(crate) request: Request<()>,
    pub(crate) kind: RequestKind,
    pub(crate) verdict: Option<Verdict<'static>>,
    pub(crate) response: Expected,
}

impl Row {
    fn problems(&self) -> Vec<String> {
        let policy = compile(&self.config);
        let decision = policy.decide(&self.request);
        let decided = (decision.kind(), decision.verdict());

        let mut inner = Response::new("inner".to_owned());
        *inner.headers_mut() = header_map(&self.response.inner);
        if self.response.called {
            *inner.status_mut() = self.response.status.try_into().expect("a status");
        }
        let body = if self.response.called { "inner" } else { "" };
        let expected = Seen {
            called: self.response.called,
            status: self.response.status,
            headers: lines(&header_map(&self.response.headers)),
            body: body.to_owned(),
        };
        let seen = serve(&policy.clone().into(), self.request.clone(), &inner);

        let mut problems = Vec::new();
        if decided != (self.kind, self.verdict) {
            let expected = (self.kind, self.verdict);
            problems.push(format!(
                "{}: decided {decided:?}, not {expected:?}",
                self.name
            ));
        }
        if seen != expected {
            problems.push(format!(
                "{}:\n  sent {seen:?}\n  not  {expected:?}",
                self.name
            ));
        }
        problems
    }
}

/// Checks all rows, and tells all that is wrong.
#[track_caller]
pub(crate) fn check(rows: impl IntoIterator<Item = Row>) {
    let problems: Vec<_> = rows.into_iter().flat_map(|row| row.problems()).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
