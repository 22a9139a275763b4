//! Configurations of API gateways: `krakend` and `kong`.
//!
//! Each importer takes a [`Document`], which any serde format gives, and gives
//! a configuration with [`Note`]s on all that is not kept or was hardly meant.
//!
//! An import never allows more than the gateway did, which tests compare with answers
//! of the real ones. What cannot be kept exactly is narrowed with a note, or is an error.
//! Values of another type than the gateway reads are errors where it may silently take
//! them for "all", and notes where it ignores them. If no browser sends any origin of a
//! list, its policy is for `https://nobody.invalid`, which no page is, and a note says
//! what is wrong with each entry.
//!
//! Dangers stay what they are: an import names none in
//! [`dangerously_allow`](crate::CorsConfig::dangerously_allow), so what the
//! gateway let pass with credentials is an error of
//! [`compile`](crate::CorsConfig::compile) until you take it on by name. With
//! credentials, an open entry keeps within its site and to https; `compile` finds the
//! site, or its error says what to add.
//!
//! # What is deliberately different from both
//!
//! | | KrakenD | Kong | here |
//! |---|---|---|---|
//! | preflight from an origin that is not allowed | the usual status, without `Access-Control-*` | 200 with all but the origin | 403 |
//! | preflight that is allowed | repeats the asked method and headers | all that is listed | all that is listed |
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
//! None of these lets a page read or do what the gateway did not.

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
