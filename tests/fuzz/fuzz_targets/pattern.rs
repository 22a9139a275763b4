//! The grammar of patterns, the compiled matcher and the dangers, each against a
//! plain reading of it.
//!
//! The first line is a pattern, each further line an origin.
#![no_main]

#[path = "../../support/suffix_list.rs"]
mod suffix_list;

use std::net::Ipv4Addr;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;
use tower_cors::{ConfigErrorKind, CorsConfig, Danger, Origin, Policy};

use suffix_list::{LIST, is_loopback};

fuzz_target!(|input: &str| {
    let (pattern, origins) = input.split_once('\n').unwrap_or((input, ""));
    let compiled = CorsConfig::new([pattern]).compile();
    assert_eq!(
        compiled.is_ok(),
        is_pattern(pattern),
        "{pattern:?}: {compiled:?}"
    );
    match compiled {
        Ok(policy) => {
            let can_be_sent = |origin: &&str| HeaderValue::from_str(origin).is_ok();
            for origin in origins.split('\n').filter(can_be_sent) {
                assert_eq!(
                    allows(&policy, origin),
                    matches(pattern, origin),
                    "{pattern:?} {origin:?}"
                );
            }
            check_dangers(&policy, pattern);
        }
        Err(errors) => {
            for error in errors.iter() {
                if let Some(repaired) = error.suggestion() {
                    check_repair(pattern, repaired);
                }
            }
        }
    }
});

fn allows(policy: &Policy, origin: &str) -> bool {
    let value = HeaderValue::from_str(origin).expect("a header value");
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    policy.decide((&Method::GET, &headers)).is_allowed()
}

/// Whether it is an origin once its `*` is taken for a name or a port, and has
/// them where they may be.
fn is_pattern(pattern: &str) -> bool {
    if pattern == "*" || pattern == "null" {
        return true;
    }
    let without_port = pattern.strip_suffix(":*");
    let sample = without_port.unwrap_or(pattern).replace('*', "x");
    let Some(origin) = Origin::parse(&sample) else {
        return false;
    };
    let host_start = origin.scheme().len() + 3;
    let host = &pattern[host_start..][..origin.host().len()];
    let is_web = ["http", "https"].contains(&origin.scheme());
    let label = host.split('.').next().unwrap_or_default();
    is_scheme_of_pages(origin.scheme())
        && (without_port.is_none() || origin.port().is_none())
        && !pattern[..host_start].contains('*')
        && match host.matches('*').count() {
            0 => true,
            _ if host == "*" => !is_web && without_port.is_none(),
            1 => {
                let star_before_name = label.starts_with('*')
                    && label[1..].starts_with(|c: char| c.is_ascii_alphanumeric());
                label.contains('*')
                    && label != host.trim_end_matches('.')
                    && label.len() <= 63
                    && !star_before_name
            }
            _ => false,
        }
}

fn is_scheme_of_pages(scheme: &str) -> bool {
    let none = "file ws wss localhost about blob data filesystem ftp ftps javascript mailto tel view-source";
    let is_misspelt =
        |web: &str| scheme != web && is_one_edit_away(scheme.as_bytes(), web.as_bytes());
    ["http", "https"].contains(&scheme)
        || !none.split(' ').any(|other| other == scheme)
            && !is_misspelt("http")
            && !is_misspelt("https")
}

/// One byte more, less or other, or two neighbours swapped.
fn is_one_edit_away(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let rest = |bytes: &'_ [u8], n: usize| bytes.get(n..).map(<[u8]>::to_vec);
    rest(a, 1) == Some(b.to_vec())
        || rest(b, 1) == Some(a.to_vec())
        || !a.is_empty() && rest(a, 1) == rest(b, 1)
        || a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..]
}

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
    let Some(middle) = origin
        .strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
    else {
        return false;
    };
    if before.ends_with("://") && !after.starts_with(['.', '-', '_']) {
        // Any host, here with the pattern's port.
        return middle == parsed.host();
    }
    let whole_labels = before.ends_with("://") && after.starts_with('.');
    !middle.is_empty() && !middle.ends_with('.') && (whole_labels || !middle.contains('.'))
}

/// The dangers that a policy with credentials has to name, and their witnesses.
fn check_dangers(policy: &Policy, pattern: &str) {
    let mut found = Vec::new();
    if let Err(errors) = CorsConfig::new([pattern]).allow_credentials(true).compile() {
        for error in errors.iter() {
            let ConfigErrorKind::Danger {
                danger, witness, ..
            } = error.kind()
            else {
                panic!("{pattern:?}: {error}");
            };
            assert!(
                allows(policy, witness),
                "{pattern:?} does not allow {witness}"
            );
            found.push((*danger, witness.clone()));
        }
    }
    let has = |danger| found.iter().find(|(found, _)| *found == danger);
    assert_eq!(
        has(Danger::AnyOriginWithCredentials).is_some(),
        pattern == "*"
    );
    assert_eq!(has(Danger::NullOrigin).is_some(), pattern == "null");
    let (scheme, rest) = pattern.split_once("://").unwrap_or_default();
    let is_open = rest.strip_suffix(":*").unwrap_or(rest).contains('*');
    let is_web = scheme == "http" || scheme == "https";
    assert_eq!(
        has(Danger::Unbounded).is_some(),
        is_open && !is_web,
        "{pattern:?}"
    );

    let with = |name: &str| match pattern.strip_suffix(":*") {
        Some(pattern) => pattern.replace('*', name),
        None => pattern.replace('*', name),
    };
    let sample = with("x");
    let is_insecure = Origin::parse(&sample)
        .is_some_and(|origin| origin.scheme() == "http" && !is_loopback(origin.host()));
    let insecure = has(Danger::InsecureOrigins);
    assert_eq!(insecure.is_some(), is_insecure, "{pattern:?}");
    if let Some((_, witness)) = insecure {
        assert!(witness.starts_with("http://"), "{pattern:?}: {witness}");
    }

    match has(Danger::PublicSuffixSubdomains) {
        // Somebody else can register another name in its place.
        Some((_, witness)) => {
            // As long, for there may be no room for more.
            let other = match *witness == with("a") {
                true => with("b"),
                false => witness.replacen("evil", "vile", 1),
            };
            assert!(allows(policy, &other), "{pattern:?} does not allow {other}");
            assert_ne!(
                registrable(witness),
                registrable(&other),
                "{pattern:?}: {witness}"
            );
        }
        // Whatever stands for the `*` belongs to whom the pattern's domain belongs to.
        None if is_open && is_web => check_border(pattern, &with),
        None => {}
    }
}

/// With credentials, an origin that matches is allowed if it is of the site of what
/// stands behind the label with the `*`, and in no other case.
fn check_border(pattern: &str, with: &dyn Fn(&str) -> String) {
    let config = CorsConfig::new([pattern])
        .allow_credentials(true)
        .dangerously_allow([Danger::InsecureOrigins]);
    let policy = config.compile().expect(pattern);
    let sample = with("x");
    let host = Origin::parse(&sample).expect(pattern).host();
    let (_, base) = host.split_once('.').expect(pattern);
    // The pattern may have labels only in front of the one with the `*`.
    for name in ["evil", "evil.a", "evil.s3", "evil.b.a", "s3", "auth", "x"] {
        let text = with(name);
        let Some(origin) = Origin::parse(&text) else {
            continue;
        };
        let is_inside = LIST.site(origin.host()) == LIST.site(base);
        assert_eq!(
            allows(&policy, &text),
            is_inside && matches(pattern, &text),
            "{pattern:?}: {text}"
        );
    }
}

fn registrable(origin: &str) -> Option<&str> {
    let host = Origin::parse(origin)?.host();
    LIST.registrable(host.strip_suffix('.').unwrap_or(host))
}

/// A repair compiles, and names no host that was not written.
fn check_repair(pattern: &str, repaired: &str) {
    assert!(is_pattern(repaired), "{pattern:?}: {repaired:?}");
    assert!(
        CorsConfig::new([repaired]).compile().is_ok(),
        "{pattern:?}: {repaired:?}"
    );
    let Some((_, rest)) = repaired.split_once("://") else {
        return;
    };
    let host = rest.trim_start_matches("*.");
    let host = host.strip_suffix(":*").unwrap_or(host);
    let host = match host.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => host,
    };
    let is_address = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
    assert!(
        is_address || pattern.to_ascii_lowercase().contains(host),
        "{pattern:?}: {repaired:?}"
    );
}
