//! [`Account`]: four counters that only the ledger moves, and the balances read from them.

use money::{AccountId, Amount, Currency};
use serde::{Deserialize, Serialize};

/// The two sides of every entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left: what an account gives, for a wallet.
    Debit,
    /// Right: what an account takes, for a wallet.
    Credit,
}

impl Side {
    /// The other side, as a refund posts it.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

/// Which side raises an account's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normal {
    /// An asset of the operator: money at the bank.
    Debit,
    /// A liability of the operator: a wallet, a payee's balance, collected fees.
    Credit,
}

/// How far below zero the available balance may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overdraft {
    /// Not at all.
    None,
    /// By this many minor units; below zero counts as none.
    UpTo(i64),
    /// As far as 64 bits go: an account of the operator's own.
    Unlimited,
}

/// How credits reach the counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// In the operation that posts or promises them.
    AtOnce,
    /// Posted ones wait as [`Appended`](crate::Appended) rows until they are rolled up, and promised ones stand on
    /// their holds alone: whoever pays a busy account neither reads nor writes its row. For credit-normal accounts,
    /// whose credits nothing can refuse; on others it is without effect.
    Appended,
}

/// A ledger account: what was debited and credited, settled and held, in minor units, each never below zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Which account.
    pub id: AccountId,
    /// The one currency it keeps.
    pub currency: Currency,
    /// Which side raises its balance.
    pub normal: Normal,
    /// How far below zero its available balance may go.
    pub overdraft: Overdraft,
    /// How credits reach its counters.
    pub intake: Intake,
    /// Minor units debited by all its transfers.
    pub debits_posted: i64,
    /// Minor units credited by all its transfers.
    pub credits_posted: i64,
    /// Minor units that open holds would debit.
    pub debits_held: i64,
    /// Minor units that open holds would credit.
    pub credits_held: i64,
    /// Whether it takes part in nothing any more.
    pub closed: bool,
}

impl Account {
    /// A new account with nothing in it.
    #[must_use]
    pub const fn new(id: AccountId, currency: Currency, normal: Normal, overdraft: Overdraft, intake: Intake) -> Self {
        Self {
            id,
            currency,
            normal,
            overdraft,
            intake,
            debits_posted: 0,
            credits_posted: 0,
            debits_held: 0,
            credits_held: 0,
            closed: false,
        }
    }

    /// Whether its credits are appended instead of counted.
    #[must_use]
    pub const fn appends(&self) -> bool {
        matches!((self.intake, self.normal), (Intake::Appended, Normal::Credit))
    }

    /// The settled balance: what its normal side has more than the other. What is appended is not in it yet.
    #[must_use]
    pub const fn posted(&self) -> Amount {
        let minor = match self.normal {
            Normal::Debit => self.debits_posted.saturating_sub(self.credits_posted),
            Normal::Credit => self.credits_posted.saturating_sub(self.debits_posted),
        };
        Amount::new(minor, self.currency)
    }

    /// What open holds take from the available balance. What they promise to bring is not counted until it comes.
    #[must_use]
    pub const fn held(&self) -> Amount {
        let minor = match self.normal {
            Normal::Debit => self.credits_held,
            Normal::Credit => self.debits_held,
        };
        Amount::new(minor, self.currency)
    }

    /// What can be spent: posted − held.
    #[must_use]
    pub const fn available(&self) -> Amount {
        // WHY: the ledger refuses whatever would make this saturate, so it is exact on every row it wrote.
        Amount::new(self.posted().minor().saturating_sub(self.held().minor()), self.currency)
    }

    /// The least the available balance may be.
    pub(crate) const fn floor(&self) -> i64 {
        match self.overdraft {
            Overdraft::None | Overdraft::UpTo(..=0) => 0,
            Overdraft::UpTo(limit) => limit.saturating_neg(),
            Overdraft::Unlimited => i64::MIN,
        }
    }

    /// Whether its counters say that nothing is in it and nothing is about to be.
    pub(crate) const fn is_empty(&self) -> bool {
        self.debits_posted == self.credits_posted && self.debits_held == 0 && self.credits_held == 0
    }
}
