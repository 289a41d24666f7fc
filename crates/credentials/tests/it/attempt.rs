//! One attempt at a payment request: honest until a row changes one thing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::{DeviceRequest, ProofError, SignedPayment, TokenGrant, Verifier, VerifierKeys};
use device::{DeviceKey, SoftwareKey};
use money::{DeviceId, Instant, PayerId, ReasonCode, Secret};
use protocol::{PayBody, sha256, to_canonical};
use serde_json::{Value, json};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:8080";
pub(crate) const PATH: &str = "/v1/payments";
pub(crate) const NOW: Instant = Instant::from_unix_seconds(1_790_000_000);
pub(crate) const PAYER: PayerId = PayerId::from_bytes([1; 16]);
pub(crate) const DEVICE: DeviceId = DeviceId::from_bytes([2; 16]);

pub(crate) fn verifier() -> Verifier {
    Verifier::new(ORIGIN, VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) })
}

pub(crate) fn key(seed: u8) -> SoftwareKey {
    SoftwareKey::from_seed([seed; 32]).unwrap()
}

pub(crate) fn later(seconds: i64) -> Instant {
    NOW.checked_add_seconds(seconds).unwrap()
}

pub(crate) fn token_of(key: &SoftwareKey, at: Instant) -> String {
    let grant = TokenGrant { payer: PAYER, device: DEVICE, key: key.jwk().thumbprint(), session: DEVICE.into() };
    verifier().issue_token(&grant, 0, at).access_token
}

pub(crate) fn pay_body() -> PayBody {
    serde_json::from_value(json!({
        "amount": {"currency": "KRW", "minor": 4500},
        "client": {"app": "test", "shown_at": 1_790_000_000_000_i64},
        "device": DEVICE,
        "funding": "wallet",
        "intent": money::IntentId::from_bytes([3; 16]),
        "payer": PAYER,
        "payment": money::PaymentId::from_bytes([4; 16]),
        "quote": sha256(b"terms"),
        "via": {"kind": "link"},
    }))
    .unwrap()
}

type Edit = Box<dyn Fn(&str) -> String>;

pub(crate) struct Attempt {
    pub(crate) header: Value,
    /// Written instead of `header`.
    pub(crate) header_text: Option<String>,
    pub(crate) claims: Value,
    /// Written instead of `claims`.
    pub(crate) claims_text: Option<String>,
    pub(crate) signer: SoftwareKey,
    pub(crate) signature: Box<dyn Fn([u8; 64]) -> Vec<u8>>,
    /// What happens to the compact proof on its way.
    pub(crate) on_the_way: Edit,
    pub(crate) authorization: Option<String>,
    pub(crate) sent: bool,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) now: Instant,
}

impl Attempt {
    /// What an honest phone sends.
    pub(crate) fn honest() -> Self {
        let signer = key(1);
        let token = token_of(&signer, NOW);
        let mut attempt = Self {
            header: json!({"alg": "ES256", "jwk": signer.jwk(), "typ": "dpop+jwt"}),
            header_text: None,
            claims: json!({
                "htm": "POST",
                "htu": format!("{ORIGIN}{PATH}"),
                "iat": NOW.unix_seconds(),
                "jti": "0123456789abcdef",
                "nonce": verifier().issue_nonce(NOW),
            }),
            claims_text: None,
            signer,
            signature: Box::new(|raw| raw.to_vec()),
            on_the_way: Box::new(str::to_owned),
            authorization: None,
            sent: true,
            method: "POST",
            path: PATH.to_owned(),
            body: Vec::new(),
            now: NOW,
        };
        attempt.use_token(&token);
        attempt.sign_body(to_canonical(&pay_body()));
        attempt
    }

    /// Sends and signs for another token.
    pub(crate) fn use_token(&mut self, token: &str) {
        self.authorization = Some(format!("DPoP {token}"));
        self.claims["ath"] = json!(sha256(token.as_bytes()));
    }

    /// Sends and signs another body.
    pub(crate) fn sign_body(&mut self, body: impl Into<Vec<u8>>) {
        self.body = body.into();
        self.claims["body_s256"] = json!(sha256(&self.body));
    }

    /// Sends and signs the honest body after an edit of its text.
    pub(crate) fn edit_body(&mut self, from: &str, to: &str) {
        let text = String::from_utf8(to_canonical(&pay_body())).unwrap();
        assert!(text.contains(from), "`{from}` is not in {text}");
        self.sign_body(text.replacen(from, to, 1));
    }

    pub(crate) fn without_claim(&mut self, name: &str) {
        self.claims.as_object_mut().unwrap().remove(name).unwrap();
    }

    pub(crate) fn compact(&self) -> String {
        let header = self.header_text.clone().unwrap_or_else(|| self.header.to_string());
        let claims = self.claims_text.clone().unwrap_or_else(|| self.claims.to_string());
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = (self.signature)(self.signer.sign(message.as_bytes()).unwrap());
        (self.on_the_way)(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Gives the request to `with`.
    pub(crate) fn send<T>(&self, with: impl FnOnce(&Verifier, &DeviceRequest<'_>, Instant) -> T) -> T {
        let compact = self.compact();
        let request = DeviceRequest {
            authorization: self.authorization.as_deref(),
            dpop: self.sent.then_some(&compact),
            method: self.method,
            path: &self.path,
            body: &self.body,
        };
        with(&verifier(), &request, self.now)
    }

    pub(crate) fn pay(&self) -> Result<SignedPayment, ProofError> {
        self.send(Verifier::signed)
    }
}

/// The attempt after `fault` is refused with exactly `expected`.
#[track_caller]
pub(crate) fn check(fault: impl FnOnce(&mut Attempt), expected: ReasonCode) {
    let mut attempt = Attempt::honest();
    fault(&mut attempt);
    let error = attempt.pay().expect_err("the fault was not noticed");
    let reason = match &error {
        ProofError::Body(error) => credentials::body_reason(error, &attempt.body),
        other => other.reason(),
    };
    assert_eq!(reason, expected);
    assert_eq!(error.is_authenticated(), expected != ReasonCode::AuthRefused);
}

/// A DER `SEQUENCE { r INTEGER, s INTEGER }` of a raw signature.
pub(crate) fn der(raw: [u8; 64]) -> Vec<u8> {
    let integer = |bytes: &[u8]| {
        let mut value: Vec<u8> = bytes.iter().copied().skip_while(|&byte| byte == 0).collect();
        if value.first().is_none_or(|&byte| byte & 0x80 != 0) {
            value.insert(0, 0);
        }
        [vec![2, value.len() as u8], value].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    [vec![0x30, body.len() as u8], body].concat()
}
