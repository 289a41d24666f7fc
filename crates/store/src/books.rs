//! The books, proved from their postings: the ledger's own audit over every row, then that payments and refunds say
//! the same as the transfers and holds they name. An engine reads the rows, this proves them.

use std::collections::{HashMap, HashSet};

use ledger::{Account, Hold, HoldState, Leg, Side, Transfer, TransferKind};
use money::{AccountId, Amount, HoldId, PayeeId, PayerId, PaymentId, TransferId};
use payments::{Appended, Noted, Payment, Payout, Refund, bank, clearing};
use protocol::{PaymentStatus, PayoutStatus};

use crate::LedgerSummary;
use crate::findings::Findings;

/// Everything that has to do with money, in memory.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) accounts: Vec<Account>,
    /// Transfers without their legs.
    pub(crate) transfers: Vec<Transfer>,
    /// Every leg, in order within its transfer.
    pub(crate) legs: Vec<(TransferId, Leg)>,
    /// Holds without their parts.
    pub(crate) holds: Vec<Hold>,
    /// Every part, in order within its hold.
    pub(crate) parts: Vec<(HoldId, (AccountId, Amount))>,
    /// Credits that wait to be rolled up.
    pub(crate) appended: Vec<Appended>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) refunds: Vec<Refund>,
    /// Noted rows of the kind `payout`.
    pub(crate) payouts: Vec<Noted>,
    pub(crate) wallets: Vec<(PayerId, AccountId)>,
    pub(crate) payees: Vec<(PayeeId, AccountId)>,
}

impl Books {
    /// Proves them; `findings` may already name rows that could not be read.
    pub(crate) fn check(self, mut findings: Findings) -> LedgerSummary {
        let books = Proven::of(self, &mut findings);
        let (accounts, transfers) = (books.accounts.iter(), books.transfers.values());
        let appended = books.appended.iter().map(|row| &row.credit);
        let audited = ledger::audit(accounts, transfers, books.holds.values(), appended);
        if let Err(wrong) = audited {
            wrong.into_iter().for_each(|finding| findings.add(finding.to_string()));
        }
        books.payments.iter().for_each(|payment| books.check_payment(payment, &mut findings));
        let by_id: HashMap<PaymentId, &Payment> = books.payments.iter().map(|payment| (payment.id, payment)).collect();
        for refund in &books.refunds {
            books.check_refund(refund, by_id.get(&refund.payment).copied(), &mut findings);
        }
        books.payouts.iter().for_each(|payout| books.check_payout(payout, &mut findings));
        books.check_clearing(&mut findings);
        books.check_appended(&mut findings);
        books.check_claims(&mut findings);
        let findings = findings.into_list();
        LedgerSummary {
            ok: findings.is_empty(),
            accounts: count(books.accounts.len()),
            transfers: count(books.transfers.len()),
            postings: count(books.transfers.values().map(|transfer| transfer.legs.len()).sum()),
            holds: count(books.holds.len()),
            appended: count(books.appended.len()),
            findings,
        }
    }
}

struct Proven {
    accounts: Vec<Account>,
    transfers: HashMap<TransferId, Transfer>,
    holds: HashMap<HoldId, Hold>,
    appended: Vec<Appended>,
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    payouts: Vec<Payout>,
    wallets: HashMap<PayerId, AccountId>,
    payees: HashMap<PayeeId, AccountId>,
    refunded: HashMap<PaymentId, i128>,
}

impl Proven {
    fn of(books: Books, findings: &mut Findings) -> Self {
        let mut refunded: HashMap<PaymentId, i128> = HashMap::new();
        for refund in &books.refunds {
            let sum = refunded.entry(refund.payment).or_default();
            *sum = sum.saturating_add(i128::from(refund.amount.minor()));
        }
        Self {
            accounts: books.accounts,
            transfers: with_legs(books.transfers, books.legs, findings),
            holds: with_parts(books.holds, books.parts, findings),
            appended: books.appended,
            payments: books.payments,
            refunds: books.refunds,
            payouts: books.payouts.iter().filter_map(Noted::payout).cloned().collect(),
            wallets: books.wallets.into_iter().collect(),
            payees: books.payees.into_iter().collect(),
            refunded,
        }
    }

    fn check_payment(&self, payment: &Payment, findings: &mut Findings) {
        let mut wrong = |what: &str| findings.add(format!("{}: {what}", payment.id));
        if self.refunded.get(&payment.id).copied().unwrap_or(0) != i128::from(payment.refunded.minor()) {
            wrong("what came back is not the sum of its refunds");
        }
        if payment.refunded.minor() > payment.captured.minor() {
            wrong("more came back than was captured");
        }
        let hold = payment.hold.map(|id| self.holds.get(&id));
        if let Some(None) = hold {
            wrong("its hold is missing");
        }
        let state = hold.flatten().map(|hold| hold.state);
        let agrees = match payment.status {
            PaymentStatus::Captured => state.is_none_or(|state| matches!(state, HoldState::Captured(_))),
            PaymentStatus::Authorized | PaymentStatus::Held => state == Some(HoldState::Open),
            PaymentStatus::Voided => state == Some(HoldState::Voided),
            PaymentStatus::Expired => state == Some(HoldState::Expired),
            // One that waited and was refused had its money on hold.
            PaymentStatus::Refused => state.is_none_or(|state| state == HoldState::Voided),
        };
        if !agrees {
            wrong("its status does not agree with its hold");
        }
        if hold.flatten().is_some_and(|hold| !self.is_hold_of(hold, payment)) {
            wrong("its hold is of another wallet, payee or sum");
        }
        match (payment.status, payment.transfer) {
            (PaymentStatus::Captured, Some(id)) => match self.transfers.get(&id) {
                None => wrong("its transfer is missing"),
                Some(transfer) if !self.is_transfer_of(transfer, payment) => {
                    wrong("its transfer is of another wallet, payee, hold or sum");
                }
                Some(transfer) if transfer.refunded != payment.refunded.minor() => {
                    wrong("its transfer was refunded by another sum");
                }
                Some(_) => {}
            },
            (PaymentStatus::Captured, None) => wrong("it is captured without a transfer"),
            (_, Some(_)) => wrong("it has a transfer but is not captured"),
            (_, None) if payment.captured.minor() != 0 => wrong("it captured something without a transfer"),
            (_, None) => {}
        }
    }

    fn is_hold_of(&self, hold: &Hold, payment: &Payment) -> bool {
        let [(account, amount)] = hold.to.as_slice() else { return false };
        self.wallets.get(&payment.payer) == Some(&hold.from)
            && self.payees.get(&payment.payee) == Some(account)
            && *amount == payment.amount
            && hold.expires_at == payment.hold_expires_at
    }

    fn is_transfer_of(&self, transfer: &Transfer, payment: &Payment) -> bool {
        let kind = match payment.hold {
            Some(hold) => TransferKind::Capture(hold),
            None => TransferKind::Posting,
        };
        let sum = payment.hold.map_or(payment.amount, |_| payment.captured);
        transfer.kind == kind
            && payment.captured == sum
            && moves(transfer, self.wallets.get(&payment.payer), self.payees.get(&payment.payee), payment.captured)
    }

    fn check_refund(&self, refund: &Refund, payment: Option<&Payment>, findings: &mut Findings) {
        let agrees = payment.zip(self.transfers.get(&refund.transfer)).is_some_and(|(payment, transfer)| {
            let (wallet, payee) = (self.wallets.get(&payment.payer), self.payees.get(&payment.payee));
            refund.payee == payment.payee
                && Some(transfer.kind) == payment.transfer.map(TransferKind::Refund)
                && moves(transfer, payee, wallet, refund.amount)
        });
        if !agrees {
            findings.add(format!("{}: its payment and transfer do not agree with it", refund.id));
        }
    }

    /// A payout left its payee, went to the bank when it was sent, and came back whole when it was returned.
    fn check_payout(&self, payout: &Payout, findings: &mut Findings) {
        let (clearing, bank) = (clearing(payout.amount.currency()), bank(payout.amount.currency()));
        let payee = self.payees.get(&payout.payee);
        let moved = |transfer: Option<TransferId>, from, to| match transfer {
            None => true,
            Some(id) => self
                .transfers
                .get(&id)
                .is_some_and(|made| made.kind == TransferKind::Posting && moves(made, from, to, payout.amount)),
        };
        let from = if payout.sent.is_some() { bank } else { clearing };
        let (sent, returned) = (payout.sent.is_some(), payout.returned.is_some());
        let agrees = match payout.status {
            PayoutStatus::Requested => !sent && !returned,
            PayoutStatus::Sent => sent && !returned,
            PayoutStatus::Returned => returned,
        };
        if !agrees
            || !moved(Some(payout.transfer), payee, Some(&clearing))
            || !moved(payout.sent, Some(&clearing), Some(&bank))
            || !moved(payout.returned, Some(&from), payee)
        {
            findings.add(format!("{}: its payee and transfers do not agree with it", payout.id));
        }
    }

    /// What stands in a clearing account is what was paid out and is not settled.
    fn check_clearing(&self, findings: &mut Findings) {
        let open = self.payouts.iter().filter(|payout| payout.status == PayoutStatus::Requested);
        let mut waiting: HashMap<AccountId, i128> = HashMap::new();
        for payout in open {
            let sum = waiting.entry(clearing(payout.amount.currency())).or_default();
            *sum = sum.saturating_add(i128::from(payout.amount.minor()));
        }
        for account in self.accounts.iter().filter(|account| account.id == clearing(account.currency)) {
            let stands = i128::from(account.posted().minor());
            if stands != waiting.get(&account.id).copied().unwrap_or(0) {
                findings.add(format!("{}: it does not hold what waits to be paid out", account.id));
            }
        }
    }

    /// Every appended credit stands under the payer whose wallet it came from.
    fn check_appended(&self, findings: &mut Findings) {
        for row in &self.appended {
            let wallet = self.wallets.get(&row.payer);
            let legs = self.transfers.get(&row.credit.transfer).into_iter().flat_map(|transfer| &transfer.legs);
            let mut debited = legs.filter(|leg| leg.side == Side::Debit).map(|leg| Some(&leg.account));
            if !debited.any(|account| account == wallet) {
                findings.add(format!("{}: its appended credit stands under another payer", row.credit.transfer));
            }
        }
    }

    /// Every hold, capture and refund belongs to exactly one payment or refund.
    fn check_claims(&self, findings: &mut Findings) {
        let mut holds: HashSet<HoldId> = HashSet::new();
        let mut transfers: HashSet<TransferId> = HashSet::new();
        for payment in &self.payments {
            if payment.hold.is_some_and(|hold| !holds.insert(hold)) {
                findings.add(format!("{}: its hold belongs to another payment too", payment.id));
            }
            if payment.transfer.is_some_and(|transfer| !transfers.insert(transfer)) {
                findings.add(format!("{}: its transfer belongs to another payment too", payment.id));
            }
        }
        for refund in &self.refunds {
            if !transfers.insert(refund.transfer) {
                findings.add(format!("{}: its transfer belongs to another refund too", refund.id));
            }
        }
        for payout in &self.payouts {
            for transfer in [Some(payout.transfer), payout.sent, payout.returned].into_iter().flatten() {
                if !transfers.insert(transfer) {
                    findings.add(format!("{}: its transfer belongs to something else too", payout.id));
                }
            }
        }
        for hold in self.holds.keys().filter(|hold| !holds.contains(hold)) {
            findings.add(format!("{hold}: no payment has this hold"));
        }
        let payees: HashSet<AccountId> = self.payees.values().copied().collect();
        for transfer in self.transfers.values().filter(|transfer| !transfers.contains(&transfer.id)) {
            // Play money moves without a payment: out of an account of the operator's own.
            let of_payouts =
                |id: AccountId, leg: &Leg| id == clearing(leg.amount.currency()) || id == bank(leg.amount.currency());
            let is_claimed = |leg: &Leg| payees.contains(&leg.account) || of_payouts(leg.account, leg);
            let names_payee = transfer.legs.iter().any(is_claimed);
            if transfer.kind != TransferKind::Posting || names_payee {
                findings.add(format!("{}: no payment, refund or payout made this transfer", transfer.id));
            }
        }
    }
}

/// Whether a transfer moves exactly this much from one account to another, or nothing at all.
fn moves(transfer: &Transfer, from: Option<&AccountId>, to: Option<&AccountId>, amount: Amount) -> bool {
    let leg = |side: Side, account: Option<&AccountId>| {
        let of_side = |leg: &&ledger::Leg| leg.side == side;
        let mut legs = transfer.legs.iter().filter(of_side);
        let first = legs.next();
        first.is_some_and(|leg| Some(&leg.account) == account && leg.amount == amount) && legs.next().is_none()
    };
    if amount.is_zero() { transfer.legs.is_empty() } else { leg(Side::Debit, from) && leg(Side::Credit, to) }
}

fn with_legs(
    transfers: Vec<Transfer>,
    legs: Vec<(TransferId, Leg)>,
    findings: &mut Findings,
) -> HashMap<TransferId, Transfer> {
    let mut all: HashMap<_, _> = transfers.into_iter().map(|transfer| (transfer.id, transfer)).collect();
    for (id, leg) in legs {
        match all.get_mut(&id) {
            Some(transfer) => transfer.legs.push(leg),
            None => findings.add(format!("{id}: has postings but is missing")),
        }
    }
    all
}

fn with_parts(
    holds: Vec<Hold>,
    parts: Vec<(HoldId, (AccountId, Amount))>,
    findings: &mut Findings,
) -> HashMap<HoldId, Hold> {
    let mut all: HashMap<_, _> = holds.into_iter().map(|hold| (hold.id, hold)).collect();
    for (id, part) in parts {
        match all.get_mut(&id) {
            Some(hold) => hold.to.push(part),
            None => findings.add(format!("{id}: has parts but is missing")),
        }
    }
    all
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
