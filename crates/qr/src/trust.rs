//! [`TrustedKeys`]: the keys of a published set, once the pinned root's signature over it holds.

use aws_lc_rs::{
    digest,
    signature::{ED25519, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Digest, Instant};

use crate::{KeySet, KeySetBody, PublishedKey, limits};

/// Keys that may sign codes. Made only by [`TrustedKeys::check`].
#[derive(Clone, Debug)]
pub struct TrustedKeys {
    keys: Vec<TrustedKey>,
    sequence: u64,
    expires_at: Instant,
}

#[derive(Clone, Debug)]
struct TrustedKey {
    kid: String,
    not_before: Instant,
    not_after: Instant,
    public: [u8; 32],
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
        if body.sequence > limits::SEQUENCE_MAX || body.keys.len() > limits::KEYS_MAX {
            return Err(KeySetError::Malformed);
        }
        let signature: [u8; 64] = bytes(&set.signature).ok_or(KeySetError::Signature)?;
        let signed = serde_json_canonicalizer::to_vec(body).map_err(|_| KeySetError::Malformed)?;
        if !holds(&root, &signed, &signature) {
            return Err(KeySetError::Signature);
        }
        let keys = body.keys.iter().map(TrustedKey::read).collect::<Option<Vec<_>>>();
        let keys = keys.filter(|keys| are_distinct(keys)).ok_or(KeySetError::Malformed)?;
        if last_sequence.is_some_and(|last| body.sequence < last) {
            return Err(KeySetError::RolledBack);
        }
        if body.expires_at <= now {
            return Err(KeySetError::Expired);
        }
        Ok(Self { keys, sequence: body.sequence, expires_at: body.expires_at })
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

    /// The public key `kid`, if it was in force when the code was made and the set still is.
    pub(crate) fn key(&self, kid: &str, created_at: Instant, now: Instant) -> Option<&[u8; 32]> {
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        let in_force = key.not_before <= created_at && created_at < key.not_after && now < self.expires_at;
        in_force.then_some(&key.public)
    }
}

impl TrustedKey {
    fn read(key: &PublishedKey) -> Option<Self> {
        let public = bytes(&key.x)?;
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
pub(crate) fn holds(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    Digest::from_bytes(out)
}
