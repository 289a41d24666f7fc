//! The books, proved from their postings: the ledger's own audit over every row, then that payments and refunds say
//! the same as the transfers and holds they name.

use std::collections::{HashMap, HashSet};

use ledger::{Account, Hold, HoldState, Side, Transfer, TransferKind};
use money::{AccountId, HoldId, PayeeId, PayerId, PaymentId, TransferId};
use payments::{Appended, Payment, Refund};
use protocol::PaymentStatus;

use crate::LedgerSummary;
use crate::fault::Fault;
use crate::sqlite::findings::Findings;
use crate::sqlite::rows::{self, columns};
use crate::sqlite::tables::Tables;

/// Reads everything that has to do with money into memory and proves it.
pub(crate) fn check(tables: Tables<'_>) -> Result<LedgerSummary, Fault> {
    let mut findings = Findings::default();
    let books = Books::load(tables, &mut findings)?;
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
    books.check_appended(&mut findings);
    books.check_claims(&mut findings);
    let findings = findings.into_list();
    Ok(LedgerSummary {
        ok: findings.is_empty(),
        accounts: count(books.accounts.len()),
        transfers: count(books.transfers.len()),
        postings: count(books.transfers.values().map(|transfer| transfer.legs.len()).sum()),
        holds: count(books.holds.len()),
        appended: count(books.appended.len()),
        findings,
    })
}

struct Books {
    accounts: Vec<Account>,
    transfers: HashMap<TransferId, Transfer>,
    holds: HashMap<HoldId, Hold>,
    appended: Vec<Appended>,
    payments: Vec<Payment>,
    refunds: Vec<Refund>,
    wallets: HashMap<PayerId, AccountId>,
    payees: HashMap<PayeeId, AccountId>,
    refunded: HashMap<PaymentId, i128>,
}

impl Books {
    fn load(tables: Tables<'_>, findings: &mut Findings) -> Result<Self, Fault> {
        let sql = concat!("SELECT ", columns!(account), " FROM accounts a");
        let accounts = findings.scan(tables, "account", sql, rows::account)?;
        let sql = concat!("SELECT ", columns!(payment), " FROM payments p");
        let payments = findings.scan(tables, "payment", sql, rows::payment)?;
        let sql = concat!("SELECT ", columns!(refund), " FROM refunds");
        let refunds = findings.scan(tables, "refund", sql, rows::refund)?;
        let wallets = findings.scan(tables, "payer", "SELECT id, wallet FROM payers", |columns| {
            Ok((columns.id(PayerId::from_bytes)?, columns.id(AccountId::from_bytes)?))
        })?;
        let payees = findings.scan(tables, "payee", "SELECT id, account FROM payees", |columns| {
            Ok((columns.id(PayeeId::from_bytes)?, columns.id(AccountId::from_bytes)?))
        })?;
        let sql = concat!("SELECT ", columns!(appended), " FROM appended");
        let appended = findings.scan(tables, "appended credit of payer", sql, rows::appended)?;
        let mut refunded: HashMap<PaymentId, i128> = HashMap::new();
        for refund in &refunds {
            let sum = refunded.entry(refund.payment).or_default();
            *sum = sum.saturating_add(i128::from(refund.amount.minor()));
        }
        Ok(Self {
            accounts,
            transfers: transfers(tables, findings)?,
            holds: holds(tables, findings)?,
            appended,
            payments,
            refunds,
            wallets: wallets.into_iter().collect(),
            payees: payees.into_iter().collect(),
            refunded,
        })
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
            PaymentStatus::Authorized => state == Some(HoldState::Open),
            PaymentStatus::Voided => state == Some(HoldState::Voided),
            PaymentStatus::Expired => state == Some(HoldState::Expired),
            PaymentStatus::Refused => payment.hold.is_none(),
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
        for hold in self.holds.keys().filter(|hold| !holds.contains(hold)) {
            findings.add(format!("{hold}: no payment has this hold"));
        }
        let payees: HashSet<AccountId> = self.payees.values().copied().collect();
        for transfer in self.transfers.values().filter(|transfer| !transfers.contains(&transfer.id)) {
            // Play money moves without a payment: out of an account of the operator's own.
            let names_payee = transfer.legs.iter().any(|leg| payees.contains(&leg.account));
            if transfer.kind != TransferKind::Posting || names_payee {
                findings.add(format!("{}: no payment or refund made this transfer", transfer.id));
            }
        }
    }
}

/// Whether a transfer moves exactly this much from one account to another, or nothing at all.
fn moves(transfer: &Transfer, from: Option<&AccountId>, to: Option<&AccountId>, amount: money::Amount) -> bool {
    let leg = |side: Side, account: Option<&AccountId>| {
        let of_side = |leg: &&ledger::Leg| leg.side == side;
        let mut legs = transfer.legs.iter().filter(of_side);
        let first = legs.next();
        first.is_some_and(|leg| Some(&leg.account) == account && leg.amount == amount) && legs.next().is_none()
    };
    if amount.is_zero() { transfer.legs.is_empty() } else { leg(Side::Debit, from) && leg(Side::Credit, to) }
}

fn transfers(tables: Tables<'_>, findings: &mut Findings) -> Result<HashMap<TransferId, Transfer>, Fault> {
    let sql = concat!("SELECT ", columns!(transfer), " FROM transfers");
    let all = findings.scan(tables, "transfer", sql, rows::transfer)?;
    let mut all: HashMap<_, _> = all.into_iter().map(|transfer| (transfer.id, transfer)).collect();
    let sql = concat!("SELECT transfer, ", columns!(leg), " FROM postings ORDER BY transfer, leg");
    let legs = findings.scan(tables, "posting of transfer", sql, |columns| {
        Ok((columns.id(TransferId::from_bytes)?, rows::leg(columns)?))
    })?;
    for (id, leg) in legs {
        match all.get_mut(&id) {
            Some(transfer) => transfer.legs.push(leg),
            None => findings.add(format!("{id}: has postings but is missing")),
        }
    }
    Ok(all)
}

fn holds(tables: Tables<'_>, findings: &mut Findings) -> Result<HashMap<HoldId, Hold>, Fault> {
    let sql = concat!("SELECT ", columns!(hold), " FROM holds");
    let all = findings.scan(tables, "hold", sql, rows::hold)?;
    let mut all: HashMap<_, _> = all.into_iter().map(|hold| (hold.id, hold)).collect();
    let sql = "SELECT hold, account, amount_minor, currency FROM hold_parts ORDER BY hold, part";
    let parts = findings.scan(tables, "part of hold", sql, |columns| {
        Ok((columns.id(HoldId::from_bytes)?, rows::hold_part(columns)?))
    })?;
    for (id, part) in parts {
        match all.get_mut(&id) {
            Some(hold) => hold.to.push(part),
            None => findings.add(format!("{id}: has parts but is missing")),
        }
    }
    Ok(all)
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
