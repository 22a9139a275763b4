//! Origins. Kong's own rules decide which entries are regexes, and whether a regex is compared
//! with the whole origin or only with the host.

use super::generation::Generation;
use super::pcre::Pcre;
use crate::import::error::ImportErrorKind as ErrorKind;
use crate::import::node::Place;
use crate::import::note::NoteKind;
use crate::import::origins::{is_dead, leave_out, note_https};
use crate::origin::{OriginPattern, Pattern, PatternFault, PatternKind, Port};
use crate::problem::ConfigErrorKind;

/// The entries of `origins`; at least one.
pub(super) fn import(
    entries: &[Place<'_>],
    generation: Generation,
    credentials: bool,
) -> Vec<OriginPattern> {
    if matches!(entries, [entry] if entry.text == "*") {
        return vec!["*".into()];
    }
    let pattern = |entry: &Place<'_>| match &entry.text[..] {
        // Since Kong 3.8, a `*` among others is any origin. Before, it was a regex that does
        // not compile.
        "*" => {
            let kind = match generation {
                Generation::V3 => NoteKind::AnySinceKong38,
                Generation::V0 | Generation::V1 => NoteKind::LiteralWildcard,
            };
            entry.note(kind, None);
            None
        }
        "" if generation != Generation::V0 => {
            let kind = ConfigErrorKind::Origin(PatternFault::Empty);
            entry.error(ErrorKind::Invalid(kind), None);
            None
        }
        // Kong sends the only entry as it is, and browsers compare.
        text if is_literal(text) && entries.len() == 1 => literal(entry, text),
        _ if generation == Generation::V0 => searched(entry, credentials),
        text if is_literal(text) => literal(entry, &normalise(text)),
        _ => regex(entry, credentials),
    };
    entries.iter().filter_map(pattern).collect()
}

/// Kong's own test. Any other character makes the entry a regex.
fn is_literal(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'/' | b'-'))
}

/// One exact origin, or a note that says why no browser sends it.
pub(super) fn literal(entry: &Place<'_>, origin: &str) -> Option<OriginPattern> {
    match Pattern::parse(origin) {
        Ok(_) if origin.contains('*') => entry.note(NoteKind::LiteralWildcard, None),
        Err(fault) if origin != "null" => leave_out(entry, fault, origin),
        _ => return Some(origin.into()),
    }
    None
}

/// Reduces a URL to scheme, host and port, without the default port.
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

/// An entry that Kong 0.x searches for anywhere in the origin, where a dot is any character.
/// The import matches the whole origin.
///
/// | written | imported |
/// |---|---|
/// | `http://localhost` | `http://localhost:*` |
/// | `app.example.com` | `host_regex = '(?:.*\.)?app\.example\.com'` |
/// | `^https?://localhost` | `regex = '(?:https?://localhost)(?::[0-9]+)?'` |
/// | `example\.com$` | `regex = '.*://(?:.*\.)?(?:example\.com)'` |
fn searched(entry: &Place<'_>, credentials: bool) -> Option<OriginPattern> {
    let text = &entry.text[..];
    let is_literal = is_literal(text);
    if is_literal && (has_scheme(text) || text == "null") {
        let origin = literal(entry, text)?;
        let has_port = Pattern::parse(text).is_ok_and(|pattern| pattern.port != Port::Exact(None));
        let pattern = match has_port || text == "null" {
            true => origin,
            false => format!("{text}:*").into(),
        };
        let imported = pattern.to_string();
        entry.note(NoteKind::Searched { imported }, None);
        return Some(pattern);
    }
    let core = match is_literal {
        true => regex::escape(text),
        false => without_anchors(text).to_owned(),
    };
    look(entry, &core)?;
    // Anchors refer to the whole origin.
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
    let pattern = unless_dead(entry, pattern)?;
    let imported = pattern.to_string();
    entry.note(NoteKind::Searched { imported }, None);
    if credentials {
        note_https(entry, &pattern);
    }
    Some(pattern)
}

/// The entry contains a scheme.
fn has_scheme(text: &str) -> bool {
    text.contains("//") || text.contains(r"\/\/")
}

fn look(entry: &Place<'_>, regex: &str) -> Option<Pcre> {
    let found = Pcre::look(regex);
    found.map_err(|kind| entry.error(kind, None)).ok()
}

fn regex(entry: &Place<'_>, credentials: bool) -> Option<OriginPattern> {
    let regex = without_anchors(&entry.text);
    let Pcre {
        alternation,
        bracketless,
    } = look(entry, regex)?;
    let imported = bracketless.as_deref().unwrap_or(regex);
    let by_host = !regex.contains(':');
    let pattern = match by_host {
        true => OriginPattern::host_regex(imported),
        false => OriginPattern::regex(imported),
    };
    let pattern = unless_dead(entry, pattern)?;
    if let Some(regex) = bracketless {
        entry.note(NoteKind::Ipv6Brackets { regex }, None);
    }
    if alternation {
        entry.note(NoteKind::Alternation, None);
    }
    if by_host {
        let with_scheme = match alternation {
            true => format!("https://(?:{regex})"),
            false => format!("https://{regex}"),
        };
        entry.note(NoteKind::HostOnly, Some(with_scheme));
    }
    if Pattern::parse(&entry.text).is_ok() && entry.text.contains('*') {
        entry.note(NoteKind::LooksLikePattern, None);
    }
    if credentials {
        note_https(entry, &pattern);
    }
    Some(pattern)
}

/// The pattern, unless no origin matches its regex. Then a note says why.
fn unless_dead(entry: &Place<'_>, pattern: OriginPattern) -> Option<OriginPattern> {
    if !is_dead(&pattern) {
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
    let suggestion = suggestion.map(str::to_owned);
    entry.note(NoteKind::NeverMatches { cause }, suggestion);
    None
}

/// Removes the anchors at both ends, since regexes match the whole text anyway. An escaped
/// `$` is not an anchor.
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
