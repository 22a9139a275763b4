//! Texts of origins and patterns: which are some, and what is wrong with the others.

use tower_cors::PatternFault::{self, *};
use tower_cors::{ConfigErrorKind, CorsConfig, Origin};

/// The fault of a pattern, and what to write instead.
#[track_caller]
fn fault(pattern: &str) -> Option<(PatternFault, Option<String>)> {
    let errors = CorsConfig::new([pattern]).compile().err()?;
    let faults: Vec<_> = errors.iter().collect();
    let [error] = &faults[..] else {
        panic!("{errors}");
    };
    let ConfigErrorKind::Origin(fault) = error.kind() else {
        panic!("{errors}");
    };
    Some((*fault, error.suggestion().map(str::to_owned)))
}

#[track_caller]
fn parse(text: &str) -> (&str, &str, Option<u16>) {
    let origin = Origin::parse(text).expect("a serialised origin");
    assert_eq!(origin.as_str(), text);
    (origin.scheme(), origin.host(), origin.port())
}

#[test]
fn serialised_origins_are_taken_apart() {
    let longest_host = ["a"; 127].join(".");
    let table = [
        ("https://example.com", ("https", "example.com", None)),
        ("http://example.com:443", ("http", "example.com", Some(443))),
        ("https://a.b_c.d-e:1", ("https", "a.b_c.d-e", Some(1))),
        ("https://x:65535", ("https", "x", Some(65535))),
        ("https://example.com.", ("https", "example.com.", None)),
        ("http://127.0.0.1:3000", ("http", "127.0.0.1", Some(3000))),
        ("http://[::1]:3000", ("http", "[::1]", Some(3000))),
        (
            "http://[2001:db8::1:0:0:1]",
            ("http", "[2001:db8::1:0:0:1]", None),
        ),
        ("tauri://localhost", ("tauri", "localhost", None)),
        ("web+x.y-z://a", ("web+x.y-z", "a", None)),
        (
            "moz-extension://6f3f1c2e-17",
            ("moz-extension", "6f3f1c2e-17", None),
        ),
        ("app://1.2", ("app", "1.2", None)),
        ("app://x:443", ("app", "x", Some(443))),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text), expected, "{text}");
    }
    let text = format!("https://{longest_host}:65535");
    assert_eq!(parse(&text), ("https", &longest_host[..], Some(65535)));
}

#[test]
fn the_longest_origin_is_taken_apart_and_no_longer_one() {
    let scheme = "a".repeat(64);
    let host = "a.".repeat(127);
    let longest = format!("{scheme}://{host}:65535");
    assert_eq!(longest.len(), 327);
    assert_eq!(parse(&longest), (&scheme[..], &host[..], Some(65535)));
    for longer in [
        format!("a{longest}"),
        format!("{scheme}://a{host}:65535"),
        format!("{scheme}://{host}.:65535"),
        format!("{longest}0"),
    ] {
        assert_eq!(longer.len(), 328, "{longer}");
        assert_eq!(Origin::parse(&longer), None, "{longer}");
    }
}

#[test]
fn debug_output_is_the_text() {
    let origin = Origin::parse("https://example.com:8443").unwrap();
    assert_eq!(
        format!("{origin:?}"),
        "Origin(\"https://example.com:8443\")"
    );
}

#[test]
fn anything_else_is_not_an_origin() {
    let long_host = format!("https://{}", "a".repeat(254));
    let long_scheme = format!("{}://a", "a".repeat(65));
    let table = [
        "",
        "null",
        "*",
        "example.com",
        "https:",
        "https:/example.com",
        "https://",
        "file://",
        "://example.com",
        "1a://example.com",
        "HTTPS://example.com",
        "https://Example.com",
        "https://example.com/",
        "https://example.com/path",
        "https://example.com?q",
        "https://example.com#f",
        "https://user@example.com",
        "https://user:pw@example.com",
        "https://example.com:443",
        "http://example.com:80",
        "https://example.com:",
        "https://example.com:0",
        "https://example.com:080",
        "https://example.com:+80",
        "https://example.com:65536",
        "https://example.com:99999999999999999999",
        "https://example.com:80:80",
        "https://example.com:*",
        "https://*.example.com",
        "https://.example.com",
        "https://example..com",
        "https://example...com",
        "https://example.com..",
        "https://.",
        " https://example.com",
        "https://example.com ",
        "https://example.com, https://example.com",
        "https://example.com https://example.com",
        "https://example.com{.evil.net",
        "https://example.com%2eevil.net",
        "https://example.com\\.evil.net",
        "https://example.com`.evil.net",
        "https://exämple.com",
        "https://example.com\u{0}",
        "https://https://example.com",
        "https://1.2.3",
        "https://1.2.3.4.5",
        "https://01.2.3.4",
        "https://1.2.3.256",
        "https://1.2.3.4.",
        "https://0x7f.1",
        "https://example.123",
        "https://[::1",
        "https://::1",
        "https://[::1]x",
        "https://[::1]8080",
        "https://[0:0:0:0:0:0:0:1]",
        "https://[1::0]",
        "https://[::ffff:1.2.3.4]",
        "https://[::A]",
        "https://[fe80::1%25eth0]",
        &long_host,
        &long_scheme,
    ];
    for text in table {
        assert_eq!(Origin::parse(text), None, "{text:?}");
    }
}

#[test]
fn ipv6_addresses_are_written_as_url_parsers_write_them() {
    let table = [
        ("::", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),
        ("0:1:0:0:2:3:4:5", "0:1::2:3:4:5"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("::ffff:1.2.3.4", "::ffff:102:304"),
        ("::ffff:0:0", "::ffff:0:0"),
        ("::1.2.3.4", "::102:304"),
        ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"),
    ];
    for (written, canonical) in table {
        let origin = format!("app://[{canonical}]");
        assert!(Origin::parse(&origin).is_some(), "{origin}");
        let text = format!("app://[{written}]");
        if written == canonical {
            assert_eq!(fault(&text), None, "{text}");
        } else {
            assert_eq!(Origin::parse(&text), None, "{text}");
            let expected = match written.contains("DB8") {
                true => UpperCase,
                false => Ipv6,
            };
            assert_eq!(fault(&text), Some((expected, Some(origin))), "{text}");
        }
    }
}

/// URL parsers read a host as an IPv4 address, or refuse it, if its last label is a number.
#[test]
fn numeric_hosts() {
    for host in ["1", "a.1", "a.0x", "a.0x1f", "1.2.3.4."] {
        assert_eq!(Origin::parse(&format!("https://{host}")), None, "{host}");
        assert!(Origin::parse(&format!("app://{host}")).is_some(), "{host}");
    }
    for host in ["1.2.3.4", "a", "a.b", "1.a", "0x1.a", "a.0xg", "a.1b"] {
        assert!(
            Origin::parse(&format!("https://{host}")).is_some(),
            "{host}"
        );
    }
}

#[test]
fn international_labels() {
    for host in [
        "xn--bcher-kva.example",
        "xn--mnchen-3ya.de",
        "a.xn--p1ai",
        "xn--fiqs8s",
        "xn--ls8h.la",
        "xn--3e0b707e",
        "xn--80ak6aa92e.com",
        "example.com",
        "axn--f.com",
    ] {
        assert_eq!(fault(&format!("https://{host}")), None, "{host}");
    }
    for host in [
        "xn--f",
        "xn--",
        "xn--a",
        "xn--abc-",
        "a.xn--f.com",
        "xn--a_b.com",
        "xn--99999999999.com",
    ] {
        let expected = Some((Punycode, None));
        assert_eq!(fault(&format!("https://{host}")), expected, "{host}");
    }
}

#[test]
fn the_longest_wildcards() {
    let label = format!("https://{}*.example.com", "a".repeat(62));
    let host = format!("https://*.{}b", "a.".repeat(125));
    for longest in [label, host] {
        assert_eq!(fault(&longest), None, "{longest}");
        let longer = longest.replace('*', "*a");
        assert_eq!(fault(&longer), Some((PatternFault::Host, None)), "{longer}");
    }
}

#[test]
fn faults_and_their_repairs() {
    let long = format!("https://{}.example.com", "a".repeat(300));
    let long_label = format!("https://{}*.example.com", "a".repeat(63));
    let long_wildcard = format!("https://*.{}", "a.".repeat(126) + "bc");
    let table = [
        (
            " https://example.com",
            Whitespace,
            Some("https://example.com"),
        ),
        (
            "https://example.com\n",
            Whitespace,
            Some("https://example.com"),
        ),
        ("https://a.com, https://b.com", Several, None),
        ("https://a.com https://b.com", Several, None),
        ("https://exämple.com", NotAscii, None),
        ("^https://example\\.com$", LooksLikeRegex, None),
        ("https://(a|b).example.com", LooksLikeRegex, None),
        ("https?://example.com", LooksLikeRegex, None),
        ("https://[a-z]+.example.com", LooksLikeRegex, None),
        ("https://pr-[0-9].example.com", LooksLikeRegex, None),
        (
            "HTTPS://Example.com",
            UpperCase,
            Some("https://example.com"),
        ),
        ("Null", UpperCase, Some("null")),
        ("example.com", MissingScheme, Some("https://example.com")),
        ("//example.com/", MissingScheme, Some("https://example.com")),
        (
            "*.example.com",
            MissingScheme,
            Some("https://*.example.com"),
        ),
        ("*example.com", MissingScheme, Some("https://*.example.com")),
        (
            "localhost:3000",
            MissingScheme,
            Some("http://localhost:3000"),
        ),
        (
            "127.0.0.1:3000",
            MissingScheme,
            Some("http://127.0.0.1:3000"),
        ),
        ("localhost:*", MissingScheme, Some("http://localhost:*")),
        ("file://", FileScheme, None),
        ("file:///home/index.html", FileScheme, None),
        ("1http://example.com", Scheme, Some("http://example.com")),
        ("1app://example.com", Scheme, None),
        ("https:://example.com", Scheme, Some("https://example.com")),
        (
            "https://example.com/",
            TrailingSlash,
            Some("https://example.com"),
        ),
        (
            "https://example.com:8443/",
            TrailingSlash,
            Some("https://example.com:8443"),
        ),
        ("https://example.com/app", Path, Some("https://example.com")),
        ("https://example.com//", Path, Some("https://example.com")),
        ("https://example.com?x=1", Path, Some("https://example.com")),
        ("https://example.com#x", Path, Some("https://example.com")),
        ("https://example.com/*", Path, Some("https://example.com")),
        (
            "https://me:pw@example.com",
            UserInfo,
            Some("https://example.com"),
        ),
        ("https://", EmptyHost, None),
        ("https://:443", EmptyHost, None),
        ("https://exa!mple.com", Host, None),
        ("https://.", Host, None),
        ("http://xn--f", Punycode, None),
        ("https://xn--abc-.example.com", Punycode, None),
        ("https://*.xn--f.com", Punycode, None),
        ("https://example..com", Host, None),
        ("https://.example.com", Host, None),
        (&long_label, Host, None),
        ("https://pr-*!.example.com", Host, None),
        (&long, Host, None),
        (&long_wildcard, Host, None),
        ("https://example.com:0", Port, None),
        ("https://example.com:65536", Port, None),
        (
            "https://example.com:08443",
            Port,
            Some("https://example.com:8443"),
        ),
        ("https://example.com:http", Port, None),
        ("https://example.com:", Port, Some("https://example.com")),
        (
            "https://example.com:443",
            DefaultPort,
            Some("https://example.com"),
        ),
        (
            "http://example.com:80",
            DefaultPort,
            Some("http://example.com"),
        ),
        (
            "https://*.example.com:443",
            DefaultPort,
            Some("https://*.example.com"),
        ),
        ("http://127.1:3000", Ipv4, Some("http://127.0.0.1:3000")),
        ("http://0x7f.0.0.1", Ipv4, Some("http://127.0.0.1")),
        ("http://010.0.0.1", Ipv4, Some("http://8.0.0.1")),
        ("http://127.0x.0.1", Ipv4, Some("http://127.0.0.1")),
        ("http://255.0.1", Ipv4, Some("http://255.0.0.1")),
        ("http://2130706433", Ipv4, Some("http://127.0.0.1")),
        ("http://1.2.3.4.5", Ipv4, None),
        ("http://1.2.3.256", Ipv4, None),
        ("http://256.2.3.4", Ipv4, None),
        (
            "http://[0:0:0:0:0:0:0:1]:3000",
            Ipv6,
            Some("http://[::1]:3000"),
        ),
        (
            "http://[::ffff:1.2.3.4]",
            Ipv6,
            Some("http://[::ffff:102:304]"),
        ),
        ("http://::1", Ipv6, Some("http://[::1]")),
        ("http://[fe80::1%25eth0]", Ipv6, None),
        ("http://[::1", Ipv6, None),
        ("http://[::1]x", Ipv6, None),
        (
            "https://*example.com",
            WildcardWithoutDot,
            Some("https://*.example.com"),
        ),
        ("https://*", AnyWebHost, None),
        ("http://*:*", AnyWebHost, None),
        ("*://example.com", WildcardPlace, None),
        ("https://example.*", WildcardPlace, None),
        ("https://a.*.example.com", WildcardPlace, None),
        ("https://*.*.example.com", WildcardPlace, None),
        ("https://a*b*.example.com", WildcardPlace, None),
        ("https://pr-*", WildcardPlace, None),
        ("http://192.168.0.*", WildcardPlace, None),
        ("http://*.168.0.1", WildcardPlace, None),
        ("moz-extension://*:*", WildcardPlace, None),
        ("https://example.com:80*", Port, None),
        ("**", MissingScheme, None),
        (
            "wss://app.example.com",
            WebSocketScheme,
            Some("https://app.example.com"),
        ),
        (
            "ws://localhost:3000",
            WebSocketScheme,
            Some("http://localhost:3000"),
        ),
        (
            "ws://app.example.com:80/chat",
            WebSocketScheme,
            Some("http://app.example.com"),
        ),
        ("ftp://example.com", NoOriginScheme, None),
        ("data://x", NoOriginScheme, None),
        ("blob://", NoOriginScheme, None),
        ("about://", NoOriginScheme, None),
        ("javascript://", NoOriginScheme, None),
        (
            "htps://app.example.com",
            SchemeSpelling,
            Some("https://app.example.com"),
        ),
        ("htp://a.example/", SchemeSpelling, Some("http://a.example")),
        (
            "localhost://3000",
            MissingScheme,
            Some("http://localhost:3000"),
        ),
        ("localhost://", MissingScheme, Some("http://localhost")),
        ("localhost://app", MissingScheme, None),
        (
            "https//example.com",
            MissingScheme,
            Some("https://example.com"),
        ),
        (
            "https:/example.com",
            MissingScheme,
            Some("https://example.com"),
        ),
        (
            "http:example.com:8080",
            MissingScheme,
            Some("http://example.com:8080"),
        ),
        (
            "https://https://example.com",
            Path,
            Some("https://example.com"),
        ),
        ("https://http://example.com", Path, None),
        ("https:8080", MissingScheme, None),
        ("https", MissingScheme, None),
        ("8080", MissingScheme, None),
        ("httpbin.org", MissingScheme, Some("https://httpbin.org")),
        ("http://::1:3000", Ipv6, None),
        ("http://2001:db8::1:80", Ipv6, None),
        ("http://2001:db8::1", Ipv6, Some("http://[2001:db8::1]")),
        ("::1", MissingScheme, Some("http://[::1]")),
    ];
    for (text, expected, repair) in table {
        let repair = repair.map(str::to_owned);
        assert_eq!(fault(text), Some((expected, repair)), "{text:?}");
    }
}
