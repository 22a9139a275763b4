//! Properties, over generated policies and requests.
//!
//! The seed is fixed, so a run repeats. For more cases, set `PROPTEST_CASES`.

#[cfg(feature = "regex")]
mod borders;
#[cfg(feature = "testing")]
mod browser;
mod hostile;
#[cfg(feature = "reload")]
mod reload;
mod strategies;
#[path = "../support/mod.rs"]
mod support;
mod vary;

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Request, Response};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tower_cors::{CorsConfig, Policy};

use strategies::{config, origin, page_request, pattern};
use support::fetch::{Reach, is_safelisted_method};
use support::{compile, model};

fn settings() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        // Few enough for seconds, without optimisation.
        cases: std::env::var_os("PROPTEST_CASES").map_or(96, |_| default.cases),
        rng_seed: RngSeed::Fixed(6454),
        failure_persistence: None,
        ..default
    }
}

/// A server whose application says too much, if it is let.
fn serve(policy: &Policy, request: &Request<()>) -> Response<()> {
    policy.decide(request).action().respond(|| {
        Response::builder()
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-methods", "*")
            .header("access-control-allow-headers", "*, authorization")
            .header("access-control-allow-private-network", "true")
            .body(())
            .expect("a response")
    })
}

proptest! {
    #![proptest_config(settings())]

    /// The compiled matcher finds an entry if and only if one of them matches,
    /// and names one that does.
    #[test]
    fn the_matcher_is_the_linear_reading(
        patterns in vec(pattern(), 1..24),
        origins in vec(origin(), 32),
    ) {
        let config = CorsConfig::new(patterns);
        let policy = compile(&config);
        for origin in &origins {
            let headers = HeaderMap::from_iter([
                (http::header::ORIGIN, HeaderValue::try_from(origin).expect("a value")),
            ]);
            let decision = policy.decide((&Method::GET, &headers));
            let expected = model::allows_origin(&config, origin);
            prop_assert_eq!(decision.is_allowed(), expected, "{} {:?}", origin, config.allow_origins);
            let matched = decision.matched();
            prop_assert_eq!(matched.is_some(), expected);
            if let Some(matched) = matched {
                prop_assert!(model::matches(matched, origin), "{} for {}", matched, origin);
            }
        }
    }

    /// The first promise: a browser lets a page read a response if and only if
    /// the policy allows it, and sends what needs a preflight in no other case.
    #[test]
    fn a_browser_does_what_the_policy_says(
        config in config(),
        requests in vec(page_request(), 64),
    ) {
        let policy = compile(&config);
        for request in &requests {
            let allowed = model::allows(&config, request);
            let reach = request.fetch(|request| serve(&policy, &request));
            let expected = Reach {
                sent: allowed || !request.needs_preflight(),
                read: allowed,
            };
            prop_assert_eq!(reach, expected, "{:?}", request);
        }
    }

    /// A decision is what a browser makes of it, in the credentials mode that
    /// the policy is for.
    #[test]
    fn a_decision_is_what_a_browser_makes_of_it(
        config in config(),
        requests in vec(page_request(), 64),
    ) {
        let policy = compile(&config);
        for mut request in requests {
            request.credentials = config.allow_credentials;
            let preflight = request.preflight();
            let decided = policy.decide(&preflight).is_allowed();
            let passes = request.preflight_passes(&serve(&policy, &preflight));
            prop_assert_eq!(passes, decided, "preflight of {:?}", request);

            let actual = request.actual();
            let decided = policy.decide(&actual).is_allowed();
            let passes = request.cors_check(&serve(&policy, &actual));
            prop_assert_eq!(passes, decided, "{:?}", request);
        }
    }

    /// What one preflight's answer puts into a browser's cache allows no other
    /// request that the policy does not. (A safelisted method needs no entry,
    /// whatever the policy; its response is then withheld.)
    #[test]
    fn the_preflight_cache_holds_nothing_more(
        config in config(),
        firsts in vec(page_request(), 16),
        others in vec(page_request(), 16),
    ) {
        let policy = compile(&config);
        for first in &firsts {
            let answer = serve(&policy, &first.preflight());
            if !first.preflight_passes(&answer) {
                continue;
            }
            for mut other in others.iter().cloned() {
                other.credentials = first.credentials;
                if !other.passes_lists_of(&answer) {
                    continue;
                }
                let method = model::allows_method(&config, &other.method);
                prop_assert!(method || is_safelisted_method(&other.method), "{:?}", other);
                for name in &other.unsafe_headers {
                    prop_assert!(model::allows_header(&config, name), "{:?}", other);
                }
            }
        }
    }

    /// Compiling the normalised configuration is the identity.
    #[test]
    fn the_normalised_configuration_is_stable(config in config()) {
        let policy = compile(&config);
        let again = compile(policy.config());
        prop_assert_eq!(again.config(), policy.config());
    }

    /// Whatever is written in a configuration, it compiles or is refused.
    #[test]
    fn any_configuration_compiles_or_is_refused(
        origins in vec("\\PC{0,24}|https://[*.a:0-9\\[\\]-]{0,12}", 0..3),
        methods in vec("\\PC{0,8}|[A-Z*]{1,4}", 0..3),
        headers in vec("\\PC{0,8}|[a-z*-]{1,4}", 0..3),
        exposed in vec("\\PC{0,8}|[a-z*-]{1,4}", 0..3),
        seconds in any::<u64>(),
        status in any::<u16>(),
        credentials in any::<bool>(),
    ) {
        let config = CorsConfig::new(origins)
            .allow_methods(methods)
            .allow_headers(headers)
            .expose_headers(exposed)
            .max_age(Duration::from_secs(seconds))
            .preflight_status(status)
            .allow_credentials(credentials);
        match config.compile() {
            Ok(policy) => {
                let again = compile(policy.config());
                prop_assert_eq!(again.config(), policy.config());
            }
            Err(errors) => {
                prop_assert!(errors.iter().count() > 0);
                for error in &errors {
                    prop_assert!(!error.field().is_empty());
                    prop_assert!(!error.to_string().contains('\n'), "{}", error);
                }
            }
        }
    }
}
