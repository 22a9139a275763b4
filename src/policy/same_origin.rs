//! The server's own origin, whose pages need no CORS.

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::origin::Origin;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The site that a request comes from, as browsers tell. Browsers send one line; several
/// name no site.
pub(super) fn sec_fetch_site(headers: &HeaderMap) -> Option<&[u8]> {
    let mut lines = headers.get_all(&SEC_FETCH_SITE).iter();
    let first = lines.next()?.as_bytes();
    Some(if lines.next().is_none() { first } else { b"" })
}

/// The request comes from the server's own origin. Browsers say so by `Sec-Fetch-Site`;
/// those that do not (old ones, and all on plaintext sites) send the authority twice.
#[inline(never)]
pub(super) fn is_same_origin(uri: Option<&Uri>, headers: &HeaderMap, origin: &HeaderValue) -> bool {
    if let Some(site) = sec_fetch_site(headers) {
        return matches!(site, b"same-origin" | b"none");
    }
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none());
    let authority = uri
        .and_then(|uri| uri.authority().map(Authority::as_str))
        .or_else(|| host?.to_str().ok());
    let origin = std::str::from_utf8(origin.as_bytes())
        .ok()
        .and_then(Origin::parse);
    match (origin, authority) {
        (Some(origin), Some(authority)) => {
            let default_port = match origin.scheme() {
                "http" => ":80",
                "https" => ":443",
                // `tauri://localhost` is no page of the server at `localhost`.
                _ => return false,
            };
            // The other way round says nothing: TLS may have ended before.
            let is_downgraded = origin.scheme() == "http"
                && uri.is_some_and(|uri| uri.scheme_str() == Some("https"));
            if is_downgraded {
                return false;
            }
            let authority = authority.strip_suffix(default_port).unwrap_or(authority);
            origin.authority().eq_ignore_ascii_case(authority)
        }
        _ => false,
    }
}
