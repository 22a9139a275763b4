//! What holds of every import: it does not panic, and it does not allow more.
#![cfg(all(feature = "kong", feature = "krakend"))]

use http::header::{HeaderMap, HeaderValue, ORIGIN};
use http::{HeaderName, Method};
use proptest::prelude::*;
use regex::bytes::RegexBuilder;
use serde_json::{Value, json};
use tower_cors::import::kong::{self, Generation};
use tower_cors::import::{Document, krakend};
use tower_cors::{Origin, Policy};

/// Values with the keys and the words that the importers know.
fn value() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "*",
        "cors",
        "GET",
        "put",
        "X-A",
        "12h",
        "-1s",
        "true",
        "a, b",
        "~/a",
        "/a",
        "3.0",
        "1.1",
        "",
        "https://a.example",
        "https://*.a.example",
        "http*",
        "^a|b$",
        "null",
        "a.example",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "version",
        "extra_config",
        "security/cors",
        "allow_origins",
        "allow_methods",
        "allow_headers",
        "expose_headers",
        "allow_credentials",
        "max_age",
        "debug",
        "options_success_status",
        "_format_version",
        "services",
        "routes",
        "plugins",
        "apis",
        "name",
        "config",
        "origins",
        "origin",
        "methods",
        "headers",
        "exposed_headers",
        "credentials",
        "route",
        "service",
        "paths",
        "hosts",
        "enabled",
        "config.origins",
    ]);
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(keys.clone(), inner, 0..8)
                .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let origin = HeaderValue::from_str(origin).unwrap();
    let headers: HeaderMap = [(ORIGIN as HeaderName, origin)].into_iter().collect();
    policy.decide(&Method::GET, &headers).is_allowed()
}

/// Kong's own rule for a regex entry, on an origin that browsers send.
fn kong_allows(entry: &str, origin: &str) -> bool {
    let mut regex = entry.to_owned();
    if !regex.ends_with('$') {
        regex.push('$');
    }
    let regex = regex.strip_prefix('^').unwrap_or(&regex);
    let subject = match regex.contains(':') {
        true => origin,
        false => Origin::parse(origin).unwrap().host(),
    };
    let anchored = RegexBuilder::new(&format!(r"\A(?:{regex})"))
        .unicode(false)
        .build();
    anchored.is_ok_and(|regex| regex.is_match(subject.as_bytes()))
}

const ORIGINS: [&str; 10] = [
    "https://a",
    "http://a.b",
    "https://a.b",
    "https://b.a.b",
    "https://aab",
    "https://aaab.a",
    "http://b:8080",
    "https://a.b:8443",
    "https://a.b.c",
    "tauri://a",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_document_makes_an_import_panic(value in value()) {
        let document: Document = serde_json::from_value(value).unwrap();
        let _ = krakend::import(&document);
        let _ = kong::import(&document).map(|imported| imported.config.compile().is_ok());
        for generation in [Generation::V0, Generation::V1, Generation::V3] {
            let _ = kong::plugin(&document, generation);
        }
    }

    #[test]
    fn a_regex_of_kong_allows_no_more(
        entry in r"\^?(https?://|https://|http.*)?([ab]|\.|\.\*|\\\.|\||\(a\|b\)|[ab]\+|:|\$|\^|\?){0,8}\$?",
    ) {
        let document = json!({"name": "cors", "config": {"origins": [entry, "https://x.example"]}});
        let document: Document = serde_json::from_value(document).unwrap();
        let is_literal = entry.bytes().all(|b| b.is_ascii_alphanumeric() || b".:/-".contains(&b));
        prop_assume!(!is_literal);
        let Ok(imported) = kong::plugin(&document, Generation::V3) else {
            return Ok(());
        };
        let policy = imported.config.unwrap().compile().unwrap();
        for origin in ORIGINS {
            prop_assert!(!allows(&policy, origin) || kong_allows(&entry, origin), "{} {}", entry, origin);
        }
    }

    #[test]
    fn a_wildcard_of_krakend_allows_the_same(entry in r"(https?://|h|tauri:)[ab.]{0,3}\*[ab.]{0,3}(:8[0-9]{3})?") {
        let document = json!({"allow_origins": [entry, "https://x.example"]});
        let document: Document = serde_json::from_value(document).unwrap();
        let imported = krakend::import(&document).unwrap();
        let policy = imported.config.unwrap().compile().unwrap();
        let (before, after) = entry.split_once('*').unwrap();
        for origin in ORIGINS {
            let krakend = origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after);
            prop_assert_eq!(allows(&policy, origin), krakend, "{} {}", entry, origin);
        }
    }
}
