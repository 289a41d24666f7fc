//! The committer: one thread, where all commands meet. It decides what waits, one command after another, and makes
//! all of it durable in one transaction before it answers anybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use money::{Instant, PayerId};
use payments::{Admitted, Event, Judging, Packs};
use rusqlite::Connection;
use tokio::sync::{broadcast, oneshot};

use crate::fault::Fault;
use crate::retention::{Destroyed, Erasure};
use crate::rules::stored;
use crate::sqlite::batch::{Batch, Decider, Trouble};
use crate::sqlite::checkpoint::Log;
use crate::sqlite::retention;
use crate::{Clock, Committed, StoreError, limits};

/// What the store and its committer both know.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The last committed instant, Unix milliseconds.
    pub(crate) last: AtomicI64,
    /// Commands quarantined since the start.
    pub(crate) quarantined: AtomicUsize,
    /// Whether the store is closing or closed.
    pub(crate) closing: AtomicBool,
}

/// A command that waits for its decision.
pub(crate) struct Waiting {
    pub(crate) command: Admitted,
    pub(crate) reply: oneshot::Sender<Result<Committed, StoreError>>,
}

/// What the committer is asked.
pub(crate) enum Job {
    Decide(Box<Waiting>),
    Seal(oneshot::Sender<Result<bool, StoreError>>),
    Packs(Packs, oneshot::Sender<Result<(), StoreError>>),
    /// Be judged by these from now on.
    Judging(Box<Judging>, oneshot::Sender<Result<(), StoreError>>),
    Upkeep(Upkeep),
}

/// What the writer does besides deciding.
pub(crate) enum Upkeep {
    DestroyDue(oneshot::Sender<Result<Destroyed, StoreError>>),
    Erase(PayerId, oneshot::Sender<Result<Erasure, StoreError>>),
}

/// The one writer.
pub(crate) struct Committer {
    pub(crate) connection: Connection,
    pub(crate) log: Arc<Log>,
    pub(crate) decider: Decider,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) events: broadcast::Sender<Arc<Event>>,
}

impl Committer {
    /// Serves until nobody can ask any more, then copies the log into the database.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        let mut put_off = None;
        let mut company = 0;
        while let Some(job) = put_off.take().or_else(|| jobs.recv().ok()) {
            match job {
                Job::Seal(reply) => {
                    let _ = reply.send(self.seal());
                }
                Job::Judging(judging, reply) => {
                    let _ = reply.send(self.exchange_judging(*judging));
                }
                Job::Upkeep(Upkeep::DestroyDue(reply)) => {
                    let now = self.now();
                    let done = self.keep_up("destroying records", |to| retention::destroy_due(to, now));
                    let _ = reply.send(done);
                }
                Job::Upkeep(Upkeep::Erase(payer, reply)) => {
                    let now = self.now();
                    let done = self.keep_up("erasing a payer", |to| retention::erase(to, payer, now));
                    // What was unwrapped and remembered goes, too.
                    self.decider.forget();
                    let _ = reply.send(done);
                }
                Job::Packs(packs, reply) => {
                    let _ = reply.send(self.exchange(packs));
                }
                Job::Decide(first) => {
                    let mut waiting = vec![*first];
                    if company >= limits::GATHER_FROM {
                        // WHY: a commit costs nearly the same for one payment as for thirty. Where many come anyway, a
                        // millisecond of patience saves much of that; alone, nobody waits.
                        std::thread::sleep(limits::GATHER);
                    }
                    while waiting.len() < limits::BATCH_MAX && put_off.is_none() {
                        match jobs.try_recv() {
                            Ok(Job::Decide(next)) => waiting.push(*next),
                            Ok(other) => put_off = Some(other),
                            Err(_) => break,
                        }
                    }
                    company = waiting.len();
                    self.serve(waiting);
                    self.log.finish(&self.connection);
                }
            }
        }
        self.log.end();
        let truncated = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()));
        if let Err(error) = truncated {
            tracing::warn!(%error, "the write-ahead log was left for the next start");
        }
    }

    /// Decides and answers a batch; when it fails, each of its commands alone.
    fn serve(&mut self, waiting: Vec<Waiting>) {
        match self.commit(&waiting) {
            Ok(committed) => answer(waiting, committed),
            // One of them may be to blame, by its own fault or by a row that cannot be read: the others go on without it.
            Err(trouble) if waiting.len() > 1 && !matches!(trouble, Trouble::Unknown(_)) => {
                for one in waiting {
                    self.serve_alone(one);
                }
            }
            Err(trouble) => self.fail(waiting, &trouble),
        }
    }

    fn serve_alone(&mut self, one: Waiting) {
        let alone = vec![one];
        match self.commit(&alone) {
            Ok(committed) => answer(alone, committed),
            Err(trouble) => self.fail(alone, &trouble),
        }
    }

    fn fail(&mut self, waiting: Vec<Waiting>, trouble: &Trouble) {
        if let (true, [one]) = (trouble.blames_command(), waiting.as_slice()) {
            self.quarantine(one.command.facts().name(), &trouble.message());
        } else {
            tracing::error!(commands = waiting.len(), error = %trouble.message(), "a commit failed");
        }
        for one in waiting {
            let _ = one.reply.send(Err(trouble.told()));
        }
    }

    /// The moment of the next commit: never before the last.
    fn now(&self) -> Instant {
        self.clock.now().max(Instant::from_unix_millis(self.shared.last.load(Ordering::SeqCst)))
    }

    /// Decides `waiting` and makes it durable. On any failure nothing is remembered.
    fn commit(&mut self, waiting: &[Waiting]) -> Result<Vec<Committed>, Trouble> {
        let at = self.now();
        let commands: Vec<&Admitted> = waiting.iter().map(|one| &one.command).collect();
        let batch = match self.decider.decide_and_write(&self.connection, &commands, at) {
            Ok(batch) => batch,
            Err(trouble) => {
                self.undo();
                return Err(trouble);
            }
        };
        if let Err(error) = self.end(&batch) {
            self.undo();
            let refused = error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation);
            return Err(if refused { Trouble::Failed(error.into()) } else { Trouble::Unknown(error) });
        }
        self.decider.committed(&batch);
        if batch.writes {
            self.shared.last.store(at.unix_millis(), Ordering::SeqCst);
            self.tell(&batch);
        }
        Ok(batch.into_committed(at))
    }

    fn end(&self, batch: &Batch) -> Result<(), rusqlite::Error> {
        let sql = if batch.writes { "COMMIT" } else { "ROLLBACK" };
        self.connection.prepare_cached(sql)?.execute(()).map(|_| ())
    }

    fn undo(&mut self) {
        self.decider.forget();
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a failed commit could not be rolled back");
        }
    }

    fn tell(&self, batch: &Batch) {
        if self.events.receiver_count() == 0 {
            return;
        }
        for event in batch.events() {
            // Nobody listens: the outbox keeps it.
            let _ = self.events.send(Arc::new(event.clone()));
        }
    }

    fn quarantine(&self, command: &'static str, message: &str) {
        tracing::error!(command, message, "a command was quarantined");
        self.shared.quarantined.fetch_add(1, Ordering::SeqCst);
        let sql = "INSERT INTO quarantine (at, command, message) VALUES (?1, ?2, ?3)";
        if let Err(error) = self.connection.execute(sql, (self.now().unix_millis(), command, message)) {
            tracing::error!(%error, "a quarantined command could not be recorded");
        }
    }

    /// Does something in a transaction of its own.
    fn keep_up<T>(
        &mut self,
        action: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let done = self.begin().and_then(|()| {
            let done = work(&self.connection)?;
            self.connection.execute_batch("COMMIT")?;
            Ok(done)
        });
        done.map_err(|fault| {
            self.undo();
            fault.during(action)
        })
    }

    /// Keeps `packs` for ever, and decides under them from now on.
    fn exchange(&self, packs: Packs) -> Result<(), StoreError> {
        keep_packs(&self.connection, &packs).map_err(|fault| fault.during("keeping packs"))?;
        self.decider.rules().exchange(packs);
        Ok(())
    }

    /// Keeps what judges are made of, for ever, and is judged by them from now on.
    fn exchange_judging(&self, judging: Judging) -> Result<(), StoreError> {
        if !self.decider.rules().now().judging.are(&judging) {
            keep_judging(&self.connection, &judging).map_err(|fault| fault.during("keeping rules and models"))?;
        }
        self.decider.rules().exchange_judging(judging);
        Ok(())
    }

    fn seal(&mut self) -> Result<bool, StoreError> {
        let action = "sealing the audit chain";
        let at = self.now();
        let sealed = self.begin().and_then(|()| super::seal::seal(&self.connection, at));
        let ended = match sealed {
            Ok(true) => self.connection.execute_batch("COMMIT").map(|()| true).map_err(Fault::from),
            Ok(false) => self.connection.execute_batch("ROLLBACK").map(|()| false).map_err(Fault::from),
            Err(fault) => Err(fault),
        };
        ended.map_err(|fault| {
            self.undo();
            fault.during(action)
        })
    }

    fn begin(&self) -> Result<(), Fault> {
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }
}

/// Keeps what judges are made of, each text under its digest.
pub(crate) fn keep_judging(connection: &Connection, judging: &Judging) -> Result<(), Fault> {
    for (key, text) in judging.texts() {
        let sql = "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)";
        connection.execute(sql, (key, text.as_bytes()))?;
    }
    Ok(())
}

/// Keeps the text of `packs` under its digest.
pub(crate) fn keep_packs(connection: &Connection, packs: &Packs) -> Result<(), Fault> {
    if let Some((key, text)) = stored(packs) {
        let sql = "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)";
        connection.execute(sql, (key, text.as_bytes()))?;
    }
    Ok(())
}

fn answer(waiting: Vec<Waiting>, committed: Vec<Committed>) {
    for (one, committed) in waiting.into_iter().zip(committed) {
        // Whoever gave up waiting may ask again: the decision is durable.
        let _ = one.reply.send(Ok(committed));
    }
}
