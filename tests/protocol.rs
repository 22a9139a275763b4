//! Every kind of request, and the one correct action: the rows are named after
//! those of the table "Request → correct action" in the reading of the protocol.

mod support;

use http::Request;
use tower_cors::{AllowHeaders, CorsConfig, DenyReason, RequestKind, Verdict};

use support::{
    ACAC, APP, EVIL, Header, Row, VARY, VARY_OPTIONS, VARY_PREFLIGHT, acah, acam, acao, aceh, acma,
    acrh, acrm, answered, check, forwarded, origin, preflight, request, request_to,
};

use RequestKind::{Actual, NotCors, Preflight};
use Verdict::{Allowed, Denied};

/// One origin with credentials; nothing left at its default that shows.
fn app() -> CorsConfig {
    CorsConfig::new([APP])
        .allow_methods(["GET", "PUT", "PATCH"])
        .allow_headers(["authorization", "x-token"])
        .expose_headers(["x-request-id"])
        .allow_credentials(true)
        .max_age(std::time::Duration::from_secs(600))
}

const ANSWER: [Header; 6] = [
    acao(APP),
    ACAC,
    acam("GET, PUT, PATCH"),
    acah("authorization, x-token"),
    acma("600"),
    VARY_PREFLIGHT,
];
const REFUSAL: [Header; 1] = [VARY_PREFLIGHT];
const SHARED: [Header; 4] = [acao(APP), ACAC, aceh("x-request-id"), VARY];

/// Everyone, without credentials.
fn any() -> CorsConfig {
    CorsConfig::new(["*"]).expose_headers(["x-request-id"])
}

const SHARED_WITH_ANY: [Header; 2] = [acao("*"), aceh("x-request-id")];
const ANSWER_TO_ANY: [Header; 3] = [acao("*"), acam("GET, HEAD, POST"), VARY_PREFLIGHT];

fn mirror() -> CorsConfig {
    app().allow_headers(AllowHeaders::Mirror)
}

/// The answer of `mirror` when it has nothing to repeat.
const ANSWER_WITHOUT_HEADERS: [Header; 5] = [
    acao(APP),
    ACAC,
    acam("GET, PUT, PATCH"),
    acma("600"),
    VARY_PREFLIGHT,
];

#[test]
fn requests_that_are_not_cors_requests() {
    let row = |name, config, request, response| Row {
        name,
        config,
        request,
        kind: NotCors,
        verdict: None,
        response,
    };
    let mut rows = Vec::new();
    for method in ["GET", "HEAD", "POST"] {
        rows.push(row(
            "No Origin, any method: a constant value is sent",
            any(),
            request(method, []),
            forwarded(SHARED_WITH_ANY),
        ));
    }
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT"] {
        let vary = if method == "OPTIONS" {
            VARY_OPTIONS
        } else {
            VARY
        };
        rows.push(row(
            "No Origin, any method",
            app(),
            request(method, []),
            forwarded([vary]),
        ));
    }
    rows.extend([
        row(
            // A cache may give this very response to a page, for which the
            // policy does not allow it.
            "No Origin, a method that the policy denies to pages",
            any().allow_methods(["POST"]),
            request("GET", []),
            forwarded([]),
        ),
        row(
            "OPTIONS + ACRM, no Origin",
            app(),
            request("OPTIONS", [acrm("PUT")]),
            forwarded([VARY_OPTIONS]),
        ),
        row(
            "No Origin, Sec-Fetch-Site says otherwise",
            app(),
            request("GET", [("sec-fetch-site", "cross-site")]),
            forwarded([VARY]),
        ),
    ]);
    check(rows);
}

#[test]
fn actual_requests() {
    let row = |name, config, request, verdict, response| Row {
        name,
        config,
        request,
        kind: Actual,
        verdict: Some(verdict),
        response,
    };
    let not_allowed = Denied(DenyReason::OriginNotAllowed);
    let method_not_allowed = Denied(DenyReason::MethodNotAllowed);
    let own = [
        origin("https://api.example.com"),
        ("host", "api.example.com"),
    ];
    let upgrade = [("connection", "upgrade"), ("upgrade", "websocket")];
    let mut rows = vec![
        row(
            "Origin is the server's own",
            app(),
            request("PUT", own),
            not_allowed,
            forwarded([VARY]),
        ),
        row(
            "Origin is the server's own, and listed",
            app(),
            request("PUT", [origin(APP), ("host", "app.example.com")]),
            Allowed,
            forwarded(SHARED),
        ),
        row(
            "Origin allowed, not preflight",
            app(),
            request("GET", [origin(APP)]),
            Allowed,
            forwarded(SHARED),
        ),
        row(
            "Origin allowed, method not listed",
            app(),
            request("POST", [origin(APP)]),
            method_not_allowed,
            forwarded([VARY]),
        ),
        row(
            "Origin not allowed, not preflight",
            app(),
            request("GET", [origin(EVIL)]),
            not_allowed,
            forwarded([VARY]),
        ),
        row(
            "Non-OPTIONS with ACRM",
            app(),
            request("GET", [origin(APP), acrm("TRACE"), acrh("cookie")]),
            Allowed,
            forwarded(SHARED),
        ),
        row(
            "OPTIONS + Origin, no ACRM",
            app(),
            request("OPTIONS", [origin(APP), acrh("x-token")]),
            method_not_allowed,
            forwarded([VARY_OPTIONS]),
        ),
        row(
            "OPTIONS + Origin, no ACRM, and listed",
            app().allow_methods(["OPTIONS"]),
            request("OPTIONS", [origin(APP)]),
            Allowed,
            forwarded([acao(APP), ACAC, aceh("x-request-id"), VARY_OPTIONS]),
        ),
        row(
            "OPTIONS * is never a preflight",
            app(),
            request_to("OPTIONS", "*", [origin(APP), acrm("PUT")]),
            method_not_allowed,
            forwarded([VARY_OPTIONS]),
        ),
        row(
            "Policy any: a constant value may stay where the origin is malformed",
            any(),
            request("GET", [origin("no origin at all")]),
            Allowed,
            forwarded(SHARED_WITH_ANY),
        ),
        row(
            "Policy any, no credentials: null",
            any(),
            request("GET", [origin("null")]),
            Allowed,
            forwarded(SHARED_WITH_ANY),
        ),
        row(
            "Origin null",
            app(),
            request("GET", [origin("null")]),
            not_allowed,
            forwarded([VARY]),
        ),
        row(
            "Origin null, explicitly enabled",
            CorsConfig::new(["null"]),
            request("GET", [origin("null")]),
            Allowed,
            forwarded([acao("null"), VARY]),
        ),
        row(
            "Inner response already has ACA*: replace",
            app(),
            request("GET", [origin(APP)]),
            Allowed,
            forwarded(SHARED).over([acao("*"), acao(EVIL), aceh("*"), acma("1"), ACAC]),
        ),
        row(
            "Inner response already has ACA*, denied: remove",
            app(),
            request("GET", [origin(EVIL)]),
            not_allowed,
            forwarded([VARY]).over([acao(EVIL), ACAC]),
        ),
        row(
            "WebSocket upgrade",
            app(),
            request("GET", upgrade.into_iter().chain([origin(APP)])),
            Allowed,
            forwarded(SHARED),
        ),
        row(
            "WebSocket upgrade, origin not allowed",
            app(),
            request("GET", upgrade.into_iter().chain([origin(EVIL)])),
            not_allowed,
            forwarded([VARY]),
        ),
        row(
            "CONNECT, which is HTTP/2's upgrade and counts as the GET of HTTP/1.1",
            app(),
            request("CONNECT", [origin(APP)]),
            Allowed,
            forwarded(SHARED),
        ),
    ];
    for status in [304, 400, 401, 404, 405, 500, 503] {
        rows.push(row(
            "Origin allowed, not preflight: share whatever the status",
            app(),
            request("GET", [origin(APP)]),
            Allowed,
            forwarded(SHARED).status(status),
        ));
        rows.push(row(
            "Origin not allowed, not preflight: vary whatever the status",
            app(),
            request("GET", [origin(EVIL)]),
            not_allowed,
            forwarded([VARY]).status(status),
        ));
    }
    check(rows);
}

#[test]
fn origins_that_no_browser_sends() {
    let long: &'static str = Box::leak(format!("https://{}", "a".repeat(4096)).into_boxed_str());
    let several = DenyReason::SeveralOrigins;
    let malformed = DenyReason::OriginMalformed;
    let table: [(_, &[&str], _); 9] = [
        ("Several Origin lines, even equal", &[APP, APP], several),
        (
            "Several Origin lines: never the first",
            &[APP, EVIL],
            several,
        ),
        (
            "Several Origin lines: never the last",
            &[EVIL, APP],
            several,
        ),
        ("Origin empty", &[""], malformed),
        (
            "Origin malformed: several in a line",
            &["https://app.example.com https://app.example.com"],
            malformed,
        ),
        (
            "Origin malformed: several in a list",
            &["https://app.example.com, https://app.example.com"],
            malformed,
        ),
        (
            "Origin malformed: a path",
            &["https://app.example.com/"],
            malformed,
        ),
        (
            "Origin malformed: white space is not trimmed",
            &[" https://app.example.com"],
            malformed,
        ),
        ("Origin malformed: over-long", &[long], malformed),
    ];
    check(table.into_iter().flat_map(|(name, origins, reason)| {
        let headers = || origins.iter().map(|value| ("origin", *value));
        [
            Row {
                name,
                config: app(),
                request: request("GET", headers()),
                kind: Actual,
                verdict: Some(Denied(reason)),
                response: forwarded([VARY]),
            },
            Row {
                name,
                config: app(),
                request: request("OPTIONS", headers().chain([acrm("PUT")])),
                kind: Preflight,
                verdict: Some(Denied(reason)),
                response: answered(403, REFUSAL),
            },
        ]
    }));
}

#[test]
fn preflights() {
    let row = |name, config, request, verdict, response| Row {
        name,
        config,
        request,
        kind: Preflight,
        verdict: Some(verdict),
        response,
    };
    let ask = |more: &[Header]| preflight(APP, "PUT", more.iter().copied());
    let huge: &'static str = Box::leak("x-token,".repeat(1_000).into_boxed_str());
    check(vec![
        row(
            "Preflight, all allowed",
            app(),
            ask(&[acrh("authorization,x-token")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "Preflight, all allowed: safelisted and listed method",
            app(),
            preflight(APP, "GET", [acrh("x-token")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "Preflight, origin not allowed",
            app(),
            preflight(EVIL, "PUT", []),
            Denied(DenyReason::OriginNotAllowed),
            answered(403, REFUSAL),
        ),
        row(
            "Preflight, origin not allowed: said before anything else",
            app(),
            preflight(EVIL, "TRACE", [acrh("cookie")]),
            Denied(DenyReason::OriginNotAllowed),
            answered(403, REFUSAL),
        ),
        row(
            // The lists let the browser name the method that it refuses.
            "Preflight, method not allowed",
            app(),
            preflight(APP, "DELETE", []),
            Denied(DenyReason::MethodNotAllowed),
            answered(204, ANSWER),
        ),
        row(
            // Browsers take a safelisted method as listed: only an answer
            // without ACA* is a refusal.
            "Preflight, safelisted method not allowed",
            app(),
            preflight(APP, "POST", [acrh("x-token")]),
            Denied(DenyReason::MethodNotAllowed),
            answered(403, REFUSAL),
        ),
        row(
            "Preflight, header not allowed",
            app(),
            ask(&[acrh("x-other,x-token")]),
            Denied(DenyReason::HeaderNotAllowed("x-other")),
            answered(204, ANSWER),
        ),
        row(
            "ACRM empty",
            app(),
            preflight(APP, "", []),
            Denied(DenyReason::MethodMalformed),
            answered(403, REFUSAL),
        ),
        row(
            "ACRM not a token",
            app(),
            preflight(APP, "PUT, GET", []),
            Denied(DenyReason::MethodMalformed),
            answered(403, REFUSAL),
        ),
        row(
            "ACRM repeated",
            app(),
            ask(&[acrm("PUT")]),
            Denied(DenyReason::MethodMalformed),
            answered(403, REFUSAL),
        ),
        row(
            "ACRM in other case than listed",
            app(),
            preflight(APP, "patch", []),
            Denied(DenyReason::MethodNotAllowed),
            answered(204, ANSWER),
        ),
        row(
            "ACRM forbidden",
            app(),
            preflight(APP, "TRACE", []),
            Denied(DenyReason::MethodForbidden),
            answered(403, REFUSAL),
        ),
        row(
            "ACRM forbidden, in any case and where any method is allowed",
            app().allow_methods(["*"]),
            preflight(APP, "cOnNeCt", []),
            Denied(DenyReason::MethodForbidden),
            answered(403, REFUSAL),
        ),
        row(
            "ACRH names forbidden",
            app(),
            ask(&[acrh("cookie")]),
            Denied(DenyReason::HeaderForbidden("cookie")),
            answered(403, REFUSAL),
        ),
        row(
            "ACRH names forbidden, where any header is allowed",
            mirror(),
            ask(&[acrh("x-a,sec-fetch-site")]),
            Denied(DenyReason::HeaderForbidden("sec-fetch-site")),
            answered(403, REFUSAL),
        ),
        row(
            "ACRM `*`",
            app(),
            preflight(APP, "*", []),
            Denied(DenyReason::MethodNotAllowed),
            answered(204, ANSWER),
        ),
        row(
            "ACRH element `*`",
            app(),
            ask(&[acrh("*")]),
            Denied(DenyReason::HeaderNotAllowed("*")),
            answered(204, ANSWER),
        ),
        row(
            "Origin null",
            app(),
            preflight("null", "PUT", []),
            Denied(DenyReason::OriginNotAllowed),
            answered(403, REFUSAL),
        ),
        row(
            "Policy any, no credentials: no parsing of Origin",
            any(),
            preflight("no origin at all", "GET", []),
            Allowed,
            answered(204, ANSWER_TO_ANY),
        ),
        row(
            "ACRH absent: ACAH unnecessary",
            mirror(),
            ask(&[]),
            Allowed,
            answered(204, ANSWER_WITHOUT_HEADERS),
        ),
        row(
            "ACRH absent: no header check",
            app(),
            ask(&[]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "ACRH present but empty",
            app(),
            ask(&[acrh("")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "ACRH on several lines: one list",
            app(),
            ask(&[acrh("authorization"), acrh("x-token")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "ACRH on several lines: in order",
            app(),
            ask(&[acrh("x-token"), acrh("x-2,x-1"), acrh("x-0")]),
            Denied(DenyReason::HeaderNotAllowed("x-2")),
            answered(204, ANSWER),
        ),
        row(
            "ACRH on several lines: repeated as one list",
            mirror(),
            ask(&[acrh("x-2"), acrh("x-1")]),
            Allowed,
            answered(
                204,
                ANSWER_WITHOUT_HEADERS.into_iter().chain([acah("x-2,x-1")]),
            ),
        ),
        row(
            "ACRH with spaces/tabs, empty elements",
            app(),
            ask(&[acrh(" authorization\t,, \t,x-token ,")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "ACRH uppercase",
            app(),
            ask(&[acrh("AUTHORIZATION,X-Token")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "ACRH unsorted or duplicated",
            app(),
            ask(&[acrh("x-token,authorization,x-token")]),
            Allowed,
            answered(204, ANSWER),
        ),
        row(
            "ACRH unsorted or duplicated: by membership",
            app(),
            ask(&[acrh("x-token,authorization,x-token,x-a")]),
            Denied(DenyReason::HeaderNotAllowed("x-a")),
            answered(204, ANSWER),
        ),
        row(
            "ACRH element not a token",
            app(),
            ask(&[acrh("x-token,x token")]),
            Denied(DenyReason::HeadersMalformed),
            answered(403, REFUSAL),
        ),
        row(
            "ACRH element not a token, where any header is allowed",
            mirror(),
            ask(&[acrh("x-token,<script>")]),
            Denied(DenyReason::HeadersMalformed),
            answered(403, REFUSAL),
        ),
        row(
            "ACRH element not a token: never echoed, whatever else is denied",
            mirror(),
            preflight(APP, "DELETE", [acrh("x-token,<script>")]),
            Denied(DenyReason::MethodNotAllowed),
            answered(403, REFUSAL),
        ),
        row(
            "ACRH huge",
            app(),
            ask(&[acrh(huge)]),
            Denied(DenyReason::HeadersTooLong),
            answered(403, REFUSAL),
        ),
        row(
            "ACRH huge: never echoed, whatever else is denied",
            mirror(),
            preflight(APP, "DELETE", [acrh(huge)]),
            Denied(DenyReason::MethodNotAllowed),
            answered(403, REFUSAL),
        ),
        row(
            "WebSocket upgrade or CONNECT: no method that a script sends",
            app(),
            preflight(APP, "CONNECT", []),
            Denied(DenyReason::MethodForbidden),
            answered(403, REFUSAL),
        ),
    ]);
}

#[test]
fn is_preflight_needs_all_three_signs() {
    let table: [(&str, &[Header], bool); 6] = [
        ("OPTIONS", &[origin(APP), acrm("PUT")], true),
        ("OPTIONS", &[origin(""), acrm("")], true),
        ("OPTIONS", &[origin(APP)], false),
        ("OPTIONS", &[acrm("PUT")], false),
        ("GET", &[origin(APP), acrm("PUT")], false),
        ("options", &[origin(APP), acrm("PUT")], false),
    ];
    for (method, headers, expected) in table {
        let request: Request<()> = request(method, headers.iter().copied());
        assert_eq!(
            tower_cors::is_preflight(request.method(), request.headers()),
            expected,
            "{method} {headers:?}"
        );
    }
}

/// A decision needs no URI, but for `OPTIONS *`.
#[test]
fn method_and_headers_are_enough_to_decide() {
    let policy = support::compile(&app());
    for request in [
        request("GET", []),
        request("GET", [origin(APP)]),
        preflight(APP, "PUT", [acrh("x-token")]),
        preflight(EVIL, "PUT", []),
    ] {
        let decision = policy.decide((request.method(), request.headers()));
        let with_uri = policy.decide(&request);
        assert_eq!(decision.kind(), with_uri.kind());
        assert_eq!(decision.verdict(), with_uri.verdict());
        assert_eq!(decision.is_allowed(), decision.verdict() == Some(Allowed));
        assert_eq!(decision.origin(), request.headers().get("origin"));
    }
}
