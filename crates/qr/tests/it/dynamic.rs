//! Signed dynamic codes: five different answers, and nothing altered is ever accepted.

use money::{Amount, Currency, Instant, ReasonCode};
use qr::{CodeError, CodeText, DynamicCode, KeySetBody, LocalText, MakeError, PublishedKey, TrustedKeys};

use crate::fixture::{self, Key, body, code, key_set, keys, later, make, now, pinned, signer, text, with_right_crc};

fn answer(payload: &str) -> Result<DynamicCode, CodeError> {
    qr::verify(payload, &keys(), now()).map(|verified| verified.code().clone())
}

#[track_caller]
fn check(payload: &str, expected: ReasonCode) {
    let error = answer(payload).expect_err(payload);
    assert_eq!(error.reason(), expected, "{payload}");
}

#[test]
fn a_valid_code_says_what_was_signed() {
    assert_eq!(answer(&make(&code())), Ok(code()));
}

#[test]
fn other_wallets_read_it() {
    let payload = make(&code());
    let parsed = qr::decode(&payload).unwrap();
    assert_eq!(parsed.findings(), []);
    assert_eq!(parsed.initiation(), Some(qr::Initiation::Dynamic));
    assert_eq!((parsed.currency_numeric(), parsed.amount()), (Some("410"), Some("4500")));
    assert_eq!((parsed.merchant_name(), parsed.merchant_city()), (Some("Hanbit Coffee"), Some("Seoul")));
    assert_eq!(parsed.element(64).unwrap().child(1), Some("한빛커피"));
}

#[test]
fn sub_seconds_are_rounded_down() {
    let exact = Instant::from_unix_millis(now().unix_millis() + 999);
    let read = answer(&make(&DynamicCode { created_at: exact, ..code() })).unwrap();
    assert_eq!(read.created_at, now());
}

#[test]
fn amounts_have_the_decimals_of_their_currency() {
    for (minor, currency, written) in [
        (4_500, Currency::KRW, "4500"),
        (1_234, Currency::EUR, "12.34"),
        (1_200, Currency::EUR, "12.00"),
        (5, Currency::USD, "0.05"),
        (1, Currency::BHD, "0.001"),
        (9_999_999_999_999, Currency::KRW, "9999999999999"),
    ] {
        let code = DynamicCode { amount: Amount::new(minor, currency), ..code() };
        let payload = make(&code);
        assert_eq!(qr::decode(&payload).unwrap().amount(), Some(written));
        assert_eq!(answer(&payload), Ok(code));
    }
}

#[test]
fn the_answers_differ() {
    let good = make(&code());
    check("hello", ReasonCode::CodeMalformed);
    check("", ReasonCode::CodeMalformed);
    check(&good[..good.len() - 1], ReasonCode::CodeMalformed);
    let unsigned = qr::PayloadBuilder::new().value(0, "01").value(58, "KR").encode().unwrap();
    check(&unsigned, ReasonCode::CodeUnsigned);
    check(
        &with_right_crc(&good.replacen("5405", "5505", 1).replacen("54044500", "54049500", 1)),
        ReasonCode::CodeAltered,
    );
    check(&make(&DynamicCode { kid: "key-9".to_owned(), ..code() }), ReasonCode::CodeUnknownKey);
    check(&make(&DynamicCode { expires_at: now(), ..code() }), ReasonCode::CodeExpired);
    check(&make(&DynamicCode { created_at: later(61), expires_at: later(99), ..code() }), ReasonCode::CodeExpired);
    assert!(answer(&make(&DynamicCode { created_at: later(60), expires_at: later(99), ..code() })).is_ok());
}

#[test]
fn a_wrong_crc_on_our_code_is_altered_and_on_another_malformed() {
    let good = make(&code());
    let mut bad = good[..good.len() - 4].to_owned();
    bad.push_str(if good.ends_with("0000") { "0001" } else { "0000" });
    check(&bad, ReasonCode::CodeAltered);
    check("00020158026304FFFF", ReasonCode::CodeMalformed);
}

#[test]
fn a_key_counts_only_in_its_time() {
    let verify = |set: KeySetBody, now| {
        let keys = TrustedKeys::check(&key_set(set), &pinned(), None, fixture::now()).unwrap();
        qr::verify(&make(&code()), &keys, now).map(drop)
    };
    let key = |not_before, not_after| KeySetBody {
        keys: vec![PublishedKey { not_before, not_after, ..signer().published("key-1") }],
        ..body()
    };
    assert_eq!(verify(key(now(), later(1)), now()), Ok(()));
    assert_eq!(verify(key(later(1), later(9)), now()), Err(CodeError::UnknownKey));
    assert_eq!(verify(key(later(-9), now()), now()), Err(CodeError::UnknownKey));
    let short = KeySetBody { expires_at: later(10), ..body() };
    assert_eq!(verify(short.clone(), later(9)), Ok(()));
    assert_eq!(verify(short, later(10)), Err(CodeError::UnknownKey));
}

#[test]
fn another_signer_under_our_kid_is_altered() {
    let forged = qr::make(&code(), &text(), |bytes| Key::seeded(9).sign(bytes)).unwrap();
    check(&forged, ReasonCode::CodeAltered);
}

#[test]
fn changing_any_field_and_its_crc_is_altered() {
    let good = make(&code());
    let payee = code().payee.to_string();
    let other_payee = money::PayeeId::new(now(), [9; 10]).to_string();
    for (from, to) in [
        ("54044500", "54040500"),
        ("54044500", "54044501"),
        ("54044500", "540545000"),
        ("5303410", "5303978"),
        (payee.as_str(), other_payee.as_str()),
        ("Hanbit Coffee", "Hanbit Koffee"),
        ("한빛커피", "한빗커피"),
        ("0210179000", "0210179001"),
        ("010212", "010211"),
        ("82990005farth", "83990005farth"),
    ] {
        assert!(good.contains(from), "{from}");
        let forged = with_right_crc(&good.replacen(from, to, 1));
        let expected = if to.starts_with("83") { ReasonCode::CodeUnsigned } else { ReasonCode::CodeAltered };
        check(&forged, expected);
    }
}

#[test]
fn nothing_may_be_added_even_with_a_right_crc() {
    let good = make(&code());
    let open = &good[..good.len() - 8];
    let signature = good.find("82990005farth").unwrap();
    for forged in [
        format!("{open}62080504oooo63040000"),
        format!("{open}{}63040000", &open[signature..]),
        format!("{}540199{}63040000", &open[..signature], &open[signature..]),
        format!("{}550201{}63040000", &open[..signature], &open[signature..]),
        format!("{open}54049999") + "63040000",
    ] {
        let answer = answer(&with_right_crc(&forged));
        assert!(matches!(answer, Err(CodeError::Altered | CodeError::Malformed(_))), "{forged} {answer:?}");
    }
}

#[test]
fn a_signature_has_one_spelling() {
    let good = make(&code());
    let last = good.len() - 9;
    let accepted: Vec<char> = ('!'..='~')
        .filter(|c| {
            let mut forged = good.clone();
            forged.replace_range(last..=last, &c.to_string());
            answer(&with_right_crc(&forged)).is_ok()
        })
        .collect();
    assert_eq!(accepted, [good.as_bytes()[last] as char]);
}

#[test]
fn any_one_changed_character_is_refused() {
    let good: Vec<char> = make(&code()).chars().collect();
    let keys = keys();
    for at in 0..good.len() {
        for to in ['0', '1', '9', 'A', 'a', 'Z', '-', '_', '~', ' ', '한', '\u{200B}'] {
            let mut changed = good.clone();
            changed[at] = to;
            if changed != good {
                let changed: String = changed.into_iter().collect();
                assert!(qr::verify(&changed, &keys, now()).is_err(), "{changed}");
                let closed = changed.is_char_boundary(changed.len() - 4);
                let recomputed = closed.then(|| with_right_crc(&changed)).filter(|_| at < good.len() - 4);
                assert!(recomputed.is_none_or(|code| qr::verify(&code, &keys, now()).is_err()), "{changed}");
            }
        }
    }
}

#[test]
fn the_longest_code_fits() {
    let text = CodeText {
        name: "N".repeat(60),
        city: "C".repeat(60),
        local: Some(LocalText { language: "ko".to_owned(), name: "가".repeat(60), city: Some("나".repeat(60)) }),
        ..text()
    };
    let longest = DynamicCode {
        amount: Amount::new(999_999_999_999, Currency::EUR),
        kid: "k".repeat(qr::limits::KID_CHARS_MAX),
        ..code()
    };
    let payload = qr::make(&longest, &text, |bytes| signer().sign(bytes)).unwrap();
    assert_eq!(payload.chars().count(), 469);
    let parsed = qr::decode(&payload).unwrap();
    assert_eq!(parsed.findings(), []);
    assert_eq!(parsed.merchant_name().unwrap(), "N".repeat(25));
    assert_eq!(parsed.element(64).unwrap().child(2).unwrap(), "나".repeat(15));
}

#[test]
fn words_outside_the_alphabet_become_question_marks() {
    let text = CodeText { name: "Café \u{202E}한빛".to_owned(), ..text() };
    let payload = qr::make(&code(), &text, |bytes| signer().sign(bytes)).unwrap();
    assert_eq!(qr::decode(&payload).unwrap().merchant_name(), Some("Caf? ???"));
    assert_eq!(answer(&payload), Ok(code()));
}

#[test]
fn a_cut_name_does_not_end_in_space() {
    let text = CodeText { name: format!("{} tail", "x".repeat(24)), ..text() };
    let payload = qr::make(&code(), &text, |bytes| signer().sign(bytes)).unwrap();
    assert_eq!(qr::decode(&payload).unwrap().merchant_name().unwrap(), "x".repeat(24));
    assert!(answer(&payload).is_ok());
}

#[test]
fn what_cannot_stand_in_a_code_is_refused_before_signing() {
    #[track_caller]
    fn check(code: &DynamicCode, text: &CodeText, expected: MakeError) {
        let made = qr::make(code, text, |_| panic!("signed what was refused"));
        assert_eq!(made, Err(expected));
    }
    let amount = |minor, currency| DynamicCode { amount: Amount::new(minor, currency), ..code() };
    check(&amount(0, Currency::KRW), &text(), MakeError::Amount);
    check(&amount(-1, Currency::KRW), &text(), MakeError::Amount);
    check(&amount(10_000_000_000_000, Currency::KRW), &text(), MakeError::Amount);
    check(&amount(1_000_000_000_000, Currency::EUR), &text(), MakeError::Amount);
    check(&DynamicCode { created_at: later(-NEVER), ..code() }, &text(), MakeError::Instant);
    check(&DynamicCode { kid: "Key".to_owned(), ..code() }, &text(), MakeError::Kid);
    check(&code(), &CodeText { category: "58".to_owned(), ..text() }, MakeError::Category);
    check(&code(), &CodeText { country: "kr".to_owned(), ..text() }, MakeError::Country);
    check(&code(), &CodeText { name: " ".to_owned(), ..text() }, MakeError::Name);
    let local = LocalText { language: "한국".to_owned(), name: "이름".to_owned(), city: None };
    check(&code(), &CodeText { local: Some(local), ..text() }, MakeError::Language);
}

const NEVER: i64 = fixture::NOW_SECONDS + 1;
