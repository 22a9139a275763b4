//! Text for people: what requests and configurations hold, escaped, and what somebody may
//! have meant. Uses no other room.

mod escape;
mod hash;
mod near;

pub(crate) use escape::{Escaped, Printable, Readable};
pub(crate) use hash::FoldState;
pub(crate) use near::{distance_within, nearest};
