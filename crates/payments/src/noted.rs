//! [`Noted`]: what is noted about codes and the places they stand in. One kind of row for all of it; none of it is
//! about a payer, so none of it is encrypted.

use money::{Amount, Instant, PayeeId, TransferId};
use protocol::{Cell, CodeKind, CounterName, Serial, Surroundings};
use serde::{Deserialize, Serialize};

use crate::dossiers::{PayeeFileRow, SeenRow};

/// Names one noted row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotedKey {
    /// A registered sticker or terminal.
    Code(Serial),
    /// How a payee is paid.
    PayeeFile(PayeeId),
    /// What a payment tells its payee's file, by the transfer whose credit waits.
    Seen(TransferId),
}

/// A kind of noted rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotedKind {
    /// Registered stickers and terminals.
    Code,
    /// How payees are paid.
    PayeeFile,
    /// What payments tell them.
    Seen,
}

impl NotedKind {
    /// The word it is stored under.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::PayeeFile => "payee_file",
            Self::Seen => "seen",
        }
    }
}

/// One noted row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each holds the row of the key of the same name")]
pub enum Noted {
    Code(RegisteredCode),
    PayeeFile(PayeeFileRow),
    Seen(SeenRow),
}

impl NotedKey {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> NotedKind {
        match self {
            Self::Code(_) => NotedKind::Code,
            Self::PayeeFile(_) => NotedKind::PayeeFile,
            Self::Seen(_) => NotedKind::Seen,
        }
    }

    /// The id it is stored under.
    #[must_use]
    pub const fn id(&self) -> [u8; 16] {
        match self {
            Self::Code(serial) => *serial.as_bytes(),
            Self::PayeeFile(payee) => *payee.as_bytes(),
            Self::Seen(transfer) => *transfer.as_bytes(),
        }
    }
}

impl Noted {
    /// Its key.
    #[must_use]
    pub const fn key(&self) -> NotedKey {
        match self {
            Self::Code(row) => NotedKey::Code(row.serial),
            Self::PayeeFile(row) => NotedKey::PayeeFile(row.payee),
            Self::Seen(row) => NotedKey::Seen(row.transfer),
        }
    }

    /// The registered code it is, if it is one.
    #[must_use]
    pub const fn code(&self) -> Option<&RegisteredCode> {
        match self {
            Self::Code(row) => Some(row),
            Self::PayeeFile(_) | Self::Seen(_) => None,
        }
    }

    /// The payee it is listed under.
    #[must_use]
    pub const fn payee(&self) -> PayeeId {
        match self {
            Self::Code(row) => row.payee,
            Self::PayeeFile(row) => row.payee,
            Self::Seen(row) => row.payee,
        }
    }
}

/// A sticker or terminal, registered to one payee and one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredCode {
    /// Its serial.
    pub serial: Serial,
    /// Whose.
    pub payee: PayeeId,
    /// What it is.
    pub kind: CodeKind,
    /// The counter it stands on.
    pub counter: CounterName,
    /// The cell of the map it stands in, where that was said.
    pub cell: Option<Cell>,
    /// What can be seen around it.
    pub surroundings: Surroundings,
    /// A sticker's cap.
    pub cap: Option<Amount>,
    /// Since when.
    pub registered_at: Instant,
    /// When a sticker's validity ends.
    pub expires_at: Option<Instant>,
    /// Since when it takes no payment any more.
    pub withdrawn_at: Option<Instant>,
    /// Since when it takes no payment until staff have looked at it.
    pub suspended_at: Option<Instant>,
}
