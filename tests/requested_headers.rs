//! The scan of `Access-Control-Request-Headers`, through the decision.

mod support;

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, Method};
use tower_cors::{AllowHeaders, CorsConfig, DenyReason, Policy, Verdict};

use support::{APP, compile};

/// The lines of one request, and what is decided about them.
struct Row {
    name: &'static str,
    lines: Vec<Cow<'static, [u8]>>,
    verdict: Verdict<'static>,
}

fn row<const N: usize>(
    name: &'static str,
    lines: [&'static str; N],
    verdict: Verdict<'static>,
) -> Row {
    Row {
        name,
        lines: lines.map(|line| line.as_bytes().into()).to_vec(),
        verdict,
    }
}

fn long(name: &'static str, line: String, verdict: Verdict<'static>) -> Row {
    Row {
        lines: vec![line.into_bytes().into()],
        ..row(name, [], verdict)
    }
}

const ALLOWED: Verdict<'static> = Verdict::Allowed;
const MALFORMED: Verdict<'static> = Verdict::Denied(DenyReason::HeadersMalformed);
const TOO_LONG: Verdict<'static> = Verdict::Denied(DenyReason::HeadersTooLong);

const fn forbidden(name: &'static str) -> Verdict<'static> {
    Verdict::Denied(DenyReason::HeaderForbidden(name))
}

const fn other(name: &'static str) -> Verdict<'static> {
    Verdict::Denied(DenyReason::HeaderNotAllowed(name))
}

fn policy(headers: impl Into<AllowHeaders>) -> Policy {
    compile(&CorsConfig::new([APP]).allow_headers(headers))
}

#[track_caller]
fn check(policy: &Policy, rows: impl IntoIterator<Item = Row>) {
    for row in rows {
        let headers = asks(&row.lines);
        let decision = policy.decide((&Method::OPTIONS, &headers));
        assert_eq!(decision.verdict(), Some(row.verdict), "{}", row.name);
    }
}

fn asks(lines: &[impl AsRef<[u8]>]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_static(APP));
    headers.insert(
        "access-control-request-method",
        HeaderValue::from_static("GET"),
    );
    for line in lines {
        let line = HeaderValue::from_bytes(line.as_ref()).expect("a value");
        headers.append("access-control-request-headers", line);
    }
    headers
}

/// Lists that are odd, but plain in what they ask for.
fn readable() -> Vec<Row> {
    vec![
        row("as browsers send it", ["x-a,x-b"], ALLOWED),
        row("none", [], ALLOWED),
        row("empty", [""], ALLOWED),
        row("spaces", ["x-a, x-b"], ALLOWED),
        row("spaces on both sides", [" x-a  ,  x-b "], ALLOWED),
        row("tabs", ["\tx-a\t,\tx-b\t"], ALLOWED),
        row("only blanks", [" \t \t "], ALLOWED),
        row("only commas", [",,,"], ALLOWED),
        row("blanks between commas", [" , ,\t, "], ALLOWED),
        row("empty element in front", [",x-a"], ALLOWED),
        row("empty element at the end", ["x-a,"], ALLOWED),
        row("empty element inside", ["x-a,,x-b"], ALLOWED),
        row("several lines", ["x-a", "x-b"], ALLOWED),
        row(
            "several lines, some empty",
            ["", "x-a", " ", "x-b", ","],
            ALLOWED,
        ),
        row("several lines of several", ["x-a,x-b", "x-b, x-a"], ALLOWED),
        row("upper case", ["X-A,X-b"], ALLOWED),
        row("duplicates", ["x-a,x-a,X-A"], ALLOWED),
        row("unsorted", ["x-b,x-a"], ALLOWED),
    ]
}

/// What must be refused whatever is allowed.
fn refused() -> Vec<Row> {
    vec![
        row("a space inside", ["x-a x-b"], MALFORMED),
        row("a tab inside", ["x-a\tx-b"], MALFORMED),
        row("a colon", ["x-a:"], MALFORMED),
        row("a semicolon", ["x-a;x-b"], MALFORMED),
        row("quotes", ["\"x-a\""], MALFORMED),
        row(
            "a name that is fine, then one that is not",
            ["x-a,(x-b)"],
            MALFORMED,
        ),
        row("on a later line", ["x-a", "x@b"], MALFORMED),
        row("a slash", ["x/a"], MALFORMED),
        Row {
            lines: vec![b"x-\xe4".to_vec().into()],
            ..row("no ASCII", [], MALFORMED)
        },
        row("forbidden", ["cookie"], forbidden("cookie")),
        row(
            "forbidden, as written",
            ["x-a, CooKie"],
            forbidden("CooKie"),
        ),
        row(
            "forbidden prefix",
            ["sec-anything"],
            forbidden("sec-anything"),
        ),
        row(
            "forbidden prefix, as written",
            ["Proxy-X"],
            forbidden("Proxy-X"),
        ),
        row(
            "the first forbidden one",
            ["host,origin"],
            forbidden("host"),
        ),
        long("over-long name", "x".repeat(1024 * 1024), TOO_LONG),
        long("over-long blanks", " ".repeat(1024 * 1024), TOO_LONG),
        long("over-long commas", ",".repeat(1024 * 1024), TOO_LONG),
        long("thousands of commas", ",".repeat(4000), TOO_LONG),
        long("thousands of names", "x-a,".repeat(4000), TOO_LONG),
        long("thousands of bytes", "x".repeat(8000), TOO_LONG),
        Row {
            lines: vec![b"x-a".as_slice().into(); 4000],
            ..row("thousands of lines", [], TOO_LONG)
        },
        Row {
            lines: vec![b"".as_slice().into(); 4000],
            ..row("thousands of empty lines", [], TOO_LONG)
        },
    ]
}

#[test]
fn a_list() {
    let policy = policy(["x-b", "X-A"]);
    check(&policy, readable());
    check(&policy, refused());
    check(
        &policy,
        [
            row("another", ["x-c"], other("x-c")),
            row("another, as written", ["X-C"], other("X-C")),
            row("the first other one", ["x-a,x-d,x-c"], other("x-d")),
            row("on a later line", ["x-a", "x-b,x-c"], other("x-c")),
            row("a longer name", ["x-aa"], other("x-aa")),
            row("a shorter name", ["x-"], other("x-")),
            row("Authorization", ["authorization"], other("authorization")),
            row("a star is a name", ["*"], other("*")),
            // Nothing that could be allowed follows.
            row("the first fault counts", ["x-c,x d"], other("x-c")),
            row(
                "no forbidden one: the prefix has a dash",
                ["sec,proxy"],
                other("sec"),
            ),
        ],
    );
}

#[test]
fn nothing() {
    let policy = policy([""; 0]);
    check(
        &policy,
        [
            row("none", [], ALLOWED),
            row("empty", [""], ALLOWED),
            row("only commas", [",,"], ALLOWED),
            row("one", ["x-a"], other("x-a")),
            row(
                "a safelisted one, with an unsafe value",
                ["accept"],
                other("accept"),
            ),
            row("no token", ["x a"], MALFORMED),
            row("forbidden", ["cookie"], forbidden("cookie")),
            long("thousands of commas", ",".repeat(4000), TOO_LONG),
        ],
    );
}

#[test]
fn any() {
    let policy = policy(["*"]);
    check(&policy, readable());
    check(&policy, refused());
    check(
        &policy,
        [
            row("whatever", ["accept,x-c,zzz"], ALLOWED),
            row("a star is a name", ["*"], ALLOWED),
            row("every byte of a token", ["!#$%&'*+-.^_`|~09azAZ"], ALLOWED),
            row("Authorization", ["authorization"], other("authorization")),
            row(
                "Authorization, as written",
                ["x,AUTHORIZATION"],
                other("AUTHORIZATION"),
            ),
            row("not quite Authorization", ["authorizations"], ALLOWED),
        ],
    );
}

#[test]
fn mirrored() {
    let policy = policy(AllowHeaders::Mirror);
    check(&policy, readable());
    check(&policy, refused());
    check(
        &policy,
        [row("Authorization", ["authorization,x"], ALLOWED)],
    );
}

/// A limit must never stand in the way of what is allowed.
#[test]
fn a_long_list_may_be_asked_for_in_full() {
    let mut names: Vec<_> = (0..1000).map(|number| format!("x-{number:064}")).collect();
    let policy = policy(&names);
    for separator in [",", ", "] {
        let headers = asks(&[names.join(separator)]);
        assert!(policy.decide((&Method::OPTIONS, &headers)).is_allowed());
    }
    assert!(
        policy
            .decide((&Method::OPTIONS, &asks(&names)))
            .is_allowed()
    );

    names.push("x-another".to_owned());
    let headers = asks(&[names.join(",")]);
    assert_eq!(
        policy.decide((&Method::OPTIONS, &headers)).verdict(),
        Some(Verdict::Denied(DenyReason::HeaderNotAllowed("x-another")))
    );
}

/// Of each name, a comma and a blank on both sides of it: one byte more is too long.
#[test]
fn the_longest_list_has_room_for_blanks() {
    let names: Vec<_> = (0..200).map(|number| format!("x-{number:03}")).collect();
    let policy = policy(&names);
    let line = names
        .iter()
        .fold(String::new(), |line, name| line + " " + name + " ,");
    let longest = line.trim_end_matches(',');
    let decide = |line: &str| {
        let headers = asks(&[line]);
        policy.decide((&Method::OPTIONS, &headers)).is_allowed()
    };
    assert!(decide(longest));
    let headers = asks(&[format!("{longest} ")]);
    assert_eq!(
        policy.decide((&Method::OPTIONS, &headers)).verdict(),
        Some(TOO_LONG)
    );
}

/// As much as one line with a comma between.
#[test]
fn several_lines_are_as_long_as_one() {
    let policy = policy(AllowHeaders::Mirror);
    let decide = |lengths: [usize; 2]| {
        let lines = lengths.map(|length| "x".repeat(length));
        let verdict = policy
            .decide((&Method::OPTIONS, &asks(&lines)))
            .is_allowed();
        let line = asks(&[lines.join(",")]);
        assert_eq!(
            policy.decide((&Method::OPTIONS, &line)).is_allowed(),
            verdict
        );
        verdict
    };
    assert!(decide([2_047, 2_047]));
    assert!(decide([1, 4_093]));
    assert!(!decide([2_047, 2_048]));
    assert!(!decide([2_048, 2_047]));
    assert!(!decide([4_094, 1]));
}

/// The names that no script can set, all of them, whatever is allowed.
#[test]
fn forbidden_names() {
    const NAMES: [&str; 24] = [
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "access-control-request-private-network",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "proxy-authorization",
        "referer",
        "sec-fetch-site",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    for policy in [policy(AllowHeaders::Mirror), policy(["*"]), policy(["x-a"])] {
        for name in NAMES {
            let headers = asks(&[name]);
            assert_eq!(
                policy.decide((&Method::OPTIONS, &headers)).verdict(),
                Some(Verdict::Denied(DenyReason::HeaderForbidden(name)))
            );
        }
    }
}

/// Forbidden with some values only: browsers do ask for them.
#[test]
fn names_that_are_forbidden_for_some_values_only() {
    let names = [
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    let policy = policy(names);
    let headers = asks(&[names.join(",")]);
    assert!(policy.decide((&Method::OPTIONS, &headers)).is_allowed());
}
