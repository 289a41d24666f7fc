//! Reads: what the server shows. None of it decides anything.

use ledger::Account;
use money::{AccountId, Amount, DeviceId, Digest, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId};
use payments::{Device, Event, Intent, Noted, NotedKind, Payee, Payer, Payment, Refund, Standing};
use protocol::PaymentStatus;

use crate::fault::Fault;
use crate::rows::{self, Columns, columns};
use crate::sqlite::tables::Tables;
use crate::waiting;
use crate::words::Word;
use crate::{Due, PageRequest, PageRows, PayeeBalance, PaymentFilter, PaymentRow};

pub(crate) fn payer(tables: Tables<'_>, id: PayerId) -> Result<Option<(Payer, Account)>, Fault> {
    let Some(payer) = tables.payer(id)? else { return Ok(None) };
    let account = tables.account(payer.wallet)?.ok_or(Fault::Unreadable("wallet"))?;
    Ok(Some((payer, account)))
}

pub(crate) fn devices(tables: Tables<'_>, payer: PayerId) -> Result<Vec<(Device, Option<Standing>)>, Fault> {
    let sql = concat!("SELECT ", columns!(device), " FROM devices WHERE payer = ?1 ORDER BY bound_at, id");
    let key = tables.identity_key(payer)?;
    let devices = tables.all(sql, (payer.as_bytes(),), |columns| rows::device(columns, |_| Ok(key.clone())))?;
    let mut rows = Vec::with_capacity(devices.len());
    for device in devices {
        let standing = tables.standing(device.id)?;
        rows.push((device, standing));
    }
    Ok(rows)
}

pub(crate) fn device(tables: Tables<'_>, id: DeviceId) -> Result<Option<(Device, Option<Standing>)>, Fault> {
    let Some(device) = tables.device(id)? else { return Ok(None) };
    Ok(Some((device, tables.standing(id)?)))
}

pub(crate) fn payee(tables: Tables<'_>, id: PayeeId) -> Result<Option<Payee>, Fault> {
    tables.payee(id)
}

/// WHY both in one read: a credit stands either in the account or among those that wait, and must be seen once.
pub(crate) fn payee_balance(tables: Tables<'_>, id: PayeeId, now: Instant) -> Result<Option<PayeeBalance>, Fault> {
    let Some(payee) = tables.payee(id)? else { return Ok(None) };
    let account = tables.account(payee.account)?.ok_or(Fault::Unreadable("payee's account"))?;
    let sql = "SELECT coalesce(sum(amount_minor), 0), min(at) FROM appended WHERE account = ?1";
    let waiting = tables
        .one(sql, (payee.account.as_bytes(),), |columns| Ok((columns.take::<i64>()?, columns.maybe_instant()?)))?;
    let (minor, oldest) = waiting.unwrap_or((0, None));
    let (pending, as_of) = (Amount::new(minor, account.currency), oldest.unwrap_or(now));
    Ok(Some(PayeeBalance { payee, account, pending, as_of }))
}

pub(crate) fn to_roll_up(tables: Tables<'_>, limit: usize) -> Result<Vec<AccountId>, Fault> {
    let sql = "SELECT account FROM appended GROUP BY account ORDER BY min(at), account LIMIT ?1";
    tables.all(sql, (count(limit),), |columns| columns.id(AccountId::from_bytes))
}

pub(crate) fn all_noted(
    tables: Tables<'_>,
    kind: NotedKind,
    payee: Option<PayeeId>,
    limit: usize,
) -> Result<Vec<Noted>, Fault> {
    let (kind, limit) = (kind.word(), count(limit));
    match payee {
        Some(payee) => {
            let sql =
                concat!("SELECT ", columns!(noted), " FROM noted WHERE payee = ?1 AND kind = ?2 ORDER BY id LIMIT ?3");
            tables.all(sql, (payee.as_bytes(), kind, limit), rows::noted)
        }
        None => {
            let sql = concat!("SELECT ", columns!(noted), " FROM noted WHERE kind = ?1 ORDER BY id LIMIT ?2");
            tables.all(sql, (kind, limit), rows::noted)
        }
    }
}

pub(crate) fn payee_of_api_key(tables: Tables<'_>, key: Digest) -> Result<Option<Payee>, Fault> {
    let sql = concat!("SELECT ", columns!(payee), " FROM payees p WHERE p.api_key = ?1");
    tables.one(sql, (key.as_bytes(),), rows::payee)
}

pub(crate) fn payees(tables: Tables<'_>, limit: usize) -> Result<Vec<Payee>, Fault> {
    let sql = concat!("SELECT ", columns!(payee), " FROM payees p ORDER BY p.name, p.id LIMIT ?1");
    tables.all(sql, (count(limit),), rows::payee)
}

pub(crate) fn intent(tables: Tables<'_>, id: IntentId) -> Result<Option<(Intent, Option<Payment>)>, Fault> {
    let Some(intent) = tables.intent(id)? else { return Ok(None) };
    let payment = intent.payment.map(|id| tables.payment(id)).transpose()?.flatten();
    Ok(Some((intent, payment)))
}

pub(crate) fn payment(tables: Tables<'_>, id: PaymentId) -> Result<Option<PaymentRow>, Fault> {
    let sql = concat!(
        "SELECT ",
        columns!(payment),
        ", i.core FROM payments p JOIN intents i ON i.id = p.intent WHERE p.id = ?1"
    );
    tables.one(sql, (id.as_bytes(),), payment_row)
}

/// A payer's payments. WHY `instr` on words kept in lower case: nothing in what is searched for has a meaning of its
/// own, so there is nothing to escape.
pub(crate) fn payments(
    tables: Tables<'_>,
    payer: PayerId,
    filter: &PaymentFilter,
    page: PageRequest<PaymentId>,
) -> Result<PageRows<PaymentRow, PaymentId>, Fault> {
    let sql = concat!(
        "SELECT ",
        columns!(payment),
        ", i.core FROM payments p JOIN intents i ON i.id = p.intent \
         WHERE p.payer = ?1 AND (p.created_at, p.id) < (?2, ?3) AND p.created_at >= ?4 AND p.created_at < ?5 \
         AND (?6 IS NULL OR (p.status = ?6 AND (p.waits > 0) = ?9)) AND (?7 IS NULL OR instr(i.words, ?7) > 0) \
         ORDER BY p.created_at DESC, p.id DESC LIMIT ?8"
    );
    let (before_at, before_id) = before(page.before.map(|(at, id)| (at, *id.as_bytes())));
    let from = filter.from.map_or(i64::MIN, Instant::unix_millis);
    let until = filter.until.map_or(i64::MAX, Instant::unix_millis);
    let status = filter.status.map(|status| waiting::status(status).word());
    let is_waiting = filter.status == Some(PaymentStatus::Held);
    let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase);
    let limit = count(page.limit.saturating_add(1));
    let params = (payer.as_bytes(), before_at, before_id, from, until, status, text, limit, is_waiting);
    let rows = tables.all(sql, params, payment_row)?;
    Ok(cut(rows, page.limit, |row| (row.payment.created_at, row.payment.id)))
}

fn payment_row(columns: &mut Columns<'_, '_>) -> Result<PaymentRow, Fault> {
    Ok(PaymentRow { payment: rows::payment(columns)?, core: rows::core(columns.str()?)? })
}

pub(crate) fn refunds(tables: Tables<'_>, payment: PaymentId) -> Result<Vec<Refund>, Fault> {
    let sql = concat!("SELECT ", columns!(refund), " FROM refunds WHERE payment = ?1 ORDER BY created_at, id");
    tables.all(sql, (payment.as_bytes(),), rows::refund)
}

pub(crate) fn alerts(
    tables: Tables<'_>,
    payer: PayerId,
    page: PageRequest<EventId>,
) -> Result<PageRows<(Event, Option<String>), EventId>, Fault> {
    let sql = concat!(
        "SELECT ",
        columns!(event),
        ", p.name FROM events e LEFT JOIN payees p ON p.id = e.payee \
         WHERE e.payer = ?1 AND (e.at, e.id) < (?2, ?3) ORDER BY e.at DESC, e.id DESC LIMIT ?4"
    );
    let (before_at, before_id) = before(page.before.map(|(at, id)| (at, *id.as_bytes())));
    let params = (payer.as_bytes(), before_at, before_id, count(page.limit.saturating_add(1)));
    let rows = tables.all(sql, params, |columns| Ok((rows::event(columns)?, columns.take()?)))?;
    Ok(cut(rows, page.limit, |(event, _)| (event.at, event.id)))
}

/// WHY these kinds: a payee that is suspected must not hear of it first.
pub(crate) fn code_alerts(
    tables: Tables<'_>,
    payee: PayeeId,
    page: PageRequest<EventId>,
) -> Result<PageRows<Event, EventId>, Fault> {
    let sql = concat!(
        "SELECT ",
        columns!(event),
        " FROM events e WHERE e.payee = ?1 \
         AND e.kind IN ('code.registered', 'code.withdrawn', 'code.suspended', 'code.swap_nearby') \
         AND (e.at, e.id) < (?2, ?3) ORDER BY e.at DESC, e.id DESC LIMIT ?4"
    );
    let (before_at, before_id) = before(page.before.map(|(at, id)| (at, *id.as_bytes())));
    let params = (payee.as_bytes(), before_at, before_id, count(page.limit.saturating_add(1)));
    let rows = tables.all(sql, params, rows::event)?;
    Ok(cut(rows, page.limit, |event| (event.at, event.id)))
}

pub(crate) fn due(tables: Tables<'_>, now: Instant, limit: usize) -> Result<Due, Fault> {
    let holds = "SELECT id FROM payments WHERE status = 'authorized' AND hold_expires_at <= ?1 \
        ORDER BY hold_expires_at LIMIT ?2";
    let waits = "SELECT id FROM payments WHERE waits > 0 AND waits_until <= ?1 ORDER BY waits_until LIMIT ?2";
    let intents = "SELECT id FROM intents WHERE status = 'open' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2";
    let params = (now.unix_millis(), count(limit));
    let mut due = tables.all(waits, params, |columns| columns.id(PaymentId::from_bytes))?;
    due.extend(tables.all(holds, params, |columns| columns.id(PaymentId::from_bytes))?);
    Ok(Due { holds: due, intents: tables.all(intents, params, |columns| columns.id(IntentId::from_bytes))? })
}

/// Payments that a rule holds, the one that waits shortest first.
pub(crate) fn waiting(tables: Tables<'_>, limit: usize) -> Result<Vec<PaymentRow>, Fault> {
    let sql = concat!(
        "SELECT ",
        columns!(payment),
        ", i.core FROM payments p JOIN intents i ON i.id = p.intent \
         WHERE p.waits > 0 ORDER BY p.waits_until, p.id LIMIT ?1"
    );
    tables.all(sql, (count(limit),), payment_row)
}

/// The row a page starts after, as it compares; the end of time for the first page.
fn before(page: Option<(Instant, [u8; 16])>) -> (i64, [u8; 16]) {
    page.map_or((i64::MAX, [0xff; 16]), |(at, id)| (at.unix_millis(), id))
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Cuts the one row too many that was asked for to see whether there are more.
fn cut<Row, Id>(mut rows: Vec<Row>, limit: usize, place: impl Fn(&Row) -> (Instant, Id)) -> PageRows<Row, Id> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(place) } else { None };
    PageRows { rows, next }
}
