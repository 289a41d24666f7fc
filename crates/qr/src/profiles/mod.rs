//! Which national payment network a code belongs to, and whether it keeps that network's own rules.
//!
//! A network is recognised by the identifiers it writes into account templates, never by a likely country: what
//! names no network we know is a plain code of the standard.

mod asia;
mod check_digits;
mod khqr;
mod pix;

use money::Instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::emv::ids;
use crate::finding::{Finding, FindingKind, Findings};
use crate::rules::is_account;
use crate::tlv::{Element, find};

/// A payment network a code names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub enum Network {
    /// This platform.
    #[serde(rename = "farthing")]
    Farthing,
    /// A code of the standard that names no network known here.
    #[serde(rename = "EMVCo")]
    Emvco,
    /// Brazil: Banco Central do Brasil.
    #[serde(rename = "PIX")]
    Pix,
    /// Indonesia: Bank Indonesia.
    #[serde(rename = "QRIS")]
    Qris,
    /// Vietnam: NAPAS.
    #[serde(rename = "VietQR")]
    VietQr,
    /// Thailand: Bank of Thailand.
    #[serde(rename = "PromptPay")]
    PromptPay,
    /// Singapore: SGQR and `PayNow`.
    #[serde(rename = "SGQR")]
    Sgqr,
    /// Cambodia: National Bank of Cambodia, Bakong.
    #[serde(rename = "KHQR")]
    Khqr,
    /// Hong Kong: Faster Payment System.
    #[serde(rename = "HKFPS")]
    HkFps,
    /// Malaysia: `PayNet`.
    #[serde(rename = "DuitNow")]
    DuitNow,
    /// Philippines: PPMI.
    #[serde(rename = "QRPH")]
    QrPh,
    /// India: NPCI.
    #[serde(rename = "BharatQR")]
    BharatQr,
    /// Nepal: Fonepay and NCHL.
    #[serde(rename = "NepalPay")]
    NepalPay,
    /// Sri Lanka: Central Bank of Sri Lanka.
    #[serde(rename = "LankaQR")]
    LankaQr,
    /// Myanmar: Central Bank of Myanmar.
    #[serde(rename = "MMQR")]
    Mmqr,
    /// Argentina: BCRA Transferencias 3.0, whose rules bind every code of the country.
    #[serde(rename = "EMVCo-AR")]
    Argentina,
    /// India: the Unified Payments Interface, by link.
    #[serde(rename = "UPI")]
    Upi,
    /// Korea: Zero Pay.
    #[serde(rename = "ZeroPay")]
    ZeroPay,
}

/// The network of these objects.
pub(crate) fn network(elements: &[Element<'_>]) -> Network {
    if crate::layout::names_us(elements) {
        return Network::Farthing;
    }
    if khqr::is_ours(elements) {
        return Network::Khqr;
    }
    let accounts = elements.iter().filter(|element| is_account(element.id));
    let templates = accounts.chain(elements.iter().filter(|element| element.id >= 80));
    if let Some(network) = templates.filter_map(|template| by_identifier(template)).next() {
        return network;
    }
    if asia::is_qris(elements) {
        return Network::Qris;
    }
    let country = find(elements, ids::COUNTRY).map(|element| element.value);
    let cuit = find(elements, 50).is_some_and(|template| template.child(0) == Some("CUIT"));
    let lanka = || elements.iter().any(|template| template.id == 26 && template.child(0).is_some_and(is_lanka));
    match country {
        Some("AR") => Network::Argentina,
        None if cuit => Network::Argentina,
        Some("LK") if lanka() => Network::LankaQr,
        _ => Network::Emvco,
    }
}

/// The 28 digits that `LankaQR` writes as its identifier: bank, branch, merchant and terminal.
fn is_lanka(text: &str) -> bool {
    text.len() == 28 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The beginning of an identifier, in lower case, and the network it belongs to.
const IDENTIFIERS: &[(&str, Network)] = &[
    ("br.gov.bcb.", Network::Pix),
    ("id.co.qris", Network::Qris),
    ("id.or.gpnqr", Network::Qris),
    ("a000000727", Network::VietQr),
    ("a000000677", Network::PromptPay),
    ("sg.paynow", Network::Sgqr),
    ("sg.sgqr", Network::Sgqr),
    ("sg.com.nets", Network::Sgqr),
    ("hk.com.hkicl", Network::HkFps),
    ("a000000615", Network::DuitNow),
    ("ph.ppmi.", Network::QrPh),
    ("com.p2pqrpay", Network::QrPh),
    ("ph.instapay", Network::QrPh),
    ("a000000524", Network::BharatQr),
    ("fonepay.com", Network::NepalPay),
    ("nchl", Network::NepalPay),
    ("lk.gov.cbsl", Network::LankaQr),
    ("mm.com.mmqr", Network::Mmqr),
    ("com.zeropay", Network::ZeroPay),
];

fn by_identifier(template: &Element<'_>) -> Option<Network> {
    let mut named = template.children.iter().filter(|child| matches!(child.id, 0 | 29..=51));
    named.find_map(|child| {
        let starts =
            |prefix: &str| child.value.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
        IDENTIFIERS.iter().find(|(prefix, _)| starts(prefix)).map(|&(_, network)| network)
    })
}

/// Adds what the network's own rules say.
pub(crate) fn check(network: Network, elements: &[Element<'_>], now: Instant, found: &mut Findings) {
    match network {
        Network::Pix => pix::check(elements, found),
        Network::Khqr => khqr::check(elements, now, found),
        Network::PromptPay => asia::prompt_pay(elements, found),
        Network::VietQr => asia::viet_qr(elements, found),
        Network::Sgqr => asia::sgqr(elements, now, found),
        Network::HkFps => asia::hk_fps(elements, found),
        Network::Qris => asia::qris(elements, found),
        Network::Argentina => asia::argentina(elements, found),
        Network::BharatQr => asia::bharat_qr(elements, found),
        _ => {}
    }
    home(network, elements, found);
}

/// Bakong's number for a finding, where the network has one.
pub(crate) fn number(network: Network, finding: Finding, elements: &[Element<'_>]) -> Option<u16> {
    match network {
        Network::Khqr => khqr::number(finding, elements),
        _ => None,
    }
}

/// Country and currency that a network's rulebook fixes.
fn home(network: Network, elements: &[Element<'_>], found: &mut Findings) {
    let (country, currency, fixed) = match network {
        Network::Pix => ("BR", "986", true),
        Network::Qris => ("ID", "360", true),
        Network::VietQr => ("VN", "704", true),
        Network::PromptPay => ("TH", "764", true),
        Network::DuitNow => ("MY", "458", true),
        Network::QrPh => ("PH", "608", true),
        Network::BharatQr => ("IN", "356", true),
        Network::NepalPay => ("NP", "524", true),
        Network::LankaQr => ("LK", "144", true),
        Network::Mmqr => ("MM", "104", true),
        Network::Argentina => ("AR", "032", false),
        Network::Sgqr => ("SG", "702", false),
        Network::HkFps => ("HK", "344", false),
        _ => return,
    };
    for (id, home, kind) in
        [(ids::COUNTRY, country, FindingKind::NetworkCountry), (ids::CURRENCY, currency, FindingKind::NetworkCurrency)]
    {
        let Some(element) = find(elements, id) else { continue };
        let other = !element.value.is_empty() && element.value != home;
        if fixed && id == ids::COUNTRY {
            found.refuse(other, kind, element.at);
        } else {
            found.add(other, kind, element.at);
        }
    }
}
