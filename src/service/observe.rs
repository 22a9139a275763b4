//! Watching decisions.

use std::fmt;
use std::sync::Arc;

use crate::policy::Decision;

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
