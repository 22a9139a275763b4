//! The HTTP-redirect fetch.

use http::header::{CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, Method, StatusCode};

use super::header_list::isomorphic_decode;
use super::reason::BlockReason;
use super::request::{FetchRequest, Mode, Tainting};
use super::safelist::NON_WILDCARD_REQUEST_HEADER;
use super::url;

/// The most redirects that a fetch follows.
const MAX_REDIRECTS: usize = 20;

/// <https://fetch.spec.whatwg.org/#redirect-status>
pub(super) fn is_redirect_status(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The [HTTP-redirect fetch](https://fetch.spec.whatwg.org/#concept-http-redirect-fetch)
/// without its call of main fetch. Returns true if there is another hop; `request` is then
/// the request of that hop.
pub(super) fn http_redirect_fetch(
    request: &mut FetchRequest,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<bool, BlockReason> {
    // The redirect mode of WebSockets is "error", so the handshake ends here.
    if !is_redirect_status(status) || request.mode == Mode::WebSocket {
        return Ok(false);
    }
    // Steps 3 to 6, https://fetch.spec.whatwg.org/#concept-response-location-url
    let mut lines = headers.get_all(LOCATION).iter();
    let Some(location) = lines.next() else {
        return Ok(false);
    };
    let text = isomorphic_decode(location.as_bytes());
    let invalid = || BlockReason::InvalidRedirect(text.clone());
    if lines.next().is_some() {
        return Err(invalid());
    }
    let location = percent_encode_non_ascii(location.as_bytes());
    let mut location = url::parse(&location, Some(request.current_url())).ok_or_else(invalid)?;
    if location.fragment().is_none() {
        location.set_fragment(request.current_url().fragment());
    }

    // Steps 7 and 8.
    if request.url_list().len() > MAX_REDIRECTS {
        return Err(BlockReason::TooManyRedirects);
    }

    // Steps 9 and 10.
    let is_foreign = request.mode == Mode::Cors && !request.origin.is_same_origin(&location);
    if url::includes_credentials(&location) && (is_foreign || request.tainting == Tainting::Cors) {
        return Err(BlockReason::RedirectWithCredentials(location.to_string()));
    }

    // Step 11 is about streams. Bodies here can always be sent again.

    // Step 12.
    let becomes_get = match status.as_u16() {
        301 | 302 => request.method == Method::POST,
        303 => ![Method::GET, Method::HEAD].contains(&request.method),
        _ => false,
    };
    if becomes_get {
        request.method = Method::GET;
        request.body = None;
        // https://fetch.spec.whatwg.org/#request-body-header-name
        for name in [
            CONTENT_ENCODING,
            CONTENT_LANGUAGE,
            CONTENT_LOCATION,
            CONTENT_TYPE,
        ] {
            request.headers.remove(name);
        }
    }

    // Step 13.
    if request.current_url().origin() != location.origin() {
        request.headers.remove(NON_WILDCARD_REQUEST_HEADER);
    }

    // Step 18.
    request.push_url(location);
    Ok(true)
}

/// Reads a `Location` as Chromium does: bytes beyond ASCII are percent-encoded.
fn percent_encode_non_ascii(bytes: &[u8]) -> String {
    let encode = |byte: &u8| match byte.is_ascii() {
        true => char::from(*byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    bytes.iter().map(encode).collect()
}
