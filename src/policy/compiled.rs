//! The compiled form of a configuration.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, StatusCode};

use super::method::Methods;
use super::request_headers::RequestHeaders;
use super::vary::Vary;
use crate::config::{CorsConfig, Enforcement, InnerHeaders, PreflightMode};
use crate::origin::OriginMatcher;
use crate::problem::Advisory;

/// A CORS policy: checked, immutable, and with all header values ready.
///
/// A clone is a reference to the same policy. It comes from
/// [`CorsConfig::compile`] and needs nothing but the [`http`] crate: ask
/// [`decide`](Policy::decide) about a request, or give it to a
/// [`CorsLayer`](crate::CorsLayer).
///
/// Deciding changes no reference count. The [action](crate::Action) changes the
/// policy's, because it holds the policy.
#[derive(Clone)]
#[must_use]
pub struct Policy(pub(crate) Arc<Compiled>);

/// What a policy consists of.
pub(crate) struct Compiled {
    pub(crate) config: CorsConfig,
    pub(crate) advisories: Vec<Advisory>,
    pub(crate) origins: OriginMatcher,
    pub(crate) methods: Methods,
    pub(crate) request_headers: RequestHeaders,
    pub(crate) grant: Grant,
    pub(crate) preflight: PreflightAnswer,
    pub(crate) expose: Expose,
    /// Of responses to all but preflights; `None` if they are the same for
    /// every origin.
    pub(crate) vary: Option<&'static Vary>,
    /// Of responses to an `OPTIONS` that is no preflight.
    pub(crate) vary_of_options: &'static Vary,
}

/// Whom a response is shared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grant {
    /// `*`, whatever the request's origin, and without one.
    Everyone,
    /// The request's origin.
    Origin,
}

/// The answer to a preflight, precomputed.
#[derive(Debug)]
pub(crate) struct PreflightAnswer {
    /// With all headers that an answer can have. Those whose value comes from
    /// the request hold a place, so that a clone never grows.
    pub(crate) allowed: HeaderMap,
    pub(crate) status: StatusCode,
    /// The answer repeats something of the request beside the origin.
    pub(crate) is_variable: bool,
    pub(crate) mirror_method: bool,
    pub(crate) mirror_headers: bool,
    pub(crate) vary: &'static Vary,
}

/// What an actual response exposes.
#[derive(Clone, Debug)]
pub(crate) enum Expose {
    Nothing,
    Value(HeaderValue),
    /// The names that the response has.
    Present,
}

impl Policy {
    /// A policy for any origin says so even without one, so that caches keep one response.
    #[inline]
    pub(crate) fn shares_without_origin(&self, method: &Method) -> bool {
        self.0.grant == Grant::Everyone
            && self.0.config.answer_without_origin
            && self.check_actual_method(method).is_ok()
    }

    /// The normalised configuration. Compiling it gives the same policy.
    pub fn config(&self) -> &CorsConfig {
        &self.0.config
    }

    /// What works, but hardly as intended: worth a line in the log of a start.
    #[must_use]
    pub fn advisories(&self) -> &[Advisory] {
        &self.0.advisories
    }

    pub(crate) fn enforced_here(&self) -> bool {
        self.0.config.enforcement == Enforcement::Server
    }

    pub(crate) fn mode(&self) -> PreflightMode {
        self.0.config.preflight
    }

    pub(crate) fn keeps_inner_headers(&self) -> bool {
        self.0.config.inner_headers == InnerHeaders::Keep
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policy").field(&self.0.config).finish()
    }
}
