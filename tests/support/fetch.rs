//! A browser, as far as CORS goes: a transcription of the steps of the
//! [Fetch Standard](https://fetch.spec.whatwg.org/), and of the private network
//! access draft where it adds one.
//!
//! It shares no code with the crate on purpose, and is to be read beside the
//! standard: the steps keep their order, even where another would be shorter.

use http::{HeaderMap, Request, Response, StatusCode};

/// What a page asks for with `fetch()`, across origins, in CORS mode.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest {
    pub(crate) origin: String,
    pub(crate) method: String,
    /// The names of its CORS-unsafe request headers.
    pub(crate) unsafe_headers: Vec<String>,
    /// Whether its credentials mode is `include`.
    pub(crate) credentials: bool,
    /// Whether a public page asks a private address.
    pub(crate) private_network: bool,
}

/// How far a page gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The request itself was sent, not just its preflight.
    pub(crate) sent: bool,
    /// The page can read the response.
    pub(crate) read: bool,
}

impl PageRequest {
    /// [Normalises](https://fetch.spec.whatwg.org/#concept-method-normalize) the
    /// method as `fetch()` does.
    pub(crate) fn normalised(mut self) -> Self {
        let upper = self.method.to_ascii_uppercase();
        if ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].contains(&&upper[..]) {
            self.method = upper;
        }
        self
    }

    /// [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch) and
    /// [main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch), without
    /// redirects and caches.
    pub(crate) fn fetch(&self, server: impl Fn(Request<()>) -> Response<()>) -> Reach {
        let denied = Reach {
            sent: false,
            read: false,
        };
        if self.needs_preflight() {
            let response = server(self.preflight());
            if !self.preflight_passes(&response) {
                return denied;
            }
        }
        let response = server(self.actual());
        Reach {
            sent: true,
            read: self.cors_check(&response),
        }
    }

    pub(crate) fn needs_preflight(&self) -> bool {
        !is_safelisted_method(&self.method)
            || !self.unsafe_headers.is_empty()
            || self.private_network
    }

    /// [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0),
    /// steps 1 to 5.
    pub(crate) fn preflight(&self) -> Request<()> {
        let mut request = Request::options("/resource")
            .header("accept", "*/*")
            .header("origin", &self.origin)
            .header("access-control-request-method", &self.method);
        let mut names: Vec<_> = self
            .unsafe_headers
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            request = request.header("access-control-request-headers", names.join(","));
        }
        if self.private_network {
            request = request.header("access-control-request-private-network", "true");
        }
        request.body(()).expect("a request")
    }

    /// The request itself, its headers' values aside.
    pub(crate) fn actual(&self) -> Request<()> {
        let request = Request::builder()
            .method(&self.method[..])
            .uri("/resource")
            .header("origin", &self.origin);
        request.body(()).expect("a request")
    }

    /// [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0),
    /// step 7.
    pub(crate) fn preflight_passes(&self, response: &Response<()>) -> bool {
        if !(self.cors_check(response) && is_ok(response.status())) {
            return false;
        }
        if self.private_network {
            // https://wicg.github.io/private-network-access/#cors-preflight
            let allowed = get(response.headers(), "access-control-allow-private-network");
            if allowed.as_deref() != Some(b"true") {
                return false;
            }
        }
        self.passes_lists_of(response)
    }

    /// Steps 7.1 to 7.7 of the same; what the preflight cache repeats for later
    /// requests.
    pub(crate) fn passes_lists_of(&self, response: &Response<()>) -> bool {
        let methods = extract_list(response.headers(), "access-control-allow-methods");
        let header_names = extract_list(response.headers(), "access-control-allow-headers");
        let (Some(methods), Some(header_names)) = (methods, header_names) else {
            return false;
        };
        // Step 7.4 gives an absent list the request's method if the preflight
        // was forced, by an upload listener, say: then the method is
        // safelisted or has passed here without it.
        if !methods.contains(&self.method)
            && !is_safelisted_method(&self.method)
            && (self.credentials || !methods.iter().any(|method| method == "*"))
        {
            return false;
        }
        let names = |name: &str| {
            header_names
                .iter()
                .any(|listed| listed.eq_ignore_ascii_case(name))
        };
        for name in &self.unsafe_headers {
            if name.eq_ignore_ascii_case("authorization") && !names(name) {
                return false;
            }
        }
        for name in &self.unsafe_headers {
            if !names(name) && (self.credentials || !names("*")) {
                return false;
            }
        }
        true
    }

    /// [CORS check](https://fetch.spec.whatwg.org/#cors-check).
    pub(crate) fn cors_check(&self, response: &Response<()>) -> bool {
        let Some(origin) = get(response.headers(), "access-control-allow-origin") else {
            return false;
        };
        if !self.credentials && origin == b"*" {
            return true;
        }
        if self.origin.as_bytes() != origin {
            return false;
        }
        if !self.credentials {
            return true;
        }
        get(response.headers(), "access-control-allow-credentials").as_deref() == Some(b"true")
    }
}

/// [CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method).
pub(crate) fn is_safelisted_method(method: &str) -> bool {
    ["GET", "HEAD", "POST"].contains(&method)
}

/// [Ok status](https://fetch.spec.whatwg.org/#ok-status).
fn is_ok(status: StatusCode) -> bool {
    (200..=299).contains(&status.as_u16())
}

/// [Get](https://fetch.spec.whatwg.org/#concept-header-list-get): all values of a
/// name, joined.
fn get(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(http::HeaderValue::as_bytes)
        .collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

/// [Extract header list values](https://fetch.spec.whatwg.org/#extract-header-list-values),
/// of a list of tokens: `None` is failure, an absent header an empty list.
pub(crate) fn extract_list(headers: &HeaderMap, name: &str) -> Option<Vec<String>> {
    let joined = String::from_utf8(get(headers, name).unwrap_or_default()).ok()?;
    let elements = joined
        .split(',')
        .map(|element| element.trim_matches([' ', '\t']));
    elements
        .filter(|element| !element.is_empty())
        .map(|element| is_token(element).then(|| element.to_owned()))
        .collect()
}

/// [token](https://httpwg.org/specs/rfc9110.html#tokens).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}
