//! Kong's declarative files: every policy with its scope, and a table of path prefixes
//! where those tell all.
#![cfg(feature = "kong")]

use tower_cors::import::kong::Policies;
use tower_cors::import::{Document, ImportErrors, Imported, kong};
use tower_cors::{AllowHeaders, CorsConfig, PathConfigs, PreflightMode};

fn import(yaml: &str) -> Result<Imported<Policies>, ImportErrors> {
    let document: Document = serde_saphyr::from_str(yaml).expect("YAML");
    kong::import(&document)
}

/// The first origin of a configuration without its scheme; `-` is no CORS.
fn name(config: Option<&CorsConfig>) -> String {
    let origin = config.map(|config| config.allow_origins[0].to_string());
    let name = origin.as_deref().map(|origin| {
        let origin = origin.strip_prefix("https://").unwrap_or(origin);
        origin.strip_suffix(":*").unwrap_or(origin)
    });
    name.unwrap_or("-").to_owned()
}

/// Each prefix with its first origin.
fn outline(table: &PathConfigs) -> Vec<(String, String)> {
    let rows = table.paths.iter();
    rows.map(|(prefix, config)| (prefix.clone(), name(config.as_ref())))
        .collect()
}

#[track_caller]
fn check(yaml: &str, expected: &[(&str, &str)], notes: &[&str]) {
    let imported = import(yaml).unwrap();
    let table = imported.config.paths().unwrap();
    let expected: Vec<_> = expected
        .iter()
        .map(|(prefix, origin)| ((*prefix).to_owned(), (*origin).to_owned()))
        .collect();
    assert_eq!(outline(&table), expected);
    let found: Vec<_> = imported.notes.iter().map(ToString::to_string).collect();
    assert_eq!(found, notes);
    assert!(table.compile().is_ok());
}

/// The error of a file that has no table.
#[track_caller]
fn mixed(yaml: &str) -> String {
    let policies = import(yaml).unwrap().config;
    policies.paths().unwrap_err().to_string()
}

fn not_by_path(routes: &str, by: &str) -> String {
    format!(
        "there is no table of path prefixes for these routes of Kong: routes: Kong tells {routes} \
         apart by {by}, and their CORS differs, so path prefixes do not tell which policy a \
         request has; put each policy on its own routes, or take the routes of one host with \
         `at_host`"
    )
}

/// The note on routes with conditions.
fn by(place: &str, what: &str) -> String {
    format!(
        "{place}: Kong also chooses this route by {what}, and answers 404 if no route matches; a \
         table of path prefixes looks only at the path"
    )
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
fn every_policy_has_its_scope() {
    let yaml = format!(
        "
plugins:
- {}
- {{name: cors, enabled: false, service: shop, config: {{}}}}
services:
- name: shop
  routes:
  - {{name: items, paths: [/items], hosts: [b.example, a.example], methods: [GET, OPTIONS], headers: {{x-v: ['1']}}, snis: [a.example], plugins: [{}]}}
  - {{paths: [/rest]}}
- name: other
  plugins: [{}]
",
        cors("global"),
        cors("items"),
        cors("other"),
    );
    let policies = import(&yaml).unwrap().config;
    let scopes = policies.plugins.iter();
    let scopes: Vec<_> = scopes
        .map(|(scope, config)| (scope.to_string(), name(Some(config))))
        .collect();
    let expected = [
        ("route `items`", "items"),
        ("service `other`", "other"),
        ("global", "global"),
    ];
    let expected = expected.map(|(scope, name)| (scope.to_owned(), name.to_owned()));
    assert_eq!(scopes, expected);

    let [items, rest] = &policies.routes[..] else {
        panic!("{:?}", policies.routes);
    };
    assert_eq!(
        (&items.name[..], items.service.as_deref()),
        ("items", Some("shop"))
    );
    assert_eq!(items.paths, ["/items"]);
    assert_eq!(items.hosts, ["b.example", "a.example"]);
    assert_eq!(items.methods, ["GET", "OPTIONS"]);
    assert_eq!(items.headers, ["x-v"]);
    assert_eq!(items.others, ["snis"]);
    assert_eq!(name(items.config.as_ref()), "items");
    assert_eq!(rest.name, "services[0].routes[1]");
    assert_eq!(name(rest.config.as_ref()), "global");
}

#[test]
fn a_prefix_is_one_of_bytes() {
    let yaml = format!("routes: [{{paths: [/api], plugins: [{}]}}]", cors("a"));
    let policies = import(&yaml)
        .unwrap()
        .config
        .paths()
        .unwrap()
        .compile()
        .unwrap();
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
    let policies = import(&yaml)
        .unwrap()
        .config
        .paths()
        .unwrap()
        .compile()
        .unwrap();
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
        &[&by("routes[0]", "host")],
    );
}

/// Plugins that say the same are the same.
#[test]
fn policies_are_compared_by_what_they_say() {
    let yaml = format!(
        "
routes:
- {{name: a, paths: [/x], hosts: [a.example], plugins: [{same}]}}
- {{name: b, paths: ['~/x/\\d+'], hosts: [b.example], plugins: [{same}]}}
- {{name: c, headers: {{x-v: ['1']}}, paths: [/x], hosts: [a.example], plugins: [{same}]}}
",
        same = cors("same")
    );
    check(
        &yaml,
        &[("/", "same")],
        &[&by("routes[0] and 1 more", "host")],
    );
}

#[test]
fn what_prefixes_do_not_tell_is_an_error() {
    let table = [
        // Hosts.
        (
            "{name: a, paths: [/], hosts: [a.example], plugins: [A]}",
            "{name: b, paths: [/], hosts: [b.example], plugins: [B]}",
            "host",
        ),
        // A condition more goes before a longer path.
        (
            "{name: a, paths: [/x], hosts: [a.example], plugins: [A]}",
            "{name: b, paths: [/x/y], plugins: [B]}",
            "host",
        ),
        // One of them has no CORS.
        (
            "{name: a, paths: [/x], methods: [GET, OPTIONS], plugins: [A]}",
            "{name: b, paths: [/x], methods: [POST]}",
            "method",
        ),
        (
            "{name: a, paths: ['~/x/\\d+$'], plugins: [A]}",
            "{name: b, paths: [/y], plugins: [B]}",
            "regexes",
        ),
        (
            "{name: a, hosts: [a.example], plugins: [A]}",
            "{name: b, paths: [/x], snis: [b.example], plugins: [B]}",
            "host and snis",
        ),
        (
            "{name: a, paths: [/x], plugins: [A]}",
            "{name: b, paths: [/x], plugins: [B]}",
            "their order",
        ),
        (
            "{name: a, expression: 'http.host == \"a.example\"', plugins: [A]}",
            "{name: b, paths: [/x], plugins: [B]}",
            "expression",
        ),
    ];
    for (one, other, by) in table {
        let yaml = format!(
            "_format_version: '3.0'\nroutes:\n- {one}\n- {other}\n- {{name: c, paths: [/c], plugins: [B]}}"
        );
        let yaml = yaml.replace("[A]", &format!("[{}]", cors("a")));
        let yaml = yaml.replace("[B]", &format!("[{}]", cors("b")));
        let message = mixed(&yaml);
        assert!(message.contains("`a`, `b`"), "{message}");
        assert!(message.contains(&format!(" apart by {by}, ")), "{message}");
    }
    let yaml = format!(
        "routes:\n- {{name: a, hosts: [a.example], plugins: [{}]}}\n- {{name: b, hosts: [b.example], plugins: [{}]}}",
        cors("a"),
        cors("b"),
    );
    assert_eq!(mixed(&yaml), not_by_path("`a`, `b`", "host"));
}

/// Routes that share no path never compete, and with the same conditions the longer
/// prefix is chosen.
#[test]
fn conditions_that_make_no_difference() {
    let yaml = format!(
        "
routes:
- {{name: a, paths: [/a], hosts: [x.example, z.example], plugins: [{}]}}
- {{name: b, paths: [/a/b], hosts: [z.example, x.example], plugins: [{}]}}
- {{name: c, paths: [/c], hosts: [y.example], plugins: [{}]}}
- {{name: rest, hosts: [x.example, z.example]}}
",
        cors("a"),
        cors("b"),
        cors("a"),
    );
    assert_eq!(mixed(&yaml), not_by_path("`c`, `rest`", "host"));
    let yaml = yaml.replace("- {name: rest, hosts: [x.example, z.example]}\n", "");
    check(
        &yaml,
        &[("/a*", "a"), ("/a/b*", "b"), ("/c*", "a")],
        &[&by("routes[0] and 2 more", "host")],
    );
}

#[test]
fn the_routes_of_one_host() {
    let yaml = format!(
        "
routes:
- {{name: shop, hosts: [shop.example], plugins: [{}]}}
- {{name: items, hosts: [shop.example], paths: [/items], plugins: [{}]}}
- {{name: admin, hosts: ['admin.example:8443'], paths: [/], plugins: [{}]}}
- {{name: tenants, hosts: ['*.tenants.example'], paths: [/], plugins: [{}]}}
- {{name: national, hosts: ['shop.*'], paths: [/national], plugins: [{}]}}
- {{name: health, paths: [/health]}}
",
        cors("shop"),
        cors("items"),
        cors("admin"),
        cors("tenants"),
        cors("national"),
    );
    let policies = import(&yaml).unwrap().config;
    let at = |host: &str| outline(&policies.at_host(host).paths().unwrap());
    let row = |prefix: &str, origin: &str| (prefix.to_owned(), origin.to_owned());
    assert_eq!(at("tenants.example"), []);
    assert_eq!(at("shop.other"), [row("/national*", "national")]);
    // `/health` is taken by two, of which the one with the host goes first.
    for host in ["shop.example", "admin.example", "a.tenants.example"] {
        let error = policies.at_host(host).paths().unwrap_err();
        assert_eq!(
            error.iter().next().unwrap().kind().code(),
            "not-by-path",
            "{host}"
        );
    }
    let yaml = yaml.replace("- {name: health, paths: [/health]}\n", "");
    let policies = import(&yaml).unwrap().config;
    let at = |host: &str| outline(&policies.at_host(host).paths().unwrap());
    assert_eq!(at("admin.example"), [row("/", "admin")]);
    assert_eq!(at("a.tenants.example"), [row("/", "tenants")]);
    assert_eq!(at("A.Tenants.Example"), [row("/", "tenants")]);
    let shop = policies
        .at_host("shop.example")
        .paths()
        .unwrap_err()
        .to_string();
    assert_eq!(shop, not_by_path("`shop`, `national`", "host"));
}

/// Simple expressions are prefixes, in the order of their priority.
#[test]
fn expressions() {
    let yaml = |priority: u8| {
        format!(
            r#"
_format_version: '3.0'
routes:
- {{name: a, expression: 'http.path ^= "/a"', priority: 1, plugins: [{}]}}
- {{name: b, expression: '(http.path ^= "/a/b") || http.path ^= "/b"', priority: {priority}, plugins: [{}]}}
"#,
            cors("a"),
            cors("b"),
        )
    };
    check(&yaml(2), &[("/a*", "a"), ("/a/b*", "b"), ("/b*", "b")], &[]);
    assert_eq!(mixed(&yaml(1)), not_by_path("`a`, `b`", "their order"));
    let policies = import(&yaml(2)).unwrap().config;
    assert_eq!(policies.routes[1].paths, ["/a/b", "/b"]);
    // An equal path is no prefix: what is below it has the other policy.
    let equal = yaml(2).replace(r#"http.path ^= "/a/b""#, r#"http.path == "/a/b""#);
    assert_eq!(mixed(&equal), not_by_path("`a`, `b`", "expression"));
    let alone = equal.replace(r#"'http.path ^= "/a"'"#, r#"'http.path ^= "/c"'"#);
    check(
        &alone,
        &[("/a/b*", "b"), ("/b*", "b"), ("/c*", "a")],
        &[&by("routes[1]", "expression")],
    );
}

#[test]
fn templates_of_files_and_routes_are_errors() {
    let yaml = "
_format_version: '${VERSION}'
routes:
- {paths: [/a], expression: '{{ expression }}'}
";
    let template = "this is a template, which is filled in before the gateway reads the file; \
                    import the file that results";
    assert_eq!(
        errors(yaml),
        [
            format!("_format_version `\"${{VERSION}}\"`: {template}"),
            format!("routes[0].expression `\"{{{{ expression }}}}\"`: {template}"),
        ]
    );
}

/// The name might be this plugin's.
#[test]
fn a_plugin_whose_name_is_a_template_is_an_error() {
    let yaml = "
plugins: [{name: cors, config: {origins: ['https://wide.example']}}]
routes:
- {paths: [/a], plugins: [{name: '{{ plugin }}', config: {origins: ['https://a.example']}}]}
";
    assert_eq!(
        errors(yaml),
        [
            "routes[0].plugins[0].name `{{ plugin }}`: this is a template, which is filled in \
             before the gateway reads the file; import the file that results"
        ]
    );
}

/// What Kong routes no preflight to has only what needs none.
#[test]
fn routes_without_preflights() {
    let without = |place: &str, by: &str| {
        format!(
            "{place}: preflights have {by}, so Kong never chooses this route for one; its policy \
             has only what browsers send without a preflight"
        )
    };
    let yaml = format!(
        "
services:
- name: a
  plugins: [{}]
  routes:
  - {{name: read, paths: [/a], methods: [GET, OPTIONS]}}
  - {{name: write, paths: [/b], methods: [GET, PUT]}}
  - {{name: beta, paths: [/c], headers: {{x-beta: ['1']}}}}
  - {{name: put, paths: [/d], methods: [PUT]}}
  - {{name: asked, paths: [/d], methods: [OPTIONS]}}
  - {{name: canary, paths: [/a/new], headers: {{x-canary: ['1']}}}}
",
        cors("a")
    );
    let imported = import(&yaml).unwrap();
    let notes: Vec<_> = imported.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            by("services[0].routes[0] and 1 more", "method"),
            without("services[0].routes[1]", "the method `OPTIONS`"),
            without("services[0].routes[2]", "no headers of the page"),
        ]
    );
    let methods = |route: usize| {
        let config = imported.config.routes[route].config.clone().unwrap();
        (config.allow_methods.join(" "), config.allow_headers)
    };
    let all = "GET HEAD PUT PATCH POST DELETE OPTIONS".to_owned();
    let unasked = ("GET HEAD POST".to_owned(), AllowHeaders::default());
    assert_eq!(methods(0), (all.clone(), AllowHeaders::Mirror));
    assert_eq!(methods(1), unasked);
    assert_eq!(methods(2), unasked);
    // Another route takes the preflights, and has the same policy.
    assert_eq!(methods(3), (all.clone(), AllowHeaders::Mirror));
    assert_eq!(methods(5), (all, AllowHeaders::Mirror));
    let table = imported.config.paths().unwrap();
    let prefixes: Vec<_> = table.paths.iter().map(|(prefix, _)| &prefix[..]).collect();
    assert_eq!(prefixes, ["/a*", "/b*", "/c*", "/d*"]);
}

/// Nor does it forward preflights, or let pages into a private network.
#[test]
fn routes_without_preflights_answer_none_for_others() {
    let yaml = "
routes:
- paths: [/a]
  methods: [GET]
  plugins:
  - name: cors
    config: {origins: ['https://a'], private_network: true, preflight_continue: true}
- {paths: [/a], snis: [internal.example], plugins: [{name: cors, config:
    {origins: ['https://a'], private_network: true, preflight_continue: true}}]}
";
    let config = import(yaml).unwrap().config.routes[0].config.clone();
    let config = config.unwrap();
    assert!(!config.allow_private_network);
    assert_eq!(config.preflight, PreflightMode::Answer);
    // The second route takes them of one server name only.
    assert_eq!(config.allow_methods, ["GET", "HEAD", "POST"]);
}

#[test]
fn notes_are_merged_over_plugins() {
    let plugin = "{name: cors, config: {headers: [Host, X-A]}}";
    let yaml = format!(
        "routes:\n- {{paths: [/a], plugins: [{plugin}]}}\n- {{paths: [/b], plugins: [{plugin}]}}\n- {{paths: [/c], plugins: [{plugin}]}}"
    );
    check(
        &yaml,
        &[("/a*", "*"), ("/b*", "*"), ("/c*", "*")],
        &[
            "routes[0].plugins[0].config.origins and 2 more: Kong allows every origin where none \
             is listed, and so does the import; list the origins that are meant",
            "routes[0].plugins[0].config.headers[0] and 2 more `Host`: left out: scripts cannot \
             set this header; remove it",
        ],
    );
    let yaml = yaml.replace("X-A", "X A");
    assert_eq!(
        errors(&yaml),
        [
            "routes[0].plugins[0].config.headers[1] and 2 more `X A`: browsers cannot read a list \
          with this in it, and every preflight fails; make each name an entry of its own; write \
          `X`, `A`"
        ]
    );
}

/// decK shares options between plugins.
#[test]
fn shared_options() {
    let yaml = "
_format_version: '3.0'
_plugin_configs:
  usual: {origins: ['https://usual'], credentials: true, max_age: 100000}
routes:
- {paths: [/a], plugins: [{name: cors, _config: usual}]}
- {paths: [/b], plugins: [{name: cors, _config: usual, config: {origins: ['https://own']}}]}
";
    check(
        yaml,
        &[("/a*", "usual"), ("/b*", "own")],
        &[
            "_plugin_configs.usual.max_age and 1 more `100000`: no browser keeps an answer for \
             more than a day; write `86400`",
        ],
    );
    let table = import(yaml).unwrap().config.paths().unwrap();
    assert!(table.paths[1].1.as_ref().unwrap().allow_credentials);
    assert_eq!(
        errors("plugins: [{name: cors, _config: none}]"),
        ["plugins[0]._config `none`: nothing in the file has this name or id"]
    );
}

#[test]
fn regex_paths_by_version() {
    // Before 3.0, by their characters.
    for (version, is_regex) in [
        ("'1.1'", true),
        ("1.1", true),
        ("'2.1'", true),
        ("'3.0'", false),
    ] {
        let yaml = format!(
            "
_format_version: {version}
routes:
- {{name: user, paths: ['/users/(me)'], plugins: [{}]}}
- {{name: users, paths: [/users], plugins: [{}]}}
",
            cors("user"),
            cors("users"),
        );
        let table = import(&yaml).unwrap().config.paths();
        assert_eq!(table.is_err(), is_regex, "{version}");
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
    let config = &import(yaml).unwrap().config.plugins[0].1;
    assert_eq!(
        config.allow_origins,
        ["https://a:*".into(), "https://b:*".into()]
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
    config: {origins: 'https://a', credentials: 'true', max_age: '60'}
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
    let config = import(yaml).unwrap().config.routes[0]
        .config
        .clone()
        .unwrap();
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
    let error = import(yaml).unwrap().config.paths().unwrap_err();
    assert_eq!(
        error.to_string(),
        not_by_path("`a\u{fffd}\u{240a}`, `b`", "method")
    );
    assert_eq!(
        serde_json::to_value(&error).unwrap()[0]["code"],
        serde_json::json!("not-by-path")
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

/// The example in the documentation of `Policies::paths`.
#[test]
fn the_longest_shorter_prefix_has_all_that_is_not_listed() {
    let plugin = |name: &str, enabled: bool| {
        let origin = format!("https://{name}.example");
        serde_json::json!([{"name": "cors", "enabled": enabled, "config": {"origins": [origin]}}])
    };
    let document = serde_json::json!({
        "_format_version": "3.0",
        "plugins": plugin("g", true),
        "services": [{
            "name": "users",
            "plugins": plugin("u", true),
            "routes": [
                {"name": "users", "paths": ["/users", "/users/me"]},
                {"name": "avatar", "paths": ["/users/me/avatar"], "plugins": plugin("a", true)}
            ]
        }],
        "routes": [{"name": "health", "paths": ["/health"], "plugins": plugin("h", false)}]
    });
    let document = serde_json::from_value(document).unwrap();
    let table = kong::import(&document).unwrap().config.paths().unwrap();
    let found = table.paths.iter().map(|(prefix, config)| {
        let config = config.as_ref().expect("a policy");
        (&prefix[..], config.allow_origins[0].to_string())
    });
    let expected = [
        ("/", "https://g.example".to_owned()),
        ("/users*", "https://u.example".to_owned()),
        ("/users/me/avatar*", "https://a.example".to_owned()),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}
