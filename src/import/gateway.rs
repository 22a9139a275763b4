//! The gateways.

use std::fmt;

/// A gateway whose configuration can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gateway {
    /// [KrakenD](https://www.krakend.io)
    KrakenD,
    /// [Kong](https://konghq.com)
    Kong,
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
