//! Origins, by Kong's own rule for what is a regex and what it sees.

use super::Generation;
use super::pcre::Pcre;
use crate::import::options::Entry;
use crate::import::{Findings, ImportErrorKind as ErrorKind, NoteKind};
use crate::origin::{
    OriginPattern, Pattern, PatternFault, PatternKind, Port, check_regex, may_match_ipv6, repair,
};
use crate::problem::ConfigErrorKind;

/// The entries of `origins`; at least one.
pub(super) fn import(
    entries: &[Entry],
    generation: Generation,
    credentials: bool,
    findings: &Findings,
) -> Vec<OriginPattern> {
    if matches!(entries, [entry] if entry.text == "*") {
        return vec!["*".into()];
    }
    let mut patterns = Vec::new();
    for entry in entries {
        let Entry { place, text } = entry;
        let pattern = match &text[..] {
            // Since Kong 3.8 the rest is as if it were not there; before, this was a
            // regex that does not compile.
            "*" => {
                let is_any = generation == Generation::V3;
                let kinds = [NoteKind::LiteralWildcard, NoteKind::AnySinceKong38];
                findings.note(place, text, kinds[usize::from(is_any)].clone());
                None
            }
            "" if generation != Generation::V0 => {
                let kind = ConfigErrorKind::Origin(PatternFault::Empty);
                findings.error(place, text, ErrorKind::Invalid(kind));
                None
            }
            // The only entry is sent as it is, and browsers compare.
            _ if is_literal(text) && entries.len() == 1 => literal(place, text, text, findings),
            _ if generation == Generation::V0 => searched(entry, credentials, findings),
            _ if is_literal(text) => literal(place, text, &normalise(text), findings),
            _ => regex(entry, credentials, findings),
        };
        patterns.extend(pattern);
    }
    patterns
}

/// Kong's own test: anything else makes it a regex.
fn is_literal(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'/' | b'-'))
}

/// One exact origin, or a note on why it never was one.
pub(super) fn literal(
    place: &str,
    written: &str,
    origin: &str,
    findings: &Findings,
) -> Option<OriginPattern> {
    if origin == "null" {
        return Some(origin.into());
    }
    match Pattern::parse(origin) {
        Ok(_) if origin.contains('*') => {
            findings.note(place, written, NoteKind::LiteralWildcard);
            None
        }
        Ok(_) => Some(origin.into()),
        Err(fault) => {
            let kind = NoteKind::LeftOut(ConfigErrorKind::Origin(fault));
            findings.suggest(place, written, kind, repair(origin));
            None
        }
    }
}

/// Scheme, host and port of what has them; the default port goes.
fn normalise(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let authority = rest.split('/').next().unwrap_or(rest);
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => "/",
    };
    let authority = authority.strip_suffix(default_port).unwrap_or(authority);
    format!("{scheme}://{authority}")
}

/// What Kong 0.x searches for in the origin, dots as any character.
///
/// | written | imported |
/// |---|---|
/// | `http://localhost` | `http://localhost:*` |
/// | `app.example.com` | `host_regex = '(?:.*\.)?app\.example\.com'` |
/// | `^https?://localhost` | `regex = '(?:https?://localhost)(?::[0-9]+)?'` |
/// | `example\.com$` | `regex = '.*://(?:.*\.)?(?:example\.com)'` |
fn searched(entry: &Entry, credentials: bool, findings: &Findings) -> Option<OriginPattern> {
    let Entry { place, text } = entry;
    let is_literal = is_literal(text);
    if is_literal && (has_scheme(text) || text == "null") {
        let origin = literal(place, text, text, findings)?;
        let has_port = Pattern::parse(text).is_ok_and(|pattern| pattern.port != Port::Exact(None));
        let pattern = match has_port || text == "null" {
            true => origin,
            false => format!("{text}:*").into(),
        };
        let imported = pattern.to_string();
        findings.note(place, text, NoteKind::Searched { imported });
        return Some(pattern);
    }
    let core = match is_literal {
        true => regex::escape(text),
        false => without_anchors(text).to_owned(),
    };
    look(entry, &core, findings)?;
    // An anchor is one of the whole origin.
    let bare = core.replace("[^", "");
    let is_anchored = text.contains('$') || ["^", r"\A", r"\z"].iter().any(|a| bare.contains(a));
    let is_anchored = is_anchored || text.ends_with(r"\Z");
    let front = match core.starts_with(".*") {
        true => "",
        false if core.starts_with(r"\.") => ".*",
        false => r"(?:.*\.)?",
    };
    let pattern = match (has_scheme(text), core.contains(':') || is_anchored) {
        // A port may follow.
        (true, _) if !is_anchored && !core.ends_with(".*") && core.matches(':').count() == 1 => {
            OriginPattern::regex(format!("(?:{core})(?::[0-9]+)?"))
        }
        (true, _) => OriginPattern::regex(&core[..]),
        // The origin begins with its scheme.
        (false, _) if text.starts_with('^') => OriginPattern::regex(&core[..]),
        (false, true) => OriginPattern::regex(format!(".*://{front}(?:{core})")),
        (false, false) => OriginPattern::host_regex(format!("{front}(?:{core})")),
    };
    let pattern = unless_dead(entry, pattern, findings)?;
    let imported = pattern.to_string();
    findings.note(place, text, NoteKind::Searched { imported });
    if credentials {
        findings.note_https(place, text, &pattern);
    }
    Some(pattern)
}

/// A scheme is written in an entry.
fn has_scheme(text: &str) -> bool {
    text.contains("//") || text.contains(r"\/\/")
}

fn look(entry: &Entry, regex: &str, findings: &Findings) -> Option<Pcre> {
    let found = Pcre::look(regex);
    found
        .map_err(|kind| findings.error(&entry.place, &entry.text, kind))
        .ok()
}

fn regex(entry: &Entry, credentials: bool, findings: &Findings) -> Option<OriginPattern> {
    let Entry { place, text } = entry;
    let regex = without_anchors(text);
    let found = look(entry, regex, findings)?;
    // IPv6 addresses have lost their brackets.
    let sees_brackets = check_regex(regex).is_ok_and(|regex| may_match_ipv6(&regex));
    let imported = match sees_brackets {
        true => &found.without_brackets,
        false => regex,
    };
    let by_host = !regex.contains(':');
    let pattern = match by_host {
        true => OriginPattern::host_regex(imported),
        false => OriginPattern::regex(imported),
    };
    let pattern = unless_dead(entry, pattern, findings)?;
    if sees_brackets {
        let regex = imported.to_owned();
        findings.note(place, text, NoteKind::Ipv6Brackets { regex });
    }
    if found.alternation {
        findings.note(place, text, NoteKind::Alternation);
    }
    if by_host {
        let with_scheme = match found.alternation {
            true => format!("https://(?:{regex})"),
            false => format!("https://{regex}"),
        };
        findings.suggest(place, text, NoteKind::HostOnly, Some(with_scheme));
    }
    if Pattern::parse(text).is_ok() && text.contains('*') {
        findings.note(place, text, NoteKind::LooksLikePattern);
    }
    if credentials {
        findings.note_https(place, text, &pattern);
    }
    Some(pattern)
}

/// The pattern, unless no origin matches its regex, which is noted with the cause.
fn unless_dead(
    entry: &Entry,
    pattern: OriginPattern,
    findings: &Findings,
) -> Option<OriginPattern> {
    if !Findings::is_dead(&pattern) {
        return Some(pattern);
    }
    let is_origin = matches!(pattern.kind, PatternKind::Regex(_));
    let text = &entry.text[..];
    let end = text.trim_end_matches('$');
    let bare = text.replace("(?:", "").replace("[:", "");
    let port = end.strip_suffix(":443").or(end.strip_suffix(":80"));
    let slash = end.strip_suffix('/');
    let has_space = text.contains(char::is_whitespace);
    let cause = if text.contains(", ") || text.contains(",http") {
        "Kong does not split it at commas; make each origin an entry"
    } else if has_space {
        "there is a space in it"
    } else if !text.is_ascii() {
        "browsers send international names in ASCII, `xn--…`"
    } else if !has_scheme(text) && text.contains(':') && !bare.contains(':') {
        "`(?:` has a `:`, so Kong matches it against the whole origin; write `(` instead"
    } else if port.is_some() {
        "browsers leave the default port out"
    } else if slash.is_some() {
        "an origin has no trailing slash"
    } else if is_origin {
        "it is matched against the whole origin, which begins with its scheme"
    } else {
        "it is matched against the whole host, from its first label to its last"
    };
    let suggestion = match has_space {
        true => Some(text.trim()).filter(|text| !text.contains(',')),
        false => port.or(slash.map(|text| text.trim_end_matches('\\'))),
    };
    let kind = NoteKind::NeverMatches { cause };
    findings.suggest(&entry.place, text, kind, suggestion.map(str::to_owned));
    None
}

/// Both anchors are part of matching the whole. An escaped `$` is none.
fn without_anchors(text: &str) -> &str {
    let text = text.strip_prefix('^').unwrap_or(text);
    let text = text.strip_suffix(r"\Z").unwrap_or(text);
    match text.strip_suffix('$') {
        Some(rest) if rest.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0 => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_normalised_as_kong_does() {
        let table = [
            ("http://a.com", "http://a.com"),
            ("http://a.com/", "http://a.com"),
            ("http://a.com/b/c", "http://a.com"),
            ("http://a.com:80", "http://a.com"),
            ("https://a.com:443/", "https://a.com"),
            ("https://a.com:80", "https://a.com:80"),
            ("a.com", "a.com"),
            ("a.com:8000", "a.com:8000"),
            ("null", "null"),
            ("HTTP://A.com:80", "HTTP://A.com:80"),
        ];
        for (text, expected) in table {
            assert_eq!(normalise(text), expected);
        }
    }

    #[test]
    fn any_other_character_makes_a_regex() {
        assert!(is_literal("https://a-1.example:80/x"));
        for c in r"_*\(?[^$|+{ ~é@,%".chars() {
            assert!(!is_literal(&format!("a.b{c}")), "{c}");
        }
    }

    #[test]
    fn anchors_go() {
        let table = [
            ("^a$", "a"),
            ("a", "a"),
            (r"^a\$", r"a\$"),
            (r"a\\$", r"a\\"),
            ("^^a", "^a"),
        ];
        for (text, expected) in table {
            assert_eq!(without_anchors(text), expected);
        }
    }
}
