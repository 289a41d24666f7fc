//! The disk keeps what was synced, and nothing else for sure.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use test_vfs::{Disk, Loss};

fn open(path: &Path, disk: &Disk, synchronous: &str) -> Connection {
    let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), disk.name()).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", synchronous).unwrap();
    connection
}

/// The numbers in the table, or why they cannot be had.
fn numbers(path: &Path) -> Result<Vec<i64>, rusqlite::Error> {
    let connection = Connection::open(path)?;
    let mut statement = connection.prepare("SELECT n FROM t ORDER BY n")?;
    statement.query_map((), |row| row.get(0))?.collect()
}

#[test]
fn what_was_committed_with_a_sync_is_kept_and_the_rest_is_lost() {
    let place = tempfile::tempdir().unwrap();
    let disk = Disk::register("disk-test").unwrap();
    let path = place.path().join("a.db");
    let connection = open(&path, &disk, "FULL");
    connection.execute_batch("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").unwrap();
    let syncs = disk.syncs();
    connection.execute_batch("INSERT INTO t VALUES (2)").unwrap();
    assert!(disk.syncs() > syncs);
    let after = |name: &str, loss| {
        let to = place.path().join(name);
        disk.cut(&to, loss).unwrap();
        numbers(&to.join("a.db"))
    };
    assert_eq!(after("one", Loss::Everything).unwrap(), [1, 2]);
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    assert_eq!(after("two", Loss::Everything).unwrap(), [1, 2]);
    connection.pragma_update(None, "synchronous", "OFF").unwrap();
    connection.execute_batch("INSERT INTO t VALUES (3)").unwrap();
    assert_eq!(after("three", Loss::Everything).unwrap(), [1, 2]);
    for seed in 0..20 {
        let left = after(&format!("torn-{seed}"), Loss::Torn(seed)).unwrap();
        assert!(left == [1, 2] || left == [1, 2, 3], "{left:?}");
    }
    drop(connection);
    assert_eq!(numbers(&path).unwrap(), [1, 2, 3], "SQLite itself saw everything");
}
