//! The compiled matcher against a plain reading of the pattern table, and
//! repairs that compile.
#![no_main]

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tower_cors::{CorsConfig, Origin};

fuzz_target!(|input: (&str, &str)| {
    let (pattern, origin) = input;
    let policy = match CorsConfig::new([pattern]).compile() {
        Ok(policy) => policy,
        Err(errors) => {
            for error in errors.iter() {
                if let Some(repaired) = error.suggestion() {
                    assert!(CorsConfig::new([repaired]).compile().is_ok(), "{pattern:?}: {error}");
                }
            }
            return;
        }
    };
    let Ok(value) = HeaderValue::from_str(origin) else {
        return;
    };
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    let allowed = policy.decide(&Method::GET, &headers).is_allowed();
    assert_eq!(allowed, matches(pattern, origin), "{pattern:?} {origin:?}");
});

fn matches(pattern: &str, origin: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    if pattern == "null" {
        return origin == "null";
    }
    let Some(parsed) = Origin::parse(origin) else {
        return false;
    };
    let (pattern, any_port) = match pattern.strip_suffix(":*") {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let origin = match (any_port, parsed.port()) {
        (true, Some(port)) => origin.strip_suffix(&format!(":{port}")).unwrap_or(origin),
        _ => origin,
    };
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == origin;
    };
    let Some(middle) = origin.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) else {
        return false;
    };
    let whole_labels = before.ends_with("://") && after.starts_with('.');
    let any_host = before.ends_with("://") && after.is_empty();
    !middle.is_empty()
        && (any_host && parsed.port().is_none()
            || !any_host && !middle.ends_with('.') && (whole_labels || !middle.contains('.')))
}
