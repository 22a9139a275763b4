//! Methods and header names.

use std::collections::HashSet;

use super::Report;
use crate::config::{AllowHeaders, CorsConfig};
use crate::policy::method::{self, MAX_METHOD, Methods};
use crate::policy::request_headers::{self, RequestHeaders, token};
use crate::problem::{ConfigError, ConfigErrorKind as Kind};

/// The wildcard of every list.
pub(super) const ANY: &str = "*";

/// Why a name is none, and what to write instead. A name that is one is
/// given back in the form in which it is compared.
pub(crate) type Fault = (Kind, Option<String>);

/// The normalised list of methods, and its compiled form.
pub(super) fn methods(config: &CorsConfig, report: &mut Report) -> (Vec<String>, Methods) {
    let list = Names::check("allow_methods", &config.allow_methods, report, check_method);
    if config.allow_methods.is_empty() {
        report
            .errors
            .push(ConfigError::new("allow_methods", "", Kind::NoMethods));
    }
    let methods = match list.any {
        true => Methods::Any,
        // What is no method has been reported.
        false => Methods::List(list.names.iter().flat_map(|name| name.parse()).collect()),
    };
    (list.names, methods)
}

pub(crate) fn check_method(name: &str) -> Result<String, Fault> {
    let upper = name.to_ascii_uppercase();
    check_token(name)?;
    if name.len() > MAX_METHOD {
        Err((Kind::MethodTooLong, None))
    } else if method::is_forbidden(name) {
        Err((Kind::ForbiddenMethod, None))
    } else if upper != name && is_usual_method(&upper) {
        Err((Kind::MethodCase, Some(upper)))
    } else {
        Ok(name.to_owned())
    }
}

fn is_usual_method(upper: &str) -> bool {
    matches!(
        upper,
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "PATCH" | "POST" | "PUT"
    )
}

/// The normalised request headers, and their compiled form.
pub(super) fn request_headers(
    config: &CorsConfig,
    report: &mut Report,
) -> (AllowHeaders, RequestHeaders) {
    let AllowHeaders::List(names) = &config.allow_headers else {
        return (AllowHeaders::Mirror, RequestHeaders::any(true));
    };
    let mut list = Names::check("allow_headers", names, report, check_request_header);
    // `Authorization` is the one name that `*` may not cover.
    let is_covered = |name: &String| name != ANY && !request_headers::is_authorization(name);
    if list.any && list.names.iter().any(is_covered) {
        let place = names
            .iter()
            .position(|name| name == ANY)
            .unwrap_or_default();
        let field = format!("allow_headers[{place}]");
        report
            .errors
            .push(ConfigError::new(field, ANY, Kind::AnyHeaderNotAlone));
    }
    let authorization = list
        .names
        .iter()
        .any(|name| request_headers::is_authorization(name));
    if list.any && config.allow_credentials {
        // `*` covers it then.
        list.names.retain(|name| name == ANY);
    }
    let compiled = match list.any {
        true => RequestHeaders::any(config.allow_credentials || authorization),
        false => RequestHeaders::list(list.names.iter().map(|name| name[..].into()).collect()),
    };
    (AllowHeaders::List(list.names), compiled)
}

pub(crate) fn check_request_header(name: &str) -> Result<String, Fault> {
    let lower = name.to_ascii_lowercase();
    check_token(name)?;
    if request_headers::is_forbidden(name) {
        Err((Kind::ForbiddenRequestHeader, None))
    } else if is_response_header(&lower) {
        Err((Kind::ResponseHeader, None))
    } else {
        Ok(lower)
    }
}

/// Names that mean something in responses only, beyond doubt.
fn is_response_header(lower: &str) -> bool {
    lower.starts_with("access-control-")
        || matches!(
            lower,
            "age"
                | "location"
                | "retry-after"
                | "server"
                | "strict-transport-security"
                | "timing-allow-origin"
                | "vary"
                | "www-authenticate"
        )
}

/// The normalised exposed headers.
pub(super) fn exposed_headers(config: &CorsConfig, report: &mut Report) -> Vec<String> {
    let list = &config.expose_headers;
    Names::check("expose_headers", list, report, check_exposed_header).names
}

pub(crate) fn check_exposed_header(name: &str) -> Result<String, Fault> {
    let lower = name.to_ascii_lowercase();
    check_token(name)?;
    if matches!(&lower[..], "set-cookie" | "set-cookie2") {
        Err((Kind::ForbiddenResponseHeader, None))
    } else if is_request_header(&lower) {
        Err((Kind::RequestHeader, None))
    } else {
        Ok(lower)
    }
}

/// Names that mean something in requests only, beyond doubt. `Authorization`
/// is not among them: some services answer a log-in with it.
fn is_request_header(lower: &str) -> bool {
    lower.starts_with("access-control-request-")
        || lower.starts_with("sec-fetch-")
        || matches!(
            lower,
            "accept"
                | "accept-charset"
                | "accept-encoding"
                | "accept-language"
                | "cookie"
                | "expect"
                | "host"
                | "if-match"
                | "if-modified-since"
                | "if-none-match"
                | "if-range"
                | "if-unmodified-since"
                | "max-forwards"
                | "origin"
                | "range"
                | "referer"
                | "te"
                | "user-agent"
        )
}

fn check_token(name: &str) -> Result<(), Fault> {
    let inner = name.trim().trim_end_matches(':').trim_end();
    let is_token = |name: &str| token(name.as_bytes()).is_some();
    if is_token(name) {
        Ok(())
    } else if name.is_empty() {
        Err((Kind::EmptyName, None))
    } else if inner
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| is_token(part))
        .count()
        > 1
    {
        Err((Kind::SeveralNames, None))
    } else {
        Err((
            Kind::NotAToken,
            Some(inner.to_owned()).filter(|name| is_token(name)),
        ))
    }
}

/// A list of names, each once.
struct Names {
    names: Vec<String>,
    any: bool,
}

impl Names {
    fn check(
        field: &str,
        list: &[String],
        report: &mut Report,
        normalise: impl Fn(&str) -> Result<String, Fault>,
    ) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        let mut any = None;
        for (index, name) in list.iter().enumerate() {
            let place = || format!("{field}[{index}]");
            match normalise(name) {
                _ if name == ANY => any = any.or(Some(place())),
                Ok(name) if seen.insert(name.clone()) => names.push(name),
                Ok(_) => {}
                Err((kind, suggestion)) => {
                    let error = ConfigError::new(place(), name, kind);
                    report.errors.push(error.suggest(suggestion));
                }
            }
        }
        if let Some(place) = &any {
            if field != "allow_headers" && !names.is_empty() {
                report
                    .errors
                    .push(ConfigError::new(place, ANY, Kind::AnyNotAlone));
            }
            names.insert(0, ANY.to_owned());
        }
        Names {
            names,
            any: any.is_some(),
        }
    }
}
