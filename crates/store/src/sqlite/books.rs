//! Reads the books of this engine for [`Books`] to prove.

use money::{AccountId, HoldId, PayeeId, PayerId, TransferId};

use crate::LedgerSummary;
use crate::books::Books;
use crate::fault::Fault;
use crate::findings::Findings;
use crate::rows::{self, columns};
use crate::sqlite::scan::scan;
use crate::sqlite::tables::Tables;

/// Reads everything that has to do with money into memory and proves it.
pub(crate) fn check(tables: Tables<'_>) -> Result<LedgerSummary, Fault> {
    let mut findings = Findings::default();
    let found = &mut findings;
    let sql = concat!("SELECT ", columns!(account), " FROM accounts a");
    let accounts = scan(found, tables, "account", sql, rows::account)?;
    let sql = concat!("SELECT ", columns!(payment), " FROM payments p");
    let payments = scan(found, tables, "payment", sql, rows::payment)?;
    let sql = concat!("SELECT ", columns!(refund), " FROM refunds");
    let refunds = scan(found, tables, "refund", sql, rows::refund)?;
    let wallets = scan(found, tables, "payer", "SELECT id, wallet FROM payers", |columns| {
        Ok((columns.id(PayerId::from_bytes)?, columns.id(AccountId::from_bytes)?))
    })?;
    let payees = scan(found, tables, "payee", "SELECT id, account FROM payees", |columns| {
        Ok((columns.id(PayeeId::from_bytes)?, columns.id(AccountId::from_bytes)?))
    })?;
    let sql = concat!("SELECT ", columns!(transfer), " FROM transfers");
    let transfers = scan(found, tables, "transfer", sql, rows::transfer)?;
    let sql = concat!("SELECT transfer, ", columns!(leg), " FROM postings ORDER BY transfer, leg");
    let legs = scan(found, tables, "posting of transfer", sql, |columns| {
        Ok((columns.id(TransferId::from_bytes)?, rows::leg(columns)?))
    })?;
    let sql = concat!("SELECT ", columns!(hold), " FROM holds");
    let holds = scan(found, tables, "hold", sql, rows::hold)?;
    let sql = "SELECT hold, account, amount_minor, currency FROM hold_parts ORDER BY hold, part";
    let parts = scan(found, tables, "part of hold", sql, |columns| {
        Ok((columns.id(HoldId::from_bytes)?, rows::hold_part(columns)?))
    })?;
    let sql = concat!("SELECT ", columns!(appended), " FROM appended");
    let appended = scan(found, tables, "appended credit of payer", sql, rows::appended)?;
    let sql = concat!("SELECT ", columns!(noted), " FROM noted WHERE kind = 'payout'");
    let payouts = scan(found, tables, "payout", sql, rows::noted)?;
    let books =
        Books { accounts, transfers, legs, holds, parts, appended, payments, refunds, payouts, wallets, payees };
    Ok(books.check(findings))
}
