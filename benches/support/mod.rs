//! What the benchmarks and the allocation tests compare: services, policies
//! and requests, each with the answer it must give.
#![allow(dead_code, reason = "each target uses a part")]

mod decider;

use std::convert::Infallible;
use std::fmt::Write;
use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use decider::Decider;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, AUTHORIZATION, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use pin_project_lite::pin_project;
use regex::Regex;
use tower_cors::{CorsConfig, CorsLayer, OriginPattern};
use tower_http::cors as rival;
use tower_layer::Layer;
use tower_service::Service;

pub(crate) type Body = Full<Bytes>;

/// The application behind the layers.
#[derive(Clone)]
pub(crate) struct App;

impl<B> Service<Request<B>> for App {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        let mut response = Response::new(Full::from("{}"));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        ready(Ok(response))
    }
}

/// Runs one request as servers do: on a clone of the service, and without
/// inlining it, because they keep it in a box.
pub(crate) fn serve<S>(service: &S, request: Request<()>) -> Response<Body>
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let mut service = service.clone();
    let mut cx = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut cx).is_ready());
    match poll(pin!(call(&mut service, request)), &mut cx) {
        Poll::Ready(Ok(response)) => response,
        Poll::Ready(Err(error)) => match error {},
        Poll::Pending => panic!("the application is always ready"),
    }
}

#[inline(never)]
fn call<S: Service<Request<()>>>(service: &mut S, request: Request<()>) -> S::Future {
    service.call(request)
}

#[inline(never)]
fn poll<F: Future>(future: Pin<&mut F>, cx: &mut Context<'_>) -> Poll<F::Output> {
    future.poll(cx)
}

/// What a request gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The application's response, for the origin, with credentials.
    Share,
    /// The same for every origin, without credentials.
    ShareWithAll,
    /// The application's response, for no other origin.
    Withhold,
    Preflight,
    PreflightForAll,
    /// 403, for the origin's sake.
    Refuse,
    /// 403, for the list of requested headers; tower-http does not look at it.
    RefuseList,
    /// What a policy that mirrors the requested headers answers.
    PreflightMirrored,
}

const VARY_PREFLIGHT: &str =
    "Origin, access-control-request-method, access-control-request-headers";

impl Answer {
    fn is_preflight(self) -> bool {
        use Answer::{Share, ShareWithAll, Withhold};
        !matches!(self, Share | ShareWithAll | Withhold)
    }

    fn is_refusal(self) -> bool {
        matches!(self, Answer::Refuse | Answer::RefuseList)
    }

    /// Status and headers, sorted, from this crate and from the floor.
    fn expected(self, request: &HeaderMap) -> (StatusCode, Vec<String>) {
        let value = |name: &str| request[name].to_str().unwrap().to_owned();
        let mut headers = Vec::new();
        let mut add = |name: HeaderName, value: String| headers.push(format!("{name}: {value}"));
        match self {
            Answer::Share | Answer::Preflight | Answer::PreflightMirrored => {
                add(ACCESS_CONTROL_ALLOW_ORIGIN, value("origin"));
                add(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true".into());
            }
            Answer::ShareWithAll | Answer::PreflightForAll => {
                add(ACCESS_CONTROL_ALLOW_ORIGIN, "*".into());
            }
            Answer::Withhold | Answer::Refuse | Answer::RefuseList => {}
        }
        match self {
            Answer::Share | Answer::ShareWithAll => {
                add(ACCESS_CONTROL_EXPOSE_HEADERS, "x-request-id".into());
            }
            Answer::Preflight | Answer::PreflightForAll => {
                add(
                    ACCESS_CONTROL_ALLOW_HEADERS,
                    "content-type, authorization".into(),
                );
            }
            Answer::PreflightMirrored => add(
                ACCESS_CONTROL_ALLOW_HEADERS,
                value("access-control-request-headers"),
            ),
            Answer::Withhold | Answer::Refuse | Answer::RefuseList => {}
        }
        if self.is_preflight() && !self.is_refusal() {
            add(ACCESS_CONTROL_ALLOW_METHODS, "GET, PUT, DELETE".into());
            add(ACCESS_CONTROL_MAX_AGE, "600".into());
        }
        if self.is_preflight() {
            add(VARY, VARY_PREFLIGHT.into());
        } else {
            add(CONTENT_TYPE, "application/json".into());
        }
        if !self.is_preflight() && self != Answer::ShareWithAll {
            add(VARY, "Origin".into());
        }
        headers.sort();
        let status = match self {
            _ if self.is_refusal() => StatusCode::FORBIDDEN,
            _ if self.is_preflight() => StatusCode::NO_CONTENT,
            _ => StatusCode::OK,
        };
        (status, headers)
    }

    /// The same from tower-http: it answers whatever is asked, leaves out the
    /// origin that is not allowed, and writes its lists without spaces.
    fn expected_of_rival(self, request: &HeaderMap, mirrors: bool) -> (StatusCode, Vec<String>) {
        if self == Answer::Refuse || self == Answer::Withhold {
            let shared = match self {
                Answer::Refuse => Answer::Preflight,
                _ => Answer::Share,
            };
            let (status, mut headers) = shared.expected_of_rival(request, mirrors);
            headers.retain(|header| !header.starts_with("access-control-allow-origin"));
            return (status, headers);
        }
        if self == Answer::RefuseList {
            return Answer::Preflight.expected_of_rival(request, mirrors);
        }
        let mut request = request.clone();
        request
            .entry(ORIGIN)
            .or_insert(HeaderValue::from_static(""));
        let (_, mut headers) = self.expected(&request);
        let constant = matches!(self, Answer::ShareWithAll | Answer::PreflightForAll);
        headers.retain(|header| !(constant && header.starts_with("vary")));
        for header in &mut headers {
            let lists = [
                "access-control-allow-methods",
                "access-control-allow-headers",
            ];
            if header.starts_with("vary") {
                "vary: origin".clone_into(header);
                if mirrors {
                    header.push_str(", access-control-request-headers");
                }
            } else if lists.iter().any(|list| header.starts_with(list)) {
                *header = header.replace(", ", ",");
            }
        }
        (StatusCode::OK, headers)
    }
}

fn seen<B>(response: &Response<B>) -> (StatusCode, Vec<String>) {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = response.headers().iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {}", text(value)))
        .collect();
    headers.sort();
    (response.status(), headers)
}

/// The header values of the floor, which the compiler knows.
#[allow(
    clippy::declare_interior_mutable_const,
    reason = "static bytes have nothing to share"
)]
mod value {
    use super::HeaderValue;

    pub(super) const ANY: HeaderValue = HeaderValue::from_static("*");
    pub(super) const TRUE: HeaderValue = HeaderValue::from_static("true");
    pub(super) const HEADERS: HeaderValue = HeaderValue::from_static("content-type, authorization");
    pub(super) const METHODS: HeaderValue = HeaderValue::from_static("GET, PUT, DELETE");
    pub(super) const MAX_AGE: HeaderValue = HeaderValue::from_static("600");
    pub(super) const EXPOSED: HeaderValue = HeaderValue::from_static("x-request-id");
    pub(super) const VARY: HeaderValue = HeaderValue::from_static("Origin");
    pub(super) const VARY_PREFLIGHT: HeaderValue = HeaderValue::from_static(super::VARY_PREFLIGHT);
}

/// Inserts the headers of one answer, with no decision: what the same headers
/// cost in any service that owns its responses. Answers to preflights are prepared.
#[derive(Clone)]
pub(crate) struct Floor<S> {
    inner: S,
    answer: Answer,
    prepared: Arc<HeaderMap>,
}

impl<S> Floor<S> {
    pub(crate) fn new(inner: S, answer: Answer) -> Self {
        let mut prepared = HeaderMap::new();
        if answer.is_preflight() && !answer.is_refusal() {
            prepared.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value::ANY);
            if answer != Answer::PreflightForAll {
                prepared.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value::TRUE);
            }
            prepared.insert(ACCESS_CONTROL_ALLOW_HEADERS, value::HEADERS);
            prepared.insert(ACCESS_CONTROL_ALLOW_METHODS, value::METHODS);
            prepared.insert(ACCESS_CONTROL_MAX_AGE, value::MAX_AGE);
        }
        if answer.is_preflight() {
            prepared.insert(VARY, value::VARY_PREFLIGHT);
        }
        Floor {
            inner,
            answer,
            prepared: Arc::new(prepared),
        }
    }
}

impl<S, B, R> Service<Request<B>> for Floor<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = FloorFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answer = self.answer;
        let origin = match answer {
            Answer::Share | Answer::Preflight | Answer::PreflightMirrored => {
                request.headers().get(ORIGIN).cloned()
            }
            _ => None,
        };
        if !answer.is_preflight() {
            return FloorFuture::Actual {
                inner: self.inner.call(request),
                answer,
                origin,
            };
        }
        let mut response = Response::new(());
        *response.status_mut() = match answer.is_refusal() {
            true => StatusCode::FORBIDDEN,
            false => StatusCode::NO_CONTENT,
        };
        let headers = response.headers_mut();
        *headers = (*self.prepared).clone();
        // Not inserted: the clone has no room to spare, and would grow.
        if let Some(origin) = origin {
            *headers
                .get_mut(ACCESS_CONTROL_ALLOW_ORIGIN)
                .expect("prepared") = origin;
        }
        if answer == Answer::PreflightMirrored {
            let asked = &request.headers()[ACCESS_CONTROL_REQUEST_HEADERS];
            *headers
                .get_mut(ACCESS_CONTROL_ALLOW_HEADERS)
                .expect("prepared") = asked.clone();
        }
        FloorFuture::Preflight {
            response: Some(response),
        }
    }
}

pin_project! {
    #[project = FloorProj]
    pub(crate) enum FloorFuture<F> {
        Actual { #[pin] inner: F, answer: Answer, origin: Option<HeaderValue> },
        Preflight { response: Option<Response<()>> },
    }
}

impl<F, B: Default, E> Future for FloorFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (inner, answer, origin) = match self.project() {
            FloorProj::Preflight { response } => {
                let response = response.take().expect("polled once");
                return Poll::Ready(Ok(response.map(|()| B::default())));
            }
            FloorProj::Actual {
                inner,
                answer,
                origin,
            } => (inner, answer, origin),
        };
        let mut response = std::task::ready!(inner.poll(cx))?;
        let headers = response.headers_mut();
        if *answer != Answer::Withhold {
            headers.reserve(4);
            headers.insert(
                ACCESS_CONTROL_ALLOW_ORIGIN,
                origin.take().unwrap_or(value::ANY),
            );
            if *answer == Answer::Share {
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, value::TRUE);
            }
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, value::EXPOSED);
        }
        if *answer != Answer::ShareWithAll {
            headers.insert(VARY, value::VARY);
        }
        Poll::Ready(Ok(response))
    }
}

/// The origins of a policy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origins {
    Exact(usize),
    Subdomains(usize),
    Regexes(usize),
    Any,
    /// One exact origin, and whatever headers are requested.
    Mirror,
}

impl Origins {
    /// As it stands in the names of benchmarks.
    pub(crate) fn name(self) -> String {
        match self {
            Origins::Exact(1) => "1-origin".into(),
            Origins::Exact(n) => format!("{n}-origins"),
            Origins::Subdomains(n) => format!("{n}-subdomains"),
            Origins::Regexes(1) => "1-regex".into(),
            Origins::Regexes(n) => format!("{n}-regexes"),
            Origins::Any => "any-origin".into(),
            Origins::Mirror => "mirror".into(),
        }
    }

    fn count(self) -> usize {
        match self {
            Origins::Exact(n) | Origins::Subdomains(n) | Origins::Regexes(n) => n,
            Origins::Any | Origins::Mirror => 1,
        }
    }

    fn pattern(self, index: usize) -> String {
        match self {
            Origins::Exact(_) | Origins::Mirror => format!("https://app{index}.example.com"),
            Origins::Subdomains(_) => format!("https://*.tenant{index}.example.com"),
            Origins::Regexes(_) => format!(r"https://pr-\d+\.app{index}\.example\.com"),
            Origins::Any => "*".into(),
        }
    }

    /// An origin that the entry at this place allows.
    pub(crate) fn allowed(self, index: usize) -> String {
        match self {
            Origins::Exact(_) | Origins::Mirror => self.pattern(index),
            Origins::Subdomains(_) => format!("https://www.tenant{index}.example.com"),
            Origins::Regexes(_) => format!("https://pr-1234.app{index}.example.com"),
            Origins::Any => "https://app0.example.com".into(),
        }
    }

    pub(crate) fn last(self) -> String {
        self.allowed(self.count() - 1)
    }

    pub(crate) fn config(self) -> CorsConfig {
        let patterns = (0..self.count()).map(|index| match self {
            Origins::Regexes(_) => OriginPattern::regex(self.pattern(index)),
            _ => self.pattern(index).into(),
        });
        let config = CorsConfig::new(patterns)
            .allow_methods([Method::GET, Method::PUT, Method::DELETE])
            .allow_headers([CONTENT_TYPE, AUTHORIZATION])
            .expose_headers(["x-request-id"])
            .allow_credentials(!matches!(self, Origins::Any))
            .max_age(Duration::from_secs(600));
        match self {
            Origins::Mirror => config.allow_headers(tower_cors::AllowHeaders::Mirror),
            _ => config,
        }
    }

    pub(crate) fn layer(self) -> CorsLayer {
        CorsLayer::new(self.config()).unwrap()
    }

    /// The same policy as tower-http has it; patterns and regexes as a
    /// predicate, written with care.
    pub(crate) fn rival(self) -> rival::CorsLayer {
        let value = |index| HeaderValue::try_from(self.allowed(index)).unwrap();
        let allow_origin = match self {
            Origins::Exact(n) => rival::AllowOrigin::list((0..n).map(value)),
            Origins::Mirror => rival::AllowOrigin::list([value(0)]),
            Origins::Any => rival::AllowOrigin::any(),
            Origins::Subdomains(n) => {
                let ends: Vec<_> = (0..n).map(|n| format!(".tenant{n}.example.com")).collect();
                rival::AllowOrigin::predicate(move |origin, _| {
                    let origin = origin.as_bytes();
                    let ends_with = |end: &String| origin.ends_with(end.as_bytes());
                    origin.starts_with(b"https://") && ends.iter().any(ends_with)
                })
            }
            Origins::Regexes(n) => {
                let regexes = (0..n).map(|n| format!(r"\A{}\z", self.pattern(n)));
                let regexes: Vec<_> = regexes.map(|regex| Regex::new(&regex).unwrap()).collect();
                rival::AllowOrigin::predicate(move |origin, _| {
                    let origin = origin.to_str().unwrap_or_default();
                    regexes.iter().any(|regex| regex.is_match(origin))
                })
            }
        };
        let allow_headers = match self {
            Origins::Mirror => rival::AllowHeaders::mirror_request(),
            _ => [CONTENT_TYPE, AUTHORIZATION].into(),
        };
        rival::CorsLayer::new()
            .allow_origin(allow_origin)
            .allow_methods([Method::GET, Method::PUT, Method::DELETE])
            .allow_headers(allow_headers)
            .expose_headers([HeaderName::from_static("x-request-id")])
            .allow_credentials(!matches!(self, Origins::Any))
            .max_age(Duration::from_secs(600))
    }
}

/// A request that owns its header values as a server's does: slices of the one
/// buffer that the head was read into.
pub(crate) fn request(method: Method, extra: &[(&str, &str)]) -> Request<()> {
    let usual = [
        ("host", "api.example.com"),
        ("connection", "keep-alive"),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)",
        ),
        ("accept", "*/*"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        ("referer", "https://app.example.com/"),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "en-GB,en;q=0.9"),
    ];
    let lines: Vec<_> = usual.iter().chain(extra).copied().collect();
    request_of(method, &lines)
}

/// The same with these headers only.
pub(crate) fn request_of(method: Method, lines: &[(&str, &str)]) -> Request<()> {
    let mut head = String::new();
    for (name, value) in lines {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let head = Bytes::from(head);
    let mut request = Request::new(());
    *request.method_mut() = method;
    let mut start = 0;
    for (name, value) in lines {
        start += name.len() + 2;
        let slice = head.slice(start..start + value.len());
        start += value.len() + 2;
        request.headers_mut().append(
            HeaderName::try_from(*name).unwrap(),
            HeaderValue::from_maybe_shared(slice).unwrap(),
        );
    }
    request
}

pub(crate) fn actual(origin: &str) -> Request<()> {
    request(Method::GET, &[("origin", origin)])
}

pub(crate) fn preflight(origin: &str, headers: &str) -> Request<()> {
    request(
        Method::OPTIONS,
        &[
            ("origin", origin),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", headers),
        ],
    )
}

/// One row: a request, the three services, and the answer they give.
pub(crate) struct Case {
    /// `phase/config/outcome`
    pub(crate) name: String,
    pub(crate) request: Request<()>,
    pub(crate) ours: tower_cors::Cors<App>,
    pub(crate) floor: Floor<App>,
    /// Decides for the last origin alone, whatever the others that the row has.
    pub(crate) decider: Decider<App>,
    pub(crate) rival: rival::Cors<App>,
}

impl Case {
    /// # Panics
    ///
    /// If a service answers anything else.
    pub(crate) fn new(
        outcome: &str,
        origins: Origins,
        request: Request<()>,
        answer: Answer,
    ) -> Self {
        Case::of(&Layers::new(origins), outcome, request, answer)
    }

    fn of(layers: &Layers, outcome: &str, request: Request<()>, answer: Answer) -> Self {
        let phase = match answer.is_preflight() {
            true => "preflight",
            false => "actual",
        };
        let case = Case {
            name: format!("{phase}/{}/{outcome}", layers.name),
            ours: layers.ours.layer(App),
            floor: Floor::new(App, answer),
            decider: Decider {
                inner: App,
                allowed: layers.last.clone(),
            },
            rival: layers.rival.layer(App),
            request,
        };
        let name = &case.name;
        assert_answer(name, &case.ours, &case.request, answer);
        let floor = format!("{name}: floor");
        assert_answer(&floor, &case.floor, &case.request, answer);
        if layers.is_exact && (answer != Answer::Preflight || layers.name == "1-origin") {
            let decider = format!("{name}: decider");
            assert_answer(&decider, &case.decider, &case.request, answer);
        }
        let rival = seen(&serve(&case.rival, case.request.clone()));
        assert_eq!(
            rival,
            answer.expected_of_rival(case.request.headers(), layers.mirrors),
            "{name}: rival"
        );
        case
    }
}

/// # Panics
///
/// If the service answers anything else.
pub(crate) fn assert_answer<S>(name: &str, service: &S, request: &Request<()>, answer: Answer)
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let answered = seen(&serve(service, request.clone()));
    assert_eq!(answered, answer.expected(request.headers()), "{name}");
}

/// The layers of one policy, to make several cases of.
pub(crate) struct Layers {
    name: String,
    mirrors: bool,
    is_exact: bool,
    last: HeaderValue,
    ours: CorsLayer,
    rival: rival::CorsLayer,
}

impl Layers {
    pub(crate) fn new(origins: Origins) -> Self {
        Layers {
            name: origins.name(),
            mirrors: matches!(origins, Origins::Mirror),
            is_exact: matches!(origins, Origins::Exact(_)),
            // What a source names is static.
            last: HeaderValue::from_static(Box::leak(origins.last().into_boxed_str())),
            ours: origins.layer(),
            rival: origins.rival(),
        }
    }

    pub(crate) fn case(&self, outcome: &str, request: Request<()>, answer: Answer) -> Case {
        Case::of(self, outcome, request, answer)
    }
}

/// The longest list that a policy lets through that allows any name.
pub(crate) fn longest_list() -> String {
    let names: Vec<_> = (0..256).map(|n| format!("x-header-{n:06}")).collect();
    names.join(",")
}

/// Settings under which all benchmarks together take a few minutes.
pub(crate) fn criterion() -> criterion::Criterion {
    criterion::Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .sample_size(30)
        .nresamples(2_000)
        .without_plots()
        .configure_from_args()
}

/// Origins made to cost much, none of them allowed anywhere.
pub(crate) fn hostile_origins() -> [(&'static str, String); 4] {
    let labels = ["a"; 127].join(".");
    [
        ("64-KiB", format!("https://{}", "a".repeat(65_528))),
        (
            "64-KiB-of-labels",
            format!("https://{}a", "a.".repeat(32_763)),
        ),
        ("127-labels", format!("https://{labels}")),
        ("127-labels-and-port", format!("https://{labels}:65535")),
    ]
}

/// Lists of requested headers made to cost much; all refused.
pub(crate) fn hostile_lists() -> [(&'static str, String); 4] {
    [
        ("64-KiB-of-names", "content-type,".repeat(5041)),
        ("64-KiB-of-short-names", "a,".repeat(32_768)),
        ("64-KiB-of-commas", ",".repeat(65_536)),
        ("64-KiB-of-spaces", " ".repeat(65_536)),
    ]
}
