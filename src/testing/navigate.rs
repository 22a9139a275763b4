//! Requests outside CORS: links, forms and web sockets.

use std::fmt::Display;

use http::header::{
    ACCEPT, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, PRAGMA, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderName, HeaderValue, Method, Request};
use tower_service::Service;

use super::blocked::Blocked;
use super::page::Page;
use super::request::{Credentials, FetchRequest, Mode, Settings};

/// <https://fetch.spec.whatwg.org/#document-accept-header-value>
const DOCUMENT: (HeaderName, &str) = (
    ACCEPT,
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);
const FORM: (HeaderName, &str) = (CONTENT_TYPE, "application/x-www-form-urlencoded");
const HANDSHAKE: [(HeaderName, &str); 6] = [
    (CONNECTION, "Upgrade"),
    (UPGRADE, "websocket"),
    (SEC_WEBSOCKET_VERSION, "13"),
    (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
    (PRAGMA, "no-cache"),
    (CACHE_CONTROL, "no-cache"),
];

impl<S, B, RB> Page<S, B>
where
    S: Service<Request<B>, Response = http::Response<RB>, Error: Display> + Clone,
    B: From<Vec<u8>>,
    RB: http_body::Body<Error: Display>,
{
    /// Follows a link: a navigation, with cookies, without preflight or CORS check.
    ///
    /// Returns the server's answer, after redirects. The page that navigated cannot
    /// read it.
    ///
    /// # Errors
    ///
    /// [`BlockReason::InvalidUrl`](super::BlockReason::InvalidUrl), and what can go wrong
    /// on a network and with redirects.
    pub async fn navigate(&self, url: &str) -> Result<http::Response<Vec<u8>>, Blocked> {
        let mut request = self.outside_cors(Method::GET, url, Mode::Navigate, [DOCUMENT])?;
        self.load(&mut request).await
    }

    /// Submits a form with `fields`, such as `a=1&b=2`: a navigation with `POST`, with an
    /// `Origin` and cookies, without preflight or CORS check. Cross-site request forgery
    /// looks like this.
    ///
    /// Returns what [`navigate`](Self::navigate) does.
    ///
    /// # Errors
    ///
    /// As [`navigate`](Self::navigate).
    pub async fn submit_form(
        &self,
        url: &str,
        fields: &str,
    ) -> Result<http::Response<Vec<u8>>, Blocked> {
        let mut request = self.outside_cors(Method::POST, url, Mode::Navigate, [DOCUMENT, FORM])?;
        request.body = Some(fields.to_owned().into());
        self.load(&mut request).await
    }

    /// Begins a WebSocket [opening handshake][1]: `GET` with an `Origin` and cookies,
    /// without preflight or CORS check. The scheme may be `ws` or `wss`.
    ///
    /// Returns the server's answer. A redirect is not followed, and nothing is upgraded.
    ///
    /// Browsers differ: Chromium sends no `Sec-Fetch-*` headers with a handshake. See
    /// [`without_fetch_metadata`](Page::without_fetch_metadata).
    ///
    /// [1]: https://websockets.spec.whatwg.org/#opening-handshake
    ///
    /// # Errors
    ///
    /// As [`navigate`](Self::navigate).
    pub async fn web_socket(&self, url: &str) -> Result<http::Response<Vec<u8>>, Blocked> {
        let http_url = match url.split_at_checked(2) {
            Some((ws, rest)) if ws.eq_ignore_ascii_case("ws") && rest.contains("://") => {
                format!("http{rest}")
            }
            _ => url.to_owned(),
        };
        let mut request = self.outside_cors(Method::GET, &http_url, Mode::WebSocket, HANDSHAKE)?;
        self.load(&mut request).await
    }

    fn outside_cors(
        &self,
        method: Method,
        url: &str,
        mode: Mode,
        headers: impl IntoIterator<Item = (HeaderName, &'static str)>,
    ) -> Result<FetchRequest, Blocked> {
        let url = self.resolve(url)?;
        // The user's cookies go with all of them.
        let settings = Settings {
            credentials: Credentials::Include,
            ..self.settings
        };
        let mut request = FetchRequest::new(method, url, self.origin.clone(), mode, settings);
        let headers = headers.into_iter();
        request.headers = headers
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect();
        Ok(request)
    }
}
