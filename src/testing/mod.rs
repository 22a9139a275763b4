//! A browser for tests.
//!
//! [`Browser`] wraps any Tower service, such as a fully assembled axum `Router`, and
//! plays pages that fetch from it, in memory and without a server. It implements the
//! client's side of the [Fetch standard](https://fetch.spec.whatwg.org/): it sends
//! preflights when a browser would and caches their answers, performs the CORS check on
//! every response, follows redirects, keeps cookies, and shows the test exactly what the
//! page's script would see. It judges responses whoever made them: this crate, another
//! CORS layer, or a handler. So a test states what a user needs ("the app may save an
//! item"), not which headers that takes.
//!
//! ```
//! use axum::Router;
//! use axum::http::{Method, Request};
//! use axum::routing::{get, put};
//! use tower_cors::testing::{BlockReason, Browser};
//! use tower_cors::{CorsConfig, CorsLayer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let app = Router::new()
//!     .route("/items", get(|| async { "[]" }))
//!     .route("/items/1", put(|| async {}).delete(|| async {}))
//!     .layer(CorsLayer::new(
//!         CorsConfig::new(["https://app.example.com"]).allow_methods([Method::GET, Method::PUT]),
//!     )?);
//! let browser = Browser::new(app);
//!
//! // The app may read the items, and save one.
//! let page = browser.page("https://app.example.com");
//! assert_eq!(page.get("/items").await?.text(), "[]");
//! page.fetch(Request::put("/items/1").body("{}")?).await?;
//! assert_eq!(browser.preflights(), 1);
//!
//! // It may not delete one.
//! let blocked = page.fetch(Request::delete("/items/1").body("")?).await.unwrap_err();
//! assert_eq!(*blocked.reason(), BlockReason::MethodNotAllowed(Method::DELETE));
//! assert_eq!(
//!     blocked.to_string(),
//!     "Access to fetch at 'https://api.example.net/items/1' from origin \
//!      'https://app.example.com' has been blocked by CORS policy: Method DELETE is not \
//!      allowed by Access-Control-Allow-Methods in preflight response.\n\
//!      hint: `access-control-allow-methods` is `GET, PUT`: add `DELETE`",
//! );
//!
//! // Another site may not even read.
//! assert!(browser.page("https://evil.example").get("/items").await.is_err());
//! # Ok(())
//! # }
//! ```
//!
//! A [`Blocked`] prints what Chromium's console would, and a hint if the mistake is a
//! common one, such as a CORS layer inside authentication. [`Browser::log`] lists the
//! requests that reached the service.
//!
//! # Audit
//!
//! [`audit`](audit()) probes a service with hostile origins and common mistakes, and reports
//! what is wrong with it:
//!
//! ```
//! # use axum::{Router, http::Request, routing::post};
//! # use tower_cors::{CorsConfig, CorsLayer};
//! use tower_cors::testing::{Credentials, audit};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let config = CorsConfig::new(["https://app.example.com"]).allow_headers(["content-type"]);
//! # let app = Router::new()
//! #     .route("/items", post(async || "stored"))
//! #     .layer(CorsLayer::new(config.allow_credentials(true))?);
//! let save = Request::post("/items").header("content-type", "application/json").body("{}")?;
//! let report = audit(app, "https://app.example.com")
//!     .credentials(Credentials::Include)
//!     .request(save)
//!     .run()
//!     .await;
//! report.assert_clean();
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! Only CORS blocks a request here. Mixed content, bad ports, Content Security Policy,
//! and private and local network access are other standards. There is no HTTP cache, no
//! service worker and no mode `no-cors`. Cookies are kept by host and name; of their
//! attributes only a `Max-Age` of 0 or less counts, which removes the cookie. Requests
//! have neither `User-Agent`, `Accept-Encoding`, `Accept-Language` nor `Referer`.
//!
//! # The code
//!
//! This room judges the crate from outside, so it uses no other room: only `url` and the
//! public suffix list. To read: `page`, `fetch`, `preflight`, `cors_check`, then the rest.
//! Arrows go one way:
//!
//! ```text
//! audit → page, hostile → finding → log, reason
//! navigate, page → fetch → browser → cache, cookies, log
//! fetch → preflight, redirect, metadata, hint; page → response, blocked → hint → reason
//! all of these → request → origin; safelist → header_list
//! ```

mod audit;
mod blocked;
mod body;
mod browser;
mod cache;
mod cookies;
mod cors_check;
mod fetch;
mod finding;
mod header_list;
mod hint;
mod hostile;
mod log;
mod metadata;
mod navigate;
mod origin;
mod page;
mod preflight;
mod reason;
mod redirect;
mod request;
mod response;
mod safelist;
mod url;

pub use audit::{Audit, audit};
pub use blocked::Blocked;
pub use body::Body;
pub use browser::Browser;
pub use cache::MaxAgeLimit;
pub use cors_check::CorsCheckFailure;
pub use finding::{Finding, FindingKind, Report};
pub use log::Sent;
pub use page::Page;
pub use reason::BlockReason;
pub use request::Credentials;
pub use response::Response;
