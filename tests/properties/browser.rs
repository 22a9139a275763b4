//! The first promise, judged by the crate's browser for tests: a page reads a
//! response if and only if the policy decides so.
//!
//! What a policy cannot decide is stated by [`Case`]: the credentials mode of a
//! page is in no request, an application that answers preflights itself may refuse
//! what the policy allows, and headers that it is let keep are its own.

use std::convert::Infallible;
use std::future::ready;
use std::time::Duration;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use tower::{Layer, service_fn};
use tower_cors::testing::{self, Blocked, Body, Browser, Credentials};
use tower_cors::{
    CorsConfig, CorsLayer, Enforcement, InnerHeaders, MaxAge, Policy, PreflightMode, is_preflight,
};

use crate::strategies::{any_config, one_of, page_request};
use crate::support::fetch::PageRequest;
use crate::support::{compile, now};

const SERVER: &str = "https://api.example.net";

/// The headers of the application, each with the value `1`. No script sees the last.
const OWN: [&str; 6] = [
    "content-type",
    "etag",
    "vary",
    "x-request-id",
    "x-secret",
    "set-cookie",
];

/// What stands behind the layer.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Inner {
    /// An application that knows nothing of CORS.
    Plain,
    /// The same, but it has no `OPTIONS`.
    WithoutOptions,
    /// One that shares everything with everyone, preflights included.
    Sharing,
}

impl Inner {
    fn answer<B>(self, request: &Request<B>) -> Response<String> {
        let mut response = Response::builder().status(self.status(request.method()));
        for name in OWN {
            response = response.header(name, "1");
        }
        if self == Inner::Sharing {
            let asked = |name: HeaderName| request.headers().get(name).cloned();
            let answers = [
                (ACCESS_CONTROL_ALLOW_ORIGIN, asked(ORIGIN)),
                (
                    ACCESS_CONTROL_ALLOW_METHODS,
                    asked(ACCESS_CONTROL_REQUEST_METHOD),
                ),
                (
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    asked(ACCESS_CONTROL_REQUEST_HEADERS),
                ),
            ];
            for (name, value) in answers {
                response = value
                    .into_iter()
                    .fold(response, |response, value| response.header(&name, value));
            }
            response = response
                .header(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
                .header(ACCESS_CONTROL_EXPOSE_HEADERS, "x-secret");
        }
        response.body("inner".to_owned()).expect("a response")
    }

    fn status(self, method: &Method) -> StatusCode {
        match (self, method) {
            (Inner::WithoutOptions, &Method::OPTIONS) => StatusCode::METHOD_NOT_ALLOWED,
            (_, &Method::OPTIONS) => StatusCode::OK,
            // A page reads errors, too.
            _ => StatusCode::IM_A_TEAPOT,
        }
    }
}

/// One page and one policy, read from the descriptions of both.
struct Case<'a> {
    config: &'a CorsConfig,
    policy: &'a Policy,
    inner: Inner,
    request: &'a PageRequest,
    forced: bool,
}

impl Case<'_> {
    /// Whether the page gets to read the response.
    fn is_readable(&self) -> bool {
        let needs_preflight = self.forced || self.request.needs_preflight();
        (!needs_preflight || self.passes_preflight()) && self.passes_check()
    }

    fn passes_preflight(&self) -> bool {
        let allowed = self.policy.decide(&self.request.preflight()).is_allowed();
        match self.config.preflight {
            _ if !allowed && self.is_enforced() => false,
            PreflightMode::Answer => allowed && self.may_be_credentialed(),
            PreflightMode::Decorate => {
                allowed && self.inner_passes() && (self.keeps_inner() || self.may_be_credentialed())
            }
            // The application alone answers.
            _ => self.inner_passes() && self.inner == Inner::Sharing,
        }
    }

    fn passes_check(&self) -> bool {
        let allowed = self.policy.decide(&self.request.actual()).is_allowed();
        allowed && (self.keeps_inner() || self.may_be_credentialed())
    }

    /// No request tells the credentials mode of the page.
    fn may_be_credentialed(&self) -> bool {
        !self.request.credentials || self.config.allow_credentials
    }

    fn is_enforced(&self) -> bool {
        self.config.enforcement == Enforcement::Server
    }

    fn keeps_inner(&self) -> bool {
        self.config.inner_headers == InnerHeaders::Keep && self.inner == Inner::Sharing
    }

    /// Whether the application's own answer to `OPTIONS` can be a preflight's.
    fn inner_passes(&self) -> bool {
        self.inner.status(&Method::OPTIONS).is_success()
    }

    /// Whether script sees a header of the application, in what it may read.
    fn shows(&self, name: &str) -> bool {
        let exposed = |listed: &str| {
            let mut names = self.config.expose_headers.iter();
            names.any(|name| name.eq_ignore_ascii_case(listed))
        };
        match name {
            "set-cookie" => false,
            "content-type" => true,
            _ if self.keeps_inner() => name == "x-secret",
            _ => exposed(name) || exposed("*"),
        }
    }
}

type Fetched = Result<testing::Response, Blocked>;

/// Stands for the origin of the page.
const THE_PAGE: &str = "<page>";

/// What servers may answer, near what lets [`page_request`] pass.
fn answers() -> impl Strategy<Value = Response<()>> {
    let line = prop_oneof![
        6 => (Just("access-control-allow-origin"), one_of(&["*", THE_PAGE, THE_PAGE, "null", "https://a.com", ""])),
        2 => (Just("access-control-allow-credentials"), one_of(&["true", "true", "True", "false"])),
        3 => (
            Just("access-control-allow-methods"),
            one_of(&["*", "*", "PUT, DELETE", "OPTIONS,X", "purge", "patch, PATCH", "PUT;DELETE", ",", ""]),
        ),
        3 => (
            Just("access-control-allow-headers"),
            one_of(&["*", "*", "x-a, X-B", "authorization", "*,Authorization", "accept,content-type,x-c", "a b"]),
        ),
        1 => (Just("x-a"), one_of(&["1"])),
    ];
    (one_of(&[200, 204, 299, 300, 301, 403]), vec(line, 1..6)).prop_map(|(status, lines)| {
        let response = Response::builder().status(status);
        let response = lines.into_iter().fold(response, |response, (name, value)| {
            response.header(name, value)
        });
        response.body(()).expect("a response")
    })
}

/// Lets a page of a browser fetch this.
fn fetch<S>(browser: &Browser<S>, request: &PageRequest, forced: bool) -> Fetched
where
    S: tower::Service<Request<Body>, Response = Response<String>, Error = Infallible> + Clone,
{
    let page = browser
        .page(&request.origin)
        .credentials(match request.credentials {
            true => Credentials::Include,
            false => Credentials::SameOrigin,
        });
    let page = if forced {
        page.use_cors_preflight()
    } else {
        page
    };
    let names = request.unsafe_headers.iter();
    let asked = names.fold(
        Request::builder()
            .method(&request.method[..])
            .uri("/resource"),
        // With this value, no header is safelisted.
        |asked, name| asked.header(name, "\""),
    );
    now(page.fetch(asked.body("").expect("a request")))
}

fn service(
    policy: Policy,
    inner: Inner,
) -> impl tower::Service<Request<Body>, Response = Response<String>, Error = Infallible, Future: Send>
+ Clone {
    CorsLayer::from(policy).layer(service_fn(move |request: Request<Body>| {
        ready(Ok::<_, Infallible>(inner.answer(&request)))
    }))
}

/// The headers that script sees, of those that are the application's.
fn seen(response: &testing::Response) -> Vec<&str> {
    let is_seen = |name: &&str| {
        response
            .header(name)
            .is_some_and(|value| value.starts_with('1'))
    };
    OWN.into_iter().filter(is_seen).collect()
}

proptest! {
    #![proptest_config(crate::settings())]

    /// Requests of many pages, through one browser with its preflight cache.
    #[test]
    fn a_page_reads_what_the_policy_allows(
        config in any_config(),
        inner in one_of(&[Inner::Plain, Inner::WithoutOptions, Inner::Sharing]),
        requests in vec((page_request(), proptest::bool::weighted(0.1)), 48),
    ) {
        let policy = compile(&config);
        let browser = Browser::new(service(policy.clone(), inner)).server(SERVER);
        for (mut request, forced) in requests {
            // The browser for tests leaves private networks out.
            request.private_network = false;
            let case = Case { config: &config, policy: &policy, inner, request: &request, forced };
            let response = match fetch(&browser, &request, forced) {
                Ok(response) => response,
                Err(blocked) => {
                    prop_assert!(!case.is_readable(), "{:?}: {}", request, blocked);
                    continue;
                }
            };
            prop_assert!(case.is_readable(), "{:?}", request);
            let method: Method = request.method.parse().expect("a method");
            prop_assert_eq!(response.status(), inner.status(&method));
            let body = if method == Method::HEAD { "" } else { "inner" };
            prop_assert_eq!(response.text(), body);
            let shown: Vec<_> = OWN.into_iter().filter(|name| case.shows(name)).collect();
            prop_assert_eq!(seen(&response), shown, "{:?}", request);
        }
    }

    /// Whatever a server answers, the browser makes of it what the other
    /// transcription of the standard does, in `support/fetch.rs`.
    #[test]
    fn two_browsers_agree(
        rounds in vec((page_request(), answers(), answers()), 64),
    ) {
        for (mut request, preflight, actual) in rounds {
            request.private_network = false;
            let answer = |method: &Method, headers: &HeaderMap| {
                let mut answer = if is_preflight(method, headers) { preflight.clone() } else { actual.clone() };
                if let Some(allowed) = answer.headers_mut().get_mut(ACCESS_CONTROL_ALLOW_ORIGIN) {
                    if allowed == THE_PAGE {
                        *allowed = headers[ORIGIN].clone();
                    }
                }
                answer
            };
            let expected = request.fetch(|asked| answer(asked.method(), asked.headers()));
            let browser = Browser::new(service_fn(|asked: Request<Body>| {
                let answer = answer(asked.method(), asked.headers());
                ready(Ok::<_, Infallible>(answer.map(|()| String::new())))
            })).server(SERVER);
            let fetched = fetch(&browser, &request, false);
            let sent = browser.log().iter().any(|sent| !sent.is_preflight());
            prop_assert_eq!(sent, expected.sent, "{:?} {:?} {:?}", request, preflight, actual);
            prop_assert_eq!(fetched.is_ok(), expected.read, "{:?} {:?} {:?}", request, preflight, actual);
        }
    }

    /// An answer saves the next preflight, for as long as the policy says.
    #[test]
    fn an_answer_is_kept_for_max_age(
        config in any_config(),
        requests in vec(page_request(), 32),
    ) {
        let config = config.preflight(PreflightMode::Answer);
        let policy = compile(&config);
        let kept = match config.max_age {
            MaxAge::BrowserDefault => Duration::from_secs(5),
            MaxAge::For(duration) => duration,
            _ => Duration::ZERO,
        };
        let moment = Duration::from_nanos(1);
        for mut request in requests {
            request.private_network = false;
            let browser = Browser::new(service(policy.clone(), Inner::Plain)).server(SERVER);
            if fetch(&browser, &request, true).is_err() {
                continue;
            }
            let mut preflights = browser.preflights();
            prop_assert_eq!(preflights, 1);
            for (wait, is_asked) in [(kept.saturating_sub(moment), kept.is_zero()), (moment, true)] {
                browser.advance(wait);
                prop_assert!(fetch(&browser, &request, true).is_ok());
                preflights += usize::from(is_asked);
                prop_assert_eq!(browser.preflights(), preflights, "{:?}", request);
            }
        }
    }

    /// A page of the server's own origin is none of a policy's business.
    #[test]
    fn the_own_pages_read_everything(
        config in any_config(),
        inner in one_of(&[Inner::Plain, Inner::WithoutOptions, Inner::Sharing]),
        server in one_of(&[SERVER, "http://api.example.net:8080", "http://localhost", "http://[::1]:1"]),
        requests in vec(page_request(), 16),
    ) {
        let browser = Browser::new(service(compile(&config), inner)).server(server);
        for mut request in requests {
            server.clone_into(&mut request.origin);
            let method: Method = request.method.parse().expect("a method");
            let response = fetch(&browser, &request, true).map_err(|blocked| {
                TestCaseError::fail(format!("{request:?}: {blocked}"))
            })?;
            prop_assert_eq!(response.status(), inner.status(&method));
            prop_assert_eq!(seen(&response), &OWN[..5], "{:?}", request);
        }
        prop_assert_eq!(browser.preflights(), 0);
    }
}
