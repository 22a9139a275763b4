//! Origins, as rs/cors, which KrakenD has inside, compares them.

use crate::error::ConfigErrorKind;
use crate::import::options::{Entry, Options};
use crate::import::{Findings, Gateway, NoteKind};
use crate::origin::{Host, OriginPattern, Pattern, PatternFault, Port, repair};

pub(super) fn import(options: &Options<'_>, findings: &mut Findings) -> Vec<OriginPattern> {
    let key = "allow_origins";
    let missing = "KrakenD takes it for absent, which allows every origin";
    let entries = options.list(key, missing, findings);
    let place = options.place(key);
    if entries.is_empty() {
        let written = options.get(key).map(ToString::to_string);
        let written = written.unwrap_or_default();
        let kind = NoteKind::AnyByDefault {
            gateway: Gateway::KrakenD,
        };
        findings.note(&place, written, kind);
        return vec!["*".into()];
    }
    if let Some(any) = entries.iter().find(|entry| entry.text == "*") {
        if entries.iter().any(|entry| entry.text != "*") {
            findings.note(&any.place, "*", NoteKind::AnyAmongOthers);
        }
        return vec!["*".into()];
    }
    let before = findings.notes.len();
    let origins: Vec<_> = entries
        .iter()
        .filter_map(|entry| origin(entry, findings))
        .collect();
    if origins.is_empty() {
        findings.nothing_left(&place, options.get(key), before);
    }
    origins
}

/// What an entry matches of the origins that browsers send.
fn origin(entry: &Entry, findings: &mut Findings) -> Option<OriginPattern> {
    let Entry { place, text } = entry;
    // KrakenD compares in lower case, and browsers send it.
    let lower = text.to_lowercase();
    let parsed = Pattern::parse(&lower);
    let Some((before, after)) = lower.split_once('*') else {
        return match parsed {
            _ if lower == "null" => Some(lower.into()),
            Ok(_) => Some(lower.into()),
            Err(fault) => {
                let kind = NoteKind::LeftOut(ConfigErrorKind::Origin(fault));
                findings.suggest(place, text, kind, repair(&lower));
                None
            }
        };
    };
    if after.contains('*') {
        findings.note(place, text, NoteKind::LiteralWildcard);
        return None;
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
            let origin = findings.unless_dead(place, text, origin)?;
            let pattern = match parsed {
                Ok(_) => Some(lower.clone()),
                Err(_) => repair(&lower).filter(|repaired| Pattern::parse(repaired).is_ok()),
            };
            findings.suggest(place, text, NoteKind::AnyText { regex }, pattern);
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
