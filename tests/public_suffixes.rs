//! No open entry lets in a name behind a public suffix, for the whole list.
#![cfg(feature = "regex")]

#[path = "support/suffix_list.rs"]
mod suffix_list;

use std::collections::BTreeSet;

use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method};
use tower_cors::{CorsConfig, OriginPattern, Policy};

use suffix_list::{LIST, Rule, ancestors, parent};

/// A domain that is not a public suffix, and a public suffix below it.
type Row = (&'static str, String);

/// Each public suffix below each domain that someone can have, by the list.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for rule in &LIST.rules {
        let (name, suffix) = match rule {
            Rule::Plain(name) => (name, name.clone()),
            // Any name will do for the star.
            Rule::Star(name) => (name, format!("starred.{name}")),
            // No public suffix: its names are its owner's.
            Rule::Exception(_) => continue,
        };
        assert_eq!(LIST.public_suffix(&suffix), suffix);
        let behind_star = matches!(rule, Rule::Star(_)).then_some(&name[..]);
        let domains = behind_star.into_iter().chain(ancestors(name).skip(1));
        let domains = domains.filter(|domain| LIST.registrable(domain).is_some());
        rows.extend(domains.map(|domain| (domain, suffix.clone())));
    }
    rows
}

/// All names right below these are public suffixes, so what is open there is refused.
fn is_starred(domain: &&str) -> bool {
    LIST.registrable(&format!("any-name.{domain}")).is_none()
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let value = HeaderValue::try_from(origin).expect("a header value");
    let headers = HeaderMap::from_iter([(ORIGIN, value)]);
    policy.decide((&Method::GET, &headers)).is_allowed()
}

fn compile(entries: impl IntoIterator<Item = OriginPattern>) -> Policy {
    let config = CorsConfig::new(entries).allow_credentials(true);
    config.compile().unwrap_or_else(|errors| panic!("{errors}"))
}

/// The domains, and for each the names behind a public suffix below it are denied.
#[track_caller]
fn check(policy: &Policy, domains: &BTreeSet<&str>, rows: &[Row]) -> usize {
    let mut checked = 0;
    for (domain, suffix) in rows.iter().filter(|(domain, _)| domains.contains(domain)) {
        for name in ["evil", "a.evil", "a.evil-a"] {
            let origin = format!("https://{name}.{suffix}");
            assert!(!allows(policy, &origin), "{domain} lets in {origin}");
        }
        checked += 1;
    }
    for domain in domains {
        // What is the domain's own is allowed, so the entry does match.
        let name = format!("zz-own.{domain}");
        let is_own = LIST.registrable(&name) == LIST.registrable(domain);
        let origin = format!("https://{name}");
        assert_eq!(allows(policy, &origin), is_own, "{origin}");
    }
    checked
}

#[test]
fn patterns_let_in_nothing_behind_a_public_suffix() {
    let rows = rows();
    let domains: BTreeSet<_> = rows.iter().map(|&(domain, _)| domain).collect();
    let (starred, open): (BTreeSet<&str>, BTreeSet<&str>) =
        domains.into_iter().partition(is_starred);
    for domain in &starred {
        let pattern = format!("https://*.{domain}");
        let config = CorsConfig::new([&pattern[..]]).allow_credentials(true);
        let errors = config.compile().expect_err(&pattern);
        let codes: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
        assert_eq!(codes, ["public-suffix-subdomains"], "{pattern}");
    }
    let policy = compile(
        open.iter()
            .map(|domain| format!("https://*.{domain}").into()),
    );
    let checked = check(&policy, &open, &rows);
    // The counts of 2026-10-22 are 2,314, 453 and 283.
    let counts = [checked, open.len(), starred.len()];
    assert!(
        checked > 2_000 && open.len() > 400 && starred.len() > 200,
        "{counts:?}"
    );
}

#[test]
fn regexes_let_in_nothing_behind_a_public_suffix() {
    let rows = rows();
    let domains: BTreeSet<_> = rows.iter().map(|&(domain, _)| domain).collect();
    let mut checked = 0;
    for (place, some) in domains
        .iter()
        .copied()
        .collect::<Vec<_>>()
        .chunks(60)
        .enumerate()
    {
        let some: BTreeSet<_> = some.iter().copied().collect();
        for shape in [r"https://([a-z0-9-]+\.)*", r"https://.+\."] {
            let regex = |domain: &&str| {
                let regex = OriginPattern::regex(format!("{shape}{}", domain.replace('.', r"\.")));
                // Of every other policy the border is written, and where none is inferred.
                match place % 2 == 1 || is_starred(domain) {
                    false => regex,
                    true => regex.within([*domain]),
                }
            };
            let policy = compile(some.iter().map(regex));
            for (entry, domain) in policy.config().allow_origins.iter().zip(&some) {
                assert_eq!(entry.within, [*domain], "{entry}");
            }
            checked += check(&policy, &some, &rows);
        }
    }
    // The count of 2026-10-22 is 5,238.
    assert!(checked > 4_500, "{checked}");
}

/// The text and the list that is built in are of different days.
#[test]
fn the_list_that_is_built_in_has_the_rules_of_the_text() {
    let differing = LIST.rules.iter().filter(|rule| {
        let name = match rule {
            Rule::Star(name) => format!("c.b.a.{name}"),
            Rule::Plain(name) | Rule::Exception(name) => format!("b.a.{name}"),
        };
        let built_in =
            psl2::lookup(&name).and_then(|name| name.registrable_domain().map(str::to_owned));
        built_in.as_deref() != LIST.registrable(&name)
    });
    let differing: Vec<_> = differing.collect();
    assert_eq!(differing, <[&Rule; 0]>::default());
    assert!(LIST.rules.len() > 10_000, "{}", LIST.rules.len());
}

#[test]
fn the_text_is_read_as_the_standard_says() {
    let table = [
        ("com", None),
        ("example.com", Some("example.com")),
        ("a.b.example.com", Some("example.com")),
        ("co.uk", None),
        ("a.example.co.uk", Some("example.co.uk")),
        ("ck", None),
        ("a.ck", None),
        ("c.b.a.ck", Some("b.a.ck")),
        ("a.www.ck", Some("www.ck")),
        ("a.city.kobe.jp", Some("city.kobe.jp")),
        ("b.a.kobe.jp", Some("b.a.kobe.jp")),
        ("a.me.github.io", Some("me.github.io")),
        ("a.unknown-tld", Some("a.unknown-tld")),
        ("a.xn--55qx5d.cn", Some("a.xn--55qx5d.cn")),
        ("xn--55qx5d.cn", None),
        ("xn--vermgensberatung-pwb", None),
        (
            "a.b.xn--vermgensberatung-pwb",
            Some("b.xn--vermgensberatung-pwb"),
        ),
    ];
    for (name, expected) in table {
        assert_eq!(LIST.registrable(name), expected, "{name}");
    }
    assert_eq!(parent("a.b.c"), Some("b.c"));
    let has = |rule: &str| LIST.rules.contains(&Rule::Plain(rule.to_owned()));
    assert!(has("xn--vermgensberatung-pwb") && has("xn--55qx5d.cn"));
}
