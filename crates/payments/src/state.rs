//! [`State`]: the rows loaded for a batch of commands.

use std::collections::HashMap;

use ledger::{Account, Hold, Transfer};
use money::{
    AccountId, Currency, DeviceId, Digest, HoldId, IntentId, KeyId, PayeeId, PayerId, PaymentId, RefundId, TransferId,
};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::kept::{Kept, KeptKey};
use crate::limits;
use crate::merchant_key::MerchantKey;
use crate::model::{Appended, Device, IdempotentIntent, Intent, Pair, Payee, Payer, Payment, Refund};
use crate::noted::{Noted, NotedKey};

/// Names one row, present or absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// A payer.
    Payer(PayerId),
    /// A device.
    Device(DeviceId),
    /// The device that holds a key, by thumbprint.
    DeviceKey(Digest),
    /// A payee.
    Payee(PayeeId),
    /// An intent.
    Intent(IntentId),
    /// A merchant's idempotency key.
    Idempotent(PayeeId, Digest),
    /// A payment.
    Payment(PaymentId),
    /// A refund.
    Refund(RefundId),
    /// What a payer has paid a payee.
    Pair(PayerId, PayeeId),
    /// A ledger account.
    Account(AccountId),
    /// A hold.
    Hold(HoldId),
    /// A transfer.
    Transfer(TransferId),
    /// A credit that waits to be rolled up: the payer it came from, the transfer that posted it, whom it credits.
    Appended(PayerId, TransferId, AccountId),
    /// The credits that wait for an account: the oldest, at most [`limits::ROLL_UP_MAX`].
    AppendedTo(AccountId),
    /// A used proof.
    Proof(Digest),
    /// Something kept about a payer's security.
    Kept(KeptKey),
    /// Something noted about a code or a place.
    Noted(NotedKey),
}

/// One loaded row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each holds the row of the key of the same name")]
pub enum Row {
    Payer(Payer),
    Device(Device),
    DeviceKey(DeviceId),
    Payee(Payee),
    Intent(Intent),
    Idempotent(IdempotentIntent),
    Payment(Payment),
    Refund(Refund),
    Pair(Pair),
    Account(Account),
    Hold(Hold),
    Transfer(Transfer),
    Appended(Appended),
    AppendedTo(Vec<(PayerId, TransferId)>),
    Proof,
    Kept(Kept),
    Noted(Noted),
}

/// What is known: for every loaded key its row, or that there is none. Reading a key that was not loaded is a bug
/// and stops that command alone; a missing row is never taken for an absent one.
#[derive(Debug, Default)]
pub struct State {
    rows: HashMap<Key, Option<Row>>,
    /// What decisions appended since this state began: a store that writes at the end of a batch does not list it yet.
    appended: HashMap<AccountId, Vec<(PayerId, TransferId)>>,
}

/// The typed readers: one line a table.
macro_rules! readers {
    ($($name:ident($($part:ident: $kind:ty),+) $key:ident -> $row:ty;)+) => {$(
        pub(crate) fn $name(&self, $($part: $kind),+) -> Option<&$row> {
            match self.row(&Key::$key($($part),+)) {
                Some(Row::$key(row)) => Some(row),
                _ => None,
            }
        }
    )+};
}

impl State {
    /// The row of `key`, where it is loaded and present.
    pub(crate) fn known(&self, key: &Key) -> Option<&Row> {
        self.rows.get(key).and_then(Option::as_ref)
    }

    /// Nothing loaded yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `key` was loaded, present or absent.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.rows.contains_key(key)
    }

    /// Takes in what the store found for `key`.
    pub fn load(&mut self, key: Key, row: Option<Row>) {
        let row = match (key, row) {
            (Key::AppendedTo(account), row) => Some(Row::AppendedTo(self.listed(account, row))),
            (_, row) => row,
        };
        self.rows.insert(key, row);
    }

    /// What the store lists as waiting, without what was rolled up and with what was appended since.
    fn listed(&self, account: AccountId, stored: Option<Row>) -> Vec<(PayerId, TransferId)> {
        let mut listed = match stored {
            Some(Row::AppendedTo(listed)) => listed,
            _ => Vec::new(),
        };
        let gone = |(payer, transfer): &(PayerId, TransferId)| {
            matches!(self.rows.get(&Key::Appended(*payer, *transfer, account)), Some(None))
        };
        listed.retain(|row| !gone(row));
        let fresh = self.appended.get(&account).into_iter().flatten().copied();
        let fresh: Vec<_> = fresh.filter(|row| !listed.contains(row)).collect();
        listed.extend(fresh);
        listed.truncate(limits::ROLL_UP_MAX);
        listed
    }

    /// The row of a loaded key.
    ///
    /// # Panics
    /// When the key was never loaded: a bug in [`needs`].
    #[must_use]
    pub fn row(&self, key: &Key) -> Option<&Row> {
        let found = self.rows.get(key);
        assert!(found.is_some(), "{key:?} was not loaded");
        found.and_then(Option::as_ref)
    }

    /// Takes a decision's changes in, so that the next command of the batch sees them.
    pub fn apply(&mut self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Appended(row) => self.append(row),
                Change::RolledUp(row) => self.roll_up(row),
                Change::Forgotten(row) => self.load(Key::Noted(row.key()), None),
                _ => {}
            }
            if let Some((key, row)) = written(change) {
                if let Row::Device(device) = &row {
                    self.load(Key::DeviceKey(device.key), Some(Row::DeviceKey(device.id)));
                }
                self.load(key, Some(row));
            }
        }
    }

    fn append(&mut self, row: &Appended) {
        let credit = &row.credit;
        self.load(Key::Appended(row.payer, credit.transfer, credit.account), Some(Row::Appended(*row)));
        self.appended.entry(credit.account).or_default().push((row.payer, credit.transfer));
        // The list is asked for anew by whoever needs it next.
        self.rows.remove(&Key::AppendedTo(credit.account));
    }

    fn roll_up(&mut self, row: &Appended) {
        let credit = &row.credit;
        self.load(Key::Appended(row.payer, credit.transfer, credit.account), None);
        if let Some(fresh) = self.appended.get_mut(&credit.account) {
            fresh.retain(|listed| *listed != (row.payer, credit.transfer));
        }
        self.rows.remove(&Key::AppendedTo(credit.account));
    }

    readers! {
        payer(id: PayerId) Payer -> Payer;
        device(id: DeviceId) Device -> Device;
        device_of_key(key: Digest) DeviceKey -> DeviceId;
        payee(id: PayeeId) Payee -> Payee;
        intent(id: IntentId) Intent -> Intent;
        idempotent(payee: PayeeId, key: Digest) Idempotent -> IdempotentIntent;
        payment(id: PaymentId) Payment -> Payment;
        refund(id: RefundId) Refund -> Refund;
        pair(payer: PayerId, payee: PayeeId) Pair -> Pair;
        account(id: AccountId) Account -> Account;
        hold(id: HoldId) Hold -> Hold;
        transfer(id: TransferId) Transfer -> Transfer;
        appended(payer: PayerId, transfer: TransferId, account: AccountId) Appended -> Appended;
        appended_to(account: AccountId) AppendedTo -> Vec<(PayerId, TransferId)>;
    }

    pub(crate) fn merchant_key(&self, key: KeyId) -> Option<&MerchantKey> {
        match self.row(&Key::Noted(NotedKey::MerchantKey(key))) {
            Some(Row::Noted(Noted::MerchantKey(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn is_proof_used(&self, proof: Digest) -> bool {
        self.row(&Key::Proof(proof)).is_some()
    }
}

fn written(change: &Change) -> Option<(Key, Row)> {
    Some(match change {
        Change::Payer(row) => (Key::Payer(row.id), Row::Payer(row.clone())),
        Change::Device(row) => (Key::Device(row.id), Row::Device(row.clone())),
        Change::Payee(row) => (Key::Payee(row.card.id), Row::Payee(row.clone())),
        Change::Intent(row) => (Key::Intent(row.id), Row::Intent(row.clone())),
        Change::Idempotent(row) => (Key::Idempotent(row.payee, row.key), Row::Idempotent(row.clone())),
        Change::Payment(row) => (Key::Payment(row.id), Row::Payment(row.clone())),
        Change::Refund(row) => (Key::Refund(row.id), Row::Refund(row.clone())),
        Change::Pair(row) => (Key::Pair(row.payer, row.payee), Row::Pair(row.clone())),
        Change::Account(row) => (Key::Account(row.id), Row::Account(row.clone())),
        Change::Hold(row) => (Key::Hold(row.id), Row::Hold(row.clone())),
        Change::Transfer(row) | Change::Refunded(row) => (Key::Transfer(row.id), Row::Transfer(row.clone())),
        Change::Kept(row) => (Key::Kept(row.key()), Row::Kept(row.clone())),
        Change::Noted(row) => (Key::Noted(row.key()), Row::Noted(row.clone())),
        Change::Proof(proof) => (Key::Proof(proof.id), Row::Proof),
        Change::Appended(_) | Change::RolledUp(_) | Change::Forgotten(_) | Change::Event(_) => return None,
    })
}

/// The account play money comes from, one for each currency; its id is fixed.
pub(crate) fn test_cash(currency: Currency) -> AccountId {
    let [high, low] = currency.numeric().to_be_bytes();
    AccountId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 1, high, low])
}
