//! Plays a page in a browser, and reports what went over the network and what came of it.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use http::header::{CONTENT_TYPE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use serde_json::{Value, json};
use tokio::runtime::Builder;
use tower_cors::testing::{self, BlockReason, Blocked, Body, Browser, Credentials};
use tower_cors::{CorsConfig, Origin, is_preflight};
use tower_service::Service;

use crate::print::{Exit, Report};

/// The page, and what it fetches.
#[derive(clap::Args)]
pub(crate) struct Page {
    /// The origin of the page, such as `https://app.example.com`, or `null`
    #[arg(long, value_parser = parse_origin)]
    origin: String,
    /// The method of the request
    #[arg(long, default_value = "GET")]
    method: Method,
    /// A header that the page sets: a name, or `name: value`; may be repeated. Names that
    /// scripts cannot set, such as `cookie`, are not sent
    #[arg(long, value_parser = parse_header)]
    header: Vec<(HeaderName, HeaderValue)>,
    /// Fetch with `credentials: "include"`, as pages do that send cookies
    #[arg(long)]
    credentials: bool,
    /// Send a preflight in any case, as a page does that watches an upload
    #[arg(long)]
    preflight: bool,
}

/// The requests of a page with their responses, and the outcome.
pub(crate) struct Played {
    exchanges: Vec<Exchange>,
    pub(crate) outcome: Result<testing::Response, Blocked>,
}

/// A request, and its response if one came.
struct Exchange {
    request: Request<()>,
    response: Option<Response<()>>,
}

pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, String>>>>;

/// A network that remembers what went over it.
#[derive(Clone)]
struct Network<F> {
    answer: F,
    exchanges: Rc<RefCell<Vec<Exchange>>>,
}

impl<F: Fn(Request<Body>) -> Answer> Service<Request<Body>> for Network<F> {
    type Response = Response<Body>;
    type Error = String;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), String>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        let exchanges = Rc::clone(&self.exchanges);
        let number = exchanges.borrow().len();
        exchanges.borrow_mut().push(Exchange {
            request: request.clone().map(drop),
            response: None,
        });
        let answer = (self.answer)(request);
        Box::pin(async move {
            let response = answer.await?;
            exchanges.borrow_mut()[number].response = Some(response.clone().map(drop));
            Ok(response)
        })
    }
}

impl Page {
    /// Fetches a URL over a network that `answer` stands for.
    pub(crate) fn play(
        &self,
        url: &Uri,
        answer: impl Fn(Request<Body>) -> Answer + Clone,
    ) -> Result<Played, Report> {
        let network = Network {
            answer,
            exchanges: Rc::default(),
        };
        let exchanges = Rc::clone(&network.exchanges);
        let mut page = Browser::new(network).page(&self.origin);
        if self.credentials {
            page = page.credentials(Credentials::Include);
        }
        if self.preflight {
            page = page.use_cors_preflight();
        }
        let mut request = Request::new(Vec::new());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = url.clone();
        request.headers_mut().extend(self.header.iter().cloned());

        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Report::error(Exit::Unusable, error))?;
        let outcome = runtime.block_on(page.fetch(request));
        // A look-up of a name may still hang.
        runtime.shutdown_background();
        Ok(Played {
            exchanges: exchanges.take(),
            outcome,
        })
    }
}

impl Played {
    /// Reports the exchanges, with what there is to say of each, and what came of them.
    pub(crate) fn report(&self, explain: impl Fn(&Request<()>) -> String) -> Report {
        let mut stdout = Vec::new();
        let mut requests = Vec::new();
        for exchange in &self.exchanges {
            let explanation = explain(&exchange.request);
            stdout.push(exchange.to_text() + &explanation);
            requests.push(exchange.to_json(&explanation));
        }
        let mut stderr = Vec::new();
        let exit = match self.outcome.as_ref().map_err(Blocked::reason) {
            Ok(_) => {
                stdout.push("allowed: the page can read the response".to_owned());
                Exit::Fine
            }
            Err(BlockReason::Network(error)) => {
                stderr.push(format!("error: {error}"));
                Exit::Unusable
            }
            Err(reason) => {
                stdout.push(format!("blocked: {reason}"));
                Exit::Wrong
            }
        };
        let visible = self.outcome.as_ref().ok().map(testing::Response::headers);
        let reason = self.outcome.as_ref().err().map(Blocked::reason);
        let json = json!({
            "allowed": reason.is_none(),
            "visible_headers": visible.map(headers_to_json),
            "reason": reason.map(ToString::to_string),
            "requests": requests,
        });
        Report {
            exit,
            stdout,
            stderr,
            json,
        }
    }
}

impl Exchange {
    fn to_text(&self) -> String {
        let request = &self.request;
        let kind = match is_preflight(request.method(), request.headers()) {
            true => " (preflight)",
            false => "",
        };
        let headers = headers_to_text(">", request.headers());
        let asked = format!("> {} {}{kind}\n{headers}", request.method(), request.uri());
        let Some(response) = &self.response else {
            return asked + "< no answer\n";
        };
        let headers = headers_to_text("<", response.headers());
        format!("{asked}< {}\n{headers}", response.status())
    }

    fn to_json(&self, explanation: &str) -> Value {
        let request = &self.request;
        let response = self.response.as_ref().map(|response| {
            json!({
                "status": response.status().as_u16(),
                "headers": headers_to_json(response.headers()),
            })
        });
        json!({
            "method": request.method().as_str(),
            "url": request.uri().to_string(),
            "headers": headers_to_json(request.headers()),
            "response": response,
            "explanation": explanation,
        })
    }
}

/// The headers that CORS is about, a line each.
fn headers_to_text(mark: &str, headers: &HeaderMap) -> String {
    let others = ["location", "origin", "vary", "x-cors-debug"];
    let is_shown = |name: &str| name.starts_with("access-control-") || others.contains(&name);
    let shown = headers.iter().filter(|(name, _)| is_shown(name.as_str()));
    let lines = shown.map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        format!("{mark}   {name}: {value}\n")
    });
    lines.collect()
}

/// Pairs of names and values, for a name may be there several times.
fn headers_to_json(headers: &HeaderMap) -> Value {
    let pairs = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        json!([name.as_str(), value])
    });
    pairs.collect()
}

/// An origin as browsers send it. The errors of a policy say what is wrong with any other.
fn parse_origin(text: &str) -> Result<String, String> {
    if text == "null" || Origin::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    match CorsConfig::new([text]).compile() {
        Err(errors) => Err(errors
            .iter()
            .map(|error| error.kind().to_string())
            .collect()),
        Ok(_) => Err("a page has one origin, not a pattern".to_owned()),
    }
}

/// A name alone gets a value that is usual, and for which browsers send a preflight if they
/// do for any usual one.
fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue), String> {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    let name = HeaderName::try_from(name).map_err(|_| "not the name of a header")?;
    let value = match (value.trim(), &name) {
        ("", &CONTENT_TYPE) => "application/json",
        ("", &RANGE) => "bytes=0-",
        ("", _) => "1",
        (value, _) => value,
    };
    let value = value.parse().map_err(|_| "not the value of a header")?;
    Ok((name, value))
}
