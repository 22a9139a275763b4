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
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use http::header::HOST;
use tokio::net::TcpListener;
use tokio::sync::RwLock;
use tower::ServiceBuilder;
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
fn host(request: &Request) -> Option<String> {
    let authority = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => request.headers().get(HOST)?.to_str().ok()?,
    };
    Some(authority.split(':').next()?.to_ascii_lowercase())
}

/// Looks the tenant up and puts its policy where the CORS layer takes it from.
async fn find_policy(State(tenants): State<Tenants>, mut request: Request, next: Next) -> Response {
    if let Some(policy) = tenants.find(host(&request)).await {
        request.extensions_mut().insert(policy);
    }
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let tenants = Tenants::default();
    let red = CorsConfig::new(["https://red.example"]).allow_credentials(true);
    tenants.store("red.localhost", &red).await?;
    let blue = CorsConfig::new(["https://blue.example", "https://*.blue.example"]);
    tenants.store("blue.localhost", &blue).await?;

    // No header is read but `Host`, which caches go by anyway. A host without
    // a policy is denied.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(tenants, find_policy))
        .layer(CorsLayer::from_extensions([]));
    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .layer(layers);
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
