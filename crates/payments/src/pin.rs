//! The payment PIN: set, tried, changed, removed. A try is counted and committed before anything is hashed, so that
//! neither a crash nor many guesses at once give one for nothing.

use credentials::{PinHash, PinTry};
use money::{DecisionId, DeviceId, Digest, Instant, PayerId, ReasonCode};
use protocol::{RemovePinBody, Strength};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::{Guard, Kept};
use crate::limits;
use crate::model::Payer;
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::step_up::{self, Demand, Met};

/// A payer's PIN and the tries of it. It outlives the PIN itself, so that removing one forgets no wrong tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPin {
    /// Whose.
    pub payer: PayerId,
    /// What is kept of it; `None` when there is none.
    pub hash: Option<PinHash>,
    /// Since when it is this one.
    pub set_at: Instant,
    /// From when it approves.
    pub usable_from: Instant,
    /// The tries that no right one of the same device followed, oldest first; at most [`limits::PIN_TRIES_MAX`].
    pub tries: Vec<Attempt>,
    /// How many wrong tries there were since all was well.
    pub failed: u16,
    /// How often it was locked since all was well.
    pub locks: u8,
    /// Until when no further try is heard.
    pub locked_until: Option<Instant>,
}

/// One try: counted, and not known to be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The decision that counted it.
    pub id: DecisionId,
    /// When.
    pub at: Instant,
    /// By which device.
    pub device: DeviceId,
    /// What a right PIN does.
    pub purpose: PinPurpose,
}

/// What a right PIN does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PinPurpose {
    /// Approves the body of this digest.
    Approve(Digest),
    /// Allows another PIN.
    Change,
}

impl PaymentPin {
    fn none(payer: PayerId, at: Instant) -> Self {
        Self {
            payer,
            hash: None,
            set_at: at,
            usable_from: at,
            tries: Vec::new(),
            failed: 0,
            locks: 0,
            locked_until: None,
        }
    }

    /// Until when no further try is heard, if that is so.
    #[must_use]
    pub fn locked(&self, at: Instant) -> Option<Instant> {
        let is_spent = self.failed >= limits::PIN_FAILED_MAX;
        if is_spent { Some(Instant::LAST) } else { self.locked_until.filter(|until| at < *until) }
    }

    /// How many wrong tries are left before it is locked.
    #[must_use]
    pub fn tries_left(&self, at: Instant) -> u8 {
        let counted = self.tries.iter().filter(|attempt| !is_forgotten(attempt, at)).count();
        let left = limits::PIN_TRIES_MAX.saturating_sub(counted);
        match (self.locked(at), self.locked_until) {
            (Some(_), _) => 0,
            // One after every lock.
            (None, Some(_)) if left == 0 => 1,
            _ => u8::try_from(left).unwrap_or(u8::MAX),
        }
    }
}

fn is_forgotten(attempt: &Attempt, at: Instant) -> bool {
    attempt.at.checked_add_seconds(limits::PIN_TRY_MEMORY_SECONDS).is_some_and(|end| end <= at)
}

/// Sets a first PIN, or one that a passkey approves.
pub(crate) fn set(context: &mut Context<'_>, caller: &CallerFacts, hash: &PinHash) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    if payer.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen.into());
    }
    let row = row(context, payer.id);
    let is_set = row.hash.is_some() && row.usable_from <= context.at;
    let best = step_up::strongest(context, payer.id);
    if is_set && best == Some(Strength::Pin) {
        return Err(ReasonCode::PinOldNeeded.into());
    }
    let demand = best.map(|strength| Demand::new(strength, ReasonCode::FactorChange));
    let met = step_up::met(context, caller, demand.as_ref())?;
    let usable_from = first_use(context, payer, &met)?;
    let row = PaymentPin { hash: Some(hash.clone()), set_at: context.at, usable_from, ..row };
    let row = if is_set { row.forgiven(None) } else { row };
    let guard = Guard { pin_from: Some(usable_from), ..met.into_guard(context, payer.id) };
    Ok(keep(context, row, guard, if is_set { EventKind::PinChanged } else { EventKind::PinSet }))
}

/// From when a new factor approves. Vouched for by another, or in a wallet opened a moment ago, at once; else it waits as
/// a new device does.
///
/// WHY: whoever holds the unlocked phone could set a first PIN, and pass every later check with it. The payer is told on
/// all devices, and each of them can remove it while it waits.
pub(crate) fn first_use(context: &Context<'_>, payer: &Payer, met: &Met) -> Result<Instant, ReasonCode> {
    let fresh_until = payer.opened_at.checked_add_seconds(limits::FRESH_WALLET_SECONDS);
    if met.is_vouched() || fresh_until.is_some_and(|until| context.at < until) {
        return Ok(context.at);
    }
    context.at.checked_add_seconds(context.settings.device_delay_seconds).ok_or(ReasonCode::ServiceFault)
}

/// Counts a try, before the PIN is looked at.
pub(crate) fn attempt(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    purpose: PinPurpose,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    // WHY: a device that was just bound would be five more guesses.
    pipeline::usable(context, caller.device)?;
    let payer = payer.id;
    let mut row = row(context, payer);
    let hash = row.hash.clone().ok_or(ReasonCode::PinNotSet)?;
    if context.at < row.usable_from {
        return Err(ReasonCode::PinWaiting.into());
    }
    if row.locked(context.at).is_some() {
        return Err(ReasonCode::PinLocked.into());
    }
    row.tries.retain(|attempt| !is_forgotten(attempt, context.at));
    while row.tries.len() >= limits::PIN_TRIES_MAX {
        row.tries.remove(0);
    }
    let id = context.stamp.decision();
    row.tries.push(Attempt { id, at: context.at, device: caller.device, purpose });
    row.failed = row.failed.saturating_add(1);
    row.locked_until = None;
    if row.tries.len() >= limits::PIN_TRIES_MAX {
        // INVARIANT: the lock is committed with the last try, so none that comes at the same moment is heard.
        row.locked_until = Some(locked_until(context, row.locks)?);
        row.locks = row.locks.saturating_add(1);
        context.tell(EventKind::PinGuessed, |event| event.payer = Some(payer));
    }
    context.push(Change::Kept(Kept::Pin(row)));
    Ok(Accepted::Tried(PinTry { payer, attempt: id, hash }))
}

/// Each lock is twice as long as the one before it, up to a bound.
fn locked_until(context: &Context<'_>, locks: u8) -> Result<Instant, ReasonCode> {
    let doubled = limits::PIN_LOCK_SECONDS.checked_shl(u32::from(locks.min(16))).unwrap_or(i64::MAX);
    let seconds = doubled.min(limits::PIN_LOCK_SECONDS_MAX);
    context.at.checked_add_seconds(seconds).ok_or(ReasonCode::ServiceFault)
}

/// Who is right about a PIN: the try that was verified, and what it matched.
pub(crate) struct Right<'a> {
    pub(crate) payer: PayerId,
    pub(crate) attempt: DecisionId,
    pub(crate) matched: &'a PinHash,
}

/// A right PIN approves the body its try named.
pub(crate) fn approve(context: &mut Context<'_>, right: &Right<'_>) -> Result<Accepted, Refusal> {
    let (row, attempt) = counted(context, right)?;
    let PinPurpose::Approve(body) = attempt.purpose else { return Err(ReasonCode::PinWrong.into()) };
    let approval = step_up::approval(context, attempt.device, body, Strength::Pin)?;
    let guard = step_up::approve(context, step_up::guard(context, right.payer), approval.clone());
    context.push(Change::Kept(Kept::Pin(row.forgiven(Some(attempt.device)))));
    context.push(Change::Kept(Kept::Guard(guard)));
    Ok(Accepted::Approved(approval))
}

/// A right PIN is replaced, at once: who knows it could approve anything anyway.
pub(crate) fn change(context: &mut Context<'_>, right: &Right<'_>, hash: &PinHash) -> Result<Accepted, Refusal> {
    let (row, attempt) = counted(context, right)?;
    let payer = context.state.payer(right.payer).ok_or(ReasonCode::PayerUnknown)?;
    if payer.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen.into());
    }
    if attempt.purpose != PinPurpose::Change {
        return Err(ReasonCode::PinWrong.into());
    }
    let row = PaymentPin { hash: Some(hash.clone()), set_at: context.at, ..row.forgiven(Some(attempt.device)) };
    // What the old one approved is void.
    let guard = Guard { approvals: Vec::new(), ..step_up::guard(context, right.payer) };
    Ok(keep(context, row, guard, EventKind::PinChanged))
}

/// The try that was verified, if it is still good: a moment old, of a bound device, of the PIN that is kept now.
fn counted(context: &Context<'_>, right: &Right<'_>) -> Result<(PaymentPin, Attempt), ReasonCode> {
    let row = row(context, right.payer);
    let attempt = row.tries.iter().find(|attempt| attempt.id == right.attempt).ok_or(ReasonCode::PinWrong)?.clone();
    let is_young = attempt.at.checked_add_seconds(limits::PIN_TRY_SECONDS).is_some_and(|end| context.at < end);
    let is_bound = context.state.device(attempt.device).is_some_and(|device| !device.revoked);
    if is_young && is_bound && row.hash.as_ref() == Some(right.matched) {
        Ok((row, attempt))
    } else {
        Err(ReasonCode::PinWrong)
    }
}

impl PaymentPin {
    /// After a right PIN: this device's tries are forgiven, or all of them. Those of others still count, so that somebody
    /// who guesses gets no new tries each time the payer pays.
    fn forgiven(mut self, device: Option<DeviceId>) -> Self {
        self.tries.retain(|attempt| device.is_some_and(|device| attempt.device != device));
        if self.locked_until.take().is_some() {
            // The try that was right had set the lock.
            self.locks = self.locks.saturating_sub(1);
        }
        if self.tries.is_empty() {
            (self.failed, self.locks) = (0, 0);
        }
        self
    }
}

/// Takes the PIN away: one that still waits, by any device; else with the strongest that is set up.
pub(crate) fn remove(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &RemovePinBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    if body.payer != payer.id {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    let payer = payer.id;
    let row = row(context, payer);
    if row.hash.is_none() {
        return Err(ReasonCode::PinNotSet.into());
    }
    let demand = (row.usable_from <= context.at)
        .then(|| Demand::new(step_up::strongest(context, payer).unwrap_or(Strength::Pin), ReasonCode::FactorChange));
    if demand.is_some() {
        pipeline::usable(context, caller.device)?;
    }
    let met = step_up::met(context, caller, demand.as_ref())?;
    let guard = Guard { pin_from: None, approvals: Vec::new(), ..met.into_guard(context, payer) };
    Ok(keep(context, PaymentPin { hash: None, ..row }, guard, EventKind::PinRemoved))
}

/// Staff take a forgotten PIN away: for a payer whose papers they saw. A new one waits as a first one does.
pub(crate) fn staff_remove(context: &mut Context<'_>, payer: PayerId) -> Result<Accepted, Refusal> {
    context.state.payer(payer).ok_or(ReasonCode::PayerUnknown)?;
    let row = row(context, payer);
    if row.hash.is_none() {
        return Err(ReasonCode::PinNotSet.into());
    }
    let guard = Guard { pin_from: None, approvals: Vec::new(), ..step_up::guard(context, payer) };
    let row = PaymentPin { hash: None, ..row.forgiven(None) };
    Ok(keep(context, row, guard, EventKind::PinRemoved))
}

fn row(context: &Context<'_>, payer: PayerId) -> PaymentPin {
    context.state.pin(payer).cloned().unwrap_or_else(|| PaymentPin::none(payer, context.at))
}

fn keep(context: &mut Context<'_>, row: PaymentPin, guard: Guard, kind: EventKind) -> Accepted {
    let payer = row.payer;
    context.push(Change::Kept(Kept::Pin(row.clone())));
    context.push(Change::Kept(Kept::Guard(guard)));
    context.tell(kind, |event| event.payer = Some(payer));
    Accepted::Pin(Box::new(row))
}
