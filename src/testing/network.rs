//! The last step of every fetch: the request goes to the service.

use std::fmt::Display;
use std::sync::MutexGuard;

use http::header::{CONTENT_LENGTH, COOKIE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};

use super::blocked::BlockReason;
use super::browser::State;
use super::header_list::normalize;
use super::log::{Kind, Sent};
use super::metadata;
use super::request::FetchRequest;
use super::url::{authority, to_uri};

/// What the algorithms need of a browser, so that they know nothing of Tower.
pub(super) trait Network {
    type Body: http_body::Body<Error: Display>;

    /// Must not be held across an `await`.
    fn state(&self) -> MutexGuard<'_, State>;

    /// The error is the service's own, as text.
    async fn transmit(&self, request: Request<Vec<u8>>) -> Result<Response<Self::Body>, String>;
}

/// The [HTTP-network-or-cache fetch](https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch),
/// without an HTTP cache and without prompting anyone for a password.
pub(super) async fn http_network_fetch<N: Network>(
    network: &N,
    request: &FetchRequest,
    kind: Kind,
) -> Result<Response<N::Body>, BlockReason> {
    let headers = complete_headers(request, &network.state());
    let Some(url) = to_uri(request.current_url()) else {
        return Err(BlockReason::InvalidUrl(request.current_url().to_string()));
    };

    let mut outgoing = Request::new(request.body.clone().unwrap_or_default());
    *outgoing.method_mut() = request.method.clone();
    *outgoing.uri_mut() = url.clone();
    *outgoing.headers_mut() = headers.clone();

    let sent = Sent::new(kind, request.method.clone(), url, headers);
    let number = network.state().log.push(sent);
    let mut response = network
        .transmit(outgoing)
        .await
        .map_err(BlockReason::Network)?;
    network.state().log.answered(number, response.status());
    normalize(response.headers_mut());
    Ok(response)
}

/// Step 8: what the browser adds to a request's own headers.
fn complete_headers(request: &FetchRequest, state: &State) -> HeaderMap {
    let mut headers = request.headers.clone();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };

    match &request.body {
        Some(body) => set(CONTENT_LENGTH, &body.len().to_string()),
        None if [Method::POST, Method::PUT].contains(&request.method) => set(CONTENT_LENGTH, "0"),
        None => {}
    }
    if let Some(origin) = request.origin_header() {
        set(ORIGIN, &origin);
    }
    set(HOST, authority(request.current_url()));
    if request.includes_credentials() {
        if let Some(cookies) = state.cookies_for(request.current_url()) {
            set(COOKIE, &cookies);
        }
    }
    metadata::append(request, &mut headers);
    headers
}
