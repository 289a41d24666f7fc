//! The data folder: whose it is, its key, its schema.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;
use store::{KeySource, Options, SqliteStore, Store, StoreError};

/// The message of an opening that must fail.
#[track_caller]
fn refused(options: Options) -> String {
    match SqliteStore::open(options) {
        Err(StoreError::Unusable(message)) => message,
        other => panic!("opened, or failed otherwise: {other:?}"),
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_folder_is_its_owners_alone_and_served_once() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("new/data");
    let store = SqliteStore::open(Options::new(&dir)).unwrap();
    assert_eq!((mode(&dir), mode(&dir.join("kek"))), (0o700, 0o600));
    let message = refused(Options::new(&dir));
    assert!(message.contains("another process serves"), "{message}");
    store.close().await.unwrap();
    let again = SqliteStore::open(Options::new(&dir)).unwrap();
    drop(store);
    drop(again);
    drop(SqliteStore::open(Options::new(&dir)).unwrap());
}

#[test]
fn a_missing_or_another_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(Options::new(dir.path())).unwrap());
    let kek = std::fs::read(dir.path().join("kek")).unwrap();
    std::fs::remove_file(dir.path().join("kek")).unwrap();
    assert!(refused(Options::new(dir.path())).contains("is missing"));
    let command = |command: &str| Options::new(dir.path()).keys(KeySource::Command(command.to_owned()));
    assert!(refused(command("head -c 32 /dev/zero")).contains("not the one of this data folder"));
    assert!(refused(command("echo short")).contains("not 32 bytes"));
    assert!(refused(command("exit 3")).contains("the key command failed"));
    drop(SqliteStore::open(command(&format!("echo '{}'", String::from_utf8(kek).unwrap().trim()))).unwrap());
}

#[test]
fn purpose_keys_differ_by_label_and_stay_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let keys = || {
        let store = SqliteStore::open(Options::new(dir.path())).unwrap();
        ["token-mac", "nonce-mac"].map(|label| *store.purpose_key(label).unwrap().dangerous_reveal())
    };
    let first = keys();
    assert_ne!(first[0], first[1]);
    assert_eq!(keys(), first);
}

#[test]
fn a_newer_schema_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(Options::new(dir.path())).unwrap());
    let raw = Connection::open(dir.path().join("farthing.db")).unwrap();
    let sql = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (999, 'x', '', '1')";
    raw.execute(sql, ()).unwrap();
    drop(raw);
    let message = refused(Options::new(dir.path()));
    assert!(message.contains("newer Farthing (schema 999"), "{message}");
}
