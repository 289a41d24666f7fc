//! [`Appended`]: a credit that is posted and not yet counted.

use money::{AccountId, Amount, Instant, TransferId};
use serde::{Deserialize, Serialize};

/// What one transfer credits to one account of [`Intake::Appended`](crate::Intake::Appended), from its posting until
/// it is rolled up. The account's balance is what its counters say and all of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// Which transfer posted it. With the account it names the row.
    pub transfer: TransferId,
    /// Whom it credits.
    pub account: AccountId,
    /// How much, above zero: all that the transfer credits to the account.
    pub amount: Amount,
    /// When it was posted.
    pub at: Instant,
}
