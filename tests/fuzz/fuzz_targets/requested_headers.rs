//! The scan of the requested header names against a set.
#![no_main]

use std::collections::BTreeSet;

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tower_cors::{CorsConfig, DenyReason, Verdict};

fuzz_target!(|input: (Vec<&str>, Vec<&[u8]>)| {
    let (listed, lines) = input;
    if listed.iter().any(|name| *name == "*") {
        return;
    }
    let config = CorsConfig::new(["https://a.example"]).allow_headers(&listed);
    let Ok(policy) = config.compile() else {
        return;
    };
    let mut headers = HeaderMap::new();
    headers.insert(ORIGIN, HeaderValue::from_static("https://a.example"));
    headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("GET"));
    let mut asked = Vec::new();
    for line in lines {
        let Ok(value) = HeaderValue::from_bytes(line) else {
            return;
        };
        headers.append(ACCESS_CONTROL_REQUEST_HEADERS, value);
        asked.extend(line.split(|b| *b == b',').map(<[u8]>::trim_ascii));
    }
    let set: BTreeSet<Vec<u8>> = listed.iter().map(|name| name.to_lowercase().into_bytes()).collect();
    let covered = asked.iter().all(|name| name.is_empty() || set.contains(&name.to_ascii_lowercase()));
    match policy.decide(&Method::OPTIONS, &headers).verdict() {
        Verdict::Allowed => assert!(covered),
        // A list of ordinary length is never too long.
        Verdict::Denied(DenyReason::HeadersTooLong) => assert!(asked.len() > set.len() + 16 || asked.concat().len() > 900),
        Verdict::Denied(_) => assert!(!covered),
        Verdict::NotCors => panic!("it has an origin"),
    }
});
