//! Events for the `tracing` crate.
#![cfg(feature = "tracing")]

mod support;

use std::convert::Infallible;
use std::fmt::{Debug, Write};
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};

use http::{Request, Response, StatusCode};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsConfig, CorsLayer, InnerHeaders, PathConfigs, PreflightMode};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use support::{now, origin, preflight, request};

const A: &str = "https://a.example";

fn answer<B>(_: Request<B>) -> Ready<Result<Response<String>, Infallible>> {
    ready(Ok(Response::new(String::new())))
}

fn get(
    service: &mut impl Service<Request<()>, Response = Response<String>, Error = Infallible>,
    request: Request<()>,
) {
    let Ok(_) = now(service.call(request));
}

/// Writes events down, a line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn event(&self, event: &Event<'_>) {
        let mut log = self.0.lock().unwrap();
        let metadata = event.metadata();
        write!(log, "{} {}", metadata.level(), metadata.target()).unwrap();
        event.record(&mut Line(&mut log));
        log.push('\n');
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn logged(config: &CorsConfig) -> String {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let layer = CorsLayer::new(config.clone()).unwrap();
        let mut service = layer.layer(service_fn(answer));
        // Routers apply a layer to each route; that is no new layer.
        drop(layer.layer(service_fn(answer::<()>)));
        get(&mut service, request("GET", []));
        get(&mut service, request("GET", [origin(A)]));
        get(
            &mut service,
            request("GET", [origin("https://a.example\tx")]),
        );
        get(
            &mut service,
            preflight(A, "GET", [("access-control-request-headers", "x-a")]),
        );
    });
    log.0.lock().unwrap().clone()
}

/// One test, since subscribers of several threads share a cache of what they
/// are interested in.
#[test]
fn one_event_for_each_decision() {
    assert_eq!(
        logged(&CorsConfig::new([A])),
        r#"TRACE tower_cors message=CORS decision kind="not-cors" outcome="not-cors" method=GET path=/
TRACE tower_cors message=CORS decision kind="actual" outcome="allowed" method=GET path=/ origin="https://a.example" matched=https://a.example
DEBUG tower_cors message=CORS decision kind="actual" outcome="denied" reason="origin-malformed" detail=this is not how browsers send an origin method=GET path=/ origin="https://a.example\tx"
DEBUG tower_cors message=CORS decision kind="preflight" outcome="denied" reason="header-not-allowed" detail=`x-a` is not covered; allow_headers is empty method=OPTIONS path=/ requested_method="GET" requested_headers="x-a" origin="https://a.example" matched=https://a.example
"#
    );
    debug_raises_the_level();
    #[cfg(feature = "regex")]
    patterns_forge_no_line();
    policies_by_path_are_warned_of();
    mistakes_are_named();
    mistakes_are_logged_once_for_each_policy();
    long_requests_are_cut();
}

/// The line of a denied request, and its debug header.
struct Mistake {
    name: &'static str,
    config: CorsConfig,
    request: Request<()>,
    inner: (u16, &'static [support::Header]),
    log: &'static str,
    header: &'static str,
}

/// The log of a request, and the debug header with `debug`.
fn seen(
    config: &CorsConfig,
    requests: &[Request<()>],
    inner: (u16, &[support::Header]),
) -> (String, String) {
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::from_u16(inner.0).unwrap();
    *response.headers_mut() = support::header_map(inner.1);
    let answer = |_: Request<()>| ready(Ok::<_, Infallible>(response.clone()));
    let log = Log::default();
    let layer = CorsLayer::new(config.clone()).unwrap();
    tracing::subscriber::with_default(log.clone(), || {
        for request in requests {
            // Routers and servers make many services of one layer.
            get(&mut layer.layer(service_fn(answer)), request.clone());
        }
    });
    let layer = CorsLayer::new(config.clone().debug(true)).unwrap();
    let Ok(response) = now(layer.layer(service_fn(answer)).call(requests[0].clone()));
    let header = response.headers()["x-cors-debug"].to_str().unwrap();
    (log.0.lock().unwrap().clone(), header.to_owned())
}

/// Of the mistakes that people make, those that a layer can know. It sees nothing of what
/// stands outside: authentication, a `route_layer`, an error that is made there. And it does
/// not see whether a page sends cookies on purpose.
#[track_caller]
fn mistakes_are_named() {
    let plain = || CorsConfig::new(["https://app.example.com"]).allow_methods(["GET", "PUT"]);
    let decorate = || plain().preflight(PreflightMode::Decorate);
    let from = |origin, method| preflight(origin, method, []);
    let app = "https://app.example.com";
    let ok = (200, &[][..]);
    let table = [
        Mistake {
            name: "the service knows no OPTIONS",
            config: decorate(),
            request: from(app, "PUT"),
            inner: (405, &[]),
            log: r#"TRACE tower_cors message=CORS decision kind="preflight" outcome="allowed" method=OPTIONS path=/ requested_method="PUT" origin="https://app.example.com" matched=https://app.example.com
WARN tower_cors message=the service answered a preflight with 405; add `OPTIONS` to its route, or answer preflights here (preflight = "answer")
"#,
            header: r#"preflight; allowed; https://app.example.com matches; asks for PUT; the service answered a preflight with 405; add `OPTIONS` to its route, or answer preflights here (preflight = "answer")"#,
        },
        Mistake {
            name: "authentication stands inside, and asks preflights for credentials",
            config: plain().preflight(PreflightMode::Forward),
            request: from(app, "PUT"),
            inner: (401, &[]),
            log: r#"TRACE tower_cors message=CORS decision kind="preflight" outcome="allowed" method=OPTIONS path=/ requested_method="PUT" origin="https://app.example.com" matched=https://app.example.com
WARN tower_cors message=the service answered a preflight with 401, but preflights carry no credentials; let them pass its authentication, or answer them here (preflight = "answer")
"#,
            header: r#"preflight; allowed; https://app.example.com matches; asks for PUT; the service answered a preflight with 401, but preflights carry no credentials; let them pass its authentication, or answer them here (preflight = "answer")"#,
        },
        Mistake {
            name: "two layers",
            config: plain(),
            request: request("GET", [origin(app)]),
            inner: (200, &[("access-control-allow-origin", "*")]),
            log: r#"TRACE tower_cors message=CORS decision kind="actual" outcome="allowed" method=GET path=/ origin="https://app.example.com" matched=https://app.example.com
WARN tower_cors message=the service set `Access-Control-*` headers, which were replaced; remove its own CORS layer, or what its handlers set
"#,
            header: "actual; allowed; https://app.example.com matches; the service set `Access-Control-*` headers, which were replaced; remove its own CORS layer, or what its handlers set",
        },
        Mistake {
            name: "a proxy removes `Origin`",
            config: plain(),
            request: request("OPTIONS", [support::acrm("PUT")]),
            inner: (405, &[]),
            log: r#"TRACE tower_cors message=CORS decision kind="not-cors" outcome="not-cors" method=OPTIONS path=/
WARN tower_cors message=an `OPTIONS` with `Access-Control-Request-Method` has no `Origin`, which browsers send; let the proxy in front pass it on
"#,
            header: "not-cors; not decided; an `OPTIONS` with `Access-Control-Request-Method` has no `Origin`, which browsers send; let the proxy in front pass it on",
        },
        Mistake {
            name: "another port",
            config: plain(),
            request: preflight(
                "https://app.example.com:8443",
                "PUT",
                [support::acrh("content-type,x-a")],
            ),
            inner: ok,
            log: r#"DEBUG tower_cors message=CORS decision kind="preflight" outcome="denied" reason="origin-not-allowed" detail=no entry of allow_origins matches; the nearest is `https://app.example.com`, with the default port instead of port 8443 method=OPTIONS path=/ requested_method="PUT" requested_headers="content-type,x-a" origin="https://app.example.com:8443"
"#,
            header: "preflight; denied; no entry of allow_origins matches; the nearest is `https://app.example.com`, with the default port instead of port 8443; asks for PUT with content-type,x-a",
        },
        Mistake {
            name: "http for https",
            config: plain(),
            request: support::request_to(
                "GET",
                "/items?page=2",
                [origin("http://app.example.com")],
            ),
            inner: ok,
            log: r#"DEBUG tower_cors message=CORS decision kind="actual" outcome="denied" reason="origin-not-allowed" detail=no entry of allow_origins matches; the nearest is `https://app.example.com`, with the scheme `https` instead of `http` method=GET path=/items origin="http://app.example.com"
"#,
            header: "actual; denied; no entry of allow_origins matches; the nearest is `https://app.example.com`, with the scheme `https` instead of `http`",
        },
        Mistake {
            name: "www",
            config: plain(),
            request: from("https://www.app.example.com", "PUT"),
            inner: ok,
            log: r#"DEBUG tower_cors message=CORS decision kind="preflight" outcome="denied" reason="origin-not-allowed" detail=no entry of allow_origins matches; the nearest is `https://app.example.com`, which does not match its subdomains; to allow this one too, list `https://www.app.example.com` beside it, or `https://*.app.example.com` for all of them method=OPTIONS path=/ requested_method="PUT" origin="https://www.app.example.com"
"#,
            header: "preflight; denied; no entry of allow_origins matches; the nearest is `https://app.example.com`, which does not match its subdomains; to allow this one too, list `https://www.app.example.com` beside it, or `https://*.app.example.com` for all of them; ask...",
        },
        Mistake {
            name: "a header that is not listed",
            config: plain().allow_headers(["x-b"]),
            request: preflight(app, "PUT", [support::acrh("x-a")]),
            inner: ok,
            log: r#"DEBUG tower_cors message=CORS decision kind="preflight" outcome="denied" reason="header-not-allowed" detail=`x-a` is not covered; allow_headers has `x-b` method=OPTIONS path=/ requested_method="PUT" requested_headers="x-a" origin="https://app.example.com" matched=https://app.example.com
"#,
            header: "preflight; denied; `x-a` is not covered; allow_headers has `x-b`; asks for PUT with x-a",
        },
        Mistake {
            name: "a method that is not listed",
            config: plain(),
            request: from(app, "DELETE"),
            inner: ok,
            log: r#"DEBUG tower_cors message=CORS decision kind="preflight" outcome="denied" reason="method-not-allowed" detail=`DELETE` is not listed; allow_methods has `GET`, `PUT` method=OPTIONS path=/ requested_method="DELETE" origin="https://app.example.com" matched=https://app.example.com
"#,
            header: "preflight; denied; `DELETE` is not listed; allow_methods has `GET`, `PUT`; asks for DELETE",
        },
        Mistake {
            name: "OPTIONS by hand, which is no preflight",
            config: plain(),
            request: request("OPTIONS", [origin(app)]),
            inner: (405, &[]),
            log: r#"DEBUG tower_cors message=CORS decision kind="actual" outcome="denied" reason="method-not-allowed" detail=`OPTIONS` is not listed; allow_methods has `GET`, `PUT`; this is no preflight; one is `curl -i -X OPTIONS URL -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: GET'` method=OPTIONS path=/ origin="https://app.example.com" matched=https://app.example.com
"#,
            header: "actual; denied; `OPTIONS` is not listed; allow_methods has `GET`, `PUT`; this is no preflight; one is `curl -i -X OPTIONS URL -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: GET'`",
        },
    ];
    for row in table {
        let (log, header) = seen(&row.config, &[row.request], row.inner);
        assert_eq!(log, row.log, "{}", row.name);
        assert_eq!(header, row.header, "{}", row.name);
    }
}

/// Whatever the requests do, a log holds few warnings.
#[track_caller]
fn mistakes_are_logged_once_for_each_policy() {
    let config = CorsConfig::new([A]).preflight(PreflightMode::Decorate);
    let asks = || preflight(A, "GET", []);
    let lacks = || request("OPTIONS", [support::acrm("GET")]);
    let requests = [asks(), lacks(), asks(), lacks()];
    let inner: &[support::Header] = &[("access-control-allow-origin", "*")];
    let unauthorized = "the service answered a preflight with 401, but preflights carry no \
                        credentials; let them pass its authentication, or answer them here \
                        (preflight = \"answer\")";
    let replaced = "the service set `Access-Control-*` headers, which were replaced; remove its \
                    own CORS layer, or what its handlers set";
    let no_origin = "an `OPTIONS` with `Access-Control-Request-Method` has no `Origin`, which \
                     browsers send; let the proxy in front pass it on";
    for _ in 0..2 {
        let (log, header) = seen(&config, &requests, (401, inner));
        let warnings = log
            .lines()
            .filter_map(|line| line.strip_prefix("WARN tower_cors message="));
        assert!(warnings.eq([unauthorized, replaced, no_origin]), "{log}");
        let told = "preflight; allowed; https://a.example matches; asks for GET";
        assert_eq!(header, format!("{told}; {unauthorized}; {replaced}"));
    }
    // The application may set them.
    let config = CorsConfig::new([A]).inner_headers(InnerHeaders::Keep);
    let requests = [
        request("GET", [origin(A)]),
        request("GET", [origin("https://b.example")]),
    ];
    let (log, header) = seen(&config, &requests, (200, inner));
    assert!(!log.contains("WARN"), "{log}");
    assert_eq!(header, "actual; allowed; https://a.example matches");
}

/// What a client sends takes a bounded part of a line, and none of it ends the line.
#[track_caller]
fn long_requests_are_cut() {
    let path = format!("/{}", "a".repeat(1000));
    let method = "M".repeat(1000);
    let names = "x-a,".repeat(1000);
    let origin = format!("https://{}", "\t".repeat(1000));
    let headers = [
        ("origin", &origin[..]),
        ("access-control-request-method", &method),
        ("access-control-request-headers", &names),
    ];
    let (log, header) = seen(
        &CorsConfig::new([A]),
        &[support::request_to("OPTIONS", &path, headers)],
        (200, &[]),
    );
    let expected = format!(
        "DEBUG tower_cors message=CORS decision kind=\"preflight\" outcome=\"denied\" \
         reason=\"origin-malformed\" detail=this is not how browsers send an origin method=OPTIONS \
         path=/{} requested_method=\"{}…\" requested_headers=\"{}…\" origin=\"https://{}…\"\n",
        "a".repeat(255),
        "M".repeat(400),
        "x-a,".repeat(100),
        "\\t".repeat(392),
    );
    assert_eq!(log, expected);
    let begin = "preflight; denied; this is not how browsers send an origin; asks for ";
    assert_eq!(
        header,
        format!("{begin}{}...", "M".repeat(253 - begin.len()))
    );
}

/// The text of a pattern is not trusted either: tenants may have written it.
#[track_caller]
#[cfg(feature = "regex")]
fn patterns_forge_no_line() {
    let forged = "https://(a|\n(ERROR forged)?b)\\.example";
    let regex = tower_cors::OriginPattern::regex(forged);
    let config = CorsConfig::new([regex.within(["a.example"])]).allow_credentials(true);
    let log = logged(&config);
    let levels = log.lines().map(|line| line.split(' ').next());
    // The advisory quotes the regex too: no origin matches the alternative with the newline.
    let expected = ["WARN", "TRACE", "TRACE", "DEBUG", "DEBUG"];
    assert!(levels.eq(expected.map(Some)), "{log}");
    assert!(
        log.contains(
            r#"matched={ regex = 'https://(a|␊(ERROR forged)?b)\.example', within = "a.example" }"#
        ),
        "{log}"
    );
}

/// And a warning at the start.
#[track_caller]
fn debug_raises_the_level() {
    let log = logged(&CorsConfig::new([A]).debug(true));
    let levels: Vec<_> = log
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(levels, ["WARN", "INFO", "INFO", "INFO", "INFO"]);
    assert_eq!(
        log.lines().next().unwrap(),
        "WARN tower_cors message=debug `true`: for development only: responses tell how the \
         policy decides field=\"debug\" value=true"
    );
}

#[track_caller]
fn policies_by_path_are_warned_of() {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let policies = PathConfigs::new()
            .path("/", CorsConfig::new([A]))
            .path("/below", CorsConfig::new([A]).debug(true))
            .path("/off", None)
            .path("/beginning*", CorsConfig::new([A]).debug(true));
        drop(CorsLayer::from(policies.compile().unwrap()));
    });
    let warning = "WARN tower_cors message=debug `true`: for development only: responses tell how \
                   the policy decides field=\"debug\" value=true\n";
    assert_eq!(*log.0.lock().unwrap(), warning.repeat(2));
}
