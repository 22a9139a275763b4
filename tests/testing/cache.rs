//! Which fetches a preflight's answer saves another.

use std::time::Duration;

use super::*;
use tower_cors::testing::{Credentials, MaxAgeLimit};

/// A server that allows everything by name, for so long.
fn lists(max_age: &[&str]) -> Browser<Server> {
    let max_age: Vec<_> = max_age
        .iter()
        .map(|value| ("access-control-max-age", *value))
        .collect();
    with(&max_age, "PUT, DELETE", "x-a, X-B, authorization")
}

fn with(max_age: Lines<'_>, methods: &str, names: &str) -> Browser<Server> {
    let headers: Lines<'_> = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", methods),
        ("access-control-allow-headers", names),
    ];
    browser_with_preflight(204, &[headers, max_age].concat())
}

#[track_caller]
fn preflights_since(browser: &Browser<Server>, count: &mut usize) -> usize {
    let before = std::mem::replace(count, browser.preflights());
    *count - before
}

#[tokio::test]
async fn max_age() {
    use MaxAgeLimit::{Chromium, Firefox, Safari, Seconds, Unlimited};
    for (limit, lines, seconds) in [
        (Chromium, &[][..], 5),
        (Chromium, &["60"], 60),
        (Chromium, &["060"], 60),
        // Against the standard, but as all browsers do.
        (Chromium, &["-1"], 0),
        (Firefox, &["-99999999999999999999"], 0),
        (Chromium, &["-"], 5),
        (Chromium, &["--1"], 5),
        (Chromium, &["+60"], 5),
        (Chromium, &["1.5"], 5),
        (Chromium, &["never"], 5),
        (Chromium, &["60", "60"], 5),
        (Chromium, &[""], 5),
        (Chromium, &["0"], 0),
        (Chromium, &["7200"], 7_200),
        (Chromium, &["7201"], 7_200),
        (Firefox, &["86401"], 86_400),
        (Safari, &["601"], 600),
        (Seconds(3), &[], 3),
        (Seconds(0), &["60"], 0),
        (Unlimited, &["604800"], 604_800),
    ] {
        let browser = lists(lines).max_age_limit(limit);
        let page = browser.page(PAGE);
        let mut count = 0;
        fetch(&page, "PUT", &[]).await.unwrap();
        assert_eq!(preflights_since(&browser, &mut count), 1);
        let moment = Duration::from_nanos(u64::from(seconds > 0));
        browser.advance(Duration::from_secs(seconds).saturating_sub(moment));
        fetch(&page, "PUT", &[]).await.unwrap();
        let expected = usize::from(seconds == 0);
        assert_eq!(
            preflights_since(&browser, &mut count),
            expected,
            "{limit:?} {lines:?}"
        );
        browser.advance(moment);
        fetch(&page, "PUT", &[]).await.unwrap();
        assert_eq!(
            preflights_since(&browser, &mut count),
            1,
            "{limit:?} {lines:?}"
        );
    }
    // Too large for any clock is forever.
    let browser = lists(&["99999999999999999999999"]).max_age_limit(Unlimited);
    let page = browser.page(PAGE);
    fetch(&page, "PUT", &[]).await.unwrap();
    browser.advance(Duration::from_secs(1 << 60));
    fetch(&page, "PUT", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 1);
}

#[tokio::test]
async fn every_listed_method_and_name_is_an_entry() {
    let browser = lists(&["60"]);
    let page = browser.page(PAGE);
    let mut count = 0;
    for (method, url, headers, expected) in [
        ("PUT", "/", &[("x-a", "1")][..], 1),
        ("PUT", "/", &[("x-a", "1")], 0),
        ("DELETE", "/", &[], 0),
        ("GET", "/", &[("X-B", "1")], 0),
        (
            "DELETE",
            "/",
            &[("x-a", "1"), ("x-b", "1"), ("authorization", "x")],
            0,
        ),
        // Safelisted methods need no entry.
        ("POST", "/", &[("x-a", "1")], 0),
        // Per URL, query included.
        ("PUT", "/other", &[], 1),
        ("PUT", "/other?q", &[], 1),
        ("PUT", "/other?q", &[], 0),
    ] {
        let sent = page.fetch(request(method, url, headers)).await;
        assert!(sent.is_ok(), "{sent:?}");
        let sent = preflights_since(&browser, &mut count);
        assert_eq!(sent, expected, "{method} {url} {headers:?}");
    }
    // What is not listed is asked again.
    for (method, headers) in [("put", &[("x-c", "1")][..]), ("PATCH", &[])] {
        fetch(&page, method, headers).await.unwrap_err();
        assert_eq!(preflights_since(&browser, &mut count), 1);
    }
}

/// The key is the URL, and a fragment is part of it, although it is not sent.
#[tokio::test]
async fn each_fragment_has_its_own_entries() {
    let browser = browser_with_preflight(204, &[("access-control-allow-origin", PAGE)]);
    let page = browser.page(PAGE).use_cors_preflight();
    for (url, expected) in [("/#a", 1), ("/#a", 1), ("/#b", 2), ("/", 3), ("/#a", 3)] {
        let readable = page.get(url).await.unwrap();
        assert_eq!(readable.url(), "https://api.example.net/");
        assert_eq!(browser.preflights(), expected, "{url}");
    }

    // A redirect hands the fragment on, unless it has its own.
    let browser = super::browser(|request| {
        let (status, location) = match (request.method(), request.uri().path()) {
            (&Method::GET, "/kept") => (302, "/to"),
            (&Method::GET, "/replaced") => (302, "/to#b"),
            _ => (200, ""),
        };
        let allow = ("access-control-allow-origin", PAGE);
        answer(status, &[allow, ("location", location)])
    });
    let page = browser.page(PAGE).use_cors_preflight();
    for (url, expected) in [
        ("/to#a", 1),
        ("/kept#a", 2),
        ("/replaced#a", 4),
        ("/to#b", 4),
    ] {
        page.get(url).await.unwrap();
        assert_eq!(browser.preflights(), expected, "{url}");
    }
}

#[tokio::test]
async fn an_origin_does_not_profit_from_another() {
    let browser = browser(|_| {
        answer(
            200,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-methods", "PUT"),
            ],
        )
    });
    for (page, expected) in [
        (PAGE, 1),
        (PAGE, 1),
        ("https://other.example", 2),
        ("http://app.example.com", 3),
        ("null", 4),
        ("null", 4),
    ] {
        fetch(&browser.page(page), "PUT", &[]).await.unwrap();
        assert_eq!(browser.preflights(), expected, "{page}");
    }
}

#[tokio::test]
async fn credentialed_entries_serve_uncredentialed_requests_but_not_the_reverse() {
    for (first, second, expected) in [
        (Credentials::Include, Credentials::Include, 1),
        (Credentials::Include, Credentials::SameOrigin, 1),
        (Credentials::Include, Credentials::Omit, 1),
        (Credentials::SameOrigin, Credentials::Include, 2),
        (Credentials::Omit, Credentials::Include, 2),
        (Credentials::Omit, Credentials::SameOrigin, 1),
    ] {
        let browser = lists(&["60"]);
        for mode in [first, second] {
            let page = browser.page(PAGE).credentials(mode);
            fetch(&page, "PUT", &[("x-a", "1")]).await.unwrap();
        }
        assert_eq!(browser.preflights(), expected, "{first:?} {second:?}");
    }
}

#[tokio::test]
async fn wildcard_entries() {
    // Uncredentialed, `*` stands for any method and any name but Authorization.
    let browser = with(&[], "*", "*");
    let page = browser.page(PAGE);
    let mut count = 0;
    for (method, headers, expected) in [
        ("PUT", &[("x-a", "1")][..], 1),
        ("PATCH", &[("x-b", "1")], 0),
    ] {
        fetch(&page, method, headers).await.unwrap();
        assert_eq!(preflights_since(&browser, &mut count), expected, "{method}");
    }
    fetch(&page, "PUT", &[("authorization", "x")])
        .await
        .unwrap_err();
    assert_eq!(preflights_since(&browser, &mut count), 1);

    // Credentialed, it is a name like any other, for whoever comes later.
    let browser = with(&[], "*, PUT", "*, x-a");
    let (yes, no) = (
        browser.page(PAGE).credentials(Credentials::Include),
        browser.page(PAGE),
    );
    let mut count = 0;
    fetch(&yes, "PUT", &[("x-a", "1")]).await.unwrap();
    assert_eq!(preflights_since(&browser, &mut count), 1);
    fetch(&yes, "PUT", &[("*", "1")]).await.unwrap();
    assert_eq!(preflights_since(&browser, &mut count), 0);
    fetch(&yes, "DELETE", &[]).await.unwrap_err();
    assert_eq!(preflights_since(&browser, &mut count), 1);
    fetch(&no, "PUT", &[("x-b", "1")]).await.unwrap();
    assert_eq!(preflights_since(&browser, &mut count), 1);
}

/// The name `*` of a credentialed answer does not stand in for the wildcard of a
/// later one.
#[tokio::test]
async fn a_wildcard_is_kept_beside_the_name() {
    let browser = with(
        &["60"].map(|value| ("access-control-max-age", value)),
        "*, PUT",
        "*, x-a",
    );
    let (yes, no) = (
        browser.page(PAGE).credentials(Credentials::Include),
        browser.page(PAGE),
    );
    let mut count = 0;
    for (page, method, headers, expected) in [
        (&yes, "PUT", &[("x-a", "1")][..], 1),
        (&no, "DELETE", &[("x-b", "1")], 1),
        (&no, "PATCH", &[("x-c", "1")], 0),
        (&yes, "PUT", &[("x-a", "1")], 0),
    ] {
        fetch(page, method, headers).await.unwrap();
        let sent = preflights_since(&browser, &mut count);
        assert_eq!(sent, expected, "{method} {headers:?}");
    }
}

#[tokio::test]
async fn a_new_answer_restarts_the_clock_of_its_entries() {
    let browser = lists(&["60"]);
    let page = browser.page(PAGE);
    fetch(&page, "PUT", &[]).await.unwrap();
    browser.advance(Duration::from_secs(50));
    // Not cached, so asked; the answer lists PUT once more.
    fetch(&page, "PATCH", &[]).await.unwrap_err();
    assert_eq!(browser.preflights(), 2);
    fetch(&page, "PUT", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 3, "the failure cleared the cache");

    browser.advance(Duration::from_secs(50));
    let forced = browser.page(PAGE).use_cors_preflight();
    fetch(&forced, "GET", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 4);
    browser.advance(Duration::from_secs(50));
    fetch(&page, "PUT", &[]).await.unwrap();
    assert_eq!(browser.preflights(), 4);
}

#[tokio::test]
async fn a_new_answer_shortens_the_life_of_its_entries() {
    for listed in ["PUT", "*"] {
        let browser = browser(move |request| match *request.method() {
            Method::OPTIONS => {
                let names = request.headers().get("access-control-request-headers");
                let max_age = if names.is_none() { "60" } else { "10" };
                answer(
                    204,
                    &[
                        ("access-control-allow-origin", PAGE),
                        ("access-control-allow-methods", listed),
                        ("access-control-allow-headers", names.map_or("", |_| "x-a")),
                        ("access-control-max-age", max_age),
                    ],
                )
            }
            _ => allowed(),
        });
        let page = browser.page(PAGE);
        fetch(&page, "PUT", &[]).await.unwrap();
        fetch(&page, "PUT", &[("x-a", "1")]).await.unwrap();
        assert_eq!(browser.preflights(), 2, "{listed}");
        browser.advance(Duration::from_secs(20));
        fetch(&page, "PUT", &[]).await.unwrap();
        assert_eq!(browser.preflights(), 3, "{listed}");
    }
}

#[tokio::test]
async fn a_network_error_clears_the_entries_of_its_origin_and_url() {
    let browser = browser(|request| match (request.method(), request.uri().path()) {
        (&Method::OPTIONS, _) => answer(
            204,
            &[
                ("access-control-allow-origin", PAGE),
                ("access-control-allow-methods", "PUT, DELETE"),
            ],
        ),
        (&Method::DELETE, _) => answer(200, &[]),
        _ => allowed(),
    });
    let page = browser.page(PAGE);
    page.fetch(request("PUT", "/kept", &[])).await.unwrap();
    page.fetch(request("PUT", "/", &[])).await.unwrap();
    assert_eq!(browser.preflights(), 2);
    // Cached, so that the response is what fails.
    page.fetch(request("DELETE", "/", &[])).await.unwrap_err();
    assert_eq!(browser.preflights(), 2);
    page.fetch(request("PUT", "/kept", &[])).await.unwrap();
    assert_eq!(browser.preflights(), 2);
    page.fetch(request("PUT", "/", &[])).await.unwrap();
    assert_eq!(browser.preflights(), 3);
}
