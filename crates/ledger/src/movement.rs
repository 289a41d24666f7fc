//! [`Movement`]: a change of one side of one account, tried on copies before anything is written.

use money::{AccountId, Amount};

use crate::{Account, Appended, Leg, Refusal, Side};

/// How one side of one account's counters changes, in minor units.
pub(crate) struct Movement {
    account: AccountId,
    side: Side,
    posted: i64,
    held: i64,
}

impl Movement {
    /// A leg that is posted.
    pub(crate) const fn posted(leg: &Leg) -> Self {
        Self { account: leg.account, side: leg.side, posted: leg.amount.minor(), held: 0 }
    }

    /// An appended credit that is counted from now on.
    pub(crate) const fn rolled_up(row: &Appended) -> Self {
        Self { account: row.account, side: Side::Credit, posted: row.amount.minor(), held: 0 }
    }

    /// Funds set aside, or promised.
    pub(crate) const fn held(account: AccountId, side: Side, amount: Amount) -> Self {
        Self { account, side, posted: 0, held: amount.minor() }
    }

    /// Funds no longer set aside, or promised.
    pub(crate) const fn released(account: AccountId, side: Side, amount: Amount) -> Self {
        Self { account, side, posted: 0, held: amount.minor().saturating_neg() }
    }
}

/// The rows as `movements` leave them, in the order they were first named.
///
/// # Errors
/// [`Refusal::UnknownAccount`], [`Refusal::Overflow`], [`Refusal::InsufficientFunds`].
pub(crate) fn moved<'a>(
    find: impl Fn(AccountId) -> Option<&'a Account>,
    movements: impl IntoIterator<Item = Movement>,
) -> Result<Vec<Account>, Refusal> {
    let mut rows: Vec<(&Account, Account)> = Vec::new();
    for movement in movements {
        let index = match rows.iter().position(|(before, _)| before.id == movement.account) {
            Some(index) => index,
            None => {
                let before = find(movement.account).ok_or(Refusal::UnknownAccount)?;
                rows.push((before, before.clone()));
                rows.len().saturating_sub(1)
            }
        };
        if let Some((_, row)) = rows.get_mut(index) {
            row.change(&movement).ok_or(Refusal::Overflow)?;
        }
    }
    rows.iter().try_for_each(|(_, after)| after.fits())?;
    rows.iter().try_for_each(|(before, after)| after.funded_since(before))?;
    Ok(rows.into_iter().map(|(_, after)| after).collect())
}

impl Account {
    fn change(&mut self, movement: &Movement) -> Option<()> {
        let (posted, held) = match movement.side {
            Side::Debit => (&mut self.debits_posted, &mut self.debits_held),
            Side::Credit => (&mut self.credits_posted, &mut self.credits_held),
        };
        *posted = posted.checked_add(movement.posted)?;
        *held = held.checked_add(movement.held)?;
        assert!(*held >= 0, "more is released than was held on {}", self.id);
        Some(())
    }

    fn fits(&self) -> Result<(), Refusal> {
        let available = self.posted().minor().checked_sub(self.held().minor());
        available.map(|_| ()).ok_or(Refusal::Overflow)
    }

    /// WHY: only a fall is refused. An account below its floor — whose overdraft was lowered — may still be paid.
    fn funded_since(&self, before: &Self) -> Result<(), Refusal> {
        let (available, earlier) = (self.available().minor(), before.available().minor());
        let falls_short = available < earlier && available < self.floor();
        if falls_short { Err(Refusal::InsufficientFunds { account: self.id }) } else { Ok(()) }
    }
}
