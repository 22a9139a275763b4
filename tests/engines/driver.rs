//! The browsers, each driven over `WebDriver`.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// No page and no driver needs that long; a browser that crashes may never answer.
const PATIENCE: Duration = Duration::from_secs(180);

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

impl Engine {
    /// The one that the variable `ENGINE` names; Chromium if it is not set.
    pub(crate) fn chosen() -> Self {
        match std::env::var("ENGINE").as_deref() {
            Err(_) | Ok("chromium") => Engine::Chromium,
            Ok("firefox") => Engine::Firefox,
            Ok("webkit") => Engine::WebKit,
            Ok(other) => panic!("ENGINE is chromium, firefox or webkit, not {other:?}"),
        }
    }

    fn driver(self) -> &'static str {
        match self {
            Engine::Chromium => "chromedriver",
            Engine::Firefox => "geckodriver",
            Engine::WebKit => "WebKitWebDriver",
        }
    }

    fn capabilities(self) -> (&'static str, Value) {
        match self {
            Engine::Chromium => (
                "goog:chromeOptions",
                json!({ "args": [
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-dev-shm-usage",
                ] }),
            ),
            Engine::Firefox => (
                "moz:firefoxOptions",
                json!({ "binary": "/usr/bin/firefox-esr", "args": ["-headless"] }),
            ),
            Engine::WebKit => (
                "webkitgtk:browserOptions",
                json!({
                    "binary": "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                    "args": ["--automation"],
                }),
            ),
        }
    }
}

/// A browser of its own, with an empty profile.
pub(crate) struct Driver {
    client: Client,
    process: Processes,
}

/// A driver, the browser that it starts, and the display of a browser that needs one.
/// They end when this is dropped, so that a failed test leaves nothing behind.
struct Processes {
    groups: Vec<Child>,
    home: PathBuf,
}

impl Processes {
    /// Starts a program in a process group of its own.
    fn start(&mut self, command: &mut Command) -> &mut Child {
        let command = command
            .env("HOME", &self.home)
            .env("TMPDIR", &self.home)
            .stderr(Stdio::null())
            .process_group(0);
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("{:?} is not installed: {error}", command.get_program());
        });
        self.groups.push(child);
        self.groups.last_mut().expect("just started")
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for child in self.groups.iter_mut().rev() {
            signal("-KILL", child);
            let _ = child.wait();
            // Its children take a moment to end, and may write until then.
            let start = Instant::now();
            while signal("-0", child) && start.elapsed() < Duration::from_secs(10) {}
        }
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// Sends a signal to a process group; tells whether there is anyone.
fn signal(signal: &str, group: &Child) -> bool {
    let mut kill = Command::new("kill");
    kill.args([signal, "--", &format!("-{}", group.id())]);
    let status = kill.stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// A virtual display; it takes a free number, and says which.
fn display(processes: &mut Processes) -> String {
    let mut command = Command::new("Xvfb");
    command.args(["-displayfd", "1", "-nolisten", "tcp"]);
    let xvfb = processes.start(command.stdout(Stdio::piped()));
    let mut number = String::new();
    let output = xvfb.stdout.take().expect("piped");
    BufReader::new(output).read_line(&mut number).expect("text");
    format!(":{}", number.trim())
}

impl Driver {
    /// Starts a browser whose requests to `*.example.test` go to a proxy.
    pub(crate) async fn start(engine: Engine, proxy: u16) -> Self {
        let port = free_port().await;
        let home = std::env::temp_dir().join(format!("tower-cors-{}-{port}", std::process::id()));
        std::fs::create_dir(&home).expect("a directory");
        let mut process = Processes {
            groups: Vec::new(),
            home,
        };
        let mut command = Command::new(engine.driver());
        if engine == Engine::WebKit {
            command.env("DISPLAY", display(&mut process));
        }
        command
            .arg(format!("--port={port}"))
            // Not a capability: WebKit's browser does not survive its list of exceptions.
            .env("http_proxy", format!("http://127.0.0.1:{proxy}"))
            .env("no_proxy", "localhost,127.0.0.1")
            .env_remove("HTTP_PROXY")
            .env_remove("NO_PROXY")
            .stdout(Stdio::null());
        let driver = process.start(&mut command);
        wait_for(driver, port).await;

        let (key, options) = engine.capabilities();
        let capabilities = Capabilities::from_iter([
            (key.to_owned(), options),
            ("timeouts".to_owned(), json!({ "script": 180_000 })),
        ]);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let address = format!("http://127.0.0.1:{port}");
        let client = timeout(PATIENCE, builder.connect(&address)).await;
        let client = client.expect("in time").expect("the browser starts");
        Driver { client, process }
    }

    pub(crate) async fn open(&self, page: &str) {
        let opened = timeout(PATIENCE, self.client.goto(page)).await;
        opened.expect("in time").expect("the page opens");
    }

    /// Runs a script whose last argument takes its result.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = timeout(PATIENCE, self.client.execute_async(script, arguments)).await;
        result.expect("in time").expect("the script answers")
    }

    /// The connection to the browser, for what a user does.
    #[cfg(feature = "reload")]
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The directory of the browser's files.
    pub(crate) fn home(&self) -> &Path {
        &self.process.home
    }
}

/// A port that was free a moment ago: not every driver says which one it took.
pub(crate) async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Waits until a driver listens.
async fn wait_for(driver: &mut Child, port: u16) {
    let start = Instant::now();
    let mut pause = tokio::time::interval(Duration::from_millis(20));
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        let ended = driver.try_wait().expect("a child");
        assert!(ended.is_none(), "the driver ended: {ended:?}");
        assert!(start.elapsed() < PATIENCE, "the driver does not listen");
        pause.tick().await;
    }
}
