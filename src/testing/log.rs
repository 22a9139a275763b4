//! What went to the service.

use http::{HeaderMap, Method, StatusCode, Uri};

/// Why a request was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Preflight,
    Other,
}

/// A request that reached the service, from [`Browser::log`](super::Browser::log).
#[derive(Clone, Debug)]
pub struct Sent {
    kind: Kind,
    method: Method,
    url: Uri,
    headers: HeaderMap,
    status: Option<StatusCode>,
}

impl Sent {
    pub(super) fn new(kind: Kind, method: Method, url: Uri, headers: HeaderMap) -> Self {
        Self {
            kind,
            method,
            url,
            headers,
            status: None,
        }
    }

    /// Whether this was a
    /// [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request).
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.kind == Kind::Preflight
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

/// Everything sent so far, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Vec<Sent>);

impl Log {
    /// Returns the request's number, for [`answered`](Self::answered).
    pub(super) fn push(&mut self, sent: Sent) -> usize {
        self.0.push(sent);
        self.0.len() - 1
    }

    pub(super) fn answered(&mut self, number: usize, status: StatusCode) {
        if let Some(sent) = self.0.get_mut(number) {
            sent.status = Some(status);
        }
    }

    pub(super) fn all(&self) -> &[Sent] {
        &self.0
    }
}
