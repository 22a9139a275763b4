//! Policies that are replaced, chosen for each request, by path, and watched.

mod support;

use std::convert::Infallible;
use std::future::{Ready, ready};
#[cfg(feature = "reload")]
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
#[cfg(feature = "reload")]
use std::task::Context;

use http::{HeaderName, Request, Response};
use tower::{Layer, Service, service_fn};
#[cfg(feature = "regex")]
use tower_cors::OriginPattern;
use tower_cors::{
    CorsConfig, CorsLayer, DenyReason, Enforcement, PathConfigs, Policy, PreflightMode, RequestHead,
};

use support::{ACAC, EVIL, Header, VARY, acao, acrm, header_map, lines, now, origin, preflight};
use support::{request, request_to};

const A: &str = "https://a.example";
const B: &str = "https://b.example";

type Answer = Result<Response<String>, Infallible>;

fn answer<B>(_: Request<B>) -> Ready<Answer> {
    ready(Ok(Response::new("inner".to_owned())))
}

fn policy(origin: &str) -> Policy {
    CorsConfig::new([origin])
        .allow_credentials(true)
        .compile()
        .unwrap()
}

/// The status and headers that a service answers with.
#[track_caller]
fn get<S>(service: &mut S, request: Request<()>) -> (u16, Vec<(String, String)>)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let Ok(response) = now(service.call(request));
    (response.status().as_u16(), lines(response.headers()))
}

#[track_caller]
fn expect(seen: &(u16, Vec<(String, String)>), status: u16, headers: &[Header]) {
    assert_eq!(*seen, (status, lines(&header_map(headers))));
}

#[test]
fn the_policy_is_that_of_the_path() {
    let policies = PathConfigs::new()
        .path("/a", CorsConfig::new([A]))
        .path("/a/off", None)
        .path("/b", CorsConfig::new([B]))
        .compile()
        .unwrap();
    let mut service = CorsLayer::from(policies).layer(service_fn(answer));
    let mut from_a = |path| get(&mut service, request_to("GET", path, [origin(A)]));
    expect(&from_a("/a/x?q"), 200, &[acao(A), VARY]);
    expect(&from_a("/a/off"), 200, &[]);
    expect(&from_a("/b"), 200, &[VARY]);
    expect(&from_a("/c"), 200, &[]);
}

const TENANT: HeaderName = HeaderName::from_static("x-tenant");

fn by_tenant(head: &RequestHead<'_>) -> Option<Policy> {
    match head.headers().get(TENANT)?.to_str().ok()? {
        "a" => Some(policy(A)),
        "b" => Some(policy(B)),
        "enforced" => {
            let config = CorsConfig::new([A]).enforcement(Enforcement::Server);
            Some(config.compile().unwrap())
        }
        "forward" => Some(
            CorsConfig::new([A])
                .preflight(PreflightMode::Forward)
                .compile()
                .unwrap(),
        ),
        _ => None,
    }
}

/// The rows that both forms of per-request policies answer alike.
fn check_tenants<S>(service: &mut S)
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
{
    let tenant = |name| ("x-tenant", name);
    let varies = ("vary", "x-tenant");
    let from_a = |name| request("GET", [origin(A), tenant(name)]);
    expect(
        &get(service, from_a("a")),
        200,
        &[acao(A), ACAC, VARY, varies],
    );
    expect(&get(service, from_a("b")), 200, &[VARY, varies]);
    // Without a policy too: another tenant would have one.
    expect(&get(service, from_a("none")), 200, &[varies]);
    expect(&get(service, request("GET", [])), 200, &[varies]);
    expect(
        &get(service, request("GET", [tenant("a")])),
        200,
        &[VARY, varies],
    );

    let denied = request("GET", [origin(EVIL), tenant("enforced")]);
    let enforced = ("vary", "Origin, sec-fetch-site");
    expect(&get(service, denied), 403, &[enforced, varies]);
    expect(
        &get(service, preflight(A, "PUT", [tenant("a")])),
        204,
        &[
            acao(A),
            ACAC,
            support::acam("GET, HEAD, POST"),
            support::VARY_PREFLIGHT,
            varies,
        ],
    );
    expect(
        &get(service, preflight(A, "PUT", [tenant("forward")])),
        200,
        &[support::VARY_OPTIONS, varies],
    );
}

#[test]
fn a_policy_for_each_request() {
    let layer = CorsLayer::per_request([TENANT], by_tenant);
    check_tenants(&mut layer.layer(service_fn(answer)));
}

/// An outer middleware puts the policy into the request; without one, the
/// request is denied.
#[test]
fn a_policy_from_the_extensions() {
    let layer = CorsLayer::from_extensions([TENANT]);
    let mut service = layer.layer(service_fn(answer));
    let varies = ("vary", "x-tenant");
    let mut known = request("GET", [origin(A)]);
    known.extensions_mut().insert(policy(A));
    expect(
        &get(&mut service, known),
        200,
        &[acao(A), ACAC, VARY, varies],
    );
    // What a tenant enforces must not depend on whether the look-up succeeded.
    let refused = ("vary", "Origin, sec-fetch-site");
    let unknown = request("GET", [origin(A)]);
    expect(&get(&mut service, unknown), 403, &[refused, varies]);
    let own = request("GET", [origin(A), ("sec-fetch-site", "same-origin")]);
    expect(&get(&mut service, own), 403, &[refused, varies]);
    let no_page = request("GET", []);
    expect(&get(&mut service, no_page), 200, &[refused, varies]);
    let unknown = preflight(A, "GET", []);
    assert_eq!(get(&mut service, unknown).0, 403);
}

#[test]
fn the_chooser_sees_the_request_and_leaves_it_as_it_was() {
    let layer = CorsLayer::per_request([], |head| {
        assert_eq!(head.method(), "PUT");
        assert_eq!(head.uri().unwrap(), "/x?y");
        assert_eq!(head.headers()["x-a"], "1");
        assert_eq!(head.extension::<u8>(), Some(&7));
        None
    });
    let mut service = layer.layer(service_fn(|request: Request<&str>| {
        let (parts, body) = request.into_parts();
        assert_eq!((parts.method.as_str(), body), ("PUT", "body"));
        assert_eq!(parts.uri, "/x?y");
        assert_eq!(parts.version, http::Version::HTTP_2);
        assert_eq!(parts.headers["x-a"], "1");
        assert_eq!(parts.extensions.get::<u8>(), Some(&7));
        ready(Ok::<_, Infallible>(Response::new(String::new())))
    }));
    let request = Request::put("/x?y")
        .version(http::Version::HTTP_2)
        .header("x-a", "1")
        .extension(7_u8)
        .body("body");
    let Ok(response) = now(service.call(request.unwrap()));
    assert_eq!(lines(response.headers()), []);
}

/// What an observer sees: kind, outcome, reason, entry, method and origin.
type Seen = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<String>,
    String,
    Option<String>,
);

#[test]
fn every_decision_is_seen() {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let sink = seen.clone();
    let policy = CorsConfig::new(["https://*.a.example"]).compile().unwrap();
    let layer = CorsLayer::from(policy).on_decision(move |event| {
        sink.lock().unwrap().push((
            event.kind().as_str(),
            event.outcome(),
            event.deny_reason().map(DenyReason::code),
            event.matched().map(ToString::to_string),
            event.head().method().to_string(),
            event
                .origin()
                .map(|origin| origin.to_str().unwrap().to_owned()),
        ));
    });
    let mut service = layer.clone().layer(service_fn(answer));
    let www = "https://www.a.example";
    get(&mut service, request("GET", []));
    get(&mut service, request("GET", [origin(www)]));
    get(&mut service, request("GET", [origin(EVIL)]));
    get(&mut service.clone(), preflight(www, "PUT", []));
    let entry = || Some("https://*.a.example".to_owned());
    let expected = [
        ("not-cors", "not-cors", None, None, "GET".to_owned(), None),
        (
            "actual",
            "allowed",
            None,
            entry(),
            "GET".to_owned(),
            Some(www.to_owned()),
        ),
        (
            "actual",
            "denied",
            Some("origin-not-allowed"),
            None,
            "GET".to_owned(),
            Some(EVIL.to_owned()),
        ),
        (
            "preflight",
            "denied",
            Some("method-not-allowed"),
            entry(),
            "OPTIONS".to_owned(),
            Some(www.to_owned()),
        ),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn observers_are_told_of_exemptions() {
    let seen: Arc<Mutex<Vec<bool>>> = Arc::default();
    let sink = seen.clone();
    let config = CorsConfig::new([A]).enforcement(Enforcement::Server);
    let layer = CorsLayer::new(config).unwrap();
    let layer = layer.on_decision(move |event| sink.lock().unwrap().push(event.is_exempt()));
    let mut service = layer.layer(service_fn(answer));
    let site = |site| request("GET", [origin(EVIL), ("sec-fetch-site", site)]);
    get(&mut service, site("same-origin"));
    get(&mut service, site("cross-site"));
    assert_eq!(*seen.lock().unwrap(), [true, false]);
}

#[test]
fn debug_output_shows_the_policy() {
    let policy = CorsConfig::new([A]).compile().unwrap();
    let shown = format!("Policy({:?})", policy.config());
    assert_eq!(format!("{policy:?}"), shown);

    let layer = CorsLayer::from(policy.clone()).on_decision(|_| {});
    let shared = format!("Shared {{ source: One({shown}), reads: None, observer: Some(<fn>) }}");
    assert_eq!(format!("{layer:?}"), format!("CorsLayer({shared})"));
    let service = layer.layer(7);
    let inner = format!("Cors {{ inner: 7, shared: {shared} }}");
    assert_eq!(format!("{service:?}"), inner);
    let mut service = layer.layer(service_fn(answer));
    let future = service.call(request("GET", []));
    assert_eq!(format!("{future:?}"), "ResponseFuture { .. }");

    let paths = PathConfigs::new().path("/", CorsConfig::new([A])).compile();
    let paths = format!("{:?}", paths.unwrap());
    assert!(paths.starts_with("PathPolicies(") && paths.contains(&shown));

    #[cfg(feature = "reload")]
    {
        let (layer, handle) = CorsLayer::reloadable(policy);
        let source = format!(
            "CorsLayer(Shared {{ source: Reloadable(One({shown})), reads: None, observer: None }})"
        );
        assert_eq!(format!("{layer:?}"), source);
        let handle_shown = format!("ReloadHandle {{ policies: One({shown}), generation: 0 }}");
        assert_eq!(format!("{handle:?}"), handle_shown);
    }
}

#[test]
fn in_debug_mode_responses_tell_the_decision() {
    let config = CorsConfig::new([A]).debug(true);
    let mut service = CorsLayer::new(config).unwrap().layer(service_fn(answer));
    let told = |value| ("x-cors-debug", value);
    expect(&get(&mut service, request("GET", [])), 200, &[VARY]);
    expect(
        &get(&mut service, request("GET", [origin(A)])),
        200,
        &[
            acao(A),
            VARY,
            told("actual; allowed; https://a.example matches"),
        ],
    );
    expect(
        &get(&mut service, request("GET", [origin(EVIL)])),
        200,
        &[
            VARY,
            told("actual; denied; no entry of allow_origins matches"),
        ],
    );
    expect(
        &get(
            &mut service,
            request("OPTIONS", [origin(EVIL), acrm("PUT")]),
        ),
        403,
        &[
            support::VARY_PRIVATE,
            told("preflight; denied; no entry of allow_origins matches; asks for PUT"),
        ],
    );

    let config = CorsConfig::new([A])
        .debug(true)
        .enforcement(Enforcement::Server);
    let mut service = CorsLayer::new(config).unwrap().layer(service_fn(answer));
    expect(
        &get(
            &mut service,
            request("GET", [origin(EVIL), ("sec-fetch-site", "same-origin")]),
        ),
        200,
        &[
            support::VARY_ENFORCED,
            told(
                "actual; denied, but exempt as the server's own origin; \
                 no entry of allow_origins matches",
            ),
        ],
    );
}

/// What depends on the request only because it is told, too.
#[test]
fn what_is_told_varies() {
    let any = CorsConfig::new(["*"]).debug(true);
    let mut service = CorsLayer::new(any.clone())
        .unwrap()
        .layer(service_fn(answer));
    let told = |value| ("x-cors-debug", value);
    expect(
        &get(&mut service, request("GET", [])),
        200,
        &[acao("*"), VARY],
    );
    let allowed = told("actual; allowed; * matches");
    expect(
        &get(&mut service, request("GET", [origin(A)])),
        200,
        &[acao("*"), VARY, allowed],
    );

    let left = any.preflight(PreflightMode::Forward);
    let mut service = CorsLayer::new(left.clone())
        .unwrap()
        .layer(service_fn(answer));
    let asking = || request("OPTIONS", [origin(A), acrm("GET")]);
    expect(
        &get(&mut service, asking()),
        200,
        &[
            support::VARY_PRIVATE,
            told("preflight; allowed; * matches; asks for GET"),
        ],
    );
    let mut service = CorsLayer::new(left.debug(false))
        .unwrap()
        .layer(service_fn(answer));
    expect(&get(&mut service, asking()), 200, &[support::VARY_OPTIONS]);
}

#[cfg(feature = "regex")]
#[test]
fn what_is_told_is_as_written_as_far_as_a_header_can_hold_it() {
    let regex = OriginPattern::regex(r"https://\w\.example|é");
    let config = CorsConfig::new([regex]).debug(true);
    let mut service = CorsLayer::new(config).unwrap().layer(service_fn(answer));
    let told = r"actual; allowed; { regex = 'https://\w\.example|\u{e9}' } matches";
    expect(
        &get(&mut service, request("GET", [origin(A)])),
        200,
        &[acao(A), VARY, ("x-cors-debug", told)],
    );
}

#[cfg(feature = "reload")]
mod reload {
    use super::*;
    use std::thread;

    #[test]
    fn a_reload_is_seen_by_all_that_was_made_before() {
        let (layer, handle) = CorsLayer::reloadable(policy(A));
        let mut service = layer.layer(service_fn(answer));
        let mut clone = service.clone();
        let from = |origin_| request("GET", [origin(origin_)]);
        expect(&get(&mut service, from(A)), 200, &[acao(A), ACAC, VARY]);
        assert_eq!(handle.generation(), Some(0));

        assert_eq!(handle.reload(&CorsConfig::new([B])), Ok(1));
        for service in [
            &mut service,
            &mut clone,
            &mut layer.layer(service_fn(answer)),
        ] {
            expect(&get(service, from(A)), 200, &[VARY]);
            expect(&get(service, from(B)), 200, &[acao(B), VARY]);
        }
        assert_eq!(*handle.current().unwrap().config(), CorsConfig::new([B]));
        assert_eq!(handle.clone().replace(policy(A)), Ok(2));
        assert_eq!(handle.generation(), Some(2));
        drop((service, clone, layer));
        let gone = Err(tower_cors::ReloadError::LayerGone);
        assert_eq!(handle.replace(policy(A)), gone);
        assert_eq!(handle.generation(), None);
    }

    #[test]
    fn a_broken_reload_changes_nothing() {
        let (layer, handle) = CorsLayer::reloadable(policy(A));
        let mut service = layer.layer(service_fn(answer));
        let errors = handle.reload(&CorsConfig::new(["https://b.example/", "b.example"]));
        assert_eq!(
            errors.unwrap_err().to_string(),
            "invalid CORS configuration, 2 errors:\n\
             - allow_origins[0] `https://b.example/`: an origin has no trailing slash; write \
             `https://b.example`\n\
             - allow_origins[1] `b.example`: an origin begins with its scheme; write \
             `https://b.example`"
        );
        assert_eq!(handle.generation(), Some(0));
        expect(
            &get(&mut service, request("GET", [origin(A)])),
            200,
            &[acao(A), ACAC, VARY],
        );
    }

    /// A response that began under one policy ends under it.
    #[test]
    fn a_request_in_flight_keeps_its_policy() {
        let (layer, handle) = CorsLayer::reloadable(policy(A));
        let (send, receive) = tokio::sync::oneshot::channel::<()>();
        let receive = Mutex::new(Some(receive));
        let mut service = layer.layer(service_fn(|_: Request<()>| {
            let receive = receive.lock().unwrap().take();
            async move {
                let _ = receive.unwrap().await;
                Ok::<_, Infallible>(Response::new(String::new()))
            }
        }));
        let mut response = Box::pin(service.call(request("GET", [origin(A)])));
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(response.as_mut().poll(&mut context).is_pending());
        handle.replace(policy(B)).unwrap();
        send.send(()).unwrap();
        let Ok(response) = now(response);
        assert_eq!(
            lines(response.headers()),
            lines(&header_map(&[acao(A), ACAC, VARY]))
        );
    }

    /// Two policies that differ in every header, and what each answers to
    /// these requests.
    fn two_policies() -> ([Policy; 2], [Request<()>; 3]) {
        let either = |methods: [&str; 1], header: &str, credentials| {
            let config = CorsConfig::new([A])
                .allow_methods(methods)
                .allow_headers([header])
                .expose_headers([header])
                .allow_credentials(credentials);
            support::compile(&config)
        };
        let policies = [
            either(["GET"], "x-one", true),
            either(["PUT"], "x-two", false),
        ];
        let requests = [
            preflight(A, "GET", []),
            preflight(A, "PUT", []),
            request("GET", [origin(A)]),
        ];
        (policies, requests)
    }

    /// Thousands of requests wait in the application while the policy is
    /// swapped between them: each response is that of its own policy.
    #[test]
    fn requests_in_flight_keep_their_policies() {
        const IN_FLIGHT: usize = 3_000;
        let (policies, requests) = two_policies();
        let actual = || requests[2].clone();
        let expected = policies.clone().map(|policy| {
            get(
                &mut CorsLayer::from(policy).layer(service_fn(answer)),
                actual(),
            )
        });
        assert_ne!(expected[0], expected[1]);

        let (layer, handle) = CorsLayer::reloadable(policies[0].clone());
        let (release, released) = tokio::sync::watch::channel(false);
        let mut service = layer.layer(service_fn(move |_: Request<()>| {
            let mut released = released.clone();
            async move {
                let _ = released.wait_for(|released| *released).await;
                Ok::<_, Infallible>(Response::new("inner".to_owned()))
            }
        }));
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut in_flight: Vec<_> = (0..IN_FLIGHT)
            .map(|index| {
                let generation = index % 2;
                handle.replace(policies[generation].clone()).unwrap();
                let mut response = Box::pin(service.call(actual()));
                assert!(response.as_mut().poll(&mut context).is_pending());
                (generation, response)
            })
            .collect();
        release.send(true).unwrap();
        for (generation, response) in in_flight.drain(..) {
            let Ok(response) = now(response);
            let seen = (response.status().as_u16(), lines(response.headers()));
            assert_eq!(seen, expected[generation]);
        }
    }

    const THREADS: usize = 4;
    const EACH: usize = 5_000;

    /// The same with threads: each response is wholly of one policy or of the
    /// other, and both are seen.
    #[test]
    fn no_response_mixes_two_policies() {
        let (policies, requests) = two_policies();
        let answers = |policy: &Policy| {
            let mut service = CorsLayer::from(policy.clone()).layer(service_fn(answer));
            requests.clone().map(|request| get(&mut service, request))
        };
        let expected = [answers(&policies[0]), answers(&policies[1])];
        assert!((0..3).all(|index| expected[0][index] != expected[1][index]));

        let (layer, handle) = CorsLayer::reloadable(policies[0].clone());
        let seen = [AtomicUsize::new(0), AtomicUsize::new(0)];
        thread::scope(|scope| {
            let ask = || {
                let mut service = layer.layer(service_fn(answer));
                let mut asked = 0;
                // Until enough was asked, and both policies were seen.
                while asked < EACH || seen.iter().any(|n| n.load(Ordering::Relaxed) == 0) {
                    asked += 1;
                    for (index, request) in requests.iter().enumerate() {
                        let answer = get(&mut service, request.clone());
                        let mut policies = expected.iter();
                        let policy = policies.position(|answers| answers[index] == answer);
                        let policy = policy.unwrap_or_else(|| panic!("{answer:?}"));
                        seen[policy].fetch_add(1, Ordering::Relaxed);
                    }
                }
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
            let mut swaps = 0;
            // Those that panic end as well.
            while threads.iter().any(|thread| !thread.is_finished()) {
                swaps += 1;
                assert_eq!(
                    handle.replace(policies[swaps % 2].clone()),
                    Ok(swaps as u64)
                );
            }
        });
    }
}
