//! Reads the books and walks the audit chains of this engine, within one moment, for [`Books`] and [`Audit`] to prove.

use std::collections::HashMap;

use ledger::Transfer;
use money::{AccountId, HoldId, Instant, PayeeId, PayerId, TransferId};

use crate::audit::{Audit, StoredDecision, StoredEpoch, StoredLeaf, StoredSeal, Writers};
use crate::books::Books;
use crate::chain::{self, Hash};
use crate::fault::Fault;
use crate::findings::{Findings, hex};
use crate::keys::{Class, SealKey};
use crate::postgres::kinds::{ACCOUNTS, APPENDED, HOLD_PARTS, HOLDS, NOTED, PAYMENTS, POSTINGS, REFUNDS, TRANSFERS};
use crate::postgres::link::Parameter;
use crate::postgres::query::Tables;
use crate::rows::{self, Columns};
use crate::rules::Kept;
use crate::{AuditSummary, LedgerSummary, limits};

/// Every readable row of `sql`, whose first column names the row; the others are findings about `table`.
async fn scan<T>(
    findings: &mut Findings,
    tables: Tables<'_>,
    table: &str,
    sql: &str,
    read: impl Fn(&mut Columns<'_, '_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    for row in &tables.link.query(sql, &[]).await? {
        match read(&mut Columns::postgres(row)) {
            Ok(value) => all.push(value),
            Err(fault) => findings.add(format!("{table} {}: {fault}", row_name(row))),
        }
    }
    Ok(all)
}

/// The first column of a row, as it stands in the database.
fn row_name(row: &tokio_postgres::Row) -> String {
    let bytes = row.try_get::<_, &[u8]>(0).map(hex);
    let number = row.try_get::<_, i64>(0).map(|number| number.to_string());
    bytes.or(number).unwrap_or_else(|_| "without a name".to_owned())
}

/// Reads everything that has to do with money into memory and proves it.
pub(crate) async fn books(tables: Tables<'_>) -> Result<LedgerSummary, Fault> {
    let mut findings = Findings::default();
    let found = &mut findings;
    let books = Books {
        accounts: scan(found, tables, "account", &ACCOUNTS.select("", ""), rows::account).await?,
        payments: scan(found, tables, "payment", &PAYMENTS.select("", ""), rows::payment).await?,
        refunds: scan(found, tables, "refund", &REFUNDS.select("", ""), rows::refund).await?,
        payouts: scan(found, tables, "payout", &NOTED.select("", "WHERE t.kind = 'payout'"), rows::noted).await?,
        wallets: scan(found, tables, "payer", "SELECT id, wallet FROM payers", |columns| {
            Ok((columns.id(PayerId::from_bytes)?, columns.id(AccountId::from_bytes)?))
        })
        .await?,
        payees: scan(found, tables, "payee", "SELECT id, account FROM payees", |columns| {
            Ok((columns.id(PayeeId::from_bytes)?, columns.id(AccountId::from_bytes)?))
        })
        .await?,
        transfers: scan(found, tables, "transfer", &TRANSFERS.select("", ""), rows::transfer).await?,
        legs: scan(found, tables, "posting of transfer", &POSTINGS.select("", "ORDER BY t.transfer, t.leg"), leg)
            .await?,
        holds: scan(found, tables, "hold", &HOLDS.select("", ""), rows::hold).await?,
        parts: scan(found, tables, "part of hold", &HOLD_PARTS.select("", "ORDER BY t.hold, t.part"), |columns| {
            let hold = columns.id(HoldId::from_bytes)?;
            columns.take::<i64>()?;
            Ok((hold, rows::hold_part(columns)?))
        })
        .await?,
        appended: scan(found, tables, "appended credit of payer", &APPENDED.select("", ""), rows::appended).await?,
    };
    Ok(books.check(findings))
}

fn leg(columns: &mut Columns<'_, '_>) -> Result<(TransferId, ledger::Leg), Fault> {
    let transfer = columns.id(TransferId::from_bytes)?;
    columns.take::<i64>()?;
    Ok((transfer, rows::leg(columns)?))
}

/// All packs and judges that ever decided.
pub(super) async fn packs(tables: Tables<'_>, findings: &mut Findings) -> Result<Kept, Fault> {
    let mut kept = Kept::default();
    let sql = "SELECT key, value FROM meta WHERE starts_with(key, 'packs/') OR starts_with(key, 'judges/')";
    let rows =
        scan(findings, tables, "packs", sql, |columns| Ok((columns.take::<String>()?, columns.take::<Vec<u8>>()?)));
    for (key, text) in rows.await? {
        kept.add(&key, &text, findings);
    }
    Ok(kept)
}

/// Recomputes everything. Only the rows of [`limits::WALK_ROWS`] commits are in memory at a time.
pub(crate) async fn audit(tables: Tables<'_>, now: Instant) -> Result<AuditSummary, Fault> {
    let mut findings = Findings::default();
    let packs = packs(tables, &mut findings).await?;
    let mut audit = Audit::new(Writers::Many, findings, packs, now);
    let sql = "SELECT epoch, started_at, prev, head_seq, head FROM audit_epochs ORDER BY epoch";
    let epochs = scan(&mut audit.findings, tables, "epoch", sql, |columns| {
        let (number, started_at, prev) = (columns.take()?, columns.take()?, columns.take()?);
        Ok(StoredEpoch { number, started_at, prev, head_seq: columns.take()?, head: columns.take()? })
    })
    .await?;
    let following = epochs.iter().skip(1).map(Some).chain([None]);
    for (epoch, next) in epochs.iter().zip(following) {
        audit.begin_epoch(epoch, next);
        let mut after = i64::MIN;
        while let Some(last) = leaves(tables, &mut audit, epoch.number, after).await? {
            after = last;
        }
        audit.end_epoch();
    }
    orphans(tables, &mut audit.findings).await?;
    seals(tables, &mut audit).await?;
    Ok(audit.finish())
}

/// The leaves of an epoch after the number `after`, with all that belongs to them; the last one's number.
async fn leaves(tables: Tables<'_>, audit: &mut Audit, epoch: i64, after: i64) -> Result<Option<i64>, Fault> {
    let sql = "SELECT epoch, seq, at, decisions, transfers, prev, leaf FROM audit_leaves \
        WHERE epoch = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    let stored = tables.link.query(sql, &[&epoch, &after, &limits::WALK_ROWS]).await?;
    let stored = stored.iter().map(leaf).collect::<Result<Vec<_>, _>>()?;
    let Some(last) = stored.last().map(|leaf| leaf.seq) else { return Ok(None) };
    let span: [Parameter<'_>; 3] = [&epoch, &after, &last];
    let now = audit.now().unix_millis();
    let mut decisions = decisions(tables, audit, &[&epoch, &after, &last, &now]).await?;
    let mut transfers = transfers(tables, audit, &span).await?;
    for leaf in &stored {
        let made = decisions.remove(&leaf.seq).unwrap_or_default();
        let moved: Vec<Transfer> = transfers.remove(&leaf.seq).unwrap_or_default();
        let digest = chain::transfers(moved.iter().collect());
        let (made, opened): (Vec<_>, Vec<_>) = made.into_iter().map(|one| (one.0, (one.1, one.2, one.3))).unzip();
        audit.leaf(leaf, &made, &digest);
        for (decision, (key, blob, may_be_gone)) in made.iter().zip(opened) {
            let key = match decision.payer {
                Some(_) => key,
                None => Some(tables.ring.system(decision.epoch)?),
            };
            audit.decision(decision, key.as_deref(), &blob, may_be_gone);
        }
    }
    Ok(Some(last))
}

fn leaf(row: &tokio_postgres::Row) -> Result<StoredLeaf, Fault> {
    let mut columns = Columns::postgres(row);
    Ok(StoredLeaf {
        epoch: columns.take()?,
        seq: columns.take()?,
        at: columns.take()?,
        decisions: columns.take()?,
        transfers: columns.take()?,
        prev: columns.take()?,
        leaf: columns.take()?,
    })
}

type Made = (StoredDecision, Option<std::sync::Arc<SealKey>>, Vec<u8>, bool);

/// Decisions by leaf, each with its payer's key and its record.
async fn decisions(
    tables: Tables<'_>,
    audit: &mut Audit,
    span: &[Parameter<'_>],
) -> Result<HashMap<i64, Vec<Made>>, Fault> {
    let sql = "SELECT d.n, d.id, d.at, d.command, d.payer, d.digest, d.epoch, d.leaf, d.blob, k.wrapped, \
        coalesce(d.keep_until <= $4, e.payer IS NOT NULL), d.keep_until \
        FROM decisions d LEFT JOIN payer_keys k ON k.payer = d.payer AND k.class = 'decision' \
        LEFT JOIN erasures e ON e.payer = d.payer \
        WHERE d.epoch = $1 AND d.leaf > $2 AND d.leaf <= $3 ORDER BY d.leaf, d.n";
    let mut all: HashMap<i64, Vec<Made>> = HashMap::new();
    for row in &tables.link.query(sql, span).await? {
        let mut columns = Columns::postgres(row);
        let stored = StoredDecision {
            seq: columns.take()?,
            id: columns.take()?,
            at: columns.take()?,
            command: columns.take()?,
            payer: columns.take()?,
            digest: columns.take()?,
            epoch: columns.take()?,
            leaf: columns.take()?,
            keep_until: None,
        };
        let (blob, wrapped, may_be_gone) = (columns.take()?, columns.maybe_bytes()?, columns.take()?);
        let stored = StoredDecision { keep_until: columns.take()?, ..stored };
        let key = match (stored.payer.map(PayerId::from_bytes), wrapped) {
            (Some(payer), Some(wrapped)) => match tables.ring.unwrap_key(payer, Class::Decision, wrapped) {
                Ok(key) => Some(key),
                Err(fault) => {
                    audit.findings.add(format!("{payer}: {fault}"));
                    None
                }
            },
            _ => None,
        };
        all.entry(stored.leaf).or_default().push((stored, key, blob, may_be_gone));
    }
    Ok(all)
}

/// Transfers by leaf, with all their legs.
async fn transfers(
    tables: Tables<'_>,
    audit: &mut Audit,
    span: &[Parameter<'_>],
) -> Result<HashMap<i64, Vec<Transfer>>, Fault> {
    let within = "t.epoch = $1 AND t.leaf > $2 AND t.leaf <= $3";
    let sql = TRANSFERS.select(", t.leaf", &format!("WHERE {within} ORDER BY t.leaf, t.id"));
    let legs_sql = POSTINGS.select(
        "",
        "WHERE t.transfer IN (SELECT x.id FROM transfers x WHERE x.epoch = $1 AND x.leaf > $2 AND x.leaf <= $3) \
         ORDER BY t.transfer, t.leg",
    );
    let mut legs: HashMap<TransferId, Vec<ledger::Leg>> = HashMap::new();
    for row in &tables.link.query(&legs_sql, span).await? {
        match leg(&mut Columns::postgres(row)) {
            Ok((transfer, leg)) => legs.entry(transfer).or_default().push(leg),
            Err(fault) => audit.findings.add(format!("posting of transfer {}: {fault}", row_name(row))),
        }
    }
    let mut all: HashMap<i64, Vec<Transfer>> = HashMap::new();
    for row in &tables.link.query(&sql, span).await? {
        let mut columns = Columns::postgres(row);
        match rows::transfer(&mut columns) {
            Ok(transfer) => {
                columns.take::<i64>()?;
                let legs = legs.remove(&transfer.id).unwrap_or_default();
                all.entry(columns.take()?).or_default().push(Transfer { legs, ..transfer });
            }
            Err(fault) => audit.findings.add(format!("transfer {}: {fault}", row_name(row))),
        }
    }
    Ok(all)
}

/// What belongs to no leaf, and leaves of no epoch.
async fn orphans(tables: Tables<'_>, findings: &mut Findings) -> Result<(), Fault> {
    let sql = "SELECT l.epoch, l.seq FROM audit_leaves l \
        WHERE NOT EXISTS (SELECT 1 FROM audit_epochs e WHERE e.epoch = l.epoch)";
    for row in &tables.link.query(sql, &[]).await? {
        let mut columns = Columns::postgres(row);
        let (epoch, seq): (i64, i64) = (columns.take()?, columns.take()?);
        findings.add(format!("leaf {epoch}/{seq}: its epoch is missing"));
    }
    for table in ["decision", "transfer"] {
        let sql = format!(
            "SELECT d.id FROM {table}s d \
             WHERE NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.epoch = d.epoch AND l.seq = d.leaf)"
        );
        for row in &tables.link.query(&sql, &[]).await? {
            let id: [u8; 16] = Columns::postgres(row).take()?;
            let id = match table {
                "decision" => money::DecisionId::from_bytes(id).to_string(),
                _ => TransferId::from_bytes(id).to_string(),
            };
            findings.add(format!("{id}: no leaf has this {table}"));
        }
    }
    Ok(())
}

/// Recomputes the global chain.
async fn seals(tables: Tables<'_>, audit: &mut Audit) -> Result<(), Fault> {
    let sql = "SELECT seq, at, heads, prev, seal FROM audit_seals ORDER BY seq";
    let seals = scan(&mut audit.findings, tables, "seal", sql, |columns| {
        let (seq, at, heads) = (columns.take()?, columns.take()?, columns.take()?);
        Ok(StoredSeal { seq, at, heads, prev: columns.take()?, seal: columns.take()? })
    })
    .await?;
    for seal in &seals {
        for head in audit.seal(seal) {
            let sql = "SELECT leaf FROM audit_leaves WHERE epoch = $1 AND seq = $2";
            let stored: Option<Hash> = match tables.link.maybe(sql, &[&head.0, &head.1]).await? {
                Some(row) => Some(Columns::postgres(&row).take()?),
                None => None,
            };
            audit.sealed_head(seal.seq, head, stored);
        }
    }
    Ok(())
}
