//! Facts come and go: a payer declares and contests, staff enter and withdraw. Each is told to the payer.

use money::{Day, Instant, MarkId, PayerId, ReasonCode};
use protocol::{Assurance, ContestFactBody, DeclareFactBody, FactKind, FactSource, FactValue};
use serde::{Deserialize, Serialize};

use super::{Identity, KnownFact};
use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::Kept;
use crate::model::{Line, Name};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::sign_up;

/// A fact that staff, or a carrier's adapter, enter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFact {
    /// What.
    pub value: FactValue,
    /// Who says so.
    pub source: FactSource,
    /// How sure it is.
    pub assurance: Assurance,
    /// Who enters it.
    pub by: Name,
    /// Where what was looked at is kept.
    pub evidence: Option<Line>,
    /// From when on it is not relied on.
    pub expires_at: Option<Instant>,
}

/// The earliest day anybody alive was born on, and any line is older than.
const EARLIEST: &str = "1900-01-01";

/// Whether a day may lie in anybody's life. WHY a day more than today: it begins earlier in some places than in UTC.
fn plausible(value: &FactValue, at: Instant) -> Result<(), ReasonCode> {
    let (FactValue::BornOn(day) | FactValue::LineSince(day)) = value else { return Ok(()) };
    let tomorrow = at.checked_add_seconds(86_400).map(Day::of).ok_or(ReasonCode::ServiceFault)?;
    let earliest: Day = EARLIEST.parse().map_err(|_| ReasonCode::ServiceFault)?;
    if (earliest..=tomorrow).contains(day) { Ok(()) } else { Err(ReasonCode::FactImplausible) }
}

/// A payer says something about themselves. WHY once: what they say can only tighten, so taking it back would loosen.
pub(super) fn declare(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &DeclareFactBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    if payer.id != body.payer {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    // Since when a line is theirs only its carrier can say.
    if body.fact.kind() == FactKind::LineSince {
        return Err(ReasonCode::PermissionMissing.into());
    }
    plausible(&body.fact, context.at)?;
    let mut identity = Identity::of(context, payer.id);
    match identity.find(body.fact.kind(), FactSource::SelfDeclared) {
        Some(known) if known.value == body.fact => return Ok(Accepted::Identity(Box::new(identity))),
        Some(_) => return Err(ReasonCode::FactDeclared.into()),
        None => {}
    }
    identity.facts.push(KnownFact {
        value: body.fact.clone(),
        source: FactSource::SelfDeclared,
        assurance: Assurance::Low,
        by: payer.name.clone(),
        evidence: None,
        asserted_at: context.at,
        expires_at: None,
        contested_at: None,
    });
    Ok(keep(context, identity, EventKind::FactDeclared))
}

/// A payer says that a fact is wrong: nobody relies on it from now on.
pub(super) fn contest(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &ContestFactBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    if payer.id != body.payer {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    let (mut identity, at) = (Identity::of(context, payer.id), context.at);
    let fact = identity.find(body.kind, body.source).ok_or(ReasonCode::FactUnknown)?;
    if fact.contested_at.is_some() {
        return Ok(Accepted::Identity(Box::new(identity)));
    }
    fact.contested_at = Some(at);
    Ok(keep(context, identity, EventKind::FactContested))
}

/// Enters a fact that was checked, in the place of the one of its kind and source.
pub(super) fn enter(
    context: &mut Context<'_>,
    payer: PayerId,
    new: &NewFact,
    line: Option<MarkId>,
) -> Result<Accepted, Refusal> {
    known_payer(context, payer)?;
    let is_over = new.expires_at.is_some_and(|end| end <= context.at);
    if new.source == FactSource::SelfDeclared || new.source == FactSource::Guardian || is_over {
        return Err(ReasonCode::FactImplausible.into());
    }
    plausible(&new.value, context.at)?;
    let mut identity = Identity::of(context, payer);
    let kind = new.value.kind();
    let is_new = identity.find(kind, new.source).is_none();
    let counted = line.filter(|_| is_new).map(|line| sign_up::count_line(context, line)).transpose()?;
    identity.facts.retain(|fact| fact.value.kind() != kind || fact.source != new.source);
    identity.facts.push(KnownFact {
        value: new.value.clone(),
        source: new.source,
        assurance: new.assurance,
        by: new.by.clone(),
        evidence: new.evidence.clone(),
        asserted_at: context.at,
        expires_at: new.expires_at,
        contested_at: None,
    });
    counted.into_iter().for_each(|change| context.push(change));
    Ok(keep(context, identity, EventKind::FactEntered))
}

/// Takes a fact away, whoever said it.
pub(super) fn withdraw(
    context: &mut Context<'_>,
    payer: PayerId,
    kind: FactKind,
    source: FactSource,
) -> Result<Accepted, Refusal> {
    known_payer(context, payer)?;
    let mut identity = Identity::of(context, payer);
    identity.find(kind, source).ok_or(ReasonCode::FactUnknown)?;
    identity.facts.retain(|fact| fact.value.kind() != kind || fact.source != source);
    Ok(keep(context, identity, EventKind::FactWithdrawn))
}

/// A payer of whom something may be kept: of whom everything was destroyed, nothing new is.
pub(super) fn known_payer(context: &Context<'_>, payer: PayerId) -> Result<(), ReasonCode> {
    let known = context.state.payer(payer).filter(|payer| !payer.erased);
    known.map(|_| ()).ok_or(ReasonCode::PayerUnknown)
}

/// Writes it down and tells the payer, without saying what it is.
pub(super) fn keep(context: &mut Context<'_>, identity: Identity, kind: EventKind) -> Accepted {
    let payer = identity.payer;
    context.push(Change::Kept(Kept::Identity(identity.clone())));
    context.tell(kind, |event| event.payer = Some(payer));
    Accepted::Identity(Box::new(identity))
}
