//! One transaction's work: load, decide one command after another, and write everything they say, once.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ledger::Transfer;
use money::{Instant, PayerId};
use payments::{Admitted, Change, Decision, DecisionRecord, Event, Key, Settings, Stamp, State, decide, needs};
use rusqlite::{Connection, params};

use crate::fault::Fault;
use crate::keys::{Class, Keyring};
use crate::sqlite::chain::{self, Hash};
use crate::sqlite::tables::Tables;
use crate::sqlite::write::Writer;
use crate::{Committed, StoreError, entropy, limits};

/// The context a decision record is encrypted in.
pub(crate) const DECISION_BLOB: &[u8] = b"decisions.blob";
/// Random bytes before each record, so that its digest tells nothing about a record that can be guessed.
pub(crate) const SALT_LEN: usize = 16;

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

/// A command, decided.
struct Decided {
    stamp: Stamp,
    decision: Decision,
    /// For each change, whether its row was there before.
    known: Vec<bool>,
    record: Option<Record>,
}

/// A decision record as it is stored.
struct Record {
    command: &'static str,
    payer: Option<PayerId>,
    digest: Hash,
    blob: Vec<u8>,
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
        self.decided.iter().flat_map(|decided| decided.decision.changes()).filter_map(|change| match change {
            Change::Event(event) => Some(event),
            _ => None,
        })
    }

    pub(crate) fn into_committed(self, at: Instant) -> Vec<Committed> {
        let committed = |decided: Decided| Committed {
            decision: decided.stamp.decision(),
            at,
            outcome: decided.decision.into_outcome(),
        };
        self.decided.into_iter().map(committed).collect()
    }
}

/// Where this writer's audit chain stands.
pub(crate) struct Epoch {
    pub(crate) number: i64,
    pub(crate) seq: i64,
    pub(crate) head: Hash,
}

/// Decides and writes; remembers rows between commits.
pub(crate) struct Decider {
    settings: Settings,
    keys: Arc<Keyring>,
    epoch: Epoch,
    /// WHY kept: there is one writer, so what it wrote is what is there; most commands meet rows of the last ones.
    state: State,
    /// An upper bound of the rows in `state`.
    rows: usize,
    #[cfg(feature = "testing")]
    hook: Option<crate::options::DecideHook>,
}

impl Decider {
    pub(crate) fn new(options: &crate::Options, keys: Arc<Keyring>, epoch: Epoch) -> Self {
        Self {
            settings: options.settings.clone(),
            keys,
            epoch,
            state: State::new(),
            rows: 0,
            #[cfg(feature = "testing")]
            hook: options.before_deciding.clone(),
        }
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
        self.keys.forget();
    }

    fn work(&mut self, connection: &Connection, commands: &[&Admitted], at: Instant) -> Result<Batch, Fault> {
        let mut decided = Vec::with_capacity(commands.len());
        let mut rows = 0_usize;
        for command in commands {
            rows = rows.saturating_add(self.load(connection, command)?);
            let one = self.decide(connection, command, at)?;
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
        let tables = Tables { connection, keys: &self.keys };
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

    fn decide(&self, connection: &Connection, command: &Admitted, at: Instant) -> Result<Decided, Fault> {
        #[cfg(feature = "testing")]
        if let Some(hook) = &self.hook {
            hook(command);
        }
        let stamp = Stamp { at, entropy: entropy::random()? };
        let decision = decide(command, &self.state, &self.settings, &stamp);
        let leaves_record = decision.leaves_record();
        let record = if leaves_record { Some(self.record(connection, command, &decision, &stamp)?) } else { None };
        let known = decision.changes().iter().map(|change| self.knows(change)).collect();
        Ok(Decided { stamp, decision, known, record })
    }

    /// Whether the row of `change` was there before.
    fn knows(&self, change: &Change) -> bool {
        mutable_key(change).is_some_and(|key| self.state.has(&key) && self.state.row(&key).is_some())
    }

    fn record(
        &self,
        connection: &Connection,
        command: &Admitted,
        decision: &Decision,
        stamp: &Stamp,
    ) -> Result<Record, Fault> {
        let facts = command.facts();
        let record = DecisionRecord::of(decision, facts, &self.state, &self.settings, stamp);
        // WHY only when it was opened: whoever names somebody else's id must make no keys for it.
        if let ("open_payer", Some(payer), Ok(_)) = (facts.name(), facts.payer(), decision.outcome()) {
            self.keys.make(connection, payer)?;
        }
        let (payer, key) = match concerned(&record) {
            Some(payer) => (Some(payer), self.keys.payer(connection, payer, Class::Decision)?),
            None => (None, None),
        };
        let (payer, key) = match key {
            Some(key) => (payer, key),
            None => (None, self.keys.system(self.epoch.number)?),
        };
        let mut plain = entropy::random::<SALT_LEN>()?.to_vec();
        serde_json::to_writer(&mut plain, &record).map_err(|_| Fault::Unwritable("decision record"))?;
        let digest = *protocol::sha256(&plain).as_bytes();
        let blob = key.seal(&[DECISION_BLOB, stamp.decision().as_bytes()], &plain)?;
        Ok(Record { command: facts.name(), payer, digest, blob })
    }

    /// Writes rows, records and the audit leaf; the new head.
    fn write(&self, connection: &Connection, decided: &[Decided], at: Instant) -> Result<Hash, Fault> {
        let mut plan = Plan::default();
        decided.iter().for_each(|one| plan.take(one.decision.changes(), &one.known));
        let (epoch, leaf) = (self.epoch.number, self.epoch.seq.saturating_add(1));
        let writer = Writer { connection, keys: &self.keys, epoch, leaf };
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
        let recorded: Vec<_> =
            decided.iter().filter_map(|one| Some((one.stamp.decision(), one.record.as_ref()?))).collect();
        let sql = "INSERT INTO decisions (id, at, command, payer, digest, blob, epoch, leaf) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let millis = at.unix_millis();
        for (id, record) in &recorded {
            let payer = record.payer.as_ref().map(PayerId::as_bytes);
            let (epoch, leaf) = (writer.epoch, writer.leaf);
            let Record { command, digest, blob, .. } = record;
            writer.one(sql, params![id.as_bytes(), millis, command, payer, digest, blob, epoch, leaf], "decision")?;
        }
        let prev = self.epoch.head;
        let leaf =
            chain::Leaf { epoch: writer.epoch, seq: writer.leaf, at: millis, prev: &prev, transfers: &transfers };
        let entries = recorded.iter().map(|(id, record)| chain::Entry {
            id: id.as_bytes(),
            at: millis,
            command: record.command,
            payer: record.payer.as_ref().map(PayerId::as_bytes),
            digest: &record.digest,
        });
        let head = chain::leaf(&leaf, entries);
        let count = i64::try_from(recorded.len()).unwrap_or(i64::MAX);
        let sql = "INSERT INTO audit_leaves (epoch, seq, at, decisions, transfers, prev, leaf) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        writer.one(sql, (writer.epoch, writer.leaf, millis, count, transfers, prev, head), "leaf")?;
        let sql = "UPDATE audit_epochs SET head_seq = ?2, head = ?3 WHERE epoch = ?1";
        writer.one(sql, (writer.epoch, writer.leaf, head), "epoch")?;
        Ok(head)
    }
}

/// Whose record it is: who is named in the command or, for a merchant's or the sweeper's, whose row was read.
fn concerned(record: &DecisionRecord<'_>) -> Option<PayerId> {
    let read = record.inputs.iter().find_map(|(key, _)| match key {
        Key::Payer(payer) => Some(*payer),
        _ => None,
    });
    record.facts.payer().or(read)
}

/// The rows to write, each once, as the last decision left it.
#[derive(Default)]
struct Plan<'a> {
    writes: Vec<(&'a Change, bool)>,
    index: HashMap<Key, usize>,
}

impl<'a> Plan<'a> {
    /// Takes in the changes of a decision; `known` says of which the row was there before.
    fn take(&mut self, changes: &'a [Change], known: &[bool]) {
        for (change, &known) in changes.iter().zip(known) {
            let Some(key) = mutable_key(change) else {
                self.writes.push((change, true));
                continue;
            };
            let next = self.writes.len();
            match self.index.entry(key) {
                Slot::Occupied(earlier) => {
                    if let Some(slot) = self.writes.get_mut(*earlier.get()) {
                        slot.0 = change;
                    }
                }
                Slot::Vacant(slot) => {
                    slot.insert(next);
                    self.writes.push((change, !known || matches!(change, Change::Transfer(_))));
                }
            }
        }
    }

    fn new_transfers(&self) -> Vec<&'a Transfer> {
        let fresh = self.writes.iter().filter(|(_, fresh)| *fresh);
        fresh
            .filter_map(|(change, _)| match change {
                Change::Transfer(transfer) | Change::Refunded(transfer) => Some(transfer),
                _ => None,
            })
            .collect()
    }
}

/// The key of a row that may be written more than once; `None` for one that is only ever added.
const fn mutable_key(change: &Change) -> Option<Key> {
    Some(match change {
        Change::Payer(row) => Key::Payer(row.id),
        Change::Device(row) => Key::Device(row.id),
        Change::Payee(row) => Key::Payee(row.card.id),
        Change::Intent(row) => Key::Intent(row.id),
        Change::Payment(row) => Key::Payment(row.id),
        Change::Kept(row) => Key::Kept(row.key()),
        Change::Pair(row) => Key::Pair(row.payer, row.payee),
        Change::Account(row) => Key::Account(row.id),
        Change::Hold(row) => Key::Hold(row.id),
        Change::Transfer(row) | Change::Refunded(row) => Key::Transfer(row.id),
        Change::Appended(row) | Change::RolledUp(row) => {
            Key::Appended(row.payer, row.credit.transfer, row.credit.account)
        }
        Change::Idempotent(_) | Change::Refund(_) | Change::Proof(_) | Change::Event(_) => return None,
    })
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".to_owned())
}
