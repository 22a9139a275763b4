//! How far open entries reach with credentials: what is refused when a policy is
//! compiled, what is denied when a request is decided, and what stays allowed.
#![cfg(feature = "regex")]

mod dangers;
mod regexes;
#[path = "../support/mod.rs"]
mod support;
mod within;

use tower_cors::{CorsConfig, DenyReason, OriginPattern, PatternKind, Policy, Verdict};

use support::{compile, request};

/// What is decided about an origin.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Is {
    Allowed,
    /// No entry matches.
    NotAllowed,
    /// The first entry matches, and has a border that the origin is outside of.
    Outside,
}

use Is::{Allowed, NotAllowed, Outside};

/// An origin, and what is decided about it.
type Decided = (&'static str, Is);

fn regex(regex: &str) -> OriginPattern {
    OriginPattern::regex(regex)
}

fn host_regex(regex: &str) -> OriginPattern {
    OriginPattern::host_regex(regex)
}

fn text(text: &str) -> OriginPattern {
    OriginPattern::from(text)
}

fn with_credentials(entries: impl IntoIterator<Item = OriginPattern>) -> CorsConfig {
    CorsConfig::new(entries).allow_credentials(true)
}

#[track_caller]
fn decide(policy: &Policy, origin: &str) -> Is {
    let request = request("GET", [("origin", origin)]);
    match policy.decide(&request).verdict() {
        Some(Verdict::Allowed) => Allowed,
        Some(Verdict::Denied(DenyReason::OriginNotAllowed)) => NotAllowed,
        Some(Verdict::Denied(DenyReason::OriginOutsideBorder(outside))) => {
            assert_eq!(outside.entry(), &policy.config().allow_origins[0]);
            Outside
        }
        other => panic!("{origin}: {other:?}"),
    }
}

/// Why an origin is denied, in words.
#[track_caller]
fn reason(policy: &Policy, origin: &str) -> String {
    let request = request("GET", [("origin", origin)]);
    match policy.decide(&request).verdict() {
        Some(Verdict::Denied(reason)) => reason.to_string(),
        other => panic!("{origin}: {other:?}"),
    }
}

/// The field, the code and the repair of each error.
#[track_caller]
fn faults(config: &CorsConfig) -> Vec<(String, &'static str, Option<String>)> {
    let errors = config.compile().expect_err("errors");
    let fault = |error: &tower_cors::ConfigError| {
        let repair = error.suggestion().map(str::to_owned);
        (error.field().to_owned(), error.kind().code(), repair)
    };
    errors.iter().map(fault).collect()
}

#[track_caller]
fn codes(config: &CorsConfig) -> Vec<&'static str> {
    faults(config)
        .into_iter()
        .map(|(_, code, _)| code)
        .collect()
}

/// The entry as a file has it; `None` of a predicate.
fn in_file(entry: &OriginPattern) -> Option<String> {
    let (key, regex) = match &entry.kind {
        PatternKind::Text(text) => return Some(format!("\"{text}\"")),
        PatternKind::Regex(regex) => ("regex", regex),
        PatternKind::HostRegex(regex) => ("host_regex", regex),
        _ => return None,
    };
    let within = match &entry.within[..] {
        [] => String::new(),
        [domain] => format!(", within = \"{domain}\""),
        domains => format!(", within = {domains:?}"),
    };
    Some(format!("{{ {key} = '{regex}'{within} }}"))
}

/// A file with the entry says the same as code.
#[track_caller]
fn assert_in_file(config: &CorsConfig) {
    #[cfg(feature = "serde")]
    if let Some(entries) = config
        .allow_origins
        .iter()
        .map(in_file)
        .collect::<Option<Vec<_>>>()
    {
        let file = format!(
            "allow_credentials = true\nallow_origins = [{}]",
            entries.join(", ")
        );
        assert_eq!(toml::from_str(&file).as_ref(), Ok(config), "{file}");
    }
    #[cfg(not(feature = "serde"))]
    let _ = (config, in_file);
}

/// The entry compiles with credentials, in code and in a file, and decides this.
#[track_caller]
fn check(entry: impl Into<OriginPattern>, decided: &[Decided]) {
    let entry = entry.into();
    let config = with_credentials([entry.clone()]);
    assert_in_file(&config);
    let policy = compile(&config);
    assert!(policy.advisories().iter().all(regexes::is_dead), "{entry}");
    for &(origin, expected) in decided {
        assert_eq!(decide(&policy, origin), expected, "{entry} and {origin}");
    }
}

/// The entry is refused with credentials, in code and in a file, for one reason. Without
/// them it is not.
#[track_caller]
fn refused(entry: impl Into<OriginPattern>, code: &str) {
    let entry = entry.into();
    let config = with_credentials([entry.clone()]);
    assert_in_file(&config);
    assert_eq!(codes(&config), [code], "{entry}");
    let _ = compile(&config.allow_credentials(false));
}

#[test]
fn plain_http_is_outside_of_every_border() {
    check(
        regex(
            r"https?://(my-application\.example\.com|localhost|127\.0\.0\.1|\[0:0:0:0:0:0:0:1\]|\[::1\])(:\d+)?",
        ),
        &[
            ("https://my-application.example.com", Allowed),
            ("https://my-application.example.com:8443", Allowed),
            ("http://my-application.example.com", Outside),
            ("http://my-application.example.com:8080", Outside),
            ("http://localhost", Allowed),
            ("http://localhost:3000", Allowed),
            ("https://localhost:3000", Allowed),
            ("http://127.0.0.1:3000", Allowed),
            ("http://[::1]:3000", Allowed),
            ("http://127.0.0.2:3000", NotAllowed),
        ],
    );
    check(
        host_regex(r"(.+\.)?example\.com|\[0::1\]"),
        &[
            ("https://app.example.com", Allowed),
            ("https://example.com:8443", Allowed),
            ("http://app.example.com", Outside),
            ("app://app.example.com", Outside),
            ("http://localhost", NotAllowed),
        ],
    );
    check(
        OriginPattern::predicate(|_| true).within(["example.com"]),
        &[
            ("https://example.com", Allowed),
            ("http://example.com", Outside),
            ("wss://example.com", Outside),
            ("http://localhost", Outside),
        ],
    );
    check(
        regex(r"[a-z]+://(.*\.)?example\.com"),
        &[
            ("https://example.com", Allowed),
            ("http://example.com", Outside),
            ("app://example.com", Outside),
        ],
    );
}

#[test]
fn regexes_that_span_several_sites_are_refused() {
    for (regex_text, sites) in [
        (r"https://example\.com?", "`example.co` and `example.com`"),
        (
            r"https://([a-z0-9-]+\.)*example\.com?(:\d+)?",
            "`example.co` and `example.com`",
        ),
        (
            r"https://app\.example\.net?",
            "`example.ne` and `example.net`",
        ),
        (
            r"https://app\.example\.com(\.au)?",
            "`example.com` and `example.com.au`",
        ),
        (
            r"https://app-?example\.com",
            "`app-example.com` and `appexample.com`",
        ),
        (
            r"https://shop[1-9]\.com",
            "`shop1.com`, `shop2.com`, `shop3.com` and 6 more",
        ),
        (
            r"https://app\.example\.(com|org)",
            "`example.com` and `example.org`",
        ),
    ] {
        refused(regex(regex_text), "no-border");
        let errors = with_credentials([regex(regex_text)])
            .compile()
            .expect_err(regex_text);
        let spans = format!("name the domains that this stays within: it spans {sites}; or");
        assert!(errors.to_string().contains(&spans), "{errors}");
    }
    // Too many for literals, so their sites are not told.
    refused(regex(r"https://[a-h][a-h]\.com"), "no-border");
}

#[test]
fn labels_up_to_the_longest_host_do_not_hide_a_site() {
    let longest = r"(a{63}\.){3}a{52}\.evil\.com";
    for regex_text in [
        format!(r"https://(app\.example\.com\.|{longest}\.)"),
        format!(r"https://(app\.example\.com|{longest})"),
    ] {
        refused(regex(&regex_text), "no-border");
    }
}

#[test]
fn names_behind_a_public_suffix_are_outside() {
    check(
        text("https://*.eu-central-1.amazoncognito.com"),
        &[
            ("https://own.eu-central-1.amazoncognito.com", Allowed),
            ("https://evil.auth.eu-central-1.amazoncognito.com", Outside),
            ("https://auth.eu-central-1.amazoncognito.com", Outside),
            ("https://eu-central-1.amazoncognito.com", NotAllowed),
        ],
    );
    let amazon = [
        ("https://console.amazonaws.com", Allowed),
        ("https://a.b.amazonaws.com", Allowed),
        ("https://s3.amazonaws.com", Outside),
        ("https://evil.s3.amazonaws.com", Outside),
        ("https://a.evil.s3.amazonaws.com", Outside),
        ("https://amazonaws.com.evil.net", NotAllowed),
    ];
    let regexes = [
        r"https://.*\.amazonaws\.com",
        r"https://([a-z0-9-]+\.)*amazonaws\.com",
    ];
    let written = OriginPattern::predicate(|origin| origin.host().contains(".amazonaws.com"));
    let entries = [
        text("https://*.amazonaws.com"),
        regex(regexes[0]),
        regex(regexes[1]),
        regex(regexes[0]).within(["amazonaws.com"]),
        host_regex(r".+\.amazonaws\.com"),
    ];
    for entry in entries {
        check(entry, &amazon);
    }
    check(written.within(["amazonaws.com"]), &amazon[..5]);
    // Each domain of a border has its own site.
    check(
        regex(r"https://.*").within(["amazonaws.com", "s3.evil-own.net", "b.s3.amazonaws.com"]),
        &[
            ("https://console.amazonaws.com", Allowed),
            ("https://b.s3.amazonaws.com", Allowed),
            ("https://a.b.s3.amazonaws.com", Allowed),
            ("https://evil.s3.amazonaws.com", Outside),
            ("https://evil-own.net", Outside),
            ("https://s3.evil-own.net", Allowed),
        ],
    );
    check(
        text("https://pr-*.amazonaws.com"),
        &[
            ("https://pr-1.amazonaws.com", Allowed),
            ("https://pr-1.s3.amazonaws.com", NotAllowed),
        ],
    );
}

#[test]
fn neighbours_and_look_alikes_are_outside() {
    check(
        regex(r"https://.*").within(["example.com", "app.example.org"]),
        &[
            ("https://example.com", Allowed),
            ("https://a.b.example.com:8443", Allowed),
            ("https://app.example.org", Allowed),
            ("https://x.app.example.org", Allowed),
            ("https://www.example.org", Outside),
            ("https://example.org", Outside),
            ("https://xapp.example.org", Outside),
            ("https://evilexample.com", Outside),
            ("https://example.com.evil.net", Outside),
            ("https://evil.net", Outside),
            ("https://com", Outside),
            ("https://10.0.0.1", Outside),
            ("https://[::1]", Outside),
            ("https://127.0.0.1", Outside),
            ("https://localhost", Outside),
            ("http://localhost", NotAllowed),
        ],
    );
}

#[test]
fn what_is_inferred_holds_when_a_request_is_decided() {
    // The author meant all of these; the border is what they have in common.
    check(
        regex(r"https://(a|b\.c)\.d\.example\.com(:\d+)?"),
        &[
            ("https://a.d.example.com", Allowed),
            ("https://b.c.d.example.com:1", Allowed),
            ("https://a.example.com", NotAllowed),
        ],
    );
    // A look-around, a flag and a group change nothing.
    for same in [
        r"^https://(?:.*\.)?example\.com$",
        r"(?i)https://(.*\.)?example\.com",
        r"(?x) https:// (?P<name>.*\.)? example \. com",
        r"https://(.*\.)?example[.]com",
        r"https://(.*\.)?example\.com(:[0-9]{1,5})?/?",
    ] {
        check(
            regex(same),
            &[
                ("https://example.com", Allowed),
                ("https://a.b.example.com", Allowed),
                ("https://evilexample.com", NotAllowed),
                ("https://exampleacom", NotAllowed),
            ],
        );
    }
}

#[test]
fn a_dot_at_the_end_makes_another_host() {
    check(
        text("https://*.example.com"),
        &[
            ("https://app.example.com", Allowed),
            ("https://app.example.com.", NotAllowed),
        ],
    );
    check(
        text("https://*.example.com."),
        &[
            ("https://app.example.com.", Allowed),
            ("https://app.example.com", NotAllowed),
        ],
    );
    check(
        text("https://*.amazonaws.com."),
        &[
            ("https://console.amazonaws.com.", Allowed),
            ("https://evil.s3.amazonaws.com.", Outside),
        ],
    );
    check(
        regex(r"https://.*").within(["example.com"]),
        &[
            ("https://example.com.", Outside),
            ("https://app.example.com.", Outside),
        ],
    );
    check(
        regex(r"https://(.*\.)?example\.com\.?").within(["example.com", "example.com."]),
        &[
            ("https://example.com.", Allowed),
            ("https://app.example.com", Allowed),
            ("https://app.example.com.", Allowed),
        ],
    );
}

#[test]
fn addresses_and_single_labels_stand_for_themselves() {
    check(
        regex(r"https://.*").within(["10.0.0.1", "[2001:db8::1]", "intranet"]),
        &[
            ("https://10.0.0.1", Allowed),
            ("https://10.0.0.1:8443", Allowed),
            ("https://10.0.0.2", Outside),
            ("https://110.0.0.1", Outside),
            ("https://[2001:db8::1]", Allowed),
            ("https://[2001:db8::2]", Outside),
            ("https://intranet", Allowed),
            ("https://app.intranet", Outside),
            ("https://myintranet", Outside),
        ],
    );
    // The list has `*.ck`, and no `ck`.
    check(
        regex(r"https://.*").within(["ck"]),
        &[("https://ck", Allowed), ("https://evil.a.ck", Outside)],
    );
    check(
        regex(r"https?://10\.0\.0\.1(:\d+)?"),
        &[
            ("https://10.0.0.1:8443", Allowed),
            ("http://10.0.0.1", Outside),
        ],
    );
    check(
        regex(r"https?://intranet"),
        &[("https://intranet", Allowed), ("http://intranet", Outside)],
    );
}

#[test]
fn loopback_is_a_site_of_its_own() {
    let loopback = [
        ("http://localhost", Allowed),
        ("http://localhost.", Allowed),
        ("https://localhost:1", Allowed),
        ("http://app.localhost:3000", Allowed),
        ("http://127.0.0.1", Allowed),
        ("http://127.9.9.9:9", Allowed),
        ("http://[::1]:3000", Allowed),
        ("http://128.0.0.1", Outside),
        ("http://[::2]", Outside),
        ("http://localhost.evil.net", Outside),
        ("http://evillocalhost", Outside),
        ("app://localhost", Outside),
    ];
    check(regex(r".*").within(["localhost"]), &loopback);
    check(host_regex(r".*").within(["localhost"]), &loopback);
    check(
        OriginPattern::predicate(|_| true).within(["localhost"]),
        &loopback,
    );
    // Another name of this machine holds for less.
    check(
        regex(r".*").within(["127.0.0.1"]),
        &[
            ("http://127.0.0.1:3000", Allowed),
            ("http://127.0.0.2", Outside),
            ("http://localhost", Outside),
        ],
    );
    check(
        regex(r".*").within(["app.localhost"]),
        &[
            ("http://app.localhost:3000", Allowed),
            ("http://a.app.localhost:3000", Allowed),
            ("http://localhost", Outside),
            ("http://b.localhost", Outside),
        ],
    );
    check(
        regex(r".*").within(["example.com"]),
        &[
            ("http://localhost", Outside),
            ("https://localhost", Outside),
            ("https://127.0.0.1", Outside),
        ],
    );
    check(
        text("http://*.localhost:*"),
        &[
            ("http://app.localhost", Allowed),
            ("http://a.b.localhost:3000", Allowed),
            ("http://localhost", NotAllowed),
            ("https://app.localhost", NotAllowed),
        ],
    );
    for pattern in ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"] {
        let config = with_credentials([text(pattern)]);
        let policy = compile(&config);
        for port in ["", ":1", ":3000"] {
            let origin = pattern.replace(":*", port);
            assert_eq!(decide(&policy, &origin), Allowed, "{origin}");
        }
    }
}

#[test]
fn what_is_of_one_owner_stays_allowed() {
    for (base, own, other) in [
        (
            "example.co.uk",
            "https://a.b.example.co.uk",
            "https://evil.co.uk",
        ),
        (
            "me.github.io",
            "https://app.me.github.io",
            "https://evil.github.io",
        ),
        ("www.ck", "https://app.www.ck", "https://evil.ck"),
        (
            "city.kobe.jp",
            "https://app.city.kobe.jp",
            "https://evil.kobe.jp",
        ),
        (
            "app.name.code.run",
            "https://x.app.name.code.run",
            "https://evil.name.code.run",
        ),
        (
            "example.dev-at-home",
            "https://a.example.dev-at-home",
            "https://evil.dev-at-home",
        ),
    ] {
        let (own, other) = (&[(own, Allowed)], &[(other, NotAllowed)]);
        let escaped = base.replace('.', r"\.");
        for entry in [
            text(&format!("https://*.{base}")),
            regex(&format!(r"https://(.*\.)?{escaped}(:\d+)?")),
            host_regex(&format!(r"(.*\.)?{escaped}")),
        ] {
            check(entry.clone(), own);
            check(entry, other);
        }
    }
    check(
        host_regex(r"(.*\.)?example\.com"),
        &[
            ("https://example.com", Allowed),
            ("https://app.example.com:8443", Allowed),
            ("https://evilexample.com", NotAllowed),
        ],
    );
    check(
        regex(r"https://app\.example\.(com|org)").within(["example.com", "example.org"]),
        &[
            ("https://app.example.com", Allowed),
            ("https://app.example.org", Allowed),
            ("https://app.example.net", NotAllowed),
        ],
    );
    check(
        text("https://pr-*.preview.example.com"),
        &[
            ("https://pr-1.preview.example.com", Allowed),
            ("https://pr-1.a.preview.example.com", NotAllowed),
        ],
    );
    // Only the port is open.
    check(
        text("https://s3.amazonaws.com:*"),
        &[("https://s3.amazonaws.com:8443", Allowed)],
    );
    check(text("https://github.io"), &[("https://github.io", Allowed)]);
    check(text("app://."), &[("app://.", Allowed)]);
}

#[test]
fn null_never_reaches_an_open_entry() {
    let entries = [
        regex(r".*").within(["localhost"]),
        host_regex(r".*").within(["localhost"]),
        OriginPattern::predicate(|_| true).within(["localhost"]),
    ];
    for entry in entries {
        check(entry, &[("null", NotAllowed)]);
    }
    for entry in [
        regex(".*"),
        host_regex(".*"),
        OriginPattern::predicate(|_| true),
    ] {
        let policy = compile(&CorsConfig::new([entry]));
        assert_eq!(decide(&policy, "null"), NotAllowed);
    }
}

#[test]
fn an_entry_outside_of_its_border_leaves_the_others_in_force() {
    let outside = "https://evil.s3.amazonaws.com";
    let firsts = [
        text("https://*.amazonaws.com"),
        regex(r"https://.*").within(["amazonaws.com"]),
        host_regex(r".*").within(["amazonaws.com"]),
        OriginPattern::predicate(|_| true).within(["amazonaws.com"]),
    ];
    let others = [
        text("https://evil.s3.amazonaws.com"),
        text("https://evil.s3.amazonaws.com:*"),
        text("https://*.evil.s3.amazonaws.com"),
        text("https://ev*.s3.amazonaws.com"),
        regex(r"https://.*\.evil\.s3\.amazonaws\.com"),
        regex(r"https://.*").within(["evil.s3.amazonaws.com"]),
        host_regex(r".*").within(["evil.s3.amazonaws.com"]),
        OriginPattern::predicate(|_| true).within(["evil.s3.amazonaws.com"]),
    ];
    for first in firsts {
        let alone = compile(&with_credentials([first.clone()]));
        assert_eq!(decide(&alone, outside), Outside);
        for other in &others {
            let (origin, needs_danger) = match other.text_of() {
                "https://*.evil.s3.amazonaws.com" => ("https://a.evil.s3.amazonaws.com", false),
                "https://ev*.s3.amazonaws.com" => (outside, true),
                _ if other.to_string().contains(r".*\.evil") => {
                    ("https://a.evil.s3.amazonaws.com", false)
                }
                _ => (outside, false),
            };
            for entries in [
                [first.clone(), other.clone()],
                [other.clone(), first.clone()],
            ] {
                let mut config = with_credentials(entries);
                if needs_danger {
                    config = config.dangerously_allow([tower_cors::Danger::PublicSuffixSubdomains]);
                }
                let policy = compile(&config);
                let request = request("GET", [("origin", origin)]);
                let decision = policy.decide(&request);
                assert!(decision.is_allowed(), "{first}, {other}");
                let matched = decision.matched().expect("an entry");
                assert_eq!(matched.kind, other.kind, "{first}, {other}");
            }
        }
    }
}

trait TextOf {
    fn text_of(&self) -> &str;
}

impl TextOf for OriginPattern {
    fn text_of(&self) -> &str {
        match &self.kind {
            PatternKind::Text(text) => text,
            _ => "",
        }
    }
}

#[test]
fn reasons_name_the_entry_and_its_border() {
    for (entry, origin, expected) in [
        (
            regex(r"https://.*").within(["example.com"]),
            "https://evil.example.co",
            r#"`{ regex = 'https://.*', within = "example.com" }` matches, but `evil.example.co` is outside of its site `example.com`"#,
        ),
        (
            regex(r"https://.*").within(["example.com", "example.org"]),
            "https://evil.net",
            r#"`{ regex = 'https://.*', within = ["example.com", "example.org"] }` matches, but `evil.net` is outside of its sites `example.com`, `example.org`"#,
        ),
        (
            text("https://*.eu-central-1.amazoncognito.com"),
            "https://evil.auth.eu-central-1.amazoncognito.com",
            "`https://*.eu-central-1.amazoncognito.com` matches, but `evil.auth.eu-central-1.amazoncognito.com` is outside of its site `amazoncognito.com`",
        ),
        (
            host_regex(r"(.*\.)?example\.com"),
            "http://app.example.com",
            r#"`{ host_regex = '(.*\.)?example\.com', within = "example.com" }` matches, but with credentials it allows `https` only, and this is `http`"#,
        ),
        (
            OriginPattern::predicate(|_| true).within(["example.com"]),
            "https://evil.net",
            r#"`<fn> within "example.com"` matches, but `evil.net` is outside of its site `example.com`"#,
        ),
    ] {
        let policy = compile(&with_credentials([entry]));
        assert_eq!(reason(&policy, origin), expected);
    }
}

#[test]
fn compiling_never_calls_a_predicate() {
    let panics = || OriginPattern::predicate(|origin| panic!("called with {origin:?}"));
    let bounded = panics().within(["example.com"]);
    let unbounded = panics();
    let _ = compile(&CorsConfig::new([
        panics(),
        text("https://app.example.com"),
    ]));
    let _ = compile(&with_credentials([
        bounded.clone(),
        text("https://*.example.com"),
        text("https://app.example.com"),
    ]));
    let danger = tower_cors::Danger::Unbounded.for_entry(unbounded.clone());
    let _ = compile(&with_credentials([unbounded, bounded]).dangerously_allow([danger]));
    assert_eq!(codes(&with_credentials([panics()])), ["no-border"]);
}

#[test]
fn predicates_are_asked_only_inside_of_their_border() {
    let entry = OriginPattern::predicate(|origin| {
        assert_eq!(origin.host(), "app.example.com");
        true
    });
    let policy = compile(&with_credentials([entry.within(["example.com"])]));
    for (origin, is_allowed) in [
        ("https://app.example.com", true),
        ("https://app.example.com:8443", true),
    ] {
        let request = request("GET", [("origin", origin)]);
        assert_eq!(policy.decide(&request).is_allowed(), is_allowed);
    }
}
