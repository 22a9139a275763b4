//! What to do about a request: the wire side of a decision.

use std::sync::Arc;

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use crate::config::PreflightMode;
use crate::decision::{Decision, DenyReason, RequestKind, Verdict};
use crate::edit::ResponseEdit;
use crate::method::is_safelisted;
use crate::policy::Grant;
use crate::vary::Vary;

pub(crate) static ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// Tells what was decided, in policies with `debug`.
pub(crate) static DEBUG_HEADER: HeaderName = HeaderName::from_static("x-cors-debug");

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
    /// The same, with more names in `Vary`.
    pub(crate) fn varying(mut self, vary: Option<&Arc<Vary>>) -> Self {
        if let Some(vary) = vary {
            match &mut self {
                Action::Answer(response) => vary.merge_into(response.headers_mut()),
                Action::Forward(edit) => edit.vary_on(vary.clone()),
            }
        }
        self
    }

    /// The same, with a header that tells what was decided.
    #[cold]
    fn telling(mut self, decision: &Decision<'_>) -> Self {
        let told = tell(decision);
        match &mut self {
            Action::Answer(response) => {
                let _ = response
                    .headers_mut()
                    .try_insert(DEBUG_HEADER.clone(), told);
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
        Verdict::Denied(reason) => format!("{kind}; denied; {reason}"),
        verdict => match decision.matched() {
            Some(entry) => format!("{kind}; {}; {entry} matches", verdict.as_str()),
            None => format!("{kind}; {}", verdict.as_str()),
        },
    };
    // A pattern need not be ASCII if it is a regex.
    let told = told.escape_default().to_string();
    HeaderValue::try_from(told).unwrap_or(HeaderValue::from_static("?"))
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
        match self.policy.0.config.debug && self.kind != RequestKind::NotCors {
            true => action.telling(self),
            false => action,
        }
    }

    fn plain_action(&self) -> Action {
        match (self.kind, self.verdict) {
            (RequestKind::Preflight, _) => self.preflight_action(),
            (_, Verdict::Denied(_)) if self.policy.enforced_here() && !self.same_origin => {
                let mut headers = HeaderMap::new();
                if let Some(vary) = &self.policy.0.vary {
                    vary.merge_into(&mut headers);
                }
                Action::Answer(response(StatusCode::FORBIDDEN, headers))
            }
            (_, verdict) => Action::Forward(match (verdict, self.policy.0.grant) {
                (Verdict::Allowed, Grant::Origin) => ResponseEdit::share(self.policy, self.origin),
                (Verdict::Allowed, Grant::Everyone) => ResponseEdit::share(self.policy, None),
                (Verdict::NotCors, Grant::Everyone)
                    if self.method_allowed && self.policy.0.config.answer_without_origin =>
                {
                    ResponseEdit::share(self.policy, None)
                }
                _ => ResponseEdit::withhold(self.policy),
            }),
        }
    }

    fn preflight_action(&self) -> Action {
        match self.policy.mode() {
            PreflightMode::Answer => {
                let (status, headers) = self.preflight_answer();
                Action::Answer(response(status, headers))
            }
            PreflightMode::Decorate => {
                let (status, headers) = self.preflight_answer();
                if status == StatusCode::FORBIDDEN && self.policy.enforced_here() {
                    Action::Answer(response(status, headers))
                } else {
                    Action::Forward(ResponseEdit::decorate(self.policy, headers))
                }
            }
            PreflightMode::Forward => Action::Forward(ResponseEdit::untouched()),
        }
    }

    /// Status and headers for a preflight.
    ///
    /// When only the method or a header is not allowed, the answer lists what
    /// is: the browser then refuses, and names what was missing.
    fn preflight_answer(&self) -> (StatusCode, HeaderMap) {
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
            Verdict::Denied(_) => return (StatusCode::FORBIDDEN, answer.refusal.clone()),
        }
        let mut headers = answer.headers.clone();
        if self.policy.0.grant == Grant::Origin {
            set(
                &mut headers,
                &ACCESS_CONTROL_ALLOW_ORIGIN,
                self.origin.cloned(),
            );
        }
        if answer.mirror_method {
            let asked = self.headers.get(ACCESS_CONTROL_REQUEST_METHOD).cloned();
            set(&mut headers, &ACCESS_CONTROL_ALLOW_METHODS, asked);
        }
        if answer.mirror_headers {
            set(
                &mut headers,
                &ACCESS_CONTROL_ALLOW_HEADERS,
                self.asked_headers(),
            );
        }
        if self.policy.0.config.allow_private_network && !self.asks_private_network {
            headers.remove(&ALLOW_PRIVATE_NETWORK);
        }
        (answer.status, headers)
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

    /// The requested names in one line.
    fn asked_headers(&self) -> Option<HeaderValue> {
        let mut lines = self.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
        let first = lines.next()?;
        let mut joined: Option<Vec<u8>> = None;
        for line in lines {
            let joined = joined.get_or_insert_with(|| first.as_bytes().to_vec());
            joined.push(b',');
            joined.extend_from_slice(line.as_bytes());
        }
        match joined {
            None => Some(first.clone()),
            Some(joined) => HeaderValue::from_bytes(&joined).ok(),
        }
    }
}

/// Gives a placeholder its value, or removes it.
fn set(headers: &mut HeaderMap, name: &HeaderName, value: Option<HeaderValue>) {
    match (headers.get_mut(name), value) {
        (Some(place), Some(value)) => *place = value,
        _ => drop(headers.remove(name)),
    }
}

fn response(status: StatusCode, headers: HeaderMap) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
