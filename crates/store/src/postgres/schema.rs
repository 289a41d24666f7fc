//! The schema, brought up to date by whichever node starts first.

use refinery::{Migration, Runner};

use crate::fault::Fault;
use crate::postgres::link::Link;
use crate::{StoreError, limits};

/// Every migration, in order. A migration that was ever released is never changed.
const MIGRATIONS: [(&str, &str); 8] = [
    ("V1__initial", include_str!("../../migrations/postgres/V1__initial.sql")),
    ("V2__appended", include_str!("../../migrations/postgres/V2__appended.sql")),
    ("V3__kept", include_str!("../../migrations/postgres/V3__kept.sql")),
    ("V4__noted", include_str!("../../migrations/postgres/V4__noted.sql")),
    ("V5__policy", include_str!("../../migrations/postgres/V5__policy.sql")),
    ("V6__code_alerts", include_str!("../../migrations/postgres/V6__code_alerts.sql")),
    ("V7__retention", include_str!("../../migrations/postgres/V7__retention.sql")),
    ("V8__waiting", include_str!("../../migrations/postgres/V8__waiting.sql")),
];

/// Brings the schema up to date. A newer one than this program knows is left alone.
pub(crate) async fn migrate(link: &mut Link) -> Result<(), StoreError> {
    let failed = |error: refinery::Error| StoreError::Failed {
        action: "bringing the schema up to date",
        source: Box::new(error),
    };
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let parsed: Result<Vec<_>, _> = MIGRATIONS.iter().map(|(name, sql)| Migration::unapplied(name, sql)).collect();
    let runner = Runner::new(&parsed.map_err(failed)?);
    let mut attempt = 0_usize;
    loop {
        let found = version(link).await.map_err(|fault| fault.during("reading the schema version"))?;
        if found > known {
            return Err(StoreError::Unusable(format!(
                "the database was written by a newer Farthing (schema {found}, this one knows {known}); use that one"
            )));
        }
        if found == known {
            return Ok(());
        }
        if found == 0
            && let Some(table) = stranger(link).await.map_err(|fault| fault.during("reading the schema"))?
        {
            return Err(StoreError::Unusable(format!(
                "the database holds tables of something else (`{table}`); name an empty one"
            )));
        }
        attempt = attempt.saturating_add(1);
        match runner.run_async(link.client_mut()).await {
            Ok(_) => return Ok(()),
            // Another node may be doing the same: then its work is found in the next round.
            Err(_) if attempt < limits::ATTEMPTS_MAX => tokio::time::sleep(limits::RETRY).await,
            Err(error) => return Err(failed(error)),
        }
    }
}

/// A table of a database that is none of ours. Looked for before the version is read again: another node may be making
/// ours at this moment.
async fn stranger(link: &Link) -> Result<Option<String>, Fault> {
    let sql = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() \
        AND table_name <> 'refinery_schema_history' ORDER BY table_name LIMIT 1";
    let Some(row) = link.maybe(sql, &[]).await? else { return Ok(None) };
    if version(link).await? > 0 { Ok(None) } else { Ok(Some(row.try_get(0)?)) }
}

/// The version of the schema that is there; 0 when there is none.
async fn version(link: &Link) -> Result<i64, Fault> {
    let there = link.query("SELECT to_regclass('refinery_schema_history')::text", &[]).await?;
    let there = there.first().map(|row| row.try_get::<_, Option<String>>(0)).transpose()?.flatten();
    if there.is_none() {
        return Ok(0);
    }
    let row = link.maybe("SELECT coalesce(max(version), 0)::bigint FROM refinery_schema_history", &[]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0))
}
