//! The stages a payment passes, in their order; the same for a payment and for its preview. The strictest answer wins:
//! the first stage that refuses decides.

use money::{Amount, ReasonCode};
use protocol::{FundingKind, FundingPath, IntentStatus, Scan, SessionKind, Strength};

use crate::codes;
use crate::decide::Context;
use crate::facts::{ArrivalFacts, CallerFacts};
use crate::kept::Standing;
use crate::model::{Device, Intent, Payee, Payer};
use crate::policy_stage::{self, Judgement, Stop};
use crate::risk_stage::{self, Seen};
use crate::sighting;
use crate::step_up::Demand;
use crate::swap::{Suspicion, SwapAnswer};

/// Everything the stages look at.
pub(crate) struct Case<'a> {
    pub(crate) payer: &'a Payer,
    pub(crate) device: &'a Device,
    pub(crate) intent: &'a Intent,
    pub(crate) payee: &'a Payee,
    pub(crate) arrival: &'a ArrivalFacts,
    pub(crate) funding: FundingKind,
    /// Where it was scanned, if the phone says so.
    pub(crate) scan: Option<&'a Scan>,
}

/// Stages 2 to 6, passed: what is left is the money.
pub(crate) struct Passed {
    pub(crate) path: FundingPath,
    pub(crate) total: Amount,
    /// What speaks for a swapped code.
    pub(crate) swap: Suspicion,
    /// What the packs said, to be counted.
    pub(crate) judged: Judgement,
    /// What stages 4 to 6 want beyond the device key's signature.
    pub(crate) demand: Option<Demand>,
    /// What stage 6 read, to be kept.
    pub(crate) seen: Seen,
}

/// The payer and device behind a verified proof, if they are who it says.
pub(crate) fn identify<'a>(context: &Context<'a>, caller: &CallerFacts) -> Result<(&'a Payer, &'a Device), ReasonCode> {
    let payer = context.state.payer(caller.payer).filter(|payer| !payer.erased).ok_or(ReasonCode::PayerUnknown)?;
    let device = context.state.device(caller.device).ok_or(ReasonCode::DeviceUnknown)?;
    if device.payer != payer.id || device.key != caller.key {
        return Err(ReasonCode::DeviceNotThisPayer);
    }
    if device.revoked {
        return Err(ReasonCode::DeviceRevoked);
    }
    let standing = context.state.standing(device.id);
    let is_live = standing.is_some_and(|standing| standing.live(caller.session, context.at).is_some());
    if is_live { Ok((payer, device)) } else { Err(ReasonCode::SessionEnded) }
}

/// A device's standing; of one that was bound before there were any, that of a device without sessions.
pub(crate) fn standing(context: &Context<'_>, device: &Device) -> Standing {
    let none = || Standing {
        device: device.id,
        payer: device.payer,
        kind: SessionKind::Own,
        usable_from: device.bound_at,
        recovered: false,
        revocable_from: None,
        sessions: Vec::new(),
    };
    context.state.standing(device.id).cloned().unwrap_or_else(none)
}

/// Whether a device's waiting time is over. Until then it may look, freeze, and give itself up.
pub(crate) fn usable(context: &Context<'_>, device: money::DeviceId) -> Result<(), ReasonCode> {
    let waits = context.state.standing(device).is_some_and(|standing| context.at < standing.usable_from);
    if waits { Err(ReasonCode::DeviceCoolingOff) } else { Ok(()) }
}

/// Runs stages 2 to 6.
pub(crate) fn pass(context: &Context<'_>, case: &Case<'_>) -> Result<Passed, Stop> {
    let (path, total) = before_policy(context, case)?;
    let swap = sighting::weigh(context, case);
    let doubt = match context.settings.swap.answer(swap.points) {
        SwapAnswer::Refuse => return Err(ReasonCode::CodeSwapSuspected.into()),
        SwapAnswer::StepUp => Some(Demand::new(Strength::Pin, ReasonCode::CodeSwapSuspected)),
        SwapAnswer::Nothing | SwapAnswer::Warn => None,
    };
    let judged = policy_stage::judge(context, case, total).stop()?;
    let mut seen = risk_stage::judge(context, case, total)?;
    let demand = Demand::join(judged.demand(), seen.demand.take());
    Ok(Passed { path, total, judged, demand: Demand::join(doubt, demand), swap, seen })
}

/// Stages 2 to 4, and what the payment takes out of the wallet.
pub(crate) fn before_policy(context: &Context<'_>, case: &Case<'_>) -> Result<(FundingPath, Amount), ReasonCode> {
    lockdown(context, case)?;
    posture(context, case)?;
    terms(context, case)?;
    let path = case.intent.core.funding(case.funding).ok_or(ReasonCode::FundingNotAccepted)?.clone();
    let total = case.intent.core.amount.checked_add(path.fee).map_err(|_| ReasonCode::AmountOverflow)?;
    if case.payer.currency != total.currency() {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    Ok((path, total))
}

/// Stage 2: the payer's own brakes.
fn lockdown(context: &Context<'_>, case: &Case<'_>) -> Result<(), ReasonCode> {
    if case.payer.lock.is_frozen(context.at) { Err(ReasonCode::PayerFrozen) } else { Ok(()) }
}

/// Stage 3: what the device is worth: no longer waiting, and one threshold, until attestation and posture reports say
/// more.
fn posture(context: &Context<'_>, case: &Case<'_>) -> Result<(), ReasonCode> {
    usable(context, case.device.id)?;
    if case.device.tier < context.settings.device_tier_min { Err(ReasonCode::DeviceTierTooLow) } else { Ok(()) }
}

/// Stage 4: is this still what was asked for, and did the payer come to it by an honest way?
fn terms(context: &Context<'_>, case: &Case<'_>) -> Result<(), ReasonCode> {
    let intent = case.intent;
    match case.arrival {
        ArrivalFacts::Link => {}
        ArrivalFacts::BadCode(reason) => return Err(*reason),
        ArrivalFacts::Sticker(sticker) => codes::same_sticker(context, intent, sticker)?,
        ArrivalFacts::Code { intent: id, payee, amount, expires_at, quote } => {
            if *expires_at <= context.at {
                return Err(ReasonCode::CodeExpired);
            }
            let same = *id == intent.id && *payee == intent.payee && *amount == intent.core.amount;
            if !same || *quote != intent.quote {
                return Err(ReasonCode::CodeOtherIntent);
            }
        }
    }
    codes::counter(context, intent, case.payer.id)?;
    if case.payee.closed {
        return Err(ReasonCode::PayeeClosed);
    }
    match intent.status {
        IntentStatus::Taken => Err(ReasonCode::IntentTaken),
        IntentStatus::Expired => Err(ReasonCode::IntentExpired),
        IntentStatus::Open if intent.core.expires_at <= context.at => Err(ReasonCode::IntentExpired),
        // The payee's registered card may have changed since the terms were made; what was shown would be untrue.
        IntentStatus::Open if intent.core.payee != case.payee.card => Err(ReasonCode::QuoteChanged),
        IntentStatus::Open => Ok(()),
    }
}
