//! Routes: the conditions that they match by, and how path prefixes tell them apart.

use std::cmp::Ordering;

use super::generation::Generation;
use crate::config::{AllowHeaders, CorsConfig, PreflightMode};
use crate::import::document::Value;
use crate::import::node::{Node, Place, REFUSES};
use crate::import::note::NoteKind;

/// A route as written, with its policy.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Route {
    /// Its name, its id, or its place in the file.
    pub name: String,
    /// The name of its service, its id, or its place in the file.
    pub service: Option<String>,
    /// Path prefixes and regexes. A simple expression has the prefixes that it names.
    pub paths: Vec<String>,
    /// Hosts, of which each may have a `*` at one end.
    pub hosts: Vec<String>,
    /// Methods.
    pub methods: Vec<String>,
    /// Names of request headers.
    pub headers: Vec<String>,
    /// The names of other options that it matches by, such as `snis`.
    pub others: Vec<String>,
    /// The policy that Kong chooses for it; `None` if it has no CORS.
    pub config: Option<CorsConfig>,
    /// The paths, if all are plain prefixes; a single empty one if the route has no path.
    pub(super) prefixes: Option<Vec<String>>,
    /// The priority of a route with an expression. Kong tries the highest first.
    priority: Option<f64>,
}

/// The name that the file gives to an object: its name, its id, or its place.
pub(super) fn label(options: &Node<'_>) -> String {
    let name = options.text("name").or(options.text("id"));
    name.unwrap_or(&options.field).to_owned()
}

pub(super) fn route(
    options: &Node<'_>,
    service: Option<String>,
    config: Option<CorsConfig>,
    generation: Generation,
) -> Route {
    // The later keys are those of 0.x.
    let texts = |keys: &[&str]| -> Vec<String> {
        let entries = keys.iter().flat_map(|key| options.list(key, REFUSES));
        entries.map(|entry| entry.text).collect()
    };
    let mut paths = texts(&["paths", "uris", "request_path"]);
    let hosts = texts(&["hosts", "request_host"]);
    let methods = texts(&["methods"]);
    let headers = options.get("headers");
    let headers = headers.iter().flat_map(|headers| headers.value.entries());
    let headers = headers.map(|(name, _)| name.clone()).collect();
    let is_there = |key: &&str| {
        let option = options.get(key);
        option.is_some_and(|option| *option.value != Value::List(Vec::new()))
    };
    let mut others: Vec<_> = ["snis", "sources", "destinations"]
        .into_iter()
        .filter(is_there)
        .map(str::to_owned)
        .collect();
    let mut prefixes = Some(paths.clone());
    let mut priority = None;
    if let Some(expression) = options.text("expression") {
        prefixes = prefixes_of(expression);
        if let Some(prefixes) = &prefixes {
            paths.clone_from(prefixes);
        }
        // `==` does not match the paths below, so the prefix alone does not decide.
        if prefixes.is_none() || expression.contains("==") {
            others.push("expression".to_owned());
        }
        priority = Some(options.number("priority", REFUSES).unwrap_or_default());
    } else if paths.iter().any(|path| !is_prefix(path, generation)) {
        prefixes = None;
    } else if paths.is_empty() {
        prefixes = Some(vec![String::new()]);
    }
    Route {
        name: label(options),
        service,
        paths,
        hosts,
        methods,
        headers,
        others,
        config,
        prefixes,
        priority,
    }
}

/// The path is a prefix, not a regex.
fn is_prefix(path: &str, generation: Generation) -> bool {
    let is_regex = match generation {
        Generation::V3 => path.starts_with('~'),
        // Before 3.0, a path with any other character was a regex.
        Generation::V0 | Generation::V1 => !path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.~/%".contains(&b)),
    };
    // No path contains these three.
    !is_regex && !path.contains(['*', '?', '#'])
}

/// The prefixes of `http.path ^= "/a" || http.path == "/b"`.
fn prefixes_of(expression: &str) -> Option<Vec<String>> {
    let prefix = |part: &str| {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')');
        let rest = part.trim().strip_prefix("http.path")?.trim_start();
        let rest = rest.strip_prefix("^=").or(rest.strip_prefix("=="))?;
        let path = rest.trim().strip_prefix('"')?.strip_suffix('"')?;
        let is_simple = path.starts_with('/') && !path.contains(['"', '\\', '*', '?', '#']);
        is_simple.then(|| path.to_owned())
    };
    expression.split("||").map(prefix).collect()
}

/// Notes the conditions that a table of paths ignores. The policy of a route that never gets a
/// preflight is reduced to requests without one.
pub(super) fn note_conditions(routes: &mut [Route], places: &[Place<'_>]) {
    for at in 0..routes.len() {
        let route = &routes[at];
        if route.config.is_none() {
            continue;
        }
        let by = match () {
            () if !route.headers.is_empty() => "no headers of the page",
            () if !route.takes_options() => "the method `OPTIONS`",
            () => {
                let conditions = route.conditions().into_iter().map(|(what, _)| what);
                let by = conditions.collect::<Vec<_>>().join(" and ");
                if !by.is_empty() {
                    places[at].note(NoteKind::RouteConditions { by }, None);
                }
                continue;
            }
        };
        // Another route may take the preflights, with the same policy.
        let takes_over = |other: &Route| {
            other.config == route.config
                && (other.takes_options() && other.headers.is_empty())
                && other.covers(route)
        };
        if routes.iter().any(takes_over) {
            continue;
        }
        places[at].note(NoteKind::RouteWithoutPreflights { by }, None);
        if let Some(config) = &mut routes[at].config {
            let unasked = |method: &String| matches!(&method[..], "GET" | "HEAD" | "POST");
            config.allow_methods.retain(unasked);
            config.allow_headers = AllowHeaders::default();
            config.allow_private_network = false;
            config.preflight = PreflightMode::Answer;
        }
    }
}

impl Route {
    fn takes_options(&self) -> bool {
        self.methods.is_empty() || self.methods.iter().any(|method| method == "OPTIONS")
    }

    /// The conditions that it matches by, except for paths.
    pub(super) fn conditions(&self) -> Vec<(&str, &Vec<String>)> {
        let lists = [&self.hosts, &self.methods, &self.headers];
        let named = ["host", "method", "header"].into_iter().zip(lists);
        let others = self.others.iter().map(|other| (&other[..], &self.others));
        let all = named.chain(others);
        all.filter(|(_, list)| !list.is_empty()).collect()
    }

    /// It matches every request that another matches, methods and headers aside.
    fn covers(&self, other: &Route) -> bool {
        let prefixes = || self.prefixes.iter().flatten();
        let is_below = |path: &String| prefixes().any(|prefix| path.starts_with(&prefix[..]));
        let mut paths = other.prefixes.iter().flatten();
        (self.hosts.is_empty() || have_same(&self.hosts, &other.hosts))
            && self.others.is_empty()
            && other.prefixes.is_some()
            && paths.all(is_below)
    }

    /// Its prefixes tell it apart from a route with another policy: they share no path, or
    /// Kong gives the paths that they share to the longer prefix.
    ///
    /// | prefixes | conditions | apart |
    /// |---|---|---|
    /// | `/a` and `/b` | any | yes: no path has both |
    /// | `/a` and `/a/b` | equal | yes: `/a/b` is tried first |
    /// | `/a` and `/a/b` | a host on `/a` alone | no: Kong tries the host first |
    /// | `/a` and `/a` | any | no |
    pub(super) fn is_apart_from(&self, other: &Route) -> bool {
        let (Some(own), Some(others)) = (&self.prefixes, &other.prefixes) else {
            return false;
        };
        let is_apart = |own: &String, its: &String| {
            let (longer, shorter, order) = match own.len() > its.len() {
                true => (own, its, self.priority.partial_cmp(&other.priority)),
                false => (its, own, other.priority.partial_cmp(&self.priority)),
            };
            let is_tried_first = self.priority.is_none() || order.is_some_and(Ordering::is_gt);
            !longer.starts_with(&shorter[..])
                || longer != shorter && is_tried_first && self.matches_alike(other)
        };
        own.iter()
            .all(|own| others.iter().all(|its| is_apart(own, its)))
    }

    /// Both match the same requests, paths aside.
    fn matches_alike(&self, other: &Route) -> bool {
        have_same(&self.hosts, &other.hosts)
            && have_same(&self.methods, &other.methods)
            && (self.headers.is_empty() && self.others.is_empty())
            && (other.headers.is_empty() && other.others.is_empty())
            && self.priority.is_some() == other.priority.is_some()
    }
}

/// Both have the same entries, in any order.
fn have_same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|entry| other.contains(entry))
}
