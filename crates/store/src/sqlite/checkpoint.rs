//! The checkpointer: copies the write-ahead log into the database beside the writer, so that no commit waits for it.
//!
//! SQLite lets others read and write while a *passive* checkpoint copies (sqlite.org/wal.html, "Concurrency"). It
//! cannot start the log anew, though, while commits go on behind its back; so the writer copies what little came in
//! since, between two commits, and its next transaction begins at the head of the file again.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

/// How long the log is, and whose turn it is. Shared by the writer and its checkpointer.
#[derive(Debug)]
pub(crate) struct Log {
    /// Pages of the log from which on it is copied.
    pages_min: i64,
    turn: Mutex<Turn>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// The log is short.
    Nobody,
    /// The log is long: it is to be copied, or being copied.
    Checkpointer,
    /// Most of it is copied; the writer does the rest.
    Writer,
    /// There will be no more commits.
    Ended,
}

impl Log {
    pub(crate) fn new(pages_min: i64) -> Self {
        Self { pages_min, turn: Mutex::new(Turn::Nobody), changed: Condvar::new() }
    }

    /// Hears from every commit on `connection` how long the log now is. Takes the place of SQLite's own checkpoints.
    pub(crate) fn watch(self: &Arc<Self>, connection: &mut Connection) -> rusqlite::Result<()> {
        let log = Arc::clone(self);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            log.grown(i64::from(pages));
            Ok(())
        }))
    }

    fn grown(&self, pages: i64) {
        let mut turn = self.turn();
        if *turn == Turn::Nobody && pages >= self.pages_min {
            *turn = Turn::Checkpointer;
            self.changed.notify_all();
        }
    }

    /// Called by the writer between two commits: copies the rest, when it is its turn.
    pub(crate) fn finish(&self, connection: &Connection) {
        let mut turn = self.turn();
        if *turn == Turn::Writer {
            copy(connection);
            *turn = Turn::Nobody;
        }
    }

    /// Lets the checkpointer end after what it is doing.
    pub(crate) fn end(&self) {
        *self.turn() = Turn::Ended;
        self.changed.notify_all();
    }

    /// Waits for the checkpointer's turn; `false` when there will be none.
    fn wait(&self) -> bool {
        let idle = |turn: &mut Turn| matches!(turn, Turn::Nobody | Turn::Writer);
        let turn = self.changed.wait_while(self.turn(), idle).unwrap_or_else(PoisonError::into_inner);
        *turn == Turn::Checkpointer
    }

    fn copied(&self) {
        let mut turn = self.turn();
        if *turn == Turn::Checkpointer {
            *turn = Turn::Writer;
        }
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that copies, on a connection of its own.
pub(crate) fn start(log: Arc<Log>, connection: Connection) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("store-copy".to_owned()).spawn(move || {
        while log.wait() {
            copy(&connection);
            log.copied();
        }
    })
}

/// Copies as much of the log as nobody reads or writes. What it leaves, a later one copies.
fn copy(connection: &Connection) {
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(())) {
        tracing::warn!(%error, "the write-ahead log was not copied; it grows until that succeeds");
    }
}
