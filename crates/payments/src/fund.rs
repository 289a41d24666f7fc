//! Play money, in test mode only.

use ledger::{Intake, Leg, Normal, Operation, Overdraft, Side};
use money::{Amount, PayerId, ReasonCode, TransferId};
use protocol::{TestFundsBody, limits};

use crate::change::EventKind;
use crate::decide::{Context, Touched, ledger_reason};
use crate::facts::CallerFacts;
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::state::test_cash;

/// Play money for one's own wallet.
pub(crate) fn test_fund(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &TestFundsBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    fund(context, payer.id, body.amount)
}

/// Play money for a wallet, by staff.
pub(crate) fn fund(context: &mut Context<'_>, payer: PayerId, amount: Amount) -> Result<Accepted, Refusal> {
    if !context.settings.test_mode {
        return Err(ReasonCode::TestModeOff.into());
    }
    let payer = context.state.payer(payer).filter(|payer| !payer.erased).ok_or(ReasonCode::PayerUnknown)?.clone();
    check(amount, &payer)?;
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
    context.tell(EventKind::PayerFunded, |event| {
        event.payer = Some(payer.id);
        event.amount = Some(amount);
    });
    Ok(Accepted::Payer { payer, account })
}

fn check(amount: Amount, payer: &crate::Payer) -> Result<(), ReasonCode> {
    amount.positive().map_err(|error| match error {
        money::AmountError::Negative => ReasonCode::AmountNegative,
        _ => ReasonCode::AmountZero,
    })?;
    if amount.currency() != payer.currency {
        return Err(ReasonCode::AmountWrongCurrency);
    }
    if amount.minor() > limits::TEST_FUNDS_MINOR_MAX { Err(ReasonCode::AmountOverflow) } else { Ok(()) }
}
