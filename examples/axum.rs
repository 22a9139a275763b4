//! An API that one web application may use with the user's cookies.
//!
//! ```sh
//! cargo run --example axum
//! ```
//!
//! It prints its address and what to try.

use std::error::Error;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use tokio::net::TcpListener;
use tower_cors::{CorsConfig, CorsLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::new(
        CorsConfig::new(["https://app.example.com", "https://*.preview.example.com"])
            .allow_methods([Method::GET, Method::PUT])
            .allow_headers([AUTHORIZATION, CONTENT_TYPE])
            .expose_headers(["x-request-id"])
            .allow_credentials(true)
            .max_age(Duration::from_secs(600)),
    )?;

    // Added last, so outermost: it answers preflights before the router, which
    // knows no OPTIONS, and before any authentication.
    let app = Router::new()
        .route(
            "/",
            get(read).put(write).options(async || "GET, PUT, OPTIONS\n"),
        )
        .layer(cors);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).await?;
    let address = listener.local_addr()?;
    println!(
        "listening on http://{address}; try

  an actual request, allowed:
    curl -i http://{address}/ -H 'Origin: https://app.example.com'
  the same, denied:
    curl -i http://{address}/ -H 'Origin: https://evil.example'
  a preflight, allowed:
    curl -i -X OPTIONS http://{address}/ -H 'Origin: https://pr-1.preview.example.com' \\
      -H 'Access-Control-Request-Method: PUT' -H 'Access-Control-Request-Headers: content-type'
  the same, denied:
    curl -i -X OPTIONS http://{address}/ -H 'Origin: https://evil.example' \\
      -H 'Access-Control-Request-Method: PUT'
  no CORS at all:
    curl -i http://{address}/
    curl -i -X OPTIONS http://{address}/
"
    );
    axum::serve(listener, app).await?;
    Ok(())
}

async fn read() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("x-request-id", "7")], "hello\n")
}

async fn write(body: String) -> String {
    format!("stored {} bytes\n", body.len())
}
