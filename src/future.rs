//! The response future.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use crate::action::Action;
use crate::body::{BodyMode, SameBody};

pin_project! {
    /// The response of a [`Cors`](crate::Cors) service.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, M = SameBody> {
        // `None` if the action is an answer.
        #[pin]
        inner: Option<F>,
        // `None` once it has been done.
        action: Option<Action>,
        mode: PhantomData<fn() -> M>,
    }
}

impl<F, M> ResponseFuture<F, M> {
    /// Without an inner future, the action is an answer.
    ///
    /// The action comes whole: taken apart and put together again, it would be
    /// copied once more.
    #[inline]
    pub(crate) fn new(inner: Option<F>, action: Action) -> Self {
        ResponseFuture {
            inner,
            action: Some(action),
            mode: PhantomData,
        }
    }
}

impl<F, M, B, E> Future for ResponseFuture<F, M>
where
    F: Future<Output = Result<Response<B>, E>>,
    M: BodyMode<B>,
{
    type Output = Result<Response<M::Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Some(inner) = this.inner.as_pin_mut() {
            let mut response = ready!(inner.poll(cx))?;
            if let Some(Action::Forward(edit)) = this.action {
                edit.apply_once(response.headers_mut());
            }
            return Poll::Ready(Ok(M::wrap(response)));
        }
        match this.action.take() {
            Some(Action::Answer(answer)) => Poll::Ready(Ok(answer.map(|()| M::empty()))),
            // Polled again after its end, it stays pending: the one answer that
            // is neither wrong nor a panic.
            _ => Poll::Pending,
        }
    }
}

impl<F, M> fmt::Debug for ResponseFuture<F, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::{Action, ResponseFuture};
    use crate::edit::ResponseEdit;

    /// On 64-bit targets. Futures are moved: a byte more is a byte more for
    /// every request.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn sizes() {
        // With a value to spare for `None`, as most futures have.
        type Inner = [&'static u64; 32];
        assert_eq!(size_of::<ResponseEdit>(), 120);
        assert_eq!(size_of::<Option<Action>>(), 120);
        let beside = size_of::<ResponseFuture<Inner>>() - size_of::<Inner>();
        assert_eq!(beside, size_of::<Option<Action>>());
    }
}
