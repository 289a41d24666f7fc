//! [`TrustedKeys`]: the keys of a published set, once the pinned root's signature over it holds.

use std::collections::BTreeSet;

use aws_lc_rs::{
    digest,
    signature::{ED25519, ParsedPublicKey, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Digest, Instant};

use crate::{CodeError, KeySet, KeySetBody, PublishedKey, limits};

/// Keys that may sign codes. Made only by [`TrustedKeys::check`].
#[derive(Clone, Debug)]
pub struct TrustedKeys {
    keys: Vec<TrustedKey>,
    sequence: u64,
    issued_at: Instant,
    expires_at: Instant,
    revoked_keys: BTreeSet<String>,
    revoked_serials: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct TrustedKey {
    kid: String,
    not_before: Instant,
    not_after: Instant,
    /// Parsed once, for the many codes it is asked about.
    public: ParsedPublicKey,
}

/// Why a key set is not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// Signed by, or made for, another root than the pinned one.
    #[error("key set belongs to another root")]
    OtherRoot,
    /// The root's signature does not hold.
    #[error("key set is not signed by its root")]
    Signature,
    /// A key, name or number outside its bounds.
    #[error("key set cannot be read")]
    Malformed,
    /// Older than a set already seen.
    #[error("key set is older than one already seen")]
    RolledBack,
    /// Its time is over.
    #[error("key set has expired")]
    Expired,
}

impl TrustedKeys {
    /// Checks a published set: the pinned root signed exactly these bytes, it is no older than what was seen
    /// before (the same sequence again is fine), and it has not expired.
    ///
    /// `pinned_root` is SHA-256 of the root's 32-byte public key. Signatures are Ed25519 (RFC 8032).
    ///
    /// # Errors
    /// [`KeySetError`], the first that applies.
    pub fn check(
        set: &KeySet,
        pinned_root: &Digest,
        last_sequence: Option<u64>,
        now: Instant,
    ) -> Result<Self, KeySetError> {
        let root: [u8; 32] = bytes(&set.root_x).ok_or(KeySetError::OtherRoot)?;
        let body = &set.set;
        if sha256(&root) != *pinned_root || body.root != *pinned_root {
            return Err(KeySetError::OtherRoot);
        }
        if body.sequence > limits::SEQUENCE_MAX || body.keys.len() > limits::KEYS_MAX || !is_revocation(body) {
            return Err(KeySetError::Malformed);
        }
        let signature: [u8; 64] = bytes(&set.signature).ok_or(KeySetError::Signature)?;
        let signed = serde_json_canonicalizer::to_vec(body).map_err(|_| KeySetError::Malformed)?;
        UnparsedPublicKey::new(&ED25519, &root).verify(&signed, &signature).map_err(|_| KeySetError::Signature)?;
        let keys = body.keys.iter().map(TrustedKey::read).collect::<Option<Vec<_>>>();
        let keys = keys.filter(|keys| are_distinct(keys)).ok_or(KeySetError::Malformed)?;
        if last_sequence.is_some_and(|last| body.sequence < last) {
            return Err(KeySetError::RolledBack);
        }
        if body.expires_at <= now {
            return Err(KeySetError::Expired);
        }
        Ok(Self {
            keys,
            sequence: body.sequence,
            issued_at: body.issued_at,
            expires_at: body.expires_at,
            revoked_keys: body.revoked_keys.iter().cloned().collect(),
            revoked_serials: body.revoked_serials.iter().cloned().collect(),
        })
    }

    /// Its sequence number; a client keeps it and never goes back.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// From this moment on these keys vouch for nothing.
    #[must_use]
    pub const fn expires_at(&self) -> Instant {
        self.expires_at
    }

    /// How old this reader's knowledge of withdrawn keys and stickers is, in whole seconds.
    #[must_use]
    pub fn revocation_age_seconds(&self, now: Instant) -> i64 {
        now.millis_since(self.issued_at).max(0).checked_div(1000).unwrap_or(0)
    }

    /// The same, where it is young enough to rely on and the reader's clock is not behind the set itself.
    pub(crate) fn fresh_revocation_age(&self, now: Instant) -> Result<i64, CodeError> {
        let latest = now.checked_add_seconds(limits::CLOCK_SKEW_SECONDS).unwrap_or(now);
        let age = self.revocation_age_seconds(now);
        let fresh = self.issued_at <= latest && age <= limits::REVOCATION_AGE_SECONDS_MAX;
        if fresh { Ok(age) } else { Err(CodeError::Stale) }
    }

    /// Whether the sticker of this serial is withdrawn.
    pub(crate) fn is_withdrawn(&self, serial: &str) -> bool {
        self.revoked_serials.contains(serial)
    }

    /// The public key `kid`, if it was in force when the code was made and the set still is.
    pub(crate) fn key(&self, kid: &str, created_at: Instant, now: Instant) -> Result<&ParsedPublicKey, CodeError> {
        if self.revoked_keys.contains(kid) {
            return Err(CodeError::Revoked);
        }
        let key = self.keys.iter().find(|key| key.kid == kid).ok_or(CodeError::UnknownKey)?;
        let in_force = key.not_before <= created_at && created_at < key.not_after && now < self.expires_at;
        if in_force { Ok(&key.public) } else { Err(CodeError::UnknownKey) }
    }
}

impl TrustedKey {
    fn read(key: &PublishedKey) -> Option<Self> {
        let public: [u8; 32] = bytes(&key.x)?;
        let public = ParsedPublicKey::new(&ED25519, public).ok()?;
        let valid = is_kid(&key.kid) && key.not_before < key.not_after;
        valid.then(|| Self { kid: key.kid.clone(), not_before: key.not_before, not_after: key.not_after, public })
    }
}

fn are_distinct(keys: &[TrustedKey]) -> bool {
    keys.iter().enumerate().all(|(index, key)| keys.iter().take(index).all(|earlier| earlier.kid != key.kid))
}

/// Signs a key set as its root does: Ed25519 over the JCS bytes (RFC 8785) of the body.
///
/// The body's `root` is set from `root_x`, so that the two never disagree.
///
/// # Panics
/// Never: the body holds text, moments and one integer.
#[must_use]
pub fn sign_key_set(set: KeySetBody, root_x: [u8; 32], sign: impl FnOnce(&[u8]) -> [u8; 64]) -> KeySet {
    let set = KeySetBody { root: sha256(&root_x), ..set };
    let signed = match serde_json_canonicalizer::to_vec(&set) {
        Ok(signed) => signed,
        #[expect(clippy::panic, reason = "a wire type that cannot be written is a bug")]
        Err(error) => panic!("key set cannot be canonicalised: {error}"),
    };
    let signature = URL_SAFE_NO_PAD.encode(sign(&signed));
    KeySet { root_x: URL_SAFE_NO_PAD.encode(root_x), set, signature }
}

/// Whether what is withdrawn stays within its bounds.
fn is_revocation(body: &KeySetBody) -> bool {
    body.revoked_keys.len() <= limits::REVOKED_KEYS_MAX
        && body.revoked_serials.len() <= limits::REVOKED_SERIALS_MAX
        && body.revoked_keys.iter().all(|kid| is_kid(kid))
        && body.revoked_serials.iter().all(|serial| is_serial(serial))
}

/// Whether `serial` is 1 to 16 characters of `[A-Z0-9-]`.
pub(crate) fn is_serial(serial: &str) -> bool {
    (1..=limits::SERIAL_CHARS_MAX).contains(&serial.len())
        && serial.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-'))
}

/// Whether `kid` is 1 to 16 characters of `[a-z0-9-]`.
pub(crate) fn is_kid(kid: &str) -> bool {
    (1..=limits::KID_CHARS_MAX).contains(&kid.len())
        && kid.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Exactly `N` bytes of base64url (RFC 4648 §5) without padding and without stray trailing bits.
pub(crate) fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// Whether an Ed25519 signature (RFC 8032 §5.1.7) holds.
pub(crate) fn holds(public: &ParsedPublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    public.verify_sig(message, signature).is_ok()
}

fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    Digest::from_bytes(out)
}
