//! Which cookies are kept, and which requests they go with.

use tower_cors::testing::Credentials;

use super::*;

#[tokio::test]
async fn cookies_go_with_credentials_only_and_to_the_server_only() {
    let (own, other) = ("https://api.example.net", "https://other.example/");
    for (page, credentials, url, expected) in [
        (PAGE, Credentials::Include, "/", true),
        (PAGE, Credentials::SameOrigin, "/", false),
        (PAGE, Credentials::Omit, "/", false),
        (own, Credentials::Include, "/", true),
        (own, Credentials::SameOrigin, "/", true),
        (own, Credentials::Omit, "/", false),
        // Cookies do not know ports.
        (
            PAGE,
            Credentials::Include,
            "https://api.example.net:8443/",
            true,
        ),
        (PAGE, Credentials::Include, other, false),
    ] {
        let browser = browser(|_| allowed());
        browser.cookie("a=1");
        browser.cookie("b=2");
        let page = browser.page(page).credentials(credentials);
        // Whether the page may read the answer does not matter here.
        let _ = page.get(url).await;
        let sent = last_sent(&browser);
        let cookie = sent.headers().get("cookie").map(|v| v.to_str().unwrap());
        assert_eq!(
            cookie,
            expected.then_some("a=1; b=2"),
            "{credentials:?} {url}"
        );
    }
}

#[tokio::test]
async fn cookies_are_set_replaced_and_removed() {
    // What the response sets, and the cookies of the request after it.
    for (lines, expected) in [
        (&[][..], Some("a=1; b=2")),
        (&["c=3"], Some("a=1; b=2; c=3")),
        (&["a=4; Path=/x; HttpOnly; Max-Age=60"], Some("a=4; b=2")),
        (&[" b = 5 "], Some("a=1; b=5")),
        (&["c=x=y", "d=", "é=ü"], Some("a=1; b=2; c=x=y; d=; é=ü")),
        (&["c"], Some("a=1; b=2; c")),
        (&["a=; Max-Age=0"], Some("b=2")),
        (&["a=; max-age = -1; Path=/", "b=; Max-Age=0"], None),
        (&["x=; Max-Age=0", "b=2; Max-Age=x"], Some("a=1; b=2")),
    ] {
        let headers: Vec<_> = lines.iter().map(|line| ("set-cookie", *line)).collect();
        let headers = map(&headers);
        let browser = browser(move |_| {
            let mut response = allowed();
            response.headers_mut().extend(headers.clone());
            response
        });
        browser.cookie("a=1");
        browser.cookie("b=2");
        let page = browser.page(PAGE).credentials(Credentials::Include);
        let readable = page.get("/").await.unwrap();
        assert_eq!(readable.header("set-cookie"), None);
        page.get("/").await.unwrap();
        let sent = last_sent(&browser);
        let cookie = sent.headers().get("cookie").map(HeaderValue::as_bytes);
        assert_eq!(cookie, expected.map(str::as_bytes), "{lines:?}");
    }

    let browser = browser(|_| allowed());
    for pair in ["a=1", "b=2", "a=3", "b=4; Path=/"] {
        browser.cookie(pair);
    }
    browser.page(PAGE).navigate("/").await.unwrap();
    assert_eq!(last_sent(&browser).headers()["cookie"], "a=3; b=4");
    browser.remove_cookie("a");
    browser.remove_cookie("c");
    browser.page(PAGE).navigate("/").await.unwrap();
    assert_eq!(last_sent(&browser).headers()["cookie"], "b=4");
}

/// Only responses to requests with credentials set cookies, each for its own host.
#[tokio::test]
async fn who_may_set_a_cookie() {
    let other = "https://other.example/";
    for (credentials, method, url, expected) in [
        (Credentials::Include, "GET", "/", ["set=1", ""]),
        (Credentials::SameOrigin, "GET", "/", ["", ""]),
        (Credentials::Omit, "GET", "/", ["", ""]),
        (Credentials::Include, "GET", other, ["", "set=1"]),
        // The preflight has no credentials, and nothing follows it.
        (Credentials::Include, "PUT", "/", ["", ""]),
    ] {
        let browser = browser(|_| answer(200, &[("set-cookie", "set=1")]));
        let page = browser.page(PAGE).credentials(credentials);
        page.fetch(request(method, url, &[])).await.unwrap_err();
        for (url, expected) in ["/", other].into_iter().zip(expected) {
            browser.page(PAGE).navigate(url).await.unwrap();
            let sent = last_sent(&browser);
            let cookie = sent.headers().get("cookie").map(|v| v.to_str().unwrap());
            assert_eq!(
                cookie.unwrap_or_default(),
                expected,
                "{credentials:?} {url}"
            );
        }
    }
}

#[test]
#[should_panic(expected = "not a cookie: \"a\\nb\"")]
fn cookies_fit_into_a_header() {
    browser(|_| allowed()).cookie("a\nb");
}
