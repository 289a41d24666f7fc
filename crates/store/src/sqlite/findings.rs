//! [`Findings`]: what a check found wrong, named and bounded; and reading tables row by row, so that one unreadable
//! row is a finding and not the end of the check.

use rusqlite::types::ValueRef;

use crate::fault::Fault;
use crate::limits;
use crate::sqlite::rows::Columns;
use crate::sqlite::tables::Tables;

/// What does not agree.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    listed: Vec<String>,
    more: u64,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: impl Into<String>) {
        if self.listed.len() < limits::FINDINGS_MAX {
            self.listed.push(finding.into());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(crate) fn into_list(mut self) -> Vec<String> {
        if self.more > 0 {
            self.listed.push(format!("and {} more", self.more));
        }
        self.listed
    }

    /// Every readable row of `sql`, whose first column names the row; the others are findings about `table`.
    pub(crate) fn scan<T>(
        &mut self,
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
                Err(fault) => self.add(format!("{table} {}: {fault}", row_name(row))),
            }
        }
        Ok(all)
    }
}

/// The first column of a row, as it stands in the database.
pub(crate) fn row_name(row: &rusqlite::Row<'_>) -> String {
    match row.get_ref(0) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Blob(bytes)) => hex(bytes),
        Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => "without a name".to_owned(),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
