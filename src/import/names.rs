//! Methods and header names.

use super::error::ImportErrorKind;
use super::gateway::Gateway;
use super::node::Place;
use super::note::NoteKind;
use crate::compile::{Fault, check_exposed_header, check_method, check_request_header};
use crate::problem::ConfigErrorKind as Kind;

const ANY: &str = "*";

/// A list of names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Methods,
    RequestHeaders,
    ExposedHeaders,
}

impl List {
    fn check(self, name: &str) -> Result<String, Fault> {
        match self {
            List::Methods => check_method(name),
            List::RequestHeaders => check_request_header(name),
            List::ExposedHeaders => check_exposed_header(name),
        }
    }

    /// Browsers read the list, whose entries the gateway joins with commas. Otherwise the
    /// gateway compares each entry as it stands.
    fn is_for_browsers(self, gateway: Gateway) -> bool {
        self == List::ExposedHeaders || gateway == Gateway::Kong
    }

    /// Handles an entry that makes the whole list unreadable for browsers. Exposed headers
    /// then do nothing. Anything else is an error: without the entry, the list would allow
    /// more than it did.
    fn unreadable(self, entry: &Place<'_>, mark: usize) -> Vec<String> {
        if self == List::ExposedHeaders {
            entry.findings.forget(mark);
            entry.note(NoteKind::ExposesNothing, None);
        } else {
            let names = entry.text.split([',', ' ']).filter(|name| !name.is_empty());
            let names = names.collect::<Vec<_>>().join("`, `");
            let suggestion = Some(names).filter(|names| !names.is_empty());
            entry.error(ImportErrorKind::Unreadable, suggestion);
        }
        Vec::new()
    }
}

/// The names that a configuration can hold, as written. `wildcard` says that `*` stands for
/// any name.
pub(super) fn import(list: List, entries: &[Place<'_>], wildcard: bool) -> Vec<String> {
    let Some(Place { findings, .. }) = entries.first() else {
        return Vec::new();
    };
    let for_browsers = list.is_for_browsers(findings.gateway);
    let mark = findings.mark();
    let (mut names, mut any) = (Vec::new(), None);
    for entry in entries {
        // Browsers skip empty elements (Fetch, "get, decode, and split").
        let parts = entry.text.split(|c| c == ',' && for_browsers);
        let parts = parts.map(|part| match for_browsers {
            true => part.trim_matches([' ', '\t']),
            false => part,
        });
        let parts: Vec<_> = parts
            .filter(|part| !for_browsers || !part.is_empty())
            .collect();
        if parts.len() > 1 {
            entry.note(NoteKind::Split, None);
        }
        for name in parts {
            let text = name.to_owned();
            let place = Place {
                text,
                ..entry.clone()
            };
            match list.check(name) {
                _ if name == ANY && !wildcard => place.note(NoteKind::LiteralWildcard, None),
                Ok(_) => {
                    names.push(name.to_owned());
                    any = any.or(Some(place).filter(|_| name == ANY));
                }
                Err((Kind::NotAToken | Kind::SeveralNames | Kind::EmptyName, _))
                    if for_browsers =>
                {
                    return list.unreadable(entry, mark);
                }
                Err((kind, suggestion)) => place.note(NoteKind::LeftOut(kind), suggestion),
            }
        }
    }
    if let Some(any) = any {
        let count = names.len();
        // For browsers, `*` covers every name but this one.
        let is_kept =
            |name: &str| list == List::RequestHeaders && name.eq_ignore_ascii_case("authorization");
        names.retain(|name| name == ANY || is_kept(name));
        if names.len() < count {
            any.note(NoteKind::AnyAmongOthers, None);
        }
    }
    names
}
