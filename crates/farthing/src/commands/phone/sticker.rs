//! A scanned sticker: what it says of itself, and the terms that are made from it once the payer enters an amount.

use money::{Amount, Currency, Instant};
use protocol::{IntentView, QuoteCore, StickerBody};
use qr::TrustedKeys;
use serde::Serialize;

use super::words::Word;
use super::{Line, told};
use crate::failure::{Failure, failed};
use crate::output::{FAINT, STRONG};

/// A sticker whose signature holds, before an amount is entered.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Sticker {
    /// Which sticker it is.
    serial: String,
    /// Where it is registered to stand.
    place: String,
    /// The most that one payment by it may be.
    cap: Amount,
    /// When its validity ends.
    expires_at: Instant,
    /// The payee's name as the sticker says it.
    #[serde(skip)]
    name: Option<String>,
}

impl Sticker {
    /// Reads a sticker; `None` for every other text.
    pub(super) fn read(text: &str, name: Option<String>, keys: &TrustedKeys, now: Instant) -> Option<Self> {
        let verified = qr::verify_static(text, keys, now).ok()?;
        let code = verified.code();
        let (serial, place) = (code.serial.clone(), code.place.clone());
        Some(Self { serial, place, cap: code.cap, expires_at: code.expires_at, name })
    }

    /// What it says, as a payer reads it.
    pub(super) fn rows(&self) -> Vec<(Word, String)> {
        let mut rows = Vec::new();
        rows.extend(self.name.iter().map(|name| (Word::Payee, format!("{STRONG}{name}{STRONG:#}"))));
        rows.push((Word::Serial, format!("{}  {FAINT}{}{FAINT:#}", self.serial, self.place)));
        rows.push((Word::Cap, self.cap.for_people().to_string()));
        rows.push((Word::ValidUntil, self.expires_at.to_string()));
        rows
    }

    /// The currency that an amount is entered in.
    const fn currency(&self) -> Currency {
        self.cap.currency()
    }

    /// What somebody typed: `4500`, or `4500KRW`.
    pub(super) fn entered(&self, text: &str) -> Result<Amount, Failure> {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
        let bare = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let whole = if bare { format!("{text}{}", self.currency().code()) } else { text };
        whole.parse().map_err(failed(format!("`{whole}` is no amount")))
    }
}

/// The terms of paying `amount` by this sticker, made for this payer alone.
pub(super) async fn terms(payload: &str, amount: Amount, line: &mut Line) -> Result<QuoteCore, Failure> {
    let body = StickerBody { amount, payload: payload.to_owned(), purpose: None };
    let view: IntentView = line.post("/v1/stickers/intents", &body).await.map_err(told)?;
    Ok(view.core)
}
