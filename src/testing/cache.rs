//! The CORS-preflight cache.

use std::time::Duration;

use url::Url;

use super::request::FetchRequest;
use super::safelist::{
    NON_WILDCARD_REQUEST_HEADER, is_safelisted_method, unsafe_request_header_names,
};

/// The longest time for which a browser caches the answer to a preflight, whatever
/// `Access-Control-Max-Age` says: the "imposed limit on max-age" of the
/// [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MaxAgeLimit {
    /// No limit.
    Unlimited,
    /// Two hours.
    #[default]
    Chromium,
    /// A day.
    Firefox,
    /// Ten minutes.
    Safari,
    /// This many seconds. With 0, nothing is cached.
    Seconds(u64),
}

impl MaxAgeLimit {
    /// Step 7.10 of the CORS-preflight fetch.
    pub(super) fn apply(self, seconds: u64) -> Duration {
        Duration::from_secs(seconds.min(match self {
            Self::Unlimited => u64::MAX,
            Self::Chromium => 7_200,
            Self::Firefox => 86_400,
            Self::Safari => 600,
            Self::Seconds(seconds) => seconds,
        }))
    }
}

/// Something that a request needs and the answer to a preflight may permit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    Method(String),
    /// `*`, from the answer to an uncredentialed request.
    AnyMethod,
    /// In lower case.
    HeaderName(String),
    /// `*`, from the answer to an uncredentialed request: any name but `authorization`.
    AnyHeaderName,
}

impl Permission {
    /// Returns all that a cross-origin `request` needs a preflight for. Without any it is
    /// sent directly.
    pub(super) fn needed_by(request: &FetchRequest) -> Vec<Self> {
        let names = unsafe_request_header_names(&request.headers);
        let names = names.iter().map(|name| Self::HeaderName(name.to_string()));
        let is_method_unsafe =
            request.settings.use_cors_preflight || !is_safelisted_method(&request.method);
        let method = is_method_unsafe.then(|| Self::Method(request.method.to_string()));
        names.chain(method).collect()
    }

    /// Returns true if this permission includes the `other`.
    ///
    /// This is a [method cache entry match][1] or a [header-name cache entry match][2],
    /// with one difference. In the standard, a `*` from the answer to a credentialed request
    /// becomes a wildcard once it is cached, although the preflight took it literally.
    /// Chromium and Firefox take it literally both times, and so does this browser; `WebKit`
    /// follows the standard.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-cache-match-method
    /// [2]: https://fetch.spec.whatwg.org/#concept-cache-match-header
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::AnyMethod, Self::Method(_)) => true,
            (Self::AnyHeaderName, Self::HeaderName(name)) => NON_WILDCARD_REQUEST_HEADER != **name,
            _ => self == other,
        }
    }
}

/// A [cache entry](https://fetch.spec.whatwg.org/#cache-entry). There is only one network
/// partition.
#[derive(Clone, Debug)]
struct Entry {
    origin: String,
    /// With its fragment: the standard compares whole URLs.
    url: Url,
    credentials: bool,
    permission: Permission,
    /// The first moment on the browser's clock at which the entry is gone.
    expires: Duration,
}

impl Entry {
    /// <https://fetch.spec.whatwg.org/#concept-cache-match>
    fn matches(&self, request: &FetchRequest) -> bool {
        self.is_about(request) && (self.credentials || !request.is_credentialed())
    }

    fn is_about(&self, request: &FetchRequest) -> bool {
        self.origin == request.serialized_origin() && self.url == *request.current_url()
    }
}

/// The [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache).
#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache(Vec<Entry>);

impl PreflightCache {
    /// Returns true if entries permit all that `request` needs.
    pub(super) fn grants(
        &mut self,
        request: &FetchRequest,
        needed: &[Permission],
        now: Duration,
    ) -> bool {
        self.0.retain(|entry| now < entry.expires);
        needed.iter().all(|needed| {
            let mut entries = self.0.iter();
            entries.any(|entry| entry.matches(request) && entry.permission.covers(needed))
        })
    }

    /// Steps 7.12 to 7.15 of the [CORS-preflight fetch][1]: entries that match live
    /// for `max_age` from now on, and a permission that no entry covers gets one.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
    pub(super) fn store(
        &mut self,
        request: &FetchRequest,
        permissions: Vec<Permission>,
        max_age: Duration,
        now: Duration,
    ) {
        self.0.retain(|entry| now < entry.expires);
        let expires = now.saturating_add(max_age);
        for permission in permissions {
            let mut is_covered = false;
            for entry in &mut self.0 {
                if entry.matches(request) && entry.permission.covers(&permission) {
                    entry.expires = expires;
                    is_covered = true;
                }
            }
            // https://fetch.spec.whatwg.org/#concept-cache-create-entry
            if !is_covered {
                self.0.push(Entry {
                    origin: request.serialized_origin(),
                    url: request.current_url().clone(),
                    credentials: request.is_credentialed(),
                    permission,
                    expires,
                });
            }
        }
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub(super) fn clear(&mut self, request: &FetchRequest) {
        self.0.retain(|entry| !entry.is_about(request));
    }
}
