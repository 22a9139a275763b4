//! A real stack: an axum router behind tower-http's CORS layer.

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::routing::{get, put};
use http::HeaderName;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::*;
use tower_cors::testing::Credentials;

fn routes() -> Router {
    Router::new()
        .route("/items", get(|| async { ([("x-total", "3")], "[]") }))
        .route("/items/1", put(|| async { StatusCode::NO_CONTENT }))
}

fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::exact(PAGE.parse().unwrap()))
        .allow_methods([Method::GET, Method::PUT])
        .allow_headers([http::header::CONTENT_TYPE])
        .expose_headers([HeaderName::from_static("x-total")])
        .allow_credentials(true)
}

/// Fetches can be spawned.
fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn a_good_stack() {
    let browser = Browser::new(routes().layer(cors()));
    browser.cookie("session=1");
    let page = browser.page(PAGE).credentials(Credentials::Include);
    let readable = assert_send(page.get("/items")).await.unwrap();
    assert_eq!(readable.text(), "[]");
    assert_eq!(readable.header("x-total").as_deref(), Some("3"));

    let save = request("PUT", "/items/1", &[("content-type", "application/json")]);
    let readable = assert_send(page.fetch(save)).await.unwrap();
    assert_eq!(readable.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        lines(&browser),
        [
            "GET https://api.example.net/items 200",
            "OPTIONS https://api.example.net/items/1 200",
            "PUT https://api.example.net/items/1 204",
        ]
    );
    let blocked = browser.page("https://evil.example").get("/items").await;
    assert_eq!(
        blocked.unwrap_err().to_string(),
        "Access to fetch at 'https://api.example.net/items' from origin 'https://evil.example' \
         has been blocked by CORS policy: The 'Access-Control-Allow-Origin' header has a value \
         'https://app.example.com' that is not equal to the supplied origin. Have the server \
         send the header with a valid value."
    );
}

#[tokio::test]
async fn authentication_outside_the_cors_layer() {
    let app = routes()
        .layer(cors())
        .layer(from_fn(async |_: axum::extract::Request, _: Next| {
            StatusCode::UNAUTHORIZED
        }));
    let browser = Browser::<_, axum::body::Body>::with_request_body(app);
    let save = request("PUT", "/items/1", &[]);
    let blocked = browser.page(PAGE).fetch(save).await.unwrap_err();
    assert_eq!(
        blocked.hint(),
        Some(
            "the preflight was answered 401 Unauthorized: put the CORS layer outside \
             authentication; preflights have no credentials"
        )
    );
}

#[tokio::test]
async fn no_cors_layer() {
    let browser = Browser::new(routes());
    let save = request("PUT", "/items/1", &[]);
    let blocked = browser.page(PAGE).fetch(save).await.unwrap_err();
    assert_eq!(
        blocked.hint(),
        Some(
            "the preflight was answered 405 Method Not Allowed: the CORS layer is inside \
             routing; put it around the whole router"
        )
    );
}
