//! Origin patterns written as regular expressions: an automaton for all that share
//! a subject and a border.

use std::collections::HashMap;

use regex::bytes::RegexSet;
use regex_syntax::hir::Hir;

use super::Origin;
use super::border::{Border, Candidate, LOOPBACK};
use super::fault::RegexFault;
use super::site::is_loopback;
use super::whole;
use crate::text::FoldState;

/// What a regex is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    /// The whole serialised origin.
    Origin,
    /// The whole host, of any scheme and port.
    Host,
}

impl Subject {
    fn of<'a>(self, origin: &Origin<'a>) -> &'a [u8] {
        match self {
            Subject::Origin => origin.as_str().as_bytes(),
            Subject::Host => origin.host().as_bytes(),
        }
    }
}

/// One regex of a policy, checked, with the place of its entry.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) hir: Hir,
    pub(crate) subject: Subject,
    pub(crate) border: Border,
    pub(crate) index: usize,
}

/// The regexes of a policy.
#[derive(Debug, Default)]
pub(crate) struct Regexes {
    groups: Box<[Group]>,
    /// The groups that stay within a domain, so that the others need not be asked.
    by_domain: HashMap<Box<str>, Vec<usize>, FoldState>,
    /// The labels that such a domain has at most.
    labels: usize,
    /// Those that stay within none.
    unbounded: Vec<usize>,
}

/// Regexes that share a subject and a border.
#[derive(Debug)]
struct Group {
    subject: Subject,
    border: Border,
    automaton: RegexSet,
    /// The entry of each regex.
    entries: Box<[usize]>,
}

impl Regexes {
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Compiles regexes, each with its entry.
    ///
    /// # Errors
    ///
    /// Together they may be too big, although each is not.
    pub(crate) fn new(regexes: Vec<Checked>) -> Result<Self, RegexFault> {
        let mut groups: Vec<(Subject, Border, Vec<Hir>, Vec<usize>)> = Vec::new();
        let mut all = Vec::new();
        for Checked {
            hir,
            subject,
            border,
            index,
        } in regexes
        {
            all.push(hir.clone());
            let mut known = groups.iter_mut();
            match known.find(|group| (group.0, &group.1) == (subject, &border)) {
                Some(group) => {
                    group.2.push(hir);
                    group.3.push(index);
                }
                None => groups.push((subject, border, vec![hir], vec![index])),
            }
        }
        if groups.len() > 1 {
            // The bound is on all of them, however they are parted.
            whole::compile(&all, &all)?;
        }
        let groups = groups.into_iter().map(|(subject, border, hirs, entries)| {
            Ok(Group {
                subject,
                border,
                automaton: whole::compile(&hirs, &all)?,
                entries: entries.into(),
            })
        });
        let mut regexes = Regexes {
            groups: groups.collect::<Result<_, _>>()?,
            ..Regexes::default()
        };
        for (index, group) in regexes.groups.iter().enumerate() {
            match &group.border.domains {
                None => regexes.unbounded.push(index),
                Some(domains) => {
                    for domain in domains {
                        let labels = domain.name().split('.').count();
                        regexes.labels = regexes.labels.max(labels);
                        let name = domain.name().into();
                        regexes.by_domain.entry(name).or_default().push(index);
                    }
                }
            }
        }
        Ok(regexes)
    }

    /// The group of a regex that matches inside of its border.
    pub(super) fn find(&self, candidate: &Candidate<'_>) -> Option<usize> {
        let host = candidate.origin.host();
        let loopback = is_loopback(host).then_some(LOOPBACK);
        // The host, and what stands behind its last dots.
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

    /// The first entry of a group that matches. Allocates, so it is not part of `find`.
    pub(super) fn index(&self, group: usize, origin: &Origin<'_>) -> Option<usize> {
        self.groups.get(group)?.index(origin)
    }

    /// An entry that matches, inside of its border or not, with the border.
    pub(super) fn anywhere(&self, origin: &Origin<'_>) -> Option<(usize, &Border)> {
        let mut groups = self.groups.iter();
        groups.find_map(|group| Some((group.index(origin)?, &group.border)))
    }
}

impl Group {
    fn matches(&self, origin: &Origin<'_>) -> bool {
        self.automaton.is_match(self.subject.of(origin))
    }

    fn index(&self, origin: &Origin<'_>) -> Option<usize> {
        if !self.matches(origin) {
            return None;
        }
        let matches = self.automaton.matches(self.subject.of(origin));
        self.entries.get(matches.iter().next()?).copied()
    }
}
