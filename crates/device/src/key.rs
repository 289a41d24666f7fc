//! [`DeviceKey`]: where the device's private key lives. Only its public half and its signatures ever come out.

use protocol::Jwk;

/// A P-256 key in a phone's keystore, a browser's WebCrypto or memory.
pub trait DeviceKey {
    /// The public key.
    fn jwk(&self) -> Jwk;

    /// ES256 (RFC 7518 §3.4): raw `r‖s` over SHA-256 of `message`.
    ///
    /// # Errors
    /// [`KeyError`] when the keystore refuses, e.g. because the user did not unlock it.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError>;
}

/// The key cannot be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("device key cannot be used")]
pub struct KeyError;
