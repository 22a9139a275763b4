//! Events for the `tracing` crate: one for each decision, with the target
//! [`TARGET`], at `debug` for denials and at `trace` for all else; at `info`
//! when the policy's `debug` is on.
//!
//! | field | value |
//! |---|---|
//! | `kind` | `not-cors`, `preflight` or `actual` |
//! | `outcome` | `not-cors`, `allowed` or `denied` |
//! | `reason` | of a denial: [`DenyReason::code`](crate::DenyReason::code) |
//! | `detail` | of a denial: the reason in words |
//! | `method` | the request's method |
//! | `origin` | the request's `Origin`, escaped, its first 400 bytes |
//! | `matched` | the entry of `allow_origins` that allows it |
//!
//! A [`CorsLayer`](crate::CorsLayer) logs the policy's advisories at `warn` when
//! it is made.

use tracing::{Level, event, field};

use crate::decision::Verdict;
use crate::escape::Escaped;
use crate::observe::DecisionEvent;
use crate::policy::Policy;

/// The target of all events.
pub const TARGET: &str = "tower_cors";

macro_rules! decision_event {
    ($level:expr, $event:expr) => {
        if tracing::enabled!(target: TARGET, $level) {
            let event = $event;
            let reason = event.deny_reason();
            event!(
                target: TARGET,
                $level,
                kind = event.kind().as_str(),
                outcome = event.verdict().as_str(),
                reason = reason.map(|reason| reason.code()),
                // Names of headers are tokens: there is nothing to escape.
                detail = reason.map(field::display),
                method = %event.method(),
                origin = event.origin().map(Escaped).map(field::display),
                matched = event.matched().map(field::display),
                "CORS decision"
            );
        }
    };
}

pub(crate) fn decision(policy: &Policy, event: &DecisionEvent<'_>) {
    match event.verdict() {
        _ if policy.config().debug => decision_event!(Level::INFO, event),
        Verdict::Denied(_) => decision_event!(Level::DEBUG, event),
        _ => decision_event!(Level::TRACE, event),
    }
}

/// Says once what a policy can be improved in; that `debug` is on is one of
/// these things.
pub(crate) fn advisories(policy: &Policy) {
    for advisory in policy.advisories() {
        event!(
            target: TARGET,
            Level::WARN,
            field = advisory.field(),
            value = advisory.value(),
            "{advisory}"
        );
    }
}
