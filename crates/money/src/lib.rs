//! The words every other crate speaks: [`Amount`], typed ids, [`Instant`], [`ReasonCode`], [`Digest`] and [`Secret`].
//!
//! This crate decides what a sum of money *is* — integer minor units of one ISO 4217 currency, with
//! checked arithmetic only — and what may be said about a refusal. It must never read a clock, draw a
//! random number or touch a float. Read [`Amount`] first.
#![deny(clippy::arithmetic_side_effects)]

mod amount;
mod currency;
mod day;
mod digest;
mod id;
mod instant;
mod letters;
mod parse;
mod reason;
mod secret;
mod show;

pub use amount::{Amount, AmountError, Shares, SharesError};
pub use currency::{Currency, UnknownCurrency};
pub use day::{Day, DayError};
pub use digest::{Digest, DigestError};
pub use id::{
    AccountId, DecisionId, DeviceId, EventId, HoldId, IdError, IntentId, KeyId, MarkId, PayeeId, PayerId, PaymentId,
    PayoutId, RefundId, SessionId, TransferId,
};
pub use instant::{Instant, InstantError};
pub use letters::is_invisible;
pub use parse::{ParseAmountError, ParseAmountErrorKind};
pub use reason::{Language, ReasonCode, UnknownReason};
pub use secret::Secret;
pub use show::ForPeople;
