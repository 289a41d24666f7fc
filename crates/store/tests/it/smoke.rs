//! The main path, once.

use protocol::{CaptureMode, PaymentStatus};
use store::{Options, SqliteStore, Store};

use crate::town::{Town, paid, settings};

#[tokio::test]
async fn a_payment_is_made_and_found_again_after_a_restart() {
    let (town, dir) = (Town::new(1), tempfile::tempdir().unwrap());
    let options = || Options::new(dir.path().join("data")).settings(settings()).clock(town.clock.clone());
    let store = SqliteStore::open(options()).unwrap();
    let (mina, cafe) = (town.person(&*store, "민아", 50_000).await, town.shop(&*store, "카페 봄").await);
    let intent = town.intent(&*store, &cafe, Town::intent_body(4_500, "latte", CaptureMode::Automatic)).await;
    let id = town.payment_id();
    let committed = store.submit(town.pay(&mina, &intent, id)).await.unwrap();
    let payment = paid(committed.outcome);
    assert_eq!(payment.decision, committed.decision);
    assert!(store.is_ready());
    store.close().await.unwrap();
    assert!(!store.is_ready());
    drop(store);

    let store = SqliteStore::open(options()).unwrap();
    let row = store.payment(id).await.unwrap().unwrap();
    assert_eq!(row.payment, payment);
    assert_eq!(row.core, intent.core);
    assert_eq!(row.payment.status, PaymentStatus::Captured);
    let (payer, wallet) = store.payer(mina.payer()).await.unwrap().unwrap();
    assert_eq!(payer.name.as_str(), "민아");
    assert_eq!(wallet.available().minor(), 45_500);
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
}
