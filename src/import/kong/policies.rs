//! The result of an import: every policy with its scope, and a table of path prefixes if those
//! determine the policy.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::route::Route;
use crate::config::{CorsConfig, PathConfigs};
use crate::import::error::{ImportError, ImportErrorKind as ErrorKind, ImportErrors};
use crate::policy::is_plain;
use crate::text::Readable;

/// The policies of a declarative file, with their scopes.
///
/// ```
/// use tower_cors::CorsLayer;
/// use tower_cors::import::kong;
///
/// let document = serde_json::from_str(r#"{
///     "_format_version": "3.0",
///     "routes": [
///         { "name": "shop", "hosts": ["shop.example.com"], "plugins": [
///             { "name": "cors", "config": { "origins": ["https://app.example.com"] } }] },
///         { "name": "admin", "hosts": ["admin.example.com"], "plugins": [
///             { "name": "cors", "config": { "origins": ["https://ops.example.com"] } }] }
///     ]
/// }"#)?;
/// let policies = kong::import(&document)?.config;
/// // Paths do not tell the two apart, but hosts do.
/// assert!(policies.paths().is_err());
/// let shop = CorsLayer::from(policies.at_host("shop.example.com").paths()?.compile()?);
/// // Or mount each policy on its own route.
/// for route in &policies.routes {
///     if let Some(config) = &route.config {
///         let cors = CorsLayer::new(config.clone())?;
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Policies {
    /// Each `cors` plugin that is enabled, in the order of the file.
    pub plugins: Vec<(Scope, CorsConfig)>,
    /// Each route, with the policy that Kong chooses for it.
    pub routes: Vec<Route>,
}

/// The scope of a plugin: a service, a route, both, or neither, which is global.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Scope {
    /// The name of the service, its id, or its place in the file.
    pub service: Option<String>,
    /// The name of the route, its id, or its place in the file.
    pub route: Option<String>,
}

/// `global`, ``service `shop` ``, ``route `items` of service `shop` ``.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (service, route) = (self.service.as_deref(), self.route.as_deref());
        match (service.map(Readable), route.map(Readable)) {
            (None, None) => f.write_str("global"),
            (Some(service), None) => write!(f, "service `{service}`"),
            (None, Some(route)) => write!(f, "route `{route}`"),
            (Some(service), Some(route)) => write!(f, "route `{route}` of service `{service}`"),
        }
    }
}

impl Policies {
    /// A configuration for each path prefix, if prefixes determine the policy of a request.
    /// All other paths have the global plugin, if there is one.
    ///
    /// Conditions that all these routes share, such as a host, are ignored: Kong answers 404
    /// to requests that do not meet them.
    ///
    /// A worked example:
    ///
    /// | plugin | on | prefixes of its routes |
    /// |---|---|---|
    /// | `g` | everything | |
    /// | `u` | the service `users` | `/users`, `/users/me` |
    /// | `a` | the route `avatar` | `/users/me/avatar` |
    /// | disabled | the route `health` | `/health` |
    ///
    /// gives `/` with `g`, `/users*` with `u`, and `/users/me/avatar*` with `a`. The table
    /// needs no entry for `/users/me`, since the longest shorter prefix has the same policy.
    /// `/health` has `g` as well, since a disabled plugin is passed over.
    ///
    /// # Errors
    ///
    /// The routes with different policies that Kong tells apart by more than plain path
    /// prefixes.
    pub fn paths(&self) -> Result<PathConfigs, ImportErrors> {
        let is_mixed = |route: &&Route| {
            let mut others = self.routes.iter();
            others.any(|other| route.config != other.config && !route.is_apart_from(other))
        };
        let mixed: Vec<_> = self.routes.iter().filter(is_mixed).collect();
        if mixed.is_empty() {
            return Ok(self.table());
        }
        let conditions = mixed.iter().flat_map(|route| route.conditions());
        let differ = |condition: &(&str, &Vec<String>)| {
            !mixed
                .iter()
                .all(|route| route.conditions().contains(condition))
        };
        let mut by: BTreeSet<&str> = conditions.filter(differ).map(|(what, _)| what).collect();
        let is_regex = |route: &&Route| route.prefixes.is_none() && !route.paths.is_empty();
        let has_regex = mixed.iter().any(is_regex);
        by.extend(has_regex.then_some("regexes"));
        by.extend(by.is_empty().then_some("their order"));
        let names = mixed.iter().map(|route| format!("`{}`", route.name));
        let kind = ErrorKind::NotByPath {
            routes: names.collect::<Vec<_>>().join(", "),
            by: Vec::from_iter(by).join(" and "),
        };
        let heading = "there is no table of path prefixes for these routes of Kong";
        let error = ImportError::new("routes", "", kind);
        ImportErrors::unless_empty(heading, vec![error], PathConfigs::new())
    }

    fn table(&self) -> PathConfigs {
        let mut prefixes: BTreeMap<&str, Option<&CorsConfig>> = BTreeMap::new();
        let is_global = |(scope, _): &&(Scope, CorsConfig)| *scope == Scope::default();
        let global = self.plugins.iter().find(is_global);
        prefixes.extend(global.map(|(_, config)| ("", Some(config))));
        let root = vec![String::new()];
        for route in &self.routes {
            // If prefixes are unknown, all routes have the same policy.
            for prefix in route.prefixes.as_ref().unwrap_or(&root) {
                prefixes.insert(prefix, route.config.as_ref());
            }
        }
        // All paths begin with a slash, so `/` leaves nothing to the empty prefix.
        if prefixes.contains_key("/") {
            prefixes.remove("");
        }
        let mut table = PathConfigs::new();
        for (prefix, config) in &prefixes {
            // The order of the map puts the longest prefix around this one last.
            let mut shorter = prefixes.range::<&str, _>(..prefix).rev();
            let around = shorter.find(|(outer, _)| prefix.starts_with(**outer));
            if around.and_then(|(_, config)| *config) != *config {
                table = table.path(written(prefix), config.cloned());
            }
        }
        table
    }

    /// Keeps only the routes that match a host, which is written without a port. The plugins
    /// are not changed.
    pub fn at_host(&self, host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let fits = |pattern: &String| {
            let pattern = pattern.to_ascii_lowercase();
            let pattern = pattern.split(':').next().unwrap_or_default();
            match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
                (Some(end), _) => host.ends_with(end),
                (_, Some(start)) => host.starts_with(start),
                _ => host == pattern,
            }
        };
        let mut policies = self.clone();
        policies.routes.retain_mut(|route| {
            let has_any = route.hosts.is_empty();
            route.hosts.retain(fits);
            has_any || !route.hosts.is_empty()
        });
        policies
    }
}

/// The prefix as [`PathConfigs`] writes it: with a `*`, as Kong's prefixes need not end with a
/// segment, and percent-encoded, as Kong decodes them.
fn written(prefix: &str) -> String {
    if matches!(prefix, "" | "/") {
        return "/".to_owned();
    }
    let mut text = String::new();
    for byte in prefix.bytes() {
        match is_plain(byte) {
            true => text.push(char::from(byte)),
            false => text.extend(format!("%{byte:02X}").chars()),
        }
    }
    text + "*"
}
