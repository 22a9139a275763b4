//! Where the policy for a request comes from.

use std::fmt;
use std::sync::Arc;

#[cfg(feature = "reload")]
use arc_swap::ArcSwap;
use http::HeaderName;

use crate::config::Enforcement;
use crate::policy::vary::Vary;
use crate::policy::{Action, PathPolicies, Policy, RequestHead};

/// Where the policy for a request comes from. A clone is one reference count.
#[derive(Clone)]
pub(super) enum Source {
    Fixed(Policies),
    #[cfg(feature = "reload")]
    Reloadable(Arc<Cell>),
    PerRequest(Arc<PerRequest>),
    FromExtensions(Arc<FromExtensions>),
}

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

type Choose = dyn Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync;

pub(super) struct PerRequest {
    choose: Box<Choose>,
    reads: Option<Arc<Vary>>,
}

pub(super) struct FromExtensions {
    reads: Option<Arc<Vary>>,
    /// Decides if the policy is missing.
    nobody: Policy,
}

impl Source {
    pub(super) fn per_request(
        reads: impl IntoIterator<Item = HeaderName>,
        choose: impl Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync + 'static,
    ) -> Self {
        Source::PerRequest(Arc::new(PerRequest {
            choose: Box::new(choose),
            reads: Vary::on(reads).map(Arc::new),
        }))
    }

    pub(super) fn from_extensions(reads: impl IntoIterator<Item = HeaderName>) -> Self {
        Source::FromExtensions(Arc::new(FromExtensions {
            reads: Vary::on(reads).map(Arc::new),
            nobody: Policy::of_nobody(Enforcement::Server, false),
        }))
    }

    /// Acts by one snapshot of the policy, so that nothing that is decided or sent mixes
    /// two of them.
    #[inline]
    pub(super) fn act(
        &self,
        head: &RequestHead<'_>,
        act: impl FnOnce(&Policy) -> Action,
    ) -> Action {
        match self {
            Source::Fixed(Policies::One(policy)) => act(policy),
            other => other.choose(head, act),
        }
    }

    #[inline(never)]
    fn choose(&self, head: &RequestHead<'_>, act: impl FnOnce(&Policy) -> Action) -> Action {
        let (mut action, reads) = match self {
            Source::Fixed(policies) => return act(policies.of(head)),
            #[cfg(feature = "reload")]
            Source::Reloadable(cell) => return act(cell.0.load().policies.of(head)),
            Source::PerRequest(source) => match (source.choose)(head) {
                Some(policy) => (act(&policy), &source.reads),
                None => (act(Policy::off()), &source.reads),
            },
            Source::FromExtensions(source) => {
                let policy = head.extension().unwrap_or(&source.nobody);
                (act(policy), &source.reads)
            }
        };
        if let Some(reads) = reads {
            action.vary_on(reads);
        }
        action
    }
}

impl Policies {
    fn of(&self, head: &RequestHead<'_>) -> &Policy {
        match self {
            Policies::One(policy) => policy,
            Policies::ByPath(policies) => policies.get(head.path()).unwrap_or(Policy::off()),
        }
    }

    /// Logs what the policies can be improved in.
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
