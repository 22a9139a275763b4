//! A hyper server and its clients, for the tests that need real connections.
#![allow(dead_code, reason = "each test file uses a part")]

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::request::Builder;
use http::uri::PathAndQuery;
use http::{Method, Request, Response, Uri, Version};
use http_body_util::Empty;
use hyper::body::{Body, Incoming};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

/// Serves at a port of its own until the test's runtime ends.
pub(crate) async fn serve<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let mut server = auto::Builder::new(TokioExecutor::new());
                server.http1().auto_date_header(false);
                server
                    .http2()
                    .auto_date_header(false)
                    .enable_connect_protocol();
                let io = TokioIo::new(stream);
                // What goes wrong here, the client reports.
                let _ = server.serve_connection_with_upgrades(io, service).await;
            });
        }
    });
    address
}

/// A connection of a client.
pub(crate) enum Client {
    Http1(http1::SendRequest<Empty<Bytes>>),
    Http2(http2::SendRequest<Empty<Bytes>>),
}

impl Client {
    pub(crate) async fn connect(version: Version, server: SocketAddr) -> Result<Self, BoxError> {
        let io = TokioIo::new(TcpStream::connect(server).await?);
        if version == Version::HTTP_2 {
            let (client, connection) = http2::handshake(TokioExecutor::new(), io).await?;
            tokio::spawn(connection);
            Ok(Client::Http2(client))
        } else {
            let (client, connection) = http1::handshake(io).await?;
            tokio::spawn(connection);
            Ok(Client::Http1(client))
        }
    }

    pub(crate) async fn send(
        &mut self,
        request: Request<Empty<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        match self {
            Client::Http1(client) => client.send_request(request).await,
            Client::Http2(client) => client.send_request(request).await,
        }
    }
}

/// A request as this version writes it: the server's name in `Host`, or in the
/// URI.
pub(crate) fn to(version: Version, server: SocketAddr, method: &Method, path: &str) -> Builder {
    let builder = Request::builder().method(method);
    if version == Version::HTTP_2 {
        let path = PathAndQuery::try_from(path).expect("a path");
        let uri = Uri::builder().scheme("http").authority(server.to_string());
        builder.uri(uri.path_and_query(path).build().expect("a URI"))
    } else {
        builder.uri(path).header("host", server.to_string())
    }
}

pub(crate) fn with<'a>(
    builder: Builder,
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Request<Empty<Bytes>> {
    let builder = headers.into_iter().fold(builder, |builder, (name, value)| {
        builder.header(name, value)
    });
    builder.body(Empty::new()).expect("a request")
}
