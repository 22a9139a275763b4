//! The files beside the example `gateway`: they import, and answer as the gateway would.
#![cfg(all(feature = "kong", feature = "krakend"))]

mod gateway_support;

use gateway_support::{Row, check};
use tower_cors::import::kong::Policies;
use tower_cors::import::{kong, krakend};
use tower_cors::{CorsConfig, Danger};

const VARY: &str = "vary: Origin, access-control-request-method, access-control-request-headers";

#[track_caller]
fn of_krakend(json: &str) -> CorsConfig {
    let document = serde_json::from_str(json).unwrap();
    krakend::import(&document).unwrap().config.unwrap()
}

#[track_caller]
fn of_kong(yaml: &str) -> Policies {
    let document = serde_saphyr::from_str(yaml).unwrap();
    kong::import(&document).unwrap().config
}

/// What the table has at a host for a prefix.
#[track_caller]
fn at(policies: &Policies, host: &str, prefix: &str) -> CorsConfig {
    let table = policies.at_host(host).paths().unwrap();
    let found = table.paths.into_iter().find(|(name, _)| name == prefix);
    found.unwrap().1.unwrap()
}

#[test]
fn the_documented_configurations() {
    let krakend = of_krakend(include_str!("../examples/gateway/krakend-2020.json"));
    let kong = of_kong(include_str!("../examples/gateway/kong-0x.json"));
    let kong = at(&kong, "any.example", "/").dangerously_allow([Danger::InsecureOrigins]);
    check(&[
        Row {
            name: "KrakenD: a request",
            config: &krakend,
            request: "GET origin: https://x.example",
            response: "200
                access-control-allow-origin: *
                access-control-expose-headers: content-length, content-type
                vary: Origin",
        },
        Row {
            name: "KrakenD: a preflight",
            config: &krakend,
            request: "OPTIONS origin: https://x.example
                access-control-request-method: POST
                access-control-request-headers: accept-language",
            response: &format!(
                "204
                access-control-allow-headers: accept-language
                access-control-allow-methods: GET, HEAD, POST
                access-control-allow-origin: *
                access-control-max-age: 43200
                {VARY}"
            ),
        },
        Row {
            name: "Kong: a preflight",
            config: &kong,
            request: "OPTIONS origin: http://mockbin.com
                access-control-request-method: POST
                access-control-request-headers: x-auth-token",
            response: &format!(
                "204
                access-control-allow-credentials: true
                access-control-allow-headers: accept, accept-version, content-md5, content-type, x-auth-token
                access-control-allow-methods: GET, POST, HEAD
                access-control-allow-origin: http://mockbin.com
                access-control-max-age: 3600
                {VARY}"
            ),
        },
    ]);
}

#[test]
fn krakend_with_endpoints() {
    let config = of_krakend(include_str!("../examples/gateway/krakend.json"));
    check(&[
        Row {
            name: "a preview",
            config: &config,
            request: "OPTIONS origin: https://a.preview.example.com
                access-control-request-method: PUT
                access-control-request-headers: authorization",
            response: &format!(
                "204
                access-control-allow-credentials: true
                access-control-allow-headers: authorization, content-type
                access-control-allow-methods: GET, POST, PUT, DELETE, OPTIONS
                access-control-allow-origin: https://a.preview.example.com
                access-control-max-age: 5400
                {VARY}"
            ),
        },
        Row {
            name: "what an endpoint says is not read",
            config: &config,
            request: "GET origin: https://evil.example",
            response: "200
                vary: Origin",
        },
    ]);
}

#[test]
fn kong_by_prefix() {
    let policies = of_kong(include_str!("../examples/gateway/kong-paths.yaml"));
    let table = policies.paths().unwrap();
    let prefixes: Vec<_> = table.paths.iter().map(|(prefix, _)| &prefix[..]).collect();
    assert_eq!(prefixes, ["/", "/account*", "/account/login*"]);
    let account = at(&policies, "any.example", "/account*");
    check(&[
        Row {
            name: "a preview of the account",
            config: &account,
            request: "GET origin: https://pr-12.preview.example.com",
            response: "200
                access-control-allow-credentials: true
                access-control-allow-origin: https://pr-12.preview.example.com
                access-control-expose-headers: x-request-id
                vary: Origin",
        },
        Row {
            name: "no preview",
            config: &account,
            request: "GET origin: https://pr-x.preview.example.com",
            response: "200
                vary: Origin",
        },
    ]);
}

#[test]
fn kong_by_host() {
    let policies = of_kong(include_str!("../examples/gateway/kong-hosts.yaml"));
    assert!(policies.paths().is_err());
    check(&[
        Row {
            name: "the shop",
            config: &at(&policies, "shop.example.com", "/"),
            request: "GET origin: https://m.example.com",
            response: "200
                access-control-allow-origin: https://m.example.com
                vary: Origin",
        },
        Row {
            name: "the administration",
            config: &at(&policies, "admin.example.com", "/"),
            request: "OPTIONS origin: https://ops.example.com
                access-control-request-method: DELETE",
            response: &format!(
                "200
                access-control-allow-credentials: true
                access-control-allow-headers: authorization, content-type
                access-control-allow-methods: GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS
                access-control-allow-origin: https://ops.example.com
                access-control-max-age: 600
                {VARY}"
            ),
        },
        Row {
            name: "its reports",
            config: &at(&policies, "admin.example.com", "/reports*"),
            request: "GET origin: https://any.example",
            response: "200
                access-control-allow-origin: *",
        },
        Row {
            name: "a tenant",
            config: &at(&policies, "b.tenants.example.com", "/"),
            request: "GET origin: https://a.tenants.example.com",
            response: "200
                access-control-allow-credentials: true
                access-control-allow-origin: https://a.tenants.example.com
                vary: Origin",
        },
    ]);
}
