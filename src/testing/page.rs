//! A page, and what its script and its user can send.

use std::fmt::{self, Display};

use http::header::{
    ACCEPT, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, PRAGMA, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use tower_service::Service;
use url::{Position, Url};

use super::blocked::{BlockReason, Blocked};
use super::body::{Body, collect};
use super::browser::Browser;
use super::fetch::main_fetch;
use super::filter::{has_null_body, visible_headers};
use super::header_list::normalize;
use super::log::Kind;
use super::network::http_network_fetch;
use super::origin::Origin;
use super::request::{Credentials, FetchRequest, Mode};
use super::response::Response;
use super::safelist::{is_forbidden_method, is_forbidden_request_header, normalize_method};
use super::url::{includes_credentials, parse};

/// <https://fetch.spec.whatwg.org/#document-accept-header-value>
const DOCUMENT_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

/// A page in a [`Browser`], from [`Browser::page`].
///
/// Clone it to try the same page with other settings.
pub struct Page<S, B = Body> {
    pub(super) browser: Browser<S, B>,
    origin: Origin,
    credentials: Credentials,
    use_cors_preflight: bool,
}

impl<S, B> Page<S, B> {
    pub(super) fn new(browser: Browser<S, B>, origin: Origin) -> Self {
        Self {
            browser,
            origin,
            credentials: Credentials::default(),
            use_cors_preflight: false,
        }
    }

    /// Sets the [credentials mode][1] of the page's fetches.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-request-credentials-mode
    #[must_use]
    pub fn credentials(mut self, mode: Credentials) -> Self {
        self.credentials = mode;
        self
    }

    /// Sets the [use-CORS-preflight flag][1] of the page's fetches, as upload listeners
    /// of an `XMLHttpRequest` do: every cross-origin fetch needs a preflight.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#use-cors-preflight-flag
    #[must_use]
    pub fn use_cors_preflight(mut self) -> Self {
        self.use_cors_preflight = true;
        self
    }

    fn resolve(&self, url: &str) -> Option<Url> {
        parse(url, Some(&self.browser.state().server))
    }

    fn type_error(&self, reason: BlockReason, method: Method) -> Blocked {
        Blocked::before_request(reason, method, self.origin.to_string())
    }

    /// The [`Request` constructor](https://fetch.spec.whatwg.org/#dom-request).
    fn construct(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<FetchRequest, Blocked> {
        let text = url.to_owned();
        let Some(url) = self.resolve(url) else {
            return Err(self.type_error(BlockReason::InvalidUrl(text), method));
        };
        if includes_credentials(&url) {
            return Err(self.type_error(BlockReason::UrlWithCredentials(text), method));
        }
        if is_forbidden_method(method.as_str()) {
            return Err(self.type_error(BlockReason::ForbiddenMethod(method.clone()), method));
        }
        let method = normalize_method(method);
        // A body without bytes is no body.
        if !body.is_empty() && [Method::GET, Method::HEAD].contains(&method) {
            return Err(self.type_error(BlockReason::BodyNotAllowed, method));
        }

        let mut request = FetchRequest::new(method, url, self.origin.clone(), Mode::Cors);
        request.headers = guarded(headers);
        request.body = (!body.is_empty()).then_some(body);
        request.credentials = self.credentials;
        request.use_cors_preflight = self.use_cors_preflight;
        // https://fetch.spec.whatwg.org/#concept-fetch adds this before it looks at safelists.
        let any = HeaderValue::from_static("*/*");
        request.headers.entry(ACCEPT).or_insert(any);
        Ok(request)
    }

    /// A request outside CORS, which carries the user's cookies.
    fn outside_cors(&self, method: Method, url: &str, mode: Mode) -> Result<FetchRequest, Blocked> {
        match self.resolve(url) {
            None => Err(self.type_error(BlockReason::InvalidUrl(url.to_owned()), method)),
            Some(url) => {
                let mut request = FetchRequest::new(method, url, self.origin.clone(), mode);
                request.credentials = Credentials::Include;
                Ok(request)
            }
        }
    }
}

impl<S, B, RB> Page<S, B>
where
    S: Service<Request<B>, Response = http::Response<RB>> + Clone,
    S::Error: Display,
    B: From<Vec<u8>>,
    RB: http_body::Body,
    RB::Error: Display,
{
    /// [`fetch(request)`](https://fetch.spec.whatwg.org/#dom-global-fetch) in the mode
    /// "cors", with redirects followed and the body read to its end.
    ///
    /// The URL may be relative to the [server](Browser::server). The body is sent as an
    /// `ArrayBuffer` is: without a `Content-Type` of its own. Headers that scripts cannot
    /// set, such as `Cookie` and `Origin`, are dropped without a word.
    ///
    /// # Errors
    ///
    /// Whatever makes the script's promise fail, as [`BlockReason`] lists it.
    pub async fn fetch(&self, request: Request<impl Into<Vec<u8>>>) -> Result<Response, Blocked> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        let request = self.construct(parts.method, &url, parts.headers, body.into())?;
        self.run(request).await
    }

    /// [`fetch`](Self::fetch) of a URL, with `GET` and no headers.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    pub async fn get(&self, url: &str) -> Result<Response, Blocked> {
        let request = self.construct(Method::GET, url, HeaderMap::new(), Vec::new())?;
        self.run(request).await
    }

    /// Follows a link: a navigation, with cookies, without preflight or CORS check.
    ///
    /// The result is what the server answered, redirects not followed; the page that
    /// navigated cannot read it.
    ///
    /// # Errors
    ///
    /// [`BlockReason::InvalidUrl`] and [`BlockReason::Network`].
    pub async fn navigate(&self, url: &str) -> Result<http::Response<Vec<u8>>, Blocked> {
        let mut request = self.outside_cors(Method::GET, url, Mode::Navigate)?;
        set(&mut request.headers, ACCEPT, DOCUMENT_ACCEPT);
        self.send(request).await
    }

    /// Submits a form with `fields`, such as `a=1&b=2`: a navigation with `POST`, with an
    /// `Origin` and cookies, without preflight or CORS check. This is what cross-site
    /// request forgery looks like.
    ///
    /// The result is as [`navigate`](Self::navigate)'s.
    ///
    /// # Errors
    ///
    /// As [`navigate`](Self::navigate).
    pub async fn submit_form(
        &self,
        url: &str,
        fields: &str,
    ) -> Result<http::Response<Vec<u8>>, Blocked> {
        let mut request = self.outside_cors(Method::POST, url, Mode::Navigate)?;
        set(&mut request.headers, ACCEPT, DOCUMENT_ACCEPT);
        set(
            &mut request.headers,
            CONTENT_TYPE,
            "application/x-www-form-urlencoded",
        );
        request.body = Some(fields.into());
        self.send(request).await
    }

    /// Begins a WebSocket [opening handshake][1]: `GET` with an `Origin` and cookies,
    /// without preflight or CORS check. The scheme may be `ws` or `wss`.
    ///
    /// The result is what the server answered; it is never upgraded.
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
        let mut request = self.outside_cors(Method::GET, &http_url, Mode::WebSocket)?;
        for (name, value) in [
            (CONNECTION, "Upgrade"),
            (UPGRADE, "websocket"),
            (SEC_WEBSOCKET_VERSION, "13"),
            (SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="),
            (PRAGMA, "no-cache"),
            (CACHE_CONTROL, "no-cache"),
        ] {
            set(&mut request.headers, name, value);
        }
        self.send(request).await
    }

    async fn run(&self, mut request: FetchRequest) -> Result<Response, Blocked> {
        let response = main_fetch(self, &mut request)
            .await
            .map_err(|failure| Blocked::new(failure, &request))?;
        let (parts, body) = response.into_parts();
        let body = if has_null_body(&request, parts.status) {
            Vec::new()
        } else {
            read(body, &request).await?
        };
        Ok(Response {
            status: parts.status,
            headers: visible_headers(&request, parts.headers),
            body,
            url: request.current_url()[..Position::AfterQuery].to_owned(),
            redirected: request.url_list().len() > 1,
        })
    }

    async fn send(&self, request: FetchRequest) -> Result<http::Response<Vec<u8>>, Blocked> {
        let response = http_network_fetch(self, &request, Kind::Other)
            .await
            .map_err(|reason| Blocked::new(reason.into(), &request))?;
        let (parts, body) = response.into_parts();
        let body = read(body, &request).await?;
        Ok(http::Response::from_parts(parts, body))
    }
}

impl<S: Clone, B> Clone for Page<S, B> {
    fn clone(&self) -> Self {
        Self {
            browser: self.browser.clone(),
            origin: self.origin.clone(),
            credentials: self.credentials,
            use_cors_preflight: self.use_cors_preflight,
        }
    }
}

impl<S, B> fmt::Debug for Page<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("browser", &self.browser)
            .field("origin", &self.origin)
            .field("credentials", &self.credentials)
            .field("use_cors_preflight", &self.use_cors_preflight)
            .finish()
    }
}

/// What [validation](https://fetch.spec.whatwg.org/#headers-validate) under the guard
/// "request" lets a script set.
fn guarded(mut headers: HeaderMap) -> HeaderMap {
    normalize(&mut headers);
    let mut allowed = HeaderMap::with_capacity(headers.len());
    for (name, value) in &headers {
        if !is_forbidden_request_header(name, value.as_bytes()) {
            allowed.append(name, value.clone());
        }
    }
    allowed
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

async fn read<RB>(body: RB, request: &FetchRequest) -> Result<Vec<u8>, Blocked>
where
    RB: http_body::Body<Error: Display>,
{
    collect(body).await.map_err(|error| {
        let reason = BlockReason::Network(error.to_string());
        Blocked::new(reason.into(), request)
    })
}
