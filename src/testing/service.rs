//! A Tower service as the network.

use std::fmt::Display;
use std::future::poll_fn;
use std::sync::MutexGuard;

use http::{Request, Response};
use tower_service::Service;

use super::browser::State;
use super::network::Network;
use super::page::Page;

impl<S, B, RB> Network for Page<S, B>
where
    S: Service<Request<B>, Response = Response<RB>> + Clone,
    S::Error: Display,
    B: From<Vec<u8>>,
    RB: http_body::Body,
    RB::Error: Display,
{
    type Body = RB;

    fn state(&self) -> MutexGuard<'_, State> {
        self.browser.state()
    }

    async fn transmit(&self, request: Request<Vec<u8>>) -> Result<Response<RB>, String> {
        let mut service = self.browser.service.clone();
        let text = |error: S::Error| error.to_string();
        poll_fn(|cx| service.poll_ready(cx)).await.map_err(text)?;
        service.call(request.map(B::from)).await.map_err(text)
    }
}
