//! One plugin object, and its `config`.

use std::time::Duration;

use super::generation::Generation;
use super::origins;
use crate::config::{AllowHeaders, CorsConfig, MaxAge, PreflightMode};
use crate::import::document::{Value, place_of};
use crate::import::error::ImportErrorKind as ErrorKind;
use crate::import::max_age;
use crate::import::names::{self, List};
use crate::import::node::{Node, REFUSES, is_among};
use crate::import::note::NoteKind;
use crate::import::origins::{any_by_default, or_nobody};
use crate::origin::OriginPattern;

/// The keys of a plugin object. `_config` is decK's.
const PLUGIN: &str = "_comment _ignore _config name config enabled route service consumer \
    consumer_group protocols tags instance_name id created_at updated_at ordering run_on api \
    api_id consumer_id";

/// The keys of a manifest for Kubernetes.
const MANIFEST: &str = "apiVersion kind metadata plugin config configFrom configPatches \
    consumerRef disabled instance_name ordering protocols run_on status";

const CONFIG: &str = "origins methods headers exposed_headers credentials max_age \
    preflight_continue private_network allow_origin_absent";

/// The options of 0.x; `origin` is the one before 0.10.1.
const CONFIG_OF_OLD: &str = "origin origins methods headers exposed_headers credentials max_age \
    preflight_continue";

/// The methods that Kong's schema accepts. The first ones are the default: seven, or six in
/// 0.x.
const METHODS: &str = "GET HEAD PUT PATCH POST DELETE OPTIONS TRACE CONNECT";

/// Lua writes numbers from here on with an exponent.
const EXPONENT: f64 = 1e14;

/// The object is the `config` of a plugin alone.
pub(super) fn is_config_alone(options: &Node<'_>) -> bool {
    let options = options.value.entries();
    let mut keys = options.iter().map(|(key, _)| &key[..]);
    !options.is_empty() && keys.all(|key| key == "origin" || is_among(key, CONFIG))
}

/// The object is a manifest for Kubernetes, `KongPlugin` or `KongClusterPlugin`.
pub(super) fn is_manifest(options: &Node<'_>) -> bool {
    let kind = options.text("kind");
    kind.is_some_and(|kind| is_among(kind, "KongPlugin KongClusterPlugin"))
}

/// Imports a plugin; `None` if it is disabled. `shared` has the options that are not in its
/// own `config`.
pub(super) fn import(
    options: &Node<'_>,
    shared: Option<&Node<'_>>,
    generation: Generation,
) -> Option<CorsConfig> {
    let findings = options.findings;
    let manifest = is_manifest(options);
    options.check_keys(if manifest { MANIFEST } else { PLUGIN });
    let elsewhere = ["configFrom", "configPatches"].map(|key| (key, ErrorKind::ConfigElsewhere));
    let consumers = ["consumer", "consumer_group", "consumer_id", "consumerRef"];
    let consumers = consumers.map(|key| (key, ErrorKind::Consumer));
    for (key, kind) in elsewhere.into_iter().chain(consumers) {
        if let Some(option) = options.get(key) {
            option.place(option.value).error(kind, None);
        }
    }
    let protocols = options.list("protocols", REFUSES);
    let protocols: Vec<_> = protocols.iter().map(|entry| &entry.text[..]).collect();
    let has_both = protocols.contains(&"http") && protocols.contains(&"https");
    if !protocols.is_empty() && !has_both {
        let place = options.at("protocols", protocols.join(", "));
        place.error(ErrorKind::Protocols, None);
    }
    let enabled = options.flag("enabled", true) && !(manifest && options.flag("disabled", false));
    let own = options.object_at("config");
    let field = match shared {
        Some(shared) if own.iter().all(|own| own.value.entries().is_empty()) => {
            shared.field.clone()
        }
        _ => place_of(&options.field, "config"),
    };
    // The last value of a key counts.
    let parts = shared.into_iter().chain(&own);
    let entries = parts.flat_map(|part| part.value.entries()).cloned();
    let (dialect, value) = (options.dialect, &Value::Object(entries.collect()));
    let mark = findings.mark();
    let merged = Node {
        findings,
        dialect,
        field,
        value,
    };
    let config = config(&merged, generation);
    if !enabled {
        findings.forget(mark);
    }
    enabled.then_some(config)
}

/// Imports the options of a plugin.
pub(super) fn config(options: &Node<'_>, generation: Generation) -> CorsConfig {
    let is_old = generation == Generation::V0;
    options.check_keys(if is_old { CONFIG_OF_OLD } else { CONFIG });
    let credentials = options.flag("credentials", false);
    let origins = origins(options, generation, credentials);
    let is_any = origins == ["*".into()];
    let mut config = CorsConfig::default()
        .allow_origins(origins)
        .allow_methods(methods(options, generation));
    // Before 0.10.1, Kong sent the only `origin` as it was.
    let reflects = options.get("origin").is_none();
    if credentials && is_any {
        let kind = match reflects {
            true => NoteKind::ReflectsAnyOrigin,
            false => NoteKind::CredentialsWithAny,
        };
        options.at("credentials", true).note(kind, None);
    }
    config.allow_credentials = credentials && (!is_any || reflects);

    // With credentials, browsers take `*` for a name.
    let wildcard = !config.allow_credentials;
    let headers = options.list("headers", REFUSES);
    // 0.x sends an empty list.
    let is_list = is_old && options.get("headers").is_some();
    config.allow_headers = match headers.is_empty() && !is_list {
        true => AllowHeaders::Mirror,
        false => names::import(List::RequestHeaders, &headers, wildcard).into(),
    };
    let exposed = options.list("exposed_headers", REFUSES);
    config.expose_headers = names::import(List::ExposedHeaders, &exposed, wildcard);
    config.max_age = max_age(options);
    config.allow_private_network = options.flag("private_network", false);
    if options.flag("preflight_continue", false) {
        config.preflight = PreflightMode::Forward;
    }
    config.answer_without_origin = options.flag("allow_origin_absent", true);
    config.preflight_status = if is_old { 204 } else { 200 };
    config
}

fn origins(options: &Node<'_>, generation: Generation, credentials: bool) -> Vec<OriginPattern> {
    if generation == Generation::V0 && options.get("origin").is_some() {
        return one_origin(options);
    }
    let key = "origins";
    let entries = options.list(key, REFUSES);
    if entries.is_empty() {
        return any_by_default(options, key);
    }
    let mark = options.findings.mark();
    let origins = origins::import(&entries, generation, credentials);
    or_nobody(origins, options, key, mark)
}

/// The option before 0.10.1, which Kong sent as it was.
fn one_origin(options: &Node<'_>) -> Vec<OriginPattern> {
    let key = "origin";
    if options.get("origins").is_some() {
        options
            .at(key, "")
            .error(ErrorKind::Twice { other: "origins" }, None);
    }
    let mark = options.findings.mark();
    if let Some(option) = options.get(key) {
        match option.value.text() {
            None => option.wrong_type("a string", REFUSES, None),
            Some("*") => {}
            Some(text) => {
                let origin = origins::literal(&option.place(text), text);
                return or_nobody(Vec::from_iter(origin), options, key, mark);
            }
        }
    }
    vec!["*".into()]
}

/// The methods. `GET`, `HEAD` and `POST` are always among them: browsers ask no permission
/// for these, and Kong does not check the method of a request.
fn methods(options: &Node<'_>, generation: Generation) -> Vec<String> {
    let entries = options.list("methods", REFUSES);
    // 0.x sends the option as it is.
    let checked = entries.iter().filter(|_| generation != Generation::V0);
    for entry in checked.filter(|entry| !is_among(&entry.text, METHODS)) {
        let upper = entry.text.to_ascii_uppercase();
        let near = Some(upper).filter(|upper| is_among(upper, METHODS));
        entry.error(ErrorKind::UnknownMethod, near);
    }
    let count = if generation == Generation::V0 { 6 } else { 7 };
    let mut methods: Vec<String> = match options.get("methods") {
        None => METHODS.split(' ').take(count).map(str::to_owned).collect(),
        Some(_) => names::import(List::Methods, &entries, false),
    };
    for name in ["GET", "HEAD", "POST"] {
        if !methods.iter().any(|method| method == name) {
            methods.push(name.to_owned());
        }
    }
    methods
}

fn max_age(options: &Node<'_>) -> MaxAge {
    let Some(seconds) = options.number("max_age", REFUSES) else {
        return MaxAge::BrowserDefault;
    };
    let place = options.at("max_age", seconds);
    if seconds.fract() != 0.0 || !(-EXPONENT..EXPONENT).contains(&seconds) {
        place.note(NoteKind::MaxAgeUnreadable, None);
        return MaxAge::BrowserDefault;
    }
    if seconds < 0.0 {
        place.note(NoteKind::MaxAgeNegative, None);
    }
    let seconds = Duration::from_secs_f64(seconds.max(0.0)).as_secs();
    max_age::import(&place, seconds, "86400")
}
