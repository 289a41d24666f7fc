//! [`Tally`]: what one subject used under one limit, in a bounded number of buckets.

use money::{Amount, Currency, Instant};
use serde::{Deserialize, Serialize};

use crate::limit::Used;
use crate::limits;
use crate::pack::Window;
use crate::time::{Span, Zone};
use crate::window::Start;

/// What events do to a sum: `max(sum + add, floor)`, which any sequence of payments and refunds comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatStep", into = "FlatStep")]
pub(crate) struct Step {
    pub(crate) add: i64,
    pub(crate) floor: i64,
    pub(crate) count: i64,
    /// The currency of all; `None` when nothing was counted yet.
    pub(crate) currency: Option<Currency>,
    /// Two currencies, or an amount nobody gave: nothing fits any more.
    pub(crate) mixed: bool,
}

/// A step without the names of its parts: counters are read and written with every payment.
type FlatStep = (i64, i64, i64, Option<Currency>, bool);

impl From<FlatStep> for Step {
    fn from((add, floor, count, currency, mixed): FlatStep) -> Self {
        Self { add, floor, count, currency, mixed }
    }
}

impl From<Step> for FlatStep {
    fn from(step: Step) -> Self {
        (step.add, step.floor, step.count, step.currency, step.mixed)
    }
}

impl Step {
    pub(crate) fn payment(amount: Option<Amount>) -> Self {
        let minor = amount.map_or(0, |amount| amount.minor().max(0));
        Self { add: minor, floor: 0, count: 1, currency: amount.map(Amount::currency), mixed: amount.is_none() }
    }

    pub(crate) fn refund(amount: Amount) -> Self {
        Self { add: amount.minor().max(0).saturating_neg(), ..Self::default() }
    }

    pub(crate) fn then(&mut self, next: &Self) {
        self.floor = self.floor.saturating_add(next.add).max(next.floor);
        self.add = self.add.saturating_add(next.add);
        self.count = self.count.saturating_add(next.count);
        let two = self.currency.zip(next.currency).is_some_and(|(a, b)| a != b);
        self.mixed |= next.mixed || two;
        self.currency = self.currency.or(next.currency);
    }

    pub(crate) fn used(&self, like: Option<Amount>) -> Used {
        let other = self.currency.zip(like).is_some_and(|(mine, like)| mine != like.currency());
        Used { minor: self.add.max(self.floor).into(), count: self.count, foreign: self.mixed || other }
    }
}

/// What happened within one piece of a limit's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatBucket", into = "FlatBucket")]
pub(crate) struct Bucket {
    pub(crate) at: Instant,
    /// The refunded payment's moment, where that matters.
    pub(crate) made: Option<Instant>,
    pub(crate) step: Step,
}

type FlatBucket = (i64, Option<i64>, Step);

impl From<FlatBucket> for Bucket {
    fn from((at, made, step): FlatBucket) -> Self {
        Self { at: Instant::from_unix_millis(at), made: made.map(Instant::from_unix_millis), step }
    }
}

impl From<Bucket> for FlatBucket {
    fn from(bucket: Bucket) -> Self {
        (bucket.at.unix_millis(), bucket.made.map(Instant::unix_millis), bucket.step)
    }
}

/// What one operation does to one tally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub(crate) limit: String,
    pub(crate) subject: Option<String>,
    pub(crate) at: Instant,
    pub(crate) bucket: Bucket,
    /// Full strong authentication.
    pub(crate) resets: bool,
    /// How many seconds its bucket matters.
    pub(crate) keep: i64,
}

/// Used under one limit by one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    ever: Step,
    /// The same without refunds that restore only the window of their payment.
    unrestored: Step,
    buckets: Buckets,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reset: Option<Instant>,
}

/// Buckets in the order of their moments; `flat.rs` says how they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Buckets(Vec<Bucket>);

impl Tally {
    pub(crate) fn apply(&mut self, mark: &Mark) {
        self.ever.then(&mark.bucket.step);
        if mark.bucket.made.is_none() {
            self.unrestored.then(&mark.bucket.step);
        }
        if self.reset.is_some_and(|reset| mark.at < reset) {
            return;
        }
        self.buckets.add(mark.bucket, mark.at, mark.keep);
        if mark.resets {
            self.reset = Some(mark.at);
            self.buckets.0.retain(|bucket| bucket.at > mark.at);
        }
    }

    pub(crate) fn used(&self, begin: Start, open: &[&Mark], like: Option<Amount>) -> Used {
        let mut sum = match begin {
            Start::Nothing | Start::Outside => return Used::default(),
            Start::Ever => self.ever,
            Start::Unknown(_) => self.unrestored,
            Start::From(_) | Start::After(_) | Start::AfterFullAuth => self.buckets.since(begin),
        };
        for mark in open {
            let reset = begin == Start::AfterFullAuth && self.reset.is_some_and(|reset| mark.at < reset);
            if !reset && counts(begin, &mark.bucket) {
                sum.then(&mark.bucket.step);
            }
        }
        sum.used(like)
    }

    /// The moment after which nothing happened here.
    pub(crate) fn last_at(&self) -> Option<Instant> {
        self.buckets.0.last().map(|bucket| bucket.at)
    }
}

impl Buckets {
    /// Adds `bucket` of an event at `at`; what is older than `keep` seconds goes.
    pub(crate) fn add(&mut self, bucket: Bucket, at: Instant, keep: i64) {
        let newest = self.0.last().map_or(at, |last| last.at.max(at));
        let oldest = newest.unix_millis().saturating_sub(keep.saturating_mul(1_000));
        self.0.retain(|bucket| bucket.at.unix_millis() >= oldest);
        let place = self.0.partition_point(|known| known.at <= bucket.at);
        let before = place.checked_sub(1).and_then(|place| self.0.get_mut(place));
        match before.filter(|before| before.at == bucket.at && before.made.is_none() && bucket.made.is_none()) {
            Some(before) => before.step.then(&bucket.step),
            None => self.0.insert(place, bucket),
        }
        if self.0.len() > limits::BUCKETS_MAX {
            self.merge(keep);
        }
    }

    /// Too many: those of the same part of the time they matter become one, which lives as long as the latest of them;
    /// a refund that only one window knows is forgotten. WHY that way: both are the strict side, and no sum is moved
    /// by more than such a part.
    fn merge(&mut self, keep: i64) {
        let part = keep.saturating_mul(1_000).checked_div(limits::BUCKET_PARTS).unwrap_or(i64::MAX).max(1);
        let of = |at: Instant| at.unix_millis().div_euclid(part);
        let mut merged: Vec<Bucket> = Vec::with_capacity(limits::BUCKETS_MAX);
        for bucket in self.0.drain(..).filter(|bucket| bucket.made.is_none()) {
            match merged.last_mut().filter(|last| of(last.at) == of(bucket.at)) {
                Some(last) => {
                    last.step.then(&bucket.step);
                    last.at = bucket.at;
                }
                None => merged.push(bucket),
            }
        }
        self.0 = merged;
    }

    /// What the window that begins at `begin` holds.
    pub(crate) fn since(&self, begin: Start) -> Step {
        let mut sum = Step::default();
        self.0.iter().filter(|bucket| counts(begin, bucket)).for_each(|bucket| sum.then(&bucket.step));
        sum
    }

    /// Of buckets that are in order already.
    pub(crate) fn in_order(buckets: Vec<Bucket>) -> Self {
        Self(buckets)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Bucket> {
        self.0.iter()
    }
}

/// Whether `bucket` lies in the window that begins at `begin`, and its refund gives something back there.
pub(crate) fn counts(begin: Start, bucket: &Bucket) -> bool {
    let inside = match begin {
        Start::From(from) => bucket.at >= from,
        Start::After(after) => bucket.at > after,
        _ => true,
    };
    let restores = |made: Instant| matches!(begin, Start::From(from) if made >= from) || matches!(begin, Start::Ever);
    inside && bucket.made.is_none_or(restores)
}

/// The moment that stands for all events of one bucket: no window begins inside one.
pub(crate) fn bucket_at(window: &Window, zone: &Zone, at: Instant) -> Instant {
    match window {
        Window::Month => zone.start_of(zone.date(at).first_of_month()),
        Window::Year => zone.start_of(zone.date(at).first_of_year()),
        Window::Day | Window::Cycle(_) => zone.start_of(zone.date(at)),
        Window::Rolling(span) if span.is_civil() => zone.start_of(zone.date(at)),
        _ => at,
    }
}

/// For how many seconds a bucket may matter, generously.
pub(crate) fn keep(window: &Window) -> i64 {
    const DAY: i64 = 86_400;
    let span = |span: &Span| match span {
        Span::Seconds(seconds) => *seconds,
        Span::Days(days) => i64::from(*days).saturating_mul(DAY),
        Span::Months(months) => i64::from(*months).saturating_mul(31 * DAY),
        // Weekends and long holidays: three calendar days for each, and three weeks.
        Span::BusinessDays(days) => i64::from(*days).saturating_mul(3 * DAY).saturating_add(21 * DAY),
    };
    let days = match window {
        Window::Payment | Window::AnyTime | Window::Lifetime => 0,
        Window::Day | Window::Band { .. } => 2,
        Window::Month => 33,
        Window::Cycle(_) => 64,
        Window::Year => 368,
        Window::Rolling(length) | Window::SinceFact(_, length) => return span(length).saturating_add(2 * DAY),
        Window::SinceFullAuth => return i64::MAX / 10_000,
    };
    days * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_events_stay_few_buckets_and_never_less_than_they_are() {
        let window = Window::Rolling(Span::Seconds(86_400));
        let mut buckets = Buckets::default();
        let at = |second: i64| Instant::from_unix_seconds(1_790_000_000_i64.saturating_add(second));
        for second in 0..400_000_i64 {
            let step = Step::payment(Some(Amount::new(1, Currency::KRW)));
            buckets.add(Bucket { at: at(second), made: None, step }, at(second), keep(&window));
        }
        assert!(buckets.0.len() <= limits::BUCKETS_MAX, "{} buckets", buckets.0.len());
        let day = buckets.since(Start::After(at(400_000 - 86_400)));
        let part = keep(&window) / limits::BUCKET_PARTS;
        assert!(day.add >= 86_399, "never less: {}", day.add);
        assert!(day.add <= 86_400 + part, "no more than one part more: {}", day.add);
    }
}
