//! Guesses at the mistake behind a failure. Browsers have none.

use http::StatusCode;

use super::cors_check::CorsCheckFailure;
use super::reason::BlockReason;
use super::safelist::NON_WILDCARD_REQUEST_HEADER;

/// Returns the likely mistake. `status` is the status of the response that failed.
pub(super) fn hint(reason: &BlockReason, status: Option<StatusCode>) -> Option<String> {
    match reason {
        BlockReason::PreflightCorsCheck(CorsCheckFailure::MultipleAllowOrigins(_))
        | BlockReason::CorsCheck(CorsCheckFailure::MultipleAllowOrigins(_)) => Some(
            "more than one place sets Access-Control-Allow-Origin: a handler, a proxy or a \
             second CORS layer; leave it to one"
                .to_owned(),
        ),
        BlockReason::PreflightCorsCheck(CorsCheckFailure::MissingAllowOrigin)
        | BlockReason::PreflightStatus(_)
        | BlockReason::PreflightRedirect(_) => preflight_hint(status?),
        BlockReason::CorsCheck(CorsCheckFailure::MissingAllowOrigin) => response_hint(status?),
        BlockReason::MethodNotAllowed(method) if method.as_str().contains(is_lower) => {
            Some(format!(
                "methods are case-sensitive, and fetch leaves `{method}` as it is: request `{}`",
                method.as_str().to_ascii_uppercase()
            ))
        }
        BlockReason::HeaderNotAllowed(name) if *name == NON_WILDCARD_REQUEST_HEADER => {
            Some(format!("`*` does not cover `{name}`: list it by its name"))
        }
        _ => None,
    }
}

fn preflight_hint(status: StatusCode) -> Option<String> {
    let cause = match status.as_u16() {
        405 => {
            "`OPTIONS` reached a method router, so the CORS layer is inside routing; add it \
             around the whole router"
        }
        404 => {
            "`OPTIONS` found no route, so the CORS layer is inside routing; add it around the \
             whole router"
        }
        401 | 407 => {
            "authentication ran before the CORS layer, and a preflight carries no credentials; \
             put the CORS layer outside authentication"
        }
        403 => {
            "either the CORS policy denies the origin, or authorization ran before the CORS \
             layer, and a preflight carries no credentials; then put the CORS layer outside it"
        }
        301 | 302 | 303 | 307 | 308 => {
            "a redirect (to https, to a login, to another spelling of the path) came before the \
             CORS layer; put the CORS layer outside it, or fetch the final URL"
        }
        _ => return None,
    };
    Some(format!("the preflight was answered {status}: {cause}"))
}

fn response_hint(status: StatusCode) -> Option<String> {
    (status.is_client_error() || status.is_server_error()).then(|| {
        format!(
            "the response is {status}: if the CORS policy allows the origin, then something \
             outside the CORS layer answered; authentication, limits, timeouts and fallbacks \
             belong inside"
        )
    })
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase()
}
