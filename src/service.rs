//! The service.

use std::fmt;
use std::marker::PhantomData;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use crate::action::Action;
use crate::body::{BodyMode, SameBody};
use crate::edit::ResponseEdit;
use crate::future::ResponseFuture;
use crate::observe::Observer;
use crate::policy::Policy;
use crate::source::{Fixed, PolicySource};

/// A service with a CORS policy: it answers preflights itself, and edits the
/// headers of the inner service's responses.
///
/// Readiness and errors are the inner service's; an error has no response to
/// edit. So while a limit inside is used up, preflights wait too; a `LoadShed`
/// between the layer and the limit is always ready, and they are answered.
///
/// A preflight is answered without calling the inner service, which then
/// keeps what it reserved when it became ready, such as the permit of a
/// concurrency limit, until it is called or dropped. Servers that make or
/// clone a service for each connection or request, as hyper and axum do, drop
/// it soon.
#[must_use]
pub struct Cors<S, P = Fixed, M = SameBody> {
    pub(crate) inner: S,
    pub(crate) source: P,
    pub(crate) observer: Option<Observer>,
    mode: PhantomData<fn() -> M>,
}

impl<S, M> Cors<S, Fixed, M> {
    /// The policy; `None` is [`passthrough`](crate::CorsLayer::passthrough).
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.source.0.as_ref()
    }
}

impl<S, P, M> Cors<S, P, M> {
    pub(crate) fn new(inner: S, source: P, observer: Option<Observer>) -> Self {
        Cors {
            inner,
            source,
            observer,
            mode: PhantomData,
        }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, P, M, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S, P, M>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    P: PolicySource,
    M: BodyMode<ResBody>,
{
    type Response = Response<M::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, M>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let observer = self.observer.as_ref();
        let mut action = self.source.with_policy(&mut request, |request, policy| {
            act(policy, request, observer)
        });
        if let Some(vary) = self.source.vary() {
            action.vary_on(vary.0);
        }
        match action {
            Action::Answer(_) => ResponseFuture::new(None, action),
            Action::Forward(_) => ResponseFuture::new(Some(self.inner.call(request)), action),
        }
    }
}

/// Decides about a request, and tells those who watch.
#[inline]
pub(crate) fn act<B>(
    policy: Option<&Policy>,
    request: &Request<B>,
    observer: Option<&Observer>,
) -> Action {
    match policy {
        Some(policy) => policy.act(request.uri(), request.method(), request.headers(), observer),
        None => Action::Forward(ResponseEdit::untouched()),
    }
}

impl<S: Clone, P: Clone, M> Clone for Cors<S, P, M> {
    fn clone(&self) -> Self {
        Cors::new(
            self.inner.clone(),
            self.source.clone(),
            self.observer.clone(),
        )
    }
}

impl<S: fmt::Debug, P: fmt::Debug, M> fmt::Debug for Cors<S, P, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cors")
            .field("inner", &self.inner)
            .field("source", &self.source)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
