//! [`Peers`]: how payments usually look, without labels: for some thirty facts, how often each of their bins occurs.
//!
//! A payment's surprise is −ln of how often its bin occurs, less what that is on average: facts that are always surprising
//! say nothing, and a fact that hardly ever leaves its usual bins says much when it does. The facts are relative to the
//! payer (against their own mean, pace and hours), so peers are people with the same habits, not the same amounts.

use crate::event::{Pair, Party};
use crate::feature::{Family, Feature, Features, PairFact, PartyFact, PaymentFact, Unit};
use crate::limits::{PEER_BINS, PEER_PAYMENTS_MAX, PEER_PAYMENTS_MIN, PEER_TABLE_PAYMENTS};
use crate::number::{ln_1p, lnf};
use crate::profile::Unreadable;
use crate::profile::bytes::{Bytes, Writer};

/// On which side of the usual a fact is surprising.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// More than others.
    Above,
    /// Less than others.
    Below,
    /// What is rare, wherever it lies.
    Rare,
}

/// The facts that are looked at, and on which side: whoever robs somebody pays more, faster, at once, somewhere new.
pub const FACTS: [(Feature, Side); 28] = {
    use Feature::{Pair as B, Party as P, Payment as T};
    use PartyFact as F;
    use Side::{Above, Below, Rare};
    [
        (T(PaymentFact::AmountOfBalance), Rare),
        (T(PaymentFact::LocalHour), Rare),
        (T(PaymentFact::TrailingZeros), Rare),
        (T(PaymentFact::DistanceHome), Above),
        (T(PaymentFact::Speed), Above),
        (T(PaymentFact::IncomeAge), Below),
        (T(PaymentFact::PayeeSpendingAge), Below),
        (P(Party::Payer, F::AmountRobustZ), Above),
        (P(Party::Payer, F::AmountOverLargest), Above),
        (P(Party::Payer, F::AmountOverSmallest), Above),
        (P(Party::Payer, F::SpentRatio7d), Above),
        (P(Party::Payer, F::BurstHour), Above),
        (P(Party::Payer, F::BurstWeek), Above),
        (P(Party::Payer, F::Payments10m), Above),
        (P(Party::Payer, F::PartnerShare), Above),
        (P(Party::Payer, F::HourSurprise), Above),
        (P(Party::Payer, F::SecondsSinceLast), Below),
        (P(Party::Payee, F::AmountLogZ), Rare),
        (P(Party::Payee, F::BurstDay), Above),
        (P(Party::Payee, F::MeanRatio1d), Rare),
        (P(Party::Category, F::AmountLogZ), Rare),
        (P(Party::Category, F::Popularity), Below),
        (P(Party::Place, F::Popularity), Below),
        (B(Pair::PayerPayee, PairFact::ShareOfFirst), Below),
        (B(Pair::PayerDevice, PairFact::First), Above),
        (B(Pair::PayerPlace, PairFact::ShareOfFirst), Below),
        (B(Pair::PayerCategory, PairFact::ShareOfFirst), Below),
        (B(Pair::PlaceCategory, PairFact::ShareOfFirst), Below),
    ]
};

/// How often each bin of each fact occurs.
#[derive(Clone, Debug, PartialEq)]
pub struct Peers {
    counts: Box<[[f32; PEER_BINS]; FACTS.len()]>,
    payments: f32,
    /// What the surprise of each fact is on average.
    usual: [f32; FACTS.len()],
    /// The surprise of each bin, brought up to date every [`PEER_TABLE_PAYMENTS`] payments.
    surprise: Box<[[f32; PEER_BINS]; FACTS.len()]>,
    since_table: u32,
}

impl Default for Peers {
    fn default() -> Self {
        let empty = || Box::new([[0.0; PEER_BINS]; FACTS.len()]);
        Self { counts: empty(), payments: 0.0, usual: [0.0; FACTS.len()], surprise: empty(), since_table: 0 }
    }
}

impl Peers {
    /// Whether enough payments were seen to say what is usual.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.payments >= PEER_PAYMENTS_MIN
    }

    /// What each fact of a payment is worth in surprise above the usual, in nats; nothing while too little is known, and
    /// nothing for a fact that is not known.
    pub fn surprises<'a>(&'a self, features: &'a Features) -> impl Iterator<Item = (Family, f32)> + 'a {
        let known = self.is_known();
        FACTS.iter().zip(self.surprise.iter()).zip(&self.usual).filter(move |_| known).map(
            |(((fact, _), table), usual)| {
                let surprise = bin(*fact, features.value(*fact)).and_then(|bin| table.get(bin));
                (fact.entry().family, surprise.map_or(0.0, |surprise| (surprise - usual).clamp(-2.0, 10.0)))
            },
        )
    }

    /// Takes in one payment; after [`PEER_PAYMENTS_MAX`] the oldest begin to fade.
    pub fn observe(&mut self, features: &Features) {
        let weight = (self.payments + 1.0).min(5_000.0);
        let tables = self.counts.iter_mut().zip(self.surprise.iter()).zip(&mut self.usual);
        for ((fact, _), ((counts, table), usual)) in FACTS.iter().zip(tables) {
            let Some(bin) = bin(*fact, features.value(*fact)) else { continue };
            *usual += (table.get(bin).copied().unwrap_or(0.0) - *usual) / weight;
            if let Some(count) = counts.get_mut(bin) {
                *count += 1.0;
            }
        }
        self.payments += 1.0;
        if self.payments >= PEER_PAYMENTS_MAX {
            self.counts.iter_mut().flatten().for_each(|count| *count *= 0.5);
            self.payments *= 0.5;
        }
        self.since_table += 1;
        if self.since_table >= PEER_TABLE_PAYMENTS {
            self.tabulate();
        }
    }

    fn tabulate(&mut self) {
        self.since_table = 0;
        for ((_, side), (counts, table)) in FACTS.iter().zip(self.counts.iter().zip(self.surprise.iter_mut())) {
            let all = counts.iter().sum::<f32>();
            let mut below = 0.0;
            for (count, slot) in counts.iter().zip(table.iter_mut()) {
                // Half of the bin itself, so that a fact with two values is usual at both.
                let share = match side {
                    Side::Rare => (count + 0.5) / (all + 0.5 * PEER_BINS as f32),
                    Side::Above => (all - below - 0.5 * count + 0.5) / (all + 1.0),
                    Side::Below => (below + 0.5 * count + 0.5) / (all + 1.0),
                };
                *slot = -lnf(share.max(1e-6));
                below += count;
            }
        }
    }

    /// As bytes, for a model's baseline.
    pub(crate) fn write(&self, to: &mut Writer) {
        to.real(self.payments);
        self.usual.iter().for_each(|usual| to.real(*usual));
        for counts in self.counts.iter() {
            let filled = counts.iter().enumerate().filter(|(_, count)| **count > 0.0);
            to.whole(filled.clone().count() as u64);
            for (bin, count) in filled {
                to.byte(bin as u8);
                to.real(*count);
            }
        }
    }

    pub(crate) fn take(from: &mut Bytes<'_>) -> Result<Self, Unreadable> {
        let mut peers = Self { payments: from.count()?, ..Self::default() };
        for usual in &mut peers.usual {
            *usual = from.real()?;
        }
        for counts in peers.counts.iter_mut() {
            for _ in 0..from.whole()?.min(PEER_BINS as u64) {
                let bin = usize::from(from.byte()?);
                *counts.get_mut(bin).ok_or(Unreadable("a bin there is not"))? = from.count()?;
            }
        }
        peers.tabulate();
        Ok(peers)
    }
}

/// The bin of a value, by how its feature is counted: even steps for shares, hours and deviations, growing ones for
/// everything that has a long tail.
fn bin(fact: Feature, value: f32) -> Option<usize> {
    if value.is_nan() {
        return None;
    }
    let place = match fact.entry().unit {
        Unit::Flag => value,
        Unit::Share => (lnf(value.max(0.0) + 1e-4) + 9.22) * 5.0,
        Unit::Hours => value * 1.9,
        Unit::Deviations => (value + 6.0) * 2.0,
        Unit::Nats => (value + 3.0) * 6.0,
        // Exactly all of it is a bin of its own.
        Unit::Ratio if (value - 1.0).abs() < 1e-3 => return Some(PEER_BINS - 1),
        Unit::Ratio => (lnf(value.max(0.0) + 0.01) + 4.61) * 4.0,
        Unit::Money => ln_1p(value.max(0.0)) * 2.5,
        Unit::Seconds => ln_1p(value.max(0.0)) * 2.6,
        Unit::Count | Unit::Kilometres => ln_1p(value.max(0.0)) * 5.0,
    };
    Some((place.max(0.0) as usize).min(PEER_BINS - 2))
}
