//! Methods and header names.

use super::options::Entry;
use super::{Findings, ImportErrorKind as ErrorKind, NoteKind};
use crate::compile::{Fault, check_exposed_header, check_method, check_request_header};
use crate::problem::ConfigErrorKind as Kind;

const ANY: &str = "*";

/// Which of the two comparisons a gateway's list goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// The gateway compares each entry as it stands.
    Gateway,
    /// The gateway joins the entries with commas, and browsers read the result.
    Browser,
}

pub(super) fn methods(entries: &[Entry], reader: Reader, findings: &Findings) -> Vec<String> {
    let names = keep(entries, false, reader, check_method, findings);
    names.unwrap_or_else(|entry| findings.unreadable(&entry))
}

/// The request headers. `wildcard` is whether `*` is one.
pub(super) fn request_headers(
    entries: &[Entry],
    wildcard: bool,
    reader: Reader,
    findings: &Findings,
) -> Vec<String> {
    let names = keep(entries, wildcard, reader, check_request_header, findings);
    let names = names.unwrap_or_else(|entry| findings.unreadable(&entry));
    // The one name that `*` does not cover for browsers.
    let is_covered = |name: &str| !name.eq_ignore_ascii_case("authorization");
    uncovered(names, entries, is_covered, findings)
}

/// The exposed headers, which browsers read. `wildcard` is whether `*` is one.
pub(super) fn exposed_headers(
    entries: &[Entry],
    wildcard: bool,
    findings: &Findings,
) -> Vec<String> {
    let mark = findings.mark();
    let (reader, check) = (Reader::Browser, check_exposed_header);
    let names = keep(entries, wildcard, reader, check, findings);
    let names = names.unwrap_or_else(|Entry { place, text }| {
        findings.forget(mark);
        findings.note(&place, text, NoteKind::ExposesNothing);
        Vec::new()
    });
    uncovered(names, entries, |_| true, findings)
}

/// The names that a configuration can hold, as written.
///
/// # Errors
///
/// The entry that makes the whole list unreadable for browsers.
fn keep(
    entries: &[Entry],
    wildcard: bool,
    reader: Reader,
    check: impl Fn(&str) -> Result<String, Fault>,
    findings: &Findings,
) -> Result<Vec<String>, Entry> {
    let mut names = Vec::new();
    for entry in entries {
        let Entry { place, text } = entry;
        let parts: Vec<&str> = match reader {
            Reader::Gateway => vec![text],
            // Browsers skip empty elements (Fetch, "get, decode, and split").
            Reader::Browser => {
                let parts = text.split(',').map(|part| part.trim_matches([' ', '\t']));
                parts.filter(|part| !part.is_empty()).collect()
            }
        };
        if parts.len() > 1 {
            findings.note(place, text, NoteKind::Split);
        }
        for name in parts {
            if name == ANY && !wildcard {
                findings.note(place, name, NoteKind::LiteralWildcard);
                continue;
            }
            match check(name) {
                Ok(_) => names.push(name.to_owned()),
                Err((Kind::NotAToken | Kind::SeveralNames | Kind::EmptyName, _))
                    if reader == Reader::Browser =>
                {
                    return Err(entry.clone());
                }
                Err((kind, suggestion)) => {
                    findings.suggest(place, name, NoteKind::LeftOut(kind), suggestion);
                }
            }
        }
    }
    Ok(names)
}

/// What of names is to be listed beside a `*` that covers them.
fn uncovered(
    mut names: Vec<String>,
    entries: &[Entry],
    is_covered: impl Fn(&str) -> bool,
    findings: &Findings,
) -> Vec<String> {
    let any = entries.iter().find(|entry| entry.text == ANY);
    if let Some(Entry { place, .. }) = any.filter(|_| names.iter().any(|name| name == ANY)) {
        let before = names.len();
        names.retain(|name| name == ANY || !is_covered(name));
        if names.len() < before {
            findings.note(place, ANY, NoteKind::AnyAmongOthers);
        }
    }
    names
}

impl Findings {
    /// An error about a list that no browser can read: without the entry it would allow
    /// more than it did.
    fn unreadable(&self, entry: &Entry) -> Vec<String> {
        let names = entry.text.split([',', ' ']).filter(|name| !name.is_empty());
        let suggestion = names.collect::<Vec<_>>().join("`, `");
        let suggestion = Some(suggestion).filter(|names| !names.is_empty());
        self.repair(&entry.place, &entry.text, ErrorKind::Unreadable, suggestion);
        Vec::new()
    }
}
