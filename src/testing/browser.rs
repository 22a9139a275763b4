//! The browser: a service, and the state that outlives a page.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::url::Url;
use http::{HeaderValue, StatusCode};

use super::body::Body;
use super::cache::{MaxAgeLimit, PreflightCache};
use super::cookies::CookieJar;
use super::log::Sent;
use super::url;

const DEFAULT_SERVER: &str = "https://api.example.net";

/// A browser whose network is one Tower service.
///
/// Requests to any origin go to that service, with the absolute URL and their own
/// `Host`. Clones share everything: cookies, clock, preflight cache and log.
///
/// `B` is the type of the request bodies.
pub struct Browser<S, B = Body> {
    pub(super) service: S,
    state: Arc<Mutex<State>>,
    body: PhantomData<fn(B)>,
}

impl<S> Browser<S> {
    /// Creates a browser for a service that takes any request body, as an axum `Router`
    /// does.
    #[must_use]
    pub fn new(service: S) -> Self {
        Self::with_request_body(service)
    }
}

impl<S, B> Browser<S, B> {
    /// Creates a browser for a service that takes only one type of request body, such as
    /// `axum::body::Body`. It must be `From<Vec<u8>>`.
    #[must_use]
    pub fn with_request_body(service: S) -> Self {
        Self {
            service,
            state: Arc::default(),
            body: PhantomData,
        }
    }

    /// Sets the URL of the server, which is `https://api.example.net` by default. Relative
    /// URLs resolve against it, and [cookies](Self::cookie) belong to its host.
    ///
    /// # Panics
    ///
    /// When `url` is not an absolute HTTP(S) URL.
    #[must_use]
    #[track_caller]
    pub fn server(self, url: &str) -> Self {
        let Some(server) = url::parse(url, None) else {
            panic!("the server needs an absolute HTTP(S) URL, not {url:?}");
        };
        self.state().server = server;
        self
    }

    /// Sets the browser's limit on how long it caches a preflight.
    #[must_use]
    pub fn max_age_limit(self, limit: MaxAgeLimit) -> Self {
        self.state().max_age_limit = limit;
        self
    }

    /// Sets a cookie of the server's host, `name=value`, in place of one of that name, as
    /// a `Set-Cookie` of the server does. It goes with every request to that host that
    /// has credentials, as one with `SameSite=None` does.
    ///
    /// Call [`server`](Self::server) before.
    ///
    /// # Panics
    ///
    /// When `pair` cannot be the value of a header.
    #[track_caller]
    pub fn cookie(&self, pair: &str) {
        assert!(
            HeaderValue::from_str(pair).is_ok(),
            "not a cookie: {pair:?}"
        );
        let state = &mut *self.state();
        state.cookies.set(&state.server, pair);
    }

    /// Removes a cookie of the server's host.
    pub fn remove_cookie(&self, name: &str) {
        let state = &mut *self.state();
        state.cookies.remove(&state.server, name);
    }

    /// Lets time pass for the
    /// [CORS-preflight cache](https://fetch.spec.whatwg.org/#cors-preflight-cache).
    /// There is no other clock.
    pub fn advance(&self, time: Duration) {
        let mut state = self.state();
        state.now = state.now.saturating_add(time);
    }

    /// Counts the preflights that reached the service so far.
    #[must_use]
    pub fn preflights(&self) -> usize {
        let state = self.state();
        state.log.iter().filter(|sent| sent.is_preflight()).count()
    }

    /// Returns all requests that reached the service so far, in order.
    #[must_use]
    pub fn log(&self) -> Vec<Sent> {
        self.state().log.clone()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // After a panic in a test the state is still consistent: no update spans two calls.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Clone, B> Clone for Browser<S, B> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            state: Arc::clone(&self.state),
            body: PhantomData,
        }
    }
}

// By hand, because services seldom implement `Debug`.
impl<S, B> fmt::Debug for Browser<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser")
            .field("state", &*self.state())
            .finish_non_exhaustive()
    }
}

/// The state that outlives a page.
#[derive(Debug)]
pub(super) struct State {
    pub(super) server: Url,
    pub(super) cookies: CookieJar,
    pub(super) max_age_limit: MaxAgeLimit,
    pub(super) now: Duration,
    pub(super) cache: PreflightCache,
    log: Vec<Sent>,
}

impl State {
    /// Returns the request's number, for [`answered`](Self::answered).
    pub(super) fn log(&mut self, sent: Sent) -> usize {
        self.log.push(sent);
        self.log.len() - 1
    }

    pub(super) fn last_sent(&self) -> Option<Sent> {
        self.log.last().cloned()
    }

    pub(super) fn answered(&mut self, number: usize, status: StatusCode) {
        if let Some(sent) = self.log.get_mut(number) {
            sent.status = Some(status);
        }
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            server: Url::parse(DEFAULT_SERVER).expect("the default is a URL"),
            cookies: CookieJar::default(),
            max_age_limit: MaxAgeLimit::default(),
            now: Duration::ZERO,
            cache: PreflightCache::default(),
            log: Vec::new(),
        }
    }
}
