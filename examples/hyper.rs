//! A plain hyper server whose service is a Tower stack. Its response body has
//! no empty value, so the layer wraps it.
//!
//! ```sh
//! cargo run --example hyper
//! ```
//!
//! It prints its address and what to try.

use std::convert::Infallible;
use std::error::Error;
use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Either, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_cors::{CorsBody, CorsConfig, CorsLayer, OriginPattern};

/// What came in, or a greeting: a body without `Default`.
type Body = Either<Incoming, Full<Bytes>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = CorsConfig::new([
        OriginPattern::from("http://localhost:*"),
        OriginPattern::regex(r"https://pr-\d+\.preview\.example\.com"),
    ])
    .allow_methods(["GET", "POST", "PUT"])
    .allow_headers(["content-type"]);

    let service = ServiceBuilder::new()
        .layer(CorsLayer::new(config)?)
        .map_response(|response: http::Response<_>| response.map(CorsBody::from))
        .service_fn(echo);

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3001)).await?;
    let address = listener.local_addr()?;
    println!(
        "listening on http://{address}; try

  an actual request, allowed:
    curl -i http://{address}/ -H 'Origin: http://localhost:5173' -d 'echo me'
  a preflight, allowed:
    curl -i -X OPTIONS http://{address}/ -H 'Origin: https://pr-17.preview.example.com' \\
      -H 'Access-Control-Request-Method: PUT'
  the same over HTTP/2:
    curl -i --http2-prior-knowledge -X OPTIONS http://{address}/ \\
      -H 'Origin: http://localhost:5173' -H 'Access-Control-Request-Method: PUT'
  an actual request, denied:
    curl -i http://{address}/ -H 'Origin: https://pr-17.preview.example.com.evil.example'
"
    );
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
                eprintln!("connection: {error}");
            }
        });
    }
}

async fn echo(request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let is_empty = hyper::body::Body::is_end_stream(request.body());
    let body = match is_empty {
        true => Either::Right(Full::from("hello\n")),
        false => Either::Left(request.into_body()),
    };
    Ok(Response::new(body))
}
