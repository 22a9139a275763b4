//! Watching decisions.

use std::fmt;
use std::sync::Arc;

use http::{HeaderValue, Method};

use crate::decision::Decision;
use crate::origin::OriginPattern;
use crate::verdict::{DenyReason, RequestKind, Verdict};

/// One decision about one request, as
/// [`CorsLayer::on_decision`](crate::CorsLayer::on_decision) sees it.
#[derive(Clone, Copy, Debug)]
pub struct DecisionEvent<'a> {
    method: &'a Method,
    decision: &'a Decision<'a>,
}

impl<'a> DecisionEvent<'a> {
    pub(crate) fn new(method: &'a Method, decision: &'a Decision<'a>) -> Self {
        DecisionEvent { method, decision }
    }

    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The request's `Origin`: bytes of the client's choice.
    #[must_use]
    pub fn origin(&self) -> Option<&'a HeaderValue> {
        self.decision.origin()
    }

    /// What kind of request it is.
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.decision.kind()
    }

    /// Whether the request is allowed, and why not.
    #[must_use]
    pub fn verdict(&self) -> Verdict<'a> {
        self.decision.verdict()
    }

    /// Whether a denied request passes all the same; see
    /// [`Decision::is_exempt`].
    #[must_use]
    pub fn is_exempt(&self) -> bool {
        self.decision.is_exempt()
    }

    /// Why the request is denied, if it is.
    #[must_use]
    pub fn deny_reason(&self) -> Option<DenyReason<'a>> {
        match self.verdict() {
            Verdict::Denied(reason) => Some(reason),
            _ => None,
        }
    }

    /// The entry that allows the origin; see [`Decision::matched`].
    #[must_use]
    pub fn matched(&self) -> Option<&'a OriginPattern> {
        self.decision.matched()
    }
}

/// A function that sees decisions.
#[derive(Clone)]
pub(crate) struct Observer(Arc<dyn Fn(&DecisionEvent<'_>) + Send + Sync>);

impl Observer {
    pub(crate) fn new(observe: impl Fn(&DecisionEvent<'_>) + Send + Sync + 'static) -> Self {
        Observer(Arc::new(observe))
    }

    pub(crate) fn observe(&self, event: &DecisionEvent<'_>) {
        (self.0)(event);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<fn>")
    }
}

impl RequestKind {
    /// A name for logs and counters, such as `preflight`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RequestKind::NotCors => "not-cors",
            RequestKind::Preflight => "preflight",
            RequestKind::Actual => "actual",
        }
    }
}

impl Verdict<'_> {
    /// A name for logs and counters: `not-cors`, `allowed` or `denied`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::NotCors => "not-cors",
            Verdict::Allowed => "allowed",
            Verdict::Denied(_) => "denied",
        }
    }
}

impl DenyReason<'_> {
    /// A name for logs and counters, such as `origin-not-allowed`: one of a
    /// fixed few, whatever the request holds.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            DenyReason::SeveralOrigins => "several-origins",
            DenyReason::OriginMalformed => "origin-malformed",
            DenyReason::OriginNotAllowed => "origin-not-allowed",
            DenyReason::OriginOutsideBorder(_) => "origin-outside-border",
            DenyReason::MethodMalformed => "method-malformed",
            DenyReason::MethodForbidden => "method-forbidden",
            DenyReason::MethodNotAllowed => "method-not-allowed",
            DenyReason::HeadersMalformed => "headers-malformed",
            DenyReason::HeadersTooLong => "headers-too-long",
            DenyReason::HeaderForbidden(_) => "header-forbidden",
            DenyReason::HeaderNotAllowed(_) => "header-not-allowed",
            DenyReason::PrivateNetworkNotAllowed => "private-network-not-allowed",
        }
    }
}
