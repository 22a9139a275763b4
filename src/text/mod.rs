//! Text for people: bytes and texts made safe to show, names that somebody may have meant,
//! and tables of kinds, each with its code and its words. Uses no other room, and no file of
//! it uses another.

mod escape;
mod kinds;
mod near;

pub(crate) use escape::{Escaped, Printable, Readable};
pub(crate) use kinds::kinds;
pub(crate) use near::{distance_within, nearest};
