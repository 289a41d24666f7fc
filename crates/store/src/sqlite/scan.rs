//! Reading tables row by row, so that one unreadable row is a finding and not the end of the check.

use rusqlite::types::ValueRef;

use crate::fault::Fault;
use crate::findings::{Findings, hex};
use crate::rows::Columns;
use crate::sqlite::tables::Tables;

/// Every readable row of `sql`, whose first column names the row; the others are findings about `table`.
pub(crate) fn scan<T>(
    findings: &mut Findings,
    tables: Tables<'_>,
    table: &str,
    sql: &str,
    mut read: impl FnMut(&mut Columns<'_, '_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = tables.connection.prepare_cached(sql)?;
    let mut found = statement.query(())?;
    let mut all = Vec::new();
    while let Some(row) = found.next()? {
        match read(&mut Columns::new(row)) {
            Ok(value) => all.push(value),
            Err(fault) => findings.add(format!("{table} {}: {fault}", row_name(row))),
        }
    }
    Ok(all)
}

/// The first column of a row, as it stands in the database.
fn row_name(row: &rusqlite::Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Blob(bytes)) => hex(bytes),
        Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "without a name".to_owned(),
    }
}
