//! The shorter rulebooks: PromptPay, VietQR, SGQR and `PayNow`, Hong Kong FPS, QRIS, BharatQR, and Argentina.

use money::Instant;

use super::check_digits::{is_cbu, is_cuit, is_luhn, is_thai_number, is_uen};
use crate::emv::ids;
use crate::finding::{FindingKind, Findings};
use crate::rules::is_account;
use crate::tlv::{Element, find};

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Account templates whose identifier begins like this.
fn named<'e, 'a>(elements: &'e [Element<'a>], prefix: &'e str) -> impl Iterator<Item = &'e Element<'a>> {
    elements.iter().filter(move |element| {
        let head = element.child(0).and_then(|identifier| identifier.get(..prefix.len()));
        is_account(element.id) && head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    })
}

/// Bank of Thailand: a phone (01), a citizen or tax number (02), an e-wallet (03); or a biller (A000000677010112).
pub(super) fn prompt_pay(elements: &[Element<'_>], found: &mut Findings) {
    for template in named(elements, "A00000067701011") {
        let biller = template.child(0).is_some_and(|identifier| identifier.ends_with('2'));
        let payees =
            template.children.iter().filter(|child| if biller { child.id == 1 } else { (1..=4).contains(&child.id) });
        found.add(payees.clone().next().is_none(), FindingKind::PayeeMissing, template.at);
        for payee in payees {
            let text = payee.value;
            let holds = match payee.id {
                _ if biller => digits(text) && matches!(text.len(), 13 | 15),
                1 => digits(text) && text.len() == 13,
                2 => digits(text) && text.len() == 13,
                3 => digits(text) && text.len() == 15,
                _ => text.len() <= 43,
            };
            found.add(!holds, FindingKind::PayeeFormat, payee.at);
            found.add(holds && !biller && payee.id == 2 && !is_thai_number(text), FindingKind::CheckDigit, payee.at);
        }
    }
}

/// NAPAS: 01 holds the bank's six digits and the account, 02 the service.
pub(super) fn viet_qr(elements: &[Element<'_>], found: &mut Findings) {
    for template in named(elements, "A000000727") {
        let Some(payee) = find(&template.children, 1) else {
            found.add(true, FindingKind::PayeeMissing, template.at);
            continue;
        };
        let inner = crate::tlv::survey(payee.value).0;
        let at = |element: &Element<'_>| payee.at.saturating_add(4).saturating_add(element.at);
        let bank = find(&inner, 0).filter(|bank| bank.value.len() == 6 && digits(bank.value));
        found.add(bank.is_none(), FindingKind::InstitutionFormat, payee.at);
        match find(&inner, 1) {
            None => found.add(true, FindingKind::PayeeMissing, payee.at),
            Some(account) => {
                let holds = account.value.len() <= 19 && account.value.bytes().all(|byte| byte.is_ascii_alphanumeric());
                found.add(!holds, FindingKind::PayeeFormat, at(account));
            }
        }
        if let Some(service) = find(&template.children, 2) {
            found.add(
                !matches!(service.value, "QRIBFTTA" | "QRIBFTTC" | "QRPUSH"),
                FindingKind::ServiceUnknown,
                service.at,
            );
        }
    }
}

/// `PayNow`: 01 what 02 is (0 a phone, 2 a company), 03 whether the amount may change, 04 the last day.
pub(super) fn sgqr(elements: &[Element<'_>], now: Instant, found: &mut Findings) {
    for template in named(elements, "SG.PAYNOW") {
        let kind = template.child(1);
        if let Some(element) = find(&template.children, 1) {
            found.add(!matches!(element.value, "0" | "2" | "3"), FindingKind::ServiceUnknown, element.at);
        }
        match find(&template.children, 2) {
            None => found.add(true, FindingKind::PayeeMissing, template.at),
            Some(payee) => {
                let phone = payee.value.strip_prefix('+').is_some_and(|rest| digits(rest) && rest.len() <= 15);
                let company = (9..=13).contains(&payee.value.len())
                    && payee.value.bytes().all(|byte| byte.is_ascii_alphanumeric());
                let holds = match kind {
                    Some("0") => phone,
                    Some("2") => company,
                    _ => true,
                };
                found.add(!holds, FindingKind::PayeeFormat, payee.at);
                found.add(kind == Some("2") && company && !is_company(payee.value), FindingKind::CheckDigit, payee.at);
            }
        }
        if let Some(last) = find(&template.children, 4) {
            found.add(!(digits(last.value) && matches!(last.value.len(), 8 | 14)), FindingKind::MomentFormat, last.at);
            // Singapore is eight hours ahead; the day itself still counts.
            let end = day(last.value).and_then(|day| Instant::from_unix_seconds(day).checked_add_seconds(16 * 3_600));
            found.add(end.is_some_and(|end| end <= now), FindingKind::CodeExpired, last.at);
        }
    }
}

/// A UEN, which may be followed by up to three characters that name a branch.
fn is_company(text: &str) -> bool {
    (text.len().saturating_sub(3)..=text.len()).any(|end| text.get(..end).is_some_and(is_uen))
}

/// The Unix second at which a day `YYYYMMDD` begins (proleptic Gregorian, UTC).
fn day(text: &str) -> Option<i64> {
    let part = |from, to| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let era_day = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    Some((era_day - 719_468) * 86_400)
}

/// HKMA: 02 an FPS number, 03 a phone, 04 an address; one of them.
pub(super) fn hk_fps(elements: &[Element<'_>], found: &mut Findings) {
    for template in named(elements, "hk.com.hkicl") {
        let payees = template.children.iter().filter(|child| (2..=4).contains(&child.id) && !child.value.is_empty());
        found.add(payees.clone().next().is_none(), FindingKind::PayeeMissing, template.at);
        for payee in payees {
            let text = payee.value;
            let holds = match payee.id {
                2 => digits(text) && matches!(text.len(), 7 | 9),
                3 => text.strip_prefix('+').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'-')),
                _ => text.contains('@'),
            };
            found.add(!holds, FindingKind::PayeeFormat, payee.at);
        }
    }
}

/// An Indonesian account number begins with 9360 and stands in 01 of a template 26–45.
pub(super) fn is_qris(elements: &[Element<'_>]) -> bool {
    let indonesia = find(elements, ids::COUNTRY).is_some_and(|country| country.value == "ID");
    let account = |element: &Element<'_>| {
        let number = element.child(1).filter(|number| digits(number) && (15..=19).contains(&number.len()));
        (26..=45).contains(&element.id)
            && number.is_some_and(|number| number.starts_with("9360") || number.starts_with("0008"))
    };
    indonesia && elements.iter().any(account)
}

/// Bank Indonesia: the kind of merchant in 03.
pub(super) fn qris(elements: &[Element<'_>], found: &mut Findings) {
    for template in elements.iter().filter(|element| matches!(element.id, 26..=51)) {
        if let Some(kind) = find(&template.children, 3) {
            found.add(
                !matches!(kind.value, "UMI" | "UKE" | "UME" | "UBE" | "URE"),
                FindingKind::ServiceUnknown,
                kind.at,
            );
        }
    }
}

/// NPCI: card numbers in 02–07, a bank code and account in 08, an address in 26.
pub(super) fn bharat_qr(elements: &[Element<'_>], found: &mut Findings) {
    for card in elements.iter().filter(|element| matches!(element.id, 2..=7)) {
        found.add(!is_luhn(card.value), FindingKind::CheckDigit, card.at);
    }
    if let Some(account) = find(elements, 8) {
        let code = account.value.as_bytes().get(..11);
        let holds = code.is_some_and(|code| {
            matches!(code, [a, b, c, d, b'0', rest @ ..]
            if [a, b, c, d].iter().all(|byte| byte.is_ascii_uppercase()) && rest.iter().all(u8::is_ascii_alphanumeric))
        });
        found.add(!holds, FindingKind::InstitutionFormat, account.at);
    }
    for template in named(elements, "A000000524").filter(|template| template.id == 26) {
        let holds = template.child(1).is_some_and(|address| {
            address.split_once('@').is_some_and(|(name, handle)| !name.is_empty() && !handle.is_empty())
        });
        found.add(!holds, FindingKind::PayeeFormat, template.at);
    }
}

/// BCRA: the tax number of the payee in template 50, its account in 51.
pub(super) fn argentina(elements: &[Element<'_>], found: &mut Findings) {
    let accounts = find(elements, 51).into_iter().flat_map(|template| &template.children);
    if let Some(account) = accounts.into_iter().find(|child| child.value.len() == 22 && digits(child.value)) {
        found.add(!is_cbu(account.value), FindingKind::CheckDigit, account.at);
    }
    let Some(template) = find(elements, 50) else { return };
    let number = template.children.iter().find(|child| child.value.bytes().filter(u8::is_ascii_digit).count() == 11);
    if let Some(number) = number {
        let plain: String = number.value.chars().filter(char::is_ascii_digit).collect();
        found.add(!is_cuit(&plain), FindingKind::CheckDigit, number.at);
    }
}
