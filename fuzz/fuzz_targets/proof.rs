//! Header and body bytes against every door of `credentials`: never a panic, and never authenticated without a key.
//!
//! The input is lines: authorization, proof or Signature-Input, path or Signature, Content-Digest; the rest is the
//! body. Run it with `RUSTC_BOOTSTRAP=1 cargo fuzz run proof`.
#![no_main]

use credentials::{ApiKey, DeviceRequest, SignedRequest, Verifier, VerifierKeys, body_reason, http_signature};
use libfuzzer_sys::fuzz_target;
use money::{DeviceId, Instant, PayerId, Secret};
use protocol::{CanonicalError, PayBody, SessionKind, TokenBody, from_canonical};

const NOW: Instant = Instant::from_unix_seconds(1_790_000_000);

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(5, |&byte| byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let texts = [line(), line(), line(), line()].map(|line| str::from_utf8(line).unwrap_or_default());
    let [first, second, third, fourth] = texts;
    let body = line();

    let keys = VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) };
    let verifier = Verifier::new("http://127.0.0.1:8080", keys);
    let request = DeviceRequest { authorization: Some(first), dpop: Some(second), method: "POST", path: third, body };
    // Without the server's key no token is genuine, so nobody gets further than "refused".
    assert!(verifier.signed::<PayBody>(&request, NOW).is_err_and(|error| !error.is_authenticated()));
    assert!(verifier.caller(&request, NOW).is_err_and(|error| !error.is_authenticated()));
    let (device, kind, payer) = (DeviceId::from_bytes([1; 16]), SessionKind::Own, PayerId::from_bytes([2; 16]));
    let joining = TokenBody { device, kind, payer };
    // A key of the fuzzer's own could sign, but not the server's nonce.
    let enrolling = DeviceRequest { authorization: None, ..request };
    assert!(verifier.enrolling::<TokenBody>(&enrolling, NOW).is_err());
    assert!(verifier.possession(second, third, &joining, NOW).is_err());
    let _ = ApiKey::parse(first);
    assert!(verifier.refresh(first, joining.payer, joining.device).is_none());

    let signed = SignedRequest {
        method: "POST",
        authority: first,
        path: "/v1/refunds",
        signature_input: second,
        signature: third,
        content_digest: fourth,
        body,
    };
    if let Ok(presented) = http_signature::read(&signed) {
        let _ = presented.verify::<TokenBody>(&[9; 32], NOW);
    }
    if let Err(error @ CanonicalError::Malformed(_)) = from_canonical::<PayBody>(body) {
        let _ = body_reason(&error, body);
    }
});
