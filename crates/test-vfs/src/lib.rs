//! For tests only: a disk for SQLite whose power can be cut.
//!
//! [`Disk`] registers a SQLite VFS that passes everything on to the default one and remembers, beside it, what would
//! still be there after a power cut: what was written becomes durable only when the file is synced. [`Disk::cut`]
//! copies that to another folder at any moment, while SQLite goes on. It never changes what SQLite sees.

mod shadow;
mod vfs;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub use shadow::Loss;
use shadow::Shadow;

/// A disk whose power can be cut.
#[derive(Clone, Debug)]
pub struct Disk {
    name: String,
    shadow: Arc<Shadow>,
}

impl Disk {
    /// Registers a disk as the VFS `name`, for the life of the process.
    ///
    /// # Errors
    /// When SQLite has no VFS to stand in front of, or does not take this one; or `name` has a NUL in it.
    pub fn register(name: &str) -> io::Result<Self> {
        let shadow = Arc::new(Shadow::default());
        vfs::register(name, Arc::clone(&shadow))?;
        Ok(Self { name: name.to_owned(), shadow })
    }

    /// What to open a database with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How often a file was synced so far.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.shadow.syncs()
    }

    /// From now on every sync fails (`true`) or works again (`false`). Writes work all the while.
    pub fn fail_syncs(&self, fail: bool) {
        self.shadow.fail_syncs(fail);
    }

    /// Cuts the power at this moment: writes what would be left of every file into the folder `to`.
    ///
    /// # Errors
    /// When `to` cannot be written.
    pub fn cut(&self, to: &Path, loss: Loss) -> io::Result<()> {
        self.shadow.cut(to, loss)
    }
}
