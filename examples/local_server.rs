//! A tool server on loopback, such as a Model Context Protocol server, that no page of an
//! unlisted site can use: neither under its own origin nor by DNS rebinding.
//!
//! ```sh
//! cargo run --example local_server
//! ```
//!
//! It prints its address and what to try.

use std::error::Error;
use std::net::Ipv4Addr;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;
use tower_cors::{CorsConfig, CorsLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Its own pages, at any port of loopback, and one web application may call it.
    let cors = CorsLayer::new(CorsConfig::mcp(["https://inspector.example.com"]))?;
    let app = Router::new()
        .route("/mcp", post(|| async { "called\n" }))
        .layer(cors);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).await?;
    let address = listener.local_addr()?;
    println!(
        "listening on http://{address}; try

  a program, which sends no Origin:
    curl -i -X POST http://{address}/mcp
  a page of its own:
    curl -i -X POST http://{address}/mcp -H 'Host: localhost:3000' \\
      -H 'Origin: http://localhost:3000'
  the web application:
    curl -i -X POST http://{address}/mcp -H 'Origin: https://inspector.example.com'
  a page of another site, 403:
    curl -i -X POST http://{address}/mcp -H 'Origin: https://evil.example'
  the same without its Origin, 403:
    curl -i -X POST http://{address}/mcp -H 'Sec-Fetch-Site: cross-site'
  a name that was rebound to this address, 421, whatever the page says it is:
    curl -i -X POST http://{address}/mcp -H 'Host: evil.example:3000' \\
      -H 'Origin: http://evil.example:3000' -H 'Sec-Fetch-Site: same-origin'
    curl -i http://{address}/mcp -H 'Host: evil.example:3000'
"
    );
    axum::serve(listener, app).await?;
    Ok(())
}
