//! Who people and merchants are, as they are shown themselves.

use money::{Instant, PayeeId, PayerId};
use payments::{Guardianship, Identity, Payout, Verification};
use protocol::{
    FactStanding, FactView, FactsView, GuardianConsentView, GuardianView, PayoutView, VerificationState,
    VerificationView,
};

/// What is known about who a payer is.
pub(crate) fn facts(identity: &Identity, wards: Vec<GuardianView>, now: Instant) -> FactsView {
    let facts = identity.facts.iter().map(|fact| FactView {
        asserted_at: fact.asserted_at,
        assurance: fact.assurance,
        by: fact.by.to_string(),
        contested_at: fact.contested_at,
        expires_at: fact.expires_at,
        fact: fact.value.clone(),
        source: fact.source,
        standing: if identity.relied(fact.value.kind(), now) == Some(fact) {
            FactStanding::Relied
        } else {
            FactStanding::Tightens
        },
    });
    let guardian = identity.guardianship.as_ref().map(|known| guardian(identity.payer, known));
    FactsView { facts: facts.collect(), guardian, wards }
}

/// Who answers for a ward, and what they allow.
pub(crate) fn guardian(ward: PayerId, known: &Guardianship) -> GuardianView {
    let consent = known.consent.as_ref().map(|consent| GuardianConsentView {
        cap: consent.cap,
        expires_at: consent.expires_at,
        given_at: consent.given_at,
        withdrawn_at: consent.withdrawn_at,
    });
    GuardianView {
        by: known.by.to_string(),
        consent,
        expires_at: known.expires_at,
        guardian: known.guardian,
        since: known.since,
        ward,
    }
}

/// How far it is known who a merchant is.
pub(crate) fn verification(payee: PayeeId, row: Option<&Verification>) -> VerificationView {
    VerificationView {
        at: row.map(|row| row.at),
        evidence: row.and_then(|row| row.evidence.as_ref()).map(ToString::to_string),
        note: row.and_then(|row| row.note.as_ref()).map(ToString::to_string),
        payee,
        state: row.map_or(VerificationState::Unverified, |row| row.state),
    }
}

/// A payout.
pub(crate) fn payout(row: &Payout) -> PayoutView {
    PayoutView {
        amount: row.amount,
        payout: row.id,
        reference: row.reference.as_ref().map(ToString::to_string),
        requested_at: row.requested_at,
        settled_at: row.settled_at,
        status: row.status,
    }
}
