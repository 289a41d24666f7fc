//! How closed sets stand in text columns: one word for each, both ways.

use ledger::{Intake, Normal, Side};
use protocol::{CaptureMode, FundingKind, IntentStatus, PaymentStatus};

use crate::fault::Fault;

/// A closed set that is stored as a word.
pub(crate) trait Word: Sized + Copy + 'static {
    /// What it is called in errors.
    const WHAT: &'static str;

    /// The word.
    fn word(self) -> &'static str;

    /// From the word.
    fn from_word(word: &str) -> Option<Self>;

    /// From a stored word.
    fn stored(word: &str) -> Result<Self, Fault> {
        Self::from_word(word).ok_or(Fault::Unreadable(Self::WHAT))
    }
}

macro_rules! words {
    ($($type:ty, $what:literal { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        impl Word for $type {
            const WHAT: &'static str = $what;

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

words! {
    Side, "side" { Debit = "debit", Credit = "credit" }
    Intake, "intake" { AtOnce = "at_once", Appended = "appended" }
    Normal, "normal side" { Debit = "debit", Credit = "credit" }
    CaptureMode, "capture mode" { Automatic = "automatic", Manual = "manual" }
    FundingKind, "funding" { Wallet = "wallet" }
    IntentStatus, "intent status" { Open = "open", Taken = "taken", Expired = "expired" }
    PaymentStatus, "payment status" {
        Authorized = "authorized",
        Held = "held",
        Captured = "captured",
        Voided = "voided",
        Expired = "expired",
        Refused = "refused",
    }
}
