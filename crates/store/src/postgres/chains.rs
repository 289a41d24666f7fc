//! The audit chains of many writers: starting one, its true head, and the global chain over all of them.

use money::Instant;
use tokio_postgres::error::SqlState;

use crate::chain::{self, Hash};
use crate::decided::Epoch;
use crate::fault::Fault;
use crate::limits;
use crate::postgres::link::Link;
use crate::rows::Columns;

/// Starts a new epoch that carries on from a head of the last one; with the last moment anybody committed.
pub(crate) async fn start_epoch(link: &Link, now: Instant) -> Result<(Epoch, Instant), Fault> {
    let mut attempt = 0_usize;
    loop {
        let sql = "SELECT epoch, head FROM audit_epochs ORDER BY epoch DESC LIMIT 1";
        let (number, prev) = match link.maybe(sql, &[]).await? {
            Some(row) => {
                let mut columns = Columns::postgres(&row);
                (columns.take::<i64>()?.saturating_add(1), columns.take()?)
            }
            None => (1, chain::NOTHING),
        };
        let sql = "SELECT coalesce(max(greatest(started_at, head_at)), 0) FROM audit_epochs";
        let last: i64 = link.maybe(sql, &[]).await?.map_or(Ok(0), |row| row.try_get(0))?;
        let started_at = now.unix_millis().max(last);
        let head = chain::epoch_start(number, started_at, &prev);
        let sql = "INSERT INTO audit_epochs (epoch, started_at, prev, head_seq, head, head_at, ended) \
            VALUES ($1, $2, $3, 0, $4, 0, false)";
        match link.execute(sql, &[&number, &started_at, &prev.as_slice(), &head.as_slice()]).await {
            Ok(_) => return Ok((Epoch { number, seq: 0, head }, Instant::from_unix_millis(last))),
            // Another writer took the number.
            Err(Fault::Postgres(error))
                if error.code() == Some(&SqlState::UNIQUE_VIOLATION) && attempt < limits::QUARANTINE_MAX =>
            {
                attempt = attempt.saturating_add(1);
            }
            Err(fault) => return Err(fault),
        }
    }
}

/// Says that an epoch's writer will write no more.
pub(crate) async fn end_epoch(link: &Link, epoch: i64) -> Result<(), Fault> {
    link.execute("UPDATE audit_epochs SET ended = true WHERE epoch = $1", &[&epoch]).await.map(|_| ())
}

/// Where an epoch truly stands: waits until its last transaction, if it still goes on, has ended.
pub(crate) async fn head(link: &Link, epoch: i64) -> Result<(i64, Hash), Fault> {
    let sql = "SELECT head_seq, head FROM audit_epochs WHERE epoch = $1 FOR UPDATE";
    let row = link.maybe_committed(sql, &[&epoch]).await?.ok_or(Fault::Behind)?;
    let mut columns = Columns::postgres(&row);
    Ok((columns.take()?, columns.take()?))
}

/// Chains the heads of all epochs that moved since they were last sealed; whether there were any. When another node
/// seals at the same moment, one of the two does.
pub(crate) async fn seal(link: &Link, at: Instant) -> Result<bool, Fault> {
    link.execute("BEGIN", &[]).await?;
    let sealed = seal_within(link, at).await;
    let end = if matches!(sealed, Ok(true)) { "COMMIT" } else { "ROLLBACK" };
    link.execute(end, &[]).await?;
    match sealed {
        Err(Fault::Postgres(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(false),
        sealed => sealed,
    }
}

async fn seal_within(link: &Link, at: Instant) -> Result<bool, Fault> {
    let last = link.maybe("SELECT seq, seal FROM audit_seals ORDER BY seq DESC LIMIT 1", &[]).await?;
    let (number, prev) = match &last {
        Some(row) => {
            let mut columns = Columns::postgres(row);
            (columns.take::<i64>()?.saturating_add(1), columns.take()?)
        }
        None => (1, chain::NOTHING),
    };
    // An epoch that has ended was sealed to its end once; only the others can have moved.
    let sql = "SELECT e.epoch, e.head_seq, e.head FROM audit_epochs e LEFT JOIN audit_sealed s ON s.epoch = e.epoch \
        WHERE e.head_seq > coalesce(s.seq, 0) ORDER BY e.epoch";
    let moved = link.query(sql, &[]).await?;
    let (mut heads, mut epochs, mut seqs) = (Vec::new(), Vec::new(), Vec::new());
    for row in &moved {
        let mut columns = Columns::postgres(row);
        let (epoch, seq, head): (i64, i64, Hash) = (columns.take()?, columns.take()?, columns.take()?);
        heads.extend(chain::head(epoch, seq, &head));
        epochs.push(epoch);
        seqs.push(seq);
    }
    if heads.is_empty() {
        return Ok(false);
    }
    let at = at.unix_millis();
    let seal = chain::seal(number, at, &prev, &heads);
    let sql = "INSERT INTO audit_seals (seq, at, heads, prev, seal) VALUES ($1, $2, $3, $4, $5)";
    link.execute(sql, &[&number, &at, &heads, &prev.as_slice(), &seal.as_slice()]).await?;
    let sql = "INSERT INTO audit_sealed (epoch, seq) SELECT * FROM UNNEST ($1::bigint[], $2::bigint[]) \
        ON CONFLICT (epoch) DO UPDATE SET seq = excluded.seq";
    link.execute(sql, &[&epochs, &seqs]).await?;
    Ok(true)
}
