//! The hint at the mistake, in its exact words; none where no mistake is plain.

use super::*;
use tower_cors::testing::Credentials;
use tower_cors::{CorsConfig, CorsLayer};

const ORIGIN: (&str, &str) = ("access-control-allow-origin", PAGE);
const ANY: (&str, &str) = ("access-control-allow-origin", "*");
const TRUE: (&str, &str) = ("access-control-allow-credentials", "true");
const METHODS: (&str, &str) = ("access-control-allow-methods", "PUT");

/// The hint for a request that gets this answer to the first request that it sends. The
/// message and the hint together are what is printed.
async fn hint(page: &Page<Server>, method: &str, headers: Lines<'_>) -> Option<String> {
    let blocked = fetch(page, method, headers).await.unwrap_err();
    let hint = blocked.hint().map(str::to_owned);
    let printed = blocked.to_string();
    assert_eq!(printed.lines().count(), 1 + usize::from(hint.is_some()));
    if let Some(hint) = &hint {
        assert!(printed.ends_with(&format!("\nhint: {hint}")), "{printed}");
    }
    hint
}

fn page(origin: &str, credentials: Credentials, status: u16, answer: Lines<'_>) -> Page<Server> {
    let answer = self::answer(status, answer);
    let browser = browser(move |_| answer.clone());
    browser.page(origin).credentials(credentials)
}

#[tokio::test]
async fn the_preflight_did_not_reach_the_layer() {
    let redirected = "a redirect came before the CORS layer; fetch the final URL";
    let routing = "the CORS layer is inside routing; put it around the whole router";
    let authentication =
        "put the CORS layer outside authentication; preflights have no credentials";
    for (status, answer, cause) in [
        (
            405,
            &[METHODS][..],
            Some(format!("405 Method Not Allowed: {routing}")),
        ),
        (
            404,
            &[ORIGIN, METHODS],
            Some(format!("404 Not Found: {routing}")),
        ),
        (
            401,
            &[ORIGIN, METHODS],
            Some(format!("401 Unauthorized: {authentication}")),
        ),
        (
            407,
            &[],
            Some(format!(
                "407 Proxy Authentication Required: {authentication}"
            )),
        ),
        (
            403,
            &[],
            Some(
                "403 Forbidden: either the CORS policy denies the origin, or its layer is \
                 inside authorization"
                    .to_owned(),
            ),
        ),
        (
            308,
            &[ORIGIN, METHODS, ("location", "/x")],
            Some(format!("308 Permanent Redirect: {redirected}")),
        ),
        (
            302,
            &[("location", "/x")],
            Some(format!("302 Found: {redirected}")),
        ),
        (302, &[ORIGIN], Some(format!("302 Found: {redirected}"))),
        (304, &[ORIGIN, METHODS], None),
        (500, &[ORIGIN, METHODS], None),
        (204, &[], None),
    ] {
        let page = page(PAGE, Credentials::SameOrigin, status, answer);
        let expected = cause.map(|cause| format!("the preflight was answered {cause}"));
        assert_eq!(hint(&page, "PUT", &[]).await, expected, "{status}");
    }
}

/// What the response allows is near to what the page needs.
#[tokio::test]
async fn the_check_failed() {
    let differs = |allowed: &str, origin: &str, part: &str| {
        Some(format!(
            "the server allows `{allowed}`, which differs from the page's origin only in its \
             {part}: allow `{origin}`, or open the page there"
        ))
    };
    let spelled = |allowed: &str| {
        Some(format!(
            "origins are compared byte by byte: write `{PAGE}` instead of `{allowed}`"
        ))
    };
    let (no, yes) = (Credentials::SameOrigin, Credentials::Include);
    for (origin, credentials, allowed, expected) in [
        (
            "https://app.example.com:8443",
            no,
            &[ORIGIN][..],
            differs(PAGE, "https://app.example.com:8443", "port"),
        ),
        (
            "http://localhost:5173",
            yes,
            &[
                ("access-control-allow-origin", "http://localhost:3000"),
                TRUE,
            ],
            differs("http://localhost:3000", "http://localhost:5173", "port"),
        ),
        (
            "http://app.example.com",
            no,
            &[ORIGIN],
            differs(PAGE, "http://app.example.com", "scheme"),
        ),
        (
            "https://www.app.example.com",
            no,
            &[ORIGIN],
            differs(PAGE, "https://www.app.example.com", "`www.`"),
        ),
        (
            "https://example.com",
            no,
            &[("access-control-allow-origin", "https://www.example.com")],
            differs("https://www.example.com", "https://example.com", "`www.`"),
        ),
        // Two differences, or another host, are no slip.
        ("http://www.app.example.com", no, &[ORIGIN], None),
        ("http://app.example.com:81", no, &[ORIGIN], None),
        ("https://evil.example", no, &[ORIGIN], None),
        ("null", no, &[ORIGIN], None),
        (PAGE, no, &[("access-control-allow-origin", "null")], None),
        (PAGE, no, &[("access-control-allow-origin", "")], None),
        (
            PAGE,
            no,
            &[("access-control-allow-origin", "app.example.com")],
            Some(format!(
                "origins are compared byte by byte: write `{PAGE}` instead of `app.example.com`"
            )),
        ),
        (
            PAGE,
            no,
            &[("access-control-allow-origin", "https://app.example.com/")],
            spelled("https://app.example.com/"),
        ),
        (
            PAGE,
            no,
            &[("access-control-allow-origin", "https://App.example.com:443")],
            spelled("https://App.example.com:443"),
        ),
        (
            PAGE,
            no,
            &[ORIGIN, ORIGIN],
            Some(
                "more than one place sets Access-Control-Allow-Origin, or one sets a list: a \
                 handler, a proxy or a second CORS layer; leave it to one, and to one origin"
                    .to_owned(),
            ),
        ),
        (
            PAGE,
            no,
            &[(
                "access-control-allow-origin",
                "https://app.example.com, https://b.example",
            )],
            Some(
                "more than one place sets Access-Control-Allow-Origin, or one sets a list: a \
                 handler, a proxy or a second CORS layer; leave it to one, and to one origin"
                    .to_owned(),
            ),
        ),
        (
            PAGE,
            yes,
            &[ANY, TRUE],
            Some(format!(
                "`*` never allows credentials: list `{PAGE}` and set `allow_credentials`, or \
                 fetch without `credentials: \"include\"`"
            )),
        ),
        (
            PAGE,
            yes,
            &[ORIGIN],
            Some(
                "the origin is allowed, credentials are not: set `allow_credentials`, or fetch \
                 without `credentials: \"include\"`"
                    .to_owned(),
            ),
        ),
        (
            PAGE,
            yes,
            &[ORIGIN, ("access-control-allow-credentials", "True")],
            Some(
                "the origin is allowed, credentials are not: set `allow_credentials`, or fetch \
                 without `credentials: \"include\"`"
                    .to_owned(),
            ),
        ),
        (
            PAGE,
            no,
            &[("vary", "origin"), TRUE],
            Some(format!(
                "the response has `access-control-allow-credentials` without \
                 `access-control-allow-origin`: either the CORS layer does not allow `{PAGE}`, or \
                 something outside it removed the header"
            )),
        ),
        (PAGE, no, &[("vary", "origin")], None),
    ] {
        // The check is one for preflights and for other responses.
        let page = page(origin, credentials, 200, allowed);
        for method in ["GET", "PUT"] {
            let hint = hint(&page, method, &[]).await;
            assert_eq!(hint, expected, "{method} {origin} {allowed:?}");
        }
    }
}

#[tokio::test]
async fn the_preflight_does_not_list_it() {
    let (no, yes) = (Credentials::SameOrigin, Credentials::Include);
    let absent = |list: &str, item: &str| {
        format!(
            "the preflight's answer has no `{list}`: allow `{item}`; if it is allowed, something \
             outside the CORS layer removed the header"
        )
    };
    let literal = |item: &str| {
        format!("with credentials, `*` is a name like any other: list `{item}` itself")
    };
    let cased = |method: &str, upper: &str| {
        format!(
            "methods are case-sensitive, and fetch leaves `{method}` as it is: request `{upper}`"
        )
    };
    let methods = "access-control-allow-methods";
    for (credentials, method, list, expected) in [
        (no, "PATCH", None, absent(methods, "PATCH")),
        (
            no,
            "PATCH",
            Some("GET, PUT"),
            format!("`{methods}` is `GET, PUT`: add `PATCH`"),
        ),
        (no, "patch", Some("GET, PATCH"), cased("patch", "PATCH")),
        // The other spelling is not allowed either.
        (
            no,
            "patch",
            Some("GET"),
            format!("`{methods}` is `GET`: add `patch`"),
        ),
        (yes, "PATCH", Some("*"), literal("PATCH")),
    ] {
        let mut answer = vec![ORIGIN, TRUE];
        answer.extend(list.map(|list| (methods, list)));
        let page = page(PAGE, credentials, 204, &answer);
        let hint = hint(&page, method, &[]).await;
        assert_eq!(hint, Some(expected), "{method} {list:?}");
    }

    let names = "access-control-allow-headers";
    let wildcard = "`*` does not cover `authorization`: list it by its name";
    for (credentials, name, list, expected) in [
        (no, "x-a", None, absent(names, "x-a")),
        (
            no,
            "X-A",
            Some("X-B"),
            format!("`{names}` is `X-B`: add `x-a`"),
        ),
        (yes, "x-a", Some("*"), literal("x-a")),
        (no, "authorization", Some("*"), wildcard.to_owned()),
        (yes, "authorization", Some("*"), wildcard.to_owned()),
        // There is no `*` that could cover it.
        (no, "authorization", None, absent(names, "authorization")),
        (
            no,
            "authorization",
            Some("content-type"),
            format!("`{names}` is `content-type`: add `authorization`"),
        ),
    ] {
        let mut answer = vec![ORIGIN, TRUE, METHODS];
        answer.extend(list.map(|list| (names, list)));
        let page = page(PAGE, credentials, 204, &answer);
        let hint = hint(&page, "PUT", &[(name, "1")]).await;
        assert_eq!(hint, Some(expected), "{name} {list:?}");
    }
}

/// The layer decided, so what a status suggests about its place is wrong.
#[tokio::test]
async fn the_debug_header_knows_better() {
    let denied = "preflight; denied; no entry of allow_origins matches";
    let allowed = "actual; allowed; https://app.example.com matches";
    let says = |decision: &str| Some(format!("`x-cors-debug` says why: {decision}"));
    let lost = |name: &str| {
        Some(format!(
            "the CORS layer allows the request (`x-cors-debug: {allowed}`), so something outside \
             it removed or changed `{name}`"
        ))
    };
    let other = ("access-control-allow-origin", "https://b.example");
    for (method, status, decision, answer, expected) in [
        ("PUT", 403, denied, &[][..], says(denied)),
        ("GET", 401, denied, &[], says(denied)),
        ("GET", 200, "é", &[], says(r"\u00C3\u00A9")),
        (
            "GET",
            200,
            allowed,
            &[],
            lost("access-control-allow-origin"),
        ),
        (
            "GET",
            200,
            allowed,
            &[other],
            lost("access-control-allow-origin"),
        ),
        (
            "PUT",
            204,
            allowed,
            &[TRUE],
            lost("access-control-allow-origin"),
        ),
        (
            "PUT",
            204,
            allowed,
            &[ORIGIN],
            lost("access-control-allow-methods"),
        ),
        // The layer let the service inside answer the preflight.
        ("PUT", 405, allowed, &[ORIGIN], None),
        (
            "GET",
            200,
            allowed,
            &[ORIGIN, ORIGIN],
            Some(
                "more than one place sets Access-Control-Allow-Origin, or one sets a list: a \
                 handler, a proxy or a second CORS layer; leave it to one, and to one origin"
                    .to_owned(),
            ),
        ),
    ] {
        let answer = [answer, &[("x-cors-debug", decision)]].concat();
        let page = page(PAGE, Credentials::SameOrigin, status, &answer);
        let hint = hint(&page, method, &[]).await;
        assert_eq!(hint, expected, "{method} {status} {answer:?}");
    }
    let answer = [ORIGIN, METHODS, ("x-cors-debug", allowed)];
    let page = page(PAGE, Credentials::SameOrigin, 204, &answer);
    let hint = hint(&page, "PUT", &[("x-a", "1")]).await;
    assert_eq!(hint, lost("access-control-allow-headers"));
}

/// A real layer with `debug`, and a proxy that takes one of its headers away.
#[tokio::test]
async fn the_layer_of_this_crate() {
    let config = CorsConfig::new([PAGE])
        .allow_methods([Method::GET])
        .debug(true);
    let inner = tower::service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(Response::new("body".to_owned()))
    });
    let service = tower::ServiceBuilder::new()
        .map_response(|mut response: Response<String>| {
            response.headers_mut().remove("access-control-allow-origin");
            response
        })
        .layer(CorsLayer::new(config).unwrap())
        .service(inner);
    let browser = Browser::new(service);
    let hint = async |page: &str| {
        let blocked = browser.page(page).get("/").await.unwrap_err();
        blocked.hint().map(str::to_owned)
    };
    assert_eq!(
        hint(PAGE).await.unwrap(),
        "the CORS layer allows the request (`x-cors-debug: actual; allowed; \
         https://app.example.com matches`), so something outside it removed or changed \
         `access-control-allow-origin`"
    );
    let denied = hint("https://app.example.com:8443").await.unwrap();
    assert!(
        denied.starts_with("`x-cors-debug` says why: actual; denied; "),
        "{denied}"
    );
}
