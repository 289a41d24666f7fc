//! The phone's half against the server's half, and arbitrary bytes against both doors.

use credentials::{DeviceRequest, SignedRequest, TokenGrant, Verifier, VerifierKeys, http_signature};
use device::{DeviceKey, Moment, Phone, Request, SoftwareKey};
use money::{DeviceId, Instant, PayerId, Secret};
use proptest::prelude::*;
use protocol::{PayBody, TestFundsBody, TokenBody};

use crate::attempt::{Attempt, NOW, verifier};

/// What the HTTP layer makes of a request: headers as they are, the path without its query.
fn arrived(request: &Request) -> DeviceRequest<'_> {
    DeviceRequest {
        authorization: request.header("authorization"),
        dpop: request.header("dpop"),
        method: request.method,
        path: request.path.split('?').next().unwrap(),
        body: &request.body,
    }
}

proptest! {
    #[test]
    fn what_a_phone_signs_the_server_accepts(
        seed: [u8; 32],
        keys: ([u8; 32], [u8; 32]),
        ids: ([u8; 16], [u8; 16]),
        random: [u8; 16],
        seconds in 0_i64..4_000_000_000,
        skew in -60_i64..=60,
        minor in -9_007_199_254_740_991_i64..=9_007_199_254_740_991,
        query in "(\\?[a-z=&]{0,20})?",
    ) {
        let now = Instant::from_unix_seconds(seconds);
        let at = Moment { now: now.checked_add_seconds(skew).unwrap(), random };
        let key = SoftwareKey::from_seed(seed).unwrap();
        let (payer, device) = (PayerId::from_bytes(ids.0), DeviceId::from_bytes(ids.1));
        let grant = TokenGrant { payer, device, key: key.jwk().thumbprint(), session: device.into() };
        let verifier = Verifier::new("https://pay.example", VerifierKeys { token: Secret::new(keys.0), nonce: Secret::new(keys.1) });
        let mut phone = Phone::new(key, "https://pay.example", payer, device);
        phone.hear(401, Some(&verifier.issue_nonce(now)));

        let request = phone.token_request(at).unwrap();
        let enrolling = verifier.enrolling::<TokenBody>(&arrived(&request), now).unwrap();
        prop_assert_eq!((enrolling.body().payer, enrolling.key()), (payer, grant.key));

        phone.accept_token(&verifier.issue_token(&grant, 0, now));
        let body = TestFundsBody { amount: money::Amount::new(minor, money::Currency::KRW) };
        let request = phone.post("/v1/test/funds", &body, at).unwrap();
        let signed = verifier.signed::<TestFundsBody>(&arrived(&request), now).unwrap();
        prop_assert_eq!((signed.payer(), signed.device(), signed.key()), (payer, device, grant.key));
        prop_assert_eq!(signed.into_body(), body);

        let request = phone.get(&format!("/v1/payments{query}"), at).unwrap();
        let caller = verifier.caller(&arrived(&request), now).unwrap();
        prop_assert_eq!((caller.payer(), caller.device()), (payer, device));

        let possession = phone.possession(at).unwrap();
        let held = verifier.possession(&possession, "/v1/devices", &protocol::TokenBody { device, kind: protocol::SessionKind::Own, payer }, now).unwrap();
        prop_assert_eq!(held.key(), grant.key);
    }

    #[test]
    fn any_change_to_the_proof_is_refused(at in 0_usize..4096, byte in 0x21_u8..0x7f) {
        let attempt = Attempt::honest();
        let mut bytes = attempt.compact().into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != byte);
        bytes[at] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        let request = DeviceRequest {
            authorization: attempt.authorization.as_deref(),
            dpop: Some(&changed),
            method: attempt.method,
            path: &attempt.path,
            body: &attempt.body,
        };
        let error = verifier().signed::<PayBody>(&request, NOW).unwrap_err();
        prop_assert_eq!(error.reason(), money::ReasonCode::AuthRefused);
    }

    #[test]
    fn arbitrary_headers_never_panic(
        authorization in proptest::option::of(".{0,200}"),
        dpop in proptest::option::of("[A-Za-z0-9_.=-]{0,400}|.{0,200}"),
        path in ".{0,40}",
        body in proptest::collection::vec(any::<u8>(), 0..200),
        millis: i64,
    ) {
        let request = DeviceRequest {
            authorization: authorization.as_deref(),
            dpop: dpop.as_deref(),
            method: "POST",
            path: &path,
            body: &body,
        };
        let now = Instant::from_unix_millis(millis);
        let verifier = verifier();
        prop_assert!(!verifier.signed::<PayBody>(&request, now).unwrap_err().is_authenticated());
        prop_assert!(!verifier.caller(&request, now).unwrap_err().is_authenticated());
        prop_assert!(!verifier.enrolling::<TokenBody>(&request, now).unwrap_err().is_authenticated());
        let _ = credentials::ApiKey::parse(&path);
    }

    /// Past the signature: claims and bodies of any bytes under a genuine signature.
    #[test]
    fn arbitrary_signed_claims_and_bodies_never_panic(
        claims in "\\PC{0,200}|\\{\"iat\":-?[0-9]{1,25},\"htm\":\"POST\"\\}",
        body in "\\PC{0,200}|\\{\"amount\":\\{\"minor\":-?[0-9]{1,30}(\\.[0-9]{1,3})?(e[0-9]{1,3})?\\}\\}",
        is_claims: bool,
    ) {
        let mut attempt = Attempt::honest();
        if is_claims {
            attempt.claims_text = Some(claims);
        } else {
            attempt.sign_body(body);
        }
        if let Err(credentials::ProofError::Body(error)) = attempt.pay() {
            let _ = credentials::body_reason(&error, &attempt.body);
        }
    }

    #[test]
    fn arbitrary_signature_headers_never_panic(
        signature_input in "farthing=\\PC{0,200}|.{0,200}",
        signature in "farthing=:[A-Za-z0-9+/=]{0,100}:|.{0,100}",
        content_digest in "sha-256=:[A-Za-z0-9+/=]{0,60}:|.{0,100}",
        authority in ".{0,40}",
    ) {
        let request = SignedRequest {
            method: "POST",
            authority: &authority,
            path: "/v1/refunds",
            signature_input: &signature_input,
            signature: &signature,
            content_digest: &content_digest,
            body: b"{}",
        };
        prop_assert!(http_signature::read(&request).is_err());
    }
}
