//! [`Ceremony`]: what a challenge is for, sealed to whoever carries it. Nothing is remembered here: that it works once is
//! the store's, as for every proof.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::ProofUse;
use money::{DeviceId, Digest, Instant, PayerId, ReasonCode, Secret};
use protocol::{Text, limits as wire, sha256};
use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyAuthentication, PasskeyRegistration};

const LABEL: &[u8] = b"farthing ceremony 1";

/// What was begun.
#[derive(Serialize, Deserialize)]
pub(crate) struct Ceremony {
    /// What for.
    pub(crate) purpose: Purpose,
    /// Until when.
    pub(crate) expires_at: Instant,
}

/// What a ceremony is for, and the library's state of it.
#[derive(Serialize, Deserialize)]
pub(crate) enum Purpose {
    /// To add a passkey.
    Register {
        payer: PayerId,
        device: DeviceId,
        name: Text<{ wire::NAME_CHARS_MAX }>,
        vouched: bool,
        state: PasskeyRegistration,
    },
    /// To approve one body.
    StepUp { payer: PayerId, device: DeviceId, body: Digest, state: PasskeyAuthentication },
    /// To bind a new device.
    SignIn { device: DeviceId, key: Digest, state: DiscoverableAuthentication },
}

/// A ceremony that came back: what it is for, and its one use.
pub(crate) struct Begun {
    pub(crate) purpose: Purpose,
    pub(crate) once: ProofUse,
}

/// Seals and opens ceremonies; the same on every node. The first key seals, any of them opens.
pub(crate) struct Sealer(RwLock<Arc<Vec<LessSafeKey>>>);

impl Sealer {
    pub(crate) fn new(key: &Secret<[u8; 32]>) -> Self {
        let sealer = Self(RwLock::default());
        sealer.renew(std::slice::from_ref(key));
        sealer
    }

    /// Seals by the first of these from now on.
    pub(crate) fn renew(&self, keys: &[Secret<[u8; 32]>]) {
        let usable = |key: &Secret<[u8; 32]>| UnboundKey::new(&AES_256_GCM, key.dangerous_reveal()).ok();
        let keys = keys.iter().filter_map(usable).map(LessSafeKey::new).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    fn keys(&self) -> Arc<Vec<LessSafeKey>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Seals `purpose` until two minutes from `now`.
    pub(crate) fn seal(
        &self,
        purpose: Purpose,
        now: Instant,
        nonce: [u8; NONCE_LEN],
    ) -> Result<(String, Instant), ReasonCode> {
        let fault = ReasonCode::ServiceFault;
        let expires_at = now.checked_add_seconds(wire::CEREMONY_LIFE_SECONDS).ok_or(fault)?;
        let mut sealed = serde_json::to_vec(&Ceremony { purpose, expires_at }).map_err(|_| fault)?;
        let keys = self.keys();
        let key = keys.first().ok_or(fault)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(LABEL), &mut sealed)
            .map_err(|_| fault)?;
        Ok((URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()), expires_at))
    }

    /// Opens a ceremony that is not over.
    pub(crate) fn open(&self, text: &str, now: Instant) -> Result<Begun, ReasonCode> {
        let ceremony =
            self.read(text).filter(|ceremony| now < ceremony.expires_at).ok_or(ReasonCode::PasskeyCeremony)?;
        let id = sha256(&[LABEL, text.as_bytes()].concat());
        Ok(Begun { purpose: ceremony.purpose, once: ProofUse { id, expires_at: ceremony.expires_at } })
    }

    fn read(&self, text: &str) -> Option<Ceremony> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        self.keys().iter().find_map(|key| {
            let (nonce, mut sealed) = (Nonce::assume_unique_for_key(*nonce), sealed.to_vec());
            let plain = key.open_in_place(nonce, Aad::from(LABEL), &mut sealed).ok()?;
            serde_json::from_slice(plain).ok()
        })
    }
}
