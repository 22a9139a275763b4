//! Advisories about names and switches.

use super::dangers::is_on_loopback;
use super::methods_and_headers::{ANY, METHODS};
use super::report::Report;
use crate::config::{AllowHeaders, CorsConfig, InnerHeaders, MaxAge, PreflightMode};
use crate::origin::{OriginPattern, Pattern, is_http};
use crate::policy::is_shown_anyway;
use crate::policy::methods::is_safelisted;
use crate::policy::request_headers::is_forbidden;
use crate::problem::{Advisory, AdvisoryKind as Kind};
use crate::text::distance_within;

/// The shortest cap of a browser: Safari's.
const SHORTEST_CAP_SECONDS: u64 = 600;

/// Names that pages often set or read. `x-csrftoken` is Django's, one letter away from the
/// other.
const HEADERS: &str = "accept authorization content-disposition content-type etag grpc-status \
    last-event-id mcp-protocol-version mcp-session-id traceparent x-api-key x-csrf-token \
    x-csrftoken x-grpc-web x-request-id x-requested-with x-xsrf-token";

pub(super) fn advise(config: &CorsConfig, report: &mut Report) {
    about_lists(config, report);
    about_protocols(config, report);
    about_switches(config, report);
}

fn about_lists(config: &CorsConfig, report: &mut Report) {
    let methods = &config.allow_methods;
    if !methods.is_empty() && !methods.iter().any(|name| matches!(&name[..], "GET" | ANY)) {
        report.advise("allow_methods", methods.join(", "), Kind::GetNotListed);
    }
    for (index, name) in methods.iter().enumerate() {
        let known = near_miss(&name.to_ascii_uppercase(), METHODS);
        if let Some(known) = known.filter(|known| known != name) {
            report.advise_near_miss(format!("allow_methods[{index}]"), name, known);
        }
    }
    let headers = [
        (
            "allow_headers",
            request_headers(config),
            is_safelisted_header as fn(&str) -> bool,
            Kind::SafelistedRequestHeader,
        ),
        (
            "expose_headers",
            &config.expose_headers,
            is_shown_anyway,
            Kind::SafelistedResponseHeader,
        ),
    ];
    for (field, names, is_needless, kind) in headers {
        for (index, name) in names.iter().enumerate() {
            let (place, lower) = (|| format!("{field}[{index}]"), name.to_ascii_lowercase());
            if is_needless(&lower) {
                report.advise(place(), name, kind.clone());
            } else if let Some(known) = near_miss(&lower, HEADERS).filter(|it| *it != lower) {
                report.advise_near_miss(place(), name, known);
            }
        }
    }
    let origins = &config.allow_origins;
    if config.allow_credentials && !origins.iter().all(is_developers) {
        if let Some(index) = origins.iter().position(is_developers) {
            let (field, value) = (
                format!("allow_origins[{index}]"),
                origins[index].as_written(),
            );
            report.advise(field, value, Kind::LoopbackBesideOthers);
        }
    }
}

fn about_protocols(config: &CorsConfig, report: &mut Report) {
    let has = |list: &[String], name: &str| list.iter().any(|it| it.eq_ignore_ascii_case(name));
    let allowed = request_headers(config);
    let exposed = &config.expose_headers;
    if has(allowed, ANY) && !has(allowed, "authorization") && !config.allow_credentials {
        report.advise("allow_headers", ANY, Kind::AuthorizationNotListed);
    }
    for (request, response, kind) in [
        ("x-grpc-web", "grpc-status", Kind::GrpcStatusNotExposed),
        (
            "mcp-protocol-version",
            "mcp-session-id",
            Kind::McpSessionNotExposed,
        ),
    ] {
        if has(allowed, request) && !has(exposed, response) && !has(exposed, ANY) {
            report.advise("expose_headers", exposed.join(", "), kind);
        }
    }
}

fn about_switches(config: &CorsConfig, report: &mut Report) {
    let needs_preflight =
        |name: &String| !is_safelisted_header(&name.to_ascii_lowercase()) && !is_forbidden(name);
    let is_preflighted = config.allow_headers == AllowHeaders::Mirror
        || config.allow_methods.iter().any(|name| !is_safelisted(name))
        || request_headers(config).iter().any(needs_preflight);
    match config.max_age {
        MaxAge::BrowserDefault if is_preflighted => {
            report.advise("max_age", "", Kind::MaxAgeNotSet);
        }
        MaxAge::For(duration) if duration.as_secs() > SHORTEST_CAP_SECONDS => {
            let value = humantime::format_duration(duration).to_string();
            report.advise("max_age", value, Kind::MaxAgeOverCap);
        }
        _ => {}
    }
    if config.inner_headers == InnerHeaders::Keep {
        report.advise("inner_headers", "keep", Kind::KeepsInnerHeaders);
    }
    let is_any = |entry: &OriginPattern| entry.text() == Some(ANY);
    if !config.answer_without_origin && !config.allow_origins.iter().any(is_any) {
        report.advise("answer_without_origin", "false", Kind::WithoutEffect);
    }
    if config.preflight != PreflightMode::Answer && config.preflight_status != 204 {
        let status = config.preflight_status.to_string();
        report.advise("preflight_status", status, Kind::WithoutEffect);
    }
    if config.allow_private_network {
        report.advise("allow_private_network", "true", Kind::PrivateNetwork);
    }
    if config.debug {
        report.advise("debug", "true", Kind::Debug);
    }
}

impl Report {
    fn advise_near_miss(&mut self, field: String, value: &str, known: &str) {
        let advisory = Advisory::new(field, value, Kind::NearMiss);
        self.advisories
            .push(advisory.suggest(Some(known.to_owned())));
    }
}

fn request_headers(config: &CorsConfig) -> &[String] {
    match &config.allow_headers {
        AllowHeaders::List(names) => names,
        AllowHeaders::Mirror => &[],
    }
}

/// Not `content-type`, since JSON needs it listed, nor `range`.
fn is_safelisted_header(lower: &str) -> bool {
    matches!(lower, "accept" | "accept-language" | "content-language")
}

/// An origin of development servers.
fn is_developers(entry: &OriginPattern) -> bool {
    let pattern = entry.text().and_then(|text| Pattern::parse(text).ok());
    pattern.is_some_and(|pattern| is_http(pattern.scheme) && is_on_loopback(&pattern))
}

/// The well-known name that is equal or one letter away.
fn near_miss<'a>(name: &str, known: &'a str) -> Option<&'a str> {
    let mut exact = known.split(' ').filter(|known| *known == name);
    let mut near = known.split(' ');
    exact
        .next()
        .or_else(|| near.find(|known| is_near(name, known)))
}

/// The lengths are compared first: a distance takes two allocations for each name.
fn is_near(name: &str, known: &str) -> bool {
    name.len().abs_diff(known.len()) <= 1 && distance_within(name, known, 1).is_some()
}
