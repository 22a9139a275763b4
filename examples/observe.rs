//! Why was that page denied? Decisions in the log, and counted for Prometheus.
//!
//! ```sh
//! RUST_LOG=tower_cors=debug cargo run --example observe --features tracing
//! ```
//!
//! It prints its address and what to try.

use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tower_cors::{CorsConfig, CorsLayer, Decision};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .init();
    let prometheus = PrometheusBuilder::new().install_recorder()?;

    let config = CorsConfig::new(["https://app.example.com"])
        .allow_methods(["GET", "PUT"])
        .max_age(Duration::from_secs(600));
    let cors = CorsLayer::new(config)?.on_decision(count);

    let app = Router::new()
        .route("/", get(async || "hello\n"))
        .layer(cors)
        .route("/metrics", get(async move || prometheus.render()));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3006)).await?;
    let address = listener.local_addr()?;
    println!(
        "listening on http://{address}; try

  curl -i http://{address}/ -H 'Origin: https://app.example.com'
  curl -i http://{address}/ -H 'Origin: https://app.example.com/'
  curl -i -X OPTIONS http://{address}/ -H 'Origin: https://app.example.com' \\
    -H 'Access-Control-Request-Method: DELETE'

then look at this log, and at

  curl http://{address}/metrics
"
    );
    axum::serve(listener, app).await?;
    Ok(())
}

/// Counts by what is known beforehand. The origin is not among it: clients
/// would make as many time series as they like.
fn count(decision: &Decision<'_>) {
    let kind = decision.kind().as_str();
    let outcome = decision.outcome();
    let reason = decision.deny_reason().map_or("", |reason| reason.code());
    metrics::counter!("cors_decisions_total", "kind" => kind, "outcome" => outcome, "reason" => reason)
        .increment(1);
}
