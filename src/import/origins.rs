//! Origins: what the two gateways have in common.

use std::collections::BTreeSet;

use super::node::{Node, Place};
use super::note::{NOBODY, NoteKind};
use crate::origin::{OriginPattern, Outline, PatternFault, PatternKind, Target};
use crate::origin::{check_regex, repair};
use crate::problem::ConfigErrorKind;

/// Any origin, which both gateways allow where none is listed.
pub(super) fn any_by_default(options: &Node<'_>, key: &str) -> Vec<OriginPattern> {
    let written = options.get(key).map(|list| list.value.to_string());
    let gateway = options.findings.gateway;
    let list = options.at(key, written.unwrap_or_default());
    list.note(NoteKind::AnyByDefault { gateway }, None);
    vec!["*".into()]
}

/// The origins of a list. If none is left, [`NOBODY`] stands for them, with one note in
/// place of those since a mark.
pub(super) fn or_nobody(
    mut origins: Vec<OriginPattern>,
    options: &Node<'_>,
    key: &str,
    mark: usize,
) -> Vec<OriginPattern> {
    if origins.is_empty() {
        options.at(key, "").nothing_left(mark);
        origins.push(NOBODY.into());
    }
    origins
}

/// Notes that an entry is left out, since browsers send no such origin.
pub(super) fn leave_out(entry: &Place<'_>, fault: PatternFault, meant: &str) {
    let kind = NoteKind::LeftOut(ConfigErrorKind::Origin(fault));
    entry.note(kind, repair(meant));
}

/// No origin matches the regex of a pattern.
pub(super) fn is_dead(pattern: &OriginPattern) -> bool {
    outline(pattern).is_some_and(|outline| outline.never_matches)
}

/// With credentials, `compile` restricts the regex of a pattern to https, apart from
/// loopback. Adds a note if that makes a difference.
pub(super) fn note_https(entry: &Place<'_>, pattern: &OriginPattern) {
    let Some(outline) = outline(pattern) else {
        return;
    };
    let is_loopback = outline.infer() == Ok(vec!["localhost".to_owned()]);
    let is_https = |schemes: &BTreeSet<_>| schemes.iter().all(|scheme| scheme == "https");
    if !is_loopback && !outline.schemes.as_ref().is_some_and(is_https) {
        entry.note(NoteKind::OnlyHttps, None);
    }
}

fn outline(pattern: &OriginPattern) -> Option<Outline> {
    let (regex, subject) = match &pattern.kind {
        PatternKind::Regex(regex) => (regex, Target::Origin),
        PatternKind::HostRegex(regex) => (regex, Target::Host),
        _ => return None,
    };
    Some(Outline::of(&check_regex(regex).ok()?, subject))
}
