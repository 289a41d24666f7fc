//! Retention and erasure in this engine, on the writer's own connection.

use money::{Instant, PayerId, ReasonCode};
use rusqlite::{Connection, OptionalExtension};

use crate::fault::Fault;
use crate::retention::{Destroyed, Erased, Erasure, ROUND, RetentionReport, read};
use crate::sqlite::tables::Tables;

/// Destroys what is due, one round.
pub(crate) fn destroy_due(connection: &Connection, now: Instant) -> Result<Destroyed, Fault> {
    let due = "UPDATE decisions SET blob = x'' WHERE seq IN (SELECT seq FROM decisions \
        WHERE length(blob) > 0 AND keep_until <= ?1 LIMIT ?2)";
    let mut records = connection.execute(due, (now.unix_millis(), ROUND))?;
    let erased = "UPDATE decisions SET blob = x'' WHERE seq IN (SELECT d.seq FROM erasures e JOIN decisions d \
        ON d.payer = e.payer WHERE length(d.blob) > 0 AND d.payer IS NOT NULL AND d.keep_until IS NULL LIMIT ?1)";
    records = records.saturating_add(connection.execute(erased, (ROUND,))?);
    let keys = "DELETE FROM payer_keys WHERE payer IN (SELECT payer FROM erasures) AND NOT EXISTS \
        (SELECT 1 FROM decisions d WHERE d.payer = payer_keys.payer AND length(d.blob) > 0 AND d.payer IS NOT NULL)";
    let keys = connection.execute(keys, ())?;
    let count = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    Ok(Destroyed { records: count(records), keys: count(keys) })
}

/// Destroys a payer's identity key, when their wallet is empty.
pub(crate) fn erase(connection: &Connection, payer: PayerId, now: Instant) -> Result<Erasure, Fault> {
    let id = payer.as_bytes();
    let sql = "SELECT a.credits_posted - a.debits_posted, a.credits_held + a.debits_held, e.at \
        FROM payers p JOIN accounts a ON a.id = p.wallet LEFT JOIN erasures e ON e.payer = p.id WHERE p.id = ?1";
    let found: Option<(i64, i64, Option<i64>)> =
        connection.query_row(sql, (id,), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let at = match found {
        None => return Ok(Err(ReasonCode::PayerUnknown)),
        Some((_, _, Some(at))) => Instant::from_unix_millis(at),
        Some((0, 0, None)) => {
            connection.execute("INSERT INTO erasures (payer, at) VALUES (?1, ?2)", (id, now.unix_millis()))?;
            connection.execute("DELETE FROM payer_keys WHERE payer = ?1 AND class = 'identity'", (id,))?;
            now
        }
        Some(_) => return Ok(Err(ReasonCode::ErasureNotEmpty)),
    };
    let sql = "SELECT count(*), max(keep_until) FROM decisions WHERE payer = ?1 AND length(blob) > 0 \
        AND payer IS NOT NULL AND keep_until IS NOT NULL";
    let (kept, until): (i64, Option<i64>) = connection.query_row(sql, (id,), |row| Ok((row.get(0)?, row.get(1)?)))?;
    let kept_by_law = u64::try_from(kept).unwrap_or(0);
    Ok(Ok(Erased { payer, at, kept_by_law, kept_until: until.map(Instant::from_unix_millis) }))
}

/// How records stand.
pub(crate) fn report(tables: Tables<'_>, now: Instant) -> Result<RetentionReport, Fault> {
    let found = tables.one(crate::retention::REPORT_SQLITE, (now.unix_millis(),), |columns| read(columns, now))?;
    found.ok_or(Fault::Unreadable("retention"))
}
