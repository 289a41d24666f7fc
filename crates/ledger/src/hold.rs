//! [`Hold`]: funds set aside, until they are captured, voided or expire.

use money::{AccountId, Amount, HoldId, Instant, Shares, TransferId};
use serde::{Deserialize, Serialize};

use crate::{Leg, Refusal, Side};

/// What has become of a hold. Only an open one can become anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// The funds are set aside.
    Open,
    /// Some or all of it moved, by this transfer; the rest was released.
    Captured(TransferId),
    /// All of it was released.
    Voided,
    /// All of it was released because its time was over.
    Expired,
}

/// Funds of one account set aside for others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Which hold.
    pub id: HoldId,
    /// Whose funds.
    pub from: AccountId,
    /// For whom, and how much each; never empty.
    pub to: Vec<(AccountId, Amount)>,
    /// From when on it can only expire; `None` for never.
    pub expires_at: Option<Instant>,
    /// When it was made.
    pub at: Instant,
    /// What has become of it.
    pub state: HoldState,
    /// Minor units captured of it.
    pub captured: i64,
}

impl Hold {
    /// What it sets aside in all.
    ///
    /// # Panics
    /// When it sets nothing aside for nobody, which the ledger never makes.
    #[must_use]
    pub fn total(&self) -> Amount {
        let Some((_, first)) = self.to.first() else { unreachable!("hold {} has no destination", self.id) };
        let minor = self.to.iter().map(|(_, amount)| amount.minor()).fold(0, i64::saturating_add);
        Amount::new(minor, first.currency())
    }

    /// The hold, if it is open and its time is not over at `at`.
    pub(crate) fn usable_at(&self, at: Instant) -> Result<(), Refusal> {
        self.unfinished()?;
        if self.is_over_at(at) { Err(Refusal::HoldExpired) } else { Ok(()) }
    }

    /// Refuses with what has become of it, unless it is open.
    pub(crate) const fn unfinished(&self) -> Result<(), Refusal> {
        match self.state {
            HoldState::Open => Ok(()),
            HoldState::Captured(_) => Err(Refusal::HoldCaptured),
            HoldState::Voided => Err(Refusal::HoldVoided),
            HoldState::Expired => Err(Refusal::HoldExpired),
        }
    }

    /// Whether its time is over at `at`.
    pub(crate) fn is_over_at(&self, at: Instant) -> bool {
        self.expires_at.is_some_and(|expires_at| at >= expires_at)
    }

    /// The legs that move `amount` of it: the payer's, then each destination's part by largest remainder.
    pub(crate) fn capture_legs(&self, amount: Amount) -> Vec<Leg> {
        let parts = match Shares::in_proportion_to(self.to.iter().map(|(_, part)| *part)) {
            Ok(shares) => amount.split(&shares),
            Err(error) => unreachable!("hold {} cannot be divided: {error}", self.id),
        };
        let debit = Leg { account: self.from, side: Side::Debit, amount };
        let credits =
            self.to.iter().zip(parts).map(|(&(account, _), amount)| Leg { account, side: Side::Credit, amount });
        std::iter::once(debit).chain(credits).filter(|leg| !leg.amount.is_zero()).collect()
    }
}
