//! The CORS-preflight fetch.

use http::header::{
    ACCEPT, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, LOCATION,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::blocked::{BlockReason, Failure};
use super::cors_check::cors_check;
use super::header_list::{extract_seconds, extract_tokens, get, isomorphic_decode};
use super::log::Kind;
use super::network::{Network, http_network_fetch};
use super::redirect::is_redirect_status;
use super::request::FetchRequest;
use super::safelist::{
    NON_WILDCARD_REQUEST_HEADER, is_safelisted_method, unsafe_request_header_names,
};

/// How long an answer holds that does not say, in seconds.
const DEFAULT_MAX_AGE: u64 = 5;

/// What an accepted answer allows.
#[derive(Debug, PartialEq, Eq)]
struct Grant {
    methods: Vec<String>,
    header_names: Vec<String>,
    max_age: u64,
}

/// <https://fetch.spec.whatwg.org/#cors-preflight-fetch-0>
pub(super) async fn cors_preflight_fetch<N: Network>(
    network: &N,
    request: &FetchRequest,
) -> Result<(), Failure> {
    let preflight = preflight_for(request);
    // Step 6.
    let response = http_network_fetch(network, &preflight, Kind::Preflight).await?;
    // Steps 7 to 7.9.
    let grant = judge(request, response.status(), response.headers())
        .map_err(|reason| Failure::new(reason, response.status()))?;
    // Steps 7.10 to 7.15.
    let mut state = network.state();
    let (max_age, now) = (state.max_age_limit.apply(grant.max_age), state.now);
    state
        .cache
        .store(request, &grant.methods, &grant.header_names, max_age, now);
    Ok(())
}

/// Steps 1 to 5: the CORS-preflight request.
fn preflight_for(request: &FetchRequest) -> FetchRequest {
    let mut preflight = request.new_preflight();
    let headers = &mut preflight.headers;
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if let Ok(method) = HeaderValue::from_str(request.method.as_str()) {
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, method);
    }
    let names = unsafe_request_header_names(&request.headers);
    if !names.is_empty() {
        let names: Vec<_> = names.iter().map(HeaderName::as_str).collect();
        if let Ok(names) = HeaderValue::from_str(&names.join(",")) {
            headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, names);
        }
    }
    preflight
}

/// Steps 7 to 7.9, and 8: whether the answer lets `request` go ahead.
fn judge(
    request: &FetchRequest,
    status: StatusCode,
    headers: &HeaderMap,
) -> Result<Grant, BlockReason> {
    // A redirect fails step 7 for its status, if not for the CORS check; browsers
    // name it before they look further.
    if is_redirect_status(status) && headers.contains_key(LOCATION) {
        return Err(BlockReason::PreflightRedirect(status));
    }
    // Step 7. The check is on `request`, not on the preflight, for the sake of its
    // credentials mode.
    cors_check(request, headers).map_err(BlockReason::PreflightCorsCheck)?;
    if !status.is_success() {
        return Err(BlockReason::PreflightStatus(status));
    }

    // Steps 7.1 to 7.3.
    let text = |name| isomorphic_decode(&get(headers, name).unwrap_or_default());
    let methods = extract_tokens(headers, &ACCESS_CONTROL_ALLOW_METHODS)
        .map_err(|_| BlockReason::MalformedAllowMethods(text(&ACCESS_CONTROL_ALLOW_METHODS)))?;
    let header_names = extract_tokens(headers, &ACCESS_CONTROL_ALLOW_HEADERS)
        .map_err(|_| BlockReason::MalformedAllowHeaders(text(&ACCESS_CONTROL_ALLOW_HEADERS)))?
        .unwrap_or_default();

    // Step 7.4.
    let methods = match methods {
        None if request.use_cors_preflight => vec![request.method.to_string()],
        methods => methods.unwrap_or_default(),
    };

    let has_wildcard = |list: &[String]| list.iter().any(|item| item == "*");
    // Step 7.5.
    if !methods
        .iter()
        .any(|method| method == request.method.as_str())
        && !is_safelisted_method(&request.method)
        && (request.is_credentialed() || !has_wildcard(&methods))
    {
        return Err(BlockReason::MethodNotAllowed(request.method.clone()));
    }

    let is_listed = |name: &HeaderName| {
        header_names
            .iter()
            .any(|listed| listed.eq_ignore_ascii_case(name.as_str()))
    };
    // Step 7.6.
    if let Some(name) = request
        .headers
        .keys()
        .find(|name| **name == NON_WILDCARD_REQUEST_HEADER && !is_listed(name))
    {
        return Err(BlockReason::HeaderNotAllowed(name.clone()));
    }
    // Step 7.7.
    for name in unsafe_request_header_names(&request.headers) {
        if !is_listed(&name) && (request.is_credentialed() || !has_wildcard(&header_names)) {
            return Err(BlockReason::HeaderNotAllowed(name));
        }
    }

    // Steps 7.8 and 7.9.
    let max_age = match extract_seconds(headers, &ACCESS_CONTROL_MAX_AGE) {
        Ok(Some(seconds)) => seconds,
        Ok(None) | Err(_) => DEFAULT_MAX_AGE,
    };
    Ok(Grant {
        methods,
        header_names,
        max_age,
    })
}
