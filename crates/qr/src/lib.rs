//! EMVCo merchant-presented codes and Farthing's signed codes: dynamic, sticker and checkout link.
//!
//! This crate decides whether scanned text is a code ([`decode`]), what it says ([`Payload`], [`inspect`]) and
//! whether somebody we trust made it ([`verify`]). It never reads a clock, draws a random number or opens a
//! connection, and it never calls a code trustworthy because its checksum is right. Read [`VerifiedCode`] first.

pub mod limits;

mod finding;
mod tables;
mod tlv;

mod crc;

mod emv;
mod rules;

mod profiles;

mod cpm;
mod link;
mod names;
mod upi;
mod upi_answer;

mod checkout;
mod dynamic;
mod keyset;
mod layout;
mod sticker;
mod trust;

mod inspect;

pub use checkout::{VerifiedLink, make_link, verify_link};
pub use cpm::{BerObject, ConsumerCode, decode_consumer, encode_consumer};
pub use dynamic::{CodeError, CodeText, DynamicCode, LocalText, MakeError, VerifiedCode, make, verify};
pub use emv::{Initiation, Payload, PayloadBuilder, decode, encode};
pub use finding::{Finding, FindingKind, Weight};
pub use inspect::{
    AccountView, BerView, ElementView, FieldsView, FindingView, Inspection, NodeView, Scheme, Verdict, inspect,
    inspect_among,
};
pub use keyset::{KeySet, KeySetBody, PublishedKey};
pub use names::{KnownNames, ShownText, shown};
pub use profiles::Network;
pub use sticker::{StaticCode, VerifiedSticker, make_static, verify_static};
pub use tables::{CategoryGroup, category_group};
pub use tlv::{DecodeError, DecodeErrorKind, Element, EncodeError};
pub use trust::{KeySetError, TrustedKeys, sign_key_set};
pub use upi::{AmendError, UpiLink, is_address};
pub use upi_answer::{UpiAnswer, UpiClaim};
