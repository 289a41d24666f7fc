//! `android-key` (WebAuthn L3 §8.4): a certificate by Android's keystore for this key, in which the keystore says where the
//! key is and who may use it (Android Key Attestation, `KeyDescription`).

use protocol::{Biometric, KeyPlace};

use super::certificate::Leaf;
use super::der::{self, BOOLEAN, CONTEXT, ENUMERATED, INTEGER, OCTETS, SEQUENCE, SET, Values};
use super::object::Key;
use super::{AttestationError, Ceremony, Said};

/// Where the keystore's description stands.
const DESCRIPTION: &str = "1.3.6.1.4.1.11129.2.1.17";

// Tags of an authorization list.
const PURPOSE: u32 = 1;
const NO_AUTH_REQUIRED: u32 = 503;
const USER_AUTH_TYPE: u32 = 504;
const ALL_APPLICATIONS: u32 = 600;
const ORIGIN: u32 = 702;
const ROOT_OF_TRUST: u32 = 704;

const PURPOSE_SIGN: u32 = 2;
const ORIGIN_GENERATED: u32 = 0;
/// `HardwareAuthenticatorType`: a passcode; a biometric sensor, which the keystore takes only of Class 3.
const BY_PASSCODE: u32 = 1;
const BY_BIOMETRIC: u32 = 2;
const BOOT_VERIFIED: u32 = 0;

/// What the keystore says of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Description<'a> {
    place: KeyPlace,
    challenge: &'a [u8],
    software: List,
    hardware: List,
}

/// One of its two lists: what is enforced by software, and what by hardware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct List {
    signs: bool,
    does_more: bool,
    origin: Option<u32>,
    for_all: bool,
    without_user: bool,
    user_by: u32,
    boot_holds: bool,
}

pub(super) fn verify(ceremony: &Ceremony<'_>) -> Result<Option<Said>, AttestationError> {
    let object = ceremony.object;
    let malformed = AttestationError::Malformed;
    let (algorithm, signature) = (object.algorithm().ok_or(malformed)?, object.bytes("sig").ok_or(malformed)?);
    let chain = object.certificates().ok_or(malformed)?;
    let leaf = Leaf::of(&chain)?;
    let is_read = leaf.verify(algorithm, &ceremony.signed(), signature)?;
    let is_same = matches!(object.key(), Key::P256(point) if leaf.key_bits() == point);
    if is_read && !is_same {
        return Err(AttestationError::OtherKey);
    }
    let described = leaf.extension(DESCRIPTION).ok_or(AttestationError::Certificate)?;
    let described = Description::read(described).ok_or(malformed)?;
    if described.challenge != ceremony.client.as_bytes() {
        return Err(AttestationError::OtherCeremony);
    }
    if described.software.for_all || described.hardware.for_all {
        return Err(AttestationError::KeyUse);
    }
    Ok(described.said()?.filter(|_| is_read))
}

impl<'a> Description<'a> {
    fn read(extension: &'a [u8]) -> Option<Self> {
        let mut parts = Values::of(Values::of(extension).universal(SEQUENCE)?);
        parts.universal(INTEGER)?;
        let attested_in = der::number(parts.universal(ENUMERATED)?)?;
        parts.universal(INTEGER)?;
        let kept_in = der::number(parts.universal(ENUMERATED)?)?;
        let challenge = parts.universal(OCTETS)?;
        parts.universal(OCTETS)?;
        let (software, hardware) = (List::read(parts.universal(SEQUENCE)?)?, List::read(parts.universal(SEQUENCE)?)?);
        // The weaker of the two: a statement made in software says nothing of hardware.
        let place = match attested_in.min(kept_in) {
            0 => KeyPlace::Software,
            1 => KeyPlace::TrustedEnvironment,
            2 => KeyPlace::SecureElement,
            _ => return None,
        };
        Some(Self { place, challenge, software, hardware })
    }

    /// What it is worth. Of a key kept by software nothing; of one kept by hardware only what hardware enforces, on a device
    /// that started what its maker signed and whose start is locked.
    fn said(&self) -> Result<Option<Said>, AttestationError> {
        let list = &self.hardware;
        if self.place == KeyPlace::Software {
            return Ok(None);
        }
        if !list.signs || list.does_more || list.origin != Some(ORIGIN_GENERATED) {
            return Err(AttestationError::KeyUse);
        }
        let biometric = match list.user_by {
            _ if list.without_user => Biometric::Unknown,
            by if by & BY_BIOMETRIC != 0 => Biometric::Class3,
            by if by & BY_PASSCODE != 0 => Biometric::Passcode,
            _ => Biometric::Unknown,
        };
        Ok(list.boot_holds.then_some(Said { place: self.place, biometric }))
    }
}

impl List {
    fn read(list: &[u8]) -> Option<Self> {
        let (mut read, mut parts) = (Self::default(), Values::of(list));
        for part in parts.by_ref() {
            let inner = || Values::of(part.bytes);
            match part.number {
                _ if part.class != CONTEXT => return None,
                PURPOSE => {
                    let mut purposes = Values::of(inner().universal(SET)?);
                    for purpose in purposes.by_ref() {
                        let is_sign = der::number(purpose.bytes)? == PURPOSE_SIGN;
                        (read.signs, read.does_more) = (read.signs || is_sign, read.does_more || !is_sign);
                    }
                    purposes.is_over().then_some(())?;
                }
                NO_AUTH_REQUIRED => read.without_user = true,
                USER_AUTH_TYPE => read.user_by = der::number(inner().universal(INTEGER)?)?,
                ALL_APPLICATIONS => read.for_all = true,
                ORIGIN => read.origin = Some(der::number(inner().universal(INTEGER)?)?),
                ROOT_OF_TRUST => {
                    let mut root = Values::of(inner().universal(SEQUENCE)?);
                    root.universal(OCTETS)?;
                    let is_locked = root.universal(BOOLEAN)?.iter().any(|byte| *byte != 0);
                    read.boot_holds = is_locked && der::number(root.universal(ENUMERATED)?)? == BOOT_VERIFIED;
                }
                _ => {}
            }
        }
        parts.is_over().then_some(read)
    }
}
