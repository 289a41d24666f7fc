//! Phones with software keys, and what the server makes of their requests: real signatures, no shortcut.

use credentials::{DeviceRequest, SignedPayment, TokenGrant, Verifier, VerifierKeys};
use device::{DeviceKey, Moment, Phone, Request, SoftwareKey};
use money::{DeviceId, Instant, PayerId, Secret};
use protocol::{PayBody, sha256};

/// Where every test server is.
pub const ORIGIN: &str = "http://127.0.0.1:8080";

/// A server's verifier with known keys, and the two things only a server can give a phone.
#[derive(Debug)]
pub struct TestVerifier(Verifier);

impl Default for TestVerifier {
    fn default() -> Self {
        Self::new(ORIGIN)
    }
}

impl std::ops::Deref for TestVerifier {
    type Target = Verifier;

    fn deref(&self) -> &Verifier {
        &self.0
    }
}

impl TestVerifier {
    /// A verifier for another origin than [`ORIGIN`].
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let keys = VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) };
        Self(Verifier::new(origin, keys))
    }
}

/// The phone of a seed: payer, device and key all follow from it. It has neither token nor nonce.
///
/// # Panics
/// When the seed gives no key, which has not been seen.
#[must_use]
#[expect(clippy::expect_used, reason = "for tests")]
pub fn test_phone(seed: u8) -> Phone<SoftwareKey> {
    let key = SoftwareKey::from_seed([seed; 32]).expect("the seed gives a key");
    Phone::new(key, ORIGIN, PayerId::from_bytes([seed; 16]), DeviceId::from_bytes([seed; 16]))
}

/// Gives the phone what it gets on first contact: a token for its key and a nonce.
pub fn admit<K: DeviceKey>(verifier: &Verifier, phone: &mut Phone<K>, now: Instant) {
    let grant = TokenGrant {
        payer: phone.payer(),
        device: phone.device(),
        key: phone.jwk().thumbprint(),
        session: phone.device().into(),
    };
    phone.accept_token(&verifier.issue_token(&grant, 0, now));
    phone.hear(200, Some(&verifier.issue_nonce(now)));
}

/// What the HTTP layer makes of a request.
#[must_use]
pub fn arrived(request: &Request) -> DeviceRequest<'_> {
    DeviceRequest {
        authorization: request.header("authorization"),
        dpop: request.header("dpop"),
        method: request.method,
        path: request.path.split('?').next().unwrap_or_default(),
        body: &request.body,
    }
}

/// `body`, approved by an admitted phone and verified. The `jti` follows from payment and time, so the same call
/// gives the same proof use: a replay.
///
/// # Panics
/// When the phone has no token or nonce of this verifier.
#[must_use]
#[expect(clippy::expect_used, reason = "for tests")]
pub fn signed_payment<K: DeviceKey>(
    verifier: &Verifier,
    phone: &Phone<K>,
    body: PayBody,
    now: Instant,
) -> SignedPayment {
    let at = Moment { now, random: jti(&body, now) };
    let request = phone.post("/v1/payments", &body, at).expect("the phone is admitted");
    verifier.signed(&arrived(&request), now).expect("an honest proof is accepted")
}

fn jti(body: &PayBody, now: Instant) -> [u8; 16] {
    let digest = sha256(format!("{} {now}", body.payment).as_bytes());
    let mut random = [0; 16];
    for (slot, byte) in random.iter_mut().zip(digest.as_bytes()) {
        *slot = *byte;
    }
    random
}
