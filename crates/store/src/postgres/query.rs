//! Reads: what the server shows. None of it decides anything.

use ledger::Account;
use money::{AccountId, Amount, DeviceId, Digest, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId};
use payments::{
    Device, Event, Intent, Kept, KeptKey, Key, Noted, NotedKey, NotedKind, Payee, Payer, Payment, Refund, Row,
    Standing, State,
};
use protocol::PaymentStatus;

use crate::fault::Fault;
use crate::keys::{Class, Keyring};
use crate::postgres::kinds::{Context, DEVICES, EVENTS, NOTED, PAYEES, PAYMENTS, REFUNDS};
use crate::postgres::link::{Link, Parameter};
use crate::postgres::load::{Loaded, Loading, Locking};
use crate::rows::{self, Columns};
use crate::waiting;
use crate::words::Word;
use crate::{Due, PageRequest, PageRows, PayeeBalance, PaymentFilter, PaymentRow};

/// The tables behind one connection, within one moment.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'l> {
    pub(crate) link: &'l Link,
    pub(crate) ring: &'l Keyring,
}

impl Tables<'_> {
    async fn row(self, key: Key) -> Result<Option<Row>, Fault> {
        Ok(self.rows(&[key]).await?.row(&key).cloned())
    }

    async fn rows(self, keys: &[Key]) -> Result<State, Fault> {
        let mut state = State::new();
        let loading = Loading::prepare(self.link, keys, Locking::Unlocked).await?;
        loading.run(self.link, self.ring, &mut state, &mut Loaded::default()).await?;
        Ok(state)
    }

    async fn account(self, id: AccountId, what: &'static str) -> Result<Account, Fault> {
        match self.row(Key::Account(id)).await? {
            Some(Row::Account(account)) => Ok(account),
            _ => Err(Fault::Unreadable(what)),
        }
    }

    pub(crate) async fn payer(self, id: PayerId) -> Result<Option<(Payer, Account)>, Fault> {
        let Some(Row::Payer(payer)) = self.row(Key::Payer(id)).await? else { return Ok(None) };
        let account = self.account(payer.wallet, "wallet").await?;
        Ok(Some((payer, account)))
    }

    pub(crate) async fn devices(self, payer: PayerId) -> Result<Vec<(Device, Option<Standing>)>, Fault> {
        let join = "LEFT JOIN payer_keys k ON k.payer = t.payer AND k.class = 'identity' \
            WHERE t.payer = $1 ORDER BY t.bound_at, t.id";
        let found = self.link.query(&DEVICES.select(", k.wrapped", join), &[&payer.as_bytes().as_slice()]).await?;
        let mut context = Context { ring: self.ring, keys: Vec::new() };
        let read = |row| {
            rows::device_with(&mut Columns::postgres(row), &mut |columns, payer| {
                columns.take::<i64>()?;
                let wrapped = columns.maybe_bytes()?;
                context.key(payer, Class::Identity, wrapped)
            })
        };
        let devices = found.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<Key> = devices.iter().map(|device| Key::Kept(KeptKey::Standing(device.id))).collect();
        let state = self.rows(&keys).await?;
        let standings = keys.iter().map(|key| standing(state.row(key)));
        Ok(devices.into_iter().zip(standings).collect())
    }

    pub(crate) async fn device(self, id: DeviceId) -> Result<Option<(Device, Option<Standing>)>, Fault> {
        let (key, kept) = (Key::Device(id), Key::Kept(KeptKey::Standing(id)));
        let state = self.rows(&[key, kept]).await?;
        Ok(match state.row(&key) {
            Some(Row::Device(device)) => Some((device.clone(), standing(state.row(&kept)))),
            _ => None,
        })
    }

    pub(crate) async fn kept(self, key: KeptKey) -> Result<Option<Kept>, Fault> {
        Ok(match self.row(Key::Kept(key)).await? {
            Some(Row::Kept(kept)) => Some(kept),
            _ => None,
        })
    }

    pub(crate) async fn payee(self, id: PayeeId) -> Result<Option<Payee>, Fault> {
        Ok(match self.row(Key::Payee(id)).await? {
            Some(Row::Payee(payee)) => Some(payee),
            _ => None,
        })
    }

    /// WHY both in one moment: a credit stands either in the account or among those that wait, and must be seen once.
    pub(crate) async fn payee_balance(self, id: PayeeId, now: Instant) -> Result<Option<PayeeBalance>, Fault> {
        let Some(payee) = self.payee(id).await? else { return Ok(None) };
        let account = self.account(payee.account, "payee's account").await?;
        let sql = "SELECT coalesce(sum(amount_minor), 0)::bigint, min(at) FROM appended WHERE account = $1";
        let waiting = self.link.maybe(sql, &[&payee.account.as_bytes().as_slice()]).await?;
        let (minor, oldest) = match &waiting {
            Some(row) => {
                let mut columns = Columns::postgres(row);
                (columns.take::<i64>()?, columns.maybe_instant()?)
            }
            None => (0, None),
        };
        let (pending, as_of) = (Amount::new(minor, account.currency), oldest.unwrap_or(now));
        Ok(Some(PayeeBalance { payee, account, pending, as_of }))
    }

    pub(crate) async fn noted(self, key: NotedKey) -> Result<Option<Noted>, Fault> {
        Ok(match self.row(Key::Noted(key)).await? {
            Some(Row::Noted(noted)) => Some(noted),
            _ => None,
        })
    }

    pub(crate) async fn all_noted(
        self,
        kind: NotedKind,
        payee: Option<PayeeId>,
        limit: usize,
    ) -> Result<Vec<Noted>, Fault> {
        let (kind, limit) = (kind.word(), count(limit));
        let found = match payee {
            Some(payee) => {
                let sql = NOTED.select("", "WHERE t.payee = $1 AND t.kind = $2 ORDER BY t.id LIMIT $3");
                self.link.query(&sql, &[&payee.as_bytes().as_slice(), &kind, &limit]).await?
            }
            None => {
                let sql = NOTED.select("", "WHERE t.kind = $1 ORDER BY t.id LIMIT $2");
                self.link.query(&sql, &[&kind, &limit]).await?
            }
        };
        found.iter().map(|row| rows::noted(&mut Columns::postgres(row))).collect()
    }

    pub(crate) async fn to_roll_up(self, limit: usize) -> Result<Vec<AccountId>, Fault> {
        let sql = "SELECT account FROM appended GROUP BY account ORDER BY min(at), account LIMIT $1";
        let found = self.link.query(sql, &[&count(limit)]).await?;
        found.iter().map(|row| Columns::postgres(row).id(AccountId::from_bytes)).collect()
    }

    pub(crate) async fn payee_of_api_key(self, key: Digest) -> Result<Option<Payee>, Fault> {
        let found = self.link.maybe(&PAYEES.select("", "WHERE t.api_key = $1"), &[&key.as_bytes().as_slice()]).await?;
        found.map(|row| rows::payee(&mut Columns::postgres(&row))).transpose()
    }

    pub(crate) async fn payees(self, limit: usize) -> Result<Vec<Payee>, Fault> {
        let sql = PAYEES.select("", "ORDER BY t.name COLLATE \"C\", t.id LIMIT $1");
        let found = self.link.query(&sql, &[&count(limit)]).await?;
        found.iter().map(|row| rows::payee(&mut Columns::postgres(row))).collect()
    }

    pub(crate) async fn intent(self, id: IntentId) -> Result<Option<(Intent, Option<Payment>)>, Fault> {
        let Some(Row::Intent(intent)) = self.row(Key::Intent(id)).await? else { return Ok(None) };
        let payment = match intent.payment {
            Some(payment) => self.row(Key::Payment(payment)).await?,
            None => None,
        };
        let payment = match payment {
            Some(Row::Payment(payment)) => Some(payment),
            _ => None,
        };
        Ok(Some((intent, payment)))
    }

    pub(crate) async fn payment(self, id: PaymentId) -> Result<Option<PaymentRow>, Fault> {
        let sql = PAYMENTS.select(", i.core", "JOIN intents i ON i.id = t.intent WHERE t.id = $1");
        let found = self.link.maybe(&sql, &[&id.as_bytes().as_slice()]).await?;
        found.as_ref().map(payment_row).transpose()
    }

    /// A payer's payments. WHY `strpos` on words kept in lower case: nothing in what is searched for has a meaning of
    /// its own, so there is nothing to escape.
    pub(crate) async fn payments(
        self,
        payer: PayerId,
        filter: &PaymentFilter,
        page: PageRequest<PaymentId>,
    ) -> Result<PageRows<PaymentRow, PaymentId>, Fault> {
        let sql = PAYMENTS.select(
            ", i.core",
            "JOIN intents i ON i.id = t.intent \
             WHERE t.payer = $1 AND (t.created_at, t.id) < ($2, $3) AND t.created_at >= $4 AND t.created_at < $5 \
             AND ($6::text IS NULL OR (t.status = $6 AND (t.waits > 0) = $9)) AND ($7::text IS NULL OR strpos(i.words, $7) > 0) \
             ORDER BY t.created_at DESC, t.id DESC LIMIT $8",
        );
        let (before_at, before_id) = before(page.before.map(|(at, id)| (at, *id.as_bytes())));
        let from = filter.from.map_or(i64::MIN, Instant::unix_millis);
        let until = filter.until.map_or(i64::MAX, Instant::unix_millis);
        let status = filter.status.map(|status| waiting::status(status).word());
        let is_waiting = filter.status == Some(PaymentStatus::Held);
        let text = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_lowercase);
        let limit = count(page.limit.saturating_add(1));
        let (payer, before_id) = (payer.as_bytes().as_slice(), before_id.as_slice());
        let wanted: [Parameter<'_>; 9] =
            [&payer, &before_at, &before_id, &from, &until, &status, &text, &limit, &is_waiting];
        let found = self.link.query(&sql, &wanted).await?;
        let rows = found.iter().map(payment_row).collect::<Result<Vec<_>, _>>()?;
        Ok(cut(rows, page.limit, |row| (row.payment.created_at, row.payment.id)))
    }

    pub(crate) async fn refunds(self, payment: PaymentId) -> Result<Vec<Refund>, Fault> {
        let sql = REFUNDS.select("", "WHERE t.payment = $1 ORDER BY t.created_at, t.id");
        let found = self.link.query(&sql, &[&payment.as_bytes().as_slice()]).await?;
        found.iter().map(|row| rows::refund(&mut Columns::postgres(row))).collect()
    }

    pub(crate) async fn alerts(
        self,
        payer: PayerId,
        page: PageRequest<EventId>,
    ) -> Result<PageRows<(Event, Option<String>), EventId>, Fault> {
        let sql = EVENTS.select(
            ", p.name",
            "LEFT JOIN payees p ON p.id = t.payee \
             WHERE t.payer = $1 AND (t.at, t.id) < ($2, $3) ORDER BY t.at DESC, t.id DESC LIMIT $4",
        );
        let (before_at, before_id) = before(page.before.map(|(at, id)| (at, *id.as_bytes())));
        let limit = count(page.limit.saturating_add(1));
        let (payer, before_id) = (payer.as_bytes().as_slice(), before_id.as_slice());
        let found = self.link.query(&sql, &[&payer, &before_at, &before_id, &limit]).await?;
        let read = |row| {
            let mut columns = Columns::postgres(row);
            let event = rows::event(&mut columns)?;
            columns.take::<i64>()?;
            Ok((event, columns.take()?))
        };
        let rows = found.iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
        Ok(cut(rows, page.limit, |(event, _)| (event.at, event.id)))
    }

    /// WHY these kinds: a payee that is suspected must not hear of it first.
    pub(crate) async fn code_alerts(
        self,
        payee: PayeeId,
        page: PageRequest<EventId>,
    ) -> Result<PageRows<Event, EventId>, Fault> {
        let sql = EVENTS.select(
            "",
            "WHERE t.payee = $1 \
             AND t.kind IN ('code.registered', 'code.withdrawn', 'code.suspended', 'code.swap_nearby') \
             AND (t.at, t.id) < ($2, $3) ORDER BY t.at DESC, t.id DESC LIMIT $4",
        );
        let (before_at, before_id) = before(page.before.map(|(at, id)| (at, *id.as_bytes())));
        let limit = count(page.limit.saturating_add(1));
        let (payee, before_id) = (payee.as_bytes().as_slice(), before_id.as_slice());
        let found = self.link.query(&sql, &[&payee, &before_at, &before_id, &limit]).await?;
        let read = |row| rows::event(&mut Columns::postgres(row));
        let rows = found.iter().map(read).collect::<Result<Vec<_>, Fault>>()?;
        Ok(cut(rows, page.limit, |event| (event.at, event.id)))
    }

    /// Payments that a rule holds, the one that waits shortest first.
    pub(crate) async fn waiting(self, limit: usize) -> Result<Vec<PaymentRow>, Fault> {
        let sql = PAYMENTS.select(
            ", i.core",
            "JOIN intents i ON i.id = t.intent WHERE t.waits > 0 ORDER BY t.waits_until, t.id LIMIT $1",
        );
        let found = self.link.query(&sql, &[&count(limit)]).await?;
        found.iter().map(payment_row).collect()
    }

    pub(crate) async fn due(self, now: Instant, limit: usize) -> Result<Due, Fault> {
        let holds = "SELECT id FROM payments WHERE status = 'authorized' AND hold_expires_at <= $1 \
            ORDER BY hold_expires_at LIMIT $2";
        let waits = "SELECT id FROM payments WHERE waits > 0 AND waits_until <= $1 ORDER BY waits_until LIMIT $2";
        let intents = "SELECT id FROM intents WHERE status = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2";
        let (now, limit) = (now.unix_millis(), count(limit));
        let (waits, holds, intents) = futures_util::future::try_join3(
            self.link.query(waits, &[&now, &limit]),
            self.link.query(holds, &[&now, &limit]),
            self.link.query(intents, &[&now, &limit]),
        )
        .await?;
        Ok(Due {
            holds: waits
                .iter()
                .chain(&holds)
                .map(|row| Columns::postgres(row).id(PaymentId::from_bytes))
                .collect::<Result<_, _>>()?,
            intents: intents
                .iter()
                .map(|row| Columns::postgres(row).id(IntentId::from_bytes))
                .collect::<Result<_, _>>()?,
        })
    }
}

fn payment_row(row: &tokio_postgres::Row) -> Result<PaymentRow, Fault> {
    let mut columns = Columns::postgres(row);
    let payment = rows::payment(&mut columns)?;
    columns.take::<i64>()?;
    Ok(PaymentRow { payment, core: rows::core(columns.str()?)? })
}

/// The row a page starts after, as it compares; the end of time for the first page.
fn before(page: Option<(Instant, [u8; 16])>) -> (i64, [u8; 16]) {
    page.map_or((i64::MAX, [0xff; 16]), |(at, id)| (at.unix_millis(), id))
}

fn standing(row: Option<&Row>) -> Option<Standing> {
    match row {
        Some(Row::Kept(Kept::Standing(standing))) => Some(standing.clone()),
        _ => None,
    }
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Cuts the one row too many that was asked for to see whether there are more.
fn cut<Row, Id>(mut rows: Vec<Row>, limit: usize, place: impl Fn(&Row) -> (Instant, Id)) -> PageRows<Row, Id> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = if more { rows.last().map(place) } else { None };
    PageRows { rows, next }
}
