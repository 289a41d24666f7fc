//! [`copy`]: everything of an embedded store, copied into an empty PostgreSQL, and compared row for row before it counts.

use std::borrow::Cow;
use std::path::Path;

use futures_util::{StreamExt, pin_mut};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::fault::Fault;
use crate::folder::Folder;
use crate::postgres::Database;
use crate::postgres::address::Address;
use crate::postgres::committer::say;
use crate::postgres::link::{Link, Parameter};
use crate::postgres::schema;
use crate::postgres::table::{Array, Type, Value};
use crate::{StoreError, limits};

/// A table that was copied.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopiedTable {
    /// Its name.
    pub table: String,
    /// Its rows, the same on both sides.
    pub rows: u64,
    /// SHA-256 over the digests of its rows in order, in hexadecimal: the same on both sides.
    pub digest: String,
}

/// How far a copy has come.
#[derive(Clone, Copy, Debug)]
pub enum CopyStep<'c> {
    /// So many rows of a table have been written.
    Copying {
        /// The table.
        table: &'static str,
        /// Its rows so far.
        rows: u64,
    },
    /// A table was read back and is the same on both sides.
    Compared(&'c CopiedTable),
}

/// A table: what is read where it comes from, and how both sides are ordered.
struct Plan {
    table: &'static str,
    /// The columns read, when they are not simply those of the table.
    columns: Option<&'static str>,
    order: &'static str,
}

const fn plan(table: &'static str, order: &'static str) -> Plan {
    Plan { table, columns: None, order }
}

/// Every table. `audit_sealed` is not copied but made from the seals.
const TABLES: [Plan; 25] = [
    plan("meta", "key"),
    plan("accounts", "id"),
    plan("transfers", "id"),
    plan("postings", "transfer, leg"),
    plan("holds", "id"),
    plan("hold_parts", "hold, part"),
    plan("payer_keys", "payer, class"),
    plan("payers", "id"),
    plan("erasures", "payer"),
    plan("devices", "id"),
    plan("kept", "kind, id"),
    plan("noted", "kind, id"),
    plan("payees", "id"),
    plan("intents", "id"),
    plan("idempotent_intents", "payee, key"),
    plan("payments", "id"),
    plan("refunds", "id"),
    plan("pairs", "payer, payee"),
    plan("appended", "payer, transfer, account"),
    plan("used_proofs", "id"),
    Plan {
        table: "events",
        columns: Some(
            "0 AS epoch, 0 AS leaf, seq AS n, id, at, kind, payer, payee, intent, payment, amount_minor, currency, \
             reasons",
        ),
        order: "n",
    },
    Plan {
        table: "decisions",
        columns: Some("id, at, command, payer, digest, blob, epoch, leaf, seq AS n, keep_until"),
        order: "n",
    },
    Plan {
        table: "audit_epochs",
        columns: Some(
            "epoch, started_at, prev, head_seq, head, \
             coalesce((SELECT max(l.at) FROM audit_leaves l WHERE l.epoch = audit_epochs.epoch), 0) AS head_at, \
             1 AS ended",
        ),
        order: "epoch",
    },
    plan("audit_leaves", "epoch, seq"),
    plan("audit_seals", "seq"),
];

/// Copies the embedded store in `from`, which nobody serves, into the empty database at `to`. Nothing is left there
/// unless every row is the same on both sides. `progress` is told how far it has come.
///
/// # Errors
/// [`StoreError::Unusable`] when the folder is served, the database is not empty, or a row differs;
/// [`StoreError::Failed`] when either side cannot be read or written.
pub async fn copy(
    from: &Path,
    to: &str,
    progress: &mut (dyn FnMut(CopyStep<'_>) + Send),
) -> Result<Vec<CopiedTable>, StoreError> {
    let address = Address::parse(to)?;
    let folder = Folder::open(from)?;
    let file = folder.database();
    if !file.exists() {
        return Err(StoreError::Unusable(format!("`{}` holds no embedded store", from.display())));
    }
    let told = |fault: Fault| match fault {
        Fault::Store(error) => error,
        fault => StoreError::Failed { action: "copying", source: say(&fault).into() },
    };
    let mut source = Connection::open(&file).map_err(|error| told(error.into()))?;
    crate::sqlite::migrate(&mut source)?;
    let database = Database { address, runtime: tokio::runtime::Handle::current() };
    let mut link = database.connect().await.map_err(|fault| {
        StoreError::Unusable(format!("the database {} cannot be used: {}", database.address.shown(), say(&fault)))
    })?;
    schema::migrate(&mut link).await?;
    let copied = all((&file, &source), &link, progress).await.map_err(told)?;
    drop(folder);
    Ok(copied)
}

async fn all(
    (file, source): (&Path, &Connection),
    link: &Link,
    progress: &mut (dyn FnMut(CopyStep<'_>) + Send),
) -> Result<Vec<CopiedTable>, Fault> {
    link.execute("BEGIN", &[]).await?;
    if link.maybe("SELECT 1 FROM meta", &[]).await?.is_some() {
        return Err(unusable("the database is not empty; name a new one".to_owned()));
    }
    let mut copied = Vec::new();
    for plan in &TABLES {
        let columns = columns(source, link, plan).await?;
        let there = write(file, link, plan, &columns, progress).await?;
        let here = digests_here(link, plan, &columns).await?;
        let table = compare(plan, &there, &here)?;
        progress(CopyStep::Compared(&table));
        copied.push(table);
    }
    seal_marks(link).await?;
    link.commit().await?;
    Ok(copied)
}

fn unusable(why: String) -> Fault {
    Fault::Store(StoreError::Unusable(why))
}

/// A column's name, and what it holds on the new side.
struct Column {
    name: String,
    kind: Type,
}

fn source_sql(plan: &Plan) -> String {
    format!("SELECT {} FROM {} ORDER BY {}", plan.columns.unwrap_or("*"), plan.table, plan.order)
}

/// The columns read, each with its type on the new side.
async fn columns(source: &Connection, link: &Link, plan: &Plan) -> Result<Vec<Column>, Fault> {
    let statement = source.prepare(&source_sql(plan))?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let sql = "SELECT column_name::text, data_type::text FROM information_schema.columns \
        WHERE table_schema = current_schema() AND table_name = $1";
    let mut kinds = std::collections::HashMap::new();
    for row in &link.query(sql, &[&plan.table]).await? {
        let (name, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        kinds.insert(name, kind);
    }
    let of = |name: String| {
        let kind = match kinds.get(&name).map(String::as_str) {
            Some("bytea") => Type::Bytes,
            Some("text") => Type::Text,
            Some("bigint") => Type::Long,
            Some("boolean") => Type::Flag,
            _ => return Err(unusable(format!("column `{}.{name}` is not known to the database", plan.table))),
        };
        Ok(Column { name, kind })
    };
    names.into_iter().map(of).collect()
}

/// Rows of a table on their way: a column an array, and a digest for each row as it was read.
struct Chunk {
    arrays: Vec<Array<'static>>,
    digests: Vec<Digest>,
}

/// Writes a table as it is read; with a digest for each row as it was read, in order.
async fn write(
    file: &Path,
    link: &Link,
    plan: &Plan,
    columns: &[Column],
    progress: &mut (dyn FnMut(CopyStep<'_>) + Send),
) -> Result<Vec<Digest>, Fault> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let arrays: Vec<String> =
        columns.iter().zip(1..).map(|(column, n)| format!("${n}::{}[]", column.kind.sql())).collect();
    let sql = format!("INSERT INTO {} ({}) SELECT * FROM UNNEST ({})", plan.table, names.join(", "), arrays.join(", "));
    let (hand_on, mut handed) = mpsc::channel(2);
    let (file, read) = (file.to_owned(), source_sql(plan));
    let kinds: Vec<Type> = columns.iter().map(|column| column.kind).collect();
    // A thread of its own reads on while the database writes; it ends when nobody takes what it reads.
    let reading = tokio::task::spawn_blocking(move || chunks(&file, &read, &kinds, &hand_on));
    let mut digests = Vec::new();
    while let Some(chunk) = handed.recv().await {
        let Chunk { arrays, digests: some } = chunk;
        let parameters: Vec<Parameter<'_>> = arrays.iter().map(Array::parameter).collect();
        link.execute(&sql, &parameters).await?;
        digests.extend(some);
        progress(CopyStep::Copying { table: plan.table, rows: u64::try_from(digests.len()).unwrap_or(u64::MAX) });
    }
    reading.await.map_err(|_| Fault::Unreadable("table"))??;
    Ok(digests)
}

/// Reads a table once, [`limits::WALK_ROWS`] rows at a time.
fn chunks(file: &Path, sql: &str, kinds: &[Type], hand_on: &mpsc::Sender<Chunk>) -> Result<(), Fault> {
    let source = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = source.prepare(sql)?;
    let mut found = statement.query(())?;
    let new = || Chunk { arrays: kinds.iter().map(|kind| Array::new(*kind)).collect(), digests: Vec::new() };
    let most = usize::try_from(limits::WALK_ROWS).unwrap_or(usize::MAX);
    let mut chunk = new();
    while let Some(row) = found.next()? {
        let mut bytes = RowBytes::default();
        for (index, (array, kind)) in chunk.arrays.iter_mut().zip(kinds).enumerate() {
            let value = value(row.get_ref(index)?, *kind)?;
            bytes.add(&value);
            array.push(value)?;
        }
        chunk.digests.push(bytes.digest());
        if chunk.digests.len() >= most && hand_on.blocking_send(std::mem::replace(&mut chunk, new())).is_err() {
            return Ok(());
        }
    }
    if !chunk.digests.is_empty() {
        // Nobody takes it: the copy has failed already.
        let _ = hand_on.blocking_send(chunk);
    }
    Ok(())
}

fn value(stored: ValueRef<'_>, kind: Type) -> Result<Value<'static>, Fault> {
    Ok(match (stored, kind) {
        (ValueRef::Null, _) => Value::Null,
        (ValueRef::Integer(number), Type::Flag) => Value::Flag(number != 0),
        (ValueRef::Integer(number), _) => Value::Long(number),
        (ValueRef::Blob(bytes), _) => Value::Bytes(Cow::Owned(bytes.to_vec())),
        (ValueRef::Text(text), _) => {
            let text = std::str::from_utf8(text).map_err(|_| Fault::Unreadable("text"))?;
            Value::Text(Cow::Owned(text.to_owned()))
        }
        (ValueRef::Real(_), _) => return Err(Fault::Unreadable("number")),
    })
}

type Digest = [u8; 32];

/// Length-prefixed values, so that no two rows read alike.
#[derive(Default)]
struct RowBytes(Vec<u8>);

impl RowBytes {
    fn push(&mut self, tag: u8, bytes: &[u8]) {
        self.0.push(tag);
        self.0.extend(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn add(&mut self, value: &Value<'_>) {
        match value {
            Value::Null => self.push(b'0', &[]),
            Value::Bytes(bytes) => self.push(b'b', bytes),
            Value::Text(text) => self.push(b't', text.as_bytes()),
            Value::Long(number) => self.push(b'n', &number.to_be_bytes()),
            Value::Flag(flag) => self.push(b'f', &[u8::from(*flag)]),
        }
    }

    fn digest(&self) -> Digest {
        *protocol::sha256(&self.0).as_bytes()
    }
}

/// A digest for each row that is now here, read back, in order.
async fn digests_here(link: &Link, plan: &Plan, columns: &[Column]) -> Result<Vec<Digest>, Fault> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let order: Vec<String> = plan
        .order
        .split(", ")
        .map(|name| match columns.iter().find(|column| column.name == name).map(|column| column.kind) {
            Some(Type::Text) => format!("{name} COLLATE \"C\""),
            _ => name.to_owned(),
        })
        .collect();
    let sql = format!("SELECT {} FROM {} ORDER BY {}", names.join(", "), plan.table, order.join(", "));
    let rows = link.stream(&sql).await?;
    pin_mut!(rows);
    let mut digests = Vec::new();
    while let Some(row) = rows.next().await {
        let row = row?;
        let mut bytes = RowBytes::default();
        for (index, column) in columns.iter().enumerate() {
            bytes.add(&match column.kind {
                Type::Bytes => row.try_get::<_, Option<Vec<u8>>>(index)?.into(),
                Type::Text => row.try_get::<_, Option<String>>(index)?.into(),
                Type::Long => row.try_get::<_, Option<i64>>(index)?.into(),
                Type::Flag => row.try_get::<_, Option<bool>>(index)?.into(),
            });
        }
        digests.push(bytes.digest());
    }
    Ok(digests)
}

fn compare(plan: &Plan, there: &[Digest], here: &[Digest]) -> Result<CopiedTable, Fault> {
    if there.len() != here.len() {
        let (table, there, here) = (plan.table, there.len(), here.len());
        return Err(unusable(format!("`{table}` has {here} rows after the copy, not {there}; nothing was kept")));
    }
    if let Some(row) = there.iter().zip(here).position(|(there, here)| there != here) {
        return Err(unusable(format!("row {row} of `{}` differs after the copy; nothing was kept", plan.table)));
    }
    Ok(CopiedTable {
        table: plan.table.to_owned(),
        rows: u64::try_from(here.len()).unwrap_or(u64::MAX),
        digest: crate::findings::hex(protocol::sha256(&here.concat()).as_bytes()),
    })
}

/// How far each epoch is sealed, as the seals say.
async fn seal_marks(link: &Link) -> Result<(), Fault> {
    let mut sealed = std::collections::BTreeMap::new();
    for row in &link.query("SELECT heads FROM audit_seals ORDER BY seq", &[]).await? {
        let heads: Vec<u8> = row.try_get(0)?;
        for head in heads.chunks(crate::chain::HEAD_LEN) {
            let (epoch, seq, _) = crate::chain::read_head(head).ok_or(Fault::Unreadable("seal"))?;
            sealed.insert(epoch, seq);
        }
    }
    let (epochs, seqs): (Vec<i64>, Vec<i64>) = sealed.into_iter().unzip();
    let sql = "INSERT INTO audit_sealed (epoch, seq) SELECT * FROM UNNEST ($1::bigint[], $2::bigint[])";
    link.execute(sql, &[&epochs, &seqs]).await.map(|_| ())
}
