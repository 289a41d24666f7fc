//! A decision record on its way to disk: a salt, and the JSON, compressed against a dictionary of what every record says.
//! It is the largest row of a payment; compressed it is a third, and fits into a page with others (decision 0026). Large
//! kept rows, a payer's counters first of all, are compressed too.
//!
//! WHY compressed before it is encrypted although its length then tells something of its content: the length did so
//! before, and nobody can have chosen texts compressed beside a secret: ids and digests are all a record holds of those.

use lz4_flex::block::{
    compress_into, compress_into_with_dict, decompress, decompress_with_dict, get_maximum_output_size,
};

use crate::fault::Fault;
use crate::keys::SealKey;
use crate::limits;

/// Random bytes before each record, so that its digest tells nothing about a record that can be guessed.
pub(crate) const SALT_LEN: usize = 16;

/// The context in which records are encrypted as they are.
const PLAIN: &[u8] = b"decisions.blob";
/// The context in which records are encrypted that are compressed against [`DICTIONARY`].
const PACKED: &[u8] = b"decisions.blob/2";

/// INVARIANT: never changes, or nothing written with it can be read; another one comes with a context of its own.
static DICTIONARY: &[u8] = include_bytes!("packed/dictionary-2.json");

/// The record's bytes, salt first, compressed and encrypted for the decision `id`.
pub(crate) fn seal(key: &SealKey, id: &[u8; 16], plain: &[u8]) -> Result<Vec<u8>, Fault> {
    let (salt, json) = plain.split_at_checked(SALT_LEN).unwrap_or_default();
    let head = salt.len().saturating_add(LENGTH);
    let mut packed = vec![0; head.saturating_add(get_maximum_output_size(json.len()))];
    let too_long = || Fault::Unwritable("decision record");
    let (start, room) = packed.split_at_mut_checked(head).ok_or_else(too_long)?;
    let used = compress_into_with_dict(json, room, DICTIONARY).map_err(|_| too_long())?;
    let length = u32::try_from(json.len()).map_err(|_| too_long())?.to_be_bytes();
    start.copy_from_slice(&[salt, &length].concat());
    packed.truncate(head.saturating_add(used));
    key.seal(&[PACKED, id], &packed)
}

/// The bytes of the JSON's length.
const LENGTH: usize = 4;

/// The record's bytes, salt first; `None` when they are not what was written for the decision `id` under this key.
pub(crate) fn open(key: &SealKey, id: &[u8; 16], blob: &[u8]) -> Option<Vec<u8>> {
    // Written before records were compressed.
    let Some(packed) = key.open(&[PACKED, id], blob) else { return key.open(&[PLAIN, id], blob) };
    let (salt, rest) = packed.split_at_checked(SALT_LEN)?;
    let (length, compressed) = rest.split_first_chunk::<LENGTH>()?;
    let json = decompress_with_dict(compressed, length_of(*length)?, DICTIONARY).ok()?;
    Some([salt, &json].concat())
}

/// Kept rows from this many bytes on are compressed, without a dictionary: what is large in them are lists.
pub(crate) const KEPT_FROM: usize = 512;

/// A kept row's JSON, its length before it.
pub(crate) fn kept(json: &[u8]) -> Result<Vec<u8>, Fault> {
    let too_long = |_| Fault::Unwritable("kept row");
    let mut packed = u32::try_from(json.len()).map_err(too_long)?.to_be_bytes().to_vec();
    packed.resize(LENGTH.saturating_add(get_maximum_output_size(json.len())), 0);
    let room = packed.get_mut(LENGTH..).unwrap_or_default();
    let used = compress_into(json, room).map_err(|_| Fault::Unwritable("kept row"))?;
    packed.truncate(LENGTH.saturating_add(used));
    Ok(packed)
}

/// The JSON of [`kept`]; `None` when it is none.
pub(crate) fn kept_json(packed: &[u8]) -> Option<Vec<u8>> {
    let (length, compressed) = packed.split_first_chunk::<LENGTH>()?;
    let length = length_of(*length)?;
    decompress(compressed, length).ok().filter(|json| json.len() == length)
}

/// A length within its bound.
fn length_of(bytes: [u8; LENGTH]) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(bytes)).ok().filter(|length| *length <= limits::RECORD_BYTES_MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> SealKey {
        SealKey::new(&[7; 32]).unwrap()
    }

    proptest! {
        #[test]
        fn a_kept_row_is_read_as_it_was_written(json in proptest::collection::vec(any::<u8>(), 0..5_000)) {
            prop_assert_eq!(kept_json(&kept(&json).unwrap()), Some(json));
        }

        #[test]
        fn whatever_is_sealed_is_opened_again(salt: [u8; SALT_LEN], json in proptest::collection::vec(any::<u8>(), 0..5_000), id: [u8; 16]) {
            let plain = [salt.as_slice(), &json].concat();
            let sealed = seal(&key(), &id, &plain).unwrap();
            prop_assert_eq!(open(&key(), &id, &sealed), Some(plain));
            let mut other = id;
            other[0] ^= 1;
            prop_assert_eq!(open(&key(), &other, &sealed), None);
        }
    }

    #[test]
    fn a_kept_rows_lies_are_no_row() {
        let packed = kept(br#"{"usage":[0,60000,4500,0,60000,4500,0,60000,4500]}"#).unwrap();
        assert!(kept_json(&packed).is_some());
        for length in 0..packed.len() {
            assert_eq!(kept_json(&packed[..length]), None, "cut at {length}");
        }
        assert_eq!(kept_json(&[u32::MAX.to_be_bytes().as_slice(), &packed[LENGTH..]].concat()), None);
    }

    #[test]
    fn a_record_from_before_is_still_read() {
        let plain = [&[3; SALT_LEN], br#"{"engine":"payments/1"}"#.as_slice()].concat();
        let sealed = key().seal(&[PLAIN, &[9; 16]], &plain).unwrap();
        assert_eq!(open(&key(), &[9; 16], &sealed), Some(plain));
    }

    #[test]
    fn a_length_that_lies_is_no_record() {
        for length in [u32::MAX, 5] {
            let packed = [&[3; SALT_LEN], length.to_be_bytes().as_slice(), &[0x10, b'{']].concat();
            let sealed = key().seal(&[PACKED, &[9; 16]], &packed).unwrap();
            let opened = open(&key(), &[9; 16], &sealed);
            assert!(opened.is_none_or(|opened| opened.len() < 32), "{length}");
        }
    }

    #[test]
    fn a_payments_record_becomes_a_third() {
        // Another payment's record than the dictionary's: other ids, other names, other moments.
        let json = include_bytes!("packed/example.json");
        let plain = [&[3; SALT_LEN], json.as_slice()].concat();
        let sealed = seal(&key(), &[9; 16], &plain).unwrap();
        assert!(sealed.len() * 3 < plain.len(), "{} of {}", sealed.len(), plain.len());
    }
}
