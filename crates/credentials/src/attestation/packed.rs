//! `packed` (WebAuthn L3 §8.2): what security keys and many platforms give.

use protocol::{Biometric, KeyPlace};

use super::certificate::{ES256, Leaf};
use super::object::Key;
use super::{AttestationError, Ceremony, Said};
use crate::signature::verify_es256_der;

pub(super) fn verify(ceremony: &Ceremony<'_>) -> Result<Option<Said>, AttestationError> {
    let object = ceremony.object;
    let malformed = AttestationError::Malformed;
    let (algorithm, signature) = (object.algorithm().ok_or(malformed)?, object.bytes("sig").ok_or(malformed)?);
    let chain = object.certificates().ok_or(malformed)?;
    if chain.is_empty() {
        return on_its_own(ceremony, algorithm, signature);
    }
    let leaf = Leaf::of(&chain)?;
    leaf.is_end_entity()?;
    leaf.is_of_an_authenticator()?;
    leaf.is_of(&object.aaguid())?;
    let is_read = leaf.verify(algorithm, &ceremony.signed(), signature)?;
    // Whose roots the operator trusts is trusted to keep keys in hardware, unless something else is published of the model.
    Ok(is_read.then_some(Said { place: KeyPlace::SecureElement, biometric: Biometric::Unknown }))
}

/// Self attestation: the key vouches for itself, which is worth nothing but must still be true.
fn on_its_own(ceremony: &Ceremony<'_>, algorithm: i128, signature: &[u8]) -> Result<Option<Said>, AttestationError> {
    if ceremony.object.key_algorithm() != Some(algorithm) {
        return Err(AttestationError::OtherKey);
    }
    match (algorithm, ceremony.object.key()) {
        (ES256, Key::P256(point)) => {
            verify_es256_der(&point, &ceremony.signed(), signature).map_err(|_| AttestationError::Signature)?;
            Ok(None)
        }
        _ => Ok(None),
    }
}
