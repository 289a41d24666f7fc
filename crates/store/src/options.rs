//! [`Options`]: how an embedded store is opened.

use std::path::PathBuf;
use std::sync::Arc;

use payments::Settings;

use crate::{Clock, SystemClock, limits};

/// Where the key-encryption key comes from: 32 bytes, raw or as base64url.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// `kek` in the data folder, made on the first start and readable by its owner only.
    File,
    /// The standard output of this command, run by `sh -c` at every start: a key service, a hardware module.
    Command(String),
}

/// Is shown every command before it is decided; in tests, to panic.
#[cfg(feature = "testing")]
pub type DecideHook = Arc<dyn Fn(&payments::Admitted) + Send + Sync>;

/// Is told each step of a commit that was done; answers whether the connection breaks there. In tests.
#[cfg(feature = "testing")]
pub type StepHook = Arc<dyn Fn(&'static str) -> bool + Send + Sync>;

/// How an embedded store is opened.
#[derive(Clone)]
pub struct Options {
    /// The data folder; made, for its owner only, when it is not there.
    pub dir: PathBuf,
    /// What the operator has set.
    pub settings: Settings,
    /// Where the present comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the key-encryption key comes from.
    pub keys: KeySource,
    /// Connections that serve reads, at least one.
    pub readers: usize,
    /// Pages (of 4 KiB) of the write-ahead log after which it is copied into the database.
    pub checkpoint_pages: i64,
    /// The SQLite VFS to open the database with, by its registered name; the default one when `None`.
    pub vfs: Option<String>,
    /// Shown every command before it is decided.
    #[cfg(feature = "testing")]
    pub before_deciding: Option<DecideHook>,
    /// Answers before a commit is durable. For the control test of the power cut only.
    #[cfg(feature = "testing")]
    pub dangerous_unsynced: bool,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("dir", &self.dir).field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Options {
    /// A store in `dir` with the machine's clock, default settings and its key in the folder.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            settings: Settings::default(),
            clock: Arc::new(SystemClock),
            keys: KeySource::File,
            readers: limits::READERS,
            checkpoint_pages: limits::CHECKPOINT_PAGES,
            vfs: None,
            #[cfg(feature = "testing")]
            before_deciding: None,
            #[cfg(feature = "testing")]
            dangerous_unsynced: false,
        }
    }

    /// With these settings.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// With this clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// With the key-encryption key from there.
    #[must_use]
    pub fn keys(mut self, keys: KeySource) -> Self {
        self.keys = keys;
        self
    }

    /// With this many connections for reads.
    #[must_use]
    pub const fn readers(mut self, readers: usize) -> Self {
        self.readers = readers;
        self
    }

    /// With a write-ahead log of about this many pages.
    #[must_use]
    pub const fn checkpoint_pages(mut self, pages: i64) -> Self {
        self.checkpoint_pages = pages;
        self
    }

    /// Through this SQLite VFS.
    #[must_use]
    pub fn vfs(mut self, name: impl Into<String>) -> Self {
        self.vfs = Some(name.into());
        self
    }

    /// Shows every command to `hook` before it is decided.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn before_deciding(mut self, hook: DecideHook) -> Self {
        self.before_deciding = Some(hook);
        self
    }

    /// Answers before a commit is durable.
    #[cfg(feature = "testing")]
    #[must_use]
    pub const fn dangerous_unsynced(mut self) -> Self {
        self.dangerous_unsynced = true;
        self
    }
}
