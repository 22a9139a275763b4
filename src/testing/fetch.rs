//! Main fetch, HTTP fetch and HTTP-network fetch, with a Tower service as the network.

use std::fmt::Display;
use std::future::poll_fn;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use tower_service::Service;

use super::browser::Browser;
use super::cache::Permission;
use super::cors_check::cors_check;
use super::header_list::normalize;
use super::hint::Failure;
use super::log::Sent;
use super::metadata;
use super::preflight::{judge, preflight_request};
use super::reason::BlockReason;
use super::redirect::http_redirect_fetch;
use super::request::{FetchRequest, Mode, Tainting};
use super::url::{authority, to_uri};

impl<S, B, RB> Browser<S, B>
where
    S: Service<Request<B>, Response = Response<RB>, Error: Display> + Clone,
    B: From<Vec<u8>>,
{
    /// [Main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch) without the
    /// filtering at its end. Afterwards `request` is that of the last hop.
    pub(super) async fn main_fetch(
        &self,
        request: &mut FetchRequest,
    ) -> Result<Response<RB>, Failure> {
        let mut with_preflight = false;
        let outcome = self.follow(request, &mut with_preflight).await;
        // A network error clears the entries of the URL where it happened, if this or an
        // earlier hop was fetched "with preflight".
        if outcome.is_err() && with_preflight {
            self.state().cache.clear(request);
        }
        outcome
    }

    /// Fetches one hop after another. The standard recurses; this is a loop.
    async fn follow(
        &self,
        request: &mut FetchRequest,
        with_preflight: &mut bool,
    ) -> Result<Response<RB>, Failure> {
        loop {
            // Step 12. A tainted request stays tainted.
            let mut needed = Vec::new();
            if request.mode == Mode::Cors && !request.origin.is_same_origin(request.current_url())
                || request.tainting == Tainting::Cors
            {
                request.tainting = Tainting::Cors;
                needed = Permission::needed_by(request);
                *with_preflight |= !needed.is_empty();
            }
            let response = self.http_fetch(request, &needed).await?;
            let status = response.status();
            let is_redirected = http_redirect_fetch(request, status, response.headers())?;
            if !is_redirected {
                return Ok(response);
            }
        }
    }

    /// [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch) up to redirects.
    /// The fetch is "with preflight" if any permission is needed.
    async fn http_fetch(
        &self,
        request: &FetchRequest,
        needed: &[Permission],
    ) -> Result<Response<RB>, Failure> {
        // Step 4.1.
        let is_permitted = {
            let mut state = self.state();
            let now = state.now;
            state.cache.grants(request, needed, now)
        };
        if !is_permitted {
            self.cors_preflight_fetch(request).await?;
        }
        // Step 4.3.
        let response = self.http_network_fetch(request).await?;
        // Step 4.4.
        if request.tainting == Tainting::Cors {
            let (status, headers) = (response.status(), response.headers());
            cors_check(request, headers).map_err(|failure| {
                Failure::new(BlockReason::CorsCheck(failure), request, status, headers)
            })?;
        }
        Ok(response)
    }

    /// <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>
    async fn cors_preflight_fetch(&self, request: &FetchRequest) -> Result<(), Failure> {
        // Steps 1 to 6.
        let response = self.http_network_fetch(&preflight_request(request)).await?;
        // Steps 7 to 7.9.
        let (status, headers) = (response.status(), response.headers());
        let (permissions, max_age) = judge(request, status, headers)
            .map_err(|reason| Failure::new(reason, request, status, headers))?;
        // Steps 7.10 to 7.15.
        let mut state = self.state();
        let (max_age, now) = (state.max_age_limit.apply(max_age), state.now);
        state.cache.store(request, permissions, max_age, now);
        Ok(())
    }

    /// The [HTTP-network-or-cache fetch][1], without an HTTP cache and without
    /// prompting anyone for a password.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
    pub(super) async fn http_network_fetch(
        &self,
        request: &FetchRequest,
    ) -> Result<Response<RB>, BlockReason> {
        let url = request.current_url();
        let uri = to_uri(url).ok_or_else(|| BlockReason::InvalidUrl(url.to_string()))?;
        let includes_credentials = request.includes_credentials();
        let cookies = includes_credentials.then(|| self.state().cookies.header(url));
        let sent = Sent {
            method: request.method.clone(),
            url: uri,
            headers: complete_headers(request, cookies.flatten()),
            status: None,
        };

        let mut outgoing = Request::new(B::from(request.body.clone().unwrap_or_default().into()));
        *outgoing.method_mut() = sent.method.clone();
        *outgoing.uri_mut() = sent.url.clone();
        *outgoing.headers_mut() = sent.headers.clone();

        let number = self.state().log(sent);
        let mut response = self
            .transmit(outgoing)
            .await
            .map_err(BlockReason::Network)?;
        normalize(response.headers_mut());
        let mut state = self.state();
        state.answered(number, response.status());
        if includes_credentials {
            state.cookies.store(url, response.headers());
        }
        Ok(response)
    }

    /// Calls the service. Its error is only printed, so it becomes text.
    async fn transmit(&self, request: Request<B>) -> Result<Response<RB>, String> {
        let mut service = self.service.clone();
        let text = |error: S::Error| error.to_string();
        poll_fn(|cx| service.poll_ready(cx)).await.map_err(text)?;
        service.call(request).await.map_err(text)
    }
}

/// Step 8 of the HTTP-network-or-cache fetch: adds the browser's own headers.
fn complete_headers(request: &FetchRequest, cookies: Option<String>) -> HeaderMap {
    let has_length =
        request.body.is_some() || [Method::POST, Method::PUT].contains(&request.method);
    let length = request.body.as_ref().map_or(0, Bytes::len);
    let mut headers = request.headers.clone();
    for (name, value) in [
        (CONTENT_LENGTH, has_length.then(|| length.to_string())),
        (ORIGIN, request.origin_header()),
        (HOST, Some(authority(request.current_url()).to_owned())),
        (COOKIE, cookies),
    ] {
        if let Some(Ok(value)) = value.map(HeaderValue::try_from) {
            headers.insert(name, value);
        }
    }
    metadata::append(request, &mut headers);
    headers
}
