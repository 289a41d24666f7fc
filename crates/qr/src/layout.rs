//! Where everything stands in a signed dynamic code, and the one way to write it.

use std::borrow::Cow;

use money::{Amount, Currency, Instant};

use crate::emv::{Payload, PayloadBuilder, ids};
use crate::{CodeText, DynamicCode, Element, LocalText, MakeError, limits, trust};

/// The globally unique identifier of every template that is ours: five characters, so that a signature of 86
/// and its object still fit the 99 characters of one template.
pub(crate) const GUI: &str = "farth";
/// Our merchant account template: 01 payee.
pub(crate) const ACCOUNT: u8 = 26;
/// 01 intent, 02 created, 03 expires (Unix seconds).
pub(crate) const TERMS: u8 = 80;
/// 01 digest of the quote core, 02 key id.
pub(crate) const QUOTE: u8 = 81;
/// 01 the signature over every byte before this template.
const SIGNATURE: u8 = 82;

/// Whether one of our signature templates is among the objects of the top level.
pub(crate) fn carries_signature(elements: &[Element<'_>]) -> bool {
    elements.iter().any(|element| element.id == SIGNATURE && element.child(0) == Some(GUI))
}

/// Whether the code names us as the payment network.
pub(crate) fn names_us(elements: &[Element<'_>]) -> bool {
    elements.iter().any(|element| crate::rules::is_account(element.id) && element.child(0) == Some(GUI))
}

/// Everything that is signed: all objects before the signature template.
pub(crate) fn write(code: &DynamicCode, text: &CodeText) -> Result<PayloadBuilder, MakeError> {
    check(code.created_at, code.expires_at, &code.kid, text)?;
    let intent = code.intent.to_string();
    let payee = code.payee.to_string();
    let created = code.created_at.unix_seconds().to_string();
    let expires = code.expires_at.unix_seconds().to_string();
    let currency = code.amount.currency().numeric();
    let builder = PayloadBuilder::roomy()
        .value(ids::FORMAT, "01")
        .value(ids::INITIATION, "12")
        .template(ACCOUNT, &[(0, GUI), (1, &payee)])
        .value(ids::CATEGORY, &text.category)
        .value(ids::CURRENCY, &format!("{currency:03}"))
        .value(ids::AMOUNT, &write_amount(code.amount).ok_or(MakeError::Amount)?);
    Ok(words(builder, text)?
        .template(TERMS, &[(0, GUI), (1, &intent), (2, &created), (3, &expires)])
        .template(QUOTE, &[(0, GUI), (1, &code.quote.to_string()), (2, &code.kid)]))
}

/// Adds what people read: country, name, city, and both in the payee's own language.
pub(crate) fn words(builder: PayloadBuilder, text: &CodeText) -> Result<PayloadBuilder, MakeError> {
    let mut builder = builder
        .value(ids::COUNTRY, &text.country)
        .value(ids::NAME, &latin(&text.name, limits::NAME_CHARS_MAX)?)
        .value(ids::CITY, &latin(&text.city, limits::CITY_CHARS_MAX)?);
    if let Some(local) = &text.local {
        let name = cut(&local.name, limits::NAME_CHARS_MAX)?;
        let city = local.city.as_deref().map(|city| cut(city, limits::CITY_CHARS_MAX)).transpose()?;
        let mut objects = vec![(0, local.language.as_str()), (1, name.as_str())];
        objects.extend(city.as_deref().map(|city| (2, city)));
        builder = builder.template(ids::LANGUAGE, &objects);
    }
    Ok(builder)
}

/// Adds the signature template, which is the last object before the checksum.
pub(crate) fn sign(builder: PayloadBuilder, signature: &str) -> PayloadBuilder {
    builder.template(SIGNATURE, &[(0, GUI), (1, signature)])
}

/// A code taken apart: what it says, the bytes that are signed, and the signature.
pub(crate) struct Parts<'a> {
    pub(crate) code: DynamicCode,
    pub(crate) signed: &'a str,
    pub(crate) signature: [u8; 64],
}

/// Takes a code apart; `None` when it is not written exactly as [`write`] and [`sign`] write it.
///
/// INVARIANT: a code has one spelling. What was read is written again and compared, so there is no second
/// place, order, number form or extra object that another reader might believe instead.
pub(crate) fn read<'a>(payload: &'a str, parsed: &Payload<'_>) -> Option<Parts<'a>> {
    let (signed, written) = split(payload, parsed)?;
    let signature = trust::bytes(written)?;
    let code = read_code(parsed)?;
    let text = read_text(parsed)?;
    let again = sign(write(&code, &text).ok()?, written);
    spells(again, payload).then_some(Parts { code, signed, signature })
}

/// Whether `payload`, whose checksum holds, is `again` closed by it.
pub(crate) fn spells(again: PayloadBuilder, payload: &str) -> bool {
    let Some((body, checksum)) = payload.len().checked_sub(CLOSING_CHARS).and_then(|at| payload.split_at_checked(at))
    else {
        return false;
    };
    // The standard, and whoever writes ours, write it in capitals.
    let capital = !checksum.bytes().any(|byte| byte.is_ascii_lowercase());
    capital && again.body().is_ok_and(|again| again == body)
}

/// The checksum object: `6304` and four characters.
const CLOSING_CHARS: usize = 8;

/// What is signed, and the signature as it is written: the last object before the checksum.
pub(crate) fn split<'a, 'b>(payload: &'a str, parsed: &'b Payload<'_>) -> Option<(&'a str, &'b str)> {
    let [before @ .., last, checksum] = parsed.elements() else { return None };
    if last.id != SIGNATURE || before.is_empty() {
        return None;
    }
    // Objects follow each other, each after four ASCII digits: what stands behind the signed part is as long as this.
    let behind = [last, checksum].map(|element| element.value.len().saturating_add(4));
    let start = behind.iter().try_fold(payload.len(), |left, length| left.checked_sub(*length))?;
    Some((payload.get(..start)?, last.child(1)?))
}

fn read_code(parsed: &Payload<'_>) -> Option<DynamicCode> {
    let at = |template: u8, id: u8| parsed.element(template)?.child(id);
    let seconds = |id| at(TERMS, id)?.parse().ok().map(Instant::from_unix_seconds);
    let currency = Currency::from_numeric(parsed.currency_numeric()?.parse().ok()?).ok()?;
    Some(DynamicCode {
        intent: at(TERMS, 1)?.parse().ok()?,
        payee: at(ACCOUNT, 1)?.parse().ok()?,
        amount: read_amount(parsed.amount()?, currency)?,
        created_at: seconds(2)?,
        expires_at: seconds(3)?,
        quote: at(QUOTE, 1)?.parse().ok()?,
        kid: at(QUOTE, 2)?.to_owned(),
    })
}

pub(crate) fn read_text(parsed: &Payload<'_>) -> Option<CodeText> {
    let local = parsed.element(ids::LANGUAGE).map(|template| {
        Some(LocalText {
            language: template.child(0)?.to_owned(),
            name: template.child(1)?.to_owned(),
            city: template.child(2).map(str::to_owned),
        })
    });
    Some(CodeText {
        name: parsed.merchant_name()?.to_owned(),
        city: parsed.merchant_city()?.to_owned(),
        category: parsed.category()?.to_owned(),
        country: parsed.country()?.to_owned(),
        local: match local {
            Some(local) => Some(local?),
            None => None,
        },
    })
}

/// The moments and the key's name of any kind of code.
pub(crate) fn check_terms(created_at: Instant, expires_at: Instant, kid: &str) -> Result<(), MakeError> {
    let instants = 0..=i64::from(u32::MAX);
    if !instants.contains(&created_at.unix_seconds()) || !instants.contains(&expires_at.unix_seconds()) {
        return Err(MakeError::Instant);
    }
    if trust::is_kid(kid) { Ok(()) } else { Err(MakeError::Kid) }
}

/// [`check_terms`], and the words of a code.
pub(crate) fn check(created: Instant, expires: Instant, kid: &str, text: &CodeText) -> Result<(), MakeError> {
    let all = |text: &str, count, holds: fn(&u8) -> bool| text.len() == count && text.as_bytes().iter().all(holds);
    check_terms(created, expires, kid)?;
    if !all(&text.category, 4, u8::is_ascii_digit) {
        return Err(MakeError::Category);
    }
    if !all(&text.country, 2, u8::is_ascii_uppercase) {
        return Err(MakeError::Country);
    }
    if text.local.as_ref().is_some_and(|local| !all(&local.language, 2, u8::is_ascii_lowercase)) {
        return Err(MakeError::Language);
    }
    Ok(())
}

/// Text of ID 59 and 60: printable ASCII ("ANS", QRCPS-MPM), anything else a `?`.
fn latin(text: &str, max: usize) -> Result<String, MakeError> {
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if printable {
        return cut(text, max);
    }
    let safe: String = text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
    cut(&safe, max)
}

/// The first `max` characters, without space at either end.
fn cut(text: &str, max: usize) -> Result<String, MakeError> {
    let whole = text.trim();
    let fits = whole.len() <= max && whole.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let head: Cow<'_, str> =
        if fits { whole.into() } else { whole.chars().filter(|c| !c.is_control()).take(max).collect() };
    let head = head.trim_start();
    let head = head.trim_end();
    if head.is_empty() { Err(MakeError::Name) } else { Ok(head.to_owned()) }
}

/// An amount as ID 54 writes it, with exactly the decimals of its currency: `4500` KRW, `12.34` EUR.
pub(crate) fn write_amount(amount: Amount) -> Option<String> {
    let minor = amount.positive().ok()?.minor().to_string();
    let decimals = usize::from(amount.currency().exponent());
    let text = if decimals == 0 {
        minor
    } else {
        let padded = format!("{minor:0>width$}", width = decimals.saturating_add(1));
        let (whole, part) = padded.split_at_checked(padded.len().saturating_sub(decimals))?;
        format!("{whole}.{part}")
    };
    (text.len() <= limits::AMOUNT_CHARS_MAX).then_some(text)
}

/// The amount of ID 54. Other spellings of the same sum are caught by writing it again.
pub(crate) fn read_amount(text: &str, currency: Currency) -> Option<Amount> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() != usize::from(currency.exponent()) {
        return None;
    }
    let minor = format!("{whole}{decimals}").parse().ok()?;
    Some(Amount::new(minor, currency))
}
