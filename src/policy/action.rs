//! The action that follows from a decision: an answer, or an edit of the response.

use std::sync::Arc;

use http::header::{ACCESS_CONTROL_REQUEST_METHOD, VARY};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use super::decision::{Checked, CorsRequest, Decision, Outcome};
use super::methods::is_safelisted;
use super::notice::Notice;
use super::reason::DenyReason;
use super::response_edit::{DEBUG_HEADER, ResponseEdit, Step};
use super::vary::Vary;
use crate::config::PreflightMode;

/// The action that follows from a decision about a request.
///
/// It borrows nothing, so the request can be moved or dropped.
///
/// ```
/// use http::{Request, Response};
/// use tower_cors::{Action, Policy};
///
/// # async fn application(_: Request<String>) -> Response<String> { Response::default() }
/// async fn serve(policy: &Policy, request: Request<String>) -> Response<String> {
///     match policy.decide(&request).action() {
///         Action::Answer(response) => response.map(|()| String::new()),
///         Action::Forward(edit) => {
///             let mut response = application(request).await;
///             edit.apply(response.headers_mut());
///             response
///         }
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use]
pub enum Action {
    /// The policy answers with this response. The application is not called.
    Answer(Response<()>),
    /// The application is called, and the headers of its response are edited.
    Forward(ResponseEdit),
}

impl Action {
    /// Answers, or calls the application and edits its response.
    pub fn respond<B: Default>(self, application: impl FnOnce() -> Response<B>) -> Response<B> {
        match self {
            Action::Answer(response) => response.map(|()| B::default()),
            Action::Forward(edit) => {
                let mut response = application();
                edit.apply(response.headers_mut());
                response
            }
        }
    }

    fn refuse(status: StatusCode, vary: Option<&Vary>) -> Self {
        let mut headers = HeaderMap::new();
        headers.extend(vary.map(|vary| (VARY, vary.value().clone())));
        Action::answer(status, headers)
    }

    fn answer(status: StatusCode, headers: HeaderMap) -> Self {
        let mut response = Response::new(());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Action::Answer(response)
    }

    /// Adds the request headers that the choice of the policy depends on to `Vary`.
    pub(crate) fn vary_on(&mut self, choice: &Arc<Vary>) {
        match self {
            // An answer has room for it.
            Action::Answer(response) => drop(choice.merge_into(response.headers_mut())),
            Action::Forward(edit) => edit.vary_on(Arc::clone(choice)),
        }
    }

    /// Adds the header that says what was decided.
    pub(crate) fn debug(&mut self, text: HeaderValue) {
        match self {
            Action::Answer(response) => {
                response.headers_mut().insert(DEBUG_HEADER.clone(), text);
            }
            Action::Forward(edit) => edit.debug(text),
        }
    }
}

impl Decision<'_> {
    /// Turns the decision into an action.
    #[inline]
    pub fn action(&self) -> Action {
        let policy = &self.policy.0;
        let vary = match *self.head.method == Method::OPTIONS {
            true => policy.vary_of_options,
            false => policy.vary,
        };
        let step = match self.outcome {
            Outcome::Preflight(request) => return self.preflight_action(&request),
            Outcome::Off => Step::Leave {
                is_preflight: false,
            },
            Outcome::NotServed(DenyReason::HostNotOwn) => {
                return Action::refuse(StatusCode::MISDIRECTED_REQUEST, vary);
            }
            Outcome::NotServed(_) => return Action::refuse(StatusCode::FORBIDDEN, vary),
            Outcome::Actual(request) if request.is_allowed() => {
                Step::Share(policy.any_origin.as_ref().unwrap_or(request.origin).clone())
            }
            Outcome::Actual(_) if self.policy.is_enforced_by_server() && !self.is_exempt() => {
                return Action::refuse(StatusCode::FORBIDDEN, vary);
            }
            _ => match &policy.any_origin {
                // Without an `Origin` too, so that caches keep one response for all.
                Some(any) if self.shares_without_origin() => Step::Share(any.clone()),
                _ => Step::Withhold {
                    is_preflight: false,
                },
            },
        };
        Action::Forward(ResponseEdit {
            policy: self.policy.clone(),
            step,
            vary,
            extra: None,
        })
    }

    /// A notice about a request that would be a preflight if it had an `Origin`.
    #[inline]
    pub(crate) fn notice(&self) -> Option<Notice> {
        let head = &self.head;
        let asks = matches!(self.outcome, Outcome::NotCors)
            && *head.method == Method::OPTIONS
            && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        asks.then_some(Notice::NoOrigin)
    }

    fn shares_without_origin(&self) -> bool {
        matches!(self.outcome, Outcome::NotCors)
            && self.policy.0.config.answer_without_origin
            && self.policy.0.methods.check(self.head.method).is_ok()
    }

    #[inline(never)]
    fn preflight_action(&self, request: &CorsRequest<'_>) -> Action {
        let policy = &self.policy.0;
        let prepared = &policy.preflight;
        let is_enforced = self.policy.is_enforced_by_server();
        let is_allowed = request.is_allowed();
        let shared_with = policy.any_origin.as_ref().unwrap_or(request.origin);
        let lists = (is_allowed || self.lists_what_is_allowed(&request.checked))
            .then(|| prepared.lists(shared_with.clone(), self.head.headers));
        // What the server enforces does not reach the application.
        let mode = match !is_allowed && is_enforced {
            true => PreflightMode::Answer,
            false => policy.config.preflight,
        };
        let mut vary = Some(prepared.vary);
        let step = match (mode, lists) {
            (PreflightMode::Answer, Some(lists)) => return Action::answer(prepared.status, lists),
            (PreflightMode::Answer, None) => return Action::refuse(StatusCode::FORBIDDEN, vary),
            (PreflightMode::Decorate, Some(lists)) => Step::List {
                lists: Box::new(lists),
                is_allowed,
            },
            (PreflightMode::Decorate, None) => Step::Withhold { is_preflight: true },
            (PreflightMode::Forward, _) => {
                // The application's own answer depends on what is asked for only if the
                // policy may refuse it, or says what it decided.
                if !is_enforced && !policy.config.debug {
                    vary = policy.vary_of_options;
                }
                Step::Leave { is_preflight: true }
            }
        };
        Action::Forward(ResponseEdit {
            policy: self.policy.clone(),
            step,
            vary,
            extra: None,
        })
    }

    /// The answer to a denied preflight lists what is allowed if only the method, a header
    /// or the private network is not. The browser then refuses, and names what is missing.
    #[cold]
    fn lists_what_is_allowed(&self, checked: &Checked<'_>) -> bool {
        match checked {
            Checked::Denied(
                _,
                DenyReason::HeaderNotAllowed(_) | DenyReason::PrivateNetworkNotAllowed,
            ) => true,
            // Browsers take safelisted methods as listed. And the requested names, which are
            // checked after the method, must not be repeated if they are malformed.
            Checked::Denied(_, DenyReason::MethodNotAllowed) => {
                let headers = self.head.headers;
                let method = headers.get(ACCESS_CONTROL_REQUEST_METHOD);
                let method = method.and_then(|method| method.to_str().ok());
                let mirrors = self.policy.0.preflight.mirror_headers;
                !method.is_some_and(is_safelisted)
                    && (!mirrors || self.policy.check_requested_headers(headers).is_ok())
            }
            _ => false,
        }
    }
}
