//! [`Tables`]: rows by key, as decisions read them; the same for the writer and the readers.

use std::sync::Arc;

use ledger::{Account, Hold, Transfer};
use money::{AccountId, DeviceId, Digest, HoldId, IntentId, PayeeId, PayerId, PaymentId, TransferId};
use payments::{Device, Intent, Kept, KeptKey, Key, Noted, NotedKey, Payee, Payer, Payment, Row};
use rusqlite::{Connection, Params};

use crate::fault::Fault;
use crate::keys::{Class, Keyring, SealKey};
use crate::rows::{self, Columns, columns};

/// The tables behind one connection, and the keys that open their personal columns.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) keys: &'c Keyring,
}

impl Tables<'_> {
    /// The row of `key`.
    pub(crate) fn load(self, key: &Key) -> Result<Option<Row>, Fault> {
        Ok(match key {
            Key::Payer(id) => self.payer(*id)?.map(Row::Payer),
            Key::Device(id) => self.device(*id)?.map(Row::Device),
            Key::DeviceKey(key) => self.device_of_key(*key)?.map(Row::DeviceKey),
            Key::Payee(id) => self.payee(*id)?.map(Row::Payee),
            Key::Intent(id) => self.intent(*id)?.map(Row::Intent),
            Key::Idempotent(payee, key) => {
                let sql = "SELECT payee, key, body, intent FROM idempotent_intents WHERE payee = ?1 AND key = ?2";
                self.one(sql, (payee.as_bytes(), key.as_bytes()), rows::idempotent)?.map(Row::Idempotent)
            }
            Key::Payment(id) => self.payment(*id)?.map(Row::Payment),
            Key::Refund(id) => {
                let sql = concat!("SELECT ", columns!(refund), " FROM refunds WHERE id = ?1");
                self.one(sql, (id.as_bytes(),), rows::refund)?.map(Row::Refund)
            }
            Key::Pair(payer, payee) => {
                let sql = "SELECT payer, payee, payments, total_minor, captured_at, last_at FROM pairs \
                    WHERE payer = ?1 AND payee = ?2";
                self.one(sql, (payer.as_bytes(), payee.as_bytes()), rows::pair)?.map(Row::Pair)
            }
            Key::Account(id) => self.account(*id)?.map(Row::Account),
            Key::Hold(id) => self.hold(*id)?.map(Row::Hold),
            Key::Transfer(id) => self.transfer(*id)?.map(Row::Transfer),
            Key::Kept(key) => self.kept(key)?.map(Row::Kept),
            Key::Noted(key) => self.noted(key)?.map(Row::Noted),
            Key::Appended(payer, transfer, account) => {
                let sql = concat!(
                    "SELECT ",
                    columns!(appended),
                    " FROM appended WHERE payer = ?1 AND transfer = ?2 AND account = ?3"
                );
                let key = (payer.as_bytes(), transfer.as_bytes(), account.as_bytes());
                self.one(sql, key, rows::appended)?.map(Row::Appended)
            }
            Key::AppendedTo(account) => {
                let sql = "SELECT payer, transfer FROM appended WHERE account = ?1 ORDER BY at, transfer LIMIT ?2";
                let most = i64::try_from(payments::limits::ROLL_UP_MAX).unwrap_or(i64::MAX);
                Some(Row::AppendedTo(self.all(sql, (account.as_bytes(), most), |columns| {
                    Ok((columns.id(PayerId::from_bytes)?, columns.id(TransferId::from_bytes)?))
                })?))
            }
            Key::Proof(id) => {
                let sql = "SELECT 1 FROM used_proofs WHERE id = ?1";
                self.one(sql, (id.as_bytes(),), |_| Ok(()))?.map(|()| Row::Proof)
            }
        })
    }

    pub(crate) fn payer(self, id: PayerId) -> Result<Option<Payer>, Fault> {
        let sql = concat!("SELECT ", columns!(payer), " FROM payers p WHERE p.id = ?1");
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query((id.as_bytes(),))?;
        let Some(row) = found.next()? else { return Ok(None) };
        let key = self.identity_key(id)?;
        rows::payer(&mut Columns::new(row), key.as_ref()).map(Some)
    }

    pub(crate) fn device(self, id: DeviceId) -> Result<Option<Device>, Fault> {
        let sql = concat!("SELECT ", columns!(device), " FROM devices WHERE id = ?1");
        self.one(sql, (id.as_bytes(),), |columns| rows::device(columns, |payer| self.identity_key(payer)))
    }

    /// A kept row; of an erased payer there is none.
    pub(crate) fn kept(self, key: &KeptKey) -> Result<Option<Kept>, Fault> {
        let sql = "SELECT payer, value FROM kept WHERE kind = ?1 AND id = ?2";
        let open = |columns: &mut Columns<'_, '_>| {
            let payer = columns.id(PayerId::from_bytes)?;
            let Some(seal) = self.identity_key(payer)? else { return Ok(None) };
            crate::sealed_kept::open(key.kind(), key.id(), payer, columns.bytes()?, &seal).map(Some)
        };
        Ok(self.one(sql, (key.kind(), key.id()), open)?.flatten())
    }

    /// A noted row.
    pub(crate) fn noted(self, key: &NotedKey) -> Result<Option<Noted>, Fault> {
        let sql = concat!("SELECT ", columns!(noted), " FROM noted WHERE kind = ?1 AND id = ?2");
        self.one(sql, (key.kind().word(), key.id()), rows::noted)
    }

    /// What a device may do now, and its sessions.
    pub(crate) fn standing(self, device: DeviceId) -> Result<Option<payments::Standing>, Fault> {
        Ok(match self.kept(&KeptKey::Standing(device))? {
            Some(Kept::Standing(row)) => Some(row),
            _ => None,
        })
    }

    pub(crate) fn identity_key(self, payer: PayerId) -> Result<Option<Arc<SealKey>>, Fault> {
        self.keys.payer(self.connection, payer, Class::Identity)
    }

    fn device_of_key(self, key: Digest) -> Result<Option<DeviceId>, Fault> {
        let sql = "SELECT id FROM devices WHERE key = ?1";
        self.one(sql, (key.as_bytes(),), |columns| columns.id(DeviceId::from_bytes))
    }

    pub(crate) fn payee(self, id: PayeeId) -> Result<Option<Payee>, Fault> {
        let sql = concat!("SELECT ", columns!(payee), " FROM payees p WHERE p.id = ?1");
        self.one(sql, (id.as_bytes(),), rows::payee)
    }

    pub(crate) fn intent(self, id: IntentId) -> Result<Option<Intent>, Fault> {
        let sql = concat!("SELECT ", columns!(intent), " FROM intents WHERE id = ?1");
        self.one(sql, (id.as_bytes(),), rows::intent)
    }

    pub(crate) fn payment(self, id: PaymentId) -> Result<Option<Payment>, Fault> {
        let sql = concat!("SELECT ", columns!(payment), " FROM payments p WHERE p.id = ?1");
        self.one(sql, (id.as_bytes(),), rows::payment)
    }

    pub(crate) fn account(self, id: AccountId) -> Result<Option<Account>, Fault> {
        let sql = concat!("SELECT ", columns!(account), " FROM accounts a WHERE a.id = ?1");
        self.one(sql, (id.as_bytes(),), rows::account)
    }

    fn hold(self, id: HoldId) -> Result<Option<Hold>, Fault> {
        let sql = concat!("SELECT ", columns!(hold), " FROM holds WHERE id = ?1");
        let Some(hold) = self.one(sql, (id.as_bytes(),), rows::hold)? else { return Ok(None) };
        let sql = "SELECT account, amount_minor, currency FROM hold_parts WHERE hold = ?1 ORDER BY part";
        Ok(Some(Hold { to: self.all(sql, (id.as_bytes(),), rows::hold_part)?, ..hold }))
    }

    pub(crate) fn transfer(self, id: TransferId) -> Result<Option<Transfer>, Fault> {
        let sql = concat!("SELECT ", columns!(transfer), " FROM transfers WHERE id = ?1");
        let Some(transfer) = self.one(sql, (id.as_bytes(),), rows::transfer)? else { return Ok(None) };
        let sql = concat!("SELECT ", columns!(leg), " FROM postings WHERE transfer = ?1 ORDER BY leg");
        Ok(Some(Transfer { legs: self.all(sql, (id.as_bytes(),), rows::leg)?, ..transfer }))
    }

    /// The first row, read by `read`.
    pub(crate) fn one<T>(
        self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&mut Columns<'_, '_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query(params)?;
        found.next()?.map(|row| read(&mut Columns::new(row))).transpose()
    }

    /// Every row, read by `read`.
    pub(crate) fn all<T>(
        self,
        sql: &str,
        params: impl Params,
        mut read: impl FnMut(&mut Columns<'_, '_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut found = statement.query(params)?;
        let mut all = Vec::new();
        while let Some(row) = found.next()? {
            all.push(read(&mut Columns::new(row))?);
        }
        Ok(all)
    }
}
