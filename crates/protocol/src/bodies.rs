//! What callers send. Every body is a flat object in RFC 8785 form; unknown members are refused.

use money::{Amount, Currency, DeviceId, Digest, IntentId, PayerId, PaymentId, RefundId, SessionId};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{FundingKind, RefundCause, Scan, Serial, Text, limits};

type Name = Text<{ limits::NAME_CHARS_MAX }>;
type Line = Text<{ limits::LINE_CHARS_MAX }>;

/// `POST /v1/payers`: open a wallet and bind this device to it. The proof is signed by the new device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpBody {
    /// The wallet's currency.
    pub currency: Currency,
    /// The device's id, chosen by the device.
    pub device: DeviceId,
    /// What the payer calls this device.
    pub device_name: Name,
    /// How the payer wants to be called; stored encrypted.
    pub name: Name,
    /// The payer's id, chosen by the device.
    pub payer: PayerId,
}

/// On whose machine a device signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// The payer's own.
    #[default]
    Own,
    /// One that others use after them: no refresh token, over after two minutes without a request, and nothing follows.
    Shared,
}

impl SessionKind {
    /// Whether it is the payer's own; then it is not written.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        matches!(self, Self::Own)
    }
}

/// `POST /v1/tokens`: an access token for this device. The proof is signed by the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// The device.
    pub device: DeviceId,
    /// `shared` makes this a shared device, for good.
    #[serde(default, skip_serializing_if = "SessionKind::is_own")]
    pub kind: SessionKind,
    /// Its payer.
    pub payer: PayerId,
}

/// `POST /v1/devices`: bind another device. Signed by a bound device; `possession` is signed by the new key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindDeviceBody {
    /// The new device's id.
    pub device: DeviceId,
    /// What the payer calls it.
    pub device_name: Name,
    /// `shared` lets it in as a shared device.
    #[serde(default, skip_serializing_if = "SessionKind::is_own")]
    pub kind: SessionKind,
    /// A compact DPoP proof by the new key for this address, its `body_s256` the digest of the canonical
    /// [`TokenBody`] of the new device and this payer: so the new device names the wallet it joins, and how.
    #[serde(deserialize_with = "proof_text")]
    #[schema(max_length = 4096)]
    pub possession: String,
}

/// `POST /v1/tokens/refresh`: the next access token of a session. The proof is signed by the device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// The device.
    pub device: DeviceId,
    /// Its payer.
    pub payer: PayerId,
    /// The refresh token of the last answer. It works once.
    #[serde(deserialize_with = "token_text")]
    #[schema(max_length = 1024)]
    pub refresh_token: String,
}

/// `POST /v1/sessions/end`: end sessions of the caller's wallet, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSessionsBody {
    /// Whose.
    pub device: DeviceId,
    /// Which; all of that device when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
}

/// `POST /v1/devices/revoke`: a device may no longer act, from the next request on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeDeviceBody {
    /// Which.
    pub device: DeviceId,
}

/// `POST /v1/freeze`: nothing leaves the wallet from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeBody {
    /// The wallet.
    pub payer: PayerId,
}

/// `POST /v1/unfreeze`: let money leave again, after the operator's delay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnfreezeBody {
    /// The wallet.
    pub payer: PayerId,
}

/// `POST /v1/payments/cancel`: a payment that a rule holds does not go on; the money is the payer's again, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelPaymentBody {
    /// Which.
    pub payment: PaymentId,
}

/// `POST /v1/test/funds` (test mode only): put play money into the caller's wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestFundsBody {
    /// How much.
    pub amount: Amount,
}

/// When the money of a paid intent moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMode {
    /// At once.
    #[default]
    Automatic,
    /// Held until the payee captures or voids, or the hold expires.
    Manual,
}

/// `POST /v1/intents`: what a payee asks for. With a merchant API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntentBody {
    /// What the payee wants to receive.
    pub amount: Amount,
    /// When the money moves.
    #[serde(default)]
    pub capture: CaptureMode,
    /// How long the payer has, in seconds (5 to 3600).
    #[serde(default = "default_expiry")]
    pub expires_in_seconds: i64,
    /// Where, when it is not the payee's registered place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Line>,
    /// What for.
    pub purpose: Line,
    /// The payee's own order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Text<{ limits::REFERENCE_CHARS_MAX }>>,
    /// The registered terminal that shows the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<Serial>,
}

const fn default_expiry() -> i64 {
    120
}

/// `POST /v1/quotes`: what paying this intent would mean for this payer. Nothing is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteBody {
    /// Out of what.
    pub funding: FundingKind,
    /// The intent.
    pub intent: IntentId,
    /// How the payer came to it.
    pub via: Via,
}

/// How the payer came to an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case", tag = "kind")]
pub enum Via {
    /// A signed dynamic code or sticker, as scanned.
    Code {
        /// Every character of it, at most 512.
        #[serde(deserialize_with = "code_text")]
        #[schema(max_length = 512)]
        payload: String,
        /// Where it was scanned, when the payer has agreed to say so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scan: Option<Scan>,
    },
    /// The intent's id in a checkout link or app.
    Link {},
}

impl Via {
    /// Where it was scanned, if the phone says so.
    #[must_use]
    pub const fn scan(&self) -> Option<&Scan> {
        match self {
            Self::Code { scan, .. } => scan.as_ref(),
            Self::Link {} => None,
        }
    }
}

pub(crate) fn code_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    bounded(deserializer, limits::CODE_CHARS_MAX)
}

fn proof_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    bounded(deserializer, limits::PROOF_BYTES_MAX)
}

fn token_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    bounded(deserializer, limits::TOKEN_BYTES_MAX)
}

/// What is recorded is bounded where it is read.
pub(crate) fn bounded<'de, D: Deserializer<'de>>(deserializer: D, chars_max: usize) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.chars().count() > chars_max {
        return Err(serde::de::Error::custom(format_args!("text is longer than {chars_max} characters")));
    }
    Ok(text)
}

/// What the client says about itself; bound by the proof, believed by nobody alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientFacts {
    /// Name and version of the app or page.
    pub app: Name,
    /// When the terms were shown, Unix milliseconds by the client's clock.
    pub shown_at: i64,
}

/// `POST /v1/payments`: the approval. Its canonical bytes are what the device signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayBody {
    /// What the payer was shown the payee receives.
    pub amount: Amount,
    /// What the client says about itself.
    pub client: ClientFacts,
    /// The device that approves.
    pub device: DeviceId,
    /// Out of what.
    pub funding: FundingKind,
    /// The intent.
    pub intent: IntentId,
    /// The payer.
    pub payer: PayerId,
    /// The payment's id, chosen by the device; also the idempotency key.
    pub payment: PaymentId,
    /// Digest of the quote core that was shown.
    pub quote: Digest,
    /// How the payer came to the intent.
    pub via: Via,
}

/// `POST /v1/payments/{id}/capture`: take a held payment. Signed by the merchant (RFC 9421).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureBody {
    /// How much of the hold; all of it when absent. The rest is released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// `POST /v1/payments/{id}/void`: release a held payment. Signed by the merchant (RFC 9421).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoidBody {
    /// The held amount, when the caller wants it checked; another amount is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// `POST /v1/refunds`: give back some or all of a captured payment. Signed by the merchant (RFC 9421).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// How much.
    pub amount: Amount,
    /// Of which kind it is; that a payment was fraud is learnt from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<RefundCause>,
    /// The payment.
    pub payment: PaymentId,
    /// Why, for the payer to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// The refund's id, chosen by the payee; also the idempotency key.
    pub refund: RefundId,
}
