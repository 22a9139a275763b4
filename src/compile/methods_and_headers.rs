//! Methods and header names.

use std::collections::HashSet;

use super::report::Report;
use crate::config::{AllowHeaders, CorsConfig};
use crate::policy::methods::{self, MAX_METHOD, Methods};
use crate::policy::request_headers::{self, RequestHeaders, token};
use crate::problem::{AdvisoryKind, ConfigErrorKind as Kind};

/// The wildcard of lists.
pub(super) const ANY: &str = "*";

/// Methods that pages often send. Browsers send `query` as it is written, so it may be meant.
pub(super) const METHODS: &str = "DELETE GET HEAD OPTIONS PATCH POST PUT QUERY";

/// The reason why a text is no name, and what to write instead.
pub(crate) type Fault = (Kind, Option<String>);

/// The normalised list of methods, and its compiled form.
pub(super) fn methods(config: &CorsConfig, report: &mut Report) -> (Vec<String>, Methods) {
    let names = check("allow_methods", &config.allow_methods, report, check_method);
    if config.allow_methods.iter().all(String::is_empty) {
        report.error("allow_methods", "", Kind::NoMethods);
    }
    let methods = match has_any(&names) {
        true => Methods::Any,
        // Names that are no methods have been reported.
        false => Methods::List(names.iter().flat_map(|name| name.parse()).collect()),
    };
    (names, methods)
}

pub(crate) fn check_method(name: &str) -> Result<String, Fault> {
    let upper = name.to_ascii_uppercase();
    check_token(name)?;
    if name.len() > MAX_METHOD {
        Err((Kind::MethodTooLong, None))
    } else if methods::is_forbidden(name) {
        Err((Kind::ForbiddenMethod, None))
    } else if upper != name && upper != "QUERY" && METHODS.split(' ').any(|it| it == upper) {
        Err((Kind::MethodCase, Some(upper)))
    } else {
        Ok(name.to_owned())
    }
}

/// The normalised request headers, and their compiled form.
pub(super) fn request_headers(
    config: &CorsConfig,
    report: &mut Report,
) -> (AllowHeaders, RequestHeaders) {
    let AllowHeaders::List(names) = &config.allow_headers else {
        return (AllowHeaders::Mirror, RequestHeaders::any(true));
    };
    let mut names = check("allow_headers", names, report, check_request_header);
    let mut is_authorization = names
        .iter()
        .map(|name| request_headers::is_authorization(name));
    let authorization = config.allow_credentials || is_authorization.any(|is| is);
    let compiled = match has_any(&names) {
        true => RequestHeaders::any(authorization),
        false => RequestHeaders::list(names.iter().map(|name| name[..].into()).collect()),
    };
    if has_any(&names) && config.allow_credentials {
        // `*` covers `Authorization` then.
        names.truncate(1);
    }
    (AllowHeaders::List(names), compiled)
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

/// Names that certainly mean something in responses only.
const RESPONSE_HEADERS: &str = "age location retry-after server strict-transport-security \
                                timing-allow-origin vary www-authenticate";

fn is_response_header(lower: &str) -> bool {
    lower.starts_with("access-control-") || RESPONSE_HEADERS.split(' ').any(|name| name == lower)
}

/// The normalised exposed headers.
pub(super) fn exposed_headers(config: &CorsConfig, report: &mut Report) -> Vec<String> {
    let list = &config.expose_headers;
    check("expose_headers", list, report, check_exposed_header)
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

/// Names that certainly mean something in requests only. `Authorization` is not among
/// them: some services answer a log-in with it.
const REQUEST_HEADERS: &str = "accept accept-charset accept-encoding accept-language cookie \
                               expect host if-match if-modified-since if-none-match if-range \
                               if-unmodified-since max-forwards origin range referer te user-agent";

fn is_request_header(lower: &str) -> bool {
    lower.starts_with("access-control-request-")
        || lower.starts_with("sec-fetch-")
        || REQUEST_HEADERS.split(' ').any(|name| name == lower)
}

fn check_token(name: &str) -> Result<(), Fault> {
    let is_token = |name: &str| token(name.as_bytes()).is_some();
    if is_token(name) {
        return Ok(());
    }
    let inner = name.trim().trim_end_matches(':').trim_end();
    let parts = inner.split([',', ' ']).map(str::trim);
    Err(match parts.filter(|part| is_token(part)).count() {
        _ if name.is_empty() => (Kind::EmptyName, None),
        0 | 1 => {
            let repair = is_token(inner).then(|| inner.to_owned());
            (Kind::NotAToken, repair)
        }
        _ => (Kind::SeveralNames, None),
    })
}

/// An entry has a value, without quotes and brackets that came along from a shell, Docker or
/// JSON.
pub(super) fn is_entry(
    report: &mut Report,
    place: impl Fn() -> String,
    text: &str,
    repair: impl Fn(&str) -> Option<String>,
) -> bool {
    let bare = unquoted(text);
    if text.is_empty() {
        report.advise(place(), text, AdvisoryKind::EmptyEntry);
    } else if bare != text {
        report.error_with(place(), text, Kind::Quoted, repair(bare));
    }
    bare == text && !text.is_empty()
}

/// The text without quotes, and without brackets unless they are an IPv6 address's.
fn unquoted(text: &str) -> &str {
    let quotes = ['"', '\''];
    let unquoted = text.trim_matches(quotes);
    let bare = match (unquoted.strip_prefix('['), unquoted.strip_suffix(']')) {
        (Some(rest), _) if !rest.contains(']') => rest,
        (_, Some(rest)) if !rest.contains('[') => rest,
        (Some(rest), Some(_)) if rest.contains("://") || !rest.contains(':') => {
            rest.trim_end_matches(']')
        }
        _ => unquoted,
    };
    bare.trim_matches(quotes)
}

/// The names of a list, each once and normalised, `*` first.
fn check(
    field: &str,
    list: &[String],
    report: &mut Report,
    normalise: impl Fn(&str) -> Result<String, Fault>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let mut any = None;
    for (index, name) in list.iter().enumerate() {
        let place = || format!("{field}[{index}]");
        if !is_entry(report, place, name, |bare| normalise(bare).ok()) {
            continue;
        }
        match normalise(name) {
            _ if name == ANY => any = any.or(Some(place())),
            Ok(name) if seen.insert(name.clone()) => names.push(name),
            Ok(_) => {}
            // Many lists have `origin` or `cookie`, which makes no difference.
            Err((Kind::ForbiddenRequestHeader, _)) => {
                report.advise(place(), name, AdvisoryKind::ForbiddenRequestHeader);
            }
            Err((kind, repair)) => report.error_with(place(), name, kind, repair),
        }
    }
    if let Some(place) = any {
        // `Authorization` is the one request header that `*` may not cover.
        let is_request = field == "allow_headers";
        let is_covered = |name: &String| !is_request || !request_headers::is_authorization(name);
        if names.iter().any(is_covered) {
            let kind = match is_request {
                true => Kind::AnyHeaderNotAlone,
                false => Kind::AnyNotAlone,
            };
            report.error(place, ANY, kind);
        }
        names.insert(0, ANY.to_owned());
    }
    names
}

fn has_any(names: &[String]) -> bool {
    names.first().is_some_and(|name| name == ANY)
}
