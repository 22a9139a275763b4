//! Redirects: methods, headers, origins and limits.

use super::*;
use tower_cors::testing::{BlockReason, Credentials};

/// A server that redirects `/from` with `status` to `location` and answers the rest; all
/// with headers that allow `origin` everything.
fn redirecting(status: u16, location: &str, origin: &str) -> Browser<Server> {
    let headers = [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "PUT"),
        (
            "access-control-allow-headers",
            "authorization,x-a,content-type",
        ),
    ];
    let other = answer(200, &headers);
    let mut from = other.clone();
    *from.status_mut() = status.try_into().unwrap();
    from.headers_mut()
        .insert("location", location.parse().unwrap());
    browser(
        move |request| match (request.method(), request.uri().path()) {
            (&Method::OPTIONS, _) => other.clone(),
            (_, "/from") => from.clone(),
            _ => other.clone(),
        },
    )
}

#[tokio::test]
async fn methods_and_bodies() {
    for (status, method, expected) in [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (301, "PUT", "PUT"),
        (302, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (307, "PUT", "PUT"),
        (308, "PUT", "PUT"),
        (303, "GET", "GET"),
        (303, "HEAD", "HEAD"),
    ] {
        let browser = redirecting(status, "/to", PAGE);
        let body = if ["POST", "PUT"].contains(&method) {
            "a=1"
        } else {
            ""
        };
        let mut sent = request(
            method,
            "/from",
            &[
                ("content-type", "text/plain"),
                ("content-language", "de"),
                ("x-a", "1"),
            ],
        );
        *sent.body_mut() = body;
        let readable = browser.page(PAGE).fetch(sent).await.unwrap();
        assert_eq!(readable.url(), "https://api.example.net/to");
        assert!(readable.redirected());

        let sent = last_sent(&browser);
        assert_eq!(sent.method(), expected, "{status} {method}");
        let kept = method == expected;
        let header = |name| sent.headers().get(name).map(|v| v.to_str().unwrap());
        assert_eq!(header("content-type"), kept.then_some("text/plain"));
        assert_eq!(header("content-language"), kept.then_some("de"));
        assert_eq!(header("x-a"), Some("1"));
        let length = (kept && !body.is_empty()).then_some("3");
        assert_eq!(header("content-length"), length, "{status} {method}");
    }
}

#[tokio::test]
async fn other_statuses_and_missing_locations_are_responses() {
    for (status, location) in [(300, Some("/to")), (304, Some("/to")), (302, None)] {
        let browser = browser(move |_| {
            let mut response = allowed();
            *response.status_mut() = status.try_into().unwrap();
            if let Some(location) = location {
                response
                    .headers_mut()
                    .insert("location", location.parse().unwrap());
            }
            response
        });
        let readable = browser.page(PAGE).get("/from").await.unwrap();
        assert_eq!(readable.status(), status);
        assert!(!readable.redirected());
    }
}

/// The origin of the page, the hops, and what the last hop is sent: `Origin`,
/// `Sec-Fetch-Site`, whether there is a cookie of the server's and an `Authorization`.
#[tokio::test]
async fn origins_cookies_and_authorization() {
    let (api, other) = ("https://api.example.net/to", "https://other.example/to");
    for (page, from, to, allow, origin, site, cookie, authorization) in [
        // Same-origin all the way.
        (
            "https://api.example.net",
            "/from",
            api,
            "-",
            None,
            "same-origin",
            true,
            true,
        ),
        // Away from the page's own origin: the page asks, and that is no secret.
        (
            "https://api.example.net",
            "/from",
            other,
            "https://api.example.net",
            Some("https://api.example.net"),
            "cross-site",
            false,
            false,
        ),
        // Within another origin.
        (
            PAGE,
            "/from",
            api,
            PAGE,
            Some(PAGE),
            "cross-site",
            true,
            true,
        ),
        // From another origin to a third.
        (
            PAGE,
            "/from",
            other,
            "null",
            Some("null"),
            "cross-site",
            false,
            false,
        ),
        // From another origin to the page's own: tainted for good.
        (
            PAGE,
            "/from",
            "https://app.example.com/to",
            "null",
            Some("null"),
            "cross-site",
            false,
            false,
        ),
        (
            "null",
            "/from",
            other,
            "null",
            Some("null"),
            "cross-site",
            false,
            false,
        ),
    ] {
        // The first hop is allowed whatever its origin, the second only `allow`.
        let allow = allow.to_owned();
        let page_origin = page.to_owned();
        let browser = browser(move |request| {
            let first = request.uri().path() == "/from";
            let allow = if first { &page_origin } else { &allow };
            let mut response = answer(
                if first && request.method() != Method::OPTIONS {
                    302
                } else {
                    200
                },
                &[
                    ("access-control-allow-origin", allow),
                    ("access-control-allow-credentials", "true"),
                    ("access-control-allow-headers", "authorization"),
                ],
            );
            if first {
                response
                    .headers_mut()
                    .insert("location", to.parse().unwrap());
            }
            if request.method() == Method::OPTIONS {
                response.headers_mut().remove("location");
            }
            response
        });
        browser.cookie("session=1");
        let readable = browser
            .page(page)
            .credentials(Credentials::Include)
            .fetch(request("GET", from, &[("authorization", "x")]))
            .await
            .unwrap();
        assert_eq!(readable.url(), to);

        let sent = last_sent(&browser);
        let header = |name| sent.headers().get(name).map(|v| v.to_str().unwrap());
        assert_eq!(header("origin"), origin, "{page} {to}");
        assert_eq!(header("sec-fetch-site"), Some(site), "{page} {to}");
        assert_eq!(
            header("cookie"),
            cookie.then_some("session=1"),
            "{page} {to}"
        );
        assert_eq!(
            header("authorization"),
            authorization.then_some("x"),
            "{page} {to}"
        );
        let host = to.trim_start_matches("https://").trim_end_matches("/to");
        assert_eq!(header("host"), Some(host), "{page} {to}");
    }
}

#[tokio::test]
async fn every_hop_is_preflighted_and_checked() {
    let browser = redirecting(307, "https://other.example/to", "*");
    let page = browser.page(PAGE);
    page.fetch(request("PUT", "/from", &[])).await.unwrap();
    assert_eq!(
        lines(&browser),
        [
            "OPTIONS https://api.example.net/from 200",
            "PUT https://api.example.net/from 307",
            "OPTIONS https://other.example/to 200",
            "PUT https://other.example/to 200",
        ]
    );
    let tainted = &browser.log()[2];
    assert_eq!(tainted.headers()["origin"], "null");

    // The second hop sends `null`, which this server does not allow.
    let browser = redirecting(302, "https://other.example/to", PAGE);
    let blocked = browser.page(PAGE).get("/from").await.unwrap_err();
    assert_eq!(
        blocked.to_string(),
        "Access to fetch at 'https://other.example/to' (redirected from \
         'https://api.example.net/from') from origin 'https://app.example.com' has been blocked \
         by CORS policy: The 'Access-Control-Allow-Origin' header has a value \
         'https://app.example.com' that is not equal to the supplied origin. Have the server \
         send the header with a valid value."
    );

    // The redirect itself has to pass.
    let browser = super::browser(|_| answer(302, &[("location", "/to")]));
    let blocked = browser.page(PAGE).get("/from").await.unwrap_err();
    assert_eq!(
        blocked.to_string(),
        "Access to fetch at 'https://api.example.net/from' from origin \
         'https://app.example.com' has been blocked by CORS policy: No \
         'Access-Control-Allow-Origin' header is present on the requested resource."
    );
    assert_eq!(browser.log().len(), 1);
}

#[tokio::test]
async fn a_foreign_hop_taints_the_response_for_good() {
    // api (the page's own) → other → api: the last response is filtered.
    let browser = browser(|request| {
        let path = request.uri().path().to_owned();
        let (status, location) = match path.as_str() {
            "/1" => (302, "https://other.example/2"),
            "/2" => (302, "https://api.example.net/3"),
            _ => (200, ""),
        };
        let origin = if path == "/3" {
            "null"
        } else {
            "https://api.example.net"
        };
        answer(
            status,
            &[
                ("access-control-allow-origin", origin),
                ("location", location),
                ("x-a", "1"),
            ],
        )
    });
    let page = browser.page("https://api.example.net");
    let readable = page.get("/1").await.unwrap();
    assert_headers(readable.headers(), &[]);
    assert_eq!(last_sent(&browser).headers()["origin"], "null");

    let readable = page.get("/4").await.unwrap();
    assert_eq!(readable.header("x-a").as_deref(), Some("1"));
    assert_eq!(last_sent(&browser).headers().get("origin"), None);
}

#[tokio::test]
async fn back_home_a_tainted_request_is_preflighted_like_any_other() {
    let browser = super::browser(|request| {
        let origin = request.headers()["origin"].to_str().unwrap();
        let (status, location) = match (request.method(), request.uri().path()) {
            (&Method::PUT, "/1") => (307, "https://other.example/2"),
            (&Method::PUT, "/2") => (307, "https://api.example.net/3"),
            _ => (200, ""),
        };
        answer(
            status,
            &[
                ("access-control-allow-origin", origin),
                ("access-control-allow-methods", "PUT"),
                ("location", location),
            ],
        )
    });
    let page = browser.page("https://api.example.net");
    page.fetch(request("PUT", "/1", &[])).await.unwrap();
    assert_eq!(
        lines(&browser),
        [
            "PUT https://api.example.net/1 307",
            "OPTIONS https://other.example/2 200",
            "PUT https://other.example/2 307",
            "OPTIONS https://api.example.net/3 200",
            "PUT https://api.example.net/3 200",
        ]
    );
}

#[tokio::test]
async fn twenty_are_followed() {
    for (redirects, followed) in [(20, true), (21, false)] {
        let browser = browser(move |request| {
            let number: u32 = request.uri().path()[1..].parse().unwrap();
            let mut response = allowed();
            if number < redirects {
                *response.status_mut() = http::StatusCode::FOUND;
                let next = format!("{}", number + 1).parse().unwrap();
                response.headers_mut().insert("location", next);
            }
            response
        });
        let outcome = browser.page(PAGE).get("/0").await;
        assert_eq!(browser.log().len(), 21);
        match outcome {
            Ok(readable) => {
                assert!(followed);
                assert_eq!(readable.url(), "https://api.example.net/20");
            }
            Err(blocked) => {
                assert!(!followed);
                assert_eq!(
                    blocked.to_string(),
                    "GET https://api.example.net/20 net::ERR_TOO_MANY_REDIRECTS"
                );
            }
        }
    }
}

#[tokio::test]
async fn bad_locations() {
    let cors = "Access to fetch at 'https://api.example.net/from' from origin \
         'https://app.example.com' has been blocked by CORS policy: Redirect location '";
    let end = "' contains a username and password, which is disallowed for cross-origin requests.";
    for (location, expected) in [
        ("ftp://other.example/", None),
        ("data:text/plain,x", None),
        ("https://", None),
        (
            "https://u:p@other.example/",
            Some("https://u:p@other.example/"),
        ),
        // The page's own origin too, since it was another that redirected.
        (
            "https://u@app.example.com/",
            Some("https://u@app.example.com/"),
        ),
    ] {
        let browser = redirecting(302, location, PAGE);
        let blocked = browser.page(PAGE).get("/from").await.unwrap_err();
        let (reason, message) = match expected {
            Some(url) => (
                BlockReason::RedirectWithCredentials(url.to_owned()),
                format!("{cors}{url}{end}"),
            ),
            None => (
                BlockReason::InvalidRedirect(location.to_owned()),
                format!(
                    "GET https://api.example.net/from net::ERR_INVALID_REDIRECT (Location: \
                     '{location}')"
                ),
            ),
        };
        assert_eq!(*blocked.reason(), reason);
        assert_eq!(blocked.to_string(), message);
    }
    let browser = browser(|_| {
        let mut response = allowed();
        *response.status_mut() = http::StatusCode::FOUND;
        for location in ["/a", "/b"] {
            response
                .headers_mut()
                .append("location", location.parse().unwrap());
        }
        response
    });
    let blocked = browser.page(PAGE).get("/from").await.unwrap_err();
    assert_eq!(
        *blocked.reason(),
        BlockReason::InvalidRedirect("/a".to_owned())
    );

    // The page's own origin may not put credentials into another's URL.
    let location = "https://u:p@other.example/";
    let browser = redirecting(302, location, "-");
    let page = browser.page("https://api.example.net");
    let blocked = page.get("/from").await.unwrap_err();
    assert_eq!(
        *blocked.reason(),
        BlockReason::RedirectWithCredentials(location.to_owned())
    );

    // Within one origin, credentials in a URL are nobody else's business.
    let browser = redirecting(302, "https://u:p@api.example.net/to", "-");
    let page = browser.page("https://api.example.net");
    assert!(page.get("/from").await.is_ok());
}

/// The status and where it leads, then what the last hop gets: its method, `Origin`,
/// `Content-Type` and `Sec-Fetch-Site`.
#[tokio::test]
async fn navigations_follow_redirects() {
    let form = "application/x-www-form-urlencoded";
    let (own, other) = ("https://api.example.net/to", "https://other.example/to");
    for (status, to, method, origin, content_type) in [
        (302, own, "GET", None, None),
        (303, other, "GET", None, None),
        (307, own, "POST", Some(PAGE), Some(form)),
        (308, other, "POST", Some("null"), Some(form)),
    ] {
        let browser = browser(move |request| match request.uri().path() {
            "/from" => answer(status, &[("location", to)]),
            _ => answer(200, &[("x-a", "1")]),
        });
        browser.cookie("session=1");
        let page = browser.page(PAGE);
        let response = page.navigate("/from").await.unwrap();
        assert_eq!(response.status(), 200);
        assert_headers(response.headers(), &[("x-a", "1")]);
        let response = page.submit_form("/from", "a=1").await.unwrap();
        assert_eq!(response.body(), b"body");
        assert_eq!(
            lines(&browser),
            [
                format!("GET https://api.example.net/from {status}"),
                format!("GET {to} 200"),
                format!("POST https://api.example.net/from {status}"),
                format!("{method} {to} 200"),
            ]
        );
        let sent = last_sent(&browser);
        let header = |name| sent.headers().get(name).map(|v| v.to_str().unwrap());
        assert_eq!(header("origin"), origin, "{status} {to}");
        assert_eq!(header("content-type"), content_type, "{status} {to}");
        assert_eq!(
            header("sec-fetch-site"),
            Some("cross-site"),
            "{status} {to}"
        );
        let cookie = (to == own).then_some("session=1");
        assert_eq!(header("cookie"), cookie, "{status} {to}");
    }

    let browser = redirecting(302, "ftp://other.example/", PAGE);
    let page = browser.page(PAGE);
    let blocked = page.navigate("/from").await.unwrap_err();
    assert_eq!(
        blocked.to_string(),
        "GET https://api.example.net/from net::ERR_INVALID_REDIRECT (Location: \
         'ftp://other.example/')"
    );
    // A WebSocket's handshake fails at a redirect instead.
    let response = page.web_socket("/from").await.unwrap();
    assert_eq!(response.status(), 302);
}
