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
            Some(decision) => decision_hint(&reason, &escape(&isomorphic_decode(&decision))),
            None => place_hint(&reason, status),
        };
        let origin = request.serialized_origin();
        let hint = hint.or_else(|| value_hint(&reason, &origin, headers));
        Self { reason, hint }
    }
}

impl From<BlockReason> for Failure {
    fn from(reason: BlockReason) -> Self {
        Self { reason, hint: None }
    }
}

/// Goes by the decision of the CORS layer.
fn decision_hint(reason: &BlockReason, decision: &str) -> Option<String> {
    use CorsCheckFailure::{AllowOriginMismatch, MissingAllowOrigin};
    if decision.split(';').nth(1).map(str::trim) != Some("allowed") {
        return Some(format!("`{DEBUG_HEADER}` says why: {decision}"));
    }
    let lost = match reason {
        BlockReason::PreflightCorsCheck(MissingAllowOrigin | AllowOriginMismatch(_))
        | BlockReason::CorsCheck(MissingAllowOrigin | AllowOriginMismatch(_)) => {
            ACCESS_CONTROL_ALLOW_ORIGIN
        }
        BlockReason::MethodNotAllowed(_) => ACCESS_CONTROL_ALLOW_METHODS,
        BlockReason::HeaderNotAllowed(_) => ACCESS_CONTROL_ALLOW_HEADERS,
        _ => return None,
    };
    Some(format!(
        "the CORS layer allows the request (`{DEBUG_HEADER}: {decision}`), so something outside \
         it removed or changed `{lost}`"
    ))
}

/// Guesses at what stands in the wrong place.
fn place_hint(reason: &BlockReason, status: StatusCode) -> Option<String> {
    match reason {
        BlockReason::PreflightCorsCheck(CorsCheckFailure::MissingAllowOrigin)
        | BlockReason::PreflightStatus(_)
        | BlockReason::PreflightRedirect(_) => preflight_hint(status),
        BlockReason::CorsCheck(CorsCheckFailure::MissingAllowOrigin) => response_hint(status),
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

/// Guesses at what is wrong with the headers.
fn value_hint(reason: &BlockReason, origin: &str, headers: &HeaderMap) -> Option<String> {
    match reason {
        BlockReason::PreflightCorsCheck(failure) | BlockReason::CorsCheck(failure) => {
            check_hint(failure, origin, headers)
        }
        BlockReason::MethodNotAllowed(method) => {
            let list = &ACCESS_CONTROL_ALLOW_METHODS;
            Some(list_hint(headers, list, method.as_str()))
        }
        BlockReason::HeaderNotAllowed(name) => {
            let list = &ACCESS_CONTROL_ALLOW_HEADERS;
            Some(list_hint(headers, list, name.as_str()))
        }
        _ => None,
    }
}

fn check_hint(failure: &CorsCheckFailure, origin: &str, headers: &HeaderMap) -> Option<String> {
    let repair = "set `allow_credentials`, or fetch without `credentials: \"include\"`";
    Some(match failure {
        CorsCheckFailure::MissingAllowOrigin => {
            let mut names = headers.keys().map(HeaderName::as_str);
            let other = names.find(|name| name.starts_with("access-control-"))?;
            format!(
                "the response has `{other}` without `{ACCESS_CONTROL_ALLOW_ORIGIN}`: either the \
                 CORS layer does not allow `{origin}`, or something outside it removed the header"
            )
        }
        CorsCheckFailure::WildcardWithCredentials => {
            format!("`*` never allows credentials: list `{origin}` and {repair}")
        }
        CorsCheckFailure::AllowCredentialsNotTrue(_) => {
            format!("the origin is allowed, credentials are not: {repair}")
        }
        CorsCheckFailure::MultipleAllowOrigins(_) => {
            "more than one place sets Access-Control-Allow-Origin, or one sets a list: a handler, \
             a proxy or a second CORS layer; leave it to one, and to one origin"
                .to_owned()
        }
        CorsCheckFailure::InvalidAllowOrigin(allowed)
        | CorsCheckFailure::AllowOriginMismatch(allowed) => mismatch_hint(allowed, origin)?,
    })
}

/// Compares the origin that the server allows with the one that asked.
fn mismatch_hint(allowed: &str, asking: &str) -> Option<String> {
    let asking_origin = Origin::of_page(asking)?;
    let allowed_origin = Origin::of_page(allowed);
    let lacks_scheme = asking
        .split_once("://")
        .is_some_and(|(_, rest)| rest == allowed);
    if lacks_scheme || allowed_origin.as_ref() == Some(&asking_origin) {
        return Some(format!(
            "origins are compared byte by byte: write `{asking}` instead of `{}`",
            escape(allowed)
        ));
    }
    let part = only_difference(&allowed_origin?, &asking_origin)?;
    Some(format!(
        "the server allows `{allowed}`, which differs from the page's origin only in its {part}: \
         allow `{asking}`, or open the page there"
    ))
}

/// Returns the one part in which the origins differ.
fn only_difference(a: &Origin, b: &Origin) -> Option<&'static str> {
    let (
        Origin::Tuple { scheme, host, port },
        Origin::Tuple {
            scheme: s,
            host: h,
            port: p,
        },
    ) = (a, b)
    else {
        return None;
    };
    let without_www = |host| str::strip_prefix(host, "www.").unwrap_or(host);
    match (scheme == s, host == h, port == p) {
        (false, true, true) => Some("scheme"),
        (true, true, false) => Some("port"),
        (true, false, true) if without_www(host) == without_www(h) => Some("`www.`"),
        _ => None,
    }
}

/// For a method or a name that the list in a preflight's answer lacks.
fn list_hint(headers: &HeaderMap, list: &HeaderName, item: &str) -> String {
    let Some(value) = get(headers, list) else {
        return format!(
            "the preflight's answer has no `{list}`: allow `{item}`; if it is allowed, something \
             outside the CORS layer removed the header"
        );
    };
    let items = extract_tokens(headers, list)
        .ok()
        .flatten()
        .unwrap_or_default();
    let lists = |item: &str| items.iter().any(|listed| listed == item);
    let upper = item.to_ascii_uppercase();
    if lists(&upper) {
        return format!(
            "methods are case-sensitive, and fetch leaves `{item}` as it is: request `{upper}`"
        );
    }
    match lists("*") {
        true if NON_WILDCARD_REQUEST_HEADER == *item => {
            format!("`*` does not cover `{item}`: list it by its name")
        }
        // Without credentials `*` would have covered it.
        true => format!("with credentials, `*` is a name like any other: list `{item}` itself"),
        false => {
            let value = escape(&isomorphic_decode(&value));
            format!("`{list}` is `{value}`: add `{item}`")
        }
    }
}
