//! The real binary and a real PostgreSQL: a database that goes and comes, one that does not let in, and the move there.

use std::time::Duration;

use simulator::http::{Answer, Connection, Outgoing};

use crate::cluster::{Cluster, Setup, cluster};
use crate::document::assert_documented;
use crate::program::{Running, farthing, json, run, text};

fn node(url: &str, dir: &std::path::Path) -> Running {
    let (dir, origin) = (text(dir), "http://pay.test");
    let args = ["--json", "serve", "--data", &dir, "--database-url", url, "--listen", "127.0.0.1:0", "--no-web"];
    Running::start(&[&args[..], &["--log", "off", "--public-origin", origin, "--test-mode"]].concat())
}

async fn get(address: &str, path: &'static str) -> Answer {
    let outgoing = Outgoing { method: "GET", path, headers: &[], body: &[] };
    Connection::to(address).unwrap().send(outgoing).await.unwrap()
}

/// Asks again and again until the status is as wanted; with the answer.
async fn until_ready_is(address: &str, status: u16) -> Answer {
    for _ in 0..1_200 {
        let answer = get(address, "/readyz").await;
        if answer.status == status {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("/readyz never was {status}");
}

#[tokio::test]
async fn readiness_goes_with_the_database_and_comes_back_with_it() {
    let cluster = Cluster::with(&Setup::default());
    let place = tempfile::tempdir().unwrap();
    let running = node(&cluster.url(&cluster.database().await), place.path());
    let address = running.text("listen");
    assert_eq!(get(&address, "/readyz").await.status, 200);
    for at_once in [false, true] {
        cluster.stop(at_once);
        let answer = until_ready_is(&address, 503).await;
        let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(problem["detail"], "the database cannot be reached", "{problem}");
        assert_eq!(problem["code"], "service.unavailable");
        // Alive all the same: to start it again would help nobody.
        assert_eq!(get(&address, "/healthz").await.status, 200);
        let status = json(&["--json", "admin", "status", "--data", &text(place.path())]);
        assert_eq!((&status["ready"], &status["unready"]), (&false.into(), &"the database cannot be reached".into()));
        let add = ["admin", "payee", "add", "--name", "카페", "--name-latin", "Cafe", "--category", "5814"];
        let more = ["--place", "Seoul", "--city", "Seoul", "--data", &text(place.path())];
        // Asked once is enough: whoever asks waits for the database a while, should it come back.
        if at_once {
            assert!(!run(&[&add[..], &more[..]].concat()).status.success(), "nothing can be committed");
        }
        cluster.start_again();
        until_ready_is(&address, 200).await;
        json(&[&["--json"], &add[..], &more[..]].concat());
    }
    assert!(running.terminate().0);
    assert_eq!(cluster.raw("t0").await.query("SELECT 1 FROM payees", &[]).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_password_that_is_not_taken_is_said_and_never_shown() {
    let hba = "local all all trust\nhost all all all scram-sha-256\n";
    let cluster = Cluster::with(&Setup { hba: Some(hba), tcp: true, ..Setup::default() });
    let (database, place) = (cluster.database().await, tempfile::tempdir().unwrap());
    let url = cluster.tcp_url("farthing:hunter2", "127.0.0.1", &database);
    for log in ["info", "trace"] {
        let args = ["serve", "--data", &text(place.path()), "--log", log];
        let refused = farthing().args(args).env("FARTHING_DATABASE_URL", &url).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&refused.stdout), String::from_utf8_lossy(&refused.stderr));
        assert!(!refused.status.success());
        assert!(said.contains("check user and password of the database URL"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let help = run(&["serve", "--help"]);
    assert!(!String::from_utf8_lossy(&help.stdout).contains("hunter2"));
}

#[tokio::test]
async fn a_node_with_other_settings_is_refused_and_told_which() {
    let (url, place) = (cluster().url(&cluster().database().await), tempfile::tempdir().unwrap());
    let first = node(&url, &place.path().join("a"));
    std::fs::create_dir(place.path().join("b")).unwrap();
    std::fs::copy(place.path().join("a/kek"), place.path().join("b/kek")).unwrap();
    let dir = text(&place.path().join("b"));
    let args = ["serve", "--data", &dir, "--database-url", &url, "--listen", "127.0.0.1:0", "--log", "off"];
    for (more, wanted) in [
        (&["--test-mode"][..], "`public_origin` is \"http://127.0.0.1:0\" here and \"http://pay.test\" there"),
        (&["--public-origin", "http://pay.test"], "another provider's database: `test_mode` is false here"),
        (
            &["--public-origin", "http://pay.test", "--test-mode", "--payment-limit", "7"],
            "`payment_limit_minor` is 7 here and 300000 there",
        ),
    ] {
        let refused = run(&[&args[..], more].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(wanted), "{said}");
    }
    assert!(first.terminate().0);
}

/// A folder with a served past: people, shops, payments over HTTP.
fn lived_in(dir: &str) {
    let bench = ["--json", "bench", "--seconds", "1", "--rate", "40", "--payers", "8", "--merchants", "3"];
    assert_eq!(json(&[&bench[..], &["--data", dir]].concat())["errors"], serde_json::json!({}));
}

#[tokio::test]
async fn an_embedded_store_moves_to_postgres_by_the_command_and_is_served_there() {
    let place = tempfile::tempdir().unwrap();
    let old = text(&place.path().join("old"));
    lived_in(&old);
    let database = cluster().database().await;
    let (url, from) = (cluster().url(&database), format!("sqlite:{old}"));

    // Served: not touched.
    let served = Running::start(&["--json", "serve", "--data", &old, "--listen", "127.0.0.1:0", "--log", "off"]);
    let migrate = ["admin", "migrate", "--from", &from, "--to", &url];
    let refused = run(&migrate);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("another process serves the data folder"), "{said}");
    assert!(served.terminate().0);

    // Altered: found where it is, and nothing is kept.
    let altered = place.path().join("altered");
    std::fs::create_dir(&altered).unwrap();
    for entry in std::fs::read_dir(&old).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        std::fs::copy(entry.path(), altered.join(entry.file_name())).unwrap();
    }
    let sqlite = rusqlite::Connection::open(altered.join("farthing.db")).unwrap();
    let alter = "DROP TRIGGER postings_stay; UPDATE postings SET amount_minor = amount_minor + 1 \
        WHERE (transfer, leg) = (SELECT transfer, leg FROM postings LIMIT 1)";
    sqlite.execute_batch(alter).unwrap();
    drop(sqlite);
    let refused = run(&["admin", "migrate", "--from", &format!("sqlite:{}", text(&altered)), "--to", &url]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("nothing was copied") && said.contains("does not agree with itself"), "{said}");

    // As it was: copied, every row compared, and told as it goes.
    let done = run(&[&["--json"], &migrate[..]].concat());
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success() && said.contains("payments: "), "{said}");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_documented("admin migrate", &report);
    let (raw, mut rows) = (cluster().raw(&database).await, 0);
    let sqlite = rusqlite::Connection::open(format!("{old}/farthing.db")).unwrap();
    for table in report["tables"].as_array().unwrap() {
        let name = table["table"].as_str().unwrap();
        let sql = format!("SELECT count(*) FROM {name}");
        let here: i64 = raw.query_one(&sql, &[]).await.unwrap().get(0);
        let there: i64 = sqlite.query_row(&sql, (), |row| row.get(0)).unwrap();
        assert_eq!((Some(here), here), (table["rows"].as_i64(), there), "{name}");
        assert_eq!(table["digest"].as_str().unwrap().len(), 64);
        rows += here;
    }
    assert_eq!(report["rows"].as_i64(), Some(rows));
    let payments: i64 = raw.query_one("SELECT count(*) FROM payments", &[]).await.unwrap().get(0);
    assert_eq!(payments, 80, "a second of warming up and one that counts");

    // A second run, and one into somebody else's database.
    let said = String::from_utf8_lossy(&run(&migrate).stderr).into_owned();
    assert!(said.contains("the database is not empty; name a new one"), "{said}");
    let others = cluster().database().await;
    cluster().raw(&others).await.batch_execute("CREATE TABLE accounts (id int)").await.unwrap();
    let other_url = cluster().url(&others);
    let refused = run(&["admin", "migrate", "--from", &from, "--to", &other_url]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("holds tables of something else (`accounts`); name an empty one"), "{said}");

    // Its keys in a node's folder: served there, and all of it is proven there, too.
    let new = place.path().join("new");
    std::fs::create_dir_all(new.join("keys")).unwrap();
    std::fs::copy(format!("{old}/kek"), new.join("kek")).unwrap();
    for entry in std::fs::read_dir(format!("{old}/keys")).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), new.join("keys").join(entry.file_name())).unwrap();
    }
    let running = node(&url, &new);
    let data = text(&new);
    assert_eq!(json(&["--json", "ledger", "check", "--data", &data])["ok"], true);
    let audit = json(&["--json", "audit", "verify", "--data", &data]);
    assert_eq!((&audit["ok"], &audit["decisions"]), (&true.into(), &audit["replayed"]));
    assert!(running.terminate().0);
}

#[tokio::test]
async fn a_node_whose_keys_of_codes_are_older_than_the_others_is_refused() {
    let (url, place) = (cluster().url(&cluster().database().await), tempfile::tempdir().unwrap());
    let (a, b) = (place.path().join("a"), place.path().join("b"));
    node(&url, &a).terminate();
    std::fs::create_dir_all(b.join("keys")).unwrap();
    std::fs::copy(a.join("kek"), b.join("kek")).unwrap();
    for entry in std::fs::read_dir(a.join("keys")).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), b.join("keys").join(entry.file_name())).unwrap();
    }
    let root = text(&a.join("keys/offline-root.key"));
    json(&["--json", "admin", "keys", "rotate", "--data", &text(&a), "--root", &root]);
    node(&url, &a).terminate();
    let args = ["--database-url", &url, "--listen", "127.0.0.1:0", "--log", "off"];
    let more = ["--public-origin", "http://pay.test", "--test-mode", "--data", &text(&b)];
    let refused = run(&[&["serve"], &args[..], &more[..]].concat());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("are older than those of this database's other nodes (set 1 here, 2 there)"), "{said}");
    // Rotated here, too, instead of copied: as new, and another.
    json(&["--json", "admin", "keys", "rotate", "--data", &text(&b), "--root", &root]);
    let refused = run(&[&["serve"], &args[..], &more[..]].concat());
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("were changed apart from those of this database's other nodes"), "{said}");
}
