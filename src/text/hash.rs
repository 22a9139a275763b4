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

#[cfg(test)]
mod tests {
    use super::*;

    /// How full the fullest bucket is if each hash chooses one by some of its bits.
    fn fullest(hashes: &[u64], bucket: impl Fn(u64) -> u64) -> usize {
        let mut counts = std::collections::HashMap::new();
        for &hash in hashes {
            *counts.entry(bucket(hash)).or_insert(0_usize) += 1;
        }
        counts.into_values().max().unwrap_or_default()
    }

    /// With 4,096 hashes at random, more than 12 in one of as many buckets is a
    /// matter of one time in a million, and more than 80 in one of 128 even rarer.
    #[test]
    fn hashes_spread() {
        let hosts: [fn(u32) -> String; 4] = [
            |n| format!("https://app-{n}.example.com"),
            |n| format!("https://{n}.example.com:8443"),
            |n| format!("https://a.example.com:{n}"),
            |n| format!("{n}"),
        ];
        for key in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            for host in hosts {
                let hash = |n| FoldState(key).hash_one(host(n).as_bytes());
                let hashes: Vec<_> = (0..4096).map(hash).collect();
                let example = host(0);
                assert_eq!(fullest(&hashes, |hash| hash), 1, "{key} {example}");
                // What the tables of std choose a bucket by, and what they compare first.
                assert!(
                    fullest(&hashes, |hash| hash % 4096) <= 12,
                    "{key} {example}"
                );
                assert!(fullest(&hashes, |hash| hash >> 57) <= 80, "{key} {example}");
            }
        }
    }

    #[test]
    fn the_key_and_the_length_count() {
        let hash = |key, bytes: &[u8]| FoldState(key).hash_one(bytes);
        assert_ne!(hash(0, b"example"), hash(1, b"example"));
        assert_ne!(hash(0, b"a"), hash(0, b"\0a"));
    }
}
