//! What a regex and the grammar of origins both allow, as one graph.
//!
//! A path from a root to a node that accepts spells an origin backwards. Only
//! edges that lead to one are shown, so that to see an edge is to know an origin.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::build::Builder;
use super::bytes::Bytes;
use super::grammar::{Grammar, Place};
use super::nfa::{Nfa, StateId};
use super::walk::MAX_CHOICES;
use crate::origin::MAX_HOST;

/// The edges that are looked at in all, to find what is allowed. Bounds the time to
/// some milliseconds, where hosts can be read in many ways.
const MAX_WORK: usize = 1 << 18;

/// No way to a node that accepts.
const NEVER: u32 = u32::MAX;

pub(super) type NodeId = u32;

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// The nodes behind the host, each with a port that leads there, if need be.
    pub(super) roots: Vec<(NodeId, String)>,
    /// How many edges were looked at.
    work: Cell<usize>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    /// Where its edges begin; they end where the next node's begin.
    pub(super) first_edge: usize,
    pub(super) accepts: bool,
    /// How many bytes of host are still to be read, at least.
    pub(super) host_len: u32,
    /// How far away the most readable origin is.
    pub(super) distance: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) bytes: Bytes,
    /// The part of the regex that reads the bytes.
    pub(super) reader: StateId,
    pub(super) to: NodeId,
    /// Whether the bytes are of the host.
    pub(super) in_host: bool,
}

/// How the hosts that end in some text go on to the left.
#[derive(Debug, Default)]
pub(super) struct Choices {
    pub(super) bytes: Bytes,
    /// The most of them that one part of the regex chooses from, dots aside.
    pub(super) widest: Bytes,
}

impl Graph {
    /// `None` is too much work.
    pub(super) fn new(nfa: &Nfa, grammar: Grammar) -> Option<Graph> {
        let mut graph = Builder::new(nfa, grammar).build()?;
        let host_lens = graph.distances(|_| 0, |edge| u32::from(edge.in_host));
        let distances = graph.distances(end_cost, cost);
        let measured = host_lens.into_iter().zip(distances);
        for (node, (host_len, distance)) in graph.nodes.iter_mut().zip(measured) {
            (node.host_len, node.distance) = (host_len, distance);
        }
        graph
            .roots
            .retain(|&(root, _)| graph.nodes[root as usize].host_len as usize <= MAX_HOST);
        Some(graph)
    }

    /// The nodes behind the host; none if there is no origin.
    pub(super) fn roots(&self) -> Vec<NodeId> {
        let mut roots: Vec<_> = self.roots.iter().map(|&(root, _)| root).collect();
        roots.sort_unstable();
        roots
    }

    /// Whether so much was looked for that hosts which are there are not found any
    /// more. Origins that were found are none the worse for it.
    pub(super) fn is_exhausted(&self) -> bool {
        self.work.get() > MAX_WORK
    }

    /// Over one more byte of a host, to the left of what was read of it.
    pub(super) fn step(&self, nodes: &[NodeId], byte: u8, read: &str) -> Vec<NodeId> {
        if self.is_exhausted() {
            return Vec::new();
        }
        // The dot at the end does not count.
        let read = read.strip_suffix('.').unwrap_or(read);
        let room = MAX_HOST.saturating_sub(read.len() + 1);
        let mut ahead: Vec<_> = nodes
            .iter()
            .flat_map(|&node| self.host_edges(node))
            .filter(|edge| edge.bytes.contains(byte))
            .map(|edge| edge.to)
            .filter(|&to| self.node(to).host_len as usize <= room)
            .collect();
        ahead.sort_unstable();
        ahead.dedup();
        ahead
    }

    /// From the roots over the end of a host.
    pub(super) fn walk(&self, host: &str) -> Vec<NodeId> {
        self.walk_from(self.roots(), host)
    }

    pub(super) fn has_host(&self, host: &str) -> bool {
        self.host_begins(&self.walk(host))
    }

    /// Whether the host can begin here.
    pub(super) fn host_begins(&self, nodes: &[NodeId]) -> bool {
        nodes.iter().any(|&node| self.host_begin(node).is_some())
    }

    pub(super) fn choices(&self, nodes: &[NodeId]) -> Choices {
        let mut bytes = Bytes::default();
        for edge in nodes.iter().flat_map(|&node| self.host_edges(node)) {
            bytes.extend(edge.bytes);
        }
        let readers = self.readers(nodes).into_values();
        let widest = readers.max_by_key(|bytes| bytes.len());
        Choices {
            bytes,
            widest: widest.unwrap_or_default(),
        }
    }

    /// By part of the regex, what it can read next, dots aside.
    fn readers(&self, nodes: &[NodeId]) -> BTreeMap<StateId, Bytes> {
        let mut readers: BTreeMap<StateId, Bytes> = BTreeMap::new();
        for edge in nodes.iter().flat_map(|&node| self.host_edges(node)) {
            let bytes = readers.entry(edge.reader).or_default();
            bytes.extend(edge.bytes & Bytes::LABEL);
        }
        readers
    }

    /// The nodes behind a host that a wide class reads the next byte of.
    fn walk_open(&self, root: NodeId, host: &str, open: usize) -> Vec<NodeId> {
        let (ahead, behind) = host.split_at(host.len() - open);
        let nodes = self.walk_from(vec![root], behind);
        let Some(&byte) = ahead.as_bytes().last() else {
            return nodes;
        };
        let readers = self.readers(&nodes);
        let is_wide =
            |edge: &&Edge| edge.bytes.contains(byte) && readers[&edge.reader].len() > MAX_CHOICES;
        let through = nodes.iter().flat_map(|&node| self.host_edges(node));
        let mut through: Vec<_> = through.filter(is_wide).map(|edge| edge.to).collect();
        through.sort_unstable();
        let mut nodes = self.step(&nodes, byte, behind);
        nodes.retain(|node| through.binary_search(node).is_ok());
        self.walk_on(nodes, host, ahead.len() - 1)
    }

    /// Whether what reads the domain can begin a host or a label there, and as
    /// well go on without a dot: `www\.?example\.com`.
    pub(super) fn is_glued(&self, word: &str, domain: &str) -> bool {
        let host = format!("{word}{domain}");
        self.walk(domain).into_iter().any(|node| {
            let own =
                self.host_begin(node).is_some() || !self.step(&[node], b'.', domain).is_empty();
            let ends = || {
                let nodes = self.walk_on(vec![node], &host, word.len());
                self.host_begins(&nodes) || !self.step(&nodes, b'.', &host).is_empty()
            };
            own && ends()
        })
    }

    /// The most readable text whose host is this, or ends in it. If so many bytes
    /// of its end are open, then a wide class reads the byte in front of them.
    pub(super) fn spell(&self, host: &str, whole: bool, open: Option<usize>) -> Option<String> {
        if self.walk(host).is_empty() {
            return None;
        }
        self.roots.iter().find_map(|(root, port)| {
            let nodes = match open {
                Some(open) => self.walk_open(*root, host, open),
                None => self.walk_from(vec![*root], host),
            };
            let nodes = nodes.into_iter();
            let mut backwards: Vec<u8> = host.bytes().rev().collect();
            let mut next = if whole {
                nodes
                    .filter_map(|node| self.host_begin(node))
                    .min_by_key(|&(far, _)| far)?
                    .1
            } else {
                self.best_edge(nodes.min_by_key(|&node| self.node(node).distance)?)
            };
            while let Some(edge) = next {
                backwards.extend(edge.bytes.iter().next());
                next = self.best_edge(edge.to);
            }
            let forwards = backwards.iter().rev().map(|&byte| char::from(byte));
            Some(forwards.chain(port.chars()).collect())
        })
    }

    fn walk_from(&self, nodes: Vec<NodeId>, host: &str) -> Vec<NodeId> {
        self.walk_on(nodes, host, host.len())
    }

    /// Over so many bytes of the beginning of a host; the others are read.
    fn walk_on(&self, mut nodes: Vec<NodeId>, host: &str, left: usize) -> Vec<NodeId> {
        for (at, byte) in host.bytes().enumerate().take(left).rev() {
            nodes = self.step(&nodes, byte, &host[at + 1..]);
        }
        nodes
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// All edges, wherever they lead.
    pub(super) fn edges_from(&self, id: NodeId) -> &[Edge] {
        let next = self.nodes.get(id as usize + 1);
        let end = next.map_or(self.edges.len(), |node| node.first_edge);
        &self.edges[self.node(id).first_edge..end]
    }

    /// The edges that lead to an origin.
    fn edges(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        let edges = self.edges_from(id);
        self.work.set(self.work.get() + edges.len());
        edges
            .iter()
            .filter(|edge| self.node(edge.to).distance != NEVER)
    }

    fn host_edges(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        self.edges(id).filter(|edge| edge.in_host)
    }

    /// How the most readable origin whose host begins here goes on, and how far.
    fn host_begin(&self, id: NodeId) -> Option<(u32, Option<&Edge>)> {
        let node = self.node(id);
        let ends = node.accepts.then(|| (end_cost(node), None));
        let goes_on = self.edges(id).filter(|edge| !edge.in_host);
        let goes_on = goes_on.map(|edge| (self.distance_over(edge), Some(edge)));
        goes_on.chain(ends).min_by_key(|&(distance, _)| distance)
    }

    /// The way to the most readable origin; `None` is here.
    fn best_edge(&self, id: NodeId) -> Option<&Edge> {
        let node = self.node(id);
        if node.accepts && node.distance == end_cost(node) {
            return None;
        }
        self.edges(id).min_by_key(|edge| self.distance_over(edge))
    }

    fn distance_over(&self, edge: &Edge) -> u32 {
        cost(edge).saturating_add(self.node(edge.to).distance)
    }

    /// For each node, the cheapest way to one that accepts.
    fn distances(&self, end_cost: impl Fn(&Node) -> u32, cost: impl Fn(&Edge) -> u32) -> Vec<u32> {
        let mut ways_in: Vec<Vec<(NodeId, u32)>> = vec![Vec::new(); self.nodes.len()];
        let mut distances = vec![NEVER; self.nodes.len()];
        let mut queue = BinaryHeap::new();
        for (id, node) in (0..).zip(&self.nodes) {
            for edge in self.edges_from(id) {
                ways_in[edge.to as usize].push((id, cost(edge)));
            }
            if node.accepts {
                queue.push(Reverse((end_cost(node), id)));
            }
        }
        while let Some(Reverse((distance, id))) = queue.pop() {
            if distance < distances[id as usize] {
                distances[id as usize] = distance;
                let ways_in = ways_in[id as usize].iter();
                queue.extend(ways_in.map(|&(from, cost)| Reverse((distance + cost, from))));
            }
        }
        distances
    }
}

/// What it costs a witness to begin here.
fn end_cost(node: &Node) -> u32 {
    // `https` reads better, and an insecure origin could be refused for that alone.
    if node.place.is_http() { 10 } else { 0 }
}

/// What a witness pays for the best byte of an edge: short hosts read best, and
/// then letters.
fn cost(edge: &Edge) -> u32 {
    match edge.bytes.iter().next() {
        _ if !edge.in_host => 1,
        Some(b'a'..=b'z') => 64,
        Some(b'0'..=b'9') => 66,
        _ => 80,
    }
}
