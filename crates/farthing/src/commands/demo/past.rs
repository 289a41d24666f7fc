//! The town's past, played into the data folder before it is served.

use std::path::Path;
use std::sync::Arc;

use payments::Settings;
use simulator::{Settled, Town, settle_history};
use store::{Clock, ManualClock, Options, SqliteStore, Store, SystemClock};

use crate::failure::{Failure, failed};

/// Memory that looks like a folder, on Linux: a past played there waits for no disk.
const MEMORY: &str = "/dev/shm";
/// What a closed data folder consists of.
const FILES: [&str; 2] = ["farthing.db", "kek"];

/// Plays the past into `data`, unless it holds this town already; `None` then.
///
/// WHY: a past is thousands of commits one after the other, each of which waits for the disk. Nobody relies on any of
/// them yet, so they are made in memory, by the same store, and the closed folder is copied and synced as a whole.
pub(super) async fn live_through(
    data: &Path,
    settings: &Settings,
    town: &Town,
    days: u32,
) -> Result<Option<Settled>, Failure> {
    if data.join("farthing.db").exists() {
        holds_this_town(data, town).await?;
        return Ok(None);
    }
    let memory = tempfile::Builder::new().prefix("farthing-").tempdir_in(MEMORY).ok();
    let place = memory.as_ref().map_or(data, |memory| memory.path());
    let settled = play(place, settings, town, days).await?;
    if memory.is_some() {
        bring(place, data).map_err(failed(format!("cannot write `{}`", data.display())))?;
    }
    Ok(Some(settled))
}

async fn play(place: &Path, settings: &Settings, town: &Town, days: u32) -> Result<Settled, Failure> {
    let now = SystemClock.now();
    let clock = Arc::new(ManualClock::new(money::Instant::EPOCH));
    let options = Options::new(place).settings(settings.clone()).clock(clock.clone()).readers(1);
    let store = SqliteStore::open(options).map_err(failed("cannot open the data folder"))?;
    let settled = settle_history(store.as_ref(), &clock, town, days, now).await;
    let settled = settled.map_err(failed("cannot play the town's past"))?;
    store.close().await.map_err(failed("cannot close the data folder"))?;
    Ok(settled)
}

/// Copies a closed data folder, durably, for its owner only. The database comes last: without it the folder is new.
fn bring(from: &Path, to: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for name in FILES.iter().rev() {
        std::fs::copy(from.join(name), to.join(name))?;
        std::fs::File::open(to.join(name))?.sync_all()?;
    }
    std::fs::File::open(to)?.sync_all()
}

/// A folder from an earlier demo goes on, when it was of the same town.
async fn holds_this_town(data: &Path, town: &Town) -> Result<(), Failure> {
    let store = SqliteStore::open(Options::new(data)).map_err(failed("cannot open the data folder"))?;
    let mut known = true;
    for shop in town.merchants() {
        let payee = store.payee(shop.card.id).await.map_err(failed("cannot read the data folder"))?;
        known &= payee.is_some();
    }
    store.close().await.map_err(failed("cannot close the data folder"))?;
    if known {
        return Ok(());
    }
    let failure = Failure::new(format!("`{}` holds something else than the town of this seed", data.display()));
    Err(failure.hint("use the seed it was made with, or another folder"))
}
