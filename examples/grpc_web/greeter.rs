//! The service: what `tonic-prost-build` makes of this, written by hand so that
//! no `protoc` is needed.
//!
//! ```protobuf
//! package greet;
//! service Greeter { rpc Greet (GreetRequest) returns (GreetReply); }
//! message GreetRequest { string name = 1; }
//! message GreetReply { string greeting = 1; }
//! ```

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::Service;

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GreetRequest {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct GreetReply {
    #[prost(string, tag = "1")]
    pub(crate) greeting: String,
}

/// Greets whoever has a name.
#[derive(Clone)]
pub(crate) struct Greeter;

impl UnaryService<GreetRequest> for Greeter {
    type Response = GreetReply;
    type Future = Ready<Result<Response<GreetReply>, Status>>;

    fn call(&mut self, request: Request<GreetRequest>) -> Self::Future {
        let GreetRequest { name } = request.into_inner();
        ready(match name.is_empty() {
            true => Err(Status::invalid_argument("a name, please")),
            false => Ok(Response::new(GreetReply {
                greeting: format!("Hello, {name}!"),
            })),
        })
    }
}

impl NamedService for Greeter {
    const NAME: &'static str = "greet.Greeter";
}

impl Service<http::Request<Body>> for Greeter {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        match request.uri().path() {
            "/greet.Greeter/Greet" => Box::pin(async {
                Ok(Grpc::new(ProstCodec::default())
                    .unary(Greeter, request)
                    .await)
            }),
            _ => Box::pin(ready(Ok(Status::unimplemented("").into_http()))),
        }
    }
}
