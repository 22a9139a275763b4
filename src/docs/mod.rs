//! Long documentation: a chapter for each reader, whose code the tests run.
//!
//! The code is of services in axum, whose `axum::http` is the crate `http`. It leaves out
//! what repeats: routers, `main`, and imports that stand above in the chapter. A `page` is
//! one of [`Browser`](crate::testing::Browser), with the feature `testing`.
//!
//! | you | chapter |
//! |---|---|
//! | have a CORS error in the console, and ten minutes | [`first_policy`] |
//! | use tower-http's `CorsLayer` | [`from_tower_http`] |
//! | have KrakenD in front of your service | [`from_krakend`] |
//! | have Kong in front of your service | [`from_kong`] |
//! | send cookies, or wonder what `dangerously_allow` allows | [`credentials`] |
//! | develop against `localhost` | [`development`] |
//! | have previews on generated host names | [`previews`] |
//! | read settings from files, variables and flags | [`settings`] |
//! | have tenants, paths, or policies that change | [`tenants_and_reload`] |
//! | serve gRPC-Web | [`grpc_web`] |
//! | use warp, Salvo, jsonrpsee or Actix Web | [`elsewhere`] |
//! | serve WebSockets, or take CORS for access control | [`websockets`] |
//! | are asked for `Access-Control-Allow-Private-Network` | [`private_network`] |
//! | see a request blocked | [`debugging`] |
//! | see it blocked in one browser only | [`browsers`] |
//! | take requests, or policies, from strangers | [`untrusted_input`] |
//! | ask why it is as it is | [`questions`] |
//! | choose between libraries | [`comparison`] |
//! | change the crate, or report a vulnerability | [`map`], [`changelog`] |

#[doc = include_str!("first_policy.md")]
pub mod first_policy {}

#[doc = include_str!("from_tower_http.md")]
pub mod from_tower_http {}

#[doc = include_str!("from_krakend.md")]
pub mod from_krakend {}

#[doc = include_str!("from_kong.md")]
pub mod from_kong {}

#[doc = include_str!("credentials.md")]
pub mod credentials {}

#[doc = include_str!("development.md")]
pub mod development {}

#[doc = include_str!("previews.md")]
pub mod previews {}

#[doc = include_str!("settings.md")]
pub mod settings {}

#[doc = include_str!("tenants_and_reload.md")]
pub mod tenants_and_reload {}

#[doc = include_str!("grpc_web.md")]
pub mod grpc_web {}

#[doc = include_str!("elsewhere.md")]
pub mod elsewhere {}

#[doc = include_str!("websockets.md")]
pub mod websockets {}

#[doc = include_str!("private_network.md")]
pub mod private_network {}

#[doc = include_str!("debugging.md")]
pub mod debugging {}

#[cfg(doctest)]
#[doc = include_str!("debugging_check.md")]
mod debugging_check {}

#[doc = include_str!("browsers.md")]
pub mod browsers {}

#[doc = include_str!("untrusted_input.md")]
pub mod untrusted_input {}

#[doc = include_str!("questions.md")]
pub mod questions {}

#[doc = include_str!("comparison.md")]
pub mod comparison {}

#[doc = include_str!("map.md")]
pub mod map {}

#[doc = include_str!("changelog.md")]
pub mod changelog {}
