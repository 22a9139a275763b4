//! The response future.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use pin_project_lite::pin_project;

use super::body::EmptyBody;
use crate::policy::Action;

pin_project! {
    /// The response of a [`Cors`](crate::Cors) service.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        // `None` if the policy answers.
        #[pin]
        inner: Option<F>,
        // `None` once it has been done.
        action: Option<Action>,
    }
}

impl<F> ResponseFuture<F> {
    #[inline]
    pub(crate) fn answer(action: Action) -> Self {
        ResponseFuture {
            inner: None,
            action: Some(action),
        }
    }

    #[inline]
    pub(crate) fn edit(inner: F, action: Action) -> Self {
        ResponseFuture {
            inner: Some(inner),
            action: Some(action),
        }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: EmptyBody,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let mut polled = match this.inner.as_mut().as_pin_mut() {
            Some(inner) => inner.poll(cx),
            // Polled again after its end, it stays pending: the one answer
            // that is neither wrong nor a panic.
            None if this.action.is_none() => return Poll::Pending,
            None => Poll::Ready(Ok(Response::new(B::empty()))),
        };
        // The response is edited where it is: it is large, and to move it costs.
        if let Poll::Ready(result) = &mut polled {
            this.inner.set(None);
            if let (Some(action), Ok(response)) = (this.action.take(), result) {
                action.apply(response);
            }
        }
        polled
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::{Action, ResponseFuture};

    /// On 64-bit targets. Futures are moved, so each byte more is copied for
    /// every request.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn sizes() {
        // With a value to spare for `None`, as most futures have.
        type Inner = [&'static u64; 32];
        assert_eq!(size_of::<Option<Action>>(), 64);
        let beside = size_of::<ResponseFuture<Inner>>() - size_of::<Inner>();
        assert_eq!(beside, size_of::<Option<Action>>());
    }
}
