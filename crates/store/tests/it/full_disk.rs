//! A database whose disk is really full: nothing acknowledged is lost, readiness tells, and work goes on by itself once
//! there is room again.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use payments::{Accepted, Command, Payment};
use protocol::CaptureMode;
use store::{PostgresOptions, PostgresStore, Store, StoreError, Unready};

use crate::cluster::{Cluster, Disk, Setup};
use crate::town::{Person, Shop, Town, paid, settings, won};

/// Whatever is left of the disk.
struct Ballast(PathBuf);

impl Ballast {
    fn fill(disk: &Path) -> Self {
        let path = disk.join("ballast");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Self(path)
    }

    fn remove(self) {
        std::fs::remove_file(self.0).unwrap();
    }
}

/// One node, its people, and what it has acknowledged.
struct Shopping {
    town: Town,
    store: Arc<PostgresStore>,
    mina: Person,
    shop: Shop,
    acknowledged: Vec<Payment>,
    _dir: tempfile::TempDir,
}

impl Shopping {
    async fn new(seed: u64, cluster: &Cluster) -> Self {
        let (town, dir) = (Town::new(seed), tempfile::tempdir().unwrap());
        let url = cluster.url(&cluster.database().await);
        let options = PostgresOptions::new(url, dir.path()).settings(settings()).clock(town.clock.clone());
        let store = PostgresStore::open(options).await.unwrap();
        let (mina, shop) = (town.person(&*store, "Mina", 100_000).await, town.shop(&*store, "Cafe").await);
        let mut shopping = Self { town, store, mina, shop, acknowledged: Vec::new(), _dir: dir };
        for _ in 0..5 {
            shopping.pay().await.unwrap();
        }
        shopping
    }

    async fn pay(&mut self) -> Result<(), StoreError> {
        let body = Town::intent_body(1, "tea", CaptureMode::Automatic);
        let command = Command::CreateIntent { permit: Town::permit(&self.shop), body, idempotency: None };
        let Accepted::Intent(intent) = self.store.submit(command).await?.outcome.unwrap() else { panic!("no intent") };
        let pay = self.town.pay(&self.mina, &intent, self.town.payment_id());
        self.acknowledged.push(paid(self.store.submit(pay).await?.outcome));
        Ok(())
    }

    /// Pays until it is told that nothing was written; with why.
    async fn until_refused(&mut self) -> String {
        for _ in 0..5_000 {
            match self.pay().await {
                Ok(()) => {}
                Err(StoreError::Failed { source, .. }) => return source.to_string(),
                Err(error) => panic!("{error}"),
            }
        }
        panic!("the disk never was full");
    }

    async fn until_ready(&self) {
        for _ in 0..1_200 {
            if self.store.is_ready() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("never ready again: {:?}", self.store.unready());
    }

    /// Every acknowledged payment is there, and no other; the books balance.
    async fn proven(&self) {
        for payment in &self.acknowledged {
            assert_eq!(self.store.payment(payment.id).await.unwrap().unwrap().payment, *payment);
        }
        let spent = i64::try_from(self.acknowledged.len()).unwrap();
        let wallet = self.store.payer(self.mina.payer()).await.unwrap().unwrap().1;
        assert_eq!(wallet.available(), won(100_000 - spent));
        self.store.seal().await.unwrap();
        let ledger = self.store.check_ledger().await.unwrap();
        assert!(ledger.ok, "{:?}", ledger.findings);
        let audit = self.store.verify_audit().await.unwrap();
        assert!(audit.ok, "{:?}", audit.findings);
    }
}

#[tokio::test]
async fn kill_no_payment_when_the_disk_of_the_data_is_full() {
    if !Disk::is_possible() {
        return;
    }
    let cluster = Cluster::with(&Setup { disk: Some(Disk::Data(96)), ..Setup::default() });
    let mut shopping = Shopping::new(280, &cluster).await;
    for _ in 0..2 {
        let ballast = Ballast::fill(&cluster.disk());
        let said = shopping.until_refused().await;
        assert!(said.contains("the database's disk is full: make room; nothing was written"), "{said}");
        assert_eq!(shopping.store.unready(), Some(Unready::StorageFull));
        // Others are served still: what is read, and what is refused.
        let wallet = shopping.store.payer(shopping.mina.payer()).await.unwrap().unwrap().1;
        let spent = i64::try_from(shopping.acknowledged.len()).unwrap();
        assert_eq!(wallet.available(), won(100_000 - spent));
        ballast.remove();
        shopping.until_ready().await;
        for _ in 0..20 {
            shopping.pay().await.unwrap();
        }
    }
    shopping.proven().await;
}

#[tokio::test]
async fn kill_no_payment_when_the_whole_disk_is_full_and_the_database_gives_up() {
    if !Disk::is_possible() {
        return;
    }
    let small_log = ["min_wal_size=8MB", "max_wal_size=8MB"].map(str::to_owned).to_vec();
    let cluster = Cluster::with(&Setup { disk: Some(Disk::All(128)), settings: small_log, ..Setup::default() });
    let mut shopping = Shopping::new(281, &cluster).await;
    let ballast = Ballast::fill(&cluster.disk());
    shopping.until_refused().await;
    assert!(!shopping.store.is_ready());
    ballast.remove();
    // Where its log cannot be written the server stops; whoever watches over it starts it.
    if cluster.has_ended() {
        cluster.start_again();
    }
    shopping.until_ready().await;
    for _ in 0..20 {
        shopping.pay().await.unwrap();
    }
    shopping.proven().await;
}
