//! [`FraudHistory`]: what became known, late, of a party's payments.

use crate::event::Outcome;
use crate::limits::FRAUD_RUN_MAX;
use crate::profile::decay::Kept;
use crate::profile::{Fading, Ripe};

/// Known outcomes, fading; and the run of frauds at the end of what is known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FraudHistory {
    /// Payments with a known outcome, fading over a week, a month and half a year.
    pub known: Fading<3>,
    /// Frauds among them, alike.
    pub frauds: Fading<3>,
    /// Frauds among them that their amount does not explain, fading over a month.
    pub unexplained: Fading<1>,
    /// How many of the latest known payments were frauds without a genuine one between.
    pub run: u16,
    /// When the first payment of that run was made.
    pub run_from: i64,
    /// When the latest known fraud was paid; `i64::MIN` when none is known.
    pub last_fraud_at: Option<i64>,
    /// When the latest known fraud was paid that its amount does not explain.
    pub last_unexplained_at: Option<i64>,
    /// When the latest payment known to be genuine was made.
    pub last_genuine_at: Option<i64>,
}

impl FraudHistory {
    pub(super) fn is_known(&self) -> bool {
        self.known.0.iter().any(|known| *known > 0.0)
    }

    pub(super) fn fade(&mut self, kept: &Kept) {
        self.known.fade([kept.week, kept.month, kept.half_year]);
        self.frauds.fade([kept.week, kept.month, kept.half_year]);
        self.unexplained.fade([kept.month]);
    }

    pub(super) fn learn(&mut self, outcome: &Outcome) {
        self.known.add([1.0; 3]);
        let paid_at = outcome.paid_at_millis;
        let latest = |known: Option<i64>| Some(known.map_or(paid_at, |known| known.max(paid_at)));
        if !outcome.fraud {
            self.genuine(paid_at);
            return;
        }
        self.frauds.add([1.0; 3]);
        if self.run == 0 {
            self.run_from = paid_at;
        }
        self.run = self.run.saturating_add(1).min(FRAUD_RUN_MAX);
        self.last_fraud_at = latest(self.last_fraud_at);
        if !outcome.explained_by_amount {
            self.unexplained.add([1.0]);
            self.last_unexplained_at = latest(self.last_unexplained_at);
        }
    }

    /// Payments that nobody said anything of in time.
    pub(super) fn learn_ripe(&mut self, ripe: Ripe, kept: &Kept) {
        let payments = ripe.payments as f32;
        self.known.add([kept.week, kept.month, kept.half_year].map(|kept| kept * payments));
        self.genuine(ripe.paid_at_millis);
    }

    fn genuine(&mut self, paid_at: i64) {
        // WHY: a fraud is reported within minutes and what is genuine shows after days, so what was paid before a run
        // began says nothing against it.
        if paid_at >= self.run_from {
            self.run = 0;
        }
        self.last_genuine_at = Some(self.last_genuine_at.map_or(paid_at, |known| known.max(paid_at)));
    }

    /// Takes back what was learnt and is not so. The moment of an earlier fraud is not known any more: it is forgotten
    /// once no fraud is left.
    pub(super) fn unlearn(&mut self, earlier: &Outcome, kept: &Kept) {
        let less = |counts: &mut [f32], kept: &[f32]| {
            for (count, kept) in counts.iter_mut().zip(kept) {
                *count = (*count - kept).max(0.0);
            }
        };
        let spans = [kept.week, kept.month, kept.half_year];
        less(&mut self.known.0, &spans);
        if !earlier.fraud {
            return;
        }
        less(&mut self.frauds.0, &spans);
        if !earlier.explained_by_amount {
            less(&mut self.unexplained.0, &[kept.month]);
        }
        self.run = self.run.saturating_sub(1);
        let [.., left] = self.frauds.0;
        if left < 0.5 {
            (self.last_fraud_at, self.last_unexplained_at, self.run) = (None, None, 0);
        }
    }

    /// The share of frauds among the known over a month, drawn to `base` where little is known: `base` counts as
    /// `weight` payments.
    #[must_use]
    pub fn rate(&self, base: f32, weight: f32) -> f32 {
        let [_, known, _] = self.known.0;
        let [_, frauds, _] = self.frauds.0;
        (frauds + base * weight) / (known + weight)
    }

    /// The same over half a year.
    #[must_use]
    pub fn slow_rate(&self, base: f32, weight: f32) -> f32 {
        let [_, _, known] = self.known.0;
        let [_, _, frauds] = self.frauds.0;
        (frauds + base * weight) / (known + weight)
    }
}
