//! Dangers: which entries need one, and how little it opens.

use tower_cors::{AllowedDanger, CorsConfig, Danger, OriginPattern};

use crate::Is::{Allowed, NotAllowed, Outside};
use crate::support::compile;
use crate::{codes, decide, faults, host_regex, refused, regex, text, with_credentials};

#[test]
fn each_danger_is_refused_with_its_code() {
    for (entry, code) in [
        ("http://app.example.com", "insecure-origins"),
        ("http://*.example.com", "insecure-origins"),
        ("http://pr-*.example.com", "insecure-origins"),
        ("http://app.example.com:*", "insecure-origins"),
        ("http://10.0.0.1", "insecure-origins"),
        ("http://intranet", "insecure-origins"),
        ("http://[2001:db8::1]", "insecure-origins"),
        ("http://localhost.evil.net", "insecure-origins"),
        ("https://*.com", "public-suffix-subdomains"),
        ("https://*.co.uk", "public-suffix-subdomains"),
        ("https://*.github.io", "public-suffix-subdomains"),
        ("https://*.github.io.", "public-suffix-subdomains"),
        ("https://pr-*.vercel.app", "public-suffix-subdomains"),
        ("https://*.ck", "public-suffix-subdomains"),
        ("https://*.a.ck", "public-suffix-subdomains"),
        ("https://*.kobe.jp", "public-suffix-subdomains"),
        ("https://*.code.run", "public-suffix-subdomains"),
        ("https://*.name.code.run", "public-suffix-subdomains"),
        (
            "https://*.compute.amazonaws.com",
            "public-suffix-subdomains",
        ),
        ("https://*.s3.amazonaws.com:*", "public-suffix-subdomains"),
        ("https://*.intranet", "public-suffix-subdomains"),
        ("chrome-extension://*", "unbounded"),
        ("moz-extension://*", "unbounded"),
        ("app://*.example.com", "unbounded"),
        ("null", "null-origin"),
        ("*", "any-origin-with-credentials"),
    ] {
        refused(text(entry), code);
    }
    for (entry, code) in [
        (regex(r"http://.*\.example\.com"), "insecure-origins"),
        (
            regex(r"http://(app|admin)\.example\.com(:\d+)?"),
            "insecure-origins",
        ),
        (
            regex(r"http://.*").within(["example.com"]),
            "insecure-origins",
        ),
        (regex(r"chrome-extension://[a-p]{32}"), "unbounded"),
        (
            regex(r"app://(.*\.)?example\.com").within(["example.com"]),
            "within-never-matches",
        ),
        (regex(r".*"), "no-border"),
        (host_regex(r".*"), "no-border"),
        (OriginPattern::predicate(|_| true), "no-border"),
        (regex(r"https://[a-z0-9-]+\.github\.io"), "no-border"),
        (regex(r"https://192\.168\.\d+\.\d+"), "no-border"),
    ] {
        refused(entry, code);
    }
    let both = with_credentials([text("http://*.github.io")]);
    assert_eq!(
        codes(&both),
        ["insecure-origins", "public-suffix-subdomains"]
    );
}

#[test]
fn messages_say_what_is_wrong_and_what_to_write() {
    for (entry, expected) in MESSAGES {
        let config = with_credentials([entry()]);
        let errors = config.compile().expect_err("an error");
        let place = "invalid CORS configuration: allow_origins[0] ";
        assert_eq!(errors.to_string(), format!("{place}{expected}"));
    }
}

type Entry = fn() -> OriginPattern;

/// An entry, and its error behind the place.
const MESSAGES: &[(Entry, &str)] = &[
    (
        || text("http://app.example.com"),
        r#"`http://app.example.com`: with credentials, whoever controls the network between a user and `http://app.example.com` can act as the user; use https, or take it on by `dangerously_allow = ["insecure-origins"]`"#,
    ),
    (
        || text("https://*.github.io"),
        r#"`https://*.github.io`: with credentials, anyone can register `https://evil.github.io`, which this allows, and act as the user; list hosts that are yours, or take it on by `dangerously_allow = ["public-suffix-subdomains"]`"#,
    ),
    (
        || text("chrome-extension://*"),
        r#"`chrome-extension://*`: with credentials, any extension or application of this scheme that a user installs can act as the user; list the origins that are yours, or take it on by `dangerously_allow = ["unbounded"]`"#,
    ),
    (
        || text("null"),
        r#"`null`: with credentials, any site can have the origin `null`, in a sandboxed frame, and act as the user; remove it, or take it on by `dangerously_allow = ["null-origin"]`"#,
    ),
    (
        || text("*"),
        r#"`*`: with credentials, any site could act as the user; list the origins that may, or take it on by `dangerously_allow = ["any-origin-with-credentials"]`"#,
    ),
    (
        || regex(r"http://(.*\.)?example\.com"),
        r#"`http://(.*\.)?example\.com`: with credentials, whoever controls the network between a user and `http://example.com` can act as the user; use https, or take it on by `dangerously_allow = [{ danger = "insecure-origins", regex = 'http://(.*\.)?example\.com' }]`"#,
    ),
    (
        || regex(r"https://.*example\.com"),
        r#"`https://.*example\.com`: with credentials, name the domain that this stays within (`within = "example.com"`), or list the origins: it also allows `https://evilexample.com`, which anyone can register; or take on all that it allows by `dangerously_allow = [{ danger = "unbounded", regex = 'https://.*example\.com' }]`; write `{ regex = 'https://.*example\.com', within = "example.com" }`"#,
    ),
    (
        || regex(r"https://example\.com.*"),
        r#"`https://example\.com.*`: with credentials, name the domain that this stays within (`within = "example.com"`), or list the origins: it also allows `https://example.com.evil.net`, which anyone can register; or take on all that it allows by `dangerously_allow = [{ danger = "unbounded", regex = 'https://example\.com.*' }]`; write `{ regex = 'https://example\.com.*', within = "example.com" }`"#,
    ),
    (
        || regex(r"https://example\.com?"),
        r#"`https://example\.com?`: with credentials, name the domains that this stays within: it spans `example.co` and `example.com`; or take on all that it allows by `dangerously_allow = [{ danger = "unbounded", regex = 'https://example\.com?' }]`; write `{ regex = 'https://example\.com?', within = "example.com" }`"#,
    ),
    (
        || regex(r"https://[a-z0-9-]+\.github\.io"),
        r#"`https://[a-z0-9-]+\.github\.io`: with credentials, name the domain that this stays within (`within = "example.com"`), or list the origins: it also allows `https://evil.github.io`, which anyone can register; or take on all that it allows by `dangerously_allow = [{ danger = "unbounded", regex = 'https://[a-z0-9-]+\.github\.io' }]`"#,
    ),
    (
        || regex(r"https://192\.168\.\d+\.\d+"),
        r#"`https://192\.168\.\d+\.\d+`: with credentials, name the domain that this stays within (`within = "example.com"`), or list the origins; or take on all that it allows by `dangerously_allow = [{ danger = "unbounded", regex = 'https://192\.168\.\d+\.\d+' }]`"#,
    ),
    (
        || regex(r"chrome-extension://[a-p]{32}"),
        r#"`chrome-extension://[a-p]{32}`: with credentials, any extension or application of this scheme that a user installs can act as the user; list the origins that are yours, or take it on by `dangerously_allow = [{ danger = "unbounded", regex = 'chrome-extension://[a-p]{32}' }]`"#,
    ),
    (
        || OriginPattern::predicate(|_| true),
        r#"`<fn>`: with credentials, name the domain that this stays within (`.within(["example.com"])`), or list the origins; or take on all that it allows by `dangerously_allow = [Danger::Unbounded.for_entry(<fn>)]`"#,
    ),
];

/// Where no domain is shown, the message has one to be replaced, and there is no line.
#[test]
fn nothing_is_suggested_where_nothing_is_shown() {
    for entry in [
        regex(r".*"),
        regex(r"https://[a-z0-9-]+\.github\.io"),
        regex(r"https://[a-z]+\.code\.run"),
        regex(r"https://192\.168\.\d+\.\d+"),
    ] {
        let expected = ("allow_origins[0]".to_owned(), "no-border", None);
        assert_eq!(faults(&with_credentials([entry])), [expected]);
    }
}

#[test]
fn repairs_compile() {
    for entry in [
        regex(r"https://.*example\.com"),
        regex(r"https://app.example.com"),
        regex(r"https://example\.com.*"),
        regex(r"https://example\.com?"),
        regex(r"https://app\.example\.(com|org)"),
        regex(r"https://shop[1-9]\.com"),
        host_regex(r".*example\.com"),
    ] {
        for (_, code, repair) in faults(&with_credentials([entry.clone()])) {
            assert_eq!(code, "no-border");
            let repair = repair.expect("a repair");
            #[cfg(feature = "serde")]
            {
                let file = format!("allow_credentials = true\nallow_origins = [{repair}]");
                let config: CorsConfig = toml::from_str(&file).expect(&file);
                assert_eq!(config.allow_origins[0].kind, entry.kind);
                let _ = compile(&config);
            }
            assert!(repair.contains("within = "), "{repair}");
        }
    }
}

/// A danger that is taken on for one entry leaves each neighbour as it was.
#[test]
fn a_danger_of_one_entry_opens_nothing_for_its_neighbours() {
    let wide = regex(r"https://.*\.vercel\.app");
    let unbounded = Danger::Unbounded.for_entry(wide.clone());
    let config = with_credentials([wide.clone(), regex(r"https://.*example\.com")]);
    let refusals = faults(&config.dangerously_allow([unbounded.clone()]));
    let fields: Vec<_> = refusals
        .iter()
        .map(|(field, code, _)| (&field[..], *code))
        .collect();
    assert_eq!(fields, [("allow_origins[1]", "no-border")]);

    let neighbours = [
        regex(r"https://.*").within(["amazonaws.com"]),
        wide.clone(),
        text("https://*.amazonaws.com"),
        OriginPattern::predicate(|origin| origin.port() == Some(1)).within(["amazonaws.com"]),
    ];
    let policy = compile(&with_credentials(neighbours).dangerously_allow([unbounded]));
    assert_eq!(policy.advisories(), []);
    for (origin, expected) in [
        ("https://evil.vercel.app", Allowed),
        ("http://evil.vercel.app", NotAllowed),
        ("https://console.amazonaws.com", Allowed),
        ("https://evil.net", Outside),
    ] {
        assert_eq!(decide(&policy, origin), expected, "{origin}");
    }
    // Denied, whichever entry is named first.
    let first = policy
        .decide(&crate::request(
            "GET",
            [("origin", "https://evil.s3.amazonaws.com")],
        ))
        .is_allowed();
    assert!(!first);

    let http = regex(r"https?://(.*\.)?example\.com");
    let other = regex(r"https?://(.*\.)?example\.org");
    let danger = Danger::InsecureOrigins.for_entry(http.clone());
    let policy = compile(&with_credentials([other, http]).dangerously_allow([danger]));
    for (origin, expected) in [
        ("http://app.example.com", Allowed),
        ("http://app.example.org", Outside),
        ("https://app.example.org", Allowed),
    ] {
        assert_eq!(decide(&policy, origin), expected, "{origin}");
    }

    // A literal entry that is named alone.
    let danger = Danger::InsecureOrigins.for_entry("http://a.example.com");
    let config = with_credentials([text("http://b.example.com"), text("http://a.example.com")]);
    let refusals = faults(&config.dangerously_allow([danger]));
    assert_eq!(refusals[0].0, "allow_origins[0]");
    assert_eq!(refusals.len(), 1);
}

#[test]
fn bare_names_cover_literal_entries_alone() {
    let all = [
        Danger::InsecureOrigins,
        Danger::PublicSuffixSubdomains,
        Danger::Unbounded,
        Danger::NullOrigin,
    ];
    for (entry, code) in [
        (regex(r".*"), "no-border"),
        (host_regex(r".*"), "no-border"),
        (OriginPattern::predicate(|_| true), "no-border"),
        (regex(r"http://.*\.example\.com"), "insecure-origins"),
        (regex(r"app://.*"), "unbounded"),
    ] {
        assert_eq!(
            codes(&with_credentials([entry]).dangerously_allow(all)),
            [code]
        );
    }
    let literal = [
        "http://app.example.com",
        "http://*.example.org",
        "https://*.github.io",
        "moz-extension://*",
        "null",
    ];
    let policy = compile(&with_credentials(literal.map(text)).dangerously_allow(all));
    assert_eq!(policy.advisories(), []);
    for origin in [
        "http://app.example.com",
        "http://a.b.example.org",
        "https://evil.github.io",
        "https://a.evil.github.io",
        "moz-extension://x",
        "null",
    ] {
        assert_eq!(decide(&policy, origin), Allowed, "{origin}");
    }
    // The bare name does not lift the scheme of a regex beside them.
    let entries = [
        regex(r"https?://.*\.example\.com"),
        text("http://app.example.org"),
    ];
    let policy = compile(&with_credentials(entries).dangerously_allow([Danger::InsecureOrigins]));
    assert_eq!(decide(&policy, "http://app.example.com"), Outside);
    assert_eq!(decide(&policy, "http://app.example.org"), Allowed);
}

#[test]
fn insecure_origins_lifts_the_scheme_alone() {
    let entries = [
        regex(r"https?://.*\.example\.com"),
        regex(r"http://.*\.example\.com"),
        host_regex(r".*\.example\.com"),
        host_regex(r".*").within(["example.com"]),
        OriginPattern::predicate(|_| true).within(["example.com"]),
    ];
    for entry in entries {
        let danger = Danger::InsecureOrigins.for_entry(entry.clone());
        let policy = compile(&with_credentials([entry.clone()]).dangerously_allow([danger]));
        assert_eq!(policy.advisories(), [], "{entry}");
        assert_eq!(
            decide(&policy, "http://app.example.com"),
            Allowed,
            "{entry}"
        );
        for origin in [
            "http://evil.net",
            "http://evilexample.com",
            "http://localhost",
            "app://app.example.com",
        ] {
            assert_ne!(decide(&policy, origin), Allowed, "{entry} and {origin}");
        }
    }
    let entry = text("http://*.amazonaws.com");
    let policy = compile(&with_credentials([entry]).dangerously_allow([Danger::InsecureOrigins]));
    assert_eq!(decide(&policy, "http://console.amazonaws.com"), Allowed);
    assert_eq!(decide(&policy, "http://evil.s3.amazonaws.com"), Outside);
    assert_eq!(decide(&policy, "https://console.amazonaws.com"), NotAllowed);
}

#[test]
fn a_border_is_lifted_by_nothing() {
    for entry in [
        // Written, and inferred.
        regex(r".*").within(["example.com"]),
        regex(r"[a-z]+://.*\.example\.com"),
        host_regex(r".*").within(["example.com"]),
        OriginPattern::predicate(|_| true).within(["example.com"]),
    ] {
        let all = [
            Danger::InsecureOrigins,
            Danger::PublicSuffixSubdomains,
            Danger::Unbounded,
            Danger::NullOrigin,
            Danger::AnyOriginWithCredentials,
        ];
        let named = all.map(|danger| danger.for_entry(entry.clone()));
        let bare = all.map(AllowedDanger::from);
        let config = with_credentials([entry.clone()]);
        let policy = compile(&config.dangerously_allow(named.into_iter().chain(bare)));
        assert_eq!(
            decide(&policy, "https://app.example.com"),
            Allowed,
            "{entry}"
        );
        for origin in [
            "https://evil.net",
            "http://evil.net",
            "https://example.com.evil.net",
            "https://evilexample.com",
            "app://app.example.com",
            "http://localhost",
        ] {
            assert_ne!(decide(&policy, origin), Allowed, "{entry} and {origin}");
        }
    }
}

#[test]
fn unbounded_lifts_the_border_of_the_entry_that_it_names() {
    for entry in [
        regex(r"[a-z]+://.*"),
        host_regex(r".*"),
        OriginPattern::predicate(|_| true),
    ] {
        let danger = Danger::Unbounded.for_entry(entry.clone());
        let policy = compile(&with_credentials([entry.clone()]).dangerously_allow([danger]));
        assert_eq!(policy.advisories(), [], "{entry}");
        assert_eq!(policy.config().allow_origins, std::slice::from_ref(&entry));
        for (origin, expected) in [
            ("https://evil.net", Allowed),
            ("app://evil", Allowed),
            ("http://localhost:3000", Allowed),
            // That is a danger of its own.
            ("http://evil.net", Outside),
            ("null", NotAllowed),
        ] {
            assert_eq!(decide(&policy, origin), expected, "{entry} and {origin}");
        }
    }
}

#[test]
fn dangers_without_need_are_advisories() {
    let entry = regex(r"https://(.*\.)?example\.com");
    let other = regex(r"https://.*");
    for (danger, value) in [
        (Danger::InsecureOrigins.into(), "insecure-origins"),
        (Danger::Unbounded.into(), "unbounded"),
        (
            Danger::Unbounded.for_entry(entry.clone()),
            r#"{ danger = "unbounded", regex = 'https://(.*\.)?example\.com' }"#,
        ),
        (
            Danger::Unbounded.for_entry(other),
            r#"{ danger = "unbounded", regex = 'https://.*' }"#,
        ),
        (
            Danger::NullOrigin.for_entry("null"),
            r#"{ danger = "null-origin", origin = "null" }"#,
        ),
    ] {
        let danger: AllowedDanger = danger;
        let config = with_credentials([entry.clone()]).dangerously_allow([danger]);
        let policy = compile(&config);
        let advisories: Vec<_> = policy
            .advisories()
            .iter()
            .map(|advisory| (advisory.field(), advisory.value(), advisory.kind().code()))
            .collect();
        assert_eq!(
            advisories,
            [("dangerously_allow[0]", value, "danger-not-needed")]
        );
    }
    // Written for an entry whatever its border, it is the same entry.
    let entry = regex(r"http://.*").within(["example.com"]);
    let danger = Danger::InsecureOrigins.for_entry(regex(r"http://.*"));
    let policy = compile(&with_credentials([entry]).dangerously_allow([danger]));
    assert_eq!(policy.advisories(), []);
    assert_eq!(decide(&policy, "http://app.example.com"), Allowed);
    assert_eq!(decide(&policy, "http://evil.net"), Outside);
}

#[test]
#[cfg(feature = "serde")]
fn dangers_are_read_and_written() {
    let table: &[(AllowedDanger, &str)] = &[
        (Danger::InsecureOrigins.into(), r#""insecure-origins""#),
        (
            Danger::Unbounded.for_entry(regex(r"https://.*")),
            r#"{"danger":"unbounded","regex":"https://.*"}"#,
        ),
        (
            Danger::Unbounded.for_entry(host_regex(r".*")),
            r#"{"danger":"unbounded","host_regex":".*"}"#,
        ),
        (
            Danger::InsecureOrigins.for_entry("http://a.example.com"),
            r#"{"danger":"insecure-origins","origin":"http://a.example.com"}"#,
        ),
    ];
    for (danger, json) in table {
        assert_eq!(serde_json::to_string(danger).expect("it is written"), *json);
        let read: AllowedDanger = serde_json::from_str(json).expect(json);
        assert_eq!(read, *danger);
    }
    let file = r"
        allow_credentials = true
        allow_origins = ['http://a.example.com', { regex = '[a-z]+://.*' }]
        dangerously_allow = [
            'insecure-origins',
            { danger = 'unbounded', regex = '[a-z]+://.*' },
        ]
    ";
    let policy = compile(&toml::from_str(file).expect("a configuration"));
    assert_eq!(policy.advisories(), []);
    let read_again = serde_json::to_string(policy.config()).expect("it is written");
    let config: CorsConfig = serde_json::from_str(&read_again).expect(&read_again);
    assert_eq!(config, *policy.config());

    let predicate = Danger::Unbounded.for_entry(OriginPattern::predicate(|_| true));
    let error = serde_json::to_string(&predicate).expect_err("a function");
    assert_eq!(error.to_string(), "a function cannot be written to a file");
    for (json, expected) in [
        (r#"{"danger":"unbounded"}"#, "missing field `regex`"),
        (r#"{"regex":".*"}"#, "missing field `danger`"),
        (
            r#"{"danger":"unbounded","regex":".*","host_regex":".*"}"#,
            "duplicate field `host_regex`",
        ),
    ] {
        let error = serde_json::from_str::<AllowedDanger>(json)
            .expect_err(json)
            .to_string();
        assert!(error.starts_with(expected), "{json}: {error}");
    }
}

/// Other schemes have no domains, so nothing is inferred for the schemes that have.
#[test]
fn unbounded_reaches_other_schemes() {
    for source in [
        r"app://(.*\.)?example\.com",
        r"(app|https)://(.*\.)?example\.com",
    ] {
        let entry = regex(source);
        let config = with_credentials([entry.clone()])
            .dangerously_allow([Danger::Unbounded.for_entry(entry)]);
        let policy = compile(&config);
        assert_eq!(decide(&policy, "app://a.example.com"), Allowed, "{source}");
    }
    refused(regex(r"app://(.*\.)?example\.com"), "unbounded");
}

/// A regex that cannot match loopback gets no plain http from `within`.
#[test]
fn plain_http_is_refused_where_the_regex_ends_elsewhere() {
    let entry = regex(r"http://.*\.example\.com").within(["example.com", "localhost"]);
    refused(entry, "insecure-origins");
}

#[test]
fn what_a_danger_is_named_for_is_its_text() {
    let entry = regex(r"https?://.*\.example\.com");
    let config = with_credentials([entry.clone()]).dangerously_allow([
        Danger::InsecureOrigins.for_entry(entry.clone().within(["x.example"]))
    ]);
    let same = with_credentials([entry.clone()])
        .dangerously_allow([Danger::InsecureOrigins.for_entry(entry)]);
    assert_eq!(compile(&config).config(), compile(&same).config());
}
