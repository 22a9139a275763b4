//! Stands in for `regexes` where the feature `regex` is off: such an entry is an error.

use super::entry_checks::{Checks, field};
use crate::origin::{OriginPattern, Regexes};
use crate::problem::ConfigErrorKind as Kind;

#[derive(Default)]
pub(super) struct RegexCount(());

#[allow(clippy::unused_self, reason = "the signatures of the feature `regex`")]
impl RegexCount {
    pub(super) fn add(
        &mut self,
        checks: &mut Checks<'_>,
        _: &mut Regexes,
        place: usize,
        entry: &OriginPattern,
        _: usize,
    ) -> Option<OriginPattern> {
        let kind = Kind::RegexFeature;
        checks.report.error(field(place), entry.as_written(), kind);
        None
    }

    pub(super) fn compile(&self, _: &mut Checks<'_>, _: &mut Regexes) {}
}
