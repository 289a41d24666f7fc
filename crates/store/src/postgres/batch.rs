//! One transaction's work: find out which rows a batch reads, lock and load them, decide one command after another,
//! and write everything they say, once.
//!
//! INVARIANT: nothing a node remembers between commits is decided on. Remembered rows only say which rows to read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::{try_join_all, try_join3};
use money::{Instant, PayerId};
use payments::{Admitted, Change, Key, NotedKey, Row, State, needs};
use tokio::time::timeout;

use crate::chain::{self, Hash};
use crate::decided::{self, Decided, Decider, Epoch, PayerKeys, Plan, mutable_key, panic_message};
use crate::fault::Fault;
use crate::keys::{Class, Keyring, SealKey};
use crate::limits;
use crate::postgres::agreement::Agreement;
use crate::postgres::committer::Shared;
use crate::postgres::kinds::{DECISIONS, PAYER_KEYS, Place, WRITTEN, write};
use crate::postgres::link::{Link, Parameter};
use crate::postgres::load::{Loaded, Loading, Locking};
use crate::postgres::present::Present;
use crate::postgres::table::{Fate, Rows, Table, Value};

/// Why a batch was not committed, or not known to be.
pub(crate) enum Trouble {
    /// A command panicked: a bug.
    Panicked(String),
    /// Nothing was written.
    Failed(Fault),
    /// Somebody else's commit came in between: decide again.
    Conflict(Fault),
    /// The connection broke before the commit was asked for; nothing was written.
    Lost(Fault),
    /// The connection broke while the commit was asked for: what this batch was to leave behind says whether it was.
    Unknown(Batch),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        let Fault::Postgres(error) = &fault else {
            return match fault {
                Fault::Conflict => Self::Conflict(fault),
                #[cfg(feature = "testing")]
                Fault::Cut => Self::Lost(fault),
                Fault::Away(_) | Fault::Warned => Self::Lost(fault),
                _ => Self::Failed(fault),
            };
        };
        match error.code().map(tokio_postgres::error::SqlState::code) {
            // Unique violation, serialization failure, deadlock, lock not available.
            Some("23505" | "40001" | "40P01" | "55P03") => Self::Conflict(fault),
            // The server is going, or is no primary any more: another host may be.
            Some(code) if code.starts_with("57P") || code.starts_with("08") || code == "25006" || code == "25P03" => {
                Self::Lost(fault)
            }
            Some(_) => Self::Failed(fault),
            None => Self::Lost(fault),
        }
    }
}

/// What one transaction decided and wrote.
pub(crate) struct Batch {
    pub(crate) decided: Vec<Decided>,
    /// The places of the commands that were not decided: an earlier one left them rows to read that nobody had loaded.
    pub(crate) left: Vec<usize>,
    pub(crate) at: Instant,
    /// Whether anything was to be committed.
    pub(crate) writes: bool,
    /// Where the audit chain stands after it.
    pub(crate) epoch: Epoch,
}

/// Rows that say which other rows a command reads, as they once were.
#[derive(Default)]
pub(crate) struct Hints(HashMap<Key, Row>);

impl Hints {
    fn remember(&mut self, state: &State, keys: &[Key]) {
        if self.0.len() > limits::CACHED_ROWS_MAX {
            self.0.clear();
        }
        for key in keys.iter().filter(|key| matches!(key, Key::Payer(_) | Key::Payee(_))) {
            if let Some(row) = state.row(key) {
                self.0.insert(*key, row.clone());
            }
        }
    }
}

/// What a committer works with.
pub(crate) struct Work<'w> {
    pub(crate) link: &'w Link,
    pub(crate) decider: &'w Decider,
    pub(crate) present: &'w Present,
    pub(crate) agreement: &'w Agreement,
    pub(crate) shared: &'w Shared,
    pub(crate) epoch: Epoch,
    pub(crate) steps: &'w Steps,
}

/// Counts the statements of a commit, so that tests can break the connection between any two.
#[derive(Default)]
pub(crate) struct Steps {
    #[cfg(feature = "testing")]
    pub(crate) hook: Option<crate::options::StepHook>,
}

impl Steps {
    /// Called after each step of a commit; `Err` when a test has cut the connection there.
    #[cfg(feature = "testing")]
    fn done(&self, link: &Link, step: &'static str) -> Result<(), Fault> {
        if self.hook.as_ref().is_some_and(|hook| hook(step)) {
            link.cut();
            return Err(Fault::Cut);
        }
        Ok(())
    }

    #[cfg(not(feature = "testing"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "the same form as in tests")]
    const fn done(&self, _: &Link, _: &'static str) -> Result<(), Fault> {
        Ok(())
    }
}

impl Work<'_> {
    /// Decides `commands` in one transaction and commits it.
    pub(crate) async fn commit(&self, commands: &[&Admitted], hints: &mut Hints) -> Result<Batch, Trouble> {
        let outcome = self.decide_in_time(commands, hints).await;
        let batch = match outcome {
            Ok(batch) => batch,
            Err(trouble) => {
                self.undo().await;
                return Err(trouble);
            }
        };
        if !batch.writes {
            self.undo().await;
            return Ok(batch);
        }
        match self.commit_in_time().await.and_then(|()| self.steps.done(self.link, "commit")) {
            Ok(()) => Ok(batch),
            Err(fault) => match Trouble::from(fault) {
                // WHY: once asked for, a commit may have been made although nobody said so.
                Trouble::Lost(_) => Err(Trouble::Unknown(batch)),
                trouble => Err(trouble),
            },
        }
    }

    /// Commits, within [`limits::COMMIT`]. One that takes longer than [`limits::AWAY`] is told by readiness.
    async fn commit_in_time(&self) -> Result<(), Fault> {
        let committing = self.link.commit();
        tokio::pin!(committing);
        if let Ok(done) = timeout(limits::AWAY, &mut committing).await {
            return done;
        }
        tracing::error!("a commit takes long: the synchronous standby may be away, or the disk may hang");
        self.shared.stalled.fetch_add(1, Ordering::SeqCst);
        let done = timeout(limits::COMMIT.saturating_sub(limits::AWAY), &mut committing).await;
        self.shared.stalled.fetch_sub(1, Ordering::SeqCst);
        done.unwrap_or_else(|_| {
            self.link.cut();
            Err(Fault::Away("the database did not finish a commit in time".to_owned()))
        })
    }

    async fn undo(&self) {
        if !self.link.is_closed()
            && let Err(fault) = self.link.execute("ROLLBACK", &[]).await
        {
            tracing::warn!(error = %fault, "a transaction was left to the database to undo");
        }
    }

    /// [`Work::decide_and_write`], within [`limits::BATCH`].
    async fn decide_in_time(&self, commands: &[&Admitted], hints: &mut Hints) -> Result<Batch, Trouble> {
        timeout(limits::BATCH, self.decide_and_write(commands, hints)).await.unwrap_or_else(|_| {
            // WHY cut: the server ends the transaction of a client that is gone, and with it its locks.
            self.link.cut();
            Err(Trouble::Lost(Fault::Away("the database did not answer in time".to_owned())))
        })
    }

    async fn decide_and_write(&self, commands: &[&Admitted], hints: &mut Hints) -> Result<Batch, Trouble> {
        let keys = self.discover(commands, hints).await?;
        let (mut state, mut loaded) = (State::new(), Loaded::default());
        let (mut wanted, mut at) = (keys, None);
        for _ in 0..=payments::limits::LOAD_ROUNDS_MAX {
            if at.is_some() && wanted.is_empty() {
                break;
            }
            let is_first = at.is_none();
            at = Some(self.load_under_locks(&wanted, is_first, &mut state, &mut loaded).await?);
            self.steps.done(self.link, "load")?;
            hints.remember(&state, &wanted);
            wanted = all_needs(commands, &state);
        }
        let (Some(at), true) = (at, wanted.is_empty()) else {
            return Err(Trouble::Failed(Fault::Rounds(payments::limits::LOAD_ROUNDS_MAX)));
        };
        let mut keys = BatchKeys { ring: &self.decider.ring, loaded, made: Vec::new() };
        let decide = || self.decide(commands, &mut state, &mut keys, at);
        let (decided, left) = match catch_unwind(AssertUnwindSafe(decide)) {
            Ok(decided) => decided?,
            Err(panic) => return Err(Trouble::Panicked(panic_message(panic.as_ref()))),
        };
        let writes = decided.iter().any(|one| one.record.is_some());
        let epoch = if writes { self.write(&decided, &keys, at).await? } else { self.epoch };
        Ok(Batch { decided, left, at, writes, epoch })
    }

    /// Locks and loads, and reads the clock; the first time in a new transaction. All of it is on its way together.
    ///
    /// INVARIANT: the clock is read behind the locks, so no later decision about the same rows has an earlier moment. So
    /// every statement is prepared before the first of them is sent, and they are polled in their order.
    async fn load_under_locks(
        &self,
        wanted: &[Key],
        is_first: bool,
        state: &mut State,
        loaded: &mut Loaded,
    ) -> Result<Instant, Fault> {
        let loading = Loading::prepare(self.link, wanted, Locking::Locked).await?;
        self.link.prepare("BEGIN").await?;
        Present::prepare(self.link).await?;
        let begin = async { if is_first { self.link.execute("BEGIN", &[]).await.map(|_| ()) } else { Ok(()) } };
        let run = loading.run(self.link, &self.decider.ring, state, loaded);
        let ((), (), at) = try_join3(begin, run, self.present.read(self.link, self.agreement)).await?;
        Ok(at)
    }

    /// Which rows the commands read, as far as unlocked and remembered rows say.
    async fn discover(&self, commands: &[&Admitted], hints: &Hints) -> Result<Vec<Key>, Fault> {
        let (mut state, mut loaded) = (State::new(), Loaded::default());
        let mut keys = Vec::new();
        for _ in 0..=payments::limits::LOAD_ROUNDS_MAX {
            let wanted = all_needs(commands, &state);
            if wanted.is_empty() {
                break;
            }
            let mut unknown = Vec::new();
            for key in &wanted {
                match hints.0.get(key) {
                    Some(row) => state.load(*key, Some(row.clone())),
                    None if leads_on(key) => unknown.push(*key),
                    None => state.load(*key, None),
                }
            }
            if !unknown.is_empty() {
                let ring = &self.decider.ring;
                let loading = Loading::prepare(self.link, &unknown, Locking::Unlocked).await?;
                loading.run(self.link, ring, &mut state, &mut loaded).await?;
            }
            keys.extend(wanted);
        }
        Ok(keys)
    }

    /// Decides what can be decided with what was loaded. The first command always can.
    fn decide(
        &self,
        commands: &[&Admitted],
        state: &mut State,
        keys: &mut BatchKeys<'_>,
        at: Instant,
    ) -> Result<(Vec<Decided>, Vec<usize>), Fault> {
        let (mut decided, mut left) = (Vec::with_capacity(commands.len()), Vec::new());
        for (place, command) in commands.iter().enumerate() {
            // WHY left and not a conflict: it would be one each time. A roll-up behind a payment to the same account is
            // such a one: the list of what waits there is another now.
            if !needs(command.facts(), state).is_empty() {
                left.push(place);
                continue;
            }
            let one = self.decider.decide(command, state, at, self.epoch.number, keys)?;
            state.apply(one.decision.changes());
            decided.push(one);
        }
        if decided.is_empty() { Err(Fault::Conflict) } else { Ok((decided, left)) }
    }

    /// Writes rows, records and the audit leaf, all on their way together; where the chain then stands.
    async fn write(&self, decided: &[Decided], keys: &BatchKeys<'_>, at: Instant) -> Result<Epoch, Fault> {
        let plan = Plan::of(decided);
        let transfers = chain::transfers(plan.new_transfers());
        let recorded = decided::recorded(decided);
        let head = decided::leaf(&self.epoch, at.unix_millis(), &recorded, &transfers);
        let next = Epoch { number: self.epoch.number, seq: self.epoch.seq.saturating_add(1), head };
        let mut rows = self.rows(&plan, keys, next.seq)?;
        rows.push(decisions(&recorded, at, &next));
        let mut statements = Vec::with_capacity(rows.len());
        for rows in rows.into_iter().filter(|rows| !rows.is_empty()) {
            let sql = rows.sql();
            self.link.prepare(&sql).await?;
            let (name, expected) = (rows.table.name, rows.len());
            statements.push((sql, name, expected, rows.arrays()?));
        }
        let leaf_sql = LEAF;
        self.link.prepare(leaf_sql).await?;
        self.link.prepare(HEAD).await?;
        let running = statements.iter().map(async |(sql, name, expected, arrays)| {
            let parameters: Vec<Parameter<'_>> = arrays.iter().map(|array| array.parameter()).collect();
            let written = self.link.execute(sql, &parameters).await?;
            self.steps.done(self.link, name)?;
            // Fewer: a row has changed since it was read.
            if u64::try_from(*expected) == Ok(written) { Ok(()) } else { Err(Fault::Conflict) }
        });
        let count = i64::try_from(recorded.len()).unwrap_or(i64::MAX);
        let audit = self.write_audit(&next, at.unix_millis(), count, &transfers);
        futures_util::future::try_join(try_join_all(running), audit).await?;
        Ok(next)
    }

    async fn write_audit(&self, next: &Epoch, at: i64, decisions: i64, transfers: &Hash) -> Result<(), Fault> {
        let prev = self.epoch.head.as_slice();
        let (transfers, head) = (transfers.as_slice(), next.head.as_slice());
        let leaf: [Parameter<'_>; 7] = [&next.number, &next.seq, &at, &decisions, &transfers, &prev, &head];
        let moved: [Parameter<'_>; 4] = [&next.number, &next.seq, &head, &at];
        let both = futures_util::future::try_join(self.link.execute(LEAF, &leaf), self.link.execute(HEAD, &moved));
        let (_, moved) = both.await?;
        self.steps.done(self.link, "audit")?;
        // INVARIANT: nobody else moves this row; where it does not stand as this node left it, commits are gone.
        if moved == 1 { Ok(()) } else { Err(Fault::Behind) }
    }

    /// What the batch adds and changes, table by table.
    fn rows<'a>(&self, plan: &Plan<'a>, keys: &BatchKeys<'_>, leaf: i64) -> Result<Vec<Rows<'a>>, Fault> {
        let every = WRITTEN.iter().flat_map(|table| Fate::ALL.map(|fate| Rows::new(table, fate)));
        let mut rows: Vec<Rows<'a>> = every.collect();
        let mut put = |table: &'static Table, fate: Fate, values, version| {
            let found = rows.iter_mut().find(|rows| std::ptr::eq(rows.table, table) && rows.fate == fate);
            found.map(|rows| rows.push(values, version)).ok_or(Fault::Unwritable(table.name))
        };
        for (n, &(change, fresh)) in (0_i64..).zip(&plan.writes) {
            let place = Place { epoch: self.epoch.number, leaf, n };
            let identity = |payer| keys.loaded.keys.get(&(payer, Class::Identity)).cloned();
            let version = version(change, keys);
            let fate = match (change, fresh) {
                // Appended and rolled up in one commit: it was never stored.
                (Change::RolledUp(_) | Change::Forgotten(_), true) => continue,
                (Change::RolledUp(_) | Change::Forgotten(_), false) => Fate::Removed,
                (_, true) => Fate::Added,
                (_, false) => Fate::Changed,
            };
            for (table, values) in write(change, place, identity, fresh)? {
                put(table, fate, values, version)?;
            }
        }
        for (payer, class, wrapped) in &keys.made {
            let payer = Value::Bytes(Cow::Owned(payer.as_bytes().to_vec()));
            put(&PAYER_KEYS, Fate::Added, vec![payer, class.word().into(), wrapped.clone().into()], 0)?;
        }
        Ok(rows)
    }
}

/// With which version the row of `change` was read.
fn version(change: &Change, keys: &BatchKeys<'_>) -> i64 {
    mutable_key(change).and_then(|key| keys.loaded.versions.get(&key).copied()).unwrap_or(0)
}

const LEAF: &str = "INSERT INTO audit_leaves (epoch, seq, at, decisions, transfers, prev, leaf) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
/// INVARIANT: a commit holds the lock on its epoch's row until it ends; who asks for that lock learns how it ended.
const HEAD: &str = "UPDATE audit_epochs SET head_seq = $2::bigint, head = $3, head_at = $4 WHERE epoch = $1 AND head_seq = $2::bigint - 1";

fn decisions<'a>(recorded: &[(money::DecisionId, &'a decided::Record)], at: Instant, next: &Epoch) -> Rows<'a> {
    let mut rows = Rows::new(&DECISIONS, Fate::Added);
    for (n, (id, record)) in (0_i64..).zip(recorded) {
        let values = vec![
            Value::Bytes(Cow::Owned(id.as_bytes().to_vec())),
            at.unix_millis().into(),
            record.command.into(),
            record.payer.as_ref().map(PayerId::as_bytes).into(),
            (&record.digest).into(),
            Value::Bytes(Cow::Borrowed(&record.blob)),
            next.number.into(),
            next.seq.into(),
            n.into(),
            record.keep_until.into(),
        ];
        rows.push(values, 0);
    }
    rows
}

/// Whether the row of `key` may name other rows to read.
const fn leads_on(key: &Key) -> bool {
    match key {
        Key::Payer(_) | Key::Payee(_) | Key::Intent(_) | Key::Payment(_) | Key::Idempotent(..) => true,
        Key::Noted(key) => matches!(key, NotedKey::Sighting(_) | NotedKey::Code(_) | NotedKey::Outcome(_)),
        _ => false,
    }
}

/// What all commands need and `state` does not have, each once.
fn all_needs(commands: &[&Admitted], state: &State) -> Vec<Key> {
    let mut wanted: Vec<Key> = commands.iter().flat_map(|command| needs(command.facts(), state)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// The keys of a batch: loaded with their payers, and made for new ones.
struct BatchKeys<'r> {
    ring: &'r Keyring,
    loaded: Loaded,
    made: Vec<(PayerId, Class, Vec<u8>)>,
}

impl PayerKeys for BatchKeys<'_> {
    fn decision_key(&mut self, payer: PayerId) -> Result<Option<Arc<SealKey>>, Fault> {
        Ok(self.loaded.keys.get(&(payer, Class::Decision)).cloned())
    }

    fn make(&mut self, payer: PayerId) -> Result<(), Fault> {
        for class in Class::ALL {
            if self.loaded.keys.contains_key(&(payer, class)) {
                continue;
            }
            let (key, wrapped) = self.ring.new_key(payer, class)?;
            self.loaded.keys.insert((payer, class), key);
            self.made.push((payer, class, wrapped));
        }
        Ok(())
    }
}
