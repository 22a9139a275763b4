//! The CORS-preflight cache.

use std::time::Duration;

use http::{HeaderName, Method};

use super::request::FetchRequest;
use super::safelist::NON_WILDCARD_REQUEST_HEADER;

/// The most that a browser keeps a preflight's answer, whatever
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
    /// That many seconds; with 0 nothing is ever cached.
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

/// What one entry vouches for.
#[derive(Clone, Debug)]
enum Allowed {
    /// A method, or `*`.
    Method(String),
    /// A header name, or `*`.
    HeaderName(String),
}

/// A [cache entry](https://fetch.spec.whatwg.org/#cache-entry). There is one
/// network partition only.
#[derive(Clone, Debug)]
struct Entry {
    origin: String,
    url: String,
    credentials: bool,
    allowed: Allowed,
    /// On the browser's clock; at that moment the entry is gone.
    expires: Duration,
}

impl Entry {
    /// <https://fetch.spec.whatwg.org/#concept-cache-match>
    fn matches(&self, request: &FetchRequest) -> bool {
        self.is_about(request) && (self.credentials || !request.is_credentialed())
    }

    fn is_about(&self, request: &FetchRequest) -> bool {
        self.origin == request.serialized_origin() && self.url == request.current_url().to_string()
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-match-method>
    fn allows_method(&self, method: &str) -> bool {
        matches!(&self.allowed, Allowed::Method(allowed)
            if allowed == method || self.is_wildcard(allowed))
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-match-header>
    fn allows_header(&self, name: &str) -> bool {
        let wildcard_covers = *name != NON_WILDCARD_REQUEST_HEADER;
        matches!(&self.allowed, Allowed::HeaderName(allowed)
            if allowed.eq_ignore_ascii_case(name) || self.is_wildcard(allowed) && wildcard_covers)
    }

    /// Deliberately stricter than the standard, whose `*` from a credentialed
    /// preflight would match any method and name once it is cached, although the
    /// preflight itself takes it literally. Browsers take it literally here too.
    fn is_wildcard(&self, allowed: &str) -> bool {
        allowed == "*" && !self.credentials
    }

    /// Whether this is the name `*`, which stands in for no wildcard that the
    /// answer to an uncredentialed request lists.
    fn is_name_of_wildcard_for(&self, request: &FetchRequest) -> bool {
        let (Allowed::Method(allowed) | Allowed::HeaderName(allowed)) = &self.allowed;
        allowed == "*" && self.credentials && !request.is_credentialed()
    }
}

/// The [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache).
#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache(Vec<Entry>);

impl PreflightCache {
    /// Whether a [method cache entry match][1] exists.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-cache-match-method
    pub(super) fn matches_method(&mut self, request: &FetchRequest, now: Duration) -> bool {
        self.remove_expired(now);
        let method: &Method = &request.method;
        self.0
            .iter()
            .any(|entry| entry.matches(request) && entry.allows_method(method.as_str()))
    }

    /// Whether a [header-name cache entry match][1] exists.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#concept-cache-match-header
    pub(super) fn matches_header(
        &mut self,
        request: &FetchRequest,
        name: &HeaderName,
        now: Duration,
    ) -> bool {
        self.remove_expired(now);
        self.0
            .iter()
            .any(|entry| entry.matches(request) && entry.allows_header(name.as_str()))
    }

    /// Steps 7.12 to 7.15 of the [CORS-preflight fetch][1]: entries that match
    /// live for `max_age` from now on, and what no entry matches gets one.
    ///
    /// [1]: https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
    pub(super) fn store(
        &mut self,
        request: &FetchRequest,
        methods: &[String],
        header_names: &[String],
        max_age: Duration,
        now: Duration,
    ) {
        self.remove_expired(now);
        let expires = now.saturating_add(max_age);
        for method in methods {
            let matching = |entry: &Entry| entry.allows_method(method);
            self.refresh_or_add(request, expires, matching, || {
                Allowed::Method(method.clone())
            });
        }
        for name in header_names {
            let matching = |entry: &Entry| entry.allows_header(name);
            self.refresh_or_add(request, expires, matching, || {
                Allowed::HeaderName(name.clone())
            });
        }
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub(super) fn clear(&mut self, request: &FetchRequest) {
        self.0.retain(|entry| !entry.is_about(request));
    }

    fn refresh_or_add(
        &mut self,
        request: &FetchRequest,
        expires: Duration,
        matching: impl Fn(&Entry) -> bool,
        allowed: impl FnOnce() -> Allowed,
    ) {
        let mut found = false;
        for entry in &mut self.0 {
            let is_other = entry.is_name_of_wildcard_for(request);
            if entry.matches(request) && matching(entry) && !is_other {
                entry.expires = expires;
                found = true;
            }
        }
        // https://fetch.spec.whatwg.org/#concept-cache-create-entry
        if !found {
            self.0.push(Entry {
                origin: request.serialized_origin(),
                url: request.current_url().to_string(),
                credentials: request.is_credentialed(),
                allowed: allowed(),
                expires,
            });
        }
    }

    fn remove_expired(&mut self, now: Duration) {
        self.0.retain(|entry| now < entry.expires);
    }
}
