//! Round trips and hostile text; the fuzz targets `emv_decode` and `dynamic_code` as properties.

use proptest::prelude::*;
use qr::{DecodeErrorKind, PayloadBuilder, decode};

use crate::fixture::{code, keys, make, now, with_right_crc};

#[track_caller]
fn check(text: &str, kind: DecodeErrorKind, at: usize) {
    let error = decode(text).expect_err(text);
    assert_eq!((error.kind, error.at), (kind, at), "{text}");
}

#[test]
fn errors_name_the_character() {
    check("", DecodeErrorKind::Empty, 0);
    check(&"0".repeat(513), DecodeErrorKind::TooLong, 512);
    check("0002015", DecodeErrorKind::Truncated, 6);
    check("0002015902한글6", DecodeErrorKind::Truncated, 12);
    check("0002015902한글x1020304", DecodeErrorKind::IdNotDigits, 12);
    check("0002015902한글58x2KR", DecodeErrorKind::LengthNotDigits, 14);
    check("000201+1021", DecodeErrorKind::IdNotDigits, 6);
    check("000201٣٣0201", DecodeErrorKind::IdNotDigits, 6);
    check("00020126090005ab", DecodeErrorKind::Truncated, 6);
    // A template that holds no objects is a finding: the code is read on to its missing checksum.
    check("00020126060005ab", DecodeErrorKind::CrcMissing, 16);
}

#[test]
fn checksum_faults_are_told_apart() {
    let good = PayloadBuilder::new().value(0, "01").value(59, "한글 a").encode().unwrap();
    let chars = good.chars().count();
    let open = &good[..good.len() - 8];
    check(open, DecodeErrorKind::CrcMissing, chars - 8);
    check(&format!("{open}6304ZZZZ"), DecodeErrorKind::CrcNotHex, chars - 4);
    check(&format!("{open}6303ABC"), DecodeErrorKind::CrcNotHex, chars - 4);
    check(&format!("{open}6304AAAa"), DecodeErrorKind::CrcMixedCase, chars - 4);
    check(&format!("{good}5802KR"), DecodeErrorKind::CrcNotLast, chars - 8);
    let wrong = if good.ends_with("0000") { "0001" } else { "0000" };
    check(&format!("{open}6304{wrong}"), DecodeErrorKind::CrcMismatch, chars - 4);
}

#[test]
fn a_checksum_in_lower_case_is_a_finding_and_in_our_own_code_an_alteration() {
    let good = (0..)
        .map(|n| PayloadBuilder::new().value(0, "01").value(59, &n.to_string()).encode().unwrap())
        .find(|code| code[code.len() - 4..].bytes().all(|byte| byte.is_ascii_uppercase()))
        .unwrap();
    let (open, crc) = good.split_at(good.len() - 4);
    let lower = format!("{open}{}", crc.to_lowercase());
    let payload = decode(&lower).unwrap();
    assert!(payload.findings().iter().any(|found| found.kind == qr::FindingKind::CrcLowerCase));

    let ours = (0..)
        .map(|second| make(&qr::DynamicCode { created_at: crate::fixture::later(-second), ..code() }))
        .find(|code| code[code.len() - 4..].bytes().any(|byte| byte.is_ascii_uppercase()))
        .unwrap();
    let (open, crc) = ours.split_at(ours.len() - 4);
    let lower = format!("{open}{}", crc.to_lowercase());
    assert_eq!(qr::verify(&lower, &keys(), now()), Err(qr::CodeError::Altered));
}

#[test]
fn what_cannot_be_written_is_refused() {
    use qr::EncodeError::{Id, TooLong, ValueTooLong};
    let long = "가".repeat(99);
    assert_eq!(PayloadBuilder::new().value(100, "").encode(), Err(Id(100)));
    assert_eq!(PayloadBuilder::new().value(63, "ABCD").encode(), Err(Id(63)));
    assert_eq!(PayloadBuilder::new().value(59, &format!("{long}가")).encode(), Err(ValueTooLong(59)));
    assert_eq!(PayloadBuilder::new().template(26, &[(0, &long)]).encode(), Err(ValueTooLong(26)));
    let full = (0..5).fold(PayloadBuilder::new(), |builder, _| builder.value(59, &long));
    assert_eq!(full.encode(), Err(TooLong));
}

/// An object: primitive, or a template with what is inside.
#[derive(Clone, Debug)]
enum Draft {
    Value(u8, String),
    Template(u8, Vec<(u8, String)>),
}

fn words(max: usize) -> impl Strategy<Value = String> {
    let c = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        2 => proptest::char::range('가', '힣'),
        1 => proptest::sample::select(vec!['😀', '🇰', '👩', '\u{200D}', 'é', '\u{0301}', '\0']),
    ];
    proptest::collection::vec(c, 0..=max).prop_map(String::from_iter)
}

fn draft() -> impl Strategy<Value = Draft> {
    let primitive = prop_oneof![0_u8..=25, 52_u8..=61, 65_u8..=79];
    let template = prop_oneof![26_u8..=51, Just(64), 80_u8..=99];
    prop_oneof![
        (primitive, words(40)).prop_map(|(id, text)| Draft::Value(id, text)),
        (template, proptest::collection::vec((0_u8..=99, words(12)), 1..=4))
            .prop_map(|(id, objects)| Draft::Template(id, objects)),
    ]
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(drafts in proptest::collection::vec(draft(), 1..=6)) {
        let builder = drafts.iter().fold(PayloadBuilder::new(), |builder, draft| match draft {
            Draft::Value(id, text) => builder.value(*id, text),
            Draft::Template(id, objects) => {
                let objects: Vec<(u8, &str)> = objects.iter().map(|(id, text)| (*id, text.as_str())).collect();
                builder.template(*id, &objects)
            }
        });
        let code = qr::encode(&builder).unwrap();
        let payload = decode(&code).unwrap();
        let (checksum, elements) = payload.elements().split_last().unwrap();
        prop_assert_eq!(checksum.id, 63);
        prop_assert_eq!(elements.len(), drafts.len());
        for (element, draft) in elements.iter().zip(&drafts) {
            let id: String = code.chars().skip(element.at).take(2).collect();
            prop_assert_eq!(element.id_text(), id);
            match draft {
                Draft::Value(id, text) => prop_assert_eq!((element.id, element.value), (*id, text.as_str())),
                Draft::Template(id, objects) => {
                    let read: Vec<_> = element.children.iter().map(|child| (child.id, child.value.to_owned())).collect();
                    prop_assert_eq!((element.id, &read), (*id, objects));
                }
            }
        }
    }

    #[test]
    fn reading_never_panics(text in any::<String>(), digits in "[0-9]{0,90}") {
        for text in [text.as_str(), digits.as_str(), &format!("000201{digits}{text}")] {
            let decoded = decode(text);
            if let Err(error) = decoded {
                prop_assert!(error.at <= text.chars().count());
            }
            prop_assert!(qr::verify(text, &keys(), now()).is_err());
            let seen = qr::inspect(text, None, now());
            prop_assert!(seen.scheme != qr::Scheme::EmvMpm || !seen.valid || decoded.is_ok());
            prop_assert!(seen.valid || !seen.findings.is_empty());
        }
    }

    #[test]
    fn no_edit_of_a_signed_code_is_accepted(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..12,
        put in prop_oneof![words(12), "[0-9]{0,12}"],
    ) {
        let good = make(&code());
        let mut chars: Vec<char> = good.chars().collect();
        let at = at.index(chars.len());
        let end = (at + cut).min(chars.len());
        chars.splice(at..end, put.chars());
        let edited: String = chars.into_iter().collect();
        prop_assume!(edited != good);
        prop_assert!(qr::verify(&edited, &keys(), now()).is_err());
        if edited.len() > 4 && edited.is_char_boundary(edited.len() - 4) {
            let closed = with_right_crc(&edited);
            prop_assert!(closed == good || qr::verify(&closed, &keys(), now()).is_err());
        }
    }

    #[test]
    fn whatever_the_names_a_code_that_was_made_is_accepted(
        name in any::<String>(),
        city in words(40),
        local in prop_oneof![any::<String>(), words(60)],
        local_city in proptest::option::of(words(30)),
    ) {
        let local = qr::LocalText { language: "ko".to_owned(), name: local, city: local_city };
        let text = qr::CodeText { name, city, local: Some(local), ..crate::fixture::text() };
        match qr::make(&code(), &text, |bytes| crate::fixture::signer().sign(bytes)) {
            Ok(payload) => {
                prop_assert!(payload.chars().count() <= qr::limits::CODE_CHARS_MAX);
                prop_assert!(decode(&payload).unwrap().is_strict());
                let verified = qr::verify(&payload, &keys(), now()).unwrap();
                prop_assert_eq!(verified.code(), &code());
            }
            Err(error) => prop_assert_eq!(error, qr::MakeError::Name),
        }
    }
}
