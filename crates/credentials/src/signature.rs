//! The two signature schemes, each with one door: ES256 for devices, Ed25519 for merchants.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};

/// The signature does not hold, or key or signature are not of the right form. Never says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signature does not hold")]
pub struct SignatureRefused;

/// Verifies ES256 (RFC 7518 §3.4): raw `r‖s` of exactly 64 bytes over SHA-256 of `message`.
///
/// `point` is uncompressed (SEC 1 §2.3.3, 65 bytes). A point off the curve, `r` or `s` of zero or not below the group
/// order, and DER signatures are refused.
///
/// # Errors
/// [`SignatureRefused`].
pub fn verify_es256(point: &[u8; 65], message: &[u8], signature: &[u8]) -> Result<(), SignatureRefused> {
    if signature.len() != 64 {
        return Err(SignatureRefused);
    }
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).map_err(|_| SignatureRefused)
}

/// The same, the signature as DER (RFC 3279 §2.2.3): authenticators give that, and nothing else here does.
pub(crate) fn verify_es256_der(point: &[u8; 65], message: &[u8], signature: &[u8]) -> Result<(), SignatureRefused> {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature).map_err(|_| SignatureRefused)
}

/// Verifies Ed25519 (RFC 8032 §5.1.7): 32-byte key, 64-byte signature.
///
/// # Errors
/// [`SignatureRefused`].
pub fn verify_ed25519(public_key: &[u8; 32], message: &[u8], signature: &[u8]) -> Result<(), SignatureRefused> {
    if signature.len() != 64 {
        return Err(SignatureRefused);
    }
    UnparsedPublicKey::new(&ED25519, public_key).verify(message, signature).map_err(|_| SignatureRefused)
}
