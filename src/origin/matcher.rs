//! The compiled form of a list of origin patterns.
//!
//! Exact origins lie in one hash table. A pattern with a `*` lies in a second
//! one under its own text, and a request's origin is looked up there under each
//! text that would match it: `https://a.b.example.com:8443` under
//! `https://*.example.com:8443`, `https://*.b.example.com:*` and so on, for the
//! shapes that occur in the list. So the cost grows with the number of shapes,
//! never with the number of patterns.

use std::collections::HashMap;

#[cfg(feature = "regex")]
use super::Regexes;
use super::border::{Border, Candidate, site_len};
use super::{Host, MAX_ORIGIN, Origin, OriginPredicate, Pattern, Port};
use crate::text::FoldState;

type Table<V> = HashMap<Box<[u8]>, V, FoldState>;

/// All origin patterns of a policy. Entries are known by their index in
/// `allow_origins`.
#[derive(Debug, Default)]
pub(crate) struct OriginMatcher {
    any: Option<usize>,
    null: Option<usize>,
    exact: Exact,
    patterns: Table<Open>,
    shapes: Shapes,
    #[cfg(feature = "regex")]
    regexes: Regexes,
    predicates: Vec<(OriginPredicate, Border, usize)>,
}

/// Exact origins: a few are compared, which takes less time than to hash one.
#[derive(Debug)]
enum Exact {
    Few(Vec<(Box<[u8]>, usize)>),
    Many(Table<usize>),
}

/// So many origins are compared at most.
const FEW: usize = 4;

impl Default for Exact {
    fn default() -> Self {
        Exact::Few(Vec::new())
    }
}

impl Exact {
    #[inline]
    fn get(&self, value: &[u8]) -> Option<usize> {
        match self {
            Exact::Few(few) => {
                let mut few = few.iter();
                few.find_map(|(origin, index)| (**origin == *value).then_some(*index))
            }
            Exact::Many(many) => many.get(value).copied(),
        }
    }

    /// Adds an origin, unless it is there already.
    fn insert(&mut self, origin: Box<[u8]>, index: usize) -> bool {
        match self {
            Exact::Few(few) => {
                if few.iter().any(|(known, _)| *known == origin) {
                    return false;
                }
                few.push((origin, index));
                if few.len() > FEW {
                    *self = Exact::Many(few.drain(..).collect());
                }
                true
            }
            Exact::Many(many) => *many.entry(origin).or_insert(index) == index,
        }
    }
}

/// A pattern with a `*`.
#[derive(Clone, Copy, Debug)]
struct Open {
    index: usize,
    /// The bytes of the site's name that hosts must share with the pattern's base;
    /// `None` needs none.
    site_len: Option<usize>,
}

impl Open {
    /// The look-up has compared the base already: sites of one length are one site.
    fn admits(self, candidate: &Candidate<'_>) -> bool {
        let site_len = self.site_len;
        site_len.is_none_or(|site_len| candidate.site_len() == site_len)
    }
}

/// The entry that allows an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Entry(usize),
    /// One of a group of regexes; which one is found out on demand.
    #[cfg(feature = "regex")]
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

/// In-label patterns of one base may have so many shapes: a look-up tries each.
pub(crate) const MAX_SHAPES: usize = 128;

/// What the patterns with a `*` look like, which is all that a look-up needs
/// to know of them.
#[derive(Debug, Default)]
struct Shapes {
    /// Subdomain and in-label patterns have at most so many labels behind the
    /// leftmost.
    base_labels: usize,
    subdomains: bool,
    /// Lengths of what stands before and after the `*` of in-label patterns, under the
    /// subdomain pattern of their base: so a look-up tries those of one base alone.
    in_label: Table<Vec<(usize, usize)>>,
    any_host: bool,
    exact_port: bool,
    any_port: bool,
}

impl OriginMatcher {
    /// Allows any origin, `null` included. Like the other two, it is `false` if the
    /// entry is there already.
    pub(crate) fn insert_any(&mut self, index: usize) -> bool {
        *self.any.get_or_insert(index) == index
    }

    /// Allows the opaque origin.
    pub(crate) fn insert_null(&mut self, index: usize) -> bool {
        *self.null.get_or_insert(index) == index
    }

    /// Allows what a pattern matches, within its own site if it `has_border`.
    pub(crate) fn insert_pattern(
        &mut self,
        pattern: &Pattern<'_>,
        index: usize,
        has_border: bool,
    ) -> bool {
        let text = pattern.to_string().into_bytes().into_boxed_slice();
        if let (Host::Exact(_), Port::Exact(_)) = (pattern.host, pattern.port) {
            self.exact.insert(text, index)
        } else {
            self.shapes.add(pattern);
            let site_len = match pattern.host {
                Host::Subdomains { base } | Host::InLabel { base, .. } if has_border => {
                    Some(site_len(base))
                }
                _ => None,
            };
            let open = Open { index, site_len };
            self.patterns.entry(text).or_insert(open).index == index
        }
    }

    pub(crate) fn insert_predicate(
        &mut self,
        predicate: OriginPredicate,
        border: Border,
        index: usize,
    ) {
        self.predicates.push((predicate, border, index));
    }

    #[cfg(feature = "regex")]
    pub(crate) fn set_regexes(&mut self, regexes: Regexes) {
        self.regexes = regexes;
    }

    /// The base, as a subdomain pattern, below which in-label patterns have more shapes
    /// than a look-up may try.
    pub(crate) fn crowded_base(&self) -> Option<String> {
        let mut bases = self.shapes.in_label.iter();
        let (base, _) = bases.find(|(_, shapes)| shapes.len() > MAX_SHAPES)?;
        Some(String::from_utf8_lossy(base).into_owned())
    }

    /// Whether all entries are exact: then a miss needs no parsing.
    fn is_exact(&self) -> bool {
        #[cfg(feature = "regex")]
        if !self.regexes.is_empty() {
            return false;
        }
        self.any.is_none() && self.patterns.is_empty() && self.predicates.is_empty()
    }

    pub(crate) fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    pub(crate) fn allows_any(&self) -> bool {
        self.any.is_some()
    }

    /// Finds an entry that allows the value of an `Origin` header. Allocates
    /// nothing; the work is bounded whatever the value.
    #[inline]
    pub(crate) fn find(&self, value: &[u8]) -> Option<Match> {
        // What is in the table was parsed when the policy was compiled.
        match self.exact.get(value) {
            Some(index) => Some(Match::Entry(index)),
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
        #[cfg(feature = "regex")]
        if let Some(group) = self.regexes.find(&candidate) {
            return Some(Match::Regex(group));
        }
        let mut predicates = self.predicates.iter();
        let (.., index) = predicates.find(|(predicate, border, _)| {
            border.admits(&candidate, || predicate.allows(&candidate.origin))
        })?;
        Some(Match::Entry(*index))
    }

    /// The pattern with a `*` that allows an origin, `*` alone aside.
    pub(crate) fn pattern_for(&self, origin: &Origin<'_>) -> Option<usize> {
        self.find_pattern(&Candidate::new(*origin))
    }

    fn find_pattern(&self, candidate: &Candidate<'_>) -> Option<usize> {
        let admits = |open: &Open| open.admits(candidate).then_some(open.index);
        self.shapes.find(&self.patterns, &candidate.origin, admits)
    }

    /// Explains why [`find`](OriginMatcher::find) finds nothing. It is for those who
    /// ask, and may allocate.
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
        let pattern = |open: &Open| Some(open.index);
        if let Some(index) = self.shapes.find(&self.patterns, &origin, pattern) {
            return outside(index, false);
        }
        #[cfg(feature = "regex")]
        if let Some((index, border)) = self.regexes.anywhere(&origin) {
            return outside(index, border.refuses_scheme(&origin));
        }
        let mut predicates = self.predicates.iter();
        let found = predicates.find(|(predicate, ..)| predicate.allows(&origin));
        found.map_or(Mismatch::NotListed, |(_, border, index)| {
            outside(*index, border.refuses_scheme(&origin))
        })
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
            Match::Regex(group) => self.regexes.index(group, &parse(value)?),
        }
    }
}

/// What does not parse is never matched by an open entry.
fn parse(value: &[u8]) -> Option<Origin<'_>> {
    if value.len() > MAX_ORIGIN {
        return None;
    }
    Origin::parse(std::str::from_utf8(value).ok()?)
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
                self.base_labels = self.base_labels.max(base_labels(base));
                let host = Host::Subdomains { base };
                let base = Pattern { host, ..*pattern }.to_string();
                let shapes = self.in_label.entry(base.into_bytes().into()).or_default();
                let shape = (prefix.len(), suffix.len());
                if !shapes.contains(&shape) {
                    shapes.push(shape);
                }
            }
        }
        match pattern.port {
            Port::Exact(_) => self.exact_port = true,
            Port::Any => self.any_port = true,
        }
    }

    /// Looks the origin up under every text of a known shape, until an entry is
    /// accepted.
    fn find(
        &self,
        patterns: &Table<Open>,
        origin: &Origin<'_>,
        accept: impl Fn(&Open) -> Option<usize>,
    ) -> Option<usize> {
        let ports = [
            self.exact_port.then(|| origin.port_text()),
            self.any_port.then_some(":*"),
        ];
        let mut ports = ports.into_iter().flatten();
        ports.find_map(|port| {
            let text = |host: &[&str]| Text::of(origin.scheme(), host, port);
            let look_up = |host: &[&str]| accept(patterns.get(text(host).as_bytes())?);
            let host = origin.host();
            let exact_host = || self.any_port.then(|| look_up(&[host])).flatten();
            let any_host = || self.any_host.then(|| look_up(&["*"])).flatten();
            exact_host().or_else(any_host).or_else(|| {
                // From the right: the last dot is followed by a base of one label.
                let dots = host.rmatch_indices('.').take(self.base_labels);
                let mut bases = dots.map(|(dot, _)| host.split_at(dot));
                bases.find_map(|(labels, base)| {
                    let subdomain = || self.subdomains.then(|| look_up(&["*", base])).flatten();
                    subdomain().or_else(|| {
                        if self.in_label.is_empty() || labels.contains('.') {
                            return None;
                        }
                        let shapes = self.in_label.get(text(&["*", base]).as_bytes())?;
                        shapes.iter().find_map(|&(prefix, suffix)| {
                            // At least one byte is left for the `*`.
                            let end = labels.len().checked_sub(suffix);
                            let end = end.filter(|&end| end > prefix)?;
                            look_up(&[&labels[..prefix], "*", &labels[end..], base])
                        })
                    })
                })
            })
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
    fn of(scheme: &str, host: &[&str], port: &str) -> Self {
        let mut text = Text::default();
        text.push(scheme);
        text.push("://");
        for part in host {
            text.push(part);
        }
        text.push(port);
        text
    }

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
