//! [`Stamp`]: the moment and the entropy a decision is made with.

use money::{DecisionId, Instant};
use protocol::sha256;
use serde::{Deserialize, Serialize};

/// When a command is decided, and 32 random bytes from which every id it makes is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The moment of the decision.
    pub at: Instant,
    /// Drawn anew for every command by the store.
    pub entropy: [u8; 32],
}

/// Hands out ids in a fixed order, so that re-execution makes the same ones.
pub(crate) struct Ids<'a> {
    stamp: &'a Stamp,
    next: u8,
}

impl Stamp {
    /// The id of the decision made with this stamp.
    #[must_use]
    pub fn decision(&self) -> DecisionId {
        DecisionId::new(self.at, self.random(0))
    }

    pub(crate) fn ids(&self) -> Ids<'_> {
        Ids { stamp: self, next: 1 }
    }

    fn random(&self, index: u8) -> [u8; 10] {
        let mut input = self.entropy.to_vec();
        input.push(index);
        let digest = sha256(&input);
        let [a, b, c, d, e, f, g, h, i, j, ..] = *digest.as_bytes();
        [a, b, c, d, e, f, g, h, i, j]
    }
}

impl Ids<'_> {
    /// The next id, of the wanted kind.
    pub(crate) fn make<T>(&mut self, new: fn(Instant, [u8; 10]) -> T) -> T {
        let index = self.next;
        self.next = self.next.saturating_add(1);
        new(self.stamp.at, self.stamp.random(index))
    }
}
