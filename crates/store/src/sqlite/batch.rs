//! One transaction's work: load, decide one command after another, and write everything they say, once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use money::{Instant, PayerId};
use payments::{Admitted, Event, State, needs};
use rusqlite::{Connection, params};

use crate::chain::{self, Hash};
use crate::decided::{self, Decided, Epoch, Plan, Record, panic_message};
use crate::fault::Fault;
use crate::keys::Keyring;
use crate::rules::Rules;
use crate::sqlite::payer_keys::StoredKeys;
use crate::sqlite::tables::Tables;
use crate::sqlite::write::Writer;
use crate::{Committed, StoreError, limits};

/// Why a batch was not committed.
pub(crate) enum Trouble {
    /// A command panicked: a bug.
    Panicked(String),
    /// Nothing was written.
    Failed(Fault),
    /// The commit itself failed: it may or may not be durable.
    Unknown(rusqlite::Error),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl Trouble {
    /// Whether one of the commands is the cause, so that the others may be decided without it.
    pub(crate) fn blames_command(&self) -> bool {
        match self {
            Self::Panicked(_) => true,
            Self::Failed(fault) => fault.blames_command(),
            Self::Unknown(_) => false,
        }
    }

    pub(crate) fn message(&self) -> String {
        match self {
            Self::Panicked(message) => message.clone(),
            Self::Failed(Fault::Sql(error)) | Self::Unknown(error) => error.to_string(),
            Self::Failed(fault) => fault.to_string(),
        }
    }

    /// In a caller's words.
    pub(crate) fn told(&self) -> StoreError {
        match self {
            Self::Unknown(_) => StoreError::Unknown,
            trouble if trouble.blames_command() => StoreError::Quarantined(trouble.message()),
            trouble => StoreError::Failed { action: "committing", source: trouble.message().into() },
        }
    }
}

/// What one transaction decided and wrote.
pub(crate) struct Batch {
    decided: Vec<Decided>,
    /// Whether anything is to be committed.
    pub(crate) writes: bool,
    head: Hash,
    rows: usize,
}

impl Batch {
    pub(crate) fn events(&self) -> impl Iterator<Item = &Event> {
        decided::events(&self.decided)
    }

    pub(crate) fn into_committed(self, at: Instant) -> Vec<Committed> {
        decided::into_committed(self.decided, at)
    }
}

/// Decides and writes; remembers rows between commits.
pub(crate) struct Decider {
    decider: decided::Decider,
    epoch: Epoch,
    /// WHY kept: there is one writer, so what it wrote is what is there; most commands meet rows of the last ones.
    state: State,
    /// An upper bound of the rows in `state`.
    rows: usize,
}

impl Decider {
    pub(crate) fn new(options: &crate::Options, keys: Arc<Keyring>, epoch: Epoch) -> Self {
        let decider = decided::Decider {
            rules: Rules::new(options.settings.clone()),
            ring: keys,
            #[cfg(feature = "testing")]
            hook: options.before_deciding.clone(),
        };
        Self { decider, epoch, state: State::new(), rows: 0 }
    }

    /// Decides `commands` in a new transaction and writes what they say. The caller commits it, or undoes it and lets
    /// this forget.
    pub(crate) fn decide_and_write(
        &mut self,
        connection: &Connection,
        commands: &[&Admitted],
        at: Instant,
    ) -> Result<Batch, Trouble> {
        connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute(()))?;
        match catch_unwind(AssertUnwindSafe(|| self.work(connection, commands, at))) {
            Ok(done) => done.map_err(Trouble::Failed),
            Err(panic) => Err(Trouble::Panicked(panic_message(panic.as_ref()))),
        }
    }

    /// The settings of now.
    pub(crate) const fn rules(&self) -> &Arc<Rules> {
        &self.decider.rules
    }

    /// Takes note of a batch that is durable.
    pub(crate) fn committed(&mut self, batch: &Batch) {
        if batch.writes {
            self.epoch.seq = self.epoch.seq.saturating_add(1);
            self.epoch.head = batch.head;
        }
        self.rows = self.rows.saturating_add(batch.rows);
        if self.rows > limits::CACHED_ROWS_MAX {
            self.state = State::new();
            self.rows = 0;
        }
    }

    /// Forgets every row and key: after a failure none of them can be trusted.
    pub(crate) fn forget(&mut self) {
        self.state = State::new();
        self.rows = 0;
        self.decider.ring.forget();
    }

    fn work(&mut self, connection: &Connection, commands: &[&Admitted], at: Instant) -> Result<Batch, Fault> {
        let mut decided = Vec::with_capacity(commands.len());
        let mut rows = 0_usize;
        for command in commands {
            rows = rows.saturating_add(self.load(connection, command)?);
            let mut keys = StoredKeys { connection, ring: &self.decider.ring };
            let one = self.decider.decide(command, &self.state, at, self.epoch.number, &mut keys)?;
            self.state.apply(one.decision.changes());
            rows = rows.saturating_add(one.decision.changes().len());
            decided.push(one);
        }
        let writes = decided.iter().any(|one| one.record.is_some());
        let head = if writes { self.write(connection, &decided, at)? } else { self.epoch.head };
        Ok(Batch { decided, writes, head, rows })
    }

    /// Loads what a command reads and is not known yet; how many rows that was.
    fn load(&mut self, connection: &Connection, command: &Admitted) -> Result<usize, Fault> {
        let tables = Tables { connection, keys: &self.decider.ring };
        let mut rows = 0_usize;
        for _ in 0..=payments::limits::LOAD_ROUNDS_MAX {
            let wanted = needs(command.facts(), &self.state);
            if wanted.is_empty() {
                return Ok(rows);
            }
            rows = rows.saturating_add(wanted.len());
            for key in wanted {
                self.state.load(key, tables.load(&key)?);
            }
        }
        Err(Fault::Rounds(payments::limits::LOAD_ROUNDS_MAX))
    }

    /// Writes rows, records and the audit leaf; the new head.
    fn write(&self, connection: &Connection, decided: &[Decided], at: Instant) -> Result<Hash, Fault> {
        let plan = Plan::of(decided);
        let (epoch, leaf) = (self.epoch.number, self.epoch.seq.saturating_add(1));
        let writer = Writer { connection, keys: &self.decider.ring, epoch, leaf };
        for &(change, fresh) in &plan.writes {
            writer.write(change, fresh)?;
        }
        let head = self.write_audit(writer, decided, chain::transfers(plan.new_transfers()), at)?;
        let stale = at.checked_add_seconds(limits::PROOF_GRACE_SECONDS.saturating_neg()).unwrap_or(Instant::EPOCH);
        let prune = "DELETE FROM used_proofs WHERE id IN \
            (SELECT id FROM used_proofs WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
        let most = i64::try_from(limits::PRUNED_PROOFS_MAX).unwrap_or(i64::MAX);
        connection.prepare_cached(prune)?.execute((stale.unix_millis(), most))?;
        Ok(head)
    }

    fn write_audit(
        &self,
        writer: Writer<'_>,
        decided: &[Decided],
        transfers: Hash,
        at: Instant,
    ) -> Result<Hash, Fault> {
        let recorded = decided::recorded(decided);
        let sql = "INSERT INTO decisions (id, at, command, payer, digest, blob, epoch, leaf, keep_until) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let millis = at.unix_millis();
        for (id, record) in &recorded {
            let payer = record.payer.as_ref().map(PayerId::as_bytes);
            let (epoch, leaf) = (writer.epoch, writer.leaf);
            let Record { command, digest, blob, keep_until, .. } = record;
            let values = params![id.as_bytes(), millis, command, payer, digest, blob, epoch, leaf, keep_until];
            writer.one(sql, values, "decision")?;
        }
        let (prev, head) = (self.epoch.head, decided::leaf(&self.epoch, millis, &recorded, &transfers));
        let count = i64::try_from(recorded.len()).unwrap_or(i64::MAX);
        let sql = "INSERT INTO audit_leaves (epoch, seq, at, decisions, transfers, prev, leaf) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        writer.one(sql, (writer.epoch, writer.leaf, millis, count, transfers, prev, head), "leaf")?;
        let sql = "UPDATE audit_epochs SET head_seq = ?2, head = ?3 WHERE epoch = ?1";
        writer.one(sql, (writer.epoch, writer.leaf, head), "epoch")?;
        Ok(head)
    }
}
