//! What is sent apart from preflights, and what comes of it.

use super::*;
use tower_cors::testing::BlockReason;

#[tokio::test]
async fn actual_requests() {
    let browser = browser(|_| {
        answer(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "PUT"),
                ("access-control-allow-headers", "x-a"),
            ],
        )
    });
    let own = "https://api.example.net";
    let fixed = |site| {
        [
            ("host", "api.example.net"),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-site", site),
        ]
    };
    for (page, method, headers, body, site, expected) in [
        (
            PAGE,
            "get",
            &[][..],
            "",
            "cross-site",
            &[("accept", "*/*"), ("origin", PAGE)][..],
        ),
        (own, "GET", &[], "", "same-origin", &[("accept", "*/*")]),
        (own, "HEAD", &[], "", "same-origin", &[("accept", "*/*")]),
        (
            own,
            "POST",
            &[],
            "",
            "same-origin",
            &[("accept", "*/*"), ("origin", own), ("content-length", "0")],
        ),
        (
            PAGE,
            "PUT",
            &[
                ("Accept", " a "),
                ("X-A", "1\t"),
                ("x-a", "2"),
                // Scripts cannot set these.
                ("Cookie", "a=b"),
                ("Origin", "https://evil.example"),
                ("Host", "evil.example"),
                ("Sec-Fetch-Site", "same-origin"),
                ("X-HTTP-Method-Override", "TRACE"),
            ],
            "body",
            "cross-site",
            &[
                ("accept", "a"),
                ("x-a", "1"),
                ("x-a", "2"),
                ("origin", PAGE),
                ("content-type", "text/plain;charset=UTF-8"),
                ("content-length", "4"),
            ],
        ),
        (
            "null",
            "GET",
            &[],
            "",
            "cross-site",
            &[("accept", "*/*"), ("origin", "null")],
        ),
    ] {
        let mut sent = request(method, "/", headers);
        *sent.body_mut() = body;
        browser.page(page).fetch(sent).await.unwrap();
        let sent = last_sent(&browser);
        assert!(!sent.is_preflight());
        assert_eq!(*sent.method(), *method.to_ascii_uppercase());
        assert_headers(sent.headers(), &[&fixed(site)[..], expected].concat());
    }
}

#[tokio::test]
async fn type_errors() {
    let prefix = "TypeError: Failed to execute 'fetch' on 'Window': ";
    let browser = browser(|_| allowed());
    let page = browser.page(PAGE);
    for (method, url, body, expected) in [
        ("TRACE", "/", "", "'TRACE' HTTP method is unsupported."),
        ("connect", "/", "", "'connect' HTTP method is unsupported."),
        ("Track", "/", "", "'Track' HTTP method is unsupported."),
        (
            "get",
            "/",
            "x",
            "Request with GET/HEAD method cannot have body.",
        ),
        (
            "HEAD",
            "/",
            "x",
            "Request with GET/HEAD method cannot have body.",
        ),
        (
            "GET",
            "https://u:p@api.example.net/",
            "",
            "Request cannot be constructed from a URL that includes credentials: \
             https://u:p@api.example.net/",
        ),
        (
            "GET",
            "ftp://api.example.net/",
            "",
            "Failed to parse URL from ftp://api.example.net/",
        ),
    ] {
        let mut sent = request(method, url, &[]);
        *sent.body_mut() = body;
        let blocked = page.fetch(sent).await.unwrap_err();
        assert_eq!(blocked.to_string(), format!("{prefix}{expected}"));
    }
    let blocked = page.get("https://a b/").await.unwrap_err();
    assert_eq!(
        *blocked.reason(),
        BlockReason::InvalidUrl("https://a b/".to_owned())
    );
    assert_eq!(browser.log().len(), 0);
}

#[tokio::test]
async fn urls() {
    let browser = browser(|_| answer(200, &[("access-control-allow-origin", "*")]))
        .server("http://localhost:8080/base/");
    let page = browser.page(PAGE);
    for (url, expected) in [
        ("/a b?c#d", "http://localhost:8080/a%20b?c"),
        ("x", "http://localhost:8080/base/x"),
        ("https://Other.example:443", "https://other.example/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://ü.example/é", "http://xn--tda.example/%C3%A9"),
    ] {
        let readable = page.get(url).await.unwrap();
        assert_eq!(readable.url(), expected);
        assert_eq!(last_sent(&browser).url(), expected);
    }
    page.get("/").await.unwrap();
    assert_eq!(last_sent(&browser).headers()["host"], "localhost:8080");

    // A URL, but none that a request of `http` can carry.
    let blocked = page.get("https://a{b/").await.unwrap_err();
    assert_eq!(
        *blocked.reason(),
        BlockReason::InvalidUrl("https://a{b/".to_owned())
    );
}

#[tokio::test]
async fn pages_at_odd_spellings_of_an_address() {
    let browser = browser(|_| {
        answer(
            200,
            &[("access-control-allow-origin", "http://127.0.0.1:1")],
        )
    });
    browser.page("http://127.1:1").get("/").await.unwrap();
    assert_eq!(
        last_sent(&browser).headers()["origin"],
        "http://127.0.0.1:1"
    );
}

#[tokio::test]
async fn what_a_script_sees() {
    let sent: Lines<'_> = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-expose-headers", "X-A"),
        ("content-type", "  text/plain "),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b", "3"),
        ("set-cookie", "a=b"),
    ];
    for (method, status, body) in [
        ("GET", 200, "body"),
        ("GET", 404, "body"),
        ("GET", 204, ""),
        ("GET", 304, ""),
        ("HEAD", 200, ""),
    ] {
        let browser = browser(move |_| answer(status, sent));
        let readable = fetch(&browser.page(PAGE), method, &[]).await.unwrap();
        assert_eq!(readable.status(), status);
        assert_eq!(readable.text(), body, "{method} {status}");
        assert_eq!(readable.body(), body.as_bytes());
        assert_eq!(readable.url(), "https://api.example.net/");
        assert!(!readable.redirected());
        assert_headers(
            readable.headers(),
            &[("content-type", "text/plain"), ("x-a", "1"), ("x-a", "2")],
        );
        assert_eq!(readable.header("X-A").as_deref(), Some("1, 2"));
        assert_eq!(readable.header("x-b"), None);
        assert_eq!(readable.header("not a name"), None);
    }
}

/// A response without CORS headers, whatever made it.
#[tokio::test]
async fn unreadable_responses() {
    let message = "Access to fetch at 'https://api.example.net/' from origin \
         'https://app.example.com' has been blocked by CORS policy: No \
         'Access-Control-Allow-Origin' header is present on the requested resource.";
    let hint = "if the CORS policy allows the origin, then something outside the CORS layer \
         answered; authentication, limits, timeouts and fallbacks belong inside";
    for (status, expected) in [
        (200, None),
        (304, None),
        (
            401,
            Some(format!("the response is 401 Unauthorized: {hint}")),
        ),
        (
            504,
            Some(format!("the response is 504 Gateway Timeout: {hint}")),
        ),
    ] {
        let browser = browser(move |_| answer(status, &[]));
        let blocked = browser.page(PAGE).get("/").await.unwrap_err();
        assert_eq!(blocked.hint(), expected.as_deref());
        let end = expected.map_or(String::new(), |hint| format!("\nhint: {hint}"));
        assert_eq!(blocked.to_string(), format!("{message}{end}"));
    }
    // Same-origin pages need none.
    let browser = browser(|_| answer(500, &[]));
    let page = browser.page("https://api.example.net");
    assert_eq!(page.get("/").await.unwrap().status(), 500);
}

#[tokio::test]
async fn the_service_fails() {
    let service = tower::service_fn(|_: Request<Vec<u8>>| async {
        Err::<Response<String>, _>("connection reset")
    });
    let browser = Browser::with_request_body(service);
    let page = browser.page(PAGE);
    for (method, expected) in [
        (
            "GET",
            "GET https://api.example.net/ net::ERR_FAILED (connection reset)",
        ),
        (
            "PUT",
            "PUT https://api.example.net/ net::ERR_FAILED (connection reset)",
        ),
    ] {
        let blocked = page.fetch(request(method, "/", &[])).await.unwrap_err();
        assert_eq!(
            *blocked.reason(),
            BlockReason::Network("connection reset".to_owned())
        );
        assert_eq!(blocked.to_string(), expected);
    }
    assert_eq!(
        lines(&browser),
        [
            "GET https://api.example.net/ 0",
            "OPTIONS https://api.example.net/ 0"
        ]
    );
}

#[test]
fn debug_output_names_what_is_open() {
    let browser = browser(|_| allowed());
    let shown = format!("{browser:?}");
    assert!(shown.starts_with("Browser { state: State {"), "{shown}");
    let shown = format!("{:?}", browser.page(PAGE));
    assert!(shown.starts_with("Page { browser: Browser {"), "{shown}");
}

#[tokio::test]
async fn navigations_and_web_sockets_are_not_checked() {
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let browser = browser(|_| answer(403, &[("x-a", "1"), ("set-cookie", "session=1; HttpOnly")]));
    browser.cookie("session=1");
    let page = browser.page(PAGE);

    let response = page.navigate("/x").await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.body(), b"body");
    assert_headers(
        response.headers(),
        &[("x-a", "1"), ("set-cookie", "session=1; HttpOnly")],
    );
    let navigation = [
        ("accept", accept),
        ("cookie", "session=1"),
        ("host", "api.example.net"),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_headers(last_sent(&browser).headers(), &navigation);

    page.submit_form("/x", "a=1&b=2").await.unwrap();
    let form = [
        ("content-length", "7"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", PAGE),
    ];
    let expected = [&navigation[..], &form].concat();
    assert_headers(last_sent(&browser).headers(), &expected);

    for (page, url) in [
        (PAGE, "wss://api.example.net/x"),
        (PAGE, "https://api.example.net/x"),
        ("https://api.example.net", "/x"),
        ("https://api.example.net", "ws"),
    ] {
        browser.page(page).web_socket(url).await.unwrap();
        let site = if page == PAGE {
            "cross-site"
        } else {
            "same-origin"
        };
        assert_headers(
            last_sent(&browser).headers(),
            &[
                ("cache-control", "no-cache"),
                ("connection", "Upgrade"),
                ("cookie", "session=1"),
                ("host", "api.example.net"),
                ("origin", page),
                ("pragma", "no-cache"),
                ("sec-fetch-dest", "empty"),
                ("sec-fetch-mode", "websocket"),
                ("sec-fetch-site", site),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
                ("sec-websocket-version", "13"),
                ("upgrade", "websocket"),
            ],
        );
    }
    assert_eq!(
        lines(&browser),
        [
            "GET https://api.example.net/x 403",
            "POST https://api.example.net/x 403",
            "GET https://api.example.net/x 403",
            "GET https://api.example.net/x 403",
            "GET https://api.example.net/x 403",
            "GET https://api.example.net/ws 403",
        ]
    );
    assert_eq!(browser.preflights(), 0);

    // Chromium's handshakes, and the fetches of browsers before Fetch Metadata.
    let page = page.without_fetch_metadata();
    page.web_socket("/x").await.unwrap();
    assert_headers(
        last_sent(&browser).headers(),
        &[
            ("cache-control", "no-cache"),
            ("connection", "Upgrade"),
            ("cookie", "session=1"),
            ("host", "api.example.net"),
            ("origin", PAGE),
            ("pragma", "no-cache"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-version", "13"),
            ("upgrade", "websocket"),
        ],
    );
    page.get("/x").await.unwrap_err();
    assert_headers(
        last_sent(&browser).headers(),
        &[
            ("accept", "*/*"),
            ("host", "api.example.net"),
            ("origin", PAGE),
        ],
    );
    page.use_cors_preflight().get("/x").await.unwrap_err();
    assert_headers(
        last_sent(&browser).headers(),
        &[
            ("accept", "*/*"),
            ("access-control-request-method", "GET"),
            ("host", "api.example.net"),
            ("origin", PAGE),
        ],
    );

    let blocked = browser.page(PAGE).navigate("ftp://x").await.unwrap_err();
    assert_eq!(
        *blocked.reason(),
        BlockReason::InvalidUrl("ftp://x".to_owned())
    );
}

#[test]
#[should_panic(expected = "a page needs an origin, such as https://app.example.com, not \"app\"")]
fn pages_need_an_origin() {
    let _ = browser(|_| allowed()).page("app");
}

#[test]
#[should_panic(expected = "the server needs an absolute HTTP(S) URL, not \"/\"")]
fn servers_need_a_url() {
    let _ = browser(|_| allowed()).server("/");
}
