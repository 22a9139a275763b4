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
#[cfg(any(feature = "kong", feature = "krakend"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "kong", feature = "krakend"))))]
pub mod import;
mod layer;
mod method;
mod nearest;
mod observe;
mod origin;
mod paths;
mod per_request;
mod policy;
#[cfg(feature = "reload")]
mod reload;
mod request_headers;
mod service;
mod source;
#[cfg(feature = "tracing")]
pub mod trace;
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
pub use observe::DecisionEvent;
pub use origin::{Origin, OriginPattern, OriginPredicate, PatternFault};
pub use paths::{PathConfigs, PathPolicies};
pub use per_request::{PerRequest, PerRequestAsync, PerRequestFuture};
pub use policy::Policy;
#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
pub use reload::{ReloadHandle, Reloadable};
pub use service::Cors;
pub use source::{Fixed, PolicySource};

/// The code of the README, which the tests compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
