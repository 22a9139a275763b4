//! The consequence of a decision, in words.

use http::header::ACCESS_CONTROL_REQUEST_METHOD;

use crate::config::PreflightMode;
use crate::policy::{Action, Decision, DenyReason, RequestKind};
use crate::text::Escaped;

/// Follows "it is".
pub(super) fn outcome(decision: &Decision<'_>) -> String {
    let denied = decision.deny_reason();
    let is_preflight = decision.kind() == RequestKind::Preflight;
    let answer = match decision.action() {
        Action::Answer(answer) => answer,
        Action::Forward(_) if is_preflight => return forwarded(decision, denied).to_owned(),
        Action::Forward(_) => {
            let left = "left to the service";
            return match (decision.kind(), denied) {
                (RequestKind::NotCors, _) => left.to_owned(),
                (_, None) => format!("{left}, and the page may read the response"),
                (_, Some(_)) if decision.is_exempt() => {
                    format!("{left}; a page of its own origin needs no CORS to read the response")
                }
                (_, Some(_)) => format!("{left}, and the page cannot read the response"),
            };
        }
    };
    let answered = format!("answered here with {}", answer.status().as_u16());
    match denied {
        _ if !is_preflight => format!("{answered}; the service is not called"),
        None => format!("{answered}; the browser goes on to send the request"),
        Some(reason) => {
            let missing = missing(decision, reason).filter(|_| answer.status().is_success());
            let why = missing.map(|missing| format!(", for the answer does not {missing}"));
            format!("{answered}; the browser refuses{}", why.unwrap_or_default())
        }
    }
}

/// A preflight that the service answers.
fn forwarded(decision: &Decision<'_>, denied: Option<DenyReason<'_>>) -> &'static str {
    match (decision.policy.config().preflight, denied) {
        (PreflightMode::Forward, _) => {
            "left to the service, whose response is not changed; the browser judges that"
        }
        (_, None) => {
            "left to the service, whose response gets the headers of an answer; if its status is \
             2xx, the browser goes on to send the request"
        }
        (_, Some(_)) => "left to the service; the browser refuses what it answers",
    }
}

/// The browser looks for this in a successful answer, and does not find it.
fn missing(decision: &Decision<'_>, reason: DenyReason<'_>) -> Option<String> {
    match reason {
        DenyReason::MethodNotAllowed => {
            let asked = decision.head.headers.get(ACCESS_CONTROL_REQUEST_METHOD)?;
            Some(format!("list `{}`", Escaped(asked)))
        }
        DenyReason::HeaderNotAllowed(name) => Some(format!("list `{name}`")),
        DenyReason::PrivateNetworkNotAllowed => Some("allow a private network".to_owned()),
        _ => None,
    }
}
