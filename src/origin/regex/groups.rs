//! The regexes of a policy, compiled into one automaton for each group of regexes that
//! share a target and a border.
//!
//! An origin runs only those automata whose border has its host or a domain above it. With
//! one regex within `example.com` and another within `localhost`, the host
//! `app.example.com` is looked up as `com`, `example.com` and `app.example.com`: the second
//! regex does not run.

use regex::bytes::RegexSet;
use regex_syntax::hir::Hir;

use super::super::fault::RegexFault;
use super::syntax::{OriginRegex, compile, weight};
use crate::origin::border::{Border, Candidate, LOOPBACK};
use crate::origin::serialised::Origin;
use crate::origin::site::is_loopback;
use crate::origin::table::Table;

/// The part of an origin that a regex matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The whole serialised origin.
    Origin,
    /// The whole host, of any scheme and port.
    Host,
}

impl Target {
    pub(super) fn of<'a>(self, origin: &Origin<'a>) -> &'a str {
        match self {
            Target::Origin => origin.as_str(),
            Target::Host => origin.host(),
        }
    }
}

/// The regexes of a policy.
#[derive(Debug, Default)]
pub(crate) struct Regexes {
    groups: Vec<Group>,
    /// The groups of each domain of a border.
    by_domain: Table<Box<str>, Vec<usize>>,
    /// The number of labels of the longest such domain.
    labels: usize,
    /// The groups without a border.
    unbounded: Vec<usize>,
}

#[derive(Debug)]
struct Group {
    target: Target,
    border: Border,
    /// Empty once they are compiled.
    hirs: Vec<Hir>,
    automaton: RegexSet,
    /// The entry of each regex, in the order of the automaton.
    entries: Vec<usize>,
}

impl Regexes {
    pub(in crate::origin) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds a regex for the entry of that index. It matches nothing until all are compiled.
    pub(crate) fn push(
        &mut self,
        regex: OriginRegex,
        target: Target,
        border: Border,
        entry: usize,
    ) {
        let mut groups = self.groups.iter();
        let known = groups.position(|group| group.target == target && group.border == border);
        let group = known.unwrap_or_else(|| self.push_group(target, border));
        self.groups[group].hirs.push(regex.hir);
        self.groups[group].entries.push(entry);
    }

    fn push_group(&mut self, target: Target, border: Border) -> usize {
        let index = self.groups.len();
        if border.domains.is_none() {
            self.unbounded.push(index);
        }
        for domain in border.domains.iter().flatten() {
            self.labels = self.labels.max(domain.name.split('.').count());
            let groups = self.by_domain.entry(domain.name.clone()).or_default();
            groups.push(index);
        }
        self.groups.push(Group {
            target,
            border,
            hirs: Vec::new(),
            automaton: RegexSet::empty(),
            entries: Vec::new(),
        });
        index
    }

    /// Compiles the regexes.
    ///
    /// # Errors
    ///
    /// Together they may be too big, although each is not.
    pub(crate) fn compile(&mut self) -> Result<(), RegexFault> {
        let all = || self.groups.iter().flat_map(|group| &group.hirs);
        let total_weight = weight(all());
        if self.groups.len() > 1 {
            // The bound is on all regexes, however they are grouped.
            compile(all(), total_weight)?;
        }
        for group in &mut self.groups {
            group.automaton = compile(group.hirs.iter(), total_weight)?;
            group.hirs = Vec::new();
        }
        Ok(())
    }

    /// The group of a regex that matches inside of its border.
    pub(in crate::origin) fn find(&self, candidate: &Candidate<'_>) -> Option<usize> {
        let host = candidate.origin.host();
        let loopback = is_loopback(host).then_some(LOOPBACK);
        // The host and the domains above it.
        let dots = host.rmatch_indices('.').take(self.labels);
        let parents = dots.map(|(dot, _)| &host[dot + 1..]);
        let names = parents.chain([host]).chain(loopback);
        let of_domains = names.filter_map(|name| self.by_domain.get(name)).flatten();
        let mut groups = self.unbounded.iter().chain(of_domains).copied();
        groups.find(|&index| {
            let group = &self.groups[index];
            let border = &group.border;
            border.admits(candidate, || group.matches(&candidate.origin))
        })
    }

    /// The first entry of a group that matches. It allocates, so `find` does not call it.
    pub(in crate::origin) fn index(&self, group: usize, origin: &Origin<'_>) -> Option<usize> {
        self.groups.get(group)?.index(origin)
    }

    /// An entry that matches, inside of its border or not, and that border.
    pub(in crate::origin) fn find_anywhere(&self, origin: &Origin<'_>) -> Option<(usize, &Border)> {
        let mut groups = self.groups.iter();
        groups.find_map(|group| Some((group.index(origin)?, &group.border)))
    }
}

impl Group {
    fn matches(&self, origin: &Origin<'_>) -> bool {
        let text = self.target.of(origin);
        self.automaton.is_match(text.as_bytes())
    }

    fn index(&self, origin: &Origin<'_>) -> Option<usize> {
        if !self.matches(origin) {
            return None;
        }
        let text = self.target.of(origin);
        let matches = self.automaton.matches(text.as_bytes());
        self.entries.get(matches.iter().next()?).copied()
    }
}
