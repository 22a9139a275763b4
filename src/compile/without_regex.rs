//! Stands in for `regexes` where the feature `regex` is off: such an entry is an error.

use super::entry_checks::field;
use super::origins::Compiler;
use crate::origin::OriginPattern;
use crate::problem::ConfigErrorKind as Kind;

impl Compiler<'_> {
    pub(super) fn add_regex(
        &mut self,
        place: usize,
        entry: &OriginPattern,
    ) -> Option<OriginPattern> {
        self.regex_count += 1;
        let kind = Kind::RegexFeature;
        let report = &mut *self.checks.report;
        report.error(field(place), entry.as_written(), kind);
        None
    }

    #[allow(clippy::unused_self, reason = "the signature of the feature `regex`")]
    pub(super) fn compile_regexes(&mut self) {}
}
