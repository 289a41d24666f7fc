//! How long a scan takes: reading and checking a dynamic code beside its Ed25519 signature alone.
#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use criterion::{Criterion, criterion_group, criterion_main};
use money::{Amount, Currency, Digest, Instant, IntentId, PayeeId};
use qr::{CodeText, DynamicCode, KeySetBody, LocalText, PublishedKey, TrustedKeys};

const PLAIN: &str = "00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST \
                     MERCHANT6006MANILA63044481";

fn sign(pair: &Ed25519KeyPair, message: &[u8]) -> [u8; 64] {
    pair.sign(message).as_ref().try_into().unwrap()
}

fn trusted(pair: &Ed25519KeyPair, now: Instant) -> TrustedKeys {
    let public: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &public);
    let pinned = Digest::from_bytes(digest.as_ref().try_into().unwrap());
    let later = now.checked_add_seconds(3_600).unwrap();
    let key =
        PublishedKey { kid: "key-1".to_owned(), not_before: now, not_after: later, x: URL_SAFE_NO_PAD.encode(public) };
    let body = KeySetBody {
        expires_at: later,
        issued_at: now,
        keys: vec![key],
        revoked_keys: Vec::new(),
        revoked_serials: Vec::new(),
        root: pinned,
        sequence: 1,
    };
    let set = qr::sign_key_set(body, public, |bytes| sign(pair, bytes));
    TrustedKeys::check(&set, &pinned, None, now).unwrap()
}

fn dynamic(pair: &Ed25519KeyPair, now: Instant) -> String {
    let code = DynamicCode {
        intent: IntentId::new(now, [1; 10]),
        payee: PayeeId::new(now, [2; 10]),
        amount: Amount::new(4_500, Currency::KRW),
        created_at: now,
        expires_at: now.checked_add_seconds(60).unwrap(),
        quote: Digest::from_bytes([3; 32]),
        kid: "key-1".to_owned(),
    };
    let local =
        LocalText { language: "ko".to_owned(), name: "한빛커피".to_owned(), city: Some("서울".to_owned()) };
    let text = CodeText {
        name: "Hanbit Coffee".to_owned(),
        city: "Seoul".to_owned(),
        category: "5814".to_owned(),
        country: "KR".to_owned(),
        local: Some(local),
    };
    qr::make(&code, &text, |bytes| sign(pair, bytes)).unwrap()
}

fn codes(criterion: &mut Criterion) {
    let now = Instant::from_unix_seconds(1_790_000_000);
    let pair = Ed25519KeyPair::from_seed_unchecked(&[2; 32]).unwrap();
    let keys = trusted(&pair, now);
    let payload = dynamic(&pair, now);
    // The same number of bytes as the code signs, and the key parsed each time, as `verify` does.
    let signed = payload.get(..payload.len().saturating_sub(111)).unwrap().as_bytes();
    let signature = sign(&pair, signed);
    let public = pair.public_key().as_ref();

    criterion.bench_function("ed25519 verify alone", |bencher| {
        bencher.iter(|| UnparsedPublicKey::new(&ED25519, public).verify(black_box(signed), &signature).unwrap());
    });
    criterion.bench_function("dynamic code: decode and verify", |bencher| {
        bencher.iter(|| qr::verify(black_box(&payload), &keys, now).unwrap());
    });
    criterion.bench_function("dynamic code: decode", |bencher| {
        bencher.iter(|| qr::decode(black_box(&payload)).unwrap());
    });
    criterion.bench_function("plain EMVCo code: decode", |bencher| {
        bencher.iter(|| qr::decode(black_box(PLAIN)).unwrap());
    });
}

/// Four kilobytes that ask for every kind of work: a host in another alphabet, links in links, parameters, folders.
fn hostile(fill: &str) -> String {
    let mut link =
        String::from("https://pay.nаver.com.kakaobanк-1ogin.ѕесure.example.xn--80aa0cbo65f.top/www.naver.com/?");
    while link.len() < 4_096 {
        link.push_str(fill);
    }
    link
}

fn links(criterion: &mut Criterion) {
    let now = Instant::EPOCH;
    for (name, link) in [
        ("honest link", "https://pay.naver.com/order?id=1".to_owned()),
        ("look-alike link", "https://secure-kakaobamk.com/login".to_owned()),
        (
            "hostile 4 kB link: links in links",
            hostile("u=https%3A%2F%2Fkakaobamk.com%2F%3Fnext%3Dhttps%253A%252F%252Fпаypal.com&"),
        ),
        ("hostile 4 kB link: letters", hostile("ѕ҉а́ｅ")),
        ("hostile 4 kB link: escapes", hostile("%25%32%35")),
    ] {
        criterion.bench_function(&format!("inspect {name}"), |bencher| {
            bencher.iter(|| qr::inspect(black_box(&link), None, now));
        });
    }
}

criterion_group!(benches, codes, links);
criterion_main!(benches);
