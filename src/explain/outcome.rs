//! What comes of a decision, in words.

use http::Response;
use http::header::ACCESS_CONTROL_REQUEST_METHOD;

use crate::config::PreflightMode;
use crate::policy::{Decision, DenyReason, RequestKind};
use crate::text::Escaped;

/// Behind "it is".
pub(super) fn outcome(decision: &Decision<'_>) -> String {
    let denied = decision.deny_reason();
    let action = decision.action();
    let mut answer = Response::new(());
    let is_answer = action.is_answer();
    action.apply(&mut answer);
    let status = answer.status();
    match (is_answer, decision.kind(), denied) {
        (true, RequestKind::Preflight, Some(reason)) => {
            let missing = missing(decision, reason).filter(|_| status.is_success());
            let why = missing.map_or(String::new(), |missing| {
                format!(", for the answer does not {missing}")
            });
            let status = status.as_u16();
            format!("answered here with {status}; the browser refuses{why}")
        }
        (true, RequestKind::Preflight, None) => format!(
            "answered here with {}; the browser goes on to send the request",
            status.as_u16()
        ),
        (true, ..) => format!(
            "answered here with {}; the service is not called",
            status.as_u16()
        ),
        (false, RequestKind::NotCors, _) => "left to the service".to_owned(),
        (false, RequestKind::Preflight, denied) => match (decision.policy.mode(), denied) {
            (PreflightMode::Forward, _) => {
                "left to the service, whose response is not changed; the browser judges that"
                    .to_owned()
            }
            (_, None) => "left to the service, whose response gets the headers of an answer; if \
                          its status is 2xx, the browser goes on to send the request"
                .to_owned(),
            (_, Some(_)) => "left to the service; the browser refuses what it answers".to_owned(),
        },
        (false, RequestKind::Actual, None) => {
            "left to the service, and the page may read the response".to_owned()
        }
        (false, RequestKind::Actual, Some(_)) if decision.is_exempt() => {
            "left to the service; a page of its own origin needs no CORS to read the response"
                .to_owned()
        }
        (false, RequestKind::Actual, Some(_)) => {
            "left to the service, and the page cannot read the response".to_owned()
        }
    }
}

/// What the browser looks for in a successful answer, and does not find.
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
