//! One bad command never hurts its neighbours.

use std::sync::{Arc, Mutex};

use payments::{Admitted, Facts};
use protocol::CaptureMode;
use rusqlite::Connection;
use store::{Options, SqliteStore, Store, StoreError};

use crate::town::{Town, paid, settings, won};

#[tokio::test]
async fn a_command_that_panics_is_quarantined_alone() {
    let (town, dir) = (Town::new(30), tempfile::tempdir().unwrap());
    let poison = Arc::new(Mutex::new(None));
    let hook = {
        let poison = Arc::clone(&poison);
        move |command: &Admitted| {
            if let Facts::Pay { body, .. } = command.facts() {
                let poison = *poison.lock().unwrap();
                assert_ne!(poison, Some(body.payment), "poisoned");
            }
        }
    };
    let options = Options::new(dir.path()).settings(settings()).clock(town.clock.clone());
    let store = SqliteStore::open(options.before_deciding(Arc::new(hook))).unwrap();
    let (mina, shop) = (town.person(&*store, "Mina", 10_000).await, town.shop(&*store, "Cafe").await);
    let mut commands = Vec::new();
    for number in 0..40 {
        let intent = town.intent(&*store, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
        let id = town.payment_id();
        if number == 17 {
            *poison.lock().unwrap() = Some(id);
        }
        commands.push(town.pay(&mina, &intent, id));
    }
    let waiting: Vec<_> = commands.into_iter().map(|command| store.submit(command)).collect();
    for (number, answer) in waiting.into_iter().enumerate() {
        match (number, answer.await) {
            (17, Err(StoreError::Quarantined(message))) => assert!(message.contains("poisoned"), "{message}"),
            (_, answer) => drop(paid(answer.unwrap().outcome)),
        }
    }
    assert!(store.is_ready());
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10_000 - 39 * 10));
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
    store.close().await.unwrap();
    let raw = Connection::open(dir.path().join("farthing.db")).unwrap();
    let row = raw.query_row("SELECT command, message FROM quarantine", (), |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    });
    let (command, message) = row.unwrap();
    assert_eq!(command, "pay");
    assert!(message.contains("poisoned"), "{message}");
}
