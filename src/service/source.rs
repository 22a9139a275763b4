//! Where the policy for a request comes from.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "reload")]
use arc_swap::ArcSwap;

use crate::policy::{PathPolicies, Policy, RequestHead};

/// Where the policy for a request comes from. A clone is one reference count.
#[derive(Clone)]
pub(super) enum Source {
    Fixed(Policies),
    #[cfg(feature = "reload")]
    Reloadable(Arc<Cell>),
    PerRequest(Arc<Choose>),
    /// The policy decides if there is none in the extensions.
    FromExtensions(Policy),
}

pub(super) type Choose = dyn Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync;

/// One policy, or one for each path.
#[derive(Clone, Debug)]
pub(super) enum Policies {
    One(Policy),
    ByPath(PathPolicies),
}

/// A policy that can be replaced, which layers and their handle share.
#[cfg(feature = "reload")]
pub(super) struct Cell(pub(super) ArcSwap<Version>);

#[cfg(feature = "reload")]
#[derive(Debug)]
pub(super) struct Version {
    pub(super) policies: Policies,
    pub(super) generation: u64,
}

impl Source {
    /// Takes one snapshot of the policy, so that no response mixes two policies.
    #[inline(never)]
    pub(super) fn policy(&self, head: &RequestHead<'_>) -> Policy {
        match self {
            Source::Fixed(policies) => policies.of(head).clone(),
            #[cfg(feature = "reload")]
            Source::Reloadable(cell) => cell.0.load().policies.of(head).clone(),
            Source::PerRequest(choose) => choose(head).unwrap_or(Policy::off().clone()),
            Source::FromExtensions(nobody) => head.extension().unwrap_or(nobody).clone(),
        }
    }
}

impl Policies {
    fn of(&self, head: &RequestHead<'_>) -> &Policy {
        match self {
            Policies::One(policy) => policy,
            Policies::ByPath(policies) => {
                // `OPTIONS *` is about the whole server.
                let path = if head.path() == "*" { "/" } else { head.path() };
                policies.get(path).unwrap_or(Policy::off())
            }
        }
    }

    /// Logs the advisories of the policies.
    #[cfg(feature = "tracing")]
    pub(super) fn log_advisories(&self) {
        match self {
            Policies::One(policy) => super::trace::advisories(policy),
            Policies::ByPath(policies) => policies.iter().for_each(super::trace::advisories),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Fixed(policies) => policies.fmt(f),
            #[cfg(feature = "reload")]
            Source::Reloadable(cell) => {
                let policies = &cell.0.load().policies;
                f.debug_tuple("Reloadable").field(policies).finish()
            }
            Source::PerRequest(_) => f.write_str("PerRequest(<fn>)"),
            Source::FromExtensions(_) => f.write_str("FromExtensions"),
        }
    }
}
