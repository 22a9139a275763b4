//! Guesses at the mistake behind a failure. Browsers have none.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
};
use http::{HeaderMap, HeaderName, StatusCode};

use super::cors_check::{CorsCheckFailure, escape};
use super::header_list::{extract_tokens, get, isomorphic_decode};
use super::origin::Origin;
use super::reason::BlockReason;
use super::request::FetchRequest;
use super::safelist::NON_WILDCARD_REQUEST_HEADER;

/// The header in which a layer of this crate gives its decision if `debug` is set.
const DEBUG_HEADER: HeaderName = HeaderName::from_static("x-cors-debug");

/// A reason, with the likely mistake.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) reason: BlockReason,
    pub(super) hint: Option<String>,
}

impl Failure {
    /// For a `request` that failed because of a response with this status and headers.
    pub(super) fn new(
        reason: BlockReason,
        request: &FetchRequest,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Self {
        let hint = match get(headers, &DEBUG_HEADER) {
            Some(decision) => decision_hint(&reason, request, status, headers, &decision),
            None => guess(&reason, request, status, headers),
        };
        Self { reason, hint }
    }
}

impl From<BlockReason> for Failure {
    fn from(reason: BlockReason) -> Self {
        Self { reason, hint: None }
    }
}

/// The CORS layer gave its decision, so its place is right.
fn decision_hint(
    reason: &BlockReason,
    request: &FetchRequest,
    status: StatusCode,
    headers: &HeaderMap,
    decision: &[u8],
) -> Option<String> {
    use CorsCheckFailure::{AllowOriginMismatch, InvalidAllowOrigin, MissingAllowOrigin};
    let decision = escape(&isomorphic_decode(decision));
    if decision.split(';').nth(1).map(str::trim) != Some("allowed") {
        return Some(format!("`{DEBUG_HEADER}` says why: {decision}"));
    }
    let lost = match reason {
        BlockReason::PreflightCorsCheck(failure) | BlockReason::CorsCheck(failure) => match failure
        {
            MissingAllowOrigin | AllowOriginMismatch(_) | InvalidAllowOrigin(_) => {
                "Access-Control-Allow-Origin"
            }
            _ => return guess(reason, request, status, headers),
        },
        BlockReason::MethodNotAllowed(_) => "Access-Control-Allow-Methods",
        BlockReason::HeaderNotAllowed(_) => "Access-Control-Allow-Headers",
        BlockReason::PreflightStatus(_) | BlockReason::PreflightRedirect(_) => {
            return Some(format!(
                "the CORS layer allows the request, but the preflight was answered {status} \
                 inside or outside it: let the layer answer preflights itself"
            ));
        }
        _ => return None,
    };
    Some(format!(
        "the CORS layer allows the request (`{DEBUG_HEADER}: {decision}`), so something outside \
         it removed or changed {lost}"
    ))
}

fn guess(
    reason: &BlockReason,
    request: &FetchRequest,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<String> {
    match reason {
        BlockReason::PreflightStatus(_) | BlockReason::PreflightRedirect(_) => {
            preflight_hint(status)
        }
        BlockReason::PreflightCorsCheck(CorsCheckFailure::MissingAllowOrigin) => {
            preflight_hint(status).or_else(|| incomplete_hint(request, headers))
        }
        BlockReason::CorsCheck(CorsCheckFailure::MissingAllowOrigin) => {
            incomplete_hint(request, headers).or_else(|| response_hint(status))
        }
        BlockReason::PreflightCorsCheck(failure) | BlockReason::CorsCheck(failure) => {
            check_hint(failure, request, headers)
        }
        BlockReason::MethodNotAllowed(method) => {
            let (name, upper) = (
                &ACCESS_CONTROL_ALLOW_METHODS,
                method.as_str().to_uppercase(),
            );
            let is_upper_listed = upper != method.as_str() && lists(headers, name, &upper);
            Some(match is_upper_listed {
                true => format!(
                    "methods are case-sensitive, and fetch leaves `{method}` as it is: request \
                     `{upper}`"
                ),
                false => list_hint(headers, name, method.as_str()),
            })
        }
        BlockReason::HeaderNotAllowed(name) => {
            let list = &ACCESS_CONTROL_ALLOW_HEADERS;
            let is_special = *name == NON_WILDCARD_REQUEST_HEADER && lists(headers, list, "*");
            Some(match is_special {
                true => format!("`*` does not cover `{name}`: list it by its name"),
                false => list_hint(headers, list, name.as_str()),
            })
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

/// Some CORS headers without the first of them.
fn incomplete_hint(request: &FetchRequest, headers: &HeaderMap) -> Option<String> {
    let mut names = headers.keys().map(HeaderName::as_str);
    let other = names.find(|name| name.starts_with("access-control-"))?;
    Some(format!(
        "the response has `{other}` without Access-Control-Allow-Origin: either the CORS layer \
         does not allow `{}`, or something outside it removed the header",
        request.serialized_origin()
    ))
}

fn check_hint(
    failure: &CorsCheckFailure,
    request: &FetchRequest,
    headers: &HeaderMap,
) -> Option<String> {
    const WITHOUT: &str = "fetch without `credentials: \"include\"`";
    let origin = request.serialized_origin();
    match failure {
        CorsCheckFailure::MissingAllowOrigin => None,
        CorsCheckFailure::WildcardWithCredentials => Some(format!(
            "`*` never allows credentials: list `{origin}` and set `allow_credentials`, or {WITHOUT}"
        )),
        CorsCheckFailure::AllowCredentialsNotTrue(value) if value.is_empty() => Some(format!(
            "the origin is allowed, credentials are not: set `allow_credentials`, or {WITHOUT}"
        )),
        CorsCheckFailure::AllowCredentialsNotTrue(_) => Some(
            "Access-Control-Allow-Credentials has to be `true`, once and in lower case".to_owned(),
        ),
        CorsCheckFailure::MultipleAllowOrigins(_) => {
            let lines = headers.get_all(ACCESS_CONTROL_ALLOW_ORIGIN).iter().count();
            let hint = match lines {
                1 => "Access-Control-Allow-Origin is no list: answer with the one origin that asks",
                _ => {
                    "more than one place sets Access-Control-Allow-Origin: a handler, a proxy or \
                     a second CORS layer; leave it to one"
                }
            };
            Some(hint.to_owned())
        }
        CorsCheckFailure::InvalidAllowOrigin(allowed)
        | CorsCheckFailure::AllowOriginMismatch(allowed) => mismatch_hint(allowed, &origin),
    }
}

/// Compares the origin that the server allows with the one that asked.
fn mismatch_hint(allowed: &str, asking: &str) -> Option<String> {
    let scheme = asking.split_once("://")?.0;
    let with_scheme = format!("{scheme}://{allowed}");
    if with_scheme == asking {
        return Some(format!(
            "an origin has a scheme: write `{asking}` instead of `{allowed}`"
        ));
    }
    let (a, b) = (Origin::of_page(allowed)?, Origin::of_page(asking)?);
    if a == b {
        return Some(format!(
            "origins are compared byte by byte: write `{asking}` instead of `{}`",
            escape(allowed)
        ));
    }
    Some(format!(
        "the server allows `{a}`, which differs from the page's origin only in its {}: allow \
         `{b}`, or open the page there",
        only_difference(&a, &b)?
    ))
}

/// Returns the one part in which the origins differ.
fn only_difference(a: &Origin, b: &Origin) -> Option<&'static str> {
    let parts = |origin: &Origin| match origin {
        Origin::Opaque => None,
        Origin::Tuple { scheme, host, port } => Some((scheme.clone(), host.clone(), *port)),
    };
    let ((scheme, host, port), (scheme_b, host_b, port_b)) = (parts(a)?, parts(b)?);
    let is_www = |a: &str, b: &str| a.strip_prefix("www.") == Some(b);
    match (scheme == scheme_b, host == host_b, port == port_b) {
        (false, true, true) => Some("scheme"),
        (true, true, false) => Some("port"),
        (true, false, true) if is_www(&host, &host_b) || is_www(&host_b, &host) => Some("`www.`"),
        _ => None,
    }
}

/// For a method or a name that the list lacks.
fn list_hint(headers: &HeaderMap, list: &HeaderName, item: &str) -> String {
    match get(headers, list) {
        None => format!(
            "the preflight's answer has no `{list}`: allow `{item}`; if it is allowed, something \
             outside the CORS layer removed the header"
        ),
        // Without credentials `*` would have covered it.
        Some(_) if lists(headers, list, "*") => {
            format!("with credentials, `*` is a name like any other: list `{item}` by its name")
        }
        Some(value) => format!(
            "`{list}` is `{}`: add `{item}`",
            escape(&isomorphic_decode(&value))
        ),
    }
}

fn lists(headers: &HeaderMap, list: &HeaderName, item: &str) -> bool {
    let items = extract_tokens(headers, list).ok().flatten();
    items.is_some_and(|items| items.iter().any(|listed| listed == item))
}
