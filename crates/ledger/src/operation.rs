//! [`Operation`]: everything that can be asked of the ledger.

use money::{AccountId, Amount, Currency, HoldId, Instant, TransferId};
use serde::{Deserialize, Serialize};

use crate::{Intake, Leg, Normal, Overdraft};

/// One thing asked of the ledger. Ids and times come in with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Open an empty account.
    Open {
        /// Its id, not used before.
        account: AccountId,
        /// The one currency it keeps.
        currency: Currency,
        /// Which side raises its balance.
        normal: Normal,
        /// How far below zero its available balance may go.
        overdraft: Overdraft,
        /// How credits reach its counters.
        intake: Intake,
    },
    /// Close an account that is empty, for ever. Of an account whose credits are appended, whoever closes it must
    /// know that nothing waits for it: a row that is not loaded is not seen here.
    Close {
        /// Which one.
        account: AccountId,
    },
    /// Count what was appended to an account: every loaded row of it, once.
    RollUp {
        /// Which account.
        account: AccountId,
    },
    /// Move money now.
    Post {
        /// The new transfer's id, not used before.
        transfer: TransferId,
        /// Its legs, in one currency, debits equal to credits.
        legs: Vec<Leg>,
        /// When.
        at: Instant,
    },
    /// Set funds aside.
    Hold {
        /// The new hold's id, not used before.
        hold: HoldId,
        /// Whose funds.
        from: AccountId,
        /// For whom, and how much each.
        to: Vec<(AccountId, Amount)>,
        /// From when on it can only expire; `None` for never.
        expires_at: Option<Instant>,
        /// When.
        at: Instant,
    },
    /// Move what a hold set aside, and release the rest.
    Capture {
        /// Which hold.
        hold: HoldId,
        /// The new transfer's id, not used before.
        transfer: TransferId,
        /// How much of it, `None` for all; zero moves nothing and releases all.
        amount: Option<Amount>,
        /// When.
        at: Instant,
    },
    /// Release all that a hold set aside.
    Void {
        /// Which hold.
        hold: HoldId,
        /// The hold's total, where the caller wants it compared.
        amount: Option<Amount>,
        /// When.
        at: Instant,
    },
    /// Release all that a hold set aside because its time is over.
    Expire {
        /// Which hold.
        hold: HoldId,
        /// When.
        at: Instant,
    },
    /// Give back some or all of a transfer, from those who got it to those who gave it.
    Refund {
        /// The new transfer's id, not used before.
        transfer: TransferId,
        /// What is given back.
        original: TransferId,
        /// How much of it.
        amount: Amount,
        /// When.
        at: Instant,
    },
}
