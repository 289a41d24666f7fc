//! A payment, from the verified approval to the posted money.
//!
//! The order is the pipeline of ARCHITECTURE.md: proof replay (before this file), identity, idempotency, lockdown,
//! posture, terms, policy, risk, the check these two ask for, funds.

use ledger::{Leg, Operation, Side};
use money::{Amount, HoldId, ReasonCode, TransferId};
use policy::{Outcome, Reason};
use protocol::{CaptureMode, IntentStatus, PayBody, PaymentStatus, Strength};

use crate::change::{Change, EventKind};
use crate::decide::{Context, Credited, Touched, ledger_reason};
use crate::facts::{ArrivalFacts, CallerFacts};
use crate::limits;
use crate::model::{Intent, Pair, Payment};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline::{self, Case, Passed};
use crate::policy_stage::{self, Stop};
use crate::risk_stage;
use crate::sighting;
use crate::step_up;
use crate::wait::Wait;

/// Decides a payment.
pub(crate) fn pay(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &PayBody,
    arrival: &ArrivalFacts,
) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    if body.payer != payer.id || body.device != device.id {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    if let Some(earlier) = context.state.payment(body.payment) {
        return first_answer(context, earlier, caller);
    }
    let intent = context.state.intent(body.intent).ok_or(ReasonCode::IntentUnknown)?;
    let payee = context.state.payee(intent.payee).ok_or(ReasonCode::PayeeUnknown)?;
    let case = Case { payer, device, intent, payee, arrival, funding: body.funding, scan: body.via.scan() };
    let verdict = unchanged(body, intent).map_err(Stop::from).and_then(|()| pipeline::pass(context, &case));
    let passed = match verdict {
        Ok(passed) => passed,
        Err(stop) => {
            if stop.reason == ReasonCode::CodeSwapSuspected {
                let swap = sighting::weigh(context, &case);
                sighting::leave(context, &case, swap, false);
            }
            return Err(refuse(context, body, caller, &case, stop));
        }
    };
    // A missing check is not this payment's fate: the same body may come again with it.
    let met = match step_up::met(context, caller, passed.demand.as_ref()) {
        Ok(met) => met,
        Err(unmet) => {
            // Whoever turns away at the check has seen the code all the same.
            if passed.swap.points >= context.settings.swap.warn_points {
                sighting::leave(context, &case, passed.swap, false);
            }
            return Err(unmet.into());
        }
    };
    match move_money(context, &case, &passed) {
        Ok(moved) => {
            met.spend(context);
            sighting::leave(context, &case, passed.swap, true);
            let strength = passed.demand.as_ref().map_or(Strength::DeviceKey, |demand| demand.strength);
            let payment = accept(context, (body, caller), &case, moved, &passed.judged.rules);
            let kept_until = policy_stage::kept_until(context, payment.amount, &intent.core.payee.category);
            context.keep(kept_until);
            passed.judged.count(context, &payment, strength);
            passed.seen.keep(context, &payment);
            Ok(Accepted::Payment { payment, core: Box::new(intent.core.clone()) })
        }
        Err(reason) => Err(refuse(context, body, caller, &case, reason.into())),
    }
}

/// Same id and same body: the first answer again. Same id and anything else: refused.
fn first_answer(context: &Context<'_>, earlier: &Payment, caller: &CallerFacts) -> Result<Accepted, Refusal> {
    if earlier.payer != caller.payer || earlier.body != caller.body {
        return Err(ReasonCode::PaymentIdReused.into());
    }
    if earlier.status == PaymentStatus::Refused {
        let (reasons, rules) = (earlier.reasons.clone(), earlier.rules.clone());
        return Err(Refusal { reasons, payment: Some(Box::new(earlier.clone())), rules, step_up: None });
    }
    let intent = context.state.intent(earlier.intent).ok_or(ReasonCode::IntentUnknown)?;
    Ok(Accepted::Payment { payment: earlier.clone(), core: Box::new(intent.core.clone()) })
}

/// What the device signed must be what the intent says.
fn unchanged(body: &PayBody, intent: &Intent) -> Result<(), ReasonCode> {
    body.amount.positive().map_err(|error| match error {
        money::AmountError::Negative => ReasonCode::AmountNegative,
        _ => ReasonCode::AmountZero,
    })?;
    if body.amount.currency() != intent.core.amount.currency() {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    if body.quote != intent.quote || body.amount != intent.core.amount {
        return Err(ReasonCode::QuoteChanged);
    }
    Ok(())
}

/// How the money moved.
enum Moved {
    Transferred(TransferId),
    /// Set aside until its payee captures it.
    Held(HoldId),
    /// Set aside until a rule lets it go on.
    Waits(HoldId, Wait),
}

/// Stage 7: the funds. A refusal leaves nothing behind.
fn move_money(context: &mut Context<'_>, case: &Case<'_>, passed: &Passed) -> Result<Moved, ReasonCode> {
    let (wallet, account) = (case.payer.wallet, case.payee.account);
    // A busy payee's account is neither read nor written here: the credit is appended under the payer.
    let credited = Some(Credited::by(case.payer.id, case.payee));
    let touched = Touched { accounts: vec![wallet], credited, ..Touched::default() };
    // INVARIANT: paying out of the wallet costs the payer nothing, so the total is what the payee receives.
    assert!(passed.path.fee.is_zero(), "wallet payments carry no fee");
    let amount = passed.total;
    let to = vec![(account, amount)];
    let (operation, moved) = match (passed.judged.wait, case.intent.capture) {
        (Some(wait), _) => {
            let hold = context.ids.make(HoldId::new);
            let operation = Operation::Hold { hold, from: wallet, to, expires_at: wait.hold_ends(), at: context.at };
            (operation, Moved::Waits(hold, wait))
        }
        (None, CaptureMode::Automatic) => {
            let transfer = context.ids.make(TransferId::new);
            let legs =
                vec![Leg { account: wallet, side: Side::Debit, amount }, Leg { account, side: Side::Credit, amount }];
            (Operation::Post { transfer, legs, at: context.at }, Moved::Transferred(transfer))
        }
        (None, CaptureMode::Manual) => {
            let hold = context.ids.make(HoldId::new);
            let expires_at = context.at.checked_add_seconds(limits::HOLD_LIFE_SECONDS);
            (Operation::Hold { hold, from: wallet, to, expires_at, at: context.at }, Moved::Held(hold))
        }
    };
    context.post(&touched, &[operation]).map_err(|refusal| ledger_reason(&refusal))?;
    Ok(moved)
}

fn accept(
    context: &mut Context<'_>,
    (body, caller): (&PayBody, &CallerFacts),
    case: &Case<'_>,
    moved: Moved,
    rules: &[Reason],
) -> Payment {
    let mut payment = draft(context, body, caller, case.intent);
    let kind = match moved {
        Moved::Transferred(transfer) => {
            payment.status = PaymentStatus::Captured;
            payment.transfer = Some(transfer);
            payment.captured = payment.amount;
            EventKind::PaymentCaptured
        }
        Moved::Held(hold) => {
            payment.status = PaymentStatus::Authorized;
            payment.hold = Some(hold);
            payment.hold_expires_at = context.at.checked_add_seconds(limits::HOLD_LIFE_SECONDS);
            EventKind::PaymentAuthorized
        }
        Moved::Waits(hold, wait) => {
            payment.status = PaymentStatus::Held;
            payment.reasons = vec![ReasonCode::PolicyHeld];
            payment.rules = rules.iter().filter(|rule| rule.outcome == Outcome::Hold).cloned().collect();
            payment.hold = Some(hold);
            payment.hold_expires_at = wait.hold_ends();
            payment.wait = Some(wait);
            EventKind::PaymentHeld
        }
    };
    let intent = Intent { status: IntentStatus::Taken, payment: Some(payment.id), ..case.intent.clone() };
    let pair = met(context, &payment);
    context.push(Change::Pair(pair));
    context.push(Change::Intent(intent));
    context.push(Change::Payment(payment.clone()));
    tell(context, kind, &payment);
    payment
}

/// A refusal is recorded under its id, so that the same body is refused again with the same reasons.
fn refuse(context: &mut Context<'_>, body: &PayBody, caller: &CallerFacts, case: &Case<'_>, stop: Stop) -> Refusal {
    let mut payment = draft(context, body, caller, case.intent);
    payment.reasons = vec![stop.reason];
    payment.rules = stop.rules;
    context.push(Change::Payment(payment.clone()));
    tell(context, EventKind::PaymentRefused, &payment);
    risk_stage::refused(context, case);
    let (reasons, rules) = (payment.reasons.clone(), payment.rules.clone());
    Refusal { reasons, payment: Some(Box::new(payment)), rules, step_up: None }
}

fn draft(context: &Context<'_>, body: &PayBody, caller: &CallerFacts, intent: &Intent) -> Payment {
    let zero = Amount::zero(body.amount.currency());
    Payment {
        id: body.payment,
        payer: caller.payer,
        payee: intent.payee,
        device: caller.device,
        intent: intent.id,
        body: caller.body,
        quote: body.quote,
        amount: body.amount,
        fee: zero,
        funding: body.funding,
        status: PaymentStatus::Refused,
        reasons: Vec::new(),
        rules: Vec::new(),
        wait: None,
        hold: None,
        hold_expires_at: None,
        transfer: None,
        captured: zero,
        refunded: zero,
        decision: context.stamp.decision(),
        created_at: context.at,
    }
}

/// What is known of the two from now on: one more payment, and since when money moves between them.
fn met(context: &Context<'_>, payment: &Payment) -> Pair {
    let earlier = context.state.pair(payment.payer, payment.payee);
    let captured = (payment.status == PaymentStatus::Captured).then_some(context.at);
    Pair {
        payer: payment.payer,
        payee: payment.payee,
        payments: earlier.map_or(0, |pair| pair.payments).saturating_add(1),
        total_minor: earlier.map_or(0, |pair| pair.total_minor).saturating_add(payment.amount.minor()),
        captured_at: earlier.and_then(|pair| pair.captured_at).or(captured),
        last_at: context.at,
    }
}

/// Tells payer and payee what became of a payment.
pub(crate) fn tell(context: &mut Context<'_>, kind: EventKind, payment: &Payment) {
    context.tell(kind, |event| {
        event.payer = Some(payment.payer);
        event.payee = Some(payment.payee);
        event.intent = Some(payment.intent);
        event.payment = Some(payment.id);
        event.amount = Some(payment.amount);
        event.reasons.clone_from(&payment.reasons);
    });
}
