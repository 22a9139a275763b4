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
//! let prefixes: Vec<_> = imported.config.paths.iter().map(|(prefix, _)| &prefix[..]).collect();
//! assert_eq!(prefixes, ["/", "/login*"]);
//! let cors = CorsLayer::from(imported.config.compile()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | option | absent or empty | becomes |
//! |---|---|---|
//! | `origins` | any | literals as origins; regexes as regexes for the whole origin, or for the host if they have no `:` |
//! | `methods` | all but `TRACE` and `CONNECT`, which scripts cannot send; an empty list is `GET`, `HEAD`, `POST` | the same |
//! | `headers` | [`AllowHeaders::Mirror`] | the same, without those that scripts cannot set |
//! | `exposed_headers` | none | the same |
//! | `credentials` | `false` | the same; with any origin an error of `compile` until taken on |
//! | `max_age` | not sent | the same; what browsers cannot read is not sent |
//! | `private_network` | `false` | the same |
//! | `preflight_continue` | `false` | [`PreflightMode::Forward`] |
//! | `allow_origin_absent` | `true` | `answer_without_origin` |
//!
//! # Services and routes
//!
//! Kong chooses the plugin by route: the route's own, else its service's, else
//! the global one. A [`PathConfigs`] chooses by path: each path prefix of a
//! route becomes one, `/users*`, and the global plugin `/`.
//!
//! Kong also chooses routes by host, method, header and by regexes, and a route
//! with more such conditions goes before one with a longer path. Where routes
//! with different CORS could be chosen for the same path, CORS is off there,
//! with a note; so import a file of what this service serves, and nothing else.
//! What Kong routes nowhere it answers itself, by 404; a layer does not know, so
//! such a request has the policy of its path.
//!
//! Kong's plugin works only on routes that match preflights, which carry no
//! headers of the page and have the method `OPTIONS`. A layer in front of all
//! routing has no such limit.
//!
//! [`AllowHeaders::Mirror`]: crate::AllowHeaders::Mirror
//! [`PreflightMode::Forward`]: crate::PreflightMode::Forward

mod claims;
mod file;
mod form;
mod origins;
mod pcre;
mod plugin;

use super::document::{Document, Object, Value, get};
use super::options::{Dialect, Options};
use super::{Findings, Gateway, ImportErrorKind, ImportErrors, Imported};
use crate::config::CorsConfig;
use crate::paths::PathConfigs;

/// The generation of a Kong, which decides what its configuration means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Generation {
    /// 0.x: a string may be a list with commas, `origin` may be there instead
    /// of `origins`, regexes are searched for in the whole origin, and
    /// `methods` does not have `OPTIONS` by default.
    V0,
    /// 1.x and 2.x: as 3.x, but `*` beside other origins does nothing.
    V1,
    /// 3.x. What `*` beside other origins does depends on the version, so it
    /// is an error.
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

/// Imports a declarative file, or one plugin object, for all paths.
///
/// The generation is told by `_format_version`, or by `apis`, which only 0.x
/// has.
///
/// # Errors
///
/// All that cannot be imported, at once: what Kong refuses, and regexes that
/// cannot be said in Rust.
pub fn import(document: &Document) -> Result<Imported<PathConfigs>, ImportErrors> {
    let mut findings = Findings::new(Gateway::Kong);
    let mut configs = PathConfigs::new();
    if let Some(object) = object(document, &mut findings) {
        if file::is_file(object) {
            configs = file::import(object, &mut findings);
        } else {
            for key in ["route", "service", "api", "api_id"] {
                if let Some(reference) = get(object, key).filter(|value| **value != Value::Null) {
                    findings.error(key, reference, ImportErrorKind::NotFound, None);
                }
            }
            let config = one_plugin(object, Generation::V3, &mut findings);
            configs
                .paths
                .extend(config.map(|config| ("/".to_owned(), Some(config))));
        }
    }
    findings.finish(configs)
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
    let mut findings = Findings::new(Gateway::Kong);
    let object = object(document, &mut findings);
    let config = object.and_then(|object| one_plugin(object, generation, &mut findings));
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
    let mut findings = Findings::new(Gateway::Kong);
    let fields = fields
        .into_iter()
        .map(|(key, value)| (key.into(), value.into()));
    let object = form::nest(&form::gather(fields), &mut findings);
    let options = Options {
        dialect: generation.dialect(true),
        place: String::new(),
        object: &object,
    };
    let config = named(&options, generation, &mut findings);
    findings.finish(config)
}

fn object<'a>(document: &'a Document, findings: &mut Findings) -> Option<&'a Object> {
    match &document.0 {
        Value::Object(object) => Some(object),
        other => {
            findings.wrong_type("document", other, "an object", "Kong refuses it", None);
            None
        }
    }
}

fn one_plugin(
    object: &Object,
    generation: Generation,
    findings: &mut Findings,
) -> Option<CorsConfig> {
    if form::is_flat(object) {
        let object = form::nest(object, findings);
        let options = Options {
            dialect: Generation::V0.dialect(true),
            place: String::new(),
            object: &object,
        };
        return named(&options, Generation::V0, findings);
    }
    let options = Options {
        dialect: generation.dialect(false),
        place: String::new(),
        object,
    };
    if plugin::is_config_alone(&options) {
        return Some(plugin::config(&options, generation, findings));
    }
    named(&options, generation, findings)
}

/// A plugin, which has to be this one.
fn named(
    options: &Options<'_>,
    generation: Generation,
    findings: &mut Findings,
) -> Option<CorsConfig> {
    match get(options.object, "name") {
        Some(Value::String(name)) if name == "cors" => {
            plugin::import(options, generation, findings)
        }
        Some(other) => {
            let kind = ImportErrorKind::OtherPlugin;
            findings.error("name", other, kind, Some("cors".to_owned()));
            None
        }
        None => {
            let expected = "a declarative file of Kong or its plugin `cors`";
            findings.error(
                "document",
                "",
                ImportErrorKind::OtherDocument { expected },
                None,
            );
            None
        }
    }
}
