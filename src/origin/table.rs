//! The hash table that origins are looked up in: std's, with a faster hash.
//!
//! `SipHash`, the hash of std, would cost more than everything else in a decision. Keys come
//! from configurations, and requests only look them up: the worst that a request can do is
//! to meet the fullest bucket. The hash therefore has to keep those who supply
//! configurations, such as tenants, from filling one bucket on purpose.
//!
//! foldhash promises less than `SipHash`, and enough for that: without knowing the seed of a
//! table, nobody can choose keys that collide in it. Each table has its own seed, 64 bits
//! from the operating system, which never leaves the process. There is no promise against
//! somebody who measures enough look-ups to reconstruct the seed.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use foldhash::SharedSeed;
use foldhash::fast::{FoldHasher, SeedableRandomState};

pub(super) type Table<K, V> = HashMap<K, V, FoldState>;

/// Builds hashers with one random seed. foldhash has a state for that, but seeds it from
/// addresses and the time, which are easier to guess.
#[derive(Clone, Debug)]
pub(super) struct FoldState(SeedableRandomState);

impl Default for FoldState {
    fn default() -> Self {
        let seed = RandomState::new().hash_one(());
        FoldState(SeedableRandomState::with_seed(
            seed,
            SharedSeed::global_random(),
        ))
    }
}

impl BuildHasher for FoldState {
    type Hasher = FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}
