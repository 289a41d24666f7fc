//! [`Committer`]: one connection that commits, with an audit chain of its own. A node has [`limits::WRITERS`] of them,
//! so that one decides while the database works for the other. Each has its own payers: so a node's committers never
//! wait for each other's locks.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use payments::{Admitted, Event};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::decided::{self, Decider, Epoch};
use crate::fault::Fault;
use crate::postgres::agreement::Agreement;
use crate::postgres::batch::{Batch, Hints, Steps, Trouble, Work};
use crate::postgres::link::Link;
use crate::postgres::present::Present;
use crate::postgres::told::told;
use crate::postgres::{Database, chains};
use crate::{Committed, StoreError, limits};

/// What a node's store and its committers all know.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// Commands quarantined since the start.
    pub(crate) quarantined: AtomicUsize,
    /// Committers that cannot reach the database now.
    pub(crate) away: AtomicUsize,
    /// Commits that have been waiting for long.
    pub(crate) stalled: AtomicUsize,
    /// Whether the database could not write when it was last tried.
    pub(crate) full: AtomicBool,
    /// Whether the listener cannot reach the database now.
    pub(crate) deaf: AtomicBool,
    /// The chains this node writes itself: its committers tell their events at once.
    pub(crate) own: std::sync::Mutex<HashSet<i64>>,
    /// Whether the database was found to lack commits of this node.
    pub(crate) behind: AtomicBool,
    /// Whether the store is closing or closed.
    pub(crate) closing: AtomicBool,
}

impl Waiting {
    /// Which of a node's committers it is for: always the same for a payer; `next` when it is no payer's.
    pub(crate) fn turn(&self, next: usize) -> usize {
        // The last byte of an id is drawn by chance.
        let last = self.command.facts().payer().and_then(|payer| payer.as_bytes().last().copied());
        last.map_or(next, usize::from) % limits::WRITERS
    }
}

impl Shared {
    /// Takes note of a chain of this node's own.
    pub(crate) fn owns(&self, epoch: i64) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).insert(epoch);
    }

    /// Whether a chain is this node's own.
    pub(crate) fn is_own(&self, epoch: i64) -> bool {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).contains(&epoch)
    }
}

/// A command that waits for its decision.
pub(crate) struct Waiting {
    pub(crate) command: Admitted,
    pub(crate) reply: oneshot::Sender<Result<Committed, StoreError>>,
}

/// What waits for one committer.
pub(crate) type Queue = mpsc::Receiver<Box<Waiting>>;

/// One writer.
pub(crate) struct Committer {
    pub(crate) database: Arc<Database>,
    pub(crate) link: Option<Link>,
    pub(crate) epoch: Epoch,
    /// Whether the chain is left where it stands: how its last commit ended could not be learnt.
    pub(crate) forsaken: bool,
    pub(crate) decider: Decider,
    pub(crate) present: Arc<Present>,
    pub(crate) agreement: Arc<Agreement>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) events: broadcast::Sender<Arc<Event>>,
    pub(crate) steps: Steps,
    pub(crate) hints: Hints,
}

/// What came of a batch.
struct Done {
    /// One for each command that was decided, in their order.
    committed: Vec<Committed>,
    /// The places of the others.
    left: Vec<usize>,
}

/// How a commit ended whose answer was lost.
enum Ending {
    Committed,
    NotCommitted,
    Unresolved,
}

impl Committer {
    /// Serves until nobody can ask any more, then says that its chain has ended.
    pub(crate) async fn run(mut self, mut queue: Queue) {
        let mut company = 0;
        while let Some(waiting) = gather(&mut queue, company).await {
            company = waiting.len();
            self.serve(waiting).await;
        }
        let epoch = self.epoch.number;
        if let Ok(link) = self.reach().await
            && let Err(fault) = chains::end_epoch(link, epoch).await
        {
            tracing::warn!(error = %fault, "the end of an audit chain was not noted");
        }
    }

    /// Decides and answers a batch, and then what it left; when one of its commands is to blame, each of them alone.
    async fn serve(&mut self, mut waiting: Vec<Waiting>) {
        while !waiting.is_empty() {
            match self.decide(&waiting).await {
                Ok(done) => waiting = answer(waiting, done),
                Err(Trouble::Failed(fault)) if fault.concerns_all() => {
                    return self.fail(waiting, &Trouble::Failed(fault)).await;
                }
                Err(Trouble::Panicked(_) | Trouble::Failed(_) | Trouble::Conflict(_)) if waiting.len() > 1 => {
                    return self.each_alone(waiting).await;
                }
                Err(trouble) => return self.fail(waiting, &trouble).await,
            }
        }
    }

    async fn each_alone(&mut self, waiting: Vec<Waiting>) {
        for one in waiting {
            let alone = vec![one];
            match self.decide(&alone).await {
                Ok(done) => drop(answer(alone, done)),
                Err(trouble) => self.fail(alone, &trouble).await,
            }
        }
    }

    /// Decides `waiting` until it is committed, again and again where others came in between or the connection broke.
    async fn decide(&mut self, waiting: &[Waiting]) -> Result<Done, Trouble> {
        let commands: Vec<&Admitted> = waiting.iter().map(|one| &one.command).collect();
        let mut attempt = 0_usize;
        loop {
            attempt = attempt.saturating_add(1);
            self.reach().await.map_err(Trouble::Lost)?;
            if self.forsaken {
                self.start_anew().await.map_err(Trouble::Lost)?;
            }
            let trouble = match self.attempt(&commands).await {
                Ok(batch) => return Ok(self.committed(batch)),
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::Unknown(batch) => {
                    self.link = None;
                    match self.resolve(&batch).await {
                        Ending::Committed => return Ok(self.committed(batch)),
                        Ending::NotCommitted => {}
                        Ending::Unresolved => return Err(Trouble::Unknown(batch)),
                    }
                }
                Trouble::Lost(fault) => {
                    tracing::warn!(error = %say(&fault), "the connection broke before a commit; deciding again");
                    self.link = None;
                    if attempt >= limits::ATTEMPTS_MAX {
                        return Err(Trouble::Lost(fault));
                    }
                }
                Trouble::Conflict(_) if attempt < limits::ATTEMPTS_MAX => {}
                trouble => return Err(trouble),
            }
        }
    }

    async fn attempt(&mut self, commands: &[&Admitted]) -> Result<Batch, Trouble> {
        let Some(link) = &self.link else { return Err(Trouble::Lost(Fault::Unreadable("connection"))) };
        if self.shared.behind.load(Ordering::SeqCst) {
            return Err(Trouble::Failed(Fault::Behind));
        }
        let work = Work {
            link,
            decider: &self.decider,
            present: &self.present,
            agreement: &self.agreement,
            shared: &self.shared,
            epoch: self.epoch,
            steps: &self.steps,
        };
        work.commit(commands, &mut self.hints).await
    }

    /// Takes note of a batch that is durable.
    fn committed(&mut self, batch: Batch) -> Done {
        if batch.writes {
            self.epoch = batch.epoch;
            self.present.committed(batch.at);
            self.shared.full.store(false, Ordering::SeqCst);
            for event in decided::events(&batch.decided) {
                // Nobody listens: the outbox keeps it.
                let _ = self.events.send(Arc::new(event.clone()));
            }
        }
        Done { committed: decided::into_committed(batch.decided, batch.at), left: batch.left }
    }

    /// A connection: the one there is, or a new one, within [`limits::AWAY`].
    async fn reach(&mut self) -> Result<&Link, Fault> {
        if self.link.as_ref().is_some_and(|link| !link.is_closed()) {
            return self.link.as_ref().ok_or(Fault::Unreadable("connection"));
        }
        self.link = None;
        self.shared.away.fetch_add(1, Ordering::SeqCst);
        let until = Instant::now() + limits::AWAY;
        let reached = loop {
            match self.database.connect_writer().await {
                Ok(link) => break Ok(link),
                Err(fault) if Instant::now() >= until || self.shared.closing.load(Ordering::SeqCst) => {
                    break Err(fault);
                }
                Err(_) => sleep(limits::RETRY).await,
            }
        };
        self.shared.away.fetch_sub(1, Ordering::SeqCst);
        Ok(self.link.insert(reached?))
    }

    /// Finds out how a commit ended. Its transaction holds the lock on this writer's epoch until it ends, so whoever
    /// gets that lock sees the truth, and nothing can change it any more.
    async fn resolve(&mut self, batch: &Batch) -> Ending {
        tracing::warn!(epoch = batch.epoch.number, leaf = batch.epoch.seq, "a commit went unanswered; looking for it");
        self.forsaken = true;
        let until = Instant::now() + limits::RESOLVE;
        loop {
            let found = match self.reach().await {
                Ok(link) => match timeout_at(until, chains::head(link, batch.epoch.number)).await {
                    Ok(found) => found,
                    Err(_) => Err(Fault::Away("the database did not answer in time".to_owned())),
                },
                Err(fault) => Err(fault),
            };
            let ending = match found {
                Ok((seq, head)) if (seq, head) == (batch.epoch.seq, batch.epoch.head) => Ending::Committed,
                Ok((seq, head)) if (seq, head) == (self.epoch.seq, self.epoch.head) => Ending::NotCommitted,
                Ok(_) | Err(Fault::Behind) => {
                    self.fell_behind();
                    return Ending::Unresolved;
                }
                Err(fault) if Instant::now() >= until => {
                    tracing::error!(error = %say(&fault), "how a commit ended could not be learnt");
                    self.link = None;
                    return Ending::Unresolved;
                }
                Err(_) => {
                    self.link = None;
                    sleep(limits::RETRY).await;
                    continue;
                }
            };
            self.forsaken = false;
            return ending;
        }
    }

    /// A new chain: whatever became of the old one's last commit, nothing is built on it.
    async fn start_anew(&mut self) -> Result<(), Fault> {
        let now = self.present.now();
        let Some(link) = &self.link else { return Err(Fault::Unreadable("connection")) };
        match timeout(limits::COMMIT, chains::start_epoch(link, now)).await {
            Ok(Ok((epoch, _))) => {
                self.shared.owns(epoch.number);
                (self.epoch, self.forsaken) = (epoch, false);
                Ok(())
            }
            Ok(Err(fault)) => Err(fault),
            Err(_) => {
                self.link = None;
                Err(Fault::Away("the database did not finish a commit in time".to_owned()))
            }
        }
    }

    /// The database lacks what this node has committed: to go on as if nothing were lost is not for a program to decide.
    fn fell_behind(&self) {
        if !self.shared.behind.swap(true, Ordering::SeqCst) {
            let (epoch, leaf) = (self.epoch.number, self.epoch.seq);
            tracing::error!(epoch, leaf, "{}", Fault::Behind);
        }
    }

    async fn fail(&mut self, waiting: Vec<Waiting>, trouble: &Trouble) {
        if let Trouble::Failed(fault) = trouble {
            if matches!(fault, Fault::Behind) {
                self.fell_behind();
            }
            if fault.is_storage() {
                self.shared.full.store(true, Ordering::SeqCst);
            }
        }
        let (error, blamed) = match trouble {
            Trouble::Panicked(message) => (message.clone(), true),
            Trouble::Failed(fault) => (say(fault), fault.blames_command()),
            Trouble::Conflict(fault) => {
                // Alone and again and again: then its rows are refused, not somebody's race lost.
                (say(fault), matches!(fault, Fault::Postgres(_)) && fault.blames_command())
            }
            Trouble::Lost(fault) => (say(fault), false),
            Trouble::Unknown(_) => ("the connection broke in the middle of a commit".to_owned(), false),
        };
        match waiting.as_slice() {
            [one] if blamed => self.quarantine(one.command.facts().name(), &error).await,
            _ => tracing::error!(commands = waiting.len(), %error, "a commit failed"),
        }
        for one in waiting {
            let told = match trouble {
                Trouble::Unknown(_) => StoreError::Unknown,
                _ if blamed => StoreError::Quarantined(error.clone()),
                _ => StoreError::Failed { action: "committing", source: error.clone().into() },
            };
            let _ = one.reply.send(Err(told));
        }
    }

    async fn quarantine(&mut self, command: &'static str, message: &str) {
        tracing::error!(command, message, "a command was quarantined");
        self.shared.quarantined.fetch_add(1, Ordering::SeqCst);
        let at = self.present.now().unix_millis();
        let noted = async {
            let id = crate::entropy::random::<16>()?;
            let sql = "INSERT INTO quarantine (id, at, command, message) VALUES ($1, $2, $3, $4)";
            self.reach().await?.execute(sql, &[&id.as_slice(), &at, &command, &message]).await
        };
        if let Err(fault) = noted.await {
            tracing::error!(error = %say(&fault), "a quarantined command could not be recorded");
        }
    }
}

/// What waits, at most [`limits::BATCH_MAX`]; `None` once nobody can ask any more.
async fn gather(queue: &mut Queue, company: usize) -> Option<Vec<Waiting>> {
    let mut waiting = vec![*queue.recv().await?];
    if company >= limits::GATHER_FROM {
        // WHY: a commit costs nearly the same for one payment as for thirty. Alone, nobody waits.
        sleep(limits::GATHER).await;
    }
    while waiting.len() < limits::BATCH_MAX {
        match queue.try_recv() {
            Ok(next) => waiting.push(*next),
            Err(_) => break,
        }
    }
    Some(waiting)
}

/// A fault in words, with what to do about it where that is known.
pub(crate) fn say(fault: &Fault) -> String {
    match fault {
        Fault::Postgres(error) => told(error, None),
        other => other.to_string(),
    }
}

/// Answers what was decided; what was not goes on waiting.
fn answer(waiting: Vec<Waiting>, done: Done) -> Vec<Waiting> {
    let (mut left, mut committed) = (Vec::new(), done.committed.into_iter());
    for (place, one) in waiting.into_iter().enumerate() {
        if done.left.contains(&place) {
            left.push(one);
        } else if let Some(committed) = committed.next() {
            // Whoever gave up waiting may ask again: the decision is durable.
            let _ = one.reply.send(Ok(committed));
        }
    }
    left
}
