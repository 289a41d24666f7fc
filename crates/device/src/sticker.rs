//! A scanned sticker: read offline, and held against the terms that were made from it.

use money::{Amount, Instant, PayerId};
use protocol::{QuoteCore, Via, taker};

use crate::shown::{ShowError, Shown};

/// Checks a scanned sticker against the terms made from it: the signature holds, payee and serial are the ones it names,
/// the amount is the one the payer `entered`, and the terms are for this payer.
///
/// # Errors
/// [`ShowError`]: nothing may be signed.
pub fn check_sticker(
    payload: &str,
    core: QuoteCore,
    (payer, entered): (PayerId, Amount),
    keys: &qr::TrustedKeys,
    now: Instant,
) -> Result<Shown, ShowError> {
    let verified = qr::verify_static(payload, keys, now)?;
    let code = verified.code();
    if !verified.allows(entered) {
        return Err(ShowError::Amount);
    }
    let counter = core.counter.filter(|counter| counter.taker == Some(taker(core.intent, payer)));
    if counter.is_none_or(|counter| counter.serial.to_string() != code.serial) {
        return Err(ShowError::OtherIntent);
    }
    if code.payee != core.payee.id || core.amount != entered {
        return Err(ShowError::OtherTerms);
    }
    Shown::new(core, Via::Code { payload: payload.to_owned(), scan: None }, now)
}
