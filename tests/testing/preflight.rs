//! When a preflight is sent, what it carries, and which answers it accepts.

use super::*;
use tower_cors::testing::{BlockReason, CorsCheckFailure, Credentials};

const PREFIX: &str = "Access to fetch at 'https://api.example.net/' from origin \
     'https://app.example.com' has been blocked by CORS policy: ";
const CHECK: &str = "Response to preflight request doesn't pass access control check: ";
const REMEDY: &str = "Have the server send the header with a valid value.";

#[tokio::test]
async fn when_it_is_sent() {
    let long = "a".repeat(129);
    for (page, method, headers, expected) in [
        // Cross-origin: the method.
        (PAGE, "GET", &[][..], 0),
        (PAGE, "get", &[], 0),
        (PAGE, "HEAD", &[], 0),
        (PAGE, "post", &[], 0),
        (PAGE, "PUT", &[], 1),
        (PAGE, "DELETE", &[], 1),
        (PAGE, "OPTIONS", &[], 1),
        (PAGE, "PATCH", &[], 1),
        (PAGE, "patch", &[], 1),
        (PAGE, "PURGE", &[], 1),
        // Cross-origin: the headers.
        (PAGE, "GET", &[("accept", "text/html")], 0),
        (PAGE, "GET", &[("accept", long.as_str())], 1),
        (PAGE, "GET", &[("range", "bytes=0-9")], 0),
        (PAGE, "GET", &[("authorization", "Bearer x")], 1),
        (PAGE, "GET", &[("x-a", "")], 1),
        (PAGE, "POST", &[("content-type", "text/plain")], 0),
        (PAGE, "POST", &[("content-type", "application/json")], 1),
        (
            PAGE,
            "GET",
            &[("cookie", "dropped"), ("sec-x", "dropped")],
            0,
        ),
        // Any origin but the server's is another.
        ("https://example.net", "PUT", &[], 1),
        ("http://api.example.net", "PUT", &[], 1),
        ("https://api.example.net:8443", "PUT", &[], 1),
        ("null", "PUT", &[], 1),
        ("null", "GET", &[], 0),
        // Same-origin.
        ("https://api.example.net", "PUT", &[("x-a", "")], 0),
        ("https://API.example.net:443/page", "PUT", &[("x-a", "")], 0),
    ] {
        let browser = browser(|_| {
            answer(
                200,
                &[
                    ("access-control-allow-origin", "*"),
                    ("access-control-allow-methods", "*"),
                    ("access-control-allow-headers", "*,authorization"),
                ],
            )
        });
        let outcome = fetch(&browser.page(page), method, headers).await;
        assert!(outcome.is_ok(), "{outcome:?}");
        assert_eq!(
            browser.preflights(),
            expected,
            "{page} {method} {headers:?}"
        );
    }
}

#[tokio::test]
async fn upload_listeners_force_one() {
    let browser = browser(|_| allowed());
    let page = browser.page(PAGE).use_cors_preflight();
    fetch(&page, "POST", &[]).await.unwrap();
    assert_eq!(
        lines(&browser),
        [
            "OPTIONS https://api.example.net/ 200",
            "POST https://api.example.net/ 200"
        ]
    );
    // Without Access-Control-Allow-Methods the request's own method is cached.
    fetch(&page, "POST", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 1);
    fetch(&page, "GET", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 2);

    let same_origin = browser.page("https://api.example.net").use_cors_preflight();
    fetch(&same_origin, "POST", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 2);
}

#[tokio::test]
async fn what_it_carries() {
    let fixed = |site| {
        [
            ("accept", "*/*"),
            ("host", "api.example.net"),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-site", site),
        ]
    };
    for (page, credentials, method, headers, site, expected) in [
        (
            PAGE,
            Credentials::SameOrigin,
            "put",
            &[][..],
            "cross-site",
            &[("origin", PAGE), ("access-control-request-method", "PUT")][..],
        ),
        (
            PAGE,
            Credentials::Include,
            "patch",
            &[("Accept", "x"), ("Cookie", "dropped")],
            "cross-site",
            &[("origin", PAGE), ("access-control-request-method", "patch")],
        ),
        (
            PAGE,
            Credentials::Include,
            "GET",
            &[
                ("X-B", "1"),
                ("x-a", "1"),
                ("X-b", "2"),
                ("Content-Type", "application/json"),
                ("Authorization", "Bearer x"),
            ],
            "cross-site",
            &[
                ("origin", PAGE),
                ("access-control-request-method", "GET"),
                (
                    "access-control-request-headers",
                    "authorization,content-type,x-a,x-b",
                ),
            ],
        ),
        (
            "null",
            Credentials::Omit,
            "DELETE",
            &[("*", "1")],
            "cross-site",
            &[
                ("origin", "null"),
                ("access-control-request-method", "DELETE"),
                ("access-control-request-headers", "*"),
            ],
        ),
        (
            "https://www.example.net",
            Credentials::Include,
            "PUT",
            &[],
            "same-site",
            &[
                ("origin", "https://www.example.net"),
                ("access-control-request-method", "PUT"),
            ],
        ),
    ] {
        let browser = browser_with_preflight(405, &[]);
        browser.cookie("session=1");
        let page = browser.page(page).credentials(credentials);
        fetch(&page, method, headers).await.unwrap_err();
        let sent = last_sent(&browser);
        assert_eq!(sent.method(), Method::OPTIONS);
        assert_eq!(sent.url(), "https://api.example.net/");
        assert!(sent.is_preflight());
        assert_headers(sent.headers(), &[&fixed(site)[..], expected].concat());
    }
}

/// A preflight of `method` with `headers` answered with `status` and `answer`.
struct Case<'a> {
    credentials: Credentials,
    method: &'a str,
    headers: Lines<'a>,
    status: u16,
    answer: Lines<'a>,
    /// The end of the message, if the answer is not accepted.
    expected: Result<(), String>,
}

const PUT: Case<'_> = Case {
    credentials: Credentials::SameOrigin,
    method: "PUT",
    headers: &[],
    status: 204,
    answer: &[],
    expected: Ok(()),
};

#[track_caller]
fn method_error(method: &str) -> Result<(), String> {
    Err(format!(
        "Method {method} is not allowed by Access-Control-Allow-Methods in preflight response."
    ))
}

#[track_caller]
fn header_error(name: &str) -> Result<(), String> {
    Err(format!(
        "Request header field {name} is not allowed by Access-Control-Allow-Headers in \
         preflight response."
    ))
}

async fn run(cases: Vec<Case<'_>>) {
    for case in cases {
        let browser = browser_with_preflight(case.status, case.answer);
        let page = browser.page(PAGE).credentials(case.credentials);
        let outcome = fetch(&page, case.method, case.headers).await;
        // The hint, on a line of its own, has its own tests.
        let message = |blocked: Blocked| blocked.to_string().lines().next().unwrap().to_owned();
        let outcome = outcome.map(|_| ()).map_err(message);
        let expected = case.expected.map_err(|end| format!("{PREFIX}{end}"));
        let context = (case.method, case.headers, case.status, case.answer);
        assert_eq!(outcome, expected, "{context:?}");
        // Only what the preflight allows is sent.
        let sent = if outcome.is_ok() { 2 } else { 1 };
        assert_eq!(browser.log().len(), sent, "{context:?}");
    }
}

#[tokio::test]
async fn the_cors_check_and_the_status_come_first() {
    const ORIGIN: (&str, &str) = ("access-control-allow-origin", PAGE);
    const ANY: (&str, &str) = ("access-control-allow-origin", "*");
    const METHODS: (&str, &str) = ("access-control-allow-methods", "PUT");
    const TRUE: (&str, &str) = ("access-control-allow-credentials", "true");
    let check = |end: &str| Err(format!("{CHECK}{end}"));
    let missing = "No 'Access-Control-Allow-Origin' header is present on the requested resource.";
    let not_ok = "It does not have HTTP ok status.";
    let redirect = "Redirect is not allowed for a preflight request.";
    let include = Credentials::Include;
    run(vec![
        Case {
            answer: &[ORIGIN, METHODS],
            ..PUT
        },
        Case {
            answer: &[ANY, METHODS],
            ..PUT
        },
        Case {
            status: 200,
            answer: &[ORIGIN, METHODS],
            ..PUT
        },
        Case {
            status: 299,
            answer: &[ORIGIN, METHODS],
            ..PUT
        },
        Case {
            answer: &[METHODS],
            expected: check(missing),
            ..PUT
        },
        Case {
            answer: &[
                ("access-control-allow-origin", "https://app.example.com/"),
                METHODS,
            ],
            expected: check(&format!(
                "The 'Access-Control-Allow-Origin' header has a value \
                 'https://app.example.com/' that is not equal to the supplied origin. {REMEDY}"
            )),
            ..PUT
        },
        Case {
            answer: &[("access-control-allow-origin", "app.example.com"), METHODS],
            expected: check(&format!(
                "The 'Access-Control-Allow-Origin' header contains the invalid value \
                 'app.example.com'. {REMEDY}"
            )),
            ..PUT
        },
        Case {
            answer: &[ORIGIN, ORIGIN, METHODS],
            expected: check(&format!(
                "The 'Access-Control-Allow-Origin' header contains multiple values \
                 'https://app.example.com, https://app.example.com', but only one is allowed. \
                 {REMEDY}"
            )),
            ..PUT
        },
        // The credentials mode is the request's, although the preflight has none.
        Case {
            credentials: include,
            answer: &[ORIGIN, TRUE, METHODS],
            ..PUT
        },
        Case {
            credentials: include,
            answer: &[ORIGIN, METHODS],
            expected: check(
                "The value of the 'Access-Control-Allow-Credentials' header in the response is \
                 '' which must be 'true' when the request's credentials mode is 'include'.",
            ),
            ..PUT
        },
        Case {
            credentials: include,
            answer: &[ANY, TRUE, METHODS],
            expected: check(
                "The value of the 'Access-Control-Allow-Origin' header in the response must not \
                 be the wildcard '*' when the request's credentials mode is 'include'.",
            ),
            ..PUT
        },
        // The check comes before the status.
        Case {
            status: 405,
            answer: &[METHODS],
            expected: check(missing),
            ..PUT
        },
        Case {
            status: 404,
            answer: &[ORIGIN, METHODS],
            expected: check(not_ok),
            ..PUT
        },
        Case {
            status: 401,
            answer: &[ORIGIN, METHODS],
            expected: check(not_ok),
            ..PUT
        },
        Case {
            status: 403,
            expected: check(missing),
            ..PUT
        },
        Case {
            status: 500,
            answer: &[ORIGIN, METHODS],
            expected: check(not_ok),
            ..PUT
        },
        Case {
            status: 304,
            answer: &[ORIGIN, METHODS],
            expected: check(not_ok),
            ..PUT
        },
        Case {
            status: 308,
            answer: &[ORIGIN, METHODS, ("location", "/x")],
            expected: check(redirect),
            ..PUT
        },
        Case {
            status: 302,
            answer: &[("location", "/x")],
            expected: check(redirect),
            ..PUT
        },
        Case {
            status: 302,
            answer: &[ORIGIN],
            expected: check(not_ok),
            ..PUT
        },
    ])
    .await;
}

#[tokio::test]
async fn then_both_lists_have_to_parse() {
    const ORIGIN: (&str, &str) = ("access-control-allow-origin", PAGE);
    const METHODS: (&str, &str) = ("access-control-allow-methods", "PUT");
    let methods = || {
        Err(
            "Cannot parse Access-Control-Allow-Methods response header field in preflight \
             response."
                .to_owned(),
        )
    };
    let headers = || {
        Err(
            "Cannot parse Access-Control-Allow-Headers response header field in preflight \
             response."
                .to_owned(),
        )
    };
    run(vec![
        Case {
            answer: &[ORIGIN, METHODS, ("access-control-allow-headers", "")],
            ..PUT
        },
        Case {
            answer: &[ORIGIN, ("access-control-allow-methods", " GET ,, PUT ,")],
            ..PUT
        },
        Case {
            answer: &[ORIGIN, METHODS, ("access-control-allow-methods", "DELETE")],
            ..PUT
        },
        Case {
            answer: &[ORIGIN, ("access-control-allow-methods", "PUT DELETE")],
            expected: methods(),
            ..PUT
        },
        Case {
            answer: &[ORIGIN, METHODS, ("access-control-allow-methods", "[GET]")],
            expected: methods(),
            ..PUT
        },
        Case {
            answer: &[
                ORIGIN,
                METHODS,
                ("access-control-allow-headers", "x-a; x-b"),
            ],
            expected: headers(),
            ..PUT
        },
        // Before the method is looked at.
        Case {
            answer: &[ORIGIN, ("access-control-allow-headers", "x-a: 1")],
            expected: headers(),
            ..PUT
        },
        // Before both lists, the check.
        Case {
            answer: &[("access-control-allow-methods", "(")],
            expected: Err(format!("{CHECK}{}", CorsCheckFailure::MissingAllowOrigin)),
            ..PUT
        },
    ])
    .await;
}

#[tokio::test]
async fn then_the_method_has_to_be_allowed() {
    let x_a: Lines<'_> = &[("x-a", "1")];
    for (credentials, method, headers, methods, expected) in [
        (Credentials::SameOrigin, "PUT", &[][..], Some("PUT"), Ok(())),
        (Credentials::SameOrigin, "put", &[], Some("PUT"), Ok(())),
        (
            Credentials::SameOrigin,
            "PUT",
            &[],
            Some("put"),
            method_error("PUT"),
        ),
        (Credentials::SameOrigin, "PUT", &[], Some("*"), Ok(())),
        (Credentials::Omit, "PUT", &[], Some("GET, *"), Ok(())),
        (
            Credentials::Include,
            "PUT",
            &[],
            Some("*"),
            method_error("PUT"),
        ),
        (Credentials::Include, "PUT", &[], Some("*,PUT"), Ok(())),
        (Credentials::Include, "*", &[], Some("*"), Ok(())),
        (
            Credentials::SameOrigin,
            "PUT",
            &[],
            None,
            method_error("PUT"),
        ),
        (
            Credentials::SameOrigin,
            "PUT",
            &[],
            Some(""),
            method_error("PUT"),
        ),
        (
            Credentials::SameOrigin,
            "PUT",
            &[],
            Some("GET, POST"),
            method_error("PUT"),
        ),
        (
            Credentials::SameOrigin,
            "patch",
            &[],
            Some("PATCH"),
            method_error("patch"),
        ),
        (Credentials::SameOrigin, "patch", &[], Some("patch"), Ok(())),
        (
            Credentials::SameOrigin,
            "OPTIONS",
            &[],
            Some("OPTIONS"),
            Ok(()),
        ),
        // CORS-safelisted methods need no mention.
        (Credentials::SameOrigin, "GET", x_a, None, Ok(())),
        (Credentials::Include, "HEAD", x_a, Some("PUT"), Ok(())),
        (Credentials::Include, "POST", x_a, Some("post"), Ok(())),
        // Before the names.
        (
            Credentials::Include,
            "PUT",
            &[("x-b", "1")],
            Some("POST"),
            method_error("PUT"),
        ),
    ] {
        let mut answer = vec![
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "x-a"),
        ];
        answer.extend(methods.map(|value| ("access-control-allow-methods", value)));
        run(vec![Case {
            credentials,
            method,
            headers,
            answer: &answer,
            expected,
            ..PUT
        }])
        .await;
    }
}

#[tokio::test]
async fn then_the_names_have_to_be_allowed() {
    let authorization = || header_error("authorization");
    let (no, yes) = (Credentials::SameOrigin, Credentials::Include);
    let auth: Lines<'_> = &[("authorization", "x")];
    let ab: Lines<'_> = &[("X-B", "1"), ("x-a", "1")];
    for (credentials, headers, names, expected) in [
        (no, ab, Some("x-a,x-b"), Ok(())),
        (no, ab, Some("X-B, X-A, x-c"), Ok(())),
        (no, ab, Some("x-b"), header_error("x-a")),
        (no, ab, Some("x-a"), header_error("x-b")),
        (no, ab, None, header_error("x-a")),
        (no, ab, Some(""), header_error("x-a")),
        (no, ab, Some("*"), Ok(())),
        (Credentials::Omit, ab, Some("x-c,*"), Ok(())),
        (yes, ab, Some("*"), header_error("x-a")),
        (yes, ab, Some("*,x-a,x-b"), Ok(())),
        (yes, &[("*", "1")], Some("*"), Ok(())),
        // `*` never covers Authorization.
        (no, auth, Some("*"), authorization()),
        (no, auth, Some("*,Authorization"), Ok(())),
        (no, auth, Some("AUTHORIZATION"), Ok(())),
        (yes, auth, Some("authorization"), Ok(())),
        (yes, auth, Some("*"), authorization()),
        (no, auth, None, authorization()),
        // It is looked at before the others.
        (
            no,
            &[("a", "1"), ("authorization", "x")],
            None,
            authorization(),
        ),
        // Unsafe by their value.
        (
            no,
            &[("content-type", "application/json")],
            None,
            header_error("content-type"),
        ),
        (
            no,
            &[("content-type", "application/json")],
            Some("Content-Type"),
            Ok(()),
        ),
        (
            no,
            &[("content-type", "text/plain"), ("x-a", "1")],
            Some("x-a"),
            Ok(()),
        ),
    ] {
        let mut answer = vec![
            ("access-control-allow-origin", PAGE),
            ("access-control-allow-credentials", "true"),
        ];
        answer.extend(names.map(|value| ("access-control-allow-headers", value)));
        run(vec![Case {
            credentials,
            method: "GET",
            headers,
            answer: &answer,
            expected,
            ..PUT
        }])
        .await;
    }
}

#[tokio::test]
async fn reasons_are_for_programs() {
    let browser = browser_with_preflight(404, &[("access-control-allow-origin", PAGE)]);
    let blocked = fetch(&browser.page(PAGE), "PUT", &[]).await.unwrap_err();
    assert_eq!(
        *blocked.reason(),
        BlockReason::PreflightStatus(http::StatusCode::NOT_FOUND)
    );
    assert_eq!(blocked.to_string(), format!("{blocked:?}"));
}
