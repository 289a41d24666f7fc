//! What risk keeps between payments: the payer's [`DossierRow`], which changes in the payment's own commit, and the
//! payee's [`PayeeFileRow`], folded from [`SeenRow`]s that payments append under their transfer, by whoever counts their
//! credit. The same functions of `risk` do both, live and in re-execution.

use money::{Amount, Instant, PayeeId, PayerId, TransferId};
use risk::assess::Cause;
use risk::dossier::{Dossier, Met, PartyFile};
use risk::event::{Event, Key as PartyKey, Party};
use risk::feature::Signals;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::change::Change;
use crate::decide::Context;
use crate::kept::{Kept, KeptKey};
use crate::model::Appended;
use crate::noted::{Noted, NotedKey};
use crate::state::{Key, Row, State};

/// Bytes that risk wrote; in JSON they are hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |half: u8| DIGITS.get(usize::from(half)).map_or('0', |digit| char::from(*digit));
        let hex: String = self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        serializer.serialize_str(&hex)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or(""), 16);
        let bytes: Result<Vec<u8>, _> = hex.as_bytes().chunks(2).map(pair).collect();
        bytes.map(Self).map_err(|_| serde::de::Error::custom("not hexadecimal"))
    }
}

/// What is kept of how a payer pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DossierRow {
    /// Whose.
    pub payer: PayerId,
    /// What [`Dossier::to_bytes`] wrote.
    pub bytes: Blob,
}

impl DossierRow {
    pub(crate) fn of(payer: PayerId, dossier: &Dossier) -> Self {
        Self { payer, bytes: Blob(dossier.to_bytes()) }
    }
}

/// What is kept of how a payee is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeFileRow {
    /// Whose.
    pub payee: PayeeId,
    /// What [`PartyFile::to_bytes`] wrote.
    pub bytes: Blob,
}

impl PayeeFileRow {
    pub(crate) fn of(payee: PayeeId, file: &PartyFile) -> Self {
        Self { payee, bytes: Blob(file.to_bytes()) }
    }
}

/// What a payment tells its payee's file, until it is folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRow {
    /// The transfer whose credit is counted in the same decision.
    pub transfer: TransferId,
    /// Whom it pays.
    pub payee: PayeeId,
    /// How much.
    pub amount: Amount,
    /// When.
    pub at: Instant,
    /// Whom the payee meets.
    pub met: Met,
}

impl State {
    pub(crate) fn dossier(&self, payer: PayerId) -> Option<&DossierRow> {
        match self.row(&Key::Kept(KeptKey::Dossier(payer))) {
            Some(Row::Kept(Kept::Dossier(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn payee_file(&self, payee: PayeeId) -> Option<&PayeeFileRow> {
        match self.row(&Key::Noted(NotedKey::PayeeFile(payee))) {
            Some(Row::Noted(Noted::PayeeFile(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn seen(&self, transfer: TransferId) -> Option<&SeenRow> {
        match self.row(&Key::Noted(NotedKey::Seen(transfer))) {
            Some(Row::Noted(Noted::Seen(row))) => Some(row),
            _ => None,
        }
    }
}

/// A payer's dossier, or why it cannot be read.
pub(crate) fn dossier(context: &Context<'_>, payer: PayerId) -> Result<Dossier, Cause> {
    let Some(row) = context.state.dossier(payer) else { return Ok(Dossier::default()) };
    Dossier::of_bytes(&row.bytes.0).map_err(|_| Cause::ProfileUnreadable)
}

/// A payee's file, or why it cannot be read.
pub(crate) fn payee_file(context: &Context<'_>, payee: PayeeId) -> Result<PartyFile, Cause> {
    let Some(row) = context.state.payee_file(payee) else { return Ok(PartyFile::default()) };
    PartyFile::of_bytes(&row.bytes.0).map_err(|_| Cause::PayeeUnreadable)
}

/// Folds what the payments of these credits told into their payee's file, in order of time, each once: the row that told
/// it is removed in the same decision. A file that cannot be read begins anew.
pub(crate) fn fold(context: &mut Context<'_>, appended: &[Appended]) {
    let seen = appended.iter().filter_map(|row| context.state.seen(row.credit.transfer).cloned());
    let mut seen: Vec<SeenRow> = seen.collect();
    seen.sort_by_key(|row| (row.at, row.transfer));
    let Some(payee) = seen.first().map(|row| row.payee) else { return };
    let mut file = payee_file(context, payee).unwrap_or_default();
    let risk = &context.settings.risk;
    let (offset_seconds, delay_millis) = (risk.utc_offset_seconds, risk.label_delay_millis());
    for row in seen {
        file.observe(&told(&row, offset_seconds), row.met.into(), delay_millis);
        context.push(Change::Forgotten(Noted::Seen(row)));
    }
    context.push(Change::Noted(Noted::PayeeFile(PayeeFileRow::of(payee, &file))));
}

/// The payment as its payee's file sees it.
fn told(row: &SeenRow, offset_seconds: i32) -> Event {
    let mut parties = [None; 6];
    if let Some(slot) = parties.get_mut(Party::Payee.index()) {
        *slot = Some(payee_key(row.payee));
    }
    Event {
        at_millis: row.at.unix_millis(),
        offset_seconds,
        parties,
        amount: units(row.amount),
        balance: None,
        refused: false,
        home: None,
        spot: None,
        signals: Signals::default(),
    }
}

/// A payee as lists name it.
pub(crate) fn payee_key(payee: PayeeId) -> PartyKey {
    PartyKey::of(payee.to_string().as_bytes())
}

/// A sum in whole units, for statistics.
pub(crate) fn units(amount: Amount) -> f32 {
    risk::number::whole_units(amount.minor(), amount.currency().exponent())
}
