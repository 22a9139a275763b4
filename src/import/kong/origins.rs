//! Origins, by Kong's own rule for what is a regex and what it sees.

use super::Generation;
use super::pcre::Pcre;
use crate::error::ConfigErrorKind;
use crate::import::options::Entry;
use crate::import::{Findings, ImportErrorKind, NoteKind};
use crate::origin::{OriginPattern, Pattern, Subject, check_regex, may_match_ipv6, repair};

/// The entries of `origins`; at least one.
pub(super) fn import(
    entries: &[Entry],
    generation: Generation,
    credentials: bool,
    findings: &mut Findings,
) -> Vec<OriginPattern> {
    if matches!(entries, [entry] if entry.text == "*") {
        return vec!["*".into()];
    }
    let mut patterns = Vec::new();
    for entry in entries {
        let Entry { place, text } = entry;
        let pattern = match &text[..] {
            // Since Kong 3.8 the rest is as if it were not there; before, this
            // was a regex that does not compile.
            "*" if generation == Generation::V3 => {
                findings.error(place, text, ImportErrorKind::AnyAmongOthers, None);
                None
            }
            "*" => {
                findings.note(place, text, NoteKind::LiteralWildcard);
                None
            }
            // The only entry is sent as it is, and browsers compare; before 1.0
            // no entry was normalised.
            _ if is_literal(text) && (entries.len() == 1 || generation == Generation::V0) => {
                literal(place, text, text, findings)
            }
            _ if is_literal(text) => literal(place, text, &normalise(text), findings),
            _ => regex(entry, generation, credentials, findings),
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
    findings: &mut Findings,
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

fn regex(
    entry: &Entry,
    generation: Generation,
    credentials: bool,
    findings: &mut Findings,
) -> Option<OriginPattern> {
    let Entry { place, text } = entry;
    let regex = without_anchors(text);
    let found = match Pcre::look(regex) {
        Ok(found) => found,
        Err(kind) => {
            findings.error(place, text, kind, None);
            return None;
        }
    };
    // 0.x did not parse the origin; since then, IPv6 addresses have lost their
    // brackets.
    let is_parsed = generation != Generation::V0;
    if is_parsed && found.brackets {
        findings.error(place, text, ImportErrorKind::Ipv6Brackets, None);
        return None;
    }
    let by_host = is_parsed && !regex.contains(':');
    let subject = match by_host {
        true => Subject::Host,
        false => Subject::Origin,
    };
    let sees_brackets = is_parsed && check_regex(regex).is_ok_and(|regex| may_match_ipv6(&regex));
    let imported = match sees_brackets {
        true => &found.without_brackets,
        false => regex,
    };
    let pattern = match subject {
        Subject::Host => OriginPattern::host_regex(imported),
        Subject::Origin => OriginPattern::regex(imported),
    };
    let pattern = findings.unless_dead(place, text, pattern)?;
    if sees_brackets {
        let regex = imported.to_owned();
        findings.note(place, text, NoteKind::Ipv6Brackets { regex });
    }
    if Pattern::parse(text).is_ok() {
        findings.note(place, text, NoteKind::LooksLikePattern);
    } else if !found.bare_dots.is_empty() {
        let escaped = Some(escape_dots(text, &found.bare_dots));
        findings.suggest(place, text, NoteKind::BareDots, escaped);
    }
    if generation == Generation::V0 {
        findings.note(place, text, NoteKind::Unanchored);
    } else if found.alternation {
        findings.note(place, text, NoteKind::Alternation);
    }
    if by_host {
        let with_scheme = match found.alternation {
            true => format!("https://(?:{regex})"),
            false => format!("https://{regex}"),
        };
        let kind = NoteKind::HostOnly { credentials };
        findings.suggest(place, text, kind, Some(with_scheme));
    }
    Some(pattern)
}

/// Both anchors are part of matching the whole. An escaped `$` is none.
fn without_anchors(text: &str) -> &str {
    let text = text.strip_prefix('^').unwrap_or(text);
    match text.strip_suffix('$') {
        Some(rest) if rest.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 0 => rest,
        _ => text,
    }
}

/// The text with these dots of its regex escaped.
fn escape_dots(text: &str, dots: &[usize]) -> String {
    let anchor = usize::from(text.starts_with('^'));
    let mut escaped = String::new();
    for (at, c) in text.char_indices() {
        if dots.iter().any(|dot| dot + anchor == at) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
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
