//! The rules of QRCPS-MPM v1.1 that real codes break without becoming unreadable.

use money::Currency;

use crate::emv::ids;
use crate::finding::{Finding, FindingKind, Findings, Weight};
use crate::tlv::{Element, Nesting, find};
use crate::{crc, limits, tables};

/// Whether a top-level ID is merchant account information.
pub(crate) const fn is_account(id: u8) -> bool {
    matches!(id, 2..=51)
}

/// Every broken rule: what is missing or ill-formed first, then the shape of each object in reading order.
pub(crate) fn findings(elements: &[Element<'_>]) -> Vec<Finding> {
    let mut found = Findings::default();
    found.opening(elements);
    found.presence(elements);
    found.formats(elements);
    found.amounts(elements);
    found.tips(elements);
    found.additional(elements);
    found.language(elements);
    found.shapes(elements, None);
    if let Some(checksum) = find(elements, crc::ID) {
        found.add(crc::is_lower_case(checksum.value), FindingKind::CrcLowerCase, checksum.at);
    }
    found.0
}

impl Findings {
    fn opening(&mut self, elements: &[Element<'_>]) {
        let opens = elements.first().is_some_and(|first| first.id == ids::FORMAT && first.value == "01");
        self.add(!opens, FindingKind::FormatNotFirst, 0);
        self.value(elements, ids::INITIATION, FindingKind::InitiationUnknown, |text| matches!(text, "11" | "12"));
        let dynamic = find(elements, ids::INITIATION).filter(|element| element.value == "12");
        if let Some(dynamic) = dynamic {
            self.add(find(elements, ids::AMOUNT).is_none(), FindingKind::DynamicWithoutAmount, dynamic.at);
        }
    }

    fn presence(&mut self, elements: &[Element<'_>]) {
        let end = end(elements);
        let accounts = elements.iter().any(|element| is_account(element.id));
        self.add(!accounts, FindingKind::AccountMissing, end);
        for (id, kind) in [
            (ids::CATEGORY, FindingKind::CategoryMissing),
            (ids::CURRENCY, FindingKind::CurrencyMissing),
            (ids::COUNTRY, FindingKind::CountryMissing),
            (ids::NAME, FindingKind::NameMissing),
            (ids::CITY, FindingKind::CityMissing),
        ] {
            self.add(find(elements, id).is_none(), kind, end);
        }
    }

    fn formats(&mut self, elements: &[Element<'_>]) {
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        self.value(elements, ids::CATEGORY, FindingKind::CategoryFormat, |text| digits(text, 4));
        self.value(elements, ids::CATEGORY, FindingKind::CategoryUnassigned, |text| {
            !digits(text, 4) || tables::category_group(text).is_some()
        });
        self.value(elements, ids::CURRENCY, FindingKind::CurrencyFormat, |text| digits(text, 3));
        self.value(elements, ids::CURRENCY, FindingKind::CurrencyUnknown, |text| {
            !digits(text, 3) || currency_of(text).is_some()
        });
        let capitals = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        self.value(elements, ids::COUNTRY, FindingKind::CountryFormat, capitals);
        self.value(elements, ids::COUNTRY, FindingKind::CountryUnknown, |text| {
            !capitals(text) || tables::is_country(text)
        });
        let fits = |max| move |text: &str| chars(text) <= max;
        self.value(elements, ids::NAME, FindingKind::NameTooLong, fits(limits::NAME_CHARS_MAX));
        self.value(elements, ids::CITY, FindingKind::CityTooLong, fits(limits::CITY_CHARS_MAX));
        self.value(elements, ids::POSTAL, FindingKind::PostalTooLong, fits(limits::POSTAL_CHARS_MAX));
        for id in [ids::NAME, ids::CITY, ids::POSTAL] {
            self.value(elements, id, FindingKind::TextNotLatin, |text| text.bytes().all(|b| matches!(b, b' '..=b'~')));
        }
    }

    /// ID 54: digits with at most one point, not zero, no finer than its currency.
    fn amounts(&mut self, elements: &[Element<'_>]) {
        self.value(elements, ids::AMOUNT, FindingKind::AmountFormat, is_amount);
        self.value(elements, ids::AMOUNT, FindingKind::AmountTooLong, |text| text.len() <= limits::AMOUNT_CHARS_MAX);
        self.value(elements, ids::AMOUNT, FindingKind::AmountZero, |text| !is_amount(text) || !is_zero(text));
        let currency = find(elements, ids::CURRENCY).and_then(|element| currency_of(element.value));
        if let Some(currency) = currency {
            let fits = |text: &str| decimals(text).trim_end_matches('0').len() <= usize::from(currency.exponent());
            self.value(elements, ids::AMOUNT, FindingKind::AmountDecimals, |text| !is_amount(text) || fits(text));
        }
    }

    /// ID 55 to 57.
    fn tips(&mut self, elements: &[Element<'_>]) {
        self.value(elements, ids::TIP, FindingKind::TipUnknown, |text| matches!(text, "01" | "02" | "03"));
        let tip = find(elements, ids::TIP).map(|element| element.value);
        for (id, wanted) in [(ids::FEE_FIXED, "02"), (ids::FEE_PERCENT, "03")] {
            let fee = find(elements, id);
            let at = fee.or(find(elements, ids::TIP)).map_or(0, |element| element.at);
            self.add(fee.is_some() != (tip == Some(wanted)), FindingKind::TipConflict, at);
        }
        self.value(elements, ids::FEE_FIXED, FindingKind::FeeFixedFormat, |text| {
            text.len() <= limits::AMOUNT_CHARS_MAX && is_amount(text) && !is_zero(text)
        });
        self.value(elements, ids::FEE_PERCENT, FindingKind::FeePercentFormat, |text| {
            let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
            text.len() <= 5 && is_amount(text) && !is_zero(text) && whole.len() <= 2 && decimals(text).len() <= 2
        });
    }

    /// ID 62: each datum has its own bound.
    fn additional(&mut self, elements: &[Element<'_>]) {
        let Some(template) = find(elements, ids::ADDITIONAL) else { return };
        for element in &template.children {
            let max = match element.id {
                1..=8 => 25,
                9 | 11 => 3,
                10 => 20,
                _ => limits::VALUE_CHARS_MAX,
            };
            self.add(chars(element.value) > max, FindingKind::AdditionalTooLong, element.at);
            self.add(matches!(element.id, 0 | 12..=49), FindingKind::ReservedId, element.at);
        }
        self.value(&template.children, 9, FindingKind::ConsumerRequestFormat, |text| {
            text.bytes().all(|byte| matches!(byte, b'A' | b'M' | b'E'))
        });
        self.value(&template.children, 11, FindingKind::ChannelFormat, |text| {
            matches!(text.as_bytes(), [b'0'..=b'7', b'0'..=b'3', b'0'..=b'3'])
        });
    }

    /// ID 64: the merchant in a second language.
    fn language(&mut self, elements: &[Element<'_>]) {
        let Some(template) = find(elements, ids::LANGUAGE) else { return };
        let complete = template.child(0).is_some() && template.child(1).is_some();
        self.add(!complete, FindingKind::LanguageIncomplete, template.at);
        self.value(&template.children, 0, FindingKind::LanguageFormat, |text| {
            text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        });
        for (id, max) in [(1, limits::NAME_CHARS_MAX), (2, limits::CITY_CHARS_MAX)] {
            self.value(&template.children, id, FindingKind::LanguageTooLong, |text| chars(text) <= max);
        }
    }

    fn shapes(&mut self, elements: &[Element<'_>], parent: Option<u8>) {
        let mut seen = 0_u128;
        let repeated = if parent.is_none() { FindingKind::RootIdRepeated } else { FindingKind::IdRepeated };
        for element in elements {
            let bit = 1_u128.checked_shl(u32::from(element.id)).unwrap_or_default();
            self.add(seen & bit != 0, repeated, element.at);
            seen |= bit;
            self.add(element.value.is_empty(), FindingKind::ValueEmpty, element.at);
            self.add(parent.is_none() && matches!(element.id, 65..=79), FindingKind::ReservedId, element.at);
            let template = Nesting::of(parent, element.id) == Nesting::Template;
            let flat = element.children.is_empty() && !element.value.is_empty();
            if template && flat {
                // Below the top level the standard leaves the content to the payment system.
                let weight = if parent.is_none() { Weight::Breaks } else { Weight::Strays };
                self.0.push(Finding { kind: FindingKind::TemplateNotObjects, at: element.at, weight });
            }
            let needs_name = template && !(parent.is_none() && matches!(element.id, ids::ADDITIONAL | ids::LANGUAGE));
            let named = element.children.first().is_none_or(|first| first.id == 0);
            self.add(needs_name && !named, FindingKind::IdentifierMissing, element.at);
            if parent.is_none() {
                let control = element.value.chars().position(char::is_control);
                let at = element.at.saturating_add(4).saturating_add(control.unwrap_or_default());
                self.add(control.is_some(), FindingKind::ControlCharacter, at);
            }
            self.shapes(&element.children, Some(element.id));
        }
    }

    pub(crate) fn value(&mut self, elements: &[Element<'_>], id: u8, kind: FindingKind, holds: impl Fn(&str) -> bool) {
        if let Some(element) = find(elements, id) {
            self.add(!element.value.is_empty() && !holds(element.value), kind, element.at);
        }
    }
}

/// Where something missing is reported: before the checksum, else after the last object.
pub(crate) fn end(elements: &[Element<'_>]) -> usize {
    let last = elements.last().map_or(0, |last| last.at.saturating_add(4).saturating_add(chars(last.value)));
    find(elements, crc::ID).map_or(last, |element| element.at)
}

/// Characters, not bytes.
pub(crate) fn chars(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// The currency of three digits.
pub(crate) fn currency_of(text: &str) -> Option<Currency> {
    Currency::from_numeric(text.parse().ok()?).ok()
}

/// `98`, `98.73` and `98.` are amounts (QRCPS-MPM v1.1, ID 54).
pub(crate) fn is_amount(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && digits(whole) && digits(decimals)
}

fn is_zero(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0' | b'.'))
}

fn decimals(text: &str) -> &str {
    text.split_once('.').map_or("", |(_, decimals)| decimals)
}
