//! How is an id found fast? It is unlike any other by its time and its count: one wide product spreads them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::task::TaskId;

/// 2^64 divided by the golden ratio: odd, and without a pattern of bits.
const GOLDEN_RATIO: u64 = 0x9e37_79b9_7f4a_7c15;

/// A map by task id with a hash that costs two multiplications.
pub(super) type TaskMap<Value> = HashMap<TaskId, Value, BuildHasherDefault<IdHasher>>;

/// Hashes the two halves of an id. Ids of one process differ in the high bits of a half, and a map chooses the
/// bucket by the low bits of the hash: so the upper half of each 128-bit product is folded into the lower.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for half in bytes.chunks_exact(8) {
            let half = half.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            self.0 = fold(self.0 ^ half);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of the product are wanted")]
fn fold(number: u64) -> u64 {
    let product = u128::from(number) * u128::from(GOLDEN_RATIO);
    let [low, high] = [product as u64, (product >> 64) as u64];
    low ^ high
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::hash::BuildHasher as _;

    use super::*;

    #[test]
    fn ids_of_one_process_spread_over_buckets_and_tags() {
        let builder = BuildHasherDefault::<IdHasher>::default();
        let hashes: Vec<u64> = (0..4096).map(|_| builder.hash_one(TaskId::fresh())).collect();

        let buckets: HashSet<u64> = hashes.iter().map(|hash| hash % 4096).collect();
        let tags: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();

        // Of 4096 random balls about 63 % of 4096 urns get one.
        assert!(buckets.len() > 2_300, "{}", buckets.len());
        assert_eq!(tags.len(), 128);
    }
}
