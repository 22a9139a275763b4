//! Configurations of API gateways: `krakend` and `kong`.
//!
//! Each importer takes a [`Document`], which any serde format gives, and gives
//! a configuration with [`Note`]s on all that is not kept or was hardly meant.
//!
//! An import never allows more than the gateway did, which tests compare with answers
//! of the real ones. What cannot be kept exactly is narrowed with a note, or is an error.
//! Values of another type than the gateway reads are errors where it may silently take
//! them for "all", and notes where it ignores them. If no browser sends any origin of a
//! list, its policy is for `https://nobody.invalid`, which no page is, and a note says
//! what is wrong with each entry.
//!
//! Dangers stay what they are: an import names none in
//! [`dangerously_allow`](crate::CorsConfig::dangerously_allow), so what the
//! gateway let pass with credentials is an error of
//! [`compile`](crate::CorsConfig::compile) until you take it on by name. With
//! credentials, an open entry keeps within its site and to https; `compile` finds the
//! site, or its error says what to add.
//!
//! # What is deliberately different from both
//!
//! | | KrakenD | Kong | here |
//! |---|---|---|---|
//! | preflight from an origin that is not allowed | the usual status, without `Access-Control-*` | 200 with all but the origin | 403 |
//! | preflight that is allowed | repeats the asked method and headers | all that is listed | all that is listed |
//! | preflight for a method or header that is not listed | the usual status, without `Access-Control-*` | 200 with all that is listed | the lists; 403 for a `GET`, `HEAD` or `POST` that is not listed |
//! | a method that is not listed, on a request | denied | allowed; browsers send it after a preflight only | denied |
//! | `OPTIONS` that is no preflight | the application's | the application's; before 1.3 answered | the application's |
//! | one single origin | only to that origin | to everyone, without comparison | only to that origin, and `Vary: Origin` |
//! | an origin not as browsers serialise it | as any text | normalised first | denied |
//! | the origin `null` | by any pattern that matches | by any pattern that matches | only by `null` itself, or `*` |
//! | `Access-Control-Allow-Credentials` | to allowed origins | to all | to allowed origins |
//! | `Access-Control-*` from the inner service | – | replaced one by one | all removed |
//! | `Vary` on a preflight | each time a line more | `Origin` | what the answer depends on |
//!
//! None of these lets a page read or do what the gateway did not.

#![cfg_attr(
    not(all(feature = "kong", feature = "krakend")),
    allow(dead_code, reason = "the two share what one alone may not need")
)]

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

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::mem::take;
use std::time::Duration;

pub use document::Document;
pub use error::{ImportError, ImportErrorKind, ImportErrors};
pub use note::{Note, NoteKind};

use crate::config::MaxAge;
use crate::origin::{Inferred, OriginPattern, Outline, PatternKind, Subject, check_regex};
use ImportErrorKind as ErrorKind;
use document::{Object, Value};

/// Stands for the origins of a list of which no browser sends any: no page has it
/// (RFC 6761 section 6.4).
const NOBODY: &str = "https://nobody.invalid";

/// Firefox's cap, the longest.
const DAY_SECONDS: u64 = 86_400;

/// A gateway whose configuration can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gateway {
    /// [KrakenD](https://www.krakend.io)
    KrakenD,
    /// [Kong](https://konghq.com)
    Kong,
}

impl Display for Gateway {
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
    notes: RefCell<Vec<Note>>,
    errors: RefCell<Vec<ImportError>>,
}

impl Findings {
    /// Findings about a document; the keys that it has several times are the first.
    fn new(gateway: Gateway, document: &Document) -> Self {
        let findings = Findings {
            gateway,
            notes: RefCell::default(),
            errors: RefCell::default(),
        };
        document.0.repeated_keys("", &mut |place| {
            findings.note(place, "", NoteKind::Repeated);
        });
        findings
    }

    /// The number of notes, for what may be taken back.
    fn mark(&self) -> usize {
        self.notes.borrow().len()
    }

    /// Takes back the notes since there were so many.
    fn forget(&self, mark: usize) -> Vec<Note> {
        self.notes.borrow_mut().split_off(mark)
    }

    fn note(&self, field: &str, value: impl Display, kind: NoteKind) {
        self.suggest(field, value, kind, None);
    }

    fn suggest(&self, field: &str, value: impl Display, kind: NoteKind, repair: Option<String>) {
        let note = Note::new(field, value.to_string(), kind).suggest(repair);
        self.notes.borrow_mut().push(note);
    }

    fn error(&self, field: &str, value: impl Display, kind: ErrorKind) {
        self.repair(field, value, kind, None);
    }

    fn repair(&self, field: &str, value: impl Display, kind: ErrorKind, repair: Option<String>) {
        let error = ImportError::new(field, value.to_string(), kind).suggest(repair);
        self.errors.borrow_mut().push(error);
    }

    /// An error about a value of the wrong type.
    fn wrong_type(
        &self,
        field: &str,
        value: &Value,
        expected: &'static str,
        consequence: &'static str,
        suggestion: Option<String>,
    ) {
        if value.is_template() {
            return self.error(field, value, ErrorKind::Template);
        }
        let kind = ErrorKind::WrongType {
            found: value.what(),
            expected,
            consequence,
        };
        self.repair(field, value, kind, suggestion);
    }

    /// The object that a document has to be.
    fn object<'a>(&self, document: &'a Document, consequence: &'static str) -> Option<&'a Object> {
        if let Value::Object(object) = &document.0 {
            return Some(object);
        }
        self.wrong_type("document", &document.0, "an object", consequence, None);
        None
    }

    /// No origin matches the regex of a pattern.
    fn is_dead(pattern: &OriginPattern) -> bool {
        Self::outline(pattern).is_some_and(|outline| outline.never_matches)
    }

    /// With credentials, `compile` keeps the regex of a pattern to https, loopback aside;
    /// a note says so where that makes a difference.
    fn note_https(&self, field: &str, written: &str, pattern: &OriginPattern) {
        let Some(outline) = Self::outline(pattern) else {
            return;
        };
        let is_loopback = outline.infer() == Inferred::Within(vec!["localhost".to_owned()]);
        let is_https = |schemes: &BTreeSet<_>| schemes.iter().all(|scheme| scheme == "https");
        if !is_loopback && !outline.schemes.as_ref().is_some_and(is_https) {
            self.note(field, written, NoteKind::OnlyHttps);
        }
    }

    fn outline(pattern: &OriginPattern) -> Option<Outline> {
        let (regex, subject) = match &pattern.kind {
            PatternKind::Regex(regex) => (regex, Subject::Origin),
            PatternKind::HostRegex(regex) => (regex, Subject::Host),
            _ => return None,
        };
        Some(Outline::of(&check_regex(regex).ok()?, subject))
    }

    /// Any origin, as where none is listed.
    fn any_by_default(&self, field: &str, written: Option<&Value>) -> Vec<OriginPattern> {
        let written = written.map(ToString::to_string).unwrap_or_default();
        let gateway = self.gateway;
        self.note(field, written, NoteKind::AnyByDefault { gateway });
        vec!["*".into()]
    }

    /// The origins of a list; nobody if none is left.
    fn left(
        &self,
        field: &str,
        mut origins: Vec<OriginPattern>,
        notes_before: usize,
    ) -> Vec<OriginPattern> {
        if origins.is_empty() {
            self.nothing_left(field, notes_before);
            origins.push(NOBODY.into());
        }
        origins
    }

    /// A maximum age in seconds; a note says that browsers cap it.
    fn seconds(&self, field: &str, written: impl Display, seconds: u64, day: &str) -> MaxAge {
        if seconds > DAY_SECONDS {
            let repair = Some(day.to_owned());
            self.suggest(field, written, NoteKind::MaxAgeOverDay, repair);
        }
        Duration::from_secs(seconds.min(u64::from(u32::MAX))).into()
    }

    /// Puts one note in place of those on the entries of a list, since there were so
    /// many, if none of the entries is left.
    fn nothing_left(&self, field: &str, notes_before: usize) {
        let (mut causes, mut suggestions) = (Vec::new(), Vec::new());
        for note in self.forget(notes_before) {
            match note.kind().cause() {
                Some(cause) => {
                    causes.push(format!("`{}`: {cause}", note.value()));
                    suggestions.extend(note.suggestion().map(str::to_owned));
                }
                None => self.notes.borrow_mut().push(note),
            }
        }
        let causes = causes.join("; ");
        let repair = Some(suggestions.join("`, `")).filter(|text| !text.is_empty());
        self.suggest(field, "", NoteKind::NothingLeft { causes }, repair);
    }

    fn finish<T>(self, config: T) -> Result<Imported<T>, ImportErrors> {
        let heading = format!("this {} configuration cannot be imported", self.gateway);
        let notes = merged(self.notes.into_inner(), |note| &mut note.field);
        let errors = merged(self.errors.into_inner(), |error| &mut error.field);
        ImportErrors::unless_empty(heading, errors, Imported { config, notes })
    }
}

/// Makes one problem of those that differ only in their field: its field names the first
/// place and counts the others.
fn merged<P: PartialEq>(problems: Vec<P>, field: impl Fn(&mut P) -> &mut String) -> Vec<P> {
    let mut groups: Vec<(P, Vec<String>)> = Vec::new();
    for mut problem in problems {
        let place = take(field(&mut problem));
        match groups.iter_mut().find(|(first, _)| *first == problem) {
            Some((_, places)) if places.contains(&place) => {}
            Some((_, places)) => places.push(place),
            None => groups.push((problem, vec![place])),
        }
    }
    let merged = groups.into_iter().map(|(mut problem, mut places)| {
        let first = places.swap_remove(0);
        *field(&mut problem) = match places.len() {
            0 => first,
            more => format!("{first} and {more} more"),
        };
        problem
    });
    merged.collect()
}
