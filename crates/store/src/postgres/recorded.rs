//! Records of payments, out of this engine.

use money::{DecisionId, Instant, PayerId, PaymentId};

use crate::fault::Fault;
use crate::findings::Findings;
use crate::keys::Class;
use crate::postgres::checks::packs;
use crate::postgres::link::Parameter;
use crate::postgres::query::Tables;
use crate::recorded::{Recorded, Sealed};
use crate::rows::Columns;

/// The record of the decision that made this payment.
pub(crate) async fn one(tables: Tables<'_>, payment: PaymentId) -> Result<Option<Recorded>, Fault> {
    let sql = "SELECT d.at, d.id, d.payer, d.epoch, d.blob, k.wrapped FROM payments p \
        JOIN decisions d ON d.id = p.decision \
        LEFT JOIN payer_keys k ON k.payer = d.payer AND k.class = 'decision' WHERE p.id = $1";
    Ok(opened(tables, sql, &[&payment.as_bytes().as_slice()]).await?.0.pop())
}

/// Records of payments in the order in which they were decided, after this one, at most `limit` rows; empty only at
/// the end. WHY by id alone: it begins with the moment, and has an index.
pub(crate) async fn page(
    tables: Tables<'_>,
    after: Option<(Instant, DecisionId)>,
    limit: usize,
) -> Result<Vec<Recorded>, Fault> {
    let mut id = after.map_or([0; 16], |(_, id)| *id.as_bytes());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sql = "SELECT d.at, d.id, d.payer, d.epoch, d.blob, k.wrapped FROM decisions d \
        LEFT JOIN payer_keys k ON k.payer = d.payer AND k.class = 'decision' \
        WHERE d.command = 'pay' AND d.id > $1 AND length(d.blob) > 0 ORDER BY d.id LIMIT $2";
    loop {
        match opened(tables, sql, &[&id.as_slice(), &limit]).await? {
            (_, None) => return Ok(Vec::new()),
            // None of them can be opened any more: their payers were erased.
            (found, Some(last)) if found.is_empty() => id = last,
            (found, Some(_)) => return Ok(found),
        }
    }
}

/// The records, and the id of the last row.
async fn opened(
    tables: Tables<'_>,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<(Vec<Recorded>, Option<[u8; 16]>), Fault> {
    let mut sealed = Vec::new();
    for row in &tables.link.query(sql, parameters).await? {
        let mut columns = Columns::postgres(row);
        let (at, id, payer) = (columns.take()?, columns.take()?, columns.take::<Option<[u8; 16]>>()?);
        let (epoch, blob) = (columns.take::<i64>()?, columns.take::<Vec<u8>>()?);
        let key = match (payer.map(PayerId::from_bytes), columns.maybe_bytes()?) {
            (Some(payer), Some(wrapped)) => Some(tables.ring.unwrap_key(payer, Class::Decision, wrapped)?),
            (Some(_), None) => None,
            (None, _) => Some(tables.ring.system(epoch)?),
        };
        sealed.push(Sealed { at, id, blob, key });
    }
    let kept = packs(tables, &mut Findings::default()).await?;
    let last = sealed.last().map(|row| row.id);
    let mut found = Vec::with_capacity(sealed.len());
    for row in sealed {
        found.extend(row.open(&kept)?);
    }
    Ok((found, last))
}
