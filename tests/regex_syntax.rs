//! The syntax of regexes, its faults, and how much all of them may take.
#![cfg(feature = "regex")]

use tower_cors::{ConfigErrorKind, CorsConfig, OriginPattern};

/// The only error of host regexes, if there is one.
#[track_caller]
fn error_of_all<S: Into<String>>(regexes: impl IntoIterator<Item = S>) -> Option<ConfigErrorKind> {
    let entries = regexes.into_iter().map(OriginPattern::host_regex);
    let errors = CorsConfig::new(entries).compile().err()?;
    let kinds: Vec<_> = errors.iter().map(|error| error.kind().clone()).collect();
    let [kind] = &kinds[..] else {
        panic!("{errors}");
    };
    Some(kind.clone())
}

#[track_caller]
fn error(regex: impl Into<String>) -> Option<ConfigErrorKind> {
    error_of_all([regex])
}

#[track_caller]
fn code(regex: impl Into<String>) -> Option<&'static str> {
    error(regex).map(|kind| kind.code())
}

/// The message of a regex with an error.
#[track_caller]
fn message(regex: &str) -> String {
    error(regex).expect("an error").to_string()
}

#[test]
fn pcre_has_more() {
    let table = [
        (r"a(?=b)", "look-ahead"),
        (r"a(?!b)", "look-ahead"),
        (r"(?<=a)b", "look-behind"),
        (r"(?<!a)b", "look-behind"),
        (r"(a)\1", "a back-reference"),
        (r"(?P<n>a)\k<n>", "a back-reference"),
        (r"(?>a)", "an atomic group"),
        (r"a++", "a possessive quantifier"),
        (r"a*+", "a possessive quantifier"),
        (r"a?+", "a possessive quantifier"),
        (r"(b|a{1,2}+)", "a possessive quantifier"),
    ];
    for (source, construct) in table {
        let message = message(source);
        let start = format!("{construct} exists in PCRE, not here: ");
        assert!(message.starts_with(&start), "{source}: {message}");
    }
}

#[test]
fn texts_that_are_no_regexes() {
    for source in ["a)|(?:b", "a\\", "(", "[a", "a{2,1}", "*", r"\Z", "(?z)"] {
        let message = message(source);
        assert!(message.starts_with("regex parse error:\n"), "{message}");
    }
    for source in [
        r"\pL",
        r"\p{Greek}",
        "[\u{e0}-\u{e9}]",
        r"(?u)\d",
        r"(?i-su:\d)|(?u:a)",
    ] {
        let message = message(source);
        let start = "origins are ASCII, and so are their regexes: ";
        assert!(message.starts_with(start), "{message}");
    }
    for source in [r"(a+)+", r"a+?", r"a??", r"(?-u)a", r"\w{300}|a"] {
        assert_eq!(error(source), None, "{source}");
    }
    // It is a regex, but hosts are ASCII.
    assert_eq!(error("b\u{e9}"), Some(ConfigErrorKind::RegexNeverMatches));
}

#[test]
fn messages_point_at_the_place() {
    assert_eq!(
        message(r"https://(?!evil).*"),
        "look-ahead exists in PCRE, not here: regex parse error:\n    \
         https://(?!evil).*\n            ^^^\n\
         error: look-around, including look-ahead and look-behind, is not supported"
    );
    assert_eq!(
        message("a)|(?:b"),
        "regex parse error:\n    a)|(?:b\n     ^\nerror: unopened group"
    );
    assert_eq!(
        message("a++"),
        "a possessive quantifier exists in PCRE, not here: `a++`"
    );
    assert_eq!(
        message(r"\pL"),
        "origins are ASCII, and so are their regexes: regex parse error:\n    \\pL\n    \
         ^^^\nerror: Unicode not allowed here"
    );
    assert_eq!(
        message("(?u)a"),
        "origins are ASCII, and so are their regexes: flag `u`"
    );
}

#[test]
fn messages_command_no_terminal() {
    let hostile = message("\u{1b}[31m\u{202e}\t(\u{7f}\n(a");
    let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
    assert!(hostile.chars().all(is_plain), "{hostile:?}");
    assert_eq!(
        message("a\u{1b}\u{202e}("),
        "regex parse error:\n    a\u{241b}\u{fffd}(\n       ^\nerror: unclosed group"
    );
}

#[test]
fn nesting_has_its_own_fault() {
    let nested = |depth| format!("{}a{}", "(b".repeat(depth), ")".repeat(depth));
    assert_eq!(error(nested(60)), None);
    let repeated = format!("{}a{}", "(?:b|".repeat(30), ")*".repeat(30));
    assert_eq!(error(repeated), None);
    let message = message(&nested(130));
    assert!(message.contains("nest"), "{message}");
}

#[test]
fn bounds_are_fixed() {
    assert_eq!(code("a".repeat(4096)), Some("regex-too-big"));
    assert_eq!(code("a".repeat(4097)), Some("regex-too-long"));
    // Parsed, this would take a gigabyte.
    assert_eq!(code("a".repeat(5_000_000)), Some("regex-too-long"));
    for source in [
        r"(a{1000}){1000}",
        r"\w{60000}",
        r"(([a-z0-9]{1,30}[._-]?){1,60})e\.com",
    ] {
        assert_eq!(code(source), Some("regex-too-big"), "{source}");
    }
    let hostile = |end| format!(r"(https?://)?(([a-z0-9]{{1,30}}[._-]?){{1,10}})e{end}\.(com|org)");
    assert_eq!(code(hostile(0)), None);
    let all = error_of_all((0..10).map(hostile));
    assert_eq!(all.map(|kind| kind.code()), Some("regexes-too-big"));
}

#[test]
fn a_hundred_usual_regexes_are_not_too_many() {
    let usual = [
        r"https://([a-z0-9-]+\.)*example{}\.com(:\d+)?",
        r"https://pr-\d+\.preview\.example{}\.com",
        r"^https?://(www\.)?example{}\.(com|org|net)$",
        r"https://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.example{}\.com(:\d{1,5})?",
        r"https://(app|admin|www|api)\.example{}\.co\.uk",
        r"https://(.*\.)?example{}\.com",
        r"https?://localhost{}(:[0-9]+)?",
        r"https://deploy-preview-\d+--site{}\.example\.com",
        r"https://[^.]+\.tenant{}\.example\.com",
        r"https://\w+\.example{}\.io",
    ];
    let regexes = (0..100).map(|at| {
        let source = usual[at % usual.len()].replace("{}", &at.to_string());
        OriginPattern::regex(source)
    });
    assert!(CorsConfig::new(regexes).compile().is_ok());
}
