//! Policies that change at run time.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;

use super::source::{Cell, Policies, Version};
use crate::config::CorsConfig;
use crate::policy::{PathPolicies, Policy};
use crate::problem::ConfigErrors;

/// The policies of a [`CorsLayer::reloadable`](crate::CorsLayer::reloadable):
/// one [`Policy`], or one for each path. Both convert into it.
#[derive(Clone, Debug)]
pub struct ReloadablePolicy(Policies);

impl From<Policy> for ReloadablePolicy {
    fn from(policy: Policy) -> Self {
        ReloadablePolicy(Policies::One(policy))
    }
}

impl From<PathPolicies> for ReloadablePolicy {
    fn from(policies: PathPolicies) -> Self {
        ReloadablePolicy(Policies::ByPath(policies))
    }
}

impl ReloadablePolicy {
    pub(super) fn serve(self) -> (Arc<Cell>, ReloadHandle) {
        #[cfg(feature = "tracing")]
        self.0.log_advisories();
        let cell = Arc::new(Cell(ArcSwap::from_pointee(Version {
            policies: self.0,
            generation: 0,
        })));
        let handle = ReloadHandle(Arc::downgrade(&cell));
        (cell, handle)
    }
}

/// Replaces the policy of all layers and services that were made with it.
///
/// It comes from [`CorsLayer::reloadable`](crate::CorsLayer::reloadable). A clone
/// replaces the same policy. A handle does not keep the policy alive: once the
/// layer and all its services are gone, the handle's methods say so.
#[derive(Clone)]
pub struct ReloadHandle(Weak<Cell>);

impl ReloadHandle {
    /// Compiles a configuration and replaces the policy with it, at once for
    /// all requests that come after. Returns the number of the new generation;
    /// the first policy has 0.
    ///
    /// # Errors
    ///
    /// All that is wrong with the configuration, or that the layer is gone. The
    /// policy then stays as it is.
    pub fn reload(&self, config: &CorsConfig) -> Result<u64, ReloadError> {
        let policy = config.compile().map_err(ReloadError::Config)?;
        self.replace(policy)
    }

    /// Replaces the policy. Returns the number of the new generation.
    ///
    /// # Errors
    ///
    /// The layer is gone.
    pub fn replace(&self, policy: impl Into<ReloadablePolicy>) -> Result<u64, ReloadError> {
        let ReloadablePolicy(policies) = policy.into();
        let cell = self.0.upgrade().ok_or(ReloadError::LayerGone)?;
        #[cfg(feature = "tracing")]
        policies.log_advisories();
        let previous = cell.0.rcu(|version| Version {
            policies: policies.clone(),
            generation: version.generation + 1,
        });
        Ok(previous.generation + 1)
    }

    /// The policy that serves now; `None` if there is one for each path, or the
    /// layer is gone.
    #[must_use]
    pub fn current(&self) -> Option<Policy> {
        match &self.0.upgrade()?.0.load().policies {
            Policies::One(policy) => Some(policy.clone()),
            Policies::ByPath(_) => None,
        }
    }

    /// How many times the policy has been replaced; `None` if the layer is gone.
    #[must_use]
    pub fn generation(&self) -> Option<u64> {
        Some(self.0.upgrade()?.0.load().generation)
    }
}

impl fmt::Debug for ReloadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ReloadHandle");
        match self.0.upgrade() {
            Some(cell) => {
                let version = cell.0.load();
                shown.field("policies", &version.policies);
                shown.field("generation", &version.generation).finish()
            }
            None => shown.finish_non_exhaustive(),
        }
    }
}

/// Why a policy was not replaced.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ReloadError {
    /// The configuration has errors.
    Config(ConfigErrors),
    /// The layer and all its services were dropped.
    LayerGone,
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReloadError::Config(errors) => errors.fmt(f),
            ReloadError::LayerGone => f.write_str("the CORS layer and its services are gone"),
        }
    }
}

impl Error for ReloadError {}
