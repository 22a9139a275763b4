//! The head of a request: all that a decision depends on.

use http::{Extensions, HeaderMap, Method, Request, Uri};

/// The head of a request: its method, URI, headers and extensions, by
/// reference.
///
/// A `&Request<B>` converts into it, and so does `(&Method, &HeaderMap)`. The
/// pair has no extensions and no URI. Without the URI, `OPTIONS *` may be taken
/// for a preflight, and over HTTP/2 the server's own origin is not known.
#[derive(Clone, Copy, Debug)]
pub struct RequestHead<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: Option<&'a Uri>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) extensions: Option<&'a Extensions>,
}

impl<'a> RequestHead<'a> {
    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The request's URI, if it is known.
    #[must_use]
    pub fn uri(&self) -> Option<&'a Uri> {
        self.uri
    }

    /// The path of the request's URI; empty if the URI is not known.
    #[must_use]
    pub fn path(&self) -> &'a str {
        self.uri.map_or("", Uri::path)
    }

    /// The request's headers.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// An extension of the request, such as what an outer middleware put there.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<&'a T> {
        self.extensions?.get()
    }
}

impl<'a, B> From<&'a Request<B>> for RequestHead<'a> {
    #[inline]
    fn from(request: &'a Request<B>) -> Self {
        RequestHead {
            method: request.method(),
            uri: Some(request.uri()),
            headers: request.headers(),
            extensions: Some(request.extensions()),
        }
    }
}

impl<'a> From<(&'a Method, &'a HeaderMap)> for RequestHead<'a> {
    fn from((method, headers): (&'a Method, &'a HeaderMap)) -> Self {
        RequestHead {
            method,
            uri: None,
            headers,
            extensions: None,
        }
    }
}
