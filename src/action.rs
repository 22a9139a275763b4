//! What to do about a request: the wire side of a decision.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, SET_COOKIE, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use crate::asked::asks_private_network;
use crate::config::PreflightMode;
use crate::decision::{Checked, Decision, Outcome};
use crate::escape::Printable;
use crate::head::RequestHead;
use crate::method::is_safelisted;
use crate::observe::Observer;
use crate::policy::{Expose, Grant, Policy};
use crate::vary::Vary;
use crate::verdict::{DenyReason, Verdict};

pub(crate) static ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// The characters of what `debug` says: entries of policies may be long.
const MAX_DEBUG: usize = 256;

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
    step: Step,
    /// `None` leaves the response alone.
    policy: Option<Policy>,
    /// The origin that the response is shared with, unless that is `*`.
    origin: Option<HeaderValue>,
    depends: Depends,
    /// What few responses need.
    extra: Option<Box<Extra>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
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
enum Depends {
    /// Nothing of the request.
    Never,
    Actual,
    /// It would be a preflight, with one header more.
    Options,
    Preflight,
}

#[derive(Debug, Default)]
struct Extra {
    /// The method and the names that a preflight asked for, to be repeated.
    method: Option<HeaderValue>,
    names: Option<HeaderValue>,
    private_network: bool,
    debug: Option<HeaderValue>,
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
            depends: Depends::Never,
            extra: None,
        }
    }

    fn extra(&mut self) -> &mut Extra {
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
    /// them to the application. Names are merged into `Vary`, never removed. If the map cannot
    /// grow any more, our headers are left out, `Vary` last of all, and the browser denies.
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
                // An answer has room for it, and what is left alone grants nothing.
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
            Depends::Never => None,
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

impl Policy {
    /// Decides about a request, tells those who watch, and says what to do.
    #[inline]
    pub(crate) fn act(self, head: &RequestHead<'_>, observer: Option<&Observer>) -> Action {
        #[cfg(feature = "tracing")]
        let is_heard = crate::trace::is_heard();
        #[cfg(not(feature = "tracing"))]
        let is_heard = false;
        let decision = self.decide(*head);
        if observer.is_some() || self.0.config.debug || is_heard {
            decision.tell(observer);
        }
        let mut action = decision.steps();
        action.policy = Some(self);
        action
    }
}

// What is called here takes the decision by value: a reference would force all of it into
// memory, for each request.
impl Decision<'_> {
    /// What to do about the request.
    pub fn action(&self) -> Action {
        let mut action = self.steps();
        action.policy = Some(self.policy.clone());
        action
    }

    /// The action, but for the policy.
    #[inline]
    fn steps(self) -> Action {
        let policy = self.policy;
        let step = match &self.outcome {
            Outcome::Preflight(checked) => return self.preflight_steps(*checked),
            Outcome::Actual(Checked::Allowed(_)) => Step::Share,
            Outcome::Actual(_) if policy.enforced_here() && !self.is_exempt() => Step::Refuse,
            Outcome::NotCors if policy.shares_without_origin(self.head.method()) => Step::Share,
            _ => Step::Withhold,
        };
        let origin = match step {
            Step::Share if policy.0.grant == Grant::Origin => self.origin().cloned(),
            _ => None,
        };
        let mut action = Action {
            step,
            policy: None,
            origin,
            depends: match *self.head.method() == Method::OPTIONS {
                true => Depends::Options,
                false => Depends::Actual,
            },
            extra: None,
        };
        if policy.0.config.debug && !matches!(self.outcome, Outcome::NotCors) {
            action.extra().debug = Some(self.debug_header());
        }
        action
    }

    #[inline(never)]
    fn preflight_steps(self, checked: Checked<'_>) -> Action {
        let policy = self.policy;
        let prepared = &policy.0.preflight;
        let is_enforced = policy.enforced_here();
        let is_allowed = matches!(checked, Checked::Allowed(_));
        let has_lists = is_allowed || self.lists_what_is_allowed(&checked);
        // What the server enforces does not reach the application.
        let mode = match !is_allowed && is_enforced {
            true => PreflightMode::Answer,
            false => policy.mode(),
        };
        let step = match (mode, has_lists) {
            (PreflightMode::Answer, true) => Step::Answer,
            (PreflightMode::Answer, false) => Step::Refuse,
            (PreflightMode::Decorate, true) if is_allowed => Step::Decorate,
            (PreflightMode::Decorate, true) => Step::List,
            (PreflightMode::Decorate, false) => Step::Withhold,
            (PreflightMode::Forward, _) => Step::Leave,
        };
        // The application's own answer depends on what is asked for only if the policy may
        // refuse it, or says what it decided.
        let is_alone = step == Step::Leave && !is_enforced && !policy.0.config.debug;
        let mut action = Action {
            step,
            policy: None,
            origin: match policy.0.grant {
                Grant::Origin if has_lists => self.origin().cloned(),
                _ => None,
            },
            depends: match is_alone {
                true => Depends::Options,
                false => Depends::Preflight,
            },
            extra: None,
        };
        if prepared.is_variable && has_lists {
            let headers = self.head.headers();
            let extra = action.extra();
            extra.method = headers.get(ACCESS_CONTROL_REQUEST_METHOD).cloned();
            extra.names = self.requested_names();
            extra.private_network = asks_private_network(headers);
        }
        if policy.0.config.debug {
            action.extra().debug = Some(self.debug_header());
        }
        action
    }

    /// The answer to a denied preflight lists what is allowed if only the method or a header
    /// is not: the browser then refuses, and names what was missing.
    #[cold]
    fn lists_what_is_allowed(&self, checked: &Checked<'_>) -> bool {
        match checked {
            Checked::Denied(
                _,
                DenyReason::HeaderNotAllowed(_) | DenyReason::PrivateNetworkNotAllowed,
            ) => true,
            // Browsers take safelisted methods as listed. And the requested names, which are
            // checked after the method, must not be repeated if they are none.
            Checked::Denied(_, DenyReason::MethodNotAllowed) => {
                let headers = self.head.headers();
                let method = headers.get(ACCESS_CONTROL_REQUEST_METHOD);
                let method = method.and_then(|method| method.to_str().ok());
                let mirrors = self.policy.0.preflight.mirror_headers;
                !method.is_some_and(is_safelisted)
                    && (!mirrors || self.policy.check_asked_headers(headers).is_ok())
            }
            _ => false,
        }
    }

    /// The requested names in one line: as it came, if that is how browsers
    /// write it.
    fn requested_names(&self) -> Option<HeaderValue> {
        let lines = self.head.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS);
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
        let names: Vec<_> = names()
            .map(<[u8]>::trim_ascii)
            .filter(|name| !name.is_empty())
            .collect();
        HeaderValue::from_bytes(&names.join(&b','))
            .ok()
            .filter(|list| !list.is_empty())
    }

    #[cold]
    fn tell(self, observer: Option<&Observer>) {
        if let Some(observer) = observer {
            observer.observe(&self);
        }
        #[cfg(feature = "tracing")]
        crate::trace::decision(&self);
    }

    /// Such as `actual; denied; no entry of allow_origins matches`.
    #[cold]
    fn debug_header(self) -> HeaderValue {
        let kind = self.kind().as_str();
        let text = match (self.verdict(), self.matched()) {
            (Some(Verdict::Denied(reason)), _) if self.is_exempt() => {
                format!("{kind}; denied, but exempt as the server's own origin; {reason}")
            }
            (Some(Verdict::Denied(reason)), _) => format!("{kind}; denied; {reason}"),
            (_, Some(entry)) => format!("{kind}; allowed; {entry} matches"),
            (_, None) => format!("{kind}; allowed"),
        };
        // A pattern need not be ASCII if it is a regex.
        let text: String = Printable(&text)
            .to_string()
            .chars()
            .take(MAX_DEBUG)
            .collect();
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("?"))
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
