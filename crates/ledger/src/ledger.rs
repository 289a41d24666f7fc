//! [`Ledger`]: the loaded rows, and the one switch that changes them.

use std::collections::HashMap;

use money::{AccountId, Amount, Currency, HoldId, Instant, TransferId};
use serde::{Deserialize, Serialize};

use crate::{
    Account, Appended, Hold, HoldState, Leg, LinkedRefusal, Operation, Refusal, Side, Transfer, TransferKind,
    movement::{Movement, moved},
    transfer::{check_balance, check_shape, side_total},
};

/// The loaded working set: every account, hold and transfer that the operations to come will name.
///
/// What is not loaded is unknown, so whoever loads must load what an operation names: its accounts, and for a
/// capture, void, expiry or refund the hold or original with the accounts that one names. An account whose credits are
/// appended need only be [named](Ledger::name_account) where it is only credited; where it is debited, what was
/// appended to it and is to be counted first must be loaded too, and rolled up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    accounts: HashMap<AccountId, Account>,
    named: HashMap<AccountId, Currency>,
    appended: HashMap<AppendedKey, Appended>,
    holds: HashMap<HoldId, Hold>,
    transfers: HashMap<TransferId, Transfer>,
}

/// Names an appended row.
type AppendedKey = (TransferId, AccountId);

/// What an operation did: the rows to write, as they are now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[must_use = "these rows must be written"]
pub struct Applied {
    /// The accounts that changed, in the order they were first named.
    pub accounts: Vec<Account>,
    /// The hold that was made or finished.
    pub hold: Option<Hold>,
    /// The transfer that was posted.
    pub posted: Option<Transfer>,
    /// The transfer that was refunded in part or whole, with its raised `refunded`.
    pub original: Option<Transfer>,
    /// New credits that wait to be rolled up, in the order of their legs.
    pub appended: Vec<Appended>,
    /// Waiting credits that are counted from now on, oldest first; their rows are to be removed.
    pub rolled_up: Vec<Appended>,
}

/// What stood where something was written, so that a chain can be undone.
struct Undo {
    accounts: Vec<(AccountId, Option<Account>)>,
    hold: Option<(HoldId, Option<Hold>)>,
    transfers: Vec<(TransferId, Option<Transfer>)>,
    appended: Vec<(AppendedKey, Option<Appended>)>,
}

impl Ledger {
    /// Nothing loaded.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a stored account.
    pub fn load_account(&mut self, account: Account) {
        self.named.remove(&account.id);
        self.accounts.insert(account.id, account);
    }

    /// Takes in that there is such an account, open, whose credits are [appended](crate::Intake::Appended), without
    /// its row: it can be credited and be promised something, and nothing else.
    pub fn name_account(&mut self, id: AccountId, currency: Currency) {
        self.accounts.remove(&id);
        self.named.insert(id, currency);
    }

    /// Takes in a stored credit that waits to be rolled up.
    pub fn load_appended(&mut self, row: Appended) {
        self.appended.insert((row.transfer, row.account), row);
    }

    /// Takes in a stored hold.
    pub fn load_hold(&mut self, hold: Hold) {
        self.holds.insert(hold.id, hold);
    }

    /// Takes in a stored transfer.
    pub fn load_transfer(&mut self, transfer: Transfer) {
        self.transfers.insert(transfer.id, transfer);
    }

    /// A loaded account.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// A loaded hold.
    #[must_use]
    pub fn hold(&self, id: HoldId) -> Option<&Hold> {
        self.holds.get(&id)
    }

    /// A loaded transfer.
    #[must_use]
    pub fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.get(&id)
    }

    /// Does `operation` in whole, or refuses it and changes nothing.
    ///
    /// # Errors
    /// The first [`Refusal`] in order of precedence.
    pub fn apply(&mut self, operation: &Operation) -> Result<Applied, Refusal> {
        let applied = self.decide(operation)?;
        self.write(&applied);
        Ok(applied)
    }

    /// Does linked operations, all of them or none; each sees what the ones before it did.
    ///
    /// # Errors
    /// The first that is refused, with its own reason.
    pub fn apply_all(&mut self, operations: &[Operation]) -> Result<Vec<Applied>, LinkedRefusal> {
        let mut done = Vec::with_capacity(operations.len());
        let mut undos = Vec::with_capacity(operations.len());
        for (index, operation) in operations.iter().enumerate() {
            match self.decide(operation) {
                Ok(applied) => {
                    undos.push(self.write(&applied));
                    done.push(applied);
                }
                Err(refusal) => {
                    undos.into_iter().rev().for_each(|undo| self.undo(undo));
                    return Err(LinkedRefusal { index, refusal });
                }
            }
        }
        Ok(done)
    }

    /// The one switch: what `operation` would do.
    fn decide(&self, operation: &Operation) -> Result<Applied, Refusal> {
        match operation {
            Operation::Open { account, currency, normal, overdraft, intake } => {
                self.open(Account::new(*account, *currency, *normal, *overdraft, *intake))
            }
            Operation::Close { account } => self.close(*account),
            Operation::RollUp { account } => self.roll_up(*account),
            Operation::Post { transfer, legs, at } => self.post(*transfer, legs, *at),
            Operation::Hold { hold, from, to, expires_at, at } => self.set_aside(Hold {
                id: *hold,
                from: *from,
                to: to.clone(),
                expires_at: *expires_at,
                at: *at,
                state: HoldState::Open,
                captured: 0,
            }),
            Operation::Capture { hold, transfer, amount, at } => self.capture(*hold, *transfer, *amount, *at),
            Operation::Void { hold, amount, at } => self.void(*hold, *amount, *at),
            Operation::Expire { hold, at } => self.expire(*hold, *at),
            Operation::Refund { transfer, original, amount, at } => self.refund(*transfer, *original, *amount, *at),
        }
    }

    fn open(&self, account: Account) -> Result<Applied, Refusal> {
        refuse_if(self.currency(account.id).is_some(), Refusal::AlreadyExists)?;
        Ok(Applied { accounts: vec![account], ..Applied::default() })
    }

    fn close(&self, id: AccountId) -> Result<Applied, Refusal> {
        let account = self.account(id).ok_or(Refusal::UnknownAccount)?;
        refuse_if(account.closed, Refusal::AccountClosed)?;
        let awaits = self.appended.values().any(|row| row.account == id);
        refuse_if(awaits || !account.is_empty(), Refusal::AccountNotEmpty)?;
        Ok(Applied { accounts: vec![Account { closed: true, ..account.clone() }], ..Applied::default() })
    }

    /// WHY: a closed account is no obstacle here; what was posted must always be able to be counted.
    fn roll_up(&self, id: AccountId) -> Result<Applied, Refusal> {
        let account = self.account(id).ok_or(Refusal::UnknownAccount)?;
        let mut rolled_up: Vec<Appended> = self.appended.values().filter(|row| row.account == id).copied().collect();
        let other = |row: &Appended| row.amount.currency() != account.currency;
        refuse_if(rolled_up.iter().any(other), Refusal::CurrencyMismatch)?;
        rolled_up.sort_unstable_by_key(|row| (row.at, row.transfer));
        let accounts = moved(|id| self.account(id), rolled_up.iter().map(Movement::rolled_up))?;
        Ok(Applied { accounts, rolled_up, ..Applied::default() })
    }

    fn post(&self, id: TransferId, legs: &[Leg], at: Instant) -> Result<Applied, Refusal> {
        self.unused(id)?;
        check_shape(legs.len(), legs.iter().map(|leg| leg.amount))?;
        self.check_accounts(legs.iter().map(|leg| (leg.account, leg.amount)))?;
        check_balance(legs)?;
        self.check_open(legs.iter().map(|leg| leg.account))?;
        i64::try_from(side_total(legs, Side::Debit)).map_err(|_| Refusal::Overflow)?;
        self.posting(Transfer { id, kind: TransferKind::Posting, legs: legs.to_vec(), at, refunded: 0 }, Vec::new())
    }

    fn set_aside(&self, hold: Hold) -> Result<Applied, Refusal> {
        refuse_if(self.holds.contains_key(&hold.id), Refusal::AlreadyExists)?;
        // The payer's side is a leg too, where there is another.
        let legs = if hold.to.is_empty() { 0 } else { hold.to.len().saturating_add(1) };
        check_shape(legs, hold.to.iter().map(|(_, amount)| *amount))?;
        refuse_if(hold.is_over_at(hold.at), Refusal::ExpiryNotLater)?;
        // The payer's account keeps the currency of the first part, as do all the others.
        let payer = hold.to.first().map(|(_, amount)| (hold.from, *amount));
        self.check_accounts(payer.into_iter().chain(hold.to.iter().copied()))?;
        refuse_if(hold.to.iter().any(|(account, _)| *account == hold.from), Refusal::SameAccount)?;
        self.check_open(parties(&hold))?;
        let parts = hold.to.iter().map(|(_, amount)| amount.minor());
        parts.clone().try_fold(0, i64::checked_add).ok_or(Refusal::Overflow)?;
        let held = self.counted_sides(&hold).map(|(id, side, sum)| Movement::held(id, side, sum));
        let accounts = moved(|id| self.account(id), held)?;
        Ok(Applied { accounts, hold: Some(hold), ..Applied::default() })
    }

    fn capture(
        &self,
        id: HoldId,
        transfer: TransferId,
        amount: Option<Amount>,
        at: Instant,
    ) -> Result<Applied, Refusal> {
        self.unused(transfer)?;
        let hold = self.hold(id).ok_or(Refusal::UnknownHold)?;
        let total = hold.total();
        let amount = amount.unwrap_or(total);
        refuse_if(amount.is_negative(), Refusal::AmountNotPositive)?;
        self.check_accounts(parties(hold).map(|account| (account, amount)))?;
        hold.usable_at(at)?;
        refuse_if(amount.minor() > total.minor(), Refusal::CaptureExceedsHold)?;
        self.check_open(parties(hold))?;
        let legs = hold.capture_legs(amount);
        let posting = Transfer { id: transfer, kind: TransferKind::Capture(id), legs, at, refunded: 0 };
        let applied = self.posting(posting, self.releases(hold).collect())?;
        let state = HoldState::Captured(transfer);
        Ok(Applied { hold: Some(Hold { state, captured: amount.minor(), ..hold.clone() }), ..applied })
    }

    fn void(&self, id: HoldId, amount: Option<Amount>, at: Instant) -> Result<Applied, Refusal> {
        let hold = self.hold(id).ok_or(Refusal::UnknownHold)?;
        let total = hold.total();
        let amount = amount.unwrap_or(total);
        refuse_if(amount.currency() != total.currency(), Refusal::CurrencyMismatch)?;
        hold.usable_at(at)?;
        refuse_if(amount != total, Refusal::VoidDifferentAmount)?;
        self.release(hold, HoldState::Voided)
    }

    fn expire(&self, id: HoldId, at: Instant) -> Result<Applied, Refusal> {
        let hold = self.hold(id).ok_or(Refusal::UnknownHold)?;
        hold.unfinished()?;
        refuse_if(!hold.is_over_at(at), Refusal::NotYetExpired)?;
        self.release(hold, HoldState::Expired)
    }

    /// WHY: a closed account is no obstacle here; what was set aside must always be able to come free.
    fn release(&self, hold: &Hold, state: HoldState) -> Result<Applied, Refusal> {
        let accounts = moved(|id| self.account(id), self.releases(hold))?;
        Ok(Applied { accounts, hold: Some(Hold { state, ..hold.clone() }), ..Applied::default() })
    }

    fn refund(&self, id: TransferId, original: TransferId, amount: Amount, at: Instant) -> Result<Applied, Refusal> {
        self.unused(id)?;
        let original = self.transfer(original).ok_or(Refusal::UnknownTransfer)?;
        refuse_if(amount.positive().is_err(), Refusal::AmountNotPositive)?;
        self.check_accounts(original.legs.iter().map(|leg| (leg.account, amount)))?;
        refuse_if(matches!(original.kind, TransferKind::Refund(_)), Refusal::RefundOfRefund)?;
        let left = original.refundable_minor();
        refuse_if(left == 0 && original.refunded > 0, Refusal::AlreadyRefunded)?;
        refuse_if(amount.minor() > left, Refusal::RefundExceedsRemaining)?;
        let kind = TransferKind::Refund(original.id);
        let refund = Transfer { id, kind, legs: original.refund_legs(amount), at, refunded: 0 };
        self.check_open(refund.legs.iter().map(|leg| leg.account))?;
        let refunded = original.refunded.checked_add(amount.minor()).ok_or(Refusal::Overflow)?;
        let applied = self.posting(refund, Vec::new())?;
        Ok(Applied { original: Some(Transfer { refunded, ..original.clone() }), ..applied })
    }

    /// Posts a transfer whose legs balance, after `released` came free.
    fn posting(&self, transfer: Transfer, released: Vec<Movement>) -> Result<Applied, Refusal> {
        let counted = transfer.legs.iter().filter(|leg| !self.appends(leg.account, leg.side));
        let accounts = moved(|id| self.account(id), released.into_iter().chain(counted.map(Movement::posted)))?;
        let appended = self.appended_by(&transfer)?;
        Ok(Applied { accounts, posted: Some(transfer), appended, ..Applied::default() })
    }

    /// What a transfer appends: one row for each account, its legs together.
    fn appended_by(&self, transfer: &Transfer) -> Result<Vec<Appended>, Refusal> {
        let mut rows: Vec<Appended> = Vec::new();
        for leg in transfer.legs.iter().filter(|leg| self.appends(leg.account, leg.side)) {
            match rows.iter_mut().find(|row| row.account == leg.account) {
                Some(row) => row.amount = row.amount.checked_add(leg.amount).map_err(|_| Refusal::Overflow)?,
                None => rows.push(Appended {
                    transfer: transfer.id,
                    account: leg.account,
                    amount: leg.amount,
                    at: transfer.at,
                }),
            }
        }
        Ok(rows)
    }

    /// Whether this side of this account is appended to instead of counted.
    fn appends(&self, id: AccountId, side: Side) -> bool {
        let appends = self.account(id).map_or_else(|| self.named.contains_key(&id), Account::appends);
        side == Side::Credit && appends
    }

    /// What a hold sets aside on the payer's side and promises on the others', where it is counted.
    fn counted_sides(&self, hold: &Hold) -> impl Iterator<Item = (AccountId, Side, Amount)> {
        sides(hold).filter(|(id, side, _)| !self.appends(*id, *side))
    }

    fn releases(&self, hold: &Hold) -> impl Iterator<Item = Movement> {
        self.counted_sides(hold).map(|(account, side, amount)| Movement::released(account, side, amount))
    }

    /// The currency of an account that is loaded or named.
    fn currency(&self, id: AccountId) -> Option<Currency> {
        self.account(id).map(|row| row.currency).or_else(|| self.named.get(&id).copied())
    }

    fn unused(&self, id: TransferId) -> Result<(), Refusal> {
        refuse_if(self.transfers.contains_key(&id), Refusal::AlreadyExists)
    }

    /// That every account is known, and that all of them and all the sums are of one currency.
    fn check_accounts(&self, named: impl Iterator<Item = (AccountId, Amount)> + Clone) -> Result<(), Refusal> {
        refuse_if(named.clone().any(|(id, _)| self.currency(id).is_none()), Refusal::UnknownAccount)?;
        let mut amounts = named.clone().map(|(_, amount)| amount.currency());
        let currency = amounts.next();
        let mut currencies = amounts.chain(named.filter_map(|(id, _)| self.currency(id)));
        refuse_if(currencies.any(|other| Some(other) != currency), Refusal::CurrencyMismatch)
    }

    fn check_open(&self, mut ids: impl Iterator<Item = AccountId>) -> Result<(), Refusal> {
        refuse_if(ids.any(|id| self.account(id).is_some_and(|row| row.closed)), Refusal::AccountClosed)
    }

    fn write(&mut self, applied: &Applied) -> Undo {
        let accounts = applied.accounts.iter().map(|row| (row.id, self.accounts.insert(row.id, row.clone())));
        let accounts = accounts.collect();
        let hold = applied.hold.as_ref().map(|row| (row.id, self.holds.insert(row.id, row.clone())));
        let transfers = applied.posted.iter().chain(&applied.original);
        let transfers = transfers.map(|row| (row.id, self.transfers.insert(row.id, row.clone()))).collect();
        let key = |row: &Appended| (row.transfer, row.account);
        let removed = applied.rolled_up.iter().map(|row| (key(row), self.appended.remove(&key(row))));
        let mut appended: Vec<_> = removed.collect();
        appended.extend(applied.appended.iter().map(|row| (key(row), self.appended.insert(key(row), *row))));
        Undo { accounts, hold, transfers, appended }
    }

    fn undo(&mut self, undo: Undo) {
        undo.accounts.into_iter().for_each(|(id, before)| restore(&mut self.accounts, id, before));
        undo.hold.into_iter().for_each(|(id, before)| restore(&mut self.holds, id, before));
        undo.transfers.into_iter().for_each(|(id, before)| restore(&mut self.transfers, id, before));
        undo.appended.into_iter().for_each(|(key, before)| restore(&mut self.appended, key, before));
    }
}

fn refuse_if(wrong: bool, refusal: Refusal) -> Result<(), Refusal> {
    if wrong { Err(refusal) } else { Ok(()) }
}

fn restore<Id: Eq + std::hash::Hash, Row>(rows: &mut HashMap<Id, Row>, id: Id, before: Option<Row>) {
    match before {
        Some(row) => rows.insert(id, row),
        None => rows.remove(&id),
    };
}

/// Everybody a hold names, the payer first.
fn parties(hold: &Hold) -> impl Iterator<Item = AccountId> + Clone {
    std::iter::once(hold.from).chain(hold.to.iter().map(|(account, _)| *account))
}

/// What a hold sets aside on the payer's side and promises on the others'.
fn sides(hold: &Hold) -> impl Iterator<Item = (AccountId, Side, Amount)> {
    let credits = hold.to.iter().map(|&(account, amount)| (account, Side::Credit, amount));
    std::iter::once((hold.from, Side::Debit, hold.total())).chain(credits)
}
