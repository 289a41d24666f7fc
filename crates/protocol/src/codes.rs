//! Registered codes: stickers and terminals, and the terms made from a sticker.

use money::{Amount, Instant, PayeeId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bodies::code_text;
use crate::{Cell, CounterName, Scan, Serial, Surroundings, Text, limits};

/// What stands on a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// A printed static code: the payer enters the amount.
    Sticker,
    /// A screen that shows a dynamic code for each payment.
    Terminal,
}

/// `POST /v1/codes`: register a sticker or terminal to a counter. Signed by the merchant (RFC 9421).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// A sticker's cap: the most that one payment by it may be. A terminal has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Amount>,
    /// The cell of the map it stands in; without it a swap can hardly be noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// The counter it stands on.
    pub counter: CounterName,
    /// How long a sticker is valid, in days (1 to 396).
    #[serde(default = "default_days")]
    pub days: u16,
    /// What it is.
    pub kind: CodeKind,
    /// Its serial; a serial is registered once and for ever.
    pub serial: Serial,
    /// What can be seen around it.
    #[serde(default, skip_serializing_if = "Surroundings::is_empty")]
    pub surroundings: Surroundings,
}

const fn default_days() -> u16 {
    90
}

/// `POST /v1/codes/{serial}/withdraw`: it takes no payment any more. Signed by the merchant (RFC 9421).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawCodeBody {}

/// `POST /v1/stickers/intents`: the terms of paying this much by this sticker, for the payer who signs this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StickerBody {
    /// What the payer entered.
    pub amount: Amount,
    /// The sticker, as scanned, at most 512 characters.
    #[serde(deserialize_with = "code_text")]
    #[schema(max_length = 512)]
    pub payload: String,
    /// What the payer writes for the payee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Text<{ limits::LINE_CHARS_MAX }>>,
}

/// `POST /v1/codes/reports`: what was scanned does not belong where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportCodeBody {
    /// The sticker or dynamic code, as scanned, at most 512 characters.
    #[serde(deserialize_with = "code_text")]
    #[schema(max_length = 512)]
    pub payload: String,
    /// Where it was scanned, when the payer has agreed to say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
}

/// A registered sticker or terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeView {
    /// A sticker's cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap: Option<Amount>,
    /// The cell it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// The counter it stands on.
    pub counter: CounterName,
    /// When a sticker's validity ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// What it is.
    pub kind: CodeKind,
    /// Whose.
    pub payee: PayeeId,
    /// The text to print as a code; only where a sticker was registered just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
    /// Since when.
    pub registered_at: Instant,
    /// Its serial.
    pub serial: Serial,
    /// Since when it takes no payment until somebody has looked at it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Instant>,
    /// Since when it takes no payment any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Instant>,
}

/// The registered code that terms came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Its serial.
    pub serial: Serial,
    /// For terms made from a sticker: for whom, as [`taker`] writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taker: Option<money::Digest>,
}

/// For whom terms were made from a sticker: SHA-256 of the intent and the payer, so that the terms name nobody and yet
/// only that payer may take them.
#[must_use]
pub fn taker(intent: money::IntentId, payer: money::PayerId) -> money::Digest {
    let mut text = b"farthing taker ".to_vec();
    text.extend_from_slice(intent.as_bytes());
    text.extend_from_slice(payer.as_bytes());
    crate::sha256(&text)
}
