//! Money given back, along the way it came, never more than is left.

use ledger::Operation;
use money::{Digest, PayeeId, ReasonCode, TransferId};
use protocol::{PaymentStatus, RefundBody, RefundCause};

use crate::change::{Change, EventKind};
use crate::decide::{Context, Touched, ledger_reason};
use crate::dossiers;
use crate::model::{Payment, Refund};
use crate::outcome::{Accepted, Refusal};
use crate::outcomes::{self, Voice};
use crate::{policy_stage, roll_up, usage};

/// Refunds some or all of a captured payment.
pub(crate) fn refund(
    context: &mut Context<'_>,
    payee: PayeeId,
    body: &RefundBody,
    digest: Digest,
) -> Result<Accepted, Refusal> {
    if let Some(earlier) = context.state.refund(body.refund) {
        let same = earlier.payee == payee && earlier.body == digest;
        return if same { Ok(Accepted::Refund(earlier.clone())) } else { Err(ReasonCode::RefundIdReused.into()) };
    }
    let payment = context.state.payment(body.payment).filter(|payment| payment.payee == payee);
    let payment = payment.ok_or(ReasonCode::PaymentUnknown)?.clone();
    let original = captured(&payment)?;
    let amounts = Amounts::of(body, &payment)?;
    let transfer = context.ids.make(TransferId::new);
    let payer = context.state.payer(payment.payer).ok_or(ReasonCode::PayerUnknown)?;
    let payee_row = context.state.payee(payment.payee).ok_or(ReasonCode::PayeeUnknown)?;
    let account = payee_row.account;
    let appended = roll_up::before_refund(context.state, &payment, payee_row, body.amount);
    let mut operations = Vec::with_capacity(2);
    if !appended.is_empty() {
        operations.push(Operation::RollUp { account });
    }
    operations.push(Operation::Refund { transfer, original, amount: body.amount, at: context.at });
    let accounts = vec![payer.wallet, account];
    let touched = Touched { accounts, transfer: Some(original), appended: appended.clone(), ..Touched::default() };
    context.post(&touched, &operations).map_err(|refusal| match refusal {
        ledger::Refusal::InsufficientFunds { .. } => ReasonCode::PayeeFundsInsufficient,
        other => ledger_reason(&other),
    })?;
    dossiers::fold(context, &appended);
    let refund = Refund {
        id: body.refund,
        payment: payment.id,
        payee,
        amount: body.amount,
        reason: body.reason.clone(),
        body: digest,
        transfer,
        remaining: amounts.remaining,
        created_at: context.at,
    };
    let category = payee_row.card.category.clone();
    usage::refunded(context, &payment, &category, body.amount, &body.refund.to_string());
    let kept_until = policy_stage::kept_until(context, payment.amount, &category);
    context.keep(kept_until);
    context.push(Change::Refund(refund.clone()));
    context.tell(EventKind::PaymentRefunded, |event| {
        event.payer = Some(payment.payer);
        event.payee = Some(payee);
        event.intent = Some(payment.intent);
        event.payment = Some(payment.id);
        event.amount = Some(refund.amount);
    });
    if body.cause == Some(RefundCause::Fraud) {
        let _ = outcomes::learn(context, &payment, true, Voice::Payee);
    }
    context.push(Change::Payment(Payment { refunded: amounts.refunded, ..payment }));
    Ok(Accepted::Refund(refund))
}

/// The transfer that moved the money, if it has moved.
fn captured(payment: &Payment) -> Result<TransferId, ReasonCode> {
    match (payment.status, payment.transfer) {
        (PaymentStatus::Captured, Some(transfer)) => Ok(transfer),
        (PaymentStatus::Voided, _) => Err(ReasonCode::PaymentVoided),
        (PaymentStatus::Expired, _) => Err(ReasonCode::PaymentExpired),
        (PaymentStatus::Refused, _) => Err(ReasonCode::PaymentRefused),
        (PaymentStatus::Authorized | PaymentStatus::Held | PaymentStatus::Captured, _) => {
            Err(ReasonCode::PaymentNotCaptured)
        }
    }
}

struct Amounts {
    refunded: money::Amount,
    remaining: money::Amount,
}

impl Amounts {
    fn of(body: &RefundBody, payment: &Payment) -> Result<Self, ReasonCode> {
        body.amount.positive().map_err(|error| match error {
            money::AmountError::Negative => ReasonCode::AmountNegative,
            _ => ReasonCode::AmountZero,
        })?;
        let refunded = payment.refunded.checked_add(body.amount).map_err(|error| match error {
            money::AmountError::Overflow => ReasonCode::RefundExceedsRemaining,
            _ => ReasonCode::AmountWrongCurrency,
        })?;
        let remaining = payment.captured.checked_sub(refunded).map_err(|_| ReasonCode::RefundExceedsRemaining)?;
        if remaining.is_negative() {
            return Err(ReasonCode::RefundExceedsRemaining);
        }
        Ok(Self { refunded, remaining })
    }
}
