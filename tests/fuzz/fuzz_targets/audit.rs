//! The regex audit: each witness is allowed by the policy that permits it, and
//! regexes that pass allow no domain of an attacker's.
#![no_main]

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tower_cors::{ConfigErrorKind, CorsConfig, Danger, Origin, OriginPattern, Policy};

fuzz_target!(|input: (&str, &str)| {
    let (regex, label) = input;
    let config = CorsConfig::new([OriginPattern::regex(regex)])
        .allow_credentials(true)
        .dangerously_allow([Danger::InsecureOrigins]);
    let permitted = config.clone().dangerously_allow([Danger::InsecureOrigins, Danger::UnboundedRegex]);
    match config.compile() {
        // What passed allows no domain that nobody wrote down.
        Ok(policy) => {
            for origin in [
                format!("https://{label}.net"),
                format!("https://zq7{label}zq7.com"),
                format!("https://zq7{label}"),
            ] {
                let written = |label: &str| regex.to_ascii_lowercase().contains(label);
                let foreign = |origin: &str| {
                    Origin::parse(origin).is_some_and(|origin| {
                        let host = origin.host().trim_end_matches('.');
                        let registrable = host.rsplit('.').nth(1).unwrap_or(host);
                        registrable.contains("zq7") && !written("zq7") && !written("7")
                    })
                };
                assert!(!(foreign(&origin) && allows(&policy, &origin)), "{regex:?} allows {origin}");
            }
        }
        Err(errors) => {
            for error in errors.iter() {
                if let ConfigErrorKind::Danger { danger: Danger::UnboundedRegex, witness } = error.kind() {
                    let policy = permitted.compile().expect("nothing else is wrong");
                    assert!(witness.is_empty() || allows(&policy, witness), "{regex:?}: {witness}");
                }
            }
        }
    }
});

fn allows(policy: &Policy, origin: &str) -> bool {
    let Ok(value) = HeaderValue::from_str(origin) else {
        return false;
    };
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    policy.decide(&Method::GET, &headers).is_allowed()
}
