//! What caches are told, and what no reading of the policy allows.

use std::convert::Infallible;
use std::future::ready;

use http::header::{HOST, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use tower::{Layer, Service, service_fn};
use tower_cors::{
    CorsConfig, CorsLayer, InnerHeaders, OriginPattern, Policy, PreflightMode, is_preflight,
};

use crate::strategies::{any_config, one_of, origin};
use crate::support::{compile, model, now};

/// The headers that an answer may depend on.
const NAMES: [&str; 6] = [
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "access-control-request-private-network",
    "sec-fetch-site",
    "host",
];

/// One more origin than the generated ones, so that enough is allowed.
pub(crate) const LISTED: &str = "https://app.example";

pub(crate) fn policies() -> impl Strategy<Value = CorsConfig> {
    any_config().prop_map(|mut config| {
        let any = OriginPattern::from("*");
        if !config.allow_origins.contains(&any) {
            config.allow_origins.push(LISTED.into());
        }
        config
    })
}

fn values() -> impl Strategy<Value = [Option<String>; 6]> {
    let some = |values: &[&'static str]| {
        option::weighted(0.8, one_of(values)).prop_map(|value| value.map(str::to_owned))
    };
    let hosts = prop_oneof![
        origin().prop_map(|origin| origin.split("://").last().unwrap_or_default().to_owned()),
        Just("api.example.net".to_owned()),
    ];
    [
        option::weighted(0.9, prop_oneof![origin(), Just(LISTED.to_owned())]).boxed(),
        some(&["GET", "PUT", "purge", "*", "TRACE", "a b"]).boxed(),
        some(&["x-a", "x-a,x-b", "accept", "authorization", "cookie", ","]).boxed(),
        some(&["true", "false"]).boxed(),
        some(&["same-origin", "none", "same-site", "cross-site"]).boxed(),
        option::weighted(0.9, hosts).boxed(),
    ]
}

fn request(method: &Method, values: &[Option<String>; 6]) -> Request<()> {
    let mut request = Request::builder().method(method).uri("/resource");
    for (name, value) in NAMES.into_iter().zip(values) {
        request = value
            .iter()
            .fold(request, |request, value| request.header(name, value));
    }
    request.body(()).expect("a request")
}

/// The application's answer, the same for every request.
fn inner() -> impl Strategy<Value = HeaderMap> {
    let sharing = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
    ];
    let map = |headers: &[(&'static str, &'static str)]| {
        let parse = |(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        };
        headers.iter().copied().map(parse).collect::<HeaderMap>()
    };
    one_of(&[
        map(&[("x-a", "1")]),
        map(&[("vary", "accept")]),
        map(&sharing),
    ])
}

fn answer(policy: &Policy, request: Request<()>, inner: &HeaderMap) -> (u16, HeaderMap) {
    let mut service = CorsLayer::from(policy.clone()).layer(service_fn(|_: Request<()>| {
        let mut response = Response::new(String::new());
        response.headers_mut().clone_from(inner);
        ready(Ok::<_, Infallible>(response))
    }));
    let Ok(response) = now(service.call(request));
    (response.status().as_u16(), response.into_parts().0.headers)
}

fn varies_on(headers: &HeaderMap, name: &str) -> bool {
    let lines = headers
        .get_all(VARY)
        .iter()
        .map(|line| line.to_str().expect("text"));
    lines
        .flat_map(|line| line.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case(name))
}

proptest! {
    #![proptest_config(crate::settings())]

    /// Where one header makes a difference, both answers say so.
    ///
    /// Not `Host`, which is a part of the URL that answers are cached by. Nor what
    /// makes an `OPTIONS` a preflight or not, which no cache keeps, and what an
    /// application answers to preflights that are left to it, unless `debug` tells
    /// of them.
    #[test]
    fn vary_names_what_makes_a_difference(
        config in policies(),
        inner in inner(),
        pairs in vec((one_of(&[Method::GET, Method::POST, Method::PUT, Method::OPTIONS, Method::OPTIONS]), values(), values(), any::<Index>()), 64),
    ) {
        let policy = compile(&config);
        for (method, values, others, changed) in pairs {
            let changed = changed.index(NAMES.len());
            let mut changed_values = values.clone();
            changed_values[changed].clone_from(&others[changed]);
            let requests = [request(&method, &values), request(&method, &changed_values)];
            let [one, other] = requests.clone().map(|request| is_preflight(request.method(), request.headers()));
            let config = policy.config();
            let left_to_inner = config.preflight == PreflightMode::Forward && one && !config.debug;
            if NAMES[changed] == HOST || one != other || left_to_inner {
                continue;
            }
            let [one, other] = requests.map(|request| answer(&policy, request, &inner));
            if one != other {
                let name = NAMES[changed];
                prop_assert!(varies_on(&one.1, name), "{} in {:?} of {:?}", name, one, values);
                prop_assert!(varies_on(&other.1, name), "{} in {:?} of {:?}", name, other, changed_values);
            }
        }
    }

    /// Nothing is shared with an origin that the plain reading of the patterns denies.
    #[test]
    fn no_other_origin_gets_anything(
        config in policies(),
        inner in inner(),
        requests in vec((one_of(&[Method::GET, Method::PUT, Method::OPTIONS]), values()), 64),
    ) {
        // What is left to the application is its own.
        let config = config.inner_headers(InnerHeaders::Replace);
        let policy = compile(&config);
        for (method, values) in requests {
            let request = request(&method, &values);
            let is_left = config.preflight == PreflightMode::Forward
                && is_preflight(request.method(), request.headers());
            if is_left {
                continue;
            }
            let headers = answer(&policy, request, &inner).1;
            let shared = headers.get("access-control-allow-origin");
            let names: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
            match values[0].as_deref() {
                Some(origin) if !model::allows_origin(&config, origin) => {
                    prop_assert_eq!(names, [""; 0], "{}", origin);
                }
                Some(origin) => {
                    prop_assert!(shared.is_none_or(|shared| shared == "*" || shared == origin));
                }
                None => prop_assert!(shared.is_none_or(|shared| shared == "*")),
            }
            let is_any = config.allow_origins == ["*".into()] && !config.allow_credentials;
            prop_assert!(is_any || shared.is_none_or(|shared| shared != "*"));
        }
    }
}
