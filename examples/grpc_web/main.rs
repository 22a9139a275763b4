//! A tonic server that pages call with gRPC-Web.
//!
//! ```sh
//! cargo run --example grpc_web
//! ```
//!
//! It prints its address and what to try. A preset has what gRPC-Web needs;
//! pages may read the status of a call that fails, too, which is a response
//! header.
//!
//! The deadlines of tonic's server (`Server::timeout`, `grpc-timeout`) and its
//! load shedding lie outside all layers: no page can read those responses.

mod greeter;

use std::error::Error;
use std::net::Ipv4Addr;

use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_web::GrpcWebLayer;
use tower_cors::{CorsConfig, CorsLayer};

use greeter::Greeter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::new(CorsConfig::grpc_web(["https://app.example.com"]))?;

    let incoming = TcpIncoming::bind((Ipv4Addr::LOCALHOST, 3005).into())?;
    let address = incoming.local_addr()?;
    println!(
        "listening on http://{address}; try

  a preflight, allowed:
    curl -i -X OPTIONS http://{address}/greet.Greeter/Greet \\
      -H 'Origin: https://app.example.com' -H 'Access-Control-Request-Method: POST' \\
      -H 'Access-Control-Request-Headers: content-type,x-grpc-web,x-user-agent'
  a call for World, a message of seven bytes in a frame:
    printf '\\0\\0\\0\\0\\7\\12\\5World' | curl -i http://{address}/greet.Greeter/Greet \\
      -H 'Origin: https://app.example.com' -H 'Content-Type: application/grpc-web+proto' \\
      -H 'X-Grpc-Web: 1' --data-binary @- --output -
  a call that fails, for nobody:
    printf '\\0\\0\\0\\0\\0' | curl -i http://{address}/greet.Greeter/Greet \\
      -H 'Origin: https://app.example.com' -H 'Content-Type: application/grpc-web+proto' \\
      -H 'X-Grpc-Web: 1' --data-binary @-
  a preflight, denied:
    curl -i -X OPTIONS http://{address}/greet.Greeter/Greet \\
      -H 'Origin: https://evil.example' -H 'Access-Control-Request-Method: POST'
"
    );
    Server::builder()
        // Pages may come over HTTP/1.1; without TLS they always do.
        .accept_http1(true)
        // Added first, so outermost: `tonic-web` knows no preflights.
        .layer(cors)
        .layer(GrpcWebLayer::new())
        .add_service(Greeter)
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}
