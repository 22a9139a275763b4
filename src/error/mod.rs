//! What is wrong with a configuration.

mod kind;

use std::error::Error;

pub use kind::ConfigErrorKind;

use crate::remark::{Errors, Remark};

/// All that is wrong with a configuration.
pub type ConfigErrors = Errors<ConfigErrorKind>;

/// One thing that is wrong with a configuration.
pub type ConfigError = Remark<ConfigErrorKind>;

impl Error for ConfigError {}

impl ConfigErrors {
    pub(crate) fn of_config<T>(errors: Vec<ConfigError>, value: T) -> Result<T, Self> {
        Errors::unless_empty("invalid CORS configuration", errors, value)
    }
}
