//! A declarative file: services, routes, and the plugins on them.

use super::claims::{self, Claim, Route};
use super::{Generation, Options, plugin};
use crate::config::CorsConfig;
use crate::import::document::{Object, Value, get};
use crate::import::{Findings, ImportErrorKind};
use crate::paths::PathConfigs;

const NAME: &str = "cors";

/// Whether an object is such a file, and not one plugin.
pub(super) fn is_file(object: &Object) -> bool {
    let keys = ["_format_version", "services", "routes", "plugins", "apis"];
    keys.iter().any(|key| get(object, key).is_some())
}

pub(super) fn import(object: &Object, findings: &mut Findings) -> PathConfigs {
    let generation = generation(object);
    let options = Options {
        dialect: generation.dialect(false),
        place: String::new(),
        object,
    };
    let mut file = File::default();
    file.read(&options, findings);
    let plugins = file.plugins(generation, findings);
    let routes = file.routes(generation, &plugins, findings);
    let global = chosen(&plugins, &[Scope::default()]);
    let configs: Vec<_> = plugins.into_iter().map(|plugin| plugin.config).collect();
    claims::resolve(&routes, &configs, global, findings)
}

fn generation(object: &Object) -> Generation {
    let version = match get(object, "_format_version") {
        Some(Value::String(version)) => version.clone(),
        Some(Value::Number(version)) => version.to_string(),
        _ if get(object, "apis").is_some() => return Generation::V0,
        _ => return Generation::V3,
    };
    match version.split('.').next() {
        Some("0") => Generation::V0,
        Some("1" | "2") => Generation::V1,
        _ => Generation::V3,
    }
}

/// Where a plugin is; nowhere is global.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Scope {
    route: Option<usize>,
    service: Option<usize>,
}

struct Plugin {
    scope: Scope,
    /// `None` is disabled: as if it were not there.
    config: Option<CorsConfig>,
}

/// The index of the first plugin that is in one of the scopes, tried in order.
fn chosen(plugins: &[Plugin], scopes: &[Scope]) -> Option<usize> {
    let mut found = scopes.iter().filter_map(|scope| {
        plugins
            .iter()
            .position(|plugin| plugin.scope == *scope && plugin.config.is_some())
    });
    found.next()
}

/// What the file holds; routes and services are known by their index.
#[derive(Default)]
struct File<'a> {
    services: Vec<Options<'a>>,
    routes: Vec<(Options<'a>, Option<usize>)>,
    plugins: Vec<(Options<'a>, Scope)>,
}

impl<'a> File<'a> {
    fn read(&mut self, options: &Options<'a>, findings: &mut Findings) {
        for service in options.objects("services", findings) {
            let index = Some(self.services.len());
            for route in service.objects("routes", findings) {
                self.add_route(route, index, findings);
            }
            let scope = Scope {
                route: None,
                service: index,
            };
            self.add_plugins(&service, scope, findings);
            self.services.push(service);
        }
        // An API of 0.x is a service with one route.
        for key in ["routes", "apis"] {
            for route in options.objects(key, findings) {
                let service = self.find(&route, "service", findings);
                self.add_route(route, service, findings);
            }
        }
        self.add_plugins(options, Scope::default(), findings);
        for key in ["consumers", "consumer_groups"] {
            for consumer in options.objects(key, findings) {
                for plugin in consumer.objects("plugins", findings) {
                    if plugin.text("name") == Some(NAME) {
                        let kind = ImportErrorKind::Consumer;
                        findings.error(plugin.place.trim_end_matches('.'), "", kind, None);
                    }
                }
            }
        }
    }

    fn add_route(&mut self, route: Options<'a>, service: Option<usize>, findings: &mut Findings) {
        let scope = Scope {
            route: Some(self.routes.len()),
            service: None,
        };
        self.add_plugins(&route, scope, findings);
        self.routes.push((route, service));
    }

    fn add_plugins(&mut self, parent: &Options<'a>, scope: Scope, findings: &mut Findings) {
        for plugin in parent.objects("plugins", findings) {
            if plugin.text("name") == Some(NAME) {
                self.plugins.push((plugin, scope));
            }
        }
    }

    /// The index of what an option refers to, by name or by id.
    fn find(&self, from: &Options<'_>, key: &str, findings: &mut Findings) -> Option<usize> {
        let value = from.get(key)?;
        let wanted = match value {
            Value::Object(object) => get(object, "id").or(get(object, "name")),
            other => Some(other),
        };
        let is_it = |options: &Options<'_>| {
            wanted.is_some_and(|wanted| {
                ["id", "name"]
                    .iter()
                    .any(|key| options.get(key) == Some(wanted))
            })
        };
        let found = match key {
            "service" => self.services.iter().position(is_it),
            _ => self.routes.iter().position(|(route, _)| is_it(route)),
        };
        if found.is_none() {
            let written = wanted.unwrap_or(value);
            let kind = ImportErrorKind::NotFound;
            findings.error(&from.place(key), written, kind, None);
        }
        found
    }

    fn plugins(&self, generation: Generation, findings: &mut Findings) -> Vec<Plugin> {
        let mut plugins: Vec<Plugin> = Vec::new();
        for (options, scope) in &self.plugins {
            let mut scope = *scope;
            let before = findings.errors.len();
            for key in ["route", "api", "api_id"] {
                scope.route = scope.route.or_else(|| self.find(options, key, findings));
            }
            scope.service = scope
                .service
                .or_else(|| self.find(options, "service", findings));
            let is_found = findings.errors.len() == before;
            let config = plugin::import(options, generation, findings);
            if is_found && plugins.iter().any(|other| other.scope == scope) {
                let place = options.place.trim_end_matches('.');
                findings.error(place, "", ImportErrorKind::SameScope, None);
            }
            if is_found {
                plugins.push(Plugin { scope, config });
            }
        }
        plugins
    }

    fn routes(
        &self,
        generation: Generation,
        plugins: &[Plugin],
        findings: &mut Findings,
    ) -> Vec<Route> {
        let mut routes = Vec::new();
        for (index, (options, service)) in self.routes.iter().enumerate() {
            let (index, service) = (Some(index), *service);
            // From the narrowest.
            let scopes = [
                (index, service),
                (index, None),
                (None, service),
                (None, None),
            ]
            .map(|(route, service)| Scope { route, service });
            let is_live = service
                .is_none_or(|service| self.services[service].flag("enabled", true, findings));
            if is_live && !is_stream(options, findings) {
                routes.push(route(
                    options,
                    generation,
                    chosen(plugins, &scopes),
                    findings,
                ));
            }
        }
        routes
    }
}

/// Whether a route is for connections, not for requests.
fn is_stream(options: &Options<'_>, findings: &mut Findings) -> bool {
    let protocols = options.list("protocols", "", findings);
    let stream = ["tcp", "tls", "tls_passthrough", "udp"];
    !protocols.is_empty()
        && protocols
            .iter()
            .all(|entry| stream.contains(&&entry.text[..]))
}

fn route(
    options: &Options<'_>,
    generation: Generation,
    plugin: Option<usize>,
    findings: &mut Findings,
) -> Route {
    let mut texts = |keys: [&str; 3]| -> Vec<String> {
        let lists = keys.map(|key| options.list(key, "", findings));
        let entries = lists.into_iter().flatten();
        entries.map(|entry| entry.text).collect()
    };
    // The names of 0.x are the later ones.
    let paths = texts(["paths", "uris", "request_path"]);
    let methods = texts(["methods", "", ""]);
    let keys = [
        ("hosts", "host"),
        ("request_host", "host"),
        ("headers", "header"),
        ("snis", "server name"),
        ("sources", "client address"),
        ("destinations", "address"),
        ("expression", "an expression"),
    ];
    let by = keys.iter().filter_map(|&(key, what)| {
        let value = options.get(key)?;
        let is_empty = match value {
            Value::List(list) => list.is_empty(),
            Value::Object(object) => object.is_empty(),
            _ => false,
        };
        (!is_empty).then(|| (what, value.clone()))
    });
    let place = options.place.trim_end_matches('.').to_owned();
    let label = options
        .text("name")
        .or(options.text("id"))
        .unwrap_or(&place);
    Route {
        label: label.to_owned(),
        claims: paths
            .iter()
            .map(|path| Claim::new(path, generation))
            .collect(),
        by: by.collect(),
        methods,
        plugin,
        place,
    }
}
