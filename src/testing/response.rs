//! A response as a page may read it.

use std::borrow::Cow;
use std::error::Error;

use http::header::ACCESS_CONTROL_EXPOSE_HEADERS;
use http::{HeaderMap, HeaderName, Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Position;

use super::header_list::{extract_tokens, get, isomorphic_decode};
use super::request::{FetchRequest, Tainting};

/// The part of a response that a script sees: the
/// [filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response).
#[derive(Clone, Debug)]
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    url: String,
    redirected: bool,
}

impl Response {
    /// Filters the response to `request`, the one of the last hop.
    pub(super) fn new(request: &FetchRequest, response: http::Response<Vec<u8>>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: visible_headers(request, &parts.headers),
            body,
            // https://fetch.spec.whatwg.org/#dom-response-url
            url: request.current_url()[..Position::AfterQuery].to_owned(),
            redirected: request.url_list().len() > 1,
        }
    }

    /// Returns the status, which may be an error: to `fetch`, a 404 is a response like any
    /// other.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers that the script sees: all but `Set-Cookie` if the response is
    /// same-origin, otherwise the [CORS-safelisted and exposed ones][1].
    ///
    /// [1]: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns `response.headers.get(name)`: several lines are joined by `, `, and bytes
    /// beyond ASCII are read as Latin-1.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        get(&self.headers, &name).map(|value| isomorphic_decode(&value))
    }

    /// Returns the body. It is empty where the standard has none: for `HEAD`, and for
    /// statuses such as 204.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns `response.text()`: the body as text, with invalid UTF-8 replaced.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// Parses the body as JSON, as `response.json()` does.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Box<dyn Error + Send + Sync>> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// Returns `response.url`: the URL after redirects, without its fragment.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns `response.redirected`: true if there was any redirect.
    #[must_use]
    pub fn redirected(&self) -> bool {
        self.redirected
    }
}

/// Returns the headers of the [basic filtered response][1] or the
/// [CORS filtered response][2].
///
/// [1]: https://fetch.spec.whatwg.org/#concept-filtered-response-basic
/// [2]: https://fetch.spec.whatwg.org/#concept-filtered-response-cors
fn visible_headers(request: &FetchRequest, headers: &HeaderMap) -> HeaderMap {
    let exposed = exposed_names(request, headers);
    let is_visible = |name: &HeaderName| {
        let is_shared = request.tainting == Tainting::Basic
            || is_safelisted_response_header(name)
            || exposed
                .iter()
                .any(|item| name.as_str().eq_ignore_ascii_case(item));
        is_shared && !is_forbidden_response_header(name)
    };
    let visible = headers.iter().filter(|(name, _)| is_visible(name));
    visible
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// <https://fetch.spec.whatwg.org/#null-body-status>, and responses to `HEAD`
pub(super) fn has_null_body(request: &FetchRequest, status: StatusCode) -> bool {
    request.method == Method::HEAD || matches!(status.as_u16(), 101 | 103 | 204 | 205 | 304)
}

/// Returns the CORS-exposed header-name list: step 14.1 of [main fetch][1].
///
/// [1]: https://fetch.spec.whatwg.org/#concept-main-fetch
fn exposed_names(request: &FetchRequest, headers: &HeaderMap) -> Vec<String> {
    // A malformed list exposes nothing. The standard's sentence lacks a "not" here.
    let names = extract_tokens(headers, &ACCESS_CONTROL_EXPOSE_HEADERS)
        .unwrap_or_default()
        .unwrap_or_default();
    if !request.is_credentialed() && names.iter().any(|name| name == "*") {
        return headers.keys().map(ToString::to_string).collect();
    }
    names
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
fn is_safelisted_response_header(name: &HeaderName) -> bool {
    [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ]
    .contains(&name.as_str())
}

/// <https://fetch.spec.whatwg.org/#forbidden-response-header-name>
fn is_forbidden_response_header(name: &HeaderName) -> bool {
    matches!(name.as_str(), "set-cookie" | "set-cookie2")
}

#[cfg(test)]
mod tests {
    use super::super::header_list::map;
    use super::super::origin::Origin;
    use super::super::request::{Credentials, Mode, Settings};
    use super::*;
    use url::Url;

    const SAFELISTED: [(&str, &str); 7] = [
        ("cache-control", "1"),
        ("content-language", "2"),
        ("content-length", "3"),
        ("content-type", "4"),
        ("expires", "5"),
        ("last-modified", "6"),
        ("pragma", "7"),
    ];

    #[test]
    fn exposure() {
        let custom = [("x-a", "1"), ("x-b", "2"), ("x-b", "3"), ("*", "4")];
        let cookies = [("set-cookie", "a=b"), ("set-cookie2", "a=b")];
        let (none, a, a_b): (&[_], &[_], &[_]) = (&[], &custom[..1], &custom[..3]);
        for (tainting, credentials, expose, visible, visible_expose) in [
            (
                Tainting::Basic,
                Credentials::SameOrigin,
                &[][..],
                &custom[..],
                false,
            ),
            (
                Tainting::Basic,
                Credentials::SameOrigin,
                &["x-a"],
                &custom,
                true,
            ),
            (Tainting::Cors, Credentials::SameOrigin, &[], none, false),
            (Tainting::Cors, Credentials::SameOrigin, &["X-A"], a, false),
            (
                Tainting::Cors,
                Credentials::SameOrigin,
                &["x-b,", "x-a"],
                a_b,
                false,
            ),
            (
                Tainting::Cors,
                Credentials::SameOrigin,
                &["x-none"],
                none,
                false,
            ),
            (
                Tainting::Cors,
                Credentials::SameOrigin,
                &["x-a, x b"],
                none,
                false,
            ),
            (
                Tainting::Cors,
                Credentials::SameOrigin,
                &["set-cookie,x-a"],
                a,
                false,
            ),
            (
                Tainting::Cors,
                Credentials::SameOrigin,
                &["*"],
                &custom,
                true,
            ),
            (Tainting::Cors, Credentials::Omit, &["*"], &custom, true),
            (
                Tainting::Cors,
                Credentials::SameOrigin,
                &["x-a", "*"],
                &custom,
                true,
            ),
            (
                Tainting::Cors,
                Credentials::Include,
                &["*"],
                &custom[3..],
                false,
            ),
            (
                Tainting::Cors,
                Credentials::Include,
                &["x-a,x-b"],
                a_b,
                false,
            ),
        ] {
            let expose: Vec<_> = expose
                .iter()
                .map(|value| ("access-control-expose-headers", *value))
                .collect();
            let sent = map(&[&SAFELISTED[..], &custom, &cookies, &expose].concat());
            let expose: &[_] = if visible_expose { &expose } else { &[] };
            let expected = map(&[&SAFELISTED[..], visible, expose].concat());

            let url = Url::parse("https://b/").unwrap();
            let origin = Origin::of_page("https://a").unwrap();
            let mut request = FetchRequest::new(
                http::Method::GET,
                url,
                origin,
                Mode::Cors,
                Settings::default(),
            );
            request.tainting = tainting;
            request.settings.credentials = credentials;
            assert_eq!(visible_headers(&request, &sent), expected, "{sent:?}");
        }
    }
}
