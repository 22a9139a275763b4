//! Events for the `tracing` crate: one for each decision, with the target
//! [`TARGET`], at `debug` for denials and at `trace` for all else; at `info`
//! when the policy's `debug` is on.
//!
//! | field | value |
//! |---|---|
//! | `kind` | `not-cors`, `preflight` or `actual` |
//! | `outcome` | `not-cors`, `allowed` or `denied` |
//! | `reason` | of a denial: [`DenyReason::code`](crate::DenyReason::code) |
//! | `detail` | of a denial: [`Explanation::cause`](crate::explain::Explanation::cause), where only the first 1,000 entries are searched for a near miss |
//! | `exempt` | of a denial: `true` if the server's own origin passes all the same |
//! | `method` | the request's method, its first 64 bytes |
//! | `path` | the request's path, escaped, its first 256 characters |
//! | `requested_method` | of a preflight: the method that it asks for, as `origin` is shown |
//! | `requested_headers` | of a preflight: the headers that it asks for, as `origin` is shown |
//! | `origin` | the request's `Origin`, quoted and escaped, its first 400 bytes |
//! | `matched` | the entry of `allow_origins` that allows it |
//!
//! Three mistakes around the layer are logged at `warn`, each once for each policy: the
//! service sets `Access-Control-*` headers, which the layer replaces; an `OPTIONS` asks for
//! a method but has no `Origin`, which a proxy may have removed; a preflight that is left to
//! the service is answered with 401 or 405.
//!
//! A [`CorsLayer`](crate::CorsLayer) logs its policy's advisories at `warn` when
//! it is made, or its policy replaced. It does not know the policies that a
//! function will choose.

use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD};
use tracing::level_filters::LevelFilter;
use tracing::{Level, event, field};

use crate::policy::methods::MAX_METHOD;
use crate::policy::{Decision, Notice, Policy, RequestKind, Verdict};
use crate::text::{Escaped, Printable, Readable};

/// The target of all events.
pub const TARGET: &str = "tower_cors";

/// Clients choose the path.
const MAX_PATH: usize = 256;

macro_rules! decision_event {
    ($level:expr, $event:expr) => {
        if tracing::enabled!(target: TARGET, $level) {
            let event = $event;
            let (head, reason) = (event.head(), event.deny_reason());
            let requested = |name| match event.kind() {
                RequestKind::Preflight => head.headers().get(name).map(Escaped).map(field::debug),
                _ => None,
            };
            event!(
                target: TARGET,
                $level,
                kind = event.kind().as_str(),
                outcome = event.outcome(),
                reason = reason.map(|reason| reason.code()),
                // What comes from the request or from a pattern is escaped in it.
                detail = reason.and_then(|_| event.cause()).map(field::display),
                exempt = event.is_exempt().then_some(true),
                method = %cut(head.method().as_str()),
                path = %Printable(&head.path().chars().take(MAX_PATH).collect::<String>()),
                requested_method = requested(ACCESS_CONTROL_REQUEST_METHOD),
                requested_headers = requested(ACCESS_CONTROL_REQUEST_HEADERS),
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

/// Somebody may listen to more than policies with `debug` tell.
#[inline]
pub(crate) fn is_heard(decision: &Decision<'_>) -> bool {
    let level = LevelFilter::current();
    level >= Level::DEBUG || (level >= Level::WARN && decision.notice().is_some())
}

pub(crate) fn decision(event: &Decision<'_>) {
    match event.verdict() {
        _ if event.policy.config().debug => decision_event!(Level::INFO, event),
        Some(Verdict::Denied(_)) => decision_event!(Level::DEBUG, event),
        _ => decision_event!(Level::TRACE, event),
    }
    if let Some(found) = event.notice() {
        notice(event.policy, found);
    }
}

/// Says what is wrong around a policy, once: each request may show it again.
#[cold]
pub(crate) fn notice(policy: &Policy, notice: Notice) {
    if tracing::enabled!(target: TARGET, Level::WARN) && policy.is_first(notice) {
        event!(target: TARGET, Level::WARN, "{notice}");
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
