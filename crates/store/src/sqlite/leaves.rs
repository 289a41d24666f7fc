//! Leaves with the decisions and transfers of their commits: three tables walked side by side, each once.

use money::TransferId;
use rusqlite::{CachedStatement, Rows};

use crate::audit::{StoredDecision, StoredLeaf};
use crate::fault::Fault;
use crate::findings::{Findings, hex};
use crate::rows::Columns;
use crate::sqlite::tables::Tables;

/// A row of `transfers`, as far as it says where it belongs.
struct StoredTransfer {
    id: [u8; 16],
    epoch: i64,
    leaf: i64,
}

/// The three statements.
pub(crate) struct Leaves<'c> {
    leaves: CachedStatement<'c>,
    decisions: CachedStatement<'c>,
    transfers: CachedStatement<'c>,
}

impl<'c> Leaves<'c> {
    pub(crate) fn prepare(tables: Tables<'c>) -> Result<Self, Fault> {
        let prepare = |sql| tables.connection.prepare_cached(sql);
        Ok(Self {
            leaves: prepare(
                "SELECT epoch, seq, at, decisions, transfers, prev, leaf FROM audit_leaves ORDER BY epoch, seq",
            )?,
            decisions: prepare(
                "SELECT seq, id, at, command, payer, digest, epoch, leaf, keep_until FROM decisions ORDER BY epoch, leaf, seq",
            )?,
            transfers: prepare("SELECT id, epoch, leaf FROM transfers ORDER BY epoch, leaf, id")?,
        })
    }

    pub(crate) fn start(&mut self) -> Result<Walk<'_>, Fault> {
        Ok(Walk {
            leaves: Stream::new(self.leaves.query(())?, leaf)?,
            decisions: Stream::new(self.decisions.query(())?, decision)?,
            transfers: Stream::new(self.transfers.query(())?, transfer)?,
        })
    }
}

/// The three tables, as far as they were read.
pub(crate) struct Walk<'s> {
    leaves: Stream<'s, StoredLeaf>,
    decisions: Stream<'s, StoredDecision>,
    transfers: Stream<'s, StoredTransfer>,
}

impl Walk<'_> {
    /// The next leaf of `epoch`; `None` when the next is of a later one.
    pub(crate) fn next_leaf(&mut self, epoch: i64) -> Result<Option<StoredLeaf>, Fault> {
        self.leaves.next_if(|leaf| leaf.epoch <= epoch)
    }

    /// What belongs to `leaf`; whatever stands before it belongs to none.
    pub(crate) fn of_leaf(
        &mut self,
        leaf: &StoredLeaf,
        findings: &mut Findings,
    ) -> Result<(Vec<StoredDecision>, Vec<TransferId>), Fault> {
        let place = (leaf.epoch, leaf.seq);
        let mut decisions = Vec::new();
        while let Some(row) = self.decisions.next_if(|row| (row.epoch, row.leaf) <= place)? {
            if (row.epoch, row.leaf) == place {
                decisions.push(row);
            } else {
                findings.add(orphan("decision", &row.id));
            }
        }
        let mut transfers = Vec::new();
        while let Some(row) = self.transfers.next_if(|row| (row.epoch, row.leaf) <= place)? {
            if (row.epoch, row.leaf) == place {
                transfers.push(TransferId::from_bytes(row.id));
            } else {
                findings.add(orphan("transfer", &row.id));
            }
        }
        Ok((decisions, transfers))
    }

    /// What no epoch has.
    pub(crate) fn rest(mut self, findings: &mut Findings) -> Result<(), Fault> {
        while let Some(leaf) = self.leaves.next_if(|_| true)? {
            findings.add(format!("leaf {}/{}: its epoch is missing", leaf.epoch, leaf.seq));
        }
        while let Some(row) = self.decisions.next_if(|_| true)? {
            findings.add(orphan("decision", &row.id));
        }
        while let Some(row) = self.transfers.next_if(|_| true)? {
            findings.add(orphan("transfer", &row.id));
        }
        Ok(())
    }
}

fn orphan(what: &str, id: &[u8; 16]) -> String {
    let id = match what {
        "decision" => money::DecisionId::from_bytes(*id).to_string(),
        "transfer" => TransferId::from_bytes(*id).to_string(),
        _ => hex(id),
    };
    format!("{id}: no leaf has this {what}")
}

type Read<T> = fn(&mut Columns<'_, '_>) -> Result<T, Fault>;

/// Rows in order, with the next one in sight.
struct Stream<'s, T> {
    rows: Rows<'s>,
    read: Read<T>,
    next: Option<T>,
}

impl<'s, T> Stream<'s, T> {
    fn new(rows: Rows<'s>, read: Read<T>) -> Result<Self, Fault> {
        let mut stream = Self { rows, read, next: None };
        stream.next = stream.advance()?;
        Ok(stream)
    }

    fn next_if(&mut self, wanted: impl FnOnce(&T) -> bool) -> Result<Option<T>, Fault> {
        if !self.next.as_ref().is_some_and(wanted) {
            return Ok(None);
        }
        let following = self.advance()?;
        Ok(std::mem::replace(&mut self.next, following))
    }

    fn advance(&mut self) -> Result<Option<T>, Fault> {
        let read = self.read;
        self.rows.next()?.map(|row| read(&mut Columns::new(row))).transpose()
    }
}

fn leaf(columns: &mut Columns<'_, '_>) -> Result<StoredLeaf, Fault> {
    Ok(StoredLeaf {
        epoch: columns.take()?,
        seq: columns.take()?,
        at: columns.take()?,
        decisions: columns.take()?,
        transfers: columns.take()?,
        prev: columns.take()?,
        leaf: columns.take()?,
    })
}

fn decision(columns: &mut Columns<'_, '_>) -> Result<StoredDecision, Fault> {
    Ok(StoredDecision {
        seq: columns.take()?,
        id: columns.take()?,
        at: columns.take()?,
        command: columns.take()?,
        payer: columns.take()?,
        digest: columns.take()?,
        epoch: columns.take()?,
        leaf: columns.take()?,
        keep_until: columns.take()?,
    })
}

fn transfer(columns: &mut Columns<'_, '_>) -> Result<StoredTransfer, Fault> {
    Ok(StoredTransfer { id: columns.take()?, epoch: columns.take()?, leaf: columns.take()? })
}
