//! [`Decision`]: what packs make of an operation, with every reason cited.

use std::collections::{BTreeMap, BTreeSet};

use money::{Amount, Instant};
use serde::{Deserialize, Serialize};

use crate::auth::Requirement;
use crate::pack::{Citation, Grade, Wording};

/// From the mildest to the strictest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// It may go on.
    #[default]
    Permit,
    /// After the authentication named.
    StepUp,
    /// Not before a moment, or not before somebody confirms.
    Hold,
    /// Under another licence.
    Route,
    /// Not.
    Deny,
}

/// What was decided, and why.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Decision {
    /// The strictest of all effects.
    pub outcome: Outcome,
    /// The rules that mattered, the strictest first.
    pub reasons: Vec<Reason>,
    /// What a step-up has to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUp>,
    /// The latest moment until which a rule holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<String>,
    /// Where it may go instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What the provider has to do.
    pub obligations: Vec<Obligation>,
    /// By when.
    pub deadlines: Vec<Deadline>,
    /// What is kept, and until when: the longest of each class and field.
    pub retention: Vec<Retained>,
    /// The least that is left under any cap after this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headroom: Option<Amount>,
    /// Every cap that was looked at.
    pub counters: Vec<Counter>,
    /// Who bears a loss.
    pub liability: Vec<Liability>,
    /// Parameters in force.
    pub parameters: BTreeMap<String, String>,
    /// Packs selected, with their digests.
    pub packs: Vec<String>,
    /// How it comes free where it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<Held>,
    #[serde(skip)]
    pub(crate) hold_ends: Option<Instant>,
    #[serde(skip)]
    pub(crate) requirement: Option<Requirement>,
}

/// How a held operation comes free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// When it goes on by itself; `None`: never without somebody's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub releases_at: Option<Instant>,
    /// From when somebody's word lets it go on; `None`: nobody's does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmable_from: Option<Instant>,
}

impl Held {
    /// By one rule: until `ends`, or, where `confirm`, until somebody confirms.
    pub(crate) fn by(ends: Option<Instant>, confirm: bool, now: Instant) -> Self {
        Self { releases_at: ends, confirmable_from: if confirm { Some(now) } else { ends } }
    }

    /// By both: it goes on when neither holds it any more.
    pub(crate) fn join(self, other: Self) -> Self {
        let both = |a: Option<Instant>, b: Option<Instant>| Some(a?.max(b?));
        Self {
            releases_at: both(self.releases_at, other.releases_at),
            confirmable_from: both(self.confirmable_from, other.confirmable_from),
        }
    }
}

/// One rule that mattered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What it says, e.g. `LimitExceeded`.
    pub code: String,
    /// What it does.
    pub outcome: Outcome,
    /// The rule.
    pub rule: String,
    /// Its pack.
    pub pack: String,
    /// The pack's version.
    pub version: String,
    /// Where it is written.
    pub citation: Citation,
    /// How sure it is.
    pub grade: Grade,
    /// The counter before this operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The counter after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<String>,
    /// A fact nobody gave, so that the strictest branch was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// What else there is to say: fields not shown, factors not accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// Where it may go instead, where it may not go on here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// One sentence, in the pack's own language.
    pub say: String,
    /// The same by language, where the rule does more than permit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, Wording>,
}

/// The authentication asked for.
#[derive(Clone, Debug, Serialize)]
pub struct StepUp {
    /// From how many categories.
    pub factors: usize,
    /// One of them changes each time.
    pub dynamic: bool,
    /// One of them cannot be phished.
    pub phishing_resistant: bool,
    /// Bound to amount and payee.
    pub linked: bool,
    /// Of each list at least one.
    pub any_of: Vec<BTreeSet<String>>,
    /// Not accepted.
    pub forbid: BTreeSet<String>,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// What.
    pub duty: String,
    /// To whom.
    pub to: String,
    /// What it must say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<String>,
    /// The rule, as `pack/rule`.
    pub rule: String,
}

/// By when something is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deadline {
    /// What.
    pub duty: String,
    /// The last moment, in the pack's own time.
    pub due: String,
    /// `open`, `paused`, `done` or `breached`.
    pub state: String,
    /// The rule, as `pack/rule`.
    pub rule: String,
    /// The calendar and its version, where business days count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
}

/// Something kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Retained {
    /// Class of record.
    pub class: String,
    /// One field of it; the record as a whole when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Until this date.
    pub until: String,
    /// The rule, as `pack/rule`.
    pub rule: String,
}

/// A cap and how far it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// The rule, as `pack/rule`.
    pub rule: String,
    /// Before this operation.
    pub before: String,
    /// After it.
    pub after: String,
    /// The cap.
    pub cap: String,
    /// Whether the operation fits.
    pub fits: bool,
    /// What is left after it, where the cap is a sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Amount>,
}

/// Who bears a loss under one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Liability {
    /// What the payer gets back at least.
    pub reimburse: Amount,
    /// What the payer bears.
    pub payer_bears: Amount,
    /// Who pays it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<(String, Amount)>,
    /// Why it is nothing, where it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// The rule, as `pack/rule`.
    pub rule: String,
}
