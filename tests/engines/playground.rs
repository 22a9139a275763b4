//! The page of the example `playground`, used by keyboard alone.

use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::driver::{Driver, Engine};
use crate::server::Ports;

// Its `main` is not called.
#[allow(dead_code)]
#[path = "../../examples/playground/main.rs"]
mod example;

use example::Playground;

const EDITOR: &str = "The policy of the API, as TOML";

/// Presses keys where the focus is.
async fn press(client: &Client, keys: &str) {
    let focused = client.active_element().await.expect("a focus");
    focused.send_keys(keys).await.expect("it takes keys");
}

/// The name of the control that has the focus.
async fn focused(client: &Client) -> String {
    let script = "const focused = document.activeElement;
                  return (focused.labels?.[0] ?? focused).textContent;";
    let name = client.execute(script, Vec::new()).await.expect("a name");
    name.as_str().expect("text").to_owned()
}

/// Moves the focus by keys until a control has it; returns those on the way.
async fn walk(client: &Client, keys: &str, to: &str) -> Vec<String> {
    let mut passed = Vec::new();
    while passed.last().is_none_or(|name| name != to) {
        assert!(passed.len() < 30, "no {to:?} in {passed:?}");
        press(client, keys).await;
        passed.push(focused(client).await);
    }
    passed
}

async fn wait_for(client: &Client, xpath: &str) {
    let found = client.wait().for_element(Locator::XPath(xpath)).await;
    found.unwrap_or_else(|error| panic!("{xpath}: {error}"));
}

/// The entries of the log: how each is marked, its title, and its texts.
async fn log(client: &Client) -> Value {
    let script = "return Array.from(document.querySelectorAll('article'), (entry) => [
        entry.className,
        ...Array.from(entry.querySelectorAll('h3, pre'), (text) => text.textContent),
    ]);";
    client.execute(script, Vec::new()).await.expect("the log")
}

async fn value_of_editor(client: &Client) -> Value {
    let script = "return document.querySelector('textarea').value;";
    client.execute(script, Vec::new()).await.expect("the value")
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser and its driver, which the gate installs"]
async fn the_playground_explains_a_denial_and_its_repair_allows_it() {
    let engine = Engine::chosen();
    let playground = Playground::start(0, 0).await.expect("free ports");
    let (page, api) = (&playground.page, &playground.api);
    let driver = Driver::start(engine, Ports::bind().await.proxy).await;
    driver.open(page).await;
    let client = driver.client();
    let (tab, enter) = (Key::Tab.to_string(), Key::Enter.to_string());
    let back = format!("{}{tab}{}", Key::Shift, Key::Null);
    let control_enter = format!("{}{enter}{}", Key::Control, Key::Null);

    wait_for(client, "//button[. = 'PUT'][not(@disabled)]").await;
    assert_eq!(
        walk(client, &tab, "PUT").await,
        ["Sent by a page at", "GET", "POST JSON", "PUT"]
    );
    press(client, &enter).await;
    wait_for(client, "//article[starts-with(h3, 'The script sees: ')]").await;
    let type_error = match engine {
        Engine::Chromium => "TypeError: Failed to fetch",
        Engine::Firefox => "TypeError: NetworkError when attempting to fetch resource.",
        Engine::WebKit => "TypeError: Load failed",
    };
    let mut entries = json!([
        [
            "request",
            format!("PUT, from {page}"),
            format!(r#"fetch("{api}", {{"method":"PUT","body":"hello"}})"#),
        ],
        [
            "denied",
            format!("OPTIONS from `{page}` is a preflight: denied"),
            format!(
                "- origin: allowed, `{page}` of allow_origins matches\n\
                 - method: denied, `PUT` is not listed; allow_methods has `GET`, `POST`, `PATCH`\n\
                 - headers: allowed, none are asked for\n\
                 it is answered here with 204; the browser refuses, for the answer does not list \
                 `PUT`"
            ),
            r#"allow_methods = ["GET", "POST", "PATCH", "PUT"]"#,
        ],
        [
            "denied",
            format!("The script sees: {type_error}"),
            format!(
                "The browser for tests says: Access to fetch at '{api}/' from origin '{page}' has been blocked by CORS \
                 policy: Method PUT is not allowed by Access-Control-Allow-Methods in preflight \
                 response.\nhint: `access-control-allow-methods` is `GET, POST, PATCH`: add `PUT`"
            ),
        ],
    ]);
    assert_eq!(log(client).await, entries);

    assert_eq!(
        walk(client, &tab, "Put it into the editor").await,
        [
            "DELETE",
            "patch, in small letters",
            "GET with cookies",
            "GET with Authorization",
            "GET with a header of its own",
            "GET, and read X-Total-Count",
            EDITOR,
            "Reload the policy",
            "Clear",
            "Put it into the editor",
        ]
    );
    press(client, &enter).await;
    assert_eq!(focused(client).await, EDITOR);
    assert_eq!(
        value_of_editor(client).await,
        format!(
            "# This page may read, and little else.\n\
             allow_origins = [\"{page}\"]\n\
             allow_methods = [\"GET\", \"POST\", \"PATCH\", \"PUT\"]\n\
             # Browsers remember no preflight, so that each press asks anew.\n\
             max_age = 0\n"
        )
    );
    press(client, &control_enter).await;
    wait_for(client, "//*[@role = 'status'][. = 'Policy 1 is in force.']").await;

    walk(client, &back, "PUT").await;
    press(client, &enter).await;
    wait_for(client, "//article[h3 = 'The script sees: 200 PUT']").await;
    let repaired = json!([
        entries[0],
        [
            "allowed",
            format!("OPTIONS from `{page}` is a preflight: allowed"),
            format!(
                "- origin: allowed, `{page}` of allow_origins matches\n\
                 - method: allowed, `PUT` is listed\n\
                 - headers: allowed, none are asked for\n\
                 it is answered here with 204; the browser goes on to send the request"
            ),
        ],
        [
            "allowed",
            format!("PUT from `{page}` is an actual request: allowed"),
            format!(
                "- origin: allowed, `{page}` of allow_origins matches\n\
                 - method: allowed, `PUT` is listed\n\
                 it is left to the service, and the page may read the response"
            ),
        ],
        ["allowed", "The script sees: 200 PUT"],
    ]);
    let (Value::Array(entries), Value::Array(repaired)) = (&mut entries, repaired) else {
        unreachable!("lists");
    };
    entries.extend(repaired);
    assert_eq!(log(client).await, json!(entries));
}

/// Clicks the last button of that name.
async fn click(client: &Client, name: &str) {
    let xpath = format!("(//button[. = '{name}'])[last()]");
    let button = client.find(Locator::XPath(&xpath)).await;
    let button = button.unwrap_or_else(|error| panic!("{name}: {error}"));
    button.click().await.expect("it can be clicked");
}

/// Writes a policy in place of the one in the editor, and reloads it.
async fn write(client: &Client, policy: &str) {
    let editor = client.find(Locator::Css("textarea")).await.expect("it");
    editor.clear().await.expect("it can be edited");
    // WebKit's driver types no line feed.
    let keys = policy.replace('\n', &Key::Enter);
    editor.send_keys(&keys).await.expect("it takes keys");
    click(client, "Reload the policy").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser and its driver, which the gate installs"]
async fn the_playground_has_a_repair_for_each_mistake() {
    let playground = Playground::start(0, 0).await.expect("free ports");
    let page = &playground.page;
    let driver = Driver::start(Engine::chosen(), Ports::bind().await.proxy).await;
    driver.open(page).await;
    let client = driver.client();
    wait_for(client, "//button[. = 'GET'][not(@disabled)]").await;

    write(
        client,
        "allow_origins = ['https://a.example/', '*.b.example']",
    )
    .await;
    let errors = "invalid CORS configuration, 2 errors:\n\
                  - allow_origins[0] `https://a.example/`: an origin has no trailing slash; \
                  write `https://a.example`\n\
                  - allow_origins[1] `*.b.example`: an origin begins with its scheme; \
                  write `https://*.b.example`\n\
                  The policy before it stays in force.";
    wait_for(client, &format!("//*[@role = 'status'][. = '{errors}']")).await;

    let policy = "max_age = 0\nallow_origins = [ # not ]\n'https://[::1]',\n] # ours\n";
    write(client, policy).await;
    wait_for(client, "//*[@role = 'status'][. = 'Policy 1 is in force.']").await;
    let mistakes = [
        ("GET", "200 GET"),
        ("POST JSON", "200 POST"),
        ("PUT", "200 PUT"),
        ("DELETE", "200 DELETE"),
        ("GET with cookies", "200 GET with the cookie session=7"),
        ("GET with Authorization", "200 GET"),
        ("GET with a header of its own", "200 GET"),
        ("GET, and read X-Total-Count", "200 GET; x-total-count: 7"),
    ];
    for (number, (mistake, sees)) in mistakes.into_iter().enumerate() {
        click(client, "Clear").await;
        click(client, mistake).await;
        wait_for(client, "//article[starts-with(h3, 'The script sees: ')]").await;
        click(client, "Put it into the editor").await;
        click(client, "Reload the policy").await;
        let told = format!("Policy {} is in force.", number + 2);
        wait_for(client, &format!("//*[@role = 'status'][. = '{told}']")).await;
        click(client, "Clear").await;
        click(client, mistake).await;
        let allowed = format!("//article[@class = 'allowed'][h3 = 'The script sees: {sees}']");
        wait_for(client, &allowed).await;
    }
    assert_eq!(
        value_of_editor(client).await,
        format!(
            "expose_headers = [\"x-total-count\"]\n\
             allow_credentials = true\n\
             allow_methods = [\"GET\", \"HEAD\", \"POST\", \"PUT\", \"DELETE\"]\n\
             allow_headers = [\"content-type\", \"authorization\", \"x-client\"]\n\
             max_age = 0\n\
             allow_origins = [\"https://[::1]\", \"{page}\"] # ours\n"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a browser and its driver, which the gate installs"]
async fn the_playground_sends_requests_from_other_origins() {
    let playground = Playground::start(0, 0).await.expect("free ports");
    let page = &playground.page;
    let driver = Driver::start(Engine::chosen(), Ports::bind().await.proxy).await;
    driver.open(page).await;
    let client = driver.client();
    wait_for(client, "//button[. = 'GET'][not(@disabled)]").await;

    let script = "return Array.from(document.querySelectorAll('option'), ({ value }) => value);";
    let origins = client.execute(script, Vec::new()).await.expect("a list");
    let origins: Vec<String> = serde_json::from_value(origins).expect("texts");
    let [usual, other_name, other_port, opaque] = &origins[..] else {
        panic!("{origins:?}");
    };
    assert_eq!(usual, page);
    assert_eq!(*other_name, page.replace("localhost", "127.0.0.1"));
    assert_eq!(opaque, "null");
    for (origin, why) in [
        (
            other_name,
            format!(
                "the nearest is `{page}`, which may be the same machine, but browsers compare \
                 the names of hosts; open the page by that name, or list this one too"
            ),
        ),
        (
            other_port,
            format!(
                "the nearest is `{page}`, with {} instead of {}",
                port(page),
                port(other_port)
            ),
        ),
        (
            opaque,
            "this is what sandboxed frames and pages from files have".to_owned(),
        ),
    ] {
        let select = client.find(Locator::Css("select")).await.expect("it");
        select.select_by_value(origin).await.expect("an option");
        click(client, "GET").await;
        wait_for(
            client,
            &format!(
                "//article[@class = 'denied'][h3 = 'GET from `{origin}` is an actual request: \
                 denied'][contains(pre, '{why}')]"
            ),
        )
        .await;
    }
}

/// The port of an origin, in the words of an explanation.
fn port(origin: &str) -> String {
    let (_, port) = origin.rsplit_once(':').expect("a port");
    format!("port {port}")
}
