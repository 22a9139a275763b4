//! A keyed hash for the origin tables.
//!
//! std's `SipHash` costs more than all else in a decision. The keys in these
//! tables come from the configuration, so a request can at worst look up the
//! fullest bucket; the random key keeps those who supply configurations
//! (tenants, say) from filling one on purpose.

use std::hash::{BuildHasher, Hasher, RandomState};

/// Builds [`FoldHasher`]s with one random key.
#[derive(Clone, Debug)]
pub(crate) struct FoldState(u64);

impl Default for FoldState {
    fn default() -> Self {
        FoldState(RandomState::new().hash_one(()))
    }
}

impl BuildHasher for FoldState {
    type Hasher = FoldHasher;

    fn build_hasher(&self) -> FoldHasher {
        FoldHasher(self.0)
    }
}

/// Mixes eight bytes at a time by a folded 64 by 64 bit multiplication.
#[derive(Debug)]
pub(crate) struct FoldHasher(u64);

impl FoldHasher {
    /// The fraction of the golden ratio: odd, and its bits show no pattern.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

    #[allow(clippy::cast_possible_truncation, reason = "the halves of the product")]
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(Self::FACTOR);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for FoldHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in words.by_ref() {
            self.mix(
                word.first_chunk()
                    .map_or(0, |&word| u64::from_le_bytes(word)),
            );
        }
        // The end with what is before it: eight bytes again, at no cost.
        match bytes.last_chunk() {
            Some(&end) => self.mix(u64::from_le_bytes(end)),
            None => self.mix(bytes.iter().fold(0, |all, &b| (all << 8) | u64::from(b))),
        }
    }

    /// Slices hash their length first: that tells `"a"` from `"\0a"`.
    fn write_usize(&mut self, length: usize) {
        self.mix(length as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
