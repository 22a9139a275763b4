//! CORS for [Tower](https://docs.rs/tower) services: correct as a browser judges
//! it, hard to misuse, and able to explain every decision.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod action;
mod advisory;
mod body;
mod compile;
mod config;
mod decision;
mod edit;
mod error;
mod explain;
mod future;
mod hash;
mod layer;
mod method;
mod nearest;
mod origin;
mod policy;
mod request_headers;
mod service;
mod vary;

pub use action::Action;
pub use advisory::{Advisory, AdvisoryKind};
pub use body::{BodyMode, CorsBody, SameBody, WrapBody};
pub use config::{
    AllowHeaders, CorsConfig, Danger, Enforcement, InnerHeaders, MaxAge, MaxAgeError, PreflightMode,
};
pub use decision::{Decision, DenyReason, RequestKind, Verdict, is_preflight};
pub use edit::ResponseEdit;
pub use error::{ConfigError, ConfigErrorKind, ConfigErrors};
pub use explain::{Check, Difference, Explanation, NearMiss, Subject};
pub use future::ResponseFuture;
pub use layer::CorsLayer;
pub use origin::{Origin, OriginPattern, OriginPredicate, PatternFault};
pub use policy::Policy;
pub use service::Cors;

/// The code of the README, which the tests compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
