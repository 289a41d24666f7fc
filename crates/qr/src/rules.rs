//! The rules of QRCPS-MPM v1.1 that real codes break without becoming unreadable.

use crate::emv::ids;
use crate::tlv::{Element, Nesting, find};
use crate::{crc, limits};

/// One broken rule, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub kind: FindingKind,
    /// The character (not byte) of the object concerned, from 0; the end of the objects for one that is missing.
    pub at: usize,
}

macro_rules! kinds {
    ($($name:ident $code:literal $doc:literal)+) => {
        /// Which rule of EMVCo QRCPS-MPM v1.1 a readable code breaks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum FindingKind {
            $(#[doc = $doc] $name,)+
        }

        impl FindingKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Its stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }
        }
    };
}

kinds! {
    FormatNotFirst "format_not_first" "ID 00 is not the first object or not `01`."
    InitiationUnknown "initiation_unknown" "ID 01 is neither `11` nor `12`."
    AccountMissing "account_missing" "No merchant account information, IDs 02–51."
    CategoryMissing "category_missing" "No ID 52."
    CurrencyMissing "currency_missing" "No ID 53."
    CountryMissing "country_missing" "No ID 58."
    NameMissing "name_missing" "No ID 59."
    CityMissing "city_missing" "No ID 60."
    CategoryFormat "category_format" "ID 52 is not four digits."
    CurrencyFormat "currency_format" "ID 53 is not three digits."
    AmountFormat "amount_format" "ID 54 is not digits with at most one `.`, or longer than 13 characters."
    CountryFormat "country_format" "ID 58 is not two capital letters."
    NameTooLong "name_too_long" "ID 59 has more than 25 characters."
    CityTooLong "city_too_long" "ID 60 has more than 15 characters."
    TipUnknown "tip_unknown" "ID 55 is none of `01`, `02`, `03`."
    TipConflict "tip_conflict" "ID 56 goes with ID 55 `02` only, and ID 57 with `03` only."
    LanguageIncomplete "language_incomplete" "ID 64 lacks its language (00) or name (01)."
    IdentifierMissing "identifier_missing" "A template that must begin with a globally unique identifier (00) does not."
    TemplateNotObjects "template_not_objects" "A template holds plain text instead of objects."
    ValueEmpty "value_empty" "A length of zero; the standard counts from 01."
    IdRepeated "id_repeated" "An ID stands twice on one level."
    CrcLowerCase "crc_lower_case" "The checksum is written in lower case; the standard writes upper case."
}

/// Whether a top-level ID is merchant account information.
pub(crate) const fn is_account(id: u8) -> bool {
    matches!(id, 2..=51)
}

/// Every broken rule: what is missing or ill-formed first, then the shape of each object in reading order.
pub(crate) fn findings(elements: &[Element]) -> Vec<Finding> {
    let mut found = Findings(Vec::new());
    found.opening(elements);
    found.presence(elements);
    found.formats(elements);
    found.tips(elements);
    found.shapes(elements, None);
    if let Some(checksum) = find(elements, crc::ID) {
        found.add(crc::is_lower_case(&checksum.value), FindingKind::CrcLowerCase, checksum.at);
    }
    found.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, broken: bool, kind: FindingKind, at: usize) {
        if broken {
            self.0.push(Finding { kind, at });
        }
    }

    fn opening(&mut self, elements: &[Element]) {
        let opens = elements.first().is_some_and(|first| first.id == ids::FORMAT && first.value == "01");
        self.add(!opens, FindingKind::FormatNotFirst, 0);
        self.value(elements, ids::INITIATION, FindingKind::InitiationUnknown, |text| matches!(text, "11" | "12"));
    }

    fn presence(&mut self, elements: &[Element]) {
        let end = find(elements, crc::ID).map_or(0, |element| element.at);
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

    fn formats(&mut self, elements: &[Element]) {
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        self.value(elements, ids::CATEGORY, FindingKind::CategoryFormat, |text| digits(text, 4));
        self.value(elements, ids::CURRENCY, FindingKind::CurrencyFormat, |text| digits(text, 3));
        self.value(elements, ids::AMOUNT, FindingKind::AmountFormat, is_amount);
        self.value(elements, ids::COUNTRY, FindingKind::CountryFormat, |text| {
            text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
        });
        let fits = |max| move |text: &str| text.chars().count() <= max;
        self.value(elements, ids::NAME, FindingKind::NameTooLong, fits(limits::NAME_CHARS_MAX));
        self.value(elements, ids::CITY, FindingKind::CityTooLong, fits(limits::CITY_CHARS_MAX));
        if let Some(language) = find(elements, ids::LANGUAGE) {
            let complete = language.child(0).is_some() && language.child(1).is_some();
            self.add(!complete, FindingKind::LanguageIncomplete, language.at);
        }
    }

    fn tips(&mut self, elements: &[Element]) {
        self.value(elements, ids::TIP, FindingKind::TipUnknown, |text| matches!(text, "01" | "02" | "03"));
        let tip = find(elements, ids::TIP).map(|element| element.value.as_str());
        for (id, wanted) in [(ids::FEE_FIXED, "02"), (ids::FEE_PERCENT, "03")] {
            let fee = find(elements, id);
            let at = fee.or(find(elements, ids::TIP)).map_or(0, |element| element.at);
            self.add(fee.is_some() != (tip == Some(wanted)), FindingKind::TipConflict, at);
        }
    }

    fn shapes(&mut self, elements: &[Element], parent: Option<u8>) {
        let mut seen = [false; 100];
        for element in elements {
            if let Some(slot) = seen.get_mut(usize::from(element.id)) {
                self.add(*slot, FindingKind::IdRepeated, element.at);
                *slot = true;
            }
            self.add(element.value.is_empty(), FindingKind::ValueEmpty, element.at);
            let nesting = Nesting::of(parent, element.id);
            let flat = element.children.is_empty() && !element.value.is_empty();
            self.add(nesting == Nesting::Tolerated && flat, FindingKind::TemplateNotObjects, element.at);
            let named = element.children.first().is_none_or(|first| first.id == 0);
            let needs_name = nesting == Nesting::Tolerated || is_account(element.id) && parent.is_none();
            self.add(needs_name && !named, FindingKind::IdentifierMissing, element.at);
            self.shapes(&element.children, Some(element.id));
        }
    }

    fn value(&mut self, elements: &[Element], id: u8, kind: FindingKind, holds: impl Fn(&str) -> bool) {
        if let Some(element) = find(elements, id) {
            self.add(!element.value.is_empty() && !holds(&element.value), kind, element.at);
        }
    }
}

/// `98`, `98.73` and `98.` are amounts (QRCPS-MPM v1.1, ID 54).
fn is_amount(text: &str) -> bool {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= limits::AMOUNT_CHARS_MAX && !whole.is_empty() && digits(whole) && digits(decimals)
}
