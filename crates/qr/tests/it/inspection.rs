//! What `POST /v1/qr/inspect` answers.

use money::ReasonCode;
use qr::{DynamicCode, Network, Scheme, Verdict, inspect};

use crate::fixture::{code, keys, make, now, with_right_crc};

const STATIC: &str = "00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST \
                      MERCHANT6006MANILA63044481";

#[track_caller]
fn check(text: &str, scheme: Scheme, verdict: Verdict, reasons: &[ReasonCode]) {
    let seen = inspect(text, Some(&keys()), now());
    assert_eq!((seen.scheme, seen.verdict, seen.reasons.as_slice()), (scheme, verdict, reasons), "{text}");
}

#[test]
fn verdicts() {
    let good = make(&code());
    check(&good, Scheme::EmvMpm, Verdict::Trusted, &[]);
    check(STATIC, Scheme::EmvMpm, Verdict::Unverified, &[ReasonCode::CodeUnsigned]);
    let forged = with_right_crc(&good.replacen("54044500", "54044501", 1));
    check(&forged, Scheme::EmvMpm, Verdict::Dangerous, &[ReasonCode::CodeAltered]);
    let old = make(&DynamicCode { expires_at: now(), ..code() });
    check(&old, Scheme::EmvMpm, Verdict::Expired, &[ReasonCode::CodeExpired]);
    let unknown = make(&DynamicCode { kid: "key-9".to_owned(), ..code() });
    check(&unknown, Scheme::EmvMpm, Verdict::Suspicious, &[ReasonCode::CodeUnknownKey]);
    let end = good.find("82990005farth").unwrap();
    let stripped = with_right_crc(&format!("{}63040000", &good[..end]));
    check(&stripped, Scheme::EmvMpm, Verdict::Suspicious, &[ReasonCode::CodeUnsigned]);
    check("000201abc", Scheme::EmvMpm, Verdict::Invalid, &[ReasonCode::CodeMalformed]);
    check("https://pay.example/x", Scheme::Link, Verdict::Unverified, &[ReasonCode::LinkUnverified]);
    check("hello", Scheme::Unknown, Verdict::Invalid, &[ReasonCode::CodeMalformed]);
}

#[test]
fn without_keys_nothing_is_trusted() {
    let seen = inspect(&make(&code()), None, now());
    assert_eq!((seen.verdict, seen.network, seen.valid), (Verdict::Unverified, Some(Network::Farthing), true));
}

#[test]
fn a_static_code_as_json() {
    let code = "000202010211020441112906000212520454995802KH5902가나6304";
    let closed = with_right_crc(&format!("{code}0000"));
    insta::assert_json_snapshot!(inspect(&closed, None, now()));
}

#[test]
fn a_wrong_checksum_still_shows_the_tree() {
    let seen = inspect(&STATIC.replace("1.00", "9.00"), None, now());
    assert_eq!((seen.valid, seen.verdict, seen.findings[0].code), (false, Verdict::Invalid, "crc_mismatch"));
    assert_eq!(seen.fields.amount.as_deref(), Some("9.00"));
}
