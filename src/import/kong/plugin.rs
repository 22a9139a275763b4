//! One plugin object, and its `config`.

use std::time::Duration;

use super::origins;
use super::{Generation, Options};
use crate::config::{AllowHeaders, CorsConfig, MaxAge, PreflightMode};
use crate::import::document::{Value, get, is_template};
use crate::import::names::{self, Reader};
use crate::import::options::is_among;
use crate::import::{ImportErrorKind as ErrorKind, NoteKind};
use crate::origin::OriginPattern;
use crate::text::nearest;

/// What a plugin object holds; `_config` is decK's.
const PLUGIN: &str = "_comment _ignore _config name config enabled route service consumer \
    consumer_group protocols tags instance_name id created_at updated_at ordering run_on api \
    api_id consumer_id";

/// What a manifest of Kubernetes holds instead.
const MANIFEST: &str = "apiVersion kind metadata plugin config configFrom configPatches \
    consumerRef disabled instance_name ordering protocols run_on status";

const CONFIG: &str = "origins methods headers exposed_headers credentials max_age \
    preflight_continue private_network allow_origin_absent";

/// The same before 0.10.1.
const CONFIG_OF_OLD: &str = "origin origins methods headers exposed_headers credentials max_age \
    preflight_continue";

/// What Kong's schema accepts, and its default.
const METHODS: &str = "GET HEAD PUT PATCH POST DELETE OPTIONS TRACE CONNECT";

/// From here on, Lua writes a number with an exponent.
const EXPONENT: f64 = 1e14;

/// Whether these are the options of a plugin without the plugin around.
pub(super) fn is_config_alone(options: &Options<'_>) -> bool {
    let mut keys = options.object.iter().map(|(key, _)| &key[..]);
    !options.object.is_empty() && keys.all(|key| key == "origin" || is_among(key, CONFIG))
}

/// Whether this is a manifest of Kubernetes, `KongPlugin` or `KongClusterPlugin`.
pub(super) fn is_manifest(options: &Options<'_>) -> bool {
    let kind = options.text("kind");
    kind.is_some_and(|kind| is_among(kind, "KongPlugin KongClusterPlugin"))
}

/// Imports a plugin; `None` if it is disabled. What its `config` lacks, `shared` may have.
pub(super) fn import(
    options: &Options<'_>,
    shared: Option<&Options<'_>>,
    generation: Generation,
) -> Option<CorsConfig> {
    let findings = options.findings;
    let manifest = is_manifest(options);
    refuse_unknown(options, if manifest { MANIFEST } else { PLUGIN });
    let elsewhere = ["configFrom", "configPatches"].map(|key| (key, ErrorKind::ConfigElsewhere));
    let consumers = ["consumer", "consumer_group", "consumer_id", "consumerRef"];
    let consumers = consumers.map(|key| (key, ErrorKind::Consumer));
    for (key, kind) in elsewhere.into_iter().chain(consumers) {
        if let Some(value) = options.get(key) {
            findings.error(&options.place(key), value, kind);
        }
    }
    let protocols = options.list("protocols");
    let has = |name| protocols.iter().any(|entry| entry.text == name);
    if !(protocols.is_empty() || has("http") && has("https")) {
        let listed: Vec<_> = protocols.iter().map(|entry| &entry.text[..]).collect();
        let place = options.place("protocols");
        findings.error(&place, listed.join(", "), ErrorKind::Protocols);
    }
    let enabled = options.flag("enabled", true) && !(manifest && options.flag("disabled", false));
    let own = options.object("config");
    let mut object = own.as_ref().map_or(Vec::new(), |own| own.object.clone());
    let shared_alone = shared.filter(|_| object.is_empty());
    for (key, value) in shared.iter().flat_map(|shared| shared.object) {
        if get(&object, key).is_none() {
            object.push((key.clone(), value.clone()));
        }
    }
    let inner = Options {
        findings,
        dialect: options.dialect,
        place: shared_alone.map_or(options.place("config."), |shared| shared.place.clone()),
        object: &object,
    };
    let before = findings.mark();
    let config = config(&inner, generation);
    if !enabled {
        findings.forget(before);
    }
    enabled.then_some(config)
}

fn refuse_unknown(options: &Options<'_>, known: &str) {
    for (key, value) in options.object {
        let kind = match is_template(key) {
            _ if is_among(key, known) => continue,
            true => ErrorKind::Template,
            false => ErrorKind::UnknownOption,
        };
        let near = nearest(key, known.split(' ')).map(ToOwned::to_owned);
        let place = options.place(key);
        options.findings.repair(&place, value, kind, near);
    }
}

/// Imports the options of a plugin.
pub(super) fn config(options: &Options<'_>, generation: Generation) -> CorsConfig {
    let findings = options.findings;
    let known = match generation {
        Generation::V0 => CONFIG_OF_OLD,
        Generation::V1 | Generation::V3 => CONFIG,
    };
    refuse_unknown(options, known);
    let credentials = options.flag("credentials", false);
    let origins = origins(options, generation, credentials);
    let is_any = origins == ["*".into()];
    let mut config = CorsConfig::default()
        .allow_origins(origins)
        .allow_methods(methods(options, generation));
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
    let headers = options.list("headers");
    // An empty list of 0.x is sent.
    let is_list = generation == Generation::V0 && options.get("headers").is_some();
    config.allow_headers = match headers.is_empty() && !is_list {
        true => AllowHeaders::Mirror,
        false => names::request_headers(&headers, wildcard, Reader::Browser, findings).into(),
    };
    let exposed = options.list("exposed_headers");
    config.expose_headers = names::exposed_headers(&exposed, wildcard, findings);
    config.max_age = max_age(options);
    config.allow_private_network = options.flag("private_network", false);
    if options.flag("preflight_continue", false) {
        config.preflight = PreflightMode::Forward;
    }
    config.answer_without_origin = options.flag("allow_origin_absent", true);
    config.preflight_status = match generation {
        Generation::V0 => 204,
        Generation::V1 | Generation::V3 => 200,
    };
    config
}

fn origins(options: &Options<'_>, generation: Generation, credentials: bool) -> Vec<OriginPattern> {
    let findings = options.findings;
    let place = options.place("origins");
    if generation == Generation::V0 && options.get("origin").is_some() {
        return one_origin(options);
    }
    let entries = options.list("origins");
    if entries.is_empty() {
        return findings.any_by_default(&place, options.get("origins"));
    }
    let notes = findings.mark();
    let origins = origins::import(&entries, generation, credentials, findings);
    findings.left(&place, origins, notes)
}

/// The option before 0.10.1, sent as it was.
fn one_origin(options: &Options<'_>) -> Vec<OriginPattern> {
    let findings = options.findings;
    let place = options.place("origin");
    if options.get("origins").is_some() {
        findings.error(&place, "", ErrorKind::Twice { other: "origins" });
    }
    let notes = findings.mark();
    match options.get("origin") {
        Some(value @ Value::String(text)) if text != "*" && !value.is_template() => {
            let origin = origins::literal(&place, text, text, findings);
            return findings.left(&place, Vec::from_iter(origin), notes);
        }
        Some(Value::String(text)) if text == "*" => {}
        Some(other) => findings.wrong_type(&place, other, "a string", "Kong refuses it", None),
        None => {}
    }
    vec!["*".into()]
}

/// The methods. Kong does not compare those of requests, and browsers ask for no leave
/// for three of them, so these are always among them.
fn methods(options: &Options<'_>, generation: Generation) -> Vec<String> {
    let findings = options.findings;
    let entries = options.list("methods");
    // 0.x sends the option as it is.
    let checked = entries.iter().filter(|_| generation != Generation::V0);
    for entry in checked.filter(|entry| !is_among(&entry.text, METHODS)) {
        let upper = entry.text.to_ascii_uppercase();
        let near = Some(upper).filter(|upper| is_among(upper, METHODS));
        findings.repair(&entry.place, &entry.text, ErrorKind::UnknownMethod, near);
    }
    let count = if generation == Generation::V0 { 6 } else { 7 };
    let mut methods: Vec<String> = match options.get("methods") {
        None => METHODS.split(' ').take(count).map(str::to_owned).collect(),
        Some(_) => names::methods(&entries, Reader::Browser, findings),
    };
    for name in ["GET", "HEAD", "POST"] {
        if !methods.iter().any(|method| method == name) {
            methods.push(name.to_owned());
        }
    }
    methods
}

fn max_age(options: &Options<'_>) -> MaxAge {
    let findings = options.findings;
    let place = options.place("max_age");
    let Some(seconds) = options.number("max_age", "Kong refuses it") else {
        return MaxAge::BrowserDefault;
    };
    if seconds.fract() != 0.0 || !(-EXPONENT..EXPONENT).contains(&seconds) {
        findings.note(&place, seconds, NoteKind::MaxAgeUnreadable);
        return MaxAge::BrowserDefault;
    }
    if seconds < 0.0 {
        findings.note(&place, seconds, NoteKind::MaxAgeNegative);
    }
    let whole = Duration::from_secs_f64(seconds.max(0.0)).as_secs();
    findings.seconds(&place, seconds, whole, "86400")
}
