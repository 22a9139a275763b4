//! Walking the graph from the end of the host until the domain is known.

use std::collections::BTreeSet;

use super::bytes::Bytes;
use super::grammar::Scope;
use super::graph::{Graph, NodeId};
use crate::origin::Origin;
use crate::origin::address::is_numeric_host;
use crate::origin::site;

/// More domains than this nobody wrote down to be reviewed; as exact origins
/// they cost nothing, however many they are.
const MAX_PINS: usize = 64;

/// A class of so many bytes spells alternatives out, `[ab]` or `[1-9]`. The
/// smallest class that means "anything", `\d`, has ten.
pub(super) const MAX_CHOICES: u32 = 9;

/// The hosts that are looked at in all. A spelled-out list of 64 domains of the
/// length of any real one stays below.
const MAX_STEPS: usize = 1 << 13;

/// Of these, below one domain. There the audit only looks for public suffixes;
/// who writes out more subdomains than this does so below a domain of their own.
const MAX_STEPS_BELOW: usize = 1 << 9;

/// Why a walk ended before the domains were known.
#[derive(Debug)]
pub(super) enum Stop {
    /// A host that ends in this can go on in ways that nobody spelled out: with any
    /// of the bytes or, if there are none, round a loop once more.
    Open {
        behind: String,
        by: Bytes,
    },
    TooComplex,
}

impl Stop {
    fn only_open(self) -> Result<(), Stop> {
        match self {
            Stop::Open { .. } => Err(self),
            Stop::TooComplex => Ok(()),
        }
    }
}

/// What hosts were found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Registrable domains, and hosts that have none.
    pub(super) pins: BTreeSet<Box<str>>,
    /// The hosts among them under which a registry registers names.
    pub(super) registries: Vec<Box<str>>,
    /// The public suffixes, of no registry, directly under which names are open.
    pub(super) suffixes: BTreeSet<Box<str>>,
    /// Where the first of them was met, as in [`Stop::Open`].
    pub(super) under_suffix: Option<(String, Bytes)>,
}

#[derive(Debug)]
pub(super) struct Walk<'g> {
    graph: &'g Graph,
    scope: Scope,
    /// The pins of http and https, when other schemes are walked.
    known: &'g BTreeSet<Box<str>>,
    found: Found,
    suffixes: site::Below,
    /// Hosts below which public suffixes were looked for.
    searched: BTreeSet<Box<str>>,
    steps: usize,
}

/// The registrable domain that a host is known to be below.
#[derive(Debug)]
struct Below {
    pin: Box<str>,
    /// When it was found.
    since: usize,
}

impl<'g> Walk<'g> {
    pub(super) fn new(graph: &'g Graph, scope: Scope, known: &'g BTreeSet<Box<str>>) -> Walk<'g> {
        Walk {
            graph,
            scope,
            known,
            found: Found::default(),
            suffixes: site::Below::default(),
            searched: BTreeSet::new(),
            steps: 0,
        }
    }

    pub(super) fn run(mut self) -> Result<Found, Stop> {
        self.visit("", &self.graph.roots(), None, &mut Vec::new())?;
        Ok(self.found)
    }

    /// Visits the hosts that end in some text.
    ///
    /// The trail has what was visited on the way since it was last known which
    /// domain the host is below. To come to the same nodes once more is to have
    /// gone round a loop, which no list of names has.
    fn visit(
        &mut self,
        host: &str,
        nodes: &[NodeId],
        below: Option<&Below>,
        trail: &mut Vec<Vec<NodeId>>,
    ) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.graph.is_exhausted() {
            return Err(Stop::TooComplex);
        }
        if self.graph.host_begins(nodes) {
            self.record_host(host, below)?;
        }
        let choices = self.graph.choices(nodes);
        let wide = choices.widest.len() > MAX_CHOICES;
        let open = wide || trail.iter().any(|visited| visited == nodes);
        match below {
            Some(below) if open => return self.record_domain(&below.pin, host),
            Some(below) if self.steps - below.since > MAX_STEPS_BELOW => {
                // What was not read yet could be one of them.
                if !self.suffixes.of(&below.pin).is_empty() {
                    return Err(Stop::TooComplex);
                }
                return self.record(&below.pin);
            }
            None if open => {
                // Prefer one behind a dot: `https://app.example.com` need not be
                // shown to allow a single label, which nobody can register.
                if !host.is_empty() && self.pin_at_dot(host).is_none() {
                    self.visit_ahead(host, nodes, b'.', None, trail)
                        .or_else(Stop::only_open)?;
                }
                let by = if wide {
                    choices.widest
                } else {
                    Bytes::default()
                };
                // However it goes on, the hosts are under the suffix; what else
                // the regex allows can be worse.
                if let Some(suffix) = self.suffix_of_label(host) {
                    self.found.suffixes.insert(suffix.into());
                    let first = &mut self.found.under_suffix;
                    first.get_or_insert_with(|| (host.to_owned(), by));
                    return Ok(());
                }
                return Err(Stop::Open {
                    behind: host.to_owned(),
                    by,
                });
            }
            _ => {}
        }
        trail.push(nodes.to_vec());
        for byte in choices.bytes.iter() {
            self.visit_ahead(host, nodes, byte, below, trail)?;
        }
        trail.pop();
        Ok(())
    }

    /// Visits the hosts that have one byte more.
    fn visit_ahead(
        &mut self,
        host: &str,
        nodes: &[NodeId],
        byte: u8,
        below: Option<&Below>,
        trail: &mut Vec<Vec<NodeId>>,
    ) -> Result<(), Stop> {
        let ahead = self.graph.step(nodes, byte, host);
        if ahead.is_empty() {
            return Ok(());
        }
        let longer = format!("{}{host}", char::from(byte));
        if byte != b'.' || host.is_empty() {
            return self.visit(&longer, &ahead, below, trail);
        }
        let pin = self.pin_at_dot(host);
        if pin.as_deref() == below.map(|below| &*below.pin) {
            return self.visit(&longer, &ahead, below, trail);
        }
        let since = self.steps;
        let below = pin.map(|pin| Below { pin, since });
        self.visit(&longer, &ahead, below.as_ref(), &mut Vec::new())
    }

    /// The public suffix that the label which is being read is directly under, if
    /// it is none of a registry's, where to register a name is what all do.
    fn suffix_of_label<'h>(&self, host: &'h str) -> Option<&'h str> {
        let (_, suffix) = host.split_once('.')?;
        let suffix = without_root(suffix);
        let name = format!("evil.{suffix}");
        let is_one = suffix.contains('.')
            && !is_numeric_host(suffix)
            && (site::is_public_suffix(suffix) || site::is_above_suffixes(suffix))
            && ![suffix, &name].into_iter().any(site::is_registry);
        let is_known = self.scope != Scope::Foreign || self.known.contains(suffix);
        (is_one && is_known).then_some(suffix)
    }

    /// The domain that hosts are below which end in this one and a dot before it.
    fn pin_at_dot(&self, host: &str) -> Option<Box<str>> {
        match self.scope {
            _ if site::is_localhost(host) => Some("localhost".into()),
            Scope::Foreign => {
                let known = |host| self.known.get(host).cloned();
                known(without_root(host)).or_else(|| known(site::registrable(host)?))
            }
            // As much of an IP address is no domain yet.
            _ if is_numeric_host(host) => None,
            // What is read next is a name of somebody else's.
            _ if site::is_above_suffixes(host) => None,
            _ => site::registrable(host).map(Into::into),
        }
    }

    fn record_host(&mut self, host: &str, below: Option<&Below>) -> Result<(), Stop> {
        if host.starts_with('[') && Origin::parse(&format!("https://{host}")).is_none() {
            return Ok(());
        }
        let name = without_root(host);
        let pin = match below {
            Some(below) if self.scope == Scope::Foreign => Some(&*below.pin),
            _ if site::is_localhost(host) => Some("localhost"),
            _ if self.scope == Scope::Foreign || site::is_address(host) => None,
            _ => site::registrable(host),
        };
        if pin.is_none() && site::is_registry(name) && self.scope != Scope::Foreign {
            self.found.registries.push(name.into());
        }
        self.record(pin.unwrap_or(name))
    }

    /// Records a domain of which all hosts may be meant that end in some text, and
    /// visits the public suffixes below them: there, names are anyone's again.
    fn record_domain(&mut self, domain: &str, host: &str) -> Result<(), Stop> {
        self.record(domain)?;
        // The label that is being read can be any.
        let parent = host.split_once('.').map_or(domain, |(_, parent)| parent);
        if self.suffixes.of(domain).is_empty() || !self.searched.insert(parent.into()) {
            return Ok(());
        }
        if self.searched.len() > MAX_PINS {
            return Err(Stop::TooComplex);
        }
        let root = if host.ends_with('.') { "." } else { "" };
        for suffix in self.suffixes.of(parent) {
            let behind = format!(".{suffix}{root}");
            let nodes = self.graph.walk(&behind);
            if !nodes.is_empty() {
                self.visit(&behind, &nodes, None, &mut Vec::new())?;
            }
        }
        Ok(())
    }

    fn record(&mut self, pin: &str) -> Result<(), Stop> {
        self.found.pins.insert(pin.into());
        if self.found.pins.len() > MAX_PINS {
            Err(Stop::TooComplex)
        } else {
            Ok(())
        }
    }
}

fn without_root(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}
