//! What lies on the disk, and what is left of somebody whose key was destroyed.

use protocol::CaptureMode;
use rusqlite::Connection;
use store::{Options, SqliteStore, Store};

use crate::town::{Town, paid, settings};

/// Whether any file of the folder has these bytes.
fn holds(dir: &std::path::Path, words: &str) -> bool {
    std::fs::read_dir(dir).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    })
}

#[tokio::test]
async fn no_name_lies_on_the_disk_in_clear() {
    let (town, dir) = (Town::new(20), tempfile::tempdir().unwrap());
    let store = SqliteStore::open(Options::new(dir.path()).settings(settings()).clock(town.clock.clone())).unwrap();
    let (mina, shop) = (town.person(&*store, "Zaphodia", 10_000).await, town.shop(&*store, "Magrathea").await);
    let (_, bind) = town.bind(&mina, "Heartofgold");
    store.submit(bind).await.unwrap().outcome.unwrap();
    let intent = town.intent(&*store, &shop, Town::intent_body(42, "towel", CaptureMode::Manual)).await;
    let payment = paid(store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    paid(store.submit(town.capture(&shop, payment.id, None)).await.unwrap().outcome);
    let check = || {
        assert!(!holds(dir.path(), "Zaphodia"), "the payer's name, and \"Zaphodia's phone\"");
        assert!(!holds(dir.path(), "Heartofgold"));
        assert!(holds(dir.path(), "Magrathea"), "a payee's name is public: the search does find what is there");
    };
    assert!(dir.path().join("farthing.db-wal").exists());
    check();
    store.close().await.unwrap();
    check();
}

#[tokio::test]
async fn without_a_payers_key_the_chain_still_holds_and_nobody_has_the_name() {
    let (town, dir) = (Town::new(21), tempfile::tempdir().unwrap());
    let options = || Options::new(dir.path()).settings(settings()).clock(town.clock.clone());
    let store = SqliteStore::open(options()).unwrap();
    let mina = town.person(&*store, "Mina", 10_000).await;
    let joon = town.person(&*store, "Joon", 10_000).await;
    let before = store.verify_audit().await.unwrap();
    store.close().await.unwrap();
    let raw = Connection::open(dir.path().join("farthing.db")).unwrap();
    assert_eq!(raw.execute("DELETE FROM payer_keys WHERE payer = ?1", [mina.payer().as_bytes()]).unwrap(), 2);
    drop(raw);
    let store = SqliteStore::open(options()).unwrap();
    let after = store.verify_audit().await.unwrap();
    assert!(after.ok, "{:?}", after.findings);
    assert_eq!((after.decisions, after.replayed), (before.decisions, before.replayed - 2), "opened and funded");
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().0.name.as_str(), "(erased)");
    assert_eq!(store.payer(joon.payer()).await.unwrap().unwrap().0.name.as_str(), "Joon");
}
