//! From a decision to what to do about the request.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD};
use http::{HeaderValue, Method};

use super::action::{Action, Depends, Step};
use super::compiled::Grant;
use super::decision::{Checked, Decision, Outcome};
use super::method::is_safelisted;
use super::preflight_request::asks_private_network;
use super::reason::DenyReason;
use crate::config::PreflightMode;

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
    pub(crate) fn steps(self) -> Action {
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
        Action {
            step,
            policy: None,
            origin,
            depends: match *self.head.method() == Method::OPTIONS {
                true => Depends::Options,
                false => Depends::Actual,
            },
            extra: None,
        }
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
}
