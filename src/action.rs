//! What to do about a request: the wire side of a decision.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};

use crate::asked::{Asked, is_crowded};
use crate::config::PreflightMode;
use crate::decision::Decision;
use crate::edit::{ResponseEdit, insert};
use crate::escape::Printable;
use crate::method::is_safelisted;
use crate::observe::{DecisionEvent, Observer};
use crate::policy::{Grant, Policy};
use crate::vary::Vary;
use crate::verdict::{DenyReason, RequestKind, Verdict};

pub(crate) static ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// Tells what was decided, in policies with `debug`.
pub(crate) static DEBUG_HEADER: HeaderName = HeaderName::from_static("x-cors-debug");

static ANY: HeaderValue = HeaderValue::from_static("*");

/// What to do about a request.
///
/// It owns all that it needs: the request may go.
#[derive(Debug)]
#[must_use]
pub enum Action {
    /// Answer with this, without calling the application.
    Answer(Response<()>),
    /// Call the application, then apply the edit to its response.
    Forward(ResponseEdit),
}

impl Action {
    /// Adds names to `Vary`.
    pub(crate) fn vary_on(&mut self, vary: &Arc<Vary>) {
        match self {
            Action::Answer(response) => vary.merge_into(response.headers_mut()),
            Action::Forward(edit) => edit.vary_on(vary.clone()),
        }
    }

    /// The same, with a header that tells what was decided.
    #[cold]
    fn telling(mut self, decision: &Decision<'_>) -> Self {
        let told = tell(decision);
        match &mut self {
            Action::Answer(response) => {
                insert(response.headers_mut(), DEBUG_HEADER.clone(), told);
            }
            Action::Forward(edit) => edit.tell(told),
        }
        self
    }
}

/// Such as `actual; denied; no entry of allow_origins matches`.
fn tell(decision: &Decision<'_>) -> HeaderValue {
    let kind = decision.kind().as_str();
    let told = match decision.verdict() {
        Verdict::Denied(reason) if decision.is_exempt() => {
            format!("{kind}; denied, but exempt as the server's own origin; {reason}")
        }
        Verdict::Denied(reason) => format!("{kind}; denied; {reason}"),
        verdict => match decision.matched() {
            Some(entry) => format!("{kind}; {}; {entry} matches", verdict.as_str()),
            None => format!("{kind}; {}", verdict.as_str()),
        },
    };
    // A pattern need not be ASCII if it is a regex.
    let told = Printable(&told).to_string();
    HeaderValue::try_from(told).unwrap_or(HeaderValue::from_static("?"))
}

impl Policy {
    /// Decides and acts, compiled together, and here rather than in the crate
    /// that calls the service: if nobody watches, the decision need not be
    /// built.
    pub(crate) fn act(
        &self,
        uri: &Uri,
        method: &Method,
        headers: &HeaderMap,
        observer: Option<&Observer>,
    ) -> Action {
        #[cfg(feature = "tracing")]
        let is_heard = crate::trace::is_heard();
        #[cfg(not(feature = "tracing"))]
        let is_heard = false;
        if observer.is_some() || self.0.config.debug || is_heard {
            self.act_watched(uri, method, headers, observer)
        } else if *method == Method::OPTIONS {
            self.act_on_options(uri, method, headers)
        } else {
            self.decide_here(Some(uri), method, headers, Asked::walk)
                .plain_action()
        }
    }

    /// The same as for any method, but compiled apart, so that elsewhere there
    /// is no preflight to think of.
    #[inline(never)]
    fn act_on_options(&self, uri: &Uri, method: &Method, headers: &HeaderMap) -> Action {
        if is_crowded(headers) {
            return self.act_on_a_crowd(uri, method, headers);
        }
        self.decide_here(Some(uri), method, headers, Asked::walk)
            .plain_action()
    }

    /// Of headers: apart, or the usual preflight would cost some percent more.
    #[cold]
    #[inline(never)]
    fn act_on_a_crowd(&self, uri: &Uri, method: &Method, headers: &HeaderMap) -> Action {
        self.decide_at(Some(uri), method, headers).plain_action()
    }

    #[inline(never)]
    fn act_watched(
        &self,
        uri: &Uri,
        method: &Method,
        headers: &HeaderMap,
        observer: Option<&Observer>,
    ) -> Action {
        let decision = self.decide_at(Some(uri), method, headers);
        let event = DecisionEvent::new(method, &decision);
        if let Some(observer) = observer {
            observer.observe(&event);
        }
        #[cfg(feature = "tracing")]
        crate::trace::decision(self, &event);
        decision.action()
    }
}

impl Decision<'_> {
    /// What to do about the request.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use tower_cors::{Action, Policy};
    /// fn serve(policy: &Policy, request: Request<()>) -> Response<()> {
    ///     match policy.decide_request(&request).action() {
    ///         Action::Answer(response) => response,
    ///         Action::Forward(edit) => {
    ///             let mut response = Response::new(()); // the application's
    ///             edit.apply(response.headers_mut());
    ///             response
    ///         }
    ///     }
    /// }
    /// ```
    pub fn action(&self) -> Action {
        let action = self.plain_action();
        if self.policy.0.config.debug && self.kind != RequestKind::NotCors {
            action.telling(self)
        } else {
            action
        }
    }

    #[allow(clippy::inline_always, reason = "the decision then stays in registers")]
    #[inline(always)]
    fn plain_action(self) -> Action {
        match (self.kind, self.verdict) {
            (RequestKind::Preflight, _) => self.preflight_action(),
            (_, Verdict::Denied(_)) if self.policy.enforced_here() && !self.same_origin => {
                let mut answer = Response::new(());
                *answer.status_mut() = StatusCode::FORBIDDEN;
                if let Some(vary) = self.policy.0.vary {
                    insert(answer.headers_mut(), VARY, vary.value().clone());
                }
                Action::Answer(answer)
            }
            (_, verdict) => {
                let is_shared = match verdict {
                    Verdict::Allowed => true,
                    Verdict::NotCors => {
                        self.method_allowed && self.policy.0.config.answer_without_origin
                    }
                    Verdict::Denied(_) => false,
                };
                let with = match self.policy.0.grant {
                    Grant::Everyone => Some(&ANY),
                    Grant::Origin => self.origin,
                };
                match with.filter(|_| is_shared) {
                    Some(origin) => Action::Forward(ResponseEdit::share_with(self.policy, origin)),
                    None => Action::Forward(ResponseEdit::withhold(self.policy)),
                }
            }
        }
    }

    #[inline(never)]
    fn preflight_action(self) -> Action {
        // What the server enforces does not reach the application.
        let is_refused = matches!(self.verdict, Verdict::Denied(_)) && self.policy.enforced_here();
        match self.policy.mode() {
            PreflightMode::Decorate if !is_refused => {
                let headers = self.preflight_answer().into_parts().0.headers;
                Action::Forward(ResponseEdit::decorate(self.policy, headers))
            }
            PreflightMode::Forward if !is_refused => {
                Action::Forward(ResponseEdit::leave(self.policy))
            }
            _ => Action::Answer(self.preflight_answer()),
        }
    }

    /// The answer to a preflight.
    ///
    /// When only the method or a header is not allowed, the answer lists what
    /// is: the browser then refuses, and names what was missing.
    fn preflight_answer(&self) -> Response<()> {
        let answer = &self.policy.0.preflight;
        match self.verdict {
            Verdict::Allowed
            | Verdict::NotCors
            | Verdict::Denied(
                DenyReason::HeaderNotAllowed(_) | DenyReason::PrivateNetworkNotAllowed,
            ) => {}
            // Browsers take safelisted methods as listed.
            Verdict::Denied(DenyReason::MethodNotAllowed)
                if !self.asks_safelisted_method() && self.may_mirror_headers() => {}
            Verdict::Denied(_) => return answer.refusal.clone(),
        }
        let mut response = answer.allowed.clone();
        let headers = response.headers_mut();
        if self.policy.0.grant == Grant::Origin {
            let origin = self.origin.cloned();
            set(headers, &ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        if answer.mirror_method {
            let asked = self.headers.get(ACCESS_CONTROL_REQUEST_METHOD).cloned();
            set(headers, &ACCESS_CONTROL_ALLOW_METHODS, asked);
        }
        if answer.mirror_headers {
            set(headers, &ACCESS_CONTROL_ALLOW_HEADERS, self.asked_headers());
        }
        if self.policy.0.config.allow_private_network && !self.asks_private_network {
            headers.remove(&ALLOW_PRIVATE_NETWORK);
        }
        response
    }

    fn asks_safelisted_method(&self) -> bool {
        let asked = self.headers.get(ACCESS_CONTROL_REQUEST_METHOD);
        asked
            .and_then(|method| method.to_str().ok())
            .is_some_and(is_safelisted)
    }

    /// The requested names are checked after the method. What is no name must
    /// not be repeated.
    fn may_mirror_headers(&self) -> bool {
        !self.policy.0.preflight.mirror_headers
            || self.policy.check_asked_headers(self.headers).is_ok()
    }

    /// The requested names in one line: as it came, if that is how browsers
    /// write it.
    fn asked_headers(&self) -> Option<HeaderValue> {
        let lines = self.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS);
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
