//! Whoever changes, drops or reorders what was committed is found out, with the row named.

use std::path::Path;

use protocol::CaptureMode;
use rusqlite::Connection;
use rusqlite::types::Value;
use store::{Options, SqliteStore, Store};

use crate::town::{Town, paid, settings};

/// A folder with a bit of everything, closed, over two epochs and two seals.
async fn history(town: &Town, dir: &Path) {
    let open = || SqliteStore::open(Options::new(dir).settings(settings()).clock(town.clock.clone())).unwrap();
    let store = open();
    let (mina, shop) = (town.person(&*store, "Mina", 50_000).await, town.shop(&*store, "Cafe").await);
    let mut ids = Vec::new();
    for capture in [CaptureMode::Automatic, CaptureMode::Manual, CaptureMode::Manual, CaptureMode::Manual] {
        let intent = town.intent(&*store, &shop, Town::intent_body(500, "tea", capture)).await;
        ids.push(paid(store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome).id);
    }
    assert!(store.seal().await.unwrap());
    store.close().await.unwrap();
    drop(store);
    let store = open();
    town.refunded(&*store, &shop, ids[0], 200).await;
    paid(store.submit(town.capture(&shop, ids[1], Some(300))).await.unwrap().outcome);
    paid(store.submit(town.void(&shop, ids[2])).await.unwrap().outcome);
    assert!(store.seal().await.unwrap());
    assert!(!store.seal().await.unwrap(), "nothing new to seal");
    store.submit(town.freeze(&mina)).await.unwrap().outcome.unwrap();
    store.close().await.unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for name in ["farthing.db", "kek"] {
        std::fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

/// The database without anything that guards it.
fn unguarded(dir: &Path) -> Connection {
    let raw = Connection::open(dir.join("farthing.db")).unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;").unwrap();
    let sql = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'";
    let drop_triggers: String = raw.query_row(sql, (), |row| row.get(0)).unwrap();
    raw.execute_batch(&drop_triggers).unwrap();
    raw
}

/// Everything both checks find.
async fn findings(town: &Town, dir: &Path) -> Vec<String> {
    let store = SqliteStore::open(Options::new(dir).settings(settings()).clock(town.clock.clone())).unwrap();
    let mut findings = store.check_ledger().await.unwrap().findings;
    findings.extend(store.verify_audit().await.unwrap().findings);
    store.close().await.unwrap();
    findings
}

/// A little different.
fn altered(value: Value) -> Option<Value> {
    match value {
        Value::Integer(number) => Some(Value::Integer(number + 1)),
        Value::Blob(mut bytes) => {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Some(Value::Blob(bytes))
        }
        Value::Text(text) => Some(Value::Text(format!("{}~", &text[..text.len().saturating_sub(1)]))),
        Value::Null | Value::Real(_) => None,
    }
}

/// For each table: its columns that are proven, and one of the words its findings start with.
const PROVEN: &[(&str, &[&str], &[&str])] = &[
    ("decisions", &["id", "at", "command", "payer", "digest", "blob", "epoch", "leaf"], &["dec_", "leaf "]),
    ("audit_leaves", &["epoch", "seq", "at", "decisions", "transfers", "prev", "leaf"], &["leaf "]),
    ("audit_epochs", &["epoch", "started_at", "prev", "head_seq", "head"], &["epoch ", "leaf "]),
    ("audit_seals", &["seq", "at", "heads", "prev", "seal"], &["seal ", "leaf "]),
    ("transfers", &["id", "kind", "origin", "at", "refunded_minor", "epoch", "leaf"], &["trf_", "leaf ", "transfer "]),
    ("postings", &["transfer", "account", "side", "amount_minor", "currency"], &["trf_", "leaf ", "posting "]),
    (
        "accounts",
        &[
            "id",
            "currency",
            "normal",
            "overdraft",
            "intake",
            "debits_posted",
            "credits_posted",
            "debits_held",
            "credits_held",
        ],
        &["acc_", "account "],
    ),
    ("appended", &["payer", "transfer", "account", "amount_minor", "currency", "at"], &["trf_", "acc_", "appended "]),
    ("holds", &["id", "from_account", "expires_at", "state", "transfer", "captured_minor"], &["hld_", "hold ", "pay_"]),
    ("hold_parts", &["hold", "account", "amount_minor", "currency"], &["hld_", "part of hold ", "pay_"]),
    (
        "payments",
        &[
            "payer",
            "payee",
            "amount_minor",
            "currency",
            "status",
            "hold",
            "transfer",
            "captured_minor",
            "refunded_minor",
        ],
        &["pay_", "payment "],
    ),
    ("refunds", &["payment", "payee", "amount_minor", "currency", "transfer"], &["rfd_", "pay_", "refund "]),
];

#[tokio::test]
async fn every_altered_value_is_found_and_named() {
    let (town, place) = (Town::new(50), tempfile::tempdir().unwrap());
    let original = place.path().join("original");
    history(&town, &original).await;
    assert_eq!(findings(&town, &original).await, Vec::<String>::new());
    let dir = place.path().join("altered");
    for (table, columns, names) in PROVEN {
        for column in *columns {
            copy(&original, &dir);
            let raw = unguarded(&dir);
            // The last row that has something there: an id is found by its value, which may be all that tells it.
            let sql = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {column} DESC LIMIT 1");
            let value: Value = raw.query_row(&sql, (), |row| row.get(0)).unwrap();
            let sql = format!(
                "UPDATE OR IGNORE {table} SET {column} = ?2 WHERE {column} IS ?1 AND \
                ({column}) = (SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {column} DESC LIMIT 1)"
            );
            let changed = raw.execute(&sql, (value.clone(), altered(value).unwrap())).unwrap();
            assert!(changed > 0, "{table}.{column} could be altered");
            drop(raw);
            let found = findings(&town, &dir).await;
            let named = found.iter().any(|finding| names.iter().any(|name| finding.contains(name)));
            assert!(named, "{table}.{column} was altered: {found:?}");
        }
    }
}

#[tokio::test]
async fn dropped_and_reordered_rows_are_found_and_named() {
    let (town, place) = (Town::new(51), tempfile::tempdir().unwrap());
    let original = place.path().join("original");
    history(&town, &original).await;
    let dir = place.path().join("altered");
    let rows = [
        ("DELETE FROM decisions WHERE seq = 3", "leaf 1/3: has 0 decisions, not 1"),
        // Dated anew, a record would be destroyed before its time.
        ("UPDATE decisions SET keep_until = 1 WHERE seq = 3", "leaf 1/3: is not the hash of its commit"),
        ("DELETE FROM decisions WHERE seq = (SELECT max(seq) FROM decisions)", "has 0 decisions, not 1"),
        ("DELETE FROM audit_leaves WHERE epoch = 1 AND seq = 2", "leaf 1/3: the leaf before it is missing"),
        ("DELETE FROM audit_leaves WHERE epoch = 2 AND seq = 4", "epoch 2: its head is not its last leaf"),
        ("DELETE FROM audit_leaves WHERE epoch = 1 AND seq = 5", "no leaf has this decision"),
        ("DELETE FROM audit_epochs WHERE epoch = 1", "epoch 2: the epoch before it is missing"),
        ("DELETE FROM audit_seals WHERE seq = 1", "seal 2: does not carry on from the seal before"),
        ("DELETE FROM transfers WHERE kind = 'refund'", "its payment and transfer do not agree with it"),
        ("DELETE FROM postings WHERE leg = 0", "its transfers or their postings are not the ones committed"),
        ("DELETE FROM holds WHERE state = 'open'", "its hold is missing"),
        ("DELETE FROM appended", "credits posted is 500, the postings and holds make it 800"),
        ("DELETE FROM payments WHERE status = 'voided'", "no payment has this hold"),
        ("DELETE FROM refunds", "what came back is not the sum of its refunds"),
        (
            "UPDATE decisions SET seq = CASE seq WHEN 4 THEN -5 ELSE -4 END WHERE seq IN (4, 5); \
             UPDATE decisions SET epoch = 1, leaf = -seq, seq = -seq WHERE seq < 0",
            "leaf 1/4: is not the hash of its commit",
        ),
        (
            "UPDATE postings SET leg = 1 - leg + 10; UPDATE postings SET leg = leg - 10",
            "its transfers or their postings are not the ones committed",
        ),
        (
            "UPDATE audit_leaves SET seq = -seq WHERE epoch = 1 AND seq IN (2, 3); \
             UPDATE audit_leaves SET seq = 5 + seq WHERE epoch = 1 AND seq < 0",
            "does not carry on from the leaf before",
        ),
    ];
    for (sql, wanted) in rows {
        copy(&original, &dir);
        let raw = unguarded(&dir);
        raw.execute_batch(sql).unwrap();
        drop(raw);
        let found = findings(&town, &dir).await;
        assert!(found.iter().any(|finding| finding.contains(wanted)), "{sql}: {found:?}");
    }
}

#[tokio::test]
async fn the_database_itself_refuses_what_is_never_done() {
    let (town, dir) = (Town::new(52), tempfile::tempdir().unwrap());
    history(&town, dir.path()).await;
    let raw = Connection::open(dir.path().join("farthing.db")).unwrap();
    let never = [
        "UPDATE postings SET amount_minor = 1",
        "DELETE FROM postings",
        "UPDATE transfers SET at = 0",
        "DELETE FROM transfers",
        "UPDATE decisions SET command = 'pay'",
        "DELETE FROM decisions",
        "UPDATE audit_leaves SET at = 0",
        "DELETE FROM audit_leaves",
        "DELETE FROM audit_epochs",
        "UPDATE audit_seals SET at = 0",
        "DELETE FROM audit_seals",
        "UPDATE events SET at = 0",
        "DELETE FROM events",
        "UPDATE refunds SET amount_minor = 1",
        "DELETE FROM payments",
        "DELETE FROM holds",
        "DELETE FROM accounts",
        "UPDATE appended SET amount_minor = 1",
        "UPDATE intents SET core = '{}'",
        "UPDATE accounts SET debits_posted = -1",
    ];
    for sql in never {
        assert!(raw.execute_batch(sql).is_err(), "{sql}");
    }
    raw.execute_batch("BEGIN; UPDATE transfers SET refunded_minor = 7; ROLLBACK").unwrap();
}
