//! A policy on a Tower service. Uses `policy`, `explain`, `compile`, `config`
//! and `problem`.

mod body;
mod cors;
mod future;
mod layer;
#[cfg(feature = "reload")]
mod reload;
mod source;
#[cfg(feature = "tracing")]
pub mod trace;

pub use body::{CorsBody, EmptyBody};
pub use cors::Cors;
pub use future::ResponseFuture;
pub use layer::CorsLayer;
#[cfg(feature = "reload")]
pub use reload::{ReloadError, ReloadHandle, ReloadablePolicy};
