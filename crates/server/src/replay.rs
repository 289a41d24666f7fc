//! [`ReplayCache`]: uses of proofs that no commit records, because the call writes nothing. One a node, in memory.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

use credentials::ProofUse;
use money::{Digest, Instant};

/// The uses that may still come again. Full means refused: nothing is forgotten before its time.
#[derive(Debug)]
pub(crate) struct ReplayCache {
    seen: Mutex<Seen>,
    capacity: usize,
}

#[derive(Debug, Default)]
struct Seen {
    uses: HashSet<Digest>,
    by_end: BTreeMap<i64, Vec<Digest>>,
}

/// Why a use was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotFirst {
    /// It was seen before.
    Replayed,
    /// Too many uses are being remembered.
    Full,
}

impl ReplayCache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { seen: Mutex::default(), capacity }
    }

    /// Remembers a use until its proof is stale; fails when it was seen before.
    pub(crate) fn first_use(&self, proof: &ProofUse, now: Instant) -> Result<(), NotFirst> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_stale(now);
        if seen.uses.contains(&proof.id) {
            return Err(NotFirst::Replayed);
        }
        if seen.uses.len() >= self.capacity {
            return Err(NotFirst::Full);
        }
        seen.uses.insert(proof.id);
        seen.by_end.entry(proof.expires_at.unix_seconds()).or_default().push(proof.id);
        Ok(())
    }
}

impl Seen {
    fn forget_stale(&mut self, now: Instant) {
        while let Some(entry) = self.by_end.first_entry() {
            if *entry.key() >= now.unix_seconds() {
                return;
            }
            for id in entry.remove() {
                self.uses.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(id: u8, expires_at: i64) -> ProofUse {
        ProofUse { id: Digest::from_bytes([id; 32]), expires_at: Instant::from_unix_seconds(expires_at) }
    }

    #[test]
    fn a_use_is_refused_until_its_proof_is_stale_and_a_full_cache_forgets_nothing() {
        let cache = ReplayCache::new(2);
        let at = Instant::from_unix_seconds;
        assert_eq!(cache.first_use(&proof(1, 100), at(0)), Ok(()));
        assert_eq!(cache.first_use(&proof(1, 100), at(0)), Err(NotFirst::Replayed));
        assert_eq!(cache.first_use(&proof(2, 200), at(1)), Ok(()));
        assert_eq!(cache.first_use(&proof(3, 200), at(1)), Err(NotFirst::Full));
        assert_eq!(cache.first_use(&proof(1, 100), at(100)), Err(NotFirst::Replayed));
        assert_eq!(cache.first_use(&proof(3, 200), at(101)), Ok(()));
    }
}
