//! A response that a page may read.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, StatusCode};

use super::header_list::{get, isomorphic_decode};

/// What a script sees of a response: the
/// [filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response).
#[derive(Clone, Debug)]
pub struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) url: String,
    pub(super) redirected: bool,
}

impl Response {
    /// The status, an error's too: for `fetch` a 404 is a response like any other.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers that the script sees: all but `Set-Cookie` if the response is
    /// same-origin, else the [CORS-safelisted and exposed ones][1].
    ///
    /// [1]: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// `response.headers.get(name)`: the value as the script sees it, several lines
    /// joined by `, `, bytes beyond ASCII read as Latin-1.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        get(&self.headers, &name).map(|value| isomorphic_decode(&value))
    }

    /// The body; empty where the standard has none: for `HEAD` and for statuses
    /// such as 204.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// `response.text()`: the body as text, with what is not UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// `response.url`: where the response came from, after redirects.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `response.redirected`: whether there was any redirect.
    #[must_use]
    pub fn redirected(&self) -> bool {
        self.redirected
    }
}
