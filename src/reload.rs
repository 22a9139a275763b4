//! A policy that can be replaced while it serves.

use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use http::Request;

use crate::config::CorsConfig;
use crate::error::ConfigErrors;
use crate::policy::Policy;
use crate::source::{PolicySource, sealed};

/// A policy that a [`ReloadHandle`] can replace.
#[derive(Clone)]
pub struct Reloadable(Arc<ArcSwap<Version>>);

/// Replaces the policy of all layers and services that were made with it.
///
/// A clone replaces the same policy. It comes from
/// [`CorsLayer::reloadable`](crate::CorsLayer::reloadable).
#[derive(Clone)]
pub struct ReloadHandle(Arc<ArcSwap<Version>>);

struct Version {
    policy: Policy,
    generation: u64,
}

impl Reloadable {
    pub(crate) fn new(policy: Policy) -> (Self, ReloadHandle) {
        let cell = Arc::new(ArcSwap::from_pointee(Version {
            policy,
            generation: 0,
        }));
        (Reloadable(cell.clone()), ReloadHandle(cell))
    }
}

impl PolicySource for Reloadable {
    fn with_policy<B, R>(
        &self,
        request: &mut Request<B>,
        call: impl FnOnce(&Request<B>, Option<&Policy>) -> R,
    ) -> R {
        // One look, and what is decided keeps its own reference: no response
        // mixes two policies.
        call(request, Some(&self.0.load().policy))
    }
}

impl sealed::Sealed for Reloadable {}

impl ReloadHandle {
    /// Compiles a configuration and replaces the policy with it, at once for
    /// all requests that come after. Gives the number of the new generation;
    /// the first policy has 0.
    ///
    /// # Errors
    ///
    /// All that is wrong with the configuration; the policy stays as it is.
    pub fn reload(&self, config: &CorsConfig) -> Result<u64, ConfigErrors> {
        config.compile().map(|policy| self.replace(policy))
    }

    /// Replaces the policy. Gives the number of the new generation.
    #[allow(
        clippy::needless_pass_by_value,
        clippy::must_use_candidate,
        reason = "the policy is given away; the number may be of no interest"
    )]
    pub fn replace(&self, policy: Policy) -> u64 {
        #[cfg(feature = "tracing")]
        crate::trace::advisories(&policy);
        let previous = self.0.rcu(|version| Version {
            policy: policy.clone(),
            generation: version.generation + 1,
        });
        previous.generation + 1
    }

    /// The policy that serves now.
    pub fn current(&self) -> Policy {
        self.0.load().policy.clone()
    }

    /// How often the policy has been replaced.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.load().generation
    }
}

impl fmt::Debug for Reloadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reloadable")
            .field(&self.0.load().policy)
            .finish()
    }
}

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.0.load();
        f.debug_struct("ReloadHandle")
            .field("policy", &version.policy)
            .field("generation", &version.generation)
            .finish()
    }
}
