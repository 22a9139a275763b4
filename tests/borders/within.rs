//! `within`: what may be written, what is inferred, and what stays of it.

use tower_cors::{CorsConfig, OriginPattern};

use crate::Is::{Allowed, NotAllowed, Outside};
use crate::support::compile;
use crate::{decide, faults, host_regex, regex, text, with_credentials};

fn within_of(entry: OriginPattern) -> Vec<String> {
    compile(&with_credentials([entry])).config().allow_origins[0]
        .within
        .clone()
}

#[test]
fn what_is_inferred_appears_in_the_configuration() {
    for (entry, within) in [
        (regex(r"https://(.*\.)?example\.com"), "example.com"),
        (host_regex(r"(.*\.)?example\.com"), "example.com"),
        (
            regex(r"https://([a-z]+\.)?app\.example\.com(:\d+)?"),
            "app.example.com",
        ),
        (regex(r"https://(a|b\.c)\.example\.com"), "example.com"),
        (regex(r"https://(a\.x|b\.x)\.example\.com"), "x.example.com"),
        (regex(r"https://example\.com(:\d+)?/?"), "example.com"),
        (regex(r"https://example\.com:(3000|8443)"), "example.com"),
        (
            regex(r"https://example\.com:3000|https://(.*\.)?example\.com"),
            "example.com",
        ),
        (regex(r"https?://localhost(:\d+)?"), "localhost"),
        (
            regex(r"http://127\.0\.0\.1:\d+|http://\[::1\]:\d+"),
            "localhost",
        ),
        (
            regex(r"https://app\.example\.com|http://localhost(:\d+)?"),
            "app.example.com localhost",
        ),
        (regex(r"https://10\.0\.0\.1(:\d+)?"), "10.0.0.1"),
        (regex(r"https://\[2001:db8::1\]"), "[2001:db8::1]"),
        (regex(r"https://intranet"), "intranet"),
        (regex(r"https://(.*\.)?example\.com\."), "example.com."),
        (regex(r"https://.*\.me\.github\.io"), "me.github.io"),
    ] {
        assert_eq!(within_of(entry.clone()).join(" "), within, "{entry}");
    }
}

/// Ports of known digits are as much of a port as others.
#[test]
fn ports_are_no_part_of_the_domain() {
    for port in [
        r":3000",
        r":30\d\d",
        r":30[0-9]{2}",
        r":[0-9]+",
        r":\d{4}",
        r":\d\d\d\d",
        r":(80\d\d|3000)",
        r"(:30\d\d)?",
        r"(:[1-9]\d*)?",
        r"(:[1-9][0-9]{0,4})?$",
        r":8[0-9]+",
        r"(:(3000|8443))?",
    ] {
        let entry = regex(&format!(r"https://(.*\.)?example\.com{port}"));
        let found = compile_within(entry);
        assert_eq!(found, Ok("example.com".to_owned()), "{port}");
    }
}

fn compile_within(entry: OriginPattern) -> Result<String, String> {
    match with_credentials([entry]).compile() {
        Ok(policy) => Ok(policy.config().allow_origins[0].within.join(" ")),
        Err(errors) => Err(errors.to_string()),
    }
}

#[test]
fn nothing_is_inferred_without_credentials() {
    let entry = regex(r"https://(.*\.)?example\.com");
    let policy = compile(&CorsConfig::new([entry.clone()]));
    assert_eq!(policy.config().allow_origins, [entry]);
}

#[test]
fn what_is_written_is_kept_once_and_in_order() {
    let entry = regex(r"https://.*").within(["b.example.com", "example.org", "b.example.com"]);
    assert_eq!(within_of(entry), ["b.example.com", "example.org"]);
    // Narrower than what would be inferred.
    let entry = regex(r"https://(.*\.)?example\.com").within(["app.example.com"]);
    let policy = compile(&with_credentials([entry]));
    assert_eq!(decide(&policy, "https://x.app.example.com"), Allowed);
    assert_eq!(decide(&policy, "https://www.example.com"), Outside);
    // Of two entries that differ in that alone, one is left.
    let twice =
        [["a.example.com"; 2], ["a.example.com"; 2]].map(|within| regex(r".*").within(within));
    let policy = compile(&with_credentials(twice));
    assert_eq!(
        policy.config().allow_origins,
        [regex(r".*").within(["a.example.com"])]
    );
    // An inferred border and the same one written are one entry.
    let both = [
        regex(r"https://.*\.example\.com"),
        regex(r"https://.*\.example\.com").within(["example.com"]),
    ];
    let policy = compile(&with_credentials(both.clone()));
    assert_eq!(policy.config().allow_origins, [both[1].clone()]);
}

#[test]
fn compiling_what_was_compiled_is_the_identity() {
    let predicate = OriginPattern::predicate(|origin| origin.host().starts_with("app."));
    let config = with_credentials([
        regex(r"https?://(.*\.)?example\.com(:\d+)?"),
        host_regex(r"app\.example\.org|localhost"),
        regex(r"https://.*\.amazonaws\.com"),
        text("https://*.eu-central-1.amazoncognito.com"),
        predicate.within(["example.net", "example.net"]),
    ]);
    let policy = compile(&config);
    let again = compile(policy.config());
    assert_eq!(again.config(), policy.config());
    assert_eq!(again.advisories(), policy.advisories());
    for (origin, expected) in [
        ("https://example.com", Allowed),
        ("http://example.com", Outside),
        ("https://app.example.org", Allowed),
        ("http://localhost:1", Allowed),
        ("https://console.amazonaws.com", Allowed),
        ("https://app.example.net", Allowed),
        ("https://www.example.net", NotAllowed),
        ("https://evil.com", NotAllowed),
    ] {
        assert_eq!(decide(&policy, origin), expected, "{origin}");
        assert_eq!(decide(&again, origin), expected, "{origin}");
    }
}

#[test]
fn each_fault_has_its_repair() {
    let fault = "within-not-a-domain";
    let suffix = "within-public-suffix";
    for (domain, code, repair) in [
        ("https://example.com", fault, Some("example.com")),
        (
            "https://app.example.com:8443",
            fault,
            Some("app.example.com"),
        ),
        ("example.com:8443", fault, Some("example.com")),
        ("*.example.com", fault, Some("example.com")),
        ("https://*.example.com", fault, Some("example.com")),
        (".example.com", fault, Some("example.com")),
        ("example.com/", fault, Some("example.com")),
        ("Example.COM", fault, Some("example.com")),
        (" example.com ", fault, Some("example.com")),
        ("*", fault, None),
        ("", fault, None),
        ("exa mple.com", fault, None),
        ("1.2.3", fault, Some("1.2.0.3")),
        ("xn--f.com", fault, None),
        ("com", suffix, None),
        ("co.uk", suffix, None),
        ("github.io", suffix, None),
        ("github.io.", suffix, None),
        ("s3.amazonaws.com", suffix, None),
        ("name.code.run", suffix, None),
        ("a.ck", suffix, None),
    ] {
        let expected = [(
            "allow_origins[0].within".to_owned(),
            code,
            repair.map(str::to_owned),
        )];
        for entry in [
            regex(r"https://.*"),
            host_regex(r".*"),
            OriginPattern::predicate(|_| true),
        ] {
            let entry = entry.within([domain]);
            assert_eq!(
                faults(&with_credentials([entry.clone()])),
                expected,
                "{domain:?}"
            );
            assert_eq!(faults(&CorsConfig::new([entry])), expected, "{domain:?}");
        }
    }
    // Each of several is judged by itself.
    let entry = regex(r".*").within(["com", "example.com", "https://example.org"]);
    let expected = [(suffix, None), (fault, Some("example.org".to_owned()))];
    let expected =
        expected.map(|(code, repair)| ("allow_origins[0].within".to_owned(), code, repair));
    assert_eq!(faults(&with_credentials([entry])), expected);

    let expected = [(
        "allow_origins[0].within".to_owned(),
        "within-not-open",
        None,
    )];
    for entry in ["https://example.com", "https://*.example.com"] {
        let entry = text(entry).within(["example.com"]);
        assert_eq!(faults(&with_credentials([entry])), expected);
    }
    let expected = [(
        "allow_origins[0].within".to_owned(),
        "within-never-matches",
        None,
    )];
    for entry in [
        regex(r"https://(.*\.)?example\.com"),
        host_regex(r"(.*\.)?example\.com"),
    ] {
        let entry = entry.within(["example.org"]);
        assert_eq!(faults(&with_credentials([entry])), expected);
    }
}

#[test]
fn messages_of_faults_are_whole() {
    for (domain, expected) in [
        (
            "https://example.com",
            "`https://example.com`: a border is a domain such as `example.com`, an IP address or `localhost`, without scheme, port and `*`; write `example.com`",
        ),
        (
            "github.io",
            "`github.io`: anyone can register names below this; write the domain that is yours, one label more",
        ),
        (
            "example.org",
            "`example.org`: nothing that the regular expression matches over http or https is within this; write the domain that it ends in",
        ),
    ] {
        let entry = regex(r"https://(.*\.)?example\.com").within([domain]);
        let errors = with_credentials([entry]).compile().expect_err("an error");
        let place = "invalid CORS configuration: allow_origins[0].within ";
        assert_eq!(errors.to_string(), format!("{place}{expected}"));
    }
    let entry = text("https://*.example.com").within(["example.com"]);
    let errors = with_credentials([entry]).compile().expect_err("an error");
    assert_eq!(
        errors.to_string(),
        "invalid CORS configuration: allow_origins[0].within `example.com`: only a regular \
         expression or a predicate takes `within`; remove it: an origin needs no border, and a \
         pattern never leaves the domain behind its `*`"
    );
}

#[test]
fn a_border_that_is_written_holds_without_credentials() {
    for entry in [
        regex(r".*").within(["amazonaws.com"]),
        host_regex(r".*").within(["amazonaws.com"]),
        OriginPattern::predicate(|_| true).within(["amazonaws.com"]),
    ] {
        let policy = compile(&CorsConfig::new([entry.clone()]));
        for (origin, expected) in [
            ("https://console.amazonaws.com", Allowed),
            // The scheme is no matter without credentials.
            ("http://console.amazonaws.com", Allowed),
            ("app://console.amazonaws.com", Allowed),
            ("https://evil.s3.amazonaws.com", Outside),
            ("https://evil.net", Outside),
            ("http://localhost", Outside),
        ] {
            assert_eq!(decide(&policy, origin), expected, "{entry} and {origin}");
        }
    }
}

#[test]
fn without_credentials_no_border_is_needed() {
    for (entry, origins) in [
        (
            regex(r".*"),
            ["https://evil.net", "http://evil.net", "app://evil"],
        ),
        (
            host_regex(r".*"),
            ["https://evil.net", "http://evil.net", "app://evil"],
        ),
        (
            OriginPattern::predicate(|_| true),
            ["https://evil.net", "http://evil.net", "app://evil"],
        ),
        (
            regex(r"https://example\.com?|http://.*"),
            ["https://example.co", "https://example.com", "http://a"],
        ),
        (
            text("https://*.amazonaws.com"),
            [
                "https://evil.s3.amazonaws.com",
                "https://s3.amazonaws.com",
                "https://a.amazonaws.com",
            ],
        ),
        (
            text("https://*.github.io"),
            [
                "https://evil.github.io",
                "https://a.evil.github.io",
                "https://b.github.io",
            ],
        ),
    ] {
        let policy = compile(&CorsConfig::new([entry.clone()]));
        for origin in origins {
            assert_eq!(decide(&policy, origin), Allowed, "{entry} and {origin}");
        }
    }
}

#[test]
#[cfg(feature = "serde")]
fn patterns_are_read_and_written() {
    for (entry, json) in [
        (text("https://*.example.com"), r#""https://*.example.com""#),
        (regex(r"https://.*"), r#"{"regex":"https://.*"}"#),
        (
            regex(r"https://.*").within(["example.com"]),
            r#"{"regex":"https://.*","within":"example.com"}"#,
        ),
        (
            host_regex(r".*").within(["example.com", "example.org"]),
            r#"{"host_regex":".*","within":["example.com","example.org"]}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&entry).expect("it is written"), json);
        let read: OriginPattern = serde_json::from_str(json).expect(json);
        assert_eq!(read, entry);
    }
    // A list of one is that one; the order of the keys is no matter.
    let entry = regex(r"https://.*").within(["example.com"]);
    for json in [
        r#"{"regex":"https://.*","within":["example.com"]}"#,
        r#"{"within":"example.com","regex":"https://.*"}"#,
    ] {
        assert_eq!(
            serde_json::from_str::<OriginPattern>(json).expect(json),
            entry
        );
    }
    let predicate = OriginPattern::predicate(|_| true).within(["example.com"]);
    let error = serde_json::to_string(&predicate).expect_err("a function");
    assert_eq!(error.to_string(), "a function cannot be written to a file");
    for (json, expected) in [
        (r#"{"within":"example.com"}"#, "missing field `regex`"),
        (r#"{"regex":".*","within":[]}"#, "`within` names no domain"),
        (
            r#"{"regex":".*","within":7}"#,
            "invalid type: integer `7`, expected a list, or a text with commas between its entries",
        ),
        (
            r#"{"regex":".*","within":"a.com","within":"b.com"}"#,
            "duplicate field `within`",
        ),
        (
            r#"{"regex":".*","host_regex":".*"}"#,
            "duplicate field `host_regex`",
        ),
    ] {
        let error = serde_json::from_str::<OriginPattern>(json)
            .expect_err(json)
            .to_string();
        assert!(error.starts_with(expected), "{json}: {error}");
    }
}

/// They are refused before they are looked at.
#[test]
fn too_many_domains_are_one_error() {
    let domains: Vec<_> = (0..100_000).map(|n| format!("d{n}.example")).collect();
    for entry in [
        regex(r".*\.com").within(domains.clone()),
        OriginPattern::predicate(|_| true).within(domains),
    ] {
        let errors = with_credentials([entry]).compile().expect_err("an error");
        let codes: Vec<_> = errors.iter().map(|error| error.kind().code()).collect();
        assert_eq!(codes, ["too-many-domains"]);
    }
}
