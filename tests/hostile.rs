//! Origins that attackers would send, against each kind of pattern that allows
//! `example.com`. None is allowed by any of them.

mod support;

use std::collections::BTreeSet;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Request, Response};
use tower_cors::{CorsConfig, Origin, OriginPattern, Policy};

use support::compile;

/// The policies under attack, with an origin that each is meant for.
fn policies() -> Vec<(&'static str, Policy, &'static str)> {
    let policy = |pattern: OriginPattern| compile(&CorsConfig::new([pattern]));
    let mut policies = vec![
        (
            "exact",
            policy("https://example.com".into()),
            "https://example.com",
        ),
        (
            "subdomain",
            policy("https://*.example.com".into()),
            "https://a.b.example.com",
        ),
        (
            "in-label",
            policy("https://pr-*.example.com".into()),
            "https://pr-7.example.com",
        ),
        (
            "predicate",
            policy(OriginPattern::predicate(|origin| {
                origin.scheme() == "https"
                    && origin.port().is_none()
                    && origin
                        .host()
                        .split('.')
                        .rev()
                        .take(2)
                        .eq(["com", "example"])
            })),
            "https://x.example.com",
        ),
    ];
    if cfg!(feature = "regex") {
        policies.extend([
            (
                "regex",
                policy(OriginPattern::regex(r"https://([a-z0-9-]+\.)*example\.com")),
                "https://a.example.com",
            ),
            (
                "host regex",
                policy(OriginPattern::host_regex(r"([a-z0-9-]+\.)*example\.com")),
                "https://a.example.com",
            ),
        ]);
    }
    policies
}

/// Texts about which nothing is generated.
const ORIGINS: &[&str] = &[
    // Prefix, suffix, substring.
    "https://evilexample.com",
    "https://evil-example.com",
    "https://evil_example.com",
    "https://example.com.evil.net",
    "https://example.comevil.net",
    "https://example.com-evil.net",
    "https://example.com.",
    "https://a.example.com.",
    "https://pr-7.example.com.",
    "https://example.co",
    "https://example.co.m",
    "https://example.c0m",
    "https://exampl.e.com",
    "https://xample.com",
    "https://example.com.com",
    "https://com.example",
    "https://example",
    "https://com",
    "https://examplexcom",
    "https://example-com",
    "https://pr-7-example.com",
    "https://pr-7example.com",
    "https://pr-7.example.com.evil.net",
    "https://evil.net.example.com.evil.net",
    // User information.
    "https://example.com@evil.net",
    "https://a.example.com@evil.net",
    "https://evil.net@example.com",
    "https://evil.net:pw@example.com",
    "https://:@example.com",
    "https://@example.com",
    // Ports.
    "https://example.com:443",
    "https://example.com:",
    "https://example.com:0",
    "https://example.com:00443",
    "https://example.com:65536",
    "https://example.com:99999999999",
    "https://example.com:-1",
    "https://example.com:+443",
    "https://example.com:44a",
    "https://example.com:443:443",
    "https://example.com:80@evil.net",
    "https://example.com:evil.net",
    // Schemes.
    "HTTPS://example.com",
    "Https://example.com",
    "httpss://example.com:443:1",
    "https:example.com",
    "https:/example.com",
    "https:///example.com",
    "https:////example.com",
    "https:\\\\example.com",
    "//example.com",
    "://example.com",
    "example.com",
    "https://https://example.com",
    "https://http://example.com",
    "https://evil.net/https://example.com",
    "view-source:https://example.com",
    "blob:https://example.com",
    "blob:https://example.com/7b8c1f6e",
    "filesystem:https://example.com",
    "javascript:alert(1)//example.com",
    "data:text/html,https://example.com",
    "file://example.com/",
    "file:///",
    "file://",
    "about:blank",
    "1https://example.com",
    "-https://example.com",
    " https://example.com",
    "\thttps://example.com",
    "https://example.com ",
    "https://example.com\t",
    "https ://example.com",
    "https://example .com",
    // Case.
    "https://EXAMPLE.com",
    "https://example.COM",
    "https://eXample.com",
    "https://PR-7.example.com",
    // Paths, queries, fragments.
    "https://example.com/",
    "https://example.com//",
    "https://example.com/path",
    "https://example.com?",
    "https://example.com?x",
    "https://example.com#",
    "https://example.com#x",
    "https://evil.net/example.com",
    "https://evil.net?example.com",
    "https://evil.net#example.com",
    "https://evil.net/.example.com",
    "https://evil.net?.example.com",
    "https://evil.net#.example.com",
    "https://evil.net\\.example.com",
    "https://evil.net%2f.example.com",
    "https://evil.net%00.example.com",
    "https://evil.net%23.example.com",
    // Labels.
    "https://.example.com",
    "https://..example.com",
    "https://a..example.com",
    "https://example..com",
    "https://example.com..",
    "https://.",
    "https://..",
    "https://",
    // Patterns and what matches them in other tongues.
    "https://*.example.com",
    "https://*",
    "*",
    "https://pr-*.example.com",
    "https://%.example.com",
    "https://?.example.com",
    "https://[a-z].example.com",
    "https://(.*)example.com",
    "https://([a-z0-9-]+\\.)*example\\.com",
    "https://example\\.com",
    // Not one origin.
    "https://example.com https://evil.net",
    "https://evil.net https://example.com",
    "https://example.com,https://evil.net",
    "https://evil.net, https://example.com",
    "https://example.com;https://evil.net",
    "https://example.com|https://evil.net",
    // The opaque origin, and what is like it.
    "null",
    "Null",
    "NULL",
    "null null",
    "nullx",
    "\"null\"",
    "undefined",
    "",
    "''",
    "\"https://example.com\"",
    "<https://example.com>",
    // Addresses.
    "https://93.184.215.14",
    "https://0",
    "https://127.1",
    "https://[::1]",
    "https://[::ffff:93.184.215.14]",
    "https://[example.com]",
    "https://[::1].example.com",
    "https://[::1]example.com",
    "https://1.example.com.1",
    // Unicode, as UTF-8 and as browsers write it.
    "https://еxample.com",
    "https://ex\u{ad}ample.com",
    "https://example\u{3002}com",
    "https://example.com\u{200b}",
    "https://ｅxample.com",
    "https://example.com\u{2024}evil.net",
    "https://xn--xample-2of.com",
    "https://example.xn--com-",
    "https://xn--example.com-",
    "https://example.com\u{0}",
    "https://example.com\u{7f}.evil.net",
];

/// All origins under test: those above, and each byte that browsers and
/// clients may let through in a host.
fn origins() -> BTreeSet<Vec<u8>> {
    let mut origins: BTreeSet<Vec<u8>> = ORIGINS
        .iter()
        .map(|origin| origin.as_bytes().to_vec())
        .collect();
    let specials = b"!\"$&'()*+,;=`{}~|^<>%@\\/?#[]: \t\0\x01\n\r\x1f\x7f\x80\xa0\xff_-";
    for &special in specials {
        for (before, after) in [
            ("https://example.com", ".evil.net"),
            ("https://example.com", "evil.net"),
            ("https://evil.net", "example.com"),
            ("https://example.com", ":443"),
        ] {
            let parts = [before.as_bytes(), &[special], after.as_bytes()];
            origins.insert(parts.concat());
        }
    }
    for length in [254, 328, 1024, 65536] {
        let host = "a.".repeat(length);
        origins.insert(format!("https://{host}example.com").into_bytes());
        origins.insert(format!("https://example.com.{host}").into_bytes());
        origins.insert(format!("{}://example.com", "h".repeat(length)).into_bytes());
        origins.insert(format!("https://example.com:{}", "4".repeat(length)).into_bytes());
        origins.insert(vec![b'.'; length]);
    }
    origins
}

#[test]
fn no_hostile_origin_is_allowed_by_any_pattern() {
    let policies = policies();
    let origins = origins();
    assert!(origins.len() > 250, "{} origins", origins.len());
    for (name, policy, meant) in &policies {
        assert!(
            allows(policy, meant.as_bytes()),
            "{name} is meant for {meant}"
        );
        for origin in &origins {
            let shown = origin[..origin.len().min(80)].escape_ascii();
            assert!(!allows(policy, origin), "{name} allows {shown}");
        }
    }
}

/// Whether any origin is shared with, on the wire of both kinds of request.
fn allows(policy: &Policy, origin: &[u8]) -> bool {
    let Ok(origin) = HeaderValue::from_bytes(origin) else {
        // It cannot be sent in a header; and is no origin for who reads it elsewhere.
        return std::str::from_utf8(origin).is_ok_and(|text| Origin::parse(text).is_some());
    };
    let mut preflight = Request::options("/").body(()).unwrap();
    let headers = preflight.headers_mut();
    headers.insert(ORIGIN, origin.clone());
    headers.insert(
        "access-control-request-method",
        HeaderValue::from_static("GET"),
    );
    let mut actual = Request::get("/").body(()).unwrap();
    actual.headers_mut().insert(ORIGIN, origin);

    let shares = |request: &Request<()>| {
        let action = policy.decide(request).action();
        let response = action.respond(Response::<()>::default);
        has_access_control(response.headers())
    };
    let decided = policy.decide(&actual).is_allowed();
    let seen = [shares(&preflight), shares(&actual)];
    assert_eq!(seen, [decided; 2]);
    decided
}

fn has_access_control(headers: &HeaderMap) -> bool {
    headers
        .keys()
        .any(|name| name.as_str().starts_with("access-control-"))
}
