//! The problems of a configuration, as they are found.

use crate::config::Sources;
use crate::problem::{Advisory, AdvisoryKind, ConfigError, ConfigErrorKind};

/// The problems that were found so far.
#[derive(Default)]
pub(super) struct Report {
    pub(super) errors: Vec<ConfigError>,
    pub(super) advisories: Vec<Advisory>,
}

impl Report {
    pub(super) fn error(
        &mut self,
        field: impl Into<String>,
        value: impl Into<String>,
        kind: ConfigErrorKind,
    ) {
        self.error_with(field, value, kind, None);
    }

    /// An error, with the text to write instead if that is known.
    pub(super) fn error_with(
        &mut self,
        field: impl Into<String>,
        value: impl Into<String>,
        kind: ConfigErrorKind,
        suggestion: Option<String>,
    ) {
        let error = ConfigError::new(field, value, kind);
        self.errors.push(error.suggest(suggestion));
    }

    pub(super) fn advise(
        &mut self,
        field: impl Into<String>,
        value: impl Into<String>,
        kind: AdvisoryKind,
    ) {
        self.advisories.push(Advisory::new(field, value, kind));
    }

    /// Names the source of each value, if it is known, in place of the field.
    pub(super) fn locate(&mut self, sources: &Sources) {
        let errors = self.errors.iter_mut().map(|error| &mut error.field);
        let advisories = self.advisories.iter_mut();
        let advisories = advisories.map(|advisory| &mut advisory.field);
        for field in errors.chain(advisories) {
            if let Some(place) = sources.place(field) {
                *field = place;
            }
        }
    }
}
