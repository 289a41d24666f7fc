//! Farthing's static code: the signed sticker on a counter, registered to one payee and one place.
//!
//! The payer enters the amount, up to the cap that the sticker states. Layout and reasoning: `docs/codes.md`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Amount, Currency, Instant, PayeeId};

use crate::emv::{Initiation, PayloadBuilder, ids};
use crate::{CodeError, CodeText, MakeError, Payload, TrustedKeys, dynamic, layout, limits, tlv, trust};

/// What a sticker states and signs, beside the words people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticCode {
    /// Who is paid; stands in the account template 26.
    pub payee: PayeeId,
    /// The most that one payment by it may be; its currency stands in ID 53.
    pub cap: Amount,
    /// Where it is registered to stand, at most 16 characters of `[a-z0-9-]`.
    pub place: String,
    /// Which sticker it is, at most 16 characters of `[A-Z0-9-]`; printed on it.
    pub serial: String,
    /// When it was made; whole seconds in the code, rounded down.
    pub created_at: Instant,
    /// From this moment on it is not valid; whole seconds in the code, rounded down.
    pub expires_at: Instant,
    /// The short name of the signing key.
    pub kid: String,
}

/// A sticker whose signature held, that was not withdrawn as far as this reader knows, and whose time has come and
/// not passed. Made only by [`verify_static`].
///
/// It says that the provider made this sticker for this payee and place, never that it hangs there.
#[derive(Debug, PartialEq, Eq)]
pub struct VerifiedSticker {
    code: StaticCode,
    revocation_age_seconds: i64,
}

impl VerifiedSticker {
    /// What it says.
    #[must_use]
    pub const fn code(&self) -> &StaticCode {
        &self.code
    }

    /// How old the list of withdrawn stickers was that it was compared with.
    #[must_use]
    pub const fn revocation_age_seconds(&self) -> i64 {
        self.revocation_age_seconds
    }

    /// Whether the payer may enter this amount: above zero, of the sticker's currency, up to its cap.
    #[must_use]
    pub fn allows(&self, amount: Amount) -> bool {
        let cap = self.code.cap;
        amount.currency() == cap.currency() && (1..=cap.minor()).contains(&amount.minor())
    }
}

/// Makes a signed sticker of at most 512 characters; see [`crate::make`].
///
/// # Errors
/// [`MakeError`], before anything is signed.
pub fn make_static(
    code: &StaticCode,
    text: &CodeText,
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Result<String, MakeError> {
    let builder = write(code, text)?;
    let signed = builder.clone().body()?;
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    Ok(layout::sign(builder, &signature).encode()?)
}

/// Checks a scanned sticker against published keys, offline.
///
/// # Errors
/// [`CodeError`] as [`crate::verify`] gives it, and [`CodeError::Revoked`] or [`CodeError::Stale`].
pub fn verify_static(payload: &str, keys: &TrustedKeys, now: Instant) -> Result<VerifiedSticker, CodeError> {
    let elements = tlv::walk(payload).map_err(CodeError::Malformed)?;
    dynamic::checksum(payload, &elements)?;
    verify_decoded(payload, &Payload::unjudged(elements), keys, now)
}

/// [`verify_static`] for a payload that was decoded already.
pub(crate) fn verify_decoded(
    payload: &str,
    parsed: &Payload<'_>,
    keys: &TrustedKeys,
    now: Instant,
) -> Result<VerifiedSticker, CodeError> {
    if !layout::carries_signature(parsed.elements()) {
        return Err(CodeError::Unsigned);
    }
    if parsed.initiation() != Some(Initiation::Static) {
        return Err(dynamic::verify_decoded(payload, parsed, keys, now).err().unwrap_or(CodeError::OtherKind));
    }
    let (code, signed, signature) = read(payload, parsed).ok_or(CodeError::Altered)?;
    let key = keys.key(&code.kid, code.created_at, now)?;
    if !trust::holds(key, signed.as_bytes(), &signature) {
        return Err(CodeError::Altered);
    }
    if code.expires_at.millis_since(code.created_at) > limits::STICKER_LIFE_SECONDS_MAX.saturating_mul(1000) {
        return Err(CodeError::Altered);
    }
    if keys.is_withdrawn(&code.serial) {
        return Err(CodeError::Revoked);
    }
    dynamic::in_time(code.created_at, code.expires_at, now)?;
    // WHY: a sticker lives for months, so its own expiry does not bound how long a withdrawn one goes unnoticed.
    let revocation_age_seconds = keys.fresh_revocation_age(now)?;
    Ok(VerifiedSticker { code, revocation_age_seconds })
}

fn write(code: &StaticCode, text: &CodeText) -> Result<PayloadBuilder, MakeError> {
    layout::check(code.created_at, code.expires_at, &code.kid, text)?;
    if !trust::is_serial(&code.serial) {
        return Err(MakeError::Serial);
    }
    // A place is written as a key's short name is.
    if !trust::is_kid(&code.place) {
        return Err(MakeError::Place);
    }
    let cap = layout::write_amount(code.cap).ok_or(MakeError::Amount)?;
    let created = code.created_at.unix_seconds().to_string();
    let expires = code.expires_at.unix_seconds().to_string();
    let gui = layout::GUI;
    let builder = PayloadBuilder::roomy()
        .value(ids::FORMAT, "01")
        .value(ids::INITIATION, "11")
        .template(layout::ACCOUNT, &[(0, gui), (1, &code.payee.to_string())])
        .value(ids::CATEGORY, &text.category)
        .value(ids::CURRENCY, &format!("{:03}", code.cap.currency().numeric()));
    let terms = [(0, gui), (1, &code.serial), (2, &created), (3, &expires), (4, &code.place), (5, &cap)];
    Ok(layout::words(builder, text)?
        .template(layout::TERMS, &terms.map(|(id, text): (u8, &str)| (id, text)))
        .template(layout::QUOTE, &[(0, gui), (2, &code.kid)]))
}

/// Takes a sticker apart; `None` when it is not in the one spelling that [`write`] gives it.
fn read<'a>(payload: &'a str, parsed: &Payload<'_>) -> Option<(StaticCode, &'a str, [u8; 64])> {
    let (signed, written) = layout::split(payload, parsed)?;
    let signature = trust::bytes(written)?;
    let at = |template: u8, id: u8| parsed.element(template)?.child(id);
    let seconds = |id| at(layout::TERMS, id)?.parse().ok().map(Instant::from_unix_seconds);
    let currency = Currency::from_numeric(parsed.currency_numeric()?.parse().ok()?).ok()?;
    let code = StaticCode {
        payee: at(layout::ACCOUNT, 1)?.parse().ok()?,
        cap: layout::read_amount(at(layout::TERMS, 5)?, currency)?,
        place: at(layout::TERMS, 4)?.to_owned(),
        serial: at(layout::TERMS, 1)?.to_owned(),
        created_at: seconds(2)?,
        expires_at: seconds(3)?,
        kid: at(layout::QUOTE, 2)?.to_owned(),
    };
    let text = layout::read_text(parsed)?;
    let again = layout::sign(write(&code, &text).ok()?, written);
    layout::spells(again, payload).then_some((code, signed, signature))
}
