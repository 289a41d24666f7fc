//! Appended credits, counted: by the worker, a bounded number at a time, and before anything that needs them.
//!
//! INVARIANT: a credit is counted in the decision that removes its row, so it counts exactly once, whoever is quicker.

use ledger::Operation;
use money::{AccountId, Amount, ReasonCode};

use crate::decide::{Context, Touched, ledger_reason};
use crate::dossiers;
use crate::model::{Appended, Payee, Payment};
use crate::outcome::{Accepted, Refusal};
use crate::state::State;

/// Counts what waits for an account, the oldest first. Where nothing waits nothing is written.
pub(crate) fn roll_up(context: &mut Context<'_>, account: AccountId) -> Result<Accepted, Refusal> {
    context.state.account(account).ok_or(ReasonCode::PayeeUnknown)?;
    let appended = waiting(context.state, account);
    let credits = appended.len();
    if credits > 0 {
        let touched = Touched { accounts: vec![account], appended: appended.clone(), ..Touched::default() };
        let applied = context.post(&touched, &[Operation::RollUp { account }]);
        applied.map_err(|refusal| ledger_reason(&refusal))?;
        dossiers::fold(context, &appended);
    }
    Ok(Accepted::RolledUp { account, credits })
}

/// What a refund of `amount` counts first: the credit of the payment itself, if it still waits, and, where the account
/// is short even so, what else waits for it.
///
/// WHY the payment's own credit in any case: what other refunds left in the account, and this, cover the refund, however
/// much else waits.
pub(crate) fn before_refund(state: &State, payment: &Payment, payee: &Payee, amount: Amount) -> Vec<Appended> {
    let own = own_credit(state, payment, payee).copied();
    let short = is_short(state, payment, payee, amount);
    let mut appended = if short { waiting(state, payee.account) } else { Vec::new() };
    appended.extend(own.filter(|own| !appended.contains(own)));
    appended
}

/// Whether `amount` is more than what the payee's account has and what waits of the payment itself.
pub(crate) fn is_short(state: &State, payment: &Payment, payee: &Payee, amount: Amount) -> bool {
    let own = own_credit(state, payment, payee).map_or(0, |own| own.credit.amount.minor());
    let counted = state.account(payee.account).map_or(0, |account| account.available().minor());
    counted.saturating_add(own) < amount.minor()
}

fn own_credit<'a>(state: &'a State, payment: &Payment, payee: &Payee) -> Option<&'a Appended> {
    payment.transfer.and_then(|transfer| state.appended(payment.payer, transfer, payee.account))
}

/// What waits for an account, as far as it is listed. A row that is listed but gone was counted by somebody else.
pub(crate) fn waiting(state: &State, account: AccountId) -> Vec<Appended> {
    let listed = state.appended_to(account).into_iter().flatten();
    listed.filter_map(|(payer, transfer)| state.appended(*payer, *transfer, account)).copied().collect()
}
