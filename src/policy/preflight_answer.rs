//! The prepared answer to a preflight.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::preflight_request::asks_private_network;
use super::vary::Vary;

pub(crate) static ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// The answer to a preflight, precomputed.
#[derive(Debug)]
pub(crate) struct PreflightAnswer {
    /// All headers that an answer can have. Those whose value comes from the request hold
    /// a place, so that a clone never grows.
    pub(crate) allowed: HeaderMap,
    pub(crate) status: StatusCode,
    /// The answer repeats more of the request than the origin.
    pub(crate) is_variable: bool,
    pub(crate) mirror_method: bool,
    pub(crate) mirror_headers: bool,
    pub(crate) vary: &'static Vary,
}

impl PreflightAnswer {
    /// The lists of what is allowed, shared with an origin or `*`, with what comes from
    /// the request.
    #[inline]
    pub(super) fn lists(&self, shared_with: HeaderValue, request: &HeaderMap) -> HeaderMap {
        let mut lists = self.allowed.clone();
        set(&mut lists, &ACCESS_CONTROL_ALLOW_ORIGIN, Some(shared_with));
        if self.is_variable {
            self.repeat(request, &mut lists);
        }
        lists
    }

    #[cold]
    fn repeat(&self, request: &HeaderMap, lists: &mut HeaderMap) {
        if self.mirror_method {
            let method = request.get(ACCESS_CONTROL_REQUEST_METHOD).cloned();
            set(lists, &ACCESS_CONTROL_ALLOW_METHODS, method);
        }
        if self.mirror_headers {
            let names = requested_names(request);
            set(lists, &ACCESS_CONTROL_ALLOW_HEADERS, names);
        }
        if !asks_private_network(request) {
            lists.remove(&ALLOW_PRIVATE_NETWORK);
        }
    }
}

/// Gives a placeholder its value, or removes it.
fn set(headers: &mut HeaderMap, name: &HeaderName, value: Option<HeaderValue>) {
    // Among so few, and mostly the first, it is found faster than by its hash.
    let mut places = headers.iter_mut();
    let place = places.find_map(|(other, place)| (other == name).then_some(place));
    match (place, value) {
        (Some(place), Some(value)) => *place = value,
        _ => drop(headers.remove(name)),
    }
}

/// The requested names in one line: as it came, if that is how browsers write it.
fn requested_names(request: &HeaderMap) -> Option<HeaderValue> {
    let lines = request.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
    let mut all = lines.iter();
    let first = all.next()?;
    let names = || {
        lines
            .iter()
            .flat_map(|line| line.as_bytes().split(|&b| b == b','))
    };
    let is_plain = |name: &[u8]| !name.is_empty() && name.trim_ascii() == name;
    if all.next().is_none() && names().all(is_plain) {
        return Some(first.clone());
    }
    let names = names().map(<[u8]>::trim_ascii);
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    let list = HeaderValue::from_bytes(&names.join(&b',')).ok();
    list.filter(|list| !list.is_empty())
}
