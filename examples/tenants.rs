//! One service, many tenants: each `Host` has a policy of its own, looked up
//! asynchronously.
//!
//! ```sh
//! cargo run --example tenants
//! ```
//!
//! It prints its address and what to try.

use std::collections::HashMap;
use std::error::Error;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use http::header::HOST;
use http::request::Parts;
use tokio::net::TcpListener;
use tokio::sync::RwLock;
use tower_cors::{ConfigErrors, CorsConfig, CorsLayer, Policy};

/// Stands for a database with a cache: policies are compiled when they are
/// stored, not when they are used.
#[derive(Clone, Default)]
struct Tenants(Arc<RwLock<HashMap<String, Policy>>>);

impl Tenants {
    async fn store(&self, host: &str, config: &CorsConfig) -> Result<(), ConfigErrors> {
        let policy = config.compile()?;
        self.0.write().await.insert(host.to_owned(), policy);
        Ok(())
    }

    async fn find(&self, host: Option<String>) -> Option<Policy> {
        self.0.read().await.get(&host?).cloned()
    }
}

/// The host that the request is for, without a port.
fn host(parts: &Parts) -> Option<String> {
    let authority = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => parts.headers.get(HOST)?.to_str().ok()?,
    };
    Some(authority.split(':').next()?.to_ascii_lowercase())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tenants = Tenants::default();
    let red = CorsConfig::new(["https://red.example"]).allow_credentials(true);
    tenants.store("red.localhost", &red).await?;
    let blue = CorsConfig::new(["https://blue.example", "https://*.blue.example"]);
    tenants.store("blue.localhost", &blue).await?;

    // No header is read but `Host`, which caches go by anyway. A host without
    // a policy is left alone: its pages read nothing across origins.
    let cors = CorsLayer::per_request_async([], move |parts| {
        let (tenants, host) = (tenants.clone(), host(parts));
        async move { tenants.find(host).await }
    });

    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .layer(cors);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3003)).await?;
    let address = listener.local_addr()?;
    println!(
        "listening on http://{address}; try

  each tenant has its own origins:
    curl -i http://{address}/ -H 'Host: red.localhost' -H 'Origin: https://red.example'
    curl -i http://{address}/ -H 'Host: blue.localhost' -H 'Origin: https://www.blue.example'
  and nobody else's:
    curl -i http://{address}/ -H 'Host: blue.localhost' -H 'Origin: https://red.example'
  an unknown tenant has none:
    curl -i http://{address}/ -H 'Host: green.localhost' -H 'Origin: https://red.example'
"
    );
    axum::serve(listener, app).await?;
    Ok(())
}
