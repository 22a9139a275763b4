//! Methods and header names, which both gateways write alike.

use super::options::Entry;
use super::{Findings, ImportErrorKind, NoteKind};
use crate::compile::{Fault, check_exposed_header, check_method, check_request_header};
use crate::error::ConfigErrorKind;

const ANY: &str = "*";

pub(super) fn methods(entries: &[Entry], findings: &mut Findings) -> Vec<String> {
    keep(entries, false, check_method, findings)
}

/// The request headers. `wildcard` is whether `*` is one.
pub(super) fn request_headers(
    entries: &[Entry],
    wildcard: bool,
    findings: &mut Findings,
) -> Vec<String> {
    let names = keep(entries, wildcard, check_request_header, findings);
    // The one name that `*` does not cover for browsers.
    let is_covered = |name: &str| !name.eq_ignore_ascii_case("authorization");
    uncovered(names, entries, is_covered, findings)
}

/// The exposed headers. `wildcard` is whether `*` is one.
pub(super) fn exposed_headers(
    entries: &[Entry],
    wildcard: bool,
    findings: &mut Findings,
) -> Vec<String> {
    let names = keep(entries, wildcard, check_exposed_header, findings);
    uncovered(names, entries, |_| true, findings)
}

/// The names that a configuration can hold, as written.
fn keep(
    entries: &[Entry],
    wildcard: bool,
    check: impl Fn(&str) -> Result<String, Fault>,
    findings: &mut Findings,
) -> Vec<String> {
    let mut names = Vec::new();
    for Entry { place, text } in entries {
        if text == ANY && !wildcard {
            findings.note(place, text, NoteKind::LiteralWildcard);
            continue;
        }
        match check(text) {
            Ok(_) => names.push(text.clone()),
            // Not left out: a list with it is one that browsers cannot read,
            // so without it the list would allow more than it did.
            Err((
                kind @ (ConfigErrorKind::NotAToken
                | ConfigErrorKind::SeveralNames
                | ConfigErrorKind::EmptyName),
                suggestion,
            )) => {
                findings.error(place, text, ImportErrorKind::Invalid(kind), suggestion);
            }
            Err((kind, suggestion)) => {
                findings.suggest(place, text, NoteKind::LeftOut(kind), suggestion);
            }
        }
    }
    names
}

/// What of names is to be listed beside a `*` that covers them.
fn uncovered(
    mut names: Vec<String>,
    entries: &[Entry],
    is_covered: impl Fn(&str) -> bool,
    findings: &mut Findings,
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
