//! `apple` (WebAuthn L3 §8.8): a certificate for this key, made for this ceremony, out of the Secure Enclave.

use protocol::{Biometric, KeyPlace, sha256};

use super::certificate::Leaf;
use super::der::{CONTEXT, OCTETS, SEQUENCE, Values};
use super::object::Key;
use super::{AttestationError, Ceremony, Said};

/// Where the nonce stands.
const NONCE: &str = "1.2.840.113635.100.8.2";

pub(super) fn verify(ceremony: &Ceremony<'_>) -> Result<Option<Said>, AttestationError> {
    let chain = ceremony.object.certificates().ok_or(AttestationError::Malformed)?;
    let leaf = Leaf::of(&chain)?;
    let wanted = sha256(&ceremony.signed());
    let nonce = leaf.extension(NONCE).and_then(nonce).ok_or(AttestationError::Certificate)?;
    if nonce != wanted.as_bytes() {
        return Err(AttestationError::OtherCeremony);
    }
    match ceremony.object.key() {
        Key::P256(point) if leaf.key_bits() == point => {
            Ok(Some(Said { place: KeyPlace::SecureElement, biometric: Biometric::Apple }))
        }
        _ => Err(AttestationError::OtherKey),
    }
}

/// `SEQUENCE { [1] { OCTET STRING } }`.
fn nonce(extension: &[u8]) -> Option<&[u8]> {
    let mut inner = Values::of(Values::of(extension).universal(SEQUENCE)?);
    let tagged = inner.next().filter(|value| value.class == CONTEXT && value.number == 1)?;
    Values::of(tagged.bytes).universal(OCTETS).filter(|_| inner.is_over())
}
