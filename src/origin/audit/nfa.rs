//! A regex as an automaton that reads its texts backwards.
//!
//! `regex-automata` builds such automata too, but they no longer tell a class
//! from an alternation of words, and to the audit `[a-z]` is not `(a1|b1|…)`.

use std::collections::HashMap;
use std::rc::Rc;

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::bytes::Bytes;

/// The look-around that asks for the edges of lines and texts only.
const LINES: [Look; 6] = [
    Look::Start,
    Look::StartLF,
    Look::StartCRLF,
    Look::End,
    Look::EndLF,
    Look::EndCRLF,
];

pub(super) type StateId = usize;

#[derive(Debug)]
enum State {
    Bytes { set: Bytes, next: StateId },
    Look { look: Look, next: StateId },
    Split(Vec<StateId>),
    Match,
}

/// What stands beside a place between two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    /// Nothing: the text begins or ends here.
    Edge,
    Word,
    /// A byte that `\b` does not take for part of a word.
    Other,
}

#[derive(Debug)]
pub(super) struct Nfa {
    states: Vec<State>,
    start: StateId,
    /// Whether it asks which bytes are parts of words.
    has_words: bool,
}

impl Nfa {
    /// Of an expression that compiles, which bounds the states: the compiled one
    /// has about as many, and takes some bytes for each.
    pub(super) fn new(hir: &Hir) -> Nfa {
        let mut nfa = Nfa {
            states: vec![State::Match],
            start: 0,
            has_words: false,
        };
        nfa.start = nfa.add(hir, 0);
        nfa
    }

    pub(super) fn start(&self) -> StateId {
        self.start
    }

    /// What a state of a [`Closure`] reads, and where that leads.
    pub(super) fn read(&self, state: StateId) -> (Bytes, StateId) {
        match self.states[state] {
            State::Bytes { set, next } => (set, next),
            _ => (Bytes::default(), state),
        }
    }

    fn push(&mut self, state: State) -> StateId {
        self.states.push(state);
        self.states.len() - 1
    }

    /// The state that reads the expression, last byte first, and goes on to `next`.
    fn add(&mut self, hir: &Hir, next: StateId) -> StateId {
        match hir.kind() {
            HirKind::Empty => next,
            HirKind::Literal(literal) => literal.0.iter().fold(next, |next, &byte| {
                self.push(State::Bytes {
                    set: Bytes::one(byte),
                    next,
                })
            }),
            HirKind::Class(class) => self.push(State::Bytes {
                set: bytes_of(class),
                next,
            }),
            HirKind::Look(look) => {
                self.has_words |= !LINES.contains(look);
                self.push(State::Look { look: *look, next })
            }
            HirKind::Capture(capture) => self.add(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().fold(next, |next, part| self.add(part, next)),
            HirKind::Alternation(branches) => {
                let branches = branches.iter().map(|branch| self.add(branch, next));
                let branches = branches.collect();
                self.push(State::Split(branches))
            }
            HirKind::Repetition(repetition) => {
                let (sub, min) = (&repetition.sub, repetition.min);
                let mut next = match repetition.max {
                    None => self.add_loop(sub, next),
                    Some(max) => self.add_optional(sub, max.saturating_sub(min), next),
                };
                for _ in 0..min {
                    next = self.add(sub, next);
                }
                next
            }
        }
    }

    fn add_loop(&mut self, sub: &Hir, next: StateId) -> StateId {
        let split = self.push(State::Split(Vec::new()));
        let body = self.add(sub, split);
        self.states[split] = State::Split(vec![body, next]);
        split
    }

    /// Up to so many times. Each time can go straight to the end, so that no
    /// closure has to walk through the ones behind it.
    fn add_optional(&mut self, sub: &Hir, times: u32, end: StateId) -> StateId {
        (0..times).fold(end, |next, _| {
            let body = self.add(sub, next);
            self.push(State::Split(vec![body, end]))
        })
    }
}

/// Where an [`Nfa`] can go without reading.
#[derive(Debug, Default)]
pub(super) struct Closure {
    /// The states that read a byte next.
    pub(super) reading: Vec<StateId>,
    /// Whether all of the regex is read.
    pub(super) matches: bool,
}

/// The closures of an [`Nfa`], each worked out once.
#[derive(Debug)]
pub(super) struct Closures<'n> {
    nfa: &'n Nfa,
    known: HashMap<(StateId, Side, Side), Rc<Closure>>,
    /// By state, the last search that saw it.
    seen: Vec<usize>,
}

impl<'n> Closures<'n> {
    pub(super) fn new(nfa: &'n Nfa) -> Closures<'n> {
        Closures {
            nfa,
            known: HashMap::new(),
            seen: vec![0; nfa.states.len()],
        }
    }

    /// From a state, between two sides. Takes from `work` what it costs; `None`
    /// is that this was too much.
    pub(super) fn of(
        &mut self,
        from: StateId,
        left: Side,
        right: Side,
        work: &mut usize,
    ) -> Option<Rc<Closure>> {
        let plain = |side| match side {
            Side::Word if !self.nfa.has_words => Side::Other,
            side => side,
        };
        let key = (from, plain(left), plain(right));
        if let Some(closure) = self.known.get(&key) {
            return Some(Rc::clone(closure));
        }
        let search = self.known.len() + 1;
        let mut closure = Closure::default();
        let mut stack = vec![from];
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut self.seen[id], search) == search {
                continue;
            }
            *work = work.checked_sub(1)?;
            match &self.nfa.states[id] {
                State::Bytes { .. } => closure.reading.push(id),
                State::Match => closure.matches = true,
                State::Look { look, .. } if !holds(*look, left, right) => {}
                State::Look { next, .. } => stack.push(*next),
                State::Split(branches) => stack.extend(branches),
            }
        }
        let closure = Rc::new(closure);
        self.known.insert(key, Rc::clone(&closure));
        Some(closure)
    }
}

/// Of a class of characters only ASCII matters, where they are the bytes.
fn bytes_of(class: &Class) -> Bytes {
    match class {
        Class::Bytes(class) => {
            let ranges: Vec<_> = class
                .iter()
                .map(|range| (range.start(), range.end()))
                .collect();
            Bytes::in_any(&ranges)
        }
        Class::Unicode(class) => {
            let byte = |c: char| u8::try_from(c).unwrap_or(u8::MAX);
            let ranges: Vec<_> = class
                .iter()
                .map(|range| (byte(range.start()), byte(range.end())))
                .collect();
            Bytes::in_any(&ranges)
        }
    }
}

/// Whether a look-around holds. Origins have no line breaks, so that lines begin
/// and end where the text does; and in ASCII, Unicode's words are ASCII's.
fn holds(look: Look, left: Side, right: Side) -> bool {
    let (before, after) = (left == Side::Word, right == Side::Word);
    match look {
        Look::Start | Look::StartLF | Look::StartCRLF => left == Side::Edge,
        Look::End | Look::EndLF | Look::EndCRLF => right == Side::Edge,
        Look::WordAscii | Look::WordUnicode => before != after,
        Look::WordAsciiNegate | Look::WordUnicodeNegate => before == after,
        Look::WordStartAscii | Look::WordStartUnicode => !before && after,
        Look::WordEndAscii | Look::WordEndUnicode => before && !after,
        Look::WordStartHalfAscii | Look::WordStartHalfUnicode => !before,
        Look::WordEndHalfAscii | Look::WordEndHalfUnicode => !after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_looks_hold() {
        let table: [(&[Look], &str); 8] = [
            (&[Look::Start, Look::StartLF, Look::StartCRLF], "EE EW EO"),
            (&[Look::End, Look::EndLF, Look::EndCRLF], "EE WE OE"),
            (&[Look::WordAscii, Look::WordUnicode], "EW WE WO OW"),
            (
                &[Look::WordAsciiNegate, Look::WordUnicodeNegate],
                "EE EO WW OE OO",
            ),
            (&[Look::WordStartAscii, Look::WordStartUnicode], "EW OW"),
            (&[Look::WordEndAscii, Look::WordEndUnicode], "WE WO"),
            (
                &[Look::WordStartHalfAscii, Look::WordStartHalfUnicode],
                "EE EW EO OE OW OO",
            ),
            (
                &[Look::WordEndHalfAscii, Look::WordEndHalfUnicode],
                "EE EO WE WO OE OO",
            ),
        ];
        let sides = [(Side::Edge, 'E'), (Side::Word, 'W'), (Side::Other, 'O')];
        for (looks, expected) in table {
            for look in looks {
                let mut found = Vec::new();
                for (left, l) in sides {
                    for (right, r) in sides {
                        if holds(*look, left, right) {
                            found.push(format!("{l}{r}"));
                        }
                    }
                }
                assert_eq!(found.join(" "), expected, "{look:?}");
            }
        }
    }
}
