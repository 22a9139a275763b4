//! Kong: the plugin `cors`, of today and of 0.x, alone or in a declarative
//! file with services and routes.
//!
//! ```
//! use tower_cors::CorsLayer;
//! use tower_cors::import::kong;
//!
//! let document = serde_json::from_str(r#"{
//!     "_format_version": "3.0",
//!     "plugins": [{ "name": "cors", "config": { "origins": ["https://app.example.com"] } }],
//!     "services": [{
//!         "name": "accounts",
//!         "url": "http://accounts.internal",
//!         "routes": [{
//!             "name": "login",
//!             "paths": ["/login"],
//!             "plugins": [{
//!                 "name": "cors",
//!                 "config": { "origins": ["https://login.example.com"], "credentials": true }
//!             }]
//!         }]
//!     }]
//! }"#)?;
//! let imported = kong::import(&document)?;
//! for note in &imported.notes {
//!     eprintln!("{note}");
//! }
//! let table = imported.config.paths()?;
//! let prefixes: Vec<_> = table.paths.iter().map(|(prefix, _)| &prefix[..]).collect();
//! assert_eq!(prefixes, ["/", "/login*"]);
//! let cors = CorsLayer::from(table.compile()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | option | absent or empty | becomes |
//! |---|---|---|
//! | `origins` | any | literals as origins; regexes as regexes for the whole origin, or for the host if they have no `:` |
//! | `methods` | all but `TRACE` and `CONNECT`, which scripts cannot send | the same, and `GET`, `HEAD`, `POST`, for which browsers ask no leave |
//! | `headers` | [`AllowHeaders::Mirror`]; an empty list of 0.x is none | the same, without those that scripts cannot set |
//! | `exposed_headers` | none | the same |
//! | `credentials` | `false` | the same; with any origin an error of `compile` until taken on |
//! | `max_age` | not sent | the same; what browsers cannot read is not sent |
//! | `private_network` | `false` | the same |
//! | `preflight_continue` | `false` | [`PreflightMode::Forward`] |
//! | `allow_origin_absent` | `true` | `answer_without_origin` |
//!
//! # Services and routes
//!
//! Kong chooses the plugin by route: the route's own, else its service's, else the
//! global one. It chooses the route by path, host, method, header and more. Whoever
//! moves to Rust builds these routes anew, so an import gives [`Policies`]: every
//! plugin with its scope, and every route with the policy that Kong chooses for it.
//! Where plain path prefixes tell the policies apart, [`Policies::paths`] makes a
//! [`PathConfigs`](crate::PathConfigs) of them: each prefix of a route becomes one,
//! `/users*`, and the global plugin `/`. Where they do not, its error names the routes.
//! [`Policies::at_host`] takes what one host has.
//!
//! Kong's plugin works only on routes that match preflights, which carry no headers of
//! the page and have the method `OPTIONS`. Where a route does not, its policy has only
//! what browsers send without a preflight, and a note says so. A layer in front of all
//! routing has no such limit: add what is meant to the imported configuration.
//!
//! [`AllowHeaders::Mirror`]: crate::AllowHeaders::Mirror
//! [`PreflightMode::Forward`]: crate::PreflightMode::Forward

mod file;
mod form;
mod origins;
mod pcre;
mod plugin;
mod policies;
mod route;

pub use policies::{Policies, Scope};
pub use route::Route;

use super::document::{Document, Object, Value, get};
use super::options::{Dialect, Options, REFUSES};
use super::{Findings, Gateway, ImportErrorKind as ErrorKind, ImportErrors, Imported};
use crate::config::CorsConfig;

/// The generation of a Kong, which decides what its configuration means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// 0.x: a string may be a list with commas, `origin` may be there instead
    /// of `origins`, entries are searched for in the whole origin, and
    /// `methods` does not have `OPTIONS` by default.
    V0,
    /// 1.x and 2.x: as 3.x, but `*` beside other origins does nothing.
    V1,
    /// 3.x. What `*` beside other origins does depends on the version: since 3.8 it is
    /// any origin, before it is nothing, and so it is here.
    #[default]
    V3,
}

impl Generation {
    fn dialect(self, form: bool) -> Dialect {
        let commas = self == Generation::V0;
        Dialect::Kong {
            form: form || commas,
            commas,
        }
    }
}

/// Imports a declarative file; or one plugin object or manifest (`KongPlugin`), for all
/// paths.
///
/// The generation is told by `_format_version`, or by `apis`, which only 0.x
/// has.
///
/// # Errors
///
/// All that cannot be imported, at once: what Kong refuses, and regexes that
/// cannot be said in Rust.
pub fn import(document: &Document) -> Result<Imported<Policies>, ImportErrors> {
    let findings = Findings::new(Gateway::Kong, document);
    let mut policies = Policies::default();
    if let Some(object) = findings.object(document, REFUSES) {
        if file::is_file(object) {
            policies = file::import(object, &findings);
        } else {
            for key in ["route", "service", "api", "api_id"] {
                if let Some(reference) = get(object, key).filter(|value| **value != Value::Null) {
                    findings.error(key, reference, ErrorKind::NotFound);
                }
            }
            let config = one_plugin(object, Generation::V3, &findings);
            let global = config.map(|config| (Scope::default(), config));
            policies.plugins.extend(global);
        }
    }
    findings.finish(policies)
}

/// Imports one plugin object, or its `config` alone; `None` is a plugin that
/// is not `enabled`. For which routes it is meant is not considered.
///
/// An object of form fields (`config.origins`) is of 0.x, whatever the
/// generation.
///
/// # Errors
///
/// As of [`import`].
pub fn plugin(
    document: &Document,
    generation: Generation,
) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let findings = Findings::new(Gateway::Kong, document);
    let object = findings.object(document, REFUSES);
    let config = object.and_then(|object| one_plugin(object, generation, &findings));
    findings.finish(config)
}

/// Imports the form fields that create a plugin.
///
/// ```
/// use tower_cors::import::kong::{self, Generation};
///
/// let fields = [
///     ("name", "cors"),
///     ("config.origins", "https://a.example, https://b.example"),
///     ("config.max_age", "3600"),
/// ];
/// let imported = kong::form(fields, Generation::V0)?;
/// # assert_eq!(imported.config.unwrap().allow_origins.len(), 2);
/// # Ok::<(), tower_cors::import::ImportErrors>(())
/// ```
///
/// # Errors
///
/// As of [`import`].
pub fn form<K: Into<String>, V: Into<String>>(
    fields: impl IntoIterator<Item = (K, V)>,
    generation: Generation,
) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let text = |(key, value): (K, V)| (key.into(), Value::String(value.into()));
    let fields = form::gather(fields.into_iter().map(text));
    let fields = Document(Value::Object(fields));
    let findings = Findings::new(Gateway::Kong, &fields);
    let object = findings.object(&fields, REFUSES);
    let config = object.and_then(|object| one_form(object, generation, &findings));
    findings.finish(config)
}

fn one_plugin(object: &Object, generation: Generation, findings: &Findings) -> Option<CorsConfig> {
    if form::is_flat(object) {
        return one_form(&form::last_of(object), Generation::V0, findings);
    }
    let options = Options::new(findings, generation.dialect(false), object);
    if plugin::is_config_alone(&options) {
        return Some(plugin::config(&options, generation));
    }
    named(&options, generation)
}

/// A plugin in form fields.
fn one_form(object: &Object, generation: Generation, findings: &Findings) -> Option<CorsConfig> {
    let object = form::nest(&form::gather(object.iter().cloned()), findings);
    let options = Options::new(findings, generation.dialect(true), &object);
    // What changes a plugin does not name it.
    match options.get("name") {
        None if options.get("config").is_some() => plugin::import(&options, None, generation),
        _ => named(&options, generation),
    }
}

/// A plugin, which has to be this one.
fn named(options: &Options<'_>, generation: Generation) -> Option<CorsConfig> {
    let findings = options.findings;
    let is_manifest = plugin::is_manifest(options);
    let key = if is_manifest { "plugin" } else { "name" };
    match options.get(key) {
        Some(Value::String(name)) if name == "cors" => plugin::import(options, None, generation),
        Some(other) => {
            let kind = ErrorKind::OtherPlugin;
            findings.repair(key, other, kind, Some("cors".to_owned()));
            None
        }
        None => {
            let expected = "a declarative file of Kong or its plugin `cors`";
            findings.error("document", "", ErrorKind::OtherDocument { expected });
            None
        }
    }
}
