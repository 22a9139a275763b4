//! Building the [`Graph`].

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::bytes::Bytes;
use super::grammar::{Grammar, Place};
use super::graph::{Edge, Graph, Node, NodeId};
use super::nfa::{Closures, Nfa, Side, StateId};

/// Bounds the memory to a few megabytes.
const MAX_EDGES: usize = 1 << 15;
/// Bounds the time to a few milliseconds, where there is much to do for few edges.
const MAX_WORK: usize = 1 << 20;

/// What makes a node: how far the regex has read, how far the grammar has, and
/// what `\b` has to know of the byte read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    state: StateId,
    place: Place,
    right: Side,
}

/// The places that bytes lead to, and which bytes.
type Steps = Rc<[(Bytes, Place)]>;

#[derive(Debug)]
pub(super) struct Builder<'n> {
    nfa: &'n Nfa,
    grammar: Grammar,
    closures: Closures<'n>,
    steps: HashMap<Place, Steps>,
    ids: HashMap<Key, NodeId>,
    keys: Vec<Key>,
    work: usize,
}

impl<'n> Builder<'n> {
    pub(super) fn new(nfa: &'n Nfa, grammar: Grammar) -> Builder<'n> {
        Builder {
            nfa,
            grammar,
            closures: Closures::new(nfa),
            steps: HashMap::new(),
            ids: HashMap::new(),
            keys: Vec::new(),
            work: MAX_WORK,
        }
    }

    /// `None` is too much work.
    pub(super) fn build(mut self) -> Option<Graph> {
        for place in self.grammar.starts() {
            self.id(Key {
                state: self.nfa.start(),
                place,
                right: Side::Edge,
            });
        }
        let starts = self.keys.len();
        let mut graph = Graph::default();
        // Grows while it is read: a search in breadth.
        while let Some(&key) = self.keys.get(graph.nodes.len()) {
            let first_edge = graph.edges.len();
            let accepts = self.grammar.accepts(key.place)
                && self
                    .closures
                    .of(key.state, Side::Edge, key.right, &mut self.work)?
                    .matches;
            for (left, side) in [
                (Side::Word, Bytes::WORD),
                (Side::Other, Bytes::ALL.without(Bytes::WORD)),
            ] {
                self.add_edges(key, left, side, &mut graph.edges)?;
            }
            graph.nodes.push(Node {
                place: key.place,
                first_edge,
                accepts,
                host_len: 0,
                distance: 0,
            });
        }
        graph.roots = ports(&graph, starts);
        Some(graph)
    }

    fn add_edges(
        &mut self,
        from: Key,
        left: Side,
        side: Bytes,
        edges: &mut Vec<Edge>,
    ) -> Option<()> {
        let closure = self
            .closures
            .of(from.state, left, from.right, &mut self.work)?;
        let steps = self.steps(from.place);
        self.work = self.work.checked_sub(closure.reading.len() * steps.len())?;
        for &reader in &closure.reading {
            let (set, state) = self.nfa.read(reader);
            for &(bytes, place) in &*steps {
                let bytes = bytes & set & side;
                if bytes.is_empty() {
                    continue;
                }
                let to = self.id(Key {
                    state,
                    place,
                    right: left,
                });
                let in_host = from.place.is_in_host() && place.is_in_host();
                edges.push(Edge {
                    bytes,
                    reader,
                    to,
                    in_host,
                });
            }
        }
        (edges.len() <= MAX_EDGES).then_some(())
    }

    fn id(&mut self, key: Key) -> NodeId {
        // Cannot be cut short: there are fewer nodes than edges.
        let next = u32::try_from(self.keys.len()).unwrap_or(NodeId::MAX);
        *self.ids.entry(key).or_insert_with(|| {
            self.keys.push(key);
            next
        })
    }

    fn steps(&mut self, place: Place) -> Steps {
        let grammar = self.grammar;
        let steps = self.steps.entry(place).or_insert_with(|| {
            let mut steps: Vec<(Bytes, Place)> = Vec::new();
            for byte in Bytes::ALL.iter() {
                let Some(place) = grammar.step(place, byte) else {
                    continue;
                };
                match steps.iter_mut().find(|step| step.1 == place) {
                    Some((bytes, _)) => bytes.insert(byte),
                    None => steps.push((Bytes::one(byte), place)),
                }
            }
            steps.into()
        });
        Rc::clone(steps)
    }
}

/// The nodes behind the host, each with the shortest port that leads there.
fn ports(graph: &Graph, starts: usize) -> Vec<(NodeId, String)> {
    let mut roots = Vec::new();
    let mut ports: VecDeque<_> = (0..)
        .take(starts)
        .map(|id: NodeId| (id, String::new()))
        .collect();
    let mut seen = vec![false; graph.nodes.len()];
    while let Some((id, port)) = ports.pop_front() {
        if std::mem::replace(&mut seen[id as usize], true) {
            continue;
        }
        if graph.nodes[id as usize].place.is_host_end() {
            roots.push((id, port));
            continue;
        }
        for edge in graph.edges_from(id) {
            let byte = edge.bytes.iter().next().map(char::from);
            ports.push_back((edge.to, byte.into_iter().chain(port.chars()).collect()));
        }
    }
    roots
}
