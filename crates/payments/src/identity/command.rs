//! [`IdentityCommand`]: what can be asked about who a payer is.

use credentials::{ProofUse, Signed};
use money::{MarkId, PayerId};
use protocol::{ContestFactBody, DeclareFactBody, EndWardConsentBody, FactKind, FactSource, WardConsentBody};
use serde::{Deserialize, Serialize};

use super::{NewFact, NewGuardian, key};
use crate::facts::{CallerFacts, caller};
use crate::kept::{Kept, KeptKey};
use crate::model::Name;
use crate::noted::NotedKey;
use crate::permit::StaffPermit;
use crate::state::{Key, Row};

/// Everything that can be asked about who a payer is.
#[derive(Debug)]
pub enum IdentityCommand {
    /// Say something about oneself.
    Declare {
        /// The device's proof.
        signed: Signed<DeclareFactBody>,
    },
    /// Say that a fact is wrong.
    Contest {
        /// The device's proof.
        signed: Signed<ContestFactBody>,
    },
    /// Enter a fact that was checked.
    Enter {
        /// Staff, or a carrier's adapter.
        permit: StaffPermit,
        /// About whom.
        payer: PayerId,
        /// The fact.
        fact: NewFact,
        /// The line it was checked by, under a key: it vouches for so many and no more.
        line: Option<MarkId>,
    },
    /// Take a fact away.
    Withdraw {
        /// Staff.
        permit: StaffPermit,
        /// About whom.
        payer: PayerId,
        /// What it is about.
        kind: FactKind,
        /// Who said it.
        source: FactSource,
        /// Who takes it away.
        by: Name,
    },
    /// Say who answers for a payer.
    Link {
        /// Staff.
        permit: StaffPermit,
        /// The ward.
        payer: PayerId,
        /// The guardian.
        link: NewGuardian,
    },
    /// Nobody answers for them any more.
    Unlink {
        /// Staff.
        permit: StaffPermit,
        /// The ward.
        payer: PayerId,
        /// Who says so.
        by: Name,
    },
    /// Let a ward pay.
    Consent {
        /// The guardian's device's proof.
        signed: Signed<WardConsentBody>,
    },
    /// Allow it no longer.
    EndConsent {
        /// The guardian's device's proof.
        signed: Signed<EndWardConsentBody>,
    },
}

/// The same, its authority consumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
#[expect(missing_docs, reason = "each mirrors the command of the same name, whose parts are documented there")]
pub enum IdentityFacts {
    Declare { caller: CallerFacts, body: DeclareFactBody },
    Contest { caller: CallerFacts, body: ContestFactBody },
    Enter { payer: PayerId, fact: NewFact, line: Option<MarkId> },
    Withdraw { payer: PayerId, kind: FactKind, source: FactSource, by: Name },
    Link { payer: PayerId, link: NewGuardian },
    Unlink { payer: PayerId, by: Name },
    Consent { caller: CallerFacts, body: WardConsentBody },
    EndConsent { caller: CallerFacts, body: EndWardConsentBody },
}

impl From<IdentityCommand> for IdentityFacts {
    fn from(command: IdentityCommand) -> Self {
        use IdentityCommand as C;
        match command {
            C::Declare { signed } => Self::Declare { caller: caller(&signed), body: signed.into_body() },
            C::Contest { signed } => Self::Contest { caller: caller(&signed), body: signed.into_body() },
            C::Enter { permit: _, payer, fact, line } => Self::Enter { payer, fact, line },
            C::Withdraw { permit: _, payer, kind, source, by } => Self::Withdraw { payer, kind, source, by },
            C::Link { permit: _, payer, link } => Self::Link { payer, link },
            C::Unlink { permit: _, payer, by } => Self::Unlink { payer, by },
            C::Consent { signed } => Self::Consent { caller: caller(&signed), body: signed.into_body() },
            C::EndConsent { signed } => Self::EndConsent { caller: caller(&signed), body: signed.into_body() },
        }
    }
}

impl IdentityCommand {
    /// The command's name in metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Declare { .. } => "declare_fact",
            Self::Contest { .. } => "contest_fact",
            Self::Enter { .. } => "enter_fact",
            Self::Withdraw { .. } => "withdraw_fact",
            Self::Link { .. } => "link_guardian",
            Self::Unlink { .. } => "unlink_guardian",
            Self::Consent { .. } => "consent_for_ward",
            Self::EndConsent { .. } => "end_ward_consent",
        }
    }
}

impl IdentityFacts {
    /// The command's name in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Declare { .. } => "declare_fact",
            Self::Contest { .. } => "contest_fact",
            Self::Enter { .. } => "enter_fact",
            Self::Withdraw { .. } => "withdraw_fact",
            Self::Link { .. } => "link_guardian",
            Self::Unlink { .. } => "unlink_guardian",
            Self::Consent { .. } => "consent_for_ward",
            Self::EndConsent { .. } => "end_ward_consent",
        }
    }

    /// Whom it is about: the ward, not the guardian who speaks.
    pub(crate) const fn payer(&self) -> PayerId {
        match self {
            Self::Declare { caller, .. } | Self::Contest { caller, .. } => caller.payer,
            Self::Enter { payer, .. }
            | Self::Withdraw { payer, .. }
            | Self::Link { payer, .. }
            | Self::Unlink { payer, .. } => *payer,
            Self::Consent { body: WardConsentBody { ward, .. }, .. }
            | Self::EndConsent { body: EndWardConsentBody { ward }, .. } => *ward,
        }
    }

    /// Who signed it.
    pub(crate) const fn caller(&self) -> Option<&CallerFacts> {
        match self {
            Self::Declare { caller, .. }
            | Self::Contest { caller, .. }
            | Self::Consent { caller, .. }
            | Self::EndConsent { caller, .. } => Some(caller),
            Self::Enter { .. } | Self::Withdraw { .. } | Self::Link { .. } | Self::Unlink { .. } => None,
        }
    }

    pub(crate) fn proof(&self) -> Option<ProofUse> {
        self.caller().map(|caller| caller.proof)
    }

    /// The rows it names itself, besides those of its caller.
    pub(crate) fn keys(&self, wanted: &mut Vec<Key>) {
        wanted.extend([Key::Payer(self.payer()), key(self.payer())]);
        match self {
            Self::Enter { line, .. } => wanted.extend(line.map(|line| Key::Noted(NotedKey::SignUps(line)))),
            Self::Link { link, .. } => wanted.extend([Key::Payer(link.guardian), key(link.guardian)]),
            Self::Consent { caller, .. } => wanted.push(Key::Kept(KeptKey::Guard(caller.payer))),
            _ => {}
        }
    }

    /// The former guardian's row, once the ward's is known.
    pub(crate) fn follow(&self, ward: Option<&Row>, wanted: &mut Vec<Key>) {
        if let (Self::Link { .. } | Self::Unlink { .. }, Some(Row::Kept(Kept::Identity(row)))) = (self, ward) {
            wanted.extend(row.guardianship.as_ref().map(|known| key(known.guardian)));
        }
    }
}
