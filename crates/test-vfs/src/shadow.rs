//! [`Shadow`]: what of each file is durable, and what was written since.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a disk loses of the writes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of them.
    Everything,
    /// A random part, by this seed: each sector of 512 bytes is written or not, in any order.
    Torn(u64),
}

/// How much a disk writes as a whole.
const SECTOR: usize = 512;

#[derive(Debug)]
enum Pending {
    Write { offset: usize, bytes: Vec<u8> },
    Truncate { len: usize },
}

#[derive(Debug, Default)]
struct FileShadow {
    /// `None` until the file is synced for the first time.
    durable: Option<Vec<u8>>,
    pending: Vec<Pending>,
    /// Whether it was deleted and the folder not synced since: its name, and what was synced of it, may come back.
    deleted: bool,
}

/// Every file, by path.
#[derive(Debug, Default)]
pub(crate) struct Shadow {
    files: Mutex<(HashMap<PathBuf, FileShadow>, u64)>,
    fails: AtomicBool,
}

impl Shadow {
    fn files(&self) -> MutexGuard<'_, (HashMap<PathBuf, FileShadow>, u64)> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fail_syncs(&self, fail: bool) {
        self.fails.store(fail, Ordering::SeqCst);
    }

    pub(crate) fn syncs_fail(&self) -> bool {
        self.fails.load(Ordering::SeqCst)
    }

    pub(crate) fn syncs(&self) -> u64 {
        self.files().1
    }

    pub(crate) fn write(&self, path: &Path, offset: usize, bytes: &[u8]) {
        self.push(path, Pending::Write { offset, bytes: bytes.to_vec() });
    }

    pub(crate) fn truncate(&self, path: &Path, len: usize) {
        self.push(path, Pending::Truncate { len });
    }

    fn push(&self, path: &Path, pending: Pending) {
        let mut files = self.files();
        let file = files.0.entry(path.to_owned()).or_default();
        file.deleted = false;
        file.pending.push(pending);
    }

    pub(crate) fn sync(&self, path: &Path) {
        let mut files = self.files();
        files.1 = files.1.saturating_add(1);
        let file = files.0.entry(path.to_owned()).or_default();
        let mut content = file.durable.take().unwrap_or_default();
        for pending in file.pending.drain(..) {
            apply(&mut content, &pending);
        }
        file.durable = Some(content);
    }

    /// The file was deleted. Without a sync of its folder it may come back, as it was last synced.
    pub(crate) fn delete(&self, path: &Path, synced: bool) {
        let mut files = self.files();
        if synced {
            files.0.remove(path);
        } else if let Some(file) = files.0.get_mut(path) {
            file.pending = vec![Pending::Truncate { len: 0 }];
            file.deleted = true;
        }
    }

    /// The folder was synced: what was deleted stays deleted.
    pub(crate) fn sync_folder(&self, of: &Path) {
        self.files().0.retain(|path, file| !file.deleted || path.parent() != of.parent());
    }

    pub(crate) fn cut(&self, to: &Path, loss: Loss) -> io::Result<()> {
        let files = self.files();
        fs::create_dir_all(to)?;
        let mut paths: Vec<&PathBuf> = files.0.keys().collect();
        paths.sort_unstable();
        let mut random = match loss {
            Loss::Everything => None,
            Loss::Torn(seed) => Some(Random(seed)),
        };
        for path in paths {
            let (Some(file), Some(name)) = (files.0.get(path), path.file_name()) else { continue };
            let Some(mut content) = file.durable.clone() else { continue };
            if let Some(random) = &mut random {
                file.pending.iter().for_each(|pending| tear(&mut content, pending, random));
            }
            fs::write(to.join(name), content)?;
        }
        Ok(())
    }
}

fn apply(content: &mut Vec<u8>, pending: &Pending) {
    match pending {
        Pending::Truncate { len } => content.resize(*len, 0),
        Pending::Write { offset, bytes } => put(content, *offset, bytes),
    }
}

/// Some sectors of a write, or a truncation or none.
fn tear(content: &mut Vec<u8>, pending: &Pending, random: &mut Random) {
    match pending {
        Pending::Truncate { len } => {
            if random.coin() {
                content.resize(*len, 0);
            }
        }
        Pending::Write { offset, bytes } => {
            let mut at = *offset;
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                let to_boundary = SECTOR.saturating_sub(at % SECTOR);
                let (sector, after) = rest.split_at_checked(to_boundary).unwrap_or((rest, &[]));
                if random.coin() {
                    put(content, at, sector);
                }
                at = at.saturating_add(sector.len());
                rest = after;
            }
        }
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset.saturating_add(bytes.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(place) = content.get_mut(offset..end) {
        place.copy_from_slice(bytes);
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough for coins, and the same everywhere.
struct Random(u64);

impl Random {
    fn coin(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30_u32)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27_u32)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31_u32)) & 1 == 1
    }
}
