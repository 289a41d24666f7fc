//! Farthing's signed dynamic code: a valid EMVCo payload that says who made it.
//!
//! Layout and reasoning: `docs/codes.md`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Amount, Digest, Instant, IntentId, PayeeId, ReasonCode};

use crate::emv::Initiation;
use crate::{DecodeError, Element, EncodeError, Payload, TrustedKeys, crc, layout, limits, sticker, tlv, trust};

/// What a dynamic code states and signs, beside the words people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DynamicCode {
    /// What is asked for.
    pub intent: IntentId,
    /// Who is paid; stands in the account template 26.
    pub payee: PayeeId,
    /// How much; stands in IDs 53 and 54, which every wallet shows.
    pub amount: Amount,
    /// When it was made; whole seconds in the code, rounded down.
    pub created_at: Instant,
    /// From this moment on it is not valid; whole seconds in the code, rounded down.
    pub expires_at: Instant,
    /// Digest of the quote core, the full terms.
    pub quote: Digest,
    /// The short name of the signing key.
    pub kid: String,
}

/// The words of a code that other wallets show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeText {
    /// ID 59, in printable ASCII; cut to 25 characters, anything else becomes `?`.
    pub name: String,
    /// ID 60, in printable ASCII; cut to 15 characters, anything else becomes `?`.
    pub city: String,
    /// ID 52, four digits.
    pub category: String,
    /// ID 58, two capital letters.
    pub country: String,
    /// ID 64.
    pub local: Option<LocalText>,
}

/// The payee in its own language (ID 64, QRCPS-MPM v1.1 merchant information language template).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalText {
    /// ISO 639, two small letters.
    pub language: String,
    /// Cut to 25 characters.
    pub name: String,
    /// Cut to 15 characters.
    pub city: Option<String>,
}

/// Why a code cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// Not above zero, or longer than the 13 characters of ID 54.
    #[error("amount cannot stand in a code")]
    Amount,
    /// Before 1970 or after 2106.
    #[error("moment cannot stand in a code")]
    Instant,
    /// Not 1 to 16 characters of `[a-z0-9-]`.
    #[error("key id cannot stand in a code")]
    Kid,
    /// Not four digits.
    #[error("merchant category is not four digits")]
    Category,
    /// Not two capital letters.
    #[error("country is not two capital letters")]
    Country,
    /// Not two small letters.
    #[error("language is not two small letters")]
    Language,
    /// Not 1 to 16 characters of `[A-Z0-9-]`.
    #[error("serial cannot stand in a code")]
    Serial,
    /// Not 1 to 16 characters of `[a-z0-9-]`.
    #[error("place cannot stand in a code")]
    Place,
    /// Not a plain `https` address.
    #[error("page is not an https address without port, query, fragment and escapes")]
    Page,
    /// A name or city without a character.
    #[error("name or city is empty")]
    Name,
    /// It does not fit.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// Makes a signed dynamic code of at most 512 characters.
///
/// `sign` is given every byte before the signature template and answers with an Ed25519 signature (RFC 8032).
///
/// # Errors
/// [`MakeError`], before anything is signed.
pub fn make(code: &DynamicCode, text: &CodeText, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Result<String, MakeError> {
    let builder = layout::write(code, text)?;
    let signed = builder.clone().body()?;
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    Ok(layout::sign(builder, &signature).encode()?)
}

/// Why a scanned text is not a code to pay; each a different answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not a readable code, and not recognisably ours.
    #[error("not a payment code")]
    Malformed(#[source] DecodeError),
    /// A code that carries no signature of ours.
    #[error("code is not signed")]
    Unsigned,
    /// Signed with a key that is not in the set, was not in force then, or whose set has expired.
    #[error("code is signed with an unknown key")]
    UnknownKey,
    /// Ours, but not as it was signed.
    #[error("code was altered")]
    Altered,
    /// Genuine, but not valid at this moment: expired, or made more than a minute in the future.
    #[error("code is not valid at this moment")]
    Expired,
    /// Its key or its serial is withdrawn.
    #[error("code was withdrawn")]
    Revoked,
    /// Nothing is wrong with it, but what is known of withdrawn stickers is too old to rely on.
    #[error("list of withdrawn codes is too old")]
    Stale,
    /// Genuine, but a sticker where a dynamic code is wanted, or the other way round.
    #[error("code is of another kind")]
    OtherKind,
}

impl CodeError {
    /// The reason to give.
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        match self {
            Self::Malformed(_) => ReasonCode::CodeMalformed,
            Self::Unsigned => ReasonCode::CodeUnsigned,
            Self::UnknownKey => ReasonCode::CodeUnknownKey,
            Self::Altered => ReasonCode::CodeAltered,
            Self::Expired => ReasonCode::CodeExpired,
            Self::Revoked => ReasonCode::CodeRevoked,
            Self::Stale => ReasonCode::CodeRevocationStale,
            Self::OtherKind => ReasonCode::CodeOtherKind,
        }
    }
}

/// A code whose signature held and whose time had come and not passed. Made only by [`verify`].
///
/// It is neither `Clone` nor `Deserialize`: holding one means that the check was done here. That a code works
/// at most once is for whoever spends it to enforce.
#[derive(Debug, PartialEq, Eq)]
pub struct VerifiedCode {
    code: DynamicCode,
}

impl VerifiedCode {
    /// What it says.
    #[must_use]
    pub const fn code(&self) -> &DynamicCode {
        &self.code
    }
}

/// Checks a scanned dynamic code against published keys, offline.
///
/// Amount and payee are read from the very objects that other wallets show (53, 54 and 26): there is no
/// second copy that could disagree. A right checksum never makes a code trustworthy.
///
/// # Errors
/// [`CodeError`]. A code whose objects can be walked and that carries our signature template is never
/// `Malformed` but `Altered`, also when only its checksum is wrong; `Expired` is said only of a genuine code.
pub fn verify(payload: &str, keys: &TrustedKeys, now: Instant) -> Result<VerifiedCode, CodeError> {
    let elements = tlv::walk(payload).map_err(CodeError::Malformed)?;
    checksum(payload, &elements)?;
    verify_decoded(payload, &Payload::unjudged(elements), keys, now)
}

/// The checksum, and what its failure means for a code that carries our signature or does not.
pub(crate) fn checksum(payload: &str, elements: &[Element<'_>]) -> Result<(), CodeError> {
    crc::check(payload, elements).map_err(|error| {
        if layout::carries_signature(elements) { CodeError::Altered } else { CodeError::Malformed(error) }
    })
}

/// [`verify`] for a payload that was decoded already.
pub(crate) fn verify_decoded(
    payload: &str,
    parsed: &Payload<'_>,
    keys: &TrustedKeys,
    now: Instant,
) -> Result<VerifiedCode, CodeError> {
    if !layout::carries_signature(parsed.elements()) {
        return Err(CodeError::Unsigned);
    }
    if parsed.initiation() == Some(Initiation::Static) {
        return Err(sticker::verify_decoded(payload, parsed, keys, now).err().unwrap_or(CodeError::OtherKind));
    }
    let parts = layout::read(payload, parsed).ok_or(CodeError::Altered)?;
    let code = parts.code;
    let key = keys.key(&code.kid, code.created_at, now)?;
    if !trust::holds(key, parts.signed.as_bytes(), &parts.signature) {
        return Err(CodeError::Altered);
    }
    short_life(&code)?;
    in_time(code.created_at, code.expires_at, now)?;
    Ok(VerifiedCode { code })
}

/// WHY: no terms that this provider signs live longer, so a key that leaked cannot make a code for ever.
pub(crate) fn short_life(code: &DynamicCode) -> Result<(), CodeError> {
    let life = code.expires_at.millis_since(code.created_at);
    if life > limits::LIFE_SECONDS_MAX.saturating_mul(1000) { Err(CodeError::Altered) } else { Ok(()) }
}

/// Whether a genuine code is valid at this moment, allowing for a reader's clock that is a little behind.
pub(crate) fn in_time(created_at: Instant, expires_at: Instant, now: Instant) -> Result<(), CodeError> {
    let latest = now.checked_add_seconds(limits::CLOCK_SKEW_SECONDS).unwrap_or(now);
    if expires_at <= now || created_at > latest { Err(CodeError::Expired) } else { Ok(()) }
}
