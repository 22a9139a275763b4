//! Stands in for `regex` where the feature of that name is off: there are no regexes.

use super::border::{Border, Candidate};
use super::serialised::Origin;

#[derive(Debug, Default)]
pub(crate) struct Regexes;

#[allow(clippy::unused_self, reason = "the signatures of the feature `regex`")]
impl Regexes {
    pub(super) fn is_empty(&self) -> bool {
        true
    }

    pub(super) fn find(&self, _: &Candidate<'_>) -> Option<usize> {
        None
    }

    pub(super) fn index(&self, _: usize, _: &Origin<'_>) -> Option<usize> {
        None
    }

    pub(super) fn find_anywhere(&self, _: &Origin<'_>) -> Option<(usize, &Border)> {
        None
    }
}
