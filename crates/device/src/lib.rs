//! The phone's half, without IO: keys, proofs and codes, as an app embeds them.
//!
//! This crate decides what a phone signs and how. It opens no socket, reads no clock and draws no random number: it
//! is handed a [`Moment`] and gives back a [`Request`] to send. It never signs terms it has not shown ([`Shown`]).
//! Read [`Phone`] first.

mod phone;
mod shown;
mod sticker;

mod join;

mod key;
#[cfg(feature = "software-key")]
mod software_key;

pub use join::{JoinError, JoinRequest};
pub use key::{DeviceKey, KeyError};
pub use phone::{Heard, Moment, Phone, PhoneError, Request};
pub use shown::{ShowError, Shown, check_link, check_shown};
#[cfg(feature = "software-key")]
pub use software_key::SoftwareKey;
pub use sticker::check_sticker;
