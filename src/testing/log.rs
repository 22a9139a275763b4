//! The record of a request that reached the service.

use http::header::ACCESS_CONTROL_REQUEST_METHOD;
use http::{HeaderMap, Method, StatusCode, Uri};

/// A request that reached the service, from [`Browser::log`](super::Browser::log).
#[derive(Clone, Debug)]
pub struct Sent {
    pub(super) method: Method,
    pub(super) url: Uri,
    pub(super) headers: HeaderMap,
    pub(super) status: Option<StatusCode>,
}

impl Sent {
    /// Returns true if this was a
    /// [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request).
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        // No script can set this header.
        self.method == Method::OPTIONS && self.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Returns the method as sent: `OPTIONS` for a preflight.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the absolute URL.
    #[must_use]
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// Returns all headers, including those that the browser added.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the status of the response, or `None` if there is none: not yet, or because
    /// the service failed.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }
}
