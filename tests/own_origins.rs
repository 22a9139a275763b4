//! The server's own origins: which requests are meant for it, which come from its own
//! pages, and which it refuses.

mod support;

use http::{Request, Response};
use support::{Row, acao, answered, check, forwarded, serve};
use tower_cors::{
    CorsConfig, CorsLayer, DenyReason, Enforcement, PathConfigs, RequestKind, Verdict, WhenEmpty,
};

const APP: &str = "https://app.example.com";
const OWN: &str = "https://own.example.com";

fn config() -> CorsConfig {
    CorsConfig::new([APP])
        .allow_methods(["GET", "POST"])
        .enforcement(Enforcement::Server)
        .own_origins([OWN, "http://own.example.com:8080", "http://localhost:*"])
}

/// A request by its method, its target and its headers.
fn request(line: &str, headers: &[(&str, &str)]) -> Request<()> {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

/// The status, and whether the inner service was called.
fn outcome(request: Request<()>) -> (u16, bool) {
    let layer = CorsLayer::new(config()).unwrap();
    let inner = Response::new("inner".to_owned());
    let seen = serve(&layer, request, &inner);
    (seen.status, seen.called)
}

#[test]
fn only_requests_for_an_own_authority_are_served() {
    let served = [
        ("GET /", &[("host", "own.example.com")][..]),
        ("GET /", &[("host", "OWN.example.com:443")]),
        ("GET /", &[("host", "own.example.com:8080")]),
        ("GET /", &[("host", "localhost")]),
        ("GET /", &[("host", "localhost:3000")]),
        ("GET https://own.example.com/", &[]),
        (
            "GET https://own.example.com/",
            &[("host", "own.example.com")],
        ),
        // No page can rebind these.
        ("GET /", &[]),
        ("GET /", &[("host", "127.0.0.1:3000")]),
        ("GET /", &[("host", "[::1]:3000")]),
        ("GET /", &[("host", "192.168.1.5")]),
        ("GET http://localhost:80/", &[("host", "localhost")]),
    ];
    for (line, headers) in served {
        assert_eq!(
            outcome(request(line, headers)),
            (200, true),
            "{line} {headers:?}"
        );
    }
    let refused = [
        ("GET /", &[("host", "evil.example")][..]),
        ("GET /", &[("host", "own.example.com:8443")]),
        ("GET /", &[("host", "own.example.com.")]),
        ("GET /", &[("host", "own.example.com.evil.example")]),
        ("GET /", &[("host", "app.example.com")]),
        ("GET /", &[("host", "evil@own.example.com")]),
        ("GET /", &[("host", "own.example.com:")]),
        ("GET /", &[("host", "own.example.com:x")]),
        ("GET /", &[("host", "")]),
        // No addresses: no browser sends these.
        ("GET /", &[("host", "[evil.example")]),
        ("GET /", &[("host", "[::1]evil.example:80")]),
        ("GET /", &[("host", "evil.example.1")]),
        ("GET /", &[("host", "127.1")]),
        (
            "GET /",
            &[("host", "own.example.com"), ("host", "own.example.com")],
        ),
        ("GET https://evil.example/", &[]),
        ("GET https://own.example.com/", &[("host", "evil.example")]),
        ("GET https://evil.example/", &[("host", "own.example.com")]),
        ("OPTIONS /", &[("host", "evil.example")]),
        ("CONNECT evil.example:80", &[]),
        (
            "GET /",
            &[
                ("host", "evil.example"),
                ("x-forwarded-host", "own.example.com"),
            ],
        ),
        // All three agree, as they do after rebinding.
        (
            "GET /",
            &[
                ("host", "evil.example"),
                ("origin", "https://evil.example"),
                ("sec-fetch-site", "same-origin"),
            ],
        ),
        // Allowed origins, and their preflights, need the right server too.
        ("GET /", &[("host", "evil.example"), ("origin", APP)]),
        (
            "OPTIONS /",
            &[
                ("host", "evil.example"),
                ("origin", APP),
                ("access-control-request-method", "POST"),
            ],
        ),
        (
            "GET /",
            &[
                ("host", "evil.example"),
                ("origin", OWN),
                ("upgrade", "websocket"),
            ],
        ),
    ];
    for (line, headers) in refused {
        assert_eq!(
            outcome(request(line, headers)),
            (421, false),
            "{line} {headers:?}"
        );
    }
}

#[test]
fn only_own_and_allowed_origins_are_served() {
    let from = |origin, site| {
        let host = ("host", "own.example.com");
        let headers = [host, ("origin", origin), ("sec-fetch-site", site)];
        outcome(request("POST /", &headers))
    };
    for (origin, site) in [
        (APP, "cross-site"),
        (OWN, "same-origin"),
        (OWN, "same-site"),
        ("http://own.example.com:8080", "same-site"),
        ("http://localhost:5173", "cross-site"),
        // A page of its own with `Referrer-Policy: no-referrer`.
        ("null", "same-origin"),
    ] {
        assert_eq!(from(origin, site), (200, true), "{origin} {site}");
    }
    for (origin, site) in [
        ("https://evil.example", "cross-site"),
        // The header alone is not trusted: after rebinding it says `same-origin`.
        ("https://evil.example", "same-origin"),
        ("https://evil.example", "none"),
        ("http://own.example.com", "same-site"),
        ("https://own.example.com:8443", "same-site"),
        ("https://localhost:5173", "cross-site"),
        ("https://127.0.0.1", "same-origin"),
        ("null", "cross-site"),
        ("null", "none"),
    ] {
        assert_eq!(from(origin, site), (403, false), "{origin} {site}");
    }
    let without = [("host", "own.example.com"), ("origin", "null")];
    assert_eq!(outcome(request("POST /", &without)), (403, false));
}

#[test]
fn unsafe_methods_of_other_sites_need_an_origin() {
    for (method, site, expected) in [
        ("POST", "cross-site", (403, false)),
        ("POST", "same-site", (403, false)),
        ("DELETE", "cross-site", (403, false)),
        ("POST", "else", (403, false)),
        ("POST", "same-origin", (200, true)),
        ("POST", "none", (200, true)),
        ("GET", "cross-site", (200, true)),
        ("HEAD", "cross-site", (200, true)),
        ("OPTIONS", "cross-site", (200, true)),
    ] {
        let headers = [("host", "own.example.com"), ("sec-fetch-site", site)];
        let request = request(&format!("{method} /"), &headers);
        assert_eq!(outcome(request), expected, "{method} {site}");
    }
    let several = [
        ("host", "own.example.com"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(outcome(request("POST /", &several)), (403, false));
}

#[test]
fn a_refusal_says_no_more_than_it_must() {
    let vary = ("vary", "Origin, sec-fetch-site");
    let inner = [("access-control-allow-origin", "*")];
    let row = |name, headers: &[_], verdict, response| Row {
        name,
        config: config(),
        request: request("GET /", headers),
        kind: RequestKind::Actual,
        verdict: Some(verdict),
        response,
    };
    check([
        row(
            "another server",
            &[("host", "evil.example"), ("origin", APP)],
            Verdict::Denied(DenyReason::HostNotOwn),
            answered(421, [vary]),
        ),
        row(
            "an allowed origin",
            &[("host", "own.example.com"), ("origin", APP)],
            Verdict::Allowed,
            forwarded([acao(APP), vary]).over(inner),
        ),
        row(
            "an own origin",
            &[("host", "own.example.com"), ("origin", OWN)],
            Verdict::Denied(DenyReason::OriginNotAllowed),
            forwarded([vary]).over(inner),
        ),
    ]);
}

#[test]
fn a_refusal_explains_itself() {
    let policy = config().debug(true).compile().unwrap();
    let explained = |request: &Request<()>| {
        let decision = policy.decide(request);
        let reason = decision.deny_reason().unwrap();
        (reason.code(), decision.explain().to_string())
    };
    let misdirected = request("GET /", &[("host", "evil.example"), ("origin", APP)]);
    assert_eq!(
        explained(&misdirected),
        (
            "host-not-own",
            "GET from `https://app.example.com` is an actual request: denied\n\
             - server: denied, the `Host` of the request is not among own_origins\n\
             it is answered here with 421; the service is not called\n"
                .to_owned()
        )
    );
    let headers = [("host", "localhost"), ("sec-fetch-site", "cross-site")];
    assert_eq!(
        explained(&request("POST /", &headers)),
        (
            "cross-site",
            "POST without an `Origin` is not a CORS request\n\
             - server: denied, a page of another site sent this, without an `Origin`; browsers \
             send one\n\
             it is answered here with 403; the service is not called\n"
                .to_owned()
        )
    );
}

/// Two `Origin` lines are no origin of the server's.
#[test]
fn several_origins_are_not_exempt() {
    for others in [[OWN, "https://evil.example"], ["null", "null"]] {
        let headers = [
            ("host", "own.example.com"),
            ("origin", others[0]),
            ("origin", others[1]),
            ("sec-fetch-site", "same-origin"),
        ];
        assert_eq!(outcome(request("POST /", &headers)), (403, false));
    }
}

/// Without the URI, the authority of a request over HTTP/2 is not known.
#[test]
fn an_unknown_authority_is_refused() {
    let policy = config().compile().unwrap();
    let headers = http::HeaderMap::new();
    let decision = policy.decide((&http::Method::GET, &headers));
    assert_eq!(decision.deny_reason(), Some(DenyReason::HostNotOwn));
}

/// Paths with `//` are no way round, whichever policy they would have.
#[test]
fn ambiguous_paths_know_the_own_origins() {
    let paths = PathConfigs::new()
        .path("/mcp", config())
        .path("/open", CorsConfig::new(["*"]));
    let layer = CorsLayer::from(paths.compile().unwrap());
    let inner = Response::new(String::new());
    let seen = |headers: &[_]| {
        let seen = serve(&layer, request("POST //mcp", headers), &inner);
        (seen.status, seen.called)
    };
    let rebound = [
        ("host", "evil.example"),
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(seen(&rebound), (421, false));
    assert_eq!(seen(&[("host", "evil.example")]), (421, false));
    let own = ("host", "own.example.com");
    assert_eq!(seen(&[own, ("origin", OWN)]), (200, true));
    assert_eq!(seen(&[own, ("origin", APP)]), (403, false));
    assert_eq!(seen(&[own, ("sec-fetch-site", "cross-site")]), (403, false));
}

/// The missing policy might know the server's own origins.
#[test]
fn without_a_policy_in_the_extensions_nobody_is_exempt() {
    let layer = CorsLayer::from_extensions([]);
    let inner = Response::new(String::new());
    let rebound = [
        ("host", "evil.example"),
        ("origin", "http://evil.example"),
        ("sec-fetch-site", "same-origin"),
    ];
    let seen = serve(&layer, request("POST /", &rebound), &inner);
    assert_eq!((seen.status, seen.called), (403, false));
}

/// A tool server that no foreign page may use.
#[test]
fn with_own_origins_no_other_origin_has_to_be_allowed() {
    let none: [&str; 0] = [];
    for when_empty in [WhenEmpty::Error, WhenEmpty::Off] {
        let layer = CorsLayer::new(CorsConfig::mcp(none).when_empty(when_empty)).unwrap();
        let inner = Response::new(String::new());
        let seen = |headers: &[_]| serve(&layer, request("POST /", headers), &inner).status;
        assert_eq!(
            seen(&[("host", "localhost:1"), ("origin", "http://localhost:1")]),
            200
        );
        assert_eq!(seen(&[("host", "localhost:1"), ("origin", APP)]), 403);
        assert_eq!(seen(&[("host", "evil.example")]), 421);
    }
}

#[test]
fn own_origins_are_exact_and_enforced_here() {
    let error = |config: CorsConfig| config.compile().unwrap_err().to_string();
    assert_eq!(
        error(CorsConfig::new([APP]).own_origins([OWN])),
        "invalid CORS configuration: own_origins: only the server can keep requests out; set \
         `enforcement` to `server`"
    );
    // A variable that is set, and empty.
    for text in ["", " ", ","] {
        let config = config().own_origins(CorsConfig::entries(text));
        assert_eq!(
            error(config),
            "invalid CORS configuration: own_origins: no own origin is listed; list one, such as \
             `http://localhost:*`, or leave the field out"
        );
    }
    let left_out = config().own_origins([OWN, ""]).compile().unwrap();
    assert_eq!(left_out.config().own_origins, [OWN.into()]);
    assert_eq!(
        left_out.advisories()[0].to_string(),
        "own_origins[1]: this entry is empty; remove it"
    );
    let own = |entry: &str| error(config().own_origins([entry]));
    for entry in [
        "https://*.example.com",
        "https://own.example.com:*",
        "moz-extension://*",
        "*",
        "null",
    ] {
        assert_eq!(
            own(entry),
            format!(
                "invalid CORS configuration: own_origins[0] `{entry}`: an own origin is exact, \
                 such as `https://app.example.com`; only loopback may have any port"
            )
        );
    }
    assert_eq!(
        own("https://own.example.com/"),
        "invalid CORS configuration: own_origins[0] `https://own.example.com/`: an origin has no \
         trailing slash; write `https://own.example.com`"
    );
}
