//! Who a merchant is, and what is paid out to its bank.

use money::{Amount, Instant, PayeeId, PayoutId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Text, limits};

type Line = Text<{ limits::LINE_CHARS_MAX }>;

/// How far it is known who a merchant is. Only a verified one is paid out to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerificationState {
    /// Nothing was handed in.
    #[default]
    Unverified,
    /// Something was handed in, and nobody has said what it is worth.
    Submitted,
    /// Staff know who it is.
    Verified,
    /// What was handed in did not do; it may hand in something else.
    Refused,
    /// It was verified, and is no longer; it may hand in something else.
    Withdrawn,
}

/// How a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// It left the merchant's account here, and waits for the bank.
    Requested,
    /// The bank has it.
    Sent,
    /// It came back, and stands in the merchant's account here again.
    Returned,
}

/// `POST /v1/verification`: hand in what shows who the merchant is. Signed with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitVerificationBody {
    /// Where the provider finds it: a case number, a registration number.
    pub evidence: Line,
}

/// `POST /v1/payouts`: have money sent to the merchant's bank. Signed with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutBody {
    /// How much.
    pub amount: Amount,
    /// The payout's id, chosen by the merchant: the same id with the same body is answered as the first time.
    pub payout: PayoutId,
}

/// How far it is known who the merchant is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerificationView {
    /// When it was last changed; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// Where what was handed in is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Why, where staff said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The merchant.
    pub payee: PayeeId,
    /// How far.
    pub state: VerificationState,
}

/// Money on its way to the merchant's bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayoutView {
    /// How much.
    pub amount: Amount,
    /// The payout.
    pub payout: PayoutId,
    /// The bank's reference, or why it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was asked for.
    pub requested_at: Instant,
    /// When the bank had it, or it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Instant>,
    /// How it stands.
    pub status: PayoutStatus,
}
