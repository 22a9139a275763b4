//! Sets of the bytes that a serialised origin can have.

use std::ops::BitAnd;

/// In the order in which witnesses prefer them: letters read best.
const ALPHABET: &[u8; 44] = b"abcdefghijklmnopqrstuvwxyz1234567890-._:/[]+";

/// By byte, the set that has only this one.
const ONE: [u64; 256] = {
    let mut sets = [0; 256];
    let mut bit = 0;
    while bit < ALPHABET.len() {
        sets[ALPHABET[bit] as usize] = 1 << bit;
        bit += 1;
    }
    sets
};

/// A set of bytes; those outside of the alphabet cannot be in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes(u64);

impl Bytes {
    /// The bytes of labels, `[a-z0-9_-]`.
    pub(super) const LABEL: Bytes = Bytes(((1 << 37) - 1) | 1 << 38);
    /// The bytes that `\b` takes for parts of a word.
    pub(super) const WORD: Bytes = Bytes(((1 << 36) - 1) | 1 << 38);
    pub(super) const ALL: Bytes = Bytes((1 << ALPHABET.len()) - 1);

    pub(super) fn one(byte: u8) -> Bytes {
        Bytes(ONE[usize::from(byte)])
    }

    /// What the alphabet has of some inclusive ranges.
    pub(super) fn in_any(ranges: &[(u8, u8)]) -> Bytes {
        let bytes = ranges.iter().flat_map(|&(start, end)| start..=end);
        Bytes(bytes.fold(0, |set, byte| set | Bytes::one(byte).0))
    }

    pub(super) fn insert(&mut self, byte: u8) {
        self.0 |= Bytes::one(byte).0;
    }

    pub(super) fn extend(&mut self, other: Bytes) {
        self.0 |= other.0;
    }

    pub(super) fn without(self, other: Bytes) -> Bytes {
        Bytes(self.0 & !other.0)
    }

    pub(super) fn contains(self, byte: u8) -> bool {
        self.0 & Bytes::one(byte).0 != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The members, the best for a witness first.
    pub(super) fn iter(self) -> impl Iterator<Item = u8> {
        let member = move |&(bit, _): &(usize, &u8)| self.0 & 1 << bit != 0;
        ALPHABET
            .iter()
            .enumerate()
            .filter(member)
            .map(|(_, &byte)| byte)
    }
}

impl BitAnd for Bytes {
    type Output = Bytes;

    fn bitand(self, other: Bytes) -> Bytes {
        Bytes(self.0 & other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_sets() {
        let text = |set: Bytes| String::from_utf8(set.iter().collect()).unwrap();
        assert_eq!(text(Bytes::LABEL), "abcdefghijklmnopqrstuvwxyz1234567890-_");
        assert_eq!(text(Bytes::WORD), "abcdefghijklmnopqrstuvwxyz1234567890_");
        assert_eq!(text(Bytes::ALL).as_bytes(), ALPHABET);
        assert_eq!(
            text(Bytes::in_any(&[(b'a', b'c'), (b'A', b'Z'), (b'0', b'1')])),
            "abc10"
        );
        assert!(Bytes::one(b'A').is_empty());
    }
}
