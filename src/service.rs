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
use crate::policy::Policy;

/// A service with a CORS policy: it answers preflights itself, and edits the
/// headers of the inner service's responses.
///
/// Readiness and errors are the inner service's; an error has no response to
/// edit. A preflight is answered without calling the inner service, which then
/// keeps what it reserved when it became ready, such as the permit of a
/// concurrency limit, until it is called or dropped. Servers that make or
/// clone a service for each connection or request, as hyper and axum do, drop
/// it soon.
#[must_use]
pub struct Cors<S, M = SameBody> {
    inner: S,
    policy: Option<Policy>,
    mode: PhantomData<fn() -> M>,
}

impl<S, M> Cors<S, M> {
    pub(crate) fn new(inner: S, policy: Option<Policy>) -> Self {
        Cors {
            inner,
            policy,
            mode: PhantomData,
        }
    }

    /// The policy; `None` is [`passthrough`](crate::CorsLayer::passthrough).
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
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

impl<S, M, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S, M>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    M: BodyMode<ResBody>,
{
    type Response = Response<M::Body>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, M>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let edit = match &self.policy {
            None => ResponseEdit::untouched(),
            Some(policy) => match policy.act(request.uri(), request.method(), request.headers()) {
                Action::Answer(answer) => return ResponseFuture::answer(answer),
                Action::Forward(edit) => edit,
            },
        };
        ResponseFuture::forward(self.inner.call(request), edit)
    }
}

impl<S: Clone, M> Clone for Cors<S, M> {
    fn clone(&self) -> Self {
        Cors::new(self.inner.clone(), self.policy.clone())
    }
}

impl<S: fmt::Debug, M> fmt::Debug for Cors<S, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cors")
            .field("inner", &self.inner)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
