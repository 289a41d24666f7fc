//! KHQR (National Bank of Cambodia, Bakong KHQR specification), with the error numbers its own kit gives.

use money::Instant;

use crate::crc;
use crate::emv::ids;
use crate::finding::{Finding, FindingKind, Findings};
use crate::rules::{chars, end};
use crate::tlv::{Element, find};

/// Creation and expiry, milliseconds since 1970.
const MOMENTS: u8 = 99;
const ACCOUNT_CHARS_MAX: usize = 32;
const UNION_PAY: u8 = 15;
const UNION_PAY_CHARS_MAX: usize = 31;

/// Whether a code names an account of Bakong, or carries its template of moments.
pub(super) fn is_ours(elements: &[Element<'_>]) -> bool {
    let bakong = |identifier: &str| identifier.contains('@') || identifier.starts_with("kh.gov.nbc");
    let account = elements.iter().filter(|element| matches!(element.id, 29 | 30));
    let moments = find(elements, MOMENTS).and_then(|template| template.child(0));
    account.filter_map(|element| element.child(0)).any(bakong) || moments.is_some_and(is_moment)
}

fn is_moment(text: &str) -> bool {
    text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn check(elements: &[Element<'_>], now: Instant, found: &mut Findings) {
    use FindingKind as K;
    found.insist(&[K::CategoryMissing, K::CategoryFormat, K::CurrencyMissing, K::CurrencyFormat, K::CountryMissing]);
    found.insist(&[K::CountryFormat, K::NameMissing, K::NameTooLong, K::CityMissing, K::CityTooLong]);
    found.insist(&[K::AmountFormat, K::AmountTooLong, K::InitiationUnknown, K::AdditionalTooLong, K::LanguageTooLong]);
    found.insist(&[K::LanguageIncomplete, K::LanguageFormat]);
    let length = |id, kind, found: &mut Findings| {
        if let Some(element) = find(elements, id) {
            found.refuse(chars(element.value) != 2, kind, element.at);
        }
    };
    found.refuse(find(elements, ids::FORMAT).is_none(), K::FormatNotFirst, 0);
    length(ids::FORMAT, K::FormatLength, found);
    length(ids::INITIATION, K::InitiationLength, found);
    accounts(elements, found);
    for (id, missing) in [(ids::NAME, K::NameMissing), (ids::CITY, K::CityMissing)] {
        if let Some(element) = find(elements, id) {
            found.refuse(element.value.is_empty(), missing, element.at);
        }
    }
    if let Some(additional) = find(elements, ids::ADDITIONAL) {
        for datum in additional.children.iter().filter(|datum| matches!(datum.id, 1..=3 | 7 | 8)) {
            found.refuse(datum.value.is_empty(), K::ValueEmpty, datum.at);
        }
    }
    if let Some(currency) = find(elements, ids::CURRENCY) {
        found.refuse(!matches!(currency.value, "116" | "840"), K::NetworkCurrency, currency.at);
    }
    moments(elements, now, found);
}

/// 29 is a person, 30 a merchant; the account stands in 00, or in 01 below the network's own name.
fn accounts(elements: &[Element<'_>], found: &mut Findings) {
    use FindingKind as K;
    let Some(template) = elements.iter().find(|element| matches!(element.id, 29 | 30)) else {
        return found.refuse(true, K::AccountMissing, end(elements));
    };
    let named = template.child(0).is_some_and(|identifier| identifier.starts_with("kh.gov.nbc"));
    match find(&template.children, if named { 1 } else { 0 }).filter(|account| !account.value.is_empty()) {
        None => found.refuse(true, K::AccountIdMissing, template.at),
        Some(account) => {
            let parts = account.value.split_once('@');
            let holds = parts.is_some_and(|(name, bank)| !name.is_empty() && !bank.is_empty() && !bank.contains('@'));
            found.refuse(chars(account.value) > ACCOUNT_CHARS_MAX, K::AccountIdTooLong, account.at);
            found.refuse(!holds, K::AccountIdFormat, account.at);
        }
    }
    for part in template.children.iter().filter(|part| matches!(part.id, 1 | 2)) {
        found.refuse(chars(part.value) > ACCOUNT_CHARS_MAX, K::AccountPartTooLong, part.at);
    }
    if let Some(second) = find(elements, UNION_PAY) {
        let dollars = find(elements, ids::CURRENCY).is_some_and(|currency| currency.value == "840");
        found.refuse(chars(second.value) > UNION_PAY_CHARS_MAX, K::UpiAccountTooLong, second.at);
        found.refuse(dollars, K::UpiCurrency, second.at);
    }
}

/// A code for one payment names its amount and its end.
fn moments(elements: &[Element<'_>], now: Instant, found: &mut Findings) {
    use FindingKind as K;
    let Some(dynamic) = find(elements, ids::INITIATION).filter(|element| element.value == "12") else { return };
    found.refuse(find(elements, ids::AMOUNT).is_none(), K::AmountMissing, dynamic.at);
    let template = find(elements, MOMENTS);
    let Some(expiry) = template.and_then(|template| find(&template.children, 1)) else {
        return found.refuse(true, K::ExpiryMissing, template.map_or_else(|| end(elements), |template| template.at));
    };
    if !is_moment(expiry.value) {
        return found.refuse(true, K::ExpiryLength, expiry.at);
    }
    let millis = |text: &str| text.parse::<i64>().unwrap_or_default();
    let created = template.and_then(|template| template.child(0)).filter(|text| is_moment(text)).map_or(0, millis);
    let expires = millis(expiry.value);
    found.refuse(expires < created, K::ExpiryBeforeCreation, expiry.at);
    found.add(expires < now.unix_millis(), K::CodeExpired, expiry.at);
}

/// The number that Bakong's kit gives for a finding.
pub(super) fn number(finding: Finding, elements: &[Element<'_>]) -> Option<u16> {
    use FindingKind as K;
    Some(match finding.kind {
        K::AccountIdMissing => 1,
        K::NameMissing => 2,
        K::AccountIdFormat => 3,
        K::AmountFormat | K::AmountTooLong => 4,
        K::AccountMissing => 5,
        K::AccountIdTooLong => 6,
        K::NameTooLong => 7,
        K::IdNotDigits | K::LengthNotDigits | K::Truncated => unread(elements),
        K::Empty | K::TooLong | K::CrcMismatch => 8,
        K::CrcNotHex => unread(elements),
        K::CurrencyMissing => 9,
        K::AdditionalTooLong | K::ValueEmpty => return datum(finding.at, elements),
        K::FormatLength => 16,
        K::InitiationLength => 17,
        K::CategoryFormat => 18,
        K::CurrencyFormat => 19,
        K::CountryFormat => 20,
        K::CityTooLong => 21,
        K::FormatNotFirst => 23,
        K::CrcMissing => 24,
        K::CategoryMissing => 25,
        K::CountryMissing => 26,
        K::CityMissing => 27,
        K::NetworkCurrency => 28,
        K::AccountPartTooLong => 35,
        K::LanguageIncomplete => 37,
        K::LanguageFormat => 38,
        K::LanguageTooLong => 40,
        K::UpiAccountTooLong => 43,
        K::UpiCurrency => 44,
        K::ExpiryMissing => 45,
        K::CodeExpired => 46,
        K::AmountMissing => 47,
        K::InitiationUnknown => 48,
        K::ExpiryLength => 49,
        K::ExpiryBeforeCreation => 50,
        _ => return None,
    })
}

/// Objects that cannot be read to the end: without a checksum that is what is missing, else its length may be wrong.
fn unread(elements: &[Element<'_>]) -> u16 {
    match find(elements, crc::ID) {
        None => 24,
        Some(checksum) if chars(checksum.value) != 4 => 22,
        Some(_) => 8,
    }
}

/// Each datum of ID 62 has a number of its own.
fn datum(at: usize, elements: &[Element<'_>]) -> Option<u16> {
    let data = find(elements, ids::ADDITIONAL)?;
    Some(match data.children.iter().find(|datum| datum.at == at)?.id {
        1 => 10,
        2 => 34,
        3 => 11,
        7 => 12,
        8 => 42,
        _ => return None,
    })
}
