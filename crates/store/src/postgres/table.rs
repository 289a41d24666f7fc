//! [`Table`]: what a table's columns are, from which every statement about it is written: reading by key, adding and
//! changing many rows at once.

use std::borrow::Cow;
use std::fmt::Write as _;

use tokio_postgres::types::ToSql;

use crate::fault::Fault;

/// What a column holds. Four types serve all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bytes,
    Text,
    Long,
    Flag,
}

/// What becomes of a column after its row was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Names the row.
    Key,
    /// Stays as it was added.
    Fixed,
    /// Changes with its row.
    Changes,
    /// Stays, and is never read back: it serves searches.
    Search,
}

/// One column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: Type,
    pub(crate) role: Role,
}

/// A table whose rows decisions read or write.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// In the order in which a row is read.
    pub(crate) columns: &'static [Column],
    /// Whether rows change, and so carry a version.
    pub(crate) versioned: bool,
}

/// Columns of a [`Table`]: `name: role type`.
macro_rules! table {
    ($versioned:literal, $table:literal, $($name:ident: $role:ident $kind:ident),+ $(,)?) => {
        $crate::postgres::table::Table {
            name: $table,
            columns: &[$($crate::postgres::table::Column {
                name: stringify!($name),
                kind: $crate::postgres::table::Type::$kind,
                role: $crate::postgres::table::Role::$role,
            }),+],
            versioned: $versioned,
        }
    };
}
pub(crate) use table;

/// One value of a row that is written.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Null,
    Bytes(Cow<'a, [u8]>),
    Text(Cow<'a, str>),
    Long(i64),
    Flag(bool),
}

impl Table {
    /// `SELECT` of every column that is read, of rows called `t`; then the version, then what `extra` adds.
    pub(crate) fn select(&self, extra: &str, rest: &str) -> String {
        self.select_from(extra, &format!("{} t {rest}", self.name))
    }

    fn select_from(&self, extra: &str, from: &str) -> String {
        let mut sql = String::from("SELECT ");
        for column in self.columns.iter().filter(|column| column.role != Role::Search) {
            let _ = write!(sql, "t.{}, ", column.name);
        }
        sql.push_str(if self.versioned { "t.version" } else { "0::bigint" });
        let _ = write!(sql, "{extra} FROM {from}");
        sql
    }

    /// `SELECT` of the rows whose keys are among those handed in, one array for each column of the key. Each key is
    /// handed in once. WHY a sub-query for each where a key has several columns: a join may also be made by reading the
    /// whole table, and is planned while it is young.
    pub(crate) fn select_among(&self, extra: &str, rest: &str) -> String {
        let keys: Vec<&Column> = self.columns.iter().filter(|column| column.role == Role::Key).collect();
        if keys.len() < 2 {
            return self.select(extra, &format!("{} {rest}", self.among()));
        }
        // Keys are handed over as bytes, whatever their columns hold.
        let arrays: Vec<String> = (1..=keys.len()).map(|n| format!("${n}::bytea[]")).collect();
        let aliases: Vec<String> = (1..=keys.len()).map(|n| format!("k{n}")).collect();
        let same: Vec<String> = keys
            .iter()
            .zip(1..)
            .map(|(column, n)| format!("s.{} = {}", column.name, column.kind.of_bytes(n)))
            .collect();
        let from = format!(
            "UNNEST ({}) AS k ({}) CROSS JOIN LATERAL (SELECT * FROM {} s WHERE {} OFFSET 0) t WHERE true {rest}",
            arrays.join(", "),
            aliases.join(", "),
            self.name,
            same.join(" AND ")
        );
        self.select_from(extra, &from)
    }

    /// The condition that the first column of a row's key is among those handed in.
    pub(crate) fn among(&self) -> String {
        let key = self.columns.iter().find(|column| column.role == Role::Key);
        key.map_or_else(String::new, |key| format!("WHERE t.{} = ANY ($1)", key.name))
    }

    /// `INSERT` of many rows, one array a column.
    pub(crate) fn insert(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        format!(
            "INSERT INTO {} ({}) SELECT * FROM UNNEST ({})",
            self.name,
            names.join(", "),
            arrays(self.columns.iter())
        )
    }

    /// `UPDATE` of many rows, each only where its version is still the one that was read; one array for each column
    /// of the key, for each that changes, and for the versions.
    pub(crate) fn update(&self) -> String {
        let of = |role| self.columns.iter().filter(move |column: &&Column| column.role == role);
        let set: Vec<String> = of(Role::Changes).map(|column| format!("{0} = u.{0}", column.name)).collect();
        let names: Vec<&str> = self.changed().map(|column| column.name).collect();
        let keys: Vec<String> = of(Role::Key).map(|column| format!("t.{0} = u.{0}", column.name)).collect();
        format!(
            "UPDATE {} t SET {}, version = t.version + 1 FROM UNNEST ({}, ${}::bigint[]) AS u ({}, version) \
             WHERE {} AND t.version = u.version",
            self.name,
            set.join(", "),
            arrays(self.changed()),
            self.changed().count().saturating_add(1),
            names.join(", "),
            keys.join(" AND "),
        )
    }

    /// `DELETE` of many rows, one array for each column of the key.
    pub(crate) fn remove(&self) -> String {
        let keys: Vec<&Column> = self.columns.iter().filter(|column| column.role == Role::Key).collect();
        let names: Vec<&str> = keys.iter().map(|column| column.name).collect();
        let same: Vec<String> = names.iter().map(|name| format!("t.{name} = u.{name}")).collect();
        let arrays = arrays(keys.into_iter());
        format!(
            "DELETE FROM {} t USING UNNEST ({arrays}) AS u ({}) WHERE {}",
            self.name,
            names.join(", "),
            same.join(" AND ")
        )
    }

    /// The columns that an update is handed: the key, and what changes.
    pub(crate) fn changed(&self) -> impl Iterator<Item = &'static Column> + Clone + use<> {
        self.columns.iter().filter(|column| matches!(column.role, Role::Key | Role::Changes))
    }
}

fn arrays<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    let arrays: Vec<String> = columns.zip(1..).map(|(column, n)| format!("${n}::{}[]", column.kind.sql())).collect();
    arrays.join(", ")
}

impl Type {
    pub(crate) const fn sql(self) -> &'static str {
        match self {
            Self::Bytes => "bytea",
            Self::Text => "text",
            Self::Long => "bigint",
            Self::Flag => "boolean",
        }
    }

    /// The `n`th part of a key as its column holds it.
    fn of_bytes(self, n: usize) -> String {
        match self {
            // WHY the collation: the function's own is "C", and no index of a column has that.
            Self::Text => format!("convert_from(k{n}, 'UTF8') COLLATE \"default\""),
            _ => format!("k{n}"),
        }
    }
}

/// A column of many rows, as a parameter.
pub(crate) enum Array<'a> {
    Bytes(Vec<Option<Cow<'a, [u8]>>>),
    Text(Vec<Option<Cow<'a, str>>>),
    Long(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
}

impl<'a> Array<'a> {
    pub(crate) const fn new(kind: Type) -> Self {
        match kind {
            Type::Bytes => Self::Bytes(Vec::new()),
            Type::Text => Self::Text(Vec::new()),
            Type::Long => Self::Long(Vec::new()),
            Type::Flag => Self::Flag(Vec::new()),
        }
    }

    pub(crate) fn push(&mut self, value: Value<'a>) -> Result<(), Fault> {
        match (self, value) {
            (Self::Bytes(all), Value::Bytes(one)) => all.push(Some(one)),
            (Self::Text(all), Value::Text(one)) => all.push(Some(one)),
            (Self::Long(all), Value::Long(one)) => all.push(Some(one)),
            (Self::Flag(all), Value::Flag(one)) => all.push(Some(one)),
            (Self::Bytes(all), Value::Null) => all.push(None),
            (Self::Text(all), Value::Null) => all.push(None),
            (Self::Long(all), Value::Null) => all.push(None),
            (Self::Flag(all), Value::Null) => all.push(None),
            _ => return Err(Fault::Unwritable("a column of another type")),
        }
        Ok(())
    }

    pub(crate) fn parameter(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Bytes(all) => all,
            Self::Text(all) => all,
            Self::Long(all) => all,
            Self::Flag(all) => all,
        }
    }
}

/// What becomes of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They are new.
    Added,
    /// They are there, with the version they were read with.
    Changed,
    /// They are there, and go.
    Removed,
}

impl Fate {
    pub(crate) const ALL: [Self; 3] = [Self::Added, Self::Changed, Self::Removed];

    /// Whether a statement is handed a column of this role.
    const fn takes(self, role: Role) -> bool {
        match self {
            Self::Added => true,
            Self::Changed => matches!(role, Role::Key | Role::Changes),
            Self::Removed => matches!(role, Role::Key),
        }
    }
}

/// Rows of one table that share their fate.
pub(crate) struct Rows<'a> {
    pub(crate) table: &'static Table,
    pub(crate) fate: Fate,
    rows: Vec<(Vec<Value<'a>>, i64)>,
}

impl<'a> Rows<'a> {
    pub(crate) const fn new(table: &'static Table, fate: Fate) -> Self {
        Self { table, fate, rows: Vec::new() }
    }

    /// Adds a row: its values in the order of the columns, and the version it was read with.
    pub(crate) fn push(&mut self, values: Vec<Value<'a>>, version: i64) {
        self.rows.push((values, version));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn sql(&self) -> String {
        match self.fate {
            Fate::Added => self.table.insert(),
            Fate::Changed => self.table.update(),
            Fate::Removed => self.table.remove(),
        }
    }

    /// One array a column. Rows are sorted by key, so that two commits meet in the same order on a unique key.
    pub(crate) fn arrays(mut self) -> Result<Vec<Array<'a>>, Fault> {
        let columns = self.table.columns;
        self.rows.sort_by(|(left, _), (right, _)| key(columns, left).cmp(key(columns, right)));
        let mut arrays: Vec<Array<'a>> = columns
            .iter()
            .filter(|column| self.fate.takes(column.role))
            .map(|column| Array::new(column.kind))
            .collect();
        let mut versions = Array::new(Type::Long);
        for (values, version) in self.rows {
            if values.len() != columns.len() {
                return Err(Fault::Unwritable(self.table.name));
            }
            let kept = columns.iter().zip(values).filter(|(column, _)| self.fate.takes(column.role));
            for (array, (_, value)) in arrays.iter_mut().zip(kept) {
                array.push(value)?;
            }
            versions.push(Value::Long(version))?;
        }
        if self.fate == Fate::Changed {
            arrays.push(versions);
        }
        Ok(arrays)
    }
}

/// The first column of the key, as bytes.
fn key<'v>(columns: &[Column], values: &'v [Value<'_>]) -> &'v [u8] {
    let key = columns.iter().position(|column| column.role == Role::Key).and_then(|index| values.get(index));
    match key {
        Some(Value::Bytes(bytes)) => bytes,
        _ => &[],
    }
}

impl<'a> From<&'a [u8; 16]> for Value<'a> {
    fn from(id: &'a [u8; 16]) -> Self {
        Self::Bytes(Cow::Borrowed(id))
    }
}

impl<'a> From<&'a [u8; 32]> for Value<'a> {
    fn from(digest: &'a [u8; 32]) -> Self {
        Self::Bytes(Cow::Borrowed(digest))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(bytes))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Long(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
