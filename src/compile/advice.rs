//! Advisories about every field but `allow_origins`.

use super::report::Report;
use crate::config::{AllowHeaders, CorsConfig, InnerHeaders, MaxAge, PreflightMode};
use crate::origin::OriginPattern;
use crate::policy::is_shown_anyway;
use crate::policy::method::is_safelisted;
use crate::problem::AdvisoryKind as Kind;

/// The shortest cap of a browser: Safari's.
const SHORTEST_CAP_SECONDS: u64 = 600;

pub(super) fn advise(config: &CorsConfig, report: &mut Report) {
    let mut advise = |field: &str, value: &str, kind| report.advise(field, value, kind);
    let methods = &config.allow_methods;
    let lists_get = |method: &String| matches!(&method[..], "GET" | "*");
    if !methods.is_empty() && !methods.iter().any(lists_get) {
        advise("allow_methods", &methods.join(", "), Kind::GetNotListed);
    }
    let mut preflighted = methods.iter().any(|method| !is_safelisted(method));
    match &config.allow_headers {
        AllowHeaders::Mirror => preflighted = true,
        AllowHeaders::List(names) => {
            for (index, name) in names.iter().enumerate() {
                // Not `content-type` and `range`: some of their values need a preflight.
                if matches!(
                    &name.to_ascii_lowercase()[..],
                    "accept" | "accept-language" | "content-language"
                ) {
                    let field = format!("allow_headers[{index}]");
                    advise(&field, name, Kind::SafelistedRequestHeader);
                } else {
                    preflighted = true;
                }
            }
        }
    }
    for (index, name) in config.expose_headers.iter().enumerate() {
        if is_shown_anyway(&name.to_ascii_lowercase()) {
            let field = format!("expose_headers[{index}]");
            advise(&field, name, Kind::SafelistedResponseHeader);
        }
    }
    match config.max_age {
        MaxAge::BrowserDefault if preflighted => advise("max_age", "", Kind::MaxAgeNotSet),
        MaxAge::For(duration) if duration.as_secs() > SHORTEST_CAP_SECONDS => {
            let value = humantime::format_duration(duration).to_string();
            advise("max_age", &value, Kind::MaxAgeOverCap);
        }
        _ => {}
    }
    if config.inner_headers == InnerHeaders::Keep {
        advise("inner_headers", "keep", Kind::KeepsInnerHeaders);
    }
    let is_any = |entry: &OriginPattern| entry.text() == Some("*");
    if !config.answer_without_origin && !config.allow_origins.iter().any(is_any) {
        advise("answer_without_origin", "false", Kind::WithoutEffect);
    }
    if config.preflight != PreflightMode::Answer && config.preflight_status != 204 {
        let status = config.preflight_status.to_string();
        advise("preflight_status", &status, Kind::WithoutEffect);
    }
    if config.allow_private_network {
        advise("allow_private_network", "true", Kind::PrivateNetwork);
    }
    if config.debug {
        advise("debug", "true", Kind::Debug);
    }
}
