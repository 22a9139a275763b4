//! The layer.

use std::fmt;
use std::marker::PhantomData;

use tower_layer::Layer;

use crate::body::{SameBody, WrapBody};
use crate::config::CorsConfig;
use crate::error::ConfigErrors;
use crate::policy::Policy;
use crate::service::Cors;

/// Applies a [`Policy`] to services: see [`Cors`].
///
/// A clone is a reference to the same policy.
///
/// ```
/// use tower_cors::{CorsConfig, CorsLayer};
///
/// let cors = CorsLayer::new(CorsConfig::new(["https://app.example.com"]))?;
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
///
/// # On many cores
///
/// A counter that all cores change is what limits a cheap service. A request
/// changes these: the policy's, when its service is cloned, as hyper and axum
/// do, and dropped; and that of the list in `Access-Control-Expose-Headers`,
/// when the response gets one. An answer to a preflight changes those of the
/// lists and of the `Access-Control-Max-Age` that it has. The response future
/// does not hold the policy, and an `Origin` shares the buffer of its own
/// request. Regular expressions take their scratch space from a pool, under a
/// lock for each but the thread that was first.
#[must_use]
pub struct CorsLayer<M = SameBody> {
    policy: Option<Policy>,
    mode: PhantomData<fn() -> M>,
}

impl CorsLayer {
    /// Compiles the configuration into a layer.
    ///
    /// # Errors
    ///
    /// All that is wrong with the configuration.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a configuration is built in the call"
    )]
    pub fn new(config: CorsConfig) -> Result<Self, ConfigErrors> {
        Ok(config.compile()?.into())
    }

    /// A layer that does nothing: the same type where CORS is switched off.
    pub fn passthrough() -> Self {
        CorsLayer {
            policy: None,
            mode: PhantomData,
        }
    }

    /// Lets the responses have a [`CorsBody`](crate::CorsBody), for inner
    /// services whose body type has no default, such as hyper's `Incoming`.
    pub fn wrap_body(self) -> CorsLayer<WrapBody> {
        CorsLayer {
            policy: self.policy,
            mode: PhantomData,
        }
    }
}

impl<M> CorsLayer<M> {
    /// The policy; `None` is [`passthrough`](CorsLayer::passthrough).
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }
}

impl From<Policy> for CorsLayer {
    fn from(policy: Policy) -> Self {
        CorsLayer {
            policy: Some(policy),
            mode: PhantomData,
        }
    }
}

impl<S, M> Layer<S> for CorsLayer<M> {
    type Service = Cors<S, M>;

    fn layer(&self, inner: S) -> Cors<S, M> {
        Cors::new(inner, self.policy.clone())
    }
}

impl<M> Clone for CorsLayer<M> {
    fn clone(&self) -> Self {
        CorsLayer {
            policy: self.policy.clone(),
            mode: PhantomData,
        }
    }
}

impl<M> fmt::Debug for CorsLayer<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsLayer")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
