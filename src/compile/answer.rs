//! The headers of answers, made when a policy is compiled.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::methods_and_headers::ANY;
use crate::config::{AllowHeaders, CorsConfig, Enforcement, InnerHeaders, MaxAge, PreflightMode};
use crate::policy::methods::Methods;
use crate::policy::vary;
use crate::policy::{ALLOW_PRIVATE_NETWORK, Expose, PreflightAnswer};

/// The answer to preflights. `*` holds the place of each value that comes from the
/// request.
pub(super) fn preflight(
    config: &CorsConfig,
    status: StatusCode,
    methods: &Methods,
) -> PreflightAnswer {
    // A method or header that is not allowed does not change an answer. It makes a difference
    // where it decides who answers, whether inner's headers are kept, or what is explained.
    let may_be_refused =
        config.enforcement == Enforcement::Server && config.preflight != PreflightMode::Answer;
    let may_be_kept =
        config.inner_headers == InnerHeaders::Keep && config.preflight == PreflightMode::Decorate;
    let is_explained = config.allow_private_network || config.debug;
    let vary = match is_explained || may_be_refused || may_be_kept {
        true => &vary::PREFLIGHT_FULL,
        false => &vary::PREFLIGHT,
    };
    let credentials = config.allow_credentials;
    let mirror_method = credentials && matches!(methods, Methods::Any);
    let mirror_headers = match &config.allow_headers {
        AllowHeaders::Mirror => true,
        AllowHeaders::List(names) => credentials && names.iter().any(|name| name == ANY),
    };
    let placeholder = HeaderValue::from_static(ANY);
    let yes = HeaderValue::from_static("true");
    let allowed_headers = match &config.allow_headers {
        AllowHeaders::List(names) if !mirror_headers => join(names),
        _ => Some(placeholder.clone()),
    };
    let values = [
        (ACCESS_CONTROL_ALLOW_ORIGIN, Some(placeholder)),
        (
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            credentials.then(|| yes.clone()),
        ),
        (ACCESS_CONTROL_ALLOW_METHODS, join(&config.allow_methods)),
        (ACCESS_CONTROL_ALLOW_HEADERS, allowed_headers),
        (ACCESS_CONTROL_MAX_AGE, max_age(config.max_age)),
        (
            ALLOW_PRIVATE_NETWORK.clone(),
            config.allow_private_network.then_some(yes),
        ),
        (VARY, Some(vary.value().clone())),
    ];
    let mut headers = HeaderMap::with_capacity(8);
    headers.extend(
        values
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );

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
        // With credentials, `*` is read as the name of a header, and no header has it.
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

/// The value of a list header; `None` for an empty list. Names that do not fit into a
/// value have been reported.
fn join(names: &[String]) -> Option<HeaderValue> {
    HeaderValue::try_from(names.join(", "))
        .ok()
        .filter(|list| !list.is_empty())
        .map(|list| shared(&list))
}

/// Makes clones of the value share its bytes. The first clone allocates for that, so it is
/// made here rather than in a request.
fn shared(value: &HeaderValue) -> HeaderValue {
    value.clone()
}
