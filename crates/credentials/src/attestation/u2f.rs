//! `fido-u2f` (WebAuthn L3 §8.6): security keys from before FIDO2. They verify nobody, so none becomes a passkey here; their
//! statement is still checked.

use protocol::{Biometric, KeyPlace};

use super::certificate::{ES256, Leaf};
use super::object::Key;
use super::{AttestationError, Ceremony, Said};

pub(super) fn verify(ceremony: &Ceremony<'_>) -> Result<Option<Said>, AttestationError> {
    let object = ceremony.object;
    let malformed = AttestationError::Malformed;
    let signature = object.bytes("sig").ok_or(malformed)?;
    let chain = object.certificates().filter(|chain| chain.len() == 1).ok_or(malformed)?;
    let Key::P256(point) = object.key() else { return Err(AttestationError::OtherKey) };
    let signed = [&[0], object.relying_party(), ceremony.client.as_bytes(), object.credential_id(), &point];
    Leaf::of(&chain)?.verify(ES256, &signed.concat(), signature)?;
    Ok(Some(Said { place: KeyPlace::SecureElement, biometric: Biometric::Unknown }))
}
