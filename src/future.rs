//! The response future.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use crate::body::{BodyMode, SameBody};
use crate::edit::ResponseEdit;

pin_project! {
    /// The response of a [`Cors`](crate::Cors) service.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, M = SameBody> {
        #[pin]
        state: State<F>,
        mode: PhantomData<fn() -> M>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        // `None` once it has been given.
        Answer { answer: Option<Response<()>> },
        Forward { #[pin] inner: F, edit: Option<ResponseEdit> },
    }
}

impl<F, M> ResponseFuture<F, M> {
    pub(crate) fn answer(answer: Response<()>) -> Self {
        ResponseFuture {
            state: State::Answer {
                answer: Some(answer),
            },
            mode: PhantomData,
        }
    }

    pub(crate) fn forward(inner: F, edit: ResponseEdit) -> Self {
        ResponseFuture {
            state: State::Forward {
                inner,
                edit: Some(edit),
            },
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
        match self.project().state.project() {
            // Polled again after its end, it stays pending: the one answer that
            // is neither wrong nor a panic.
            StateProj::Answer { answer } => match answer.take() {
                Some(answer) => Poll::Ready(Ok(answer.map(|()| M::empty()))),
                None => Poll::Pending,
            },
            StateProj::Forward { inner, edit } => {
                let mut response = ready!(inner.poll(cx))?;
                if let Some(edit) = edit.take() {
                    edit.apply(response.headers_mut());
                }
                Poll::Ready(Ok(M::wrap(response)))
            }
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

    use super::{ResponseEdit, ResponseFuture};
    use crate::action::Action;

    /// On 64-bit targets. Futures are moved: a byte more is a byte more for
    /// every request.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn sizes() {
        type Inner = [u64; 32];
        assert_eq!(size_of::<ResponseEdit>(), 120);
        assert_eq!(size_of::<Action>(), 120);
        // Beside the inner future, the edit; or in place of both, an answer.
        let beside = size_of::<ResponseFuture<Inner>>() - size_of::<Inner>();
        assert_eq!(beside, 120);
        assert_eq!(size_of::<ResponseFuture<()>>(), size_of::<Action>());
    }
}
