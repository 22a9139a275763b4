//! KrakenD: the component `security/cors`, and its older name
//! `github_com/devopsfaith/krakend-cors`.
//!
//! ```
//! use tower_cors::CorsLayer;
//! use tower_cors::import::krakend;
//!
//! let document = serde_json::from_str(r#"{
//!     "version": 3,
//!     "extra_config": {
//!         "security/cors": {
//!             "allow_origins": ["https://*.example.com"],
//!             "max_age": "12h"
//!         }
//!     }
//! }"#)?;
//! let imported = krakend::import(&document)?;
//! for note in &imported.notes {
//!     eprintln!("{note}");
//! }
//! let cors = match imported.config {
//!     Some(config) => CorsLayer::new(config)?,
//!     None => CorsLayer::passthrough(),
//! };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | option | absent or empty | becomes |
//! |---|---|---|
//! | `allow_origins` | any | origins; a `*` inside one is a subdomain pattern where that is the same, a regex elsewhere |
//! | `allow_methods` | `GET`, `POST`, `HEAD` | the same |
//! | `allow_headers` | any | the same; any is [`AllowHeaders::Mirror`] |
//! | `expose_headers` | none | the same |
//! | `allow_credentials` | `false` | the same; `false` where any origin is allowed, for browsers refuse KrakenD's `*` with credentials |
//! | `max_age` | not sent | the same; below a second not sent either, negative is `0` |
//! | `allow_private_network` | `false` | the same |
//! | `options_passthrough` | `false` | [`PreflightMode::Decorate`] |
//! | `options_success_status` | 204 | the same |
//! | `debug` | `false` | the same |
//!
//! A request without `Origin` gets no `Access-Control-Allow-Origin` from
//! KrakenD even if any origin is allowed; so here.

mod component;
mod origins;

use std::time::Duration;

use super::document::{Document, Value};
use super::options::{Dialect, Options};
use super::{Findings, Gateway, ImportErrorKind, ImportErrors, Imported, NoteKind, names};
use crate::config::{AllowHeaders, CorsConfig, MaxAge, PreflightMode, parse_go};
use crate::error::ConfigErrorKind;
use crate::nearest::nearest;

const OPTIONS: [&str; 10] = [
    "allow_origins",
    "allow_methods",
    "allow_headers",
    "expose_headers",
    "allow_credentials",
    "allow_private_network",
    "options_passthrough",
    "options_success_status",
    "max_age",
    "debug",
];

/// Firefox's cap, the longest.
const DAY_SECONDS: u64 = 86_400;

/// Imports a whole `krakend.json`, its `extra_config`, or the CORS component
/// alone. `None` is a file without the component: CORS is off.
///
/// # Errors
///
/// All that cannot be imported, at once: values of another type than KrakenD
/// reads, which it silently takes for its defaults, durations that are none, and
/// the component under a name that the file's `version` does not have.
pub fn import(document: &Document) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let mut findings = Findings::new(Gateway::KrakenD);
    let config = component::find(document, &mut findings).map(|object| {
        let options = Options {
            dialect: Dialect::KrakenD,
            place: String::new(),
            object,
        };
        config(&options, &mut findings)
    });
    findings.finish(config)
}

fn config(options: &Options<'_>, findings: &mut Findings) -> CorsConfig {
    remark_unknown(options, findings);
    let mut config = CorsConfig::default()
        .allow_origins(origins::import(options, findings))
        .allow_methods(methods(options, findings))
        .allow_headers(headers(options, findings))
        .max_age(max_age(options, findings));

    let any = config.allow_origins == ["*".into()];
    // A request without `Origin` is none for KrakenD.
    config.answer_without_origin = !any;
    let credentials = options.flag("allow_credentials", false, findings);
    if credentials && any {
        let field = options.place("allow_credentials");
        findings.note(&field, "true", NoteKind::CredentialsWithAny);
    }
    config.allow_credentials = credentials && !any;

    let missing = "KrakenD takes it for absent";
    let exposed = options.list("expose_headers", missing, findings);
    config.expose_headers = names::exposed_headers(&exposed, !config.allow_credentials, findings);
    config.allow_private_network = options.flag("allow_private_network", false, findings);
    if options.flag("options_passthrough", false, findings) {
        config.preflight = PreflightMode::Decorate;
        let field = options.place("options_passthrough");
        findings.note(&field, "true", NoteKind::Passthrough);
    }
    config.preflight_status = status(options, findings);
    config.debug = options.flag("debug", false, findings);
    if config.debug {
        findings.note(&options.place("debug"), "true", NoteKind::Debug);
    }
    config
}

fn remark_unknown(options: &Options<'_>, findings: &mut Findings) {
    for (key, value) in options.object {
        // Keys with such a sign are comments by custom.
        if !OPTIONS.contains(&&key[..]) && !key.starts_with(['@', '$', '#', '_']) {
            let near = nearest(key, OPTIONS).map(ToOwned::to_owned);
            findings.suggest(&options.place(key), value, NoteKind::IgnoredOption, near);
        }
    }
}

fn methods(options: &Options<'_>, findings: &mut Findings) -> Vec<String> {
    let key = "allow_methods";
    let missing = "KrakenD takes it for absent, which allows `GET`, `POST` and `HEAD`";
    let entries = options.list(key, missing, findings);
    if entries.is_empty() {
        return ["GET", "POST", "HEAD"].map(str::to_owned).to_vec();
    }
    let (errors, notes) = (findings.errors.len(), findings.notes.len());
    let methods = names::methods(&entries, findings);
    if methods.is_empty() && findings.errors.len() == errors {
        findings.nothing_left(&options.place(key), options.get(key), notes);
    }
    methods
}

fn headers(options: &Options<'_>, findings: &mut Findings) -> AllowHeaders {
    let missing = "KrakenD takes it for absent, which allows any header";
    let entries = options.list("allow_headers", missing, findings);
    let any = entries.iter().find(|entry| entry.text == "*");
    if let Some(any) = any.filter(|_| entries.len() > 1) {
        findings.note(&any.place, "*", NoteKind::AnyAmongOthers);
    }
    if entries.is_empty() || any.is_some() {
        // Not `*`: KrakenD repeats the names, `Authorization` too.
        return AllowHeaders::Mirror;
    }
    names::request_headers(&entries, false, findings).into()
}

fn max_age(options: &Options<'_>, findings: &mut Findings) -> MaxAge {
    let place = options.place("max_age");
    let text = match options.get("max_age") {
        None => return MaxAge::BrowserDefault,
        Some(Value::String(text)) => text,
        Some(other) => {
            let repair = match other {
                Value::Number(seconds) => Some(format!("\"{seconds}s\"")),
                _ => None,
            };
            let starts_without = "KrakenD does not start with it";
            findings.wrong_type(&place, other, "a string", starts_without, repair);
            return MaxAge::BrowserDefault;
        }
    };
    let Some(nanoseconds) = parse_go(text) else {
        let seconds = match text.parse() {
            Ok(seconds) => Some(seconds),
            Err(_) => humantime::parse_duration(text)
                .ok()
                .map(|age| age.as_secs()),
        };
        let repair = seconds.map(|seconds| format!("{seconds}s"));
        findings.error(&place, text, ImportErrorKind::Duration, repair);
        return MaxAge::BrowserDefault;
    };
    // Towards zero, as KrakenD cuts.
    match nanoseconds / 1_000_000_000 {
        0 => {
            findings.note(&place, text, NoteKind::MaxAgeNotSent);
            MaxAge::BrowserDefault
        }
        seconds => match u64::try_from(seconds) {
            Err(_) => MaxAge::Disabled,
            Ok(seconds) if seconds > DAY_SECONDS => {
                let day = Some("24h".to_owned());
                findings.suggest(&place, text, NoteKind::MaxAgeOverDay, day);
                Duration::from_secs(seconds.min(u64::from(u32::MAX))).into()
            }
            Ok(seconds) => Duration::from_secs(seconds).into(),
        },
    }
}

fn status(options: &Options<'_>, findings: &mut Findings) -> u16 {
    let key = "options_success_status";
    let ignores = "KrakenD ignores it, and sends 204";
    let default = CorsConfig::default().preflight_status;
    let Some(number) = options.number(key, ignores, findings) else {
        return default;
    };
    match number.trunc() {
        0.0 => default,
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is between"
        )]
        status if (200.0..300.0).contains(&status) => status as u16,
        _ => {
            let kind = ImportErrorKind::Invalid(ConfigErrorKind::PreflightStatus);
            findings.error(&options.place(key), number, kind, None);
            default
        }
    }
}
