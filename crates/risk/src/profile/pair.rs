//! [`PairProfile`]: what is remembered of two parties together; small, because there are many.

use crate::event::{Event, Outcome};
use crate::number::{expf, ln_1p};
use crate::profile::{HALF_YEAR, MONTH, Ripe, millis_between};

/// What is remembered of two parties together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairProfile {
    /// Up to when time has been let pass.
    pub aged_at: i64,
    /// The first payment between them.
    pub first_at: i64,
    /// The latest payment between them.
    pub last_at: i64,
    /// Payments ever.
    pub payments: u32,
    /// Payments, fading over a month.
    pub count: f32,
    /// Mean of ln(1 + amount).
    pub log_mean: f32,
    /// Payments with a known outcome, fading over half a year.
    pub known: f32,
    /// Frauds among them, alike.
    pub frauds: f32,
}

impl PairProfile {
    /// What is known of a pair from sums alone: how often, how much in all (in whole units), first and last when. What
    /// fades is as if every payment had been made at the last moment but faded since: not more than the truth by much.
    #[must_use]
    pub fn of_sums(payments: u32, total: f32, first_at: i64, last_at: i64, now: i64) -> Self {
        let mut pair = Self { aged_at: last_at, first_at, last_at, payments, ..Self::default() };
        pair.count = (payments as f32).min(30.0);
        pair.log_mean = ln_1p(total / (payments as f32).max(1.0));
        pair.age_to(now);
        pair
    }

    /// Lets time pass up to `at`.
    pub fn age_to(&mut self, at: i64) {
        if self.aged_at >= at {
            return;
        }
        if self.payments > 0 || self.known > 0.0 {
            let seconds = millis_between(self.aged_at, at);
            self.count *= expf(-(seconds / MONTH).min(60.0));
            let kept = expf(-(seconds / HALF_YEAR).min(60.0));
            self.known *= kept;
            self.frauds *= kept;
        }
        self.aged_at = at;
    }

    /// Takes in one payment.
    pub fn observe(&mut self, event: &Event) {
        self.age_to(event.at_millis);
        if self.payments == 0 {
            self.first_at = event.at_millis;
        }
        self.payments = self.payments.saturating_add(1);
        self.count += 1.0;
        let share = 1.0 / (self.payments as f32).min(50.0);
        self.log_mean += share * (ln_1p(event.amount) - self.log_mean);
        self.last_at = self.last_at.max(event.at_millis);
    }

    /// Takes in what became known of an earlier payment.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.age_to(outcome.known_at_millis);
        self.known += 1.0;
        if outcome.fraud {
            self.frauds += 1.0;
        }
    }

    /// Takes in payments of which nobody said anything in time: they count as genuine since then.
    pub(crate) fn learn_ripe(&mut self, ripe: Ripe) {
        self.age_to(ripe.known_at_millis);
        self.known += ripe.payments as f32 * self.faded_since(ripe.known_at_millis);
    }

    /// Takes an outcome back that was learnt and is not so: what it counted is taken away as it has faded since.
    pub(crate) fn unlearn(&mut self, earlier: &Outcome) {
        let kept = self.faded_since(earlier.known_at_millis);
        self.known = (self.known - kept).max(0.0);
        if earlier.fraud {
            self.frauds = (self.frauds - kept).max(0.0);
        }
    }

    fn faded_since(&self, at: i64) -> f32 {
        expf(-(millis_between(at, self.aged_at) / HALF_YEAR).min(60.0))
    }

    /// Seconds since they last met; `None` at the first time.
    #[must_use]
    pub fn met_seconds_ago(&self, at: i64) -> Option<f32> {
        (self.payments > 0).then(|| millis_between(self.last_at, at))
    }
}
