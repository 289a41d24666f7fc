//! Stickers and checkout links: nothing altered, withdrawn or unconfirmed is ever trusted.

use money::{Amount, Currency, PayeeId, ReasonCode};
use proptest::prelude::*;
use qr::{CodeError, DynamicCode, KeySetBody, MakeError, StaticCode, TrustedKeys, Verdict};

use crate::fixture::{Key, body, code, key_set, keys, later, make, now, pinned, signer, text, with_right_crc};

const DAY: i64 = 86_400;
const PAGE: &str = "https://pay.example/checkout";

pub(crate) fn sticker() -> StaticCode {
    StaticCode {
        payee: PayeeId::new(now(), [2; 10]),
        cap: Amount::new(50_000, Currency::KRW),
        place: "saebyeok-12".to_owned(),
        serial: "SB-0042".to_owned(),
        created_at: later(-60),
        expires_at: later(300 * DAY),
        kid: "key-1".to_owned(),
    }
}

fn made(code: &StaticCode) -> String {
    qr::make_static(code, &text(), |bytes| signer().sign(bytes)).unwrap()
}

fn link(code: &DynamicCode) -> String {
    qr::make_link(code, PAGE, |bytes| signer().sign(bytes)).unwrap()
}

/// A set that is valid for a year, made at `issued` seconds from now.
fn set(issued: i64, revoked_keys: &[&str], revoked_serials: &[&str]) -> TrustedKeys {
    let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    let body = KeySetBody {
        expires_at: later(365 * DAY),
        issued_at: later(issued),
        revoked_keys: owned(revoked_keys),
        revoked_serials: owned(revoked_serials),
        ..body()
    };
    TrustedKeys::check(&key_set(body), &pinned(), None, now()).unwrap()
}

fn answer(payload: &str, keys: &TrustedKeys) -> Result<StaticCode, CodeError> {
    qr::verify_static(payload, keys, now()).map(|seen| seen.code().clone())
}

#[test]
fn a_sticker_says_what_was_signed_and_other_wallets_read_it() {
    let payload = made(&sticker());
    assert_eq!(answer(&payload, &keys()), Ok(sticker()));
    let parsed = qr::decode(&payload).unwrap();
    assert_eq!(
        (parsed.findings().len(), parsed.amount(), parsed.initiation()),
        (0, None, Some(qr::Initiation::Static))
    );
    assert!(payload.chars().count() <= qr::limits::CODE_CHARS_MAX);
    let seen = qr::verify_static(&payload, &keys(), now()).unwrap();
    for (minor, currency, allowed) in [
        (1, Currency::KRW, true),
        (50_000, Currency::KRW, true),
        (50_001, Currency::KRW, false),
        (0, Currency::KRW, false),
        (-1, Currency::KRW, false),
        (10, Currency::EUR, false),
    ] {
        assert_eq!(seen.allows(Amount::new(minor, currency)), allowed, "{minor} {currency}");
    }
}

#[test]
fn a_sticker_is_never_taken_for_a_dynamic_code_nor_the_other_way_round() {
    assert_eq!(qr::verify(&made(&sticker()), &keys(), now()).map(drop), Err(CodeError::OtherKind));
    assert_eq!(answer(&make(&code()), &keys()), Err(CodeError::OtherKind));
    assert_eq!(CodeError::OtherKind.reason(), ReasonCode::CodeOtherKind);
    // A dynamic code's signature under a sticker's initiation, with the checksum made right.
    let dressed = with_right_crc(&make(&code()).replacen("010212", "010211", 1));
    assert_eq!(answer(&dressed, &keys()), Err(CodeError::Altered));
}

#[test]
fn each_refusal_of_a_sticker_has_its_name() {
    let good = made(&sticker());
    let payload = |change: fn(&mut StaticCode)| {
        let mut code = sticker();
        change(&mut code);
        made(&code)
    };
    assert_eq!(answer("hello", &keys()).unwrap_err().reason(), ReasonCode::CodeMalformed);
    assert_eq!(answer(&payload(|code| code.expires_at = now()), &keys()), Err(CodeError::Expired));
    assert_eq!(answer(&payload(|code| code.created_at = later(61)), &keys()), Err(CodeError::Expired));
    assert_eq!(answer(&payload(|code| code.kid = "key-9".to_owned()), &keys()), Err(CodeError::UnknownKey));
    assert_eq!(answer(&payload(|code| code.expires_at = later(400 * DAY)), &keys()), Err(CodeError::Altered));
    assert_eq!(answer(&good, &set(0, &[], &["SB-0042"])), Err(CodeError::Revoked));
    assert_eq!(answer(&good, &set(0, &["key-1"], &[])), Err(CodeError::Revoked));
    assert_eq!(answer(&good, &set(0, &["key-2"], &["SB-0043"])), Ok(sticker()));
    let forged = qr::make_static(&sticker(), &text(), |bytes| Key::seeded(9).sign(bytes)).unwrap();
    assert_eq!(answer(&forged, &keys()), Err(CodeError::Altered));
}

#[test]
fn what_is_known_of_withdrawn_stickers_may_be_a_week_old_and_says_so() {
    let good = made(&sticker());
    let bound = qr::limits::REVOCATION_AGE_SECONDS_MAX;
    for (age, expected) in
        [(0, Ok(0)), (bound, Ok(bound)), (bound + 1, Err(CodeError::Stale)), (-61, Err(CodeError::Stale))]
    {
        let seen = qr::verify_static(&good, &set(-age, &[], &[]), now()).map(|seen| seen.revocation_age_seconds());
        assert_eq!(seen, expected, "{age}");
    }
    // A withdrawn sticker is known to be withdrawn however old the list is.
    assert_eq!(answer(&good, &set(-bound - 1, &[], &["SB-0042"])), Err(CodeError::Revoked));
    let seen = qr::inspect(&good, Some(&set(-bound - 1, &[], &[])), now());
    assert_eq!((seen.verdict, seen.revocation_age_seconds), (Verdict::Unverified, Some(bound + 1)));
    assert_eq!((seen.reasons, seen.findings[0].code), (vec![ReasonCode::CodeRevocationStale], "revocation_stale"));
}

#[test]
fn a_withdrawn_key_refuses_every_kind_of_code() {
    let withdrawn = set(0, &["key-1"], &[]);
    assert_eq!(qr::verify(&make(&code()), &withdrawn, now()).map(drop), Err(CodeError::Revoked));
    assert_eq!(qr::verify_link(&link(&code()), &withdrawn, now()).map(drop), Err(CodeError::Revoked));
    for text in [make(&code()), link(&code()), made(&sticker())] {
        let seen = qr::inspect(&text, Some(&withdrawn), now());
        assert_eq!((seen.verdict, seen.valid), (Verdict::Dangerous, false), "{text}");
        assert_eq!(seen.reasons, [ReasonCode::CodeRevoked]);
        assert!(seen.findings.iter().any(|found| found.code == "code_revoked"));
    }
}

#[test]
fn a_link_says_what_was_signed_and_its_page_was_signed_too() {
    let good = link(&code());
    assert!(good.len() <= qr::limits::CHECKOUT_CHARS_MAX, "{}", good.len());
    let seen = qr::verify_link(&good, &keys(), now()).unwrap();
    assert_eq!((seen.page(), seen.code()), (PAGE, &code()));
    let inspected = qr::inspect(&good, Some(&keys()), now());
    assert_eq!((inspected.verdict, inspected.reasons.len()), (Verdict::Trusted, 0), "{:?}", inspected.findings);
    assert_eq!(qr::inspect(&good, None, now()).verdict, Verdict::Unverified);
    for (from, to) in [
        ("pay.example", "pay.examp1e"),
        ("https:", "http:"),
        ("https://", "https://bank@"),
        ("a=4500", "a=450"),
        ("a=4500", "a=04500"),
        ("c=KRW", "c=USD"),
        ("#i=", "?x=1#i="),
        ("&k=key-1", "&k=key-1&k=key-1"),
        ("&s=", "&s=A"),
    ] {
        assert!(good.contains(from), "{from}");
        let forged = good.replacen(from, to, 1);
        assert_eq!(qr::verify_link(&forged, &keys(), now()).map(drop), Err(CodeError::Altered), "{forged}");
        assert_eq!(qr::inspect(&forged, Some(&keys()), now()).verdict, Verdict::Dangerous, "{forged}");
    }
    assert_eq!(qr::verify_link(PAGE, &keys(), now()).map(drop), Err(CodeError::Unsigned));
    let old = link(&DynamicCode { expires_at: now(), ..code() });
    assert_eq!(qr::inspect(&old, Some(&keys()), now()).verdict, Verdict::Expired);
    let long = link(&DynamicCode { expires_at: later(3_601), ..code() });
    assert_eq!(qr::verify_link(&long, &keys(), now()).map(drop), Err(CodeError::Altered));
}

#[test]
fn what_cannot_stand_in_a_code_is_refused_before_signing() {
    let refused =
        |code: &StaticCode| qr::make_static(code, &text(), |_| panic!("signed what was refused")).unwrap_err();
    assert_eq!(refused(&StaticCode { serial: "sb 1".to_owned(), ..sticker() }), MakeError::Serial);
    assert_eq!(refused(&StaticCode { place: "새벽".to_owned(), ..sticker() }), MakeError::Place);
    assert_eq!(refused(&StaticCode { cap: Amount::new(0, Currency::KRW), ..sticker() }), MakeError::Amount);
    assert_eq!(refused(&StaticCode { kid: String::new(), ..sticker() }), MakeError::Kid);
    for page in [
        "http://pay.example/",
        "https://pay.example",
        "https://pay.example:8443/",
        "https://u@pay.example/",
        "https://pay.example/?q",
        "https://pay.example/#x",
        "https://PAY.example/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://pay.example./",
        "https://pay.example/a/../b",
        "https://한빛.example/",
        "javascript:alert(1)",
        "",
    ] {
        let refused = qr::make_link(&code(), page, |_| panic!("signed what was refused"));
        assert_eq!(refused, Err(MakeError::Page), "{page}");
    }
}

#[test]
fn the_longest_sticker_and_the_longest_link_fit() {
    let full = |letter: &str| letter.repeat(16);
    let longest = StaticCode {
        cap: Amount::new(999_999_999_999, Currency::EUR),
        place: full("p"),
        serial: full("S"),
        kid: full("k"),
        ..sticker()
    };
    let mut words = text();
    words.name = "N".repeat(60);
    words.city = "C".repeat(60);
    let payload = qr::make_static(&longest, &words, |bytes| signer().sign(bytes)).unwrap();
    assert!(payload.chars().count() <= qr::limits::CODE_CHARS_MAX);
    let terms = DynamicCode { amount: longest.cap, kid: full("k"), ..code() };
    let page = format!("https://pay.example/{}", "p".repeat(qr::limits::CHECKOUT_PAGE_CHARS_MAX - 20));
    let link = qr::make_link(&terms, &page, |bytes| signer().sign(bytes)).unwrap();
    assert!(link.len() <= qr::limits::CHECKOUT_CHARS_MAX, "{}", link.len());
}

/// Every code of ours, whole.
fn own() -> [String; 3] {
    [made(&sticker()), make(&code()), link(&code())]
}

fn is_trusted(text: &str) -> bool {
    qr::inspect(text, Some(&keys()), now()).verdict == Verdict::Trusted
}

#[test]
fn our_own_codes_are_trusted() {
    assert!(own().iter().all(|text| is_trusted(text)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Any edit of any code of ours, the checksum made right again, is not trusted.
    #[test]
    fn no_edit_of_our_codes_is_trusted(which in 0..3_usize, at in any::<prop::sample::Index>(), to in "[ -~가]{0,3}", remove in 0..4_usize) {
        let good = own()[which].clone();
        let body = if which == 2 { good.as_str() } else { &good[..good.len() - 4] };
        let chars: Vec<char> = body.chars().collect();
        let at = at.index(chars.len());
        let end = (at + remove).min(chars.len());
        let edited: String = chars[..at].iter().copied().chain(to.chars()).chain(chars[end..].iter().copied()).collect();
        prop_assume!(edited != body);
        let edited = if which == 2 { edited } else { with_right_crc(&format!("{edited}0000")) };
        prop_assert!(!is_trusted(&edited), "{edited}");
    }

    /// Every payee, amount and place: what is signed is what is read, and another's fields under the same signature are not.
    #[test]
    fn another_payee_cap_or_place_under_the_same_signature_is_altered(payee: [u8; 10], cap in 1_i64..9_999_999, place in "[a-z0-9-]{1,16}", serial in "[A-Z0-9-]{1,16}") {
        let code = StaticCode { payee: PayeeId::new(now(), payee), cap: Amount::new(cap, Currency::KRW), place, serial, ..sticker() };
        let payload = made(&code);
        prop_assert_eq!(answer(&payload, &keys()), Ok(code.clone()));
        let other = made(&sticker());
        let signature = |text: &str| text[text.len() - 94..text.len() - 8].to_owned();
        let forged = with_right_crc(&payload.replace(&signature(&payload), &signature(&other)));
        if code != sticker() {
            prop_assert_eq!(answer(&forged, &keys()), Err(CodeError::Altered));
        }
    }
}

/// Payee, amount and city of every published code changed, checksums made right: none is ever trusted, nor is any
/// with a signature template of ours taken from a genuine code.
#[test]
fn no_published_code_becomes_trusted() {
    let Some(cases) = crate::vectors::cases("mpm-valid.json") else { return };
    let own = own();
    let stolen = own[..2].iter().map(|code| code[code.find("82990005farth").unwrap()..code.len() - 8].to_owned());
    let stolen: Vec<String> = stolen.collect();
    for case in &cases {
        let good = case["payload"].as_str().unwrap();
        let parsed = qr::decode(good).unwrap();
        for element in parsed.elements().iter().filter(|element| element.id != 63 && !element.value.is_empty()) {
            let mut value: Vec<char> = element.value.chars().collect();
            for position in [0, value.len() - 1] {
                value[position] = if value[position] == '7' { '8' } else { '7' };
                let object = |value: &str| format!("{:02}{:02}{value}", element.id, value.chars().count());
                let forged = good.replacen(&object(element.value), &object(&value.iter().collect::<String>()), 1);
                assert!(!is_trusted(&with_right_crc(&forged)), "{}", case["id"]);
            }
        }
        for signature in &stolen {
            let forged = format!("{}{signature}63040000", &good[..good.len() - 8]);
            assert!(!is_trusted(&with_right_crc(&forged)), "{}", case["id"]);
        }
        assert!(!is_trusted(good), "{}", case["id"]);
    }
    println!("{} published codes stay untrusted", cases.len());
}
