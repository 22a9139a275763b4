//! Where the policy for a request comes from.

use http::{Request, Uri};

use crate::paths::PathPolicies;
use crate::policy::Policy;
use crate::vary::Vary;

/// Where a [`Cors`](crate::Cors) service gets the policy for a request from:
/// [`Fixed`], [`PathPolicies`], [`PerRequest`](crate::PerRequest), or with the
/// feature `reload` a `Reloadable`.
///
/// Sealed: these are all there are.
pub trait PolicySource: Clone + sealed::Sealed {
    /// Calls the function with the policy, `None` for none. The request is
    /// the same afterwards.
    #[doc(hidden)]
    fn with_policy<B, R>(
        &self,
        request: &mut Request<B>,
        call: impl FnOnce(&Request<B>, Option<&Policy>) -> R,
    ) -> R;

    /// What the choice depends on.
    #[doc(hidden)]
    fn vary(&self) -> Option<sealed::VaryRef<'_>> {
        None
    }
}

/// The same policy for each request, or none.
#[derive(Clone, Debug)]
pub struct Fixed(pub(crate) Option<Policy>);

impl PolicySource for Fixed {
    #[inline]
    fn with_policy<B, R>(
        &self,
        request: &mut Request<B>,
        call: impl FnOnce(&Request<B>, Option<&Policy>) -> R,
    ) -> R {
        call(request, self.0.as_ref())
    }
}

/// The policy of the longest prefix.
impl PolicySource for PathPolicies {
    fn with_policy<B, R>(
        &self,
        request: &mut Request<B>,
        call: impl FnOnce(&Request<B>, Option<&Policy>) -> R,
    ) -> R {
        let policy = self.get(Uri::path(request.uri()));
        call(request, policy)
    }
}

pub(crate) mod sealed {
    use super::{Fixed, PathPolicies, Vary};

    /// Keeps [`PolicySource`](super::PolicySource) to this crate.
    #[allow(unnameable_types, reason = "that is the seal")]
    pub trait Sealed {}
    impl Sealed for Fixed {}
    impl Sealed for PathPolicies {}

    /// Names of request headers.
    #[allow(unnameable_types, reason = "only this crate reads it")]
    #[derive(Debug)]
    pub struct VaryRef<'a>(pub(crate) &'a std::sync::Arc<Vary>);
}
