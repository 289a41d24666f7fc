//! [`RuleSet`]: versioned rules as data, over the features of the catalogue and nothing else.
//!
//! A rule has an id, a condition, an action, a reason, an author and a state: a draft is only compiled, a shadow rule is
//! evaluated and recorded without effect, a live one acts. What a condition needs and nobody knows makes it not hit, and
//! is reported ([`Findings::unread`]); no rule approves for want of data.

mod condition;
mod file;
mod text;

use std::collections::HashMap;

use money::{Digest, ReasonCode};
use serde::{Deserialize, Serialize};

pub use condition::{Condition, ConditionError, Lists, Truth};
pub use file::{RuleError, STARTER};

use crate::event::{Event, Party};
use crate::feature::{Feature, Features};

/// What confirms a payment further, the weakest first; as the phone's half names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The device's key once more.
    DeviceKey,
    /// The PIN, entered on the bound device.
    Pin,
    /// A passkey with the user verified.
    Passkey,
    /// A key in hardware that an attestation speaks for.
    Attested,
}

/// What a rule does when it is hit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The score and the rules that ask for a step-up are passed over. What holds or refuses is not, nor is a step-up
    /// for want of data.
    Allow,
    /// Marks the payment, for analysts and backtests.
    Tag,
    /// Added to the log odds of fraud.
    Weight(f64),
    /// One more check, of at least this strength.
    StepUp(Strength),
    /// Kept for an analyst.
    Hold,
    /// Refused.
    Refuse,
}

/// How far a rule has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Compiled, not evaluated.
    Draft,
    /// Evaluated and recorded, without effect.
    Shadow,
    /// In effect.
    Live,
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, stable for ever; what records, snoozes and the breaker call it.
    pub id: String,
    /// How far it has come.
    pub stage: Stage,
    /// Who answers for it.
    pub author: String,
    /// When it is hit, as written.
    pub when: String,
    /// What it does.
    pub action: Action,
    /// The reason it gives.
    pub reason: ReasonCode,
    /// From when it counts no more, in milliseconds of Unix time.
    pub until_millis: Option<i64>,
    /// Of a window's payments, what it may hold or refuse before the breaker demotes it, in ten-thousandths; the
    /// operator's setting where it names none.
    pub share_max_bp: Option<u16>,
    /// What it is for, in Korean.
    pub ko: String,
    /// What it is for, in English.
    pub en: String,
    condition: Condition,
}

/// Parties under one name, each with the moment its entry ends.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// The name conditions call it by.
    pub name: String,
    /// Whom it lists.
    pub party: Party,
    entries: HashMap<u64, i64>,
}

/// A compiled set of rules.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    /// What the set is called.
    pub name: String,
    /// Its version, raised by whoever changes it.
    pub version: u32,
    /// SHA-256 over its files' names and bytes, in order: what a decision record keeps.
    pub digest: Digest,
    /// The files' names and texts, as they were compiled.
    files: Vec<(String, String)>,
    rules: Vec<Rule>,
    lists: Vec<List>,
}

/// What a set of rules found in one payment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The rules that were hit, by their place in the set.
    pub hit: Vec<usize>,
    /// The rules that could not be answered, by their place in the set.
    pub unread: Vec<usize>,
}

impl RuleSet {
    /// The rules, in the order of their files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The files it was compiled from: names and texts, in order.
    #[must_use]
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// The rule at a place.
    #[must_use]
    pub fn rule(&self, place: usize) -> Option<&Rule> {
        self.rules.get(place)
    }

    /// The rule of that id.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Every feature that a rule which is no draft looks at, each once.
    #[must_use]
    pub fn features(&self) -> Vec<Feature> {
        let mut found: Vec<Feature> =
            self.rules.iter().filter(|rule| rule.stage != Stage::Draft).flat_map(|r| r.condition.features()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Runs the rules that are shadow or live on one payment.
    #[must_use]
    pub fn run(&self, event: &Event, features: &Features) -> Findings {
        let mut findings = Findings::default();
        for place in 0..self.rules.len() {
            if let Some(truth) = self.truth(place, event, features) {
                findings.take(place, truth);
            }
        }
        findings
    }

    /// What one rule comes to; `None` for a draft and for one that is over.
    #[must_use]
    pub fn truth(&self, place: usize, event: &Event, features: &Features) -> Option<Truth> {
        let rule = self.rules.get(place)?;
        let over = rule.until_millis.is_some_and(|until| until <= event.at_millis);
        (!over && rule.stage != Stage::Draft).then(|| rule.condition.run(event, features, self))
    }

    /// For each rule, the one of another set that comes to the same on every payment: the same condition over the same
    /// lists, in effect as long.
    #[must_use]
    pub fn alike(&self, other: &Self) -> Vec<Option<usize>> {
        let lists = self.lists == other.lists;
        let same = |rule: &Rule, known: &Rule| {
            let running = rule.stage != Stage::Draft && known.stage != Stage::Draft;
            let reads_lists = rule.when.contains("listed");
            running && rule.when == known.when && rule.until_millis == known.until_millis && (lists || !reads_lists)
        };
        self.rules.iter().map(|rule| other.rules.iter().position(|known| same(rule, known))).collect()
    }
}

impl Findings {
    /// Takes in what the rule at a place came to.
    pub fn take(&mut self, place: usize, truth: Truth) {
        match truth {
            Truth::True => self.hit.push(place),
            Truth::Unknown => self.unread.push(place),
            Truth::False => {}
        }
    }
}

impl Lists for RuleSet {
    fn listed(&self, list: usize, party: Party, event: &Event) -> Option<bool> {
        let key = event.party(party)?;
        let until = self.lists.get(list)?.entries.get(&key.word());
        Some(until.is_some_and(|until| event.at_millis < *until))
    }
}

impl Rule {
    /// Of the features its condition compares, those that are not known here.
    #[must_use]
    pub fn lacks(&self, features: &Features) -> Vec<Feature> {
        self.condition.lacks(features)
    }
}

impl Action {
    /// How strict it is: of several, the strictest decides.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Allow | Self::Tag | Self::Weight(_) => 0,
            Self::StepUp(_) => 1,
            Self::Hold => 2,
            Self::Refuse => 3,
        }
    }
}
