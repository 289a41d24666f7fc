//! [`Refusal`]: why the ledger did not do what it was asked.

use money::AccountId;
use serde::{Deserialize, Serialize};

/// Why an operation was refused, in order of precedence: when several things are wrong, the first listed is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The id of the account, transfer or hold to be made is taken.
    #[error("id already exists")]
    AlreadyExists,
    /// No such hold. A transfer's id can never stand here: the types differ.
    #[error("hold is unknown")]
    UnknownHold,
    /// No such transfer.
    #[error("transfer is unknown")]
    UnknownTransfer,
    /// A transfer without legs, or a hold for nobody.
    #[error("there are no legs")]
    NoLegs,
    /// More legs than [`MAX_LEGS`](crate::MAX_LEGS).
    #[error("there are too many legs")]
    TooManyLegs,
    /// A sum that must be above zero is not; for a capture, below zero.
    #[error("amount is not above zero")]
    AmountNotPositive,
    /// A hold that would be over when it is made, as a time-out that overflowed the clock would be.
    #[error("expiry is not after the start")]
    ExpiryNotLater,
    /// No such account.
    #[error("account is unknown")]
    UnknownAccount,
    /// An amount is of another currency than its account, its hold, its original or its neighbours.
    #[error("currencies differ")]
    CurrencyMismatch,
    /// Payer and payee are the same account.
    #[error("payer and payee are the same account")]
    SameAccount,
    /// Debits and credits differ.
    #[error("debits and credits differ")]
    Unbalanced,
    /// The hold was captured.
    #[error("hold is already captured")]
    HoldCaptured,
    /// The hold was voided.
    #[error("hold is already voided")]
    HoldVoided,
    /// The hold's time is over, whether or not it was released yet.
    #[error("hold has expired")]
    HoldExpired,
    /// The hold's time is not over.
    #[error("hold has not expired yet")]
    NotYetExpired,
    /// More than the hold set aside.
    #[error("capture exceeds the hold")]
    CaptureExceedsHold,
    /// A void that names another amount than the hold's total.
    #[error("void differs from the hold")]
    VoidDifferentAmount,
    /// A refund cannot be refunded; pay again instead.
    #[error("a refund cannot be refunded")]
    RefundOfRefund,
    /// All of the transfer was given back before.
    #[error("transfer is already refunded")]
    AlreadyRefunded,
    /// More than is left of the transfer.
    #[error("refund exceeds what is left")]
    RefundExceedsRemaining,
    /// A closed account takes part in nothing.
    #[error("account is closed")]
    AccountClosed,
    /// An account with a balance or an open hold cannot be closed.
    #[error("account is not empty")]
    AccountNotEmpty,
    /// A sum or a balance would not fit 64 bits.
    #[error("amount is too large")]
    Overflow,
    /// The available balance would fall below what the overdraft allows.
    #[error("funds are insufficient")]
    InsufficientFunds {
        /// Of which account.
        account: AccountId,
    },
}

impl Refusal {
    /// Whether the same operation may succeed later, without anybody changing it.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(
            self,
            Self::InsufficientFunds { .. }
                | Self::UnknownAccount
                | Self::UnknownHold
                | Self::UnknownTransfer
                | Self::NotYetExpired
                | Self::AccountNotEmpty
        )
    }
}

/// Why a chain of linked operations was refused: one of them was, and nothing of the others remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("operation {index} of the chain: {refusal}")]
pub struct LinkedRefusal {
    /// Which one failed, from 0.
    pub index: usize,
    /// Why.
    pub refusal: Refusal,
}

/// What is said of one operation of a refused chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LinkedReason {
    /// It failed by itself.
    #[error("{0}")]
    Own(Refusal),
    /// It was undone, or not tried, because of another.
    #[error("linked operation failed")]
    Linked,
}

impl LinkedRefusal {
    /// What is said of the operation at `index`.
    #[must_use]
    pub const fn reason(self, index: usize) -> LinkedReason {
        if index == self.index { LinkedReason::Own(self.refusal) } else { LinkedReason::Linked }
    }
}
