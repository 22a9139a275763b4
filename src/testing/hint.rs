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
        | BlockReason::PreflightRedirect(_) => {
            let cause = preflight_cause(status)?;
            Some(format!("the preflight was answered {status}: {cause}"))
        }
        BlockReason::CorsCheck(CorsCheckFailure::MissingAllowOrigin) if status.as_u16() >= 400 => {
            Some(format!(
                "the response is {status}: if the CORS policy allows the origin, then something \
                 outside the CORS layer answered; authentication, limits, timeouts and fallbacks \
                 belong inside"
            ))
        }
        _ => None,
    }
}

fn preflight_cause(status: StatusCode) -> Option<&'static str> {
    Some(match status.as_u16() {
        404 | 405 => "the CORS layer is inside routing; put it around the whole router",
        401 | 407 => "put the CORS layer outside authentication; preflights have no credentials",
        403 => "either the CORS policy denies the origin, or its layer is inside authorization",
        301 | 302 | 303 | 307 | 308 => "a redirect came before the CORS layer; fetch the final URL",
        _ => return None,
    })
}

/// Guesses at what is wrong with the headers.
fn value_hint(reason: &BlockReason, origin: &str, headers: &HeaderMap) -> Option<String> {
    match reason {
        BlockReason::PreflightCorsCheck(failure) | BlockReason::CorsCheck(failure) => {
            check_hint(failure, origin, headers)
        }
        BlockReason::MethodNotAllowed(method) => {
            list_hint(headers, &ACCESS_CONTROL_ALLOW_METHODS, method.as_str())
        }
        BlockReason::HeaderNotAllowed(name) => {
            list_hint(headers, &ACCESS_CONTROL_ALLOW_HEADERS, name.as_str())
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
    let with_scheme = || Origin::of_page(&format!("https://{allowed}"));
    let a = Origin::of_page(allowed).or_else(with_scheme)?;
    let b = Origin::of_page(asking)?;
    if a == b {
        return Some(format!(
            "origins are compared byte by byte: write `{asking}` instead of `{}`",
            escape(allowed)
        ));
    }
    let part = only_difference(&a, &b)?;
    Some(format!(
        "the server allows `{a}`, which differs from the page's origin only in its {part}: allow \
         `{b}`, or open the page there"
    ))
}

/// Returns the one part in which the origins differ.
fn only_difference(a: &Origin, b: &Origin) -> Option<&'static str> {
    let parts = |origin: &Origin| match origin {
        Origin::Opaque => None,
        Origin::Tuple { scheme, host, port } => Some((scheme.clone(), host.clone(), *port)),
    };
    let (a, b) = (parts(a)?, parts(b)?);
    let without_www = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    match (a.0 == b.0, a.1 == b.1, a.2 == b.2) {
        (false, true, true) => Some("scheme"),
        (true, true, false) => Some("port"),
        (true, false, true) if without_www(&a.1) == without_www(&b.1) => Some("`www.`"),
        _ => None,
    }
}

/// For a method or a name that the list in a preflight's answer lacks.
fn list_hint(headers: &HeaderMap, list: &HeaderName, item: &str) -> Option<String> {
    let value = get(headers, list).map(|value| escape(&isomorphic_decode(&value)));
    let items = extract_tokens(headers, list).ok()?.unwrap_or_default();
    let lists = |item: &str| items.iter().any(|listed| listed == item);
    let upper = item.to_ascii_uppercase();
    Some(match value {
        None => format!(
            "the preflight's answer has no `{list}`: allow `{item}`; if it is allowed, something \
             outside the CORS layer removed the header"
        ),
        Some(_) if lists(&upper) => format!(
            "methods are case-sensitive, and fetch leaves `{item}` as it is: request `{upper}`"
        ),
        Some(_) if lists("*") && NON_WILDCARD_REQUEST_HEADER == *item => {
            format!("`*` does not cover `{item}`: list it by its name")
        }
        // Without credentials it would have covered the item.
        Some(_) if lists("*") => {
            format!("with credentials, `*` is a name like any other: list `{item}` itself")
        }
        Some(value) => format!("`{list}` is `{value}`: add `{item}`"),
    })
}
