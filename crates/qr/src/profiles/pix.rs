//! PIX (Banco Central do Brasil, Manual de Padrões para Iniciação do Pix): a key in 01, or the location of a charge in 25.

use super::check_digits::{is_cnpj, is_cpf, looks_like_cnpj};
use crate::emv::ids;
use crate::finding::{FindingKind, Findings};
use crate::rules::{chars, is_account};
use crate::tlv::{Element, find};

const IDENTIFIER: &str = "br.gov.bcb.pix";

pub(super) fn check(elements: &[Element<'_>], found: &mut Findings) {
    found.insist(&[FindingKind::NameTooLong]);
    let ours =
        |element: &&Element<'_>| element.child(0).is_some_and(|identifier| identifier.eq_ignore_ascii_case(IDENTIFIER));
    let recurring = elements.iter().any(|element| element.id >= 80 && ours(&element) && element.child(25).is_some());
    for template in elements.iter().filter(ours) {
        let key = find(&template.children, 1);
        let location = find(&template.children, 25);
        if is_account(template.id) {
            found.add(key.is_none() && location.is_none() && !recurring, FindingKind::PayeeMissing, template.at);
        }
        if let (Some(_), Some(location)) = (key, location) {
            found.add(true, FindingKind::PixKeyAndLocation, location.at);
        }
        if let Some(key) = key.filter(|_| is_account(template.id)) {
            check_key(key, found);
        }
        if let Some(location) = location {
            found.add(location.value.contains("://"), FindingKind::PixLocationProtocol, location.at);
            found.add(!is_location(location.value), FindingKind::PixLocationFormat, location.at);
        }
    }
    if let Some(reference) = find(elements, ids::ADDITIONAL).and_then(|template| find(&template.children, 5)) {
        let text = reference.value;
        let holds = text == "***" || text.len() <= 25 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        found.add(!holds, FindingKind::ReferenceFormat, reference.at);
    }
}

/// A key is a tax number, a phone, an address or a random UUID.
fn check_key(key: &Element<'_>, found: &mut Findings) {
    let text = key.value;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        11 if digits => found.add(!is_cpf(text), FindingKind::CheckDigit, key.at),
        14 if looks_like_cnpj(text) => found.add(!is_cnpj(text), FindingKind::CheckDigit, key.at),
        _ => {
            let phone = text
                .strip_prefix('+')
                .is_some_and(|rest| (8..=15).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit()));
            let address = chars(text) <= 77
                && text.split_once('@').is_some_and(|(name, host)| {
                    !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(' ')
                });
            found.add(!phone && !address && !is_uuid(text), FindingKind::PayeeFormat, key.at);
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| {
            if matches!(index, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// Host and path, at most 77 characters.
fn is_location(text: &str) -> bool {
    let plain = text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
    plain && text.len() <= 77 && text.split_once('/').is_some_and(|(host, path)| host.contains('.') && !path.is_empty())
}
