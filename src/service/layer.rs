//! The layer.

use std::sync::Arc;

use http::HeaderName;
use tower_layer::Layer;

use super::cors::{Cors, Observer, Shared};
use super::source::{Policies, Source};
use crate::config::CorsConfig;
use crate::policy::vary::Vary;
use crate::policy::{Decision, PathPolicies, Policy, RequestHead};
use crate::problem::ConfigErrors;

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
/// A cheap service is limited by the counters that all cores change. A request
/// changes the policy's reference count twice: when its service is cloned, as
/// hyper and axum do, and when the response future takes a reference. The lists
/// of header names that a response gets have counters too. Regular expressions
/// take their scratch space from a pool, under a lock for each thread but the
/// first.
#[derive(Clone, Debug)]
#[must_use]
pub struct CorsLayer(Arc<Shared>);

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

    /// A layer that does nothing, of the same type, for when CORS is switched off.
    pub fn passthrough() -> Self {
        CorsLayer::from(Policy::off().clone())
    }

    fn from_source(source: Source, reads: impl IntoIterator<Item = HeaderName>) -> Self {
        CorsLayer(Arc::new(Shared {
            source,
            reads: Vary::on(reads).map(Arc::new),
            observer: None,
        }))
    }

    fn fixed(policies: Policies) -> Self {
        #[cfg(feature = "tracing")]
        policies.log_advisories();
        CorsLayer::from_source(Source::Fixed(policies), [])
    }

    /// A layer whose policy can be replaced while it serves, and the handle
    /// that does it.
    ///
    /// ```
    /// use tower_cors::{CorsConfig, CorsLayer};
    ///
    /// let policy = CorsConfig::new(["https://a.example.com"]).compile()?;
    /// let (cors, handle) = CorsLayer::reloadable(policy);
    /// handle.reload(&CorsConfig::new(["https://b.example.com"]))?;
    /// assert_eq!(handle.generation(), Some(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "reload")]
    #[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
    pub fn reloadable(
        policy: impl Into<super::reload::ReloadablePolicy>,
    ) -> (Self, super::reload::ReloadHandle) {
        let (cell, handle) = policy.into().serve();
        (CorsLayer::from_source(Source::Reloadable(cell), []), handle)
    }

    /// A layer that asks a function for the policy of each request; `None`
    /// leaves the request and its response alone.
    ///
    /// `reads` names the request headers that the function reads. They are added
    /// to `Vary`, so that no cache gives one tenant's response to another's page.
    /// `Host` need not be among them, because caches go by it anyway.
    /// A policy is a reference; compile it once, not in the function.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use http::HeaderName;
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// fn by_tenant(policies: HashMap<String, Policy>) -> CorsLayer {
    ///     let tenant = HeaderName::from_static("x-tenant");
    ///     CorsLayer::per_request([tenant.clone()], move |head| {
    ///         let tenant = head.headers().get(&tenant)?.to_str().ok()?;
    ///         policies.get(tenant).cloned()
    ///     })
    /// }
    /// ```
    pub fn per_request(
        reads: impl IntoIterator<Item = HeaderName>,
        choose: impl Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync + 'static,
    ) -> Self {
        CorsLayer::from_source(Source::PerRequest(Arc::new(choose)), reads)
    }

    /// A layer that takes the [`Policy`] from the request's extensions, where an
    /// outer middleware has put it: one that looks up the tenant in a database,
    /// say.
    ///
    /// A request without a policy does not pass as if there were no layer. The missing policy
    /// may have been enforced by the server, so every request with an `Origin` gets 403.
    /// Requests without one pass: a middleware that looks the tenant up by `Host` refuses
    /// unknown hosts itself. `reads` names the request headers that the middleware's choice
    /// depends on. They are added to `Vary`.
    ///
    /// ```
    /// use axum::extract::Request;
    /// use axum::middleware::{Next, from_fn};
    /// use axum::response::Response;
    /// use axum::Router;
    /// use tower::ServiceBuilder;
    /// use tower_cors::{CorsConfig, CorsLayer, Policy};
    ///
    /// # async fn policy_of(_host: Option<&str>) -> Option<Policy> {
    /// #     CorsConfig::new(["https://a.example.com"]).compile().ok()
    /// # }
    /// async fn tenant(mut request: Request, next: Next) -> Response {
    ///     let host = request.headers().get("host").and_then(|host| host.to_str().ok());
    ///     if let Some(policy) = policy_of(host).await {
    ///         request.extensions_mut().insert(policy);
    ///     }
    ///     next.run(request).await
    /// }
    ///
    /// let layers = ServiceBuilder::new()
    ///     .layer(from_fn(tenant))
    ///     .layer(CorsLayer::from_extensions([]));
    /// let app: Router = Router::new().layer(layers);
    /// ```
    pub fn from_extensions(reads: impl IntoIterator<Item = HeaderName>) -> Self {
        CorsLayer::from_source(Source::FromExtensions(Policy::missing()), reads)
    }

    /// Lets a function see every decision, those about requests without `Origin` included.
    /// A policy that is switched off decides nothing. The last call wins.
    ///
    /// The [decision](Decision) gives the head of the request: method, path and headers,
    /// those of a preflight's question among them. It explains itself on demand:
    /// [`Decision::explain`] costs more than the decision, so do it for samples or during
    /// development. All text of an explanation is escaped.
    ///
    /// For counters, label by [`RequestKind::as_str`](crate::RequestKind::as_str),
    /// [`Decision::outcome`] and [`DenyReason::code`](crate::DenyReason::code). Their
    /// values are few and fixed, but clients can send any number of origins.
    ///
    /// ```
    /// # use tower_cors::{CorsConfig, CorsLayer};
    /// # let policy = CorsConfig::new(["https://a.example.com"]).compile()?;
    /// let cors = CorsLayer::from(policy).on_decision(|decision| {
    ///     if let Some(cause) = decision.explain().cause() {
    ///         eprintln!("denied {:?}: {cause}", decision.head().path());
    ///     }
    /// });
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn on_decision(self, observe: impl Fn(&Decision<'_>) + Send + Sync + 'static) -> Self {
        CorsLayer(Arc::new(Shared {
            source: self.0.source.clone(),
            reads: self.0.reads.clone(),
            observer: Some(Observer(Box::new(observe))),
        }))
    }
}

impl From<Policy> for CorsLayer {
    fn from(policy: Policy) -> Self {
        CorsLayer::fixed(Policies::One(policy))
    }
}

impl From<PathPolicies> for CorsLayer {
    fn from(policies: PathPolicies) -> Self {
        CorsLayer::fixed(Policies::ByPath(policies))
    }
}

impl<S> Layer<S> for CorsLayer {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Cors<S> {
        Cors::new(inner, Arc::clone(&self.0))
    }
}

/// Makes the compiler suggest a layer where a policy was passed. Nothing implements it.
#[diagnostic::on_unimplemented(
    message = "a `Policy` is not a layer",
    label = "a layer is expected here",
    note = "write `CorsLayer::from(policy)`"
)]
#[allow(unnameable_types, reason = "it is for the compiler's message alone")]
pub trait TakesPolicy {}

#[doc(hidden)]
impl<S: TakesPolicy> Layer<S> for Policy {
    type Service = Cors<S>;

    fn layer(&self, inner: S) -> Cors<S> {
        CorsLayer::from(self.clone()).layer(inner)
    }
}
