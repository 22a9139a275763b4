//! Origin patterns written as regular expressions, compiled into one
//! automaton for whole origins and one for hosts.

use regex::{Regex, RegexSet};

use super::Origin;
use super::matcher::Match;

/// The regexes of a policy.
#[derive(Debug, Default)]
pub(crate) struct Regexes {
    origins: Set,
    hosts: Set,
}

#[derive(Debug, Default)]
struct Set {
    automaton: RegexSet,
    /// The entry of each regex.
    entries: Vec<usize>,
}

impl Regexes {
    /// Compiles regexes that [`check`] has accepted, each with its entry.
    ///
    /// # Errors
    ///
    /// Together they may be too big, although each was accepted.
    pub(crate) fn new(
        origins: &[(&str, usize)],
        hosts: &[(&str, usize)],
    ) -> Result<Self, regex::Error> {
        Ok(Regexes {
            origins: Set::new(origins)?,
            hosts: Set::new(hosts)?,
        })
    }

    pub(super) fn find(&self, origin: &Origin<'_>) -> Option<Match> {
        if self.origins.matches(origin.as_str()) {
            Some(Match::Regex)
        } else if self.hosts.matches(origin.host()) {
            Some(Match::HostRegex)
        } else {
            None
        }
    }

    /// The first entry behind a match. Allocates, so it is not part of `find`.
    pub(super) fn index(&self, found: Match, value: &[u8]) -> Option<usize> {
        let origin = Origin::parse(std::str::from_utf8(value).ok()?)?;
        match found {
            Match::Entry(index) => Some(index),
            Match::Regex => self.origins.index(origin.as_str()),
            Match::HostRegex => self.hosts.index(origin.host()),
        }
    }
}

impl Set {
    fn new(regexes: &[(&str, usize)]) -> Result<Self, regex::Error> {
        Ok(Set {
            automaton: RegexSet::new(regexes.iter().map(|(regex, _)| whole(regex)))?,
            entries: regexes.iter().map(|&(_, entry)| entry).collect(),
        })
    }

    /// Asking an empty set costs as much as asking a full one.
    fn matches(&self, text: &str) -> bool {
        !self.entries.is_empty() && self.automaton.is_match(text)
    }

    fn index(&self, text: &str) -> Option<usize> {
        let first = self.automaton.matches(text).iter().next()?;
        self.entries.get(first).copied()
    }
}

/// Compiles a regex by itself. Only then may it be wrapped by [`whole`]:
/// `a)|(?:b` is no regex, but would become one.
pub(crate) fn check(regex: &str) -> Result<(), regex::Error> {
    Regex::new(regex).map(drop)
}

/// The regex, made to match whole texts only.
fn whole(regex: &str) -> String {
    // In verbose mode, `(?x)`, a comment may be open, and would swallow what
    // follows on its line. Elsewhere a line break would have to match.
    let verbose = check(&format!("{regex}#(")).is_ok();
    let end = if verbose { "\n" } else { "" };
    format!(r"\A(?:{regex}{end})\z")
}
