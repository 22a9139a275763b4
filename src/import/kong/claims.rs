//! From routes to path prefixes.
//!
//! Each route claims the paths below its prefixes, or some of them. A prefix
//! gets a policy if all routes that Kong might choose there have the same one.

use std::collections::BTreeSet;

use super::Generation;
use crate::config::{AllowHeaders, CorsConfig};
use crate::escape::Readable;
use crate::import::document::Value;
use crate::import::{Findings, NoteKind};
use crate::paths::{PathConfigs, is_plain};

/// What stands for the routes that the file does not tell apart.
const GLOBAL: &str = "the global plugin";

/// A route, and the plugin that Kong chooses for it.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) place: String,
    pub(super) label: String,
    pub(super) claims: Vec<Claim>,
    /// What else it matches by, but for methods.
    pub(super) by: Vec<(&'static str, Value)>,
    pub(super) methods: Vec<String>,
    pub(super) plugin: Option<usize>,
}

/// The paths that begin so.
#[derive(Debug)]
pub(super) struct Claim {
    prefix: String,
    /// Or only some of them, by a regex.
    partly: bool,
}

impl Claim {
    pub(super) fn new(path: &str, generation: Generation) -> Self {
        let regex = match generation {
            Generation::V3 => path.strip_prefix('~'),
            // Before 3.0, a path with any other character was one.
            Generation::V0 | Generation::V1 => {
                let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~/%".contains(&b);
                (!path.bytes().all(is_plain)).then_some(path)
            }
        };
        // Not characters of any path.
        let odd = path.find(['*', '?', '#']);
        match (regex, odd) {
            (Some(regex), _) => Claim {
                prefix: literal_prefix(regex),
                partly: true,
            },
            (None, Some(end)) => Claim {
                prefix: path[..end].to_owned(),
                partly: true,
            },
            (None, None) => Claim {
                prefix: path.to_owned(),
                partly: false,
            },
        }
    }
}

/// What all paths begin with that a regex matches; at least `/`.
fn literal_prefix(regex: &str) -> String {
    let regex = regex.strip_prefix('^').unwrap_or(regex);
    let end = regex.find(|c: char| r"\^$.|?*+()[]{}".contains(c));
    let (mut literal, rest) = regex.split_at(end.unwrap_or(regex.len()));
    // The last character may be there or not.
    if rest.starts_with(['?', '*', '{']) {
        literal = literal
            .char_indices()
            .next_back()
            .map_or("", |(at, _)| &literal[..at]);
    }
    match literal.starts_with('/') && !rest.contains('|') {
        true => literal.to_owned(),
        false => "/".to_owned(),
    }
}

impl Route {
    /// The length of its longest prefix around one.
    fn around(&self, prefix: &str) -> Option<usize> {
        let whole = self.claims.iter().filter(|claim| !claim.partly);
        let around = whole.filter(|claim| prefix.starts_with(&claim.prefix));
        around.map(|claim| claim.prefix.len()).max()
    }

    /// Whether it takes some of the paths below a prefix.
    fn takes_some(&self, prefix: &str) -> bool {
        let mut partly = self.claims.iter().filter(|claim| claim.partly);
        partly.any(|claim| prefix.starts_with(&claim.prefix))
    }

    /// Whether it takes a request by its path alone.
    fn by_path_alone(&self) -> bool {
        self.by.is_empty() && self.methods.is_empty()
    }

    /// Whether Kong chooses it, where both have a path and this one's is the
    /// longer, or only this one has. What matches by more goes first, whatever
    /// the path, so that only the same conditions tell.
    fn goes_before(&self, other: &Route) -> bool {
        let same = self.by == other.by && self.methods == other.methods;
        // A method is less than a path.
        same || self.by_path_alone() && other.claims.is_empty() && other.by.is_empty()
    }
}

/// The configuration for each prefix.
pub(super) fn resolve(
    routes: &[Route],
    configs: &[Option<CorsConfig>],
    global: Option<usize>,
    findings: &mut Findings,
) -> PathConfigs {
    remark(routes, global, findings);
    let mut prefixes: BTreeSet<&str> = BTreeSet::new();
    let claimed = routes.iter().flat_map(|route| &route.claims);
    prefixes.extend(claimed.map(|claim| &claim.prefix[..]));
    prefixes.insert("/");

    // In the order of their text: what encloses a prefix comes before it.
    let mut found: Vec<(&str, Option<CorsConfig>)> = Vec::new();
    for prefix in prefixes {
        let config = match choose(prefix, routes, global) {
            Ok((plugin, chosen)) => plugin
                .and_then(|plugin| configs[plugin].clone())
                .and_then(|config| restrict(config, &chosen, findings)),
            Err(chosen) => {
                let routes = chosen.join(" and ");
                let kind = NoteKind::PathAmbiguous { routes };
                findings.note("path", written(prefix), kind);
                None
            }
        };
        let mut enclosing = found.iter().rev();
        let enclosing = enclosing.find(|(outer, _)| prefix.starts_with(outer));
        let enclosing = enclosing.and_then(|(_, config)| config.as_ref());
        if enclosing != config.as_ref() {
            found.push((prefix, config));
        }
    }
    let configs = found.into_iter();
    configs.fold(PathConfigs::new(), |configs, (prefix, config)| {
        configs.path(written(prefix), config)
    })
}

/// As [`PathConfigs`] writes a prefix that need not end with a segment:
/// percent-encoded where Kong has it decoded.
fn written(prefix: &str) -> String {
    if prefix == "/" {
        return prefix.to_owned();
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

/// The plugin for the paths of which a prefix is the longest, and the routes
/// that lead there.
///
/// # Errors
///
/// The names of routes with different plugins.
fn choose<'a>(
    prefix: &str,
    routes: &'a [Route],
    global: Option<usize>,
) -> Result<(Option<usize>, Vec<&'a Route>), Vec<String>> {
    let mut chosen = candidates(prefix, routes);
    // Routes without a path cannot be told from what no route takes.
    if global.is_none() && chosen.iter().all(|route| route.claims.is_empty()) {
        return Ok((None, Vec::new()));
    }
    let mut plugins: Vec<(Option<usize>, &'a str)> = chosen
        .iter()
        .map(|route| (route.plugin, &route.label[..]))
        .collect();
    let taken = chosen.iter().any(|route| route.by_path_alone());
    if prefix == "/" && !taken && global.is_some() {
        plugins.push((global, GLOBAL));
        // It has whatever they do not take.
        chosen.clear();
    }
    let first = plugins.first().and_then(|&(plugin, _)| plugin);
    if plugins.iter().all(|&(plugin, _)| plugin == first) {
        return Ok((first, chosen));
    }
    let labels: BTreeSet<_> = plugins.iter().map(|&(_, label)| label).collect();
    let quote = |label: &str| match label {
        GLOBAL => label.to_owned(),
        _ => format!("`{}`", Readable(label)),
    };
    Err(labels.into_iter().map(quote).collect())
}

/// The routes that Kong may choose for paths of which a prefix is the longest.
fn candidates<'a>(prefix: &str, routes: &'a [Route]) -> Vec<&'a Route> {
    let taking: Vec<_> = routes
        .iter()
        .map(|route| (route, route.around(prefix)))
        .filter(|(route, around)| {
            around.is_some() || route.claims.is_empty() || route.takes_some(prefix)
        })
        .collect();
    let comes_first = |route: &Route, around: Option<usize>| {
        let mut others = taking.iter();
        // Regexes are tried first.
        route.takes_some(prefix)
            || !others.any(|(other, inner)| *inner > around && other.goes_before(route))
    };
    let mut chosen = taking.clone();
    chosen.retain(|&(route, around)| comes_first(route, around));
    // Where Kong adds nothing for the methods that the others leave, there is
    // nothing to contradict: theirs are all that is imported.
    let (silent, others): (Vec<_>, Vec<_>) = chosen
        .iter()
        .partition(|(route, _)| route.plugin.is_none() && route.methods.is_empty());
    let leave_methods = |silent: &Route| {
        let mut others = others.iter();
        others.all(|(route, around)| {
            around.is_some() && !route.methods.is_empty() && route.by == silent.by
        })
    };
    if !others.is_empty() && silent.iter().all(|(route, _)| leave_methods(route)) {
        chosen = others;
    }
    chosen.into_iter().map(|(route, _)| route).collect()
}

/// The configuration for the methods of its routes: others do not reach it.
fn restrict(
    mut config: CorsConfig,
    routes: &[&Route],
    findings: &mut Findings,
) -> Option<CorsConfig> {
    if routes.is_empty() || routes.iter().any(|route| route.methods.is_empty()) {
        return Some(config);
    }
    let reached = |name: &str| routes.iter().any(|r| r.methods.iter().any(|m| m == name));
    config.allow_methods.retain(|method| reached(method));
    if !reached("OPTIONS") {
        config
            .allow_methods
            .retain(|method| matches!(&method[..], "GET" | "HEAD" | "POST"));
        config.allow_headers = AllowHeaders::default();
        for route in routes {
            let methods = route.methods.join(", ");
            let field = format!("{}.methods", route.place);
            findings.note(&field, methods, NoteKind::RouteWithoutOptions);
        }
    }
    (!config.allow_methods.is_empty()).then_some(config)
}

/// Remarks what is not considered about routes with a plugin.
fn remark(routes: &[Route], global: Option<usize>, findings: &mut Findings) {
    for route in routes.iter().filter(|route| route.plugin.is_some()) {
        if route.claims.is_empty() {
            if route.plugin != global {
                let kind = NoteKind::RouteWithoutPrefix;
                findings.note(&route.place, &route.label, kind);
            }
            continue;
        }
        let mut by: Vec<_> = route.by.iter().map(|&(what, _)| what).collect();
        if route.claims.iter().any(|claim| claim.partly) {
            by.push("a regex");
        }
        if !by.is_empty() && route.plugin != global {
            let by = by.join(" and ");
            let kind = NoteKind::RouteConditions { by };
            findings.note(&route.place, &route.label, kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_prefixes() {
        let table = [
            (r"/users/\d+$", "/users/"),
            ("^/users", "/users"),
            ("/v1.0/x", "/v1"),
            ("/colou?r", "/colo"),
            ("/a{2}", "/"),
            ("/a+", "/a"),
            ("/a|/b", "/"),
            ("(?i)/a", "/"),
            (".*", "/"),
            ("", "/"),
        ];
        for (regex, prefix) in table {
            assert_eq!(literal_prefix(regex), prefix, "{regex}");
        }
    }
}
