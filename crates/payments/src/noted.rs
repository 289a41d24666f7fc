//! [`Noted`]: what is noted about payees: their codes, the places they stand in, their keys, what became known of their
//! payments. One kind of row for all of it; none of it says anything of a payer but an id, so none of it is encrypted.

use crate::demotion::Demotion;
use crate::dossiers::{PayeeFileRow, SeenRow};
use crate::merchant::{Payout, Verification};
use crate::merchant_key::{KeyRing, MerchantKey};
use crate::outcomes::{Alarm, Label, OutcomeRow};
use crate::place::Place;
use crate::risk_command::rule_key;
use crate::server_keys::ServerKeys;
use crate::sign_up::{self, SignUps};
use crate::state::{Key, Row, State};
use crate::watch::{Sighting, Watch, Watched};
use money::{Amount, Instant, IntentId, KeyId, MarkId, PayeeId, PayerId, PaymentId, PayoutId, TransferId};
use protocol::{Cell, CodeKind, CounterName, Serial, Surroundings};
use serde::{Deserialize, Serialize};

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
    /// A merchant's key.
    MerchantKey(KeyId),
    /// Which keys a merchant has.
    KeyRing(PayeeId),
    /// Which of the server's own keys sign.
    ServerKeys,
    /// Who is at home in a cell of the map.
    Place(Cell),
    /// What has been seen of a code or a payee.
    Watch(Watched),
    /// A scan that waits to be folded in, by the intent it paid.
    Sighting(IntentId),
    /// What is said of a payment.
    Label(PaymentId),
    /// What became known of a payment and waits to be folded in.
    Outcome(PaymentId),
    /// An attack whose payments wait to be looked up, by its payer.
    Alarm(PayerId),
    /// A rule that is demoted, by the digest of its id.
    Demotion([u8; 16]),
    /// How far it is known who a merchant is.
    Verification(PayeeId),
    /// Money on its way to a merchant's bank.
    Payout(PayoutId),
    /// The sign-ups of a network or a line.
    SignUps(MarkId),
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
    /// Merchants' keys.
    MerchantKey,
    /// Which keys merchants have.
    KeyRing,
    /// Which of the server's own keys sign.
    ServerKeys,
    /// Who is at home where.
    Place,
    /// What has been seen of codes.
    CodeWatch,
    /// What has been seen of payees.
    PayeeWatch,
    /// Scans that wait to be folded in.
    Sighting,
    /// What is said of payments.
    Label,
    /// What became known of payments and waits to be folded in.
    Outcome,
    /// Attacks whose payments wait to be looked up.
    Alarm,
    /// Rules that are demoted.
    Demotion,
    /// How far it is known who merchants are.
    Verification,
    /// Money on its way to merchants' banks.
    Payout,
    /// Sign-ups by network and line.
    SignUps,
}

impl NotedKind {
    /// The word it is stored under.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::PayeeFile => "payee_file",
            Self::Seen => "seen",
            Self::MerchantKey => "merchant_key",
            Self::KeyRing => "key_ring",
            Self::ServerKeys => "server_keys",
            Self::Place => "place",
            Self::CodeWatch => "code_watch",
            Self::PayeeWatch => "payee_watch",
            Self::Sighting => "sighting",
            Self::Label => "label",
            Self::Outcome => "outcome",
            Self::Alarm => "alarm",
            Self::Demotion => "demotion",
            Self::Verification => "verification",
            Self::Payout => "payout",
            Self::SignUps => "sign_ups",
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
    MerchantKey(MerchantKey),
    KeyRing(KeyRing),
    ServerKeys(ServerKeys),
    Place(Place),
    Watch(Watch),
    Sighting(Sighting),
    Label(Label),
    Outcome(OutcomeRow),
    Alarm(Alarm),
    Demotion(Demotion),
    Verification(Verification),
    Payout(Payout),
    SignUps(SignUps),
}

impl NotedKey {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> NotedKind {
        match self {
            Self::Code(_) => NotedKind::Code,
            Self::PayeeFile(_) => NotedKind::PayeeFile,
            Self::Seen(_) => NotedKind::Seen,
            Self::MerchantKey(_) => NotedKind::MerchantKey,
            Self::KeyRing(_) => NotedKind::KeyRing,
            Self::ServerKeys => NotedKind::ServerKeys,
            Self::Place(_) => NotedKind::Place,
            Self::Watch(Watched::Code(_)) => NotedKind::CodeWatch,
            Self::Watch(Watched::Payee(_)) => NotedKind::PayeeWatch,
            Self::Sighting(_) => NotedKind::Sighting,
            Self::Label(_) => NotedKind::Label,
            Self::Outcome(_) => NotedKind::Outcome,
            Self::Alarm(_) => NotedKind::Alarm,
            Self::Demotion(_) => NotedKind::Demotion,
            Self::Verification(_) => NotedKind::Verification,
            Self::Payout(_) => NotedKind::Payout,
            Self::SignUps(_) => NotedKind::SignUps,
        }
    }

    /// The id it is stored under.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        match self {
            Self::MerchantKey(key) => *key.as_bytes(),
            Self::KeyRing(payee) => *payee.as_bytes(),
            Self::ServerKeys => [0; 16],
            Self::Code(serial) | Self::Watch(Watched::Code(serial)) => *serial.as_bytes(),
            Self::Place(cell) => cell.id(),
            Self::Watch(Watched::Payee(payee)) => *payee.as_bytes(),
            Self::Sighting(intent) => *intent.as_bytes(),
            Self::PayeeFile(payee) | Self::Verification(payee) => *payee.as_bytes(),
            Self::Payout(payout) => *payout.as_bytes(),
            Self::SignUps(mark) => *mark.as_bytes(),
            Self::Seen(transfer) => *transfer.as_bytes(),
            Self::Label(payment) | Self::Outcome(payment) => *payment.as_bytes(),
            Self::Alarm(payer) => *payer.as_bytes(),
            Self::Demotion(rule) => *rule,
        }
    }
}

impl Noted {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> NotedKey {
        match self {
            Self::Code(row) => NotedKey::Code(row.serial),
            Self::PayeeFile(row) => NotedKey::PayeeFile(row.payee),
            Self::Seen(row) => NotedKey::Seen(row.transfer),
            Self::MerchantKey(row) => NotedKey::MerchantKey(row.id),
            Self::KeyRing(row) => NotedKey::KeyRing(row.payee),
            Self::ServerKeys(_) => NotedKey::ServerKeys,
            Self::Place(row) => NotedKey::Place(row.cell),
            Self::Watch(row) => NotedKey::Watch(row.watched),
            Self::Sighting(row) => NotedKey::Sighting(row.intent),
            Self::Label(row) => NotedKey::Label(row.payment),
            Self::Outcome(row) => NotedKey::Outcome(row.payment),
            Self::Alarm(row) => NotedKey::Alarm(row.payer),
            Self::Demotion(row) => NotedKey::Demotion(rule_key(&row.rule)),
            Self::Verification(row) => NotedKey::Verification(row.payee),
            Self::Payout(row) => NotedKey::Payout(row.id),
            Self::SignUps(row) => NotedKey::SignUps(row.mark),
        }
    }

    /// The registered code it is, if it is one.
    #[must_use]
    pub const fn code(&self) -> Option<&RegisteredCode> {
        match self {
            Self::Code(row) => Some(row),
            _ => None,
        }
    }

    /// The merchant's key it is, if it is one.
    #[must_use]
    pub const fn merchant_key(&self) -> Option<&MerchantKey> {
        match self {
            Self::MerchantKey(row) => Some(row),
            _ => None,
        }
    }

    /// The scan it is, if it is one.
    #[must_use]
    pub const fn sighting(&self) -> Option<&Sighting> {
        match self {
            Self::Sighting(row) => Some(row),
            _ => None,
        }
    }

    /// The payout it is, if it is one.
    #[must_use]
    pub const fn payout(&self) -> Option<&Payout> {
        match self {
            Self::Payout(row) => Some(row),
            _ => None,
        }
    }

    /// The sign-ups it counts, if it counts any.
    #[must_use]
    pub const fn sign_ups(&self) -> Option<&SignUps> {
        match self {
            Self::SignUps(row) => Some(row),
            _ => None,
        }
    }

    /// The watch it is, if it is one.
    #[must_use]
    pub const fn watch(&self) -> Option<&Watch> {
        match self {
            Self::Watch(row) => Some(row),
            _ => None,
        }
    }

    /// The payee it is listed under; nobody's, for what is about none.
    #[must_use]
    pub const fn payee(&self) -> PayeeId {
        match self {
            Self::Code(row) => row.payee,
            Self::PayeeFile(row) => row.payee,
            Self::Seen(row) => row.payee,
            Self::MerchantKey(row) => row.payee,
            Self::KeyRing(row) => row.payee,
            Self::Label(row) => row.payee,
            Self::Outcome(row) => row.payee,
            Self::Place(_) | Self::ServerKeys(_) | Self::Alarm(_) | Self::Demotion(_) => PayeeId::from_bytes([0; 16]),
            Self::Watch(row) => row.payee,
            Self::Sighting(row) => row.payee,
            Self::Verification(row) => row.payee,
            Self::Payout(row) => row.payee,
            Self::SignUps(_) => sign_up::NOBODY,
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

/// The typed readers of noted rows.
impl State {
    pub(crate) fn key_ring(&self, payee: PayeeId) -> Option<&KeyRing> {
        match self.row(&Key::Noted(NotedKey::KeyRing(payee))) {
            Some(Row::Noted(Noted::KeyRing(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn server_keys(&self) -> Option<&ServerKeys> {
        match self.row(&Key::Noted(NotedKey::ServerKeys)) {
            Some(Row::Noted(Noted::ServerKeys(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn code(&self, serial: Serial) -> Option<&RegisteredCode> {
        match self.row(&Key::Noted(NotedKey::Code(serial))) {
            Some(Row::Noted(Noted::Code(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn place(&self, cell: Cell) -> Option<&Place> {
        match self.row(&Key::Noted(NotedKey::Place(cell))) {
            Some(Row::Noted(Noted::Place(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn watch(&self, watched: Watched) -> Option<&Watch> {
        match self.row(&Key::Noted(NotedKey::Watch(watched))) {
            Some(Row::Noted(Noted::Watch(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn sighting(&self, intent: IntentId) -> Option<&Sighting> {
        match self.row(&Key::Noted(NotedKey::Sighting(intent))) {
            Some(Row::Noted(Noted::Sighting(row))) => Some(row),
            _ => None,
        }
    }
}
