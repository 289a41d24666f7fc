//! Bytes as edits of a genuine code, with and without a checksum made right again: never accepted.
#![no_main]

use std::sync::LazyLock;

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use money::{Amount, Currency, Digest, Instant, IntentId, PayeeId};
use qr::{CodeText, DynamicCode, KeySetBody, LocalText, PublishedKey, TrustedKeys};

const NOW: Instant = Instant::from_unix_seconds(1_790_000_000);
const LATER: Instant = Instant::from_unix_seconds(1_790_003_600);

static GENUINE: LazyLock<(String, TrustedKeys)> = LazyLock::new(|| {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[2; 32]).expect("a seed");
    let sign = |message: &[u8]| -> [u8; 64] { pair.sign(message).as_ref().try_into().expect("64 bytes") };
    let public: [u8; 32] = pair.public_key().as_ref().try_into().expect("32 bytes");
    let pinned = Digest::from_bytes(digest(&SHA256, &public).as_ref().try_into().expect("32 bytes"));
    let key =
        PublishedKey { kid: "k".to_owned(), not_before: NOW, not_after: LATER, x: URL_SAFE_NO_PAD.encode(public) };
    let body = KeySetBody { expires_at: LATER, issued_at: NOW, keys: vec![key], revoked_keys: Vec::new(), revoked_serials: Vec::new(), root: pinned, sequence: 1 };
    let keys = TrustedKeys::check(&qr::sign_key_set(body, public, sign), &pinned, None, NOW).expect("a good set");
    let code = DynamicCode {
        intent: IntentId::new(NOW, [1; 10]),
        payee: PayeeId::new(NOW, [2; 10]),
        amount: Amount::new(4_500, Currency::KRW),
        created_at: NOW,
        expires_at: LATER,
        quote: Digest::from_bytes([3; 32]),
        kid: "k".to_owned(),
    };
    let local = LocalText { language: "ko".to_owned(), name: "한빛커피".to_owned(), city: None };
    let text = CodeText {
        name: "Hanbit Coffee".to_owned(),
        city: "Seoul".to_owned(),
        category: "5814".to_owned(),
        country: "KR".to_owned(),
        local: Some(local),
    };
    (qr::make(&code, &text, sign).expect("a good code"), keys)
});

fuzz_target!(|edit: (u16, u8, &str)| {
    let (at, cut, put) = edit;
    let (good, keys) = &*GENUINE;
    let mut chars: Vec<char> = good.chars().collect();
    let start = usize::from(at) % chars.len();
    let end = start.saturating_add(usize::from(cut)).min(chars.len());
    chars.splice(start..end, put.chars());
    let edited: String = chars.into_iter().collect();
    if edited == *good {
        return;
    }
    assert!(qr::verify(&edited, keys, NOW).is_err());
    assert!(put == good || qr::verify(put, keys, NOW).is_err());
    // A forger closes the edit with a right checksum.
    if let Some((open, _)) = edited.len().checked_sub(4).and_then(|end| edited.split_at_checked(end)) {
        let forged = format!("{open}{:04X}", crc16(open.as_bytes()));
        assert!(forged == *good || qr::verify(&forged, keys, NOW).is_err());
    }
});

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        (0..8)
            .fold(crc ^ (u16::from(byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    })
}
