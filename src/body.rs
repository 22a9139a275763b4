//! Response bodies.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// The body of a response from [`Cors`](crate::Cors) with
    /// [`wrap_body`](crate::CorsLayer::wrap_body): the inner service's, or empty.
    #[derive(Clone, Debug)]
    pub struct CorsBody<B> {
        // `None` is empty.
        #[pin]
        inner: Option<B>,
    }
}

impl<B> CorsBody<B> {
    pub(crate) fn new(inner: B) -> Self {
        CorsBody { inner: Some(inner) }
    }

    /// The inner service's body; `None` if the response was answered before it.
    pub fn get_ref(&self) -> Option<&B> {
        self.inner.as_ref()
    }

    /// The inner service's body; `None` if the response was answered before it.
    pub fn into_inner(self) -> Option<B> {
        self.inner
    }
}

/// An empty body.
impl<B> Default for CorsBody<B> {
    fn default() -> Self {
        CorsBody { inner: None }
    }
}

impl<B: Body> Body for CorsBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.project().inner.as_pin_mut() {
            Some(inner) => inner.poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(B::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or(SizeHint::with_exact(0), B::size_hint)
    }
}

/// How a [`Cors`](crate::Cors) makes its response bodies out of `B`s.
///
/// Sealed: [`SameBody`] and [`WrapBody`] are all there are.
pub trait BodyMode<B>: sealed::Sealed {
    /// The body of the responses.
    type Body;

    #[doc(hidden)]
    fn empty() -> Self::Body;
    /// Takes the whole response: to take it apart is to copy it.
    #[doc(hidden)]
    fn wrap(inner: Response<B>) -> Response<Self::Body>;
}

/// Responses have the inner service's body type, whose default is empty.
#[derive(Clone, Copy, Debug)]
pub struct SameBody;

impl<B: Default> BodyMode<B> for SameBody {
    type Body = B;

    fn empty() -> B {
        B::default()
    }

    fn wrap(inner: Response<B>) -> Response<B> {
        inner
    }
}

/// Responses have a [`CorsBody`].
#[derive(Clone, Copy, Debug)]
pub struct WrapBody;

impl<B> BodyMode<B> for WrapBody {
    type Body = CorsBody<B>;

    fn empty() -> CorsBody<B> {
        CorsBody::default()
    }

    fn wrap(inner: Response<B>) -> Response<CorsBody<B>> {
        inner.map(CorsBody::new)
    }
}

mod sealed {
    /// Keeps [`BodyMode`](super::BodyMode) to this crate.
    #[allow(unnameable_types, reason = "that is the seal")]
    pub trait Sealed {}
    impl Sealed for super::SameBody {}
    impl Sealed for super::WrapBody {}
}
