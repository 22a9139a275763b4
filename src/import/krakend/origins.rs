//! Origins, as rs/cors, which KrakenD has inside, compares them.

use crate::import::document::Value;
use crate::import::options::{Entry, Options};
use crate::import::{Findings, NoteKind};
use crate::origin::{Host, OriginPattern, Pattern, PatternFault, Port, repair};
use crate::problem::ConfigErrorKind;

pub(super) fn import(options: &Options<'_>, credentials: bool) -> Vec<OriginPattern> {
    let findings = options.findings;
    let key = "allow_origins";
    let absent = "KrakenD takes it for absent, which allows every origin";
    let notes_before = findings.mark();
    let entries = options.list_or(key, absent);
    let place = options.place(key);
    match options.get(key) {
        // With a template in it, it has an error already.
        Some(Value::List(list)) if entries.is_empty() && list.iter().any(Value::is_template) => {
            return vec!["*".into()];
        }
        Some(value @ Value::List(list)) if entries.is_empty() && !list.is_empty() => {
            findings.forget(notes_before);
            findings.wrong_type(&place, value, "one of strings", absent, None);
            return vec!["*".into()];
        }
        written if entries.is_empty() => return findings.any_by_default(&place, written),
        _ => {}
    }
    if let Some(any) = entries.iter().find(|entry| entry.text == "*") {
        if entries.iter().any(|entry| entry.text != "*") {
            findings.note(&any.place, "*", NoteKind::AnyAmongOthers);
        }
        return vec!["*".into()];
    }
    let before = findings.mark();
    let origins = entries.iter();
    let origins = origins
        .filter_map(|entry| origin(entry, credentials, findings))
        .collect();
    findings.left(&place, origins, before)
}

/// What an entry matches of the origins that browsers send.
fn origin(entry: &Entry, credentials: bool, findings: &Findings) -> Option<OriginPattern> {
    let Entry { place, text } = entry;
    // KrakenD compares in lower case, and browsers send it.
    let lower = text.to_lowercase();
    let parsed = Pattern::parse(&lower);
    let Some((before, after)) = lower.split_once('*') else {
        if lower == "null" || parsed.is_ok() {
            return Some(lower.into());
        }
        let fault = parsed.err()?;
        let kind = NoteKind::LeftOut(ConfigErrorKind::Origin(fault));
        findings.suggest(place, text, kind, repair(&lower));
        return None;
    };
    let never = |cause| {
        findings.note(place, text, NoteKind::NeverMatches { cause });
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
            findings.note(place, text, NoteKind::Subdomains);
            Some(lower.into())
        }
        Err(fault) if never_matches(fault) => {
            let kind = NoteKind::LeftOut(ConfigErrorKind::Origin(fault));
            findings.suggest(place, text, kind, repair(&lower));
            None
        }
        _ => {
            let regex = format!("{}.*{}", regex::escape(before), regex::escape(after));
            let origin = OriginPattern::regex(&regex[..]);
            if Findings::is_dead(&origin) {
                return never("no text in place of its `*` makes it an origin");
            }
            let pattern = match parsed {
                Ok(_) => Some(lower.clone()),
                Err(_) => repair(&lower).filter(|repaired| Pattern::parse(repaired).is_ok()),
            };
            findings.suggest(place, text, NoteKind::AnyText { regex }, pattern);
            if credentials {
                findings.note_https(place, text, &origin);
            }
            Some(origin)
        }
    }
}

/// Whether no origin can be like that, whatever stands for the `*`.
fn never_matches(fault: PatternFault) -> bool {
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
