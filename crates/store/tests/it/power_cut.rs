//! A power cut loses no acknowledged payment, also when it leaves half-written sectors behind.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use money::PaymentId;
use protocol::CaptureMode;
use store::{Options, SqliteStore, Store, StoreError};
use test_vfs::{Disk, Loss};

use crate::town::{Town, paid, settings, won};

const SEEDS: u64 = 10;
const CUTS: usize = 4;

fn options(dir: &Path, town: &Town) -> Options {
    // A small log, so that cuts also fall into its being copied into the database.
    Options::new(dir).settings(settings()).clock(town.clock.clone()).checkpoint_pages(20)
}

/// What was acknowledged, in order, and a word for each.
#[derive(Default)]
struct Acknowledged(Mutex<Vec<PaymentId>>);

/// Pays until nobody listens any more.
async fn pay(town: &Town, store: &SqliteStore, acknowledged: &Acknowledged, told: &Sender<()>) {
    let (mina, shop) = (town.person(store, "Mina", 1_000_000).await, town.shop(store, "Cafe").await);
    loop {
        let mut waiting = Vec::new();
        for number in 0..8 {
            let capture = if number % 3 == 0 { CaptureMode::Manual } else { CaptureMode::Automatic };
            let intent = town.intent(store, &shop, Town::intent_body(1, "tea", capture)).await;
            let id = town.payment_id();
            waiting.push((id, store.submit(town.pay(&mina, &intent, id))));
        }
        let roll_up = store.submit(town.roll_up(store, &shop).await);
        for (id, answer) in waiting {
            answer.await.unwrap().outcome.unwrap();
            acknowledged.0.lock().unwrap().push(id);
            if told.send(()).is_err() {
                return;
            }
        }
        roll_up.await.unwrap().outcome.unwrap();
    }
}

/// The folder as a power cut at this moment leaves it, and what had been acknowledged before it.
fn cut(disk: &Disk, dir: &Path, to: &Path, loss: Loss, acknowledged: &Acknowledged) -> Vec<PaymentId> {
    let before = acknowledged.0.lock().unwrap().clone();
    disk.cut(to, loss).unwrap();
    std::fs::copy(dir.join("kek"), to.join("kek")).unwrap();
    before
}

async fn check(dir: &Path, town: &Town, acknowledged: &[PaymentId], when: &str) {
    let store = SqliteStore::open(options(dir, town)).unwrap();
    for id in acknowledged {
        assert!(store.payment(*id).await.unwrap().is_some(), "{id} was acknowledged before {when}");
    }
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{when}: {:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{when}: {:?}", audit.findings);
    assert_eq!(audit.decisions, audit.replayed, "{when}");
    store.close().await.unwrap();
}

/// Waits for so many acknowledgements.
fn wait_for(acknowledged: &Receiver<()>, count: u8) {
    for _ in 0..count {
        acknowledged.recv().unwrap();
    }
}

/// Cuts the power several times while somebody pays; every folder so made must be whole.
async fn power_is_cut(seed: u64, torn: bool) {
    let town = Arc::new(Town::new(seed));
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let disk = Disk::register(&format!("cut-{seed}-{torn}")).unwrap();
    let store = SqliteStore::open(options(&dir, &town).vfs(disk.name())).unwrap();
    let acknowledged = Arc::new(Acknowledged::default());
    let (told, heard) = channel();
    let payer = {
        let (town, acknowledged, store) = (Arc::clone(&town), Arc::clone(&acknowledged), Arc::clone(&store));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(pay(&town, &store, &acknowledged, &told));
        })
    };
    for number in 0..CUTS {
        wait_for(&heard, town.fresh::<1>()[0] / 4);
        let loss = if torn { Loss::Torn(u64::from_be_bytes(town.fresh())) } else { Loss::Everything };
        let to = place.path().join(format!("cut-{number}"));
        let before = cut(&disk, &dir, &to, loss, &acknowledged);
        check(&to, &town, &before, &format!("cut {number} of seed {seed}, {loss:?}")).await;
    }
    drop(heard);
    payer.join().unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn power_cut_loses_no_acknowledged_payment() {
    for seed in 0..SEEDS {
        power_is_cut(100 + seed, false).await;
    }
}

#[tokio::test]
async fn power_cut_with_torn_sectors_loses_no_acknowledged_payment() {
    for seed in 0..SEEDS {
        power_is_cut(200 + seed, true).await;
    }
}

/// The control: the disk does lose what is not synced, so the tests above can fail.
#[tokio::test]
async fn power_cut_loses_what_was_never_synced() {
    let town = Town::new(300);
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("data");
    let disk = Disk::register("cut-control").unwrap();
    let open = || options(&dir, &town).vfs(disk.name());
    let store = SqliteStore::open(open()).unwrap();
    let mina = town.person(&*store, "Mina", 1_000).await;
    let shop = town.shop(&*store, "Cafe").await;
    store.close().await.unwrap();
    drop(store);
    let store = SqliteStore::open(open().dangerous_unsynced()).unwrap();
    let intent = town.intent(&*store, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
    let id = town.payment_id();
    store.submit(town.pay(&mina, &intent, id)).await.unwrap().outcome.unwrap();
    assert!(store.payment(id).await.unwrap().is_some());
    let to = place.path().join("cut");
    cut(&disk, &dir, &to, Loss::Everything, &Acknowledged::default());
    let left = SqliteStore::open(options(&to, &town)).unwrap();
    assert!(left.payer(mina.payer()).await.unwrap().is_some(), "what was synced is there");
    assert!(left.payment(id).await.unwrap().is_none(), "what was acknowledged without a sync is lost");
}

/// A disk that takes writes but cannot make them durable: nobody is told that they were paid, nor that they were not.
#[tokio::test]
async fn a_commit_that_cannot_be_synced_is_unknown_and_may_be_sent_again() {
    let town = Town::new(301);
    let place = tempfile::tempdir().unwrap();
    let disk = Disk::register("failing-syncs").unwrap();
    let store = SqliteStore::open(options(place.path(), &town).vfs(disk.name())).unwrap();
    let (mina, shop) = (town.person(&*store, "Mina", 1_000).await, town.shop(&*store, "Cafe").await);
    let intent = town.intent(&*store, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
    let body = town.pay_body(&mina, &intent, town.payment_id());
    disk.fail_syncs(true);
    let unsure = store.submit(town.pay_as(&mina, body.clone(), town.fresh())).await;
    assert!(matches!(unsure, Err(StoreError::Unknown)), "{unsure:?}");
    disk.fail_syncs(false);
    let payment = paid(store.submit(town.pay_as(&mina, body, town.fresh())).await.unwrap().outcome);
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(990));
    let to = place.path().join("cut");
    cut(&disk, place.path(), &to, Loss::Everything, &Acknowledged::default());
    check(&to, &town, &[payment.id], "a cut after a failed sync").await;
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_quote_costs_no_sync() {
    let town = Town::new(302);
    let place = tempfile::tempdir().unwrap();
    let disk = Disk::register("quotes").unwrap();
    // A log large enough not to be copied in between, which would be synced too.
    let options = options(place.path(), &town).checkpoint_pages(10_000);
    let store = SqliteStore::open(options.vfs(disk.name())).unwrap();
    let (mina, shop) = (town.person(&*store, "Mina", 1_000).await, town.shop(&*store, "Cafe").await);
    let intent = town.intent(&*store, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
    let before = disk.syncs();
    for _ in 0..5 {
        store.submit(town.quote(&mina, &intent)).await.unwrap().outcome.unwrap();
    }
    assert_eq!(disk.syncs(), before);
    store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome.unwrap();
    assert_eq!(disk.syncs(), before + 1, "one payment, one sync");
    store.close().await.unwrap();
}
