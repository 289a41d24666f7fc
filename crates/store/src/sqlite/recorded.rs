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
    Ok(opened(tables, sql, (payment.as_bytes(),))?.pop())
}

/// Records of payments in the order in which they were decided, after this one, at most `limit` rows.
pub(crate) fn page(
    tables: Tables<'_>,
    after: Option<(Instant, DecisionId)>,
    limit: usize,
) -> Result<Vec<Recorded>, Fault> {
    let (at, id) = after.map_or((i64::MIN, [0; 16]), |(at, id)| (at.unix_millis(), *id.as_bytes()));
    let sql = "SELECT at, id, payer, epoch, blob FROM decisions WHERE command = 'pay' AND (at, id) > (?1, ?2) \
        ORDER BY at, id LIMIT ?3";
    opened(tables, sql, (at, id, i64::try_from(limit).unwrap_or(i64::MAX)))
}

fn opened(tables: Tables<'_>, sql: &str, params: impl Params) -> Result<Vec<Recorded>, Fault> {
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
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.extend(row.open(&kept)?);
    }
    Ok(found)
}
