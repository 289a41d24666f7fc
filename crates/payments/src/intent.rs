//! What a payee asks for: the terms are made here, once, and never change.

use money::{Amount, Digest, IntentId, PayeeId, ReasonCode};
use protocol::{
    Counter, FundingKind, FundingPath, Hop, HopRole, IntentBody, IntentStatus, QuoteCore, Text, limits as wire,
};

use crate::change::{Change, EventKind};
use crate::codes;
use crate::decide::Context;
use crate::limits;
use crate::model::{IdempotentIntent, Intent, Payee};
use crate::outcome::{Accepted, Refusal};

/// Makes an intent, or answers with the one the idempotency key made.
pub(crate) fn create(
    context: &mut Context<'_>,
    payee: PayeeId,
    body: &IntentBody,
    idempotency: Option<(Digest, Digest)>,
) -> Result<Accepted, Refusal> {
    let payee = context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?;
    if let Some((key, digest)) = idempotency
        && let Some(earlier) = context.state.idempotent(payee.card.id, key)
    {
        return first_answer(context, earlier, digest);
    }
    check(payee, body)?;
    let counter = body.terminal.map(|serial| codes::terminal(context, payee, serial)).transpose()?;
    let intent = draft(context, payee, body, |_| counter)?;
    if let Some((key, digest)) = idempotency {
        let row = IdempotentIntent { payee: payee.card.id, key, body: digest, intent: intent.id };
        context.push(Change::Idempotent(row));
    }
    push_new(context, &intent);
    Ok(Accepted::Intent(intent))
}

pub(crate) fn push_new(context: &mut Context<'_>, intent: &Intent) {
    context.push(Change::Intent(intent.clone()));
    context.tell(EventKind::IntentCreated, |event| {
        event.payee = Some(intent.payee);
        event.intent = Some(intent.id);
        event.amount = Some(intent.core.amount);
    });
}

fn first_answer(context: &Context<'_>, earlier: &IdempotentIntent, digest: Digest) -> Result<Accepted, Refusal> {
    if earlier.body != digest {
        return Err(ReasonCode::IdempotencyKeyReused.into());
    }
    let intent = context.state.intent(earlier.intent).ok_or(ReasonCode::IntentUnknown)?;
    Ok(Accepted::Intent(intent.clone()))
}

pub(crate) fn check(payee: &Payee, body: &IntentBody) -> Result<(), ReasonCode> {
    if payee.closed {
        return Err(ReasonCode::PayeeClosed);
    }
    body.amount.positive().map_err(|error| match error {
        money::AmountError::Negative => ReasonCode::AmountNegative,
        _ => ReasonCode::AmountZero,
    })?;
    if body.amount.currency() != payee.currency {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    match body.expires_in_seconds {
        wire::INTENT_LIFE_SECONDS_MIN..=wire::INTENT_LIFE_SECONDS_MAX => Ok(()),
        _ => Err(ReasonCode::RequestMalformed),
    }
}

/// The terms of what is asked. `counter` says, of the new id, by which registered code they come.
pub(crate) fn draft(
    context: &mut Context<'_>,
    payee: &Payee,
    body: &IntentBody,
    counter: impl FnOnce(IntentId) -> Option<Counter>,
) -> Result<Intent, ReasonCode> {
    let id = context.ids.make(IntentId::new);
    // Whole seconds, because the dynamic code carries whole seconds and must say the same.
    let created_at = money::Instant::from_unix_seconds(context.at.unix_seconds());
    let expires_at = created_at.checked_add_seconds(body.expires_in_seconds).ok_or(ReasonCode::RequestMalformed)?;
    let core = QuoteCore {
        amount: body.amount,
        capture: body.capture,
        counter: counter(id),
        created_at,
        expires_at,
        funding: vec![wallet_path(context, payee, body.amount)?],
        intent: id,
        payee: payee.card.clone(),
        place: body.place.clone().unwrap_or_else(|| payee.place.clone()),
        purpose: body.purpose.clone(),
    };
    Ok(Intent {
        id,
        payee: payee.card.id,
        quote: core.digest(),
        core,
        capture: body.capture,
        reference: body.reference.as_ref().map(ToString::to_string),
        status: IntentStatus::Open,
        payment: None,
    })
}

/// The way money takes out of a prepaid wallet: it is already here, so there is one provider and no fee.
fn wallet_path(context: &Context<'_>, payee: &Payee, amount: Amount) -> Result<FundingPath, ReasonCode> {
    let provider = Text::new(context.settings.provider.as_str()).map_err(|_| ReasonCode::ServiceFault)?;
    Ok(FundingPath {
        fee: Amount::zero(amount.currency()),
        kind: FundingKind::Wallet,
        path: vec![
            Hop { name: provider.clone(), role: HopRole::Wallet },
            Hop { name: provider, role: HopRole::Provider },
            Hop { name: payee.card.name.clone(), role: HopRole::Payee },
        ],
        refundable_days: limits::REFUNDABLE_DAYS,
        settlement_days: limits::SETTLEMENT_DAYS,
    })
}

/// Closes an intent that nobody paid in time.
pub(crate) fn expire(context: &mut Context<'_>, intent: IntentId) -> Result<Accepted, Refusal> {
    let intent = context.state.intent(intent).ok_or(ReasonCode::IntentUnknown)?;
    match intent.status {
        IntentStatus::Taken => return Err(ReasonCode::IntentTaken.into()),
        IntentStatus::Expired => return Err(ReasonCode::IntentExpired.into()),
        IntentStatus::Open if context.at < intent.core.expires_at => return Err(ReasonCode::NotYetExpired.into()),
        IntentStatus::Open => {}
    }
    let intent = Intent { status: IntentStatus::Expired, ..intent.clone() };
    context.push(Change::Intent(intent.clone()));
    context.tell(EventKind::IntentExpired, |event| {
        event.payee = Some(intent.payee);
        event.intent = Some(intent.id);
        event.amount = Some(intent.core.amount);
    });
    Ok(Accepted::Intent(intent))
}
