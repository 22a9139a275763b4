//! The server's own origins.

use super::methods_and_headers::is_entry;
use super::report::Report;
use crate::config::{CorsConfig, Enforcement};
use crate::origin::{Host, OriginPattern, Pattern, Port, is_loopback, repair};
use crate::policy::OwnOrigins;
use crate::problem::ConfigErrorKind as Kind;

/// The compiled form; `None` if they are not known.
pub(super) fn compile(config: &CorsConfig, report: &mut Report) -> Option<OwnOrigins> {
    if listed(config).next().is_none() {
        if config.is_set("own_origins") {
            report.error("own_origins", "", Kind::NoOwnOrigins);
        }
        return None;
    }
    if config.enforcement != Enforcement::Server {
        report.error("own_origins", "", Kind::OwnOriginsNotEnforced);
    }
    let mut patterns = Vec::new();
    for (place, entry) in config.own_origins.iter().enumerate() {
        let field = || format!("own_origins[{place}]");
        if !is_entry(report, field, &entry.as_written(), repair) {
            continue;
        }
        match check(entry) {
            Ok(pattern) => patterns.push(pattern),
            Err((kind, repair)) => {
                report.error_with(field(), entry.as_written(), kind, repair);
            }
        }
    }
    Some(OwnOrigins::new(patterns))
}

/// The entries that are not empty.
pub(super) fn listed(config: &CorsConfig) -> impl Iterator<Item = &OriginPattern> {
    let entries = config.own_origins.iter();
    entries.filter(|entry| entry.text() != Some(""))
}

/// The pattern of an origin that is exact, or of loopback with any port.
fn check(entry: &OriginPattern) -> Result<Pattern<'_>, (Kind, Option<String>)> {
    let text = entry.text().filter(|text| !matches!(*text, "*" | "null"));
    let text = text.ok_or((Kind::NotAnOwnOrigin, None))?;
    let pattern = Pattern::parse(text).map_err(|fault| (Kind::Origin(fault), repair(text)))?;
    match (pattern.host, pattern.port) {
        (Host::Exact(_), Port::Exact(_)) => Ok(pattern),
        (Host::Exact(host), Port::Any) if is_loopback(host) => Ok(pattern),
        _ => Err((Kind::NotAnOwnOrigin, None)),
    }
}
