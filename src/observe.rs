//! Watching decisions.

use std::fmt;
use std::sync::Arc;

use crate::decision::Decision;
use crate::verdict::{DenyReason, RequestKind, Verdict};

/// A function that sees decisions.
#[derive(Clone)]
pub(crate) struct Observer(Arc<dyn Fn(&Decision<'_>) + Send + Sync>);

impl Observer {
    pub(crate) fn new(observe: impl Fn(&Decision<'_>) + Send + Sync + 'static) -> Self {
        Observer(Arc::new(observe))
    }

    pub(crate) fn observe(&self, decision: &Decision<'_>) {
        (self.0)(decision);
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
    /// A name for logs and counters: `allowed` or `denied`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
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
