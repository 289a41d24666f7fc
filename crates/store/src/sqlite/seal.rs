//! Epochs and seals: where each start of a writer carries on, and the global chain over all heads.

use money::Instant;
use rusqlite::{Connection, OptionalExtension};

use crate::chain::{self, Hash};
use crate::decided::Epoch;
use crate::fault::Fault;

/// Starts a new epoch that carries on from the head of the last; with the last committed instant.
pub(crate) fn start_epoch(connection: &Connection, now: Instant) -> Result<(Epoch, Instant), Fault> {
    let sql = "SELECT at FROM audit_leaves ORDER BY epoch DESC, seq DESC LIMIT 1";
    let last: Option<i64> = connection.query_row(sql, (), |row| row.get(0)).optional()?;
    let last = last.map_or(Instant::EPOCH, Instant::from_unix_millis);
    let sql = "SELECT epoch, head FROM audit_epochs ORDER BY epoch DESC LIMIT 1";
    let before: Option<(i64, Hash)> = connection.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (number, prev) = before.map_or((1, chain::NOTHING), |(epoch, head)| (epoch.saturating_add(1), head));
    let started_at = now.max(last).unix_millis();
    let head = chain::epoch_start(number, started_at, &prev);
    let sql = "INSERT INTO audit_epochs (epoch, started_at, prev, head_seq, head) VALUES (?1, ?2, ?3, 0, ?4)";
    connection.execute(sql, (number, started_at, prev, head))?;
    Ok((Epoch { number, seq: 0, head }, last))
}

/// Chains the heads of all epochs that moved since the last seal; whether there was one.
pub(crate) fn seal(connection: &Connection, at: Instant) -> Result<bool, Fault> {
    let sql = "SELECT seq, seal FROM audit_seals ORDER BY seq DESC LIMIT 1";
    let last: Option<(i64, Hash)> = connection.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (number, prev) = last.map_or((1, chain::NOTHING), |(seq, seal)| (seq.saturating_add(1), seal));
    let sealed = last_sealed(connection)?;
    let (epoch, leaf) = sealed.unwrap_or((0, 0));
    // Only the epoch of the last sealed head can have moved, and those after it.
    let sql = "SELECT epoch, head_seq, head FROM audit_epochs \
        WHERE head_seq > 0 AND (epoch > ?1 OR (epoch = ?1 AND head_seq > ?2)) ORDER BY epoch";
    let mut statement = connection.prepare_cached(sql)?;
    let mut moved = statement.query((epoch, leaf))?;
    let mut heads = Vec::new();
    while let Some(row) = moved.next()? {
        heads.extend(chain::head(row.get(0)?, row.get(1)?, &row.get(2)?));
    }
    if heads.is_empty() {
        return Ok(false);
    }
    let seal = chain::seal(number, at.unix_millis(), &prev, &heads);
    let sql = "INSERT INTO audit_seals (seq, at, heads, prev, seal) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.execute(sql, (number, at.unix_millis(), heads, prev, seal))?;
    Ok(true)
}

/// Epoch and number of the last leaf that a seal covers.
fn last_sealed(connection: &Connection) -> Result<Option<(i64, i64)>, Fault> {
    let sql = "SELECT heads FROM audit_seals ORDER BY seq DESC LIMIT 1";
    let heads: Option<Vec<u8>> = connection.query_row(sql, (), |row| row.get(0)).optional()?;
    let Some(heads) = heads else { return Ok(None) };
    let last = heads.rchunks(chain::HEAD_LEN).next().and_then(chain::read_head);
    let (epoch, leaf, _) = last.ok_or(Fault::Unreadable("seal"))?;
    Ok(Some((epoch, leaf)))
}
