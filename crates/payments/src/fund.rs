//! Play money, in test mode only.

use ledger::{Intake, Leg, Normal, Operation, Overdraft, Side};
use money::{Amount, PayerId, ReasonCode, TransferId};
use protocol::{TestFundsBody, limits};

use crate::change::EventKind;
use crate::decide::{Context, Touched, ledger_reason};
use crate::facts::CallerFacts;
use crate::model::Payer;
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::state::test_cash;
use crate::step_up;
use crate::top_up::{self, Judged};

/// Play money for one's own wallet.
pub(crate) fn test_fund(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &TestFundsBody,
) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    may_be_filled(context, payer, body.amount)?;
    let judged = top_up::judge(context, payer, Some(device), body.amount)?;
    let met = step_up::met(context, caller, judged.demand.as_ref())?;
    let accepted = fill(context, payer, body.amount, judged)?;
    met.spend(context);
    Ok(accepted)
}

/// Play money for a wallet, by staff.
pub(crate) fn fund(context: &mut Context<'_>, payer: PayerId, amount: Amount) -> Result<Accepted, Refusal> {
    let payer = context.state.payer(payer).filter(|payer| !payer.erased).ok_or(ReasonCode::PayerUnknown)?;
    may_be_filled(context, payer, amount)?;
    let judged = top_up::judge(context, payer, None, amount)?;
    // Staff are no proof of the payer's.
    if judged.demand.is_some() {
        return Err(ReasonCode::PolicyProofImpossible.into());
    }
    fill(context, payer, amount, judged)
}

fn may_be_filled(context: &Context<'_>, payer: &Payer, amount: Amount) -> Result<(), ReasonCode> {
    if context.settings.test_mode { check(amount, payer) } else { Err(ReasonCode::TestModeOff) }
}

/// The money comes in.
fn fill(context: &mut Context<'_>, payer: &Payer, amount: Amount, judged: Judged) -> Result<Accepted, Refusal> {
    let payer = payer.clone();
    let cash = test_cash(amount.currency());
    let transfer = context.ids.make(TransferId::new);
    let mut operations = Vec::with_capacity(2);
    if context.state.account(cash).is_none() {
        let (currency, normal, overdraft) = (amount.currency(), Normal::Debit, Overdraft::Unlimited);
        operations.push(Operation::Open { account: cash, currency, normal, overdraft, intake: Intake::AtOnce });
    }
    let legs = vec![
        Leg { account: cash, side: Side::Debit, amount },
        Leg { account: payer.wallet, side: Side::Credit, amount },
    ];
    operations.push(Operation::Post { transfer, legs, at: context.at });
    let touched = Touched { accounts: vec![cash, payer.wallet], ..Touched::default() };
    let applied = context.post(&touched, &operations).map_err(|refusal| ledger_reason(&refusal))?;
    let account = applied.into_iter().flat_map(|step| step.accounts).rfind(|account| account.id == payer.wallet);
    let account = account.ok_or(ReasonCode::ServiceFault)?;
    judged.count(context, &payer, &transfer.to_string());
    context.tell(EventKind::PayerFunded, |event| {
        event.payer = Some(payer.id);
        event.amount = Some(amount);
    });
    Ok(Accepted::Payer { payer, account })
}

fn check(amount: Amount, payer: &Payer) -> Result<(), ReasonCode> {
    amount.positive().map_err(|error| match error {
        money::AmountError::Negative => ReasonCode::AmountNegative,
        _ => ReasonCode::AmountZero,
    })?;
    if amount.currency() != payer.currency {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    if amount.minor() > limits::TEST_FUNDS_MINOR_MAX { Err(ReasonCode::AmountOverflow) } else { Ok(()) }
}
