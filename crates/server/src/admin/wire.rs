//! What staff send and are told.

use money::{Amount, Currency, DeviceId, Instant, Language, PayeeId, PayerId, ReasonCode};
use protocol::{BalanceView, Problem, Text, limits};
use serde::{Deserialize, Serialize};
use store::StoreError;

use crate::http::error::Failure;

type Name = Text<{ limits::NAME_CHARS_MAX }>;
type Line = Text<{ limits::LINE_CHARS_MAX }>;

/// `POST /admin/server-keys`: let the next of the server's own keys sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateServerKeys {
    /// For how many seconds what the present ones signed stays good; none at all when nought.
    pub overlap_seconds: i64,
}

/// Which of the server's own keys sign tokens, nonces and ceremonies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerKeysView {
    /// Their number; 0 until they were rotated.
    pub generation: u32,
    /// Since when; `null` for number 0.
    pub since: Option<Instant>,
    /// Until when what those before them signed is good.
    pub previous_until: Option<Instant>,
}

/// `POST /admin/payees`: a payee to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayee {
    /// Its trading name, as payers are shown it.
    pub name: Name,
    /// The same in Latin letters.
    pub name_latin: Name,
    /// ISO 18245 merchant category code, four digits.
    pub category: String,
    /// Its place, as payers are shown it.
    pub place: Line,
    /// Its city in Latin letters, at most 15 characters.
    pub city: String,
    /// The currency it is paid in.
    pub currency: Currency,
    /// Base64url of its own Ed25519 public key; a pair is made when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_public_key: Option<String>,
}

/// `POST /admin/payees/{id}/rekey`: new keys; the old ones stop working at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rekey {
    /// Base64url of its own Ed25519 public key; a pair is made when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_public_key: Option<String>,
}

/// A payee with its new keys, shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct IssuedPayee {
    /// The payee.
    pub payee: PayeeId,
    /// Its API key.
    pub api_key: String,
    /// Base64url of its Ed25519 seed; absent when it brought its own public key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<String>,
}

impl std::fmt::Debug for IssuedPayee {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedPayee").field("payee", &self.payee).finish_non_exhaustive()
    }
}

/// A payee in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeSummary {
    /// The payee.
    pub payee: PayeeId,
    /// Its name.
    pub name: String,
    /// The currency it is paid in.
    pub currency: Currency,
    /// Whether it no longer takes payments.
    pub closed: bool,
}

/// `POST /admin/funds`: play money for a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Funding {
    /// Whose wallet.
    pub payer: PayerId,
    /// How much.
    pub amount: Amount,
}

/// A wallet after funding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletSummary {
    /// Whose wallet.
    pub payer: PayerId,
    /// What is in it.
    pub balance: BalanceView,
}

/// `GET /admin/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Of the program.
    pub version: String,
    /// The decision code.
    pub engine: String,
    /// The store's present moment.
    pub now: Instant,
    /// Whether commands can be committed.
    pub ready: bool,
    /// Why not, when they cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unready: Option<String>,
}

/// `POST /admin/payers/{payer}/vouch`: for which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouching {
    /// The new device, as its owner reads it out.
    pub device: DeviceId,
}

/// It was done, and the payer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// For whom.
    pub payer: PayerId,
}

/// Why staff were refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}: {}", .detail.as_deref().unwrap_or(.reason.text(Language::En)))]
pub struct AdminError {
    reason: ReasonCode,
    detail: Option<String>,
}

impl AdminError {
    /// The stable code.
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        self.reason
    }

    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self { reason: ReasonCode::RequestMalformed, detail: Some(detail.into()) }
    }

    pub(crate) fn problem(&self, language: Language) -> Problem {
        let failure = Failure::from(self.reason);
        // Staff are told the code itself, not its parent.
        Problem {
            code: self.reason,
            detail: self.detail.clone(),
            message: self.reason.text(language).to_owned(),
            title: self.reason.text(Language::En).to_owned(),
            kind: format!("/docs/reasons#{}", self.reason),
            ..failure.problem(language)
        }
    }
}

impl From<ReasonCode> for AdminError {
    fn from(reason: ReasonCode) -> Self {
        Self { reason, detail: None }
    }
}

impl From<Failure> for AdminError {
    fn from(failure: Failure) -> Self {
        failure.reason().into()
    }
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        Self { reason: Failure::from(error).reason(), detail: Some(detail) }
    }
}
