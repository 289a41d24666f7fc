//! A primary with a synchronous standby, and what becomes of payments when one of them goes.

use std::sync::Arc;
use std::time::Duration;

use payments::{Accepted, Command, Payment};
use protocol::CaptureMode;
use store::{PostgresOptions, PostgresStore, Store, StoreError, Unready};

use crate::cluster::{Cluster, Setup};
use crate::town::{Person, Shop, Town, paid, settings, won};

/// A primary and its standby, which every commit waits for.
struct Pair {
    primary: Cluster,
    standby: Cluster,
    database: String,
}

impl Pair {
    async fn new() -> Self {
        let primary = Cluster::with(&Setup { settings: vec!["wal_keep_size=64MB".to_owned()], ..Setup::default() });
        let database = primary.database().await;
        let standby = Cluster::with(&Setup { standby_of: Some(&primary), ..Setup::default() });
        let raw = primary.raw("postgres").await;
        raw.batch_execute("ALTER SYSTEM SET synchronous_standby_names = '*'").await.unwrap();
        raw.batch_execute("SELECT pg_reload_conf()").await.unwrap();
        let pair = Self { primary, standby, database };
        pair.until_followed().await;
        pair
    }

    /// Waits until the standby follows the primary.
    async fn until_followed(&self) {
        until(&self.primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", 1).await;
    }

    /// The URL of both, the standby first.
    fn url(&self) -> String {
        let (standby, primary) = (self.standby.url(&self.database), self.primary.url(&self.database));
        let host = primary.split('@').nth(1).unwrap().split('/').next().unwrap();
        standby.replacen('/', "\0", 2).replacen('/', &format!(",{host}/"), 1).replace('\0', "/")
    }

    async fn node(&self, town: &Town, dir: &std::path::Path) -> Arc<PostgresStore> {
        let options = PostgresOptions::new(self.url(), dir).settings(settings()).clock(town.clock.clone());
        PostgresStore::open(options).await.unwrap()
    }
}

/// Waits until a count is at least as wanted.
async fn until(cluster: &Cluster, sql: &str, wanted: i64) {
    let raw = cluster.raw("postgres").await;
    for _ in 0..1_200 {
        if raw.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) >= wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {sql}; {}", cluster.log());
}

/// A payment, asked for again and again until it is answered: the same id, as a phone would.
async fn pay(town: &Town, store: &PostgresStore, mina: &Person, shop: &Shop) -> Payment {
    let intent = loop {
        let body = Town::intent_body(1, "tea", CaptureMode::Automatic);
        let command = Command::CreateIntent { permit: Town::permit(shop), body, idempotency: None };
        match store.submit(command).await.map(|committed| committed.outcome) {
            Ok(Ok(Accepted::Intent(intent))) => break intent,
            Ok(other) => panic!("no intent: {other:?}"),
            Err(StoreError::Failed { .. } | StoreError::Unknown) => {}
            Err(error) => panic!("{error}"),
        }
    };
    let id = town.payment_id();
    loop {
        match store.submit(town.pay(mina, &intent, id)).await {
            Ok(committed) => return paid(committed.outcome),
            Err(StoreError::Failed { .. } | StoreError::Unknown) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn proven(store: &PostgresStore) {
    store.seal().await.unwrap();
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_a_primary_under_load_and_its_standby_has_every_acknowledged_payment() {
    let pair = Pair::new().await;
    let (town, dir) = (Arc::new(Town::new(270)), tempfile::tempdir().unwrap());

    // A standby alone is no database to pay on.
    let alone = PostgresOptions::new(pair.standby.url(&pair.database), dir.path().join("alone"));
    let error = PostgresStore::open(alone).await.unwrap_err().to_string();
    assert!(error.contains("this is a read-only standby: name the primary in the URL, or all hosts"), "{error}");

    let store = pair.node(&town, &dir.path().join("node")).await;
    let mina = Arc::new(town.person(&*store, "Mina", 100_000).await);
    let shop = Arc::new(town.shop(&*store, "Cafe").await);
    let (tell, mut acknowledged) = tokio::sync::mpsc::unbounded_channel();
    let mut payers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (town, store, mina, shop) = (Arc::clone(&town), Arc::clone(&store), Arc::clone(&mina), Arc::clone(&shop));
        let tell = tell.clone();
        payers.spawn(async move {
            for _ in 0..40 {
                let payment = pay(&town, &store, &mina, &shop).await;
                tell.send(payment).unwrap();
            }
        });
    }
    drop(tell);
    let mut all = Vec::new();
    while all.len() < 80 {
        all.push(acknowledged.recv().await.unwrap());
    }
    pair.primary.stop(true);
    pair.standby.promote().await;
    while let Some(payment) = acknowledged.recv().await {
        all.push(payment);
    }
    while let Some(payer) = payers.join_next().await {
        payer.unwrap();
    }
    assert_eq!(all.len(), 320, "the node has found the new primary by itself");
    assert!(store.is_ready(), "{:?}", store.unready());
    for payment in &all {
        assert_eq!(store.payment(payment.id).await.unwrap().unwrap().payment, *payment);
    }
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(100_000 - 320));
    proven(&store).await;

    // The old primary comes back and would take writes; the new one goes. Nothing is decided on the old one.
    pair.primary.start_again();
    drop(pair.primary.raw("postgres").await);
    pair.standby.stop(true);
    let said = loop {
        // Connections that broke meanwhile are met first.
        match store.pinned("agreement").await.map_err(|error| std::error::Error::source(&error).unwrap().to_string()) {
            Err(said) if said.contains("went on elsewhere") => break said,
            Err(_) => {}
            Ok(_) => panic!("the old primary was asked"),
        }
    };
    assert!(said.contains("timeline 2, this one is on 1"), "{said}");
    until_unready(&store, Unready::DatabaseAway).await;
    pair.standby.start_again();
    let payment = pay(&town, &store, &mina, &shop).await;
    assert_eq!(store.payment(payment.id).await.unwrap().unwrap().payment, payment);
    proven(&store).await;
}

async fn until_unready(store: &PostgresStore, wanted: Unready) {
    for _ in 0..800 {
        if store.unready() == Some(wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("unready: {:?}, not {wanted:?}", store.unready());
}

const WAITING: &str = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_wait_for_the_standby_is_cancelled_is_not_believed() {
    let pair = Pair::new().await;
    let (town, dir) = (Town::new(271), tempfile::tempdir().unwrap());
    let store = pair.node(&town, dir.path()).await;
    let (mina, shop) = (town.person(&*store, "Mina", 1_000).await, town.shop(&*store, "Cafe").await);
    let intent = town.intent(&*store, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
    pair.standby.stop(true);
    let command = town.pay(&mina, &intent, town.payment_id());
    let paying = {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.submit(command).await })
    };
    let raw = pair.primary.raw("postgres").await;
    let mut cancelled = 0;
    while cancelled < 3 {
        // First the commit itself; PostgreSQL then reports it as made. After that whoever looks for its outcome.
        until(&pair.primary, &format!("SELECT count(*) {WAITING}"), 1).await;
        let sql = format!("SELECT count(*) FILTER (WHERE pg_cancel_backend(pid)) {WAITING}");
        cancelled += raw.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0);
        assert!(!paying.is_finished(), "answered, although the standby does not have it");
    }
    until(&pair.primary, &format!("SELECT count(*) {WAITING}"), 1).await;
    assert!(!paying.is_finished(), "answered, although the standby does not have it");
    pair.standby.start_again();
    let payment = paid(paying.await.unwrap().unwrap().outcome);
    // Whatever becomes of the primary now, it is there.
    pair.until_followed().await;
    pair.primary.stop(true);
    pair.standby.promote().await;
    let found = loop {
        if let Ok(found) = store.payment(payment.id).await {
            break found;
        }
    };
    assert_eq!(found.unwrap().payment, payment);
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(990));
    proven(&store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_that_lacks_acknowledged_commits_stops_the_node_instead_of_being_built_on() {
    let pair = Pair::new().await;
    // An operator's mistake: commits do not wait for the standby, and it is promoted although it lags.
    let raw = pair.primary.raw("postgres").await;
    let (town, dir) = (Town::new(272), tempfile::tempdir().unwrap());
    let store = pair.node(&town, dir.path()).await;
    let (mina, shop) = (town.person(&*store, "Mina", 1_000).await, town.shop(&*store, "Cafe").await);
    let first = pay(&town, &store, &mina, &shop).await;
    raw.batch_execute("ALTER SYSTEM SET synchronous_standby_names = ''").await.unwrap();
    raw.batch_execute("SELECT pg_reload_conf()").await.unwrap();
    pair.standby.stop(false);
    // On either writer's chain, so that whichever is asked next finds it out.
    let mut lost = Vec::new();
    for _ in 0..8 {
        lost.push(pay(&town, &store, &mina, &shop).await);
    }
    pair.primary.stop(true);
    pair.standby.start_again();
    pair.standby.promote().await;
    let intent = loop {
        let body = Town::intent_body(1, "tea", CaptureMode::Automatic);
        let command = Command::CreateIntent { permit: Town::permit(&shop), body, idempotency: None };
        match store.submit(command).await {
            Err(StoreError::Failed { source, .. }) if source.to_string().contains("lacks commits of this node") => {
                break None;
            }
            Err(StoreError::Failed { .. } | StoreError::Unknown) => {}
            Err(error) => panic!("{error}"),
            Ok(committed) => match committed.outcome {
                // The writer whose chain lost nothing may have taken it; the next one is the other's.
                Ok(Accepted::Intent(intent)) if lost.len() < 64 => {
                    lost.push(first.clone());
                    drop(intent);
                }
                other => break Some(other),
            },
        }
    };
    assert!(intent.is_none(), "{intent:?}");
    assert_eq!(store.unready(), Some(Unready::Behind));
    let said = store.submit(town.freeze(&mina)).await.unwrap_err();
    assert!(std::error::Error::source(&said).unwrap().to_string().contains("restart this node to go on from there"));
    store.close().await.unwrap();
    drop(store);
    // Said, and started again: it goes on from what is there, and what is there is sound.
    let store = pair.node(&town, dir.path()).await;
    assert_eq!(store.payment(first.id).await.unwrap().unwrap().payment, first);
    pay(&town, &store, &mina, &shop).await;
    proven(&store).await;
}
