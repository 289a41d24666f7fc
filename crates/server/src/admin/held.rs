//! Payments that a rule holds: what staff see of them, and say.

use money::{Amount, Instant, PayeeId, PayerId, PaymentId, ReasonCode};
use payments::{Accepted, Command, HeldVerdict};
use protocol::{PaymentStatus, RuleReasonView};
use serde::{Deserialize, Serialize};
use store::Store;

use super::calls::{permit, submit};
use super::wire::AdminError;
use crate::{limits, render};

/// A payment that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldView {
    /// The payment.
    pub payment: PaymentId,
    /// Who pays.
    pub payer: PayerId,
    /// Who is to be paid.
    pub payee: PayeeId,
    /// The payee's name.
    pub payee_name: String,
    /// How much.
    pub amount: Amount,
    /// Since when.
    pub created_at: Instant,
    /// When the wait ends by itself.
    pub until: Instant,
    /// What happens then: it goes on, or the money is the payer's again.
    pub goes_on: bool,
    /// From when it may be released; absent where only time releases it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmable_from: Option<Instant>,
    /// The rules that hold it, with their citations.
    pub rules: Vec<RuleReasonView>,
}

/// A payment about which staff said a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedView {
    /// The payment.
    pub payment: PaymentId,
    /// What became of it.
    pub status: PaymentStatus,
}

/// Payments that wait, the one that waits shortest first.
///
/// # Errors
/// [`AdminError`].
pub async fn held(store: &dyn Store) -> Result<Vec<HeldView>, AdminError> {
    let rows = store.waiting(limits::WAITING_LISTED_MAX).await?;
    let shown = rows.iter().filter_map(|row| {
        let (payment, wait) = (&row.payment, row.payment.wait?);
        Some(HeldView {
            payment: payment.id,
            payer: payment.payer,
            payee: payment.payee,
            payee_name: row.core.payee.name.to_string(),
            amount: payment.amount,
            created_at: payment.created_at,
            until: wait.until,
            goes_on: wait.goes_on,
            confirmable_from: wait.confirmable_from,
            rules: render::rules(&payment.rules),
        })
    });
    Ok(shown.collect())
}

/// Lets a payment that waits go on, or ends it.
///
/// # Errors
/// [`AdminError`].
pub async fn judge_held(store: &dyn Store, payment: PaymentId, verdict: HeldVerdict) -> Result<JudgedView, AdminError> {
    match submit(store, Command::JudgeHeld { permit: permit(), payment, verdict }).await? {
        Accepted::Payment { payment, .. } => Ok(JudgedView { payment: payment.id, status: payment.status }),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}
