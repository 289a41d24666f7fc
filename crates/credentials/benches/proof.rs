//! From header bytes to [`SignedPayment`], beside the bare P-256 verification inside it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::{DeviceRequest, SignedPayment, TokenGrant, Verifier, VerifierKeys, verify_es256};
use criterion::{Criterion, criterion_group, criterion_main};
use device::{DeviceKey, Moment, Phone, SoftwareKey};
use money::{DeviceId, Instant, IntentId, PayerId, PaymentId, Secret};
use protocol::{PayBody, from_canonical, sha256};

fn proof(criterion: &mut Criterion) {
    let now = Instant::from_unix_seconds(1_790_000_000);
    let (payer, device) = (PayerId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
    let keys = VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) };
    let verifier = Verifier::new("http://127.0.0.1:8080", keys);
    let key = SoftwareKey::from_seed([1; 32]).unwrap();
    let point = key.jwk().point().unwrap();
    let grant = TokenGrant { payer, device, key: key.jwk().thumbprint(), session: device.into() };
    let mut phone = Phone::new(key, "http://127.0.0.1:8080", payer, device);
    phone.hear(200, Some(&verifier.issue_nonce(now)));
    phone.accept_token(&verifier.issue_token(&grant, 0, now));
    let body: PayBody = serde_json::from_value(serde_json::json!({
        "amount": {"currency": "KRW", "minor": 4500},
        "client": {"app": "bench", "shown_at": 1_790_000_000_000_i64},
        "device": device,
        "funding": "wallet",
        "intent": IntentId::from_bytes([3; 16]),
        "payer": payer,
        "payment": PaymentId::from_bytes([4; 16]),
        "quote": sha256(b"terms"),
        "via": {"kind": "code", "payload": "0".repeat(400)},
    }))
    .unwrap();
    let request = phone.post("/v1/payments", &body, Moment { now, random: [5; 16] }).unwrap();
    let compact = request.header("dpop").unwrap();
    let arrived = DeviceRequest {
        authorization: request.header("authorization"),
        dpop: Some(compact),
        method: "POST",
        path: "/v1/payments",
        body: &request.body,
    };
    let (message, signature) = compact.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();

    let mut group = criterion.benchmark_group("proof");
    group.bench_function("bare_p256", |bencher| {
        bencher.iter(|| verify_es256(black_box(&point), black_box(message.as_bytes()), black_box(&signature)).unwrap());
    });
    group.bench_function("canonical_body", |bencher| {
        bencher.iter(|| from_canonical::<PayBody>(black_box(&request.body)).unwrap());
    });
    group.bench_function("signed_payment", |bencher| {
        bencher.iter(|| -> SignedPayment { verifier.signed(black_box(&arrived), black_box(now)).unwrap() });
    });
    group.finish();
}

criterion_group!(benches, proof);
criterion_main!(benches);
