//! Every field of the configuration, each of its values: what it changes on the
//! wire. What does not compile is in `config_errors.rs`, the patterns of
//! `allow_origins` are in `patterns.rs`.

mod support;

use std::time::Duration;

use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use tower_cors::{
    AllowHeaders, CorsConfig, Danger, DenyReason, Enforcement, InnerHeaders, MaxAge, OriginPattern,
    PreflightMode, RequestKind, Verdict,
};

use support::{
    ACAC, ACAPN, APP, ASKS_PRIVATE, EVIL, Expected, Header, Row, VARY, VARY_ENFORCED, VARY_OPTIONS,
    VARY_PREFLIGHT, VARY_PRIVATE, acah, acam, acao, aceh, acma, acrh, answered, check, compile,
    forwarded, origin, preflight, request,
};

use RequestKind::{Actual, NotCors, Preflight};
use Verdict::{Allowed, Denied};

/// One origin, and everything else at its default.
fn plain() -> CorsConfig {
    CorsConfig::new([APP])
}

/// The same with credentials.
fn credentials() -> CorsConfig {
    plain().allow_credentials(true)
}

/// Any origin with credentials.
fn anyone() -> CorsConfig {
    CorsConfig::new(["*"])
        .allow_credentials(true)
        .dangerously_allow([Danger::AnyOriginWithCredentials])
}

const METHODS: Header = acam("GET, HEAD, POST");
const ANSWER: [Header; 3] = [acao(APP), METHODS, VARY_PREFLIGHT];
const METHOD: Verdict<'static> = Denied(DenyReason::MethodNotAllowed);
const ORIGIN: Verdict<'static> = Denied(DenyReason::OriginNotAllowed);

/// A preflight for `GET`, which all these policies allow, unless it says more.
fn asks(
    name: &'static str,
    config: CorsConfig,
    more: &[Header],
    verdict: Verdict<'static>,
    response: Expected,
) -> Row {
    asks_method(name, config, ("GET", more), verdict, response)
}

fn asks_method(
    name: &'static str,
    config: CorsConfig,
    (method, more): (&'static str, &[Header]),
    verdict: Verdict<'static>,
    response: Expected,
) -> Row {
    Row {
        name,
        config,
        request: preflight(APP, method, more.iter().copied()),
        kind: Preflight,
        verdict: Some(verdict),
        response,
    }
}

/// An actual request.
fn sends(
    name: &'static str,
    config: CorsConfig,
    (method, from): (&'static str, &'static str),
    verdict: Verdict<'static>,
    response: Expected,
) -> Row {
    Row {
        name,
        config,
        request: request(method, [origin(from)]),
        kind: Actual,
        verdict: Some(verdict),
        response,
    }
}

/// A request without `Origin`.
fn no_origin(name: &'static str, config: CorsConfig, response: Expected) -> Row {
    Row {
        name,
        config,
        request: request("GET", []),
        kind: NotCors,
        verdict: None,
        response,
    }
}

#[test]
fn allow_origins() {
    let two = || CorsConfig::new([APP, "https://*.example.org"]);
    let get = |from| ("GET", from);
    check([
        sends(
            "list",
            two(),
            get(APP),
            Allowed,
            forwarded([acao(APP), VARY]),
        ),
        sends(
            "list: another entry",
            two(),
            get("https://a.example.org"),
            Allowed,
            forwarded([acao("https://a.example.org"), VARY]),
        ),
        sends(
            "list: no entry",
            two(),
            get(EVIL),
            ORIGIN,
            forwarded([VARY]),
        ),
        sends(
            "any",
            CorsConfig::new(["*"]),
            get(EVIL),
            Allowed,
            forwarded([acao("*")]),
        ),
        sends(
            // `*` would not do: browsers refuse it with credentials.
            "any, with credentials",
            anyone(),
            get(EVIL),
            Allowed,
            forwarded([acao(EVIL), ACAC, VARY]),
        ),
        sends(
            "any, with credentials: what is no origin",
            anyone(),
            get("https://example.com/path"),
            Denied(DenyReason::OriginMalformed),
            forwarded([VARY]),
        ),
    ]);
}

#[test]
fn allow_methods() {
    let absent = plain;
    let list = || plain().allow_methods(["PUT", "purge"]);
    let any = || plain().allow_methods(["*"]);
    let lists = |methods| answered(204, [acao(APP), methods, VARY_PREFLIGHT]);
    let shared = || forwarded([acao(APP), VARY]);
    let withheld = || forwarded([VARY]);
    let mut rows = Vec::new();
    for method in ["GET", "HEAD", "POST"] {
        let asked = (method, &[][..]);
        rows.extend([
            asks_method("absent", absent(), asked, Allowed, lists(METHODS)),
            sends("absent", absent(), (method, APP), Allowed, shared()),
            asks_method(
                "list: safelisted ones are denied too",
                list(),
                asked,
                METHOD,
                answered(403, [VARY_PREFLIGHT]),
            ),
            sends(
                "list: safelisted ones are denied too",
                list(),
                (method, APP),
                METHOD,
                withheld(),
            ),
        ]);
    }
    for method in ["PUT", "DELETE", "OPTIONS", "get", "Post"] {
        let asked = (method, &[][..]);
        rows.extend([
            asks_method("absent: others", absent(), asked, METHOD, lists(METHODS)),
            sends(
                "absent: others",
                absent(),
                (method, APP),
                METHOD,
                match method {
                    "OPTIONS" => forwarded([VARY_OPTIONS]),
                    _ => withheld(),
                },
            ),
        ]);
    }
    let listed = acam("PUT, purge");
    for method in ["PUT", "purge"] {
        let asked = (method, &[][..]);
        rows.extend([
            asks_method("list", list(), asked, Allowed, lists(listed)),
            sends("list", list(), (method, APP), Allowed, shared()),
        ]);
    }
    for method in ["put", "PURGE", "Purge", "PATCH", "*"] {
        let asked = (method, &[][..]);
        rows.extend([
            asks_method("list: case counts", list(), asked, METHOD, lists(listed)),
            sends(
                "list: case counts",
                list(),
                (method, APP),
                METHOD,
                withheld(),
            ),
        ]);
    }
    for method in ["GET", "DELETE", "patch", "X"] {
        let asked = (method, &[][..]);
        let mirrored = answered(204, [acao(APP), ACAC, acam(method), VARY_PREFLIGHT]);
        rows.extend([
            asks_method("any", any(), asked, Allowed, lists(acam("*"))),
            asks_method(
                "any, with credentials: browsers take `*` for a name",
                credentials().allow_methods(["*"]),
                asked,
                Allowed,
                mirrored,
            ),
            sends("any", any(), (method, APP), Allowed, shared()),
        ]);
    }
    check(rows);
}

#[test]
fn allow_headers() {
    let list = || plain().allow_headers([AUTHORIZATION, CONTENT_TYPE]);
    let any = || plain().allow_headers(["*"]);
    let any_and = || plain().allow_headers(["*", "Authorization"]);
    let mirror = || plain().allow_headers(AllowHeaders::Mirror);
    let lists = |names| answered(204, [acao(APP), METHODS, acah(names), VARY_PREFLIGHT]);
    let with_credentials = |names| {
        let headers = [acao(APP), ACAC, METHODS, acah(names), VARY_PREFLIGHT];
        answered(204, headers)
    };
    let none = || answered(204, ANSWER);
    let denied = |name| Denied(DenyReason::HeaderNotAllowed(name));
    let names = "authorization, content-type";
    check([
        asks("absent", plain(), &[], Allowed, none()),
        asks(
            "absent: none beyond the safelist, not even with a value that is not safe",
            plain(),
            &[acrh("content-type")],
            denied("content-type"),
            none(),
        ),
        asks("list, nothing asked", list(), &[], Allowed, lists(names)),
        asks(
            "list",
            list(),
            &[acrh("authorization,content-type")],
            Allowed,
            lists(names),
        ),
        asks(
            "list: others",
            list(),
            &[acrh("content-type,x-a")],
            denied("x-a"),
            lists(names),
        ),
        asks(
            "list: written in upper case",
            plain().allow_headers(["X-Token"]),
            &[acrh("x-token")],
            Allowed,
            lists("x-token"),
        ),
        asks("any", any(), &[acrh("x-a")], Allowed, lists("*")),
        asks(
            "any: not Authorization",
            any(),
            &[acrh("authorization,x-a")],
            denied("authorization"),
            lists("*"),
        ),
        asks(
            "any, with Authorization beside it",
            any_and(),
            &[acrh("authorization,x-a")],
            Allowed,
            lists("*, authorization"),
        ),
        asks(
            "any, with credentials: Authorization too",
            any().allow_credentials(true),
            &[acrh("authorization,x-a")],
            Allowed,
            with_credentials("authorization,x-a"),
        ),
        asks(
            "any, with credentials and Authorization beside it",
            any_and().allow_credentials(true),
            &[acrh("authorization,x-a")],
            Allowed,
            with_credentials("authorization,x-a"),
        ),
        asks(
            "any, with credentials, nothing asked",
            any().allow_credentials(true),
            &[],
            Allowed,
            answered(204, [acao(APP), ACAC, METHODS, VARY_PREFLIGHT]),
        ),
        asks(
            "mirror",
            mirror(),
            &[acrh("authorization,x-a")],
            Allowed,
            lists("authorization,x-a"),
        ),
        asks(
            "mirror, with credentials",
            mirror().allow_credentials(true),
            &[acrh("authorization,x-a")],
            Allowed,
            with_credentials("authorization,x-a"),
        ),
        asks(
            "mirror, with blanks and empty names",
            mirror(),
            &[acrh(" x-a,,\tx-b ,")],
            Allowed,
            lists("x-a,x-b"),
        ),
        asks(
            "mirror, with blanks beside each name",
            mirror(),
            &[acrh("x-a ,\tx-b")],
            Allowed,
            lists("x-a,x-b"),
        ),
        asks(
            "mirror, with empty names only",
            mirror(),
            &[acrh(",")],
            Allowed,
            none(),
        ),
        asks(
            "mirror, several lines",
            mirror(),
            &[acrh("x-a"), acrh("x-b")],
            Allowed,
            lists("x-a,x-b"),
        ),
        asks("mirror, nothing asked", mirror(), &[], Allowed, none()),
    ]);
}

#[test]
fn expose_headers() {
    let list = || plain().expose_headers(["X-Request-Id", "etag"]);
    let any = || plain().expose_headers(["*"]);
    let any_with_credentials = || any().allow_credentials(true);
    let get = ("GET", APP);
    let names = aceh("x-request-id, etag");
    check([
        sends(
            "absent",
            plain(),
            get,
            Allowed,
            forwarded([acao(APP), VARY]),
        ),
        sends(
            "list",
            list(),
            get,
            Allowed,
            forwarded([acao(APP), names, VARY]),
        ),
        sends(
            "list: denied",
            list(),
            ("GET", EVIL),
            ORIGIN,
            forwarded([VARY]),
        ),
        asks(
            "list: nothing on a preflight",
            list(),
            &[],
            Allowed,
            answered(204, ANSWER),
        ),
        sends(
            "list, with credentials",
            list().allow_credentials(true),
            get,
            Allowed,
            forwarded([acao(APP), ACAC, names, VARY]),
        ),
        sends(
            "any",
            any(),
            get,
            Allowed,
            forwarded([acao(APP), aceh("*"), VARY]),
        ),
        no_origin(
            "any, for everyone",
            any().allow_origins(["*"]),
            forwarded([acao("*"), aceh("*")]),
        ),
        sends(
            // Neither what pages can read anyway, nor what they never can.
            "any, with credentials: the names that the response has",
            any_with_credentials(),
            get,
            Allowed,
            forwarded([
                ("content-type", "text/plain"),
                ("etag", "\"1\""),
                ("set-cookie", "a=b"),
                ("x-request-id", "1"),
                ("x-request-id", "2"),
                acao(APP),
                ACAC,
                aceh("etag, x-request-id"),
                VARY,
            ])
            .over([
                ("etag", "\"1\""),
                ("content-type", "text/plain"),
                ("x-request-id", "1"),
                ("set-cookie", "a=b"),
                ("x-request-id", "2"),
            ]),
        ),
        sends(
            "any, with credentials: a response with nothing to expose",
            any_with_credentials(),
            get,
            Allowed,
            forwarded([acao(APP), ACAC, VARY]),
        ),
        sends(
            "any, with credentials: an error",
            any_with_credentials(),
            get,
            Allowed,
            forwarded([
                ("retry-after", "9"),
                acao(APP),
                ACAC,
                aceh("retry-after"),
                VARY,
            ])
            .over([("retry-after", "9")])
            .status(503),
        ),
    ]);
}

#[test]
fn allow_credentials() {
    let get = |from| ("GET", from);
    check([
        sends(
            "false",
            plain(),
            get(APP),
            Allowed,
            forwarded([acao(APP), VARY]),
        ),
        asks("false", plain(), &[], Allowed, answered(204, ANSWER)),
        sends(
            "true",
            credentials(),
            get(APP),
            Allowed,
            forwarded([acao(APP), ACAC, VARY]),
        ),
        asks(
            "true",
            credentials(),
            &[],
            Allowed,
            answered(204, [acao(APP), ACAC, METHODS, VARY_PREFLIGHT]),
        ),
        sends(
            "true: beside an allowed origin only",
            credentials(),
            get(EVIL),
            ORIGIN,
            forwarded([VARY]),
        ),
        no_origin(
            "true: beside an allowed origin only",
            credentials(),
            forwarded([VARY]),
        ),
    ]);
}

#[test]
fn max_age() {
    let answer = |max_age| answered(204, [acao(APP), METHODS, acma(max_age), VARY_PREFLIGHT]);
    let row = |name, config, response| asks(name, config, &[], Allowed, response);
    let hour = plain().max_age(Duration::from_secs(3600));
    check([
        row("absent", plain(), answered(204, ANSWER)),
        row(
            "browser default",
            plain().max_age(MaxAge::BrowserDefault),
            answered(204, ANSWER),
        ),
        row("disabled", plain().max_age(MaxAge::Disabled), answer("0")),
        row("no time", plain().max_age(Duration::ZERO), answer("0")),
        row("seconds", hour.clone(), answer("3600")),
        row(
            "parts of a second are cut off",
            plain().max_age(Duration::from_millis(1999)),
            answer("1"),
        ),
        sends(
            "not on an actual response",
            hour,
            ("GET", APP),
            Allowed,
            forwarded([acao(APP), VARY]),
        ),
    ]);
}

#[test]
fn allow_private_network() {
    let allows = || plain().allow_private_network(true);
    check([
        asks(
            "false",
            plain(),
            &[ASKS_PRIVATE],
            Denied(DenyReason::PrivateNetworkNotAllowed),
            answered(204, ANSWER),
        ),
        asks(
            "true, asked",
            allows(),
            &[ASKS_PRIVATE],
            Allowed,
            answered(204, [acao(APP), METHODS, ACAPN, VARY_PRIVATE]),
        ),
        asks(
            "true, not asked",
            allows(),
            &[],
            Allowed,
            answered(204, [acao(APP), METHODS, VARY_PRIVATE]),
        ),
        asks(
            "true, asked otherwise",
            allows(),
            &[("access-control-request-private-network", "1")],
            Allowed,
            answered(204, [acao(APP), METHODS, VARY_PRIVATE]),
        ),
        Row {
            name: "true, asked from an origin that is not allowed",
            config: allows(),
            request: preflight(EVIL, "GET", [ASKS_PRIVATE]),
            kind: Preflight,
            verdict: Some(ORIGIN),
            response: answered(403, [VARY_PRIVATE]),
        },
        Row {
            name: "true, not a preflight",
            config: allows(),
            request: request("GET", [origin(APP), ASKS_PRIVATE]),
            kind: Actual,
            verdict: Some(Allowed),
            response: forwarded([acao(APP), VARY]),
        },
    ]);
}

#[test]
fn preflight_mode() {
    let answer = || plain().preflight(PreflightMode::Answer);
    let decorate = || plain().preflight(PreflightMode::Decorate);
    let forward = || plain().preflight(PreflightMode::Forward);
    let own = [("allow", "GET"), acao("*"), acma("5")];
    let untouched = || forwarded(own.into_iter().chain([VARY_OPTIONS])).over(own);
    let denied = |name, config, response| Row {
        name,
        config,
        request: preflight(EVIL, "GET", []),
        kind: Preflight,
        verdict: Some(ORIGIN),
        response,
    };
    check([
        asks("answer", answer(), &[], Allowed, answered(204, ANSWER)),
        denied("answer", answer(), answered(403, [VARY_PREFLIGHT])),
        asks(
            "decorate",
            decorate(),
            &[],
            Allowed,
            forwarded([("allow", "GET")].into_iter().chain(ANSWER)).over(own),
        ),
        asks(
            "decorate: the status is the inner service's",
            decorate().preflight_status(201),
            &[],
            Allowed,
            forwarded(ANSWER).status(405),
        ),
        asks(
            "decorate, header not allowed",
            decorate(),
            &[acrh("x-a")],
            Denied(DenyReason::HeaderNotAllowed("x-a")),
            forwarded(ANSWER),
        ),
        denied(
            "decorate",
            decorate(),
            forwarded([("allow", "GET"), VARY_PREFLIGHT]).over(own),
        ),
        asks("forward", forward(), &[], Allowed, untouched()),
        denied("forward", forward(), untouched()),
        denied(
            "forward: what the server enforces it answers itself",
            forward().enforcement(Enforcement::Server),
            answered(403, [VARY_PRIVATE]),
        ),
        // What is forwarded depends on what decides whether it is.
        asks(
            "forward: what the server would refuse",
            forward().enforcement(Enforcement::Server),
            &[],
            Allowed,
            forwarded(own.into_iter().chain([VARY_PRIVATE])).over(own),
        ),
        asks(
            "forward: with debug",
            forward().debug(true),
            &[],
            Allowed,
            forwarded(own.into_iter().chain([
                VARY_PRIVATE,
                (
                    "x-cors-debug",
                    "preflight; allowed; https://app.example.com matches; asks for GET",
                ),
            ]))
            .over(own),
        ),
        sends(
            "forward: other requests are not concerned",
            forward(),
            ("GET", APP),
            Allowed,
            forwarded([acao(APP), VARY]),
        ),
        sends(
            "forward: OPTIONS that is no preflight is not concerned",
            forward().allow_methods(["OPTIONS"]),
            ("OPTIONS", APP),
            Allowed,
            forwarded([acao(APP), VARY_OPTIONS]),
        ),
    ]);
}

#[test]
fn preflight_status() {
    let row = |name, config, status| asks(name, config, &[], Allowed, answered(status, ANSWER));
    check([
        row("absent", plain(), 204),
        row("first", plain().preflight_status(200), 200),
        row("another", plain().preflight_status(204), 204),
        row("last", plain().preflight_status(299), 299),
        Row {
            name: "refusals keep theirs",
            config: plain().preflight_status(200),
            request: preflight(EVIL, "GET", []),
            kind: Preflight,
            verdict: Some(ORIGIN),
            response: answered(403, [VARY_PREFLIGHT]),
        },
    ]);
}

#[test]
fn enforcement() {
    let browser = || plain().enforcement(Enforcement::Browser);
    let server = || plain().enforcement(Enforcement::Server);
    let decorate = || server().preflight(PreflightMode::Decorate);
    let denied = || answered(403, [VARY_ENFORCED]);
    check([
        sends(
            "browser",
            browser(),
            ("GET", EVIL),
            ORIGIN,
            forwarded([VARY]),
        ),
        sends("server", server(), ("GET", EVIL), ORIGIN, denied()),
        sends("server: method", server(), ("PUT", APP), METHOD, denied()),
        sends("server: null", server(), ("POST", "null"), ORIGIN, denied()),
        sends(
            "server: malformed",
            server(),
            ("POST", "https://app.example.com/"),
            Denied(DenyReason::OriginMalformed),
            denied(),
        ),
        sends(
            "server: allowed",
            server(),
            ("GET", APP),
            Allowed,
            forwarded([acao(APP), VARY_ENFORCED]),
        ),
        sends(
            // Without an `Origin` it would pass, so caches must know.
            "server, any origin: method",
            server().allow_origins(["*"]),
            ("PUT", EVIL),
            METHOD,
            denied(),
        ),
        sends(
            "server, any origin: allowed",
            server().allow_origins(["*"]),
            ("GET", EVIL),
            Allowed,
            forwarded([acao("*"), VARY_ENFORCED]),
        ),
        no_origin("server: no Origin", server(), forwarded([VARY_ENFORCED])),
        asks(
            "server: preflight",
            server(),
            &[],
            Allowed,
            answered(204, ANSWER),
        ),
        Row {
            name: "server: what is denied does not reach a service that answers preflights",
            config: decorate(),
            request: preflight(EVIL, "GET", []),
            kind: Preflight,
            verdict: Some(ORIGIN),
            response: answered(403, [VARY_PRIVATE]),
        },
        asks(
            "server, decorate",
            decorate(),
            &[],
            Allowed,
            forwarded([acao(APP), METHODS, VARY_PRIVATE]),
        ),
        asks(
            "server, decorate, private network",
            decorate(),
            &[ASKS_PRIVATE],
            Denied(DenyReason::PrivateNetworkNotAllowed),
            answered(204, [acao(APP), METHODS, VARY_PRIVATE]),
        ),
    ]);
}

#[test]
fn inner_headers() {
    let replace = || credentials().inner_headers(InnerHeaders::Replace);
    let keep = || credentials().inner_headers(InnerHeaders::Keep);
    let own = [
        acao("https://own.example.com"),
        aceh("x-own"),
        ACAPN,
        ("timing-allow-origin", "*"),
    ];
    let get = ("GET", APP);
    let timing = own[3];
    let kept = || forwarded(own.into_iter().chain([VARY])).over(own);
    let removed = || forwarded([VARY, timing]).over(own);
    check([
        sends(
            "replace",
            replace(),
            get,
            Allowed,
            forwarded([acao(APP), ACAC, VARY, timing]).over(own),
        ),
        sends(
            "replace, denied",
            replace(),
            ("GET", EVIL),
            ORIGIN,
            removed(),
        ),
        no_origin("replace, no Origin", replace(), removed()),
        sends("keep", keep(), get, Allowed, kept()),
        // Only what the policy allows is left to the inner service.
        sends("keep, denied", keep(), ("GET", EVIL), ORIGIN, removed()),
        no_origin("keep, no Origin", keep(), removed()),
        sends(
            "keep, with nothing to keep",
            keep(),
            get,
            Allowed,
            forwarded([acao(APP), ACAC, VARY, timing]).over([timing]),
        ),
        asks(
            "keep, decorate",
            keep().preflight(PreflightMode::Decorate),
            &[],
            Allowed,
            forwarded(own.into_iter().chain([VARY_PRIVATE])).over(own),
        ),
        asks(
            "keep, decorate, header not allowed",
            keep().preflight(PreflightMode::Decorate),
            &[acrh("x-a")],
            Denied(DenyReason::HeaderNotAllowed("x-a")),
            forwarded([acao(APP), ACAC, METHODS, timing, VARY_PRIVATE]).over(own),
        ),
    ]);
}

#[test]
fn answer_without_origin() {
    let any = || CorsConfig::new(["*"]).expose_headers(["etag"]);
    let shared = [acao("*"), aceh("etag")];
    let get = ("GET", EVIL);
    check([
        no_origin("absent", any(), forwarded(shared)),
        no_origin("true", any().answer_without_origin(true), forwarded(shared)),
        no_origin(
            "false",
            any().answer_without_origin(false),
            forwarded([VARY]),
        ),
        sends("true", any(), get, Allowed, forwarded(shared)),
        sends(
            // The response to a request without `Origin` is another one.
            "false",
            any().answer_without_origin(false),
            get,
            Allowed,
            forwarded([shared[0], shared[1], VARY]),
        ),
        no_origin("other policies", plain(), forwarded([VARY])),
        no_origin("any, with credentials", anyone(), forwarded([VARY])),
    ]);
}

/// What the header says is for people: only that it is there is pinned.
#[test]
fn debug() {
    for (debug, request) in [
        (true, request("GET", [origin(EVIL)])),
        (true, preflight(APP, "GET", [])),
        (false, request("GET", [origin(EVIL)])),
        (false, preflight(APP, "GET", [])),
    ] {
        let layer = compile(&plain().debug(debug)).into();
        let seen = support::serve(&layer, request.clone(), &http::Response::default());
        let quiet = support::serve(
            &compile(&plain()).into(),
            request,
            &http::Response::default(),
        );
        assert_eq!(seen == quiet, !debug);
    }
}

#[test]
fn dangerously_allow() {
    let table = [
        (
            Danger::InsecureOrigins,
            "insecure-origins",
            "http://app.example.com",
        ),
        (
            Danger::PublicSuffixSubdomains,
            "public-suffix-subdomains",
            "https://*.com",
        ),
        (Danger::NullOrigin, "null-origin", "null"),
        (
            Danger::AnyOriginWithCredentials,
            "any-origin-with-credentials",
            "*",
        ),
    ];
    for (danger, name, pattern) in table {
        assert_eq!(danger.to_string(), name);
        let config = CorsConfig::new([pattern]);
        assert!(config.compile().is_ok(), "{pattern}");
        let config = config.allow_credentials(true);
        assert!(config.compile().is_err(), "{pattern}");
        let config = config.dangerously_allow([danger]);
        assert!(config.compile().is_ok(), "{pattern}");
    }
}

#[test]
fn dangers_are_named_once() {
    use Danger::{InsecureOrigins, NullOrigin};
    let config = plain().dangerously_allow([NullOrigin, InsecureOrigins, NullOrigin]);
    let policy = compile(&config);
    assert_eq!(
        policy.config().dangerously_allow,
        [NullOrigin, InsecureOrigins].map(Into::into)
    );
}

/// A regex is named with the danger: the bare name does not show which one is meant.
#[test]
#[cfg(feature = "regex")]
fn dangerously_allow_for_a_regex() {
    let regex = OriginPattern::regex(r"https://.*example\.com");
    let config = CorsConfig::new([regex.clone()]).allow_credentials(true);
    let bare = config.clone().dangerously_allow([Danger::Unbounded]);
    assert!(bare.compile().is_err());
    let named = config.dangerously_allow([Danger::Unbounded.for_entry(regex)]);
    assert!(named.compile().is_ok());
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let expected = CorsConfig::new([OriginPattern::from(APP)])
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([""; 0])
        .expose_headers([""; 0])
        .allow_credentials(false)
        .max_age(MaxAge::BrowserDefault)
        .allow_private_network(false)
        .preflight(PreflightMode::Answer)
        .preflight_status(204)
        .enforcement(Enforcement::Browser)
        .inner_headers(InnerHeaders::Replace)
        .answer_without_origin(true)
        .debug(false)
        .dangerously_allow([Danger::Unbounded; 0]);
    assert_eq!(plain(), expected);
    assert_eq!(compile(&plain()).config(), &expected);
}

#[test]
fn the_last_call_of_a_setter_wins() {
    let config = plain()
        .allow_origins([EVIL])
        .allow_origins([APP])
        .allow_methods(["PUT"])
        .allow_methods(["GET", "HEAD", "POST"])
        .allow_headers(AllowHeaders::Mirror)
        .allow_headers([""; 0])
        .max_age(MaxAge::Disabled)
        .max_age(MaxAge::BrowserDefault);
    assert_eq!(config, plain());
}
