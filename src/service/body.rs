//! Response bodies.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// A body that may be empty, around one that has no empty value, such as
    /// hyper's `Incoming`.
    ///
    /// It is mapped in between the layer and the service:
    ///
    /// ```
    /// # use tower::{ServiceBuilder, service_fn};
    /// # use tower_cors::{CorsBody, CorsConfig, CorsLayer};
    /// # struct Incoming;
    /// # async fn proxy(_: http::Request<()>) -> Result<http::Response<Incoming>, ()> { Err(()) }
    /// # let cors = CorsLayer::new(CorsConfig::new(["https://a.example.com"])).unwrap();
    /// let service = ServiceBuilder::new()
    ///     .layer(cors)
    ///     .map_response(|response: http::Response<_>| response.map(CorsBody::from))
    ///     .service_fn(proxy);
    /// # fn check(_: impl tower::Service<http::Request<()>>) {}
    /// # check(service);
    /// ```
    #[derive(Clone, Debug)]
    pub struct CorsBody<B> {
        // `None` is empty.
        #[pin]
        inner: Option<B>,
    }
}

impl<B> CorsBody<B> {
    /// The inner service's body; `None` if the response was answered before it.
    pub fn get_ref(&self) -> Option<&B> {
        self.inner.as_ref()
    }

    /// The inner service's body; `None` if the response was answered before it.
    pub fn into_inner(self) -> Option<B> {
        self.inner
    }
}

impl<B> From<B> for CorsBody<B> {
    fn from(inner: B) -> Self {
        CorsBody { inner: Some(inner) }
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

/// A response body that can be empty, as the answer to a preflight is.
///
/// Every body with a `Default` has an empty value. A body without one, such as
/// hyper's `Incoming`, gets it from [`CorsBody`].
///
/// ```compile_fail
/// struct Incoming;
/// fn needs_empty<B: tower_cors::EmptyBody>() {}
/// needs_empty::<Incoming>();
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no empty value, which the answer to a preflight needs as its body",
    label = "this response body has no `Default`",
    note = "map the inner service's responses between this layer and the service: \
            `.layer(cors).map_response(|response: http::Response<_>| response.map(tower_cors::CorsBody::from))`"
)]
pub trait EmptyBody: sealed::Sealed {
    #[doc(hidden)]
    fn empty() -> Self;
}

#[diagnostic::do_not_recommend]
impl<B: Default> EmptyBody for B {
    fn empty() -> Self {
        B::default()
    }
}

mod sealed {
    /// Keeps [`EmptyBody`](super::EmptyBody) to this crate.
    #[allow(unnameable_types, reason = "that is the seal")]
    pub trait Sealed {}
    #[diagnostic::do_not_recommend]
    impl<B: Default> Sealed for B {}
}
