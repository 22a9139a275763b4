//! A policy that is replaced: each response is wholly of the one that its request
//! met.

use std::convert::Infallible;

use http::{Request, Response};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::sync::watch;
use tower::{Layer, Service, service_fn};
use tower_cors::CorsLayer;

use crate::strategies::{any_config, page_request};
use crate::support::{compile, lines, now};

proptest! {
    #![proptest_config(crate::settings())]

    /// While the application works on some requests, the policy is replaced
    /// before each.
    #[test]
    fn a_reload_never_mixes(
        configs in vec(any_config(), 2..4),
        requests in vec((page_request(), any::<bool>()), 24),
    ) {
        let policies: Vec<_> = configs.iter().map(compile).collect();
        let (release, released) = watch::channel(false);
        let inner = service_fn(move |_: Request<()>| {
            let mut released = released.clone();
            async move {
                let _ = released.wait_for(|released| *released).await;
                let response = Response::builder()
                    .header("access-control-allow-origin", "*")
                    .header("vary", "accept")
                    .header("x-request-id", "1")
                    .body(String::new());
                Ok::<_, Infallible>(response.expect("a response"))
            }
        });
        let (layer, handle) = CorsLayer::reloadable(policies[0].clone());
        let mut reloaded = layer.layer(inner.clone());
        let mut in_flight = Vec::new();
        for (index, (request, asks)) in requests.iter().enumerate() {
            let policy = &policies[index % policies.len()];
            handle.replace(policy.clone()).expect("a layer");
            let request = if *asks { request.preflight() } else { request.actual() };
            let mut fixed = CorsLayer::from(policy.clone()).layer(inner.clone());
            in_flight.push((reloaded.call(request.clone()), fixed.call(request)));
        }
        handle.replace(policies[0].clone()).expect("a layer");
        release.send(true).expect("a test");
        for (seen, expected) in in_flight {
            let [seen, expected] = [now(seen), now(expected)].map(|response| {
                let Ok(response) = response;
                (response.status(), lines(response.headers()))
            });
            prop_assert_eq!(seen, expected);
        }
    }
}
