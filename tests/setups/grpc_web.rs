//! "The web client calls our tonic service through tonic-web."

use std::net::{Ipv4Addr, SocketAddr};

use http::Request;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_web::GrpcWebLayer;
use tower_cors::testing::Credentials;

use super::greeter::Greeter;
use super::{APP, BoxError, browser, readers, request};

mod ours {
    use tower_cors::{ConfigErrors, CorsConfig, CorsLayer};

    pub(super) fn cors() -> Result<CorsLayer, ConfigErrors> {
        CorsLayer::new(CorsConfig::grpc_web(["https://app.example.com"]))
    }
}

mod with_tower_http {
    use std::time::Duration;

    use http::header::CONTENT_TYPE;
    use http::{HeaderName, HeaderValue, Method};
    use tower_http::cors::CorsLayer;

    const REQUEST_HEADERS: [HeaderName; 4] = [
        CONTENT_TYPE,
        HeaderName::from_static("x-grpc-web"),
        HeaderName::from_static("x-user-agent"),
        HeaderName::from_static("grpc-timeout"),
    ];
    const RESPONSE_HEADERS: [HeaderName; 3] = [
        HeaderName::from_static("grpc-status"),
        HeaderName::from_static("grpc-message"),
        HeaderName::from_static("grpc-status-details-bin"),
    ];

    pub(super) fn cors() -> CorsLayer {
        CorsLayer::new()
            .allow_origin([HeaderValue::from_static("https://app.example.com")])
            .allow_methods([Method::POST])
            .allow_headers(REQUEST_HEADERS)
            .expose_headers(RESPONSE_HEADERS)
            .max_age(Duration::from_secs(600))
    }
}

/// Serves a tonic service behind a layer; a macro, for the two layers have two types.
macro_rules! serve {
    ($cors:expr) => {{
        let incoming = TcpIncoming::bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address: SocketAddr = incoming.local_addr()?;
        let server = Server::builder()
            .accept_http1(true)
            .layer($cors)
            .layer(GrpcWebLayer::new())
            .add_service(Greeter);
        tokio::spawn(server.serve_with_incoming(incoming));
        address
    }};
}

#[tokio::test]
async fn the_web_client_reads_the_status() -> Result<(), BoxError> {
    let call = Request::post("/greet.Greeter/Greet")
        .header("content-type", "application/grpc-web+proto")
        .header("x-grpc-web", "1")
        .header("x-user-agent", "grpc-web-javascript/0.1");
    // For nobody, which is an error.
    let call = request(call, "\0\0\0\0\0");
    for address in [serve!(ours::cors()?), serve!(with_tower_http::cors())] {
        let browser = browser(address);
        let seen = readers(&browser, &call, Credentials::Omit).await;
        assert_eq!(seen, [APP]);
        let failed = browser.page(APP).fetch(call.clone()).await?;
        assert_eq!(failed.header("grpc-status").as_deref(), Some("3"));
    }
    Ok(())
}
