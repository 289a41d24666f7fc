//! The checksum of ID 63: CRC-16/CCITT-FALSE (ISO/IEC 13239, polynomial 1021, initial FFFF; QRCPS-MPM v1.1, ID 63).
//!
//! It finds misreads. It says nothing about who made a code: anybody can compute it.

use crate::{DecodeError, DecodeErrorKind, Element};

/// The ID of the checksum object.
pub(crate) const ID: u8 = 63;

/// The checksum of `bytes`.
#[must_use]
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF_u16, |crc, &byte| {
        let [high, low] = crc.to_be_bytes();
        let step = TABLE.get(usize::from(high ^ byte)).copied().unwrap_or_default();
        u16::from_be_bytes([low, 0]) ^ step
    })
}

/// What each leading byte does to the eight bits that follow.
static TABLE: [u16; 256] = table();

#[expect(clippy::indexing_slicing, reason = "a constant of 256 entries, filled in order")]
const fn table() -> [u16; 256] {
    let mut table = [0_u16; 256];
    let (mut index, mut start) = (0_usize, 0_u16);
    while index < 256 {
        let (mut crc, mut bit) = (start, 0);
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1_u32 } else { (crc << 1_u32) ^ 0x1021 };
            bit += 1;
        }
        table[index] = crc;
        start = start.wrapping_add(0x0100);
        index += 1;
    }
    table
}

/// Closes a payload: the object `6304` and the checksum over all bytes up to and including it.
pub(crate) fn close(mut body: String) -> String {
    body.push_str("6304");
    let crc = crc16(body.as_bytes());
    body.push_str(&format!("{crc:04X}"));
    body
}

/// Whether the last object is the right checksum of `text`, whose objects are `elements`.
pub(crate) fn check(text: &str, elements: &[Element<'_>]) -> Result<(), DecodeError> {
    let Some((last, before)) = elements.split_last() else {
        return Err(DecodeErrorKind::Empty.at(0));
    };
    if let Some(early) = crate::tlv::find(before, ID) {
        return Err(DecodeErrorKind::CrcNotLast.at(early.at));
    }
    if last.id != ID {
        return Err(DecodeErrorKind::CrcMissing.at(text.chars().count()));
    }
    let value_at = last.at.saturating_add(4);
    if last.value.len() != 4 || !last.value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(DecodeErrorKind::CrcNotHex.at(value_at));
    }
    if last.value.bytes().any(|byte| byte.is_ascii_lowercase()) && !is_lower_case(last.value) {
        return Err(DecodeErrorKind::CrcMixedCase.at(value_at));
    }
    let covered = text.strip_suffix(last.value).unwrap_or(text);
    if u16::from_str_radix(last.value, 16) == Ok(crc16(covered.as_bytes())) {
        Ok(())
    } else {
        Err(DecodeErrorKind::CrcMismatch.at(value_at))
    }
}

/// Whether a checksum is written in lower case throughout, as some genuine codes do: a finding, not an error.
pub(crate) fn is_lower_case(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_lowercase()) && !value.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::crc16;

    #[test]
    fn catalogue_check_value() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
    }
}
