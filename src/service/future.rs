//! The response future.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use pin_project_lite::pin_project;

use super::body::EmptyBody;
#[cfg(feature = "tracing")]
use super::trace::notice;
use crate::policy::ResponseEdit;
#[cfg(not(feature = "tracing"))]
use crate::policy::{Notice, Policy};

pin_project! {
    /// The response of a [`Cors`](crate::Cors) service.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        pub(super) state: State<F>,
    }
}

pin_project! {
    #[project = Project]
    pub(super) enum State<F> {
        // `None` once it has been given.
        Answer { response: Option<Response<()>> },
        // `None` once it has been applied.
        Forward { #[pin] inner: F, edit: Option<ResponseEdit> },
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: EmptyBody,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            Project::Forward { inner, edit } if edit.is_some() => {
                let mut polled = inner.poll(cx);
                // The response is edited where it is: moving its 130 bytes costs more.
                if let Poll::Ready(result) = &mut polled {
                    if let (Some(edit), Ok(response)) = (edit.take(), result) {
                        let status = Some(response.status());
                        edit.apply_to(response.headers_mut(), status, notice);
                    }
                }
                polled
            }
            Project::Answer { response } => match response.take() {
                Some(response) => Poll::Ready(Ok(response.map(|()| B::empty()))),
                None => Poll::Pending,
            },
            // Polled again after its end, it stays pending: the one answer that is neither
            // wrong nor a panic.
            Project::Forward { .. } => Poll::Pending,
        }
    }
}

#[cfg(not(feature = "tracing"))]
fn notice(_: &Policy, _: Notice) {}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::{ResponseEdit, ResponseFuture};

    /// On 64-bit targets. Futures are moved, so each byte more is copied for
    /// every request.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn sizes() {
        // With a value to spare for `None`, as most futures have.
        type Inner = [&'static u64; 32];
        assert_eq!(size_of::<ResponseEdit>(), 64);
        let beside = size_of::<ResponseFuture<Inner>>() - size_of::<Inner>();
        assert_eq!(beside, size_of::<ResponseEdit>());
    }
}
