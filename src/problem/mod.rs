//! Problems of a configuration: errors and advisories, each kind with its code and its
//! words. Uses `config`, `origin` and `text`.

mod advisory;
mod error;
mod macros;
#[cfg(feature = "serde")]
mod serde;

pub use advisory::{Advisory, AdvisoryKind};
pub use error::{ConfigError, ConfigErrorKind, ConfigErrors};
pub use macros::{Errors, Remark};
