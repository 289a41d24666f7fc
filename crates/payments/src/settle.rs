//! What becomes of a held payment: captured, voided, expired.

use ledger::{HoldState, Operation};
use money::{Amount, HoldId, PayeeId, PaymentId, ReasonCode, TransferId};
use protocol::{CaptureBody, PaymentStatus, VoidBody};

use crate::change::{Change, EventKind};
use crate::decide::{Context, Credited, Touched, ledger_reason};
use crate::model::{Pair, Payment};
use crate::outcome::{Accepted, Refusal};
use crate::pay;
use crate::policy_stage;
use crate::usage::{self, Fate};
use crate::wait;

/// Takes a held payment, or a part of it; the rest is released.
pub(crate) fn capture(
    context: &mut Context<'_>,
    payee: PayeeId,
    payment: PaymentId,
    body: &CaptureBody,
) -> Result<Accepted, Refusal> {
    let (payment, hold) = held(context, Some(payee), payment)?;
    if payment.status == PaymentStatus::Held {
        return Err(ReasonCode::PaymentHeld.into());
    }
    if let Some(amount) = body.amount {
        positive(amount, &payment)?;
    }
    let transfer = context.ids.make(TransferId::new);
    let operation = Operation::Capture { hold, transfer, amount: body.amount, at: context.at };
    let captured = body.amount.unwrap_or(payment.amount);
    post(context, &payment, hold, &operation)?;
    usage::settle(context, &payment, &body.amount.map_or(Fate::Captured, Fate::CapturedPart));
    self::captured(context, Payment { transfer: Some(transfer), captured, ..payment })
}

/// The money has moved, as `payment` says.
pub(crate) fn captured(context: &mut Context<'_>, payment: Payment) -> Result<Accepted, Refusal> {
    let payment = Payment { status: PaymentStatus::Captured, ..payment };
    if let Some(pair) = context.state.pair(payment.payer, payment.payee).filter(|pair| pair.captured_at.is_none()) {
        let pair = Pair { captured_at: Some(context.at), ..pair.clone() };
        context.push(Change::Pair(pair));
    }
    finish(context, EventKind::PaymentCaptured, payment)
}

/// Releases a held payment, all of it.
pub(crate) fn void(
    context: &mut Context<'_>,
    payee: PayeeId,
    payment: PaymentId,
    body: &VoidBody,
) -> Result<Accepted, Refusal> {
    let (payment, hold) = held(context, Some(payee), payment)?;
    post(context, &payment, hold, &Operation::Void { hold, amount: body.amount, at: context.at })?;
    usage::settle(context, &payment, &Fate::Released);
    finish(context, EventKind::PaymentVoided, over(payment, PaymentStatus::Voided))
}

/// A payment that came to nothing waits no more.
fn over(payment: Payment, status: PaymentStatus) -> Payment {
    let reasons = if status == PaymentStatus::Refused { payment.reasons } else { Vec::new() };
    Payment { status, wait: None, reasons, ..payment }
}

/// Releases a payment that waits: the money is the payer's again.
pub(crate) fn release(context: &mut Context<'_>, payment: Payment, status: PaymentStatus) -> Result<Accepted, Refusal> {
    let hold = payment.hold.ok_or(ReasonCode::ServiceFault)?;
    post(context, &payment, hold, &Operation::Void { hold, amount: None, at: context.at })?;
    usage::settle(context, &payment, &Fate::Released);
    let is_refused = status == PaymentStatus::Refused;
    let kind = if is_refused { EventKind::PaymentRefused } else { EventKind::PaymentVoided };
    finish(context, kind, over(payment, status))
}

/// Ends what time has ended: the wait of a payment that a rule held, or the hold of one whose payee waited too long.
pub(crate) fn expire(context: &mut Context<'_>, payment: PaymentId) -> Result<Accepted, Refusal> {
    let (payment, hold) = held(context, None, payment)?;
    if let (PaymentStatus::Held, Some(wait)) = (payment.status, payment.wait) {
        return wait::is_over(context, payment, wait);
    }
    post(context, &payment, hold, &Operation::Expire { hold, at: context.at })?;
    usage::settle(context, &payment, &Fate::Released);
    finish(context, EventKind::PaymentExpired, Payment { status: PaymentStatus::Expired, ..payment })
}

/// The payment and its open hold. Another payee's payment does not exist for this one.
pub(crate) fn held(
    context: &Context<'_>,
    payee: Option<PayeeId>,
    id: PaymentId,
) -> Result<(Payment, HoldId), ReasonCode> {
    let payment = context.state.payment(id).ok_or(ReasonCode::PaymentUnknown)?;
    if payee.is_some_and(|payee| payee != payment.payee) {
        return Err(ReasonCode::PaymentUnknown);
    }
    let Some(hold) = payment.hold else {
        let refused = payment.status == PaymentStatus::Refused;
        return Err(if refused { ReasonCode::PaymentRefused } else { ReasonCode::PaymentNotHeld });
    };
    match context.state.hold(hold).map(|row| &row.state) {
        Some(HoldState::Open) => Ok((payment.clone(), hold)),
        Some(HoldState::Captured(_)) => Err(ReasonCode::PaymentCaptured),
        Some(HoldState::Voided) if payment.status == PaymentStatus::Refused => Err(ReasonCode::PaymentRefused),
        Some(HoldState::Voided) => Err(ReasonCode::PaymentVoided),
        Some(HoldState::Expired) => Err(ReasonCode::PaymentExpired),
        None => Err(ReasonCode::ServiceFault),
    }
}

fn positive(amount: Amount, payment: &Payment) -> Result<(), ReasonCode> {
    if amount.currency() != payment.amount.currency() {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    amount.positive().map(|_| ()).map_err(|error| match error {
        money::AmountError::Negative => ReasonCode::AmountNegative,
        _ => ReasonCode::AmountZero,
    })
}

pub(crate) fn post(
    context: &mut Context<'_>,
    payment: &Payment,
    hold: HoldId,
    operation: &Operation,
) -> Result<(), ReasonCode> {
    let wallet = context.state.payer(payment.payer).ok_or(ReasonCode::PayerUnknown)?.wallet;
    let payee = context.state.payee(payment.payee).ok_or(ReasonCode::PayeeUnknown)?;
    let credited = Some(Credited::by(payment.payer, payee));
    let touched = Touched { accounts: vec![wallet], hold: Some(hold), credited, ..Touched::default() };
    context.post(&touched, std::slice::from_ref(operation)).map(|_| ()).map_err(|refusal| ledger_reason(&refusal))
}

pub(crate) fn finish(context: &mut Context<'_>, kind: EventKind, payment: Payment) -> Result<Accepted, Refusal> {
    let core = context.state.intent(payment.intent).map(|intent| intent.core.clone());
    let core = Box::new(core.ok_or(ReasonCode::ServiceFault)?);
    let kept_until = policy_stage::kept_until(context, payment.amount, &core.payee.category);
    context.keep(kept_until);
    context.push(Change::Payment(payment.clone()));
    pay::tell(context, kind, &payment);
    Ok(Accepted::Payment { payment, core })
}
