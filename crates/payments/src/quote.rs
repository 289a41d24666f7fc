//! The preview: the payment's own pipeline, run dry. Nothing is written.

use std::collections::BTreeMap;

use money::{Amount, ReasonCode};
use protocol::{QuoteBody, Strength, Warning};

use crate::decide::Context;
use crate::facts::{ArrivalFacts, CallerFacts};
use crate::limits;
use crate::model::Payer;
use crate::outcome::{Accepted, Quoted, Refusal, ShownLimit};
use crate::pipeline::{self, Case, Passed};
use crate::policy_stage;
use crate::sighting;
use crate::step_up::StepUp;
use crate::swap::SwapAnswer;

/// Answers what paying would mean for this payer now.
pub(crate) fn quote(
    context: &Context<'_>,
    caller: &CallerFacts,
    body: &QuoteBody,
    arrival: &ArrivalFacts,
) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    if let ArrivalFacts::BadCode(reason) = arrival {
        return Err((*reason).into());
    }
    let intent = context.state.intent(body.intent).ok_or(ReasonCode::IntentUnknown)?;
    let payee = context.state.payee(intent.payee).ok_or(ReasonCode::PayeeUnknown)?;
    let case = Case { payer, device, intent, payee, arrival, funding: body.funding, scan: body.via.scan() };
    let funding = intent.core.funding(body.funding).ok_or(ReasonCode::FundingNotAccepted)?.clone();
    let total = intent.core.amount.checked_add(funding.fee).map_err(|_| ReasonCode::AmountOverflow)?;
    if total.currency() != payer.currency {
        return Err(ReasonCode::AmountWrongCurrency.into());
    }
    let available =
        context.state.account(payer.wallet).map_or(Amount::zero(payer.currency), ledger::Account::available);
    let after = available.checked_sub(total).ok().filter(|after| !after.is_negative());
    let passed = pipeline::pass(context, &case);
    let step_up = missing(context, payer, passed.as_ref().ok());
    let refusals = refusals(passed.err().map(|stop| stop.reason), step_up.as_ref(), after);
    let judged = policy_stage::judge(context, &case, total);
    Ok(Accepted::Quoted(Box::new(Quoted {
        core: intent.core.clone(),
        quote: intent.quote,
        funding,
        total,
        available_before: available,
        available_after: after.filter(|_| refusals.is_empty()),
        limit_left: judged.headroom,
        limits: judged.counters.into_iter().map(|counter| described(context, counter)).collect(),
        wait: judged.wait.filter(|_| refusals.is_empty()),
        rules: judged.rules,
        warnings: warnings(context, &case, available, after),
        step_up: step_up.map(Box::new),
        refusals,
    })))
}

/// A limit with what its rule says; of the payer's own, nothing.
fn described(context: &Context<'_>, counter: policy::Counter) -> ShownLimit {
    let library = context.settings.packs.book().map(policy::Rulebook::library);
    match library.and_then(|library| library.rule(&counter.rule, context.at)) {
        Some((pack, rule)) => ShownLimit { counter, say: rule.say.clone(), texts: pack.wordings(rule) },
        None => ShownLimit { counter, say: String::new(), texts: BTreeMap::new() },
    }
}

/// The check the payment will be asked for. Approvals are of a payment that is written, so none counts here.
fn missing(context: &Context<'_>, payer: &Payer, passed: Option<&Passed>) -> Option<StepUp> {
    let demand = passed?.demand.clone().filter(|demand| demand.strength > Strength::DeviceKey)?;
    Some(StepUp::of(context, payer.id, demand, None))
}

/// A check that can be done is no refusal; one that cannot is.
fn refusals(stopped: Option<ReasonCode>, step_up: Option<&StepUp>, after: Option<Amount>) -> Vec<ReasonCode> {
    let unmet = step_up.map(StepUp::reason).filter(|reason| *reason != ReasonCode::StepUpNeeded);
    let funds = (stopped.is_none() && after.is_none()).then_some(ReasonCode::FundsInsufficient);
    stopped.into_iter().chain(unmet).chain(funds).collect()
}

fn warnings(context: &Context<'_>, case: &Case<'_>, available: Amount, after: Option<Amount>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if context.state.pair(case.payer.id, case.payee.card.id).is_none() {
        warnings.push(Warning::FirstTimePayee);
    }
    let swap = sighting::weigh(context, case);
    if context.settings.swap.answer(swap.points) >= SwapAnswer::Warn {
        warnings.push(Warning::CodeDoubtful);
    }
    let left = case.intent.core.expires_at.millis_since(context.at);
    if left < limits::EXPIRES_SOON_SECONDS.saturating_mul(1000) {
        warnings.push(Warning::ExpiresSoon);
    }
    let little = available.minor().checked_div(limits::LITTLE_LEFT_PARTS).unwrap_or(0);
    if after.is_some_and(|after| after.minor() < little) {
        warnings.push(Warning::LeavesLittle);
    }
    warnings
}
