//! [`Pack`]: dated rules of one maker, each with its citation.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use money::{Amount, Currency, Digest, Instant};
use serde::{Deserialize, Serialize};

use crate::auth::Requirement;
use crate::condition::{Comparison, Condition};
use crate::fact::Fact;
use crate::ratio::{Ratio, Rounding};
use crate::time::{Span, Zone};

/// One version of one pack.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name, e.g. `kr-efta`.
    pub id: String,
    /// What it is, in a line.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The language of its sentences, e.g. `ko`.
    pub language: String,
    /// The same sentences in other languages.
    pub translations: BTreeMap<String, Translation>,
    /// The jurisdiction it belongs to, e.g. `KR`.
    pub jurisdiction: String,
    /// Who made the rules.
    pub layer: Layer,
    /// Whether they are law yet.
    pub status: Status,
    /// From when to when; without a start it is never selected.
    pub effective: Period,
    /// Its own time.
    pub zone: Zone,
    /// The currency of its sums.
    pub currency: Currency,
    /// How sure its facts are, where a rule does not say otherwise.
    pub grade: Grade,
    /// The carrier or provider whose terms these are.
    pub provider: Option<String>,
    /// The calendar its business days are counted by.
    pub calendar: Option<String>,
    /// Readings of the text among which the operator chooses.
    pub variants: Vec<Variant>,
    /// Its sources, by name.
    pub citations: BTreeMap<String, Citation>,
    /// Its rules, in order.
    pub rules: Vec<Rule>,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Id, version and digest in one line, as decisions name it.
    pub(crate) label: String,
    /// The file it was read from.
    pub file: String,
}

impl Pack {
    /// The pack written in `text`, by itself: not compared with any other.
    ///
    /// # Errors
    /// What is wrong first, with its place.
    pub fn read(file: &str, text: &str) -> Result<Self, crate::read::PackError> {
        crate::read::pack(file, text)
    }

    /// What `rule` says, by language: in the pack's own, and in those it was translated to.
    #[must_use]
    pub fn wordings(&self, rule: &Rule) -> BTreeMap<String, Wording> {
        let citation = self.citations.get(&rule.citation);
        let part = |read: fn(&Citation) -> &String| citation.map_or_else(String::new, |found| read(found).clone());
        let own = Wording {
            title: self.title.clone(),
            say: rule.say.clone(),
            law: part(|found| &found.law),
            article: part(|found| &found.article),
        };
        let in_other = |translation: &Translation| {
            let cited = translation.citations.get(&rule.citation);
            let (law, article) = cited.cloned().unwrap_or_else(|| (own.law.clone(), own.article.clone()));
            Wording {
                title: translation.title.clone().unwrap_or_else(|| own.title.clone()),
                say: translation.rules.get(&rule.id).cloned().unwrap_or_else(|| own.say.clone()),
                law,
                article,
            }
        };
        let others = self.translations.iter().map(|(language, texts)| (language.clone(), in_other(texts)));
        let mut all: BTreeMap<String, Wording> = others.collect();
        all.insert(self.language.clone(), own);
        all
    }

    /// Whether it binds at `at`, by its own clock; one that has no start never does.
    #[must_use]
    pub fn is_in_force(&self, at: Instant) -> bool {
        let is_started = self.status == Status::InForce && self.effective.from.is_some();
        is_started && self.effective.holds(&self.zone, at, self.zone.civil(at))
    }
}

/// A pack's sentences in one other language; what is not there stays in the pack's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    pub(crate) title: Option<String>,
    /// By rule.
    pub(crate) rules: BTreeMap<String, String>,
    /// Law and article by citation.
    pub(crate) citations: BTreeMap<String, (String, String)>,
}

/// What a rule says, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// The pack's title.
    pub title: String,
    /// The rule's sentence.
    pub say: String,
    /// The law, terms or notice.
    pub law: String,
    /// Article and paragraph.
    pub article: String,
}

/// Who made a rule; a lower one may only tighten what a higher one says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A law.
    Statute,
    /// A regulator's rule.
    Regulator,
    /// A payment scheme's rule.
    Scheme,
    /// A provider's or carrier's terms.
    Provider,
    /// The payer's own wish.
    Payer,
}

/// Whether a pack binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does.
    InForce,
    /// Passed, not started.
    EnactedPending,
    /// A draft.
    Draft,
    /// No more.
    Repealed,
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Read in a primary text.
    V1,
    /// Read in a secondary source.
    V2,
    /// From knowledge, not checked: it may tighten, never loosen, until an operator approves it.
    K,
}

/// Wall-clock time in the pack's zone; `to` is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// From when.
    pub from: Option<DateTime>,
    /// Until when.
    pub to: Option<DateTime>,
}

impl Period {
    /// Whether it holds at `at`, whose wall clock in `zone` shows `now`. What began in an hour that comes twice goes on
    /// when that hour comes again, and what ended stays ended.
    #[must_use]
    pub fn holds(&self, zone: &Zone, at: Instant, now: DateTime) -> bool {
        let has_come = |civil: DateTime| civil <= now || (civil.date() == now.date() && zone.moment(civil) <= at);
        self.from.is_none_or(has_come) && !self.to.is_some_and(has_come)
    }
}

/// Where a rule is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// The law, terms or notice.
    pub law: String,
    /// Article and paragraph.
    pub article: String,
    /// Where it was read.
    pub source: String,
}

/// A choice between readings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Its name, e.g. `reading`.
    pub name: String,
    /// What can be chosen.
    pub values: Vec<String>,
    /// What holds when nobody chose.
    pub default: String,
}

impl Layer {
    /// Its word, as packs write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Statute => "statute",
            Self::Regulator => "regulator",
            Self::Scheme => "scheme",
            Self::Provider => "provider",
            Self::Payer => "payer",
        }
    }
}

impl Rule {
    /// Whether it caps something, rather than exempting from a demand.
    #[must_use]
    pub const fn is_cap(&self) -> bool {
        matches!(self.body, Body::Limit(_))
    }

    /// Whether its own period holds at `at`, by the clock of its `pack`.
    #[must_use]
    pub fn is_live(&self, pack: &Pack, at: Instant) -> bool {
        self.period.holds(&pack.zone, at, pack.zone.civil(at))
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name within the pack.
    pub id: String,
    /// One sentence for people.
    pub say: String,
    /// The name of its citation.
    pub citation: String,
    /// How sure it is.
    pub grade: Grade,
    /// Whether a person approved a rule that is not sure.
    pub approved: bool,
    /// Its own period within the pack's.
    pub period: Period,
    /// So long after the pack's start it starts itself.
    pub starts_after: Option<Span>,
    pub(crate) select: Select,
    pub(crate) variant: Vec<(String, String)>,
    pub(crate) when: Condition,
    /// The code of its reason.
    pub code: String,
    pub(crate) body: Body,
    pub(crate) line: usize,
    /// `pack/rule`.
    pub(crate) name: String,
    /// For each of its limits.
    pub(crate) keys: Vec<LimitKey>,
}

/// How counters know a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LimitKey {
    /// What its tallies stand under, without the version: a new version does not reset what was used.
    pub(crate) name: String,
    /// What it counts, as a digest.
    pub(crate) counts: String,
}

/// Which moment says whether a rule is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Select {
    Authorised,
    Captured,
    Reported,
    Requested,
    Transaction,
}

/// What a rule does.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Gate { effect: Effect },
    Age { least: Option<i64>, below: Option<i64>, guardian_below: Option<i64>, day_before: bool },
    Consent { shown: Vec<String>, methods: Vec<String> },
    Dormancy { unused_for: Span, absent_is_never: bool },
    CoolingOff { since: Vec<Fact>, span: Span, effect: Effect, absent_is_never: bool },
    Limit(Limit),
    Authentication { require: Requirement },
    Exemption { from: Vec<String>, limits: Vec<Limit> },
    Hold { from: Option<Fact>, span: Option<Span>, confirm: bool },
    LimitChange { up_after: Span, up_by: Option<Span> },
    Duty(Duty),
    Notice { to: String, content: Vec<String>, channels: Vec<String> },
    Retention { class: String, fields: Vec<String>, keep: Span, from: Option<Fact> },
    Liability(Terms),
    Parameter { name: String, value: String },
}

/// What a rule that is not met does to the operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    Deny,
    Route(String),
    Hold { span: Option<Span>, confirm: bool },
    StepUp(Requirement),
}

/// A cap on something counted.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    pub(crate) measure: Measure,
    pub(crate) cap: Cap,
    pub(crate) compare: Comparison,
    pub(crate) window: Window,
    pub(crate) subject: Vec<Fact>,
    pub(crate) counts: Option<Condition>,
    pub(crate) previous_only: bool,
    pub(crate) refunds: Refunds,
    /// Of a share of the balance: only where at least so much was there when the window began.
    pub(crate) least_balance: Option<Amount>,
    pub(crate) effect: Effect,
    pub(crate) variant: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    Amount,
    Count,
    BalanceShare,
    StoredBalance,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cap {
    Money(Amount),
    Count(i64),
    Share(Ratio),
    Fact(Fact),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Window {
    Payment,
    Day,
    Month,
    Year,
    Cycle(Fact),
    Rolling(Span),
    /// Over midnight where it ends before it begins; it begins when `from_fact` says, if that is one of `choices` or
    /// there are none.
    Band {
        from: jiff::civil::Time,
        to: jiff::civil::Time,
        from_fact: Option<Fact>,
        choices: Vec<jiff::civil::Time>,
    },
    SinceFullAuth,
    SinceFact(Fact, Span),
    Lifetime,
    AnyTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refunds {
    None,
    SameWindow,
    OriginalWindow,
}

/// Something the provider has to do by a moment.
#[derive(Clone, Debug)]
pub(crate) struct Duty {
    pub(crate) duty: String,
    pub(crate) to: String,
    pub(crate) content: Vec<String>,
    pub(crate) from: Option<Fact>,
    pub(crate) due: Option<Span>,
    pub(crate) roll: bool,
    pub(crate) extend: Vec<(Condition, Span)>,
    pub(crate) stop: Option<(Fact, Fact)>,
    pub(crate) never_later: Option<Span>,
    pub(crate) done: Option<Fact>,
    pub(crate) effects: Vec<String>,
}

/// Who bears a loss.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) conditions: Vec<(String, Condition)>,
    pub(crate) rate: Ratio,
    pub(crate) round: Rounding,
    pub(crate) cap: Option<Amount>,
    pub(crate) excess: Option<Amount>,
    pub(crate) excess_when: Condition,
    pub(crate) payer_max: Option<Amount>,
    pub(crate) split: Vec<(String, u32)>,
}
