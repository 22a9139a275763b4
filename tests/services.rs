//! The layer among other services: what is called, what passes through, and
//! what happens to the headers that are there already.

mod support;

use std::convert::Infallible;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower::limit::ConcurrencyLimitLayer;
use tower::util::option_layer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};
use tower_cors::{
    Action, Cors, CorsBody, CorsConfig, CorsLayer, DenyReason, Enforcement, InnerHeaders,
    PreflightMode, RequestKind, Verdict, WhenEmpty,
};
use tower_test::mock;

use support::{
    APP, EVIL, Header, Row, VARY, VARY_ENFORCED, VARY_OPTIONS, VARY_PREFLIGHT, acam, acao, acrm,
    answered, check, compile, forwarded, header_map, lines, now, origin, preflight, request,
    request_to,
};

fn config() -> CorsConfig {
    CorsConfig::new([APP])
}

fn layer() -> CorsLayer {
    CorsLayer::new(config()).expect("a policy")
}

type Mock = mock::Mock<Request<()>, Response<String>>;
type Handle = mock::Handle<Request<()>, Response<String>>;

fn spawn(layer: &CorsLayer) -> (mock::Spawn<Cors<Mock>>, Handle) {
    mock::spawn_layer(layer)
}

#[test]
fn a_preflight_does_not_reach_the_inner_service() {
    let (mut service, mut handle) = spawn(&layer());
    assert!(service.poll_ready().is_ready());
    let response = now(service.call(preflight(APP, "GET", []))).expect("an answer");
    assert_eq!(response.status(), 204);
    assert!(handle.poll_request().is_pending());
}

#[test]
fn anything_else_reaches_the_inner_service_once_and_unchanged() {
    let (mut service, mut handle) = spawn(&layer());
    for sent in [
        request("GET", [origin(APP)]),
        request("GET", [origin(EVIL)]),
        request("OPTIONS", [origin(APP)]),
        request("OPTIONS", []),
    ] {
        assert!(service.poll_ready().is_ready());
        let mut future = std::pin::pin!(service.call(sent.clone()));
        let mut poll = || {
            let mut context = Context::from_waker(Waker::noop());
            future.as_mut().poll(&mut context)
        };
        assert!(poll().is_pending(), "the inner service has not answered");
        let (seen, respond) = now(handle.next_request()).expect("a request");
        assert!(handle.poll_request().is_pending(), "called twice");
        assert_eq!(seen.method(), sent.method());
        assert_eq!(seen.headers(), sent.headers());
        respond.send_response(Response::new("inner".to_owned()));
        let Poll::Ready(Ok(response)) = poll() else {
            panic!("no response");
        };
        assert_eq!(response.body(), "inner");
    }
}

#[test]
fn readiness_is_the_inner_service_s() {
    let (mut service, mut handle) = spawn(&layer());
    handle.allow(0);
    assert!(service.poll_ready().is_pending());
    assert!(!service.is_woken());
    handle.allow(1);
    assert!(service.is_woken());
    assert!(matches!(service.poll_ready(), Poll::Ready(Ok(()))));
}

#[test]
fn errors_of_readiness_propagate() {
    let (mut service, mut handle) = spawn(&layer());
    handle.send_error("worn out");
    let Poll::Ready(Err(error)) = service.poll_ready() else {
        panic!("no error");
    };
    assert_eq!(error.to_string(), "worn out");
}

#[test]
fn errors_of_responses_propagate() {
    let (mut service, mut handle) = spawn(&layer());
    assert!(service.poll_ready().is_ready());
    let mut future = std::pin::pin!(service.call(request("GET", [origin(APP)])));
    let mut poll = || {
        let mut context = Context::from_waker(Waker::noop());
        future.as_mut().poll(&mut context)
    };
    assert!(poll().is_pending());
    let (_, respond) = now(handle.next_request()).expect("a request");
    respond.send_error("broken");
    let Poll::Ready(Err(error)) = poll() else {
        panic!("no error");
    };
    assert_eq!(error.to_string(), "broken");
}

/// What a preflight reserved is free again when the instance is dropped, not
/// before: the documentation says so, because limits inside this layer count it.
#[test]
fn a_preflight_keeps_the_reservation_of_its_instance() {
    let stack = ServiceBuilder::new()
        .layer(layer())
        .layer(ConcurrencyLimitLayer::new(1))
        .service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(String::new()))));
    let mut context = Context::from_waker(Waker::noop());
    let mut first = stack.clone();
    let mut second = stack;
    assert!(first.poll_ready(&mut context).is_ready());
    assert!(now(first.call(preflight(APP, "GET", []))).is_ok());
    assert!(second.poll_ready(&mut context).is_pending());
    assert!(first.poll_ready(&mut context).is_ready());
    drop(first);
    assert!(second.poll_ready(&mut context).is_ready());
}

/// A clone may not be ready, so none is ever called.
#[test]
fn the_inner_service_is_not_cloned() {
    struct NotClone;

    impl Service<Request<()>> for NotClone {
        type Response = Response<String>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Response<String>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            ready(Ok(Response::new("inner".to_owned())))
        }
    }

    let Ok(response) = now(layer().layer(NotClone).call(request("GET", [])));
    assert_eq!(response.body(), "inner");
}

/// What the inner service varies on, and what the response then does.
struct VaryRow {
    name: &'static str,
    config: CorsConfig,
    request: Request<()>,
    inner: &'static [&'static [u8]],
    merged: &'static str,
}

#[test]
fn vary_is_merged() {
    let actual = || request("GET", [origin(APP)]);
    let row = |name, inner, merged| VaryRow {
        name,
        config: config(),
        request: actual(),
        inner,
        merged,
    };
    let all = "origin access-control-request-method access-control-request-headers";
    let decorated = |name, inner, merged| VaryRow {
        name,
        config: config().preflight(PreflightMode::Decorate),
        request: preflight(APP, "GET", []),
        inner,
        merged,
    };
    let rows = [
        row("none", &[], "origin"),
        row("another", &[b"accept"], "accept origin"),
        row("several", &[b"accept, cookie"], "accept cookie origin"),
        row(
            "several lines",
            &[b"accept", b"cookie"],
            "accept cookie origin",
        ),
        row("the same", &[b"Origin"], "origin"),
        row("the same in another case", &[b"oRIGIN"], "origin"),
        row(
            "the same among others",
            &[b"accept , ORIGIN\t,cookie"],
            "accept origin cookie",
        ),
        row(
            "the same on another line",
            &[b"accept", b"origin"],
            "accept origin",
        ),
        row(
            "only a part of the name",
            &[b"origin-agent, x-origin"],
            "origin-agent x-origin origin",
        ),
        row("everything", &[b"*"], "*"),
        row("everything among others", &[b"accept, *"], "accept *"),
        row("everything on another line", &[b"accept", b"*"], "accept *"),
        row("a name with a star", &[b"x*"], "x* origin"),
        row("empty", &[b""], "origin"),
        row("empty elements", &[b",, accept,"], "accept origin"),
        row("no text", &[b"\xff"], "\u{fffd} origin"),
        VaryRow {
            name: "denied",
            request: request("GET", [origin(EVIL)]),
            ..row("", &[b"accept"], "accept origin")
        },
        VaryRow {
            name: "no Origin",
            request: request("GET", []),
            ..row("", &[b"accept"], "accept origin")
        },
        VaryRow {
            name: "nothing to add",
            config: CorsConfig::new(["*"]),
            ..row("", &[b"accept"], "accept")
        },
        decorated("a preflight", &[], all),
        decorated(
            "a preflight: one is there",
            &[b"Access-Control-Request-Headers"],
            "access-control-request-headers origin access-control-request-method",
        ),
        decorated(
            "a preflight: all are there",
            &[b"Origin, access-control-request-method, access-control-request-headers"],
            all,
        ),
    ];
    for row in rows {
        let mut inner = Response::new(());
        for line in row.inner {
            let line = HeaderValue::from_bytes(line).expect("a value");
            inner.headers_mut().append("vary", line);
        }
        let policy = compile(&row.config);
        let action = policy.decide(&row.request).action();
        let Action::Forward(edit) = action else {
            panic!("{}: not forwarded", row.name);
        };
        edit.apply(inner.headers_mut());
        assert_eq!(vary(inner.headers()), row.merged, "{}", row.name);
    }
}

/// The names in `Vary`.
fn vary(headers: &HeaderMap) -> String {
    let values = headers.get_all("vary").into_iter();
    let lines: Vec<_> = values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase())
        .collect();
    let joined = lines.join(",");
    let names = joined.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn without_cors_nothing_is_touched() {
    let own = [acao(EVIL), ("vary", "accept")];
    let mut inner = Response::new("inner".to_owned());
    *inner.headers_mut() = header_map(&own);
    // What is wrong with a policy does not matter while it is off.
    let off = CorsConfig::new(["https://a.example/"])
        .enabled(false)
        .enforcement(Enforcement::Server)
        .debug(true);
    let policy = off.compile().unwrap();
    assert_eq!(policy.config(), &off);
    assert_eq!(policy.advisories(), []);
    let watched = CorsLayer::from(policy).on_decision(|decision| panic!("{decision:?}"));
    // Empty entries do not count.
    let empty = CorsConfig::from_list(",")
        .when_empty(WhenEmpty::Off)
        .enforcement(Enforcement::Server)
        .debug(true);
    let empty = empty.compile().unwrap();
    assert_eq!(empty.advisories(), []);
    let empty = CorsLayer::from(empty).on_decision(|decision| panic!("{decision:?}"));
    for layer in [CorsLayer::passthrough(), watched, empty] {
        for request in [
            request("GET", []),
            request("GET", [origin(APP)]),
            request("OPTIONS", [origin(APP)]),
            preflight(APP, "GET", []),
        ] {
            let inner = || ready(Ok::<_, Infallible>(inner.clone()));
            let mut service = layer.layer(service_fn(|_| inner()));
            let Ok(response) = now(service.call(request));
            assert_eq!(response.headers(), &header_map(&own));
            assert_eq!(response.body(), "inner");
        }
    }
}

/// A policy that may be absent needs no other type.
#[test]
fn an_optional_layer() {
    for (cors, status) in [(Some(layer()), 204), (None, 200)] {
        let service = ServiceBuilder::new()
            .layer(option_layer(cors))
            .service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(String::new()))));
        let Ok(response) = now(service.oneshot(preflight(APP, "GET", [])));
        assert_eq!(response.status(), status);
    }
}

mod axum_router {
    use super::*;

    fn router() -> Router {
        Router::new()
            .route("/", post(|| async { "posted" }))
            .layer(layer())
    }

    async fn send(request: Request<()>) -> Response<axum::body::Body> {
        let Ok(response) = router()
            .oneshot(request.map(|()| axum::body::Body::empty()))
            .await;
        response
    }

    #[tokio::test]
    async fn a_preflight_of_a_route_for_post_only_is_answered() {
        let response = send(preflight(APP, "POST", [])).await;
        assert_eq!(response.status(), 204);
        let expected = [
            acao(APP),
            acam("GET, HEAD, POST"),
            VARY_PREFLIGHT,
            // Axum's own, of each response from a route without the method.
            ("allow", "POST"),
            ("content-length", "0"),
        ];
        assert_eq!(lines(response.headers()), lines(&header_map(&expected)));
        let body = response.into_body().collect().await.expect("a body");
        assert_eq!(body.to_bytes(), "");
    }

    #[tokio::test]
    async fn another_options_request_is_the_router_s() {
        let response = send(request("OPTIONS", [origin(APP)])).await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()["allow"], "POST");
        let vary = "Origin, access-control-request-method";
        assert_eq!(response.headers()["vary"], vary);
    }

    #[tokio::test]
    async fn what_the_router_answers_itself_is_shared_too() {
        for (request, status) in [
            (request("POST", [origin(APP)]), 200),
            (request("GET", [origin(APP)]), 405),
            (request_to("GET", "/nowhere", [origin(APP)]), 404),
        ] {
            let response = send(request).await;
            assert_eq!(response.status(), status);
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(allowed, Some(&HeaderValue::from_static(APP)), "{status}");
        }
    }
}

/// A request from another site or the server's own, under server enforcement.
struct SiteRow {
    name: &'static str,
    request: Request<()>,
    passes: bool,
}

#[test]
fn server_enforcement_exempts_the_server_s_own_origin() {
    const OWN: &str = "https://api.example.com";
    let host = |value| ("host", value);
    let site = |value| ("sec-fetch-site", value);
    let row = |name, headers: &[Header], passes| SiteRow {
        name,
        request: request("POST", headers.iter().copied()),
        passes,
    };
    let at = |name, uri, headers: &[Header], passes| SiteRow {
        name,
        request: request_to("POST", uri, headers.iter().copied()),
        passes,
    };
    let rows = [
        row("no sign", &[origin(OWN)], false),
        row("same origin", &[origin(OWN), site("same-origin")], true),
        row("the user's doing", &[origin(OWN), site("none")], true),
        row("same site", &[origin(OWN), site("same-site")], false),
        row("cross site", &[origin(OWN), site("cross-site")], false),
        row("no site", &[origin(OWN), site("Same-Origin")], false),
        row(
            "two sites",
            &[origin(OWN), site("same-origin"), site("cross-site")],
            false,
        ),
        row(
            "a form post without referrer",
            &[origin("null"), site("same-origin")],
            true,
        ),
        row(
            // The page is `http:`, and the browser knows it.
            "the site is surer than the host",
            &[
                origin("http://api.example.com"),
                host("api.example.com"),
                site("cross-site"),
            ],
            false,
        ),
        row(
            "the site is surer than a host that a proxy hides",
            &[origin(OWN), host("10.0.0.1:8080"), site("same-origin")],
            true,
        ),
        row("host", &[origin(OWN), host("api.example.com")], true),
        row(
            "host of another",
            &[origin(EVIL), host("api.example.com")],
            false,
        ),
        row(
            "host of a subdomain",
            &[origin(OWN), host("a.api.example.com")],
            false,
        ),
        row(
            "host of the parent",
            &[origin(OWN), host("example.com")],
            false,
        ),
        row(
            "host in upper case",
            &[origin(OWN), host("API.Example.com")],
            true,
        ),
        row(
            "host with the default port",
            &[origin(OWN), host("api.example.com:443")],
            true,
        ),
        row(
            "host with another port",
            &[origin(OWN), host("api.example.com:8443")],
            false,
        ),
        row(
            "host with the default port of another scheme",
            &[origin(OWN), host("api.example.com:80")],
            false,
        ),
        row(
            "plaintext host with the default port",
            &[origin("http://api.example.com"), host("api.example.com:80")],
            true,
        ),
        row(
            "host and origin with a port",
            &[origin("http://[::1]:3000"), host("[::1]:3000")],
            true,
        ),
        row("null has no host", &[origin("null"), host("null")], false),
        row("no host", &[origin(OWN), host("")], false),
        row(
            // A page of an application is no page of this server.
            "another scheme",
            &[origin("tauri://api.example.com"), host("api.example.com")],
            false,
        ),
        at(
            "authority, as over HTTP/2",
            "https://api.example.com/",
            &[origin(OWN)],
            true,
        ),
        at(
            "authority of another",
            "https://api.example.com/",
            &[origin(EVIL)],
            false,
        ),
        at(
            "authority with a port",
            "http://localhost:3000/",
            &[origin("http://localhost:3000")],
            true,
        ),
        at(
            "authority is surer than the host",
            "https://api.example.com/",
            &[origin(EVIL), host("evil.example.net")],
            false,
        ),
    ];
    check(rows.map(|row| Row {
        name: row.name,
        config: config().enforcement(Enforcement::Server),
        request: row.request,
        kind: RequestKind::Actual,
        verdict: Some(Verdict::Denied(DenyReason::OriginNotAllowed)),
        response: match row.passes {
            // It may reach the service; pages elsewhere still cannot read it.
            true => forwarded([VARY_ENFORCED]).over([acao("*")]),
            false => answered(403, [VARY_ENFORCED]),
        },
    }));
}

#[test]
fn the_server_s_own_origin_may_use_any_method() {
    check([Row {
        name: "method not listed",
        config: config().enforcement(Enforcement::Server),
        request: request("DELETE", [origin(APP), ("sec-fetch-site", "same-origin")]),
        kind: RequestKind::Actual,
        verdict: Some(Verdict::Denied(DenyReason::MethodNotAllowed)),
        response: forwarded([VARY_ENFORCED]),
    }]);
}

/// `OPTIONS *` asks the server, not a resource: it is like any other request.
#[test]
fn options_for_the_server_is_no_preflight() {
    let asks = [origin(APP), acrm("GET")];
    let row = |name, config, response| Row {
        name,
        config,
        request: request_to("OPTIONS", "*", asks),
        kind: RequestKind::Actual,
        verdict: Some(Verdict::Denied(DenyReason::MethodNotAllowed)),
        response,
    };
    check([
        row("browser enforcement", config(), forwarded([VARY_OPTIONS])),
        row(
            "server enforcement",
            config().enforcement(Enforcement::Server),
            answered(
                403,
                [(
                    "vary",
                    "Origin, access-control-request-method, sec-fetch-site",
                )],
            ),
        ),
    ]);
}

#[test]
fn the_inner_service_is_at_hand() {
    let mut service = layer().layer(1);
    assert_eq!(*service.get_ref(), 1);
    *service.get_mut() = 2;
    assert_eq!(service.clone().into_inner(), 2);
    assert_eq!(service.into_inner(), 2);
}

#[test]
fn a_wrapped_body_is_the_inner_one_or_empty() {
    let mut service = layer().layer(service_fn(|_: Request<()>| {
        let trailers = HeaderMap::from_iter([(http::header::ETAG, HeaderValue::from_static("1"))]);
        let body = Full::new(Bytes::from("inner")).with_trailers(ready(Some(Ok(trailers))));
        ready(Ok::<_, Infallible>(Response::new(CorsBody::from(body))))
    }));

    let Ok(response) = now(service.call(request("GET", [origin(APP)])));
    let body: CorsBody<_> = response.into_body();
    assert!(body.get_ref().is_some());
    assert!(!body.is_end_stream());
    assert_eq!(body.size_hint().lower(), 5);
    let Ok(collected) = now(body.collect());
    assert_eq!(collected.trailers().expect("trailers")["etag"], "1");
    assert_eq!(collected.to_bytes(), "inner");

    let Ok(response) = now(service.call(preflight(APP, "GET", [])));
    assert_eq!(response.status(), 204);
    let body = response.into_body();
    assert!(body.get_ref().is_none());
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    let Ok(collected) = now(body.collect());
    assert!(collected.trailers().is_none());
    assert_eq!(collected.to_bytes(), "");
    assert!(CorsBody::<Full<Bytes>>::default().into_inner().is_none());

    let Ok(response) = now(service.call(request("GET", [origin(APP)])));
    assert!(response.into_body().into_inner().is_some());
}

/// The layer has one type, whatever its policy comes from.
#[test]
fn the_layer_can_be_named() {
    struct App {
        cors: Option<CorsLayer>,
    }
    fn of(tenants: bool) -> CorsLayer {
        if tenants {
            CorsLayer::per_request([], |_| None)
        } else {
            CorsLayer::from_extensions([])
        }
    }
    let app = App {
        cors: Some(of(true)),
    };
    let mut either = of(false);
    either.clone_from(&CorsLayer::passthrough());
    let inner = || service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    let optional = tower::util::option_layer(app.cors);
    let _ = optional.layer(inner());
    let _: Cors<_> = either.layer(inner());
}

/// Responses whose header map has room for so many names more.
fn nearly_full(own: &[Header], room: usize) -> Response<String> {
    let mut response = Response::new(String::new());
    let headers = response.headers_mut();
    for &(name, value) in own {
        headers.append(name, HeaderValue::from_static(value));
    }
    let name = |n: usize| HeaderName::try_from(format!("x-filler-{n}")).expect("a name");
    let filler = HeaderValue::from_static("");
    let mut n = 0;
    while headers.try_insert(name(n), filler.clone()).is_ok() {
        n += 1;
    }
    for n in 0..room {
        headers.remove(name(n));
    }
    response
}

/// A cache would give what does not say what it depends on to others, so it is not shared.
#[test]
fn a_full_map_is_shared_with_all_of_vary_or_not_at_all() {
    const TENANT: HeaderName = HeaderName::from_static("x-tenant");
    let policy = || CorsConfig::new([APP]).allow_credentials(true);
    let keep = policy().inner_headers(InnerHeaders::Keep);
    let foreign: &[Header] = &[acao(EVIL), ("vary", "accept")];
    let chosen = |config: CorsConfig| {
        let policy = config.compile().expect("a policy");
        CorsLayer::per_request([TENANT], move |_| Some(policy.clone()))
    };
    let fixed = |config: CorsConfig| CorsLayer::new(config).expect("a policy");
    let shared = |vary| {
        vec![
            ("access-control-allow-credentials", "true"),
            acao(APP),
            vary,
        ]
    };
    let vary = |value| ("vary", value);
    let plain: &[Header] = &[];
    let varies: &[Header] = &[vary("accept")];
    let table: [(_, _, &[Header], usize, Vec<Header>); 11] = [
        ("no room", fixed(policy()), plain, 0, vec![]),
        ("for Vary", fixed(policy()), plain, 1, vec![VARY]),
        (
            "for the origin",
            fixed(policy()),
            plain,
            2,
            vec![acao(APP), VARY],
        ),
        ("for all", fixed(policy()), plain, 3, shared(VARY)),
        (
            "no room, Vary",
            fixed(policy()),
            varies,
            0,
            vec![vary("accept, Origin")],
        ),
        ("kept", fixed(keep.clone()), &[acao(EVIL)], 0, vec![]),
        (
            "kept, with Vary",
            fixed(keep),
            foreign,
            0,
            vec![acao(EVIL), vary("accept, Origin")],
        ),
        ("chosen, no room", chosen(policy()), plain, 0, vec![]),
        (
            "chosen, for Vary",
            chosen(policy()),
            plain,
            1,
            vec![vary("Origin, x-tenant")],
        ),
        (
            "chosen, for the origin",
            chosen(policy()),
            plain,
            2,
            vec![acao(APP), VARY, vary("x-tenant")],
        ),
        (
            "chosen, no room, Vary",
            chosen(policy()),
            varies,
            0,
            vec![vary("accept, Origin, x-tenant")],
        ),
    ];
    for (name, layer, own, room, expected) in table {
        let inner =
            service_fn(move |_: Request<()>| ready(Ok::<_, Infallible>(nearly_full(own, room))));
        let request = request("GET", [origin(APP)]);
        let mut response = now(layer.layer(inner).oneshot(request)).expect("a response");
        let fillers: Vec<_> = response.headers().keys().cloned().collect();
        for filler in fillers
            .iter()
            .filter(|name| name.as_str().starts_with("x-filler"))
        {
            response.headers_mut().remove(filler);
        }
        assert_eq!(
            lines(response.headers()),
            lines(&header_map(&expected)),
            "{name}"
        );
    }
}

/// No response leaves the layer unedited, even of a future that gives several.
#[test]
fn a_future_gives_one_response() {
    let shared = || {
        let response = Response::builder().header("access-control-allow-origin", EVIL);
        response.body(String::new()).expect("a response")
    };
    let inner = service_fn(move |_: Request<()>| {
        std::future::poll_fn(move |_| Poll::Ready(Ok::<_, Infallible>(shared())))
    });
    for request in [request("GET", [origin(EVIL)]), preflight(APP, "GET", [])] {
        let mut future = pin!(layer().layer(inner).call(request));
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(first)) = future.as_mut().poll(&mut cx) else {
            panic!("a response");
        };
        let own = first.headers().get("access-control-allow-origin");
        assert_ne!(own.map(HeaderValue::as_bytes), Some(EVIL.as_bytes()));
        assert!(future.as_mut().poll(&mut cx).is_pending());
    }
}
