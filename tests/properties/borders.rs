//! With credentials, what an open entry allows is within its border.
//!
//! The oracle reads the border off the entry in [`Policy::config`], or off the pattern,
//! and asks the text of the public suffix list. It does not look at regexes.

#[path = "../support/suffix_list.rs"]
mod suffix_list;

use http::{HeaderMap, HeaderValue, Method};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use tower_cors::{
    CorsConfig, Danger, DenyReason, Origin, OriginPattern, PatternKind, Policy, Verdict,
};

use crate::settings;
use crate::strategies::one_of;
use suffix_list::{LIST, is_loopback};

const DOMAINS: [&str; 12] = [
    "example.com",
    "app.example.com",
    "example.co.uk",
    "me.github.io",
    "amazonaws.com",
    "b.s3.amazonaws.com",
    "code.run",
    "app.name.code.run",
    "city.kobe.jp",
    "localhost",
    "intranet",
    "10.0.0.1",
];

/// Hosts that are in a border, or next to one.
const HOSTS: [&str; 22] = [
    "example.com",
    "example.com.",
    "example.co",
    "exampleacom",
    "appexample.com",
    "example.com.evil.net",
    "example.co.uk",
    "co.uk",
    "me.github.io",
    "github.io",
    "amazonaws.com",
    "s3.amazonaws.com",
    "b.s3.amazonaws.com",
    "name.code.run",
    "app.name.code.run",
    "city.kobe.jp",
    "kobe.jp",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "intranet",
    "10.0.0.1",
];

/// Few hosts, so that entries and origins meet.
fn hosts() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(HOSTS.to_vec(), 3)
}

fn origin(hosts: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let host = (
        vec(one_of(&["a", "evil", "app", "s3", "pr-1", "aa"]), 0..3),
        one_of(&["", "", "", "", "", "x", "evil"]),
        one_of(hosts),
    );
    let host = host.prop_map(|(labels, glued, host)| {
        let labels: String = labels.into_iter().flat_map(|label| [label, "."]).collect();
        format!("{labels}{glued}{host}")
    });
    let scheme = one_of(&["https", "https", "https", "http", "app"]);
    let port = one_of(&["", "", ":8443", ":1", ":80"]);
    (scheme, host, port).prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

/// Dots that are escaped, or not, or are there at times only.
fn name(hosts: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let dot = one_of(&[r"\.", r"\.", r"\.", ".", r"\.?", "[.-]", r"(\.|-)"]);
    (one_of(hosts), dot).prop_map(|(host, dot)| {
        host.replace('[', r"\[")
            .replace(']', r"\]")
            .replace('.', dot)
    })
}

const LABELS: [&str; 14] = [
    "",
    "",
    r"(.*\.)?",
    r".*\.",
    r".+\.",
    r"([a-z0-9-]+\.)*",
    r"[^.]+\.",
    r"(a|evil)\.",
    r"pr-\d+\.",
    ".*",
    r"[a-z.]*",
    r"\w*",
    "evil",
    r"(www\.?)?",
];

const ENDS: [&str; 8] = ["", "", "", "?", ".*", "[a-z]?", r"(\.evil\.net)?", r"\.?"];
const PORTS: [&str; 7] = ["", "", r"(:\d+)?", r":\d+", r"(:.*)?", ":8443", r":84\d\d"];
const SCHEMES: [&str; 7] = [
    "https://",
    "https://",
    "https://",
    "https?://",
    "(http|app|https)://",
    "[a-z]+://",
    ".*",
];

fn alternatives(hosts: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let host = (one_of(&LABELS), name(hosts), one_of(&ENDS));
    let host = host.prop_map(|(labels, name, end)| format!("{labels}{name}{end}"));
    vec(host, 1..3).prop_map(|hosts| match &hosts[..] {
        [host] => host.clone(),
        hosts => format!("({})", hosts.join("|")),
    })
}

fn entry(hosts: &[&'static str]) -> impl Strategy<Value = OriginPattern> + use<> {
    let near = |domain: &&&str| hosts.contains(domain);
    let mut domains: Vec<_> = DOMAINS.iter().filter(near).copied().collect();
    domains.extend(["example.com", "localhost"]);
    let within = prop_oneof![Just(Vec::new()), subsequence(domains, 1..=2)];
    let regex = (one_of(&SCHEMES), alternatives(hosts), one_of(&PORTS))
        .prop_map(|(scheme, hosts, port)| OriginPattern::regex(format!("{scheme}{hosts}{port}")));
    let regex = prop_oneof![
        3 => regex,
        1 => alternatives(hosts).prop_map(OriginPattern::host_regex),
        1 => Just(OriginPattern::regex(".*")),
        1 => Just(OriginPattern::host_regex(".*")),
        1 => Just(OriginPattern::predicate(|_| true)),
        1 => Just(OriginPattern::predicate(|origin| origin.host().len() % 2 == 0)),
    ];
    let open = (regex, within).prop_map(|(regex, within)| regex.within(within));
    let star = one_of(&["*.", "pr-*.", "*-x.", "*.a."]);
    let pattern = (
        one_of(&["https", "http", "app"]),
        star,
        one_of(hosts),
        one_of(&["", ":*", ":8443"]),
    )
        .prop_map(|(scheme, star, host, port)| format!("{scheme}://{star}{host}{port}").into());
    prop_oneof![3 => open, 1 => pattern]
}

/// An entry, and origins.
fn case() -> impl Strategy<Value = (OriginPattern, Vec<String>)> {
    hosts().prop_flat_map(|hosts| (entry(&hosts), vec(origin(&hosts), 32)))
}

/// Entries, and origins.
fn several() -> impl Strategy<Value = (Vec<OriginPattern>, Vec<String>)> {
    hosts().prop_flat_map(|hosts| (vec(entry(&hosts), 2..6), vec(origin(&hosts), 32)))
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let value = HeaderValue::try_from(origin).expect("a value");
    let headers = HeaderMap::from_iter([(http::header::ORIGIN, value)]);
    policy.decide((&Method::GET, &headers)).is_allowed()
}

/// The origin is within the border of an entry, if its danger lifts no test of that.
fn is_within(entry: &OriginPattern, origin: &Origin<'_>, lifts_scheme: bool) -> bool {
    let host = origin.host();
    let is_secure = origin.scheme() == "https"
        || origin.scheme() == "http" && (lifts_scheme || is_loopback(host));
    let is_around = match &entry.kind {
        PatternKind::Text(pattern) => {
            let (_, base) = pattern.split_once('*').expect("an open pattern");
            let (_, base) = base.split_once('.').expect("labels behind the first");
            let base = base
                .strip_suffix(":*")
                .or(base.strip_suffix(":8443"))
                .unwrap_or(base);
            host.ends_with(&format!(".{base}")) && LIST.site(host) == LIST.site(base)
        }
        _ => entry
            .within
            .iter()
            .any(|domain| LIST.is_within(host, domain)),
    };
    is_secure && is_around
}

proptest! {
    #![proptest_config(ProptestConfig { cases: settings().cases * 8, ..settings() })]

    /// Nothing is taken on: secure, and of a site that is known.
    #[test]
    fn with_credentials_nothing_leaves_the_border_of_an_entry((entry, origins) in case()) {
        let config = CorsConfig::new([entry]).allow_credentials(true);
        // What is refused lets in nobody.
        if let Ok(policy) = config.compile() {
            let entry = &policy.config().allow_origins[0];
            for text in &origins {
                if allows(&policy, text) {
                    let origin = Origin::parse(text).expect("an origin");
                    prop_assert!(is_within(entry, &origin, false), "{} allows {}", entry, text);
                }
            }
        }
    }

    /// Beside others, each in its own border: what is allowed is within one of them.
    #[test]
    fn entries_do_not_widen_one_another((entries, origins) in several()) {
        let compiles = |entry: &OriginPattern| {
            CorsConfig::new([entry.clone()]).allow_credentials(true).compile().is_ok()
        };
        let entries: Vec<_> = entries.into_iter().filter(compiles).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let config = CorsConfig::new(entries.clone()).allow_credentials(true);
        let policy = config.compile().expect("each compiles");
        let alone = entries.iter().map(|entry| {
            let config = CorsConfig::new([entry.clone()]).allow_credentials(true);
            config.compile().expect("it compiles")
        });
        let alone: Vec<_> = alone.collect();
        for text in &origins {
            let expected = alone.iter().any(|policy| allows(policy, text));
            prop_assert_eq!(allows(&policy, text), expected, "{:?} for {}", entries, text);
        }
    }

    /// The danger of the scheme lifts that, and no border.
    #[test]
    fn insecure_origins_lifts_the_scheme_alone((entry, origins) in case()) {
        let danger = Danger::InsecureOrigins.for_entry(entry.clone());
        let config = CorsConfig::new([entry]).allow_credentials(true).dangerously_allow([danger]);
        if let Ok(policy) = config.compile() {
            let entry = &policy.config().allow_origins[0];
            for text in &origins {
                if allows(&policy, text) {
                    let origin = Origin::parse(text).expect("an origin");
                    prop_assert!(is_within(entry, &origin, true), "{} allows {}", entry, text);
                }
            }
        }
    }

    /// A border takes away what is outside of it, and nothing else.
    #[test]
    fn a_border_takes_away_what_is_outside_of_it_alone((entry, origins) in case()) {
        let config = CorsConfig::new([entry]).allow_credentials(true);
        if let Ok(policy) = config.compile() {
            let entry = policy.config().allow_origins[0].clone();
            let anywhere = CorsConfig::new([entry.clone().within([""; 0])]);
            let anywhere = anywhere.compile().expect("it compiles with a border");
            for text in &origins {
                let is_inside = Origin::parse(text)
                    .is_some_and(|origin| is_within(&entry, &origin, false));
                let expected = is_inside && allows(&anywhere, text);
                prop_assert_eq!(allows(&policy, text), expected, "{} for {}", entry, text);
            }
        }
    }
}

/// The strategies meet: of the entries some compile, of the origins some are allowed,
/// and some match outside of a border.
#[test]
fn the_properties_are_not_empty() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::new(settings());
    let (mut compiled, mut allowed, mut outside) = (0, 0, 0);
    for _ in 0..1_000 {
        let case = case().new_tree(&mut runner).expect("a case");
        let (entry, origins) = case.current();
        let config = CorsConfig::new([entry]).allow_credentials(true);
        if let Ok(policy) = config.compile() {
            compiled += 1;
            for text in &origins {
                let value = HeaderValue::try_from(text).expect("a value");
                let headers = HeaderMap::from_iter([(http::header::ORIGIN, value)]);
                match policy.decide((&Method::GET, &headers)).verdict() {
                    Some(Verdict::Allowed) => allowed += 1,
                    Some(Verdict::Denied(DenyReason::OriginOutsideBorder(_))) => {
                        outside += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(
        compiled > 300 && allowed > 300 && outside > 300,
        "{compiled} {allowed} {outside}"
    );
}
