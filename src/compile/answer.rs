//! The headers of answers, made once.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::names::ANY;
use crate::config::{AllowHeaders, CorsConfig, Enforcement, InnerHeaders, MaxAge, PreflightMode};
use crate::policy::method::Methods;
use crate::policy::vary;
use crate::policy::{ALLOW_PRIVATE_NETWORK, Expose, PreflightAnswer};

/// The answer to preflights, with `*` in the place of each value that comes
/// from the request.
pub(super) fn preflight(
    config: &CorsConfig,
    status: StatusCode,
    methods: &Methods,
) -> PreflightAnswer {
    // What is not allowed makes no difference to an answer, but to who gives it
    // and to what is told of it.
    let may_be_refused =
        config.enforcement == Enforcement::Server && config.preflight != PreflightMode::Answer;
    // And to whether headers of the inner service are kept.
    let may_be_kept =
        config.inner_headers == InnerHeaders::Keep && config.preflight == PreflightMode::Decorate;
    let tells = config.allow_private_network || config.debug;
    let vary = match tells || may_be_refused || may_be_kept {
        true => &vary::PREFLIGHT_TO_PRIVATE,
        false => &vary::PREFLIGHT,
    };
    let credentials = config.allow_credentials;
    let any_header = match &config.allow_headers {
        AllowHeaders::Mirror => true,
        AllowHeaders::List(names) => names.iter().any(|name| name == ANY),
    };
    let mirror_method = credentials && matches!(methods, Methods::Any);
    let mirror_headers = config.allow_headers == AllowHeaders::Mirror || credentials && any_header;

    let mut headers = HeaderMap::with_capacity(8);
    let placeholder = HeaderValue::from_static(ANY);
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, placeholder.clone());
    if credentials {
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    }
    let listed_methods = join(&config.allow_methods);
    headers.extend(listed_methods.map(|value| (ACCESS_CONTROL_ALLOW_METHODS, value)));
    let allowed_headers = match &config.allow_headers {
        _ if mirror_headers => Some(placeholder),
        AllowHeaders::List(names) => join(names),
        AllowHeaders::Mirror => None,
    };
    headers.extend(allowed_headers.map(|value| (ACCESS_CONTROL_ALLOW_HEADERS, value)));
    headers.extend(max_age(config.max_age).map(|value| (ACCESS_CONTROL_MAX_AGE, value)));
    if config.allow_private_network {
        headers.insert(
            ALLOW_PRIVATE_NETWORK.clone(),
            HeaderValue::from_static("true"),
        );
    }
    headers.insert(VARY, vary.value().clone());

    PreflightAnswer {
        allowed: headers,
        status,
        mirror_method,
        mirror_headers,
        is_variable: mirror_method || mirror_headers || config.allow_private_network,
        vary,
    }
}

pub(super) fn expose(config: &CorsConfig) -> Expose {
    let any = config.expose_headers.iter().any(|name| name == ANY);
    match join(&config.expose_headers) {
        None => Expose::Nothing,
        // With credentials `*` is a name, which no header has.
        Some(_) if any && config.allow_credentials => Expose::Present,
        Some(value) => Expose::Value(value),
    }
}

fn max_age(max_age: MaxAge) -> Option<HeaderValue> {
    match max_age {
        MaxAge::BrowserDefault => None,
        MaxAge::Disabled => Some(HeaderValue::from_static("0")),
        MaxAge::For(duration) => Some(shared(&duration.as_secs().into())),
    }
}

/// A list header, `None` for no elements. What is no value has been reported.
fn join(names: &[String]) -> Option<HeaderValue> {
    HeaderValue::try_from(names.join(", "))
        .ok()
        .filter(|list| !list.is_empty())
        .map(|list| shared(&list))
}

/// The same value, its bytes shared. The first clone does that, and allocates:
/// here rather than in a request.
fn shared(value: &HeaderValue) -> HeaderValue {
    value.clone()
}
