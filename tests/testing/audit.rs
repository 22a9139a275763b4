//! The audit, on services behind tower-http's layer that have each of the faults, and on
//! their neighbours without it.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request as AxumRequest;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::{any, get, put};
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use super::*;
use tower_cors::testing::{BlockReason, Credentials, FindingKind, Report, audit};
use tower_cors::{CorsConfig, Enforcement, PreflightMode};

const UNKNOWN: &str = "/tower-cors-audit-no-such-path";

const ORIGIN: (&str, &str) = ("access-control-allow-origin", PAGE);
const TRUE: (&str, &str) = ("access-control-allow-credentials", "true");
/// The length of `{}`.
const TWO: HeaderValue = HeaderValue::from_static("2");
const VARY: (&str, &str) = ("vary", "accept, Origin");

fn routes() -> Router {
    Router::new()
        .route("/items", get(async || "[]").post(async || "stored"))
        .route("/items/1", put(async || StatusCode::NO_CONTENT))
        .route("/boom", get(boom))
}

async fn boom() {
    panic!("boom");
}

fn list<const N: usize>(origins: [&str; N]) -> AllowOrigin {
    AllowOrigin::list(origins.map(|origin| origin.parse().unwrap()))
}

fn predicate(allows: impl Fn(&str) -> bool + Clone + Send + Sync + 'static) -> AllowOrigin {
    AllowOrigin::predicate(move |origin, _| origin.to_str().is_ok_and(&allows))
}

/// A layer without a fault, for these origins.
fn cors(origin: AllowOrigin) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE])
        .allow_credentials(true)
}

fn good() -> CorsLayer {
    cors(list([PAGE]))
}

/// Adds a layer that answers requests for which `refuses` gives a status.
fn refusing(
    app: Router,
    refuses: impl Fn(&AxumRequest) -> Option<u16> + Clone + Send + Sync + 'static,
) -> Router {
    app.layer(from_fn(move |request: AxumRequest, next: Next| {
        let status = refuses(&request).map(|status| StatusCode::from_u16(status).unwrap());
        async move {
            match status {
                Some(status) => status.into_response(),
                None => next.run(request).await,
            }
        }
    }))
}

fn authentication(app: Router, status: u16) -> Router {
    refusing(app, move |request| {
        let is_known = request.headers().contains_key(AUTHORIZATION);
        (!is_known).then_some(status)
    })
}

fn size_limit(app: Router) -> Router {
    refusing(app, |request| {
        let length = request.headers().get(CONTENT_LENGTH)?.to_str().ok()?;
        (length.parse::<u64>().unwrap() > 1_000_000).then_some(413)
    })
}

/// Enough for the requests of the audit, but not for a flood.
fn rate_limit(app: Router) -> Router {
    let count = Arc::new(AtomicUsize::new(0));
    refusing(app, move |_| {
        (count.fetch_add(1, Ordering::Relaxed) >= 120).then_some(429)
    })
}

/// A proxy that adds a header to the responses to requests that `applies` names.
fn proxy(
    app: Router,
    (name, value): (&'static str, &'static str),
    applies: impl Fn(&AxumRequest) -> bool + Clone + Send + Sync + 'static,
) -> Router {
    app.layer(from_fn(move |request: AxumRequest, next: Next| {
        let applies = applies(&request);
        async move {
            let mut response = next.run(request).await;
            if applies {
                let value = HeaderValue::from_static(value);
                response.headers_mut().append(name, value);
            }
            response
        }
    }))
}

fn prepared(method: &str, url: &str) -> Request<&'static str> {
    let json: Lines<'_> = &[
        ("authorization", "Bearer x"),
        ("content-type", "application/json"),
    ];
    request(method, url, json)
}

async fn report(app: Router) -> Report {
    audit(app, PAGE)
        .credentials(Credentials::Include)
        .request(prepared("GET", "/items"))
        .request(prepared("POST", "/items"))
        .request(prepared("PUT", "/items/1"))
        .run()
        .await
}

/// A line per finding: its code, and the request that showed it.
fn shown(report: &Report) -> Vec<String> {
    let findings = report.findings.iter();
    findings
        .map(|finding| {
            let (request, code) = (&finding.request, finding.kind.code());
            let origin = request
                .headers()
                .get("origin")
                .map(|origin| origin.to_str().unwrap());
            let (method, path) = (request.method(), request.url().path());
            format!("{code} {method} {path} {}", origin.unwrap_or("-"))
        })
        .collect()
}

/// Each line for the two paths.
fn both(code: &str, origin: &str) -> Vec<String> {
    ["/items", "/items/1"]
        .map(|path| format!("{code} OPTIONS {path} {origin}"))
        .to_vec()
}

fn vary_missing(origin: &str) -> Vec<String> {
    ["/items", "/items/1"]
        .map(|path| format!("missing-vary GET {path} {origin}"))
        .to_vec()
}

fn lines_of<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}

#[tokio::test]
async fn each_fault_and_its_control() {
    let starts = |text: &'static str| predicate(move |origin| origin.starts_with(text));
    let ends = |text: &'static str| predicate(move |origin| origin.ends_with(text));
    let no_vary = |origin| cors(origin).vary([]);
    let wrapped = |layer| routes().layer(layer);
    let methods = || good().allow_methods([Method::GET, Method::POST]);
    let with_fallback = |app: Router| app.fallback(async || StatusCode::NOT_FOUND);
    let options_404 = |app| {
        refusing(app, |request| {
            (request.method() == Method::OPTIONS).then_some(404)
        })
    };
    let login = |app| refusing(app, |_| Some(401));

    for (fault, faulty, expected, control) in [
        (
            "reflects any origin with credentials",
            wrapped(cors(AllowOrigin::mirror_request())),
            both("any-origin", "https://stranger.example"),
            // Reflection without credentials is no worse than `*`, but see below.
            wrapped(good()),
        ),
        (
            "compares the beginning",
            wrapped(cors(starts(PAGE))),
            both("prefix-hole", "https://app.example.com.evil.net"),
            wrapped(cors(predicate(|origin| origin == PAGE))),
        ),
        (
            "compares the end of the host",
            wrapped(cors(ends("app.example.com"))),
            [
                both("suffix-hole", "https://evilapp.example.com"),
                both("scheme-hole", "http://app.example.com"),
            ]
            .concat(),
            // All subdomains are meant.
            wrapped(cors(predicate(|origin| {
                origin.starts_with("https://") && origin.ends_with(".example.com")
            }))),
        ),
        (
            "compares the end of the domain",
            wrapped(cors(predicate(|origin| {
                origin.starts_with("https://") && origin.ends_with("example.com")
            }))),
            both("suffix-hole", "https://evilexample.com"),
            wrapped(good()),
        ),
        (
            "allows plain http",
            wrapped(cors(list([PAGE, "http://app.example.com"]))),
            both("scheme-hole", "http://app.example.com"),
            wrapped(cors(list([PAGE, "http://localhost:3000"]))),
        ),
        (
            "allows null",
            wrapped(cors(list([PAGE, "null"]))),
            both("null-hole", "null"),
            wrapped(good()),
        ),
        (
            "does not say that it depends on the origin",
            wrapped(no_vary(list([PAGE]))),
            vary_missing(PAGE),
            // One constant answer.
            wrapped(no_vary(AllowOrigin::exact(PAGE.parse().unwrap()))),
        ),
        (
            "authentication outside",
            authentication(wrapped(good()), 401),
            lines_of([
                "preflight-rejected OPTIONS /items https://app.example.com",
                "unreadable-error GET /items https://app.example.com",
                "preflight-rejected OPTIONS /items/1 https://app.example.com",
                "unreadable-error GET /items/1 https://app.example.com",
            ]),
            authentication(routes(), 401).layer(good()),
        ),
        (
            "authorization outside",
            authentication(wrapped(good()), 403),
            lines_of([
                "preflight-rejected OPTIONS /items https://app.example.com",
                "unreadable-error GET /items https://app.example.com",
                "preflight-rejected OPTIONS /items/1 https://app.example.com",
                "unreadable-error GET /items/1 https://app.example.com",
            ]),
            authentication(routes(), 403).layer(good()),
        ),
        (
            "inside of routing, by method",
            Router::new()
                .route(
                    "/items",
                    get(async || "[]").post(async || "").route_layer(good()),
                )
                .route("/items/1", put(async || "").route_layer(good())),
            [
                both("preflight-not-routed", PAGE),
                vec![format!("unreadable-error GET {UNKNOWN} {PAGE}")],
            ]
            .concat(),
            wrapped(good()),
        ),
        (
            "on the routes only",
            routes().route_layer(good()),
            vec![format!("unreadable-error GET {UNKNOWN} {PAGE}")],
            // A site outside of the API is no page's business.
            wrapped(good()).fallback(async || "the site"),
        ),
        (
            "inside of routing, by path",
            options_404(wrapped(good())),
            both("preflight-not-routed", PAGE),
            options_404(routes()).layer(good()),
        ),
        (
            "401 outside",
            login(wrapped(good())),
            both("preflight-rejected", PAGE),
            login(routes()).layer(good()),
        ),
        (
            "404 outside",
            with_fallback(wrapped(good())),
            vec![format!("unreadable-error GET {UNKNOWN} {PAGE}")],
            with_fallback(routes()).layer(good()),
        ),
        (
            "413 outside",
            size_limit(wrapped(good())),
            lines_of([
                "unreadable-error GET /items https://app.example.com",
                "unreadable-error GET /items/1 https://app.example.com",
            ]),
            size_limit(routes()).layer(good()),
        ),
        (
            "429 outside",
            rate_limit(wrapped(good())),
            vec![format!("unreadable-error GET {UNKNOWN} {PAGE}")],
            rate_limit(routes()).layer(good()),
        ),
        (
            "a proxy sets it too",
            proxy(wrapped(good()), ORIGIN, |_| true),
            both("header-twice", PAGE),
            // The layer replaces what is set inside of it.
            proxy(routes(), ORIGIN, |_| true).layer(good()),
        ),
        (
            "a proxy allows credentials too",
            proxy(wrapped(good()), TRUE, |_| true),
            both("header-twice", PAGE),
            proxy(routes(), TRUE, |_| true).layer(good()),
        ),
        (
            "a proxy sets it too, but not in preflights",
            proxy(wrapped(good()), ORIGIN, |request| {
                request.method() != Method::OPTIONS
            }),
            lines_of([
                "header-twice GET /items https://app.example.com",
                "header-twice PUT /items/1 https://app.example.com",
            ]),
            wrapped(good()),
        ),
        (
            "says that it depends on the origin, but only to origins",
            proxy(wrapped(no_vary(list([PAGE]))), VARY, |request| {
                request.headers().contains_key("origin")
            }),
            vary_missing("-"),
            proxy(wrapped(no_vary(list([PAGE]))), VARY, |_| true),
        ),
        (
            "takes requests without an origin for the page's",
            proxy(wrapped(no_vary(list([PAGE]))), ORIGIN, |request| {
                !request.headers().contains_key("origin")
            }),
            vary_missing(PAGE),
            proxy(wrapped(good()), ORIGIN, |request| {
                !request.headers().contains_key("origin")
            }),
        ),
        (
            "depends on another header",
            proxy(wrapped(no_vary(list([PAGE]))), ("vary", "x-origin"), |_| {
                true
            }),
            vary_missing(PAGE),
            proxy(wrapped(no_vary(list([PAGE]))), ("vary", "*"), |_| true),
        ),
        (
            "a limit counts preflights",
            refusing(wrapped(good()), |request| {
                (request.method() == Method::OPTIONS).then_some(429)
            }),
            both("unreadable-error", PAGE),
            wrapped(good()),
        ),
        (
            "a method is not listed",
            wrapped(methods()),
            lines_of(["blocked OPTIONS /items/1 https://app.example.com"]),
            wrapped(good()),
        ),
        (
            "a header is not listed",
            wrapped(good().allow_headers([CONTENT_TYPE])),
            both("blocked", PAGE),
            wrapped(good().allow_headers(AllowHeaders::mirror_request())),
        ),
        (
            "credentials are not allowed",
            wrapped(good().allow_credentials(false)),
            both("blocked", PAGE),
            wrapped(good().allow_methods(AllowMethods::mirror_request())),
        ),
        (
            "the page is not allowed",
            wrapped(cors(list(["https://other.example"]))),
            both("blocked", PAGE),
            wrapped(good()),
        ),
        (
            "no CORS layer",
            routes(),
            both("preflight-not-routed", PAGE),
            wrapped(good()),
        ),
    ] {
        let mut found = shown(&report(faulty).await);
        let mut expected = expected;
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{fault}");
        report(control).await.assert_clean();
    }
}

/// The page needs no credentials, so the service may be open to anyone.
#[tokio::test]
async fn without_credentials() {
    let any = || {
        CorsLayer::new()
            .allow_methods([Method::PUT])
            .allow_headers([AUTHORIZATION])
    };
    let run = async |layer: CorsLayer| {
        let put = request("PUT", "/items/1", &[("authorization", "Bearer x")]);
        audit(routes().layer(layer), PAGE).request(put).run().await
    };
    run(any().allow_origin(tower_http::cors::Any))
        .await
        .assert_clean();
    run(any().allow_origin(AllowOrigin::mirror_request()))
        .await
        .assert_clean();
    run(any().allow_origin(list([PAGE]))).await.assert_clean();
    let report = run(any().allow_origin(list([PAGE, "null"]))).await;
    assert_eq!(shown(&report), ["null-hole OPTIONS /items/1 null"]);
    // A page that needs none is no excuse.
    let report = run(cors(AllowOrigin::mirror_request())).await;
    let expected = "any-origin OPTIONS /items/1 https://stranger.example";
    assert_eq!(shown(&report), [expected]);
}

/// Without its cookie, the page is not known.
#[tokio::test]
async fn cookies_are_credentials() {
    let sessions = |app| {
        refusing(app, |request| {
            let is_known = request.headers().contains_key("cookie");
            (!is_known && request.method() != Method::OPTIONS).then_some(401)
        })
    };
    let run = async |app: Router| {
        let browser = Browser::new(app);
        browser.cookie("session=1");
        let page = browser.page(PAGE).credentials(Credentials::Include);
        page.audit()
            .request(request("PUT", "/items/1", &[]))
            .run()
            .await
    };
    let report = run(sessions(routes().layer(good()))).await;
    assert_eq!(
        shown(&report),
        ["unreadable-error GET /items/1 https://app.example.com"]
    );
    run(sessions(routes()).layer(good())).await.assert_clean();
}

/// Ports are meant if all are allowed.
#[tokio::test]
async fn pages_on_this_machine() {
    let page = "http://localhost:3000";
    let run = async |origin: AllowOrigin| {
        let app = routes().layer(cors(origin));
        audit(app, page)
            .request(request("GET", "/items", &[]))
            .run()
            .await
    };
    run(list([page])).await.assert_clean();
    run(predicate(|origin| {
        let port = origin.strip_prefix("http://localhost:");
        port.is_some_and(|port| port.parse::<u16>().is_ok())
    }))
    .await
    .assert_clean();
    let report = run(predicate(move |origin| origin.starts_with(page))).await;
    assert_eq!(
        shown(&report),
        ["prefix-hole OPTIONS /items http://localhost:30001"]
    );
}

#[tokio::test]
async fn errors_that_a_request_provokes() {
    let run = async |app: Router| {
        audit(app, PAGE)
            .request(request("GET", "/boom", &[]))
            .run()
            .await
    };
    let report = run(routes().layer(good()).layer(CatchPanicLayer::new())).await;
    let [finding] = &report.findings[..] else {
        panic!("{report}");
    };
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    assert_eq!(finding.kind, FindingKind::UnreadableError(status));
    assert_eq!(finding.request.status(), Some(status));
    run(routes().layer(CatchPanicLayer::new()).layer(good()))
        .await
        .assert_clean();

    // Errors of the service itself have no response.
    let service = tower::service_fn(|_: Request<Body>| async {
        Err::<Response<String>, _>("connection reset")
    });
    let report = audit(service, PAGE).run().await;
    assert_eq!(
        report.to_string(),
        "findings: 1\n\
         1. blocked: GET https://api.example.net/ from https://app.example.com\n   \
         net::ERR_FAILED (connection reset): answer with a response, inside the CORS layer"
    );
    assert!(report.findings[0].request.status().is_none());
}

/// What is not safe is sent once, and only if a browser sends it.
#[tokio::test]
async fn it_changes_nothing_by_itself() {
    let both = ["POST /items", "PUT /items/1"];
    for (layer, expected) in [
        (good(), &both[..]),
        (cors(AllowOrigin::mirror_request()), &both),
        (good().allow_methods([Method::GET]), &both[..1]),
        (good().allow_headers([AUTHORIZATION]), &[]),
    ] {
        let browser = Browser::new(routes().layer(layer));
        browser.cookie("session=1");
        let page = browser.page(PAGE).credentials(Credentials::Include);
        let audit = page
            .audit()
            .request(prepared("POST", "/items").map(|_| "{}"))
            .request(prepared("PUT", "/items/1"));
        let _report = audit.run().await;
        let mut sent = Vec::new();
        for request in browser.log() {
            match *request.method() {
                Method::OPTIONS => assert!(request.is_preflight()),
                // Neither has a body.
                Method::GET => assert_ne!(request.headers().get("content-length"), Some(&TWO)),
                _ => sent.push(format!("{} {}", request.method(), request.url().path())),
            }
        }
        assert_eq!(sent, expected);
    }
}

#[tokio::test]
async fn the_layer_of_this_crate() {
    let (no, yes) = (Credentials::SameOrigin, Credentials::Include);
    let listed = || {
        CorsConfig::new([PAGE, "https://*.example.com", "http://localhost:*"])
            .allow_methods(["POST", "PUT"])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE])
            .allow_credentials(true)
    };
    let run = async |config: CorsConfig, page: &str, credentials| {
        // Any method, so that the service answers preflights too.
        let app = Router::new().route("/items", any(async || "[]"));
        let app = app.layer(tower_cors::CorsLayer::new(config).unwrap());
        let audit = audit(app, page).credentials(credentials);
        audit.request(prepared("POST", "/items")).run().await
    };
    for (config, page, credentials) in [
        // `GET` is not allowed, so no page reads what the safe requests get.
        (listed(), PAGE, yes),
        (listed(), "https://other.example.com", yes),
        (listed(), "http://localhost:3000", yes),
        (listed().preflight(PreflightMode::Decorate), PAGE, yes),
        (listed().enforcement(Enforcement::Server), PAGE, yes),
        (listed().allow_methods(["*"]), PAGE, no),
        (
            CorsConfig::new(["*"]).allow_headers(["*", "authorization"]),
            PAGE,
            no,
        ),
        (
            CorsConfig::localhost_for_development(),
            "http://localhost:3000",
            yes,
        ),
    ] {
        run(config, page, credentials).await.assert_clean();
    }
    let report = run(listed().debug(true), "https://app.example.com:8443", yes).await;
    let finding = &report.findings[0];
    assert_eq!(finding.kind, FindingKind::PreflightRejected);
    let start = "`x-cors-debug` says why: preflight; denied; ";
    assert!(finding.repair.starts_with(start), "{report}");
}

#[tokio::test]
async fn findings_are_for_programs_and_for_people() {
    let layer = cors(predicate(|origin| origin.starts_with(PAGE)));
    let app = authentication(routes().layer(layer), 401);
    let browser = Browser::new(app);
    let page = browser.page(PAGE).credentials(Credentials::Include);
    let report = page.audit().request(prepared("GET", "/items")).run().await;
    assert_eq!(
        report.to_string(),
        "findings: 3\n\
         1. preflight-rejected: OPTIONS https://api.example.net/items for GET from \
         https://app.example.com was answered 401 Unauthorized\n   \
         the preflight was answered 401 Unauthorized: put the CORS layer outside authentication; \
         preflights have no credentials\n\
         2. prefix-hole: GET https://api.example.net/items from https://app.example.com.evil.net \
         was answered 200 OK\n   \
         compare whole origins; end a regex with `$`\n\
         3. unreadable-error: GET https://api.example.net/items from https://app.example.com was \
         answered 401 Unauthorized\n   \
         the response is 401 Unauthorized: if the CORS policy allows the origin, then something \
         outside the CORS layer answered; authentication, limits, timeouts and fallbacks belong \
         inside"
    );
    let hole = &report.findings[1];
    assert_eq!(hole.kind, FindingKind::PrefixHole);
    assert_eq!(hole.request.headers()["authorization"], "Bearer x");
    assert_eq!(
        hole.response["access-control-allow-origin"],
        "https://app.example.com.evil.net"
    );

    let report = audit(routes().layer(good()), PAGE).run().await;
    assert_eq!(report.to_string(), "findings: 0");
    let layer = good().allow_methods([Method::GET]);
    let report = audit(routes().layer(layer), PAGE)
        .request(request("PUT", "/items/1", &[]))
        .run()
        .await;
    let reason = BlockReason::MethodNotAllowed(Method::PUT);
    assert_eq!(report.findings[0].kind, FindingKind::Blocked(reason));
}

#[tokio::test]
#[should_panic(expected = "findings: 1\n1. null-hole: ")]
async fn a_report_with_findings_panics() {
    let layer = cors(list([PAGE, "null"]));
    audit(routes().layer(layer), PAGE)
        .run()
        .await
        .assert_clean();
}

#[test]
#[should_panic(expected = "no page can send this request: TypeError: ")]
fn a_request_that_no_page_can_send() {
    let _ = audit(routes(), PAGE).request(request("CONNECT", "/", &[]));
}
