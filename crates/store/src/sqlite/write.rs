//! How rows are written: for each kind of [`Change`] one statement to add the row and one to change it.
//!
//! INVARIANT: a row the core saw absent is added by a plain INSERT, and one it saw present is changed by an UPDATE
//! that must find it; so a commit whose decisions rest on something else than the database fails as a whole.

use ledger::{Account, Hold, HoldState, Overdraft, Transfer};
use money::Amount;
use payments::{
    Appended, Change, Device, Event, IdempotentIntent, Intent, Kept, Lock, Noted, Pair, Payee, Payer, Payment, Refund,
};
use rusqlite::{Connection, Params, params};

use crate::fault::Fault;
use crate::keys::{Class, Keyring};
use crate::rows::{DEVICE_NAME, PAYER_NAME, kind, one_currency, reasons, words, write_noted};
use crate::waiting;
use crate::words::Word;

/// Writes the rows of one commit.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) keys: &'c Keyring,
    /// The audit leaf of this commit.
    pub(crate) epoch: i64,
    pub(crate) leaf: i64,
}

impl Writer<'_> {
    /// Writes one row; `fresh` when it was not there before this commit.
    pub(crate) fn write(self, change: &Change, fresh: bool) -> Result<(), Fault> {
        match change {
            Change::Payer(row) => self.payer(row, fresh),
            Change::Device(row) => self.device(row, fresh),
            Change::Payee(row) => self.payee(row, fresh),
            Change::Intent(row) => self.intent(row, fresh),
            Change::Idempotent(row) => self.idempotent(row),
            Change::Payment(row) => self.payment(row, fresh),
            Change::Refund(row) => self.refund(row),
            Change::Kept(row) => self.kept(row, fresh),
            Change::Pair(row) => self.pair(row, fresh),
            Change::Account(row) => self.account(row, fresh),
            Change::Hold(row) => self.hold(row, fresh),
            Change::Transfer(row) | Change::Refunded(row) => self.transfer(row, fresh),
            Change::Appended(row) => self.appended(row),
            // Appended and rolled up in one commit: it was never stored.
            Change::RolledUp(_) if fresh => Ok(()),
            Change::RolledUp(row) => {
                let sql = "DELETE FROM appended WHERE payer = ?1 AND transfer = ?2 AND account = ?3";
                let (payer, credit) = (row.payer.as_bytes(), &row.credit);
                self.one(sql, (payer, credit.transfer.as_bytes(), credit.account.as_bytes()), "appended credit")
            }
            Change::Noted(row) => self.noted(row, fresh),
            // Noted and forgotten in one commit: it was never stored.
            Change::Forgotten(_) if fresh => Ok(()),
            Change::Forgotten(row) => {
                let sql = "DELETE FROM noted WHERE kind = ?1 AND id = ?2";
                self.one(sql, (row.key().kind().word(), row.key().id()), "noted row")
            }
            Change::Proof(proof) => {
                let sql = "INSERT INTO used_proofs (id, expires_at) VALUES (?1, ?2)";
                self.one(sql, (proof.id.as_bytes(), proof.expires_at.unix_millis()), "proof")
            }
            Change::Event(row) => self.event(row),
        }
    }

    fn payer(self, row: &Payer, fresh: bool) -> Result<(), Fault> {
        let (lock, thaws_at) = match row.lock {
            Lock::Open => ("open", None),
            Lock::Frozen => ("frozen", None),
            Lock::Thawing(until) => ("thawing", Some(until.unix_millis())),
        };
        if !fresh {
            let sql = "UPDATE payers SET lock = ?2, thaws_at = ?3, devices = ?4 WHERE id = ?1";
            return self.one(sql, params![row.id.as_bytes(), lock, thaws_at, row.devices], "payer");
        }
        let key = self.keys.payer(self.connection, row.id, Class::Identity)?.ok_or(Fault::Unwritable("payer"))?;
        let name = key.seal(&[PAYER_NAME, row.id.as_bytes()], row.name.as_str().as_bytes())?;
        let sql = "INSERT INTO payers (id, name, currency, wallet, lock, thaws_at, devices, opened_at) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (id, wallet, opened_at) = (row.id.as_bytes(), row.wallet.as_bytes(), row.opened_at.unix_millis());
        let currency = row.currency.code();
        self.one(sql, params![id, name, currency, wallet, lock, thaws_at, row.devices, opened_at], "payer")
    }

    fn device(self, row: &Device, fresh: bool) -> Result<(), Fault> {
        if !fresh {
            let sql = "UPDATE devices SET tier = ?2, revoked = ?3, key = ?4 WHERE id = ?1";
            return self.one(sql, params![row.id.as_bytes(), row.tier, row.revoked, row.key.as_bytes()], "device");
        }
        let key = self.keys.payer(self.connection, row.payer, Class::Identity)?.ok_or(Fault::Unwritable("device"))?;
        let name = key.seal(&[DEVICE_NAME, row.id.as_bytes()], row.name.as_str().as_bytes())?;
        let sql = "INSERT INTO devices (id, payer, key, name, tier, bound_at, revoked) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (id, payer, key) = (row.id.as_bytes(), row.payer.as_bytes(), row.key.as_bytes());
        self.one(sql, params![id, payer, key, name, row.tier, row.bound_at.unix_millis(), row.revoked], "device")
    }

    fn kept(self, row: &Kept, fresh: bool) -> Result<(), Fault> {
        let (at, payer) = (row.key(), row.payer());
        let key = self.keys.payer(self.connection, payer, Class::Identity)?.ok_or(Fault::Unwritable("kept row"))?;
        let value = crate::sealed_kept::seal(row, &key)?;
        if !fresh {
            let sql = "UPDATE kept SET value = ?3 WHERE kind = ?1 AND id = ?2";
            return self.one(sql, (at.kind(), at.id(), value), "kept row");
        }
        let sql = "INSERT INTO kept (kind, id, payer, value) VALUES (?1, ?2, ?3, ?4)";
        self.one(sql, (at.kind(), at.id(), payer.as_bytes(), value), "kept row")
    }

    fn noted(self, row: &Noted, fresh: bool) -> Result<(), Fault> {
        let (at, value) = (row.key(), write_noted(row)?);
        if !fresh {
            let sql = "UPDATE noted SET value = ?3 WHERE kind = ?1 AND id = ?2";
            return self.one(sql, (at.kind().word(), at.id(), value), "noted row");
        }
        let sql = "INSERT INTO noted (kind, id, payee, value) VALUES (?1, ?2, ?3, ?4)";
        self.one(sql, (at.kind().word(), at.id(), row.payee().as_bytes(), value), "noted row")
    }

    fn payee(self, row: &Payee, fresh: bool) -> Result<(), Fault> {
        let sql = if fresh {
            "INSERT INTO payees (id, category, name, name_latin, place, city, account, currency, api_key, \
             signing_key, closed, registered_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        } else {
            "UPDATE payees SET category = ?2, name = ?3, name_latin = ?4, place = ?5, city = ?6, account = ?7, \
             currency = ?8, api_key = ?9, signing_key = ?10, closed = ?11, registered_at = ?12 WHERE id = ?1"
        };
        let card = &row.card;
        let values = params![
            card.id.as_bytes(),
            card.category,
            card.name.as_str(),
            card.name_latin.as_str(),
            row.place.as_str(),
            row.city,
            row.account.as_bytes(),
            row.currency.code(),
            row.api_key.as_ref().map(money::Digest::as_bytes),
            row.signing_key,
            row.closed,
            row.registered_at.unix_millis(),
        ];
        self.one(sql, values, "payee")
    }

    fn intent(self, row: &Intent, fresh: bool) -> Result<(), Fault> {
        let (id, status) = (row.id.as_bytes(), row.status.word());
        let payment = row.payment.as_ref().map(money::PaymentId::as_bytes);
        if !fresh {
            let sql = "UPDATE intents SET status = ?2, payment = ?3 WHERE id = ?1";
            return self.one(sql, (id, status, payment), "intent");
        }
        let core = String::from_utf8(protocol::to_canonical(&row.core)).map_err(|_| Fault::Unwritable("intent"))?;
        let words = words(row);
        let sql = "INSERT INTO intents (id, payee, core, quote, capture, reference, status, payment, expires_at, words) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let values = params![
            id,
            row.payee.as_bytes(),
            core,
            row.quote.as_bytes(),
            row.capture.word(),
            row.reference,
            status,
            payment,
            row.core.expires_at.unix_millis(),
            words,
        ];
        self.one(sql, values, "intent")
    }

    fn idempotent(self, row: &IdempotentIntent) -> Result<(), Fault> {
        let sql = "INSERT INTO idempotent_intents (payee, key, body, intent) VALUES (?1, ?2, ?3, ?4)";
        let values = (row.payee.as_bytes(), row.key.as_bytes(), row.body.as_bytes(), row.intent.as_bytes());
        self.one(sql, values, "idempotency key")
    }

    fn payment(self, row: &Payment, fresh: bool) -> Result<(), Fault> {
        let currency = one_currency(&[row.amount, row.fee, row.captured, row.refunded], "payment")?;
        let (id, status) = (row.id.as_bytes(), waiting::status(row.status).word());
        let transfer = row.transfer.as_ref().map(money::TransferId::as_bytes);
        let (captured, refunded) = (row.captured.minor(), row.refunded.minor());
        let (waits, until, confirmable_from) = waiting::columns(row);
        if !fresh {
            let sql = "UPDATE payments SET status = ?2, transfer = ?3, captured_minor = ?4, refunded_minor = ?5, \
                reasons = ?6, waits = ?7, waits_until = ?8, confirmable_from = ?9 WHERE id = ?1";
            let reasons = reasons(&row.reasons);
            let values = params![id, status, transfer, captured, refunded, reasons, waits, until, confirmable_from];
            return self.one(sql, values, "payment");
        }
        let sql = "INSERT INTO payments (id, payer, payee, device, intent, body, quote, amount_minor, fee_minor, \
            currency, funding, status, reasons, hold, hold_expires_at, transfer, captured_minor, refunded_minor, \
            decision, created_at, rules, waits, waits_until, confirmable_from) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, \
            ?22, ?23, ?24)";
        let values = params![
            id,
            row.payer.as_bytes(),
            row.payee.as_bytes(),
            row.device.as_bytes(),
            row.intent.as_bytes(),
            row.body.as_bytes(),
            row.quote.as_bytes(),
            row.amount.minor(),
            row.fee.minor(),
            currency,
            row.funding.word(),
            status,
            reasons(&row.reasons),
            row.hold.as_ref().map(money::HoldId::as_bytes),
            row.hold_expires_at.map(money::Instant::unix_millis),
            transfer,
            captured,
            refunded,
            row.decision.as_bytes(),
            row.created_at.unix_millis(),
            waiting::cite(&row.rules)?,
            waits,
            until,
            confirmable_from,
        ];
        self.one(sql, values, "payment")
    }

    fn refund(self, row: &Refund) -> Result<(), Fault> {
        let currency = one_currency(&[row.amount, row.remaining], "refund")?;
        let sql = "INSERT INTO refunds (id, payment, payee, amount_minor, remaining_minor, currency, reason, body, \
            transfer, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let values = params![
            row.id.as_bytes(),
            row.payment.as_bytes(),
            row.payee.as_bytes(),
            row.amount.minor(),
            row.remaining.minor(),
            currency,
            row.reason.as_ref().map(protocol::Text::as_str),
            row.body.as_bytes(),
            row.transfer.as_bytes(),
            row.created_at.unix_millis(),
        ];
        self.one(sql, values, "refund")
    }

    fn pair(self, row: &Pair, fresh: bool) -> Result<(), Fault> {
        let sql = if fresh {
            "INSERT INTO pairs (payer, payee, payments, total_minor, captured_at, last_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        } else {
            "UPDATE pairs SET payments = ?3, total_minor = ?4, captured_at = ?5, last_at = ?6 \
             WHERE payer = ?1 AND payee = ?2"
        };
        let (payer, payee, captured_at) = (row.payer.as_bytes(), row.payee.as_bytes(), row.captured_at);
        let captured_at = captured_at.map(money::Instant::unix_millis);
        let values = params![payer, payee, row.payments, row.total_minor, captured_at, row.last_at.unix_millis()];
        self.one(sql, values, "pair")
    }

    fn account(self, row: &Account, fresh: bool) -> Result<(), Fault> {
        let counters = (row.debits_posted, row.credits_posted, row.debits_held, row.credits_held);
        if !fresh {
            let sql = "UPDATE accounts SET debits_posted = ?2, credits_posted = ?3, debits_held = ?4, \
                credits_held = ?5, closed = ?6 WHERE id = ?1";
            let (debits_posted, credits_posted, debits_held, credits_held) = counters;
            let id = row.id.as_bytes();
            return self.one(
                sql,
                (id, debits_posted, credits_posted, debits_held, credits_held, row.closed),
                "account",
            );
        }
        let (overdraft, overdraft_minor) = match row.overdraft {
            Overdraft::None => ("none", 0),
            Overdraft::UpTo(limit) => ("up_to", limit),
            Overdraft::Unlimited => ("unlimited", 0),
        };
        let sql = "INSERT INTO accounts (id, currency, normal, overdraft, overdraft_minor, debits_posted, \
            credits_posted, debits_held, credits_held, closed, intake) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let values = params![
            row.id.as_bytes(),
            row.currency.code(),
            row.normal.word(),
            overdraft,
            overdraft_minor,
            counters.0,
            counters.1,
            counters.2,
            counters.3,
            row.closed,
            row.intake.word(),
        ];
        self.one(sql, values, "account")
    }

    fn appended(self, row: &Appended) -> Result<(), Fault> {
        let sql = "INSERT INTO appended (payer, transfer, account, amount_minor, currency, at) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let ledger::Appended { transfer, account, amount, at } = row.credit;
        let (minor, currency) = (amount.minor(), amount.currency().code());
        let ids = (row.payer.as_bytes(), transfer.as_bytes(), account.as_bytes());
        self.one(sql, params![ids.0, ids.1, ids.2, minor, currency, at.unix_millis()], "appended credit")
    }

    fn hold(self, row: &Hold, fresh: bool) -> Result<(), Fault> {
        let (state, transfer) = match &row.state {
            HoldState::Open => ("open", None),
            HoldState::Captured(transfer) => ("captured", Some(transfer.as_bytes())),
            HoldState::Voided => ("voided", None),
            HoldState::Expired => ("expired", None),
        };
        if !fresh {
            let sql = "UPDATE holds SET state = ?2, transfer = ?3, captured_minor = ?4 WHERE id = ?1";
            return self.one(sql, (row.id.as_bytes(), state, transfer, row.captured), "hold");
        }
        let sql = "INSERT INTO holds (id, from_account, expires_at, at, state, transfer, captured_minor) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let expires_at = row.expires_at.map(money::Instant::unix_millis);
        let (id, from, at) = (row.id.as_bytes(), row.from.as_bytes(), row.at.unix_millis());
        self.one(sql, params![id, from, expires_at, at, state, transfer, row.captured], "hold")?;
        for (part, (account, amount)) in (0_i64..).zip(&row.to) {
            let sql =
                "INSERT INTO hold_parts (hold, part, account, amount_minor, currency) VALUES (?1, ?2, ?3, ?4, ?5)";
            let (account, currency) = (account.as_bytes(), amount.currency().code());
            self.one(sql, (id, part, account, amount.minor(), currency), "part of a hold")?;
        }
        Ok(())
    }

    fn transfer(self, row: &Transfer, fresh: bool) -> Result<(), Fault> {
        if !fresh {
            let sql = "UPDATE transfers SET refunded_minor = ?2 WHERE id = ?1";
            return self.one(sql, (row.id.as_bytes(), row.refunded), "transfer");
        }
        let (kind, origin) = kind(&row.kind);
        let sql = "INSERT INTO transfers (id, kind, origin, at, refunded_minor, epoch, leaf) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (id, at) = (row.id.as_bytes(), row.at.unix_millis());
        self.one(sql, (id, kind, origin, at, row.refunded, self.epoch, self.leaf), "transfer")?;
        for (index, leg) in (0_i64..).zip(&row.legs) {
            let sql = "INSERT INTO postings (transfer, leg, account, side, amount_minor, currency) \
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let (account, minor, currency) = (leg.account.as_bytes(), leg.amount.minor(), leg.amount.currency().code());
            self.one(sql, (id, index, account, leg.side.word(), minor, currency), "posting")?;
        }
        Ok(())
    }

    fn event(self, row: &Event) -> Result<(), Fault> {
        let sql = "INSERT INTO events (id, at, kind, payer, payee, intent, payment, amount_minor, currency, reasons) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let values = params![
            row.id.as_bytes(),
            row.at.unix_millis(),
            row.kind.name(),
            row.payer.as_ref().map(money::PayerId::as_bytes),
            row.payee.as_ref().map(money::PayeeId::as_bytes),
            row.intent.as_ref().map(money::IntentId::as_bytes),
            row.payment.as_ref().map(money::PaymentId::as_bytes),
            row.amount.map(Amount::minor),
            row.amount.map(|amount| amount.currency().code()),
            reasons(&row.reasons),
        ];
        self.one(sql, values, "event")
    }

    /// Runs a statement that must write exactly one row.
    pub(crate) fn one(self, sql: &str, values: impl Params, what: &'static str) -> Result<(), Fault> {
        let written = self.connection.prepare_cached(sql)?.execute(values)?;
        if written == 1 { Ok(()) } else { Err(Fault::Unwritable(what)) }
    }
}
