//! One service, many tenants: each `Host` has a policy of its own, which is looked up in
//! SQLite.
//!
//! ```sh
//! cargo run --example tenants --features serde
//! ```
//!
//! It prints its address and what to try. With a number it makes that many tenants more, asks
//! for each, and prints how much the memory has grown:
//!
//! ```sh
//! cargo run --example tenants --features serde -- 9998
//! ```

mod store;

use std::net::Ipv4Addr;
use std::time::Duration;
use std::{env, fs, process};

use axum::Router;
use axum::extract::{Path, State};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, put};
use http::StatusCode;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_cors::{CorsConfig, CorsLayer};

use store::{BoxError, Tenants, find_policy, typical};

/// Stores a tenant's policy. A service would ask who is there first.
async fn store_policy(
    State(tenants): State<Tenants>,
    Path(host): Path<String>,
    body: String,
) -> (StatusCode, String) {
    let stored = match serde_json::from_str(&body) {
        Ok(config) => tenants.store(&host, &config).await,
        Err(error) => Err(error.into()),
    };
    match stored {
        Ok(()) => (StatusCode::OK, "stored\n".to_owned()),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{error}\n")),
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let file = env::temp_dir().join(format!("tenants-{}.sqlite", process::id()));
    let tenants = Tenants::open(&file, Duration::from_secs(10))?;
    let red = CorsConfig::new(["https://red.example"]).allow_credentials(true);
    tenants.store("red.localhost", &red).await?;
    let blue = CorsConfig::new(["https://blue.example", "https://*.blue.example"]);
    tenants.store("blue.localhost", &blue).await?;
    if let Some(count) = env::args().nth(1) {
        measure(&tenants, count.parse()?).await?;
    }

    // No header is read but `Host`, which caches go by anyway. A host without
    // a policy is denied.
    let layers = ServiceBuilder::new()
        .layer(from_fn_with_state(tenants.clone(), find_policy))
        .layer(CorsLayer::from_extensions([]));
    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .route("/tenants/{host}", put(store_policy))
        .with_state(tenants)
        .layer(layers);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3003)).await?;
    let address = listener.local_addr()?;
    let file = file.display();
    println!(
        "listening on http://{address}, tenants in {file}; try

  each tenant has its own origins:
    curl -i http://{address}/ -H 'Host: red.localhost' -H 'Origin: https://red.example'
    curl -i http://{address}/ -H 'Host: blue.localhost' -H 'Origin: https://www.blue.example'
  and nobody else's:
    curl -i http://{address}/ -H 'Host: blue.localhost' -H 'Origin: https://red.example'
  an unknown tenant has none:
    curl -i http://{address}/ -H 'Host: green.localhost' -H 'Origin: https://red.example'
  an update is seen at once:
    curl -X PUT http://{address}/tenants/green.localhost \\
      -d '{{\"allow_origins\": [\"https://red.example\"]}}'
  one with errors is not stored:
    curl -X PUT http://{address}/tenants/green.localhost -d '{{\"allow_origins\": \"red.example\"}}'
  one by another program is seen within ten seconds:
    sqlite3 {file} \"DELETE FROM tenants WHERE host = 'red.localhost'\"
"
    );
    axum::serve(listener, app).await?;
    Ok(())
}

/// Makes tenants, asks for each, and prints how much the memory has grown.
async fn measure(tenants: &Tenants, count: usize) -> Result<(), BoxError> {
    for tenant in 0..count {
        let host = format!("tenant-{tenant}.localhost");
        tenants.store(&host, &typical(tenant)).await?;
    }
    let before = resident_kb()?;
    for tenant in 0..count {
        tenants.find(format!("tenant-{tenant}.localhost")).await;
    }
    let grown = resident_kb()? - before;
    println!("{count} policies in the cache: {grown} kB more resident memory");
    Ok(())
}

/// The memory of this process, as Linux tells it.
fn resident_kb() -> Result<usize, BoxError> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let size = line.and_then(|line| line.split_whitespace().next());
    Ok(size.ok_or("no size")?.parse()?)
}
