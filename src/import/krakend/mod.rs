//! Imports KrakenD's component `security/cors`, also under its older name
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
//! | `allow_origins` | any | origins; a `*` inside one becomes a subdomain pattern if that is equivalent, otherwise a regex |
//! | `allow_methods` | `GET`, `POST`, `HEAD` | the same, in upper case in version 2; `OPTIONS` is always allowed in version 3 and never in version 2, listed or not |
//! | `allow_headers` | `Accept`, `Content-Type`, `X-Requested-With`; any since KrakenD 2.7, which a note says | the same; any is [`AllowHeaders::Mirror`] |
//! | `expose_headers` | none | the same |
//! | `allow_credentials` | `false` | the same; `false` if any origin is allowed, because browsers refuse KrakenD's `*` with credentials |
//! | `max_age` | not sent | the same; not sent below a second, `0` if negative |
//! | `allow_private_network` | `false` | the same |
//! | `options_passthrough` | `false` | [`PreflightMode::Decorate`] |
//! | `options_success_status` | 204 | the same |
//! | `debug` | `false` | the same |
//!
//! KrakenD 2 reads files of version 3, and knows both names of the component. KrakenD 1 reads
//! files of version 2, and knows only the older name.
//!
//! A request without `Origin` gets no `Access-Control-Allow-Origin` from KrakenD, even if any
//! origin is allowed. The import keeps that.

// May use what its parent room may use, and the shared files beside it. Neither file uses the
// other.
mod component;
mod duration;
mod origins;

use super::document::{Document, Value};
use super::error::{ImportErrorKind as ErrorKind, ImportErrors};
use super::findings::{Findings, Imported};
use super::gateway::Gateway;
use super::max_age;
use super::names::{self, List};
use super::node::{Node, STARTS_WITHOUT};
use super::note::{NOBODY, NoteKind};
use crate::config::{AllowHeaders, CorsConfig, MaxAge, PreflightMode};
use crate::problem::ConfigErrorKind;
use component::{Generation, OPTIONS};
use duration::parse_go;

/// The headers where none is listed, without `Origin`, which needs no permission.
const HEADERS: [&str; 3] = ["Accept", "Content-Type", "X-Requested-With"];

/// Imports a whole `krakend.json`, its `extra_config`, or the CORS component alone, which is
/// read as KrakenD 2 reads it. The configuration is `None` if the file lacks the component:
/// then CORS is off.
///
/// # Errors
///
/// Everything that cannot be imported, at once: texts in place of lists, which KrakenD
/// silently takes for its defaults; texts that are not durations; templates that are not
/// filled in; and the component under a name that the file's `version` does not have.
pub fn import(document: &Document) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let findings = Findings::new(Gateway::KrakenD, document);
    let found = component::find(document, &findings);
    let config = found.map(|(options, generation)| config(&options, generation));
    findings.finish(config)
}

fn config(options: &Node<'_>, generation: Generation) -> CorsConfig {
    options.check_keys(OPTIONS);
    let credentials = options.flag("allow_credentials", false);
    let mut config = CorsConfig::default()
        .allow_origins(origins::import(options, credentials))
        .allow_headers(headers(options, generation))
        .max_age(max_age(options, generation));
    match methods(options, generation) {
        methods if methods.is_empty() => config.allow_origins = vec![NOBODY.into()],
        methods => config.allow_methods = methods,
    }

    let any = config.allow_origins == ["*".into()];
    // To KrakenD, a request without `Origin` is not a CORS request.
    config.answer_without_origin = !any;
    if credentials && any {
        let place = options.at("allow_credentials", true);
        place.note(NoteKind::CredentialsWithAny, None);
    }
    config.allow_credentials = credentials && !any;

    let exposed = options.list("expose_headers", "KrakenD takes it for absent");
    let wildcard = !config.allow_credentials;
    config.expose_headers = names::import(List::ExposedHeaders, &exposed, wildcard);
    config.allow_private_network = options.flag("allow_private_network", false);
    if options.flag("options_passthrough", false) {
        config.preflight = PreflightMode::Decorate;
        let place = options.at("options_passthrough", true);
        place.note(NoteKind::Passthrough, None);
    }
    config.preflight_status = status(options);
    config.debug = options.flag("debug", false);
    if config.debug {
        options.at("debug", true).note(NoteKind::Debug, None);
    }
    config
}

/// The methods; none if KrakenD allows pages no method.
fn methods(options: &Node<'_>, generation: Generation) -> Vec<String> {
    let key = "allow_methods";
    let absent = "KrakenD takes it for absent, which allows `GET`, `POST` and `HEAD`";
    let mut entries = options.list(key, absent);
    let mark = options.findings.mark();
    if generation == Generation::V1 {
        let texts = entries.iter_mut().map(|entry| &mut entry.text);
        texts.for_each(|text| text.make_ascii_uppercase());
    }
    let mut methods = match entries.is_empty() {
        true => ["GET", "POST", "HEAD"].map(str::to_owned).to_vec(),
        false => names::import(List::Methods, &entries, false),
    };
    // rs/cors lets every preflight for `OPTIONS` pass. The version in KrakenD 1 then adds no
    // header to the response to the actual request.
    methods.retain(|method| method != "OPTIONS");
    if generation == Generation::V2 {
        methods.push("OPTIONS".to_owned());
    } else if methods.is_empty() {
        options.at(key, "").nothing_left(mark);
    }
    methods
}

fn headers(options: &Node<'_>, generation: Generation) -> AllowHeaders {
    let key = "allow_headers";
    let absent = "KrakenD takes it for absent, which since 2.7 allows any header";
    let entries = options.list(key, absent);
    if let Some(any) = entries.iter().find(|entry| entry.text == "*") {
        if entries.len() > 1 {
            any.note(NoteKind::AnyAmongOthers, None);
        }
        // Not `*`: KrakenD repeats the names, `Authorization` too.
        return AllowHeaders::Mirror;
    }
    if entries.is_empty() {
        if generation == Generation::V2 {
            options.at(key, "").note(NoteKind::DefaultHeaders, None);
        }
        return HEADERS.into();
    }
    names::import(List::RequestHeaders, &entries, false).into()
}

fn max_age(options: &Node<'_>, generation: Generation) -> MaxAge {
    let Some(option) = options.get("max_age") else {
        return MaxAge::BrowserDefault;
    };
    let Some(text) = option.value.text() else {
        let suggestion = match option.value {
            Value::Number(seconds) => Some(format!("\"{seconds}s\"")),
            _ => None,
        };
        option.wrong_type("a string", STARTS_WITHOUT, suggestion);
        return MaxAge::BrowserDefault;
    };
    let place = option.place(text);
    let Some(nanoseconds) = parse_go(text) else {
        let seconds: Option<u64> = text.parse().ok();
        let seconds = seconds.or_else(|| Some(humantime::parse_duration(text).ok()?.as_secs()));
        place.error(
            ErrorKind::Duration,
            seconds.map(|seconds| format!("{seconds}s")),
        );
        return MaxAge::BrowserDefault;
    };
    // KrakenD rounds towards zero. KrakenD 1 does not send negative ages either.
    match nanoseconds / 1_000_000_000 {
        seconds if seconds == 0 || seconds < 0 && generation == Generation::V1 => {
            place.note(NoteKind::MaxAgeNotSent, None);
            MaxAge::BrowserDefault
        }
        seconds => u64::try_from(seconds).map_or(MaxAge::Disabled, |seconds| {
            max_age::import(&place, seconds, "24h")
        }),
    }
}

fn status(options: &Node<'_>) -> u16 {
    let key = "options_success_status";
    let default = CorsConfig::default().preflight_status;
    let number = options.number(key, "KrakenD ignores it, and sends 204");
    let number = number.unwrap_or_default();
    // Go truncates the number, and 0 is absent.
    if number > -1.0 && number < 1.0 {
        return default;
    }
    let is_it = |status: &u16| (f64::from(*status)..f64::from(status + 1)).contains(&number);
    let status = (200..300).find(is_it);
    status.unwrap_or_else(|| {
        let kind = ErrorKind::Invalid(ConfigErrorKind::PreflightStatus);
        options.at(key, number).error(kind, None);
        default
    })
}
