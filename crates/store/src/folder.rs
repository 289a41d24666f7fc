//! The data folder: its owner's alone, served by one process, with the key-encryption key beside the database.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::Secret;

use crate::{KeySource, StoreError, entropy, limits};

/// A data folder that this process alone serves, until it is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if needed and locks it.
    pub(crate) fn open(dir: &Path) -> Result<Self, StoreError> {
        if !dir.exists() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
            made.map_err(|error| failed("making the data folder", error))?;
            sync(dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(dir.join("lock")).map_err(|error| failed("opening the lock file", error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir: dir.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Unusable(format!(
                "another process serves the data folder `{}`; use its admin socket",
                dir.display()
            ))),
            Err(TryLockError::Error(error)) => Err(failed("locking the data folder", error)),
        }
    }

    /// The database file.
    pub(crate) fn database(&self) -> PathBuf {
        self.dir.join("farthing.db")
    }

    /// Makes the names of new files durable.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        sync(&self.dir)
    }

    /// The key-encryption key; a new one only where there is no database yet.
    pub(crate) fn key(&self, source: &KeySource) -> Result<Secret<[u8; 32]>, StoreError> {
        self.key_of(source, || !self.database().exists(), "restore it")
    }

    /// The key-encryption key that all nodes of a database share; a new one only where the database is new.
    pub(crate) fn shared_key(&self, source: &KeySource, new: bool) -> Result<Secret<[u8; 32]>, StoreError> {
        self.key_of(source, || new, "copy it from another node of this database, or restore it")
    }

    fn key_of(
        &self,
        source: &KeySource,
        may_make: impl FnOnce() -> bool,
        remedy: &str,
    ) -> Result<Secret<[u8; 32]>, StoreError> {
        let bytes = match source {
            KeySource::Command(command) => key_of_command(command)?,
            KeySource::File => {
                let path = self.dir.join("kek");
                if !path.exists() {
                    if !may_make() {
                        let path = path.display();
                        return Err(StoreError::Unusable(format!(
                            "the key-encryption key `{path}` is missing; {remedy}"
                        )));
                    }
                    self.make_key(&path)?;
                }
                fs::read(&path).map_err(|error| failed("reading the key-encryption key", error))?
            }
        };
        let key = parse_key(&bytes).ok_or_else(|| {
            StoreError::Unusable("the key-encryption key is not 32 bytes, raw or in base64url".to_owned())
        })?;
        Ok(Secret::new(key))
    }

    fn make_key(&self, path: &Path) -> Result<(), StoreError> {
        let text = format!("{}\n", URL_SAFE_NO_PAD.encode(entropy::random::<32>()?));
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| failed("writing the key-encryption key", error))?;
        self.sync()
    }
}

fn key_of_command(command: &str) -> Result<Vec<u8>, StoreError> {
    let run = || -> std::io::Result<Option<Vec<u8>>> {
        let mut child = Command::new("sh").arg("-c").arg(command).stdout(Stdio::piped()).spawn()?;
        let mut output = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            let limit = u64::try_from(limits::KEY_OUTPUT_BYTES_MAX).unwrap_or(u64::MAX);
            stdout.take(limit).read_to_end(&mut output)?;
        }
        Ok(child.wait()?.success().then_some(output))
    };
    let output = run().map_err(|error| failed("running the key command", error))?;
    output.ok_or_else(|| StoreError::Unusable("the key command failed".to_owned()))
}

fn parse_key(bytes: &[u8]) -> Option<[u8; 32]> {
    if let Ok(raw) = bytes.try_into() {
        return Some(raw);
    }
    URL_SAFE_NO_PAD.decode(bytes.trim_ascii()).ok()?.try_into().ok()
}

fn sync(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(|error| failed("making the data folder durable", error))
}

fn failed(action: &'static str, error: std::io::Error) -> StoreError {
    StoreError::Failed { action, source: Box::new(error) }
}
