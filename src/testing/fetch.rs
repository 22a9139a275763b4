//! Main fetch and HTTP fetch, for requests in CORS mode.

use http::Response;

use super::blocked::{BlockReason, Failure};
use super::cors_check::cors_check;
use super::log::Kind;
use super::network::{Network, http_network_fetch};
use super::preflight::cors_preflight_fetch;
use super::redirect::{Next, http_redirect_fetch};
use super::request::{FetchRequest, Tainting};
use super::safelist::{is_safelisted_method, unsafe_request_header_names};

/// [Main fetch](https://fetch.spec.whatwg.org/#concept-main-fetch) without the
/// filtering at its end. The standard's recursion at redirects is a loop here.
pub(super) async fn main_fetch<N: Network>(
    network: &N,
    request: &mut FetchRequest,
) -> Result<Response<N::Body>, Failure> {
    let mut with_preflight = false;
    let outcome = follow(network, request, &mut with_preflight).await;
    // Any network error after a fetch "with preflight", on whichever hop, clears
    // the entries for the URL where it happened.
    if outcome.is_err() && with_preflight {
        network.state().cache.clear(request);
    }
    outcome
}

async fn follow<N: Network>(
    network: &N,
    request: &mut FetchRequest,
    with_preflight: &mut bool,
) -> Result<Response<N::Body>, Failure> {
    loop {
        // Step 12. What is tainted once stays so.
        let is_same_origin = request.origin.is_same_origin(request.current_url());
        let mut make_preflight = false;
        if !is_same_origin || request.tainting == Tainting::Cors {
            request.tainting = Tainting::Cors;
            make_preflight = request.use_cors_preflight
                || !is_safelisted_method(&request.method)
                || !unsafe_request_header_names(&request.headers).is_empty();
            *with_preflight |= make_preflight;
        }
        let response = http_fetch(network, request, make_preflight).await?;

        let status = response.status();
        match http_redirect_fetch(request, status, response.headers()) {
            Ok(Next::Done) => return Ok(response),
            Ok(Next::Follow) => {}
            Err(reason) => return Err(Failure::new(reason, status)),
        }
    }
}

/// [HTTP fetch](https://fetch.spec.whatwg.org/#concept-http-fetch) up to redirects.
async fn http_fetch<N: Network>(
    network: &N,
    request: &FetchRequest,
    make_preflight: bool,
) -> Result<Response<N::Body>, Failure> {
    // Step 4.1.
    if make_preflight && !is_preflight_cached(network, request) {
        cors_preflight_fetch(network, request).await?;
    }
    // Step 4.3.
    let response = http_network_fetch(network, request, Kind::Other).await?;
    // Step 4.4.
    if request.tainting == Tainting::Cors {
        cors_check(request, response.headers())
            .map_err(|failure| Failure::new(BlockReason::CorsCheck(failure), response.status()))?;
    }
    Ok(response)
}

/// The negation of the two conditions in step 4.1.
fn is_preflight_cached<N: Network>(network: &N, request: &FetchRequest) -> bool {
    let mut state = network.state();
    let now = state.now;
    let method_needs_one = !is_safelisted_method(&request.method) || request.use_cors_preflight;
    (!method_needs_one || state.cache.matches_method(request, now))
        && unsafe_request_header_names(&request.headers)
            .iter()
            .all(|name| state.cache.matches_header(request, name, now))
}
