//! A policy for each request, chosen by a function.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::request::Parts;
use http::{HeaderName, Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::action::Action;
use crate::body::{BodyMode, SameBody};
use crate::future::ResponseFuture;
use crate::observe::Observer;
use crate::policy::Policy;
use crate::service::{self, Cors};
use crate::source::{PolicySource, sealed};
use crate::vary::Vary;

/// A policy for each request, from a function: see
/// [`CorsLayer::per_request`](crate::CorsLayer::per_request).
pub struct PerRequest<F>(Arc<Choice<F>>);

/// A policy for each request, from an asynchronous function: see
/// [`CorsLayer::per_request_async`](crate::CorsLayer::per_request_async).
pub struct PerRequestAsync<F>(Arc<Choice<F>>);

struct Choice<F> {
    choose: F,
    vary: Arc<Vary>,
}

impl<F> Choice<F> {
    fn new(choose: F, reads: impl IntoIterator<Item = HeaderName>) -> Arc<Self> {
        Arc::new(Choice {
            choose,
            vary: Arc::new(Vary::on(reads)),
        })
    }
}

impl<F> PerRequest<F> {
    pub(crate) fn new(choose: F, reads: impl IntoIterator<Item = HeaderName>) -> Self {
        PerRequest(Choice::new(choose, reads))
    }
}

impl<F> PerRequestAsync<F> {
    pub(crate) fn new(choose: F, reads: impl IntoIterator<Item = HeaderName>) -> Self {
        PerRequestAsync(Choice::new(choose, reads))
    }
}

impl<F: Fn(&Parts) -> Option<Policy>> PolicySource for PerRequest<F> {
    fn with_policy<B, R>(
        &self,
        request: &mut Request<B>,
        call: impl FnOnce(&Request<B>, Option<&Policy>) -> R,
    ) -> R {
        let policy = with_parts(request, &self.0.choose);
        call(request, policy.as_ref())
    }

    fn vary(&self) -> Option<sealed::VaryRef<'_>> {
        Some(sealed::VaryRef(&self.0.vary))
    }
}

impl<F> sealed::Sealed for PerRequest<F> {}

/// Lends the function the head of the request.
fn with_parts<B, R>(request: &mut Request<B>, call: impl FnOnce(&Parts) -> R) -> R {
    let (mut parts, ()) = Request::new(()).into_parts();
    swap_head(request, &mut parts);
    let result = call(&parts);
    swap_head(request, &mut parts);
    result
}

fn swap_head<B>(request: &mut Request<B>, parts: &mut Parts) {
    mem::swap(request.method_mut(), &mut parts.method);
    mem::swap(request.uri_mut(), &mut parts.uri);
    mem::swap(request.version_mut(), &mut parts.version);
    mem::swap(request.headers_mut(), &mut parts.headers);
    mem::swap(request.extensions_mut(), &mut parts.extensions);
}

impl<S, F, Fut, M, ReqBody, ResBody> Service<Request<ReqBody>> for Cors<S, PerRequestAsync<F>, M>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    F: Fn(&Parts) -> Fut,
    Fut: Future<Output = Option<Policy>>,
    M: BodyMode<ResBody>,
{
    type Response = Response<M::Body>;
    type Error = S::Error;
    type Future = PerRequestFuture<S, Fut, ReqBody, S::Future, M>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let choice = &self.source.0;
        let choosing = with_parts(&mut request, &choice.choose);
        // The instance that is ready is the one to be called; its clone may
        // not be.
        let clone = self.inner.clone();
        let pending = Pending {
            inner: mem::replace(&mut self.inner, clone),
            request,
            vary: choice.vary.clone(),
            observer: self.observer.clone(),
        };
        PerRequestFuture {
            state: State::Choosing {
                choosing,
                pending: Some(pending),
            },
        }
    }
}

pin_project! {
    /// The response of a [`Cors`] service that chooses its policy
    /// asynchronously.
    ///
    /// Dropped before its end, it leaves nothing behind: until the policy is
    /// chosen the inner service has not been called.
    #[must_use = "futures do nothing unless polled"]
    pub struct PerRequestFuture<S, Fut, B, F, M = SameBody> {
        #[pin]
        state: State<S, Fut, B, F, M>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, Fut, B, F, M> {
        // `None` is never seen: what takes it replaces the state.
        Choosing { #[pin] choosing: Fut, pending: Option<Pending<S, B>> },
        Responding { #[pin] response: ResponseFuture<F, M> },
    }
}

/// What waits for the policy.
struct Pending<S, B> {
    inner: S,
    request: Request<B>,
    vary: Arc<Vary>,
    observer: Option<Observer>,
}

impl<S, Fut, ReqBody, ResBody, M> Future for PerRequestFuture<S, Fut, ReqBody, S::Future, M>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    Fut: Future<Output = Option<Policy>>,
    M: BodyMode<ResBody>,
{
    type Output = Result<Response<M::Body>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProj::Responding { response } => return response.poll(cx),
                StateProj::Choosing { choosing, pending } => {
                    let policy = ready!(choosing.poll(cx));
                    let Some(Pending {
                        mut inner,
                        request,
                        vary,
                        observer,
                    }) = pending.take()
                    else {
                        return Poll::Pending;
                    };
                    let mut action = service::act(policy.as_ref(), &request, observer.as_ref());
                    action.vary_on(&vary);
                    let response = match action {
                        Action::Answer(_) => ResponseFuture::new(None, action),
                        Action::Forward(_) => {
                            ResponseFuture::new(Some(inner.call(request)), action)
                        }
                    };
                    state.set(State::Responding { response });
                }
            }
        }
    }
}

macro_rules! impl_clone_and_debug {
    ($($name:ident),+) => {
        $(
            impl<F> Clone for $name<F> {
                fn clone(&self) -> Self {
                    $name(self.0.clone())
                }
            }

            impl<F> fmt::Debug for $name<F> {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!(stringify!($name), "(<fn>)"))
                }
            }
        )+
    };
}

impl_clone_and_debug!(PerRequest, PerRequestAsync);

impl<S, Fut, B, F, M> fmt::Debug for PerRequestFuture<S, Fut, B, F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerRequestFuture").finish_non_exhaustive()
    }
}
