//! A `COMMIT` that gets lost, on its way to the database or on its way back: a proxy between a node and the real server
//! reads the protocol and does to that one message what a network might.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol::CaptureMode;
use store::{KeySource, PostgresOptions, PostgresStore, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Notify;

use crate::cluster::cluster;
use crate::town::{Town, paid, settings, won};

/// What becomes of the next commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The message never reaches the server, which sees its client go.
    Lost,
    /// The server commits, and nobody hears its answer.
    Unanswered,
    /// The client is cut off, and the message reaches the server only when somebody already asks how it ended.
    Late,
}

#[derive(Default)]
struct Plan {
    next: Mutex<Option<Fate>>,
    /// What has been done.
    done: Mutex<Vec<Fate>>,
    release: Notify,
}

/// Listens on loopback and hands everything on to the cluster's socket.
async fn proxy(plan: Arc<Plan>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(cluster().dir().join(".s.PGSQL.5432")).await.unwrap();
            tokio::spawn(pass(client, server, Arc::clone(&plan)));
        }
    });
    port
}

/// Hands on one connection, message by message on the way there, until it ends or its fate is met.
async fn pass(client: TcpStream, server: UnixStream, plan: Arc<Plan>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let (cut, is_cut) = tokio::sync::oneshot::channel::<()>();
    let back = tokio::spawn(async move {
        tokio::select! {
            _ = tokio::io::copy(&mut from_server, &mut to_client) => {}
            _ = is_cut => {}
        }
        drop(to_client);
        from_server
    });
    // The first message has no letter.
    let Some(start) = message(&mut from_client, false).await else { return };
    to_server.write_all(&start).await.unwrap();
    let mut commits = Vec::new();
    while let Some(bytes) = message(&mut from_client, true).await {
        let parts: Vec<&[u8]> = bytes[5..].split(|byte| *byte == 0).collect();
        if bytes[0] == b'P' && parts[1] == b"COMMIT" {
            commits.push(parts[0].to_vec());
        }
        let is_commit = bytes[0] == b'B' && commits.iter().any(|name| name == parts[1]);
        let fate = if is_commit { plan.next.lock().unwrap().take() } else { None };
        let Some(fate) = fate else {
            if to_server.write_all(&bytes).await.is_err() {
                return;
            }
            continue;
        };
        plan.done.lock().unwrap().push(fate);
        // From here on the client hears nothing.
        let _ = cut.send(());
        let mut from_server = back.await.unwrap();
        let (execute, sync) = (message(&mut from_client, true).await, message(&mut from_client, true).await);
        let whole = [bytes, execute.unwrap(), sync.unwrap()].concat();
        match fate {
            Fate::Lost => {}
            Fate::Unanswered => {
                to_server.write_all(&whole).await.unwrap();
                // `C` for complete comes when the commit has been made, `Z` with the next transaction's beginning.
                while from_server.read_u8().await.unwrap() != b'Z' {
                    let length = from_server.read_u32().await.unwrap();
                    let mut rest = vec![0; usize::try_from(length).unwrap() - 4];
                    from_server.read_exact(&mut rest).await.unwrap();
                }
            }
            Fate::Late => {
                drop(from_client);
                plan.release.notified().await;
                // The server may have given its client up by now; then the commit was never made.
                let _ = to_server.write_all(&whole).await;
                let _ = from_server.read_u8().await;
            }
        }
        return;
    }
    back.abort();
}

/// One message of a client, whole; with its letter.
async fn message(from: &mut (impl AsyncReadExt + Unpin), has_letter: bool) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if has_letter {
        bytes.push(from.read_u8().await.ok()?);
    }
    let length = from.read_u32().await.ok()?;
    bytes.extend(length.to_be_bytes());
    let start = bytes.len();
    bytes.resize(start + usize::try_from(length).unwrap() - 4, 0);
    from.read_exact(&mut bytes[start..]).await.ok()?;
    Some(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_lost_on_either_way_is_found_out_and_made_exactly_once() {
    let (town, dir, plan) = (Town::new(290), tempfile::tempdir().unwrap(), Arc::new(Plan::default()));
    let database = cluster().database().await;
    drop(cluster().raw(&database).await);
    let url = format!("postgres://farthing@127.0.0.1:{}/{database}", proxy(Arc::clone(&plan)).await);
    let options = PostgresOptions::new(url, dir.path()).settings(settings()).clock(town.clock.clone());
    let store = PostgresStore::open(options.keys(KeySource::File)).await.unwrap();
    let (mina, shop) = (town.person(&*store, "Mina", 1_000).await, town.shop(&*store, "Cafe").await);
    let raw = cluster().raw(&database).await;
    let fates = [Fate::Lost, Fate::Unanswered, Fate::Late, Fate::Lost, Fate::Unanswered, Fate::Late];
    for (round, fate) in (1_i64..).zip(fates) {
        let intent = town.intent(&*store, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        let pay = town.pay(&mina, &intent, town.payment_id());
        *plan.next.lock().unwrap() = Some(fate);
        let releasing = async {
            if fate != Fate::Late {
                return;
            }
            // Somebody waits for the lock that tells how it ended.
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                AND query LIKE 'SELECT head_seq%' AND datname = current_database()";
            while raw.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            plan.release.notify_one();
        };
        let (answer, ()) = futures_util::future::join(store.submit(pay), releasing).await;
        let committed = answer.unwrap();
        let payment = paid(committed.outcome);
        assert_eq!(plan.done.lock().unwrap().last(), Some(&fate));
        assert_eq!(i64::try_from(plan.done.lock().unwrap().len()).unwrap(), round);
        // One decision for each payment, and it is the one that was told.
        let sql = "SELECT count(*), count(*) FILTER (WHERE id = $1) FROM decisions WHERE command = 'pay'";
        let row = raw.query_one(sql, &[&committed.decision.as_bytes().as_slice()]).await.unwrap();
        assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (round, 1), "{fate:?}");
        assert_eq!(store.payment(payment.id).await.unwrap().unwrap().payment, payment);
        assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(1_000 - round));
    }
    assert!(store.is_ready());
    store.seal().await.unwrap();
    let ledger = store.check_ledger().await.unwrap();
    assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
}
