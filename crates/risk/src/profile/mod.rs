//! [`Profile`]: what is remembered of one party, in bounded space, brought up to date in O(1) for each payment.
//!
//! The same value and the same functions serve the live decision, training, backtest and re-execution. Reading never
//! changes what is known: [`Profile::aged`] only lets time pass.

pub(crate) mod bytes;
mod decay;
mod fraud;
mod habit;
mod pair;
mod recent;
mod ripening;
mod spread;

pub use bytes::Unreadable;
pub use decay::{DAY, Fading, HALF_YEAR, HOUR, MONTH, WEEK};
pub use fraud::FraudHistory;
pub use habit::Hours;
pub use pair::PairProfile;
pub use recent::{Against, Recent};
pub use ripening::{Ripe, Ripening};
pub use spread::Spread;

use crate::event::{Coordinates, Event, Outcome};

/// What one update of a profile needs to know besides the payment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Company {
    /// How long ago this party and the other met, in seconds; `None` at the first time.
    pub met_seconds_ago: Option<f32>,
    /// The fraud rate of the other party against everyone's, as known before this payment.
    pub fraud_lift: f32,
    /// How old the other party's profile is, in seconds.
    pub age_seconds: f32,
}

/// What is remembered of one party.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// The first payment, in milliseconds of Unix time.
    pub first_at: i64,
    /// The latest payment.
    pub last_at: i64,
    /// Up to when time has been let pass.
    pub aged_at: i64,
    /// Payments ever.
    pub payments: u32,
    /// Payments, fading over an hour, a day, a week and a month.
    pub counts: Fading<4>,
    /// Their amounts, alike.
    pub sums: Fading<4>,
    /// Distinct parties on the other side, fading over a day, a week and a month.
    pub partners: Fading<3>,
    /// Refusals, fading over a day and a month.
    pub refusals: Fading<2>,
    /// Mean and spread of the amounts, plain and logarithmic.
    pub spread: Spread,
    /// The latest payments one by one.
    pub recent: Recent,
    /// When in the day it pays.
    pub hours: Hours,
    /// What became known of its payments.
    pub fraud: FraudHistory,
    /// The fraud rate of the company it keeps against everyone's, an average over about ten payments.
    pub company_fraud_lift: f32,
    /// The age in days of the company it keeps, alike (logarithm of 1 + days).
    pub company_age: f32,
    /// Where it last paid.
    pub last_spot: Option<Coordinates>,
}

impl Profile {
    /// Lets time pass up to `at`, in milliseconds of Unix time. A clock that went back changes nothing.
    pub fn age_to(&mut self, at: i64) {
        if self.aged_at >= at {
            return;
        }
        if self.payments > 0 || self.fraud.is_known() {
            let seconds = millis_between(self.aged_at, at);
            let kept = decay::Kept::after(seconds);
            self.counts.fade([kept.hour, kept.day, kept.week, kept.month]);
            self.sums.fade([kept.hour, kept.day, kept.week, kept.month]);
            self.partners.fade([kept.day, kept.week, kept.month]);
            self.refusals.fade([kept.day, kept.month]);
            self.fraud.fade(&kept);
        }
        self.aged_at = at;
    }

    /// A copy with time let pass up to `at`.
    #[must_use]
    pub fn aged(&self, at: i64) -> Self {
        let mut copy = self.clone();
        copy.age_to(at);
        copy
    }

    /// Takes in one payment.
    pub fn observe(&mut self, event: &Event, company: Company) {
        self.age_to(event.at_millis);
        if self.payments == 0 {
            self.first_at = event.at_millis;
        }
        let met = company.met_seconds_ago;
        self.partners.add([DAY, WEEK, MONTH].map(|span| decay::distinct_share(met, span)));
        self.counts.add([1.0; 4]);
        self.sums.add([event.amount; 4]);
        if event.refused {
            self.refusals.add([1.0; 2]);
        }
        let weight = if self.payments == 0 { 1.0 } else { 0.1 };
        self.company_fraud_lift += weight * (company.fraud_lift - self.company_fraud_lift);
        self.company_age += weight * (crate::number::ln_1p(company.age_seconds / DAY) - self.company_age);
        self.spread.observe(event.amount);
        self.recent.observe(event.at_millis, event.amount);
        self.hours.observe(event.local_hour());
        self.last_spot = event.spot.or(self.last_spot);
        self.payments = self.payments.saturating_add(1);
        self.last_at = self.last_at.max(event.at_millis);
    }

    /// Takes in what became known of an earlier payment.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.age_to(outcome.known_at_millis);
        self.fraud.learn(outcome);
    }

    /// Takes in payments of which nobody said anything in time: they count as genuine since then.
    pub(crate) fn learn_ripe(&mut self, ripe: Ripe) {
        self.age_to(ripe.known_at_millis);
        let kept = decay::Kept::after(millis_between(ripe.known_at_millis, self.aged_at));
        self.fraud.learn_ripe(ripe, &kept);
    }

    /// Takes an outcome back that was learnt and is not so: what it counted is taken away as it has faded since.
    pub(crate) fn unlearn(&mut self, earlier: &Outcome) {
        let kept = decay::Kept::after(millis_between(earlier.known_at_millis, self.aged_at));
        self.fraud.unlearn(earlier, &kept);
    }

    /// Seconds since the latest payment; `None` when there was none.
    #[must_use]
    pub fn seconds_since_last(&self, at: i64) -> Option<f32> {
        (self.payments > 0).then(|| millis_between(self.last_at, at))
    }

    /// Seconds since the first payment; `None` when there was none.
    #[must_use]
    pub fn seconds_since_first(&self, at: i64) -> Option<f32> {
        (self.payments > 0).then(|| millis_between(self.first_at, at))
    }
}

/// Seconds from one moment to a later one, both in milliseconds; zero when the clock went back.
#[must_use]
pub fn millis_between(from: i64, to: i64) -> f32 {
    (to.saturating_sub(from).max(0) as f64 / 1000.0) as f32
}
