//! Text for people: values of requests and configurations, escaped; guesses at what somebody
//! meant; and tables of kinds, each with its code and its words. Uses no other room.

mod escape;
mod hash;
mod kinds;
mod near;

pub(crate) use escape::{Escaped, Printable, Readable};
pub(crate) use hash::FoldState;
pub(crate) use kinds::kinds;
pub(crate) use near::{distance_within, nearest};
