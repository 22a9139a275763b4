//! The compiled form of `allow_origins`.
//!
//! Entries are asked in the order of their cost: exact origins, `*`, patterns with a `*`,
//! regexes, predicates. The value is parsed after the exact origins, which need no parsing.
//! A border is checked together with the entry that has it, so an entry that matches
//! outside of its border does not keep others from matching.

use super::border::{Border, Candidate};
use super::grammar::{Host, Pattern, Port};
use super::pattern::OriginPredicate;
use super::pattern_table::PatternTable;
use super::regex::Regexes;
use super::serialised::{MAX_ORIGIN, Origin};
use super::table::Table;

/// All entries of a policy. Each is known by its index in the normalised
/// `allow_origins`.
#[derive(Debug, Default)]
pub(crate) struct OriginMatcher {
    any: Option<usize>,
    null: Option<usize>,
    exact: Table<Box<[u8]>, usize>,
    pub(crate) patterns: PatternTable,
    pub(crate) regexes: Regexes,
    pub(crate) predicates: Vec<(OriginPredicate, Border, usize)>,
}

/// Up to so many exact origins are compared: that takes less time than hashing the value.
const FEW: usize = 4;

/// The entry that allows an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Entry(usize),
    /// One of a group of regexes. Finding out which one allocates, so that
    /// [`OriginMatcher::index`] does it for those who ask.
    Regex(usize),
}

/// Why no entry allows an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch<'a> {
    Malformed,
    NotListed,
    /// An open entry matches, but the origin is outside of its border.
    OutsideBorder {
        index: usize,
        origin: Origin<'a>,
        is_scheme: bool,
    },
}

impl OriginMatcher {
    /// Allows any origin, `null` included. Returns `false` if the entry is there already,
    /// as the others do.
    pub(crate) fn insert_any(&mut self, index: usize) -> bool {
        *self.any.get_or_insert(index) == index
    }

    /// Allows the opaque origin.
    pub(crate) fn insert_null(&mut self, index: usize) -> bool {
        *self.null.get_or_insert(index) == index
    }

    /// Allows the origins that a pattern matches, within its own site if it `has_border`.
    pub(crate) fn insert_pattern(
        &mut self,
        pattern: &Pattern<'_>,
        index: usize,
        has_border: bool,
    ) -> bool {
        match (pattern.host, pattern.port) {
            (Host::Exact(_), Port::Exact(_)) => {
                let text = pattern.to_string().into_bytes();
                *self.exact.entry(text.into()).or_insert(index) == index
            }
            _ => self.patterns.insert(pattern, index, has_border),
        }
    }

    /// All entries are exact, so a value that none equals needs no parsing.
    fn is_exact(&self) -> bool {
        self.any.is_none()
            && self.patterns.is_empty()
            && self.regexes.is_empty()
            && self.predicates.is_empty()
    }

    pub(crate) fn allows_any(&self) -> bool {
        self.any.is_some()
    }

    /// Finds an entry that allows the value of an `Origin` header. Allocates nothing, and
    /// its work is bounded whatever the value is.
    #[inline]
    pub(crate) fn find(&self, value: &[u8]) -> Option<Match> {
        // Origins in the table were parsed when the policy was compiled.
        let exact = if self.exact.len() <= FEW {
            let mut few = self.exact.iter();
            few.find_map(|(origin, index)| (**origin == *value).then_some(index))
        } else {
            self.exact.get(value)
        };
        match exact {
            Some(index) => Some(Match::Entry(*index)),
            None => self.find_other(value),
        }
    }

    #[inline(never)]
    fn find_other(&self, value: &[u8]) -> Option<Match> {
        if value == b"null" {
            return self.null.or(self.any).map(Match::Entry);
        }
        if self.is_exact() {
            return None;
        }
        let candidate = Candidate::new(parse(value)?);
        if let Some(index) = self.any.or_else(|| self.find_pattern(&candidate)) {
            return Some(Match::Entry(index));
        }
        if let Some(group) = self.regexes.find(&candidate) {
            return Some(Match::Regex(group));
        }
        let mut predicates = self.predicates.iter();
        let (.., index) = predicates.find(|(predicate, border, _)| {
            border.admits(&candidate, || predicate.allows(&candidate.origin))
        })?;
        Some(Match::Entry(*index))
    }

    /// The pattern that allows an origin; `*` alone does not count.
    pub(crate) fn pattern_for(&self, origin: &Origin<'_>) -> Option<usize> {
        self.find_pattern(&Candidate::new(*origin))
    }

    fn find_pattern(&self, candidate: &Candidate<'_>) -> Option<usize> {
        self.patterns
            .find(&candidate.origin, |pattern| pattern.admits(candidate))
    }

    /// Explains why [`find`](OriginMatcher::find) found nothing. Only explanations call
    /// it, and it may allocate.
    pub(crate) fn mismatch<'a>(&self, value: &'a [u8]) -> Mismatch<'a> {
        if value == b"null" {
            return Mismatch::NotListed;
        }
        let Some(origin) = parse(value) else {
            return Mismatch::Malformed;
        };
        let outside = |index, is_scheme| Mismatch::OutsideBorder {
            index,
            origin,
            is_scheme,
        };
        if let Some(index) = self.patterns.find(&origin, |_| true) {
            return outside(index, false);
        }
        let predicates = || {
            let mut predicates = self.predicates.iter();
            let found = predicates.find(|(predicate, ..)| predicate.allows(&origin));
            found.map(|(_, border, index)| (*index, border))
        };
        let found = self.regexes.find_anywhere(&origin).or_else(predicates);
        found.map_or(Mismatch::NotListed, |(index, border)| {
            outside(index, !border.admits_scheme(&origin))
        })
    }

    /// The index of the entry that a match stands for.
    pub(crate) fn index(&self, found: Match, value: &[u8]) -> Option<usize> {
        match found {
            Match::Entry(index) => Some(index),
            Match::Regex(group) => self.regexes.index(group, &parse(value)?),
        }
    }
}

/// Open entries never match a value that is no serialised origin.
fn parse(value: &[u8]) -> Option<Origin<'_>> {
    if value.len() > MAX_ORIGIN {
        return None;
    }
    Origin::parse(std::str::from_utf8(value).ok()?)
}
