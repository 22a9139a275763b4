//! What the properties are about: origins, patterns, policies and requests, from
//! so few parts that they meet often.

use std::fmt::Debug;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, Select, select, subsequence};
use tower_cors::{
    AllowHeaders, AllowedDanger, CorsConfig, Danger, Enforcement, InnerHeaders, MaxAge,
    OriginPattern, PatternKind, PreflightMode,
};

use crate::support::fetch::PageRequest;
use crate::support::model;

pub(crate) fn one_of<T: Clone + Debug + 'static>(items: &[T]) -> Select<T> {
    select(items.to_vec())
}

pub(crate) const DANGERS: [Danger; 5] = [
    Danger::InsecureOrigins,
    Danger::PublicSuffixSubdomains,
    Danger::Unbounded,
    Danger::NullOrigin,
    Danger::AnyOriginWithCredentials,
];

/// All dangers, for all entries: the border has properties of its own.
pub(crate) fn all_dangers(origins: &[OriginPattern]) -> Vec<AllowedDanger> {
    let is_open = |entry: &&OriginPattern| !matches!(entry.kind, PatternKind::Text(_));
    let named = origins.iter().filter(is_open).flat_map(|entry| {
        [Danger::InsecureOrigins, Danger::Unbounded].map(|danger| danger.for_entry(entry.clone()))
    });
    DANGERS.into_iter().map(Into::into).chain(named).collect()
}

const SCHEMES: [&str; 4] = ["https", "http", "app", "https"];
const LABELS: [&str; 8] = ["a", "b", "pr-1", "pr-", "pr-1-x", "-x", "example", "com"];
const BASES: [&str; 5] = ["com", "a.com", "example.com", "b.example.com", "localhost"];
const PORTS: [&str; 6] = ["", "", "", ":8443", ":1", ":80"];

pub(crate) fn origin() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        8 => (vec(one_of(&LABELS), 0..4), one_of(&BASES)).prop_map(|(labels, base)| {
            labels.into_iter().chain([base]).collect::<Vec<_>>().join(".")
        }),
        1 => one_of(&["127.0.0.1", "[::1]", "[0::1]", "1.2", "a.0x1f", "a.", "a..com", ""])
            .prop_map(str::to_owned),
    ];
    let origin = (one_of(&SCHEMES), host, one_of(&PORTS))
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"));
    // A byte more, less, or another, somewhere.
    let spoilt = (origin.clone(), any::<Index>(), any::<bool>(), "[A.:/@*_ ]?").prop_map(
        |(mut origin, place, keep, byte)| {
            let place = place.index(origin.len());
            let end = if keep { place } else { place + 1 };
            origin.replace_range(place..end, &byte);
            origin
        },
    );
    prop_oneof![8 => origin, 2 => spoilt, 1 => Just("null".to_owned())]
}

/// Two predicates are equal only if they are clones of one another.
static PREDICATE: LazyLock<OriginPattern> = LazyLock::new(model::predicate);

#[cfg(feature = "regex")]
fn regex() -> impl Strategy<Value = OriginPattern> {
    let regexes = model::REGEXES.map(|(regex, _)| OriginPattern::regex(regex));
    let host_regexes = model::HOST_REGEXES.map(|(regex, _)| OriginPattern::host_regex(regex));
    select([&regexes[..], &host_regexes[..]].concat())
}

#[cfg(not(feature = "regex"))]
fn regex() -> impl Strategy<Value = OriginPattern> {
    Just(PREDICATE.clone())
}

pub(crate) fn pattern() -> impl Strategy<Value = OriginPattern> {
    let leftmost = one_of(&["", "", "*.", "*.", "pr-*.", "*-x.", "pr-*-x.", "a."]);
    let port = one_of(&["", "", ":*", ":8443"]);
    let text = (one_of(&SCHEMES), leftmost, one_of(&BASES), port)
        .prop_map(|(scheme, leftmost, base, port)| format!("{scheme}://{leftmost}{base}{port}"));
    let others = one_of(&[
        "null",
        "app://*",
        "http://127.0.0.1",
        "http://127.0.0.1:*",
        "http://[::1]:1",
    ]);
    prop_oneof![
        8 => text.prop_map(OriginPattern::from),
        2 => others.prop_map(OriginPattern::from),
        1 => regex(),
        1 => Just(PREDICATE.clone()),
    ]
}

fn patterns() -> impl Strategy<Value = Vec<OriginPattern>> {
    prop_oneof![
        8 => vec(pattern(), 1..12),
        1 => Just(vec!["*".into()]),
    ]
}

const METHODS: [&str; 9] = [
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "purge", "X",
];
const HEADERS: [&str; 6] = [
    "authorization",
    "X-A",
    "x-b",
    "content-type",
    "accept",
    "x-c",
];

fn any_or(
    list: impl Strategy<Value = Vec<&'static str>>,
) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![3 => list, 1 => Just(vec!["*"])]
}

fn allow_headers() -> impl Strategy<Value = AllowHeaders> {
    let lists = any_or(subsequence(&HEADERS[..], 0..=HEADERS.len()));
    prop_oneof![
        6 => lists.prop_map(AllowHeaders::from),
        1 => Just(AllowHeaders::from(["*", "authorization"])),
        1 => Just(AllowHeaders::Mirror),
    ]
}

/// A policy that says to browsers all that it allows: its service answers with
/// 200, and its preflights are not left to the service.
pub(crate) fn config() -> impl Strategy<Value = CorsConfig> {
    let lists = (
        patterns(),
        any_or(subsequence(&METHODS[..], 1..=METHODS.len())),
        allow_headers(),
        any_or(subsequence(&["x-request-id", "ETag"][..], 0..=2)),
    );
    let switches = (any::<bool>(), any::<bool>(), any::<bool>());
    let modes = (
        one_of(&[
            PreflightMode::Answer,
            PreflightMode::Answer,
            PreflightMode::Decorate,
        ]),
        one_of(&[200, 204, 299]),
        one_of(&[Enforcement::Browser, Enforcement::Server]),
        one_of(&[
            MaxAge::BrowserDefault,
            MaxAge::Disabled,
            MaxAge::For(Duration::from_secs(9)),
        ]),
    );
    (lists, switches, modes).prop_map(
        |(
            (origins, methods, headers, exposed),
            (credentials, private_network, without_origin),
            (preflight, status, enforcement, max_age),
        )| {
            let dangers = all_dangers(&origins);
            CorsConfig::new(origins)
                .allow_methods(methods)
                .allow_headers(headers)
                .expose_headers(exposed)
                .allow_credentials(credentials)
                .allow_private_network(private_network)
                .answer_without_origin(without_origin)
                .preflight(preflight)
                .preflight_status(status)
                .enforcement(enforcement)
                .max_age(max_age)
                .dangerously_allow(dangers)
        },
    )
}

/// What a page may ask for; its origin is one that a browser can have.
pub(crate) fn page_request() -> impl Strategy<Value = PageRequest> {
    let method = select([&METHODS[..], &["get", "patch", "PURGE", "*"]].concat());
    let names = select([&HEADERS[..], &["X-C", "x-d", "*", "proxy"]].concat());
    let origin = origin().prop_filter("an origin", |text| text == "null" || model::is_origin(text));
    (
        origin,
        method,
        vec(names, 0..3),
        weighted(0.3),
        weighted(0.1),
    )
        .prop_map(|(origin, method, names, credentials, private_network)| {
            let request = PageRequest {
                origin,
                method: method.to_owned(),
                unsafe_headers: names.into_iter().map(str::to_owned).collect(),
                credentials,
                private_network,
            };
            request.normalised()
        })
}

/// A policy with any fields.
pub(crate) fn any_config() -> impl Strategy<Value = CorsConfig> {
    let modes = (
        one_of(PreflightMode::ALL),
        one_of(InnerHeaders::ALL),
        any::<bool>(),
    );
    (config(), modes).prop_map(|(config, (preflight, inner_headers, debug))| {
        config
            .preflight(preflight)
            .inner_headers(inner_headers)
            .debug(debug)
    })
}
