//! The catalogue of features: everything a rule, a model, an explanation or a page may say about a payment.
//!
//! A feature is typed ([`Feature`]); its name, unit, meaning and source stand in one table each. A value is an `f32`;
//! NaN means "not known". Nothing outside the catalogue can be asked for: a name that is not in it does not compile
//! into a rule and does not load with a model.

mod pair;
mod party;
mod payment;
mod signal;

pub use pair::PairFact;
pub use party::PartyFact;
pub use payment::PaymentFact;
pub use signal::{SIGNALS, SignalFact, Signals, is_cash_like};

use crate::event::{Event, Pair, Party};
use crate::peers::Peers;
use crate::profile::{PairProfile, Profile};

/// How a feature is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A number of things.
    Count,
    /// Whole units of the currency.
    Money,
    /// Seconds.
    Seconds,
    /// Hours of the day.
    Hours,
    /// A ratio without unit.
    Ratio,
    /// A share or probability between 0 and 1.
    Share,
    /// Standard deviations.
    Deviations,
    /// Surprise in nats.
    Nats,
    /// Kilometres, or kilometres an hour.
    Kilometres,
    /// 0 or 1.
    Flag,
}

/// What a feature speaks of: explanations add up contributions within a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// How much.
    Amount,
    /// How often, how fast.
    Velocity,
    /// To whom, from where, with what: first times and habits.
    Novelty,
    /// When in the day.
    Hours,
    /// What became known of earlier payments.
    FraudHistory,
    /// Refusals and failed attempts.
    Refusals,
    /// Where.
    Place,
    /// The balance.
    Balance,
    /// What the payment itself says.
    Payment,
    /// What the device, and what happens on it, is.
    Device,
    /// What the carrier says of the line.
    Telco,
    /// What was scanned.
    Code,
    /// Limits and consents.
    Policy,
    /// All together, without labels.
    Anomaly,
}

/// Whether more of a feature may lower the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More of it never lowers the score.
    Up,
    /// Either way.
    Free,
}

/// One row of a table of facts.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The last part of the name.
    pub name: &'static str,
    /// How it is counted.
    pub unit: Unit,
    /// What it speaks of.
    pub family: Family,
    /// Whether more of it may lower the score.
    pub direction: Direction,
    /// Whether the linear part of a model uses it.
    pub linear: bool,
    /// What it means, in Korean.
    pub ko: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

/// A table of facts: variants, names, units, families, directions and meanings in one place.
macro_rules! facts {
    ($(#[$outer:meta])* $kind:ident { $($variant:ident $name:literal $unit:ident $family:ident $direction:ident $linear:literal $ko:literal $en:literal;)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $kind {
            $(#[doc = $en] $variant,)+
        }

        impl $kind {
            /// Every fact, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The row of the table.
            #[must_use]
            pub const fn entry(self) -> $crate::feature::Entry {
                match self {
                    $(Self::$variant => $crate::feature::Entry {
                        name: $name,
                        unit: $crate::feature::Unit::$unit,
                        family: $crate::feature::Family::$family,
                        direction: $crate::feature::Direction::$direction,
                        linear: $linear,
                        ko: $ko,
                        en: $en,
                    },)+
                }
            }
        }
    };
}
pub(crate) use facts;

/// One feature of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// What the profile of a party says about the payment.
    Party(Party, PartyFact),
    /// What two parties' history says.
    Pair(Pair, PairFact),
    /// What the payment itself says.
    Payment(PaymentFact),
    /// What device, carrier, code and limits say.
    Signal(SignalFact),
}

const PARTY_FACTS: usize = PartyFact::ALL.len();
const PAIR_FACTS: usize = PairFact::ALL.len();
const PAIRS_FROM: usize = Party::ALL.len() * PARTY_FACTS;
const PAYMENT_FROM: usize = PAIRS_FROM + Pair::ALL.len() * PAIR_FACTS;

const SIGNAL_FROM: usize = PAYMENT_FROM + PaymentFact::ALL.len();

/// How many features there are.
pub const WIDTH: usize = SIGNAL_FROM + SIGNALS;

/// The version of the catalogue: raised whenever a feature is added, removed or computed in another way.
pub const CATALOGUE_VERSION: u32 = 3;

impl Feature {
    /// Every feature, in the order of [`Feature::index`].
    pub fn all() -> impl Iterator<Item = Self> {
        let parties =
            Party::ALL.into_iter().flat_map(|party| PartyFact::ALL.iter().map(move |f| Self::Party(party, *f)));
        let pairs = Pair::ALL.into_iter().flat_map(|pair| PairFact::ALL.iter().map(move |f| Self::Pair(pair, *f)));
        let payment = PaymentFact::ALL.iter().map(|fact| Self::Payment(*fact));
        parties.chain(pairs).chain(payment).chain(SignalFact::ALL.iter().map(|fact| Self::Signal(*fact)))
    }

    /// The place of its value in [`Features`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Party(party, fact) => party.index() * PARTY_FACTS + fact as usize,
            Self::Pair(pair, fact) => PAIRS_FROM + pair.index() * PAIR_FACTS + fact as usize,
            Self::Payment(fact) => PAYMENT_FROM + fact as usize,
            Self::Signal(fact) => SIGNAL_FROM + fact as usize,
        }
    }

    /// The row of its table.
    #[must_use]
    pub const fn entry(self) -> Entry {
        match self {
            Self::Party(_, fact) => fact.entry(),
            Self::Pair(_, fact) => fact.entry(),
            Self::Payment(fact) => fact.entry(),
            Self::Signal(fact) => fact.entry(),
        }
    }

    /// The whole name, e.g. `payer.payments_1h`.
    #[must_use]
    pub fn name(self) -> String {
        let subject = match self {
            Self::Party(party, _) => party.name(),
            Self::Pair(pair, _) => pair.name(),
            Self::Payment(_) => "payment",
            Self::Signal(_) => "signal",
        };
        format!("{subject}.{}", self.entry().name)
    }

    /// The feature of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|feature| feature.name() == name)
    }

    /// Whether the row's own columns say it, each party's being its slow, shrunk, late rate of known frauds and nothing
    /// of its behaviour: what a model without profiles would see.
    #[must_use]
    pub const fn is_raw(self) -> bool {
        matches!(self, Self::Payment(fact) if fact.is_raw()) || matches!(self, Self::Party(_, PartyFact::FraudRateSlow))
    }
}

/// The values of all features of one payment.
#[derive(Clone, Debug, PartialEq)]
pub struct Features(Box<[f32; WIDTH]>);

impl Default for Features {
    fn default() -> Self {
        Self(Box::new([f32::NAN; WIDTH]))
    }
}

impl Features {
    /// The catalogue's part of a row of columns.
    #[must_use]
    pub fn of(row: &[f32]) -> Self {
        let mut features = Self::default();
        for (slot, value) in features.0.iter_mut().zip(row) {
            *slot = *value;
        }
        features
    }

    /// The value of a feature; NaN when not known.
    #[must_use]
    pub fn value(&self, feature: Feature) -> f32 {
        self.0.get(feature.index()).copied().unwrap_or(f32::NAN)
    }

    /// The value of a feature, when known.
    #[must_use]
    pub fn known(&self, feature: Feature) -> Option<f32> {
        Some(self.value(feature)).filter(|value| !value.is_nan())
    }

    /// All values, in the order of [`Feature::index`].
    #[must_use]
    pub fn values(&self) -> &[f32] {
        self.0.as_slice()
    }

    pub(crate) fn set(&mut self, feature: Feature, value: f32) {
        if let Some(slot) = self.0.get_mut(feature.index()) {
            *slot = value;
        }
    }
}

/// The profiles a payment is compared with, with time let pass up to it.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// By [`Party::index`]; `None` where the party is unknown or new.
    pub parties: [Option<&'a Profile>; 6],
    /// By [`Pair::index`]; `None` where they never met.
    pub pairs: [Option<&'a PairProfile>; 7],
    /// All payments together: the base that rates are drawn to.
    pub everyone: &'a Profile,
    /// The payer's profile as a payee, where one party can be both.
    pub payer_income: Option<&'a Profile>,
    /// The payee's profile as a payer, where one party can be both.
    pub payee_spending: Option<&'a Profile>,
    /// How payments usually look.
    pub peers: &'a Peers,
    /// Whether this is what a server reads for a payment: `everyone` and `peers` stand still, as the model's training left
    /// them, so that no payment writes a row that all payments write; and a device, which has one payer, is known only by
    /// what it has with them.
    pub served: bool,
}

/// Computes every feature of a payment from what was read: the one function for live, training, backtest and replay.
#[must_use]
pub fn features(event: &Event, reading: &Reading<'_>) -> Features {
    let mut values = Features::default();
    let new = Profile::default();
    for party in Party::ALL {
        if event.party(party).is_some() && !(reading.served && party == Party::Device) {
            let profile = reading.parties.get(party.index()).copied().flatten().unwrap_or(&new);
            let facts = party::Facts::of(event, profile, reading.everyone);
            for fact in PartyFact::ALL {
                values.set(Feature::Party(party, *fact), facts.value(*fact));
            }
        }
    }
    let unmet = PairProfile::default();
    for pair in Pair::ALL {
        if event.pair(pair).is_some() {
            let profile = reading.pairs.get(pair.index()).copied().flatten().unwrap_or(&unmet);
            let (first, _) = pair.parties();
            let first = reading.parties.get(first.index()).copied().flatten().unwrap_or(&new);
            for fact in PairFact::ALL {
                let value = pair::value(*fact, event, profile, first, reading.everyone);
                values.set(Feature::Pair(pair, *fact), value);
            }
        }
    }
    for fact in PaymentFact::ALL {
        let value = payment::value(*fact, event, reading);
        values.set(Feature::Payment(*fact), value);
    }
    for fact in SignalFact::ALL {
        values.set(Feature::Signal(*fact), signal::value(*fact, event));
    }
    if reading.served {
        // What is counted against everyone's counts would compare a living count with one that stands still.
        for party in Party::ALL {
            values.set(Feature::Party(party, PartyFact::Popularity), f32::NAN);
        }
        values.set(Feature::Payment(PaymentFact::FraudRateEveryone), f32::NAN);
    }
    let anomaly = crate::anomaly::of(&values, reading.peers).total();
    values.set(Feature::Payment(PaymentFact::Anomaly), anomaly);
    values
}
