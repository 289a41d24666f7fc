//! [`Recent`]: the latest payments one by one, for exact short windows, medians and repetitions.

use crate::limits::RECENT_PAYMENTS;

/// The latest payments: a ring.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recent {
    pub(super) amounts: [f32; RECENT_PAYMENTS],
    /// Whole seconds of Unix time; the ring lives for some decades around now.
    pub(super) at_seconds: [u32; RECENT_PAYMENTS],
    pub(super) next: u8,
    pub(super) len: u8,
}

/// What the ring says about a payment to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Against {
    /// The middle amount.
    pub median: f32,
    /// The middle distance from it.
    pub deviation: f32,
    /// The largest amount.
    pub largest: f32,
    /// Payments of exactly this amount.
    pub same: u8,
    /// The share of amounts that are not above this one.
    pub rank: f32,
    /// The latest amount.
    pub latest: f32,
    /// Payments within ten minutes.
    pub within_ten_minutes: u8,
    /// Seconds between payments, on average, over the ring.
    pub gap_seconds: f32,
    /// Smallest amount within a day against this one: what a test payment looks like.
    pub smallest_today: f32,
}

impl Recent {
    /// Remembers one payment in the place of the oldest.
    pub fn observe(&mut self, at_millis: i64, amount: f32) {
        let index = usize::from(self.next) % RECENT_PAYMENTS;
        let seconds = at_millis.div_euclid(1000).clamp(0, i64::from(u32::MAX)) as u32;
        if let (Some(slot), Some(at)) = (self.amounts.get_mut(index), self.at_seconds.get_mut(index)) {
            *slot = amount;
            *at = seconds;
        }
        self.next = ((index + 1) % RECENT_PAYMENTS) as u8;
        self.len = self.len.saturating_add(1).min(RECENT_PAYMENTS as u8);
    }

    /// Compares a payment to come; `None` while nothing is remembered.
    #[must_use]
    pub fn against(&self, at_millis: i64, amount: f32) -> Option<Against> {
        let len = usize::from(self.len);
        let (amounts, times) = (self.amounts.get(..len)?, self.at_seconds.get(..len)?);
        if len == 0 {
            return None;
        }
        let now = at_millis.div_euclid(1000).clamp(0, i64::from(u32::MAX)) as u32;
        let mut sorted = self.amounts;
        let sorted = sorted.get_mut(..len)?;
        sorted.sort_unstable_by(f32::total_cmp);
        let median = middle(sorted);
        let rank = sorted.iter().filter(|other| **other <= amount).count() as f32 / len as f32;
        let largest = sorted.last().copied().unwrap_or(median);
        for other in sorted.iter_mut() {
            *other = (*other - median).abs();
        }
        sorted.sort_unstable_by(f32::total_cmp);
        let deviation = middle(sorted);
        let latest = amounts.get((usize::from(self.next) + RECENT_PAYMENTS - 1) % RECENT_PAYMENTS).copied();
        let age = |at: &u32| now.saturating_sub(*at);
        let oldest = times.iter().map(age).max().unwrap_or(0);
        let today = amounts.iter().zip(times).filter(|(_, at)| age(at) <= 86_400).map(|(amount, _)| *amount);
        Some(Against {
            median,
            deviation,
            largest,
            same: amounts.iter().filter(|other| other.to_bits() == amount.to_bits()).count() as u8,
            rank,
            latest: latest.unwrap_or(median),
            within_ten_minutes: times.iter().filter(|at| age(at) <= 600).count() as u8,
            gap_seconds: oldest as f32 / len as f32,
            smallest_today: today.fold(f32::INFINITY, f32::min),
        })
    }
}

/// The middle of sorted numbers; the mean of the two in the middle when they are even in number.
fn middle(sorted: &[f32]) -> f32 {
    let half = sorted.len() / 2;
    let upper = sorted.get(half).copied().unwrap_or(0.0);
    if sorted.len().is_multiple_of(2) {
        let lower = half.checked_sub(1).and_then(|index| sorted.get(index)).copied().unwrap_or(upper);
        f32::midpoint(lower, upper)
    } else {
        upper
    }
}
