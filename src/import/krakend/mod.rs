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
//! | `allow_methods` | `GET`, `POST`, `HEAD` | the same; `OPTIONS` as KrakenD has it, allowed in version 3 and not in version 2, listed or not; upper case in version 2 |
//! | `allow_headers` | `Accept`, `Content-Type`, `X-Requested-With`; any since KrakenD 2.7, which a note says | the same; any is [`AllowHeaders::Mirror`] |
//! | `expose_headers` | none | the same |
//! | `allow_credentials` | `false` | the same; `false` where any origin is allowed, for browsers refuse KrakenD's `*` with credentials |
//! | `max_age` | not sent | the same; below a second not sent either, negative is `0` |
//! | `allow_private_network` | `false` | the same |
//! | `options_passthrough` | `false` | [`PreflightMode::Decorate`] |
//! | `options_success_status` | 204 | the same |
//! | `debug` | `false` | the same |
//!
//! A file of version 3 is read by KrakenD 2, where it has either name of the component;
//! a file of version 2 by KrakenD 1, which knows the older name alone.
//!
//! A request without `Origin` gets no `Access-Control-Allow-Origin` from
//! KrakenD even if any origin is allowed; so here.

mod component;
mod origins;

use super::document::{Document, Value, is_template};
use super::names::{self, Reader};
use super::options::{Dialect, Options, is_among};
use super::{
    Findings, Gateway, ImportErrorKind as ErrorKind, ImportErrors, Imported, NOBODY, NoteKind,
};
use crate::config::{AllowHeaders, CorsConfig, MaxAge, PreflightMode, parse_go};
use crate::problem::ConfigErrorKind;
use crate::text::nearest;

const OPTIONS: &str = "allow_origins allow_methods allow_headers expose_headers \
    allow_credentials allow_private_network options_passthrough options_success_status max_age \
    debug";

/// Where no header is listed; `Origin`, which is there too, needs no leave.
const HEADERS: [&str; 3] = ["Accept", "Content-Type", "X-Requested-With"];

/// The generation of KrakenD that reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Generation {
    /// KrakenD 1, of files of version 2.
    V1,
    /// KrakenD 2, of files of version 3.
    V2,
}

/// Imports a whole `krakend.json`, its `extra_config`, or the CORS component
/// alone. `None` is a file without the component: CORS is off.
///
/// The component alone is read as KrakenD 2 reads it.
///
/// # Errors
///
/// All that cannot be imported, at once: texts where lists belong, which KrakenD
/// silently takes for its defaults, durations that are none, templates that are not
/// filled in, and the component under a name that the file's `version` does not have.
pub fn import(document: &Document) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let findings = Findings::new(Gateway::KrakenD, document);
    let found = component::find(document, &findings);
    let config = found.map(|(object, generation)| {
        let options = Options::new(&findings, Dialect::KrakenD, object);
        config(&options, generation)
    });
    findings.finish(config)
}

fn config(options: &Options<'_>, generation: Generation) -> CorsConfig {
    let findings = options.findings;
    remark_unknown(options);
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
    // A request without `Origin` is none for KrakenD.
    config.answer_without_origin = !any;
    if credentials && any {
        let field = options.place("allow_credentials");
        findings.note(&field, "true", NoteKind::CredentialsWithAny);
    }
    config.allow_credentials = credentials && !any;

    let exposed = options.list_or("expose_headers", "KrakenD takes it for absent");
    config.expose_headers = names::exposed_headers(&exposed, !config.allow_credentials, findings);
    config.allow_private_network = options.flag("allow_private_network", false);
    if options.flag("options_passthrough", false) {
        config.preflight = PreflightMode::Decorate;
        let field = options.place("options_passthrough");
        findings.note(&field, "true", NoteKind::Passthrough);
    }
    config.preflight_status = status(options);
    config.debug = options.flag("debug", false);
    if config.debug {
        findings.note(&options.place("debug"), "true", NoteKind::Debug);
    }
    config
}

fn remark_unknown(options: &Options<'_>) {
    let findings = options.findings;
    for (key, value) in options.object {
        if is_among(key, OPTIONS) {
            continue;
        }
        if is_template(key) {
            findings.error(&options.place(key), value, ErrorKind::Template);
        // Keys with such a sign are comments by custom.
        } else if !key.starts_with(['@', '$', '#', '_']) {
            let near = nearest(key, OPTIONS.split(' ')).map(ToOwned::to_owned);
            findings.suggest(&options.place(key), value, NoteKind::IgnoredOption, near);
        }
    }
}

/// The methods; none if KrakenD allows a page no method.
fn methods(options: &Options<'_>, generation: Generation) -> Vec<String> {
    let findings = options.findings;
    let key = "allow_methods";
    let absent = "KrakenD takes it for absent, which allows `GET`, `POST` and `HEAD`";
    let mut entries = options.list_or(key, absent);
    let before = findings.mark();
    if generation == Generation::V1 {
        let texts = entries.iter_mut().map(|entry| &mut entry.text);
        texts.for_each(|text| text.make_ascii_uppercase());
    }
    let mut methods = match entries.is_empty() {
        true => ["GET", "POST", "HEAD"].map(str::to_owned).to_vec(),
        false => names::methods(&entries, Reader::Gateway, findings),
    };
    // rs/cors passes every preflight for `OPTIONS`. That of KrakenD 1 adds nothing to the
    // response to the request itself.
    methods.retain(|method| method != "OPTIONS");
    if generation == Generation::V2 {
        methods.push("OPTIONS".to_owned());
    } else if methods.is_empty() {
        findings.nothing_left(&options.place(key), before);
    }
    methods
}

fn headers(options: &Options<'_>, generation: Generation) -> AllowHeaders {
    let findings = options.findings;
    let absent = "KrakenD takes it for absent, which since 2.7 allows any header";
    let entries = options.list_or("allow_headers", absent);
    if let Some(any) = entries.iter().find(|entry| entry.text == "*") {
        if entries.len() > 1 {
            findings.note(&any.place, "*", NoteKind::AnyAmongOthers);
        }
        // Not `*`: KrakenD repeats the names, `Authorization` too.
        return AllowHeaders::Mirror;
    }
    if entries.is_empty() {
        if generation == Generation::V2 {
            let place = options.place("allow_headers");
            findings.note(&place, "", NoteKind::DefaultHeaders);
        }
        return HEADERS.into();
    }
    names::request_headers(&entries, false, Reader::Gateway, findings).into()
}

fn max_age(options: &Options<'_>, generation: Generation) -> MaxAge {
    let findings = options.findings;
    let place = options.place("max_age");
    let text = match options.get("max_age") {
        None => return MaxAge::BrowserDefault,
        Some(value @ Value::String(text)) if !value.is_template() => text,
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
        let seconds: Option<u64> = text.parse().ok();
        let seconds = seconds.or_else(|| Some(humantime::parse_duration(text).ok()?.as_secs()));
        let repair = seconds.map(|seconds| format!("{seconds}s"));
        findings.repair(&place, text, ErrorKind::Duration, repair);
        return MaxAge::BrowserDefault;
    };
    // Towards zero, as KrakenD cuts. KrakenD 1 sends nothing of what is negative, either.
    match nanoseconds / 1_000_000_000 {
        seconds if seconds == 0 || seconds < 0 && generation == Generation::V1 => {
            findings.note(&place, text, NoteKind::MaxAgeNotSent);
            MaxAge::BrowserDefault
        }
        seconds => match u64::try_from(seconds) {
            Err(_) => MaxAge::Disabled,
            Ok(seconds) => findings.seconds(&place, text, seconds, "24h"),
        },
    }
}

fn status(options: &Options<'_>) -> u16 {
    let findings = options.findings;
    let key = "options_success_status";
    let ignores = "KrakenD ignores it, and sends 204";
    let default = CorsConfig::default().preflight_status;
    let Some(number) = options.number(key, ignores) else {
        return default;
    };
    // As Go cuts. 0 is absent.
    let is_it = |status: &u16| (f64::from(*status)..f64::from(status + 1)).contains(&number);
    if number > -1.0 && number < 1.0 {
        return default;
    }
    (200..300).find(is_it).unwrap_or_else(|| {
        let kind = ErrorKind::Invalid(ConfigErrorKind::PreflightStatus);
        findings.error(&options.place(key), number, kind);
        default
    })
}
