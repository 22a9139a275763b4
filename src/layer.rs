//! The layer.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use http::HeaderName;
use http::request::Parts;
use tower_layer::Layer;

use crate::body::{SameBody, WrapBody};
use crate::config::CorsConfig;
use crate::error::ConfigErrors;
use crate::observe::{DecisionEvent, Observer};
use crate::paths::PathPolicies;
use crate::per_request::{PerRequest, PerRequestAsync};
use crate::policy::Policy;
use crate::service::Cors;
use crate::source::Fixed;

/// Applies a [`Policy`] to services: see [`Cors`].
///
/// `P` is where the policy comes from, `M` what becomes of response bodies;
/// both are chosen by the constructors. A clone is a reference to the same
/// policy.
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
pub struct CorsLayer<P = Fixed, M = SameBody> {
    source: P,
    observer: Option<Observer>,
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
        CorsLayer::from_source(Fixed(None))
    }

    /// The policy; `None` is [`passthrough`](CorsLayer::passthrough).
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.source.0.as_ref()
    }
}

#[cfg(feature = "reload")]
#[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
impl CorsLayer<crate::reload::Reloadable> {
    /// A layer whose policy can be replaced while it serves, and the handle
    /// that does it.
    ///
    /// ```
    /// use tower_cors::{CorsConfig, CorsLayer};
    ///
    /// let policy = CorsConfig::new(["https://a.example.com"]).compile()?;
    /// let (cors, handle) = CorsLayer::reloadable(policy);
    /// handle.reload(&CorsConfig::new(["https://b.example.com"]))?;
    /// assert_eq!(handle.generation(), 1);
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn reloadable(policy: Policy) -> (Self, crate::reload::ReloadHandle) {
        #[cfg(feature = "tracing")]
        crate::trace::advisories(&policy);
        let (source, handle) = crate::reload::Reloadable::new(policy);
        (CorsLayer::from_source(source), handle)
    }
}

impl<F: Fn(&Parts) -> Option<Policy>> CorsLayer<PerRequest<F>> {
    /// A layer that asks a function for the policy of each request; `None`
    /// leaves the request and its response alone.
    ///
    /// The function says which request headers it `reads`: they are added to
    /// `Vary`, lest a cache give one tenant's response to another's page.
    /// (`Host` need not be among them: it is part of what caches go by.)
    /// A policy is a reference; compile it once, not in the function.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use http::HeaderName;
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// fn by_tenant(policies: HashMap<String, Policy>) -> impl Clone {
    ///     let tenant = HeaderName::from_static("x-tenant");
    ///     CorsLayer::per_request([tenant.clone()], move |parts| {
    ///         let tenant = parts.headers.get(&tenant)?.to_str().ok()?;
    ///         policies.get(tenant).cloned()
    ///     })
    /// }
    /// ```
    pub fn per_request(reads: impl IntoIterator<Item = HeaderName>, choose: F) -> Self {
        CorsLayer::from_source(PerRequest::new(choose, reads))
    }
}

impl<F, Fut> CorsLayer<PerRequestAsync<F>>
where
    F: Fn(&Parts) -> Fut,
    Fut: Future<Output = Option<Policy>>,
{
    /// The same as [`per_request`](CorsLayer::per_request) with an asynchronous
    /// function, for policies from a database, say.
    ///
    /// The inner service is called once the policy is there; it must be
    /// `Clone`, since the instance that is ready waits with the request.
    pub fn per_request_async(reads: impl IntoIterator<Item = HeaderName>, choose: F) -> Self {
        CorsLayer::from_source(PerRequestAsync::new(choose, reads))
    }
}

impl<P> CorsLayer<P> {
    fn from_source(source: P) -> Self {
        CorsLayer {
            source,
            observer: None,
            mode: PhantomData,
        }
    }

    /// Lets the responses have a [`CorsBody`](crate::CorsBody), for inner
    /// services whose body type has no default, such as hyper's `Incoming`.
    pub fn wrap_body(self) -> CorsLayer<P, WrapBody> {
        CorsLayer {
            source: self.source,
            observer: self.observer,
            mode: PhantomData,
        }
    }
}

impl<P, M> CorsLayer<P, M> {
    /// Lets a function see every decision, requests without `Origin` included.
    /// The last call wins.
    ///
    /// For counters, label by [`RequestKind::as_str`](crate::RequestKind::as_str),
    /// [`Verdict::as_str`](crate::Verdict::as_str) and
    /// [`DenyReason::code`](crate::DenyReason::code): few and fixed, where origins
    /// are as many as clients like.
    ///
    /// ```
    /// # use tower_cors::{CorsConfig, CorsLayer};
    /// # let policy = CorsConfig::new(["https://a.example.com"]).compile()?;
    /// let cors = CorsLayer::from(policy).on_decision(|event| {
    ///     if let Some(reason) = event.deny_reason() {
    ///         eprintln!("denied {:?}: {reason}", event.origin());
    ///     }
    /// });
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn on_decision(
        mut self,
        observe: impl Fn(&DecisionEvent<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Observer::new(observe));
        self
    }
}

impl From<Policy> for CorsLayer {
    fn from(policy: Policy) -> Self {
        #[cfg(feature = "tracing")]
        crate::trace::advisories(&policy);
        CorsLayer::from_source(Fixed(Some(policy)))
    }
}

impl From<PathPolicies> for CorsLayer<PathPolicies> {
    fn from(policies: PathPolicies) -> Self {
        #[cfg(feature = "tracing")]
        policies.iter().for_each(crate::trace::advisories);
        CorsLayer::from_source(policies)
    }
}

impl<S, P: Clone, M> Layer<S> for CorsLayer<P, M> {
    type Service = Cors<S, P, M>;

    fn layer(&self, inner: S) -> Cors<S, P, M> {
        Cors::new(inner, self.source.clone(), self.observer.clone())
    }
}

impl<P: Clone, M> Clone for CorsLayer<P, M> {
    fn clone(&self) -> Self {
        CorsLayer {
            source: self.source.clone(),
            observer: self.observer.clone(),
            mode: PhantomData,
        }
    }
}

impl<P: fmt::Debug, M> fmt::Debug for CorsLayer<P, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsLayer")
            .field("source", &self.source)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
