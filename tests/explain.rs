//! What explanations say, word for word.

mod support;

use std::convert::Infallible;
use std::future::ready;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tower::{Layer, ServiceExt};
use tower_cors::explain::{Check, Difference, Subject};
use tower_cors::{
    CorsConfig, CorsLayer, Enforcement, OriginPattern, PatternFault, Policy, PreflightMode,
    RequestKind,
};

fn policy<P: Into<OriginPattern>>(origins: impl IntoIterator<Item = P>) -> Policy {
    CorsConfig::new(origins).compile().unwrap()
}

/// A request by its method, path and headers.
fn request(method: &str, path: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

fn get(origin: &str) -> Request<()> {
    request("GET", "/", &[("origin", origin)])
}

fn preflight(origin: &str, method: &str, names: Option<&str>) -> Request<()> {
    let headers = [
        Some(("origin", origin)),
        Some(("access-control-request-method", method)),
        names.map(|names| ("access-control-request-headers", names)),
    ];
    let headers: Vec<_> = headers.into_iter().flatten().collect();
    request("OPTIONS", "/", &headers)
}

#[track_caller]
fn assert_text(policy: &Policy, request: &Request<()>, lines: &[&str]) {
    let text = policy.decide(request).explain().to_string();
    assert_eq!(text, format!("{}\n", lines.join("\n")));
}

const SHARED: &str = "it is left to the service, and the page may read the response";
const WITHHELD: &str = "it is left to the service, and the page cannot read the response";
const REFUSED: &str = "it is answered here with 403; the browser refuses";
const GET_LISTED: &str = "- method: allowed, `GET` is listed";
const A: &str = "https://a.example.com";
const A_MATCHES: &str = "- origin: allowed, `https://a.example.com` of allow_origins matches";

/// Every kind of open entry that matches outside of its border, and what holds there.
#[test]
fn the_entry_and_its_border_are_named() {
    let table = [
        (
            OriginPattern::from("https://*.amazonaws.com"),
            "https://evil.s3.amazonaws.com",
            "`https://*.amazonaws.com` matches, but `evil.s3.amazonaws.com` is outside of its \
             site `amazonaws.com`",
        ),
        (
            OriginPattern::predicate(|_| true).within(["example.com", "localhost"]),
            "https://example.org",
            "`<fn> within [\"example.com\", \"localhost\"]` matches, but `example.org` is outside of \
             its sites `example.com`, `localhost`",
        ),
        (
            OriginPattern::predicate(|_| true).within(["example.com"]),
            "http://example.com",
            "`<fn> within \"example.com\"` matches, but with credentials it allows `https` only, \
             and this is `http`",
        ),
        #[cfg(feature = "regex")]
        (
            OriginPattern::regex(r"https://example\.com?").within(["example.com"]),
            "https://example.co",
            "`{ regex = 'https://example\\.com?', within = \"example.com\" }` matches, but \
             `example.co` is outside of its site `example.com`",
        ),
        #[cfg(feature = "regex")]
        (
            OriginPattern::host_regex(r"(.*\.)?example\.com"),
            "app://example.com",
            "`{ host_regex = '(.*\\.)?example\\.com', within = \"example.com\" }` matches, but \
             with credentials it allows `https` only, and this is `app`",
        ),
    ];
    for (entry, origin, detail) in table {
        let config = CorsConfig::new([entry]).allow_credentials(true);
        let policy = config.compile().unwrap();
        assert_text(
            &policy,
            &get(origin),
            &[
                &format!("GET from `{origin}` is an actual request: denied"),
                &format!("- origin: denied, {detail}"),
                GET_LISTED,
                WITHHELD,
            ],
        );
        // The debug header says it in the same words.
        let layer = CorsLayer::new(config.debug(true)).unwrap();
        let service = layer.layer(tower::service_fn(|_: Request<()>| {
            ready(Ok::<_, Infallible>(Response::new(())))
        }));
        let Ok(response) = support::now(service.oneshot(get(origin)));
        assert_eq!(
            response.headers()["x-cors-debug"],
            format!("actual; denied; {detail}")
        );
    }
}

#[test]
fn switched_off() {
    let policy = CorsConfig::default().enabled(false).compile().unwrap();
    assert_text(
        &policy,
        &get(A),
        &[
            "GET from `https://a.example.com`: the policy is switched off",
            "it is left to the service",
        ],
    );
    let request = get(A);
    let decision = policy.decide(&request);
    assert_eq!(decision.outcome(), "off");
    assert_eq!(decision.kind(), RequestKind::NotCors);
    assert_eq!(decision.verdict(), None);
}

#[test]
fn allowed() {
    assert_text(
        &policy([A]),
        &get(A),
        &[
            "GET from `https://a.example.com` is an actual request: allowed",
            A_MATCHES,
            GET_LISTED,
            SHARED,
        ],
    );
    assert_text(
        &policy([A]),
        &preflight(A, "POST", None),
        &[
            "OPTIONS from `https://a.example.com` is a preflight: allowed",
            A_MATCHES,
            "- method: allowed, `POST` is listed",
            "- headers: allowed, none are asked for",
            "it is answered here with 204; the browser goes on to send the request",
        ],
    );
    assert_text(
        &policy([A]),
        &request("GET", "/", &[]),
        &[
            "GET without an `Origin` is not a CORS request",
            "it is left to the service",
        ],
    );
}

#[test]
fn the_parts_are_at_hand() {
    let policy = policy(["https://b.example.com", A]);
    let explanation = policy.decide(&preflight(A, "PUT", None)).explain();
    assert!(!explanation.is_allowed());
    assert_eq!(explanation.matched(), Some(1));
    let checks = explanation.checks().iter();
    let checks: Vec<_> = checks
        .map(|check| (check.subject(), check.passed(), check.detail()))
        .collect();
    assert_eq!(
        checks,
        [
            (
                Subject::Origin,
                true,
                "`https://a.example.com` of allow_origins matches"
            ),
            (
                Subject::Method,
                false,
                "`PUT` is not listed; allow_methods has `GET`, `HEAD`, `POST`"
            ),
            (Subject::Headers, true, "none are asked for"),
        ]
    );
    assert!(policy.decide(&get(A)).explain().is_allowed());
    let matched = |origin| policy.decide(&get(origin)).explain().matched();
    assert_eq!(matched("https://b.example.com"), Some(0));
    assert_eq!(matched("https://other.test"), None);
}

#[test]
fn nothing_is_listed() {
    assert_text(
        &policy([A]),
        &preflight(A, "GET", Some("x-a")),
        &[
            "OPTIONS from `https://a.example.com` is a preflight: denied",
            A_MATCHES,
            GET_LISTED,
            "- headers: denied, `x-a` is not covered; allow_headers is empty",
            "it is answered here with 204; the browser refuses, for the answer does not list \
             `x-a`",
        ],
    );
}

#[test]
fn any_origin() {
    let any = CorsConfig::new(["*"])
        .allow_methods(["*"])
        .allow_headers(["*"])
        .compile()
        .unwrap();
    assert_text(
        &any,
        &preflight("null", "PATCH", Some("x-a")),
        &[
            "OPTIONS from `null` is a preflight: allowed",
            "- origin: allowed, `*` allows any",
            "- method: allowed, `*` allows any",
            "- headers: allowed, `x-a` is covered",
            "it is answered here with 204; the browser goes on to send the request",
        ],
    );
    assert_text(
        &any,
        &preflight(A, "PATCH", Some("authorization")),
        &[
            "OPTIONS from `https://a.example.com` is a preflight: denied",
            "- origin: allowed, `*` allows any",
            "- method: allowed, `*` allows any",
            "- headers: denied, `*` does not cover `authorization`; list it beside it",
            "it is answered here with 204; the browser refuses, for the answer does not list \
             `authorization`",
        ],
    );
}

#[cfg(feature = "regex")]
#[test]
fn a_regex_matches() {
    // Duplicates shift the places, so that entries are known by their text.
    let policy = policy([
        A.into(),
        A.into(),
        OriginPattern::regex(r"https://pr-\d+\.example\.com"),
        OriginPattern::host_regex(r"dev\d\.example\.com"),
    ]);
    for (origin, entry) in [
        (
            "https://pr-7.example.com",
            r"{ regex = 'https://pr-\d+\.example\.com' }",
        ),
        (
            "http://dev1.example.com:3000",
            r"{ host_regex = 'dev\d\.example\.com' }",
        ),
    ] {
        assert_text(
            &policy,
            &get(origin),
            &[
                &format!("GET from `{origin}` is an actual request: allowed"),
                &format!("- origin: allowed, `{entry}` of allow_origins matches"),
                GET_LISTED,
                SHARED,
            ],
        );
    }
}

#[test]
fn a_function_matches() {
    let function = OriginPattern::predicate(|origin| origin.port() == Some(8443));
    assert_text(
        &policy([A.into(), A.into(), function]),
        &get("https://b.example.net:8443"),
        &[
            "GET from `https://b.example.net:8443` is an actual request: allowed",
            "- origin: allowed, the function at place 1 of allow_origins, duplicates left out, \
             allows it",
            GET_LISTED,
            SHARED,
        ],
    );
}

#[test]
fn denied_actual_requests() {
    let of = |origin: &str| format!("GET from `{origin}` is an actual request: denied");
    let several = request("GET", "/", &[("origin", A), ("origin", A)]);
    let rows = [
        (
            several,
            of(A),
            "there are several `Origin` headers; a proxy or a client adds one, browsers send one",
        ),
        (
            get("https://x.test{.example.net"),
            of("https://x.test{.example.net"),
            "this is not how browsers send an origin",
        ),
        (
            get("https://other.test"),
            of("https://other.test"),
            "no entry of allow_origins matches",
        ),
        (
            get("null"),
            of("null"),
            "no entry of allow_origins matches; this is what sandboxed frames and pages from \
             files have",
        ),
    ];
    for (request, headline, reason) in rows {
        let origin = format!("- origin: denied, {reason}");
        let lines = [&headline[..], &origin, GET_LISTED, WITHHELD];
        assert_text(&policy([A]), &request, &lines);
    }
    assert_text(
        &policy([A]),
        &request("PUT", "/", &[("origin", A)]),
        &[
            "PUT from `https://a.example.com` is an actual request: denied",
            A_MATCHES,
            "- method: denied, `PUT` is not listed; allow_methods has `GET`, `HEAD`, `POST`",
            WITHHELD,
        ],
    );
}

#[test]
fn denied_preflights() {
    let policy = CorsConfig::new([A])
        .allow_methods(["GET", "PATCH"])
        .allow_headers(["x-a"])
        .compile()
        .unwrap();
    let patch = "method: allowed, `PATCH` is listed";
    let none = "headers: allowed, none are asked for";
    let headers = |names| preflight(A, "PATCH", Some(names));
    let long = "x-a,".repeat(5000);
    let private = {
        let mut request = preflight(A, "PATCH", None);
        let value = HeaderValue::from_static("true");
        let name = "access-control-request-private-network";
        request.headers_mut().insert(name, value);
        request
    };
    let rows: &[(_, &[&str], _)] = &[
        (
            preflight(A, "", None),
            &[
                "method: denied, `Access-Control-Request-Method` is not one method",
                none,
            ],
            REFUSED,
        ),
        (
            preflight(A, "TRACE", None),
            &["method: denied, scripts cannot send this method", none],
            REFUSED,
        ),
        (
            preflight(A, "patch", None),
            &[
                "method: denied, `patch` is not listed; `PATCH` is, and case matters",
                none,
            ],
            "it is answered here with 204; the browser refuses, for the answer does not list \
             `patch`",
        ),
        (
            preflight(A, "POST", None),
            &[
                "method: denied, `POST` is not listed; allow_methods has `GET`, `PATCH`",
                none,
            ],
            REFUSED,
        ),
        (
            headers("x a"),
            &[
                patch,
                "headers: denied, `Access-Control-Request-Headers` is not a list of names",
            ],
            REFUSED,
        ),
        (
            headers(&long),
            &[
                patch,
                "headers: denied, `Access-Control-Request-Headers` is longer than any list that \
                 could be allowed",
            ],
            REFUSED,
        ),
        (
            headers("cookie"),
            &[
                patch,
                "headers: denied, scripts cannot set the header `cookie`",
            ],
            REFUSED,
        ),
        (
            headers("x-a,x-b"),
            &[
                patch,
                "headers: denied, `x-b` is not covered; allow_headers has `x-a`",
            ],
            "it is answered here with 204; the browser refuses, for the answer does not list `x-b`",
        ),
        (
            private,
            &[
                patch,
                none,
                "private network: denied, allow_private_network is not set",
            ],
            "it is answered here with 204; the browser refuses, for the answer does not allow a \
             private network",
        ),
        // All checks are told, those after a failed one too.
        (
            preflight(A, "DELETE", Some("x-b")),
            &[
                "method: denied, `DELETE` is not listed; allow_methods has `GET`, `PATCH`",
                "headers: denied, `x-b` is not covered; allow_headers has `x-a`",
            ],
            "it is answered here with 204; the browser refuses, for the answer does not list \
             `DELETE`",
        ),
    ];
    for (request, checks, outcome) in rows {
        let mut lines = vec![
            "OPTIONS from `https://a.example.com` is a preflight: denied".to_owned(),
            A_MATCHES.to_owned(),
        ];
        lines.extend(checks.iter().map(|check| format!("- {check}")));
        lines.push((*outcome).to_owned());
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        assert_text(&policy, request, &lines);
    }
}

#[test]
fn the_service_answers() {
    let mut policy = CorsConfig::new([A]);
    policy.preflight = PreflightMode::Forward;
    let forwarded = policy.compile().unwrap();
    policy.preflight = PreflightMode::Decorate;
    let decorated = policy.compile().unwrap();
    let outcome = |policy: &Policy, method| {
        let explanation = policy.decide(&preflight(A, method, None)).explain();
        explanation.outcome().to_owned()
    };
    let judged = "left to the service, whose response is not changed; the browser judges that";
    assert_eq!(outcome(&forwarded, "GET"), judged);
    assert_eq!(outcome(&forwarded, "PUT"), judged);
    assert_eq!(
        outcome(&decorated, "GET"),
        "left to the service, whose response gets the headers of an answer; if its status is \
         2xx, the browser goes on to send the request"
    );
    assert_eq!(
        outcome(&decorated, "PUT"),
        "left to the service; the browser refuses what it answers"
    );
}

#[test]
fn enforced_by_the_server() {
    let policy = CorsConfig::new([A])
        .enforcement(Enforcement::Server)
        .compile()
        .unwrap();
    assert_text(
        &policy,
        &get("https://other.test"),
        &[
            "GET from `https://other.test` is an actual request: denied",
            "- origin: denied, no entry of allow_origins matches",
            GET_LISTED,
            "it is answered here with 403; the service is not called",
        ],
    );
    // Over HTTP/2 the authority is seen in the URI only.
    let own = request(
        "GET",
        "https://own.test/x",
        &[("origin", "https://own.test")],
    );
    let exempt = [
        "GET from `https://own.test` is an actual request: denied, but exempt as the server's own \
         origin",
        "- origin: denied, no entry of allow_origins matches",
        GET_LISTED,
        "it is left to the service; a page of its own origin needs no CORS to read the response",
    ];
    assert_text(&policy, &own, &exempt);
    assert!(policy.decide(&own).explain().is_exempt());
    assert!(
        !policy
            .decide((own.method(), own.headers()))
            .explain()
            .is_exempt()
    );
}

#[test]
fn a_preflight_has_a_path() {
    let asterisk = request(
        "OPTIONS",
        "*",
        &[("origin", A), ("access-control-request-method", "GET")],
    );
    assert_text(
        &policy([A]),
        &asterisk,
        &[
            "OPTIONS from `https://a.example.com` is an actual request: denied",
            A_MATCHES,
            "- method: denied, `OPTIONS` is not listed; allow_methods has `GET`, `HEAD`, `POST`",
            WITHHELD,
        ],
    );
}

/// People try it by hand. Nothing of the request ends the quotes of the line to paste.
#[test]
fn how_to_send_a_preflight() {
    let policy = CorsConfig::new([A])
        .allow_methods(["GET", "OPTIONS"])
        .compile();
    let policy = policy.unwrap();
    let line = |origin: &str| {
        format!(
            "- method: allowed, `OPTIONS` is listed; this is no preflight; one is `curl -i -X \
             OPTIONS URL -H 'Origin: {origin}' -H 'Access-Control-Request-Method: GET'`"
        )
    };
    let by_hand = |origin| request("OPTIONS", "/items", &[("origin", origin)]);
    let of = |origin: &str| format!("OPTIONS from `{origin}` is an actual request: ");
    assert_text(
        &policy,
        &by_hand(A),
        &[&(of(A) + "allowed"), A_MATCHES, &line(A), SHARED],
    );
    let denied = CorsConfig::new([A]).compile().unwrap();
    let explanation = denied.decide(&by_hand(A)).explain();
    assert_eq!(
        explanation.cause(),
        Some(
            "`OPTIONS` is not listed; allow_methods has `GET`, `HEAD`, `POST`; this is no \
             preflight; one is `curl -i -X OPTIONS URL -H 'Origin: https://a.example.com' \
             -H 'Access-Control-Request-Method: GET'`"
        )
    );
    for hostile in [
        "https://a';id;'.example",
        "https://$(id).example",
        "https://`id`",
    ] {
        let explanation = policy.decide(&by_hand(hostile)).explain();
        let method = &explanation.checks()[1];
        assert_eq!(format!("- {method}"), line("ORIGIN"), "{hostile}");
    }
    // A preflight, and other methods, need no such line.
    for request in [preflight(A, "OPTIONS", None), get(A)] {
        let text = policy.decide(&request).explain().to_string();
        assert!(!text.contains("curl"), "{text}");
    }
}

/// Clients can cause denials as often as they like.
#[test]
fn the_debug_header_looks_at_few_entries() {
    let told = |others: usize| {
        let others = (0..others).map(|n| format!("https://{n}.test"));
        let config = CorsConfig::new(others.chain([A.to_owned()])).debug(true);
        let layer = CorsLayer::new(config).unwrap();
        let service = layer.layer(tower::service_fn(|_: Request<()>| {
            ready(Ok::<_, Infallible>(Response::new(())))
        }));
        let request = get("https://a.example.com:8443");
        let Ok(response) = support::now(service.oneshot(request));
        response.headers()["x-cors-debug"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    let denied = "actual; denied; no entry of allow_origins matches";
    assert_eq!(
        told(999),
        format!("{denied}; the nearest is `{A}`, with the default port instead of port 8443")
    );
    assert_eq!(told(1000), denied);
}

#[test]
fn the_cause_is_the_first_check_that_failed() {
    let policy = policy([A]);
    let cause = |request: &Request<()>| {
        let explanation = policy.decide(request).explain();
        explanation.cause().map(str::to_owned)
    };
    assert_eq!(cause(&get(A)), None);
    assert_eq!(cause(&request("GET", "/", &[])), None);
    let put = preflight("http://a.example.com", "PUT", Some("x-a"));
    let origin = "no entry of allow_origins matches; the nearest is `https://a.example.com`, with \
                  the scheme `https` instead of `http`";
    assert_eq!(cause(&put).as_deref(), Some(origin));
    let put = preflight(A, "PUT", Some("x-a"));
    let method = "`PUT` is not listed; allow_methods has `GET`, `HEAD`, `POST`";
    assert_eq!(cause(&put).as_deref(), Some(method));
}

#[test]
fn near_misses() {
    use Difference::{
        Apex, Form, Label, Labels, Loopback, Parent, Port, Prefix, Scheme, SchemeAndPort, Sibling,
        Spelling, Subdomain, Suffix, TrailingDot,
    };

    let elsewhere = "this is another domain, which may belong to someone else";
    let begins = format!("whose name it only begins with: {elsewhere}");
    let ends = format!("whose name it only ends in: {elsewhere}");
    let loopback = "which may be the same machine, but browsers compare the names of hosts; open \
                    the page by that name, or list this one too";
    let table = [
        (
            "https://example.com",
            "https://example.com/",
            Form(PatternFault::TrailingSlash),
            "but an origin has no trailing slash",
        ),
        (
            "https://example.com",
            "https://Example.com",
            Form(PatternFault::UpperCase),
            "but browsers send origins in lower case",
        ),
        (
            "https://example.com",
            "https://example.com.",
            TrailingDot,
            "but a host with a dot at its end is another host",
        ),
        (
            "https://example.com",
            "http://example.com",
            Scheme,
            "with the scheme `https` instead of `http`",
        ),
        (
            "http://localhost:3000",
            "http://localhost:5173",
            Port,
            "with port 3000 instead of port 5173",
        ),
        (
            "https://example.com",
            "https://example.com:8443",
            Port,
            "with the default port instead of port 8443",
        ),
        (
            "https://example.com",
            "http://example.com:3000",
            SchemeAndPort,
            "with the scheme `https` and the default port instead of `http` and port 3000",
        ),
        (
            "https://*.example.com",
            "https://app.example.com:8443",
            Port,
            "with the default port instead of port 8443",
        ),
        (
            "https://pr-*.example.com",
            "http://pr-7.example.com",
            Scheme,
            "with the scheme `https` instead of `http`",
        ),
        (
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            Loopback,
            loopback,
        ),
        (
            "https://*.example.com",
            "https://example.com",
            Apex,
            "which matches subdomains only; to allow this too, list `https://example.com` beside \
             it",
        ),
        (
            "https://www.example.com",
            "https://example.com",
            Parent,
            "which is a subdomain of this host; to allow this too, list `https://example.com` \
             beside it",
        ),
        (
            "https://example.com",
            "https://www.example.com",
            Subdomain,
            "which does not match its subdomains; to allow this one too, list \
             `https://www.example.com` beside it, or `https://*.example.com` for all of them",
        ),
        (
            "https://pr-*.example.com",
            "https://pr-1.x.example.com",
            Labels,
            "whose `*` matches no dot",
        ),
        (
            "https://pr-*.example.com",
            "https://preview-1.example.com",
            Label,
            "whose `pr-*` does not match `preview-1`",
        ),
        (
            "https://example.com",
            "https://exmaple.com",
            Spelling,
            "which is spelled otherwise",
        ),
        (
            "https://example.com",
            "https://evilexample.com",
            Suffix,
            &ends,
        ),
        (
            "https://example.com",
            "https://example.com.evil.net",
            Prefix,
            &begins,
        ),
        (
            "https://app.example.com",
            "https://dashboard.example.com",
            Sibling,
            "which is another host of the same domain",
        ),
        (
            "https://vercel.app",
            "https://evil.vercel.app",
            Subdomain,
            "which does not match its subdomains; to allow this one too, list \
             `https://evil.vercel.app` beside it; others can register names there, so do not \
             allow them all",
        ),
    ];
    for (entry, origin, difference, words) in table {
        let policy = policy([entry]);
        let explanation = policy.decide(&get(origin)).explain();
        let near = explanation.near_miss().expect(origin);
        assert_eq!((near.index(), near.entry()), (0, entry), "{origin}");
        assert_eq!(*near.difference(), difference, "{origin}");
        let reason = match difference {
            Form(_) => "this is not how browsers send an origin",
            _ => "no entry of allow_origins matches",
        };
        assert_text(
            &policy,
            &get(origin),
            &[
                &format!("GET from `{origin}` is an actual request: denied"),
                &format!("- origin: denied, {reason}; the nearest is `{entry}`, {words}"),
                GET_LISTED,
                WITHHELD,
            ],
        );
    }
}

#[test]
fn what_is_not_near() {
    let table = [
        ("https://ab.io", "https://xy.io"),
        ("https://example.com", "https://other.test"),
        ("https://example.com", "http://exmaple.com"),
        ("https://example.com", "https://exmaple.com:8443"),
        ("https://*.example.com", "https://exmaple.com"),
        ("http://localhost:3000", "http://example.com:3000"),
        ("http://10.0.0.1", "http://10.0.0.1a"),
        ("http://10.0.0.1a", "http://10.0.0.1"),
        ("moz-extension://*", "https://example.com"),
        ("http://10.0.0.1", "http://10.0.0.2"),
        ("https://com", "https://net"),
        ("https://mine.vercel.app", "https://vercel.app"),
        ("https://mine.vercel.app", "https://others.vercel.app"),
    ];
    for (entry, origin) in table {
        let explanation = policy([entry]).decide(&get(origin)).explain();
        assert_eq!(explanation.near_miss(), None, "{entry} {origin}");
    }
}

#[test]
fn the_nearest_of_several() {
    let policy = policy([
        "https://www.example.com",
        "https://app.example.org",
        "http://example.com",
    ]);
    let explanation = policy.decide(&get("https://example.com")).explain();
    assert_eq!(explanation.near_miss().unwrap().index(), 2);
    let subjects: Vec<_> = explanation.checks().iter().map(Check::subject).collect();
    assert_eq!(subjects, [Subject::Origin, Subject::Method]);
}

/// The search keeps no full tables: those would take minutes here.
#[test]
fn a_long_list_is_searched() {
    let label = "a".repeat(60);
    let long = format!("{label}.{label}.{label}");
    let policy = policy((0..20_000).map(|n| format!("https://{long}.{n}.example")));
    let explanation = policy
        .decide(&get(&format!("https://{long}.example.example")))
        .explain();
    assert_eq!(explanation.near_miss(), None);
}

#[test]
fn without_headers() {
    let explanation = policy([A])
        .decide((&Method::GET, &HeaderMap::new()))
        .explain();
    assert!(!explanation.is_allowed() && explanation.checks().is_empty());
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(6454),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Texts made of what people write into lists of origins.
fn entry() -> impl Strategy<Value = String> {
    let pieces = [
        "http",
        "https",
        "wss",
        "ws",
        "htps",
        "tauri",
        "://",
        ":",
        "/",
        "//",
        "*",
        ".",
        "-",
        "localhost",
        "example",
        "com",
        "www",
        "EXAMPLE",
        "127",
        "0x7f",
        "1",
        "80",
        "443",
        "3000",
        "[",
        "]",
        "::",
        "::1",
        "@",
        "?",
        " ",
        "null",
        "file",
        "#",
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 1..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn each_suggestion_compiles(text in entry()) {
        let Err(errors) = CorsConfig::new([&text[..]]).compile() else { return Ok(()) };
        for error in &errors {
            if let Some(suggestion) = error.suggestion() {
                let compiled = CorsConfig::new([suggestion]).compile();
                prop_assert!(compiled.is_ok(), "{text} {suggestion}");
                let host = suggestion.split("://").nth(1).unwrap_or_default();
                prop_assert!(!["http", "https"].contains(&host), "{text} {suggestion}");
            }
        }
    }

    #[test]
    fn what_explanations_recommend_compiles(entry in entry(), origin in entry()) {
        let Ok(policy) = CorsConfig::new([&entry[..]]).compile() else { return Ok(()) };
        let Ok(value) = HeaderValue::from_str(&origin) else { return Ok(()) };
        let headers = HeaderMap::from_iter([(ORIGIN, value)]);
        let explanation = policy.decide((&Method::GET, &headers)).explain();
        prop_assert!(!explanation.is_allowed() || explanation.near_miss().is_none());
        for quoted in explanation.to_string().split("list `").skip(1) {
            let listed = quoted.split('`').next().unwrap_or_default();
            prop_assert!(CorsConfig::new([listed]).compile().is_ok(), "{listed}");
        }
    }
}
