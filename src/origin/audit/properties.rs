//! Properties of audits.
//!
//! The seed is fixed, so a run repeats. For more cases, set `PROPTEST_CASES`.

use proptest::prelude::*;
use proptest::sample::{Select, select};
use proptest::test_runner::RngSeed;

use super::*;
use crate::origin::site::is_loopback;
use crate::origin::whole;

/// One of some words with a space between them.
fn one_of(words: &'static str) -> Select<&'static str> {
    select(words.split(' ').collect::<Vec<_>>())
}

/// Some of some words, joined.
fn some_of(
    words: &'static str,
    count: std::ops::Range<usize>,
    joint: &'static str,
) -> impl Strategy<Value = String> {
    prop::collection::vec(one_of(words), count).prop_map(move |words| words.join(joint))
}

/// Origins, and what almost is one, of what regexes and grammars trip over.
fn texts() -> impl Strategy<Value = String> {
    let bytes = "a b com co uk example localhost s3 . . . - _ 0 1 127 255 256 0x f evil";
    let names = "a b com co uk io example github s3 amazonaws evil localhost ck code run";
    let host = prop_oneof![
        3 => some_of(bytes, 1..8, ""),
        6 => some_of(names, 1..5, "."),
        1 => some_of("0 1 127 255 256 01", 3..6, "."),
        1 => some_of(": : :: 0 1 ab 1234", 1..16, "").prop_map(|address| format!("[{address}]")),
    ];
    let ports = ":1 :80 :443 :8443 :65535 :65536 :0 :080 : :100000";
    let port = prop_oneof![Just(""), one_of(ports)];
    (
        one_of("https https http http app httpx h+1.- 1a"),
        host,
        port,
    )
        .prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

/// Regexes of some parts, some of them sound in places where others are not.
fn regexes() -> impl Strategy<Value = String> {
    let parts = r"a b - example evil com co uk github io s3 amazonaws localhost 127 1 \. \. \. \.com \.co\.uk \.github\.io code run \.code\.run . .* .+ [ab] [a-z] [a-z]+ [a-z0-9-]+\. \d \d+ [^.]+ \w{2} \b \B ^ $ :\d+ (:\d+)? :443 :80 \[::1\] [.]";
    let tree = one_of(parts)
        .prop_map(str::to_owned)
        .prop_recursive(3, 24, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 1..5);
            prop_oneof![
                4 => list.clone().prop_map(|parts| parts.concat()),
                1 => list.prop_map(|parts| format!("({})", parts.join("|"))),
                1 => inner.clone().prop_map(|part| format!("({part})?")),
                1 => inner.clone().prop_map(|part| format!("({part})*")),
                1 => inner.prop_map(|part| format!("({part}){{1,2}}")),
            ]
        });
    let scheme = one_of("https:// https:// https?:// http:// app:// .*");
    let end = one_of(r"\.com \.com example\.com \.co\.uk \.github\.io \.code\.run (:\d+)?");
    (scheme, tree, end).prop_map(|(scheme, tree, end)| format!("{scheme}{tree}{end}"))
}

/// Regexes without loops, dots and wide classes.
fn spelled_out() -> impl Strategy<Value = String> {
    let parts = one_of(r"a b example com co uk - \. \. \.com [ab] [12]");
    let tree = parts
        .prop_map(str::to_owned)
        .prop_recursive(3, 16, 4, |inner| {
            let list = prop::collection::vec(inner.clone(), 1..5);
            prop_oneof![
                4 => list.clone().prop_map(|parts| parts.concat()),
                1 => list.prop_map(|parts| format!("({})", parts.join("|"))),
                1 => inner.prop_map(|part| format!("({part})?")),
            ]
        });
    tree.prop_map(|tree| format!(r"https?://{tree}(\.com|\.co\.uk)"))
}

/// Whether a grammar allows the text, read as the graph reads it.
fn allows(grammar: Grammar, text: &str) -> bool {
    grammar.starts().into_iter().any(|start| {
        let mut bytes = text.bytes().rev();
        let end = bytes.try_fold(start, |place, byte| grammar.step(place, byte));
        end.is_some_and(|place| grammar.accepts(place))
    })
}

/// The pin of an origin, worked out from its text.
fn pin<'a>(origin: &Origin<'a>) -> &'a str {
    let host = origin.host();
    let name = host.strip_suffix('.').unwrap_or(host);
    if name == "localhost" || name.ends_with(".localhost") {
        "localhost"
    } else if host.starts_with('[') || is_numeric_host(host) {
        name
    } else {
        site::registrable(host).unwrap_or(name)
    }
}

/// Whether the pins cover an origin that the regex allows.
fn covers(pins: &[Box<str>], origin: &Origin<'_>) -> bool {
    let has = |pin: &str| pins.iter().any(|other| **other == *pin);
    let host = origin.host();
    let name = host.strip_suffix('.').unwrap_or(host);
    // A public suffix is nobody's to register, so that a domain above it will do;
    // but not where all names are public suffixes.
    let is_alone = || {
        let parent = name.split_once('.').map(|(_, parent)| parent);
        !parent.is_some_and(site::is_above_suffixes)
    };
    let is_below = || pins.iter().any(|pin| name.ends_with(&format!(".{pin}")));
    has(pin(origin)) || has(name) || (site::is_public_suffix(host) && is_alone() && is_below())
}

/// Whether some origin is allowed below a pin, or on it.
fn is_used(regex: &Whole, subject: Subject, pin: &str) -> bool {
    let auditor = Auditor {
        subject,
        compiled: &regex.compiled,
        nfa: Nfa::new(&regex.hir),
    };
    [Scope::Web, Scope::Foreign].into_iter().any(|scope| {
        let graph = auditor.graph(scope).unwrap();
        [("", true), (".", true), ("", false), (".", false)]
            .into_iter()
            .any(|(root, whole)| {
                let host = if whole {
                    format!("{pin}{root}")
                } else {
                    format!(".{pin}{root}")
                };
                auditor.spell(&graph, scope, &host, whole, None).is_some()
            })
    })
}

/// Judges an audit by origins that the compiled regex allows.
fn judge(source: &str, subject: Subject, texts: &[String]) -> Result<(), TestCaseError> {
    let regex = whole::check(source).unwrap();
    let compiled = &regex.compiled;
    let allows = |origin: &Origin<'_>| match subject {
        Subject::Origin => compiled.is_match(origin.as_str().as_bytes()),
        Subject::Host => compiled.is_match(origin.host().as_bytes()),
    };
    let Audit { finding, insecure } = audit(&regex, subject);
    let origins = texts.iter().filter_map(|text| Origin::parse(text));
    for origin in origins.filter(allows) {
        match &finding {
            Finding::Pinned(pins) => {
                prop_assert!(covers(pins, &origin), "{source}: {origin} {pins:?}");
            }
            Finding::NeverMatches => prop_assert!(false, "{source}: {origin}"),
            Finding::Unpinned { .. } | Finding::UnderSuffix { .. } | Finding::TooComplex => {}
        }
        let is_insecure = origin.scheme() == "http" && !is_loopback(origin.host());
        let missed = is_insecure && insecure.is_none() && finding != Finding::TooComplex;
        prop_assert!(!missed, "{source}: {origin}");
    }
    if let Finding::Pinned(pins) = &finding {
        for pin in pins {
            prop_assert!(is_used(&regex, subject, pin), "{source}: {pin}");
        }
    }
    if let Finding::Unpinned { witness } | Finding::UnderSuffix { witness } = &finding {
        let origin = Origin::parse(witness);
        prop_assert!(
            origin.is_some_and(|origin| allows(&origin)),
            "{source}: {witness}"
        );
    }
    if let Some(witness) = &insecure {
        let origin = Origin::parse(witness);
        let holds = origin.is_some_and(|origin| {
            allows(&origin) && origin.scheme() == "http" && !is_loopback(origin.host())
        });
        prop_assert!(holds, "{source}: {witness}");
    }
    Ok(())
}

fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(cases, |_| default.cases),
        rng_seed: RngSeed::Fixed(6454),
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn the_grammar_is_that_of_the_parser(text in texts()) {
        let allows = |scope| allows(Grammar { subject: Subject::Origin, scope }, &text);
        let origin = Origin::parse(&text);
        let web = origin.is_some_and(|origin| matches!(origin.scheme(), "http" | "https"));
        let insecure = origin.is_some_and(|origin| {
            origin.scheme() == "http" && !is_loopback(origin.host())
        });
        if text.contains('[') {
            // More may be allowed, never less.
            prop_assert!(allows(Scope::Web) || !web);
            prop_assert!(allows(Scope::Insecure) || !insecure);
            prop_assert!(allows(Scope::Foreign) || web || origin.is_none());
        } else {
            prop_assert_eq!(allows(Scope::Web), web);
            prop_assert_eq!(allows(Scope::Insecure), insecure);
            prop_assert_eq!(allows(Scope::Foreign), origin.is_some() && !web);
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn audits_hold_for_origins(source in regexes(), texts in prop::collection::vec(texts(), 200)) {
        judge(&source, Subject::Origin, &texts)?;
    }

    #[test]
    fn what_is_spelled_out_is_not_refused(source in spelled_out()) {
        let regex = whole::check(&source).unwrap();
        let mut registries = ["com", "uk", "co.uk"].into_iter();
        let takes_registry = registries
            .any(|host| regex.compiled.is_match(format!("https://{host}").as_bytes()));
        let finding = audit(&regex, Subject::Origin).finding;
        if let Finding::Unpinned { witness } = &finding {
            // But for a word that is glued to a domain which is allowed as well.
            let domain = pin(&Origin::parse(witness).unwrap());
            let is_glued = (1..domain.len())
                .map(|at| &domain[at..])
                .any(|rest| site::registrable(rest) == Some(rest)
                    && is_used(&regex, Subject::Origin, rest));
            prop_assert!(takes_registry || is_glued, "{source}: {finding:?}");
        }
    }

    #[test]
    fn audits_hold_for_hosts(
        source in regexes().prop_map(|source| source.replace("https://", "").replace("https?://", "")),
        texts in prop::collection::vec(texts(), 200),
    ) {
        judge(&source, Subject::Host, &texts)?;
    }
}
