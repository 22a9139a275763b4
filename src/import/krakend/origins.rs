//! Origins, as KrakenD's library rs/cors compares them.

use crate::import::document::Value;
use crate::import::node::{Node, Place};
use crate::import::note::NoteKind;
use crate::import::origins::{any_by_default, is_dead, leave_out, note_https, or_nobody};
use crate::origin::{Host, OriginPattern, Pattern, PatternFault, Port, repair};

pub(super) fn import(options: &Node<'_>, credentials: bool) -> Vec<OriginPattern> {
    let key = "allow_origins";
    let absent = "KrakenD takes it for absent, which allows every origin";
    let mark = options.findings.mark();
    let entries = options.list(key, absent);
    if entries.is_empty() {
        // A template in the list has an error of its own.
        let option = options.get(key).filter(|option| match option.value {
            Value::List(list) => !list.is_empty() && !list.iter().any(Value::is_template),
            _ => false,
        });
        let Some(option) = option else {
            return any_by_default(options, key);
        };
        options.findings.forget(mark);
        option.wrong_type("one of strings", absent, None);
        return vec!["*".into()];
    }
    if let Some(any) = entries.iter().find(|entry| entry.text == "*") {
        if entries.iter().any(|entry| entry.text != "*") {
            any.note(NoteKind::AnyAmongOthers, None);
        }
        return vec!["*".into()];
    }
    let mark = options.findings.mark();
    let origins = entries
        .iter()
        .filter_map(|entry| origin(entry, credentials));
    or_nobody(origins.collect(), options, key, mark)
}

/// The pattern for an entry, of which only origins that browsers send matter.
fn origin(entry: &Place<'_>, credentials: bool) -> Option<OriginPattern> {
    // KrakenD compares in lower case, and browsers send it.
    let lower = entry.text.to_lowercase();
    let parsed = Pattern::parse(&lower);
    let Some((before, after)) = lower.split_once('*') else {
        return match parsed {
            Err(fault) if lower != "null" => {
                leave_out(entry, fault, &lower);
                None
            }
            _ => Some(lower.into()),
        };
    };
    let never = |cause| {
        entry.note(NoteKind::NeverMatches { cause }, None);
        None
    };
    if after.contains('*') {
        return never("KrakenD takes the first `*` for any text, and the second for itself");
    }
    match parsed {
        Ok(Pattern {
            host: Host::Subdomains { .. },
            port: Port::Exact(_),
            ..
        }) => {
            entry.note(NoteKind::Subdomains, None);
            return Some(lower.into());
        }
        Err(fault) if is_final(fault) => {
            leave_out(entry, fault, &lower);
            return None;
        }
        _ => {}
    }
    let regex = format!("{}.*{}", regex::escape(before), regex::escape(after));
    let origin = OriginPattern::regex(&regex[..]);
    if is_dead(&origin) {
        return never("no text in place of its `*` makes it an origin");
    }
    let pattern = match parsed {
        Ok(_) => Some(lower.clone()),
        Err(_) => repair(&lower).filter(|repaired| Pattern::parse(repaired).is_ok()),
    };
    entry.note(NoteKind::AnyText { regex }, pattern);
    if credentials {
        note_https(entry, &origin);
    }
    Some(origin)
}

/// No text in place of the `*` makes an origin of an entry with this fault.
fn is_final(fault: PatternFault) -> bool {
    matches!(
        fault,
        PatternFault::Whitespace
            | PatternFault::Several
            | PatternFault::NotAscii
            | PatternFault::LooksLikeRegex
            | PatternFault::FileScheme
            | PatternFault::TrailingSlash
            | PatternFault::Path
            | PatternFault::UserInfo
            | PatternFault::DefaultPort
    )
}
