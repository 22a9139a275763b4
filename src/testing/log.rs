//! What went to the service.

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

    /// The method as sent: `OPTIONS` for a preflight.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The absolute URL.
    #[must_use]
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// All headers, those the browser added included.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The status of the response; `None` while there is none, and for good if the
    /// service failed.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }
}
