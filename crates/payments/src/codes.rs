//! Registered codes: stickers and terminals are registered to a payee and a place, withdrawn, and a sticker is taken
//! for the terms of one payment.

use money::{Amount, Instant, PayeeId, PayerId, ReasonCode};
use protocol::{Cell, CodeBody, CodeKind, Counter, IntentBody, Serial, StickerBody, Text, taker};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::{CallerFacts, StickerFacts};
use crate::intent;
use crate::limits;
use crate::model::{Intent, Payee};
use crate::noted::{Noted, RegisteredCode};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::place::Place;
use crate::watch::{Watch, Watched};

/// Registers a sticker or terminal. The same again is answered as the first time.
pub(crate) fn register(context: &mut Context<'_>, payee: PayeeId, body: &CodeBody) -> Result<Accepted, Refusal> {
    let payee = context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?;
    if payee.closed {
        return Err(ReasonCode::PayeeClosed.into());
    }
    let row = draft(context, payee, body)?;
    if let Some(earlier) = context.state.code(body.serial) {
        let same = RegisteredCode { registered_at: earlier.registered_at, expires_at: earlier.expires_at, ..row };
        let lives = |code: &RegisteredCode| code.expires_at.map(|end| end.millis_since(code.registered_at));
        let same = same == *earlier && lives(earlier) == life_millis(body);
        return if same { Ok(Accepted::Code(earlier.clone())) } else { Err(ReasonCode::CodeSerialTaken.into()) };
    }
    settle_in(context, &row);
    context.push(Change::Noted(Noted::Code(row.clone())));
    context.tell(EventKind::CodeRegistered, |event| event.payee = Some(row.payee));
    Ok(Accepted::Code(row))
}

fn draft(context: &Context<'_>, payee: &Payee, body: &CodeBody) -> Result<RegisteredCode, ReasonCode> {
    // Whole seconds, because a printed sticker carries whole seconds and must say the same.
    let registered_at = Instant::from_unix_seconds(context.at.unix_seconds());
    let days = i64::from(body.days);
    let expires_at = match (body.kind, body.cap) {
        (CodeKind::Terminal, None) => None,
        (CodeKind::Sticker, Some(cap)) => {
            cap.positive().map_err(|_| ReasonCode::AmountZero)?;
            if cap.currency() != payee.currency {
                return Err(ReasonCode::AmountWrongCurrency);
            }
            if !(1..=limits::STICKER_DAYS_MAX).contains(&days) {
                return Err(ReasonCode::RequestMalformed);
            }
            let life = days.saturating_mul(limits::DAY_SECONDS);
            Some(registered_at.checked_add_seconds(life).ok_or(ReasonCode::RequestMalformed)?)
        }
        // A sticker without a cap would take any amount, and a terminal's amounts are its shop's.
        (CodeKind::Sticker, None) | (CodeKind::Terminal, Some(_)) => return Err(ReasonCode::RequestMalformed),
    };
    Ok(RegisteredCode {
        serial: body.serial,
        payee: payee.card.id,
        kind: body.kind,
        counter: body.counter.clone(),
        cell: body.cell,
        surroundings: body.surroundings.clone(),
        cap: body.cap,
        registered_at,
        expires_at,
        withdrawn_at: None,
        suspended_at: None,
    })
}

/// Its payee is at home in its cell.
fn settle_in(context: &mut Context<'_>, row: &RegisteredCode) {
    let Some(cell) = row.cell else { return };
    let (mut place, mut watch) = home(context, row.payee, cell);
    place.admit(row.payee, row.registered_at, &row.surroundings);
    watch.settle_in(cell);
    context.push(Change::Noted(Noted::Place(place)));
    context.push(Change::Noted(Noted::Watch(watch)));
}

/// With the last code of its payee in a cell, the payee is at home there no more.
fn move_out(context: &mut Context<'_>, row: &RegisteredCode) {
    let Some(cell) = row.cell else { return };
    let (mut place, mut watch) = home(context, row.payee, cell);
    if !place.release(row.payee) {
        watch.move_out(cell);
    }
    context.push(Change::Noted(Noted::Place(place)));
    context.push(Change::Noted(Noted::Watch(watch)));
}

fn home(context: &Context<'_>, payee: PayeeId, cell: Cell) -> (Place, Watch) {
    let watched = Watched::Payee(payee);
    let place = context.state.place(cell).cloned().unwrap_or_else(|| Place::new(cell));
    let watch = context.state.watch(watched).cloned().unwrap_or_else(|| Watch::new(watched, payee));
    (place, watch)
}

fn life_millis(body: &CodeBody) -> Option<i64> {
    let seconds = i64::from(body.days).saturating_mul(limits::DAY_SECONDS);
    (body.kind == CodeKind::Sticker).then_some(seconds.saturating_mul(1000))
}

/// Withdraws a code, for `payee` its own only. A withdrawn one stays so.
pub(crate) fn withdraw(context: &mut Context<'_>, payee: Option<PayeeId>, serial: Serial) -> Result<Accepted, Refusal> {
    let row = context.state.code(serial).filter(|row| payee.is_none_or(|payee| payee == row.payee));
    let row = row.ok_or(ReasonCode::CodeUnknown)?;
    if row.withdrawn_at.is_some() {
        return Ok(Accepted::Code(row.clone()));
    }
    let row = RegisteredCode { withdrawn_at: Some(context.at), ..row.clone() };
    move_out(context, &row);
    context.push(Change::Noted(Noted::Code(row.clone())));
    context.tell(EventKind::CodeWithdrawn, |event| event.payee = Some(row.payee));
    Ok(Accepted::Code(row))
}

/// Makes the terms of paying `body.amount` by a sticker, for the payer who asks and nobody else.
pub(crate) fn take(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &StickerBody,
    sticker: &StickerFacts,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let payer = payer.id;
    in_time(context, sticker)?;
    let payee = context.state.payee(sticker.payee).ok_or(ReasonCode::PayeeUnknown)?;
    let row = standing(context, sticker.serial, sticker.payee)?;
    affordable(context, body.amount, sticker, row)?;
    let purpose = match &body.purpose {
        Some(purpose) => purpose.clone(),
        None => Text::new(format!("QR {}", sticker.serial)).map_err(|_| ReasonCode::ServiceFault)?,
    };
    let asked = IntentBody {
        amount: body.amount,
        capture: protocol::CaptureMode::Automatic,
        expires_in_seconds: limits::STICKER_TERMS_SECONDS,
        place: None,
        purpose,
        reference: None,
        terminal: None,
    };
    intent::check(payee, &asked)?;
    let (serial, of) = (sticker.serial, |id| Some(taker(id, payer)));
    let intent = intent::draft(context, payee, &asked, |id| Some(Counter { serial, taker: of(id) }))?;
    intent::push_new(context, &intent);
    Ok(Accepted::Intent(intent))
}

fn in_time(context: &Context<'_>, sticker: &StickerFacts) -> Result<(), ReasonCode> {
    if sticker.expires_at <= context.at { Err(ReasonCode::CodeExpired) } else { Ok(()) }
}

/// The lowest of three caps holds: the signed one, the registered one, the operator's.
fn affordable(
    context: &Context<'_>,
    amount: Amount,
    sticker: &StickerFacts,
    row: &RegisteredCode,
) -> Result<(), ReasonCode> {
    if amount.currency() != sticker.cap.currency() {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    let above = |cap: Amount| amount.exceeds(cap).unwrap_or(true);
    if above(sticker.cap) || row.cap.is_none_or(above) {
        return Err(ReasonCode::CodeAboveCap);
    }
    if above(context.settings.payment_limit()) { Err(ReasonCode::PolicyPaymentLimit) } else { Ok(()) }
}

/// The registered code of `serial`, if it is this payee's and takes payments.
pub(crate) fn standing<'a>(
    context: &Context<'a>,
    serial: Serial,
    payee: PayeeId,
) -> Result<&'a RegisteredCode, ReasonCode> {
    let row = context.state.code(serial).filter(|row| row.payee == payee);
    let row = row.ok_or(ReasonCode::CodeUnregistered)?;
    if row.withdrawn_at.is_some() {
        return Err(ReasonCode::CodeRevoked);
    }
    if row.suspended_at.is_some() { Err(ReasonCode::CodeSuspended) } else { Ok(row) }
}

/// The registered terminal an intent is made at.
pub(crate) fn terminal(context: &Context<'_>, payee: &Payee, serial: Serial) -> Result<Counter, ReasonCode> {
    let row = standing(context, serial, payee.card.id)?;
    if row.kind == CodeKind::Terminal { Ok(Counter { serial, taker: None }) } else { Err(ReasonCode::CodeOtherKind) }
}

/// Stage 4, for a scanned sticker: it is the one these terms were made from.
pub(crate) fn same_sticker(context: &Context<'_>, intent: &Intent, sticker: &StickerFacts) -> Result<(), ReasonCode> {
    in_time(context, sticker)?;
    let counter = intent.core.counter.filter(|counter| counter.taker.is_some());
    let same = counter.is_some_and(|counter| counter.serial == sticker.serial) && intent.payee == sticker.payee;
    if same { Ok(()) } else { Err(ReasonCode::CodeOtherIntent) }
}

/// Stage 4, however the payer came: what the terms came by still takes payments, and they were made for this payer.
pub(crate) fn counter(context: &Context<'_>, intent: &Intent, payer: PayerId) -> Result<(), ReasonCode> {
    let Some(counter) = intent.core.counter else { return Ok(()) };
    standing(context, counter.serial, intent.payee)?;
    match counter.taker {
        Some(named) if named != taker(intent.id, payer) => Err(ReasonCode::CodeOtherIntent),
        _ => Ok(()),
    }
}
