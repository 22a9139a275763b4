//! The scan of the requested header names against a set.
//!
//! The first line is what the policy allows, each further line one of the request.
#![no_main]

use std::collections::BTreeSet;

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN};
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tower_cors::{AllowHeaders, CorsConfig, DenyReason, Verdict};

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|b| *b == b'\n');
    let listed = lines.next().unwrap_or_default();
    let Ok(listed) = std::str::from_utf8(listed) else {
        return;
    };
    let (listed, credentials) = match listed.strip_suffix('!') {
        Some(listed) => (listed, true),
        None => (listed, false),
    };
    let names: Vec<&str> = listed.split(',').filter(|name| !name.is_empty()).collect();
    let allow_headers = match listed {
        "mirror" => AllowHeaders::Mirror,
        _ => AllowHeaders::from(&names),
    };
    let config = CorsConfig::new(["https://a.example"])
        .allow_headers(allow_headers)
        .allow_credentials(credentials);
    let Ok(policy) = config.compile() else {
        return;
    };

    let mut headers = HeaderMap::new();
    headers.insert(ORIGIN, HeaderValue::from_static("https://a.example"));
    headers.insert(
        ACCESS_CONTROL_REQUEST_METHOD,
        HeaderValue::from_static("GET"),
    );
    let mut asked = Vec::new();
    let mut bytes = 0;
    for line in lines {
        let Ok(value) = HeaderValue::from_bytes(line) else {
            return;
        };
        headers.append(ACCESS_CONTROL_REQUEST_HEADERS, value);
        asked.extend(line.split(|b| *b == b',').map(<[u8]>::trim_ascii));
        bytes += line.len() + 1;
    }

    let set: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let any = listed == "mirror" || set.contains("*");
    let covers = |name: &[u8]| {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let by_any = any && (listed == "mirror" || credentials || name != "authorization");
        set.contains(&name) || by_any && is_token(&name) && !is_forbidden(&name)
    };
    asked.retain(|name| !name.is_empty());
    let missing = asked.iter().copied().find(|name| !covers(name));
    // A list with every name that is allowed is never too long.
    let (room, most) = match any {
        true => (4096, 256),
        false => (
            1024.max(set.iter().map(|name| name.len() + 3).sum()),
            set.len() + 16,
        ),
    };
    let elements = headers
        .get_all(ACCESS_CONTROL_REQUEST_HEADERS)
        .iter()
        .map(|line| line.as_bytes().split(|b| *b == b',').count())
        .sum::<usize>();
    let verdict = policy.decide((&Method::OPTIONS, &headers)).verdict();
    match verdict.expect("a preflight") {
        Verdict::Allowed => {
            assert_eq!(missing, None);
            assert!(bytes <= room && elements <= most);
        }
        Verdict::Denied(DenyReason::HeadersTooLong) => assert!(bytes > room || elements > most),
        Verdict::Denied(DenyReason::HeadersMalformed) => {
            assert!(missing.is_some_and(|name| !is_token(&String::from_utf8_lossy(name))));
        }
        Verdict::Denied(DenyReason::HeaderForbidden(name)) => {
            assert_eq!(missing, Some(name.as_bytes()));
            assert!(is_forbidden(&name.to_lowercase()));
        }
        Verdict::Denied(DenyReason::HeaderNotAllowed(name)) => {
            assert_eq!(missing, Some(name.as_bytes()));
            assert!(is_token(name) && !is_forbidden(&name.to_lowercase()));
        }
        verdict => panic!("{verdict:?}"),
    }
});

fn is_token(name: &str) -> bool {
    let is_byte = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    !name.is_empty() && name.chars().all(is_byte)
}

/// The forbidden request-header names of the Fetch standard, and the one of the
/// private network access draft.
fn is_forbidden(name: &str) -> bool {
    const NAMES: &str = "accept-charset accept-encoding access-control-request-headers \
        access-control-request-method access-control-request-private-network connection \
        content-length cookie cookie2 date dnt expect host keep-alive origin referer set-cookie \
        te trailer transfer-encoding upgrade via";
    name.starts_with("proxy-")
        || name.starts_with("sec-")
        || NAMES.split(' ').any(|forbidden| forbidden == name)
}
