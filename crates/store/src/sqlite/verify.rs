//! Walks the audit chain of this engine for [`Audit`] to prove.

use money::{Instant, PayerId, TransferId};

use crate::AuditSummary;
use crate::audit::{Audit, StoredDecision, StoredEpoch, StoredSeal, Writers};
use crate::chain::{self, Hash};
use crate::fault::Fault;
use crate::findings::Findings;
use crate::keys::Class;
use crate::rules::Kept;
use crate::sqlite::leaves::Leaves;
use crate::sqlite::scan::scan;
use crate::sqlite::tables::Tables;

/// Recomputes everything. Only the rows of one commit are in memory at a time.
pub(crate) fn verify(tables: Tables<'_>, now: Instant) -> Result<AuditSummary, Fault> {
    let mut findings = Findings::default();
    let packs = packs(tables, &mut findings)?;
    let mut audit = Audit::new(Writers::One, findings, packs, now);
    epochs(tables, &mut audit)?;
    seals(tables, &mut audit)?;
    Ok(audit.finish())
}

/// All packs that ever decided.
pub(super) fn packs(tables: Tables<'_>, findings: &mut Findings) -> Result<Kept, Fault> {
    let mut kept = Kept::default();
    let sql = "SELECT key, value FROM meta WHERE substr(key, 1, 6) = 'packs/' OR substr(key, 1, 7) = 'judges/'";
    let rows =
        scan(findings, tables, "packs", sql, |columns| Ok((columns.take::<String>()?, columns.take::<Vec<u8>>()?)))?;
    rows.iter().for_each(|(key, text)| kept.add(key, text, findings));
    Ok(kept)
}

/// Walks the epochs with their leaves, decisions and transfers, each table once and in order.
fn epochs(tables: Tables<'_>, audit: &mut Audit) -> Result<(), Fault> {
    let sql = "SELECT epoch, started_at, prev, head_seq, head FROM audit_epochs ORDER BY epoch";
    let epochs = scan(&mut audit.findings, tables, "epoch", sql, |columns| {
        let (number, started_at, prev) = (columns.take()?, columns.take()?, columns.take()?);
        Ok(StoredEpoch { number, started_at, prev, head_seq: columns.take()?, head: columns.take()? })
    })?;
    let mut statements = Leaves::prepare(tables)?;
    let mut rows = statements.start()?;
    let following = epochs.iter().skip(1).map(Some).chain([None]);
    for (epoch, next) in epochs.iter().zip(following) {
        audit.begin_epoch(epoch, next);
        while let Some(leaf) = rows.next_leaf(epoch.number)? {
            let (decisions, transfers) = rows.of_leaf(&leaf, &mut audit.findings)?;
            let transfers = transfers_digest(tables, audit, &transfers)?;
            audit.leaf(&leaf, &decisions, &transfers);
            for stored in &decisions {
                decision(tables, audit, stored)?;
            }
        }
        audit.end_epoch();
    }
    rows.rest(&mut audit.findings)
}

fn transfers_digest(tables: Tables<'_>, audit: &mut Audit, ids: &[TransferId]) -> Result<Hash, Fault> {
    let mut transfers = Vec::with_capacity(ids.len());
    for id in ids {
        match tables.transfer(*id) {
            Ok(transfer) => transfers.extend(transfer),
            Err(fault @ Fault::Sql(_)) => return Err(fault),
            Err(fault) => audit.findings.add(format!("{id}: {fault}")),
        }
    }
    Ok(chain::transfers(transfers.iter().collect()))
}

fn decision(tables: Tables<'_>, audit: &mut Audit, stored: &StoredDecision) -> Result<(), Fault> {
    let key = match stored.payer.map(PayerId::from_bytes) {
        Some(payer) => tables.keys.payer(tables.connection, payer, Class::Decision)?,
        None => Some(tables.keys.system(stored.epoch)?),
    };
    let sql = "SELECT blob, coalesce(keep_until <= ?2, EXISTS (SELECT 1 FROM erasures e WHERE e.payer = decisions.payer)) \
        FROM decisions WHERE seq = ?1";
    let found = match key {
        Some(_) => tables
            .one(sql, (stored.seq, audit.now().unix_millis()), |columns| Ok((columns.take()?, columns.take()?)))?,
        None => None,
    };
    let (blob, may_be_gone): (Vec<u8>, bool) = found.unwrap_or_default();
    audit.decision(stored, key.as_deref(), &blob, may_be_gone);
    Ok(())
}

/// Recomputes the global chain.
fn seals(tables: Tables<'_>, audit: &mut Audit) -> Result<(), Fault> {
    let sql = "SELECT seq, at, heads, prev, seal FROM audit_seals ORDER BY seq";
    let seals = scan(&mut audit.findings, tables, "seal", sql, |columns| {
        let (seq, at, heads) = (columns.take()?, columns.take()?, columns.take()?);
        Ok(StoredSeal { seq, at, heads, prev: columns.take()?, seal: columns.take()? })
    })?;
    for seal in &seals {
        for head in audit.seal(seal) {
            let sql = "SELECT leaf FROM audit_leaves WHERE epoch = ?1 AND seq = ?2";
            let stored = tables.one(sql, (head.0, head.1), |columns| columns.take())?;
            audit.sealed_head(seal.seq, head, stored);
        }
    }
    Ok(())
}
