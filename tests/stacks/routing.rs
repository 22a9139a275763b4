//! In axum's routing: which requests a layer sees depends on where it is added.

use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::routing::{get, post};
use http::{Request, StatusCode};
use tower::timeout::TimeoutLayer;
use tower::util::option_layer;
use tower::{BoxError, ServiceBuilder};
use tower_cors::testing::{BlockReason, Browser};
use tower_cors::{CorsConfig, CorsLayer};

use crate::support::{
    APP, EVIL, Header, VARY, VARY_OPTIONS, VARY_PREFLIGHT, acam, acao, acma, origin, preflight,
    request, request_to,
};
use crate::{UNREADABLE, assert_answer, cors, page_reads};

const TEXT: Header = ("content-type", "text/plain; charset=utf-8");
const ALLOWED: Header = acam("GET, HEAD, POST");

fn length(length: &'static str) -> Header {
    ("content-length", length)
}

fn allow(methods: &'static str) -> Header {
    ("allow", methods)
}

#[tokio::test]
async fn a_nested_router_has_its_own_policy() {
    let nested = Router::new()
        .route("/", post(async || "inner"))
        .layer(cors());
    let router = Router::new()
        .route("/", get(async || "outer"))
        .nest("/api", nested);
    let mut asks = preflight(APP, "POST", []);
    *asks.uri_mut() = "/api".parse().expect("a path");
    let answered = &[
        acao(APP),
        ALLOWED,
        VARY_PREFLIGHT,
        allow("POST"),
        length("0"),
    ];
    assert_answer(router.clone(), asks, (204, answered)).await;

    let inside = request_to("POST", "/api", [origin(APP)]);
    let shared = &[acao(APP), VARY, TEXT, length("5")];
    assert_answer(router.clone(), inside, (200, shared)).await;
    let outside = request("GET", [origin(APP)]);
    assert_answer(router, outside, (200, &[TEXT, length("5")])).await;
}

/// The outer policy decides: it answers preflights, and replaces what the inner
/// one has said.
#[tokio::test]
async fn the_outer_of_two_policies_decides() {
    let outer = CorsConfig::new([EVIL]).max_age(Duration::from_secs(60));
    let nested = Router::new()
        .route("/", get(async || "inner"))
        .layer(cors());
    let router = Router::new()
        .nest("/api", nested)
        .layer(CorsLayer::new(outer).expect("a policy"));
    let from = |from| request_to("GET", "/api", [origin(from)]);
    let shared = &[acao(EVIL), VARY, TEXT, length("5")];
    assert_answer(router.clone(), from(EVIL), (200, shared)).await;
    let withheld = &[VARY, TEXT, length("5")];
    assert_answer(router.clone(), from(APP), (200, withheld)).await;
    let mut asks = preflight(EVIL, "GET", []);
    *asks.uri_mut() = "/api".parse().expect("a path");
    let answered = &[
        acao(EVIL),
        ALLOWED,
        acma("60"),
        VARY_PREFLIGHT,
        allow("GET,HEAD"),
        length("0"),
    ];
    assert_answer(router, asks, (204, answered)).await;
}

#[tokio::test]
async fn a_fallback_is_shared() {
    let router = Router::new()
        .route("/known", get(async || "inner"))
        .fallback(async || (StatusCode::NOT_FOUND, "nothing here"))
        .layer(cors());
    let shared = &[acao(APP), VARY, TEXT, length("12")];
    let actual = request("GET", [origin(APP)]);
    assert_answer(router.clone(), actual, (404, shared)).await;
    let answered = &[acao(APP), ALLOWED, VARY_PREFLIGHT, length("0")];
    assert_answer(router.clone(), preflight(APP, "GET", []), (204, answered)).await;
    assert_eq!(page_reads(router).await, Ok(404));
}

/// `route_layer` leaves out what no route matches.
#[tokio::test]
async fn a_fallback_outside_is_not_shared() {
    let router = Router::new()
        .route("/known", get(async || "inner"))
        .route_layer(cors());
    let actual = request("GET", [origin(APP)]);
    assert_answer(router.clone(), actual, (404, &[])).await;
    assert_eq!(page_reads(router).await, UNREADABLE);
}

#[tokio::test]
async fn a_layer_on_a_method_router_sees_every_method() {
    let router = Router::new().route("/", post(async || "inner").layer(cors()));
    let answered = &[
        acao(APP),
        ALLOWED,
        VARY_PREFLIGHT,
        allow("POST"),
        length("0"),
    ];
    assert_answer(router.clone(), preflight(APP, "POST", []), (204, answered)).await;
    let shared = &[acao(APP), VARY, allow("POST"), length("0")];
    let other = request("GET", [origin(APP)]);
    assert_answer(router.clone(), other, (405, shared)).await;
    assert_eq!(page_reads(router).await, Ok(405));
}

/// The mistake that the documentation warns of: a preflight never gets to the
/// layer.
#[tokio::test]
async fn a_route_layer_on_a_method_router_sees_its_own_methods_only() {
    let router = Router::new().route("/", post(async || "inner").route_layer(cors()));
    let refused = &[allow("POST"), length("0")];
    assert_answer(router.clone(), preflight(APP, "POST", []), (405, refused)).await;

    let page = Browser::new(router).page(APP);
    let json = Request::post("/").header("content-type", "application/json");
    let blocked = page.fetch(json.body("{}").expect("a request")).await;
    let blocked = blocked.expect_err("no preflight");
    assert!(matches!(
        blocked.reason(),
        BlockReason::PreflightCorsCheck(_)
    ));
}

/// Only a preflight is answered for it.
#[tokio::test]
async fn an_options_handler_keeps_its_requests() {
    let router = Router::new()
        .route("/", get(async || "inner").options(async || "options"))
        .layer(cors());
    let shared = &[acao(APP), VARY_OPTIONS, TEXT, length("7")];
    let policy = CorsConfig::new([APP]).allow_methods(["GET", "OPTIONS"]);
    let listed = Router::new()
        .route("/", get(async || "inner").options(async || "options"))
        .layer(CorsLayer::new(policy).expect("a policy"));
    let asks = request("OPTIONS", [origin(APP)]);
    let body = assert_answer(listed, asks.clone(), (200, shared)).await;
    assert_eq!(body, "options");
    // Not listed, it reaches the handler, and no page can read the response.
    let withheld = &[VARY_OPTIONS, TEXT, length("7")];
    assert_answer(router.clone(), asks, (200, withheld)).await;
    let answered = &[acao(APP), ALLOWED, VARY_PREFLIGHT, length("0")];
    assert_answer(router, preflight(APP, "GET", []), (204, answered)).await;
}

#[tokio::test]
async fn an_optional_layer_in_a_router() {
    let router = |cors: Option<CorsLayer>| {
        Router::new()
            .route("/", get(async || "inner"))
            .layer(option_layer(cors))
    };
    assert_eq!(page_reads(router(Some(cors()))).await, Ok(200));
    assert_eq!(page_reads(router(None)).await, UNREADABLE);
    let off = router(Some(CorsLayer::passthrough()));
    assert_eq!(page_reads(off).await, UNREADABLE);
}

/// An error becomes a response in `HandleErrorLayer`; a page can read it if that
/// is inside.
#[tokio::test]
async fn a_handled_error_is_readable_inside() {
    let router = || Router::new().route("/", get(std::future::pending::<()>));
    let handle = || HandleErrorLayer::new(async |_: BoxError| StatusCode::GATEWAY_TIMEOUT);
    let timeout = || TimeoutLayer::new(Duration::ZERO);
    let inside = ServiceBuilder::new()
        .layer(cors())
        .layer(handle())
        .layer(timeout());
    let inside = router().layer(inside);
    let actual = || request("GET", [origin(APP)]);
    let shared = &[acao(APP), VARY, length("0")];
    assert_answer(inside.clone(), actual(), (504, shared)).await;
    assert_eq!(page_reads(inside).await, Ok(504));

    let around = ServiceBuilder::new()
        .layer(handle())
        .layer(timeout())
        .layer(cors());
    let around = router().layer(around);
    assert_answer(around.clone(), actual(), (504, &[length("0")])).await;
    let asks = preflight(APP, "GET", []);
    let answered = &[
        acao(APP),
        ALLOWED,
        VARY_PREFLIGHT,
        allow("GET,HEAD"),
        length("0"),
    ];
    assert_answer(around.clone(), asks, (204, answered)).await;
    assert_eq!(page_reads(around).await, UNREADABLE);
}
