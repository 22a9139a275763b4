//! A declarative file: services, routes, and the plugins on them.
//!
//! # Scopes
//!
//! Kong runs one `cors` plugin for a request: the one with the narrowest scope that fits the
//! route of the request. A worked example, with plugins `g` (global), `s` on the service
//! `shop`, `r` on the route `cart`, and `b` on both `shop` and `cart`:
//!
//! | route | its service | searched in this order | plugin |
//! |---|---|---|---|
//! | `cart` | `shop` | both, the route, the service, global | `b` |
//! | `cart`, without `b` | `shop` | the route, the service, global | `r` |
//! | `items` | `shop` | the service, global | `s` |
//! | `login` | `accounts` | global | `g` |
//!
//! A plugin that is not `enabled` is passed over: without `b` and with `r` disabled, `cart`
//! has `s`. A route without any plugin has no CORS.

use super::generation::Generation;
use super::plugin;
use super::policies::{Policies, Scope};
use super::route::{self, Route, label};
use crate::config::CorsConfig;
use crate::import::document::{Value, is_template};
use crate::import::error::ImportErrorKind as ErrorKind;
use crate::import::node::{Node, Place, REFUSES, is_among};

const NAME: &str = "cors";

/// The object is a declarative file, and not one plugin.
pub(super) fn is_file(object: &Value) -> bool {
    let keys = ["_format_version", "services", "routes", "plugins", "apis"];
    keys.iter().any(|key| object.get(key).is_some())
}

pub(super) fn import(options: Node<'_>) -> Policies {
    let generation = Generation::of_file(options.value);
    let dialect = generation.dialect(false);
    let options = Node { dialect, ..options };
    options.refuse_templates();
    let mut file = File::default();
    file.read(&options);
    let plugins = file.plugins(&options, generation);
    let routes = file.routes(generation, &plugins);
    let named = plugins.into_iter().filter_map(|plugin| {
        let (service, route) = plugin.at;
        let service = service.map(|at| label(&file.services[at]));
        let route = route.map(|at| label(&file.routes[at].0));
        Some((Scope { service, route }, plugin.config?))
    });
    let plugins = named.collect();
    Policies { plugins, routes }
}

/// The service and the route of a plugin, by index. A global plugin has neither.
type At = (Option<usize>, Option<usize>);

struct Plugin {
    at: At,
    /// `None` if it is disabled, which is the same as absent.
    config: Option<CorsConfig>,
}

/// The objects of a file. Services and routes are referred to by index.
#[derive(Default)]
struct File<'a> {
    services: Vec<Node<'a>>,
    routes: Vec<(Node<'a>, Option<usize>)>,
    plugins: Vec<(Node<'a>, At)>,
}

impl<'a> File<'a> {
    fn read(&mut self, options: &Node<'a>) {
        for service in options.objects("services") {
            let index = Some(self.services.len());
            for route in service.objects("routes") {
                self.add_route(route, index);
            }
            self.add_plugins(&service, (index, None));
            self.services.push(service);
        }
        // An API of 0.x is a service and a route in one.
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
                plugin.place("").error(ErrorKind::Consumer, None);
            }
        }
    }

    fn add_route(&mut self, route: Node<'a>, service: Option<usize>) {
        route.refuse_templates();
        self.add_plugins(&route, (None, Some(self.routes.len())));
        self.routes.push((route, service));
    }

    fn add_plugins(&mut self, parent: &Node<'a>, at: At) {
        for plugin in parent.objects("plugins") {
            match plugin.text("name") {
                Some(NAME) => self.plugins.push((plugin, at)),
                Some(name) if is_template(name) => {
                    plugin.at("name", name).error(ErrorKind::Template, None);
                }
                _ => {}
            }
        }
    }

    /// The index of the object that an option refers to, by name or by id.
    fn find(&self, from: &Node<'_>, key: &str) -> Option<usize> {
        let reference = from.get(key)?;
        let wanted = match reference.value {
            Value::Object(_) => reference.value.get("id").or(reference.value.get("name")),
            other => Some(other),
        };
        let is_it = |object: &Node<'_>| {
            let mut names = ["id", "name"].into_iter();
            names.any(|key| wanted.is_some() && object.value.get(key) == wanted)
        };
        let found = match key {
            "service" => self.services.iter().position(is_it),
            _ => self.routes.iter().position(|(route, _)| is_it(route)),
        };
        if found.is_none() {
            let place = reference.place(wanted.unwrap_or(reference.value));
            place.error(ErrorKind::NotFound, None);
        }
        found
    }

    fn plugins(&self, file: &Node<'a>, generation: Generation) -> Vec<Plugin> {
        let findings = file.findings;
        let shared = file.object_at("_plugin_configs");
        let mut plugins: Vec<Plugin> = Vec::new();
        for (options, at) in &self.plugins {
            let (mut service, mut route) = *at;
            let errors = findings.error_count();
            for key in ["route", "api", "api_id"] {
                route = route.or_else(|| self.find(options, key));
            }
            service = service.or_else(|| self.find(options, "service"));
            let at = (service, route);
            let shared = options.text("_config").and_then(|name| {
                let found = shared.as_ref().and_then(|all| all.object_at(name));
                if found.is_none() {
                    options.at("_config", name).error(ErrorKind::NotFound, None);
                }
                found
            });
            let is_found = findings.error_count() == errors;
            let config = plugin::import(options, shared.as_ref(), generation);
            if is_found && plugins.iter().any(|other| other.at == at) {
                options.place("").error(ErrorKind::SameScope, None);
            }
            if is_found {
                plugins.push(Plugin { at, config });
            }
        }
        plugins
    }

    fn routes(&self, generation: Generation, plugins: &[Plugin]) -> Vec<Route> {
        let mut routes = Vec::new();
        let mut places = Vec::new();
        for (at, (options, service)) in self.routes.iter().enumerate() {
            let is_live = service.is_none_or(|at| self.services[at].flag("enabled", true));
            if !is_live || is_stream(options) {
                continue;
            }
            let (route, service) = (Some(at), *service);
            // The narrowest scope comes first.
            let both = (service, route);
            let scopes = [both, (None, route), (service, None), (None, None)];
            let config = scopes.iter().find_map(|scope| {
                let mut there = plugins.iter().filter(|plugin| plugin.at == *scope);
                there.find_map(|plugin| plugin.config.clone())
            });
            let service = service.map(|at| label(&self.services[at]));
            routes.push(route::route(options, service, config, generation));
            places.push(options.place(""));
        }
        route::note_conditions(&mut routes, &places);
        routes
    }
}

/// The route is for connections, not for requests.
fn is_stream(options: &Node<'_>) -> bool {
    let protocols = options.list("protocols", REFUSES);
    let is_stream = |entry: &Place<'_>| is_among(&entry.text, "tcp tls tls_passthrough udp");
    !protocols.is_empty() && protocols.iter().all(is_stream)
}
