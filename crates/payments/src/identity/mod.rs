//! [`Identity`]: what is known about who a payer is. Each fact has who says so and how sure it is; the packs are told what
//! can be relied on, and asked besides about everything else that was said, so that a word of the payer's may tighten and
//! never loosens.

mod belief;
mod command;
mod enter;
mod guardian;

use money::{Amount, Instant, PayerId};
use protocol::{Assurance, FactKind, FactSource, FactValue};
use serde::{Deserialize, Serialize};

use crate::kept::{Kept, KeptKey};
use crate::model::{Line, Name};
use crate::state::{Key, Row, State};

pub(crate) use belief::{cite, doubts, tell};
pub use command::{IdentityCommand, IdentityFacts};
pub use enter::NewFact;
pub use guardian::NewGuardian;

use crate::decide::Context;
use crate::outcome::{Accepted, Refusal};

/// What is known about who a payer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Whom.
    pub payer: PayerId,
    /// One of each kind and source.
    pub facts: Vec<KnownFact>,
    /// Who answers for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardianship: Option<Guardianship>,
    /// For whom they answer, as their own wallet lists it; at most [`crate::limits::WARDS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wards: Vec<PayerId>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFact {
    /// What.
    pub value: FactValue,
    /// Who says so.
    pub source: FactSource,
    /// How sure it is.
    pub assurance: Assurance,
    /// Who entered it: a member of staff, a carrier's adapter, the payer.
    pub by: Name,
    /// Where what was looked at is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Line>,
    /// Since when it is kept.
    pub asserted_at: Instant,
    /// From when on it is not relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// Since when the payer says that it is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contested_at: Option<Instant>,
}

/// Who answers for a payer, and what they allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardianship {
    /// The guardian's wallet.
    pub guardian: PayerId,
    /// Who entered it.
    pub by: Name,
    /// Where what was looked at is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Line>,
    /// Since when.
    pub since: Instant,
    /// From when on it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// What the guardian allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<GuardianConsent>,
}

/// What a guardian allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardianConsent {
    /// The most in a month.
    pub cap: Amount,
    /// Since when.
    pub given_at: Instant,
    /// Until when.
    pub expires_at: Instant,
    /// Since when no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Instant>,
}

impl Identity {
    /// Of somebody nobody knows.
    #[must_use]
    pub const fn none(payer: PayerId) -> Self {
        Self { payer, facts: Vec::new(), guardianship: None, wards: Vec::new() }
    }

    /// The fact of this kind that is relied on at `at`: the one of the strongest source.
    #[must_use]
    pub fn relied(&self, kind: FactKind, at: Instant) -> Option<&KnownFact> {
        let of_kind = self.facts.iter().filter(|fact| fact.value.kind() == kind && fact.holds(at));
        of_kind.max_by_key(|fact| (fact.source, fact.assurance, fact.asserted_at))
    }

    fn of(context: &Context<'_>, payer: PayerId) -> Self {
        context.state.identity(payer).cloned().unwrap_or_else(|| Self::none(payer))
    }

    fn find(&mut self, kind: FactKind, source: FactSource) -> Option<&mut KnownFact> {
        self.facts.iter_mut().find(|fact| fact.value.kind() == kind && fact.source == source)
    }
}

impl KnownFact {
    /// Whether it can be relied on: checked by somebody, not over, not contested.
    #[must_use]
    pub fn holds(&self, at: Instant) -> bool {
        let is_checked = self.source > FactSource::SelfDeclared && self.assurance >= Assurance::Substantial;
        is_checked && self.contested_at.is_none() && self.expires_at.is_none_or(|end| at < end)
    }
}

impl Guardianship {
    /// Whether the guardian answers for the ward at `at`.
    #[must_use]
    pub fn is_live(&self, at: Instant) -> bool {
        self.expires_at.is_none_or(|end| at < end)
    }

    /// What the guardian allows at `at`.
    #[must_use]
    pub fn allows(&self, at: Instant) -> Option<&GuardianConsent> {
        let consent = self.consent.as_ref().filter(|_| self.is_live(at))?;
        (at < consent.expires_at && consent.withdrawn_at.is_none_or(|withdrawn| at < withdrawn)).then_some(consent)
    }
}

/// Carries one of these commands out.
pub(crate) fn carry_out(context: &mut Context<'_>, facts: &IdentityFacts) -> Result<Accepted, Refusal> {
    use IdentityFacts as F;
    match facts {
        F::Declare { caller, body } => enter::declare(context, caller, body),
        F::Contest { caller, body } => enter::contest(context, caller, body),
        F::Enter { payer, fact, line } => enter::enter(context, *payer, fact, *line),
        F::Withdraw { payer, kind, source, .. } => enter::withdraw(context, *payer, *kind, *source),
        F::Link { payer, link } => guardian::link(context, *payer, link),
        F::Unlink { payer, .. } => guardian::unlink(context, *payer),
        F::Consent { caller, body } => guardian::consent(context, caller, body),
        F::EndConsent { caller, body } => guardian::end_consent(context, caller, body),
    }
}

pub(crate) const fn key(payer: PayerId) -> Key {
    Key::Kept(KeptKey::Identity(payer))
}

impl State {
    pub(crate) fn identity(&self, payer: PayerId) -> Option<&Identity> {
        match self.row(&key(payer)) {
            Some(Row::Kept(Kept::Identity(row))) => Some(row),
            _ => None,
        }
    }
}
