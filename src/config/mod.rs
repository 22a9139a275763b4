//! The description of a policy: plain data, as it is written in code and in files. Nothing
//! here judges a value; `compile` does. Uses `origin` and `text`.
//!
//! An option is declared in `cors_config`, once. If it has a type of its own, that stands in
//! `options`.

mod cors_config;
mod danger;
mod declare;
#[cfg(feature = "serde")]
mod entry;
mod list;
mod max_age;
mod named;
mod options;
mod paths;
mod presets;
#[cfg(feature = "schemars")]
mod schema;
mod sources;

pub use cors_config::CorsConfig;
pub use danger::{AllowedDanger, Danger};
pub use list::OriginList;
pub use max_age::MaxAge;
pub use named::OptionError;
pub use options::{AllowHeaders, Enforcement, InnerHeaders, PreflightMode, WhenEmpty};
pub use paths::PathConfigs;
pub(crate) use sources::Sources;
