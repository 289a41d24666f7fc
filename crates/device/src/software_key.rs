//! [`SoftwareKey`]: a key in memory.

use aws_lc_rs::{
    agreement::{self, ECDH_P256},
    digest,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use protocol::{Jwk, sha256};

use crate::{DeviceKey, KeyError};

/// How often a seed is hashed on until it is a scalar below the group order; a second time is one chance in 2³².
const TRIES_MAX: usize = 8;

/// A P-256 key in memory, standing in for a phone's keystore in tests, the simulator and `farthing phone`.
///
/// An app on a real phone implements [`DeviceKey`] with the platform's keystore, out of which no key comes.
#[derive(Debug)]
pub struct SoftwareKey {
    pair: EcdsaKeyPair,
    jwk: Jwk,
}

impl SoftwareKey {
    /// The key of a seed: the same seed gives the same key. Its signatures still differ from each other.
    ///
    /// # Errors
    /// [`KeyError`] when no scalar comes out of the seed, which does not happen in practice.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, KeyError> {
        let mut scalar = sha256(&seed);
        for _ in 0..TRIES_MAX {
            if let Some(key) = Self::from_scalar(scalar.as_bytes()) {
                return Ok(key);
            }
            scalar = sha256(scalar.as_bytes());
        }
        Err(KeyError)
    }

    fn from_scalar(scalar: &[u8; 32]) -> Option<Self> {
        let agreement = agreement::PrivateKey::from_private_key(&ECDH_P256, scalar).ok()?;
        let point = agreement.compute_public_key().ok()?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, point.as_ref()).ok()?;
        let jwk = Jwk::from_point(point.as_ref()).ok()?;
        Some(Self { pair, jwk })
    }
}

impl DeviceKey for SoftwareKey {
    fn jwk(&self) -> Jwk {
        self.jwk.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        // WHY: by digest, because signing a message wants a random source that this library then ignores.
        let digest = digest::digest(&digest::SHA256, message);
        let signature = self.pair.sign_digest(&digest).map_err(|_| KeyError)?;
        signature.as_ref().try_into().map_err(|_| KeyError)
    }
}
