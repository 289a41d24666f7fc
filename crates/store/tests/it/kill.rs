//! A process that is killed while it pays loses no payment it acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use money::PaymentId;
use protocol::CaptureMode;
use store::{Options, SqliteStore, Store};

use crate::town::{Town, settings};

/// Tells the child where its store is and which run this is.
const DIR: &str = "FARTHING_KILL_DIR";
const RUN: &str = "FARTHING_KILL_RUN";
const RUNS: u64 = 10;
/// Payments in flight at any time.
const INFLIGHT: usize = 16;

fn options(dir: &Path, town: &Town) -> Options {
    Options::new(dir).settings(settings()).clock(town.clock.clone()).checkpoint_pages(50)
}

/// Pays without end and prints each payment once it is acknowledged.
async fn pay_without_end(dir: &Path, run: u64) {
    let town = Town::new(1_000 + run);
    let store = SqliteStore::open(options(dir, &town)).unwrap();
    let (mina, shop) = (town.person(&*store, "Mina", 1_000_000).await, town.shop(&*store, "Cafe").await);
    loop {
        let mut waiting = Vec::new();
        for number in 0..INFLIGHT {
            let capture = if number % 3 == 0 { CaptureMode::Manual } else { CaptureMode::Automatic };
            let intent = town.intent(&*store, &shop, Town::intent_body(1, "tea", capture)).await;
            let id = town.payment_id();
            waiting.push((id, store.submit(town.pay(&mina, &intent, id))));
        }
        let roll_up = store.submit(town.roll_up(&*store, &shop).await);
        for (id, answer) in waiting {
            answer.await.unwrap().outcome.unwrap();
            let mut out = std::io::stdout().lock();
            writeln!(out, "\npaid {id}").unwrap();
            out.flush().unwrap();
        }
        roll_up.await.unwrap().outcome.unwrap();
    }
}

/// Not a test of its own: the process that [`kill_9_loses_no_acknowledged_payment`] starts and kills.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a test's own child is told by its environment what it is")]
async fn kill_child() {
    if let (Some(dir), Ok(run)) = (std::env::var_os(DIR), std::env::var(RUN)) {
        pay_without_end(Path::new(&dir), run.parse().unwrap()).await;
    }
}

/// Starts a child, kills it once it has acknowledged `wanted` payments, and gives everything it acknowledged.
fn acknowledged_until_killed(dir: &Path, run: u64, wanted: usize) -> Vec<PaymentId> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::kill_child", "--nocapture", "--test-threads=1"])
        .env(DIR, dir)
        .env(RUN, run.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut paid = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        // A line cut short by the kill is no acknowledgement.
        paid.extend(line.strip_prefix("paid ").and_then(|id| id.parse::<PaymentId>().ok()));
        if paid.len() == wanted {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "the child never ends by itself");
    assert!(paid.len() >= wanted);
    paid
}

#[tokio::test]
async fn kill_9_loses_no_acknowledged_payment() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for run in 0..RUNS {
        let town = Town::new(run);
        let wanted = 1 + usize::from(town.fresh::<1>()[0]);
        acknowledged.extend(acknowledged_until_killed(dir.path(), run, wanted));
        let store = SqliteStore::open(options(dir.path(), &town)).unwrap();
        for id in &acknowledged {
            assert!(store.payment(*id).await.unwrap().is_some(), "{id} was acknowledged in a run up to {run}");
        }
        let ledger = store.check_ledger().await.unwrap();
        assert!(ledger.ok, "{:?}", ledger.findings);
        let audit = store.verify_audit().await.unwrap();
        assert!(audit.ok, "{:?}", audit.findings);
        assert_eq!(audit.decisions, audit.replayed);
        store.close().await.unwrap();
    }
}
