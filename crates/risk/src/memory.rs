//! [`Memory`]: profiles kept in a bounded map, for runs over a file: training, evaluation, backtest.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::event::{Event, Key, Outcome, Pair, Party};
use crate::feature::{Features, Reading, features};
use crate::limits;
use crate::model::Baseline;
use crate::peers::Peers;
use crate::profile::{Company, PairProfile, Profile};

/// Keys are mixed already; hashing them again would be waste.
#[derive(Clone, Copy, Debug, Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = crate::number::hashed(bytes);
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }
}

type Words<V> = HashMap<u64, V, BuildHasherDefault<Ready>>;

/// A map of at most `capacity` values in two generations: when the young one is full, the old one is let go. What was
/// touched since the last change of generations is always kept, and nothing depends on an order of iteration.
#[derive(Debug)]
struct Bounded<V> {
    young: Words<V>,
    old: Words<V>,
    capacity: usize,
}

impl<V: Default> Bounded<V> {
    fn new(capacity: usize) -> Self {
        Self { young: Words::default(), old: Words::default(), capacity }
    }

    /// Brings the value into the young generation if it is known.
    fn touch(&mut self, key: Key) -> Option<&mut V> {
        if !self.young.contains_key(&key.word()) {
            let value = self.old.remove(&key.word())?;
            self.insert(key, value);
        }
        self.young.get_mut(&key.word())
    }

    fn insert(&mut self, key: Key, value: V) {
        if self.young.len() >= self.capacity / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key.word(), value);
    }

    fn entry(&mut self, key: Key) -> &mut V {
        if self.touch(key).is_none() {
            self.insert(key, V::default());
        }
        self.young.entry(key.word()).or_default()
    }

    fn read(&self, key: Key) -> Option<&V> {
        self.young.get(&key.word())
    }
}

/// All profiles of a run, by party and pair.
#[derive(Debug)]
pub struct Memory {
    parties: [Bounded<Profile>; 6],
    pairs: [Bounded<PairProfile>; 7],
    everyone: Profile,
    peers: Peers,
    kinds: Kinds,
    /// The features computed last, to be taken in by the peers when their payment is.
    latest: Option<(i64, u32, Features)>,
}

/// What the parties of a run are like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// Payer and payee ids are of one kind, so that one party can be both.
    pub shared_ids: bool,
    /// Payments are read as a server reads them ([`Reading::served`]).
    pub served: bool,
}

impl Memory {
    /// An empty memory.
    #[must_use]
    pub fn new(kinds: Kinds) -> Self {
        Self {
            parties: std::array::from_fn(|_| Bounded::new(limits::PROFILES_IN_MEMORY)),
            pairs: std::array::from_fn(|_| Bounded::new(limits::PAIRS_IN_MEMORY)),
            everyone: Profile::default(),
            peers: Peers::default(),
            kinds,
            latest: None,
        }
    }

    /// Lets time pass up to the payment, for everything it will be compared with.
    pub fn prepare(&mut self, event: &Event) {
        let at = event.at_millis;
        self.everyone.age_to(at);
        for (party, map) in Party::ALL.into_iter().zip(&mut self.parties) {
            if let Some(profile) = event.party(party).and_then(|key| map.touch(key)) {
                profile.age_to(at);
            }
        }
        for (pair, map) in Pair::ALL.into_iter().zip(&mut self.pairs) {
            if let Some(profile) = event.pair(pair).and_then(|key| map.touch(key)) {
                profile.age_to(at);
            }
        }
        if self.kinds.shared_ids {
            for (party, other) in [(Party::Payer, Party::Payee), (Party::Payee, Party::Payer)] {
                let map = self.parties.get_mut(other.index());
                if let (Some(key), Some(map)) = (event.party(party), map)
                    && let Some(profile) = map.touch(key)
                {
                    profile.age_to(at);
                }
            }
        }
    }

    /// What the payment is compared with; call [`Memory::prepare`] before.
    #[must_use]
    pub fn reading(&self, event: &Event) -> Reading<'_> {
        let party = |key: Option<Key>, map: Party| self.parties.get(map.index())?.read(key?);
        let pair = |pair: Pair| self.pairs.get(pair.index())?.read(event.pair(pair)?);
        let shared = |from: Party, as_other: Party| {
            if self.kinds.shared_ids { party(event.party(from), as_other) } else { None }
        };
        Reading {
            parties: Party::ALL.map(|kind| party(event.party(kind), kind)),
            pairs: Pair::ALL.map(pair),
            everyone: &self.everyone,
            payer_income: shared(Party::Payer, Party::Payee),
            payee_spending: shared(Party::Payee, Party::Payer),
            peers: &self.peers,
            served: self.kinds.served,
        }
    }

    /// The features of a payment: lets time pass, reads, computes.
    pub fn features(&mut self, event: &Event) -> Features {
        self.prepare(event);
        let features = features(event, &self.reading(event));
        self.latest = Some((event.at_millis, event.amount.to_bits(), features.clone()));
        features
    }

    /// What all payments together look like, to be kept with a model.
    #[must_use]
    pub fn baseline(&self) -> Baseline {
        Baseline { everyone: self.everyone.clone(), peers: self.peers.clone() }
    }

    /// The known fraud rate of all payments, drawn to one in a thousand while little is known.
    #[must_use]
    pub fn base_rate(&self) -> f32 {
        self.everyone.fraud.slow_rate(0.001, 100.0)
    }

    /// Whether the amount alone would tell: far above what the payer, or everyone, spends. Before the payment is observed.
    #[must_use]
    pub fn explains(&self, event: &Event) -> bool {
        explained_by_amount(event, &self.reading(event))
    }

    /// Takes in one payment.
    pub fn observe(&mut self, event: &Event) {
        let at = event.at_millis;
        let companies = self.companies(event);
        // A payment that was not looked at is taken in as it would have looked.
        let looked = match self.latest.take() {
            Some((at, amount, features)) if at == event.at_millis && amount == event.amount.to_bits() => features,
            _ => features(event, &self.reading(event)),
        };
        self.peers.observe(&looked);
        self.everyone.observe(event, Company::default());
        for ((party, map), company) in Party::ALL.into_iter().zip(&mut self.parties).zip(companies) {
            if let Some(key) = event.party(party) {
                map.entry(key).observe(event, company);
            }
        }
        for (pair, map) in Pair::ALL.into_iter().zip(&mut self.pairs) {
            if let Some(key) = event.pair(pair) {
                let profile = map.entry(key);
                profile.age_to(at);
                profile.observe(event);
            }
        }
    }

    /// Takes in what became known of an earlier payment.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.everyone.learn(outcome);
        for (key, map) in outcome.parties.iter().zip(&mut self.parties) {
            if let Some(key) = key {
                map.entry(*key).learn(outcome);
            }
        }
        for (pair, map) in Pair::ALL.into_iter().zip(&mut self.pairs) {
            let (first, second) = pair.parties();
            let key = |party: Party| outcome.parties.get(party.index()).copied().flatten();
            if let (Some(first), Some(second)) = (key(first), key(second)) {
                map.entry(first.and(second)).learn(outcome);
            }
        }
    }

    /// Whom each party meets in this payment: payer and payee each other, everybody else the payer.
    fn companies(&self, event: &Event) -> [Company; 6] {
        let reading = self.reading(event);
        companies(event, &reading)
    }
}

/// Whom each party meets in a payment, from what was read before it.
#[must_use]
pub fn companies(event: &Event, reading: &Reading<'_>) -> [Company; 6] {
    let base = reading.everyone.fraud.slow_rate(0.001, 100.0);
    let meeting = |pair: Pair, other: Party| {
        let pair = reading.pairs.get(pair.index()).copied().flatten();
        let other = reading.parties.get(other.index()).copied().flatten();
        Company {
            met_seconds_ago: pair.and_then(|pair| pair.met_seconds_ago(event.at_millis)),
            fraud_lift: other.map_or(1.0, |profile| profile.fraud.rate(base, 5.0) / base.max(1e-6)),
            age_seconds: other.and_then(|profile| profile.seconds_since_first(event.at_millis)).unwrap_or(0.0),
        }
    };
    Party::ALL.map(|party| match party {
        Party::Payer => meeting(Pair::PayerPayee, Party::Payee),
        Party::Payee => meeting(Pair::PayerPayee, Party::Payer),
        Party::Device | Party::Network => meeting(Pair::PayerDevice, Party::Payer),
        Party::Place => meeting(Pair::PayerPlace, Party::Payer),
        Party::Category => meeting(Pair::PayerCategory, Party::Payer),
    })
}

/// Deviations above their own mean from which on a payer's amount alone would tell of a fraud.
pub(crate) const EXPLAINED_DEVIATIONS: f32 = 3.0;

/// Whether the amount alone would tell of a fraud: far above what its payer spends.
#[must_use]
pub fn explained_by_amount(event: &Event, reading: &Reading<'_>) -> bool {
    let payer = reading.parties[0].and_then(|payer| payer.spread.z(event.amount));
    let everyone = reading.everyone.spread.z(event.amount);
    payer.is_some_and(|z| z > EXPLAINED_DEVIATIONS) || everyone.is_some_and(|z| z > 3.5)
}
