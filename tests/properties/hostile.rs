//! Requests that no browser sends, or that a page sends from elsewhere.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, Method, Request};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use tower_cors::{
    Action, AllowHeaders, CorsConfig, Decision, Enforcement, InnerHeaders, OriginPattern, Policy,
    PreflightMode, RequestKind,
};

use crate::strategies::{DANGERS, any_config, one_of, origin};
use crate::support::{compile, fetch, model};
use crate::vary::{LISTED, policies};
use crate::{serve, settings};

/// What no script can set or send.
const FORBIDDEN: &str = "accept-charset accept-encoding access-control-request-headers \
     access-control-request-method access-control-request-private-network connection \
     content-length cookie cookie2 date dnt expect host keep-alive origin referer set-cookie te \
     trailer transfer-encoding upgrade via";
const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

const OTHERS: [&str; 3] = [
    "access-control-request-private-network",
    "sec-fetch-site",
    "host",
];

/// Values that a header can have: likely ones, and any bytes.
fn bytes(likely: &[&'static str]) -> impl Strategy<Value = HeaderValue> + use<> {
    let likely: Vec<_> = likely
        .iter()
        .copied()
        .map(HeaderValue::from_static)
        .collect();
    let visible = |byte: u8| {
        if byte == b'\t' || byte >= 32 && byte != 127 {
            byte
        } else {
            b' '
        }
    };
    let any = vec(any::<u8>().prop_map(visible), 0..400);
    let any = any.prop_map(|bytes| HeaderValue::from_bytes(&bytes).expect("visible bytes"));
    prop_oneof![3 => select(likely), 1 => any]
}

/// Mostly one.
fn few<S: Strategy>(line: S) -> impl Strategy<Value = Vec<S::Value>> {
    let counts = prop_oneof![3 => Just(1), 1 => 0..4_usize];
    (counts, vec(line, 4)).prop_map(|(count, mut lines)| {
        lines.truncate(count);
        lines
    })
}

/// Any number of lines of the headers that a policy reads.
fn request() -> impl Strategy<Value = Request<()>> {
    let origins = prop_oneof![
        2 => bytes(&[LISTED, LISTED, "https://a.example.com", "null", "https://b.test:1"]),
        1 => origin().prop_map(|origin| HeaderValue::try_from(origin).expect("a value")),
    ];
    let methods = bytes(&[
        "GET", "PUT", "DELETE", "*", "TRACE", "connect", "purge", "put",
    ]);
    let names = bytes(&[
        "x-a",
        "X-B, x-c",
        "authorization",
        ",",
        "*",
        "accept,x-a",
        "cookie",
        "x-a,Sec-Fetch-Site",
        "proxy-x",
    ]);
    let others = (
        one_of(&OTHERS),
        bytes(&["true", "true", "same-origin", "a.example.com"]),
    );
    let method = one_of(&["OPTIONS", "OPTIONS", "GET", "POST", "CONNECT", "TRACE", "x"]);
    (
        method,
        few(origins),
        few(methods),
        few(names),
        vec(others, 0..3),
    )
        .prop_map(|(method, origins, methods, names, others)| {
            let lines = [
                ("origin", origins),
                ("access-control-request-method", methods),
                ("access-control-request-headers", names),
            ];
            let lines = lines
                .into_iter()
                .flat_map(|(name, values)| values.into_iter().map(move |value| (name, value)));
            let request = Request::builder().method(method);
            let request = lines.chain(others).fold(request, |request, (name, value)| {
                request.header(name, value)
            });
            request.body(()).expect("a request")
        })
}

/// The lines of a name, as text where they are.
fn lines<'a>(request: &'a Request<()>, name: &str) -> Vec<Option<&'a str>> {
    let lines = request.headers().get_all(name).iter();
    lines.map(|line| line.to_str().ok()).collect()
}

fn asks_private_network(request: &Request<()>) -> bool {
    lines(request, OTHERS[0]).first() == Some(&Some("true"))
}

/// What a preflight asks for, and an actual request is: read plainly, its
/// length aside.
fn allows(config: &CorsConfig, kind: RequestKind, request: &Request<()>) -> bool {
    let is_origin_allowed = match lines(request, "origin")[..] {
        _ if config.allow_origins == ["*".into()] && !config.allow_credentials => true,
        [Some(origin)] => model::allows_origin(config, origin),
        _ => false,
    };
    let allows_method = |method: &str| {
        let is_forbidden = |name: &&str| method.eq_ignore_ascii_case(name);
        !FORBIDDEN_METHODS.iter().any(is_forbidden) && model::allows_method(config, method)
    };
    if kind != RequestKind::Preflight {
        let method = match request.method() {
            // A WebSocket handshake over HTTP/2.
            &Method::CONNECT => "GET",
            method => method.as_str(),
        };
        return is_origin_allowed && allows_method(method);
    }
    let is_method_allowed = match lines(request, "access-control-request-method")[..] {
        [Some(method)] => fetch::is_token(method) && allows_method(method),
        _ => false,
    };
    let names = fetch::extract_list(request.headers(), "access-control-request-headers");
    let allows_name = |name: &String| {
        let lower = name.to_ascii_lowercase();
        let is_forbidden = FORBIDDEN.split(' ').any(|forbidden| forbidden == lower)
            || lower.starts_with("sec-")
            || lower.starts_with("proxy-");
        !is_forbidden && model::allows_header(config, name)
    };
    is_origin_allowed
        && is_method_allowed
        && names.is_some_and(|names| names.iter().all(allows_name))
        && (config.allow_private_network || !asks_private_network(request))
}

/// Whether a request comes from a page of the server itself.
fn is_own(request: &Request<()>) -> bool {
    if let [site] = lines(request, "sec-fetch-site")[..] {
        return [Some("same-origin"), Some("none")].contains(&site);
    }
    let [Some(origin)] = lines(request, "origin")[..] else {
        return false;
    };
    let (scheme, authority) = origin.split_once("://").unwrap_or_default();
    let default = match scheme {
        "https" => ":443",
        "http" if request.uri().scheme_str() != Some("https") => ":80",
        _ => return false,
    };
    let host = request.uri().authority().map(http::uri::Authority::as_str);
    let host = host.or(lines(request, "host").first().copied().flatten());
    let host = host.map(|host| host.strip_suffix(default).unwrap_or(host));
    model::is_origin(origin) && host == Some(authority)
}

proptest! {
    #![proptest_config(settings())]

    /// Whatever bytes a request has, the answer is well-formed, and shares
    /// nothing that was denied; nothing is allowed that a plain reading denies.
    #[test]
    fn no_bytes_do_harm(config in policies(), requests in vec(request(), 24)) {
        let config = config.inner_headers(InnerHeaders::Replace);
        let generated = compile(&config);
        for request in &requests {
            let decision = generated.decide(request);
            let plainly = allows(&config, decision.kind(), request);
            match decision.kind() {
                RequestKind::NotCors => prop_assert!(!decision.is_allowed()),
                RequestKind::Preflight => prop_assert!(!decision.is_allowed() || plainly, "{:?}", request),
                RequestKind::Actual => prop_assert_eq!(decision.is_allowed(), plainly, "{:?}", request),
            }
            let is_left = config.preflight == PreflightMode::Forward
                && decision.kind() == RequestKind::Preflight;
            let policies = POLICIES.iter().chain((!is_left).then_some(&generated));
            for policy in policies {
                let decision = policy.decide(request);
                let response = serve(policy, request);
                check_headers(&decision, request, response.headers())?;
            }
        }
    }

    /// Under server enforcement, what the policy denies reaches the application
    /// from the server's own pages alone.
    #[test]
    fn enforcement_exempts_the_own_pages_alone(
        config in any_config(),
        requests in vec(
            (
                one_of(&["GET", "POST", "PUT", "OPTIONS"]),
                origin(),
                option::weighted(0.3, one_of(&["same-origin", "none", "same-site", "cross-site", "x"])),
                one_of(&["", ":80", ":443", ":1", "none"]),
                proptest::bool::weighted(0.5),
                one_of(&["", "http", "https"]),
            ),
            64,
        ),
    ) {
        let policy = compile(&config.enforcement(Enforcement::Server));
        for (method, origin, site, port, is_beside, scheme) in requests {
            let host = match origin.split_once("://") {
                Some((_, authority)) if is_beside && port == "none" => {
                    let name = authority.trim_end_matches(|c: char| c.is_ascii_digit());
                    name.trim_end_matches(':').to_owned()
                }
                Some((_, authority)) if is_beside => format!("{authority}{port}"),
                _ => "api.example.net".to_owned(),
            };
            let mut request = Request::builder().method(method).header("origin", &origin);
            request = match scheme {
                "" => request.uri("/resource").header("host", host),
                scheme => request.uri(format!("{scheme}://{host}/resource")),
            };
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            // Not every text of an origin makes a URI.
            let Ok(request) = request.body(()) else { continue };
            let decision = policy.decide(&request);
            let reaches = matches!(decision.action(), Action::Forward(_));
            prop_assert_eq!(reaches, decision.is_allowed() || is_own(&request), "{:?}", request);
        }
    }
}

/// Policies of every sort.
static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| {
    let list = || {
        CorsConfig::new(["https://*.example.com", "null", "http://localhost:*"])
            .allow_headers(["x-a", "x-b"])
            .dangerously_allow(DANGERS)
    };
    let predicate = OriginPattern::predicate(|origin| {
        assert!(model::is_origin(origin.as_str()), "{origin}");
        origin.host().len() % 2 == 0
    });
    let configs = [
        list(),
        list().allow_credentials(true),
        list().enforcement(Enforcement::Server),
        list()
            .preflight(PreflightMode::Decorate)
            .allow_private_network(true),
        list().allow_methods(["*"]).allow_headers(["*"]),
        list()
            .allow_methods(["*"])
            .allow_headers(["*"])
            .allow_credentials(true),
        list().allow_headers(AllowHeaders::Mirror).debug(true),
        CorsConfig::new(["*"]).allow_headers(["*"]),
        CorsConfig::new(["*"])
            .allow_credentials(true)
            .dangerously_allow(DANGERS),
        CorsConfig::new([predicate]),
        #[cfg(feature = "regex")]
        CorsConfig::new([OriginPattern::regex(".*"), OriginPattern::host_regex("a+")]),
    ];
    configs.iter().map(compile).collect()
});

/// What holds for every response.
fn check_headers(
    decision: &Decision<'_>,
    request: &Request<()>,
    headers: &HeaderMap,
) -> Result<(), TestCaseError> {
    for name in headers.keys() {
        if name.as_str().starts_with("access-control-") {
            prop_assert_eq!(headers.get_all(name).iter().count(), 1, "{}", name);
        }
    }
    let origins: Vec<_> = request.headers().get_all("origin").iter().collect();
    let allowed = headers.get("access-control-allow-origin");
    let credentials = headers.get("access-control-allow-credentials");
    if let Some(allowed) = allowed {
        prop_assert!(allowed == "*" || origins == [allowed], "{:?}", allowed);
    }
    if let Some(credentials) = credentials {
        prop_assert_eq!(credentials, "true");
        prop_assert!(allowed.is_some_and(|allowed| allowed != "*"));
    }
    for list in [
        "access-control-allow-methods",
        "access-control-allow-headers",
    ] {
        prop_assert!(fetch::extract_list(headers, list).is_some(), "{}", list);
    }
    if decision.kind() == RequestKind::Actual && !decision.is_allowed() {
        prop_assert_eq!(allowed, None);
    }
    if headers.contains_key("access-control-allow-private-network") {
        prop_assert_eq!(decision.kind(), RequestKind::Preflight);
        prop_assert!(asks_private_network(request));
    }
    Ok(())
}
