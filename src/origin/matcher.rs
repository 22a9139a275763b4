//! The compiled form of a list of origin patterns.
//!
//! Exact origins lie in one hash table. A pattern with a `*` lies in a second
//! one under its own text, and a request's origin is looked up there under each
//! text that would match it: `https://a.b.example.com:8443` under
//! `https://*.example.com:8443`, `https://*.b.example.com:*` and so on, for the
//! shapes that occur in the list. So the cost grows with the number of shapes,
//! never with the number of patterns.

use std::collections::{BTreeSet, HashMap};

#[cfg(feature = "regex")]
use super::Regexes;
use super::{Host, MAX_ORIGIN, Origin, OriginPredicate, Pattern, Port};
use crate::hash::FoldState;

type Table = HashMap<Box<[u8]>, usize, FoldState>;

/// All origin patterns of a policy. Entries are known by their index in
/// `allow_origins`.
#[derive(Debug, Default)]
pub(crate) struct OriginMatcher {
    any: Option<usize>,
    null: Option<usize>,
    exact: Table,
    patterns: Table,
    shapes: Shapes,
    #[cfg(feature = "regex")]
    regexes: Regexes,
    predicates: Vec<(OriginPredicate, usize)>,
}

/// The entry that allows an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Entry(usize),
    /// One of the regexes for whole origins; which one is found out on demand.
    #[cfg(feature = "regex")]
    Regex,
    #[cfg(feature = "regex")]
    HostRegex,
}

/// Why no entry allows an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    Malformed,
    NotListed,
}

/// What the patterns with a `*` look like, which is all that a look-up needs
/// to know of them.
#[derive(Debug, Default)]
struct Shapes {
    /// Subdomain and in-label patterns have at most so many labels behind the
    /// leftmost.
    base_labels: usize,
    subdomains: bool,
    /// Lengths of what stands before and after the `*` of in-label patterns.
    /// DNS labels have at most 63 bytes, so these are some hundreds at the most.
    in_label: BTreeSet<(usize, usize)>,
    any_host: bool,
    exact_port: bool,
    any_port: bool,
}

impl OriginMatcher {
    /// Allows any origin, `null` included.
    pub(crate) fn insert_any(&mut self, index: usize) {
        self.any.get_or_insert(index);
    }

    /// Allows the opaque origin.
    pub(crate) fn insert_null(&mut self, index: usize) {
        self.null.get_or_insert(index);
    }

    pub(crate) fn insert_pattern(&mut self, pattern: &Pattern<'_>, index: usize) {
        let text = pattern.to_string().into_bytes().into_boxed_slice();
        if let (Host::Exact(_), Port::Exact(_)) = (pattern.host, pattern.port) {
            self.exact.entry(text).or_insert(index);
        } else {
            self.shapes.add(pattern);
            self.patterns.entry(text).or_insert(index);
        }
    }

    pub(crate) fn insert_predicate(&mut self, predicate: OriginPredicate, index: usize) {
        self.predicates.push((predicate, index));
    }

    #[cfg(feature = "regex")]
    pub(crate) fn set_regexes(&mut self, regexes: Regexes) {
        self.regexes = regexes;
    }

    pub(crate) fn allows_any(&self) -> bool {
        self.any.is_some()
    }

    /// Finds an entry that allows the value of an `Origin` header. Allocates
    /// nothing; the work is bounded whatever the value.
    #[inline]
    pub(crate) fn find(&self, value: &[u8]) -> Result<Match, Mismatch> {
        if value.len() > MAX_ORIGIN {
            return Err(Mismatch::Malformed);
        }
        // What is in the table was parsed when the policy was compiled.
        match self.exact.get(value) {
            Some(&index) => Ok(Match::Entry(index)),
            None => self.find_other(value),
        }
    }

    #[inline(never)]
    fn find_other(&self, value: &[u8]) -> Result<Match, Mismatch> {
        if value == b"null" {
            let index = self.null.or(self.any);
            return index.map(Match::Entry).ok_or(Mismatch::NotListed);
        }
        let origin = std::str::from_utf8(value).ok().and_then(Origin::parse);
        let origin = origin.ok_or(Mismatch::Malformed)?;
        self.find_pattern(&origin).ok_or(Mismatch::NotListed)
    }

    /// Finds an entry other than an exact origin.
    pub(crate) fn find_pattern(&self, origin: &Origin<'_>) -> Option<Match> {
        if let Some(index) = self
            .any
            .or_else(|| self.shapes.find(&self.patterns, origin))
        {
            return Some(Match::Entry(index));
        }
        #[cfg(feature = "regex")]
        if let Some(found) = self.regexes.find(origin) {
            return Some(found);
        }
        let mut predicates = self.predicates.iter();
        let (_, index) = predicates.find(|(predicate, _)| predicate.allows(origin))?;
        Some(Match::Entry(*index))
    }

    /// The index of the entry that a match stands for.
    #[cfg_attr(
        not(feature = "regex"),
        allow(unused_variables, clippy::unused_self, clippy::unnecessary_wraps)
    )]
    pub(crate) fn index(&self, found: Match, value: &[u8]) -> Option<usize> {
        match found {
            Match::Entry(index) => Some(index),
            #[cfg(feature = "regex")]
            found => self.regexes.index(found, value),
        }
    }
}

impl Shapes {
    fn add(&mut self, pattern: &Pattern<'_>) {
        let base_labels = |base: &str| base.split('.').count();
        match pattern.host {
            Host::Exact(_) => {}
            Host::Any => self.any_host = true,
            Host::Subdomains { base } => {
                self.subdomains = true;
                self.base_labels = self.base_labels.max(base_labels(base));
            }
            Host::InLabel {
                prefix,
                suffix,
                base,
            } => {
                self.in_label.insert((prefix.len(), suffix.len()));
                self.base_labels = self.base_labels.max(base_labels(base));
            }
        }
        match pattern.port {
            Port::Exact(_) => self.exact_port = true,
            Port::Any => self.any_port = true,
        }
    }

    /// Looks the origin up under every text of a known shape.
    fn find(&self, patterns: &Table, origin: &Origin<'_>) -> Option<usize> {
        let ports = [
            self.exact_port.then(|| origin.port_text()),
            self.any_port.then_some(":*"),
        ];
        ports
            .into_iter()
            .flatten()
            .find_map(|port| self.find_port(patterns, origin, port))
    }

    fn find_port(&self, patterns: &Table, origin: &Origin<'_>, port: &str) -> Option<usize> {
        let (scheme, host) = (origin.scheme(), origin.host());
        let look_up = |host: &[&str]| {
            let mut text = Text::default();
            text.push(scheme);
            text.push("://");
            for part in host {
                text.push(part);
            }
            text.push(port);
            patterns.get(text.as_bytes()).copied()
        };
        let exact_host = || self.any_port.then(|| look_up(&[host])).flatten();
        let any_host = || self.any_host.then(|| look_up(&["*"])).flatten();
        exact_host().or_else(any_host).or_else(|| {
            // From the right: the last dot is followed by a base of one label.
            let dots = host.rmatch_indices('.').take(self.base_labels);
            dots.map(|(dot, _)| host.split_at(dot))
                .find_map(|(labels, dot_base)| {
                    let subdomain = || self.subdomains.then(|| look_up(&["*", dot_base])).flatten();
                    subdomain().or_else(|| {
                        self.find_in_label(labels, |a, b| look_up(&[a, "*", b, dot_base]))
                    })
                })
        })
    }

    fn find_in_label(
        &self,
        label: &str,
        look_up: impl Fn(&str, &str) -> Option<usize>,
    ) -> Option<usize> {
        if self.in_label.is_empty() || label.contains('.') {
            return None;
        }
        self.in_label.iter().find_map(|&(prefix, suffix)| {
            // At least one byte is left for the `*`.
            let end = label
                .len()
                .checked_sub(suffix)
                .filter(|&end| end > prefix)?;
            look_up(&label[..prefix], &label[end..])
        })
    }
}

/// The text of a pattern, put together on the stack.
struct Text {
    bytes: [u8; MAX_ORIGIN],
    len: usize,
}

impl Default for Text {
    fn default() -> Self {
        Text {
            bytes: [0; MAX_ORIGIN],
            len: 0,
        }
    }
}

impl Text {
    /// Invariant: the parts are those of an origin, with `*` for one or more
    /// bytes of the host and `:*` for a port: that fits.
    fn push(&mut self, part: &str) {
        let end = self.len + part.len();
        if let Some(room) = self.bytes.get_mut(self.len..end) {
            room.copy_from_slice(part.as_bytes());
        }
        self.len = end;
    }

    fn as_bytes(&self) -> &[u8] {
        // What did not fit matches nothing.
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
