//! Records of payments, out of this engine.

use money::{DecisionId, Instant, PayerId, PaymentId};
use rusqlite::Params;

use crate::fault::Fault;
use crate::findings::Findings;
use crate::keys::Class;
use crate::recorded::{Recorded, Sealed};
use crate::sqlite::tables::Tables;
use crate::sqlite::verify::packs;

/// The record of the decision that made this payment.
pub(crate) fn one(tables: Tables<'_>, payment: PaymentId) -> Result<Option<Recorded>, Fault> {
    let sql = "SELECT d.at, d.id, d.payer, d.epoch, d.blob FROM payments p JOIN decisions d ON d.id = p.decision \
        WHERE p.id = ?1";
    Ok(opened(tables, sql, (payment.as_bytes(),))?.0.pop())
}

/// Records of payments in the order in which they were decided, after this one, at most `limit` rows; empty only at
/// the end. WHY by id alone: it begins with the moment, and has an index.
pub(crate) fn page(
    tables: Tables<'_>,
    after: Option<(Instant, DecisionId)>,
    limit: usize,
) -> Result<Vec<Recorded>, Fault> {
    let mut id = after.map_or([0; 16], |(_, id)| *id.as_bytes());
    let sql = "SELECT at, id, payer, epoch, blob FROM decisions WHERE command = 'pay' AND id > ?1 AND length(blob) > 0 \
        ORDER BY id LIMIT ?2";
    loop {
        match opened(tables, sql, (id, i64::try_from(limit).unwrap_or(i64::MAX)))? {
            (_, None) => return Ok(Vec::new()),
            // None of them can be opened any more: their payers were erased.
            (found, Some(last)) if found.is_empty() => id = last,
            (found, Some(_)) => return Ok(found),
        }
    }
}

/// The records, and the id of the last row.
fn opened(tables: Tables<'_>, sql: &str, params: impl Params) -> Result<(Vec<Recorded>, Option<[u8; 16]>), Fault> {
    let rows = tables.all(sql, params, |columns| {
        let (at, id, payer) = (columns.take()?, columns.take()?, columns.take::<Option<[u8; 16]>>()?);
        let (epoch, blob) = (columns.take::<i64>()?, columns.take::<Vec<u8>>()?);
        let key = match payer.map(PayerId::from_bytes) {
            Some(payer) => tables.keys.payer(tables.connection, payer, Class::Decision)?,
            None => Some(tables.keys.system(epoch)?),
        };
        Ok(Sealed { at, id, blob, key })
    })?;
    let kept = packs(tables, &mut Findings::default())?;
    let last = rows.last().map(|row| row.id);
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.extend(row.open(&kept)?);
    }
    Ok((found, last))
}
