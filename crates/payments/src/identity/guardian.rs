//! Guardians: staff say who answers for whom; the guardian allows, with their own device, up to so much and for so long,
//! and takes it back at once.

use money::{Instant, PayerId, ReasonCode};
use protocol::{EndWardConsentBody, FactKind, Strength, WardConsentBody};
use serde::{Deserialize, Serialize};

use super::enter::{keep, known_payer};
use super::{GuardianConsent, Guardianship, Identity};
use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::Kept;
use crate::limits;
use crate::model::{Line, Name};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::step_up::{self, Demand};

/// Who answers for a payer, as staff enter it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewGuardian {
    /// The guardian's wallet.
    pub guardian: PayerId,
    /// Who enters it.
    pub by: Name,
    /// Where what was looked at is kept.
    pub evidence: Option<Line>,
    /// From when on it is over.
    pub expires_at: Option<Instant>,
}

/// Says who answers for a payer, in the place of whoever did. What the former guardian allowed goes with them.
///
/// A guardian is somebody else, whose date of birth was checked, for whom nobody answers.
pub(super) fn link(context: &mut Context<'_>, ward: PayerId, new: &NewGuardian) -> Result<Accepted, Refusal> {
    known_payer(context, ward)?;
    known_payer(context, new.guardian).map_err(|_| ReasonCode::GuardianUnfit)?;
    let (mut identity, mut theirs) = (Identity::of(context, ward), Identity::of(context, new.guardian));
    let is_known = theirs.relied(FactKind::BornOn, context.at).is_some();
    let is_ward = theirs.guardianship.is_some() || !identity.wards.is_empty();
    if ward == new.guardian || !is_known || is_ward {
        return Err(ReasonCode::GuardianUnfit.into());
    }
    if new.expires_at.is_some_and(|end| end <= context.at) {
        return Err(ReasonCode::FactImplausible.into());
    }
    if !theirs.wards.contains(&ward) {
        if theirs.wards.len() >= limits::WARDS_MAX {
            return Err(ReasonCode::GuardianUnfit.into());
        }
        theirs.wards.push(ward);
    }
    if let Some(former) = identity.guardianship.take().filter(|former| former.guardian != new.guardian) {
        let_go(context, former.guardian, ward);
    }
    identity.guardianship = Some(Guardianship {
        guardian: new.guardian,
        by: new.by.clone(),
        evidence: new.evidence.clone(),
        since: context.at,
        expires_at: new.expires_at,
        consent: None,
    });
    keep(context, theirs, EventKind::GuardianLinked);
    Ok(keep(context, identity, EventKind::GuardianLinked))
}

/// Nobody answers for them any more.
pub(super) fn unlink(context: &mut Context<'_>, ward: PayerId) -> Result<Accepted, Refusal> {
    known_payer(context, ward)?;
    let mut identity = Identity::of(context, ward);
    let former = identity.guardianship.take().ok_or(ReasonCode::GuardianUnknown)?;
    let_go(context, former.guardian, ward);
    Ok(keep(context, identity, EventKind::GuardianUnlinked))
}

/// Takes a ward off a former guardian's list; of one who was erased there is none.
fn let_go(context: &mut Context<'_>, guardian: PayerId, ward: PayerId) {
    if let Some(theirs) = context.state.identity(guardian) {
        let mut theirs = theirs.clone();
        theirs.wards.retain(|known| *known != ward);
        keep(context, theirs, EventKind::GuardianUnlinked);
    }
}

/// A guardian lets a ward pay. More, or for longer, than was allowed takes the strongest check the guardian can do.
pub(super) fn consent(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &WardConsentBody,
) -> Result<Accepted, Refusal> {
    let (guardian, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    if guardian.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen.into());
    }
    let guardian = guardian.id;
    let (mut identity, mut guardianship) = answered_for(context, guardian, body.ward)?;
    body.cap.positive().map_err(|_| ReasonCode::AmountZero)?;
    if body.cap.currency() != context.settings.currency {
        return Err(ReasonCode::AmountWrongCurrency.into());
    }
    let last = context.at.checked_add_seconds(limits::GUARDIAN_CONSENT_SECONDS_MAX).ok_or(ReasonCode::ServiceFault)?;
    if body.until <= context.at || last < body.until {
        return Err(ReasonCode::GuardianSpan.into());
    }
    let allowed = guardianship.allows(context.at);
    let is_less = allowed.is_some_and(|now| body.cap.minor() <= now.cap.minor() && body.until <= now.expires_at);
    let demand = (!is_less).then(|| strongest(context, guardian));
    let met = step_up::met(context, caller, demand.as_ref())?;
    met.spend(context);
    guardianship.consent =
        Some(GuardianConsent { cap: body.cap, given_at: context.at, expires_at: body.until, withdrawn_at: None });
    identity.guardianship = Some(guardianship);
    Ok(told_both(context, identity, guardian, EventKind::GuardianConsented))
}

fn strongest(context: &Context<'_>, guardian: PayerId) -> Demand {
    let strength =
        step_up::strongest(context, guardian).map_or(Strength::Pin, |strongest| strongest.max(Strength::Pin));
    Demand::new(strength, ReasonCode::GuardianConsent)
}

/// A guardian allows it no longer, from this moment on.
pub(super) fn end_consent(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &EndWardConsentBody,
) -> Result<Accepted, Refusal> {
    let (guardian, _) = pipeline::identify(context, caller)?;
    let guardian = guardian.id;
    let (mut identity, mut guardianship) = answered_for(context, guardian, body.ward)?;
    let consent = guardianship.consent.take().ok_or(ReasonCode::GuardianUnknown)?;
    if consent.withdrawn_at.is_some() {
        return Ok(Accepted::Identity(Box::new(identity)));
    }
    guardianship.consent = Some(GuardianConsent { withdrawn_at: Some(context.at), ..consent });
    identity.guardianship = Some(guardianship);
    Ok(told_both(context, identity, guardian, EventKind::GuardianConsentEnded))
}

/// What is known of a ward, for their guardian alone. Who is nobody's guardian is told the same of everybody.
fn answered_for(
    context: &Context<'_>,
    guardian: PayerId,
    ward: PayerId,
) -> Result<(Identity, Guardianship), ReasonCode> {
    known_payer(context, ward).map_err(|_| ReasonCode::GuardianUnknown)?;
    let identity = context.state.identity(ward).ok_or(ReasonCode::GuardianUnknown)?;
    let known = identity.guardianship.as_ref().filter(|known| known.guardian == guardian && known.is_live(context.at));
    Ok((identity.clone(), known.ok_or(ReasonCode::GuardianUnknown)?.clone()))
}

fn told_both(context: &mut Context<'_>, ward: Identity, guardian: PayerId, kind: EventKind) -> Accepted {
    let payer = ward.payer;
    context.push(Change::Kept(Kept::Identity(ward.clone())));
    for told in [payer, guardian] {
        context.tell(kind, |event| event.payer = Some(told));
    }
    Accepted::Identity(Box::new(ward))
}
