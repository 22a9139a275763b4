//! The service.

use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use crate::action::Action;
use crate::body::EmptyBody;
use crate::future::ResponseFuture;
use crate::head::RequestHead;
use crate::observe::Observer;
use crate::source::Source;

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
#[derive(Clone, Debug)]
#[must_use]
pub struct Cors<S> {
    inner: S,
    source: Source,
    observer: Option<Observer>,
}

impl<S> Cors<S> {
    pub(crate) fn new(inner: S, source: Source, observer: Option<Observer>) -> Self {
        Cors {
            inner,
            source,
            observer,
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

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    #[inline]
    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let head = RequestHead::from(&request);
        let mut action = match self.source.policy(&head) {
            Some(policy) => policy.act(&head, self.observer.as_ref()),
            None => Action::leave(),
        };
        if let Some(vary) = self.source.vary() {
            action.vary_on(vary.clone());
        }
        match action.is_answer() {
            true => ResponseFuture::answer(action),
            false => ResponseFuture::edit(self.inner.call(request), action),
        }
    }
}
