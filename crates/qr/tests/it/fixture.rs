//! A town with one shop, one signing key and one root.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Amount, Currency, Digest, Instant, IntentId, PayeeId};
use qr::{CodeText, DynamicCode, KeySet, KeySetBody, LocalText, PublishedKey, TrustedKeys};

pub(crate) const NOW_SECONDS: i64 = 1_790_000_000;

pub(crate) fn now() -> Instant {
    Instant::from_unix_seconds(NOW_SECONDS)
}

pub(crate) fn later(seconds: i64) -> Instant {
    Instant::from_unix_seconds(NOW_SECONDS + seconds)
}

pub(crate) struct Key(Ed25519KeyPair);

impl Key {
    pub(crate) fn seeded(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.0.public_key().as_ref().try_into().unwrap()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).as_ref().try_into().unwrap()
    }

    pub(crate) fn published(&self, kid: &str) -> PublishedKey {
        PublishedKey {
            kid: kid.to_owned(),
            not_before: later(-86_400),
            not_after: later(86_400),
            x: URL_SAFE_NO_PAD.encode(self.public()),
        }
    }
}

pub(crate) fn root() -> Key {
    Key::seeded(1)
}

pub(crate) fn signer() -> Key {
    Key::seeded(2)
}

pub(crate) fn pinned() -> Digest {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &root().public());
    Digest::from_bytes(digest.as_ref().try_into().unwrap())
}

pub(crate) fn body() -> KeySetBody {
    KeySetBody {
        expires_at: later(3_600),
        issued_at: now(),
        keys: vec![signer().published("key-1")],
        revoked_keys: Vec::new(),
        revoked_serials: Vec::new(),
        root: pinned(),
        sequence: 7,
    }
}

pub(crate) fn key_set(body: KeySetBody) -> KeySet {
    qr::sign_key_set(body, root().public(), |bytes| root().sign(bytes))
}

pub(crate) fn keys() -> TrustedKeys {
    TrustedKeys::check(&key_set(body()), &pinned(), None, now()).unwrap()
}

pub(crate) fn code() -> DynamicCode {
    DynamicCode {
        intent: IntentId::new(now(), [1; 10]),
        payee: PayeeId::new(now(), [2; 10]),
        amount: Amount::new(4_500, Currency::KRW),
        created_at: now(),
        expires_at: later(60),
        quote: Digest::from_bytes([3; 32]),
        kid: "key-1".to_owned(),
    }
}

pub(crate) fn text() -> CodeText {
    CodeText {
        name: "Hanbit Coffee".to_owned(),
        city: "Seoul".to_owned(),
        category: "5814".to_owned(),
        country: "KR".to_owned(),
        local: Some(LocalText {
            language: "ko".to_owned(),
            name: "한빛커피".to_owned(),
            city: Some("서울".to_owned()),
        }),
    }
}

pub(crate) fn make(code: &DynamicCode) -> String {
    qr::make(code, &text(), |bytes| signer().sign(bytes)).unwrap()
}

pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFF_u16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    crc
}

/// The code with a checksum that is right again, as any forger can write it.
pub(crate) fn with_right_crc(code: &str) -> String {
    let body = &code[..code.len() - 4];
    format!("{body}{:04X}", crc16(body.as_bytes()))
}
