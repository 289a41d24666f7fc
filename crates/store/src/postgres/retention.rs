//! Retention and erasure in this engine.

use money::{Instant, PayerId, ReasonCode};

use crate::fault::Fault;
use crate::postgres::link::Link;
use crate::retention::{Destroyed, Erased, Erasure, REPORT_POSTGRES, ROUND, RetentionReport};
use crate::rows::Columns;

/// Destroys what is due, one round. Any node may: what is destroyed twice is destroyed once.
pub(crate) async fn destroy_due(link: &Link, now: Instant) -> Result<Destroyed, Fault> {
    let due = "UPDATE decisions SET blob = ''::bytea WHERE id IN (SELECT id FROM decisions \
        WHERE length(blob) > 0 AND keep_until <= $1 LIMIT $2)";
    let mut records = link.execute(due, &[&now.unix_millis(), &ROUND]).await?;
    let erased = "UPDATE decisions SET blob = ''::bytea WHERE id IN (SELECT d.id FROM erasures e JOIN decisions d \
        ON d.payer = e.payer WHERE length(d.blob) > 0 AND d.payer IS NOT NULL AND d.keep_until IS NULL LIMIT $1)";
    records = records.saturating_add(link.execute(erased, &[&ROUND]).await?);
    let keys = "DELETE FROM payer_keys k USING erasures e WHERE k.payer = e.payer AND NOT EXISTS \
        (SELECT 1 FROM decisions d WHERE d.payer = k.payer AND length(d.blob) > 0 AND d.payer IS NOT NULL)";
    Ok(Destroyed { records, keys: link.execute(keys, &[]).await? })
}

/// Destroys a payer's identity key, when their wallet is empty. Under the payer's lock, as a payment would be made.
pub(crate) async fn erase(link: &Link, payer: PayerId, now: Instant) -> Result<Erasure, Fault> {
    link.execute("BEGIN", &[]).await?;
    let done = erase_locked(link, payer, now).await;
    link.execute(if matches!(done, Ok(Ok(_))) { "COMMIT" } else { "ROLLBACK" }, &[]).await?;
    done
}

async fn erase_locked(link: &Link, payer: PayerId, now: Instant) -> Result<Erasure, Fault> {
    let id = payer.as_bytes().as_slice();
    let locked = link.maybe("SELECT wallet FROM payers WHERE id = $1 FOR UPDATE", &[&id]).await?;
    if locked.is_none() {
        return Ok(Err(ReasonCode::PayerUnknown));
    }
    let sql = "SELECT a.credits_posted - a.debits_posted, a.credits_held + a.debits_held, e.at \
        FROM payers p JOIN accounts a ON a.id = p.wallet LEFT JOIN erasures e ON e.payer = p.id WHERE p.id = $1";
    let row = link.maybe(sql, &[&id]).await?.ok_or(Fault::Unreadable("wallet"))?;
    let found = {
        let mut columns = Columns::postgres(&row);
        (columns.take::<i64>()?, columns.take::<i64>()?, columns.maybe_instant()?)
    };
    let at = match found {
        (_, _, Some(at)) => at,
        (0, 0, None) => {
            let add = "INSERT INTO erasures (payer, at) VALUES ($1, $2)";
            link.execute(add, &[&id, &now.unix_millis()]).await?;
            link.execute("DELETE FROM payer_keys WHERE payer = $1 AND class = 'identity'", &[&id]).await?;
            now
        }
        _ => return Ok(Err(ReasonCode::ErasureNotEmpty)),
    };
    let sql = "SELECT count(*), max(keep_until) FROM decisions WHERE payer = $1 AND length(blob) > 0 \
        AND payer IS NOT NULL AND keep_until IS NOT NULL";
    let row = link.maybe(sql, &[&id]).await?.ok_or(Fault::Unreadable("retention"))?;
    let mut columns = Columns::postgres(&row);
    let kept_by_law = u64::try_from(columns.take::<i64>()?).unwrap_or(0);
    Ok(Ok(Erased { payer, at, kept_by_law, kept_until: columns.maybe_instant()? }))
}

/// How records stand.
pub(crate) async fn report(link: &Link, now: Instant) -> Result<RetentionReport, Fault> {
    let row = link.maybe(REPORT_POSTGRES, &[&now.unix_millis()]).await?.ok_or(Fault::Unreadable("retention"))?;
    crate::retention::read(&mut Columns::postgres(&row), now)
}
