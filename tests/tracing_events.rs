//! Events for the `tracing` crate.
#![cfg(feature = "tracing")]

mod support;

use std::convert::Infallible;
use std::fmt::{Debug, Write};
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsConfig, CorsLayer, PathConfigs};
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
        r#"TRACE tower_cors message=CORS decision kind="not-cors" outcome="not-cors" method=GET
TRACE tower_cors message=CORS decision kind="actual" outcome="allowed" method=GET origin="https://a.example" matched=https://a.example
DEBUG tower_cors message=CORS decision kind="actual" outcome="denied" reason="origin-malformed" detail=this is not how browsers send an origin method=GET origin="https://a.example\tx"
DEBUG tower_cors message=CORS decision kind="preflight" outcome="denied" reason="header-not-allowed" detail=allow_headers does not cover `x-a` method=OPTIONS origin="https://a.example" matched=https://a.example
"#
    );
    debug_raises_the_level();
    #[cfg(feature = "regex")]
    patterns_forge_no_line();
    policies_by_path_are_warned_of();
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
    assert!(
        levels.eq(["TRACE", "TRACE", "DEBUG", "DEBUG"].map(Some)),
        "{log}"
    );
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
