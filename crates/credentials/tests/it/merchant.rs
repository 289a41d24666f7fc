//! API keys and the merchant signature (RFC 9421).

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use credentials::{
    ApiKey, SignatureError, SignedRequest, api_key,
    http_signature::{self, Terms, base, content_digest, signature_header},
};
use money::{Instant, PayeeId, ReasonCode};
use protocol::{RefundBody, sha256, to_canonical};

use crate::attempt::{NOW, later};

const PAYEE: PayeeId = PayeeId::from_bytes([5; 16]);
const OTHER: PayeeId = PayeeId::from_bytes([6; 16]);

fn refund(minor: i64) -> Vec<u8> {
    let body: RefundBody = serde_json::from_value(serde_json::json!({
        "amount": {"currency": "KRW", "minor": minor},
        "payment": money::PaymentId::from_bytes([4; 16]),
        "refund": money::RefundId::from_bytes([7; 16]),
    }))
    .unwrap();
    to_canonical(&body)
}

/// A request as it arrives: signed honestly, then changed by a row.
struct Arrival {
    method: String,
    authority: String,
    path: String,
    signature_input: String,
    signature: String,
    content_digest: String,
    body: Vec<u8>,
    now: Instant,
}

impl Arrival {
    fn honest() -> Self {
        Self::signed(refund(4500), "n-1")
    }

    fn signed(body: Vec<u8>, nonce: &str) -> Self {
        let digest = content_digest(&body);
        let terms = Terms {
            method: "POST",
            authority: "pay.example",
            path: "/v1/refunds",
            content_digest: &digest,
            created: NOW.unix_seconds(),
            payee: PAYEE,
            nonce,
        };
        Self {
            signature: sign(&terms.base()),
            signature_input: terms.signature_input(),
            method: "POST".to_owned(),
            authority: "pay.example".to_owned(),
            path: "/v1/refunds".to_owned(),
            content_digest: digest.clone(),
            body,
            now: NOW,
        }
    }

    /// Signs again what the headers now say, whatever that is.
    fn sign_again(&mut self, lines: &[(&str, &str)]) {
        self.signature = sign(&base(lines, self.signature_input.strip_prefix("farthing=").unwrap()));
    }

    fn check(&self) -> Result<(), SignatureError> {
        let request = SignedRequest {
            method: &self.method,
            authority: &self.authority,
            path: &self.path,
            signature_input: &self.signature_input,
            signature: &self.signature,
            content_digest: &self.content_digest,
            body: &self.body,
        };
        let presented = http_signature::read(&request)?;
        let public: [u8; 32] = merchant_key().public_key().as_ref().try_into().unwrap();
        assert_eq!(presented.payee(), PAYEE);
        let signed = presented.verify::<RefundBody>(&public, self.now)?;
        assert_eq!((signed.payee(), signed.body_digest()), (PAYEE, sha256(&self.body)));
        assert_eq!(signed.proof_use().expires_at, later(61));
        Ok(())
    }
}

fn merchant_key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[3; 32]).unwrap()
}

fn sign(base: &str) -> String {
    signature_header(merchant_key().sign(base.as_bytes()).as_ref().try_into().unwrap())
}

#[track_caller]
fn check(fault: impl FnOnce(&mut Arrival), expected: ReasonCode) {
    let mut arrival = Arrival::honest();
    fault(&mut arrival);
    assert_eq!(arrival.check().expect_err("the fault was not noticed").reason(), expected);
}

macro_rules! rows {
    ($($name:ident: |$arrival:ident| $fault:expr => $expected:ident;)+) => {$(
        #[test]
        fn $name() {
            check(|$arrival| { $fault; }, ReasonCode::$expected);
        }
    )+};
}

rows! {
    method_changed: |a| a.method = "PUT".to_owned() => AuthRefused;
    authority_changed: |a| a.authority = "evil.example".to_owned() => AuthRefused;
    path_changed: |a| a.path = "/v1/payments/pay_1/void".to_owned() => AuthRefused;
    path_with_a_line_end: |a| a.path = "/v1/refunds\n".to_owned() => AuthRefused;
    body_changed_under_its_digest: |a| a.body = refund(9_999_999) => AuthRefused;
    body_and_digest_changed: |a| {
        a.body = refund(9_999_999);
        a.content_digest = content_digest(&a.body);
    } => AuthRefused;
    digest_of_another_kind: |a| a.content_digest = a.content_digest.replace("sha-256", "sha-512") => AuthRefused;
    digest_beside_another: |a| a.content_digest += ", sha-512=:AA==:" => AuthRefused;
    digest_twice: |a| a.content_digest = format!("{0}, {0}", a.content_digest) => AuthRefused;
    digest_with_a_parameter: |a| a.content_digest += ";a" => AuthRefused;
    digest_missing: |a| a.content_digest.clear() => AuthRefused;
    component_dropped: |a| a.signature_input = a.signature_input.replace(r#" "content-digest""#, "") => AuthRefused;
    component_dropped_and_signed: |a| {
        a.signature_input = a.signature_input.replace(r#" "content-digest""#, "");
        a.sign_again(&[("@method", "POST"), ("@authority", "pay.example"), ("@path", "/v1/refunds")]);
    } => AuthRefused;
    components_reordered_and_signed: |a| {
        a.signature_input = a.signature_input.replace(r#""@method" "@authority""#, r#""@authority" "@method""#);
        let digest = a.content_digest.clone();
        a.sign_again(&[("@authority", "pay.example"), ("@method", "POST"), ("@path", "/v1/refunds"), ("content-digest", &digest)]);
    } => AuthRefused;
    component_added: |a| a.signature_input = a.signature_input.replace("content-digest\"", "content-digest\" \"date\"") => AuthRefused;
    component_twice: |a| a.signature_input = a.signature_input.replace("\"@path\"", "\"@path\" \"@path\"") => AuthRefused;
    component_with_a_parameter: |a| a.signature_input = a.signature_input.replace("\"@path\"", "\"@path\";req") => AuthRefused;
    created_changed: |a| a.signature_input = a.signature_input.replace("created=179", "created=178") => AuthRefused;
    created_missing: |a| a.signature_input = a.signature_input.replace(";created=1790000000", "") => AuthRefused;
    created_as_text: |a| a.signature_input = a.signature_input.replace("=1790000000", "=\"1790000000\"") => AuthRefused;
    created_twice: |a| a.signature_input = a.signature_input.replace(";created", ";created=1;created") => AuthRefused;
    keyid_unreadable: |a| a.signature_input = a.signature_input.replace("pye_", "pyr_") => AuthRefused;
    nonce_changed: |a| a.signature_input = a.signature_input.replace("n-1", "n-2") => AuthRefused;
    nonce_empty: |a| *a = Arrival::signed(refund(1), "") => AuthRefused;
    nonce_of_65: |a| *a = Arrival::signed(refund(1), &"a".repeat(65)) => AuthRefused;
    algorithm_other: |a| a.signature_input = a.signature_input.replace("ed25519", "hmac-sha256") => AuthRefused;
    algorithm_missing: |a| a.signature_input = a.signature_input.replace(";alg=\"ed25519\"", "") => AuthRefused;
    parameter_added: |a| a.signature_input += ";tag=\"x\"" => AuthRefused;
    label_other: |a| {
        a.signature_input = a.signature_input.replace("farthing=", "sig1=");
        a.signature = a.signature.replace("farthing=", "sig1=");
    } => AuthRefused;
    signature_beside_another: |a| a.signature = format!("sig1=:AA==:, {}", a.signature) => AuthRefused;
    signature_twice: |a| a.signature = format!("{0}, {0}", a.signature) => AuthRefused;
    signature_unpadded: |a| a.signature = a.signature.replace("==:", ":") => AuthRefused;
    signature_as_text: |a| a.signature = "farthing=\"x\"".to_owned() => AuthRefused;
    signature_empty: |a| a.signature.clear() => AuthRefused;
    signature_zero: |a| a.signature = signature_header(&[0; 64]) => AuthRefused;
    input_empty: |a| a.signature_input.clear() => AuthRefused;
    input_oversize: |a| a.signature_input = "a".repeat(100_000) => AuthRefused;
    body_oversize: |a| *a = Arrival::signed(vec![b' '; 16 * 1024 + 1], "n") => AuthRefused;
    made_61_seconds_ago: |a| a.now = later(61) => ProofStale;
    made_in_61_seconds: |a| a.now = later(-61) => ProofStale;
    old_and_forged: |a| { a.now = later(61); a.method = "PUT".to_owned() } => AuthRefused;
    body_of_another_shape: |a| *a = Arrival::signed(b"{}".to_vec(), "n") => RequestMalformed;
}

#[test]
fn honest_signature_holds() {
    Arrival::honest().check().unwrap();
    let mut upper = Arrival::honest();
    upper.authority = "PAY.example".to_owned();
    upper.check().unwrap();
}

#[test]
fn swapped_keyid_loads_another_key_and_fails() {
    let arrival = Arrival::honest();
    let input = arrival.signature_input.replace(&PAYEE.to_string(), &OTHER.to_string());
    let request = SignedRequest {
        method: "POST",
        authority: "pay.example",
        path: "/v1/refunds",
        signature_input: &input,
        signature: &arrival.signature,
        content_digest: &arrival.content_digest,
        body: &arrival.body,
    };
    for seed in [3, 4] {
        let presented = http_signature::read(&request).unwrap();
        assert_eq!(presented.payee(), OTHER);
        let key = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
        let public = key.public_key().as_ref().try_into().unwrap();
        assert!(matches!(presented.verify::<RefundBody>(&public, NOW), Err(SignatureError::Refused)));
    }
}

#[test]
fn api_key_is_shown_once_and_stored_as_a_digest() {
    let key = ApiKey::from_random([1; 32]);
    let text = key.text();
    assert_eq!(format!("{key:?}"), "ApiKey(***)");
    assert_eq!(key.stored(), sha256(text.as_bytes()));
    let presented = ApiKey::parse(&format!("Bearer {text}")).unwrap();
    assert_eq!(api_key::permit(&presented, &key.stored(), PAYEE).unwrap().payee(), PAYEE);
    assert!(api_key::permit(&presented, &ApiKey::from_random([2; 32]).stored(), PAYEE).is_none());
}

#[test]
fn api_key_has_one_form() {
    let text = ApiKey::from_random([1; 32]).text();
    let wrong = [
        text.clone(),
        format!("DPoP {text}"),
        format!("Bearer  {text}"),
        format!("Bearer {text} "),
        format!("Bearer {text}A"),
        format!("Bearer {}", &text[3..]),
        format!("Bearer {}", &text[..45]),
        format!("Bearer {}é", &text[..44]),
        "Bearer ".to_owned(),
        String::new(),
    ];
    for authorization in wrong {
        let error = ApiKey::parse(&authorization).unwrap_err();
        assert_eq!(error.reason(), ReasonCode::AuthRefused, "{authorization}");
    }
}
