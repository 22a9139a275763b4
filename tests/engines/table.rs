//! The table: what a page does, what the standard says arrives at the server, and what
//! the page's script sees.
//!
//! The rows are in `rows/`. In their texts, `$page` is the origin of the page, `$api` the
//! row's directory at the usual server, `$other` at another port, and `$own` at the page's
//! own origin.

use std::collections::BTreeMap;

use http::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_cors::CorsConfig;

use crate::driver::Engine;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// The host of the page.
    pub(crate) page: String,
    /// The steps are taken in such a frame: `sandbox`, `data`, `srcdoc`, or the name of a
    /// referrer policy.
    pub(crate) frame: Option<String>,
    /// The policy of the server.
    pub(crate) policy: Option<CorsConfig>,
    /// Its policy at `$other`, if that is another one.
    pub(crate) other_policy: Option<CorsConfig>,
    /// The headers of a server that has no policy.
    pub(crate) answers: Option<Answers>,
    pub(crate) does: Vec<Step>,
    /// The requests, each in the words of [`crate::describe`], with ` | ` between them.
    arrives: String,
    /// Words for what each step shows the script, with ` | ` between them.
    sees: String,
    /// The browser for tests cannot do this, and why.
    pub(crate) beyond_tests: Option<String>,
    #[serde(default)]
    pub(crate) differs: Vec<Difference>,
}

/// Headers, by their names. Bytes beyond ASCII are Latin-1.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    #[serde(default)]
    pub(crate) both: BTreeMap<String, Lines>,
    #[serde(default)]
    pub(crate) preflight: BTreeMap<String, Lines>,
    #[serde(default)]
    pub(crate) actual: BTreeMap<String, Lines>,
    /// Of the answer to a preflight.
    #[serde(default = "no_content")]
    pub(crate) status: u16,
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Lines {
    One(String),
    Several(Vec<String>),
}

impl Lines {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &String> {
        match self {
            Lines::One(line) => std::slice::from_ref(line).iter(),
            Lines::Several(lines) => lines.iter(),
        }
    }
}

/// One thing that a page does: a way of `page.html`, and what it takes.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    #[serde(default = "fetch")]
    pub(crate) via: String,
    pub(crate) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) credentials: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<String>,
    #[serde(default)]
    keepalive: bool,
    /// To wait.
    #[serde(default)]
    pub(crate) seconds: u64,
}

/// A departure of some browsers from the standard.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Difference {
    pub(crate) r#in: Vec<Judge>,
    arrives: Option<String>,
    sees: Option<String>,
    /// The step of the standard that this departs from.
    pub(crate) breaks: String,
}

/// A browser that runs rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Judge {
    /// The browser for tests.
    Testing,
    #[serde(untagged)]
    Engine(Engine),
}

/// The requests of a row, and what its script sees.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) arrives: Vec<String>,
    pub(crate) sees: Vec<String>,
}

impl Outcome {
    fn new(arrives: &str, sees: &str) -> Self {
        let list = |text: &str| text.split(" | ").map(str::to_owned).collect();
        Outcome {
            arrives: list(arrives),
            sees: list(sees),
        }
    }
}

impl Row {
    /// The outcome in a browser, according to the table.
    pub(crate) fn expected(&self, judge: Judge) -> Outcome {
        let difference = self
            .differs
            .iter()
            .find(|differs| differs.r#in.contains(&judge));
        let arrives = difference.and_then(|differs| differs.arrives.as_ref());
        let sees = difference.and_then(|differs| differs.sees.as_ref());
        Outcome::new(arrives.unwrap_or(&self.arrives), sees.unwrap_or(&self.sees))
    }

    /// The outcome by the standard.
    pub(crate) fn standard(&self) -> Outcome {
        Outcome::new(&self.arrives, &self.sees)
    }

    /// The origin of the script.
    pub(crate) fn origin(&self, site: Site) -> String {
        match self.frame.as_deref() {
            Some("sandbox" | "data") => "null".to_owned(),
            _ => site.page(&self.page),
        }
    }

    /// The policy that decides about a request.
    pub(crate) fn policy(&self, place: Place) -> Option<&CorsConfig> {
        let other = self.other_policy.as_ref().filter(|_| place == Place::Other);
        other.or(self.policy.as_ref())
    }
}

/// The place that a request went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Api,
    Other,
    Own,
}

/// The ports of the servers.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) pages: u16,
    pub(crate) api: u16,
    pub(crate) other: u16,
}

impl Site {
    /// The origin of pages at a host.
    pub(crate) fn page(self, host: &str) -> String {
        match is_plain(host) {
            true => format!("http://{host}"),
            false => format!("http://{host}:{}", self.pages),
        }
    }

    /// The origin of the usual server.
    pub(crate) fn api_of(self, page: &str) -> String {
        match is_plain(page) {
            true => "http://api.example.test".to_owned(),
            false => format!("http://localhost:{}", self.api),
        }
    }

    pub(crate) fn place(self, host: &str) -> Place {
        let port: Option<u16> = host.rsplit(':').next().and_then(|port| port.parse().ok());
        match port {
            Some(port) if port == self.other => Place::Other,
            Some(port) if port == self.api => Place::Api,
            None if host == "api.example.test" => Place::Api,
            _ => Place::Own,
        }
    }

    /// The rows of the table, for these ports. The servers at the places are asked, unless
    /// another port is to stand in for all of them.
    pub(crate) fn rows(self, stand_in: Option<u16>) -> Vec<Row> {
        let rows = TABLE.iter().flat_map(|text| {
            let rows: Vec<Value> = serde_saphyr::from_str(text).expect("a list of rows");
            rows
        });
        let rows = rows.enumerate().map(|(number, mut row)| {
            fill_in(&mut row);
            let text = self
                .place_texts(&row["page"], number, stand_in)
                .iter()
                .fold(row.to_string(), |text, (key, value)| {
                    text.replace(key, value)
                });
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", row["name"]))
        });
        rows.collect()
    }

    /// The texts that names with a `$` stand for in a row.
    fn place_texts(self, host: &Value, row: usize, stand_in: Option<u16>) -> [(&str, String); 6] {
        let host = host.as_str().expect("a host");
        let page = self.page(host);
        let at = |server: String| match stand_in {
            None => format!("{server}/{row}"),
            Some(port) => format!("http://localhost:{port}/{row}"),
        };
        [
            ("$api", at(self.api_of(host))),
            ("$own", at(page.clone())),
            ("$other", at(format!("http://localhost:{}", self.other))),
            ("$page", page),
            ("$port", self.pages.to_string()),
            ("$128", "a".repeat(128)),
        ]
    }
}

/// Most pages are at `localhost`, and most steps are a `GET` from the usual server.
fn fill_in(row: &mut Value) {
    let row = row.as_object_mut().expect("a row");
    row.entry("page").or_insert_with(|| json!("localhost"));
    let steps = row.entry("does").or_insert_with(|| json!([{}]));
    for step in steps.as_array_mut().expect("steps") {
        let step = step.as_object_mut().expect("a step");
        step.entry("url").or_insert_with(|| json!("$api/"));
    }
}

/// The value of a header, one byte a character.
pub(crate) fn latin1(text: &str) -> HeaderValue {
    let bytes: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(c).expect("Latin-1"))
        .collect();
    HeaderValue::from_bytes(&bytes).expect("a value")
}

/// Hosts that are reached over the proxy are not trustworthy, as loopback ones are.
pub(crate) fn is_plain(host: &str) -> bool {
    host.ends_with(".example.test")
}

const TABLE: &[&str] = &[
    include_str!("rows/origins.yaml"),
    include_str!("rows/methods.yaml"),
    include_str!("rows/headers.yaml"),
    include_str!("rows/credentials.yaml"),
    include_str!("rows/answers.yaml"),
    include_str!("rows/cache.yaml"),
    include_str!("rows/redirects.yaml"),
    include_str!("rows/elements.yaml"),
    include_str!("rows/frames.yaml"),
    include_str!("rows/own_origin.yaml"),
    include_str!("rows/plain_http.yaml"),
];

fn fetch() -> String {
    "fetch".to_owned()
}

fn no_content() -> u16 {
    204
}
