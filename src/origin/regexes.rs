//! Origin patterns written as regular expressions: one automaton for whole
//! origins, and one for hosts.

use regex::bytes::RegexSet;
use regex_syntax::hir::Hir;

use super::Origin;
use super::matcher::Match;
use super::whole::{self, RegexFault};

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
    /// Compiles regexes, each with its entry.
    ///
    /// # Errors
    ///
    /// Together they may be too big, although each is not.
    pub(crate) fn new(
        origins: Vec<(Hir, usize)>,
        hosts: Vec<(Hir, usize)>,
    ) -> Result<Self, RegexFault> {
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
    fn new(regexes: Vec<(Hir, usize)>) -> Result<Self, RegexFault> {
        let (regexes, entries): (Vec<_>, _) = regexes.into_iter().unzip();
        Ok(Set {
            automaton: whole::compile(&regexes)?,
            entries,
        })
    }

    /// Asking an empty set costs as much as asking a full one.
    fn matches(&self, text: &str) -> bool {
        !self.entries.is_empty() && self.automaton.is_match(text.as_bytes())
    }

    fn index(&self, text: &str) -> Option<usize> {
        let first = self.automaton.matches(text.as_bytes()).iter().next()?;
        self.entries.get(first).copied()
    }
}
