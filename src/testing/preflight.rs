//! The CORS-preflight request, and the judgement of its answer.

use http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, LOCATION,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::cache::Permission;
use super::cors_check::cors_check;
use super::header_list::{extract_tokens, get, parse_number};
use super::reason::BlockReason;
use super::redirect::is_redirect_status;
use super::request::FetchRequest;
use super::safelist::{
    NON_WILDCARD_REQUEST_HEADER, is_safelisted_method, unsafe_request_header_names,
};

/// The max-age of an answer that gives none, in seconds.
const DEFAULT_MAX_AGE: u64 = 5;

/// Steps 1 to 5 of the [CORS-preflight fetch][1].
///
/// [1]: https://fetch.spec.whatwg.org/#cors-preflight-fetch-0
pub(super) fn preflight_request(request: &FetchRequest) -> FetchRequest {
    let mut preflight = request.new_preflight();
    let names = unsafe_request_header_names(&request.headers);
    let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
    for (name, value) in [
        (ACCEPT, "*/*"),
        (ACCESS_CONTROL_REQUEST_METHOD, request.method.as_str()),
        (ACCESS_CONTROL_REQUEST_HEADERS, &names.join(",")),
    ] {
        // Without names there is no header of them.
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::from_str(value)) {
            preflight.headers.insert(name, value);
        }
    }
    preflight
}

/// Steps 7 to 7.9, and 8: checks that the answer lets `request` go ahead, and returns all
/// that it permits, with its max-age in seconds.
pub(super) fn judge(
    request: &FetchRequest,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<(Vec<Permission>, u64), BlockReason> {
    // A redirect would fail step 7 for its status at the latest. Browsers report it before
    // they check anything.
    if is_redirect_status(status) && headers.contains_key(LOCATION) {
        return Err(BlockReason::PreflightRedirect(status));
    }
    // Step 7. The check needs the credentials mode of `request`; the preflight has none.
    cors_check(request, headers).map_err(BlockReason::PreflightCorsCheck)?;
    if !status.is_success() {
        return Err(BlockReason::PreflightStatus(status));
    }

    // Steps 7.1 to 7.3.
    let methods = extract_tokens(headers, &ACCESS_CONTROL_ALLOW_METHODS)
        .map_err(BlockReason::MalformedAllowMethods)?;
    let names = extract_tokens(headers, &ACCESS_CONTROL_ALLOW_HEADERS)
        .map_err(BlockReason::MalformedAllowHeaders)?;

    // Step 7.4.
    let methods = match methods {
        None if request.settings.use_cors_preflight => vec![request.method.to_string()],
        methods => methods.unwrap_or_default(),
    };
    let is_wildcard = |item: &str| item == "*" && !request.is_credentialed();
    let methods = methods
        .into_iter()
        .map(|method| match is_wildcard(&method) {
            true => Permission::AnyMethod,
            false => Permission::Method(method),
        });
    let names = names
        .into_iter()
        .flatten()
        .map(|name| match is_wildcard(&name) {
            true => Permission::AnyHeaderName,
            false => Permission::HeaderName(name.to_ascii_lowercase()),
        });
    let permissions: Vec<_> = methods.chain(names).collect();
    let is_denied = |needed: &Permission| !permissions.iter().any(|given| given.covers(needed));

    // Step 7.5.
    if !is_safelisted_method(&request.method)
        && is_denied(&Permission::Method(request.method.to_string()))
    {
        return Err(BlockReason::MethodNotAllowed(request.method.clone()));
    }
    // Steps 7.6 and 7.7: `authorization` is looked at first.
    let mut unsafe_names = unsafe_request_header_names(&request.headers);
    unsafe_names.sort_by_key(|name| *name != NON_WILDCARD_REQUEST_HEADER);
    let is_name_denied =
        |name: &HeaderName| is_denied(&Permission::HeaderName(name.as_str().to_owned()));
    if let Some(name) = unsafe_names.into_iter().find(is_name_denied) {
        return Err(BlockReason::HeaderNotAllowed(name));
    }

    // Steps 7.8 and 7.9.
    Ok((permissions, max_age(headers)))
}

/// Steps 7.8 and 7.9, with one difference: in the standard a negative number is malformed,
/// and so means five seconds. No browser caches such an answer at all.
fn max_age(headers: &HeaderMap) -> u64 {
    // Two lines are joined by a comma, which a number does not have.
    let value = get(headers, &ACCESS_CONTROL_MAX_AGE).unwrap_or_default();
    match value.strip_prefix(b"-").and_then(parse_number) {
        Some(_negative) => 0,
        None => parse_number(&value).unwrap_or(DEFAULT_MAX_AGE),
    }
}
