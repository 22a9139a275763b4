//! Methods ([Fetch, methods](https://fetch.spec.whatwg.org/#methods)).
//! They are compared byte for byte.

use http::{HeaderValue, Method};

use super::reason::DenyReason;
use super::request_headers::token;

/// Registered methods have up to 17 bytes.
pub(crate) const MAX_METHOD: usize = 64;

/// The CORS-safelisted methods: a browser sends them even when a preflight
/// answer does not list them.
pub(crate) fn is_safelisted(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "POST")
}

/// The methods that no script can send, in any case.
#[inline(never)]
pub(crate) fn is_forbidden(method: &str) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|name| method.eq_ignore_ascii_case(name))
}

/// The methods that a policy allows.
#[derive(Clone, Debug)]
pub(crate) enum Methods {
    /// `*`: each that a script can send.
    Any,
    List(Box<[Method]>),
}

impl Methods {
    /// Checks the method of an actual request.
    #[inline]
    pub(crate) fn check(&self, method: &Method) -> Result<(), DenyReason<'static>> {
        // Over HTTP/2, a WebSocket handshake is a CONNECT where HTTP/1.1 has a
        // GET (RFC 8441).
        let method = match *method == Method::CONNECT {
            true => &Method::GET,
            false => method,
        };
        let is_allowed = match self {
            Methods::Any => !is_forbidden(method.as_str()),
            Methods::List(methods) => methods.contains(method),
        };
        is_allowed.then_some(()).ok_or(DenyReason::MethodNotAllowed)
    }

    /// Checks the method that a preflight asks for; `None` is anything but one line.
    pub(crate) fn check_requested(
        &self,
        line: Option<&HeaderValue>,
    ) -> Result<(), DenyReason<'static>> {
        let name = line
            .map(HeaderValue::as_bytes)
            .filter(|name| name.len() <= MAX_METHOD)
            .ok_or(DenyReason::MethodMalformed)?;
        if let Methods::List(methods) = self {
            // A listed method was checked when the policy was compiled.
            let mut listed = methods.iter().map(|method| method.as_str().as_bytes());
            if listed.any(|listed| listed == name) {
                return Ok(());
            }
        }
        let name = token(name).ok_or(DenyReason::MethodMalformed)?;
        match self {
            _ if is_forbidden(name) => Err(DenyReason::MethodForbidden),
            Methods::Any => Ok(()),
            Methods::List(_) => Err(DenyReason::MethodNotAllowed),
        }
    }
}
