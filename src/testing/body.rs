//! The bodies of requests, and reading those of responses.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};

/// The body of a request. [`Page::fetch`](super::Page::fetch) takes it, and a
/// [`Browser`](super::Browser) sends it to services that take any body.
///
/// It remembers if it was made from text, because `fetch` gives text a `Content-Type`.
#[derive(Clone, Debug, Default)]
pub struct Body {
    pub(super) bytes: Bytes,
    pub(super) is_text: bool,
}

/// No body.
impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::default()
    }
}

/// Text.
impl From<String> for Body {
    fn from(text: String) -> Self {
        Self {
            bytes: text.into(),
            is_text: true,
        }
    }
}

/// Text.
impl From<&str> for Body {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Bytes, without a type.
impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self {
            bytes,
            is_text: false,
        }
    }
}

/// Bytes, without a type.
impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

/// Bytes, without a type.
impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// Reads a body to its end. Scripts do not see trailers.
pub(super) async fn collect<B: http_body::Body>(body: B) -> Result<Vec<u8>, B::Error> {
    let mut body = pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        if let Ok(mut data) = frame?.into_data() {
            while data.has_remaining() {
                let chunk = data.chunk();
                let len = chunk.len();
                bytes.extend_from_slice(chunk);
                data.advance(len);
            }
        }
    }
    Ok(bytes)
}
