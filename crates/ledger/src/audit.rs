//! [`audit`]: proves the books from the postings alone.
//! The counters on the accounts are claims; here they are worked out again, and every difference is a [`Finding`].

use std::collections::{BTreeMap, HashMap, HashSet};

use money::{AccountId, Currency, HoldId, TransferId};
use serde::{Deserialize, Serialize};

use crate::{Account, Appended, Hold, HoldState, Leg, Side, Transfer, TransferKind, transfer::side_total};

/// What was proven, and over how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditReport {
    /// How many accounts.
    pub accounts: u64,
    /// How many transfers.
    pub transfers: u64,
    /// How many postings: the legs of all transfers.
    pub postings: u64,
    /// How many holds.
    pub holds: u64,
    /// How many of the holds are open.
    pub open_holds: u64,
    /// How many credits wait to be rolled up.
    pub appended: u64,
    /// The totals of each currency, by code.
    pub totals: Vec<CurrencyTotals>,
}

/// The four counters of all accounts of one currency together, in minor units, with what is appended or promised to
/// accounts that do not count it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyTotals {
    /// Which currency.
    pub currency: Currency,
    /// All that was debited.
    pub debits_posted: i128,
    /// All that was credited.
    pub credits_posted: i128,
    /// All that open holds would debit.
    pub debits_held: i128,
    /// All that open holds would credit.
    pub credits_held: i128,
}

/// Which of an account's four counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counter {
    /// `debits_posted`.
    DebitsPosted,
    /// `credits_posted`.
    CreditsPosted,
    /// `debits_held`.
    DebitsHeld,
    /// `credits_held`.
    CreditsHeld,
}

impl std::fmt::Display for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DebitsPosted => "debits posted",
            Self::CreditsPosted => "credits posted",
            Self::DebitsHeld => "debits held",
            Self::CreditsHeld => "credits held",
        })
    }
}

/// Something in the books that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The accounts of a currency do not balance.
    #[error("{currency}: {debits} debited but {credits} credited ({counter})")]
    CurrencyUnbalanced {
        /// Which currency.
        currency: Currency,
        /// Posted or held: the debits' counter.
        counter: Counter,
        /// The sum of the debits.
        debits: i128,
        /// The sum of the credits.
        credits: i128,
    },
    /// A transfer does not balance, or mixes currencies, or has a leg that is not above zero.
    #[error("{transfer}: legs do not balance in one currency")]
    TransferUnbalanced {
        /// Which transfer.
        transfer: TransferId,
    },
    /// A leg or a hold names an account that is not there, or one of another currency.
    #[error("{account}: named by postings or holds, but missing or of another currency")]
    AccountMissing {
        /// Which account.
        account: AccountId,
    },
    /// A counter is not what the postings and open holds make it.
    #[error("{account}: {counter} is {stored}, the postings and holds make it {proven}")]
    CounterWrong {
        /// Which account.
        account: AccountId,
        /// Which counter.
        counter: Counter,
        /// What the account says.
        stored: i64,
        /// What the postings and holds say.
        proven: i128,
    },
    /// An appended credit that its transfer did not post, that stands twice, or whose account appends nothing.
    #[error("{transfer}: what it appended to {account} is not what it posted")]
    AppendedWrong {
        /// Which transfer.
        transfer: TransferId,
        /// Which account.
        account: AccountId,
    },
    /// A counter is below zero.
    #[error("{account}: {counter} is below zero")]
    CounterNegative {
        /// Which account.
        account: AccountId,
        /// Which counter.
        counter: Counter,
    },
    /// The available balance is below what the overdraft allows.
    #[error("{account}: available {available} is below its overdraft")]
    Overdrawn {
        /// Which account.
        account: AccountId,
        /// Its available balance, in minor units.
        available: i64,
    },
    /// A transfer's `refunded` is not the sum of its refunds, or above what it moved.
    #[error("{transfer}: {stored} is marked refunded, its refunds make {proven}")]
    RefundedWrong {
        /// Which transfer.
        transfer: TransferId,
        /// What the transfer says.
        stored: i64,
        /// What its refunds say.
        proven: i128,
    },
    /// A refund or a capture of something that is not there.
    #[error("{transfer}: what it came from is missing")]
    OriginMissing {
        /// Which transfer.
        transfer: TransferId,
    },
    /// A hold that names nobody or mixes currencies, or whose state and captured sum do not agree with its capture.
    #[error("{hold}: its state does not agree with its capture")]
    HoldWrong {
        /// Which hold.
        hold: HoldId,
    },
}

/// Proves from the postings and holds: debits equal credits in every currency, settled and held apart; every counter,
/// which with what is appended and not yet rolled up is what the postings make it; every appended credit; every
/// `refunded`; that nothing is negative and no overdraft is exceeded.
///
/// All rows of the books must be given; of a part of them it proves nothing.
///
/// # Errors
/// Everything that is not as it must be.
pub fn audit<'a>(
    accounts: impl Iterator<Item = &'a Account>,
    transfers: impl Iterator<Item = &'a Transfer>,
    holds: impl Iterator<Item = &'a Hold>,
    appended: impl Iterator<Item = &'a Appended>,
) -> Result<AuditReport, Vec<Finding>> {
    let mut books = Books::default();
    transfers.for_each(|transfer| books.add_transfer(transfer));
    holds.for_each(|hold| books.add_hold(hold));
    appended.for_each(|row| books.add_appended(row));
    accounts.for_each(|account| books.check_account(account));
    books.close()
}

/// Four counters, proven or added up.
#[derive(Clone, Copy, Default)]
struct Counters {
    debits_posted: i128,
    credits_posted: i128,
    debits_held: i128,
    credits_held: i128,
}

impl Counters {
    fn of(account: &Account) -> Self {
        Self {
            debits_posted: account.debits_posted.into(),
            credits_posted: account.credits_posted.into(),
            debits_held: account.debits_held.into(),
            credits_held: account.credits_held.into(),
        }
    }

    fn add(&mut self, other: Self) {
        self.debits_posted = self.debits_posted.saturating_add(other.debits_posted);
        self.credits_posted = self.credits_posted.saturating_add(other.credits_posted);
        self.debits_held = self.debits_held.saturating_add(other.debits_held);
        self.credits_held = self.credits_held.saturating_add(other.credits_held);
    }
}

/// What is gathered on the way.
#[derive(Default)]
struct Books<'a> {
    report: AuditReport,
    findings: Vec<Finding>,
    proven: BTreeMap<(AccountId, Currency), Counters>,
    totals: BTreeMap<&'static str, (Currency, Counters)>,
    transfers: HashMap<TransferId, &'a Transfer>,
    refunds: HashMap<TransferId, i128>,
    holds: HashMap<HoldId, &'a Hold>,
    waiting: HashMap<AccountId, i128>,
    appended: HashMap<(TransferId, AccountId), &'a Appended>,
    appending: HashSet<AccountId>,
}

impl<'a> Books<'a> {
    fn add_transfer(&mut self, transfer: &'a Transfer) {
        self.report.transfers = self.report.transfers.saturating_add(1);
        if !balances(transfer) {
            self.findings.push(Finding::TransferUnbalanced { transfer: transfer.id });
        }
        for leg in &transfer.legs {
            self.report.postings = self.report.postings.saturating_add(1);
            self.prove(leg.account, leg.amount.currency(), posted(leg));
        }
        if let TransferKind::Refund(original) = transfer.kind {
            let refunded = self.refunds.entry(original).or_default();
            *refunded = refunded.saturating_add(side_total(&transfer.legs, Side::Debit));
        }
        self.transfers.insert(transfer.id, transfer);
    }

    fn add_hold(&mut self, hold: &'a Hold) {
        self.report.holds = self.report.holds.saturating_add(1);
        if hold.state == HoldState::Open {
            self.report.open_holds = self.report.open_holds.saturating_add(1);
            for &(account, amount) in &hold.to {
                let minor = i128::from(amount.minor());
                self.prove(hold.from, amount.currency(), Counters { debits_held: minor, ..Counters::default() });
                self.prove(account, amount.currency(), Counters { credits_held: minor, ..Counters::default() });
            }
        }
        self.holds.insert(hold.id, hold);
    }

    fn add_appended(&mut self, row: &'a Appended) {
        self.report.appended = self.report.appended.saturating_add(1);
        let waiting = self.waiting.entry(row.account).or_default();
        *waiting = waiting.saturating_add(row.amount.minor().into());
        if self.appended.insert((row.transfer, row.account), row).is_some() {
            self.findings.push(Finding::AppendedWrong { transfer: row.transfer, account: row.account });
        }
    }

    fn prove(&mut self, account: AccountId, currency: Currency, change: Counters) {
        self.proven.entry((account, currency)).or_default().add(change);
    }

    fn check_account(&mut self, account: &Account) {
        self.report.accounts = self.report.accounts.saturating_add(1);
        let total = self.totals.entry(account.currency.code()).or_insert((account.currency, Counters::default()));
        total.1.add(Counters::of(account));
        let mut proven = self.proven.remove(&(account.id, account.currency)).unwrap_or_default();
        let waiting = self.waiting.get(&account.id).copied().unwrap_or(0);
        let mut elsewhere = Counters { credits_posted: waiting, ..Counters::default() };
        proven.credits_posted = proven.credits_posted.saturating_sub(waiting);
        if account.appends() {
            self.appending.insert(account.id);
            elsewhere.credits_held = std::mem::take(&mut proven.credits_held);
        }
        total.1.add(elsewhere);
        for (counter, stored, proven) in [
            (Counter::DebitsPosted, account.debits_posted, proven.debits_posted),
            (Counter::CreditsPosted, account.credits_posted, proven.credits_posted),
            (Counter::DebitsHeld, account.debits_held, proven.debits_held),
            (Counter::CreditsHeld, account.credits_held, proven.credits_held),
        ] {
            if stored < 0 {
                self.findings.push(Finding::CounterNegative { account: account.id, counter });
            }
            if i128::from(stored) != proven {
                self.findings.push(Finding::CounterWrong { account: account.id, counter, stored, proven });
            }
        }
        let available = account.available().minor();
        if available < account.floor() {
            self.findings.push(Finding::Overdrawn { account: account.id, available });
        }
    }

    fn close(mut self) -> Result<AuditReport, Vec<Finding>> {
        // Whatever was proven and not claimed by an account belongs to none, or to one of another currency.
        let unclaimed = self.proven.keys().map(|(account, _)| Finding::AccountMissing { account: *account });
        self.findings.extend(unclaimed);
        self.check_appended();
        self.check_refunds();
        self.check_holds();
        self.check_totals();
        if self.findings.is_empty() { Ok(self.report) } else { Err(self.findings) }
    }

    fn check_appended(&mut self) {
        let wrong = self.appended.values().filter(|row| !self.appended_agrees(row));
        let findings = wrong.map(|row| Finding::AppendedWrong { transfer: row.transfer, account: row.account });
        let findings: Vec<Finding> = findings.collect();
        self.findings.extend(findings);
    }

    fn appended_agrees(&self, row: &Appended) -> bool {
        let Some(transfer) = self.transfers.get(&row.transfer) else { return false };
        let legs = transfer.legs.iter().filter(|leg| leg.account == row.account && leg.side == Side::Credit);
        let posted = legs.clone().map(|leg| i128::from(leg.amount.minor())).fold(0, i128::saturating_add);
        let currency = legs.map(|leg| leg.amount.currency()).all(|currency| currency == row.amount.currency());
        let same = currency && posted == i128::from(row.amount.minor()) && transfer.at == row.at;
        same && posted > 0 && self.appending.contains(&row.account)
    }

    fn check_refunds(&mut self) {
        for transfer in self.transfers.values() {
            let proven = self.refunds.get(&transfer.id).copied().unwrap_or(0);
            if i128::from(transfer.refunded) != proven || proven > side_total(&transfer.legs, Side::Debit) {
                let (transfer, stored) = (transfer.id, transfer.refunded);
                self.findings.push(Finding::RefundedWrong { transfer, stored, proven });
            }
            let origin_there = match transfer.kind {
                TransferKind::Posting => true,
                TransferKind::Refund(original) => self.transfers.contains_key(&original),
                TransferKind::Capture(hold) => {
                    self.holds.get(&hold).is_some_and(|hold| hold.state == HoldState::Captured(transfer.id))
                }
            };
            if !origin_there {
                self.findings.push(Finding::OriginMissing { transfer: transfer.id });
            }
        }
    }

    fn check_holds(&mut self) {
        let wrong = self.holds.values().filter(|hold| !self.hold_agrees(hold));
        let findings: Vec<Finding> = wrong.map(|hold| Finding::HoldWrong { hold: hold.id }).collect();
        self.findings.extend(findings);
    }

    fn hold_agrees(&self, hold: &Hold) -> bool {
        let Some((_, first)) = hold.to.first() else { return false };
        let sound = |amount: &money::Amount| amount.minor() > 0 && amount.currency() == first.currency();
        if !hold.to.iter().all(|(_, amount)| sound(amount)) {
            return false;
        }
        let HoldState::Captured(id) = hold.state else { return hold.captured == 0 };
        let within = (0..=hold.total().minor()).contains(&hold.captured);
        within
            && self.transfers.get(&id).is_some_and(|transfer| {
                transfer.kind == TransferKind::Capture(hold.id) && transfer.total_minor() == hold.captured
            })
    }

    fn check_totals(&mut self) {
        for (currency, sums) in self.totals.values().copied() {
            for (counter, debits, credits) in [
                (Counter::DebitsPosted, sums.debits_posted, sums.credits_posted),
                (Counter::DebitsHeld, sums.debits_held, sums.credits_held),
            ] {
                if debits != credits {
                    self.findings.push(Finding::CurrencyUnbalanced { currency, counter, debits, credits });
                }
            }
            let Counters { debits_posted, credits_posted, debits_held, credits_held } = sums;
            let totals = CurrencyTotals { currency, debits_posted, credits_posted, debits_held, credits_held };
            self.report.totals.push(totals);
        }
    }
}

fn balances(transfer: &Transfer) -> bool {
    let currency = transfer.legs.first().map(|leg| leg.amount.currency());
    let sound = |leg: &Leg| leg.amount.minor() > 0 && Some(leg.amount.currency()) == currency;
    let may_be_empty = matches!(transfer.kind, TransferKind::Capture(_));
    (may_be_empty || !transfer.legs.is_empty())
        && transfer.legs.iter().all(sound)
        && side_total(&transfer.legs, Side::Debit) == side_total(&transfer.legs, Side::Credit)
}

fn posted(leg: &Leg) -> Counters {
    let minor = i128::from(leg.amount.minor());
    match leg.side {
        Side::Debit => Counters { debits_posted: minor, ..Counters::default() },
        Side::Credit => Counters { credits_posted: minor, ..Counters::default() },
    }
}
