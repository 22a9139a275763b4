//! Mistakes around a policy, as a request or the application's response shows them.

use std::fmt;

use http::StatusCode;

/// Something in front of the policy or behind it that is probably a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// An `OPTIONS` asks for a method, but has no `Origin`.
    NoOrigin,
    /// The application's `Access-Control-*` headers were replaced.
    Replaced,
    /// The application answered a preflight with 401.
    Unauthorized,
    /// The application answered a preflight with 405.
    MethodNotAllowed,
}

impl Notice {
    /// From the application's answer to a preflight that was left to it.
    pub(super) fn of_answer(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::UNAUTHORIZED => Some(Notice::Unauthorized),
            StatusCode::METHOD_NOT_ALLOWED => Some(Notice::MethodNotAllowed),
            _ => None,
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Notice::NoOrigin => {
                "an `OPTIONS` with `Access-Control-Request-Method` has no `Origin`, which browsers \
                 send; let the proxy in front pass it on"
            }
            Notice::Replaced => {
                "the service set `Access-Control-*` headers, which were replaced; remove its own \
                 CORS layer, or what its handlers set"
            }
            Notice::Unauthorized => {
                "the service answered a preflight with 401, but preflights carry no credentials; \
                 let them pass its authentication, or answer them here (preflight = \"answer\")"
            }
            Notice::MethodNotAllowed => {
                "the service answered a preflight with 405; add `OPTIONS` to its route, or answer \
                 preflights here (preflight = \"answer\")"
            }
        })
    }
}
