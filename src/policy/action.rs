//! What to do about a request: the wire side of a decision.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, SET_COOKIE,
    VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::compiled::{Expose, Grant, Policy};
use super::vary::Vary;

pub(crate) static ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// Says what was decided, in policies with `debug`.
static DEBUG_HEADER: HeaderName = HeaderName::from_static("x-cors-debug");

/// What to do about a request: answer it or call the application, and how to edit the
/// response.
///
/// It holds the policy and the request's origin, so the request can be dropped or moved.
///
/// ```
/// # use http::{Request, Response};
/// # use tower_cors::Policy;
/// fn serve(policy: &Policy, request: Request<()>) -> Response<()> {
///     let action = policy.decide(&request).action();
///     let mut response = Response::new(()); // empty, if the policy answers
///     if !action.is_answer() {
///         // Call the application, and put its response here.
///     }
///     action.apply(&mut response);
///     response
/// }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Action {
    pub(super) step: Step,
    /// `None` leaves the response alone.
    pub(crate) policy: Option<Policy>,
    /// The origin that the response is shared with, unless that is `*`.
    pub(super) origin: Option<HeaderValue>,
    pub(super) depends: Depends,
    /// What few responses need.
    pub(super) extra: Option<Box<Extra>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The response stays as it is, but for `Vary`.
    Leave,
    /// The page may read the response.
    Share,
    /// The page may not read the response.
    Withhold,
    /// The application answers an allowed preflight, and gets the headers of an answer.
    Decorate,
    /// The application answers a denied preflight, and gets headers that list what is
    /// allowed.
    List,
    /// The policy answers a preflight, with all that it allows.
    Answer,
    /// The policy answers with 403.
    Refuse,
}

/// What the response depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depends {
    Actual,
    /// It would be a preflight, with one header more.
    Options,
    Preflight,
}

#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// The method and the names that a preflight asked for, to be repeated.
    pub(super) method: Option<HeaderValue>,
    pub(super) names: Option<HeaderValue>,
    pub(super) private_network: bool,
    pub(crate) debug: Option<HeaderValue>,
    /// The request headers that the choice of the policy depends on.
    choice: Option<Arc<Vary>>,
}

impl Action {
    /// The response stays as it is.
    #[inline]
    pub(crate) fn leave() -> Self {
        Action {
            step: Step::Leave,
            policy: None,
            origin: None,
            depends: Depends::Actual,
            extra: None,
        }
    }

    pub(crate) fn extra(&mut self) -> &mut Extra {
        self.extra.get_or_insert_default()
    }

    /// Adds what the choice of the policy depends on to `Vary`.
    pub(crate) fn vary_on(&mut self, choice: Arc<Vary>) {
        self.extra().choice = Some(choice);
    }

    /// The policy answers, so the application is not called.
    #[inline]
    #[must_use]
    pub fn is_answer(&self) -> bool {
        matches!(self.step, Step::Answer | Step::Refuse)
    }

    /// Edits the application's response, whatever its status, or makes an empty one the
    /// policy's answer.
    ///
    /// All `Access-Control-*` headers that are there are removed, unless the policy leaves
    /// them to the application. Names are merged into `Vary`, never removed. If the map has
    /// no room for all of `Vary`, the response is not shared, so that no cache gives it to
    /// another page.
    #[inline]
    pub fn apply<B>(self, response: &mut Response<B>) {
        match (self.step, &self.policy) {
            (Step::Answer, Some(policy)) => {
                *response.status_mut() = policy.0.preflight.status;
                *response.headers_mut() = self.lists(policy);
            }
            (Step::Refuse, _) => *response.status_mut() = StatusCode::FORBIDDEN,
            _ => {}
        }
        let headers = response.headers_mut();
        match (self.step, &self.policy) {
            (Step::Answer, _) | (_, None) => {
                // An answer has room for it. Without a policy, nothing is ours to hold back.
                let _ = self.vary_on_choice(headers);
            }
            (_, Some(policy)) => self.edit(policy, headers),
        }
        if let Some(debug) = self.extra.and_then(|extra| extra.debug) {
            insert(headers, DEBUG_HEADER.clone(), debug);
        }
    }

    /// Says whether all is there that the choice of the policy depends on.
    #[inline]
    fn vary_on_choice(&self, headers: &mut HeaderMap) -> bool {
        let choice = self.extra.as_ref().and_then(|extra| extra.choice.as_ref());
        choice.is_none_or(|choice| choice.merge_into(headers))
    }

    #[inline]
    fn edit(&self, policy: &Policy, headers: &mut HeaderMap) {
        let (mut is_controlled, mut varies) = (false, false);
        for name in headers.keys() {
            varies |= *name == VARY;
            is_controlled |= is_access_control(name);
        }
        if self.depends == Depends::Preflight {
            // A preflight may be granted what has no constant yet.
            is_controlled |= headers.keys().any(has_prefix);
        }
        let is_kept = is_controlled && self.keeps_inner(policy, headers);
        if is_controlled && !is_kept {
            remove_access_control(headers);
        }
        let exposed = match &policy.0.expose {
            Expose::Value(value) if self.step == Step::Share => Some(value.clone()),
            Expose::Present if self.step == Step::Share => present_names(headers),
            _ => None,
        };
        let vary = match self.depends {
            Depends::Actual => policy.0.vary,
            Depends::Options => Some(policy.0.vary_of_options),
            Depends::Preflight => Some(policy.0.preflight.vary),
        };
        let is_varied = match vary {
            Some(vary) if varies => vary.merge_into(headers),
            Some(vary) => headers.try_insert(VARY, vary.value().clone()).is_ok(),
            None => true,
        };
        // A cache would give to others what does not say what it depends on.
        if !(is_varied && self.vary_on_choice(headers)) {
            return remove_access_control(headers);
        }
        match self.step {
            Step::Share if !is_kept => self.share(policy, exposed, headers),
            Step::Decorate | Step::List if !is_kept => {
                let lists = self.lists(policy);
                for (name, value) in lists.iter().filter(|(name, _)| *name != VARY) {
                    insert(headers, name.clone(), value.clone());
                }
            }
            _ => {}
        }
    }

    /// It is tempting to reserve, but at most four headers are added, so the
    /// map grows at most once by itself; and an empty one becomes larger.
    #[inline]
    fn share(&self, policy: &Policy, exposed: Option<HeaderValue>, headers: &mut HeaderMap) {
        let origin = match (policy.0.grant, &self.origin) {
            (Grant::Everyone, _) => const { HeaderValue::from_static("*") },
            (Grant::Origin, Some(origin)) => origin.clone(),
            (Grant::Origin, None) => return,
        };
        insert(headers, ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if policy.0.config.allow_credentials {
            insert(
                headers,
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                const { HeaderValue::from_static("true") },
            );
        }
        if let Some(exposed) = exposed {
            insert(headers, ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }

    /// The application's headers stand: those of a preflight that is left to it, and those
    /// of a response that the policy allows and leaves to it.
    #[cold]
    fn keeps_inner(&self, policy: &Policy, headers: &HeaderMap) -> bool {
        match self.step {
            Step::Leave => true,
            Step::Share | Step::Decorate => {
                policy.keeps_inner_headers() && headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
            }
            _ => false,
        }
    }

    /// The prepared answer to a preflight, with what comes from the request.
    fn lists(&self, policy: &Policy) -> HeaderMap {
        let prepared = &policy.0.preflight;
        let mut lists = prepared.allowed.clone();
        if policy.0.grant == Grant::Origin {
            set(
                &mut lists,
                &ACCESS_CONTROL_ALLOW_ORIGIN,
                self.origin.clone(),
            );
        }
        if prepared.is_variable {
            let extra = self.extra.as_deref();
            if prepared.mirror_method {
                let method = extra.and_then(|extra| extra.method.clone());
                set(&mut lists, &ACCESS_CONTROL_ALLOW_METHODS, method);
            }
            if prepared.mirror_headers {
                let names = extra.and_then(|extra| extra.names.clone());
                set(&mut lists, &ACCESS_CONTROL_ALLOW_HEADERS, names);
            }
            if !extra.is_some_and(|extra| extra.private_network) {
                lists.remove(&ALLOW_PRIVATE_NETWORK);
            }
        }
        lists
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

/// A map that cannot grow any more stays as it is.
#[inline]
fn insert(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    let _ = headers.try_insert(name, value);
}

/// The headers of CORS, each compared by itself: a common prefix would have to be looked up
/// as text.
#[inline]
fn is_access_control(name: &HeaderName) -> bool {
    *name == ACCESS_CONTROL_ALLOW_ORIGIN
        || *name == ACCESS_CONTROL_ALLOW_CREDENTIALS
        || *name == ACCESS_CONTROL_EXPOSE_HEADERS
        || *name == ACCESS_CONTROL_ALLOW_METHODS
        || *name == ACCESS_CONTROL_ALLOW_HEADERS
        || *name == ACCESS_CONTROL_MAX_AGE
        || *name == ALLOW_PRIVATE_NETWORK
}

fn has_prefix(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

#[cold]
fn remove_access_control(headers: &mut HeaderMap) {
    let names: Vec<_> = headers
        .keys()
        .filter(|name| has_prefix(name))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// The names that `*` stands for where browsers take it for a name: those of
/// the response, but for what they show anyway or never.
#[cold]
fn present_names(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut list = String::new();
    for name in headers
        .keys()
        .filter(|name| !is_shown_anyway(name.as_str()) && !is_hidden(name))
    {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(name.as_str());
    }
    HeaderValue::try_from(list)
        .ok()
        .filter(|list| !list.is_empty())
}

/// ([Fetch, CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name))
pub(crate) fn is_shown_anyway(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

/// ([Fetch, forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name))
fn is_hidden(name: &HeaderName) -> bool {
    *name == SET_COOKIE || name.as_str() == "set-cookie2"
}
