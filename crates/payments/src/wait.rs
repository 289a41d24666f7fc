//! A payment that a rule holds: the money is set aside, and the payment waits, until its time comes or somebody who looked
//! into it says a word. It goes on as it would have gone, or the money is the payer's again.
//!
//! Whatever tightens meanwhile stops it: a freeze, a device that was taken back, a payee that was closed. Its payer calls
//! it off at any time, and so may its payee.

use ledger::Operation;
use money::{Instant, PaymentId, ReasonCode, TransferId};
use policy::Held;
use protocol::{CancelPaymentBody, CaptureMode, PaymentStatus};
use serde::{Deserialize, Serialize};

use crate::change::EventKind;
use crate::command::HeldVerdict;
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::limits;
use crate::model::Payment;
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::settle;
use crate::usage::{self, Fate};

/// How long a payment waits, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// When it ends by itself.
    pub until: Instant,
    /// What happens then: it goes on, or the money is the payer's again.
    pub goes_on: bool,
    /// From when staff may let it go on; `None`: they may not.
    pub confirmable_from: Option<Instant>,
}

impl Wait {
    /// As a rule holds it from `at`; `None` where that is longer than anything is held here.
    pub(crate) fn of(held: Held, at: Instant) -> Option<Self> {
        let longest = at.checked_add_seconds(limits::WAIT_SECONDS_MAX)?;
        let unconfirmed = at.checked_add_seconds(limits::UNCONFIRMED_SECONDS)?;
        let until = held.releases_at.unwrap_or(unconfirmed);
        let wait = Self { until, goes_on: held.releases_at.is_some(), confirmable_from: held.confirmable_from };
        (until <= longest).then_some(wait)
    }

    /// The stricter of both in everything.
    pub(crate) fn join(left: Option<Self>, right: Option<Self>) -> Option<Self> {
        match (left, right) {
            (Some(left), Some(right)) => Some(Self {
                until: left.until.max(right.until),
                goes_on: left.goes_on && right.goes_on,
                confirmable_from: left.confirmable_from.zip(right.confirmable_from).map(|(a, b)| a.max(b)),
            }),
            (one, other) => one.or(other),
        }
    }

    /// When the hold on the money ends: whoever captures later has as long for it as after any other approval.
    pub(crate) fn hold_ends(&self) -> Option<Instant> {
        self.until.checked_add_seconds(limits::HOLD_LIFE_SECONDS)
    }

    /// Whether staff may let it go on at `at`.
    #[must_use]
    pub fn is_confirmable(&self, at: Instant) -> bool {
        self.confirmable_from.is_some_and(|from| from <= at)
    }
}

/// Its time has come.
pub(crate) fn is_over(context: &mut Context<'_>, payment: Payment, wait: Wait) -> Result<Accepted, Refusal> {
    if context.at < wait.until {
        return Err(ReasonCode::NotYetExpired.into());
    }
    if wait.goes_on { go_on(context, payment) } else { stop(context, payment, ReasonCode::PolicyHeldUnconfirmed) }
}

/// What staff say of it.
pub(crate) fn judge(context: &mut Context<'_>, payment: PaymentId, verdict: HeldVerdict) -> Result<Accepted, Refusal> {
    let (payment, wait) = waiting(context, payment)?;
    match verdict {
        HeldVerdict::Refuse => stop(context, payment, ReasonCode::PolicyHeldRefused),
        HeldVerdict::Release if wait.is_confirmable(context.at) => go_on(context, payment),
        HeldVerdict::Release => Err(ReasonCode::PolicyHoldStands.into()),
    }
}

/// Its payer calls it off, with any device that is bound, also one that still waits.
pub(crate) fn cancel(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &CancelPaymentBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let own = context.state.payment(body.payment).is_some_and(|payment| payment.payer == payer.id);
    if !own {
        return Err(ReasonCode::PaymentUnknown.into());
    }
    let (payment, _) = waiting(context, body.payment)?;
    settle::release(context, payment, PaymentStatus::Voided)
}

/// The payment, if it waits.
fn waiting(context: &Context<'_>, payment: PaymentId) -> Result<(Payment, Wait), ReasonCode> {
    let (payment, _) = settle::held(context, None, payment)?;
    match (payment.status, payment.wait) {
        (PaymentStatus::Held, Some(wait)) => Ok((payment, wait)),
        _ => Err(ReasonCode::PaymentNotWaiting),
    }
}

/// It goes on as it would have gone at once, unless something was tightened meanwhile.
fn go_on(context: &mut Context<'_>, payment: Payment) -> Result<Accepted, Refusal> {
    if let Some(reason) = tightened(context, &payment) {
        return stop(context, payment, reason);
    }
    let hold = payment.hold.ok_or(ReasonCode::ServiceFault)?;
    let intent = context.state.intent(payment.intent).ok_or(ReasonCode::ServiceFault)?;
    let payment = Payment { wait: None, reasons: Vec::new(), ..payment };
    match intent.capture {
        CaptureMode::Manual => {
            let payment = Payment { status: PaymentStatus::Authorized, ..payment };
            settle::finish(context, EventKind::PaymentAuthorized, payment)
        }
        CaptureMode::Automatic => {
            let transfer = context.ids.make(TransferId::new);
            let operation = Operation::Capture { hold, transfer, amount: None, at: context.at };
            settle::post(context, &payment, hold, &operation)?;
            usage::settle(context, &payment, &Fate::Captured);
            settle::captured(context, Payment { transfer: Some(transfer), captured: payment.amount, ..payment })
        }
    }
}

/// What was tightened while it waited. Nothing that was approved before outlives it.
fn tightened(context: &Context<'_>, payment: &Payment) -> Option<ReasonCode> {
    let Some(payer) = context.state.payer(payment.payer).filter(|payer| !payer.erased) else {
        return Some(ReasonCode::PayerUnknown);
    };
    if payer.lock.is_frozen(context.at) {
        return Some(ReasonCode::PayerFrozen);
    }
    if context.state.device(payment.device).is_none_or(|device| device.revoked) {
        return Some(ReasonCode::DeviceRevoked);
    }
    context.state.payee(payment.payee).is_none_or(|payee| payee.closed).then_some(ReasonCode::PayeeClosed)
}

/// It does not go on, for `reason`; the money is the payer's again.
fn stop(context: &mut Context<'_>, payment: Payment, reason: ReasonCode) -> Result<Accepted, Refusal> {
    settle::release(context, Payment { reasons: vec![reason], ..payment }, PaymentStatus::Refused)
}
