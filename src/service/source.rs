//! Where the policy for a request comes from.

use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use crate::config::Enforcement;
use crate::policy::vary::Vary;
use crate::policy::{PathPolicies, Policy, RequestHead};

/// Where the policy for a request comes from. A clone is one reference count.
#[derive(Clone)]
pub(crate) enum Source {
    /// No policy: requests and responses are left alone.
    Nothing,
    Fixed(Policy),
    Paths(PathPolicies),
    #[cfg(feature = "reload")]
    Reloadable(Arc<super::reload::Cell>),
    PerRequest(Arc<PerRequest>),
    FromExtensions(Arc<FromExtensions>),
}

type Choose = dyn Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync;

pub(crate) struct PerRequest {
    choose: Box<Choose>,
    vary: Option<Arc<Vary>>,
}

pub(crate) struct FromExtensions {
    vary: Option<Arc<Vary>>,
    /// Decides if the policy is missing.
    nobody: Policy,
}

impl Source {
    pub(crate) fn per_request(
        reads: impl IntoIterator<Item = HeaderName>,
        choose: impl Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync + 'static,
    ) -> Self {
        Source::PerRequest(Arc::new(PerRequest {
            choose: Box::new(choose),
            vary: Vary::on(reads).map(Arc::new),
        }))
    }

    pub(crate) fn from_extensions(reads: impl IntoIterator<Item = HeaderName>) -> Self {
        Source::FromExtensions(Arc::new(FromExtensions {
            vary: Vary::on(reads).map(Arc::new),
            nobody: Policy::of_nobody(Enforcement::Server, false),
        }))
    }

    /// One snapshot of the policy: nothing that is decided or sent afterwards
    /// mixes two of them.
    #[inline]
    pub(crate) fn policy(&self, head: &RequestHead<'_>) -> Option<Policy> {
        match self {
            Source::Fixed(policy) => Some(policy.clone()),
            other => other.choose(head),
        }
    }

    #[inline(never)]
    fn choose(&self, head: &RequestHead<'_>) -> Option<Policy> {
        match self {
            Source::Nothing => None,
            Source::Fixed(policy) => Some(policy.clone()),
            Source::Paths(policies) => policies.get(head.path()).cloned(),
            #[cfg(feature = "reload")]
            Source::Reloadable(cell) => cell.policy(head),
            Source::PerRequest(source) => (source.choose)(head),
            Source::FromExtensions(source) => {
                let found = head.extension::<Policy>();
                Some(found.unwrap_or(&source.nobody).clone())
            }
        }
    }

    /// The request headers that the choice depends on.
    #[inline]
    pub(crate) fn vary(&self) -> Option<&Arc<Vary>> {
        match self {
            Source::PerRequest(source) => source.vary.as_ref(),
            Source::FromExtensions(source) => source.vary.as_ref(),
            _ => None,
        }
    }
}

impl From<Policy> for Source {
    fn from(policy: Policy) -> Self {
        Source::Fixed(policy)
    }
}

impl From<PathPolicies> for Source {
    fn from(policies: PathPolicies) -> Self {
        Source::Paths(policies)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Nothing => f.write_str("Nothing"),
            Source::Fixed(policy) => policy.fmt(f),
            Source::Paths(policies) => policies.fmt(f),
            #[cfg(feature = "reload")]
            Source::Reloadable(cell) => cell.fmt(f),
            Source::PerRequest(_) => f.write_str("PerRequest(<fn>)"),
            Source::FromExtensions(_) => f.write_str("FromExtensions"),
        }
    }
}
