//! Requests and responses as text, for the tests of the importers.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test has it as a module and uses a part"
)]

use http::{HeaderMap, HeaderName, Request, Response};
use tower_cors::{CorsConfig, Policy};

/// A request, and the exact response to it.
pub struct Row<'a> {
    pub name: &'a str,
    pub config: &'a CorsConfig,
    /// The method, then headers, a line each.
    pub request: &'a str,
    /// The status, then headers, a line each, by name. A request that reaches
    /// the application gets 200.
    pub response: &'a str,
}

#[track_caller]
pub fn check(rows: &[Row<'_>]) {
    for row in rows {
        let policy = row.config.compile().unwrap();
        let (method, headers) = row.request.split_once(' ').unwrap_or((row.request, ""));
        let mut request = Request::builder().method(method).uri("/");
        for line in headers.lines().filter(|line| !line.trim().is_empty()) {
            let (name, value) = line.trim().split_once(": ").unwrap();
            request = request.header(name, value);
        }
        let response = respond(&policy, &request.body(()).unwrap(), None);
        let response = written(response.status().as_u16(), response.headers());
        let expected: Vec<_> = row.response.lines().map(str::trim).collect();
        assert_eq!(response, expected.join("\n"), "{}", row.name);
    }
}

/// The response to a request, of an application that answers 200 to everything and says
/// of CORS itself which origin it allows.
pub fn respond(policy: &Policy, request: &Request<()>, inner: Option<&str>) -> Response<()> {
    policy.decide(request).action().respond(|| {
        let mut response = Response::new(());
        if let Some(origin) = inner {
            let name = "access-control-allow-origin";
            response.headers_mut().insert(name, origin.parse().unwrap());
        }
        response
    })
}

fn written(status: u16, headers: &HeaderMap) -> String {
    let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    let mut text = status.to_string();
    for name in names {
        for value in headers.get_all(name) {
            let line = [name, value.to_str().unwrap()].join(": ");
            text.extend(["\n", &line]);
        }
    }
    text
}
