//! Every kind of origin pattern, with what it matches and what it nearly does.

mod support;

use tower_cors::{Action, CorsConfig, Danger, DenyReason, OriginPattern, Policy, Verdict};

use support::{ACAC, EVIL, Header, VARY, compile, request};

/// A pattern, the origins that it allows, and those that it does not although
/// they are well-formed.
struct Row {
    pattern: OriginPattern,
    hits: &'static [&'static str],
    misses: &'static [&'static str],
}

#[track_caller]
fn check(rows: impl IntoIterator<Item = Row>) {
    for row in rows {
        let name = &row.pattern.to_string()[..];
        let policy = compile(&CorsConfig::new([row.pattern.clone()]));
        for &origin in row.hits {
            assert_verdict(&policy, name, origin, Verdict::Allowed);
        }
        for &origin in row.misses {
            let denied = Verdict::Denied(DenyReason::OriginNotAllowed);
            assert_verdict(&policy, name, origin, denied);
        }
        for origin in MALFORMED {
            let denied = Verdict::Denied(DenyReason::OriginMalformed);
            assert_verdict(&policy, name, origin, denied);
        }
        for origin in row.hits {
            assert_bytes_count(&policy, name, origin);
        }
    }
}

/// Asserts what is decided, and that the response agrees.
#[track_caller]
fn assert_verdict(policy: &Policy, name: &str, origin: &'static str, verdict: Verdict<'_>) {
    let request = request("GET", [("origin", origin)]);
    let decision = policy.decide(&request);
    assert_eq!(decision.verdict(), Some(verdict), "{name} and {origin:?}");
    let is_allowed = verdict == Verdict::Allowed;
    assert_eq!(
        decision.matched().is_some(),
        is_allowed,
        "{name}, {origin:?}"
    );

    let Action::Forward(edit) = decision.action() else {
        panic!("{name} and {origin:?}: not forwarded");
    };
    let headers = &mut http::HeaderMap::new();
    edit.apply(headers);
    let shared = is_allowed.then_some(support::acao(origin));
    let credentials = (is_allowed && policy.config().allow_credentials).then_some(ACAC);
    let expected: Vec<Header> = shared
        .into_iter()
        .chain(credentials)
        .chain([VARY])
        .collect();
    assert_eq!(
        support::lines(headers),
        support::lines(&support::header_map(&expected)),
        "{name} and {origin:?}"
    );
}

/// Origins are compared byte for byte: case, white space, a path, user info and
/// escapes all make an allowed origin another one, which no browser sends.
#[track_caller]
fn assert_bytes_count(policy: &Policy, name: &str, origin: &str) {
    for changed in [
        origin.to_uppercase(),
        format!(" {origin}"),
        format!("{origin} "),
        format!("{origin}/"),
        format!("{origin},{origin}"),
        format!("{origin} {origin}"),
        origin.replacen("://", "://user@", 1),
        origin.replacen("://", "://user:pw@", 1),
        origin.replacen("://", ":/", 1),
        origin.replacen("://", ":", 1),
        origin.replacen("://", "://%65", 1),
    ] {
        if changed == origin {
            continue; // `null` has no `://`
        }
        let request = request("GET", [("origin", &changed[..])]);
        let verdict = policy.decide(&request).verdict();
        assert!(
            matches!(verdict, Some(Verdict::Denied(_))),
            "{name} allows {changed:?}"
        );
    }
}

/// What no pattern is asked about.
const MALFORMED: [&str; 46] = [
    "",
    " ",
    "*",
    "Null",
    "null null",
    "example.com",
    "//example.com",
    "https:example.com",
    "https://",
    "https:///",
    "file://",
    "HTTPS://example.com",
    "https://Example.com",
    "https://example.COM",
    "https://*.example.com",
    "https://*",
    "https://pr-*.example.com",
    "http://localhost:*",
    "moz-extension://*",
    "https://example.com/",
    "https://example.com/path",
    "https://example.com?query",
    "https://example.com#fragment",
    "https://user@example.com",
    "https://user:pw@example.com",
    "https://evil.example.net@example.com",
    "https://example.com\\.evil.net",
    "https://example.com{.evil.net",
    "https://example.com`.evil.net",
    "https://example.com'.evil.net",
    "https://example.com%2eevil.net",
    "https://example.com,.evil.net",
    "https://example.com;.evil.net",
    "https://example.com:443",
    "http://example.com:80",
    "https://example.com:",
    "https://example.com:0",
    "https://example.com:08443",
    "https://example.com:65536",
    "https://example.com:8443:8443",
    "https://example.com:x",
    "https://1.2.3",
    "https://1.2.3.4.5",
    "https://0x7f000001",
    "https://[0:0:0:0:0:0:0:1]",
    "https://::1",
];

fn text(pattern: &str, hits: &'static [&'static str], misses: &'static [&'static str]) -> Row {
    Row {
        pattern: pattern.into(),
        hits,
        misses,
    }
}

#[test]
fn exact_origins() {
    check([
        text(
            "https://example.com",
            &["https://example.com"],
            &[
                "http://example.com",
                "https://evilexample.com",
                "https://example.com.evil.com",
                "https://example.com:8443",
                "https://example.com:80",
                "https://example.com.",
                "https://a.example.com",
                "https://example.co",
                "https://example.comm",
                "https://com",
                "https://example-com",
                "https://example.com_.evil.net",
                "app://example.com",
                "null",
            ],
        ),
        text(
            "https://example.com:8443",
            &["https://example.com:8443"],
            &[
                "https://example.com",
                "https://example.com:8444",
                "https://example.com:844",
                "https://example.com:18443",
                "http://example.com:8443",
            ],
        ),
        text(
            "https://example.com:80",
            &["https://example.com:80"],
            &["https://example.com", "http://example.com"],
        ),
        text(
            "https://example.com.",
            &["https://example.com."],
            &["https://example.com", "https://example.com.com"],
        ),
        text(
            "https://xn--bcher-kva.example",
            &["https://xn--bcher-kva.example"],
            &["https://bcher-kva.example", "https://bucher.example"],
        ),
        text(
            "http://127.0.0.1:3000",
            &["http://127.0.0.1:3000"],
            &[
                "http://127.0.0.1",
                "http://127.0.0.2:3000",
                "http://localhost:3000",
            ],
        ),
        text(
            "http://[::1]:3000",
            &["http://[::1]:3000"],
            &["http://[::1]", "http://[::2]:3000", "https://[::1]:3000"],
        ),
        text(
            "https://[2001:db8::1:0:0:1]",
            &["https://[2001:db8::1:0:0:1]"],
            &["https://[2001:db8::1:0:0:2]", "https://[2001:db8::]"],
        ),
        text(
            "tauri://localhost",
            &["tauri://localhost"],
            &[
                "http://localhost",
                "tauri://localhost:1",
                "taurii://localhost",
            ],
        ),
        text(
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
            &["chrome-extension://abcdefghijklmnopabcdefghijklmnop"],
            &["chrome-extension://abcdefghijklmnopabcdefghijklmnoq"],
        ),
    ]);
}

#[test]
fn subdomain_patterns() {
    check([
        text(
            "https://*.example.com",
            &[
                "https://a.example.com",
                "https://a.b.c.d.e.f.g.h.example.com",
                "https://example.com.example.com",
                "https://-.example.com",
                "https://_dmarc.example.com",
                "https://xn--bcher-kva.example.com",
            ],
            &[
                "https://example.com",
                "https://evilexample.com",
                "https://a.evilexample.com",
                "https://a-example.com",
                "https://a.example.com.evil.com",
                "https://example.com.evil.com",
                "https://a.example.com:8443",
                "https://a.example.com.",
                "https://a.example.co",
                "http://a.example.com",
                "app://a.example.com",
                "https://com",
                "https://a.com",
                "null",
            ],
        ),
        text(
            "https://*.example.com:8443",
            &["https://a.example.com:8443", "https://a.b.example.com:8443"],
            &[
                "https://a.example.com",
                "https://a.example.com:8444",
                "https://example.com:8443",
            ],
        ),
        text(
            "https://*.example.com:*",
            &[
                "https://a.example.com",
                "https://a.example.com:1",
                "https://a.b.example.com:65535",
            ],
            &["https://example.com:1", "http://a.example.com:1"],
        ),
        text(
            "http://*.localhost",
            &["http://app.localhost"],
            &["http://localhost", "http://app.localhost:3000"],
        ),
        text(
            "app://*.example",
            &["app://a.example"],
            &["app://example", "https://a.example"],
        ),
    ]);
}

#[test]
fn in_label_patterns() {
    check([
        text(
            "https://pr-*.example.com",
            &[
                "https://pr-1.example.com",
                "https://pr-feature_x-2.example.com",
                "https://pr--.example.com",
                "https://pr-pr-.example.com",
            ],
            &[
                "https://pr-.example.com",
                "https://pr.example.com",
                "https://pr-1.a.example.com",
                "https://pr-1.2.example.com",
                "https://a.pr-1.example.com",
                "https://xpr-1.example.com",
                "https://pr-1.evilexample.com",
                "https://pr-1.example.com.evil.com",
                "https://pr-1.example.com:8443",
                "https://pr-1.example.com.",
                "https://pr-1example.com",
                "http://pr-1.example.com",
                "https://example.com",
            ],
        ),
        text(
            "https://*-preview.example.com",
            &[
                "https://a-preview.example.com",
                "https://--preview.example.com",
            ],
            &[
                "https://-preview.example.com",
                "https://preview.example.com",
                "https://a-preview2.example.com",
                "https://a.b-preview.example.com",
            ],
        ),
        text(
            "https://pr-*-web.example.com",
            &[
                "https://pr-1-web.example.com",
                "https://pr--web-web.example.com",
            ],
            &[
                // What stands before and after must not overlap.
                "https://pr-web.example.com",
                "https://pr--web.example.com",
                "https://pr-1-webx.example.com",
                "https://pr-1.-web.example.com",
            ],
        ),
        text(
            "https://pr-*.example.com:*",
            &["https://pr-1.example.com", "https://pr-1.example.com:8443"],
            &[
                "https://pr-.example.com:8443",
                "http://pr-1.example.com:8443",
            ],
        ),
    ]);
}

#[test]
fn any_port_patterns() {
    check([
        text(
            "http://localhost:*",
            &[
                "http://localhost",
                "http://localhost:1",
                "http://localhost:443",
                "http://localhost:3000",
                "http://localhost:65535",
            ],
            &[
                "https://localhost",
                "https://localhost:3000",
                "http://a.localhost:3000",
                "http://localhost.:3000",
                "http://localhost.evil.com:3000",
                "http://127.0.0.1:3000",
            ],
        ),
        text(
            "https://example.com:*",
            &["https://example.com", "https://example.com:80"],
            &["http://example.com", "http://example.com:443"],
        ),
        text(
            "http://[::1]:*",
            &["http://[::1]", "http://[::1]:3000"],
            &["http://[::2]:3000", "https://[::1]:3000"],
        ),
        text(
            "http://127.0.0.1:*",
            &["http://127.0.0.1", "http://127.0.0.1:3000"],
            &["http://127.0.0.11", "http://127.0.0.2:3000"],
        ),
        text(
            "tauri://localhost:*",
            &["tauri://localhost", "tauri://localhost:80"],
            &["http://localhost"],
        ),
    ]);
}

#[test]
fn any_host_patterns() {
    check([
        text(
            "moz-extension://*",
            &[
                "moz-extension://6f3f1c2e-17a4-4f0e-9d9c-3f6f3a8c7b11",
                "moz-extension://a.b",
                "moz-extension://[::1]",
            ],
            &[
                "chrome-extension://6f3f1c2e-17a4-4f0e-9d9c-3f6f3a8c7b11",
                "moz-extensions://a",
                "https://a",
                "null",
            ],
        ),
        text(
            "vscode-webview://*",
            &["vscode-webview://0a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b"],
            &["vscode-file://vscode-app"],
        ),
    ]);
}

#[test]
fn the_opaque_origin() {
    check([text(
        "null",
        &["null"],
        &["https://null", "app://null", "https://example.com"],
    )]);
}

/// Without credentials the answer is the same for all: see `protocol.rs`.
#[test]
fn any_origin_with_credentials() {
    let config = CorsConfig::new(["*"])
        .allow_credentials(true)
        .dangerously_allow([Danger::AnyOriginWithCredentials]);
    let policy = compile(&config);
    for origin in [
        "https://example.com",
        "http://[::1]:3000",
        "tauri://localhost",
        EVIL,
    ] {
        assert_verdict(&policy, "*", origin, Verdict::Allowed);
    }
    for origin in MALFORMED {
        let denied = Verdict::Denied(DenyReason::OriginMalformed);
        assert_verdict(&policy, "*", origin, denied);
    }
}

#[cfg(feature = "regex")]
#[test]
fn regexes_match_the_whole_origin() {
    let regex = |regex: &str, hits, misses| Row {
        pattern: OriginPattern::regex(regex),
        hits,
        misses,
    };
    check([
        regex(
            r"https://pr-\d+\.preview\.example\.com",
            &["https://pr-7.preview.example.com"],
            &[
                "https://pr-.preview.example.com",
                "https://pr-7.preview.example.com.evil.com",
                "https://pr-7.preview.example.com:8443",
                "https://pr-7.preview-example.com",
                "http://pr-7.preview.example.com",
            ],
        ),
        regex(
            // Each alternative is whole, although the anchors are not written.
            r"https://a\.example\.com|https://b\.example\.com",
            &["https://a.example.com", "https://b.example.com"],
            &[
                "https://a.example.com.evil.com",
                "https://evil.com-https.b.example.com",
                "evil-https://b.example.com",
            ],
        ),
        regex(
            "^https://a\\.example\\.com$",
            &["https://a.example.com"],
            &["https://a.example.com.evil.com"],
        ),
        regex(
            "(?m)^https://a\\.example\\.com$",
            &["https://a.example.com"],
            &["https://a.example.com.evil.com"],
        ),
        regex(
            "(?x) https://a \\. example \\. com # a comment",
            &["https://a.example.com"],
            &["https://a.example.com.evil.com", "https://b.example.com"],
        ),
        regex(
            // A leftmost-first match of the first alternative is too short.
            "https://a|https://a\\.example\\.com",
            &["https://a", "https://a.example.com"],
            &["https://a.example", "https://a.example.com.evil.com"],
        ),
        regex(
            "(?s).*",
            &[
                "https://example.com",
                "http://[::1]:3000",
                "tauri://localhost",
            ],
            // No regex sees the opaque origin.
            &["null"],
        ),
        regex("null|https://a", &["https://a"], &["null"]),
    ]);
}

#[cfg(feature = "regex")]
#[test]
fn host_regexes_match_the_whole_host() {
    let regex = |regex: &str, hits, misses| Row {
        pattern: OriginPattern::host_regex(regex),
        hits,
        misses,
    };
    check([
        regex(
            r"(a|b)\.example\.com",
            &[
                "https://a.example.com",
                "http://b.example.com",
                "https://a.example.com:8443",
                "tauri://b.example.com:1",
            ],
            &[
                "https://c.example.com",
                "https://example.com",
                "https://x.a.example.com",
                "https://xa.example.com",
                "https://a.example.com.evil.com",
                "https://a.example.com.",
                "https://evil.com:8443",
                "null",
            ],
        ),
        regex(
            r"a\.example\.com|b\.example\.com",
            &["https://a.example.com", "https://b.example.com"],
            &["https://a.example.com.evil.com", "https://x.b.example.com"],
        ),
        regex(
            r"a|.*:8443",
            &["https://a"],
            &["https://a.example.com:8443"],
        ),
        regex(".*", &["https://a", "http://127.0.0.1:1"], &["null"]),
    ]);
}

/// A regex that is none by itself must not become one by what is put around it.
#[cfg(feature = "regex")]
#[test]
fn a_regex_cannot_break_out() {
    for regex in ["a)|(?:b", "a)", "(a", "a\\", "(?x)https://a #)", "["] {
        for pattern in [
            OriginPattern::regex(regex),
            OriginPattern::host_regex(regex),
        ] {
            let compiled = CorsConfig::new([pattern]).compile();
            if let Ok(policy) = compiled {
                let request = request("GET", [("origin", "https://example.com")]);
                assert!(!policy.decide(&request).is_allowed(), "{regex}");
            }
        }
    }
    let compiles = |regex| {
        CorsConfig::new([OriginPattern::regex(regex)])
            .compile()
            .is_ok()
    };
    assert!(!compiles("a)|(?:b"));
    assert!(compiles("(?x)https://a #)"));
}

#[test]
fn predicates() {
    let even = OriginPattern::predicate(|origin| {
        origin.scheme() == "https"
            && origin.host().ends_with(".example.com")
            && origin.port().is_none_or(|port| port % 2 == 0)
    });
    check([
        Row {
            pattern: even,
            hits: &["https://a.example.com", "https://a.example.com:8080"],
            misses: &[
                "https://a.example.com:8081",
                "http://a.example.com",
                "https://a.evilexample.com",
                "null",
            ],
        },
        Row {
            pattern: OriginPattern::predicate(|_| true),
            hits: &[
                "https://example.com",
                "http://[::1]:3000",
                "tauri://localhost",
            ],
            misses: &["null"],
        },
        Row {
            pattern: OriginPattern::predicate(|_| false),
            hits: &[],
            misses: &["https://example.com"],
        },
    ]);
}

#[test]
fn a_predicate_equals_its_clones() {
    let [one, other] = [true, false].map(|allows| OriginPattern::predicate(move |_| allows));
    assert_eq!(one, one.clone());
    assert_ne!(one, other);
    assert_eq!(
        format!("{one:?}"),
        "OriginPattern { kind: Predicate(<fn>), within: [] }"
    );
}

/// The parts of an origin, as predicates see them.
#[test]
fn origins_are_taken_apart() {
    let table = [
        ("https://example.com", ("https", "example.com", None)),
        ("https://a.b:8443", ("https", "a.b", Some(8443))),
        ("http://[::1]:3000", ("http", "[::1]", Some(3000))),
        ("http://127.0.0.1", ("http", "127.0.0.1", None)),
        ("tauri://localhost", ("tauri", "localhost", None)),
    ];
    for (text, parts) in table {
        let origin = tower_cors::Origin::parse(text).expect(text);
        assert_eq!((origin.scheme(), origin.host(), origin.port()), parts);
        assert_eq!((origin.as_str(), &origin.to_string()[..]), (text, text));
    }
    for text in MALFORMED.into_iter().chain(["null"]) {
        assert_eq!(tower_cors::Origin::parse(text), None, "{text}");
    }
}

#[test]
fn an_overlong_origin_is_denied_whoever_may_come() {
    let policy = compile(&CorsConfig::new([OriginPattern::predicate(|_| true)]));
    let allows = |origin: String| {
        let request = request("GET", [("origin", &origin[..])]);
        policy.decide(&request).is_allowed()
    };
    // DNS allows 253 bytes, and the dot of the root.
    let labels = |bytes: usize| "a.".repeat(bytes / 2) + "a";
    assert!(allows(format!("https://{}", labels(253))));
    let scheme = "a".repeat(64);
    assert!(allows(format!("{scheme}://{}.:65535", labels(253))));
    assert!(!allows(format!("{scheme}a://{}.:65535", labels(253))));
    assert!(!allows(format!("{scheme}://{}..:65535", labels(253))));
    assert!(!allows(format!("{scheme}://{}.:65535", labels(255))));
    for bytes in [255, 1024, 1024 * 1024] {
        assert!(!allows(format!("https://{}", labels(bytes))));
    }
    assert!(!allows(format!("https://{}", "a".repeat(1024 * 1024))));
}

/// The entry that matched is named, among all kinds.
#[test]
fn the_matching_entry_is_told() {
    let entries = [
        OriginPattern::from("https://example.com"),
        OriginPattern::from("https://*.example.com"),
        OriginPattern::from("https://pr-*.example.org"),
        OriginPattern::from("http://localhost:*"),
        OriginPattern::from("moz-extension://*"),
        OriginPattern::from("null"),
        #[cfg(feature = "regex")]
        OriginPattern::regex("https://[0-9]\\.example\\.net"),
        #[cfg(feature = "regex")]
        OriginPattern::regex("https://[a-z]\\.example\\.net"),
        #[cfg(feature = "regex")]
        OriginPattern::host_regex("[0-9]+\\.example\\.edu"),
        OriginPattern::predicate(|origin| origin.host() == "predicate"),
    ];
    let origins = [
        "https://example.com",
        "https://a.example.com",
        "https://pr-1.example.org",
        "http://localhost:3000",
        "moz-extension://a",
        "null",
        #[cfg(feature = "regex")]
        "https://1.example.net",
        #[cfg(feature = "regex")]
        "https://a.example.net",
        #[cfg(feature = "regex")]
        "http://12.example.edu:1",
        "app://predicate",
    ];
    let policy = compile(&CorsConfig::new(entries.clone()));
    for (origin, entry) in origins.into_iter().zip(&entries) {
        let request = request("GET", [("origin", origin)]);
        assert_eq!(policy.decide(&request).matched(), Some(entry));
    }
    let denied = request("GET", [("origin", EVIL)]);
    assert_eq!(policy.decide(&denied).matched(), None);
}

/// A pattern that could never match is an error, with the repair.
#[test]
fn what_could_never_match_does_not_compile() {
    let table = [
        ("https://example.com/", Some("https://example.com")),
        ("HTTPS://Example.com", Some("https://example.com")),
        ("https://example.com:443", Some("https://example.com")),
        ("http://example.com:80", Some("http://example.com")),
        ("https://*.example.com:443", Some("https://*.example.com")),
        ("example.com", Some("https://example.com")),
        ("localhost:3000", Some("http://localhost:3000")),
        ("https://bücher.example", None),
        ("https://*example.com", Some("https://*.example.com")),
        ("https://user@example.com", Some("https://example.com")),
        ("https://example.com/path", Some("https://example.com")),
        ("http://[0:0:0:0:0:0:0:1]:3000", Some("http://[::1]:3000")),
        ("http://127.1", Some("http://127.0.0.1")),
        // Where hosts are not those of URLs, it is a name.
        ("tauri://127.1/", Some("tauri://127.1")),
        (" https://example.com", Some("https://example.com")),
        ("https://*", None),
        ("https://*.*.example.com", None),
        ("https://a.*.example.com", None),
        ("https://pr-*-*.example.com", None),
        ("https://example.*", None),
        ("*://example.com", None),
        ("https://example.com:99999", None),
        ("https://*.1.2.3.4", None),
        ("file://", None),
    ];
    for (pattern, repaired) in table {
        let errors = CorsConfig::new([pattern])
            .compile()
            .expect_err("no origin can match it");
        let [error] = &errors.iter().collect::<Vec<_>>()[..] else {
            panic!("{pattern}: {errors}");
        };
        assert_eq!(error.field(), "allow_origins[0]", "{pattern}");
        assert_eq!(error.value(), pattern);
        assert_eq!(error.suggestion(), repaired, "{pattern}");
        if let Some(repaired) = repaired {
            assert!(CorsConfig::new([repaired]).compile().is_ok(), "{repaired}");
        }
    }
}
