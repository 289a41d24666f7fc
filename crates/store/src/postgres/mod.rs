//! [`PostgresStore`]: one of many nodes on one PostgreSQL. Two connections commit, a few answer reads, one listens for
//! what other nodes commit. All of it runs on two threads of the store's own.

mod address;
mod agreement;
mod batch;
mod chains;
mod checks;
mod committer;
mod copy;
mod kinds;
mod link;
mod listen;
mod load;
mod options;
mod present;
mod query;
mod recorded;
mod retention;
mod schema;
mod table;
mod told;

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ledger::Account;
use money::{AccountId, DecisionId, DeviceId, Digest, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId, Secret};
use payments::{
    Command, Device, Event, Intent, Judging, Kept, KeptKey, Noted, NotedKey, NotedKind, Packs, Payee, Payer, Payment,
    Refund, Settings, Standing,
};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot, watch};

use crate::decided::Decider;
use crate::fault::Fault;
use crate::folder::Folder;
use crate::keys::{CHECK_PURPOSE, Keyring};
use crate::rules::{Rules, stored};
use crate::{
    Answer, AuditSummary, Committed, Destroyed, Due, Erasure, LedgerSummary, PageRequest, PageRows, PayeeBalance,
    PaymentFilter, PaymentRow, Recorded, RetentionReport, Store, StoreError, Unready, limits,
};
use address::Address;
use agreement::Agreement;
use batch::{Hints, Steps};
use committer::{Committer, Shared, Waiting, say};
use link::Link;
use listen::Listener;
use present::Present;
use query::Tables;

pub use address::{client_environment, server_process};
pub use copy::{CopiedTable, CopyStep, copy};
pub use options::PostgresOptions;

/// The database and the threads that talk to it.
pub(crate) struct Database {
    address: Address,
    runtime: Handle,
}

impl Database {
    pub(crate) async fn connect(&self) -> Result<Link, Fault> {
        self.address.connect(&self.runtime).await
    }

    /// A connection that is to commit.
    pub(crate) async fn connect_writer(&self) -> Result<Link, Fault> {
        Ok(self.connect().await?.plan_by_key().await)
    }
}

/// One node on a database that it shares with others.
pub struct PostgresStore {
    inner: Arc<Inner>,
    /// What each committer is handed.
    jobs: RwLock<Vec<Jobs>>,
    /// Counts the commands that are no payer's.
    next: AtomicUsize,
    events: broadcast::Sender<Arc<Event>>,
    closed: watch::Receiver<bool>,
    runtime: Option<Runtime>,
}

/// What reads need.
struct Inner {
    database: Arc<Database>,
    ring: Arc<Keyring>,
    present: Arc<Present>,
    rules: Arc<Rules>,
    agreement: Arc<Agreement>,
    shared: Arc<Shared>,
    readers: Semaphore,
    waiting: Semaphore,
    links: Mutex<Vec<Link>>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore").field("database", &self.inner.database.address).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens a node: connects, brings the schema up to date, checks the key, and starts its writers.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the URL is wrong, the key is missing or another one, or a newer program wrote the
    /// database; [`StoreError::Failed`] when it cannot be reached.
    pub async fn open(options: PostgresOptions) -> Result<Arc<Self>, StoreError> {
        let address = Address::parse(options.url.dangerous_reveal())?;
        let folder = Folder::open(&options.dir)?;
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).thread_name("store-pg").enable_all().build();
        let runtime =
            runtime.map_err(|error| StoreError::Failed { action: "starting threads", source: Box::new(error) })?;
        let handle = runtime.handle().clone();
        let (done, closed) = watch::channel(false);
        let opening = handle.spawn(open(options, address, folder, handle.clone(), done));
        let opened = opening.await.map_err(|error| StoreError::Failed { action: "opening", source: Box::new(error) });
        let (inner, jobs, events) = match opened.and_then(|opened| opened) {
            Ok(opened) => opened,
            Err(error) => {
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let (jobs, next) = (RwLock::new(jobs), AtomicUsize::new(0));
        Ok(Arc::new(Self { inner, jobs, next, events, closed, runtime: Some(runtime) }))
    }

    /// What all nodes agreed on under `name`: the first value that any of them kept.
    pub fn pinned(&self, name: &'static str) -> Answer<'_, Option<Vec<u8>>> {
        self.on_link("reading what nodes agreed on", move |_, link| Box::pin(pinned(link, name)))
    }

    /// Keeps `value` under `name` unless another was kept before; the one that was first.
    pub fn pin(&self, name: &'static str, value: Vec<u8>) -> Answer<'_, Vec<u8>> {
        self.on_link("keeping what nodes agree on", move |_, link| {
            Box::pin(async move {
                let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
                link.execute(sql, &[&name, &value]).await?;
                pinned(link, name).await?.ok_or(Fault::Unreadable("agreement"))
            })
        })
    }

    /// Keeps `value` under `name` unless one of the same or a higher rank was kept before; what is there now.
    pub fn pin_newest(&self, name: &'static str, rank: u64, value: Vec<u8>) -> Answer<'_, (u64, Vec<u8>)> {
        self.on_link("keeping what nodes agree on", move |_, link| {
            Box::pin(async move {
                let ranked = [rank.to_be_bytes().as_slice(), &value].concat();
                let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE \
                    SET value = excluded.value WHERE substr(meta.value, 1, 8) < substr(excluded.value, 1, 8)";
                link.execute(sql, &[&name, &ranked]).await?;
                let kept = pinned(link, name).await?.ok_or(Fault::Unreadable("agreement"))?;
                let (rank, value) = kept.split_first_chunk::<8>().ok_or(Fault::Unreadable("agreement"))?;
                Ok((u64::from_be_bytes(*rank), value.to_vec()))
            })
        })
    }

    fn stop(&self) {
        self.inner.shared.closing.store(true, Ordering::SeqCst);
        self.jobs.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn ask(&self, waiting: Box<Waiting>) -> Result<(), StoreError> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        let turn = waiting.turn(self.next.fetch_add(1, Ordering::Relaxed));
        match jobs.get(turn).map(|jobs| jobs.try_send(waiting)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(StoreError::Busy),
            Some(Err(TrySendError::Closed(_))) | None => Err(StoreError::Closed),
        }
    }

    /// Runs `work` on a connection that reads one moment.
    fn read<T, W>(&self, action: &'static str, work: W) -> Answer<'_, T>
    where
        T: Send + 'static,
        W: for<'l> FnOnce(Tables<'l>) -> Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'l>> + Send + 'static,
    {
        self.on_link(action, move |inner, link| {
            Box::pin(async move {
                link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", &[]).await?;
                let found = work(Tables { link, ring: &inner.ring }).await;
                link.execute("ROLLBACK", &[]).await?;
                found
            })
        })
    }

    /// Runs `work` on one of the readers' connections.
    fn on_link<T, W>(&self, action: &'static str, work: W) -> Answer<'_, T>
    where
        T: Send + 'static,
        W: for<'l> FnOnce(&'l Inner, &'l Link) -> Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'l>>
            + Send
            + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let closed = self.inner.shared.closing.load(Ordering::SeqCst);
        let task = self.inner.database.runtime.spawn(async move {
            if closed {
                return Err(StoreError::Closed);
            }
            let Ok(_place) = inner.waiting.try_acquire() else { return Err(StoreError::Busy) };
            let Ok(_turn) = inner.readers.acquire().await else { return Err(StoreError::Closed) };
            let failed = |fault: Fault| StoreError::Failed { action, source: say(&fault).into() };
            let idle = inner.links.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let link = match idle {
                Some(link) if !link.is_closed() => link,
                _ => inner.database.connect().await.map_err(failed)?,
            };
            let found = work(&inner, &link).await.map_err(failed)?;
            // WHY only after success: whatever state a failed read has left the connection in goes with it.
            inner.links.lock().unwrap_or_else(PoisonError::into_inner).push(link);
            Ok(found)
        });
        Box::pin(async move {
            task.await.unwrap_or_else(|_| {
                let source = "the reader failed; see the log".into();
                Err(StoreError::Failed { action, source })
            })
        })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.stop();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn pinned(link: &Link, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let row = link.maybe("SELECT value FROM meta WHERE key = $1", &[&name]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Keeps the text of `packs` under its digest.
async fn keep_packs(link: &Link, packs: &Packs) -> Result<(), Fault> {
    if let Some((key, text)) = stored(packs) {
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        link.execute(sql, &[&key, &text.as_bytes()]).await?;
    }
    Ok(())
}

/// Keeps what judges are made of, each text under its digest.
async fn keep_judging(link: &Link, judging: &Judging) -> Result<(), Fault> {
    for (key, text) in judging.texts() {
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        link.execute(sql, &[key, &text.as_bytes()]).await?;
    }
    Ok(())
}

type Jobs = mpsc::Sender<Box<Waiting>>;
type Opened = (Arc<Inner>, Vec<Jobs>, broadcast::Sender<Arc<Event>>);

async fn open(
    options: PostgresOptions,
    address: Address,
    folder: Folder,
    runtime: Handle,
    done: watch::Sender<bool>,
) -> Result<Opened, StoreError> {
    let shown = address.shown();
    let database = Arc::new(Database { address, runtime: runtime.clone() });
    let reached = |fault: Fault| match fault {
        Fault::Store(error) => error,
        fault => StoreError::Unusable(format!("the database {shown} cannot be used: {}", say(&fault))),
    };
    let mut link = database.connect().await.map_err(reached)?;
    let options = agreement::prepared(&mut link, options).await?;
    let ring = Arc::new(keyring(&link, &folder, &options).await?);
    let rules = Rules::new(options.settings.clone());
    keep_packs(&link, &rules.now().packs).await.map_err(reached)?;
    keep_judging(&link, &rules.now().judging).await.map_err(reached)?;
    let present = Arc::new(Present::new(options.clock.clone()));
    let agreement = Arc::new(Agreement::join(&link, &options).await?);
    let now = present.read(&link, &agreement).await.map_err(reached)?;
    let shared = Arc::new(Shared::default());
    let (events, _) = broadcast::channel(limits::LIVE_EVENTS_MAX);
    let mut jobs = Vec::new();
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..limits::WRITERS {
        let link = database.connect_writer().await.map_err(reached)?;
        let (epoch, last) = chains::start_epoch(&link, now).await.map_err(reached)?;
        present.committed(last);
        shared.owns(epoch.number);
        let committer = Committer {
            database: Arc::clone(&database),
            link: Some(link),
            epoch,
            forsaken: false,
            decider: decider(&options, &rules, &ring),
            present: Arc::clone(&present),
            agreement: Arc::clone(&agreement),
            shared: Arc::clone(&shared),
            events: events.clone(),
            steps: steps(&options),
            hints: Hints::default(),
        };
        let (hand, queue) = mpsc::channel(limits::QUEUE_MAX);
        jobs.push(hand);
        writers.spawn_on(committer.run(queue), &runtime);
    }
    let mut listener = Listener {
        database: Arc::clone(&database),
        present: Arc::clone(&present),
        agreement: Arc::clone(&agreement),
        shared: Arc::clone(&shared),
        events: events.clone(),
        heard: HashMap::new(),
    };
    listener.start(&link).await.map_err(reached)?;
    writers.spawn_on(listener.run(link), &runtime);
    runtime.spawn(async move {
        while writers.join_next().await.is_some() {}
        // The folder is free for others only now.
        drop(folder);
        done.send_replace(true);
    });
    let inner = Inner {
        database,
        ring,
        present,
        agreement,
        rules,
        shared,
        readers: Semaphore::new(options.readers.max(1)),
        waiting: Semaphore::new(limits::READ_QUEUE_MAX),
        links: Mutex::default(),
    };
    Ok((Arc::new(inner), jobs, events))
}

fn decider(options: &PostgresOptions, rules: &Arc<Rules>, ring: &Arc<Keyring>) -> Decider {
    // Only tests look on.
    let _ = options;
    Decider {
        rules: Arc::clone(rules),
        ring: Arc::clone(ring),
        #[cfg(feature = "testing")]
        hook: options.before_deciding.clone(),
    }
}

fn steps(options: &PostgresOptions) -> Steps {
    // Only tests look on.
    let _ = options;
    Steps {
        #[cfg(feature = "testing")]
        hook: options.after_step.clone(),
    }
}

/// The keys of the database; refuses a key-encryption key that is not the one it was made with.
async fn keyring(link: &Link, folder: &Folder, options: &PostgresOptions) -> Result<Keyring, StoreError> {
    let failed =
        |fault: Fault| StoreError::Failed { action: "checking the key-encryption key", source: say(&fault).into() };
    let sql = "SELECT value FROM meta WHERE key = 'key-check'";
    let new = link.maybe(sql, &[]).await.map_err(failed)?.is_none();
    let ring = Keyring::new(folder.shared_key(&options.keys, new)?).map_err(failed)?;
    let ours = protocol::sha256(ring.purpose(CHECK_PURPOSE).map_err(failed)?.dangerous_reveal());
    let ours = ours.as_bytes().as_slice();
    let add = "INSERT INTO meta (key, value) VALUES ('key-check', $1) ON CONFLICT (key) DO NOTHING";
    link.execute(add, &[&ours]).await.map_err(failed)?;
    let theirs = link.maybe(sql, &[]).await.map_err(failed)?;
    let same = theirs.is_some_and(|row| row.try_get::<_, &[u8]>(0).is_ok_and(|theirs| theirs == ours));
    if same {
        Ok(ring)
    } else {
        Err(StoreError::Unusable(
            "the key-encryption key is not the one of this database; copy `kek` from another node, or name its key \
             command"
                .to_owned(),
        ))
    }
}

impl Store for PostgresStore {
    fn submit(&self, command: Command) -> Answer<'_, Committed> {
        let (reply, answer) = oneshot::channel();
        let sent = self.ask(Box::new(Waiting { command: command.into(), reply }));
        Box::pin(async move {
            sent?;
            // A writer answers everything it takes; if it died on the way, the commit may have been made.
            answer.await.unwrap_or(Err(StoreError::Unknown))
        })
    }

    fn payer(&self, payer: PayerId) -> Answer<'_, Option<(Payer, Account)>> {
        self.read("reading a payer", move |tables| Box::pin(tables.payer(payer)))
    }

    fn devices(&self, payer: PayerId) -> Answer<'_, Vec<(Device, Option<Standing>)>> {
        self.read("reading devices", move |tables| Box::pin(tables.devices(payer)))
    }

    fn device(&self, device: DeviceId) -> Answer<'_, Option<(Device, Option<Standing>)>> {
        self.read("reading a device", move |tables| Box::pin(tables.device(device)))
    }

    fn kept(&self, key: KeptKey) -> Answer<'_, Option<Kept>> {
        self.read("reading a kept row", move |tables| Box::pin(tables.kept(key)))
    }

    fn payee(&self, payee: PayeeId) -> Answer<'_, Option<Payee>> {
        self.read("reading a payee", move |tables| Box::pin(tables.payee(payee)))
    }

    fn payee_balance(&self, payee: PayeeId) -> Answer<'_, Option<PayeeBalance>> {
        let now = self.now();
        self.read("reading a payee's balance", move |tables| Box::pin(tables.payee_balance(payee, now)))
    }

    fn noted(&self, key: NotedKey) -> Answer<'_, Option<Noted>> {
        self.read("reading what is noted", move |tables| Box::pin(tables.noted(key)))
    }

    fn all_noted(&self, kind: NotedKind, payee: Option<PayeeId>, limit: usize) -> Answer<'_, Vec<Noted>> {
        self.read("reading what is noted", move |tables| Box::pin(tables.all_noted(kind, payee, limit)))
    }

    fn to_roll_up(&self, limit: usize) -> Answer<'_, Vec<AccountId>> {
        self.read("reading what is to be rolled up", move |tables| Box::pin(tables.to_roll_up(limit)))
    }

    fn payee_of_api_key(&self, key: Digest) -> Answer<'_, Option<Payee>> {
        self.read("reading a payee", move |tables| Box::pin(tables.payee_of_api_key(key)))
    }

    fn payees(&self, limit: usize) -> Answer<'_, Vec<Payee>> {
        self.read("reading payees", move |tables| Box::pin(tables.payees(limit)))
    }

    fn intent(&self, intent: IntentId) -> Answer<'_, Option<(Intent, Option<Payment>)>> {
        self.read("reading an intent", move |tables| Box::pin(tables.intent(intent)))
    }

    fn payment(&self, payment: PaymentId) -> Answer<'_, Option<PaymentRow>> {
        self.read("reading a payment", move |tables| Box::pin(tables.payment(payment)))
    }

    fn payments(
        &self,
        payer: PayerId,
        filter: PaymentFilter,
        page: PageRequest<PaymentId>,
    ) -> Answer<'_, PageRows<PaymentRow, PaymentId>> {
        self.read("reading payments", move |tables| {
            Box::pin(async move { tables.payments(payer, &filter, page).await })
        })
    }

    fn refunds(&self, payment: PaymentId) -> Answer<'_, Vec<Refund>> {
        self.read("reading refunds", move |tables| Box::pin(tables.refunds(payment)))
    }

    fn alerts(
        &self,
        payer: PayerId,
        page: PageRequest<EventId>,
    ) -> Answer<'_, PageRows<(Event, Option<String>), EventId>> {
        self.read("reading alerts", move |tables| Box::pin(tables.alerts(payer, page)))
    }

    fn code_alerts(&self, payee: PayeeId, page: PageRequest<EventId>) -> Answer<'_, PageRows<Event, EventId>> {
        self.read("reading alerts", move |tables| Box::pin(tables.code_alerts(payee, page)))
    }

    fn waiting(&self, limit: usize) -> Answer<'_, Vec<PaymentRow>> {
        self.read("reading what waits", move |tables| Box::pin(tables.waiting(limit)))
    }

    fn due(&self, limit: usize) -> Answer<'_, Due> {
        let now = self.now();
        self.read("reading what is due", move |tables| Box::pin(tables.due(now, limit)))
    }

    fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    fn seal(&self) -> Answer<'_, bool> {
        self.on_link("sealing the audit chain", |inner, link| Box::pin(chains::seal(link, inner.present.now())))
    }

    fn settings(&self) -> Arc<Settings> {
        self.inner.rules.now()
    }

    fn use_packs(&self, packs: Packs) -> Answer<'_, ()> {
        self.on_link("keeping packs", move |inner, link| {
            Box::pin(async move {
                keep_packs(link, &packs).await?;
                inner.agreement.exchange_packs(link, &packs).await?;
                inner.rules.exchange(packs);
                Ok(())
            })
        })
    }

    fn use_judging(&self, judging: Judging) -> Answer<'_, ()> {
        self.on_link("keeping rules and models", move |inner, link| {
            Box::pin(async move {
                if !inner.rules.now().judging.are(&judging) {
                    keep_judging(link, &judging).await?;
                }
                inner.rules.exchange_judging(judging);
                Ok(())
            })
        })
    }

    fn recorded(&self, payment: PaymentId) -> Answer<'_, Option<Recorded>> {
        self.read("reading a record", move |tables| Box::pin(recorded::one(tables, payment)))
    }

    fn recorded_payments(&self, after: Option<(Instant, DecisionId)>, limit: usize) -> Answer<'_, Vec<Recorded>> {
        self.read("reading records", move |tables| Box::pin(recorded::page(tables, after, limit)))
    }

    fn destroy_due(&self) -> Answer<'_, Destroyed> {
        self.on_link("destroying records", move |inner, link| {
            Box::pin(async move { retention::destroy_due(link, inner.present.now()).await })
        })
    }

    fn erase(&self, payer: PayerId) -> Answer<'_, Erasure> {
        self.on_link("erasing a payer", move |inner, link| {
            Box::pin(async move { retention::erase(link, payer, inner.present.now()).await })
        })
    }

    fn retention(&self) -> Answer<'_, RetentionReport> {
        self.on_link("reading what is kept", move |inner, link| {
            Box::pin(async move { retention::report(link, inner.present.now()).await })
        })
    }

    fn check_ledger(&self) -> Answer<'_, LedgerSummary> {
        self.read("checking the books", |tables| Box::pin(checks::books(tables)))
    }

    fn verify_audit(&self) -> Answer<'_, AuditSummary> {
        let now = self.now();
        self.read("verifying the audit chain", move |tables| Box::pin(checks::audit(tables, now)))
    }

    fn purpose_key(&self, label: &str) -> Result<Secret<[u8; 32]>, StoreError> {
        self.inner.ring.purpose(label).map_err(|fault| fault.during("deriving a key"))
    }

    fn now(&self) -> Instant {
        self.inner.present.now()
    }

    fn unready(&self) -> Option<Unready> {
        let shared = &self.inner.shared;
        let reasons = [
            (shared.closing.load(Ordering::SeqCst), Unready::Closing),
            // The writers tell when they end; if one died, there is nobody left to tell.
            (self.closed.has_changed().is_err(), Unready::WriterEnded),
            (shared.behind.load(Ordering::SeqCst), Unready::Behind),
            (!self.inner.agreement.holds(), Unready::OtherSettings),
            (!self.inner.present.is_steady(), Unready::ClocksApart),
            (shared.away.load(Ordering::SeqCst) > 0 || shared.deaf.load(Ordering::SeqCst), Unready::DatabaseAway),
            (shared.stalled.load(Ordering::SeqCst) > 0, Unready::CommitStalled),
            (shared.full.load(Ordering::SeqCst), Unready::StorageFull),
            (shared.quarantined.load(Ordering::SeqCst) >= limits::QUARANTINE_MAX, Unready::Quarantine),
        ];
        reasons.into_iter().find_map(|(holds, reason)| holds.then_some(reason))
    }

    fn close(&self) -> Answer<'_, ()> {
        self.stop();
        let mut closed = self.closed.clone();
        Box::pin(async move {
            // An error says that the writers are gone, which is what was wanted.
            let _ = closed.wait_for(|closed| *closed).await;
            Ok(())
        })
    }
}
