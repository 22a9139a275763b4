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
//! | `exempt` | of a denial: `true` if the server's own origin passes all the same |
//! | `method` | the request's method, its first 64 bytes |
//! | `origin` | the request's `Origin`, quoted and escaped, its first 400 bytes |
//! | `matched` | the entry of `allow_origins` that allows it |
//!
//! A [`CorsLayer`](crate::CorsLayer) logs its policy's advisories at `warn` when
//! it is made, or its policy replaced. It does not know the policies that a
//! function will choose.

use tracing::level_filters::LevelFilter;
use tracing::{Level, event, field};

use crate::policy::methods::MAX_METHOD;
use crate::policy::{Decision, Policy, Verdict};
use crate::text::{Escaped, Readable};

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
                outcome = event.outcome(),
                reason = reason.map(|reason| reason.code()),
                // Names of headers are tokens: there is nothing to escape.
                detail = reason.map(field::display),
                exempt = event.is_exempt().then_some(true),
                method = %cut(event.head().method().as_str()),
                origin = event.origin().map(Escaped).map(field::debug),
                matched = event.matched().map(field::display),
                "CORS decision"
            );
        }
    };
}

/// Methods are tokens, but as long as clients like.
fn cut(method: &str) -> &str {
    method.get(..MAX_METHOD).unwrap_or(method)
}

/// Whether anybody may listen to more than what policies with `debug` tell.
#[inline]
pub(crate) fn is_heard() -> bool {
    LevelFilter::current() >= Level::DEBUG
}

pub(crate) fn decision(event: &Decision<'_>) {
    match event.verdict() {
        _ if event.policy.config().debug => decision_event!(Level::INFO, event),
        Some(Verdict::Denied(_)) => decision_event!(Level::DEBUG, event),
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
            value = %Readable(advisory.value()),
            "{advisory}"
        );
    }
}
