//! Chromium as the judge: what a page may read in the real browser is what the
//! policy says, and what the browser for tests says.
//!
//! ```sh
//! apt-get install chromium chromium-driver
//! cargo test --all-features --test engines -- --ignored
//! ```
#![cfg(feature = "testing")]

mod driver;
mod server;
mod table;

use std::collections::BTreeMap;

use http::{HeaderMap, Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tower_cors::testing::{self, Blocked, Body, Browser, Credentials};
use tower_cors::{CorsConfig, MaxAge, Policy};

use driver::Driver;
use server::{Api, Servers, app};
use table::{Case, cases};

/// What a page's script gets.
#[derive(Debug, PartialEq)]
enum Seen {
    Blocked,
    Read {
        status: u64,
        headers: BTreeMap<String, String>,
        body: String,
    },
}

/// Whether the policy allows what a case does, by asking it as the server
/// does. Only the page knows whether it asks for credentials.
fn allowed(policy: &Policy, case: &Case, page: &str) -> bool {
    let method = Method::from_bytes(case.sent_method().as_bytes()).unwrap();
    let origin = ("origin", page.to_owned());
    let mut asks = vec![
        origin.clone(),
        ("access-control-request-method", method.to_string()),
    ];
    let unsafe_names = case.unsafe_names();
    if !unsafe_names.is_empty() {
        asks.push(("access-control-request-headers", unsafe_names.join(",")));
    }
    let is_safelisted = ["GET", "HEAD", "POST"].contains(&method.as_str());
    let preflighted = !is_safelisted || !unsafe_names.is_empty();
    (!preflighted || is_allowed(policy, &Method::OPTIONS, &asks))
        && is_allowed(policy, &method, &[origin])
        && (case.credentials != "include" || policy.config().allow_credentials)
}

fn is_allowed(policy: &Policy, method: &Method, headers: &[(&'static str, String)]) -> bool {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    policy.decide((method, &headers)).is_allowed()
}

/// Whether the policy allows a page to read what needs no preflight.
fn allows_get(policy: &Policy, origin: &str) -> bool {
    is_allowed(policy, &Method::GET, &[("origin", origin.to_owned())])
}

/// The browser for tests, on the same network as Chromium.
fn browser(api: &Api) -> Browser<Client<HttpConnector, Body>> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    Browser::new(client).server(&api.url)
}

/// What a script gets of this but for the status: nothing.
fn status(fetched: &Result<testing::Response, Blocked>) -> Value {
    let status = fetched.as_ref().map(|response| response.status().as_u16());
    status.map_or(Value::Null, Value::from)
}

/// What the browser for tests lets the page read.
async fn judge(policy: &Policy, case: &Case, page: &str, server: &str) -> Seen {
    let browser = Browser::new(app(policy.clone())).server(server);
    browser.cookie("user=7");
    let credentials = match case.credentials {
        "omit" => Credentials::Omit,
        "include" => Credentials::Include,
        _ => Credentials::SameOrigin,
    };
    let headers = case.headers.iter();
    let request = headers.fold(Request::builder(), |request, (name, value)| {
        request.header(*name, *value)
    });
    let request = request.method(case.method).uri(format!("{server}/"));
    let body = case.body.unwrap_or_default();
    let page = browser.page(page).credentials(credentials);
    match page.fetch(request.body(body).unwrap()).await {
        Err(_) => Seen::Blocked,
        Ok(response) => Seen::Read {
            status: response.status().as_u16().into(),
            headers: response
                .headers()
                .keys()
                .map(|name| (name.to_string(), response.header(name.as_str()).unwrap()))
                .collect(),
            body: response.text().into_owned(),
        },
    }
}

const FETCH: &str = "
    const [url, init, done] = arguments;
    fetch(url, init).then(
        async r => done({ status: r.status, headers: [...r.headers], body: await r.text() }),
        () => done(null));
";

fn seen(value: &Value) -> Seen {
    if value.is_null() {
        return Seen::Blocked;
    }
    let headers: Vec<(String, String)> =
        serde_json::from_value(value["headers"].clone()).expect("pairs");
    Seen::Read {
        status: value["status"].as_u64().expect("a status"),
        // What the server's connection adds is of no interest.
        headers: headers
            .into_iter()
            .filter(|(name, _)| name != "date")
            .collect(),
        body: value["body"].as_str().expect("a text").to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver, which the gate installs"]
async fn chromium_agrees_with_the_policy_and_with_the_browser_for_tests() {
    let driver = Driver::start().await;
    let servers = Servers::start().await;
    let table = cases();
    assert!(table.len() >= 60, "{} cases", table.len());
    let mut problems = Vec::new();
    let mut readable = 0;
    for case in &table {
        let page = servers.page(case.page);
        let policy = (case.config)(&page).compile().expect(case.name);
        let api = servers.api(policy.clone()).await;
        driver.open(&page).await;
        let mut init = json!({
            "method": case.method,
            "headers": case.headers,
            "credentials": case.credentials,
        });
        if let Some(body) = case.body {
            init["body"] = json!(body);
        }
        let url = json!(format!("{}/", api.url));
        let chromium = seen(&driver.run(FETCH, vec![url, init]).await);
        let judged = judge(&policy, case, &page, &api.url).await;
        let decided = allowed(&policy, case, &page);
        let read = judged != Seen::Blocked;
        readable += usize::from(read);
        let chromium_agrees = if case.chromium_differs {
            (chromium != Seen::Blocked) != case.readable
        } else {
            chromium == judged
        };
        if read != case.readable || decided != read || !chromium_agrees {
            problems.push(format!(
                "{}: expected readable: {}, the policy says {decided}\n  chromium {chromium:?}\n  \
                 for tests {judged:?}",
                case.name, case.readable
            ));
        }
    }
    driver.stop().await;
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // Both verdicts were really seen.
    assert!(
        readable > 20 && table.len() - readable > 20,
        "{readable} of {}",
        table.len()
    );
}

/// The origin `null` of a sandboxed frame.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver, which the gate installs"]
async fn a_sandboxed_frame_is_null() {
    const FRAME: &str = "
        const [url, done] = arguments;
        addEventListener('message', event => done(event.data), { once: true });
        const frame = document.createElement('iframe');
        frame.sandbox = 'allow-scripts';
        frame.srcdoc = `<script>fetch('${url}').then(
            r => parent.postMessage(r.status, '*'),
            () => parent.postMessage(null, '*'))</script>`;
        document.body.append(frame);
    ";
    let driver = Driver::start().await;
    let servers = Servers::start().await;
    let page = servers.page("localhost");
    for (config, expected) in [
        (CorsConfig::new([&page[..], "null"]), json!(200)),
        (CorsConfig::new([&page[..]]), Value::Null),
        (CorsConfig::new(["*"]), json!(200)),
    ] {
        let policy = config.compile().unwrap();
        let api = servers.api(policy.clone()).await;
        driver.open(&page).await;
        let seen = driver
            .run(FRAME, vec![json!(format!("{}/", api.url))])
            .await;
        assert_eq!(seen, expected, "{config:?}");
        let judged = browser(&api).page("null").get("/").await;
        assert_eq!(status(&judged), expected, "{config:?}");
        assert_eq!(allows_get(&policy, "null"), expected != Value::Null);
    }
    driver.stop().await;
}

/// How many preflights two equal requests take, by `max_age`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver, which the gate installs"]
async fn preflights_are_reused_for_max_age() {
    let driver = Driver::start().await;
    let servers = Servers::start().await;
    let page = servers.page("localhost");
    let put = json!({ "method": "PUT" });
    let delete = json!({ "method": "DELETE" });
    let hour = MaxAge::For(std::time::Duration::from_secs(3600));
    for (max_age, expected) in [(MaxAge::Disabled, 3), (hour, 1)] {
        let config = CorsConfig::new([&page[..]]).allow_methods(["GET", "PUT", "DELETE"]);
        let policy = config.max_age(max_age).compile().unwrap();
        let api = servers.api(policy.clone()).await;
        driver.open(&page).await;
        let url = json!(format!("{}/", api.url));
        // The answer lists all methods: it serves another one as well.
        for init in [&put, &put, &delete] {
            let seen = driver.run(FETCH, vec![url.clone(), init.clone()]).await;
            assert_eq!(seen["status"], 200, "{max_age:?}");
        }
        assert_eq!(api.preflights(), expected, "{max_age:?}");

        let browser = browser(&api);
        for method in [Method::PUT, Method::PUT, Method::DELETE] {
            let asks = [
                ("origin", page.clone()),
                ("access-control-request-method", method.to_string()),
            ];
            assert!(is_allowed(&policy, &Method::OPTIONS, &asks));
            let request = Request::builder().method(method).uri("/").body("").unwrap();
            let judged = browser.page(&page).fetch(request).await;
            assert_eq!(status(&judged), 200, "{max_age:?}");
        }
        assert_eq!(browser.preflights(), expected, "{max_age:?}");
    }
    driver.stop().await;
}

/// A redirect to another origin: the second request's origin is `null`, since
/// the server that redirects is not the page's.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver, which the gate installs"]
async fn a_redirect_to_another_origin_is_null() {
    let driver = Driver::start().await;
    let servers = Servers::start().await;
    let page = servers.page("localhost");
    let first = servers
        .api(CorsConfig::new([&page[..]]).compile().unwrap())
        .await;
    for (config, expected) in [
        (CorsConfig::new([&page[..]]), Value::Null),
        (CorsConfig::new(["null"]), json!(200)),
        (CorsConfig::new(["*"]), json!(200)),
    ] {
        let policy = config.compile().unwrap();
        let second = servers.api(policy.clone()).await;
        let target = second.url.replace("localhost", "127.0.0.1");
        driver.open(&page).await;
        let url = format!("{}/redirect?{target}/", first.url);
        let seen = driver.run(FETCH, vec![json!(url), json!({})]).await;
        assert_eq!(seen["status"], expected, "{config:?}");
        let judged = browser(&first).page(&page).get(&url).await;
        assert_eq!(status(&judged), expected, "{config:?}");
        assert_eq!(allows_get(&policy, "null"), expected != Value::Null);
    }
    driver.stop().await;
}

/// WebSocket handshakes are not subject to the CORS protocol; the server has
/// to look at their origin itself.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs chromium and chromedriver, which the gate installs"]
async fn web_sockets_under_server_enforcement() {
    const OPEN: &str = "
        const [url, done] = arguments;
        const socket = new WebSocket(url);
        socket.onmessage = event => done(event.data);
        socket.onerror = () => done(null);
    ";
    let driver = Driver::start().await;
    let servers = Servers::start().await;
    let page = servers.page("localhost");
    let server = tower_cors::Enforcement::Server;
    let other = || CorsConfig::new(["https://other.example"]);
    for (config, is_allowed, expected, handshake) in [
        (
            CorsConfig::new([&page[..]]).enforcement(server),
            true,
            json!("hello"),
            101,
        ),
        (other().enforcement(server), false, Value::Null, 403),
        (other(), false, json!("hello"), 101),
    ] {
        let policy = config.compile().unwrap();
        let api = servers.api(policy.clone()).await;
        driver.open(&page).await;
        let url = format!("{}/ws", api.url.replacen("http", "ws", 1));
        let seen = driver.run(OPEN, vec![json!(url)]).await;
        assert_eq!(seen, expected, "{config:?}");
        let judged = browser(&api).page(&page).web_socket(&url).await.unwrap();
        assert_eq!(judged.status(), handshake, "{config:?}");
        assert_eq!(allows_get(&policy, &page), is_allowed, "{config:?}");
    }
    driver.stop().await;
}
