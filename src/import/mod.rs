//! Imports the CORS configuration of API gateways: `krakend` and `kong`.
//!
//! An importer reads a [`Document`], which any serde format can provide, and returns a
//! configuration with [`Note`]s on everything that differs or was hardly meant.
//!
//! An import never allows more than the gateway did. Tests compare it with recorded answers
//! of the real gateways. If something cannot be kept exactly, it is narrowed with a note, or
//! it is an error. A value of the wrong type is an error if the gateway might silently take
//! it for "all", and a note if the gateway ignores it. If browsers send none of the origins
//! in a list, the policy is for `https://nobody.invalid`, which is not the origin of any
//! page, and a note gives the reason for each entry.
//!
//! An import takes on no danger: [`dangerously_allow`](crate::CorsConfig::dangerously_allow)
//! is empty. If the gateway allowed something dangerous with credentials,
//! [`compile`](crate::CorsConfig::compile) reports an error until you name the danger. With
//! credentials, an open entry is restricted to its site and to https. `compile` infers the
//! site, or its error says what to add.
//!
//! # Deliberate differences from both
//!
//! | | KrakenD | Kong | here |
//! |---|---|---|---|
//! | preflight from an origin that is not allowed | the usual status, without `Access-Control-*` | 200 with all but the origin | 403 |
//! | preflight that is allowed | repeats the requested method and headers | all that is listed | all that is listed |
//! | preflight for a method or header that is not listed | the usual status, without `Access-Control-*` | 200 with all that is listed | the lists; 403 for a `GET`, `HEAD` or `POST` that is not listed |
//! | a method that is not listed, on a request | denied | allowed; browsers send it after a preflight only | denied |
//! | `OPTIONS` that is no preflight | the application's | the application's; before 1.3 answered | the application's |
//! | one single origin | only to that origin | to everyone, without comparison | only to that origin, and `Vary: Origin` |
//! | an origin not as browsers serialise it | as any text | normalised first | denied |
//! | the origin `null` | by any pattern that matches | by any pattern that matches | only by `null` itself, or `*` |
//! | `Access-Control-Allow-Credentials` | to allowed origins | to all | to allowed origins |
//! | `Access-Control-*` from the inner service | – | replaced one by one | all removed |
//! | `Vary` on a preflight | each time a line more | `Origin` | what the answer depends on |
//!
//! None of these lets a page read or do more than it could with the gateway.
//!
//! # The code
//!
//! This room uses `compile`, `config`, `origin`, `policy`, `problem` and `text`. To read:
//! `krakend`, which is the shorter of the two, then what it uses. Arrows go one way:
//!
//! ```text
//! krakend, kong → names, origins, max_age → node → findings → note, error → document, gateway
//! ```

#![cfg_attr(
    not(all(feature = "kong", feature = "krakend")),
    allow(dead_code, reason = "the two share what one alone may not need")
)]

mod document;
mod error;
mod findings;
mod gateway;
#[cfg(feature = "kong")]
#[cfg_attr(docsrs, doc(cfg(feature = "kong")))]
pub mod kong;
#[cfg(feature = "krakend")]
#[cfg_attr(docsrs, doc(cfg(feature = "krakend")))]
pub mod krakend;
mod max_age;
mod names;
mod node;
mod note;
mod origins;

pub use document::Document;
pub use error::{ImportError, ImportErrorKind, ImportErrors};
pub use findings::Imported;
pub use gateway::Gateway;
pub use note::{Note, NoteKind};
