//! [`RiskSettings`]: what the operator sets, in money and in parts of ten thousand; whole numbers, so that a decision
//! record holds them exactly.

use serde::{Deserialize, Serialize};

use crate::assess::Cause;
use crate::rule::Strength;

/// What asking, holding and refusing cost, what each stops, and what is asked where data fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskSettings {
    /// Payments are judged and the judgement kept, but nothing follows from it: for a provider's first weeks, and to
    /// measure what judging costs.
    pub shadow: bool,
    /// What a genuine payer's trouble with one step-up is worth, in minor units.
    pub pin_minor: i64,
    /// The same for a passkey.
    pub passkey_minor: i64,
    /// What one payment held costs: an analyst's minutes and the payer's waiting.
    pub hold_minor: i64,
    /// What refusing a genuine payment costs, beside the share below.
    pub refuse_minor: i64,
    /// What refusing a genuine payment costs for its amount, in ten-thousandths of it.
    pub refuse_amount_bp: u16,
    /// Of a fraud's amount, what is lost, in ten-thousandths.
    pub loss_bp: u16,
    /// Of frauds, what a PIN stops, in ten-thousandths.
    pub pin_stops_bp: u16,
    /// Of frauds, what a passkey stops.
    pub passkey_stops_bp: u16,
    /// Of frauds, what an analyst stops.
    pub hold_stops_bp: u16,
    /// The score alone holds from this probability on, in ten-thousandths.
    pub hold_from_bp: u16,
    /// The score alone refuses from this probability on.
    pub refuse_from_bp: u16,
    /// How many of a million payments are fraud where no model says more.
    pub prior_per_million: u32,
    /// From this many thousandths of a nat of anomaly on a PIN is asked for, whatever the score says.
    pub unlike_pin_millinats: u32,
    /// The same for a passkey.
    pub unlike_passkey_millinats: u32,
    /// Payments of less, in minor units, are never asked about for their anomaly alone.
    pub unlike_from_minor: i64,
    /// A payee's profile that was folded longer ago than this while events wait is late.
    pub payee_late_seconds: u32,
    /// Whether a device of the payer may answer late data with its PIN; otherwise a passkey is asked for.
    pub pin_for_late: bool,
    /// After what time a payment that nobody says anything of counts as genuine, in seconds: the delay of the labels the
    /// model learnt from.
    pub label_delay_seconds: u32,
    /// The payers' wall clock against UTC, in seconds.
    pub utc_offset_seconds: i32,
    /// The breaker's window, in seconds.
    pub breaker_window_seconds: u32,
    /// Of a window's payments, what one rule or the score may hold or refuse, in ten-thousandths, where the rule names
    /// no share of its own.
    pub breaker_share_bp: u16,
    /// Payments a window needs before a share means anything.
    pub breaker_payments_min: u32,
}

impl Default for RiskSettings {
    fn default() -> Self {
        Self {
            shadow: false,
            pin_minor: 60,
            passkey_minor: 90,
            hold_minor: 4_000,
            refuse_minor: 2_000,
            refuse_amount_bp: 1_000,
            loss_bp: 10_000,
            pin_stops_bp: 7_000,
            passkey_stops_bp: 9_500,
            hold_stops_bp: 9_800,
            hold_from_bp: 6_000,
            refuse_from_bp: 9_000,
            prior_per_million: 500,
            unlike_pin_millinats: 22_000,
            unlike_passkey_millinats: 34_000,
            unlike_from_minor: 10_000,
            payee_late_seconds: 30,
            pin_for_late: true,
            label_delay_seconds: 86_400,
            utc_offset_seconds: 9 * 3_600,
            breaker_window_seconds: 600,
            breaker_share_bp: 200,
            breaker_payments_min: 200,
        }
    }
}

/// Settings that contradict themselves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`risk.{key}`: {what}")]
pub struct SettingsError {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with it.
    pub what: &'static str,
}

impl RiskSettings {
    /// Whether they make sense together.
    ///
    /// # Errors
    /// With the first that does not.
    pub fn check(&self) -> Result<(), SettingsError> {
        let wrong = |key, what| Err(SettingsError { key, what });
        let shares =
            [self.loss_bp, self.pin_stops_bp, self.passkey_stops_bp, self.hold_stops_bp, self.refuse_amount_bp];
        if shares.into_iter().chain([self.hold_from_bp, self.refuse_from_bp]).any(|share| share > 10_000) {
            return wrong("*_bp", "a share is at most 10000 ten-thousandths");
        }
        if [self.pin_minor, self.passkey_minor, self.hold_minor, self.refuse_minor].into_iter().any(|cost| cost < 0) {
            return wrong("*_minor", "a cost is not below zero");
        }
        if self.hold_from_bp > self.refuse_from_bp {
            return wrong("hold_from_bp", "what is refused would not even be held");
        }
        if self.unlike_pin_millinats > self.unlike_passkey_millinats {
            return wrong("unlike_pin_millinats", "a PIN is asked for before a passkey");
        }
        if self.breaker_share_bp == 0 || self.breaker_share_bp > 10_000 || self.breaker_window_seconds == 0 {
            return wrong("breaker_share_bp", "the breaker needs a window and a share between 1 and 10000");
        }
        Ok(())
    }

    /// After what time a payment that nobody says anything of counts as genuine, in milliseconds.
    #[must_use]
    pub fn label_delay_millis(&self) -> i64 {
        i64::from(self.label_delay_seconds).saturating_mul(1_000)
    }

    /// What is asked for where the data fails in this way: always a factor that the device holds.
    #[must_use]
    pub const fn for_cause(&self, cause: Cause) -> Strength {
        match cause {
            // Late is what an honest night of maintenance looks like.
            Cause::PayeeLate | Cause::RulesMissing if self.pin_for_late => Strength::Pin,
            Cause::PayeeLate
            | Cause::RulesMissing
            | Cause::ProfileUnreadable
            | Cause::ProfileAhead
            | Cause::PayeeUnreadable
            | Cause::ValueWrong
            | Cause::ModelFault => Strength::Passkey,
        }
    }
}
