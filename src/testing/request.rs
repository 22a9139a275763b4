//! Fetch's request, with the parts that this browser needs.

use bytes::Bytes;
use http::{HeaderMap, Method};
use url::Url;

use super::origin::Origin;

/// Decides if a fetch sends cookies, and what its answer then has to allow: the
/// [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// Sends none, not even to the page's own origin.
    Omit,
    /// Sends them to the page's own origin only. This is the default of `fetch`.
    #[default]
    SameOrigin,
    /// Sends them everywhere. Only in this mode are CORS requests credentialed.
    Include,
}

/// The settings of a page, copied into each of its requests.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settings {
    pub(super) credentials: Credentials,
    /// <https://fetch.spec.whatwg.org/#use-cors-preflight-flag>
    pub(super) use_cors_preflight: bool,
    pub(super) without_fetch_metadata: bool,
    pub(super) headers_only: bool,
}

/// <https://fetch.spec.whatwg.org/#concept-request-mode>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Cors,
    Navigate,
    WebSocket,
}

/// <https://fetch.spec.whatwg.org/#concept-request-response-tainting>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tainting {
    Basic,
    Cors,
}

/// A [request](https://fetch.spec.whatwg.org/#concept-request).
#[derive(Clone, Debug)]
pub(super) struct FetchRequest {
    pub(super) method: Method,
    /// Invariant: not empty.
    url_list: Vec<Url>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) origin: Origin,
    pub(super) mode: Mode,
    pub(super) settings: Settings,
    pub(super) tainting: Tainting,
}

impl FetchRequest {
    pub(super) fn new(
        method: Method,
        url: Url,
        origin: Origin,
        mode: Mode,
        settings: Settings,
    ) -> Self {
        Self {
            method,
            url_list: vec![url],
            headers: HeaderMap::new(),
            body: None,
            origin,
            mode,
            settings,
            tainting: Tainting::Basic,
        }
    }

    /// Returns the request of step 1 of the [CORS-preflight fetch][1]: it has this one's
    /// URL list and origin, but neither its headers nor its credentials mode.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
    pub(super) fn new_preflight(&self) -> Self {
        Self {
            method: Method::OPTIONS,
            headers: HeaderMap::new(),
            body: None,
            settings: Settings {
                credentials: Credentials::SameOrigin,
                ..self.settings
            },
            ..self.clone()
        }
    }

    pub(super) fn url_list(&self) -> &[Url] {
        &self.url_list
    }

    pub(super) fn first_url(&self) -> &Url {
        &self.url_list[0]
    }

    /// <https://fetch.spec.whatwg.org/#concept-request-current-url>
    pub(super) fn current_url(&self) -> &Url {
        &self.url_list[self.url_list.len() - 1]
    }

    pub(super) fn push_url(&mut self, url: Url) {
        self.url_list.push(url);
    }

    pub(super) fn is_credentialed(&self) -> bool {
        self.settings.credentials == Credentials::Include
    }

    /// Returns true if cookies are sent: `includeCredentials` in the
    /// [HTTP-network-or-cache fetch][1].
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-http-network-or-cache-fetch
    pub(super) fn includes_credentials(&self) -> bool {
        match self.settings.credentials {
            Credentials::Include => true,
            Credentials::SameOrigin => self.tainting == Tainting::Basic,
            Credentials::Omit => false,
        }
    }

    /// <https://fetch.spec.whatwg.org/#byte-serializing-a-request-origin>
    pub(super) fn serialized_origin(&self) -> String {
        if self.is_redirect_tainted() {
            Origin::Opaque.to_string()
        } else {
            self.origin.to_string()
        }
    }

    /// Returns true if the [redirect-taint][1] is not "same-origin". The standard has two
    /// other taints; both make the `Origin` header `null`.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-request-tainted-origin
    fn is_redirect_tainted(&self) -> bool {
        self.url_list.windows(2).any(|pair| {
            pair[0].origin() != pair[1].origin() && !self.origin.is_same_origin(&pair[0])
        })
    }

    /// Returns the value of the [`Origin` header][1], if the request has one.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#append-a-request-origin-header
    pub(super) fn origin_header(&self) -> Option<String> {
        if self.tainting == Tainting::Cors || self.mode == Mode::WebSocket {
            return Some(self.serialized_origin());
        }
        if [Method::GET, Method::HEAD].contains(&self.method) {
            return None;
        }
        // The page has the default referrer policy, strict-origin-when-cross-origin.
        let is_downgrade = matches!(&self.origin, Origin::Tuple { scheme, .. } if scheme == "https")
            && self.current_url().scheme() != "https";
        if self.mode != Mode::Cors && is_downgrade {
            return Some(Origin::Opaque.to_string());
        }
        Some(self.serialized_origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_becomes_null_once_a_foreign_origin_redirects_elsewhere() {
        for (page, urls, expected) in [
            ("https://a", &["https://b/"][..], "https://a"),
            ("https://a", &["https://b/", "https://b/2"], "https://a"),
            ("https://a", &["https://a/", "https://b/"], "https://a"),
            (
                "https://a",
                &["https://a/", "https://b/", "https://b/2"],
                "https://a",
            ),
            ("https://a", &["https://b/", "https://c/"], "null"),
            ("https://a", &["https://b/", "https://b:8443/"], "null"),
            ("https://a", &["https://b/", "https://a/"], "null"),
            (
                "https://a",
                &["https://b/", "https://a/", "https://a/2"],
                "null",
            ),
            (
                "https://a",
                &["https://a/", "https://b/", "https://a/"],
                "null",
            ),
            ("null", &["https://b/"], "null"),
        ] {
            let mut urls = urls.iter().map(|url| Url::parse(url).unwrap());
            let origin = Origin::of_page(page).unwrap();
            let first = urls.next().unwrap();
            let mut request =
                FetchRequest::new(Method::GET, first, origin, Mode::Cors, Settings::default());
            urls.for_each(|url| request.push_url(url));
            assert_eq!(
                request.serialized_origin(),
                expected,
                "{:?}",
                request.url_list
            );
        }
    }

    #[test]
    fn who_sends_an_origin() {
        let (page, own, other, plain) = ("https://a", "https://a/", "https://b/", "http://b/");
        for (mode, tainting, method, url, expected) in [
            (Mode::Cors, Tainting::Cors, Method::GET, other, Some(page)),
            (Mode::Cors, Tainting::Cors, Method::GET, plain, Some(page)),
            (Mode::Cors, Tainting::Basic, Method::GET, own, None),
            (Mode::Cors, Tainting::Basic, Method::HEAD, own, None),
            (Mode::Cors, Tainting::Basic, Method::POST, own, Some(page)),
            (
                Mode::Cors,
                Tainting::Basic,
                Method::OPTIONS,
                own,
                Some(page),
            ),
            (Mode::Navigate, Tainting::Basic, Method::GET, other, None),
            (
                Mode::Navigate,
                Tainting::Basic,
                Method::POST,
                other,
                Some(page),
            ),
            (
                Mode::Navigate,
                Tainting::Basic,
                Method::POST,
                plain,
                Some("null"),
            ),
            (
                Mode::WebSocket,
                Tainting::Basic,
                Method::GET,
                own,
                Some(page),
            ),
            (
                Mode::WebSocket,
                Tainting::Basic,
                Method::GET,
                other,
                Some(page),
            ),
        ] {
            let origin = Origin::of_page(page).unwrap();
            let url = Url::parse(url).unwrap();
            let mut request = FetchRequest::new(method, url, origin, mode, Settings::default());
            request.tainting = tainting;
            assert_eq!(request.origin_header().as_deref(), expected, "{request:?}");
        }
    }
}
