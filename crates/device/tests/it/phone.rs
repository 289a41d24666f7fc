//! What a phone sends, remembers and refuses to send.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::{DeviceRequest, TokenGrant, Verifier, VerifierKeys, verify_es256};
use device::{DeviceKey, Heard, KeyError, Moment, Phone, PhoneError, SoftwareKey};
use money::{DeviceId, Instant, PayerId, Secret};
use protocol::{FreezeBody, Jwk, ProofClaims, ProofHeader, SignUpBody, TokenView, sha256, to_canonical};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";
pub(crate) const NOW: Instant = Instant::from_unix_seconds(1_790_000_000);
pub(crate) const PAYER: PayerId = PayerId::from_bytes([1; 16]);
pub(crate) const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);

pub(crate) const fn at(random: u8) -> Moment {
    Moment { now: NOW, random: [random; 16] }
}

pub(crate) fn phone() -> Phone<SoftwareKey> {
    Phone::new(SoftwareKey::from_seed([1; 32]).unwrap(), ORIGIN, PAYER, DEVICE)
}

fn token(text: &str) -> TokenView {
    TokenView {
        access_token: text.to_owned(),
        expires_at: NOW.checked_add_seconds(600).unwrap(),
        refresh_token: Some("r".to_owned()),
        session: DEVICE.into(),
        token_type: "DPoP".to_owned(),
    }
}

pub(crate) fn with_token() -> Phone<SoftwareKey> {
    let mut phone = phone();
    phone.accept_token(&token("t"));
    phone
}

fn claims(compact: &str) -> ProofClaims {
    let part = compact.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn header(compact: &str) -> ProofHeader {
    let part = compact.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn same_seed_is_the_same_key() {
    let key = |seed| SoftwareKey::from_seed([seed; 32]).unwrap().jwk();
    assert_eq!(key(1), key(1));
    assert_ne!(key(1), key(2));
}

#[test]
fn signature_is_raw_and_holds() {
    let key = SoftwareKey::from_seed([1; 32]).unwrap();
    let point = key.jwk().point().unwrap();
    verify_es256(&point, b"message", &key.sign(b"message").unwrap()).unwrap();
    verify_es256(&point, b"another", &key.sign(b"message").unwrap()).unwrap_err();
}

#[test]
fn request_carries_proof_token_and_canonical_body() {
    let body = FreezeBody { payer: PAYER };
    let request = with_token().post("/v1/freeze", &body, at(5)).unwrap();
    assert_eq!((request.method, request.path.as_str()), ("POST", "/v1/freeze"));
    assert_eq!(request.body, to_canonical(&body));
    assert_eq!(request.header("authorization"), Some("DPoP t"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    let proof = request.header("dpop").unwrap();
    let expected = ProofClaims {
        ath: Some(sha256(b"t")),
        body_s256: Some(sha256(&request.body)),
        htm: "POST".to_owned(),
        htu: format!("{ORIGIN}/v1/freeze"),
        iat: NOW.unix_seconds(),
        jti: URL_SAFE_NO_PAD.encode([5; 16]),
        nonce: None,
    };
    assert_eq!(claims(proof), expected);
    let header = header(proof);
    assert_eq!((header.alg.as_str(), header.typ.as_str(), header.jwk), ("ES256", "dpop+jwt", phone().jwk()));
}

#[test]
fn query_is_sent_and_not_signed() {
    let request = with_token().get("/v1/payments?limit=5", at(1)).unwrap();
    let claims = claims(request.header("dpop").unwrap());
    assert_eq!((request.path.as_str(), request.body.len()), ("/v1/payments?limit=5", 0));
    assert_eq!((claims.htu, claims.body_s256), (format!("{ORIGIN}/v1/payments"), None));
    assert_eq!(request.header("content-type"), None);
}

#[test]
fn other_randomness_is_another_jti() {
    let jti = |random| claims(with_token().get("/v1/me", at(random)).unwrap().header("dpop").unwrap()).jti;
    assert_ne!(jti(1), jti(2));
}

#[test]
fn nothing_but_enrolling_goes_without_a_token() {
    let mut phone = phone();
    assert_eq!(phone.get("/v1/me", at(1)).unwrap_err(), PhoneError::NoToken);
    assert_eq!(phone.post("/v1/freeze", &FreezeBody { payer: PAYER }, at(1)).unwrap_err(), PhoneError::NoToken);
    let request = phone.token_request(at(1)).unwrap();
    assert_eq!(request.header("authorization"), None);
    assert_eq!(claims(request.header("dpop").unwrap()).ath, None);
    phone.accept_token(&token("t"));
    phone.get("/v1/me", at(1)).unwrap();
    phone.reset_token();
    assert_eq!(phone.get("/v1/me", at(1)).unwrap_err(), PhoneError::NoToken);
}

#[test]
fn token_is_renewed_before_it_ends() {
    let needs = |seconds| with_token().needs_token(NOW.checked_add_seconds(seconds).unwrap());
    assert!(phone().needs_token(NOW));
    assert!(!needs(0));
    assert!(!needs(569));
    assert!(needs(570));
    assert!(needs(601));
}

#[test]
fn nonce_is_kept_and_a_refusal_with_a_new_one_is_signed_again() {
    let mut phone = phone();
    assert_eq!(phone.hear(401, None), Heard::Answered);
    assert_eq!(phone.hear(401, Some("n1")), Heard::SignAgain);
    assert_eq!(phone.hear(401, Some("n1")), Heard::Answered);
    assert_eq!(phone.hear(200, Some("n2")), Heard::Answered);
    let nonce = |phone: &Phone<SoftwareKey>| claims(phone.token_request(at(1)).unwrap().header("dpop").unwrap()).nonce;
    assert_eq!(nonce(&phone).as_deref(), Some("n2"));
    assert_eq!(phone.hear(401, Some("")), Heard::Answered);
    assert_eq!(phone.hear(401, Some(&"n".repeat(257))), Heard::Answered);
    assert_eq!(nonce(&phone).as_deref(), Some("n2"));
}

#[test]
fn refusing_keystore_sends_nothing() {
    struct Locked;
    impl DeviceKey for Locked {
        fn jwk(&self) -> Jwk {
            phone().jwk()
        }
        fn sign(&self, _: &[u8]) -> Result<[u8; 64], KeyError> {
            Err(KeyError)
        }
    }
    let phone = Phone::new(Locked, ORIGIN, PAYER, DEVICE);
    assert_eq!(phone.token_request(at(1)).unwrap_err(), PhoneError::Key(KeyError));
}

/// A phone that knows nothing, against the real verifier: nonce, sign-up, first request.
#[test]
fn first_contact_takes_one_retry() {
    let keys = VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) };
    let verifier = Verifier::new(ORIGIN, keys);
    let mut phone = phone();
    let body = SignUpBody {
        currency: money::Currency::KRW,
        device: DEVICE,
        device_name: "phone".parse().unwrap(),
        name: "민지".parse().unwrap(),
        payer: PAYER,
    };
    let mut answers = Vec::new();
    for random in 1..=2 {
        let request = phone.sign_up(body.clone(), at(random)).unwrap();
        let arrived = DeviceRequest {
            authorization: request.header("authorization"),
            dpop: request.header("dpop"),
            method: request.method,
            path: &request.path,
            body: &request.body,
        };
        match verifier.enrolling::<SignUpBody>(&arrived, NOW) {
            Ok(enrolling) => {
                let grant = TokenGrant { payer: PAYER, device: DEVICE, key: enrolling.key(), session: DEVICE.into() };
                phone.accept_token(&verifier.issue_token(&grant, 0, NOW));
                answers.push(phone.hear(201, Some(&verifier.issue_nonce(NOW))));
            }
            Err(error) => {
                assert_eq!(error.reason(), money::ReasonCode::NonceNeeded);
                answers.push(phone.hear(401, Some(&verifier.issue_nonce(NOW))));
            }
        }
    }
    assert_eq!(answers, [Heard::SignAgain, Heard::Answered]);
    assert!(!phone.needs_token(NOW));
}
