//! [`Settings`]: what the operator sets, until packs, rules and models say more.

use crate::sign_up::SignUpLimits;
use crate::swap::SwapSettings;
use money::{Amount, Currency};
use risk::settings::RiskSettings;
use serde::{Deserialize, Serialize};

use crate::judging::Judging;
use crate::packs::Packs;

/// One threshold for each stage of the pipeline that is still to come, and the delays of lockdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The one currency of this provider's wallets and payees: the thresholds below are sums of it.
    pub currency: Currency,
    /// Policy: the packs every payment is decided under.
    pub packs: Packs,
    /// Policy: the most one payment may take, in minor units of the wallet's currency, whatever the packs say.
    pub payment_limit_minor: i64,
    /// Policy: how long the rise of a payer's own limit waits where no pack says, in seconds.
    pub raise_delay_seconds: i64,
    /// Risk: above this, in minor units, a payment to a payee never paid before needs a step-up.
    pub first_payee_limit_minor: i64,
    /// Risk: the rules and models every payment is judged by.
    pub judging: Judging,
    /// Risk: what friction costs, and what is asked where data fails.
    pub risk: RiskSettings,
    /// Posture: the lowest device tier that may pay.
    pub device_tier_min: u8,
    /// How long unfreezing takes, in seconds: loosening waits, tightening does not.
    pub unfreeze_delay_seconds: i64,
    /// How long a device bound later waits before it may pay or change anything, in seconds.
    pub device_delay_seconds: i64,
    /// Whether wallets can be filled with play money.
    pub test_mode: bool,
    /// What is done about scans that look like a swapped code.
    #[serde(default)]
    pub swap: SwapSettings,
    /// How many wallets one network may open, and one line vouch for.
    #[serde(default)]
    pub sign_ups: SignUpLimits,
    /// The provider's name, as a payer is shown it on the money's way.
    pub provider: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            currency: Currency::KRW,
            packs: Packs::none(),
            payment_limit_minor: 300_000,
            raise_delay_seconds: 24 * 3_600,
            first_payee_limit_minor: 100_000,
            judging: Judging::off(),
            risk: RiskSettings::default(),
            device_tier_min: 1,
            unfreeze_delay_seconds: 600,
            device_delay_seconds: 12 * 3_600,
            test_mode: false,
            swap: SwapSettings::default(),
            sign_ups: SignUpLimits::default(),
            provider: "Farthing".to_owned(),
        }
    }
}

impl Settings {
    /// The most one payment may take.
    #[must_use]
    pub const fn payment_limit(&self) -> Amount {
        Amount::new(self.payment_limit_minor, self.currency)
    }

    /// Above this, a first payment to a payee needs a step-up.
    #[must_use]
    pub const fn first_payee_limit(&self) -> Amount {
        Amount::new(self.first_payee_limit_minor, self.currency)
    }
}
