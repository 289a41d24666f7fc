//! [`Auditor`]: a naive second set of books to compare the ledger with.
//!
//! It shares no code and no idea with the `ledger` crate: it keeps plain lists of what happened, works every
//! balance out from the first entry on each time it is asked, cuts sums unit by unit, and tries what it is asked on
//! a copy of itself. It is slow, and short enough to be believed.

use money::{AccountId, Amount, Currency, HoldId, Instant, TransferId};

/// One side of one account: who, whether it is debited, how much.
pub type Entry = (AccountId, bool, Amount);

/// The four counters of an account, worked out anew: debits and credits posted, debits and credits held.
pub type Counters = (i128, i128, i128, i128);

#[derive(Clone, Debug)]
struct Opened {
    id: AccountId,
    currency: Currency,
    credit_normal: bool,
    lowest: Option<i64>,
    appends: bool,
    closed: bool,
}

#[derive(Clone, Debug)]
struct Moved {
    id: TransferId,
    refund_of: Option<TransferId>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct SetAside {
    id: HoldId,
    from: AccountId,
    to: Vec<(AccountId, Amount)>,
    until: Option<Instant>,
    over: bool,
}

/// The second set of books. Each method says whether the operation had to be accepted, and then records it.
#[derive(Clone, Debug, Default)]
pub struct Auditor {
    opened: Vec<Opened>,
    moved: Vec<Moved>,
    set_aside: Vec<SetAside>,
    /// Which transfers' credits to which accounts do not count yet.
    waiting: Vec<(TransferId, AccountId)>,
}

impl Auditor {
    /// Empty books.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an account; `lowest` is the least its available balance may be, `None` for no bound.
    pub fn open(&mut self, id: AccountId, currency: Currency, credit_normal: bool, lowest: Option<i64>) -> bool {
        let new = !self.opened.iter().any(|row| row.id == id);
        if new {
            self.opened.push(Opened { id, currency, credit_normal, lowest, appends: false, closed: false });
        }
        new
    }

    /// From now on what credits this account waits until it is rolled up.
    pub fn append_to(&mut self, id: AccountId) {
        self.opened.iter_mut().filter(|row| row.id == id).for_each(|row| row.appends = true);
    }

    /// Counts what waits for an account.
    pub fn roll_up(&mut self, id: AccountId) -> bool {
        self.waiting.retain(|waiting| waiting.1 != id);
        self.opened.iter().any(|row| row.id == id)
    }

    /// Closes an account.
    pub fn close(&mut self, id: AccountId) -> bool {
        let (debits, credits, debits_held, credits_held) = self.counters(id);
        let promised = credits_held != 0 && !self.appends(id);
        let empty = debits == credits && self.waiting(id) == 0 && debits_held == 0 && !promised;
        match self.opened.iter_mut().find(|row| row.id == id && !row.closed) {
            Some(row) if empty => {
                row.closed = true;
                true
            }
            _ => false,
        }
    }

    /// Posts a transfer.
    pub fn post(&mut self, id: TransferId, entries: &[Entry]) -> bool {
        let sum = |debit| entries.iter().filter(|entry| entry.1 == debit).map(|entry| wide(entry.2)).sum::<i128>();
        let net = |account| {
            let of_account = entries.iter().filter(|entry| entry.0 == account);
            of_account.map(|entry| if entry.1 { -wide(entry.2) } else { wide(entry.2) }).sum::<i128>()
        };
        let fair = !entries.is_empty()
            && entries.iter().all(|entry| entry.2.minor() > 0)
            && sum(true) == sum(false)
            && entries.iter().any(|entry| net(entry.0) != 0);
        fair && self.record(Moved { id, refund_of: None, entries: entries.to_vec() })
    }

    /// Sets funds aside.
    pub fn hold(
        &mut self,
        id: HoldId,
        from: AccountId,
        to: &[(AccountId, Amount)],
        until: Option<Instant>,
        at: Instant,
    ) -> bool {
        let fair = !to.is_empty()
            && !self.set_aside.iter().any(|row| row.id == id)
            && to.iter().all(|part| part.1.minor() > 0 && part.0 != from)
            && until.is_none_or(|until| until > at)
            && to.iter().all(|part| self.takes_part(part.0, part.1) && self.takes_part(from, part.1));
        let mut trial = self.clone();
        trial.set_aside.push(SetAside { id, from, to: to.to_vec(), until, over: false });
        fair && self.accept(trial)
    }

    /// Captures a hold, or the part of it that is named.
    pub fn capture(&mut self, id: HoldId, transfer: TransferId, amount: Option<Amount>, at: Instant) -> bool {
        let Some(hold) = self.usable(id, at) else { return false };
        let total: i128 = hold.to.iter().map(|part| wide(part.1)).sum();
        let Some(currency) = hold.to.first().map(|part| part.1.currency()) else { return false };
        let amount = amount.unwrap_or_else(|| narrow(total, currency));
        if amount.currency() != currency || amount.is_negative() || wide(amount) > total {
            return false;
        }
        let weights: Vec<i128> = hold.to.iter().map(|part| wide(part.1)).collect();
        let parts = largest_remainder(wide(amount), &weights);
        let credits = hold.to.iter().zip(parts).map(|(part, minor)| (part.0, false, narrow(minor, currency)));
        let entries = std::iter::once((hold.from, true, amount)).chain(credits);
        let entries = entries.filter(|entry| !entry.2.is_zero()).collect();
        let mut trial = self.clone();
        trial.end(id);
        trial.record(Moved { id: transfer, refund_of: None, entries }) && self.accept(trial)
    }

    /// Releases a hold.
    pub fn void(&mut self, id: HoldId, amount: Option<Amount>, at: Instant) -> bool {
        let Some(hold) = self.usable(id, at) else { return false };
        let total: i128 = hold.to.iter().map(|part| wide(part.1)).sum();
        let currency = hold.to.first().map(|part| part.1.currency());
        let same = amount.is_none_or(|amount| Some(amount.currency()) == currency && wide(amount) == total);
        if same {
            self.end(id);
        }
        same
    }

    /// Releases a hold whose time is over.
    pub fn expire(&mut self, id: HoldId, at: Instant) -> bool {
        let found = self.set_aside.iter().find(|row| row.id == id && !row.over);
        let due = found.is_some_and(|row| row.until.is_some_and(|until| until <= at));
        if due {
            self.end(id);
        }
        due
    }

    /// Gives back a part of a transfer.
    pub fn refund(&mut self, id: TransferId, original: TransferId, amount: Amount) -> bool {
        let Some(first) = self.moved.iter().find(|row| row.id == original).cloned() else { return false };
        let refunds = self.moved.iter().filter(|row| row.refund_of == Some(original));
        let before: i128 = refunds.map(debited).sum();
        let after = before + wide(amount);
        let sound = first.entries.iter().all(|entry| entry.2.currency() == amount.currency());
        if first.refund_of.is_some() || !sound || amount.minor() <= 0 || after > debited(&first) {
            return false;
        }
        let mut entries = Vec::new();
        for debit in [true, false] {
            let side: Vec<&Entry> = first.entries.iter().filter(|entry| entry.1 == debit).collect();
            let weights: Vec<i128> = side.iter().map(|entry| wide(entry.2)).collect();
            let parts = dealt(after, &weights).into_iter().zip(dealt(before, &weights)).map(|(a, b)| a - b);
            entries.extend(
                side.iter().zip(parts).map(|(entry, minor)| (entry.0, !debit, narrow(minor, amount.currency()))),
            );
        }
        entries.retain(|entry| !entry.2.is_zero());
        self.record(Moved { id, refund_of: Some(original), entries })
    }

    /// What an account's counters must be, from the first entry on.
    #[must_use]
    pub fn counters(&self, account: AccountId) -> Counters {
        let posted = |debit| {
            let entries = self.moved.iter().flat_map(|row| &row.entries);
            entries.filter(|entry| entry.0 == account && entry.1 == debit).map(|entry| wide(entry.2)).sum()
        };
        let open = || self.set_aside.iter().filter(|row| !row.over);
        let out = open().filter(|row| row.from == account).flat_map(|row| &row.to);
        let into = open().flat_map(|row| &row.to).filter(|part| part.0 == account);
        let (out, into) = (out.map(|part| wide(part.1)).sum(), into.map(|part| wide(part.1)).sum());
        (posted(true), posted(false), out, into)
    }

    /// How much of an account's credits waits to be rolled up.
    #[must_use]
    pub fn waiting(&self, account: AccountId) -> i128 {
        let rows = self.moved.iter().filter(|row| self.waiting.contains(&(row.id, account)));
        let entries = rows.flat_map(|row| &row.entries).filter(|entry| entry.0 == account && !entry.1);
        entries.map(|entry| wide(entry.2)).sum()
    }

    /// How much of a transfer was given back.
    #[must_use]
    pub fn refunded(&self, transfer: TransferId) -> i128 {
        self.moved.iter().filter(|row| row.refund_of == Some(transfer)).map(debited).sum()
    }

    fn appends(&self, account: AccountId) -> bool {
        self.opened.iter().any(|row| row.id == account && row.appends)
    }

    /// Posted − held, from the account's own side; what waits cannot be spent.
    fn available(&self, row: &Opened) -> i128 {
        let (debits, credits, debits_held, credits_held) = self.counters(row.id);
        let credits = credits - self.waiting(row.id);
        if row.credit_normal { credits - debits - debits_held } else { debits - credits - credits_held }
    }

    fn takes_part(&self, account: AccountId, amount: Amount) -> bool {
        self.opened.iter().any(|row| row.id == account && !row.closed && row.currency == amount.currency())
    }

    fn usable(&self, id: HoldId, at: Instant) -> Option<SetAside> {
        let in_time = |row: &&SetAside| row.id == id && !row.over && row.until.is_none_or(|until| at < until);
        self.set_aside.iter().find(in_time).cloned()
    }

    fn end(&mut self, id: HoldId) {
        self.set_aside.iter_mut().filter(|row| row.id == id).for_each(|row| row.over = true);
    }

    fn record(&mut self, moved: Moved) -> bool {
        let known = moved.entries.iter().all(|entry| self.takes_part(entry.0, entry.2));
        let new = !self.moved.iter().any(|row| row.id == moved.id);
        let mut trial = self.clone();
        let credited = moved.entries.iter().filter(|entry| !entry.1 && self.appends(entry.0));
        trial.waiting.extend(credited.map(|entry| (moved.id, entry.0)));
        trial.moved.push(moved);
        known && new && self.accept(trial)
    }

    /// Becomes `trial`, unless somebody has less to spend than before and less than they may.
    fn accept(&mut self, trial: Self) -> bool {
        let worse = |row: &&Opened| {
            let after = trial.available(row);
            after < self.available(row) && row.lowest.is_some_and(|lowest| after < i128::from(lowest))
        };
        let funded = !self.opened.iter().any(|row| worse(&row));
        if funded {
            *self = trial;
        }
        funded
    }
}

fn wide(amount: Amount) -> i128 {
    i128::from(amount.minor())
}

fn narrow(minor: i128, currency: Currency) -> Amount {
    Amount::new(i64::try_from(minor).unwrap_or(i64::MAX), currency)
}

fn debited(row: &Moved) -> i128 {
    row.entries.iter().filter(|entry| entry.1).map(|entry| wide(entry.2)).sum()
}

/// Rounded-down shares, then one unit more for the largest remainders, the earlier first.
fn largest_remainder(sum: i128, weights: &[i128]) -> Vec<i128> {
    let whole: i128 = weights.iter().sum();
    let mut parts: Vec<(usize, i128, i128)> =
        weights.iter().enumerate().map(|(at, weight)| (at, sum * weight / whole, sum * weight % whole)).collect();
    let given: i128 = parts.iter().map(|part| part.1).sum();
    parts.sort_by_key(|part| (-part.2, part.0));
    let missing = usize::try_from(sum - given).unwrap_or(0);
    parts.iter_mut().take(missing).for_each(|part| part.1 += 1);
    parts.sort_by_key(|part| part.0);
    parts.into_iter().map(|part| part.1).collect()
}

/// Deals `sum` units one at a time, each to the part whose `(2 · given + 1) / weight` is least, the earlier first.
fn dealt(sum: i128, weights: &[i128]) -> Vec<i128> {
    let mut parts = vec![0_i128; weights.len()];
    for _ in 0..sum {
        let turn = |index: usize| {
            let given = parts.get(index).copied().unwrap_or(0);
            (2 * given + 1, weights.get(index).copied().unwrap_or(1))
        };
        let next = (0..weights.len()).min_by(|&a, &b| (turn(a).0 * turn(b).1).cmp(&(turn(b).0 * turn(a).1)));
        if let Some(part) = next.and_then(|next| parts.get_mut(next)) {
            *part += 1;
        }
    }
    parts
}
