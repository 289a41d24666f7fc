//! What a payer or a payee says of a payment afterwards: that it was fraud.

use money::{Instant, PayerId, PaymentId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a payer says of one of their payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Somebody else made it.
    NotMe,
    /// The payer made it, deceived or pressed by somebody.
    Deceived,
}

/// `POST /v1/payments/{payment}/report`: this payment was fraud. It is learnt within a second; only staff take it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPaymentBody {
    /// In what way.
    pub kind: ReportKind,
    /// The payment.
    pub payment: PaymentId,
}

/// `POST /v1/attack`: nothing leaves the wallet from now on, as with `POST /v1/freeze`; and what was paid since a moment was
/// paid by somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttackBody {
    /// The wallet.
    pub payer: PayerId,
    /// Since when; of more than a week only the last is taken.
    pub since: Instant,
}

/// A payment that was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    /// The payment.
    pub payment: PaymentId,
    /// When it was first reported.
    pub reported_at: Instant,
}

/// Why a payee gives money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundCause {
    /// The payment was fraud: risk learns it.
    Fraud,
    /// The goods came back.
    Returned,
    /// It was charged by mistake.
    Mistake,
}
