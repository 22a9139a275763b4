//! A page, and what its script can fetch.

use std::fmt::{self, Display};

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request};
use tower_service::Service;
use url::Url;

use super::blocked::Blocked;
use super::body::{Body, collect};
use super::browser::Browser;
use super::header_list::normalize;
use super::origin::Origin;
use super::reason::BlockReason;
use super::request::{Credentials, FetchRequest, Mode, Settings};
use super::response::{Response, has_null_body};
use super::safelist::{is_forbidden_method, is_forbidden_request_header, normalize_method};
use super::url::{includes_credentials, parse};

impl<S, B> Browser<S, B> {
    /// Opens a page, given its origin or its URL. `null` opens a page with an opaque origin,
    /// such as a sandboxed frame.
    ///
    /// # Panics
    ///
    /// When `origin` is neither `null` nor of the form `scheme://host`.
    #[must_use]
    #[track_caller]
    pub fn page(&self, origin: &str) -> Page<S, B>
    where
        S: Clone,
    {
        let Some(origin) = Origin::of_page(origin) else {
            panic!("a page needs an origin, such as https://app.example.com, not {origin:?}");
        };
        Page {
            browser: self.clone(),
            origin,
            settings: Settings::default(),
        }
    }
}

/// A page in a [`Browser`], from [`Browser::page`].
///
/// Clone it to try the same page with other settings.
pub struct Page<S, B = Body> {
    pub(super) browser: Browser<S, B>,
    pub(super) origin: Origin,
    pub(super) settings: Settings,
}

impl<S, B> Page<S, B> {
    /// Sets the [credentials mode][1] of the page's fetches.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-request-credentials-mode
    #[must_use]
    pub fn credentials(mut self, mode: Credentials) -> Self {
        self.settings.credentials = mode;
        self
    }

    /// Sets the [use-CORS-preflight flag][1] of the page's fetches, as upload listeners
    /// of an `XMLHttpRequest` do: every cross-origin fetch needs a preflight.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#use-cors-preflight-flag
    #[must_use]
    pub fn use_cors_preflight(mut self) -> Self {
        self.settings.use_cors_preflight = true;
        self
    }

    /// Sends no `Sec-Fetch-*` headers: as in Chromium's `WebSocket` handshakes, and in all
    /// requests of browsers before 2023.
    #[must_use]
    pub fn without_fetch_metadata(mut self) -> Self {
        self.settings.without_fetch_metadata = true;
        self
    }

    /// Reads the headers of responses only, and drops their bodies: for responses that
    /// never end, such as event streams.
    #[must_use]
    pub fn headers_only(mut self) -> Self {
        self.settings.headers_only = true;
        self
    }

    pub(super) fn resolve(&self, url: &str) -> Result<Url, Blocked> {
        let invalid = || Blocked::type_error(BlockReason::InvalidUrl(url.to_owned()));
        parse(url, Some(&self.browser.state().server)).ok_or_else(invalid)
    }

    /// [`construct`](Self::construct) of the parts.
    pub(super) fn build(&self, request: Request<impl Into<Body>>) -> Result<FetchRequest, Blocked> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        self.construct(parts.method, &url, parts.headers, body.into())
    }

    /// Runs the [`Request` constructor](https://fetch.spec.whatwg.org/#dom-request).
    pub(super) fn construct(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<FetchRequest, Blocked> {
        let refuse = |reason| Err(Blocked::type_error(reason));
        let url = self.resolve(url)?;
        if includes_credentials(&url) {
            return refuse(BlockReason::UrlWithCredentials(url.into()));
        }
        if is_forbidden_method(method.as_str()) {
            return refuse(BlockReason::ForbiddenMethod(method));
        }
        let method = normalize_method(method);
        let Body { bytes, is_text } = body;
        // A body without bytes is no body.
        let body = (!bytes.is_empty()).then_some(bytes);
        if body.is_some() && [Method::GET, Method::HEAD].contains(&method) {
            return refuse(BlockReason::BodyNotAllowed);
        }

        let mut request =
            FetchRequest::new(method, url, self.origin.clone(), Mode::Cors, self.settings);
        request.headers = guarded(headers);
        if is_text && body.is_some() {
            let text = HeaderValue::from_static("text/plain;charset=UTF-8");
            request.headers.entry(CONTENT_TYPE).or_insert(text);
        }
        request.body = body;
        // https://fetch.spec.whatwg.org/#concept-fetch adds this before it looks at safelists.
        let any = HeaderValue::from_static("*/*");
        request.headers.entry(ACCEPT).or_insert(any);
        Ok(request)
    }
}

impl<S, B, RB> Page<S, B>
where
    S: Service<Request<B>, Response = http::Response<RB>, Error: Display> + Clone,
    B: From<Vec<u8>>,
    RB: http_body::Body<Error: Display>,
{
    /// [`fetch(request)`](https://fetch.spec.whatwg.org/#dom-global-fetch) in the mode
    /// "cors", with redirects followed and the body read to its end.
    ///
    /// The URL may be relative to the [server](Browser::server). A body of text gets the
    /// `Content-Type` `text/plain;charset=UTF-8`, unless there is one; a body of bytes gets
    /// none; an empty body is no body. Headers that scripts cannot set, such as `Cookie`
    /// and `Origin`, are dropped silently.
    ///
    /// # Errors
    ///
    /// When the script's promise would be rejected; [`BlockReason`] lists the cases.
    pub async fn fetch(&self, request: Request<impl Into<Body>>) -> Result<Response, Blocked> {
        self.run(self.build(request)?).await
    }

    /// [`fetch`](Self::fetch) of a URL, with `GET` and no headers.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    pub async fn get(&self, url: &str) -> Result<Response, Blocked> {
        let request = self.construct(Method::GET, url, HeaderMap::new(), ().into())?;
        self.run(request).await
    }

    async fn run(&self, mut request: FetchRequest) -> Result<Response, Blocked> {
        let response = self.load(&mut request).await?;
        Ok(Response::new(&request, response))
    }

    /// Fetches, and reads the body to its end unless only headers are wanted.
    pub(super) async fn load(
        &self,
        request: &mut FetchRequest,
    ) -> Result<http::Response<Vec<u8>>, Blocked> {
        let response = self
            .browser
            .main_fetch(request)
            .await
            .map_err(|failure| Blocked::new(failure, request))?;
        let (parts, body) = response.into_parts();
        let is_empty = request.settings.headers_only || has_null_body(request, parts.status);
        let body = match is_empty {
            true => Vec::new(),
            false => collect(body).await.map_err(|error| {
                Blocked::new(BlockReason::Network(error.to_string()).into(), request)
            })?,
        };
        Ok(http::Response::from_parts(parts, body))
    }
}

impl<S: Clone, B> Clone for Page<S, B> {
    fn clone(&self) -> Self {
        Self {
            browser: self.browser.clone(),
            origin: self.origin.clone(),
            settings: self.settings,
        }
    }
}

impl<S, B> fmt::Debug for Page<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("browser", &self.browser)
            .field("origin", &self.origin)
            .field("settings", &self.settings)
            .finish()
    }
}

/// Returns the headers that a script may set: those that [validation][1] under the guard
/// "request" lets through.
///
/// [1]: https://fetch.spec.whatwg.org/#headers-validate
fn guarded(mut headers: HeaderMap) -> HeaderMap {
    normalize(&mut headers);
    let lines = headers.iter();
    lines
        .filter(|(name, value)| !is_forbidden_request_header(name, value.as_bytes()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
