//! Kong's declarative files: services and routes become path prefixes.
#![cfg(feature = "kong")]

use tower_cors::import::{Document, ImportErrors, Imported, kong};
use tower_cors::{AllowHeaders, CorsConfig, PathConfigs};

/// The note on a route that matches by more than its path.
fn by(route: &str, what: &str) -> String {
    format!(
        "{route}: Kong chooses this route by {what} too; the import goes by the path alone, so \
         that requests to it that Kong routes nowhere have this CORS too; if there are any, choose \
         the policy by `CorsLayer::per_request`"
    )
}

/// The note on a path with more than one policy.
fn off(path: &str, routes: &str) -> String {
    format!(
        "path `{path}`: Kong chooses between {routes} here by more than the path, and their CORS \
         differs; CORS is off here, and what the inner service sends of it stands; remove the \
         routes that this service does not serve, or choose the policy by \
         `CorsLayer::per_request`"
    )
}

fn import(yaml: &str) -> Result<Imported<PathConfigs>, ImportErrors> {
    let document: Document = serde_saphyr::from_str(yaml).expect("YAML");
    kong::import(&document)
}

/// Each prefix with its first origin; `-` is CORS switched off.
fn outline(configs: &PathConfigs) -> Vec<(&str, String)> {
    let outline = configs.paths.iter().map(|(prefix, config)| {
        let origin = config
            .as_ref()
            .map(|config| config.allow_origins[0].to_string());
        let origin = origin
            .as_deref()
            .and_then(|origin| origin.strip_prefix("https://"));
        (&prefix[..], origin.unwrap_or("-").to_owned())
    });
    outline.collect()
}

#[track_caller]
fn check(yaml: &str, outline_expected: &[(&str, &str)], notes_expected: &[&str]) {
    let imported = import(yaml).unwrap();
    let found = outline(&imported.config);
    let found: Vec<_> = found
        .iter()
        .map(|(prefix, origin)| (*prefix, &origin[..]))
        .collect();
    assert_eq!(found, outline_expected);
    let notes: Vec<_> = imported.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, notes_expected);
    assert!(imported.config.compile().is_ok());
}

#[track_caller]
fn errors(yaml: &str) -> Vec<String> {
    let errors = import(yaml).unwrap_err();
    errors.iter().map(ToString::to_string).collect()
}

/// A plugin for one origin, `https://<name>`.
fn cors(name: &str) -> String {
    format!("{{name: cors, config: {{origins: ['https://{name}']}}}}")
}

#[test]
fn precedence() {
    let yaml = format!(
        "
_format_version: '3.0'
plugins:
- {global}
- {{name: rate-limiting, config: {{minute: 5}}}}
- name: cors
  route: by-name
  config: {{origins: ['https://by-name']}}
- name: cors
  service: {{name: other}}
  config: {{origins: ['https://other']}}
- name: cors
  route: {{name: both}}
  service: {{name: other}}
  config: {{origins: ['https://both']}}
services:
- name: accounts
  url: http://accounts.internal
  plugins: [{accounts}]
  routes:
  - name: users
    paths: [/users, /people]
  - name: login
    paths: [/login]
    strip_path: false
    plugins: [{login}]
  - name: off
    paths: [/off]
    plugins: [{{name: cors, enabled: false, config: {{}}}}]
- name: other
  url: http://other.internal
routes:
- name: by-name
  paths: [/by-name]
- {{name: others, paths: [/others], service: {{name: other}}}}
- {{name: both, paths: [/others/both], service: other, plugins: [{route}]}}
- {{name: plain, paths: [/plain]}}
- {{name: inner, paths: [/users/inner]}}
",
        global = cors("global"),
        accounts = cors("accounts"),
        login = cors("login"),
        route = cors("route"),
    );
    check(
        &yaml,
        &[
            ("/", "global"),
            ("/by-name*", "by-name"),
            ("/login*", "login"),
            // Disabled is as if it were not there.
            ("/off*", "accounts"),
            ("/others*", "other"),
            ("/others/both*", "both"),
            ("/people*", "accounts"),
            ("/users*", "accounts"),
            ("/users/inner*", "global"),
        ],
        &[],
    );
}

#[test]
fn without_a_global_plugin() {
    let yaml = format!(
        "
_format_version: '3.0'
services:
- name: a
  routes:
  - {{name: open, paths: [/a], plugins: [{}]}}
  - {{name: closed, paths: [/a/closed, /b]}}
",
        cors("a")
    );
    check(&yaml, &[("/a*", "a"), ("/a/closed*", "-")], &[]);
    check("_format_version: '3.0'", &[], &[]);
    check(&format!("plugins: [{}]", cors("a")), &[("/", "a")], &[]);
}

/// It has what no route takes: nothing, where one takes all.
#[test]
fn beside_a_global_plugin() {
    let yaml = |route: &str| {
        let (global, own) = (cors("global"), cors("own"));
        format!("{{plugins: [{global}], routes: [{{name: own, {route}, plugins: [{own}]}}]}}")
    };
    check(&yaml("paths: [/]"), &[("/", "own")], &[]);
    check(
        &yaml("paths: [/api], hosts: [api.example]"),
        &[("/", "global"), ("/api*", "own")],
        &[&by("routes[0] `own`", "host")],
    );
    check(
        &yaml("paths: [/], hosts: [api.example]"),
        &[],
        &[
            &by("routes[0] `own`", "host"),
            &off("/", "`own` and the global plugin"),
        ],
    );
}

#[test]
fn a_prefix_is_one_of_bytes() {
    let yaml = format!("routes: [{{paths: [/api], plugins: [{}]}}]", cors("a"));
    let policies = import(&yaml).unwrap().config.compile().unwrap();
    for (path, expected) in [
        ("/api", true),
        ("/api/x", true),
        ("/apis", true),
        ("/ap", false),
    ] {
        assert_eq!(policies.get(path).is_some(), expected, "{path}");
    }
}

/// Kong compares paths decoded, but for reserved characters, and `//` as `/`.
#[test]
fn paths_are_read_as_kong_reads_them() {
    let yaml = format!(
        "
plugins: [{}]
routes:
- {{paths: [/café, '/a b'], plugins: [{}]}}
- {{paths: [/x@y], plugins: [{}]}}
",
        cors("global"),
        cors("a"),
        cors("x"),
    );
    check(
        &yaml,
        &[
            ("/", "global"),
            ("/a%20b*", "a"),
            ("/caf%C3%A9*", "a"),
            ("/x@y*", "x"),
        ],
        &[],
    );
    let policies = import(&yaml).unwrap().config.compile().unwrap();
    for (path, expected) in [
        ("/caf%c3%a9", Some("a")),
        ("/caf%C3%A9s/x", Some("a")),
        ("/a%20b", Some("a")),
        ("/x%40y", Some("global")),
        // Two readings of this lead to two policies: neither holds.
        ("//x@y", Some("<fn>")),
        ("//x", Some("global")),
    ] {
        let origin = policies.get(path).map(|policy| {
            let config = policy.config();
            config.allow_origins[0].to_string()
        });
        let expected = expected.map(|name| match name {
            "<fn>" => name.to_owned(),
            name => format!("https://{name}"),
        });
        assert_eq!(origin, expected, "{path}");
    }
}

#[test]
fn routes_without_a_path() {
    let not_imported = "Kong does not choose this route by a path prefix, so its CORS is not \
                        imported; choose the policy by `CorsLayer::per_request`";
    // The global policy would be what its requests fall to.
    let yaml = format!(
        "
plugins: [{}]
routes:
- {{name: admin, hosts: [admin.example], plugins: [{}]}}
- {{name: users, paths: [/users], plugins: [{}]}}
- {{name: same, hosts: [same.example]}}
",
        cors("global"),
        cors("admin"),
        cors("users"),
    );
    check(
        &yaml,
        &[],
        &[
            &format!("routes[0] `admin`: {not_imported}"),
            &off("/", "`admin` and `same` and the global plugin"),
            // Its host goes before any path.
            &off("/users*", "`admin` and `same` and `users`"),
        ],
    );
    let yaml = format!(
        "
routes:
- {{name: admin, hosts: [admin.example]}}
- {{name: users, paths: [/users], plugins: [{}]}}
",
        cors("users"),
    );
    check(&yaml, &[], &[&off("/users*", "`admin` and `users`")]);
    // Where the conditions are the same, a path makes the difference; and a
    // method alone is less than a path.
    let yaml = format!(
        "
routes:
- {{name: rest, hosts: [x.example]}}
- {{name: options, methods: [OPTIONS]}}
- {{name: users, hosts: [x.example], paths: [/users], plugins: [{}]}}
- {{name: public, paths: [/public], plugins: [{}]}}
",
        cors("users"),
        cors("public"),
    );
    check(
        &yaml,
        &[],
        &[
            &by("routes[2] `users`", "host"),
            &off("/public*", "`public` and `rest`"),
            &off("/users*", "`options` and `users`"),
        ],
    );
    let yaml = format!(
        "routes: [{{name: x, headers: {{x-v: ['1']}}, plugins: [{}]}}]",
        cors("a")
    );
    check(&yaml, &[], &[&format!("routes[0] `x`: {not_imported}")]);
    let yaml = format!(
        "
plugins: [{}]
routes: [{{name: same, methods: [POST]}}]
",
        cors("global")
    );
    check(&yaml, &[("/", "global")], &[]);
}

#[test]
fn routes_by_more_than_the_path() {
    let yaml = format!(
        "
routes:
- {{name: api, paths: [/api], hosts: [api.example], snis: [api.example], plugins: [{}]}}
- {{name: web, paths: [/], hosts: [web.example], plugins: [{}]}}
",
        cors("api"),
        cors("web"),
    );
    check(
        &yaml,
        &[("/", "web"), ("/api*", "-")],
        &[
            &by("routes[0] `api`", "host and server name"),
            &by("routes[1] `web`", "host"),
            // What the one host has there, the other has not.
            &off("/api*", "`api` and `web`"),
        ],
    );
    // More conditions go before a longer path.
    let yaml = format!(
        "
routes:
- {{name: strict, paths: [/a], hosts: [x.example], plugins: [{}]}}
- {{name: open, paths: [/a/b], plugins: [{}]}}
",
        cors("strict"),
        cors("open"),
    );
    check(
        &yaml,
        &[("/a*", "strict"), ("/a/b*", "-")],
        &[
            &by("routes[0] `strict`", "host"),
            &off("/a/b*", "`open` and `strict`"),
        ],
    );
    // Where they are the same, the longer path is chosen.
    let yaml = format!(
        "
routes:
- {{name: outer, paths: [/a], hosts: [x.example], plugins: [{}]}}
- {{name: inner, paths: [/a/b], hosts: [x.example], plugins: [{}]}}
",
        cors("outer"),
        cors("inner"),
    );
    check(
        &yaml,
        &[("/a*", "outer"), ("/a/b*", "inner")],
        &[
            &by("routes[0] `outer`", "host"),
            &by("routes[1] `inner`", "host"),
        ],
    );
    // A route without CORS has the rest of the hosts.
    let yaml = format!(
        "
routes:
- {{name: rest, paths: [/]}}
- {{name: one, paths: [/a], hosts: [x.example], plugins: [{}]}}
",
        cors("one"),
    );
    check(
        &yaml,
        &[],
        &[
            &by("routes[1] `one`", "host"),
            &off("/a*", "`one` and `rest`"),
        ],
    );
    // The rest of the methods is not in the policy.
    let yaml = format!(
        "
routes:
- {{name: rest, paths: [/]}}
- {{name: read, paths: [/a], methods: [GET, OPTIONS], plugins: [{}]}}
",
        cors("read"),
    );
    check(&yaml, &[("/a*", "read")], &[]);
    // But for the paths that a regex leaves, it is not told apart.
    let yaml = format!(
        "
_format_version: '3.0'
routes:
- {{name: rest, paths: [/]}}
- {{name: read, paths: ['~/a/\\d'], methods: [GET, OPTIONS], plugins: [{}]}}
",
        cors("read"),
    );
    check(
        &yaml,
        &[],
        &[
            &by("routes[1] `read`", "a regex"),
            &off("/a/*", "`read` and `rest`"),
        ],
    );
    // The same path, and the same host, but another method.
    let yaml = format!(
        "
routes:
- {{name: read, paths: [/a], methods: [GET, OPTIONS], plugins: [{}]}}
- {{name: write, paths: [/a], methods: [POST, OPTIONS], plugins: [{}]}}
",
        cors("read"),
        cors("write"),
    );
    check(&yaml, &[], &[&off("/a*", "`read` and `write`")]);
    // What the inner route does not take falls to the outer one.
    let yaml = format!(
        "
routes:
- {{name: inner, paths: [/a/b], methods: [GET, OPTIONS], plugins: [{}]}}
- {{name: outer, paths: [/a], plugins: [{}]}}
",
        cors("inner"),
        cors("outer"),
    );
    check(
        &yaml,
        &[("/a*", "outer"), ("/a/b*", "-")],
        &[&off("/a/b*", "`inner` and `outer`")],
    );
}

#[test]
fn methods_of_routes_restrict_the_policy() {
    let yaml = format!(
        "
services:
- name: a
  plugins: [{}]
  routes:
  - {{name: read, paths: [/a], methods: [GET, OPTIONS]}}
  - {{name: write, paths: [/a], methods: [PUT]}}
  - {{name: blind, paths: [/b], methods: [GET, PUT]}}
",
        cors("a")
    );
    check(
        &yaml,
        &[("/a*", "a"), ("/b*", "a")],
        &[
            "services[0].routes[2].methods `GET, PUT`: preflights are `OPTIONS` requests, which \
           Kong does not choose this route for, so only what browsers send unasked is imported; \
           add `OPTIONS` to the methods if more is meant",
        ],
    );
    let imported = import(&yaml).unwrap();
    let configs: Vec<&CorsConfig> = imported
        .config
        .paths
        .iter()
        .filter_map(|(_, config)| config.as_ref())
        .collect();
    assert_eq!(configs[0].allow_methods, ["GET", "PUT", "OPTIONS"]);
    assert_eq!(configs[0].allow_headers, AllowHeaders::Mirror);
    assert_eq!(configs[1].allow_methods, ["GET"]);
    assert_eq!(configs[1].allow_headers, AllowHeaders::default());
}

#[test]
fn regex_paths() {
    let yaml = format!(
        "
_format_version: '3.0'
routes:
- {{name: user, paths: ['~/users/\\d+$'], plugins: [{}]}}
- {{name: users, paths: [/users], plugins: [{}]}}
- {{name: me, paths: [/users/me], plugins: [{}]}}
- {{name: alone, paths: ['~/alone/\\d+$'], plugins: [{}]}}
",
        cors("user"),
        cors("users"),
        cors("me"),
        cors("alone"),
    );
    check(
        &yaml,
        &[
            ("/alone/*", "alone"),
            ("/users*", "users"),
            ("/users/*", "-"),
        ],
        &[
            &by("routes[0] `user`", "a regex"),
            &by("routes[3] `alone`", "a regex"),
            &off("/users/*", "`user` and `users`"),
            &off("/users/me*", "`me` and `user`"),
        ],
    );
    // Before 3.0, by its characters.
    for version in ["'1.1'", "1.1", "'2.1'"] {
        let yaml = format!(
            "
_format_version: {version}
routes: [{{name: user, paths: ['/users/\\d+$'], plugins: [{}]}}]
",
            cors("user"),
        );
        check(
            &yaml,
            &[("/users/*", "user")],
            &[&by("routes[0] `user`", "a regex")],
        );
    }
}

#[test]
fn conditions_of_nothing_are_none() {
    let yaml = format!(
        "
_format_version: '3.0'
routes:
- {{name: a, paths: [/a], hosts: [], headers: {{}}, snis: [], plugins: [{}]}}
",
        cors("a"),
    );
    check(&yaml, &[("/a*", "a")], &[]);
}

#[test]
fn a_format_of_old() {
    let yaml = "
_format_version: '0.1'
plugins: [{name: cors, config: {origins: 'https://a, https://b'}}]
";
    let imported = import(yaml).unwrap();
    let config = imported.config.paths[0].1.clone().unwrap();
    assert_eq!(
        config.allow_origins,
        ["https://a".into(), "https://b".into()]
    );
}

#[test]
fn apis_of_old() {
    let yaml = "
apis:
- name: mockbin
  upstream_url: http://mockbin.com
  uris: /mock, /bin
  plugins:
  - name: cors
    config: {origins: 'https://a, https://b', credentials: 'true', max_age: '60'}
- name: older
  request_path: /older
plugins:
- {name: cors, api: older, config: {origin: 'https://older'}}
";
    check(
        yaml,
        &[("/bin*", "a"), ("/mock*", "a"), ("/older*", "older")],
        &[],
    );
    let imported = import(yaml).unwrap();
    let config = imported.config.paths[0].1.clone().unwrap();
    assert_eq!(
        config.allow_origins,
        ["https://a".into(), "https://b".into()]
    );
    assert!(config.allow_credentials);
    assert_eq!(config.preflight_status, 204);
}

#[test]
fn what_is_not_routed() {
    let yaml = format!(
        "
plugins: [{}]
services:
- name: off
  enabled: false
  routes: [{{paths: [/off], plugins: [{}]}}]
- name: tcp
  routes: [{{protocols: [tcp, tls], plugins: [{}]}}]
",
        cors("global"),
        cors("off"),
        cors("tcp"),
    );
    check(&yaml, &[("/", "global")], &[]);
}

/// Texts of a file command no terminal that shows the notes.
#[test]
fn names_are_shown_readably() {
    let yaml = r#"
routes:
- name: "a\u202E\n"
  paths: [/]
  methods: [GET]
  "plugins": [{name: cors, config: {origins: ['https://a']}}]
- {name: b, paths: [/], methods: [PUT]}
"#;
    let imported = import(yaml).unwrap();
    let notes: Vec<_> = imported.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, [off("/", "`a\u{fffd}\u{240a}` and `b`")]);
    assert_eq!(
        serde_json::to_value(&imported.notes[0]).unwrap(),
        serde_json::json!({
            "field": "path",
            "value": "/",
            "code": "path-ambiguous",
            "message": notes[0].strip_prefix("path `/`: ").unwrap(),
        })
    );
    let yaml = r#"
plugins: [{name: cors, "\u001B[31m": 1, config: {origins: ["https://\u202E(a"]}}]
"#;
    assert_eq!(
        errors(yaml),
        [
            "plugins[0].\u{241b}[31m `1`: Kong's plugin has no such option, and refuses it; \
             remove it",
            "plugins[0].config.origins[0] `https://\u{fffd}(a`: this does not compile as a \
             regular expression of Rust: `(`: unclosed group",
        ]
    );
}

#[test]
fn errors_name_the_place() {
    let yaml = "
_format_version: '3.0'
plugins:
- {name: cors, route: nowhere}
- {name: cors, service: {id: 17}}
- {name: cors, config: {origins: ['https://(?=a)']}}
services:
- name: a
  plugins: [{name: cors, config: {max_age: soon}}, {name: cors}]
  routes: {}
consumers:
- username: x
  plugins: [{name: cors}]
";
    assert_eq!(
        errors(yaml),
        [
            "services[0].routes `{}`: this is an object, not a list of objects; Kong refuses it",
            "consumers[0].plugins[0]: Kong refuses the plugin on consumers: a preflight does not \
             tell who sends it; put it on a route, on a service, or on none",
            "services[0].plugins[0].config.max_age `\"soon\"`: this is a string, not a number; \
             Kong refuses it",
            "services[0].plugins[1]: another `cors` plugin has the same scope, which Kong \
             refuses; remove one of them",
            "plugins[0].route `\"nowhere\"`: nothing in the file has this name or id",
            "plugins[1].service `17`: nothing in the file has this name or id",
            "plugins[2].config.origins[0] `https://(?=a)`: look-ahead means something in PCRE \
             that Rust's regular expressions cannot say; write the regex without it, or list the \
             origins",
        ]
    );
    let yaml = "{name: cors, route: {id: x}, config: {origins: ['https://a']}}";
    assert_eq!(
        errors(yaml),
        ["route `{…}`: nothing in the file has this name or id"]
    );
}
