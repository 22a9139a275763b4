//! The rows in the browser for tests.

use std::convert::Infallible;

use axum::response::Response;
use http::HeaderName;
use tower::Service;
use tower_cors::testing::{Blocked, Body, Browser, Credentials, Page};

use crate::server::Server;
use crate::table::{Row, Site, Step, latin1};
use crate::words;

/// Runs a row; returns what its script sees.
pub(crate) async fn run(row: &Row, server: &Server, site: Site) -> Vec<String> {
    let server = server.clone();
    let service = tower::service_fn(move |request: http::Request<Body>| {
        let response = server.clone().answer(request.map(axum::body::Body::new));
        async { Ok::<_, Infallible>(response.await) }
    });
    let origin = row.origin(site);
    let browser = Browser::new(service).server(&site.api_of(&row.page));
    // Elsewhere, the cookie would leave its site.
    if origin == site.page("localhost") {
        browser.cookie("user=7");
    }
    let page = browser.page(&origin);
    let mut sees = Vec::new();
    for step in &row.does {
        let page = page.clone().credentials(match step.credentials.as_deref() {
            Some("omit") => Credentials::Omit,
            Some("include") => Credentials::Include,
            _ => Credentials::SameOrigin,
        });
        let sent = |sent: Result<_, Blocked>| sent.map(|_| "sent".to_owned());
        let result = match &step.via[..] {
            "wait" => {
                browser.advance(std::time::Duration::from_secs(step.seconds));
                Ok("waited".to_owned())
            }
            "form" => sent(
                page.submit_form(&step.url, step.body.as_deref().unwrap_or("a=1"))
                    .await,
            ),
            "link" => sent(page.navigate(&step.url).await),
            "socket" => page.web_socket(&step.url).await.map(|response| {
                let is_open = response.status() == 101;
                if is_open { "open" } else { "blocked" }.to_owned()
            }),
            "fetch" | "xhr" | "worker" => fetch(&page, step).await,
            "upload" => fetch(&page.use_cors_preflight(), step).await,
            "events" => page.get(&step.url).await.map(|_| "open".to_owned()),
            _ => page.get(&step.url).await.map(|_| "loaded".to_owned()),
        };
        sees.push(result.unwrap_or_else(|blocked| format!("blocked {}", words(blocked.reason()))));
    }
    sees
}

async fn fetch<S>(page: &Page<S>, step: &Step) -> Result<String, Blocked>
where
    S: Service<http::Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    let is_plain_get = step.method.is_none() && step.headers.is_empty();
    let response = match is_plain_get {
        // The URL of a request has no fragment; this one may have.
        true => page.get(&step.url).await?,
        false => page.fetch(request(step)).await?,
    };
    let names = response.headers().keys().map(HeaderName::as_str);
    let mut names: Vec<_> = names.filter(|name| !USUAL.contains(name)).collect();
    names.sort_unstable();
    let empty = response.body().is_empty().then_some("empty");
    let words = empty.into_iter().chain(names);
    Ok(
        words.fold(response.status().as_str().to_owned(), |seen, word| {
            format!("{seen} {word}")
        }),
    )
}

/// Headers that every script may see.
const USUAL: [&str; 3] = ["cache-control", "content-length", "content-type"];

fn request(step: &Step) -> http::Request<String> {
    let method = step.method.as_deref().unwrap_or("GET");
    let mut request = http::Request::new(step.body.clone().unwrap_or_default());
    *request.method_mut() = method.parse().expect("a method");
    *request.uri_mut() = step.url.parse().expect("a URL");
    for (name, value) in &step.headers {
        let name: HeaderName = name.parse().expect("a name");
        request.headers_mut().append(name, latin1(value));
    }
    request
}
