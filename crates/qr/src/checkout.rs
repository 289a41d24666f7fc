//! Farthing's checkout link: the terms of one payment as a web address, signed whole.
//!
//! Everything stands in the fragment, which no browser sends to the server. Layout: `docs/codes.md`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Currency, Instant};
use url::Url;

use crate::trust;
use crate::{CodeError, DecodeError, DecodeErrorKind, DynamicCode, MakeError, TrustedKeys, dynamic, layout, limits};

/// What stands between page and terms.
const OPENING: &str = "#i=int_";
/// What stands between terms and signature.
const CLOSING: &str = "&s=";
/// The names of the terms, in their only order.
const NAMES: [&str; 8] = ["i", "p", "c", "a", "t", "e", "q", "k"];

/// A checkout link whose signature held and whose time had come and not passed. Made only by [`verify_link`].
#[derive(Debug, PartialEq, Eq)]
pub struct VerifiedLink {
    page: String,
    code: DynamicCode,
}

impl VerifiedLink {
    /// The page it opens, without the terms; it was signed too.
    #[must_use]
    pub fn page(&self) -> &str {
        &self.page
    }

    /// What it says.
    #[must_use]
    pub const fn code(&self) -> &DynamicCode {
        &self.code
    }
}

/// Whether a text is, or was, a checkout link of ours.
pub(crate) fn is_ours(text: &str) -> bool {
    text.contains(OPENING) && text.contains(CLOSING)
}

/// Makes a signed checkout link for `page`, an `https` address without query, port and fragment.
///
/// `sign` is given every byte before the signature and answers with an Ed25519 signature (RFC 8032).
///
/// # Errors
/// [`MakeError`], before anything is signed.
pub fn make_link(code: &DynamicCode, page: &str, sign: impl FnOnce(&[u8]) -> [u8; 64]) -> Result<String, MakeError> {
    let signed = write(code, page)?;
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    Ok(format!("{signed}{CLOSING}{signature}"))
}

/// Checks a checkout link against published keys, offline.
///
/// # Errors
/// [`CodeError`]; `Unsigned` for any other text.
pub fn verify_link(text: &str, keys: &TrustedKeys, now: Instant) -> Result<VerifiedLink, CodeError> {
    if text.len() > limits::SCANNED_BYTES_MAX {
        return Err(CodeError::Malformed(DecodeError {
            kind: DecodeErrorKind::TooLong,
            at: limits::CHECKOUT_CHARS_MAX,
        }));
    }
    if !is_ours(text) {
        return Err(CodeError::Unsigned);
    }
    let (page, code, signed, signature) = read(text).ok_or(CodeError::Altered)?;
    let key = keys.key(&code.kid, code.created_at, now)?;
    if !trust::holds(key, signed.as_bytes(), &signature) {
        return Err(CodeError::Altered);
    }
    dynamic::short_life(&code)?;
    dynamic::in_time(code.created_at, code.expires_at, now)?;
    Ok(VerifiedLink { page: page.to_owned(), code })
}

/// Everything that is signed: the page and its terms.
fn write(code: &DynamicCode, page: &str) -> Result<String, MakeError> {
    layout::check_terms(code.created_at, code.expires_at, &code.kid)?;
    if !is_page(page) {
        return Err(MakeError::Page);
    }
    let amount = layout::write_amount(code.amount).ok_or(MakeError::Amount)?;
    let values = [
        code.intent.to_string(),
        code.payee.to_string(),
        code.amount.currency().code().to_owned(),
        amount,
        code.created_at.unix_seconds().to_string(),
        code.expires_at.unix_seconds().to_string(),
        code.quote.to_string(),
        code.kid.clone(),
    ];
    let pairs: Vec<String> = NAMES.iter().zip(values).map(|(name, value)| format!("{name}={value}")).collect();
    Ok(format!("{page}#{}", pairs.join("&")))
}

/// Takes a link apart; `None` when it is not in the one spelling that [`write`] gives it.
fn read(text: &str) -> Option<(&str, DynamicCode, &str, [u8; 64])> {
    let (signed, signature) = text.rsplit_once(CLOSING)?;
    let (page, terms) = signed.split_once('#')?;
    let mut pairs = terms.split('&').map(|pair| pair.split_once('='));
    let mut next = |name: &str| pairs.next()?.filter(|(given, _)| *given == name).map(|(_, value)| value);
    let mut values = Vec::with_capacity(NAMES.len());
    for name in NAMES {
        values.push(next(name)?);
    }
    let [intent, payee, currency, amount, created, expires, quote, kid] = values.try_into().ok()?;
    let currency: Currency = currency.parse().ok()?;
    let code = DynamicCode {
        intent: intent.parse().ok()?,
        payee: payee.parse().ok()?,
        amount: layout::read_amount(amount, currency)?,
        created_at: Instant::from_unix_seconds(created.parse().ok()?),
        expires_at: Instant::from_unix_seconds(expires.parse().ok()?),
        quote: quote.parse().ok()?,
        kid: kid.to_owned(),
    };
    (write(&code, page).ok()? == signed).then_some((page, code, signed, trust::bytes(signature)?))
}

/// An address with one reading: `https`, a lower-case host of letters, and a path without escapes.
fn is_page(page: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~' | ':');
    page.len() <= limits::CHECKOUT_PAGE_CHARS_MAX
        && page.chars().all(plain)
        && Url::parse(page).is_ok_and(|url| {
            url.as_str() == page
                && url.scheme() == "https"
                && url.port().is_none()
                && url.domain().is_some_and(|domain| domain.contains('.') && !domain.ends_with('.'))
        })
}
