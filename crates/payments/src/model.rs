//! What the core knows: payers, devices, payees, intents, payments, refunds. Plain rows; the rules live elsewhere.

use money::{
    AccountId, Amount, Currency, DecisionId, DeviceId, Digest, HoldId, Instant, IntentId, PayeeId, PayerId, PaymentId,
    ReasonCode, RefundId, TransferId,
};
use policy::Reason;
use protocol::{CaptureMode, FundingKind, IntentStatus, PayeeCard, PaymentStatus, QuoteCore, Text, limits};
use serde::{Deserialize, Serialize};

use crate::wait::Wait;

/// A name of at most 40 characters.
pub(crate) type Name = Text<{ limits::NAME_CHARS_MAX }>;
/// A line of at most 60 characters.
pub(crate) type Line = Text<{ limits::LINE_CHARS_MAX }>;

/// Whether money may leave a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// It may.
    Open,
    /// It may not.
    Frozen,
    /// It may not until then.
    Thawing(Instant),
}

impl Lock {
    /// Whether nothing may leave at `now`.
    #[must_use]
    pub fn is_frozen(self, now: Instant) -> bool {
        match self {
            Self::Open => false,
            Self::Frozen => true,
            Self::Thawing(until) => now < until,
        }
    }
}

/// Who pays, and their one wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    /// The payer.
    pub id: PayerId,
    /// How they want to be called: personal, encrypted at rest.
    pub name: Name,
    /// The wallet's currency.
    pub currency: Currency,
    /// The wallet's ledger account.
    pub wallet: AccountId,
    /// Whether money may leave it.
    pub lock: Lock,
    /// How many devices are bound.
    pub devices: u8,
    /// Whether their identity was destroyed: they act no more. Told by the store, never written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// Since when.
    pub opened_at: Instant,
}

/// A device and the key that speaks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// Whose it is.
    pub payer: PayerId,
    /// RFC 7638 thumbprint of its key.
    pub key: Digest,
    /// What the payer calls it: personal, encrypted at rest.
    pub name: Name,
    /// Security tier: 1 for a key the platform does not vouch for.
    pub tier: u8,
    /// Since when.
    pub bound_at: Instant,
    /// Whether it may no longer act.
    pub revoked: bool,
}

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// As registered and as payers are shown it.
    pub card: PayeeCard,
    /// Its registered place.
    pub place: Line,
    /// Its city in Latin letters, at most 15 characters, for EMVCo codes.
    pub city: String,
    /// Its ledger account.
    pub account: AccountId,
    /// The currency it is paid in.
    pub currency: Currency,
    /// SHA-256 of its API key, if it has one.
    pub api_key: Option<Digest>,
    /// Its Ed25519 public key for captures, voids and refunds, if it has one.
    pub signing_key: Option<[u8; 32]>,
    /// Whether it no longer takes payments.
    pub closed: bool,
    /// Since when.
    pub registered_at: Instant,
}

/// What a payee asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The intent.
    pub id: IntentId,
    /// Who asks.
    pub payee: PayeeId,
    /// The terms.
    pub core: QuoteCore,
    /// Digest of the terms.
    pub quote: Digest,
    /// When the money moves.
    pub capture: CaptureMode,
    /// The payee's own order number.
    pub reference: Option<String>,
    /// What became of it.
    pub status: IntentStatus,
    /// The payment that took it.
    pub payment: Option<PaymentId>,
}

/// A merchant's idempotency key and what it made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotentIntent {
    /// The merchant.
    pub payee: PayeeId,
    /// SHA-256 of the key's text.
    pub key: Digest,
    /// Digest of the body it came with.
    pub body: Digest,
    /// What it made.
    pub intent: IntentId,
}

/// A payment, accepted or refused. The id is the client's, and the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The payment.
    pub id: PaymentId,
    /// Who pays.
    pub payer: PayerId,
    /// Who is paid.
    pub payee: PayeeId,
    /// With which device.
    pub device: DeviceId,
    /// For which intent.
    pub intent: IntentId,
    /// Digest of the signed body.
    pub body: Digest,
    /// Digest of the terms that were signed.
    pub quote: Digest,
    /// What the payee receives.
    pub amount: Amount,
    /// What the payer pays on top.
    pub fee: Amount,
    /// Out of what.
    pub funding: FundingKind,
    /// What became of it.
    pub status: PaymentStatus,
    /// Why it was refused or waits; empty otherwise.
    pub reasons: Vec<ReasonCode>,
    /// The rules behind a refusal, or behind a wait, also one that is over; empty otherwise.
    pub rules: Vec<Reason>,
    /// How long it waits, while a rule holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// The hold, when the payee captures later or a rule has it wait.
    pub hold: Option<HoldId>,
    /// When that hold ends.
    pub hold_expires_at: Option<Instant>,
    /// The transfer that moved the money, once it has moved.
    pub transfer: Option<TransferId>,
    /// What was captured.
    pub captured: Amount,
    /// What came back.
    pub refunded: Amount,
    /// The decision that made it.
    pub decision: DecisionId,
    /// When it was decided.
    pub created_at: Instant,
}

/// Money given back. The id is the payee's, and the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The refund.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// By whom.
    pub payee: PayeeId,
    /// How much.
    pub amount: Amount,
    /// Why.
    pub reason: Option<Line>,
    /// Digest of the signed body.
    pub body: Digest,
    /// The transfer that moved the money.
    pub transfer: TransferId,
    /// What could still be refunded afterwards.
    pub remaining: Amount,
    /// When.
    pub created_at: Instant,
}

/// A payee's credit that is posted and not yet counted in its account. It stands under the payer it came from, so that
/// paying writes no row that other payers write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// Whose payment it is of.
    pub payer: PayerId,
    /// What the ledger appended.
    pub credit: ledger::Appended,
}

/// What one payer has paid one payee so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// Who pays.
    pub payer: PayerId,
    /// Who is paid.
    pub payee: PayeeId,
    /// How many payments were accepted.
    pub payments: u32,
    /// What they came to, in minor units of the wallet's currency; saturating.
    pub total_minor: i64,
    /// When money first really moved; a hold that was never captured is no acquaintance.
    pub captured_at: Option<Instant>,
    /// When the last one was accepted.
    pub last_at: Instant,
}
