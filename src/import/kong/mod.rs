//! Imports Kong's plugin `cors`, of 0.x up to 3.x, alone or in a declarative file with services
//! and routes.
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
//! | `methods` | all but `TRACE` and `CONNECT`, which scripts cannot send | the same, and `GET`, `HEAD`, `POST`, which need no preflight |
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
//! Kong chooses the route of a request by path, host, method, header and more, and then the
//! plugin: the route's own, otherwise that of its service, otherwise the global one. As you
//! will write these routes anew in Rust, an import returns [`Policies`]: every plugin with its
//! scope, and every route with the policy that Kong chooses for it.
//!
//! If plain path prefixes tell the policies apart, [`Policies::paths`] turns them into
//! [`PathConfigs`](crate::PathConfigs): the prefix `/users` becomes `/users*`, and the global
//! plugin becomes `/`. Otherwise its error names the routes. [`Policies::at_host`] keeps only
//! the routes of one host.
//!
//! Kong's plugin works only on routes that match preflights, which have the method `OPTIONS`
//! and none of the page's headers. The policy of any other route is reduced to requests
//! without a preflight, and a note says so. A layer in front of all routing has no such
//! limit, so you can extend the imported configuration.
//!
//! [`AllowHeaders::Mirror`]: crate::AllowHeaders::Mirror
//! [`PreflightMode::Forward`]: crate::PreflightMode::Forward

// May use what its parent room may use, and the shared files beside it. Inside, the arrows go
// one way: file → plugin, policies, route → origins → pcre, generation; form stands alone.
mod file;
mod form;
mod generation;
mod origins;
mod pcre;
mod plugin;
mod policies;
mod route;

pub use generation::Generation;
pub use policies::{Policies, Scope};
pub use route::Route;

use super::document::{Document, Object, Value};
use super::error::{ImportErrorKind as ErrorKind, ImportErrors};
use super::findings::{Findings, Imported};
use super::gateway::Gateway;
use super::node::Node;
use crate::config::CorsConfig;

/// Imports a declarative file. A single plugin object or manifest (`KongPlugin`) is imported
/// for all paths.
///
/// The generation follows from `_format_version`, or from `apis`, which only 0.x has.
///
/// # Errors
///
/// Everything that cannot be imported, at once: what Kong refuses, and regexes that Rust
/// cannot express.
pub fn import(document: &Document) -> Result<Imported<Policies>, ImportErrors> {
    let findings = Findings::new(Gateway::Kong, document);
    let mut policies = Policies::default();
    let dialect = Generation::V3.dialect(false);
    if let Some(options) = Node::of_document(&findings, dialect, document) {
        if file::is_file(options.value) {
            policies = file::import(options);
        } else {
            for key in ["route", "service", "api", "api_id"] {
                if let Some(reference) = options.get(key) {
                    let place = reference.place(reference.value);
                    place.error(ErrorKind::NotFound, None);
                }
            }
            let config = one_plugin(&options, Generation::V3);
            let global = config.map(|config| (Scope::default(), config));
            policies.plugins.extend(global);
        }
    }
    findings.finish(policies)
}

/// Imports one plugin object, or its `config` alone, without regard to the routes that it is
/// for. The configuration is `None` if the plugin is not `enabled`.
///
/// An object of form fields (`config.origins`) is of 0.x, whatever the generation.
///
/// # Errors
///
/// See [`import`].
pub fn plugin(
    document: &Document,
    generation: Generation,
) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let findings = Findings::new(Gateway::Kong, document);
    let options = Node::of_document(&findings, generation.dialect(false), document);
    let config = options.and_then(|options| one_plugin(&options, generation));
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
/// See [`import`].
pub fn form<K: Into<String>, V: Into<String>>(
    fields: impl IntoIterator<Item = (K, V)>,
    generation: Generation,
) -> Result<Imported<Option<CorsConfig>>, ImportErrors> {
    let document = Document(Value::Object(Object::new()));
    let findings = Findings::new(Gateway::Kong, &document);
    let text = |(key, value): (K, V)| (key.into(), Value::String(value.into()));
    let config = one_form(fields.into_iter().map(text), generation, &findings);
    findings.finish(config)
}

fn one_plugin(options: &Node<'_>, generation: Generation) -> Option<CorsConfig> {
    if form::is_flat(options.value) {
        let fields = form::last_of(options.value);
        return one_form(fields, Generation::V0, options.findings);
    }
    if plugin::is_config_alone(options) {
        return Some(plugin::config(options, generation));
    }
    named(options, generation)
}

/// A plugin in form fields.
fn one_form(
    fields: impl IntoIterator<Item = (String, Value)>,
    generation: Generation,
    findings: &Findings,
) -> Option<CorsConfig> {
    let fields = form::gather(fields);
    let document = Document(Value::Object(form::nest(&fields, findings)));
    let options = Node::of_document(findings, generation.dialect(true), &document)?;
    // Fields that change a plugin do not name it.
    if document.0.get("name").is_none() && document.0.get("config").is_some() {
        return plugin::import(&options, None, generation);
    }
    named(&options, generation)
}

/// A plugin, if its name is `cors`.
fn named(options: &Node<'_>, generation: Generation) -> Option<CorsConfig> {
    let is_manifest = plugin::is_manifest(options);
    let key = if is_manifest { "plugin" } else { "name" };
    match options.get(key) {
        Some(name) if name.value.text() == Some("cors") => {
            return plugin::import(options, None, generation);
        }
        Some(other) => {
            let suggestion = Some("cors".to_owned());
            let place = other.place(other.value);
            place.error(ErrorKind::OtherPlugin, suggestion);
        }
        None => {
            let expected = "a declarative file of Kong or its plugin `cors`";
            let place = options.at("document", "");
            place.error(ErrorKind::OtherDocument { expected }, None);
        }
    }
    None
}
