//! What a request may allocate: nothing to decide, nothing to clone the
//! service, nothing on the way of an actual request but the growth of the
//! response's own header map, and two allocations for the answer to a
//! preflight, which are its header map.

#[path = "../benches/support/mod.rs"]
mod support;

use std::convert::Infallible;
use std::hint::black_box;

use allocation_counter::measure;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use support::{Answer, App, Body, Case, Origins, actual, preflight, request, serve};
use tower_cors::{CorsConfig, CorsLayer, Danger, OriginPattern, PathConfigs, Policy};
use tower_layer::Layer;
use tower_service::Service;

/// Every shape of policy, with an origin that it allows.
fn shapes() -> Vec<(CorsConfig, String)> {
    let one = |pattern: OriginPattern, origin: &str| {
        let config = CorsConfig::new([pattern])
            .allow_methods(["GET", "PUT"])
            .allow_headers(["content-type"])
            .expose_headers(["x-request-id"])
            .dangerously_allow([Danger::NullOrigin]);
        (config, origin.to_owned())
    };
    let mut shapes = vec![
        one("*".into(), "https://example.com"),
        one("null".into(), "null"),
        one("https://example.com".into(), "https://example.com"),
        one("https://*.example.com".into(), "https://a.b.example.com"),
        one(
            "https://pr-*.example.com".into(),
            "https://pr-1.example.com",
        ),
        one("http://localhost:*".into(), "http://localhost:3000"),
        one(
            "https://*.example.com:*".into(),
            "https://a.example.com:8443",
        ),
        one("moz-extension://*".into(), "moz-extension://6f3f1c2e-17"),
        one(
            OriginPattern::regex(r"https://pr-\d+\.example\.com"),
            "https://pr-1.example.com",
        ),
        one(
            OriginPattern::host_regex(r"pr-\d+\.example\.com"),
            "https://pr-1.example.com",
        ),
        one(
            OriginPattern::predicate(|origin| origin.host() == "example.com"),
            "https://example.com",
        ),
    ];
    for origins in [
        Origins::Exact(1_000),
        Origins::Subdomains(1_000),
        Origins::Regexes(1),
        Origins::Regexes(10),
        Origins::Regexes(100),
        Origins::Mirror,
    ] {
        shapes.push((origins.config(), origins.last()));
    }
    shapes
}

/// Requests of every kind: allowed, denied, malformed, hostile.
fn requests(allowed: &str) -> Vec<Request<()>> {
    let mut requests = vec![
        request(Method::GET, &[]),
        request(Method::OPTIONS, &[]),
        request(Method::GET, &[("origin", allowed), ("origin", allowed)]),
        request(Method::DELETE, &[("origin", allowed)]),
    ];
    let origins = [
        allowed,
        "null",
        "",
        "https://evil.example",
        "https://example.com{.evil.example",
        "http://[2001:db8::1]:3000",
    ];
    let hostile = support::hostile_origins().map(|(_, origin)| origin);
    for origin in origins
        .into_iter()
        .chain(hostile.iter().map(|origin| &origin[..]))
    {
        requests.push(actual(origin));
        requests.push(preflight(origin, "content-type"));
    }
    let hostile = support::hostile_lists().map(|(_, list)| list);
    for list in ["x-other", "Content-Type , x", "cookie", ",,,"]
        .into_iter()
        .chain(hostile.iter().map(|list| &list[..]))
    {
        requests.push(preflight(allowed, list));
    }
    requests
}

/// The regex engine fills its caches on first use: one for each thread that
/// matches at the same time, and states of its automaton as origins need them.
/// They stay, so they are no cost of a request.
fn warm(policy: &Policy, requests: &[Request<()>]) {
    for request in requests {
        let _ = policy.decide(request);
    }
}

#[test]
fn deciding_allocates_nothing() {
    for (config, origin) in shapes() {
        let policy = config.compile().unwrap();
        let requests = requests(&origin);
        warm(&policy, &requests);
        assert!(policy.decide(&actual(&origin)).is_allowed());
        for request in &requests {
            let allocated = measure(|| {
                let _ = black_box(policy.decide(request));
            });
            assert_eq!(allocated.count_total, 0, "{config:?}\n{request:?}");
        }
    }
}

#[test]
fn a_clone_of_the_service_allocates_nothing() {
    for (config, origin) in shapes() {
        let layer = tower_cors::CorsLayer::new(config).unwrap();
        let service = tower_layer::Layer::layer(&layer, App);
        serve(&service, actual(&origin));
        let allocated = measure(|| drop(black_box(service.clone())));
        assert_eq!(allocated.count_total, 0);
        let allocated = measure(|| drop(black_box(layer.clone())));
        assert_eq!(allocated.count_total, 0);
    }
}

/// The first preflight after the policy was compiled included.
#[test]
fn the_answer_to_a_preflight_is_one_header_map() {
    for (config, origin) in shapes() {
        let policy = config.compile().unwrap();
        let hit = preflight(&origin, "content-type");
        let miss = preflight("https://evil.example", "content-type");
        for request in [&hit, &miss] {
            warm(&policy, std::slice::from_ref(request));
            let allocated = measure(|| {
                let action = policy.decide(request).action();
                drop(black_box(action.respond(Response::<()>::default)));
            });
            // The entries of the map, and its table. Of a refusal, it has the one header `Vary`.
            assert_eq!(allocated.count_total, 2, "{config:?}");
        }
    }
}

/// Allocations of a whole request.
fn allocations<S>(service: &S, request: &Request<()>) -> u64
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible> + Clone,
{
    let request = request.clone();
    measure(|| drop(serve(service, request))).count_total
}

#[test]
fn a_request_allocates_what_its_headers_do() {
    for origins in [
        Origins::Exact(1),
        Origins::Exact(1_000),
        Origins::Subdomains(10),
        Origins::Regexes(10),
    ] {
        let (good, evil) = (&origins.last(), "https://evil.example");
        for (request, answer) in [
            (actual(good), Answer::Share),
            (actual(evil), Answer::Withhold),
            (request(Method::GET, &[]), Answer::Withhold),
            (preflight(good, "content-type"), Answer::Preflight),
            (preflight(evil, "content-type"), Answer::Refuse),
        ] {
            let case = Case::new("", origins, request, answer);
            let expected = match answer {
                // The header map of the answer; the application is not called.
                Answer::Preflight | Answer::Refuse => 2,
                _ => allocations(&App, &case.request),
            };
            let name = &case.name;
            assert_eq!(allocations(&case.ours, &case.request), expected, "{name}");
            assert_eq!(allocations(&case.floor, &case.request), expected, "{name}");
        }
    }
}

/// Whatever headers the application has set, their map grows as it does when
/// one inserts into it.
#[test]
fn the_header_map_grows_as_by_itself() {
    let policy = Origins::Exact(1).config().compile().unwrap();
    let request = actual(&Origins::Exact(1).last());
    for present in 0..100 {
        let [ours, mut by_hand] = [(); 2].map(|()| {
            let mut headers = HeaderMap::new();
            for index in 0..present {
                let name = HeaderName::try_from(format!("x-header-{index}")).unwrap();
                headers.insert(name, HeaderValue::from_static("value"));
            }
            headers
        });
        let origin = request.headers()[ORIGIN].clone();
        let expected = measure(|| {
            by_hand.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            let credentials = HeaderValue::from_static("true");
            by_hand.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, credentials);
            let exposed = HeaderValue::from_static("x-request-id");
            by_hand.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
            by_hand.insert(VARY, HeaderValue::from_static("Origin"));
        });
        let mut response = Response::new(());
        *response.headers_mut() = ours;
        let mut headers = HeaderMap::new();
        let allocated = measure(|| {
            let edited = policy.decide(&request).action().respond(|| response);
            headers = edited.into_parts().0.headers;
        });
        assert_eq!(allocated.count_total, expected.count_total, "{present}");
        assert_eq!(headers.len(), present + 4);
    }
}

/// Whatever the policy comes from: beyond a fixed one, only a choice that reads headers
/// allocates, for the names that it adds to `Vary`.
#[test]
fn a_source_allocates_what_its_choice_does() {
    let config = Origins::Exact(1).config();
    let policy = config.compile().unwrap();
    let paths = PathConfigs::new()
        .path("/", config.clone())
        .path("/below", config)
        .compile()
        .unwrap();
    let chosen = |reads: &[HeaderName]| {
        let policy = policy.clone();
        CorsLayer::per_request(reads.to_vec(), move |_| Some(policy.clone()))
    };
    let tenant = HeaderName::from_static("x-tenant");
    let mut request = actual(&Origins::Exact(1).last());
    request.extensions_mut().insert(policy.clone());
    let bare = allocations(&App, &request);
    let table = [
        ("fixed", CorsLayer::from(policy.clone()), 0),
        ("by path", CorsLayer::from(paths), 0),
        ("by a function", chosen(&[]), 0),
        (
            "by a function that reads",
            chosen(std::slice::from_ref(&tenant)),
            3,
        ),
        ("from the extensions", CorsLayer::from_extensions([]), 0),
        #[cfg(feature = "reload")]
        ("reloadable", CorsLayer::reloadable(policy.clone()).0, 0),
    ];
    for (name, layer, expected) in table {
        let service = layer.layer(App);
        let _warm = allocations(&service, &request);
        assert_eq!(allocations(&service, &request) - bare, expected, "{name}");
    }
}
