//! Notes and errors, gathered while a document is read.

use std::cell::RefCell;
use std::mem::take;

use super::document::{Document, Value};
use super::error::{ImportError, ImportErrorKind, ImportErrors};
use super::gateway::Gateway;
use super::note::{Note, NoteKind};

/// An imported configuration.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Imported<T> {
    /// The configuration, not compiled yet.
    pub config: T,
    /// Notes on all that differs or was hardly meant, in the order of the file.
    pub notes: Vec<Note>,
}

/// The notes and errors so far.
pub(super) struct Findings {
    pub(super) gateway: Gateway,
    notes: RefCell<Vec<Note>>,
    errors: RefCell<Vec<ImportError>>,
}

impl Findings {
    /// Findings about a document. Its repeated keys are noted first.
    pub(super) fn new(gateway: Gateway, document: &Document) -> Self {
        let findings = Findings {
            gateway,
            notes: RefCell::default(),
            errors: RefCell::default(),
        };
        document.0.repeated_keys("", &mut |field| {
            findings.at(field, "").note(NoteKind::Repeated, None);
        });
        findings
    }

    pub(super) fn at(&self, field: impl Into<String>, text: impl ToString) -> Place<'_> {
        Place {
            findings: self,
            field: field.into(),
            text: text.to_string(),
        }
    }

    pub(super) fn error_count(&self) -> usize {
        self.errors.borrow().len()
    }

    /// The number of notes, for [`forget`](Findings::forget).
    pub(super) fn mark(&self) -> usize {
        self.notes.borrow().len()
    }

    /// Takes back the notes since a mark.
    pub(super) fn forget(&self, mark: usize) -> Vec<Note> {
        self.notes.borrow_mut().split_off(mark)
    }

    pub(super) fn finish<T>(self, config: T) -> Result<Imported<T>, ImportErrors> {
        let heading = format!("this {} configuration cannot be imported", self.gateway);
        let notes = merged(self.notes.into_inner(), |note| &mut note.field);
        let errors = merged(self.errors.into_inner(), |error| &mut error.field);
        ImportErrors::unless_empty(heading, errors, Imported { config, notes })
    }
}

/// A place in a document, with its text: all that a note or an error needs to name it.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) findings: &'a Findings,
    /// Such as `services[0].plugins[1].config.origins[0]`.
    pub(super) field: String,
    pub(super) text: String,
}

impl Place<'_> {
    pub(super) fn note(&self, kind: NoteKind, suggestion: Option<String>) {
        let note = Note::new(&self.field, &self.text, kind).suggest(suggestion);
        self.findings.notes.borrow_mut().push(note);
    }

    pub(super) fn error(&self, kind: ImportErrorKind, suggestion: Option<String>) {
        let error = ImportError::new(&self.field, &self.text, kind).suggest(suggestion);
        self.findings.errors.borrow_mut().push(error);
    }

    /// An error about a value of the wrong type, with what the gateway makes of it.
    pub(super) fn wrong_type(
        &self,
        value: &Value,
        expected: &'static str,
        consequence: &'static str,
        suggestion: Option<String>,
    ) {
        let kind = ImportErrorKind::WrongType {
            found: value.type_name(),
            expected,
            consequence,
        };
        self.error(kind, suggestion);
    }

    /// Replaces the notes on the entries of a list since a mark, of which none is left, by
    /// one note on the list.
    pub(super) fn nothing_left(&self, mark: usize) {
        let (mut causes, mut suggestions) = (Vec::new(), Vec::new());
        for note in self.findings.forget(mark) {
            match note.kind().cause() {
                Some(cause) => {
                    causes.push(format!("`{}`: {cause}", note.value()));
                    suggestions.extend(note.suggestion().map(str::to_owned));
                }
                None => self.findings.notes.borrow_mut().push(note),
            }
        }
        let causes = causes.join("; ");
        let suggestion = (!suggestions.is_empty()).then(|| suggestions.join("`, `"));
        self.note(NoteKind::NothingLeft { causes }, suggestion);
    }
}

/// Makes one problem of those that differ only in their field. It names the first field and
/// counts the others.
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
