//! [`SqliteStore`]: the embedded store. One writer thread commits, a few reader threads answer.

mod batch;
mod books;
mod checkpoint;
mod committer;
mod leaves;
mod payer_keys;
mod query;
mod readers;
mod recorded;
mod retention;
mod scan;
mod schema;
mod seal;
mod tables;
mod verify;
mod write;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use ledger::Account;
use money::{AccountId, DecisionId, DeviceId, Digest, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId, Secret};
use payments::{
    Command, Device, Event, Intent, Judging, Kept, KeptKey, Noted, NotedKey, NotedKind, Packs, Payee, Payer, Payment,
    Refund, Settings, Standing,
};
use rusqlite::{Connection, OptionalExtension};
use tokio::sync::{broadcast, oneshot, watch};

use crate::decided::Epoch;
use crate::fault::Fault;
use crate::folder::Folder;
use crate::keys::{CHECK_PURPOSE, Keyring};
use crate::rules::Rules;
use crate::{
    Answer, AuditSummary, Clock, Committed, Destroyed, Due, Erasure, LedgerSummary, Options, PageRequest, PageRows,
    PayeeBalance, PaymentFilter, PaymentRow, Recorded, RetentionReport, Store, StoreError, Unready, limits,
};
use batch::Decider;
use checkpoint::Log;
use committer::{Committer, Job, Shared, Upkeep, Waiting};
use readers::Readers;
pub(crate) use schema::migrate;

/// The embedded store: SQLite in a folder that this process alone serves.
pub struct SqliteStore {
    jobs: RwLock<Option<SyncSender<Job>>>,
    readers: Readers,
    keys: Arc<Keyring>,
    clock: Arc<dyn Clock>,
    rules: Arc<Rules>,
    shared: Arc<Shared>,
    events: broadcast::Sender<Arc<Event>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    closed: watch::Receiver<bool>,
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqliteStore").field("shared", &self.shared).finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the store in its folder, makes it where there is none, and starts its threads.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when another process serves the folder, its key is missing or another one, or a newer
    /// program wrote it; [`StoreError::Failed`] when files or threads cannot be had.
    pub fn open(options: Options) -> Result<Arc<Self>, StoreError> {
        let folder = Folder::open(&options.dir)?;
        let keys = folder.key(&options.keys)?;
        let keys = Arc::new(Keyring::new(keys).map_err(|fault| fault.during("deriving keys"))?);
        let path = folder.database();
        let connection = schema::writer(&path, &options).map_err(|fault| fault.during("opening the database"))?;
        let (mut connection, epoch, last) = prepare(connection, &keys, options.clock.now())?;
        let decider = Decider::new(&options, Arc::clone(&keys), epoch);
        let rules = Arc::clone(decider.rules());
        let kept = committer::keep_packs(&connection, &rules.now().packs)
            .and_then(|()| committer::keep_judging(&connection, &rules.now().judging));
        kept.map_err(|fault| fault.during("keeping packs"))?;
        folder.sync()?;
        let shared = Arc::new(Shared::default());
        shared.last.store(last.unix_millis(), Ordering::SeqCst);
        let (readers, mut threads) = Readers::start(&path, &options, &keys)?;
        let (log, copier) = copy_beside(&path, &options, &mut connection)?;
        threads.push(copier);
        let (events, _) = broadcast::channel(limits::LIVE_EVENTS_MAX);
        let committer = Committer {
            connection,
            log,
            decider,
            clock: Arc::clone(&options.clock),
            shared: Arc::clone(&shared),
            events: events.clone(),
        };
        let (jobs, queue) = sync_channel(limits::QUEUE_MAX);
        let (done, closed) = watch::channel(false);
        let run = move || {
            committer.run(&queue);
            for thread in threads {
                let _ = thread.join();
            }
            // The folder is free for others only now.
            drop(folder);
            done.send_replace(true);
        };
        let writer = std::thread::Builder::new().name("store-commit".to_owned()).spawn(run);
        let writer =
            writer.map_err(|error| StoreError::Failed { action: "starting the writer", source: Box::new(error) })?;
        Ok(Arc::new(Self {
            jobs: RwLock::new(Some(jobs)),
            readers,
            keys,
            clock: options.clock,
            rules,
            shared,
            events,
            writer: Mutex::new(Some(writer)),
            closed,
        }))
    }

    fn ask(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        match jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(StoreError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(StoreError::Closed),
        }
    }

    /// Has the writer do something besides deciding.
    fn upkeep<T: Send + 'static>(
        &self,
        make: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Upkeep,
    ) -> Answer<'_, T> {
        let (reply, answer) = oneshot::channel();
        let sent = self.ask(Job::Upkeep(make(reply)));
        Box::pin(async move {
            sent?;
            answer.await.unwrap_or(Err(StoreError::Unknown))
        })
    }

    /// Lets writer and readers end once they have answered what waits.
    fn stop(&self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.jobs.write().unwrap_or_else(PoisonError::into_inner).take();
        self.readers.close();
    }

    fn read<T: Send + 'static>(
        &self,
        action: &'static str,
        work: impl FnOnce(tables::Tables<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Answer<'_, T> {
        self.readers.read(action, work)
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.stop();
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }
}

/// The checkpointer, told by the writer's `connection`.
fn copy_beside(
    path: &Path,
    options: &Options,
    connection: &mut Connection,
) -> Result<(Arc<Log>, JoinHandle<()>), StoreError> {
    let log = Arc::new(Log::new(options.checkpoint_pages));
    let action = "starting the checkpointer";
    log.watch(connection).map_err(|error| Fault::from(error).during(action))?;
    let own = schema::writer(path, options).map_err(|fault| fault.during(action))?;
    let thread = checkpoint::start(Arc::clone(&log), own);
    let thread = thread.map_err(|error| StoreError::Failed { action, source: Box::new(error) })?;
    Ok((log, thread))
}

/// The schema, the check that the keys fit, and this writer's epoch.
fn prepare(
    mut connection: Connection,
    keys: &Keyring,
    now: Instant,
) -> Result<(Connection, Epoch, Instant), StoreError> {
    schema::migrate(&mut connection)?;
    check_key(&connection, keys)?;
    let started = seal::start_epoch(&connection, now);
    let (epoch, last) = started.map_err(|fault| fault.during("starting the audit chain"))?;
    Ok((connection, epoch, last))
}

/// Refuses a key-encryption key that is not the one this database was made with.
fn check_key(connection: &Connection, keys: &Keyring) -> Result<(), StoreError> {
    let check = || -> Result<bool, Fault> {
        let ours = protocol::sha256(keys.purpose(CHECK_PURPOSE)?.dangerous_reveal());
        let sql = "SELECT value FROM meta WHERE key = 'key-check'";
        let theirs: Option<[u8; 32]> = connection.query_row(sql, (), |row| row.get(0)).optional()?;
        if theirs.is_none() {
            connection.execute("INSERT INTO meta (key, value) VALUES ('key-check', ?1)", (ours.as_bytes(),))?;
        }
        Ok(theirs.is_none_or(|theirs| theirs == *ours.as_bytes()))
    };
    match check() {
        Ok(true) => Ok(()),
        Ok(false) => Err(StoreError::Unusable("the key-encryption key is not the one of this data folder".to_owned())),
        Err(fault) => Err(fault.during("checking the key-encryption key")),
    }
}

impl Store for SqliteStore {
    fn submit(&self, command: Command) -> Answer<'_, Committed> {
        let (reply, answer) = oneshot::channel();
        let sent = self.ask(Job::Decide(Box::new(Waiting { command: command.into(), reply })));
        Box::pin(async move {
            sent?;
            // The writer answers everything it takes; if it died on the way, the commit may have been made.
            answer.await.unwrap_or(Err(StoreError::Unknown))
        })
    }

    fn payer(&self, payer: PayerId) -> Answer<'_, Option<(Payer, Account)>> {
        self.read("reading a payer", move |tables| query::payer(tables, payer))
    }

    fn devices(&self, payer: PayerId) -> Answer<'_, Vec<(Device, Option<Standing>)>> {
        self.read("reading devices", move |tables| query::devices(tables, payer))
    }

    fn device(&self, device: DeviceId) -> Answer<'_, Option<(Device, Option<Standing>)>> {
        self.read("reading a device", move |tables| query::device(tables, device))
    }

    fn kept(&self, key: KeptKey) -> Answer<'_, Option<Kept>> {
        self.read("reading a kept row", move |tables| tables.kept(&key))
    }

    fn payee(&self, payee: PayeeId) -> Answer<'_, Option<Payee>> {
        self.read("reading a payee", move |tables| query::payee(tables, payee))
    }

    fn payee_balance(&self, payee: PayeeId) -> Answer<'_, Option<PayeeBalance>> {
        let now = self.now();
        self.read("reading a payee's balance", move |tables| query::payee_balance(tables, payee, now))
    }

    fn payee_of_api_key(&self, key: Digest) -> Answer<'_, Option<Payee>> {
        self.read("reading a payee", move |tables| query::payee_of_api_key(tables, key))
    }

    fn payees(&self, limit: usize) -> Answer<'_, Vec<Payee>> {
        self.read("reading payees", move |tables| query::payees(tables, limit))
    }

    fn intent(&self, intent: IntentId) -> Answer<'_, Option<(Intent, Option<Payment>)>> {
        self.read("reading an intent", move |tables| query::intent(tables, intent))
    }

    fn payment(&self, payment: PaymentId) -> Answer<'_, Option<PaymentRow>> {
        self.read("reading a payment", move |tables| query::payment(tables, payment))
    }

    fn payments(
        &self,
        payer: PayerId,
        filter: PaymentFilter,
        page: PageRequest<PaymentId>,
    ) -> Answer<'_, PageRows<PaymentRow, PaymentId>> {
        self.read("reading payments", move |tables| query::payments(tables, payer, &filter, page))
    }

    fn refunds(&self, payment: PaymentId) -> Answer<'_, Vec<Refund>> {
        self.read("reading refunds", move |tables| query::refunds(tables, payment))
    }

    fn alerts(
        &self,
        payer: PayerId,
        page: PageRequest<EventId>,
    ) -> Answer<'_, PageRows<(Event, Option<String>), EventId>> {
        self.read("reading alerts", move |tables| query::alerts(tables, payer, page))
    }

    fn code_alerts(&self, payee: PayeeId, page: PageRequest<EventId>) -> Answer<'_, PageRows<Event, EventId>> {
        self.read("reading alerts", move |tables| query::code_alerts(tables, payee, page))
    }

    fn due(&self, limit: usize) -> Answer<'_, Due> {
        let now = self.now();
        self.read("reading what is due", move |tables| query::due(tables, now, limit))
    }

    fn waiting(&self, limit: usize) -> Answer<'_, Vec<PaymentRow>> {
        self.read("reading what waits", move |tables| query::waiting(tables, limit))
    }

    fn noted(&self, key: NotedKey) -> Answer<'_, Option<Noted>> {
        self.read("reading what is noted", move |tables| tables.noted(&key))
    }

    fn all_noted(&self, kind: NotedKind, payee: Option<PayeeId>, limit: usize) -> Answer<'_, Vec<Noted>> {
        self.read("reading what is noted", move |tables| query::all_noted(tables, kind, payee, limit))
    }

    fn to_roll_up(&self, limit: usize) -> Answer<'_, Vec<AccountId>> {
        self.read("reading what is to be rolled up", move |tables| query::to_roll_up(tables, limit))
    }

    fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    fn seal(&self) -> Answer<'_, bool> {
        let (reply, answer) = oneshot::channel();
        let sent = self.ask(Job::Seal(reply));
        Box::pin(async move {
            sent?;
            answer.await.unwrap_or(Err(StoreError::Unknown))
        })
    }

    fn settings(&self) -> Arc<Settings> {
        self.rules.now()
    }

    fn use_packs(&self, packs: Packs) -> Answer<'_, ()> {
        let (reply, answer) = oneshot::channel();
        let sent = self.ask(Job::Packs(packs, reply));
        Box::pin(async move {
            sent?;
            answer.await.unwrap_or(Err(StoreError::Unknown))
        })
    }

    fn use_judging(&self, judging: Judging) -> Answer<'_, ()> {
        let (reply, answer) = oneshot::channel();
        let sent = self.ask(Job::Judging(Box::new(judging), reply));
        Box::pin(async move {
            sent?;
            answer.await.unwrap_or(Err(StoreError::Unknown))
        })
    }

    fn recorded(&self, payment: PaymentId) -> Answer<'_, Option<Recorded>> {
        self.read("reading a record", move |tables| recorded::one(tables, payment))
    }

    fn recorded_payments(&self, after: Option<(Instant, DecisionId)>, limit: usize) -> Answer<'_, Vec<Recorded>> {
        self.read("reading records", move |tables| recorded::page(tables, after, limit))
    }

    fn destroy_due(&self) -> Answer<'_, Destroyed> {
        self.upkeep(Upkeep::DestroyDue)
    }

    fn erase(&self, payer: PayerId) -> Answer<'_, Erasure> {
        self.upkeep(|reply| Upkeep::Erase(payer, reply))
    }

    fn retention(&self) -> Answer<'_, RetentionReport> {
        let now = self.now();
        self.read("reading what is kept", move |tables| retention::report(tables, now))
    }

    fn check_ledger(&self) -> Answer<'_, LedgerSummary> {
        self.read("checking the books", books::check)
    }

    fn verify_audit(&self) -> Answer<'_, AuditSummary> {
        let now = self.now();
        self.read("verifying the audit chain", move |tables| verify::verify(tables, now))
    }

    fn purpose_key(&self, label: &str) -> Result<Secret<[u8; 32]>, StoreError> {
        self.keys.purpose(label).map_err(|fault| fault.during("deriving a key"))
    }

    fn now(&self) -> Instant {
        self.clock.now().max(Instant::from_unix_millis(self.shared.last.load(Ordering::SeqCst)))
    }

    fn unready(&self) -> Option<Unready> {
        if self.shared.closing.load(Ordering::SeqCst) {
            Some(Unready::Closing)
        } else if self.closed.has_changed().is_err() {
            // The writer tells when it ends; if it died, there is nobody left to tell.
            Some(Unready::WriterEnded)
        } else {
            let quarantined = self.shared.quarantined.load(Ordering::SeqCst);
            (quarantined >= limits::QUARANTINE_MAX).then_some(Unready::Quarantine)
        }
    }

    fn close(&self) -> Answer<'_, ()> {
        self.stop();
        let mut closed = self.closed.clone();
        Box::pin(async move {
            // An error says that the writer is gone, which is what was wanted.
            let _ = closed.wait_for(|closed| *closed).await;
            Ok(())
        })
    }
}
