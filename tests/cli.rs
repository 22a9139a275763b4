//! The command `tower-cors`: what it prints, and how it ends.

#[path = "support/net.rs"]
mod net;

use std::convert::Infallible;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsConfig, CorsLayer, PathConfigs};

const COMMAND: &str = env!("CARGO_BIN_EXE_tower-cors");
const APP: &str = "https://app.example.com";

const POLICY: &str = r#"
allow_origins = ["https://app.example.com", "https://*.example.org"]
allow_methods = ["GET", "PUT"]
allow_headers = ["content-type"]
allow_credentials = true
"#;

/// A folder of its own, with these files.
fn folder<'a>(name: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cli")
        .join(name);
    fs::create_dir_all(&folder).expect("a folder");
    for (file, text) in files {
        fs::write(folder.join(file), text).expect("a file");
    }
    folder
}

fn policy(name: &str) -> PathBuf {
    folder(name, [("policy.toml", POLICY)])
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(COMMAND);
    command.current_dir(folder).args(args);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().expect("the command")
}

/// Asserts the exit status, and all of stdout and stderr.
#[track_caller]
fn assert_output(output: &Output, status: i32, stdout: &str, stderr: &str) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let found = (
        text(&output.stdout),
        text(&output.stderr),
        output.status.code(),
    );
    assert_eq!(found, (stdout.to_owned(), stderr.to_owned(), Some(status)));
}

/// Asserts the exit status and the JSON document.
#[track_caller]
fn assert_json(output: &Output, status: i32, document: &Value) {
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    assert_eq!(found, *document);
    assert_eq!(output.status.code(), Some(status));
    assert_eq!(output.stderr, b"");
}

#[test]
fn check_prints_the_advisories_of_a_valid_policy() {
    let output = run(&policy("valid"), &["check", "policy.toml"]);
    let stdout = "valid: policy.toml\n\
        advice: max_age: browsers keep a preflight's answer for 5 seconds only; set it, to `10m` \
        say\n";
    assert_output(&output, 0, stdout, "");
}

#[test]
fn check_prints_all_errors_at_once() {
    let policy = "\
allow_origins: [https://app.example.com/, http://app.example.com]
allow_methods: [put]
allow_credentials: true
";
    let folder = folder("errors", [("policy.yaml", policy)]);
    let stderr = "error: policy.yaml: invalid CORS configuration, 3 errors:
- allow_origins[0] `https://app.example.com/`: an origin has no trailing slash; write `https://app.example.com`
- allow_origins[1] `http://app.example.com`: with credentials, whoever controls the network between a user and `http://app.example.com` can act as the user; use https, or take it on by `dangerously_allow = [\"insecure-origins\"]`
- allow_methods[0] `put`: methods are case-sensitive; write `PUT`
";
    assert_output(&run(&folder, &["check", "policy.yaml"]), 1, "", stderr);
}

#[test]
fn check_tells_programs_each_error() {
    let policy = r#"{ "allow_origins": ["https://app.example.com"], "allow_methods": ["put"] }"#;
    let folder = folder("json-errors", [("policy.json", policy)]);
    let document = json!({
        "error": "policy.json: invalid CORS configuration: \
            allow_methods[0] `put`: methods are case-sensitive; write `PUT`",
        "errors": [{
            "field": "allow_methods[0]",
            "value": "put",
            "code": "method-case",
            "message": "methods are case-sensitive",
            "suggestion": "PUT",
        }],
    });
    let output = run(&folder, &["check", "policy.json", "--json"]);
    assert_json(&output, 1, &document);
}

#[test]
fn check_takes_policies_by_path() {
    let policy = r#"
["/"]
allow_origins = ["*"]
debug = true

["/account"]
allow_origins = ["https://app.example.com"]
allow_credentials = true

["/internal"]
"#;
    // A table in TOML cannot be `false`.
    let policy = policy.replace("[\"/internal\"]", "");
    let policy = format!("\"/internal\" = false\n{policy}");
    let folder = folder("paths", [("policy.toml", &policy[..])]);
    let stdout = "valid: policy.toml\n\
        advice: \"/\".debug `true`: for development only: responses tell how the policy decides\n";
    assert_output(&run(&folder, &["check", "policy.toml"]), 0, stdout, "");
    let document = json!({
        "valid": true,
        "advisories": [{
            "field": "\"/\".debug",
            "value": "true",
            "code": "debug",
            "message": "for development only: responses tell how the policy decides",
        }],
    });
    let output = run(&folder, &["--json", "check", "policy.toml"]);
    assert_json(&output, 0, &document);

    let errors = policy.replace("app.example.com\"", "app.example.com/\"");
    fs::write(folder.join("policy.toml"), errors).expect("a file");
    let stderr = "error: policy.toml: invalid CORS configuration: \
        \"/account\".allow_origins[0] `https://app.example.com/`: an origin has no trailing slash; \
        write `https://app.example.com`\n";
    assert_output(&run(&folder, &["check", "policy.toml"]), 1, "", stderr);
}

/// A file may try to command the terminal.
#[test]
fn check_shows_what_is_no_policy_without_control_characters() {
    let policy = "allow_orgins = []\n# \u{1b}[31m\u{202e}\n";
    let folder = folder(
        "syntax",
        [("policy.toml", policy), ("policy.json", "{\"a\u{1b}")],
    );
    let stderr = "error: policy.toml: TOML parse error at line 2, column 3
  |
2 | # \\u001b[31m\\u202e
  |   ^
invalid comment character, expected printable characters
";
    assert_output(&run(&folder, &["check", "policy.toml"]), 1, "", stderr);

    fs::write(folder.join("policy.toml"), "allow_orgins = []").expect("a file");
    let stderr = "error: policy.toml: TOML parse error at line 1, column 1
  |
1 | allow_orgins = []
  | ^^^^^^^^^^^^
`allow_orgins` is not a field of a CORS configuration; did you mean `allow_origins`?
";
    assert_output(&run(&folder, &["check", "policy.toml"]), 1, "", stderr);
}

#[test]
fn what_cannot_be_read_is_told_apart_from_what_is_wrong() {
    let folder = folder("unreadable", [("policy.ini", "")]);
    let output = run(&folder, &["check", "none.toml"]);
    let stderr = "error: none.toml: No such file or directory (os error 2)\n";
    assert_output(&output, 2, "", stderr);

    let output = run(&folder, &["check", "policy.ini"]);
    let text = "policy.ini: the name has to end in .toml, .json, .yaml or .yml";
    assert_output(&output, 2, "", &format!("error: {text}\n"));
    let output = run(&folder, &["check", "policy.ini", "--json"]);
    assert_json(&output, 2, &json!({ "error": text }));

    assert_eq!(run(&folder, &["chek"]).status.code(), Some(2));
}

#[test]
fn explain_plays_the_requests_of_a_page() {
    let folder = policy("allowed");
    let args = [
        "explain",
        "policy.toml",
        "--origin",
        "https://a.example.org",
        "--method",
        "put",
        "--header",
        "content-type",
        "--credentials",
    ];
    let stdout = "\
> OPTIONS https://api.example.net/ (preflight)
>   access-control-request-method: PUT
>   access-control-request-headers: content-type
>   origin: https://a.example.org
< 204 No Content
<   access-control-allow-origin: https://a.example.org
<   access-control-allow-credentials: true
<   access-control-allow-methods: GET, PUT
<   access-control-allow-headers: content-type
<   vary: Origin, access-control-request-method, access-control-request-headers
OPTIONS from `https://a.example.org` is a preflight: allowed
- origin: allowed, `https://*.example.org` of allow_origins matches
- method: allowed, `PUT` is listed
- headers: allowed, `content-type` is covered
it is answered here with 204; the browser goes on to send the request

> PUT https://api.example.net/
>   origin: https://a.example.org
< 200 OK
<   vary: Origin
<   access-control-allow-origin: https://a.example.org
<   access-control-allow-credentials: true
PUT from `https://a.example.org` is an actual request: allowed
- origin: allowed, `https://*.example.org` of allow_origins matches
- method: allowed, `PUT` is listed
it is left to the service, and the page may read the response

allowed: the page can read the response
";
    assert_output(&run(&folder, &args), 0, stdout, "");
}

#[test]
fn explain_ends_where_the_browser_does() {
    let folder = policy("denied");
    let args = [
        "explain",
        "policy.toml",
        "--origin",
        "https://example.org",
        "--header",
        "x-foo: 1",
    ];
    let explanation = "\
OPTIONS from `https://example.org` is a preflight: denied
- origin: denied, no entry of allow_origins matches; the nearest is `https://*.example.org`, which matches subdomains only; to allow this too, list `https://example.org` beside it
- method: allowed, `GET` is listed
- headers: denied, `x-foo` is not covered; allow_headers has `content-type`
it is answered here with 403; the browser refuses
";
    let reason = "Response to preflight request doesn't pass access control check: No \
        'Access-Control-Allow-Origin' header is present on the requested resource.";
    let vary = "Origin, access-control-request-method, access-control-request-headers";
    let stdout = format!(
        "> OPTIONS https://api.example.net/ (preflight)
>   access-control-request-method: GET
>   access-control-request-headers: x-foo
>   origin: https://example.org
< 403 Forbidden
<   vary: {vary}
{explanation}
blocked: {reason}
"
    );
    assert_output(&run(&folder, &args), 1, &stdout, "");

    let document = json!({
        "allowed": false,
        "visible_headers": null,
        "reason": reason,
        "requests": [{
            "method": "OPTIONS",
            "url": "https://api.example.net/",
            "headers": [
                ["accept", "*/*"],
                ["access-control-request-method", "GET"],
                ["access-control-request-headers", "x-foo"],
                ["origin", "https://example.org"],
                ["host", "api.example.net"],
                ["sec-fetch-dest", "empty"],
                ["sec-fetch-mode", "cors"],
                ["sec-fetch-site", "cross-site"],
            ],
            "response": { "status": 403, "headers": [["vary", vary]] },
            "explanation": explanation,
        }],
    });
    let output = run(&folder, &[&args[..], &["--json"]].concat());
    assert_json(&output, 1, &document);
}

#[test]
fn explain_sends_a_preflight_where_a_browser_does_or_when_told() {
    let folder = policy("preflight");
    for (args, has_preflight) in [
        (&[][..], false),
        (&["--header", "content-type: text/plain"], false),
        (&["--header", "range"], false),
        (&["--header", "content-type"], true),
        (&["--preflight"], true),
    ] {
        let common = ["explain", "policy.toml", "--origin", APP];
        let output = run(&folder, &[&common, args].concat());
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let first = match has_preflight {
            true => "> OPTIONS https://api.example.net/ (preflight)\n",
            false => "> GET https://api.example.net/\n",
        };
        let stdout = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(stdout.starts_with(first), "{args:?}: {stdout}");
    }
}

#[test]
fn explain_takes_the_policy_of_the_path() {
    let policy = r#"{
        "/": { "allow_origins": ["https://other.example"] },
        "/api": { "allow_origins": ["https://app.example.com"] },
        "/off": false
    }"#;
    let folder = folder("by-path", [("policy.json", policy)]);
    let explain = |path| {
        run(
            &folder,
            &["explain", "policy.json", "--origin", APP, "--path", path],
        )
    };
    assert_eq!(explain("/api/x").status.code(), Some(0));
    assert_eq!(
        explain("http://localhost:3000/api/x").status.code(),
        Some(0)
    );
    assert_eq!(explain("/").status.code(), Some(1));
    let stdout = "\
> GET https://api.example.net/off
>   origin: https://app.example.com
< 200 OK
no policy covers this path

blocked: No 'Access-Control-Allow-Origin' header is present on the requested resource.
";
    assert_output(&explain("/off"), 1, stdout, "");
}

/// What the policy leaves to the service, the service is taken to allow.
#[test]
fn explain_leaves_a_forwarded_preflight_to_the_service() {
    let policy = "allow_origins = [\"https://app.example.com\"]\npreflight = \"forward\"\n";
    let folder = folder("forward", [("policy.toml", policy)]);
    let stdout = "\
> OPTIONS https://api.example.net/ (preflight)
>   access-control-request-method: GET
>   origin: https://app.example.com
< 204 No Content
<   access-control-allow-origin: https://app.example.com
<   access-control-allow-credentials: true
<   access-control-allow-methods: GET
<   vary: Origin, access-control-request-method, access-control-request-headers
OPTIONS from `https://app.example.com` is a preflight: allowed
- origin: allowed, `https://app.example.com` of allow_origins matches
- method: allowed, `GET` is listed
- headers: allowed, none are asked for
it is left to the service, whose response is not changed; the browser judges that

> GET https://api.example.net/
>   origin: https://app.example.com
< 200 OK
<   vary: Origin
<   access-control-allow-origin: https://app.example.com
GET from `https://app.example.com` is an actual request: allowed
- origin: allowed, `https://app.example.com` of allow_origins matches
- method: allowed, `GET` is listed
it is left to the service, and the page may read the response

allowed: the page can read the response
";
    let args = ["explain", "policy.toml", "--origin", APP, "--preflight"];
    assert_output(&run(&folder, &args), 0, stdout, "");
}

#[test]
fn explain_says_what_no_page_can_send() {
    let folder = policy("usage");
    let explain = |args: &[&str]| {
        let common = ["explain", "policy.toml", "--origin"];
        run(&folder, &[&common, args].concat())
    };
    for (args, error) in [
        (
            &["https://app.example.com/"][..],
            "'https://app.example.com/' for '--origin <ORIGIN>': an origin has no trailing slash",
        ),
        (
            &["https://*.example.com"],
            "'https://*.example.com' for '--origin <ORIGIN>': a page has one origin, not a pattern",
        ),
        (
            &[APP, "--header", "a b"],
            "'a b' for '--header <HEADER>': not the name of a header",
        ),
    ] {
        let stderr =
            format!("error: invalid value {error}\n\nFor more information, try '--help'.\n");
        assert_output(&explain(args), 2, "", &stderr);
    }
    let output = explain(&[APP, "--method", "TRACE"]);
    assert_output(
        &output,
        1,
        "blocked: 'TRACE' HTTP method is unsupported.\n",
        "",
    );
}

/// Files of gateways that the other example serves.
fn gateways() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/gateway")
}

#[test]
fn import_prints_a_policy_file_and_notes() {
    let args = ["import", "krakend", "krakend.json"];
    let imported = run(&gateways(), &args);
    let stdout = r#"allow_origins = [
    "https://shop.example.com",
    "https://*.preview.example.com",
    "http://localhost:3000",
]
allow_methods = [
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
]
allow_headers = [
    "Authorization",
    "Content-Type",
]
expose_headers = ["X-Request-Id"]
allow_credentials = true
max_age = 5400
"#;
    let stderr = "\
note: endpoints[1].extra_config `security/cors`: KrakenD reads this only in the `extra_config` of the whole file and ignores it here; so does the import
note: allow_origins[1] `https://*.preview.example.com`: KrakenD lets `*` stand for any text; in an origin that can only be labels of the host in this place, so it is kept as the same subdomain pattern
note: allow_headers[0] `Origin`: left out: scripts cannot set this header; remove it
";
    assert_output(&imported, 0, stdout, stderr);

    // What is printed is a policy file.
    let folder = folder("imported", [("policy.toml", stdout)]);
    assert_eq!(
        run(&folder, &["check", "policy.toml"]).status.code(),
        Some(0)
    );
}

#[test]
fn import_takes_one_host_of_kong() {
    let stderr = "\
error: kong-hosts.yaml: there is no table of path prefixes for these routes of Kong: routes: Kong tells `shop`, `admin`, `reports`, `tenants` apart by host, and their CORS differs, so path prefixes do not tell which policy a request has; put each policy on its own routes, or take the routes of one host with `at_host`
note: the option `--host` takes one host
";
    let output = run(&gateways(), &["import", "kong", "kong-hosts.yaml"]);
    assert_output(&output, 1, "", stderr);

    let args = [
        "import",
        "kong",
        "kong-hosts.yaml",
        "--host",
        "shop.example.com",
    ];
    let stdout = r#"["/"]
allow_origins = [
    "https://www.example.com",
    "https://m.example.com",
]
allow_methods = [
    "GET",
    "HEAD",
    "PUT",
    "PATCH",
    "POST",
    "DELETE",
    "OPTIONS",
]
allow_headers = "mirror"
preflight_status = 200
"#;
    let stderr = "note: services[0].routes[0] and 3 more: Kong also chooses this route by host, and \
        answers 404 if no route matches; a table of path prefixes looks only at the path\n";
    assert_output(&run(&gateways(), &args), 0, stdout, stderr);
}

#[test]
fn import_says_what_has_to_be_changed() {
    let krakend = r#"{
        "allow_origins": ["http://app.example.com"],
        "allow_headers": ["X-Foo"],
        "allow_credentials": true
    }"#;
    let folder = folder(
        "import",
        [
            ("dangerous.json", krakend),
            ("off.json", r#"{ "version": 3 }"#),
            ("off.yaml", "_format_version: '3.0'"),
            (
                "wrong.json",
                r#"{ "allow_origins": "https://app.example.com" }"#,
            ),
        ],
    );
    let policy = "allow_origins = [\"http://app.example.com\"]
allow_methods = [
    \"GET\",
    \"POST\",
    \"HEAD\",
    \"OPTIONS\",
]
allow_headers = [\"X-Foo\"]
allow_credentials = true
max_age = \"browser-default\"
";
    let message = "with credentials, whoever controls the network between a user and \
        `http://app.example.com` can act as the user; use https, or take it on by \
        `dangerously_allow = [\"insecure-origins\"]`";
    let stderr = format!(
        "error: the imported policy is not valid yet: invalid CORS configuration: \
         allow_origins[0] `http://app.example.com`: {message}\n"
    );
    let output = run(&folder, &["import", "krakend", "dangerous.json"]);
    assert_output(&output, 1, policy, &stderr);
    let document = json!({
        "policy": {
            "allow_origins": ["http://app.example.com"],
            "allow_methods": ["GET", "POST", "HEAD", "OPTIONS"],
            "allow_headers": ["X-Foo"],
            "allow_credentials": true,
            "max_age": "browser-default",
        },
        "notes": [],
        "errors": [{
            "field": "allow_origins[0]",
            "value": "http://app.example.com",
            "code": "insecure-origins",
            "message": message,
            "witness": "http://app.example.com",
        }],
    });
    let output = run(&folder, &["import", "krakend", "dangerous.json", "--json"]);
    assert_json(&output, 1, &document);

    let output = run(&folder, &["import", "krakend", "off.json"]);
    assert_output(&output, 0, "enabled = false\n", "");
    let output = run(&folder, &["import", "kong", "off.yaml"]);
    assert_output(&output, 0, "\"/\" = false\n", "");
    for (file, policy) in [
        ("krakend.toml", "enabled = false\n"),
        ("kong.toml", "\"/\" = false\n"),
    ] {
        fs::write(folder.join(file), policy).expect("a file");
        assert_eq!(run(&folder, &["check", file]).status.code(), Some(0));
    }
    let output = run(&folder, &["import", "krakend", "wrong.json"]);
    let stderr = "error: wrong.json: this KrakenD configuration cannot be imported: allow_origins \
        `\"https://app.example.com\"`: this is a string, not a list of strings; KrakenD takes it \
        for absent, which allows every origin; write `[\"https://app.example.com\"]`\n";
    assert_output(&output, 1, "", stderr);
}

/// Shows the lines of a request and of its answer as `probe` does.
fn exchange(request: &str, answer: &str) -> String {
    let marked = |mark: &str, lines: &str| lines.replace('\n', &format!("\n{mark}   "));
    format!("> {}\n< {}\n\n", marked(">", request), marked("<", answer))
}

#[test]
fn import_shows_a_file_without_control_characters() {
    let plugin = r#"{
        "origins": ["https://app.example.com"],
        "methods": ["GET"],
        "headers": ["x-foo"],
        "exposed_headers": ["x\u001b[31m\u202e"]
    }"#;
    let folder = folder("escape", [("kong.json", plugin)]);
    let stdout = r#"["/"]
allow_origins = ["https://app.example.com"]
allow_methods = [
    "GET",
    "HEAD",
    "POST",
]
allow_headers = ["x-foo"]
preflight_status = 200
"#;
    let stderr = "note: exposed_headers[0] `x\u{241b}[31m\u{fffd}`: browsers cannot read a list with \
        this in it, so pages can read none of these headers; none is imported; make each name an \
        entry of its own\n";
    assert_output(
        &run(&folder, &["import", "kong", "kong.json"]),
        0,
        stdout,
        stderr,
    );
}

/// What a server does that has the policy.
fn with_cors(
    config: &CorsConfig,
) -> impl Service<Request<Incoming>, Response = Response<String>, Error = Infallible, Future: Send>
+ Clone
+ Send
+ 'static {
    let cors = CorsLayer::new(config.clone()).expect("a policy");
    cors.layer(service_fn(async |_| Ok(Response::new("hello".to_owned()))))
}

fn api() -> CorsConfig {
    CorsConfig::new([APP])
        .allow_methods(["GET", "PUT"])
        .allow_credentials(true)
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_says_that_the_page_can_read() {
    let server = net::serve(with_cors(&api().expose_headers(["vary"]))).await;
    let url = format!("http://{server}/items?a=b");
    let args = [
        "probe",
        &url,
        "--origin",
        APP,
        "--method",
        "PUT",
        "--credentials",
    ];
    let preflight = exchange(
        &format!("OPTIONS {url} (preflight)\naccess-control-request-method: PUT\norigin: {APP}"),
        &format!(
            "204 No Content\naccess-control-allow-origin: {APP}\n\
             access-control-allow-credentials: true\naccess-control-allow-methods: GET, PUT\n\
             vary: Origin, access-control-request-method, access-control-request-headers"
        ),
    );
    let actual = exchange(
        &format!("PUT {url}\norigin: {APP}"),
        &format!(
            "200 OK\nvary: Origin\naccess-control-allow-origin: {APP}\n\
             access-control-allow-credentials: true\naccess-control-expose-headers: vary"
        ),
    );
    let verdict = "allowed: the page can read the response\n";
    let stdout = preflight + &actual + verdict;
    assert_output(&run(Path::new("."), &args), 0, &stdout, "");
}

/// Whichever server it is: this one answers preflights as a router for methods does.
#[tokio::test(flavor = "multi_thread")]
async fn probe_says_why_the_browser_refuses() {
    let service = service_fn(async |request: Request<Incoming>| {
        let mut response = Response::new(String::new());
        if request.method() == "OPTIONS" {
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        }
        Ok::<_, Infallible>(response)
    });
    let url = format!("http://{}/", net::serve(service).await);
    let reason = "Response to preflight request doesn't pass access control check: No \
        'Access-Control-Allow-Origin' header is present on the requested resource.";
    let hint = "the preflight was answered 405 Method Not Allowed: the CORS layer is inside \
        routing; put it around the whole router";
    let preflight = exchange(
        &format!(
            "OPTIONS {url} (preflight)\naccess-control-request-method: GET\n\
             access-control-request-headers: x-foo\norigin: {APP}"
        ),
        "405 Method Not Allowed",
    );
    let verdict = format!("blocked: {reason}\nhint: {hint}\n");
    let args = ["probe", &url, "--origin", APP, "--header", "x-foo"];
    assert_output(&run(Path::new("."), &args), 1, &(preflight + &verdict), "");

    let output = run(Path::new("."), &[&args[..], &["--json"]].concat());
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    // The server's own headers, with the time of the day.
    let headers = document["requests"][0]["response"]["headers"].take();
    assert_eq!(headers, json!([["content-length", "0"]]));
    let host = url["http://".len()..].trim_end_matches('/');
    let expected = json!({
        "allowed": false,
        "reason": reason,
        "hint": hint,
        "visible_headers": null,
        "requests": [{
            "method": "OPTIONS",
            "url": url,
            "headers": [
                ["accept", "*/*"],
                ["access-control-request-method", "GET"],
                ["access-control-request-headers", "x-foo"],
                ["origin", APP],
                ["host", host],
                ["sec-fetch-dest", "empty"],
                ["sec-fetch-mode", "cors"],
                ["sec-fetch-site", "cross-site"],
            ],
            "response": { "status": 405, "headers": null },
            "explanation": "",
        }],
    });
    assert_eq!(document, expected);
    assert_eq!(output.status.code(), Some(1));
}

/// The control sequence introducer as one character, and what turns text around.
#[tokio::test(flavor = "multi_thread")]
async fn probe_shows_headers_without_control_characters() {
    let service = service_fn(async |_: Request<Incoming>| {
        let mut response = Response::new(String::new());
        let value = HeaderValue::from_bytes("a\u{9b}31m\u{202e}\tb\u{e0001}".as_bytes());
        let headers = response.headers_mut();
        headers.insert("x-cors-debug", value.expect("a value"));
        headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
        Ok::<_, Infallible>(response)
    });
    let url = format!("http://{}/", net::serve(service).await);
    let exchange = exchange(
        &format!("GET {url}\norigin: {APP}"),
        "200 OK\nx-cors-debug: a\\u009b31m\\u202e\\u0009b\\udb40\\udc01\naccess-control-allow-origin: *",
    );
    let verdict = "allowed: the page can read the response\n";
    let args = ["probe", &url, "--origin", APP];
    assert_output(&run(Path::new("."), &args), 0, &(exchange + verdict), "");

    let output = run(Path::new("."), &["probe", &url, "--origin", APP, "--json"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        text.contains(r#""a\u009b31m\u202e\tb\udb40\udc01""#),
        "{text}"
    );
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let header = json!(["x-cors-debug", "a\u{9b}31m\u{202e}\tb\u{e0001}"]);
    assert_eq!(document["requests"][0]["response"]["headers"][0], header);
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_says_that_no_answer_came() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = format!("http://{address}/");
    let stdout = exchange(&format!("GET {url}\norigin: {APP}"), "no answer");
    // Nobody accepts.
    let args = ["probe", &url, "--origin", APP, "--timeout", "0"];
    let stderr = "error: no answer within 0 s\n";
    assert_output(&run(Path::new("."), &args), 2, &stdout, stderr);

    drop(listener);
    let args = ["probe", &url, "--origin", APP];
    let stderr =
        "error: client error (Connect): tcp connect error: Connection refused (os error 111)\n";
    assert_output(&run(Path::new("."), &args), 2, &stdout, stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_tells_that_it_waits() {
    let told = Arc::new(Notify::new());
    let until_told = Arc::clone(&told);
    let service = service_fn(move |_: Request<Incoming>| {
        let told = Arc::clone(&until_told);
        async move {
            told.notified().await;
            Ok::<_, Infallible>(Response::new(String::new()))
        }
    });
    let url = format!("http://{}/", net::serve(service).await);
    let mut probe = command(Path::new("."), &["probe", &url, "--origin", APP]);
    let mut probe = probe
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command");
    let mut stderr = BufReader::new(probe.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("a line");
    assert_eq!(line, format!("waiting for GET {url} …\n"));
    told.notify_one();
    assert_eq!(probe.wait().expect("an end").code(), Some(1));
}

/// Serves over TLS with a certificate that a CA of its own signed. Gives the CA's, in PEM.
async fn serve_tls(mut leaf: CertificateParams) -> (SocketAddr, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, key).expect("a CA");

    let key = KeyPair::generate().expect("a key");
    leaf.use_authority_key_identifier_extension = true;
    let leaf = leaf.signed_by(&key, &ca).expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("a configuration");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // What goes wrong here, the client reports.
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = service_fn(async |request: Request<Incoming>| {
                    let version = format!("{:?}", request.version());
                    Response::builder()
                        .header("x-version", version)
                        .body(String::new())
                });
                let cors = CorsLayer::new(api().expose_headers(["x-version"])).expect("a policy");
                let service = cors.layer(service);
                let service = TowerToHyperService::new(service);
                let server = auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (address, ca.pem())
}

fn leaf(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).expect("a name")
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_trusts_a_ca_that_is_given() {
    let (address, ca) = serve_tls(leaf("127.0.0.1")).await;
    let folder = folder("trusted", [("ca.pem", &ca[..])]);
    let url = format!("https://{address}/");
    let args = ["probe", &url, "--origin", APP, "--ca", "ca.pem", "--json"];
    let output = run(&folder, &args);
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["requests"].take();
    let expected = json!({
        "allowed": true,
        "reason": null,
        "hint": null,
        // As browsers do, it prefers HTTP/2.
        "visible_headers": [["x-version", "HTTP/2.0"]],
        "requests": null,
    });
    assert_eq!(document, expected);
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn probe_reports_a_bad_certificate() {
    let mut expired = leaf("127.0.0.1");
    expired.not_before = date_time_ymd(2020, 1, 1);
    expired.not_after = date_time_ymd(2020, 2, 1);
    for (name, leaf, is_trusted, error) in [
        (
            "unknown",
            leaf("127.0.0.1"),
            false,
            "UnknownIssuer; to trust the CA that signed it, add that by `--ca FILE`",
        ),
        (
            "other-name",
            leaf("example.com"),
            true,
            "certificate not valid for name \"127.0.0.1\"; certificate is only valid for \
             DnsName(\"example.com\")",
        ),
        (
            "expired",
            expired,
            true,
            "certificate expired: verification time N (UNIX), but certificate is not valid after \
             1580515200 (N seconds ago)",
        ),
    ] {
        let (address, ca) = serve_tls(leaf).await;
        let folder = folder(name, [("ca.pem", &ca[..])]);
        let url = format!("https://{address}/");
        let mut args = vec!["probe", &url, "--origin", APP];
        if is_trusted {
            args.extend(["--ca", "ca.pem"]);
        }
        let stdout = exchange(&format!("GET {url}\norigin: {APP}"), "no answer");
        let stderr = format!("error: client error (Connect): invalid peer certificate: {error}\n");
        let mut output = run(&folder, &args);
        // The time of the day, and how long ago that was.
        let text = String::from_utf8(output.stderr).expect("UTF-8");
        let words = text
            .split(' ')
            .map(|word| match word.trim_start_matches('(').parse::<u64>() {
                Ok(number) if number != 1_580_515_200 => word.replace(&number.to_string(), "N"),
                _ => word.to_owned(),
            });
        output.stderr = words.collect::<Vec<_>>().join(" ").into_bytes();
        assert_output(&output, 2, &stdout, &stderr);
    }
}

#[test]
fn probe_needs_a_ca_in_pem() {
    let folder = folder("ca", [("ca.pem", "no certificate")]);
    let probe = |ca| {
        run(
            &folder,
            &["probe", "https://127.0.0.1/", "--origin", APP, "--ca", ca],
        )
    };
    let stderr = "error: ca.pem: there is no certificate in PEM\n";
    assert_output(&probe("ca.pem"), 2, "", stderr);
    let stderr = "error: none.pem: I/O error: No such file or directory (os error 2)\n";
    assert_output(&probe("none.pem"), 2, "", stderr);
}

/// `script` of util-linux runs a command in a terminal.
#[cfg(target_os = "linux")]
/// `tests/schema.rs` says what is in it.
#[test]
fn schema_prints_the_schema_of_a_policy_file() {
    let folder = folder("schema", []);
    for (args, schema) in [
        (&["schema"][..], schemars::schema_for!(CorsConfig)),
        (&["schema", "--by-path"], schemars::schema_for!(PathConfigs)),
    ] {
        let output = run(&folder, args);
        assert_output(&output, 0, &format!("{:#}\n", schema.as_value()), "");
    }
}

#[test]
fn only_a_terminal_gets_colours() {
    let folder = folder("colours", [("policy.toml", "allow_origins = []\n")]);
    let error = "policy.toml: invalid CORS configuration: allow_origins: no origin is allowed; \
        list at least one, such as `https://app.example.com`";
    for (variables, word) in [
        (&[("TERM", "xterm")][..], "\u{1b}[1;31merror:\u{1b}[0m"),
        (&[("TERM", "xterm"), ("NO_COLOR", "1")], "error:"),
        (&[("TERM", "dumb")], "error:"),
    ] {
        let mut script = Command::new("script");
        script.args([
            "-qec",
            &format!("'{COMMAND}' check policy.toml"),
            "/dev/null",
        ]);
        script
            .current_dir(&folder)
            .env_remove("NO_COLOR")
            .envs(variables.iter().copied());
        let output = script.output().expect("`script`");
        assert_output(&output, 1, &format!("{word} {error}\r\n"), "");
    }
}
