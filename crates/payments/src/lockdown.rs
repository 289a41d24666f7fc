//! The payer's own brakes: freezing works at once and with any bound device; unfreezing waits, and is for the device
//! that froze, as long as it is bound: whoever is being stopped does not lift the brake.

use money::ReasonCode;
use protocol::{FreezeBody, UnfreezeBody};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::{Guard, Kept};
use crate::model::{Lock, Payer};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::step_up;

/// Nothing leaves the wallet from this decision on. Freezing a frozen wallet changes nothing and is not an error.
pub(crate) fn freeze(context: &mut Context<'_>, caller: &CallerFacts, body: &FreezeBody) -> Result<Accepted, Refusal> {
    let payer = own_wallet(context, caller, body.payer)?;
    // WHY: who froze first keeps the key to it; a thief who freezes again takes nothing over. An open or thawing wallet
    // is frozen by whoever says so last.
    if payer.lock != Lock::Frozen {
        // What was approved before the brake is void.
        let guard = step_up::guard(context, payer.id);
        let guard = Guard { frozen_by: Some(caller.device), approvals: Vec::new(), ..guard };
        context.push(Change::Kept(Kept::Guard(guard)));
    }
    set(context, payer, Lock::Frozen, EventKind::PayerFrozen)
}

/// Money may leave again once the operator's delay has passed. Asking again does not restart the delay.
pub(crate) fn unfreeze(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &UnfreezeBody,
) -> Result<Accepted, Refusal> {
    let payer = own_wallet(context, caller, body.payer)?;
    pipeline::usable(context, caller.device)?;
    may_thaw(context, caller, &payer)?;
    let lock = match payer.lock {
        Lock::Frozen => {
            let until = context.at.checked_add_seconds(context.settings.unfreeze_delay_seconds);
            Lock::Thawing(until.ok_or(ReasonCode::ServiceFault)?)
        }
        open_or_thawing => open_or_thawing,
    };
    set(context, payer, lock, EventKind::PayerUnfreezeRequested)
}

/// The device that froze, or any other once that one is revoked. Where nobody is on record, any.
fn may_thaw(context: &Context<'_>, caller: &CallerFacts, payer: &Payer) -> Result<(), ReasonCode> {
    let by = context.state.guard(payer.id).and_then(|guard| guard.frozen_by);
    let is_bound = |device| context.state.device(device).is_some_and(|device| !device.revoked);
    let standing = context.state.standing(caller.device);
    // WHY: whoever came back with two factors may have lost the device that froze.
    let is_recovered = standing.is_some_and(|standing| standing.recovered);
    match by {
        Some(by) if !is_recovered && by != caller.device && payer.lock.is_frozen(context.at) && is_bound(by) => {
            Err(ReasonCode::FrozenByOther)
        }
        _ => Ok(()),
    }
}

/// Staff lift a brake whose device is lost: for a payer whose papers they saw. It waits as ever, and is told.
pub(crate) fn staff_thaw(context: &mut Context<'_>, payer: money::PayerId) -> Result<Accepted, Refusal> {
    let payer = context.state.payer(payer).ok_or(ReasonCode::PayerUnknown)?.clone();
    let lock = match payer.lock {
        Lock::Frozen => {
            let delay = context.settings.device_delay_seconds.max(context.settings.unfreeze_delay_seconds);
            Lock::Thawing(context.at.checked_add_seconds(delay).ok_or(ReasonCode::ServiceFault)?)
        }
        open_or_thawing => open_or_thawing,
    };
    set(context, payer, lock, EventKind::PayerUnfreezeRequested)
}

fn own_wallet(context: &Context<'_>, caller: &CallerFacts, payer: money::PayerId) -> Result<Payer, ReasonCode> {
    let (own, _) = pipeline::identify(context, caller)?;
    if own.id == payer { Ok(own.clone()) } else { Err(ReasonCode::DeviceNotThisPayer) }
}

fn set(context: &mut Context<'_>, payer: Payer, lock: Lock, kind: EventKind) -> Result<Accepted, Refusal> {
    let account = context.state.account(payer.wallet).cloned().ok_or(ReasonCode::ServiceFault)?;
    if payer.lock == lock {
        return Ok(Accepted::Payer { payer, account });
    }
    let payer = Payer { lock, ..payer };
    context.push(Change::Payer(payer.clone()));
    context.tell(kind, |event| event.payer = Some(payer.id));
    Ok(Accepted::Payer { payer, account })
}
