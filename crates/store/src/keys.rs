//! The key hierarchy: a key-encryption key, purpose keys derived from it, and data keys of each payer wrapped by it.
//!
//! To erase a payer is to delete their rows of `payer_keys`: names and decision records then say nothing to anybody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{aead, hkdf};
use money::{PayerId, Secret};

use crate::fault::Fault;
use crate::{entropy, limits};

const NONCE_LEN: usize = 12;
const PURPOSE_LABEL: &[u8] = b"farthing purpose key 1 ";
const WRAP_PURPOSE: &str = "payer-key-wrap";
const SYSTEM_PURPOSE: &str = "system-records";
/// The purpose key that only shows whether a key-encryption key is the folder's.
pub(crate) const CHECK_PURPOSE: &str = "key-check";

/// What a payer's data key is for; each class can have its own retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Names of the payer and their devices.
    Identity,
    /// Decision records.
    Decision,
}

impl Class {
    pub(crate) const ALL: [Self; 2] = [Self::Identity, Self::Decision];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Decision => "decision",
        }
    }
}

/// An AES-256-GCM key with its schedule. Sealed bytes are nonce (12, random) ‖ ciphertext ‖ tag (16).
pub(crate) struct SealKey(aead::LessSafeKey);

impl SealKey {
    pub(crate) fn new(bytes: &[u8; 32]) -> Result<Self, Fault> {
        let unbound = aead::UnboundKey::new(&aead::AES_256_GCM, bytes);
        unbound.map(|key| Self(aead::LessSafeKey::new(key))).map_err(|_| Fault::Key("a key cannot be used"))
    }

    /// Encrypts, bound to `context`: the table and row it stands in.
    pub(crate) fn seal(&self, context: &[&[u8]], plain: &[u8]) -> Result<Vec<u8>, Fault> {
        let nonce = entropy::random::<NONCE_LEN>()?;
        let mut sealed = Vec::with_capacity(plain.len().saturating_add(28));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (_, body) = sealed.split_at_mut(NONCE_LEN);
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let tag = self.0.seal_in_place_separate_tag(nonce, aead::Aad::from(context.concat()), body);
        let tag = tag.map_err(|_| Fault::Key("a value could not be encrypted"))?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Decrypts; `None` when the bytes are not what was sealed for this context under this key.
    pub(crate) fn open(&self, context: &[&[u8]], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut body = body.to_vec();
        let nonce = aead::Nonce::assume_unique_for_key(*nonce);
        let plain = self.0.open_in_place(nonce, aead::Aad::from(context.concat()), &mut body).ok()?.len();
        body.truncate(plain);
        Some(body)
    }
}

type PayerKeys = HashMap<(PayerId, Class), Arc<SealKey>>;

/// The keys of one store, shared by its writer and readers.
pub(crate) struct Keyring {
    kek: Secret<[u8; 32]>,
    wrap: SealKey,
    payers: Mutex<PayerKeys>,
    system: Mutex<HashMap<i64, Arc<SealKey>>>,
}

impl Keyring {
    pub(crate) fn new(kek: Secret<[u8; 32]>) -> Result<Self, Fault> {
        let wrap = SealKey::new(derive(&kek, WRAP_PURPOSE)?.dangerous_reveal())?;
        Ok(Self { kek, wrap, payers: Mutex::default(), system: Mutex::default() })
    }

    /// The purpose key of `label`.
    pub(crate) fn purpose(&self, label: &str) -> Result<Secret<[u8; 32]>, Fault> {
        derive(&self.kek, label)
    }

    /// The key of records that belong to no payer. WHY one a writer epoch: random nonces allow 2³² values a key.
    pub(crate) fn system(&self, epoch: i64) -> Result<Arc<SealKey>, Fault> {
        if let Some(key) = locked(&self.system).get(&epoch) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(SealKey::new(self.purpose(&format!("{SYSTEM_PURPOSE}/{epoch}"))?.dangerous_reveal())?);
        locked(&self.system).insert(epoch, Arc::clone(&key));
        Ok(key)
    }

    /// A payer's key that is remembered already.
    pub(crate) fn remembered(&self, payer: PayerId, class: Class) -> Option<Arc<SealKey>> {
        locked(&self.payers).get(&(payer, class)).map(Arc::clone)
    }

    /// A payer's key out of its stored form.
    pub(crate) fn unwrap_key(&self, payer: PayerId, class: Class, wrapped: &[u8]) -> Result<Arc<SealKey>, Fault> {
        let key = self.wrap.open(&[payer.as_bytes(), class.word().as_bytes()], wrapped);
        let key: Option<[u8; 32]> = key.and_then(|bytes| bytes.try_into().ok());
        Ok(Arc::new(SealKey::new(&key.ok_or(Fault::Key("a payer's key cannot be unwrapped"))?)?))
    }

    /// A new key for a payer, and its form to be stored.
    pub(crate) fn new_key(&self, payer: PayerId, class: Class) -> Result<(Arc<SealKey>, Vec<u8>), Fault> {
        let bytes = entropy::random::<32>()?;
        let wrapped = self.wrap.seal(&[payer.as_bytes(), class.word().as_bytes()], &bytes)?;
        Ok((Arc::new(SealKey::new(&bytes)?), wrapped))
    }

    /// Forgets every unwrapped key: after a commit that failed, one of them may never have been stored.
    pub(crate) fn forget(&self) {
        locked(&self.payers).clear();
    }

    pub(crate) fn remember(&self, payer: PayerId, class: Class, key: &Arc<SealKey>) {
        let mut payers = locked(&self.payers);
        if payers.len() >= limits::CACHED_KEYS_MAX {
            payers.clear();
        }
        payers.insert((payer, class), Arc::clone(key));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// HKDF-SHA256 (RFC 5869) of the key-encryption key, the purpose in the `info`.
fn derive(kek: &Secret<[u8; 32]>, purpose: &str) -> Result<Secret<[u8; 32]>, Fault> {
    let mut key = [0_u8; 32];
    let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(kek.dangerous_reveal());
    let info = [PURPOSE_LABEL, purpose.as_bytes()];
    let filled = secret.expand(&info, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(&mut key));
    filled.map_err(|_| Fault::Key("a purpose key could not be derived"))?;
    Ok(Secret::new(key))
}
