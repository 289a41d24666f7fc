//! One row a fault, each with the only code it may be answered with; `docs/proofs.md` says why.

use base64::{
    Engine,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD},
};
use credentials::{ProofError, Verifier};
use money::{
    DeviceId, PayerId,
    ReasonCode::{self, *},
};
use protocol::{PayBody, SessionKind, TokenBody, sha256, to_canonical};
use serde_json::json;

use crate::attempt::{Attempt, DEVICE, NOW, ORIGIN, PAYER, check, der, key, later, pay_body, token_of, verifier};

macro_rules! rows {
    ($($name:ident: |$attempt:ident| $fault:expr => $expected:expr;)+) => {$(
        #[test]
        fn $name() {
            check(|$attempt| { $fault; }, $expected);
        }
    )+};
}

// What cannot be told from a stranger's attempt: the caller learns one code.
rows! {
    no_proof: |a| a.sent = false => AuthRefused;
    no_token: |a| a.authorization = None => AuthRefused;
    bearer_scheme: |a| a.authorization = a.authorization.as_ref().map(|t| t.replace("DPoP", "Bearer")) => AuthRefused;
    token_without_scheme: |a| a.authorization = a.authorization.as_ref().map(|t| t.replace("DPoP ", "")) => AuthRefused;
    token_after_two_spaces: |a| a.authorization = a.authorization.as_ref().map(|t| t.replace(' ', "  ")) => AuthRefused;
    token_of_another_server: |a| a.use_token(&foreign_token()) => AuthRefused;
    token_with_a_changed_payer: |a| a.use_token(&flip_first(&token_of(&a.signer, NOW))) => AuthRefused;
    token_truncated: |a| a.use_token(&shortened(&token_of(&a.signer, NOW), 1)) => AuthRefused;
    token_lengthened: |a| a.use_token(&format!("{}A", token_of(&a.signer, NOW))) => AuthRefused;
    token_in_three_parts: |a| a.use_token(&format!("{}.A", token_of(&a.signer, NOW))) => AuthRefused;
    token_that_is_a_jwt_without_algorithm: |a| a.use_token("eyJhbGciOiJub25lIn0.e30.") => AuthRefused;
    token_oversize: |a| a.use_token(&"A".repeat(100_000)) => AuthRefused;
    typ_jwt: |a| a.header["typ"] = json!("JWT") => AuthRefused;
    typ_in_other_case: |a| a.header["typ"] = json!("DPoP+jwt") => AuthRefused;
    typ_missing: |a| drop(a.header.as_object_mut().unwrap().remove("typ")) => AuthRefused;
    alg_none: |a| a.header["alg"] = json!("none") => AuthRefused;
    alg_none_without_signature: |a| {
        a.header["alg"] = json!("none");
        a.signature = Box::new(|_| Vec::new());
    } => AuthRefused;
    alg_hs256: |a| a.header["alg"] = json!("HS256") => AuthRefused;
    alg_es384: |a| a.header["alg"] = json!("ES384") => AuthRefused;
    alg_eddsa: |a| a.header["alg"] = json!("EdDSA") => AuthRefused;
    alg_in_lower_case: |a| a.header["alg"] = json!("es256") => AuthRefused;
    key_with_its_private_part: |a| a.header["jwk"]["d"] = json!("AAAA") => AuthRefused;
    key_of_another_curve: |a| a.header["jwk"]["crv"] = json!("P-384") => AuthRefused;
    key_of_another_kind: |a| a.header["jwk"]["kty"] = json!("OKP") => AuthRefused;
    key_off_the_curve: |a| {
        let y = a.header["jwk"]["x"].clone();
        a.header["jwk"]["y"] = y;
    } => AuthRefused;
    key_at_zero: |a| {
        a.header["jwk"]["x"] = json!("A".repeat(43));
        a.header["jwk"]["y"] = json!("A".repeat(43));
    } => AuthRefused;
    key_with_a_short_coordinate: |a| a.header["jwk"]["x"] = json!("AAAA") => AuthRefused;
    key_with_a_padded_coordinate: |a| {
        a.header["jwk"]["x"] = json!(format!("{}=", a.header["jwk"]["x"].as_str().unwrap()));
    } => AuthRefused;
    key_missing: |a| drop(a.header.as_object_mut().unwrap().remove("jwk")) => AuthRefused;
    key_by_id_instead: |a| {
        a.header.as_object_mut().unwrap().remove("jwk");
        a.header["kid"] = json!("1");
    } => AuthRefused;
    header_with_crit: |a| a.header["crit"] = json!(["exp"]) => AuthRefused;
    header_with_kid: |a| a.header["kid"] = json!("1") => AuthRefused;
    header_with_jku: |a| a.header["jku"] = json!("https://evil.example/keys") => AuthRefused;
    header_with_alg_twice: |a| {
        a.header_text = Some(a.header.to_string().replacen('{', r#"{"alg":"ES256","#, 1));
    } => AuthRefused;
    key_with_x_twice: |a| {
        let x = a.header["jwk"]["x"].to_string();
        a.header_text = Some(a.header.to_string().replacen(r#""jwk":{"#, &format!(r#""jwk":{{"x":{x},"#), 1));
    } => AuthRefused;
    header_with_bytes_after_it: |a| a.header_text = Some(format!("{}{{}}", a.header)) => AuthRefused;
    header_that_is_no_json: |a| a.header_text = Some("dpop+jwt".to_owned()) => AuthRefused;
    signature_by_another_key: |a| a.signer = key(9) => AuthRefused;
    signature_in_der: |a| a.signature = Box::new(der) => AuthRefused;
    signature_with_r_zero: |a| a.signature = Box::new(|raw| zeroed(raw, 0..32)) => AuthRefused;
    signature_with_s_zero: |a| a.signature = Box::new(|raw| zeroed(raw, 32..64)) => AuthRefused;
    signature_all_zero: |a| a.signature = Box::new(|raw| zeroed(raw, 0..64)) => AuthRefused;
    signature_with_r_above_the_order: |a| a.signature = Box::new(|raw| [&[0xff; 32], &raw[32..]].concat()) => AuthRefused;
    signature_too_short: |a| a.signature = Box::new(|raw| raw[..63].to_vec()) => AuthRefused;
    signature_too_long: |a| a.signature = Box::new(|raw| [&raw[..], &[0]].concat()) => AuthRefused;
    signature_missing: |a| a.on_the_way = Box::new(|c| c.rsplit_once('.').unwrap().0.to_owned() + ".") => AuthRefused;
    signature_part_missing: |a| a.on_the_way = Box::new(|c| c.rsplit_once('.').unwrap().0.to_owned()) => AuthRefused;
    signature_with_padding: |a| a.on_the_way = Box::new(|c| format!("{c}==")) => AuthRefused;
    signature_with_trailing_bits: |a| a.on_the_way = Box::new(trailing_bits) => AuthRefused;
    four_parts: |a| a.on_the_way = Box::new(|c| format!("{c}.")) => AuthRefused;
    claims_with_padding: |a| a.on_the_way = Box::new(padded_claims) => AuthRefused;
    claims_changed_after_signing: |a| a.on_the_way = Box::new(|c| {
        let parts: Vec<_> = c.split('.').collect();
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(r#"{"htm":"GET"}"#), parts[2])
    }) => AuthRefused;
    space_inside: |a| a.on_the_way = Box::new(|c| c.replacen('.', " .", 1)) => AuthRefused;
    space_before: |a| a.on_the_way = Box::new(|c| format!(" {c}")) => AuthRefused;
    proof_empty: |a| a.on_the_way = Box::new(|_| String::new()) => AuthRefused;
    proof_not_ascii: |a| a.on_the_way = Box::new(|c| format!("{c}é")) => AuthRefused;
    proof_oversize: |a| a.claims["jti"] = json!("a".repeat(4096)) => AuthRefused;
    two_proofs_in_one_header: |a| a.on_the_way = Box::new(|c| format!("{c}, {c}")) => AuthRefused;
    other_key_and_forged_token: |a| {
        a.header["jwk"] = json!(device::DeviceKey::jwk(&key(9)));
        a.signer = key(9);
        a.use_token(&foreign_token());
    } => AuthRefused;
    expired_token_and_bad_signature: |a| {
        a.signer = key(9);
        a.now = later(601);
    } => AuthRefused;
}

// What a caller learns whose token and signature hold, in order of precedence.
rows! {
    key_of_another_device: |a| {
        a.header["jwk"] = json!(device::DeviceKey::jwk(&key(9)));
        a.signer = key(9);
    } => ProofWrongDevice;
    token_just_expired: |a| {
        a.claims["iat"] = json!(later(600).unix_seconds());
        a.claims["nonce"] = json!(verifier().issue_nonce(later(600)));
        a.now = later(600);
    } => TokenExpired;
    method_other: |a| a.claims["htm"] = json!("GET") => ProofWrongMethod;
    method_in_lower_case: |a| a.claims["htm"] = json!("post") => ProofWrongMethod;
    method_of_the_request_other: |a| a.method = "PUT" => ProofWrongMethod;
    url_of_another_path: |a| a.claims["htu"] = json!(format!("{ORIGIN}/v1/quotes")) => ProofWrongUrl;
    url_of_another_host: |a| a.claims["htu"] = json!("http://evil.example/v1/payments") => ProofWrongUrl;
    url_of_a_host_that_starts_alike: |a| a.claims["htu"] = json!(format!("{ORIGIN}.evil.example/v1/payments")) => ProofWrongUrl;
    url_of_another_scheme: |a| a.claims["htu"] = json!("https://127.0.0.1:8080/v1/payments") => ProofWrongUrl;
    url_of_another_port: |a| a.claims["htu"] = json!("http://127.0.0.1:80801/v1/payments") => ProofWrongUrl;
    url_with_a_query: |a| a.claims["htu"] = json!(format!("{ORIGIN}/v1/payments?a=1")) => ProofWrongUrl;
    url_and_path_with_a_query: |a| {
        a.claims["htu"] = json!(format!("{ORIGIN}/v1/payments?a=1"));
        a.path = "/v1/payments?a=1".to_owned();
    } => ProofWrongUrl;
    url_with_a_fragment: |a| a.claims["htu"] = json!(format!("{ORIGIN}/v1/payments#a")) => ProofWrongUrl;
    url_with_a_trailing_slash: |a| a.claims["htu"] = json!(format!("{ORIGIN}/v1/payments/")) => ProofWrongUrl;
    url_without_a_host: |a| a.claims["htu"] = json!("/v1/payments") => ProofWrongUrl;
    made_61_seconds_ago: |a| a.claims["iat"] = json!(NOW.unix_seconds() - 61) => ProofStale;
    made_in_61_seconds: |a| a.claims["iat"] = json!(NOW.unix_seconds() + 61) => ProofStale;
    made_at_the_beginning_of_time: |a| a.claims["iat"] = json!(i64::MIN) => ProofStale;
    made_at_the_end_of_time: |a| a.claims["iat"] = json!(i64::MAX) => ProofStale;
    nonce_missing: |a| a.without_claim("nonce") => NonceNeeded;
    nonce_empty: |a| a.claims["nonce"] = json!("") => NonceNeeded;
    nonce_old: |a| a.claims["nonce"] = json!(verifier().issue_nonce(later(-301))) => NonceNeeded;
    nonce_from_the_future: |a| a.claims["nonce"] = json!(verifier().issue_nonce(later(61))) => NonceNeeded;
    nonce_forged: |a| a.claims["nonce"] = json!(flip_first(&verifier().issue_nonce(NOW))) => NonceNeeded;
    nonce_truncated: |a| a.claims["nonce"] = json!(shortened(&verifier().issue_nonce(NOW), 1)) => NonceNeeded;
    nonce_that_is_a_token: |a| a.claims["nonce"] = json!(token_of(&key(1), NOW)) => NonceNeeded;
    ath_missing: |a| a.without_claim("ath") => ProofWrongToken;
    ath_of_another_token: |a| a.claims["ath"] = json!(sha256(token_of(&key(1), later(-1)).as_bytes())) => ProofWrongToken;
    body_changed_by_one_byte: |a| a.body[30] ^= 1 => ProofWrongBody;
    body_missing: |a| a.body.clear() => ProofWrongBody;
    body_with_a_byte_more: |a| a.body.push(b'\n') => ProofWrongBody;
    body_digest_missing: |a| a.without_claim("body_s256") => ProofWrongBody;
    body_too_large: |a| a.sign_body(vec![b' '; 16 * 1024 + 1]) => RequestTooLarge;
    body_with_a_space: |a| a.edit_body(":", ": ") => RequestNotCanonical;
    body_with_a_line_end: |a| { let body = [to_canonical(&pay_body()), b"\n".to_vec()].concat(); a.sign_body(body) } => RequestNotCanonical;
    body_reordered: |a| a.edit_body(r#""currency":"KRW","minor":4500"#, r#""minor":4500,"currency":"KRW""#) => RequestNotCanonical;
    body_with_an_escape: |a| a.edit_body("KRW", "\\u004bRW") => RequestNotCanonical;
    body_with_a_member_twice: |a| a.edit_body("{", r#"{"funding":"wallet","#) => RequestMalformed;
    body_with_the_amount_twice: |a| a.edit_body("{", r#"{"amount":{"currency":"KRW","minor":1},"#) => RequestMalformed;
    body_with_an_unknown_member: |a| a.edit_body(r#""client""#, r#""b":1,"client""#) => RequestMalformed;
    body_with_an_unknown_member_inside: |a| a.edit_body(r#""currency""#, r#""a":1,"currency""#) => RequestMalformed;
    body_without_a_member: |a| a.edit_body(r#""funding":"wallet","#, "") => RequestMalformed;
    body_that_is_no_json: |a| a.sign_body("pay") => RequestMalformed;
    body_empty: |a| a.sign_body("") => RequestMalformed;
    body_nested_deeply: |a| a.sign_body("[".repeat(10_000)) => RequestMalformed;
    jti_empty: |a| a.claims["jti"] = json!("") => RequestMalformed;
    jti_of_65: |a| a.claims["jti"] = json!("a".repeat(65)) => RequestMalformed;
    jti_with_a_space: |a| a.claims["jti"] = json!("a b") => RequestMalformed;
    jti_with_a_nul: |a| a.claims["jti"] = json!("a\0") => RequestMalformed;
    claims_without_jti: |a| a.without_claim("jti") => RequestMalformed;
    claims_with_jti_twice: |a| a.claims_text = Some(a.claims.to_string().replacen('{', r#"{"jti":"x","#, 1)) => RequestMalformed;
    claims_with_an_unknown_member: |a| a.claims["admin"] = json!(true) => RequestMalformed;
    claims_with_a_fractional_iat: |a| a.claims["iat"] = json!(1.5) => RequestMalformed;
    claims_that_are_no_json: |a| a.claims_text = Some("x".to_owned()) => RequestMalformed;
}

// What is wrong with a sum.
rows! {
    amount_as_text: |a| a.edit_body("4500", r#""4500""#) => AmountMalformed;
    amount_null: |a| a.edit_body("4500", "null") => AmountMalformed;
    amount_object_null: |a| a.edit_body(r#"{"currency":"KRW","minor":4500}"#, "null") => AmountMalformed;
    amount_object_as_text: |a| a.edit_body(r#"{"currency":"KRW","minor":4500}"#, r#""4500 KRW""#) => AmountMalformed;
    amount_list: |a| a.edit_body(r#"{"currency":"KRW","minor":4500}"#, "[4500]") => AmountMalformed;
    amount_without_minor: |a| a.edit_body(r#","minor":4500"#, "") => AmountMalformed;
    amount_without_currency: |a| a.edit_body(r#""currency":"KRW","#, "") => AmountMalformed;
    amount_fractional: |a| a.edit_body("4500", "4500.5") => AmountFractional;
    amount_with_a_zero_fraction: |a| a.edit_body("4500", "4500.0") => AmountFractional;
    amount_with_an_exponent: |a| a.edit_body("4500", "45e2") => AmountFractional;
    amount_of_two_to_the_53: |a| a.edit_body("4500", "9007199254740992") => AmountOverflow;
    amount_below_minus_two_to_the_53: |a| a.edit_body("4500", "-9007199254740992") => AmountOverflow;
    amount_beyond_64_bits: |a| a.edit_body("4500", "123456789012345678901234567890") => AmountOverflow;
    amount_in_an_unknown_currency: |a| a.edit_body("KRW", "XXQ") => AmountWrongCurrency;
    amount_in_a_currency_in_lower_case: |a| a.edit_body("KRW", "krw") => AmountWrongCurrency;
}

fn zeroed(mut raw: [u8; 64], range: std::ops::Range<usize>) -> Vec<u8> {
    raw[range].fill(0);
    raw.to_vec()
}

fn shortened(text: &str, by: usize) -> String {
    text[..text.len() - by].to_owned()
}

fn flip_first(text: &str) -> String {
    let first = if text.starts_with('A') { "B" } else { "A" };
    format!("{first}{}", &text[1..])
}

/// The same signature bytes, written with unused bits set: 86 characters hold 516 bits.
fn trailing_bits(compact: &str) -> String {
    let last = compact.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    format!("{}{next}", shortened(compact, 1))
}

fn padded_claims(compact: &str) -> String {
    let parts: Vec<_> = compact.split('.').collect();
    let claims = URL_SAFE.encode([URL_SAFE_NO_PAD.decode(parts[1]).unwrap(), b" ".to_vec()].concat());
    format!("{}.{}=.{}", parts[0], claims.trim_end_matches('='), parts[2])
}

fn foreign_token() -> String {
    let keys = credentials::VerifierKeys { token: money::Secret::new([9; 32]), nonce: money::Secret::new([8; 32]) };
    let key = device::DeviceKey::jwk(&key(1)).thumbprint();
    Verifier::new(ORIGIN, keys)
        .issue_token(&credentials::TokenGrant { payer: PAYER, device: DEVICE, key, session: DEVICE.into() }, 0, NOW)
        .access_token
}

#[test]
fn honest_attempt_is_signed() {
    let attempt = Attempt::honest();
    let signed = attempt.pay().unwrap();
    assert_eq!(*signed.body(), pay_body());
    assert_eq!((signed.payer(), signed.device()), (PAYER, DEVICE));
    assert_eq!(signed.key(), device::DeviceKey::jwk(&attempt.signer).thumbprint());
    assert_eq!(signed.body_digest(), sha256(&attempt.body));
    assert_eq!(signed.proof_use().expires_at, later(61));
    assert_eq!(signed.into_body(), pay_body());
}

#[test]
fn edges_of_every_window_are_inside() {
    for age in [-60, 60] {
        let mut attempt = Attempt::honest();
        attempt.claims["iat"] = json!(NOW.unix_seconds() + age);
        attempt.pay().unwrap();
    }
    for age in [0, 300] {
        let mut attempt = Attempt::honest();
        attempt.claims["nonce"] = json!(verifier().issue_nonce(later(-age)));
        attempt.pay().unwrap();
    }
    let mut attempt = Attempt::honest();
    attempt.use_token(&token_of(&key(1), later(-599)));
    attempt.pay().unwrap();
    attempt.claims["jti"] = json!("a".repeat(64));
    attempt.pay().unwrap();
}

#[test]
fn scheme_is_read_in_any_case() {
    let mut attempt = Attempt::honest();
    attempt.authorization = attempt.authorization.map(|text| text.replace("DPoP", "dpop"));
    attempt.pay().unwrap();
}

#[test]
fn same_jti_of_same_key_is_the_same_use() {
    let one = Attempt::honest();
    let mut other = Attempt::honest();
    assert_eq!(one.pay().unwrap().proof_use().id, other.pay().unwrap().proof_use().id);
    assert_ne!(one.pay().unwrap().proof_digest(), other.pay().unwrap().proof_digest());
    other.claims["jti"] = json!("0123456789abcdeg");
    assert_ne!(one.pay().unwrap().proof_use().id, other.pay().unwrap().proof_use().id);
}

/// With everything wrong at once, repairing fault after fault walks through the codes in their documented order.
#[test]
fn precedence_is_as_documented() {
    let mut attempt = Attempt::honest();
    attempt.header["jwk"] = json!(device::DeviceKey::jwk(&key(9)));
    attempt.signer = key(9);
    attempt.now = later(600);
    attempt.claims = json!({"htm": "GET", "htu": "x", "iat": 0, "jti": "", "nonce": "", "ath": sha256(b"x")});
    attempt.body = b"x".to_vec();
    let mut said = Vec::new();
    let mut step = |attempt: &Attempt| said.push(attempt.pay().unwrap_err().reason());
    step(&attempt);
    attempt.header["jwk"] = json!(device::DeviceKey::jwk(&key(1)));
    attempt.signer = key(1);
    step(&attempt);
    attempt.now = NOW;
    step(&attempt);
    attempt.claims["htm"] = json!("POST");
    step(&attempt);
    attempt.claims["htu"] = json!(format!("{ORIGIN}/v1/payments"));
    step(&attempt);
    attempt.claims["iat"] = json!(NOW.unix_seconds());
    step(&attempt);
    attempt.claims["nonce"] = json!(verifier().issue_nonce(NOW));
    step(&attempt);
    attempt.use_token(&token_of(&key(1), NOW));
    step(&attempt);
    attempt.sign_body([to_canonical(&pay_body()), b" ".to_vec()].concat());
    step(&attempt);
    attempt.sign_body(to_canonical(&pay_body()));
    step(&attempt);
    let expected = [
        ProofWrongDevice,
        TokenExpired,
        ProofWrongMethod,
        ProofWrongUrl,
        ProofStale,
        NonceNeeded,
        ProofWrongToken,
        ProofWrongBody,
        RequestNotCanonical,
        RequestMalformed,
    ];
    assert_eq!(said, expected);
}

#[test]
fn caller_needs_no_body_and_refuses_one() {
    let mut attempt = Attempt::honest();
    attempt.method = "GET";
    attempt.claims["htm"] = json!("GET");
    let reason = |attempt: &Attempt| attempt.send(Verifier::caller).map(drop).map_err(|error| error.reason());
    assert_eq!(reason(&attempt), Err(ProofWrongBody));
    attempt.without_claim("body_s256");
    assert_eq!(reason(&attempt), Err(ProofWrongBody));
    attempt.body.clear();
    let caller = attempt.send(Verifier::caller).unwrap();
    assert_eq!((caller.payer(), caller.device()), (PAYER, DEVICE));
}

#[track_caller]
fn enrolling(fault: impl FnOnce(&mut Attempt), expected: Option<ReasonCode>) {
    let mut attempt = Attempt::honest();
    attempt.authorization = None;
    attempt.without_claim("ath");
    attempt.path = "/v1/tokens".to_owned();
    attempt.claims["htu"] = json!(format!("{ORIGIN}/v1/tokens"));
    attempt.sign_body(to_canonical(&TokenBody { device: DEVICE, kind: SessionKind::Own, payer: PAYER }));
    fault(&mut attempt);
    let result = attempt.send(Verifier::enrolling::<TokenBody>);
    assert_eq!(result.err().map(|error| error.reason()), expected);
}

#[test]
fn enrolling_needs_a_proof_and_no_token() {
    enrolling(|_| (), None);
    enrolling(|a| a.without_claim("nonce"), Some(NonceNeeded));
    enrolling(|a| a.authorization = Attempt::honest().authorization, Some(AuthRefused));
    enrolling(|a| a.claims["ath"] = json!(sha256(b"x")), Some(ProofWrongToken));
    enrolling(|a| a.signer = key(9), Some(AuthRefused));
    enrolling(|a| a.sent = false, Some(AuthRefused));
    enrolling(
        |a| {
            a.signer = key(9);
            a.without_claim("nonce")
        },
        Some(AuthRefused),
    );
}

#[test]
fn possession_is_of_one_device_at_one_address() {
    let mut attempt = Attempt::honest();
    attempt.without_claim("ath");
    attempt.claims["htu"] = json!(format!("{ORIGIN}/v1/devices"));
    let joining = TokenBody { device: DEVICE, kind: SessionKind::Own, payer: PAYER };
    attempt.claims["body_s256"] = json!(sha256(&to_canonical(&joining)));
    let compact = attempt.compact();
    let reason = |compact: &str, path: &str, device: DeviceId| {
        let joining = TokenBody { device, ..joining.clone() };
        verifier().possession(compact, path, &joining, NOW).map(drop).map_err(|error| error.reason())
    };
    let held = verifier().possession(&compact, "/v1/devices", &joining, NOW).unwrap();
    assert_eq!((held.device(), held.key()), (DEVICE, held.jwk().thumbprint()));
    assert_eq!(reason(&compact, "/v1/devices", DeviceId::from_bytes([9; 16])), Err(ProofWrongBody));
    assert_eq!(reason(&compact, "/v1/payers", DEVICE), Err(ProofWrongUrl));
    assert_eq!(reason(&Attempt::honest().compact(), "/v1/payments", DEVICE), Err(ProofWrongToken));
    assert_eq!(reason("", "/v1/devices", DEVICE), Err(AuthRefused));
    // Relayed by a thief, it still names the wallet it was made for.
    for joining in [
        TokenBody { payer: PayerId::from_bytes([9; 16]), ..joining.clone() },
        TokenBody { kind: SessionKind::Shared, ..joining },
    ] {
        let thief = verifier().possession(&compact, "/v1/devices", &joining, NOW);
        assert_eq!(thief.map(drop).map_err(|error| error.reason()), Err(ProofWrongBody));
    }
}

#[test]
fn a_signed_body_of_another_kind_is_malformed() {
    let result = Attempt::honest().send(Verifier::signed::<TokenBody>);
    assert!(matches!(result, Err(ProofError::Body(protocol::CanonicalError::Malformed(_)))));
    let _: fn(credentials::Signed<PayBody>) -> credentials::SignedPayment = |same| same;
}

#[test]
fn no_secret_is_printed() {
    let keys = credentials::VerifierKeys { token: money::Secret::new([7; 32]), nonce: money::Secret::new([8; 32]) };
    assert_eq!(format!("{keys:?}"), "VerifierKeys { token: ***, nonce: *** }");
    assert_eq!(format!("{:?}", verifier()), r#"Verifier { origin: "http://127.0.0.1:8080", .. }"#);
}
