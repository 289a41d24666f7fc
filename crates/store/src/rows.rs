//! How rows are read, on every engine: the columns of each table in one order, and the typed row they make.

use std::sync::Arc;

use ledger::{Account, Hold, HoldState, Leg, Overdraft, Transfer, TransferKind};
use money::{
    AccountId, Amount, Currency, DecisionId, DeviceId, Digest, EventId, HoldId, Instant, IntentId, PayeeId, PayerId,
    PaymentId, ReasonCode, RefundId, TransferId,
};
use payments::{
    Appended, Device, Event, EventKind, IdempotentIntent, Intent, Kept, Lock, Noted, Pair, Payee, Payer, Payment,
    Refund,
};
use protocol::{PayeeCard, QuoteCore, Text};

use crate::fault::Fault;
use crate::keys::SealKey;
use crate::sealed_kept;
use crate::waiting;
use crate::words::Word;

/// The columns of a table, in the order in which its row is read.
macro_rules! columns {
    (account) => {
        "a.id, a.currency, a.normal, a.overdraft, a.overdraft_minor, a.debits_posted, a.credits_posted, \
         a.debits_held, a.credits_held, a.closed, a.intake"
    };
    (noted) => {
        "kind, id, payee, value"
    };
    (appended) => {
        "payer, transfer, account, amount_minor, currency, at"
    };
    (transfer) => {
        "id, kind, origin, at, refunded_minor"
    };
    (leg) => {
        "account, side, amount_minor, currency"
    };
    (hold) => {
        "id, from_account, expires_at, at, state, transfer, captured_minor"
    };
    (payer) => {
        "p.id, p.name, p.currency, p.wallet, p.lock, p.thaws_at, p.devices, p.opened_at"
    };
    (device) => {
        "id, payer, key, name, tier, bound_at, revoked"
    };
    (payee) => {
        "p.category, p.id, p.name, p.name_latin, p.place, p.city, p.account, p.currency, p.api_key, \
         p.signing_key, p.closed, p.registered_at"
    };
    (intent) => {
        "id, payee, core, quote, capture, reference, status, payment"
    };
    (payment) => {
        "p.id, p.payer, p.payee, p.device, p.intent, p.body, p.quote, p.amount_minor, p.fee_minor, p.currency, \
         p.funding, p.status, p.reasons, p.hold, p.hold_expires_at, p.transfer, p.captured_minor, \
         p.refunded_minor, p.decision, p.created_at, p.rules, p.waits, p.waits_until, p.confirmable_from"
    };
    (refund) => {
        "id, payment, payee, amount_minor, remaining_minor, currency, reason, body, transfer, created_at"
    };
    (event) => {
        "e.id, e.at, e.kind, e.payer, e.payee, e.intent, e.payment, e.amount_minor, e.currency, e.reasons"
    };
}
pub(crate) use columns;

/// The columns of a row, taken from left to right; the same for every engine.
pub(crate) struct Columns<'a, 'r> {
    row: EngineRow<'a, 'r>,
    next: usize,
}

/// A row as an engine hands it out.
#[derive(Clone, Copy)]
enum EngineRow<'a, 'r> {
    Sqlite(&'a rusqlite::Row<'r>),
    Postgres(&'a tokio_postgres::Row),
}

/// What a column can be read as.
pub(crate) trait FromColumn<'a>: Sized {
    fn from_column(columns: &mut Columns<'a, '_>) -> Result<Self, Fault>;
}

impl<'a, 'r> Columns<'a, 'r> {
    pub(crate) const fn new(row: &'a rusqlite::Row<'r>) -> Self {
        Self { row: EngineRow::Sqlite(row), next: 0 }
    }

    pub(crate) const fn postgres(row: &'a tokio_postgres::Row) -> Self {
        Self { row: EngineRow::Postgres(row), next: 0 }
    }

    pub(crate) fn take<T: FromColumn<'a>>(&mut self) -> Result<T, Fault> {
        T::from_column(self)
    }

    pub(crate) fn id<T>(&mut self, make: fn([u8; 16]) -> T) -> Result<T, Fault> {
        self.take().map(make)
    }

    pub(crate) fn maybe_id<T>(&mut self, make: fn([u8; 16]) -> T) -> Result<Option<T>, Fault> {
        Ok(self.take::<Option<[u8; 16]>>()?.map(make))
    }

    pub(crate) fn digest(&mut self) -> Result<Digest, Fault> {
        self.take().map(Digest::from_bytes)
    }

    pub(crate) fn instant(&mut self) -> Result<Instant, Fault> {
        self.take().map(Instant::from_unix_millis)
    }

    pub(crate) fn maybe_instant(&mut self) -> Result<Option<Instant>, Fault> {
        Ok(self.take::<Option<i64>>()?.map(Instant::from_unix_millis))
    }

    pub(crate) fn word<W: Word>(&mut self) -> Result<W, Fault> {
        W::stored(self.str()?)
    }

    pub(crate) fn currency(&mut self) -> Result<Currency, Fault> {
        Currency::from_code(self.str()?).map_err(|_| Fault::Unreadable("currency"))
    }

    pub(crate) fn text<const MAX: usize>(&mut self) -> Result<Text<MAX>, Fault> {
        Text::new(self.str()?).map_err(|_| Fault::Unreadable("text"))
    }

    pub(crate) fn str(&mut self) -> Result<&'a str, Fault> {
        self.maybe_str()?.ok_or(Fault::Unreadable("text"))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Fault> {
        self.maybe_bytes()?.ok_or(Fault::Unreadable("bytes"))
    }

    fn maybe_str(&mut self) -> Result<Option<&'a str>, Fault> {
        let index = self.advance();
        match self.row {
            EngineRow::Sqlite(row) => row.get_ref(index)?.as_str_or_null().map_err(|_| Fault::Unreadable("text")),
            EngineRow::Postgres(row) => Ok(row.try_get(index)?),
        }
    }

    pub(crate) fn maybe_bytes(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        let index = self.advance();
        match self.row {
            EngineRow::Sqlite(row) => row.get_ref(index)?.as_blob_or_null().map_err(|_| Fault::Unreadable("bytes")),
            EngineRow::Postgres(row) => Ok(row.try_get(index)?),
        }
    }

    fn maybe_long(&mut self) -> Result<Option<i64>, Fault> {
        let index = self.advance();
        match self.row {
            EngineRow::Sqlite(row) => row.get_ref(index)?.as_i64_or_null().map_err(|_| Fault::Unreadable("number")),
            EngineRow::Postgres(row) => Ok(row.try_get(index)?),
        }
    }

    fn maybe_array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, Fault> {
        self.maybe_bytes()?.map(<[u8; N]>::try_from).transpose().map_err(|_| Fault::Unreadable("bytes"))
    }

    fn reasons(&mut self) -> Result<Vec<ReasonCode>, Fault> {
        let words = self.str()?.split_ascii_whitespace();
        words.map(|code| code.parse().map_err(|_| Fault::Unreadable("reason"))).collect()
    }

    const fn advance(&mut self) -> usize {
        let index = self.next;
        self.next = index.saturating_add(1);
        index
    }
}

impl FromColumn<'_> for bool {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        let EngineRow::Postgres(row) = columns.row else { return Ok(columns.take::<i64>()? != 0) };
        Ok(row.try_get(columns.advance())?)
    }
}

impl FromColumn<'_> for Option<i64> {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        columns.maybe_long()
    }
}

/// Whole numbers, which every engine stores in 64 bits.
macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl FromColumn<'_> for $number {
            fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
                let long = columns.maybe_long()?.ok_or(Fault::Unreadable("number"))?;
                long.try_into().map_err(|_| Fault::Unreadable("number"))
            }
        }
    )+};
}

numbers!(i64, u32, u8);

impl FromColumn<'_> for String {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        columns.str().map(str::to_owned)
    }
}

impl FromColumn<'_> for Option<String> {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        Ok(columns.maybe_str()?.map(str::to_owned))
    }
}

impl FromColumn<'_> for Vec<u8> {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        columns.bytes().map(<[u8]>::to_vec)
    }
}

impl<const N: usize> FromColumn<'_> for [u8; N] {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        columns.maybe_array()?.ok_or(Fault::Unreadable("bytes"))
    }
}

impl<const N: usize> FromColumn<'_> for Option<[u8; N]> {
    fn from_column(columns: &mut Columns<'_, '_>) -> Result<Self, Fault> {
        columns.maybe_array()
    }
}

pub(crate) fn account(columns: &mut Columns<'_, '_>) -> Result<Account, Fault> {
    let (id, currency) = (columns.id(AccountId::from_bytes)?, columns.currency()?);
    let normal = columns.word()?;
    let overdraft = match (columns.str()?, columns.take()?) {
        ("none", 0) => Overdraft::None,
        ("up_to", limit) => Overdraft::UpTo(limit),
        ("unlimited", 0) => Overdraft::Unlimited,
        _ => return Err(Fault::Unreadable("overdraft")),
    };
    Ok(Account {
        debits_posted: columns.take()?,
        credits_posted: columns.take()?,
        debits_held: columns.take()?,
        credits_held: columns.take()?,
        closed: columns.take()?,
        ..Account::new(id, currency, normal, overdraft, columns.word()?)
    })
}

pub(crate) fn appended(columns: &mut Columns<'_, '_>) -> Result<Appended, Fault> {
    let payer = columns.id(PayerId::from_bytes)?;
    let (transfer, account) = (columns.id(TransferId::from_bytes)?, columns.id(AccountId::from_bytes)?);
    let amount = Amount::new(columns.take()?, columns.currency()?);
    Ok(Appended { payer, credit: ledger::Appended { transfer, account, amount, at: columns.instant()? } })
}

/// A transfer without its legs.
pub(crate) fn transfer(columns: &mut Columns<'_, '_>) -> Result<Transfer, Fault> {
    Ok(Transfer {
        id: columns.id(TransferId::from_bytes)?,
        kind: match (columns.str()?, columns.take::<Option<[u8; 16]>>()?) {
            ("posting", None) => TransferKind::Posting,
            ("capture", Some(hold)) => TransferKind::Capture(HoldId::from_bytes(hold)),
            ("refund", Some(original)) => TransferKind::Refund(TransferId::from_bytes(original)),
            _ => return Err(Fault::Unreadable("transfer kind")),
        },
        legs: Vec::new(),
        at: columns.instant()?,
        refunded: columns.take()?,
    })
}

pub(crate) fn leg(columns: &mut Columns<'_, '_>) -> Result<Leg, Fault> {
    Ok(Leg {
        account: columns.id(AccountId::from_bytes)?,
        side: columns.word()?,
        amount: Amount::new(columns.take()?, columns.currency()?),
    })
}

/// A hold without its parts.
pub(crate) fn hold(columns: &mut Columns<'_, '_>) -> Result<Hold, Fault> {
    Ok(Hold {
        id: columns.id(HoldId::from_bytes)?,
        from: columns.id(AccountId::from_bytes)?,
        to: Vec::new(),
        expires_at: columns.maybe_instant()?,
        at: columns.instant()?,
        state: match (columns.str()?, columns.take::<Option<[u8; 16]>>()?) {
            ("open", None) => HoldState::Open,
            ("captured", Some(transfer)) => HoldState::Captured(TransferId::from_bytes(transfer)),
            ("voided", None) => HoldState::Voided,
            ("expired", None) => HoldState::Expired,
            _ => return Err(Fault::Unreadable("hold state")),
        },
        captured: columns.take()?,
    })
}

pub(crate) fn hold_part(columns: &mut Columns<'_, '_>) -> Result<(AccountId, Amount), Fault> {
    Ok((columns.id(AccountId::from_bytes)?, Amount::new(columns.take()?, columns.currency()?)))
}

/// What stands in the place of a name whose key was destroyed.
const ERASED: &str = "(erased)";

/// The context a payer's name is encrypted in.
pub(crate) const PAYER_NAME: &[u8] = b"payers.name";

/// How a noted row is stored.
pub(crate) fn write_noted(row: &Noted) -> Result<String, Fault> {
    serde_json::to_string(row).map_err(|_| Fault::Unwritable("noted row"))
}

/// A noted row. INVARIANT: it is the one that its columns say.
pub(crate) fn noted(columns: &mut Columns<'_, '_>) -> Result<Noted, Fault> {
    let kind = columns.str()?;
    let id: [u8; 16] = columns.take()?;
    let payee = columns.id(PayeeId::from_bytes)?;
    let row: Option<Noted> = serde_json::from_str(columns.str()?).ok();
    let is_it = |row: &Noted| row.key().kind().word() == kind && row.key().id() == id && row.payee() == payee;
    row.filter(is_it).ok_or(Fault::Unreadable("noted row"))
}

/// The context a device's name is encrypted in.
pub(crate) const DEVICE_NAME: &[u8] = b"devices.name";

fn name<const MAX: usize>(
    key: Option<&SealKey>,
    context: &[u8],
    id: &[u8; 16],
    sealed: &[u8],
) -> Result<Text<MAX>, Fault> {
    let plain = match key {
        None => ERASED.to_owned(),
        Some(key) => {
            let bytes = key.open(&[context, id], sealed).ok_or(Fault::Unreadable("encrypted name"))?;
            String::from_utf8(bytes).map_err(|_| Fault::Unreadable("encrypted name"))?
        }
    };
    Text::new(plain).map_err(|_| Fault::Unreadable("encrypted name"))
}

/// What opens a payer's names; called after the row's own columns, whose key may come behind them.
type KeyOf<'f, 'a, 'r> = &'f mut dyn FnMut(&mut Columns<'a, 'r>, PayerId) -> Result<Option<Arc<SealKey>>, Fault>;

pub(crate) fn payer(columns: &mut Columns<'_, '_>, key: Option<&Arc<SealKey>>) -> Result<Payer, Fault> {
    payer_with(columns, &mut |_, _| Ok(key.cloned()))
}

pub(crate) fn payer_with<'a, 'r>(columns: &mut Columns<'a, 'r>, key_of: KeyOf<'_, 'a, 'r>) -> Result<Payer, Fault> {
    let id: [u8; 16] = columns.take()?;
    let sealed = columns.bytes()?;
    let (currency, wallet) = (columns.currency()?, columns.id(AccountId::from_bytes)?);
    let lock = match (columns.str()?, columns.maybe_instant()?) {
        ("open", None) => Lock::Open,
        ("frozen", None) => Lock::Frozen,
        ("thawing", Some(until)) => Lock::Thawing(until),
        _ => return Err(Fault::Unreadable("lock")),
    };
    let (devices, opened_at) = (columns.take()?, columns.instant()?);
    let key = key_of(columns, PayerId::from_bytes(id))?;
    let name = name(key.as_deref(), PAYER_NAME, &id, sealed)?;
    let erased = key.is_none();
    Ok(Payer { id: PayerId::from_bytes(id), name, currency, wallet, lock, devices, erased, opened_at })
}

pub(crate) fn device(
    columns: &mut Columns<'_, '_>,
    mut key_of: impl FnMut(PayerId) -> Result<Option<Arc<SealKey>>, Fault>,
) -> Result<Device, Fault> {
    device_with(columns, &mut |_, payer| key_of(payer))
}

pub(crate) fn device_with<'a, 'r>(columns: &mut Columns<'a, 'r>, key_of: KeyOf<'_, 'a, 'r>) -> Result<Device, Fault> {
    let id: [u8; 16] = columns.take()?;
    let payer = columns.id(PayerId::from_bytes)?;
    let (key, sealed) = (columns.digest()?, columns.bytes()?);
    let (tier, bound_at, revoked) = (columns.take()?, columns.instant()?, columns.take()?);
    let name = name(key_of(columns, payer)?.as_deref(), DEVICE_NAME, &id, sealed)?;
    Ok(Device { id: DeviceId::from_bytes(id), payer, key, name, tier, bound_at, revoked })
}

pub(crate) fn kept_with<'a, 'r>(columns: &mut Columns<'a, 'r>, key_of: KeyOf<'_, 'a, 'r>) -> Result<Kept, Fault> {
    let kind = columns.str()?;
    let id: [u8; 16] = columns.take()?;
    let payer = columns.id(PayerId::from_bytes)?;
    let value = columns.bytes()?;
    let key = key_of(columns, payer)?.ok_or(Fault::Unreadable("kept row"))?;
    sealed_kept::open(kind, &id, payer, value, &key)
}

pub(crate) fn payee(columns: &mut Columns<'_, '_>) -> Result<Payee, Fault> {
    Ok(Payee {
        card: PayeeCard {
            category: columns.take()?,
            id: columns.id(PayeeId::from_bytes)?,
            name: columns.text()?,
            name_latin: columns.text()?,
        },
        place: columns.text()?,
        city: columns.take()?,
        account: columns.id(AccountId::from_bytes)?,
        currency: columns.currency()?,
        api_key: columns.take::<Option<[u8; 32]>>()?.map(Digest::from_bytes),
        signing_key: columns.take()?,
        closed: columns.take()?,
        registered_at: columns.instant()?,
    })
}

pub(crate) fn core(text: &str) -> Result<QuoteCore, Fault> {
    serde_json::from_str(text).map_err(|_| Fault::Unreadable("terms"))
}

pub(crate) fn intent(columns: &mut Columns<'_, '_>) -> Result<Intent, Fault> {
    Ok(Intent {
        id: columns.id(IntentId::from_bytes)?,
        payee: columns.id(PayeeId::from_bytes)?,
        core: core(columns.str()?)?,
        quote: columns.digest()?,
        capture: columns.word()?,
        reference: columns.take()?,
        status: columns.word()?,
        payment: columns.maybe_id(PaymentId::from_bytes)?,
    })
}

pub(crate) fn idempotent(columns: &mut Columns<'_, '_>) -> Result<IdempotentIntent, Fault> {
    Ok(IdempotentIntent {
        payee: columns.id(PayeeId::from_bytes)?,
        key: columns.digest()?,
        body: columns.digest()?,
        intent: columns.id(IntentId::from_bytes)?,
    })
}

pub(crate) fn payment(columns: &mut Columns<'_, '_>) -> Result<Payment, Fault> {
    let id = columns.id(PaymentId::from_bytes)?;
    let payer = columns.id(PayerId::from_bytes)?;
    let payee = columns.id(PayeeId::from_bytes)?;
    let device = columns.id(DeviceId::from_bytes)?;
    let intent = columns.id(IntentId::from_bytes)?;
    let (body, quote) = (columns.digest()?, columns.digest()?);
    let (amount, fee, currency) = (columns.take()?, columns.take()?, columns.currency()?);
    let payment = Payment {
        id,
        payer,
        payee,
        device,
        intent,
        body,
        quote,
        amount: Amount::new(amount, currency),
        fee: Amount::new(fee, currency),
        funding: columns.word()?,
        status: columns.word()?,
        reasons: columns.reasons()?,
        hold: columns.maybe_id(HoldId::from_bytes)?,
        hold_expires_at: columns.maybe_instant()?,
        transfer: columns.maybe_id(TransferId::from_bytes)?,
        captured: Amount::new(columns.take()?, currency),
        refunded: Amount::new(columns.take()?, currency),
        decision: columns.id(DecisionId::from_bytes)?,
        created_at: columns.instant()?,
        rules: waiting::cited(columns.str()?)?,
        wait: None,
    };
    waiting::told(payment, columns)
}

pub(crate) fn refund(columns: &mut Columns<'_, '_>) -> Result<Refund, Fault> {
    let id = columns.id(RefundId::from_bytes)?;
    let payment = columns.id(PaymentId::from_bytes)?;
    let payee = columns.id(PayeeId::from_bytes)?;
    let (amount, remaining, currency) = (columns.take()?, columns.take()?, columns.currency()?);
    let reason: Option<String> = columns.take()?;
    Ok(Refund {
        id,
        payment,
        payee,
        amount: Amount::new(amount, currency),
        reason: reason.map(Text::new).transpose().map_err(|_| Fault::Unreadable("text"))?,
        body: columns.digest()?,
        transfer: columns.id(TransferId::from_bytes)?,
        remaining: Amount::new(remaining, currency),
        created_at: columns.instant()?,
    })
}

pub(crate) fn pair(columns: &mut Columns<'_, '_>) -> Result<Pair, Fault> {
    Ok(Pair {
        payer: columns.id(PayerId::from_bytes)?,
        payee: columns.id(PayeeId::from_bytes)?,
        payments: columns.take()?,
        total_minor: columns.take()?,
        captured_at: columns.take::<Option<i64>>()?.map(Instant::from_unix_millis),
        last_at: columns.instant()?,
    })
}

pub(crate) fn event(columns: &mut Columns<'_, '_>) -> Result<Event, Fault> {
    let (id, at) = (columns.id(EventId::from_bytes)?, columns.instant()?);
    let kind = columns.str()?;
    let kind = EventKind::ALL.into_iter().find(|known| known.name() == kind).ok_or(Fault::Unreadable("event kind"))?;
    Ok(Event {
        id,
        at,
        kind,
        payer: columns.maybe_id(PayerId::from_bytes)?,
        payee: columns.maybe_id(PayeeId::from_bytes)?,
        intent: columns.maybe_id(IntentId::from_bytes)?,
        payment: columns.maybe_id(PaymentId::from_bytes)?,
        amount: match (columns.take::<Option<i64>>()?, columns.take::<Option<String>>()?) {
            (Some(minor), Some(code)) => {
                let currency = Currency::from_code(&code).map_err(|_| Fault::Unreadable("currency"))?;
                Some(Amount::new(minor, currency))
            }
            (None, None) => None,
            _ => return Err(Fault::Unreadable("event amount")),
        },
        reasons: columns.reasons()?,
    })
}

/// A transfer's kind as a word, and what it came from.
pub(crate) const fn kind(kind: &TransferKind) -> (&'static str, Option<&[u8; 16]>) {
    match kind {
        TransferKind::Posting => ("posting", None),
        TransferKind::Capture(hold) => ("capture", Some(hold.as_bytes())),
        TransferKind::Refund(original) => ("refund", Some(original.as_bytes())),
    }
}

/// Reason codes, separated by spaces.
pub(crate) fn reasons(reasons: &[ReasonCode]) -> String {
    reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(" ")
}

/// The one currency of a row's amounts; there is one column for it.
pub(crate) fn one_currency(amounts: &[Amount], what: &'static str) -> Result<&'static str, Fault> {
    let mut codes = amounts.iter().map(|amount| amount.currency().code());
    let first = codes.next().ok_or(Fault::Unwritable(what))?;
    if codes.all(|code| code == first) { Ok(first) } else { Err(Fault::Unwritable(what)) }
}

/// What a payment for an intent is searched by: payee, purpose and place, in lower case.
pub(crate) fn words(intent: &Intent) -> String {
    let core = &intent.core;
    [core.payee.name.as_str(), core.purpose.as_str(), core.place.as_str()].join("\n").to_lowercase()
}
