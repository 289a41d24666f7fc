//! The audit chain, recomputed: epochs, leaves and seals, the digest of every decision, and every decision made again
//! whose key still exists.

use money::{DecisionId, Instant, PayerId, TransferId};
use payments::{DecisionRecord, ReplayError, replay};

use crate::AuditSummary;
use crate::fault::Fault;
use crate::keys::Class;
use crate::sqlite::batch::{DECISION_BLOB, SALT_LEN};
use crate::sqlite::chain::{self, Hash};
use crate::sqlite::findings::Findings;
use crate::sqlite::leaves::{Leaves, StoredDecision, StoredLeaf};

use crate::sqlite::tables::Tables;

/// Recomputes everything. Only the rows of one commit are in memory at a time.
pub(crate) fn verify(tables: Tables<'_>) -> Result<AuditSummary, Fault> {
    let mut audit = Audit { tables, findings: Findings::default(), leaves: 0, decisions: 0, replayed: 0 };
    audit.epochs()?;
    let seals = audit.seals()?;
    let findings = audit.findings.into_list();
    Ok(AuditSummary {
        ok: findings.is_empty(),
        leaves: audit.leaves,
        seals,
        decisions: audit.decisions,
        replayed: audit.replayed,
        findings,
    })
}

struct Audit<'c> {
    tables: Tables<'c>,
    findings: Findings,
    leaves: u64,
    decisions: u64,
    replayed: u64,
}

/// A row of `audit_epochs`.
struct StoredEpoch {
    number: i64,
    started_at: i64,
    prev: Hash,
    head_seq: i64,
    head: Hash,
}

impl Audit<'_> {
    /// Walks the epochs with their leaves, decisions and transfers, each table once and in order.
    fn epochs(&mut self) -> Result<(), Fault> {
        let sql = "SELECT epoch, started_at, prev, head_seq, head FROM audit_epochs ORDER BY epoch";
        let epochs = self.findings.scan(self.tables, "epoch", sql, |columns| {
            let (number, started_at, prev) = (columns.take()?, columns.take()?, columns.take()?);
            Ok(StoredEpoch { number, started_at, prev, head_seq: columns.take()?, head: columns.take()? })
        })?;
        let tables = self.tables;
        let mut statements = Leaves::prepare(tables)?;
        let mut rows = statements.start()?;
        let mut before = (0_i64, chain::NOTHING);
        for epoch in epochs {
            let (number, prev) = before;
            if epoch.number != number.saturating_add(1) {
                self.findings.add(format!("epoch {}: the epoch before it is missing", epoch.number));
            }
            if epoch.prev != prev {
                self.findings.add(format!("epoch {}: does not carry on from the epoch before", epoch.number));
            }
            let mut place = Place { seq: 0, head: start_of(&epoch), at: epoch.started_at };
            while let Some(leaf) = rows.next_leaf(epoch.number)? {
                let (decisions, transfers) = rows.of_leaf(&leaf, &mut self.findings)?;
                self.leaf(&mut place, &leaf, &decisions, &transfers)?;
            }
            if (epoch.head_seq, epoch.head) != (place.seq, place.head) {
                self.findings.add(format!("epoch {}: its head is not its last leaf", epoch.number));
            }
            before = (epoch.number, epoch.head);
        }
        rows.rest(&mut self.findings)
    }

    fn leaf(
        &mut self,
        place: &mut Place,
        leaf: &StoredLeaf,
        decisions: &[StoredDecision],
        transfers: &[TransferId],
    ) -> Result<(), Fault> {
        self.leaves = self.leaves.saturating_add(1);
        let name = format!("leaf {}/{}", leaf.epoch, leaf.seq);
        if leaf.seq != place.seq.saturating_add(1) {
            self.findings.add(format!("{name}: the leaf before it is missing"));
        }
        if leaf.prev != place.head {
            self.findings.add(format!("{name}: does not carry on from the leaf before"));
        }
        if leaf.at < place.at {
            self.findings.add(format!("{name}: is earlier than the leaf before"));
        }
        if usize::try_from(leaf.decisions) != Ok(decisions.len()) {
            self.findings.add(format!("{name}: has {} decisions, not {}", decisions.len(), leaf.decisions));
        }
        if self.transfers_digest(transfers)? != leaf.transfers {
            self.findings.add(format!("{name}: its transfers or their postings are not the ones committed"));
        }
        let entries = decisions.iter().map(|decision| chain::Entry {
            id: &decision.id,
            at: decision.at,
            command: &decision.command,
            payer: decision.payer.as_ref(),
            digest: &decision.digest,
        });
        let parts =
            chain::Leaf { epoch: leaf.epoch, seq: leaf.seq, at: leaf.at, prev: &leaf.prev, transfers: &leaf.transfers };
        if chain::leaf(&parts, entries) != leaf.leaf {
            self.findings.add(format!("{name}: is not the hash of its commit"));
        }
        for decision in decisions {
            self.decision(decision)?;
        }
        *place = Place { seq: leaf.seq, head: leaf.leaf, at: leaf.at };
        Ok(())
    }

    fn transfers_digest(&mut self, ids: &[TransferId]) -> Result<Hash, Fault> {
        let mut transfers = Vec::with_capacity(ids.len());
        for id in ids {
            match self.tables.transfer(*id) {
                Ok(transfer) => transfers.extend(transfer),
                Err(fault @ Fault::Sql(_)) => return Err(fault),
                Err(fault) => self.findings.add(format!("{id}: {fault}")),
            }
        }
        Ok(chain::transfers(transfers.iter().collect()))
    }

    /// Opens a decision's record, compares its digest and makes it again.
    fn decision(&mut self, decision: &StoredDecision) -> Result<(), Fault> {
        let id = DecisionId::from_bytes(decision.id);
        self.decisions = self.decisions.saturating_add(1);
        let key = match decision.payer.map(PayerId::from_bytes) {
            Some(payer) => self.tables.keys.payer(self.tables.connection, payer, Class::Decision)?,
            None => Some(self.tables.keys.system(decision.epoch)?),
        };
        // Erased: the digest stands in the leaf, and that is all that can still be said.
        let Some(key) = key else { return Ok(()) };
        let sql = "SELECT blob FROM decisions WHERE seq = ?1";
        let blob: Option<Vec<u8>> = self.tables.one(sql, (decision.seq,), |columns| columns.take())?;
        let Some(plain) = key.open(&[DECISION_BLOB, &decision.id], &blob.unwrap_or_default()) else {
            self.findings.add(format!("{id}: its record cannot be decrypted"));
            return Ok(());
        };
        if *protocol::sha256(&plain).as_bytes() != decision.digest {
            self.findings.add(format!("{id}: its record does not have the committed digest"));
            return Ok(());
        }
        let (_, json) = plain.split_at_checked(SALT_LEN).unwrap_or_default();
        let Ok(record) = serde_json::from_slice::<DecisionRecord<'_>>(json) else {
            // Written by another engine, in a form this one does not know.
            return Ok(());
        };
        let at = Instant::from_unix_millis(decision.at);
        if record.stamp.decision() != id || record.stamp.at != at || record.facts.name() != decision.command {
            self.findings.add(format!("{id}: its record is of another decision"));
        }
        match replay(&record) {
            Ok(()) => self.replayed = self.replayed.saturating_add(1),
            Err(ReplayError::OtherEngine(_)) => {}
            Err(error) => self.findings.add(format!("{id}: {error}")),
        }
        Ok(())
    }

    /// Recomputes the global chain; how many seals there are.
    fn seals(&mut self) -> Result<u64, Fault> {
        let sql = "SELECT seq, at, heads, prev, seal FROM audit_seals ORDER BY seq";
        let seals = self.findings.scan(self.tables, "seal", sql, |columns| {
            let (seq, at, heads): (i64, i64, Vec<u8>) = (columns.take()?, columns.take()?, columns.take()?);
            Ok((seq, at, heads, columns.take::<Hash>()?, columns.take::<Hash>()?))
        })?;
        let mut before = (0_i64, chain::NOTHING);
        let count = u64::try_from(seals.len()).unwrap_or(u64::MAX);
        for (seq, at, heads, prev, seal) in seals {
            if seq != before.0.saturating_add(1) || prev != before.1 {
                self.findings.add(format!("seal {seq}: does not carry on from the seal before"));
            }
            if chain::seal(seq, at, &prev, &heads) != seal {
                self.findings.add(format!("seal {seq}: is not the hash of its heads"));
            }
            for head in heads.chunks(chain::HEAD_LEN) {
                self.sealed_head(seq, head)?;
            }
            before = (seq, seal);
        }
        Ok(count)
    }

    fn sealed_head(&mut self, seal: i64, head: &[u8]) -> Result<(), Fault> {
        let Some((epoch, seq, leaf)) = chain::read_head(head) else {
            self.findings.add(format!("seal {seal}: its heads cannot be read"));
            return Ok(());
        };
        let sql = "SELECT leaf FROM audit_leaves WHERE epoch = ?1 AND seq = ?2";
        let stored: Option<Hash> = self.tables.one(sql, (epoch, seq), |columns| columns.take())?;
        if stored != Some(leaf) {
            self.findings.add(format!("leaf {epoch}/{seq}: is not the one that seal {seal} covers"));
        }
        Ok(())
    }
}

/// Where the walk stands.
struct Place {
    seq: i64,
    head: Hash,
    at: i64,
}

fn start_of(epoch: &StoredEpoch) -> Hash {
    chain::epoch_start(epoch.number, epoch.started_at, &epoch.prev)
}
