//! Problems of a configuration: errors and advisories, each kind with its code and its words
//! in one table. Uses `config`, `origin` and `text`.
//!
//! To read: `macros` declares such a table and its list, `error` and `advisory` are the two
//! tables.

mod advisory;
mod error;
mod macros;

pub use advisory::{Advisory, AdvisoryKind};
pub use error::{ConfigError, ConfigErrorKind, ConfigErrors};
#[cfg(any(feature = "kong", feature = "krakend"))]
pub(crate) use macros::{problem, problem_list};
