//! [`Readers`]: a few threads with a read-only connection each. A read runs in one transaction and so sees one moment,
//! no earlier than when it began.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::keys::Keyring;
use crate::sqlite::schema;
use crate::sqlite::tables::Tables;
use crate::{Answer, Options, StoreError, limits};

type Job = Box<dyn FnOnce(Tables<'_>) + Send>;

/// Where reads are handed in.
pub(crate) struct Readers {
    jobs: RwLock<Option<SyncSender<Job>>>,
}

impl Readers {
    /// Opens the connections and starts their threads.
    pub(crate) fn start(
        path: &Path,
        options: &Options,
        keys: &Arc<Keyring>,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StoreError> {
        let (sender, receiver) = sync_channel::<Job>(limits::READ_QUEUE_MAX);
        let receiver = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::new();
        for number in 0..options.readers.max(1) {
            let connection = schema::reader(path, options).map_err(|fault| fault.during("opening the database"))?;
            let (receiver, keys) = (Arc::clone(&receiver), Arc::clone(keys));
            let thread = std::thread::Builder::new().name(format!("store-read-{number}"));
            let thread = thread.spawn(move || serve(&connection, &keys, &receiver));
            threads.push(
                thread.map_err(|error| StoreError::Failed { action: "starting a reader", source: Box::new(error) })?,
            );
        }
        Ok((Self { jobs: RwLock::new(Some(sender)) }, threads))
    }

    /// Runs `work` on the next free connection.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        action: &'static str,
        work: impl FnOnce(Tables<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Answer<'_, T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |tables| {
            let found = in_one_moment(tables, work).map_err(|fault| fault.during(action));
            // Nobody waits any more: then nobody needs the answer.
            let _ = reply.send(found);
        });
        let sent = self.hand_in(job);
        Box::pin(async move {
            sent?;
            answer.await.unwrap_or_else(|_| {
                let source = "the reader failed; see the log".into();
                Err(StoreError::Failed { action, source })
            })
        })
    }

    fn hand_in(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        match jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(StoreError::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => Err(StoreError::Closed),
        }
    }

    /// Lets the threads end once they have answered what waits.
    pub(crate) fn close(&self) {
        self.jobs.write().unwrap_or_else(PoisonError::into_inner).take();
    }
}

fn in_one_moment<T>(tables: Tables<'_>, work: impl FnOnce(Tables<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
    tables.connection.prepare_cached("BEGIN DEFERRED")?.execute(())?;
    let found = work(tables);
    tables.connection.prepare_cached("ROLLBACK")?.execute(())?;
    found
}

fn serve(connection: &Connection, keys: &Keyring, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        let ran = catch_unwind(AssertUnwindSafe(|| job(Tables { connection, keys })));
        if ran.is_err() {
            tracing::error!("a read panicked");
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
        }
    }
}
