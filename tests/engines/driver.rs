//! Chromium, driven by chromedriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};

/// A browser of its own, with an empty profile.
pub(crate) struct Driver {
    client: Client,
    process: Process,
}

/// Ends when it is dropped, so that a failed test leaves nothing behind.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Driver {
    pub(crate) async fn start() -> Self {
        let mut command = Command::new("chromedriver");
        // Port 0: it takes a free one, and says which.
        let child = command
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = Process(child.expect("chromedriver is installed (chromium-driver)"));
        let output = process.0.stdout.take().expect("piped");
        let mut lines = BufReader::new(output)
            .lines()
            .map(|line| line.expect("text"));
        let port: u16 = lines
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                port.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        // Its further output must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));

        let options = json!({
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
            ],
        });
        let capabilities = Capabilities::from_iter([("goog:chromeOptions".to_owned(), options)]);
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromium starts");
        Driver { client, process }
    }

    pub(crate) async fn open(&self, page: &str) {
        self.client
            .goto(&format!("{page}/"))
            .await
            .expect("the page opens");
    }

    /// Runs a script whose last argument takes its result.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        let result = self.client.execute_async(script, arguments).await;
        result.expect("the script answers")
    }

    pub(crate) async fn stop(self) {
        self.client.close().await.expect("chromium stops");
        drop(self.process);
    }
}
