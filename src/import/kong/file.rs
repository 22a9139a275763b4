//! A declarative file: services, routes, and the plugins on them.

use super::policies::{Policies, Scope};
use super::route::{self, Route};
use super::{Generation, Options, plugin};
use crate::config::CorsConfig;
use crate::import::document::{Object, Value, get, is_template};
use crate::import::options::{Entry, is_among};
use crate::import::{Findings, ImportErrorKind as ErrorKind};

const NAME: &str = "cors";

/// Whether an object is such a file, and not one plugin.
pub(super) fn is_file(object: &Object) -> bool {
    let keys = ["_format_version", "services", "routes", "plugins", "apis"];
    keys.iter().any(|key| get(object, key).is_some())
}

pub(super) fn import(object: &Object, findings: &Findings) -> Policies {
    let generation = generation(object);
    let options = Options::new(findings, generation.dialect(false), object);
    options.refuse_templates();
    let mut file = File::default();
    file.read(&options);
    let plugins = file.plugins(&options, generation, findings);
    let routes = file.routes(generation, &plugins, findings);
    let named = plugins.into_iter().filter_map(|plugin| {
        let (service, route) = plugin.at;
        let service = service.map(|at| label(&file.services[at]));
        let route = route.map(|at| label(&file.routes[at].0));
        Some((Scope { service, route }, plugin.config?))
    });
    Policies {
        plugins: named.collect(),
        routes,
    }
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

/// Where a plugin is: a service, a route, both, or none, which is global; by index.
type Place = (Option<usize>, Option<usize>);

struct Plugin {
    at: Place,
    /// `None` is disabled: as if it were not there.
    config: Option<CorsConfig>,
}

/// What the file calls an object.
pub(super) fn label(options: &Options<'_>) -> String {
    let place = options.place.trim_end_matches('.');
    let name = options.text("name").or(options.text("id"));
    name.unwrap_or(place).to_owned()
}

/// What the file holds; routes and services are known by their index.
#[derive(Default)]
struct File<'a> {
    services: Vec<Options<'a>>,
    routes: Vec<(Options<'a>, Option<usize>)>,
    plugins: Vec<(Options<'a>, Place)>,
}

impl<'a> File<'a> {
    fn read(&mut self, options: &Options<'a>) {
        for service in options.objects("services") {
            let index = Some(self.services.len());
            for route in service.objects("routes") {
                self.add_route(route, index);
            }
            self.add_plugins(&service, (index, None));
            self.services.push(service);
        }
        // An API of 0.x is a service with one route.
        for key in ["routes", "apis"] {
            for route in options.objects(key) {
                let service = self.find(&route, "service");
                self.add_route(route, service);
            }
        }
        self.add_plugins(options, (None, None));
        for key in ["consumers", "consumer_groups"] {
            let consumers = options.objects(key).into_iter();
            let plugins = consumers.flat_map(|consumer| consumer.objects("plugins"));
            for plugin in plugins.filter(|plugin| plugin.text("name") == Some(NAME)) {
                let place = plugin.place.trim_end_matches('.');
                options.findings.error(place, "", ErrorKind::Consumer);
            }
        }
    }

    fn add_route(&mut self, route: Options<'a>, service: Option<usize>) {
        route.refuse_templates();
        self.add_plugins(&route, (None, Some(self.routes.len())));
        self.routes.push((route, service));
    }

    fn add_plugins(&mut self, parent: &Options<'a>, scope: Place) {
        for plugin in parent.objects("plugins") {
            match plugin.text("name") {
                Some(NAME) => self.plugins.push((plugin, scope)),
                Some(name) if is_template(name) => {
                    let place = plugin.place("name");
                    plugin.findings.error(&place, name, ErrorKind::Template);
                }
                _ => {}
            }
        }
    }

    /// The index of what an option refers to, by name or by id.
    fn find(&self, from: &Options<'_>, key: &str) -> Option<usize> {
        let value = from.get(key)?;
        let wanted = match value {
            Value::Object(object) => get(object, "id").or(get(object, "name")),
            other => Some(other),
        };
        let has_it = |of: &Options<'_>, key| of.get(key).is_some_and(|it| Some(it) == wanted);
        let is_it = |options: &Options<'_>| has_it(options, "id") || has_it(options, "name");
        let found = match key {
            "service" => self.services.iter().position(is_it),
            _ => self.routes.iter().position(|(route, _)| is_it(route)),
        };
        if found.is_none() {
            let written = wanted.unwrap_or(value);
            from.findings
                .error(&from.place(key), written, ErrorKind::NotFound);
        }
        found
    }

    fn plugins(
        &self,
        file: &Options<'a>,
        generation: Generation,
        findings: &Findings,
    ) -> Vec<Plugin> {
        let shared = file.object("_plugin_configs");
        let mut plugins: Vec<Plugin> = Vec::new();
        for (options, at) in &self.plugins {
            let (mut service, mut route) = *at;
            let before = findings.errors.borrow().len();
            for key in ["route", "api", "api_id"] {
                route = route.or_else(|| self.find(options, key));
            }
            service = service.or_else(|| self.find(options, "service"));
            let at = (service, route);
            let shared = options.text("_config").and_then(|name| {
                let found = shared.as_ref().and_then(|all| all.object(name));
                if found.is_none() {
                    findings.error(&options.place("_config"), name, ErrorKind::NotFound);
                }
                found
            });
            let is_found = findings.errors.borrow().len() == before;
            let config = plugin::import(options, shared.as_ref(), generation);
            if is_found && plugins.iter().any(|other| other.at == at) {
                let place = options.place.trim_end_matches('.');
                findings.error(place, "", ErrorKind::SameScope);
            }
            if is_found {
                plugins.push(Plugin { at, config });
            }
        }
        plugins
    }

    fn routes(
        &self,
        generation: Generation,
        plugins: &[Plugin],
        findings: &Findings,
    ) -> Vec<Route> {
        let mut routes = Vec::new();
        let mut fields = Vec::new();
        for (at, (options, service)) in self.routes.iter().enumerate() {
            let is_live = service.is_none_or(|at| self.services[at].flag("enabled", true));
            if !is_live || is_stream(options) {
                continue;
            }
            let (route, service) = (Some(at), *service);
            // From the narrowest.
            let both = (service, route);
            let places = [both, (None, route), (service, None), (None, None)];
            let config = places.iter().find_map(|place| {
                let mut there = plugins.iter().filter(|plugin| plugin.at == *place);
                there.find_map(|plugin| plugin.config.clone())
            });
            let service = service.map(|at| label(&self.services[at]));
            routes.push(route::route(options, service, config, generation));
            fields.push(options.place.trim_end_matches('.'));
        }
        route::note_conditions(&mut routes, &fields, findings);
        routes
    }
}

/// Whether a route is for connections, not for requests.
fn is_stream(options: &Options<'_>) -> bool {
    let protocols = options.list("protocols");
    let is_stream = |entry: &Entry| is_among(&entry.text, "tcp tls tls_passthrough udp");
    !protocols.is_empty() && protocols.iter().all(is_stream)
}
