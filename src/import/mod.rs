//! Configurations of API gateways: `krakend` and `kong`.
//!
//! Each importer takes a [`Document`], which any serde format gives, and gives
//! a configuration with [`Note`]s on all that is not kept or was hardly meant.
//!
//! An import never allows more than the gateway did. What cannot be kept
//! exactly is narrowed with a note, or is an error; entries of another type
//! than the gateway reads, which it may silently take for "all", are errors.
//! Dangers stay what they are: an import names none in
//! [`dangerously_allow`](crate::CorsConfig::dangerously_allow), so what the
//! gateway let pass with credentials is an error of
//! [`compile`](crate::CorsConfig::compile) until you take it on by name.
//!
//! # What is deliberately different from both
//!
//! | | KrakenD | Kong | here |
//! |---|---|---|---|
//! | preflight from an origin that is not allowed | the usual status, without `Access-Control-*` | 200 with all but the origin | 403 |
//! | preflight that is allowed | repeats the asked method and headers | all that is listed | all that is listed |
//! | preflight for a method or header that is not listed | the usual status, without `Access-Control-*` | 200 with all that is listed | the lists; 403 for a `GET`, `HEAD` or `POST` that is not listed |
//! | a method that is not listed, on a request | denied | allowed | denied |
//! | `OPTIONS` as a method of its own | always allowed | if listed | if listed |
//! | `OPTIONS` that is no preflight | the application's | the application's; before 1.3 answered | the application's |
//! | one single origin | only to that origin | to everyone, without comparison | only to that origin, and `Vary: Origin` |
//! | an origin not as browsers serialise it | as any text | normalised first | denied |
//! | the origin `null` | by any pattern that matches | by any pattern that matches | only by `null` itself, or `*` |
//! | `Access-Control-Allow-Credentials` | to allowed origins | to all | to allowed origins |
//! | `Access-Control-*` from the inner service | – | replaced one by one | all removed |
//! | `Vary` on a preflight | each time a line more | `Origin` | what the answer depends on |
//!
//! None of these lets a page read or do what the gateway did not.

mod document;
mod error;
#[cfg(feature = "kong")]
#[cfg_attr(docsrs, doc(cfg(feature = "kong")))]
pub mod kong;
#[cfg(feature = "krakend")]
#[cfg_attr(docsrs, doc(cfg(feature = "krakend")))]
pub mod krakend;
mod names;
mod note;
mod options;

use std::fmt;

pub use document::Document;
pub use error::{ImportError, ImportErrorKind, ImportErrors};
pub use note::{Note, NoteKind};

use crate::error::ConfigErrorKind;
use crate::origin::{OriginPattern, Outline, PatternKind, Subject, check_regex};
use document::Value;

/// A gateway whose configuration can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gateway {
    /// [KrakenD](https://www.krakend.io)
    KrakenD,
    /// [Kong](https://konghq.com)
    Kong,
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Gateway::KrakenD => "KrakenD",
            Gateway::Kong => "Kong",
        })
    }
}

/// An imported configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Imported<T> {
    /// The configuration, not compiled yet.
    pub config: T,
    /// What is to be known about it, in the order of the file.
    pub notes: Vec<Note>,
}

/// What is found on the way.
struct Findings {
    gateway: Gateway,
    notes: Vec<Note>,
    errors: Vec<ImportError>,
}

impl Findings {
    fn new(gateway: Gateway) -> Self {
        Findings {
            gateway,
            notes: Vec::new(),
            errors: Vec::new(),
        }
    }

    fn note(&mut self, field: &str, value: impl fmt::Display, kind: NoteKind) {
        self.suggest(field, value, kind, None);
    }

    fn suggest(
        &mut self,
        field: &str,
        value: impl fmt::Display,
        kind: NoteKind,
        suggestion: Option<String>,
    ) {
        let note = Note::new(field, value.to_string(), kind).suggest(suggestion);
        // A route with several paths is met as often.
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn error(
        &mut self,
        field: &str,
        value: impl fmt::Display,
        kind: ImportErrorKind,
        suggestion: Option<String>,
    ) {
        let error = ImportError::new(field, value.to_string(), kind).suggest(suggestion);
        // So is its service.
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }

    /// An error about a value of the wrong type.
    fn wrong_type(
        &mut self,
        field: &str,
        value: &Value,
        expected: &'static str,
        consequence: &'static str,
        suggestion: Option<String>,
    ) {
        let kind = ImportErrorKind::WrongType {
            found: value.what(),
            expected,
            consequence,
        };
        self.error(field, value, kind, suggestion);
    }

    /// The pattern, unless no origin matches its regex, which is noted.
    fn unless_dead(
        &mut self,
        field: &str,
        written: &str,
        pattern: OriginPattern,
    ) -> Option<OriginPattern> {
        let (regex, subject) = match &pattern.kind {
            PatternKind::Regex(regex) => (regex, Subject::Origin),
            PatternKind::HostRegex(regex) => (regex, Subject::Host),
            _ => return Some(pattern),
        };
        if check_regex(regex).is_ok_and(|regex| Outline::of(&regex, subject).never_matches) {
            let kind = NoteKind::LeftOut(ConfigErrorKind::RegexNeverMatches);
            self.note(field, written, kind);
            return None;
        }
        Some(pattern)
    }

    /// An error about a value of which nothing is left: what was noted on its
    /// entries since there were so many notes.
    fn nothing_left(&mut self, field: &str, written: Option<&Value>, notes_before: usize) {
        let errors_before = self.errors.len();
        let left_out = |kind| match kind {
            NoteKind::LeftOut(kind) => Some(ImportErrorKind::Invalid(kind)),
            _ => None,
        };
        let notes = self.notes.split_off(notes_before).into_iter();
        self.errors
            .extend(notes.filter_map(|note| note.filter_map(left_out)));
        if self.errors.len() == errors_before {
            let written = match written {
                Some(Value::String(text)) => text.clone(),
                other => other.map(ToString::to_string).unwrap_or_default(),
            };
            self.error(field, written, ImportErrorKind::NothingLeft, None);
        }
    }

    fn finish<T>(self, config: T) -> Result<Imported<T>, ImportErrors> {
        let heading = format!("this {} configuration cannot be imported", self.gateway);
        let notes = self.notes;
        ImportErrors::unless_empty(heading, self.errors, Imported { config, notes })
    }
}
