//! What holds of every import: it does not panic, and it does not allow more.
//!
//! The seed is fixed, so a run repeats. For more cases, set `PROPTEST_CASES`.
#![cfg(all(feature = "kong", feature = "krakend"))]

use http::header::{HeaderMap, HeaderValue, ORIGIN};
use http::{HeaderName, Method};
use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};
use regex::bytes::RegexBuilder;
use serde_json::{Value, json};
use tower_cors::import::kong::{self, Generation};
use tower_cors::import::{Document, krakend};
use tower_cors::{Origin, PathPolicies, Policy};

/// Values with the keys and the words that the importers know.
fn value() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "*",
        "cors",
        "GET",
        "put",
        "X-A",
        "12h",
        "-1s",
        "true",
        "a, b",
        "~/a",
        "/a",
        "3.0",
        "1.1",
        "",
        "https://a.example",
        "https://*.a.example",
        "http*",
        "^a|b$",
        "null",
        "a.example",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "version",
        "extra_config",
        "security/cors",
        "allow_origins",
        "allow_methods",
        "allow_headers",
        "expose_headers",
        "allow_credentials",
        "max_age",
        "debug",
        "options_success_status",
        "_format_version",
        "services",
        "routes",
        "plugins",
        "apis",
        "name",
        "config",
        "origins",
        "origin",
        "methods",
        "headers",
        "exposed_headers",
        "credentials",
        "route",
        "service",
        "paths",
        "hosts",
        "enabled",
        "config.origins",
    ]);
    leaf.prop_recursive(6, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(keys.clone(), inner, 0..8)
                .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn allows(policy: &Policy, origin: &str) -> bool {
    let origin = HeaderValue::from_str(origin).unwrap();
    let headers: HeaderMap = [(ORIGIN as HeaderName, origin)].into_iter().collect();
    let method = policy.config().allow_methods[0].parse::<Method>().unwrap();
    policy.decide((&method, &headers)).is_allowed()
}

/// Kong's own rule for a regex entry, on an origin that browsers send.
fn kong_allows(entry: &str, origin: &str) -> bool {
    let mut regex = entry.to_owned();
    if !regex.ends_with('$') {
        regex.push('$');
    }
    let regex = regex.strip_prefix('^').unwrap_or(&regex);
    let subject = match regex.contains(':') {
        true => origin,
        false => Origin::parse(origin).unwrap().host(),
    };
    // Its URL parser has no brackets.
    let subject = subject.replace(['[', ']'], "");
    let anchored = RegexBuilder::new(&format!(r"\A(?:{regex})"))
        .unicode(false)
        .build();
    anchored.is_ok_and(|regex| regex.is_match(subject.as_bytes()))
}

const ORIGINS: [&str; 13] = [
    "http://[::1]",
    "https://[a::b]",
    "https://[a::b]:8443",
    "https://a",
    "http://a.b",
    "https://a.b",
    "https://b.a.b",
    "https://aab",
    "https://aaab.a",
    "http://b:8080",
    "https://a.b:8443",
    "https://a.b.c",
    "tauri://a",
];

const DIGIT: &str = r"~/a/\d";
const A_OR_C: &str = "~/(a|c)$";

/// A route of Kong; its plugin allows `https://<plugin>.example`.
#[derive(Clone, Debug)]
struct Route {
    paths: Vec<&'static str>,
    hosts: Vec<&'static str>,
    methods: Vec<&'static str>,
    plugin: Option<&'static str>,
}

fn route() -> impl Strategy<Value = Route> {
    let paths = vec!["/", "/a", "/a/", "/a/b", DIGIT, A_OR_C];
    let plugin = prop::sample::select(vec!["p", "q"]);
    // Often none, so that routes have the same.
    let hosts = vec![vec![], vec![], vec!["x"], vec!["y"], vec!["x", "y"]];
    let methods = vec![
        vec![],
        vec![],
        vec!["GET", "OPTIONS"],
        vec!["PUT"],
        vec!["OPTIONS"],
    ];
    (
        prop::sample::subsequence(paths, 0..=2),
        prop::sample::select(hosts),
        prop::sample::select(methods),
        prop::option::of(plugin),
    )
        .prop_map(|(paths, hosts, methods, plugin)| Route {
            paths,
            hosts,
            methods,
            plugin,
        })
        .prop_filter("Kong refuses a route that matches by nothing", |route| {
            !(route.paths.is_empty() && route.hosts.is_empty() && route.methods.is_empty())
        })
}

impl Route {
    fn json(&self) -> Value {
        let plugins = self.plugin.iter().map(|plugin| plugin_json(plugin));
        json!({
            "name": format!("{self:?}"),
            "paths": self.paths,
            "hosts": self.hosts,
            "methods": self.methods,
            "plugins": plugins.collect::<Vec<_>>(),
        })
    }

    /// How well it fits a request: by its conditions, then a host, then a
    /// regex, then the longest path.
    fn rank(&self, host: &str, method: &str, path: &str) -> Option<(usize, bool, bool, usize)> {
        let path = self.paths.iter().filter_map(|&route| match route {
            DIGIT => {
                let rest = path.strip_prefix("/a/")?;
                rest.starts_with(|c: char| c.is_ascii_digit())
                    .then_some((true, 0))
            }
            A_OR_C => matches!(path, "/a" | "/c").then_some((true, 0)),
            route => path.starts_with(route).then_some((false, route.len())),
        });
        let path = path.max();
        let fits = |list: &[&str], value: &str| list.is_empty() || list.contains(&value);
        let fits_all = fits(&self.hosts, host)
            && fits(&self.methods, method)
            && (self.paths.is_empty() || path.is_some());
        let conditions = [
            self.paths.is_empty(),
            self.hosts.is_empty(),
            self.methods.is_empty(),
        ];
        let conditions = conditions.iter().filter(|is_empty| !**is_empty).count();
        let (regex, length) = path.unwrap_or_default();
        (fits_all && conditions > 0).then_some((conditions, !self.hosts.is_empty(), regex, length))
    }
}

fn plugin_json(plugin: &str) -> Value {
    let origins = [format!("https://{plugin}.example")];
    json!({"name": "cors", "config": {"origins": origins}})
}

/// The plugins of which Kong chooses one; of routes that fit equally well, the
/// older one's. No route is `None`.
fn kong_plugins<'a>(
    routes: &'a [Route],
    global: Option<&'a str>,
    request: (&str, &str, &str),
) -> Option<Vec<Option<&'a str>>> {
    let (host, method, path) = request;
    let rank = |route: &Route| route.rank(host, method, path);
    let best = routes.iter().filter_map(rank).max()?;
    let chosen = routes.iter().filter(|route| rank(route) == Some(best));
    Some(chosen.map(|route| route.plugin.or(global)).collect())
}

fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: std::env::var_os("PROPTEST_CASES").map_or(cases, |_| default.cases),
        rng_seed: RngSeed::Fixed(6454),
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn no_document_makes_an_import_panic(value in value()) {
        let document: Document = serde_json::from_value(value).unwrap();
        let _ = krakend::import(&document);
        let _ = kong::import(&document)
            .map(|imported| imported.config.paths().map(|paths| paths.compile().is_ok()));
        for generation in [Generation::V0, Generation::V1, Generation::V3] {
            let _ = kong::plugin(&document, generation);
        }
    }

    #[test]
    fn a_regex_of_kong_allows_no_more(
        entry in r"\^?(https?://|https://|http.*)?([ab]|\.|\[\^a\]|\{5\}|\.\*|\\\.|\||\(a\|b\)|[ab]\+|:|\$|\^|\?){0,8}\$?",
    ) {
        let document = json!({"name": "cors", "config": {"origins": [entry, "https://x.example"]}});
        let document: Document = serde_json::from_value(document).unwrap();
        let is_literal = entry.bytes().all(|b| b.is_ascii_alphanumeric() || b".:/-".contains(&b));
        prop_assume!(!is_literal);
        let Ok(imported) = kong::plugin(&document, Generation::V3) else {
            return Ok(());
        };
        let policy = imported.config.unwrap().compile().unwrap();
        for origin in ORIGINS {
            prop_assert!(!allows(&policy, origin) || kong_allows(&entry, origin), "{} {}", entry, origin);
        }
    }

    /// Kong 0.x searches the whole origin, for literals too.
    #[test]
    fn an_entry_of_old_kong_allows_no_more(
        entry in r"\^?(https?://|https://|http.*|//)?([ab]|\.|\[\^a\]|\.\*|\\\.|\||\(a\|b\)|[ab]\+|:|:8|\$|\^|\?){0,8}\$?",
    ) {
        let document = json!({"name": "cors", "config": {"origins": [entry, "https://x.example"]}});
        let document: Document = serde_json::from_value(document).unwrap();
        let Ok(imported) = kong::plugin(&document, Generation::V0) else {
            return Ok(());
        };
        let policy = imported.config.unwrap().compile().unwrap();
        let searched = RegexBuilder::new(&entry).unicode(false).build();
        for origin in ORIGINS {
            let found = searched.as_ref().is_ok_and(|regex| regex.is_match(origin.as_bytes()));
            prop_assert!(!allows(&policy, origin) || found, "{} {}", entry, origin);
        }
    }

    #[test]
    fn a_wildcard_of_krakend_allows_the_same(entry in r"(https?://|h|tauri:)[ab.]{0,3}\*[ab.]{0,3}(:8[0-9]{3})?") {
        let document = json!({"allow_origins": [entry, "https://x.example"]});
        let document: Document = serde_json::from_value(document).unwrap();
        let imported = krakend::import(&document).unwrap();
        let policy = imported.config.unwrap().compile().unwrap();
        let (before, after) = entry.split_once('*').unwrap();
        for origin in ORIGINS {
            let krakend = origin.len() >= before.len() + after.len()
                && origin.starts_with(before)
                && origin.ends_with(after);
            prop_assert_eq!(allows(&policy, origin), krakend, "{} {}", entry, origin);
        }
    }
}

/// Where the table has a policy, Kong has the same one, for each request that it routes:
/// for preflights too, if the policy allows more than what needs none.
fn check_table(
    table: &PathPolicies,
    routes: &[Route],
    global: Option<&str>,
    hosts: &[&str],
) -> Result<(), TestCaseError> {
    for path in ["/", "/c", "/a", "/a/1", "/a/b", "/a/bc", "/ab"] {
        let Some(policy) = table.get(path) else {
            continue;
        };
        let origins: Vec<_> = ["p", "q", "g"]
            .into_iter()
            .filter(|plugin| allows(policy, &format!("https://{plugin}.example")))
            .collect();
        prop_assert_eq!(origins.len(), 1);
        for host in hosts {
            for method in &policy.config().allow_methods {
                let mut methods = vec![&method[..]];
                if !["GET", "HEAD", "POST"].contains(&&method[..]) {
                    methods.push("OPTIONS");
                }
                for method in methods {
                    // What no route takes is 404.
                    let kong = kong_plugins(routes, global, (host, method, path));
                    for plugin in kong.into_iter().flatten() {
                        prop_assert_eq!(plugin, Some(origins[0]), "{} {} {}", host, method, path);
                    }
                }
            }
        }
    }
    Ok(())
}

proptest! {
    // They are small, and what tells routes apart is rare.
    #![proptest_config(cases(2048))]

    #[test]
    fn routes_of_kong_allow_no_more(
        routes in prop::collection::vec(route(), 1..4),
        global in prop::option::of(Just("g")),
    ) {
        let file = json!({
            "_format_version": "3.0",
            "routes": routes.iter().map(Route::json).collect::<Vec<_>>(),
            "plugins": global.iter().map(|plugin| plugin_json(plugin)).collect::<Vec<_>>(),
        });
        let document: Document = serde_json::from_value(file).unwrap();
        let policies = kong::import(&document).unwrap().config;
        for host in ["", "x", "y", "z"] {
            let at_host = match host {
                "" => policies.clone(),
                host => policies.at_host(host),
            };
            // What prefixes do not tell is no table.
            let Ok(table) = at_host.paths() else {
                continue;
            };
            let table = table.compile().unwrap();
            let hosts = if host.is_empty() { vec!["x", "y", "z"] } else { vec![host] };
            check_table(&table, &routes, global, &hosts)?;
        }
    }
}
