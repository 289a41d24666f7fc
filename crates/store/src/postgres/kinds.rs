//! Every kind of row, in one place: its table, how a decision's change is written into it, and how it is read back.
//! To add a kind: a table here, an arm in [`write`], and a row in [`KINDS`].

use std::borrow::Cow;
use std::sync::Arc;

use ledger::{HoldState, Overdraft};
use money::{DeviceId, Digest, PayerId};
use payments::{Change, Key, Lock, Row};

use crate::fault::Fault;
use crate::keys::{Class, Keyring, SealKey};
use crate::postgres::table::{Table, Value, table};
use crate::rows::{self, Columns, DEVICE_NAME, PAYER_NAME, kind, one_currency, reasons, words};
use crate::waiting;
use crate::words::Word;

pub(crate) static ACCOUNTS: Table = table!(true, "accounts",
    id: Key Bytes, currency: Fixed Text, normal: Fixed Text, overdraft: Fixed Text, overdraft_minor: Fixed Long,
    debits_posted: Changes Long, credits_posted: Changes Long, debits_held: Changes Long, credits_held: Changes Long,
    closed: Changes Flag, intake: Fixed Text);
pub(crate) static TRANSFERS: Table = table!(true, "transfers",
    id: Key Bytes, kind: Fixed Text, origin: Fixed Bytes, at: Fixed Long, refunded_minor: Changes Long,
    epoch: Search Long, leaf: Search Long);
pub(crate) static POSTINGS: Table = table!(false, "postings",
    transfer: Key Bytes, leg: Fixed Long, account: Fixed Bytes, side: Fixed Text, amount_minor: Fixed Long,
    currency: Fixed Text);
pub(crate) static HOLDS: Table = table!(true, "holds",
    id: Key Bytes, from_account: Fixed Bytes, expires_at: Fixed Long, at: Fixed Long, state: Changes Text,
    transfer: Changes Bytes, captured_minor: Changes Long);
pub(crate) static HOLD_PARTS: Table = table!(false, "hold_parts",
    hold: Key Bytes, part: Fixed Long, account: Fixed Bytes, amount_minor: Fixed Long, currency: Fixed Text);
pub(crate) static PAYER_KEYS: Table = table!(false, "payer_keys",
    payer: Key Bytes, class: Fixed Text, wrapped: Fixed Bytes);
pub(crate) static PAYERS: Table = table!(true, "payers",
    id: Key Bytes, name: Fixed Bytes, currency: Fixed Text, wallet: Fixed Bytes, lock: Changes Text,
    thaws_at: Changes Long, devices: Changes Long, opened_at: Fixed Long);
pub(crate) static DEVICES: Table = table!(true, "devices",
    id: Key Bytes, payer: Fixed Bytes, key: Changes Bytes, name: Fixed Bytes, tier: Changes Long, bound_at: Fixed Long,
    revoked: Changes Flag);
pub(crate) static PAYEES: Table = table!(true, "payees",
    category: Changes Text, id: Key Bytes, name: Changes Text, name_latin: Changes Text, place: Changes Text,
    city: Changes Text, account: Changes Bytes, currency: Changes Text, api_key: Changes Bytes,
    signing_key: Changes Bytes, closed: Changes Flag, registered_at: Changes Long);
pub(crate) static INTENTS: Table = table!(true, "intents",
    id: Key Bytes, payee: Fixed Bytes, core: Fixed Text, quote: Fixed Bytes, capture: Fixed Text,
    reference: Fixed Text, status: Changes Text, payment: Changes Bytes, expires_at: Search Long, words: Search Text);
pub(crate) static IDEMPOTENT: Table = table!(false, "idempotent_intents",
    payee: Key Bytes, key: Key Bytes, body: Fixed Bytes, intent: Fixed Bytes);
pub(crate) static PAYMENTS: Table = table!(true, "payments",
    id: Key Bytes, payer: Fixed Bytes, payee: Fixed Bytes, device: Fixed Bytes, intent: Fixed Bytes,
    body: Fixed Bytes, quote: Fixed Bytes, amount_minor: Fixed Long, fee_minor: Fixed Long, currency: Fixed Text,
    funding: Fixed Text, status: Changes Text, reasons: Changes Text, hold: Fixed Bytes, hold_expires_at: Fixed Long,
    transfer: Changes Bytes, captured_minor: Changes Long, refunded_minor: Changes Long, decision: Fixed Bytes,
    created_at: Fixed Long, rules: Fixed Text, waits: Changes Long, waits_until: Changes Long,
    confirmable_from: Changes Long);
pub(crate) static REFUNDS: Table = table!(false, "refunds",
    id: Key Bytes, payment: Fixed Bytes, payee: Fixed Bytes, amount_minor: Fixed Long, remaining_minor: Fixed Long,
    currency: Fixed Text, reason: Fixed Text, body: Fixed Bytes, transfer: Fixed Bytes, created_at: Fixed Long);
pub(crate) static PAIRS: Table = table!(true, "pairs",
    payer: Key Bytes, payee: Key Bytes, payments: Changes Long, total_minor: Changes Long, captured_at: Changes Long,
    last_at: Changes Long);
pub(crate) static APPENDED: Table = table!(false, "appended",
    payer: Key Bytes, transfer: Key Bytes, account: Key Bytes, amount_minor: Fixed Long, currency: Fixed Text,
    at: Fixed Long);
pub(crate) static KEPT: Table = table!(true, "kept",
    kind: Key Text, id: Key Bytes, payer: Fixed Bytes, value: Changes Bytes);
pub(crate) static NOTED: Table = table!(true, "noted",
    kind: Key Text, id: Key Bytes, payee: Fixed Bytes, value: Changes Text);
pub(crate) static PROOFS: Table = table!(false, "used_proofs", id: Key Bytes, expires_at: Fixed Long);
pub(crate) static EVENTS: Table = table!(false, "events",
    id: Key Bytes, at: Fixed Long, kind: Fixed Text, payer: Fixed Bytes, payee: Fixed Bytes, intent: Fixed Bytes,
    payment: Fixed Bytes, amount_minor: Fixed Long, currency: Fixed Text, reasons: Fixed Text,
    epoch: Search Long, leaf: Search Long, n: Search Long);
pub(crate) static DECISIONS: Table = table!(false, "decisions",
    id: Key Bytes, at: Fixed Long, command: Fixed Text, payer: Fixed Bytes, digest: Fixed Bytes, blob: Fixed Bytes,
    epoch: Fixed Long, leaf: Fixed Long, n: Fixed Long, keep_until: Fixed Long);
pub(crate) static DEVICE_KEYS: Table = table!(false, "devices", id: Fixed Bytes, key: Key Bytes);

/// Every table a commit writes, in the order in which it does.
pub(crate) static WRITTEN: [&Table; 19] = [
    &PROOFS,
    &PAYER_KEYS,
    &PAYERS,
    &DEVICES,
    &KEPT,
    &NOTED,
    &ACCOUNTS,
    &PAYEES,
    &INTENTS,
    &IDEMPOTENT,
    &PAYMENTS,
    &PAIRS,
    &HOLDS,
    &HOLD_PARTS,
    &TRANSFERS,
    &POSTINGS,
    &APPENDED,
    &REFUNDS,
    &EVENTS,
];

/// One kind of row that decisions read.
pub(crate) struct Kind {
    pub(crate) table: &'static Table,
    /// Whether its rows are locked while a decision rests on them. Kinds stand in the order in which they are locked.
    pub(crate) locked: bool,
    /// The columns of a key, if it is of this kind.
    pub(crate) key: fn(&Key) -> Option<[Vec<u8>; 3]>,
    /// How many columns a key has.
    pub(crate) key_columns: usize,
    /// Columns that are read besides: the encrypted columns' keys; and which rows are meant besides by their key.
    pub(crate) extra: (&'static str, &'static str),
    /// Rows of another table that belong to it, in order.
    pub(crate) parts: Option<Parts>,
    /// Reads a row and its key.
    pub(crate) read: Read,
}

type Read = fn(&mut Columns<'_, '_>, &mut Context<'_>) -> Result<(Key, Row), Fault>;

/// Rows of another table that belong to a row.
pub(crate) struct Parts {
    pub(crate) table: &'static Table,
    pub(crate) order: &'static str,
    pub(crate) attach: fn(&mut Row, &mut Columns<'_, '_>) -> Result<(), Fault>,
}

/// What a row is read with.
pub(crate) struct Context<'k> {
    pub(crate) ring: &'k Keyring,
    /// Payers' keys that came along.
    pub(crate) keys: Vec<(PayerId, Class, Arc<SealKey>)>,
}

impl Context<'_> {
    /// Takes a payer's key that was read beside a row.
    pub(crate) fn key(
        &mut self,
        payer: PayerId,
        class: Class,
        wrapped: Option<&[u8]>,
    ) -> Result<Option<Arc<SealKey>>, Fault> {
        let Some(wrapped) = wrapped else { return Ok(None) };
        let key = self.ring.unwrap_key(payer, class, wrapped)?;
        self.keys.push((payer, class, Arc::clone(&key)));
        Ok(Some(key))
    }
}

const NO_EXTRA: (&str, &str) = ("", "");
/// WHY each key by a query of its own and not by a join: a join may be made by reading the keys of all payers.
const IDENTITY_OF_DEVICE: (&str, &str) =
    (", (SELECT k.wrapped FROM payer_keys k WHERE k.payer = t.payer AND k.class = 'identity')", "");
/// Of an erased payer, whose key is gone, nothing is kept.
const IDENTITY_OF_KEPT: (&str, &str) = (
    ", (SELECT k.wrapped FROM payer_keys k WHERE k.payer = t.payer AND k.class = 'identity')",
    "AND (SELECT true FROM payer_keys k WHERE k.payer = t.payer AND k.class = 'identity')",
);
const KEYS_OF_PAYER: (&str, &str) = (
    ", (SELECT k.wrapped FROM payer_keys k WHERE k.payer = t.id AND k.class = 'identity') \
     , (SELECT d.wrapped FROM payer_keys d WHERE d.payer = t.id AND d.class = 'decision')",
    "",
);

/// A kind whose key is one id.
macro_rules! kind {
    ($table:ident, $key:ident, $locked:literal, $extra:expr, $parts:expr, $read:expr) => {
        Kind {
            table: &$table,
            locked: $locked,
            key: |key| match key {
                Key::$key(id) => Some([id.as_bytes().to_vec(), Vec::new(), Vec::new()]),
                _ => None,
            },
            key_columns: 1,
            extra: $extra,
            parts: $parts,
            read: $read,
        }
    };
}

/// Every kind of row that decisions read. INVARIANT: locked kinds come first, in the order payer, funding, intent.
pub(crate) static KINDS: [Kind; 16] = [
    kind!(PAYERS, Payer, true, KEYS_OF_PAYER, None, |columns, context| {
        let payer = rows::payer_with(columns, &mut |columns, payer| {
            columns.take::<i64>()?;
            let (identity, decision) = (columns.maybe_bytes()?, columns.maybe_bytes()?);
            context.key(payer, Class::Decision, decision)?;
            context.key(payer, Class::Identity, identity)
        })?;
        Ok((Key::Payer(payer.id), Row::Payer(payer)))
    }),
    kind!(ACCOUNTS, Account, true, NO_EXTRA, None, |columns, _| {
        let account = rows::account(columns)?;
        Ok((Key::Account(account.id), Row::Account(account)))
    }),
    kind!(INTENTS, Intent, true, NO_EXTRA, None, |columns, _| {
        let intent = rows::intent(columns)?;
        Ok((Key::Intent(intent.id), Row::Intent(intent)))
    }),
    kind!(DEVICES, Device, false, IDENTITY_OF_DEVICE, None, |columns, context| {
        let device = rows::device_with(columns, &mut |columns, payer| {
            columns.take::<i64>()?;
            let identity = columns.maybe_bytes()?;
            context.key(payer, Class::Identity, identity)
        })?;
        Ok((Key::Device(device.id), Row::Device(device)))
    }),
    Kind {
        table: &KEPT,
        locked: false,
        key: |key| match key {
            Key::Kept(key) => Some([key.kind().as_bytes().to_vec(), key.id().to_vec(), Vec::new()]),
            _ => None,
        },
        key_columns: 2,
        extra: IDENTITY_OF_KEPT,
        parts: None,
        read: |columns, context| {
            let kept = rows::kept_with(columns, &mut |columns, payer| {
                columns.take::<i64>()?;
                let identity = columns.maybe_bytes()?;
                context.key(payer, Class::Identity, identity)
            })?;
            Ok((Key::Kept(kept.key()), Row::Kept(kept)))
        },
    },
    Kind {
        table: &NOTED,
        locked: false,
        key: |key| match key {
            Key::Noted(key) => Some([key.kind().word().as_bytes().to_vec(), key.id().to_vec(), Vec::new()]),
            _ => None,
        },
        key_columns: 2,
        extra: NO_EXTRA,
        parts: None,
        read: |columns, _| {
            let noted = rows::noted(columns)?;
            Ok((Key::Noted(noted.key()), Row::Noted(noted)))
        },
    },
    kind!(DEVICE_KEYS, DeviceKey, false, NO_EXTRA, None, |columns, _| {
        let id = columns.id(DeviceId::from_bytes)?;
        Ok((Key::DeviceKey(columns.digest()?), Row::DeviceKey(id)))
    }),
    kind!(PAYEES, Payee, false, NO_EXTRA, None, |columns, _| {
        let payee = rows::payee(columns)?;
        Ok((Key::Payee(payee.card.id), Row::Payee(payee)))
    }),
    Kind {
        table: &IDEMPOTENT,
        locked: false,
        key: |key| match key {
            Key::Idempotent(payee, key) => Some([payee.as_bytes().to_vec(), key.as_bytes().to_vec(), Vec::new()]),
            _ => None,
        },
        key_columns: 2,
        extra: NO_EXTRA,
        parts: None,
        read: |columns, _| {
            let row = rows::idempotent(columns)?;
            Ok((Key::Idempotent(row.payee, row.key), Row::Idempotent(row)))
        },
    },
    kind!(PAYMENTS, Payment, false, NO_EXTRA, None, |columns, _| {
        let payment = rows::payment(columns)?;
        Ok((Key::Payment(payment.id), Row::Payment(payment)))
    }),
    kind!(REFUNDS, Refund, false, NO_EXTRA, None, |columns, _| {
        let refund = rows::refund(columns)?;
        Ok((Key::Refund(refund.id), Row::Refund(refund)))
    }),
    Kind {
        table: &PAIRS,
        locked: false,
        key: |key| match key {
            Key::Pair(payer, payee) => Some([payer.as_bytes().to_vec(), payee.as_bytes().to_vec(), Vec::new()]),
            _ => None,
        },
        key_columns: 2,
        extra: NO_EXTRA,
        parts: None,
        read: |columns, _| {
            let pair = rows::pair(columns)?;
            Ok((Key::Pair(pair.payer, pair.payee), Row::Pair(pair)))
        },
    },
    kind!(HOLDS, Hold, false, NO_EXTRA, Some(PARTS_OF_HOLD), |columns, _| {
        let hold = rows::hold(columns)?;
        Ok((Key::Hold(hold.id), Row::Hold(hold)))
    }),
    kind!(TRANSFERS, Transfer, false, NO_EXTRA, Some(LEGS_OF_TRANSFER), |columns, _| {
        let transfer = rows::transfer(columns)?;
        Ok((Key::Transfer(transfer.id), Row::Transfer(transfer)))
    }),
    Kind {
        table: &APPENDED,
        locked: false,
        key: |key| match key {
            Key::Appended(payer, transfer, account) => {
                Some([payer.as_bytes().to_vec(), transfer.as_bytes().to_vec(), account.as_bytes().to_vec()])
            }
            _ => None,
        },
        key_columns: 3,
        extra: NO_EXTRA,
        parts: None,
        read: |columns, _| {
            let row = rows::appended(columns)?;
            Ok((Key::Appended(row.payer, row.credit.transfer, row.credit.account), Row::Appended(row)))
        },
    },
    kind!(PROOFS, Proof, false, NO_EXTRA, None, |columns, _| {
        let id: [u8; 32] = columns.take()?;
        columns.take::<i64>()?;
        Ok((Key::Proof(Digest::from_bytes(id)), Row::Proof))
    }),
];

const PARTS_OF_HOLD: Parts = Parts {
    table: &HOLD_PARTS,
    order: "t.hold, t.part",
    attach: |row, columns| {
        columns.take::<i64>()?;
        let part = rows::hold_part(columns)?;
        if let Row::Hold(hold) = row {
            hold.to.push(part);
        }
        Ok(())
    },
};

const LEGS_OF_TRANSFER: Parts = Parts {
    table: &POSTINGS,
    order: "t.transfer, t.leg",
    attach: |row, columns| {
        columns.take::<i64>()?;
        let leg = rows::leg(columns)?;
        if let Row::Transfer(transfer) = row {
            transfer.legs.push(leg);
        }
        Ok(())
    },
};

/// Where a commit's rows belong.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) epoch: i64,
    pub(crate) leaf: i64,
    /// The place of the change among all of the commit.
    pub(crate) n: i64,
}

/// The rows that a change writes, each with its values in the order of its table's columns.
pub(crate) fn write<'a>(
    change: &'a Change,
    place: Place,
    identity: impl Fn(PayerId) -> Option<Arc<SealKey>>,
    fresh: bool,
) -> Result<Vec<(&'static Table, Vec<Value<'a>>)>, Fault> {
    // A name is encrypted when its row is added, and never written again.
    let name = |payer: PayerId, context: &[u8], id: &[u8; 16], plain: &str| -> Result<Value<'a>, Fault> {
        if !fresh {
            return Ok(Value::Null);
        }
        let key = identity(payer).ok_or(Fault::Unwritable("name"))?;
        Ok(key.seal(&[context, id], plain.as_bytes())?.into())
    };
    Ok(vec![match change {
        Change::Payer(row) => {
            let (lock, thaws_at) = match row.lock {
                Lock::Open => ("open", None),
                Lock::Frozen => ("frozen", None),
                Lock::Thawing(until) => ("thawing", Some(until.unix_millis())),
            };
            let name = name(row.id, PAYER_NAME, row.id.as_bytes(), row.name.as_str())?;
            let (id, wallet) = (row.id.as_bytes().into(), row.wallet.as_bytes().into());
            let (devices, opened_at) = (i64::from(row.devices).into(), row.opened_at.unix_millis().into());
            let currency = row.currency.code().into();
            (&PAYERS, vec![id, name, currency, wallet, lock.into(), thaws_at.into(), devices, opened_at])
        }
        Change::Device(row) => {
            let name = name(row.payer, DEVICE_NAME, row.id.as_bytes(), row.name.as_str())?;
            let (id, payer, key) = (row.id.as_bytes().into(), row.payer.as_bytes().into(), row.key.as_bytes().into());
            let (tier, bound_at) = (i64::from(row.tier).into(), row.bound_at.unix_millis().into());
            (&DEVICES, vec![id, payer, key, name, tier, bound_at, row.revoked.into()])
        }
        Change::Payee(row) => (&PAYEES, payee(row)),
        Change::Intent(row) => (&INTENTS, intent(row)?),
        Change::Idempotent(row) => {
            let (payee, key) = (row.payee.as_bytes().into(), row.key.as_bytes().into());
            (&IDEMPOTENT, vec![payee, key, row.body.as_bytes().into(), row.intent.as_bytes().into()])
        }
        Change::Payment(row) => (&PAYMENTS, payment(row)?),
        Change::Refund(row) => (&REFUNDS, refund(row)?),
        Change::Pair(row) => {
            let (payer, payee) = (row.payer.as_bytes().into(), row.payee.as_bytes().into());
            let captured_at = row.captured_at.map(money::Instant::unix_millis).into();
            let (payments, total) = (i64::from(row.payments).into(), row.total_minor.into());
            (&PAIRS, vec![payer, payee, payments, total, captured_at, row.last_at.unix_millis().into()])
        }
        Change::Account(row) => (&ACCOUNTS, account(row)),
        Change::Hold(row) => return Ok(hold(row, fresh)),
        Change::Transfer(row) | Change::Refunded(row) => return Ok(transfer(row, place, fresh)),
        Change::Appended(row) | Change::RolledUp(row) => {
            let ledger::Appended { transfer, account, amount, at } = &row.credit;
            let (payer, transfer) = (row.payer.as_bytes().into(), transfer.as_bytes().into());
            let (account, currency) = (account.as_bytes().into(), amount.currency().code().into());
            (&APPENDED, vec![payer, transfer, account, amount.minor().into(), currency, at.unix_millis().into()])
        }
        Change::Kept(row) => {
            let (at, payer) = (row.key(), row.payer());
            let value = crate::sealed_kept::seal(row, identity(payer).ok_or(Fault::Unwritable("kept row"))?.as_ref())?;
            let id = Value::Bytes(Cow::Owned(at.id().to_vec()));
            let payer = Value::Bytes(Cow::Owned(payer.as_bytes().to_vec()));
            (&KEPT, vec![at.kind().into(), id, payer, value.into()])
        }
        Change::Noted(row) | Change::Forgotten(row) => {
            let id = Value::Bytes(Cow::Owned(row.key().id().to_vec()));
            let payee = Value::Bytes(Cow::Owned(row.payee().as_bytes().to_vec()));
            (&NOTED, vec![row.key().kind().word().into(), id, payee, rows::write_noted(row)?.into()])
        }
        Change::Proof(row) => (&PROOFS, vec![row.id.as_bytes().into(), row.expires_at.unix_millis().into()]),
        Change::Event(row) => (&EVENTS, event(row, place)),
    }])
}

fn account(row: &ledger::Account) -> Vec<Value<'_>> {
    let (overdraft, overdraft_minor) = match row.overdraft {
        Overdraft::None => ("none", 0),
        Overdraft::UpTo(limit) => ("up_to", limit),
        Overdraft::Unlimited => ("unlimited", 0),
    };
    vec![
        row.id.as_bytes().into(),
        row.currency.code().into(),
        row.normal.word().into(),
        overdraft.into(),
        overdraft_minor.into(),
        row.debits_posted.into(),
        row.credits_posted.into(),
        row.debits_held.into(),
        row.credits_held.into(),
        row.closed.into(),
        row.intake.word().into(),
    ]
}

fn payee(row: &payments::Payee) -> Vec<Value<'_>> {
    let card = &row.card;
    vec![
        card.category.as_str().into(),
        card.id.as_bytes().into(),
        card.name.as_str().into(),
        card.name_latin.as_str().into(),
        row.place.as_str().into(),
        row.city.as_str().into(),
        row.account.as_bytes().into(),
        row.currency.code().into(),
        row.api_key.as_ref().map(Digest::as_bytes).into(),
        row.signing_key.as_ref().into(),
        row.closed.into(),
        row.registered_at.unix_millis().into(),
    ]
}

fn intent(row: &payments::Intent) -> Result<Vec<Value<'_>>, Fault> {
    let core = String::from_utf8(protocol::to_canonical(&row.core)).map_err(|_| Fault::Unwritable("intent"))?;
    Ok(vec![
        row.id.as_bytes().into(),
        row.payee.as_bytes().into(),
        core.into(),
        row.quote.as_bytes().into(),
        row.capture.word().into(),
        row.reference.as_deref().into(),
        row.status.word().into(),
        row.payment.as_ref().map(money::PaymentId::as_bytes).into(),
        row.core.expires_at.unix_millis().into(),
        words(row).into(),
    ])
}

fn payment(row: &payments::Payment) -> Result<Vec<Value<'_>>, Fault> {
    let currency = one_currency(&[row.amount, row.fee, row.captured, row.refunded], "payment")?;
    let (waits, until, confirmable_from) = waiting::columns(row);
    Ok(vec![
        row.id.as_bytes().into(),
        row.payer.as_bytes().into(),
        row.payee.as_bytes().into(),
        row.device.as_bytes().into(),
        row.intent.as_bytes().into(),
        row.body.as_bytes().into(),
        row.quote.as_bytes().into(),
        row.amount.minor().into(),
        row.fee.minor().into(),
        currency.into(),
        row.funding.word().into(),
        waiting::status(row.status).word().into(),
        reasons(&row.reasons).into(),
        row.hold.as_ref().map(money::HoldId::as_bytes).into(),
        row.hold_expires_at.map(money::Instant::unix_millis).into(),
        row.transfer.as_ref().map(money::TransferId::as_bytes).into(),
        row.captured.minor().into(),
        row.refunded.minor().into(),
        row.decision.as_bytes().into(),
        row.created_at.unix_millis().into(),
        waiting::cite(&row.rules)?.into(),
        waits.into(),
        until.into(),
        confirmable_from.into(),
    ])
}

fn refund(row: &payments::Refund) -> Result<Vec<Value<'_>>, Fault> {
    let currency = one_currency(&[row.amount, row.remaining], "refund")?;
    Ok(vec![
        row.id.as_bytes().into(),
        row.payment.as_bytes().into(),
        row.payee.as_bytes().into(),
        row.amount.minor().into(),
        row.remaining.minor().into(),
        currency.into(),
        row.reason.as_ref().map(protocol::Text::as_str).into(),
        row.body.as_bytes().into(),
        row.transfer.as_bytes().into(),
        row.created_at.unix_millis().into(),
    ])
}

fn hold(row: &ledger::Hold, fresh: bool) -> Vec<(&'static Table, Vec<Value<'_>>)> {
    let (state, transfer) = match &row.state {
        HoldState::Open => ("open", None),
        HoldState::Captured(transfer) => ("captured", Some(transfer.as_bytes())),
        HoldState::Voided => ("voided", None),
        HoldState::Expired => ("expired", None),
    };
    let values = vec![
        row.id.as_bytes().into(),
        row.from.as_bytes().into(),
        row.expires_at.map(money::Instant::unix_millis).into(),
        row.at.unix_millis().into(),
        state.into(),
        transfer.into(),
        row.captured.into(),
    ];
    let mut rows = vec![(&HOLDS, values)];
    if fresh {
        rows.extend((0_i64..).zip(&row.to).map(|(part, (account, amount))| {
            let (id, account) = (row.id.as_bytes().into(), account.as_bytes().into());
            let currency = amount.currency().code().into();
            (&HOLD_PARTS, vec![id, part.into(), account, amount.minor().into(), currency])
        }));
    }
    rows
}

fn transfer(row: &ledger::Transfer, place: Place, fresh: bool) -> Vec<(&'static Table, Vec<Value<'_>>)> {
    let (word, origin) = kind(&row.kind);
    let values = vec![
        row.id.as_bytes().into(),
        word.into(),
        origin.into(),
        row.at.unix_millis().into(),
        row.refunded.into(),
        place.epoch.into(),
        place.leaf.into(),
    ];
    let mut rows = vec![(&TRANSFERS, values)];
    if fresh {
        rows.extend((0_i64..).zip(&row.legs).map(|(index, leg)| {
            let (id, account) = (row.id.as_bytes().into(), leg.account.as_bytes().into());
            let currency = leg.amount.currency().code().into();
            (&POSTINGS, vec![id, index.into(), account, leg.side.word().into(), leg.amount.minor().into(), currency])
        }));
    }
    rows
}

fn event(row: &payments::Event, place: Place) -> Vec<Value<'_>> {
    vec![
        row.id.as_bytes().into(),
        row.at.unix_millis().into(),
        Value::Text(Cow::Borrowed(row.kind.name())),
        row.payer.as_ref().map(PayerId::as_bytes).into(),
        row.payee.as_ref().map(money::PayeeId::as_bytes).into(),
        row.intent.as_ref().map(money::IntentId::as_bytes).into(),
        row.payment.as_ref().map(money::PaymentId::as_bytes).into(),
        row.amount.map(money::Amount::minor).into(),
        row.amount.map(|amount| amount.currency().code()).into(),
        reasons(&row.reasons).into(),
        place.epoch.into(),
        place.leaf.into(),
        place.n.into(),
    ]
}
