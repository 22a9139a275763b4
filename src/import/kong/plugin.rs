//! One plugin object, and its `config`.

use std::time::Duration;

use super::origins;
use super::{Generation, Options};
use crate::config::{AllowHeaders, CorsConfig, MaxAge, PreflightMode};
use crate::import::document::Value;
use crate::import::{Findings, Gateway, ImportErrorKind, NoteKind, names};
use crate::nearest::nearest;
use crate::origin::OriginPattern;

/// What a plugin object holds beside `config`.
const PLUGIN: [&str; 20] = [
    "_comment",
    "_ignore",
    "name",
    "config",
    "enabled",
    "route",
    "service",
    "consumer",
    "consumer_group",
    "protocols",
    "tags",
    "instance_name",
    "id",
    "created_at",
    "updated_at",
    "ordering",
    "run_on",
    "api",
    "api_id",
    "consumer_id",
];

const CONFIG: [&str; 9] = [
    "origins",
    "methods",
    "headers",
    "exposed_headers",
    "credentials",
    "max_age",
    "preflight_continue",
    "private_network",
    "allow_origin_absent",
];

/// What Kong's schema accepts, and its default.
const METHODS: [&str; 9] = [
    "GET", "HEAD", "PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE", "CONNECT",
];

/// From here on, Lua writes a number with an exponent.
const EXPONENT: f64 = 1e14;
/// Firefox's cap, the longest.
const DAY_SECONDS: f64 = 86_400.0;

/// Whether these are the options of a plugin without the plugin around.
pub(super) fn is_config_alone(options: &Options<'_>) -> bool {
    let mut keys = options.object.iter().map(|(key, _)| &key[..]);
    !options.object.is_empty() && keys.all(|key| CONFIG.contains(&key) || key == "origin")
}

/// Imports a plugin; `None` if it is disabled.
pub(super) fn import(
    options: &Options<'_>,
    generation: Generation,
    findings: &mut Findings,
) -> Option<CorsConfig> {
    for (key, value) in options.object {
        if !PLUGIN.contains(&&key[..]) {
            let near = nearest(key, PLUGIN).map(ToOwned::to_owned);
            let kind = ImportErrorKind::UnknownOption;
            findings.error(&options.place(key), value, kind, near);
        }
    }
    for key in ["consumer", "consumer_group", "consumer_id"] {
        if let Some(value) = options.get(key) {
            let kind = ImportErrorKind::Consumer;
            findings.error(&options.place(key), value, kind, None);
        }
    }
    let protocols = options.list("protocols", "", findings);
    let has = |name| protocols.iter().any(|entry| entry.text == name);
    if !(protocols.is_empty() || has("http") && has("https")) {
        let listed: Vec<_> = protocols.iter().map(|entry| &entry.text[..]).collect();
        let place = options.place("protocols");
        let kind = ImportErrorKind::Protocols;
        findings.error(&place, listed.join(", "), kind, None);
    }
    let enabled = options.flag("enabled", true, findings);
    let empty = Vec::new();
    let inner = options.object("config", findings).unwrap_or(Options {
        place: options.place("config."),
        object: &empty,
        ..options.clone()
    });
    let before = findings.notes.len();
    let config = config(&inner, generation, findings);
    if !enabled {
        findings.notes.truncate(before);
    }
    enabled.then_some(config)
}

/// Imports the options of a plugin.
pub(super) fn config(
    options: &Options<'_>,
    generation: Generation,
    findings: &mut Findings,
) -> CorsConfig {
    for (key, value) in options.object {
        let is_origin = key == "origin" && generation == Generation::V0;
        if !CONFIG.contains(&&key[..]) && !is_origin {
            let near = nearest(key, CONFIG).map(ToOwned::to_owned);
            let kind = ImportErrorKind::UnknownOption;
            findings.error(&options.place(key), value, kind, near);
        }
    }
    let credentials = options.flag("credentials", false, findings);
    let origins = origins(options, generation, credentials, findings);
    let is_any = origins == ["*".into()];
    let mut config = CorsConfig::default()
        .allow_origins(origins)
        .allow_methods(methods(options, generation, findings));
    let place = options.place("credentials");
    // Before 0.10.1, the only `origin` was sent as it was.
    let reflects = options.get("origin").is_none();
    match credentials && is_any {
        true if reflects => findings.note(&place, "true", NoteKind::ReflectsAnyOrigin),
        true => findings.note(&place, "true", NoteKind::CredentialsWithAny),
        false => {}
    }
    config.allow_credentials = credentials && (!is_any || reflects);

    // Browsers take `*` for a name where there are credentials.
    let wildcard = !config.allow_credentials;
    let headers = options.list("headers", "", findings);
    config.allow_headers = match headers.is_empty() {
        true => AllowHeaders::Mirror,
        false => names::request_headers(&headers, wildcard, findings).into(),
    };
    let exposed = options.list("exposed_headers", "", findings);
    config.expose_headers = names::exposed_headers(&exposed, wildcard, findings);
    config.max_age = max_age(options, findings);
    config.allow_private_network = options.flag("private_network", false, findings);
    if options.flag("preflight_continue", false, findings) {
        config.preflight = PreflightMode::Forward;
    }
    config.answer_without_origin = options.flag("allow_origin_absent", true, findings);
    config.preflight_status = match generation {
        Generation::V0 => 204,
        Generation::V1 | Generation::V3 => 200,
    };
    config
}

fn origins(
    options: &Options<'_>,
    generation: Generation,
    credentials: bool,
    findings: &mut Findings,
) -> Vec<OriginPattern> {
    let place = options.place("origins");
    if generation == Generation::V0 && options.get("origin").is_some() {
        return one_origin(options, findings);
    }
    let entries = options.list("origins", "", findings);
    if entries.is_empty() {
        let written = options.get("origins").map(ToString::to_string);
        let kind = NoteKind::AnyByDefault {
            gateway: Gateway::Kong,
        };
        findings.note(&place, written.unwrap_or_default(), kind);
        return vec!["*".into()];
    }
    let (errors, notes) = (findings.errors.len(), findings.notes.len());
    let origins = origins::import(&entries, generation, credentials, findings);
    if origins.is_empty() && findings.errors.len() == errors {
        findings.nothing_left(&place, options.get("origins"), notes);
    }
    origins
}

/// The option before 0.10.1, sent as it was.
fn one_origin(options: &Options<'_>, findings: &mut Findings) -> Vec<OriginPattern> {
    let place = options.place("origin");
    let any = vec!["*".into()];
    let written = options.get("origin");
    match written {
        _ if options.get("origins").is_some() => {
            let kind = ImportErrorKind::Twice { other: "origins" };
            findings.error(&place, "", kind, None);
        }
        Some(Value::String(text)) if text != "*" => {
            let notes = findings.notes.len();
            let origin = origins::literal(&place, text, text, findings);
            if origin.is_none() {
                findings.nothing_left(&place, written, notes);
            }
            return origin.into_iter().collect();
        }
        Some(Value::String(_)) | None => {}
        Some(other) => findings.wrong_type(&place, other, "a string", "Kong refuses it", None),
    }
    any
}

fn methods(options: &Options<'_>, generation: Generation, findings: &mut Findings) -> Vec<String> {
    let place = options.place("methods");
    let entries = options.list("methods", "", findings);
    let listed: Vec<_> = entries.iter().map(|entry| &entry.text[..]).collect();
    let listed = listed.join(", ");
    if options.get("methods").is_none() {
        let default = match generation {
            Generation::V0 => &METHODS[..6],
            Generation::V1 | Generation::V3 => &METHODS[..7],
        };
        return default.iter().map(|method| (*method).to_owned()).collect();
    }
    // The earliest code sent the option as it was.
    if generation != Generation::V0 {
        for entry in entries.iter().filter(|e| !METHODS.contains(&&e.text[..])) {
            let upper = entry.text.to_ascii_uppercase();
            let near = METHODS.contains(&&upper[..]).then_some(upper);
            let kind = ImportErrorKind::UnknownMethod;
            findings.error(&entry.place, &entry.text, kind, near);
        }
    }
    let methods = names::methods(&entries, findings);
    let unasked = ["GET", "HEAD", "POST"];
    if methods.is_empty() {
        findings.note(&place, listed, NoteKind::NoMethods);
        return unasked.map(str::to_owned).to_vec();
    }
    let missing = unasked
        .iter()
        .filter(|method| !methods.iter().any(|m| m == *method));
    let missing: Vec<_> = missing.map(|method| format!("`{method}`")).collect();
    if !missing.is_empty() {
        let kind = NoteKind::MethodsNowChecked {
            methods: missing.join(" and "),
        };
        findings.note(&place, listed, kind);
    }
    methods
}

fn max_age(options: &Options<'_>, findings: &mut Findings) -> MaxAge {
    let place = options.place("max_age");
    let Some(seconds) = options.number("max_age", "Kong refuses it", findings) else {
        return MaxAge::BrowserDefault;
    };
    if seconds.fract() != 0.0 || !(-EXPONENT..EXPONENT).contains(&seconds) {
        findings.note(&place, seconds, NoteKind::MaxAgeUnreadable);
        return MaxAge::BrowserDefault;
    }
    if seconds < 0.0 {
        findings.note(&place, seconds, NoteKind::MaxAgeNegative);
        return MaxAge::Disabled;
    }
    if seconds > DAY_SECONDS {
        let day = Some("86400".to_owned());
        findings.suggest(&place, seconds, NoteKind::MaxAgeOverDay, day);
    }
    Duration::from_secs_f64(seconds.min(f64::from(u32::MAX))).into()
}
