//! The quote core: the terms a payer is shown, and whose digest the device signs.

use money::{Amount, Digest, Instant, IntentId, PayeeId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CaptureMode, Counter, Text, limits, sha256, to_canonical};

/// Out of what a payment is paid. A carrier bill follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FundingKind {
    /// The payer's prepaid wallet at this provider.
    Wallet,
}

/// The payee as registered, never as a code or a payee's own text names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayeeCard {
    /// ISO 18245 merchant category code, four digits.
    pub category: String,
    /// The payee.
    pub id: PayeeId,
    /// The registered trading name.
    pub name: Text<{ limits::NAME_CHARS_MAX }>,
    /// The registered name in Latin letters, for readers of the other script.
    pub name_latin: Text<{ limits::NAME_CHARS_MAX }>,
}

/// What a party on the money's way does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HopRole {
    /// The payer's own wallet.
    Wallet,
    /// The provider that holds and moves the money.
    Provider,
    /// Who receives it.
    Payee,
}

/// One party on the money's way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hop {
    /// Its name.
    pub name: Text<{ limits::NAME_CHARS_MAX }>,
    /// What it does.
    pub role: HopRole,
}

/// For one accepted kind of funding: what it costs the payer and the way the money takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FundingPath {
    /// What the payer pays on top of the amount.
    pub fee: Amount,
    /// The kind of funding.
    pub kind: FundingKind,
    /// From the payer to the payee.
    pub path: Vec<Hop>,
    /// For how many days a refund can be asked for.
    pub refundable_days: u16,
    /// After how many days the payee has the money.
    pub settlement_days: u16,
}

/// The terms of one intent. Its digest stands in the dynamic code and in what the device signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteCore {
    /// What the payee receives.
    pub amount: Amount,
    /// Whether the money moves at once or is held until the payee takes it.
    pub capture: CaptureMode,
    /// The registered code the terms came by, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<Counter>,
    /// When the intent was made.
    pub created_at: Instant,
    /// From this moment on it cannot be paid.
    pub expires_at: Instant,
    /// The accepted ways of paying; at least one.
    pub funding: Vec<FundingPath>,
    /// The intent.
    pub intent: IntentId,
    /// Who is paid.
    pub payee: PayeeCard,
    /// Where.
    pub place: Text<{ limits::LINE_CHARS_MAX }>,
    /// What for.
    pub purpose: Text<{ limits::LINE_CHARS_MAX }>,
}

impl QuoteCore {
    /// SHA-256 of the core's canonical bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&to_canonical(self))
    }

    /// The terms for one kind of funding, if it is accepted.
    #[must_use]
    pub fn funding(&self, kind: FundingKind) -> Option<&FundingPath> {
        self.funding.iter().find(|path| path.kind == kind)
    }
}
