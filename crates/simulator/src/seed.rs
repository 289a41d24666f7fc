//! [`Dice`]: all chance in this crate, out of one seed.

use money::Instant;
use protocol::sha256;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of chance named by a seed, a label and numbers; the same name gives the same stream.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this name.
    #[must_use]
    pub fn new(seed: u64, label: &str, numbers: &[u64]) -> Self {
        let mut name = seed.to_be_bytes().to_vec();
        name.extend_from_slice(label.as_bytes());
        for number in numbers {
            name.push(b'/');
            name.extend_from_slice(&number.to_be_bytes());
        }
        Self(ChaCha8Rng::from_seed(*sha256(&name).as_bytes()))
    }

    /// `N` bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// An id of any kind, made at `at`.
    pub fn id<T>(&mut self, new: fn(Instant, [u8; 10]) -> T, at: Instant) -> T {
        new(at, self.bytes())
    }

    /// A number from `low` to `high`, both included; `low` when they are in the wrong order.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if low < high { self.0.random_range(low..=high) } else { low }
    }

    /// True in `percent` of a hundred throws.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// One of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.0.random_range(0..items.len())) }
    }
}
