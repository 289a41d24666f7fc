//! `tpm` (WebAuthn L3 §8.3): a Trusted Platform Module certifies the key's name (TPM 2.0 Library, part 2).

use aws_lc_rs::digest::{self, SHA256};
use protocol::{Biometric, KeyPlace};

use super::certificate::Leaf;
use super::object::Key;
use super::{AttestationError, Ceremony, Said};

const MAGIC: u32 = 0xff54_4347;
const ATTEST_CERTIFY: u16 = 0x8017;
const ALGORITHM_RSA: u16 = 0x0001;
const ALGORITHM_SHA256: u16 = 0x000b;
const ALGORITHM_NULL: u16 = 0x0010;
const ALGORITHM_ECC: u16 = 0x0023;
const CURVE_P256: u16 = 0x0003;
/// RSASSA-PKCS1-v1_5 over SHA-1.
const RS1: i128 = -65_535;
/// The exponent of an RSA key that says 0.
const EXPONENT_DEFAULT: u32 = 65_537;

pub(super) fn verify(ceremony: &Ceremony<'_>) -> Result<Option<Said>, AttestationError> {
    let object = ceremony.object;
    let malformed = AttestationError::Malformed;
    let algorithm = object.algorithm().ok_or(malformed)?;
    let (signature, certified) = (object.bytes("sig").ok_or(malformed)?, object.bytes("certInfo").ok_or(malformed)?);
    let public = object.bytes("pubArea").ok_or(malformed)?;
    if object.text("ver") != Some("2.0") {
        return Err(malformed);
    }
    // SHA-1 proves nothing any more.
    if algorithm == RS1 {
        return Ok(None);
    }
    let chain = object.certificates().ok_or(malformed)?;
    let leaf = Leaf::of(&chain)?;
    if !leaf.verify(algorithm, certified, signature)? {
        return Ok(None);
    }
    leaf.is_end_entity()?;
    leaf.is_of_a_tpm()?;
    leaf.is_of(&object.aaguid())?;
    let certified = Certified::read(certified).ok_or(malformed)?;
    if certified.extra != sha256(&ceremony.signed()) {
        return Err(AttestationError::OtherCeremony);
    }
    let name = [&ALGORITHM_SHA256.to_be_bytes()[..], &sha256(public)].concat();
    if certified.name != name || !is_key(public, &object.key()).ok_or(malformed)? {
        return Err(AttestationError::OtherKey);
    }
    Ok(Some(Said { place: KeyPlace::SecureElement, biometric: Biometric::Unknown }))
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&SHA256, bytes).as_ref().to_vec()
}

/// What a `TPMS_ATTEST` of a key says.
struct Certified<'a> {
    extra: &'a [u8],
    name: &'a [u8],
}

impl<'a> Certified<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut parts = Parts(bytes);
        let is_one = parts.u32()? == MAGIC && parts.u16()? == ATTEST_CERTIFY;
        parts.sized()?;
        let extra = parts.sized()?;
        // The clock, and the firmware's version.
        parts.take(17)?;
        parts.take(8)?;
        let name = parts.sized()?;
        parts.sized()?;
        (is_one && parts.0.is_empty()).then_some(Self { extra, name })
    }
}

/// Whether a `TPMT_PUBLIC` is this key; `None` when it cannot be read.
fn is_key(public: &[u8], key: &Key) -> Option<bool> {
    let mut parts = Parts(public);
    let kind = parts.u16()?;
    let is_named_by_sha256 = parts.u16()? == ALGORITHM_SHA256;
    parts.u32()?;
    parts.sized()?;
    let is_plain = parts.u16()? == ALGORITHM_NULL;
    if parts.u16()? != ALGORITHM_NULL {
        // A scheme names its hash.
        parts.u16()?;
    }
    let is_same = match (kind, key) {
        (ALGORITHM_ECC, Key::P256(point)) => {
            let is_curve = parts.u16()? == CURVE_P256;
            if parts.u16()? != ALGORITHM_NULL {
                parts.u16()?;
            }
            let (x, y) = (parts.sized()?, parts.sized()?);
            is_curve && [&[4], x, y].concat() == point
        }
        (ALGORITHM_RSA, Key::Rsa(modulus, exponent)) => {
            parts.u16()?;
            let said = match parts.u32()? {
                0 => EXPONENT_DEFAULT,
                said => said,
            };
            let own = exponent.iter().fold(0_u32, |number, &byte| number << 8 | u32::from(byte));
            parts.sized()? == modulus && said == own && exponent.len() <= 4
        }
        _ => return Some(false),
    };
    Some(is_same && is_named_by_sha256 && is_plain && parts.0.is_empty())
}

/// Big-endian parts in a row.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    /// A `TPM2B`: its length, and so many bytes.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }
}
