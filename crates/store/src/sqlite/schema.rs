//! Opening the database: connections as they must be, and the schema brought up to date.

use std::path::Path;
use std::time::Duration;

use refinery::{Migration, Runner};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::fault::Fault;
use crate::{Options, StoreError, limits};

/// Every migration, in order. A migration that was ever released is never changed.
const MIGRATIONS: [(&str, &str); 8] = [
    ("V1__initial", include_str!("../../migrations/V1__initial.sql")),
    ("V2__appended", include_str!("../../migrations/V2__appended.sql")),
    ("V3__kept", include_str!("../../migrations/V3__kept.sql")),
    ("V4__noted", include_str!("../../migrations/V4__noted.sql")),
    ("V5__policy", include_str!("../../migrations/V5__policy.sql")),
    ("V6__code_alerts", include_str!("../../migrations/V6__code_alerts.sql")),
    ("V7__retention", include_str!("../../migrations/V7__retention.sql")),
    ("V8__waiting", include_str!("../../migrations/V8__waiting.sql")),
];

/// The version of the last of them; numbers may be left out.
const NEWEST: i64 = 8;

/// A connection that writes: one commits, one copies the log into the database.
pub(crate) fn writer(path: &Path, options: &Options) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, options, flags)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous(options))?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // The checkpointer does that, beside the writer.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

/// A connection that only reads.
pub(crate) fn reader(path: &Path, options: &Options) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, options, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(path: &Path, options: &Options, flags: OpenFlags) -> Result<Connection, Fault> {
    let connection = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
        None => Connection::open_with_flags(path, flags)?,
    };
    connection.busy_timeout(Duration::from_millis(limits::BUSY_TIMEOUT_MILLIS))?;
    connection.set_prepared_statement_cache_capacity(limits::STATEMENTS_MAX);
    connection.pragma_update(None, "cache_size", limits::PAGE_CACHE_KIB.saturating_neg())?;
    connection.pragma_update(None, "mmap_size", limits::MMAP_BYTES)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // WHY: else a statement is planned anew, a tenth of what it costs to run, when other values are bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

#[cfg(feature = "testing")]
const fn synchronous(options: &Options) -> &'static str {
    if options.dangerous_unsynced { "OFF" } else { "FULL" }
}

#[cfg(not(feature = "testing"))]
const fn synchronous(_: &Options) -> &'static str {
    "FULL"
}

/// Brings the schema up to date. A newer one than this program knows is left alone.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let found = version(connection).map_err(|fault| fault.during("reading the schema version"))?;
    let known = NEWEST;
    if found > known {
        return Err(StoreError::Unusable(format!(
            "the data folder was written by a newer Farthing (schema {found}, this one knows {known}); use that one"
        )));
    }
    let failed = |error: refinery::Error| StoreError::Failed {
        action: "bringing the schema up to date",
        source: Box::new(error),
    };
    let parsed: Result<Vec<_>, _> = MIGRATIONS.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    Runner::new(&parsed.map_err(failed)?).run(connection).map(|_| ()).map_err(failed)
}

/// The version of the schema that is there; 0 when there is none.
fn version(connection: &Connection) -> Result<i64, Fault> {
    let sql = "SELECT 1 FROM sqlite_master WHERE name = 'refinery_schema_history'";
    if connection.query_row(sql, (), |_| Ok(())).optional()?.is_none() {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(version), 0) FROM refinery_schema_history";
    Ok(connection.query_row(sql, (), |row| row.get(0))?)
}
