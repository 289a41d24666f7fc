//! Rows by key, many at once: one statement for each kind, all of them on their way together.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::{try_join, try_join_all};
use money::{AccountId, PayerId, TransferId};
use payments::{Key, Row, State};

use crate::fault::Fault;
use crate::keys::{Class, Keyring, SealKey};
use crate::postgres::kinds::{Context, KINDS, Kind, Parts};
use crate::postgres::link::{Link, Parameter};
use crate::postgres::table::Role;
use crate::rows::Columns;

/// What was loaded for a batch, besides the rows themselves.
#[derive(Default)]
pub(crate) struct Loaded {
    /// With which version each row was read.
    pub(crate) versions: HashMap<Key, i64>,
    /// The data keys of the payers among them.
    pub(crate) keys: HashMap<(PayerId, Class), Arc<SealKey>>,
}

/// Whether rows are locked as they are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locking {
    /// The kinds that are to be, in their order, and each by id.
    Locked,
    /// None: what is read only says what else is to be read.
    Unlocked,
}

/// Rows that are to be loaded, with every statement prepared: once [`Loading::run`] is polled, all of them are on their
/// way, in order.
pub(crate) struct Loading<'w> {
    wanted: &'w [Key],
    locking: Locking,
    groups: Vec<Group>,
}

impl<'w> Loading<'w> {
    pub(crate) async fn prepare(link: &Link, wanted: &'w [Key], locking: Locking) -> Result<Self, Fault> {
        let groups: Vec<Group> = KINDS.iter().filter_map(|kind| Group::of(kind, wanted)).collect();
        for group in &groups {
            link.prepare(&group.sql(locking)).await?;
            if let Some(parts) = &group.kind.parts {
                link.prepare(&parts_sql(parts)).await?;
            }
        }
        if wanted.iter().any(|key| matches!(key, Key::AppendedTo(_))) {
            link.prepare(LISTED).await?;
        }
        Ok(Self { wanted, locking, groups })
    }

    /// Loads them into `state`; a key without a row is loaded as absent.
    pub(crate) async fn run(
        &self,
        link: &Link,
        ring: &Keyring,
        state: &mut State,
        loaded: &mut Loaded,
    ) -> Result<(), Fault> {
        for key in self.wanted {
            state.load(*key, None);
        }
        // Polled in order, so the locks are asked for in order, and what follows is read under them.
        let found = try_join_all(self.groups.iter().map(|group| group.read(link, ring, self.locking)));
        let (found, listed) = try_join(found, listed(link, self.wanted)).await?;
        for (account, row) in listed {
            state.load(Key::AppendedTo(account), Some(row));
        }
        for (rows, keys) in found {
            for (key, row, version) in rows {
                loaded.versions.insert(key, version);
                state.load(key, Some(row));
            }
            loaded.keys.extend(keys.into_iter().map(|(payer, class, key)| ((payer, class), key)));
        }
        Ok(())
    }
}

/// The oldest credits that wait for each account. The list is read under the account's lock, which every roll-up holds.
const LISTED: &str = "SELECT a.account, x.payer, x.transfer FROM UNNEST ($1::bytea[]) AS a (account) \
    CROSS JOIN LATERAL (SELECT payer, transfer, at FROM appended WHERE account = a.account \
    ORDER BY at, transfer LIMIT $2) x ORDER BY a.account, x.at, x.transfer";

async fn listed(link: &Link, wanted: &[Key]) -> Result<Vec<(AccountId, Row)>, Fault> {
    let accounts = wanted.iter().filter_map(|key| match key {
        Key::AppendedTo(account) => Some(account.as_bytes().as_slice()),
        _ => None,
    });
    let accounts: Vec<&[u8]> = accounts.collect();
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let most = i64::try_from(payments::limits::ROLL_UP_MAX).unwrap_or(i64::MAX);
    let mut lists: Vec<(AccountId, Vec<(PayerId, TransferId)>)> = Vec::new();
    for row in &link.query(LISTED, &[&accounts, &most]).await? {
        let mut columns = Columns::postgres(row);
        let account = columns.id(AccountId::from_bytes)?;
        let credit = (columns.id(PayerId::from_bytes)?, columns.id(TransferId::from_bytes)?);
        match lists.last_mut() {
            Some((last, list)) if *last == account => list.push(credit),
            _ => lists.push((account, vec![credit])),
        }
    }
    Ok(lists.into_iter().map(|(account, list)| (account, Row::AppendedTo(list))).collect())
}

/// The wanted keys of one kind, one list for each column of a key.
struct Group {
    kind: &'static Kind,
    columns: [Vec<Vec<u8>>; 3],
}

type Found = (Vec<(Key, Row, i64)>, Vec<(PayerId, Class, Arc<SealKey>)>);

impl Group {
    fn of(kind: &'static Kind, wanted: &[Key]) -> Option<Self> {
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        for key in wanted.iter().filter_map(kind.key) {
            columns.iter_mut().zip(key).for_each(|(column, part)| column.push(part));
        }
        if columns.iter().all(Vec::is_empty) { None } else { Some(Self { kind, columns }) }
    }

    fn sql(&self, locking: Locking) -> String {
        let (extra, only) = self.kind.extra;
        let id = self.kind.table.columns.iter().find(|column| column.role == Role::Key);
        match (locking, id) {
            (Locking::Locked, Some(id)) if self.kind.locked => {
                let lock = format!("{only} ORDER BY t.{} FOR UPDATE OF t", id.name);
                self.kind.table.select_among(extra, &lock)
            }
            _ => self.kind.table.select_among(extra, only),
        }
    }

    async fn read(&self, link: &Link, ring: &Keyring, locking: Locking) -> Result<Found, Fault> {
        let [first, second, third] = &self.columns;
        let all: [Parameter<'_>; 3] = [first, second, third];
        let parameters = all.get(..self.kind.key_columns).unwrap_or(&all);
        let sql = self.sql(locking);
        let rows = link.query(&sql, parameters);
        let (rows, parts) = match &self.kind.parts {
            None => (rows.await?, Vec::new()),
            Some(parts) => {
                let sql = parts_sql(parts);
                let parts = link.query(&sql, parameters);
                try_join(rows, parts).await?
            }
        };
        let version = self.kind.table.columns.iter().filter(|column| column.role != Role::Search).count();
        let mut context = Context { ring, keys: Vec::new() };
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (key, mut value) = (self.kind.read)(&mut Columns::postgres(row), &mut context)?;
            self.attach(&key, &mut value, &parts)?;
            found.push((key, value, row.try_get(version)?));
        }
        Ok((found, context.keys))
    }

    fn attach(&self, key: &Key, row: &mut Row, parts: &[tokio_postgres::Row]) -> Result<(), Fault> {
        let (Some(kind), Some([id, ..])) = (&self.kind.parts, (self.kind.key)(key)) else { return Ok(()) };
        for part in parts {
            let mut columns = Columns::postgres(part);
            if columns.bytes()? == id {
                (kind.attach)(row, &mut columns)?;
            }
        }
        Ok(())
    }
}

fn parts_sql(parts: &Parts) -> String {
    parts.table.select("", &format!("{} ORDER BY {}", parts.table.among(), parts.order))
}
