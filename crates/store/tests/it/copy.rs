//! An embedded store moves to PostgreSQL and goes on there; and a database of schema 1 goes on under this one.

use protocol::CaptureMode;
use store::{Options, PostgresOptions, PostgresStore, SqliteStore, Store};

use crate::cluster::cluster;
use crate::town::{Town, paid, settings, won};

#[tokio::test]
async fn an_embedded_store_is_copied_row_for_row_and_goes_on_under_postgres() {
    let (town, dir) = (Town::new(220), tempfile::tempdir().unwrap());
    let data = dir.path().join("data");
    let options = || Options::new(&data).settings(settings()).clock(town.clock.clone());
    let store = SqliteStore::open(options()).unwrap();
    let (mina, shop) = (town.person(&*store, "민아", 10_000).await, town.shop(&*store, "카페").await);
    let mut payments = Vec::new();
    for capture in [CaptureMode::Automatic, CaptureMode::Manual, CaptureMode::Automatic] {
        let intent = town.intent(&*store, &shop, Town::intent_body(500, "tea", capture)).await;
        payments.push(paid(store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome));
    }
    town.refunded(&*store, &shop, payments[0].id, 200).await;
    store.seal().await.unwrap();
    let url = cluster().url(&cluster().database().await);
    let served = store::copy(&data, &url, &mut |_| ()).await.unwrap_err().to_string();
    assert!(served.contains("another process serves the data folder"), "{served}");
    let before = store.verify_audit().await.unwrap();
    let wallet = store.payer(mina.payer()).await.unwrap();
    let balance = store.payee_balance(shop.id).await.unwrap();
    store.close().await.unwrap();
    drop(store);

    let mut told = Vec::new();
    let copied = store::copy(&data, &url, &mut |step| {
        if let store::CopyStep::Compared(table) = step {
            told.push(table.table.clone());
        }
    })
    .await
    .unwrap();
    assert_eq!(copied.iter().map(|table| table.table.clone()).collect::<Vec<_>>(), told);
    let rows = |name: &str| copied.iter().find(|table| table.table == name).unwrap().rows;
    assert_eq!((rows("payments"), rows("payers"), rows("decisions")), (3, 1, before.decisions));
    let again = store::copy(&data, &url, &mut |_| ()).await.unwrap_err().to_string();
    assert!(again.contains("the database is not empty"), "{again}");

    let node = dir.path().join("node");
    std::fs::create_dir(&node).unwrap();
    std::fs::copy(data.join("kek"), node.join("kek")).unwrap();
    let open = || PostgresOptions::new(&*url, &node).settings(settings()).clock(town.clock.clone());
    let store = PostgresStore::open(open()).await.unwrap();
    assert_eq!(store.payer(mina.payer()).await.unwrap(), wallet);
    assert_eq!(store.payee_balance(shop.id).await.unwrap(), balance);
    for payment in &payments {
        assert_eq!(store.payment(payment.id).await.unwrap().unwrap().payment.body, payment.body);
    }
    paid(store.submit(town.capture(&shop, payments[1].id, None)).await.unwrap().outcome);
    let intent = town.intent(&*store, &shop, Town::intent_body(100, "tea", CaptureMode::Automatic)).await;
    paid(store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    store.seal().await.unwrap();
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10_000 - 1_600 + 200));
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
    assert_eq!((audit.decisions, audit.replayed), (before.decisions + 3, before.replayed + 3));
}

#[tokio::test]
async fn a_database_of_schema_1_goes_on_under_this_one() {
    let (town, dir) = (Town::new(221), tempfile::tempdir().unwrap());
    let database = cluster().database().await;
    let mut raw = cluster().raw(&database).await;
    let schema_1 = include_str!("../../migrations/postgres/V1__initial.sql");
    let first = refinery::Migration::unapplied("V1__initial", schema_1).unwrap();
    refinery::Runner::new(&[first]).run_async(&mut raw).await.unwrap();
    // A payee as schema 1 kept it: its account counts at once, and an open hold has promised it something.
    let (mut shop, _) = town.new_payee("Old");
    let account = town.fresh::<16>();
    let sql = "INSERT INTO accounts (id, currency, normal, overdraft, overdraft_minor, debits_posted, credits_posted, \
        debits_held, credits_held, closed) VALUES ($1, 'KRW', 'credit', 'none', 0, 0, 0, 0, 300, false)";
    raw.execute(sql, &[&account.as_slice()]).await.unwrap();
    let sql = "INSERT INTO payees (id, category, name, name_latin, place, city, account, currency, api_key, \
        signing_key, closed, registered_at) \
        VALUES ($1, '5814', 'Old', 'Old', 'Seoul', 'Seoul', $2, 'KRW', NULL, NULL, false, 1)";
    raw.execute(sql, &[&shop.id.as_bytes().as_slice(), &account.as_slice()]).await.unwrap();
    let options = PostgresOptions::new(cluster().url(&database), dir.path());
    let store = PostgresStore::open(options.settings(settings()).clock(town.clock.clone())).await.unwrap();
    let balance = store.payee_balance(shop.id).await.unwrap().unwrap();
    assert!(balance.account.appends(), "credits are appended from now on");
    assert_eq!(balance.account.credits_held, 0);
    shop.id = balance.payee.card.id;
    let mina = town.person(&*store, "Mina", 1_000).await;
    let intent = town.intent(&*store, &shop, Town::intent_body(300, "tea", CaptureMode::Automatic)).await;
    paid(store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    store.submit(town.roll_up(&*store, &shop).await).await.unwrap().outcome.unwrap();
    let balance = store.payee_balance(shop.id).await.unwrap().unwrap();
    assert_eq!((balance.account.available(), balance.pending), (won(300), won(0)));
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
}
