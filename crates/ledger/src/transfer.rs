//! [`Transfer`]: legs that add up to nothing, posted once and never changed.

use money::{AccountId, Amount, HoldId, Instant, TransferId};
use serde::{Deserialize, Serialize};

use crate::{MAX_LEGS, Refusal, Side, proportion::cumulative_shares};

/// One leg of a transfer: this much, on this side of this account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Whose balance it moves.
    pub account: AccountId,
    /// Which side of it.
    pub side: Side,
    /// How much, above zero.
    pub amount: Amount,
}

/// Where a transfer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferKind {
    /// Posted outright.
    Posting,
    /// What was captured of this hold.
    Capture(HoldId),
    /// What was given back of this transfer.
    Refund(TransferId),
}

/// A posted transfer, in one currency. Its debits equal its credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Which transfer.
    pub id: TransferId,
    /// Where it came from.
    pub kind: TransferKind,
    /// Its legs, in the order they were given; none only where nothing was captured of a hold.
    pub legs: Vec<Leg>,
    /// When it was posted.
    pub at: Instant,
    /// Minor units already given back of it. The only field that ever changes.
    pub refunded: i64,
}

impl Transfer {
    /// What it moved, in minor units: the sum of one side.
    #[must_use]
    pub fn total_minor(&self) -> i64 {
        side_total(&self.legs, Side::Debit).try_into().unwrap_or(i64::MAX)
    }

    /// What may still be refunded of it, in minor units.
    #[must_use]
    pub fn refundable_minor(&self) -> i64 {
        self.total_minor().saturating_sub(self.refunded)
    }

    /// The legs that give `amount` more of it back: each leg reversed, in proportion.
    ///
    /// WHY: the parts are the difference of two cumulative divisions, so that refunds which add up to the whole
    /// reverse every leg exactly, whatever their number and order.
    pub(crate) fn refund_legs(&self, amount: Amount) -> Vec<Leg> {
        let (before, after) = (self.refunded, self.refunded.saturating_add(amount.minor()));
        // The credited come first: the refund takes from them.
        let mut legs = self.reversed(Side::Credit, before, after);
        legs.extend(self.reversed(Side::Debit, before, after));
        legs
    }

    fn reversed(&self, side: Side, before: i64, after: i64) -> Vec<Leg> {
        let legs: Vec<&Leg> = self.legs.iter().filter(|leg| leg.side == side).collect();
        let weights: Vec<i64> = legs.iter().map(|leg| leg.amount.minor()).collect();
        let parts = cumulative_shares(after, &weights).into_iter().zip(cumulative_shares(before, &weights));
        legs.into_iter()
            .zip(parts)
            .map(|(leg, (after, before))| Leg {
                account: leg.account,
                side: side.opposite(),
                amount: Amount::new(after.saturating_sub(before), leg.amount.currency()),
            })
            .filter(|leg| !leg.amount.is_zero())
            .collect()
    }
}

/// The sum of one side, wide enough for any number of legs.
pub(crate) fn side_total(legs: &[Leg], side: Side) -> i128 {
    legs.iter().filter(|leg| leg.side == side).map(|leg| i128::from(leg.amount.minor())).fold(0, i128::saturating_add)
}

/// What can be said of legs without knowing the accounts.
pub(crate) fn check_shape(count: usize, mut amounts: impl Iterator<Item = Amount>) -> Result<(), Refusal> {
    match count {
        0 => Err(Refusal::NoLegs),
        count if count > MAX_LEGS => Err(Refusal::TooManyLegs),
        _ if amounts.any(|amount| amount.positive().is_err()) => Err(Refusal::AmountNotPositive),
        _ => Ok(()),
    }
}

/// That legs move money between different accounts, and as much out as in.
pub(crate) fn check_balance(legs: &[Leg]) -> Result<(), Refusal> {
    if moves_nothing(legs) {
        return Err(Refusal::SameAccount);
    }
    let (debits, credits) = (side_total(legs, Side::Debit), side_total(legs, Side::Credit));
    if debits == credits { Ok(()) } else { Err(Refusal::Unbalanced) }
}

/// Whether payer and payee are the same: one account on every leg, or no account better or worse off.
///
/// WHY: naming an account on both sides is not enough, because money may pass through one in a single transfer.
fn moves_nothing(legs: &[Leg]) -> bool {
    let mut accounts = legs.iter().map(|leg| leg.account);
    let first = accounts.next();
    if accounts.all(|account| Some(account) == first) {
        return true;
    }
    legs.iter().all(|leg| {
        let of_account: Vec<Leg> = legs.iter().copied().filter(|other| other.account == leg.account).collect();
        side_total(&of_account, Side::Debit) == side_total(&of_account, Side::Credit)
    })
}
