//! Texts that open nothing: Wi-Fi, contacts, calls, messages, places; and the links of other payment services.

use crate::finding::{FindingKind, Findings};
use crate::link::{host, sites};
use crate::names::{self, KnownNames};

/// Links of other services that pay.
const PAYMENTS: &[&str] = &[
    "alipay",
    "alipays",
    "bitcoin",
    "bitcoincash",
    "ethereum",
    "gpay",
    "kakaopay",
    "lightning",
    "litecoin",
    "mobilepay",
    "paypay",
    "payto",
    "paytmmp",
    "phonepe",
    "samsungpay",
    "solana",
    "supertoss",
    "swish",
    "tez",
    "toss",
    "tron",
    "vipps",
    "weixin",
    "wxp",
    "zeropay",
    "chai",
    "payco",
    "naverpay",
    "lpayapp",
    "ispmobile",
    "monero",
    "bhim",
];

/// Judges a text that is no page. False: it is none of these.
pub(super) fn check(scheme: &str, text: &str, end: usize, found: &mut Findings) -> bool {
    let rest = text.get(end..).unwrap_or_default();
    match scheme {
        "wifi" => wifi(rest, end, found),
        "begin" if starts(rest, "VCARD") => card(text, found),
        "mecard" | "bizcard" => card(text, found),
        "begin" if starts(rest, "VEVENT") || starts(rest, "VCALENDAR") => {
            found.add(true, FindingKind::CalendarEntry, 0);
            names::hidden(&text.replace(['\r', '\n', '\t'], " "), found);
        }
        "tel" | "telprompt" | "facetime" => call(rest, end, found),
        "sms" | "smsto" | "mms" | "mmsto" => {
            found.add(true, FindingKind::MessageToSend, 0);
            names::hidden(rest, found);
        }
        "mailto" | "matmsg" | "smtp" => mail(rest, end, found),
        "geo" => found.add(true, FindingKind::PlaceOnMap, 0),
        scheme if PAYMENTS.contains(&scheme) => {
            found.add(true, FindingKind::LinkOtherPayment, 0);
            names::hidden(rest, found);
        }
        _ => return false,
    }
    true
}

fn starts(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
}

/// `WIFI:T:WPA;S:name;P:secret;;`: open where no kind of encryption, or none of today, is named.
fn wifi(rest: &str, end: usize, found: &mut Findings) {
    found.add(true, FindingKind::WifiJoin, 0);
    let kind = rest.split(';').find_map(|field| field.strip_prefix("T:").or_else(|| field.strip_prefix("t:")));
    let open = kind
        .is_none_or(|kind| kind.is_empty() || kind.eq_ignore_ascii_case("nopass") || kind.eq_ignore_ascii_case("wep"));
    found.add(open, FindingKind::WifiOpen, end);
    names::hidden(rest, found);
}

fn card(text: &str, found: &mut Findings) {
    found.add(true, FindingKind::ContactCard, 0);
    names::hidden(&text.replace(['\r', '\n', '\t'], " "), found);
}

/// A number with `*` or `#` is an order to the network or the phone (3GPP TS 22.030).
fn call(rest: &str, end: usize, found: &mut Findings) {
    let lower = rest.to_ascii_lowercase();
    let code = rest.contains(['*', '#']) || lower.contains("%2a") || lower.contains("%23");
    found.add(!code, FindingKind::PhoneCall, 0);
    found.add(code, FindingKind::PhoneCode, end);
    names::hidden(rest, found);
}

fn mail(rest: &str, end: usize, found: &mut Findings) {
    found.add(true, FindingKind::MailToSend, 0);
    names::hidden(rest, found);
    let address = rest.split(['?', ';']).next().unwrap_or_default();
    let address = address.strip_prefix("TO:").unwrap_or(address);
    self::address(address, end, found);
}

/// An e-mail address, its first character at `at`.
pub(super) fn address(address: &str, at: usize, found: &mut Findings) {
    let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
    found.add(!is_plain_local(local), FindingKind::EmailLocalPart, at);
    let (name, known) = idna::domain_to_unicode(domain);
    let at = at.saturating_add(local.chars().count()).saturating_add(1);
    found.add(known.is_err(), FindingKind::HostInvalid, at);
    if domain.len() <= crate::limits::HOST_CHARS_MAX {
        host::check(domain, &name, at, found);
        let ascii = idna::domain_to_ascii(domain).unwrap_or_default();
        sites::check(&sites::Parts::of(&ascii, &name), at, &KnownNames::default(), found);
    }
}

/// A local part that is shown as it is (RFC 5321 dot-atom, UTS 39 §3.3).
fn is_plain_local(local: &str) -> bool {
    use unicode_normalization::is_nfkc;
    use unicode_security::{RestrictionLevel, RestrictionLevelDetection};
    let atoms = !local.split('.').any(str::is_empty);
    let odd = |c: char| c.is_control() || c.is_whitespace() || "()<>[]:;@\\,\"".contains(c);
    let letters: String = local.chars().filter(|c| c.is_alphanumeric() || !c.is_ascii()).collect();
    let scripts = letters.is_empty() || letters.as_str().check_restriction_level(RestrictionLevel::HighlyRestrictive);
    atoms && !local.contains(odd) && is_nfkc(local) && scripts && names::piled(local).is_none()
}
