//! The compiled form of a configuration.

use std::fmt;
use std::sync::Arc;
#[cfg(feature = "tracing")]
use std::sync::atomic::{AtomicU8, Ordering};

use http::HeaderValue;

use super::methods::Methods;
#[cfg(feature = "tracing")]
use super::notice::Notice;
use super::own_origins::OwnOrigins;
use super::preflight_answer::PreflightAnswer;
use super::request_headers::RequestHeaders;
use super::vary::Vary;
use crate::config::{CorsConfig, Enforcement};
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

/// The parts of a policy.
pub(crate) struct Compiled {
    pub(crate) config: CorsConfig,
    pub(crate) advisories: Vec<Advisory>,
    pub(crate) origins: OriginMatcher,
    pub(crate) methods: Methods,
    pub(crate) request_headers: RequestHeaders,
    /// `*`, if responses are shared with any origin, and without one.
    pub(crate) any_origin: Option<HeaderValue>,
    pub(crate) exempt: Exempt,
    pub(crate) preflight: PreflightAnswer,
    pub(crate) expose: Expose,
    /// Of responses to all but preflights; `None` if they are the same for
    /// every origin.
    pub(crate) vary: Option<&'static Vary>,
    /// Of responses to an `OPTIONS` that is no preflight.
    pub(crate) vary_of_options: Option<&'static Vary>,
    /// Which notices were logged, a bit for each.
    #[cfg(feature = "tracing")]
    pub(crate) noticed: AtomicU8,
}

/// The origins that the server's own pages have, which enforcement lets pass.
#[derive(Debug)]
pub(crate) enum Exempt {
    Nobody,
    /// The origin that a request seems to be sent to.
    SameOrigin,
    /// Those that the configuration names. Requests for other hosts are not served.
    Own(OwnOrigins),
}

/// The headers that an actual response exposes.
#[derive(Clone, Debug)]
pub(crate) enum Expose {
    Nothing,
    Value(HeaderValue),
    /// The names that the response has.
    Present,
}

impl Policy {
    /// The normalised configuration. Compiling it gives the same policy.
    pub fn config(&self) -> &CorsConfig {
        &self.0.config
    }

    /// Settings that work, but hardly as intended: worth a line in the log of a start.
    #[must_use]
    pub fn advisories(&self) -> &[Advisory] {
        &self.0.advisories
    }

    pub(crate) fn is_enforced_by_server(&self) -> bool {
        self.0.config.enforcement == Enforcement::Server
    }

    /// The first time that this is noticed.
    #[cfg(feature = "tracing")]
    pub(crate) fn is_first(&self, notice: Notice) -> bool {
        let (noticed, bit) = (&self.0.noticed, 1 << notice as u8);
        // Read first: a write for each request would be contended.
        noticed.load(Ordering::Relaxed) & bit == 0
            && noticed.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Policy").field(&self.0.config).finish()
    }
}
