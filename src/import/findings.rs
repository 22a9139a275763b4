//! Notes and errors, gathered while a document is read.

use std::cell::RefCell;
use std::mem::take;

use super::document::Document;
use super::error::{ImportError, ImportErrors};
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
            findings.note(Note::new(field, "", NoteKind::Repeated));
        });
        findings
    }

    pub(super) fn note(&self, note: Note) {
        self.notes.borrow_mut().push(note);
    }

    pub(super) fn error(&self, error: ImportError) {
        self.errors.borrow_mut().push(error);
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
