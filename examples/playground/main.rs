//! A page that sends the requests people get wrong, beside the policy that decides about
//! them.
//!
//! ```sh
//! cargo run --example playground --features reload,serde,testing
//! cargo run --example playground --features reload,serde,testing -- 8080 8081
//! ```
//!
//! It prints the addresses of the page and of the API; the arguments are their ports, 0 for
//! any. The page shows each decision as it happens, why it was made, and what to write in
//! the policy. Edits of the policy are in force at once.

mod repair;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::env;
use std::error::Error;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, any, get, post};
use bytes::Bytes;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body::Frame;
use http_body_util::channel::{Channel, Sender};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower_cors::testing::{BlockReason, Browser, CorsCheckFailure, Credentials};
use tower_cors::{CorsConfig, CorsLayer, Decision, Enforcement, Policy, ReloadHandle};

/// The cookie that the page has; cookies belong to a host, whatever the port.
const COOKIE_PAIR: &str = "session=7";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let mut port = |default| {
        let argument = arguments.next();
        argument.map_or(Ok(default), |port| port.parse())
    };
    let mut playground = Playground::start(port(3008)?, port(3009)?).await?;
    println!(
        "the page is on {}, the API on {}",
        playground.page, playground.api
    );
    while let Some(ended) = playground.servers.join_next().await {
        ended??;
    }
    Ok(())
}

/// The servers, which end when this is dropped.
pub(crate) struct Playground {
    pub(crate) page: String,
    pub(crate) api: String,
    servers: JoinSet<io::Result<()>>,
}

impl Playground {
    pub(crate) async fn start(page: u16, api: u16) -> Result<Self, Box<dyn Error>> {
        let (page_listener, page) = bind(page).await?;
        let (other_listener, other) = bind(0).await?;
        let (api_listener, api) = bind(api).await?;

        let text = format!(include_str!("policy.toml"), page = page);
        let (cors, handle) = CorsLayer::reloadable(compile(&text)?);
        let feed = Feed::default();
        let cors = cors.on_decision({
            let (feed, handle) = (feed.clone(), handle.clone());
            move |decision| feed.send(&describe(decision, &handle))
        });

        let shared = Arc::new(Shared {
            origins: [page.clone(), page.replace("localhost", "127.0.0.1"), other],
            api: api.clone(),
            text: Mutex::new(text),
            handle,
            feed,
        });
        let pages = pages(&shared)?;
        let mut servers = JoinSet::new();
        for (listener, app) in [
            (page_listener, pages.clone()),
            (other_listener, pages),
            (api_listener, application().layer(cors)),
        ] {
            servers.spawn(async { axum::serve(listener, app).await });
        }
        Ok(Playground { page, api, servers })
    }
}

async fn bind(port: u16) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let port = listener.local_addr()?.port();
    Ok((listener, format!("http://localhost:{port}")))
}

/// The API. It takes any method, so that only the policy refuses one.
fn application() -> Router {
    Router::new().fallback(any(async |method: Method, headers: HeaderMap| {
        let cookie = headers.get(COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.map_or_else(String::new, |cookie| format!(" with the cookie {cookie}"));
        ([("x-total-count", "7")], format!("{method}{cookie}"))
    }))
}

struct Shared {
    /// The origins of the page: its address, the same by another name, and at another port.
    origins: [String; 3],
    api: String,
    /// The policy in force, as it was written.
    text: Mutex<String>,
    handle: ReloadHandle,
    feed: Feed,
}

/// The server of the page. No other site may embed it or change the policy through it.
fn pages(shared: &Arc<Shared>) -> Result<Router, Box<dyn Error>> {
    let cors = CorsLayer::new(
        CorsConfig::new(shared.origins.clone())
            .own_origins(shared.origins.clone())
            .enforcement(Enforcement::Server),
    )?;
    let ancestors = format!("frame-ancestors {}", shared.origins.join(" "));
    let file = |kind: &'static str, content: &'static str| -> MethodRouter<Arc<Shared>> {
        let headers = [
            (CONTENT_TYPE, kind.to_owned()),
            (CONTENT_SECURITY_POLICY, ancestors.clone()),
        ];
        get(async move || (headers, content))
    };
    Ok(Router::new()
        .route("/", file("text/html", include_str!("page.html")))
        .route("/page.css", file("text/css", include_str!("page.css")))
        .route("/page.js", file("text/javascript", include_str!("page.js")))
        .route("/frame", file("text/html", include_str!("frame.html")))
        .route("/setup", get(setup))
        .route("/decisions", get(decisions))
        .route("/policy", post(reload))
        .route("/fetched", post(fetched))
        .layer(cors)
        .with_state(Arc::clone(shared)))
}

async fn setup(State(shared): State<Arc<Shared>>) -> String {
    let Shared { origins, api, .. } = &*shared;
    let text = &*lock(&shared.text);
    json!({ "origins": origins, "api": api, "cookie": COOKIE_PAIR, "policy": text }).to_string()
}

async fn decisions(State(shared): State<Arc<Shared>>) -> Response {
    shared.feed.follow()
}

/// Puts a policy in force, or tells all that is wrong with it.
async fn reload(State(shared): State<Arc<Shared>>, text: String) -> Response {
    let replaced = compile(&text).and_then(|policy| {
        let advice = policy.advisories().iter().map(ToString::to_string);
        let advice: Vec<_> = advice.collect();
        let generation = shared.handle.replace(policy)?;
        Ok(json!({ "generation": generation, "advice": advice }))
    });
    match replaced {
        Ok(told) => {
            *lock(&shared.text) = text;
            told.to_string().into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

fn compile(text: &str) -> Result<Policy, Box<dyn Error>> {
    let config: CorsConfig = toml::from_str(text)?;
    Ok(config.compile()?)
}

/// An entry of the page's log for a decision.
fn describe(decision: &Decision<'_>, handle: &ReloadHandle) -> Value {
    let repair = handle.current().and_then(|policy| {
        let config = repair::for_request(&policy, decision.head())?;
        Some(repair::describe(&policy, &config))
    });
    let explanation = decision.explain().to_string();
    let (title, text) = explanation.split_once('\n').unwrap_or_default();
    json!({ "outcome": decision.outcome(), "title": title, "text": text, "repair": repair })
}

/// A request of the page's script, and what that saw.
#[derive(Deserialize)]
struct Fetched {
    origin: String,
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    credentials: Option<String>,
    /// A header of the response that the script reads.
    reads: Option<String>,
    seen: String,
    failed: bool,
}

/// Logs what a script saw, with what only the console of a browser tells. It goes by way of
/// the feed, so that it comes after the decisions.
async fn fetched(State(shared): State<Arc<Shared>>, body: String) -> Response {
    match console(&shared, &body).await {
        Ok(entry) => {
            shared.feed.send(&entry);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

/// Plays the request in the browser for tests, which says why a script may not see more.
async fn console(shared: &Shared, body: &str) -> Result<Value, Box<dyn Error + Send + Sync>> {
    let fetched: Fetched = serde_json::from_str(body)?;
    let is_ours = fetched.origin == "null" || shared.origins.contains(&fetched.origin);
    let (Some(policy), true) = (shared.handle.current(), is_ours) else {
        return Err("this is not an origin of the page".into());
    };
    let mut request = Request::builder().method(&*fetched.method).uri("/");
    for (name, value) in &fetched.headers {
        request = request.header(name, value);
    }
    let request = request.body(&*fetched.body)?;

    let app = application().layer(CorsLayer::from(policy.clone()));
    let browser = Browser::new(app).server(&shared.api);
    browser.cookie(COOKIE_PAIR);
    let mut page = browser.page(&fetched.origin);
    if fetched.credentials.as_deref() == Some("include") {
        page = page.credentials(Credentials::Include);
    }
    let outcome = page.fetch(request).await;

    let config = policy.config().clone();
    let (text, repaired) = match outcome {
        Ok(response) => match fetched.reads {
            Some(name) if response.header(&name).is_none() => (
                format!("expose_headers does not list `{name}`"),
                Some(config.expose_header(name)),
            ),
            _ => (String::new(), None),
        },
        Err(blocked) => (
            format!("The browser for tests says: {blocked}"),
            wants_credentials(blocked.reason()).then(|| config.allow_credentials(true)),
        ),
    };
    let is_denied = fetched.failed || repaired.is_some();
    Ok(json!({
        "outcome": if is_denied { "denied" } else { "allowed" },
        "title": format!("The script sees: {}", fetched.seen),
        "text": text,
        "repair": repaired.map(|config| repair::describe(&policy, &config)),
    }))
}

fn wants_credentials(reason: &BlockReason) -> bool {
    let (BlockReason::CorsCheck(check) | BlockReason::PreflightCorsCheck(check)) = reason else {
        return false;
    };
    matches!(
        check,
        CorsCheckFailure::AllowCredentialsNotTrue(_) | CorsCheckFailure::WildcardWithCredentials
    )
}

/// Sends what happens to all pages that are open, as server-sent events.
#[derive(Clone, Default)]
struct Feed(Arc<Mutex<Vec<Sender<Bytes>>>>);

impl Feed {
    fn send(&self, event: &Value) {
        let event = Bytes::from(format!("data: {event}\n\n"));
        // A page that is gone is forgotten; one that is too slow connects anew.
        lock(&self.0).retain_mut(|page| page.try_send(Frame::data(event.clone())).is_ok());
    }

    fn follow(&self) -> Response {
        let (mut sender, body) = Channel::<Bytes, Infallible>::new(64);
        // Firefox takes a stream for open once something arrives. The channel has room.
        let _ = sender.try_send(Frame::data(Bytes::from_static(b":\n\n")));
        lock(&self.0).push(sender);
        ([(CONTENT_TYPE, "text/event-stream")], Body::new(body)).into_response()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
