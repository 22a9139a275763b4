//! CORS for [Tower](https://docs.rs/tower) services: correct as a browser judges
//! it, hard to misuse, and able to explain every decision.
//!
//! ```
//! use std::time::Duration;
//! use axum::{Router, routing::get};
//! use axum::http::{Method, header::{AUTHORIZATION, CONTENT_TYPE}};
//! use tower_cors::{CorsConfig, CorsLayer};
//!
//! let cors = CorsLayer::new(
//!     CorsConfig::new(["https://example.com", "https://*.example.com"])
//!         .allow_methods([Method::GET, Method::PUT])
//!         .allow_headers([AUTHORIZATION, CONTENT_TYPE])
//!         .allow_credentials(true)
//!         .max_age(Duration::from_secs(600)),
//! )?;
//! let app: Router = Router::new().route("/", get(|| async { "hello" })).layer(cors);
//! # Ok::<(), tower_cors::ConfigErrors>(())
//! ```
//!
//! A [`CorsConfig`] says what a policy is to be, in code or in a file.
//! [`compile`](CorsConfig::compile) checks it and makes it a [`Policy`], or tells
//! all that is wrong with it. The policy [decides](Policy::decide) about requests,
//! and each decision [explains](Decision::explain) itself; neither needs Tower.
//! [`CorsLayer`] applies the policy to services.
//!
//! # Where the layer belongs
//!
//! Outermost, or nearly. A preflight is an `OPTIONS` request that carries no
//! credentials: behind authentication it is answered 401, behind a route for
//! `POST` only 405, and either way the browser refuses the page. And the
//! responses of what lies outside the layer, errors too, cannot be read by any
//! page, for they lack the headers.
//!
//! ```
//! use axum::{Router, middleware::from_fn, routing::post};
//! # use axum::{extract::Request, middleware::Next};
//! # use tower_cors::{CorsConfig, CorsLayer};
//! # async fn authenticate(request: Request, next: Next) -> axum::response::Response {
//! #     next.run(request).await
//! # }
//! # let cors = CorsLayer::new(CorsConfig::new(["https://app.example.com"]))?;
//!
//! // In axum the layer that is added last is outermost.
//! let right: Router = Router::new()
//!     .route("/", post(|| async {}))
//!     .layer(from_fn(authenticate))
//!     .layer(cors.clone());
//!
//! // Wrong: preflights do not get past the authentication.
//! let wrong: Router = Router::new()
//!     .route("/", post(|| async {}))
//!     .layer(cors)
//!     .layer(from_fn(authenticate));
//! # Ok::<(), tower_cors::ConfigErrors>(())
//! ```
//!
//! Add it by `Router::layer`. The `route_layer` of a `Router` does not see what
//! no route matches, so no page can read the 404; that of a `MethodRouter` does
//! not see preflights at all.
//!
//! A layer that must stand outside, such as a rate limit, can use [`is_preflight`] to
//! let preflights through.
//!
//! # Where to read on
//!
//! | you | |
//! |---|---|
//! | have a CORS error in the console, and ten minutes | [`docs::first_policy`] |
//! | come from tower-http | [`docs::from_tower_http`] |
//! | come from a gateway | [`docs::from_krakend`], [`docs::from_kong`] |
//! | send cookies | [`docs::credentials`] |
//! | develop against `localhost` | [`docs::development`] |
//! | have previews on generated host names | [`docs::previews`] |
//! | read settings from files, variables and flags | [`docs::settings`] |
//! | have tenants, paths, or policies that change | [`docs::tenants_and_reload`] |
//! | serve gRPC-Web | [`docs::grpc_web`] |
//! | use warp, Salvo, jsonrpsee or Actix Web | [`docs::elsewhere`] |
//! | open sockets, or take CORS for a guard | [`docs::websockets`] |
//! | are asked for access to a private network | [`docs::private_network`] |
//! | see a request blocked | [`docs::debugging`] |
//! | take requests or policies from strangers | [`docs::untrusted_input`] |
//! | ask why, or choose between libraries | [`docs::questions`], [`docs::comparison`] |
//! | look for a setting | [`CorsConfig`] |
//! | change the crate, or report a vulnerability | [`docs::map`] |
//!
//! # What CORS does not do
//!
//! It lets pages read responses, or not. It does not keep requests out: unless
//! the policy asks for [enforcement by the server](Enforcement::Server), what it
//! denies still reaches the inner service, and the page only cannot see the
//! response. It is no protection against forged requests, and none for data that
//! is guarded by nothing but where the server stands in a network
//! ([more](docs::websockets)).
//!
//! # Untrusted input
//!
//! Requests can hold anything. Deciding about one allocates nothing, and its work
//! is bounded: an `Origin` of more than 327 bytes is refused unread, and so is a
//! list of requested headers that is longer than any that could be allowed; a
//! host is looked up under as many suffixes as the longest pattern has labels;
//! regular expressions take linear time ([all bounds](docs::untrusted_input)).
//!
//! Policies are trusted, but mistakes in them are contained. With credentials, no
//! pattern, regular expression or predicate allows an origin beyond its
//! [border](docs::credentials#the-border), whatever it matches. What an attacker
//! could use is an error until the policy names the [`Danger`]. Tenants who supply
//! their own policies cannot slow each other down by choosing origins that collide.
//!
//! Nothing panics, unless a function of the caller does.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `regex` | yes | origin patterns as regular expressions |
//! | `serde` | | configurations in files, errors for programs |
//! | `krakend`, `kong` | | configurations of these gateways: see `import` |
//! | `reload` | | policies that can be replaced while they serve |
//! | `schemars` | | a JSON Schema of configurations, for editors |
//! | `testing` | | a browser for tests, and an audit of a service |
//! | `tracing` | | an event for each decision |
//! | `cli` | | the command `tower-cors`: checks, explains, imports, probes |
//!
//! Features add; they do not change what a policy decides.
//!
//! The minimum supported Rust version is 1.86. Raising it is a minor release.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod compile;
mod config;
#[cfg(all(
    doc,
    any(
        not(doctest),
        all(
            feature = "kong",
            feature = "krakend",
            feature = "reload",
            feature = "testing",
        )
    )
))]
#[cfg_attr(docsrs, doc(auto_cfg = false))]
#[cfg_attr(
    not(all(
        feature = "kong",
        feature = "krakend",
        feature = "reload",
        feature = "testing",
        feature = "tracing",
    )),
    allow(rustdoc::broken_intra_doc_links, reason = "they lead to features")
)]
pub mod docs;
pub mod explain;
#[cfg(any(feature = "kong", feature = "krakend"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "kong", feature = "krakend"))))]
pub mod import;
mod origin;
mod policy;
mod problem;
mod service;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
mod text;

pub use config::{
    AllowHeaders, AllowedDanger, CorsConfig, Danger, Enforcement, InnerHeaders, MaxAge,
    OptionError, OriginList, PathConfigs, PreflightMode, WhenEmpty,
};
pub use origin::{
    Origin, OriginPattern, OriginPredicate, PatternFault, PatternKind, RegexFault, WithinFault,
};
pub use policy::{
    Action, Decision, DenyReason, OutsideBorder, PathPolicies, Policy, RequestHead, RequestKind,
    ResponseEdit, Verdict, is_preflight,
};
pub use problem::{Advisory, AdvisoryKind, ConfigError, ConfigErrorKind, ConfigErrors};
#[cfg(feature = "tracing")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
pub use service::trace;
pub use service::{Cors, CorsBody, CorsLayer, EmptyBody, ResponseFuture};
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use service::{ReloadError, ReloadHandle, ReloadablePolicy};

/// The code of the README, which the tests compile. It hides no lines: where
/// READMEs are read, none can be hidden.
#[cfg(all(doctest, feature = "regex", feature = "serde", feature = "testing"))]
#[doc = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))]
mod readme {}
