//! A folder of an older schema is brought up to date when it is opened, and goes on.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use money::{PaymentId, RefundId};
use payments::Command;
use rusqlite::Connection;
use store::{Options, SqliteStore, Store};

use crate::town::{Town, paid, settings, staff, won};

const SCHEMA_1: &str = include_str!("../data/schema-1.sql");

/// The folder that schema 1 left.
fn folder_of_schema_1(dir: &Path) {
    let kek = SCHEMA_1.split_once("kek: ").and_then(|(_, rest)| rest.lines().next()).unwrap();
    let file = dir.join("kek");
    std::fs::write(&file, format!("{kek}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let raw = Connection::open(dir.join("farthing.db")).unwrap();
    // A dump names tables in the order of their names.
    raw.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    raw.execute_batch(SCHEMA_1).unwrap();
}

fn payment(dir: &Path, status: &str) -> PaymentId {
    let raw = Connection::open(dir.join("farthing.db")).unwrap();
    let sql = "SELECT id FROM payments WHERE status = ?1";
    PaymentId::from_bytes(raw.query_row(sql, (status,), |row| row.get(0)).unwrap())
}

#[tokio::test]
async fn a_folder_of_schema_1_goes_on_under_this_one() {
    let (town, dir) = (Town::new(61), tempfile::tempdir().unwrap());
    folder_of_schema_1(dir.path());
    let (held, captured) = (payment(dir.path(), "authorized"), payment(dir.path(), "captured"));
    let options = || Options::new(dir.path()).settings(settings()).clock(town.clock.clone());
    let store = SqliteStore::open(options()).unwrap();
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
    assert_eq!((audit.decisions, audit.replayed), (15, 0), "another engine made them: verified, not made again");

    let payee = store.payees(1).await.unwrap().remove(0);
    let before = store.payee_balance(payee.card.id).await.unwrap().unwrap();
    assert_eq!((before.account.available(), before.pending), (won(600), won(0)), "what was counted stays counted");
    assert!(before.account.appends());

    // Its merchant has a new key, and goes on with what was begun: the open hold and an old payment.
    let (mut shop, new) = town.new_payee("Cafe");
    shop.id = payee.card.id;
    let rekey = Command::RekeyPayee { permit: staff(), payee: shop.id, api_key: None, signing_key: new.signing_key };
    store.submit(rekey).await.unwrap().outcome.unwrap();
    paid(store.submit(town.capture(&shop, held, None)).await.unwrap().outcome);
    let refund = town.refund(&shop, captured, RefundId::new(town.now(), town.fresh()), 100);
    store.submit(refund).await.unwrap().outcome.unwrap();
    store.submit(town.roll_up(&*store, &shop).await).await.unwrap().outcome.unwrap();
    let after = store.payee_balance(shop.id).await.unwrap().unwrap();
    assert_eq!((after.account.available(), after.pending), (won(1_000), won(0)));
    store.close().await.unwrap();
    drop(store);

    let store = SqliteStore::open(options()).unwrap();
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
    assert_eq!((audit.decisions, audit.replayed), (19, 4));
    store.close().await.unwrap();
}
