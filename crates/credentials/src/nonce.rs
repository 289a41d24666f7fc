//! Server nonces (RFC 9449 §8): the second they were made in and an HMAC over it, so that no node remembers any.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::Instant;
use protocol::limits;

const LABEL: &[u8] = b"farthing nonce 1";
const TEXT_LEN: usize = 54;

/// The nonce of this second.
pub(crate) fn issue(key: &hmac::Key, now: Instant) -> String {
    let second = now.unix_seconds().to_be_bytes();
    let tag = mac(key, second);
    let mut bytes = [0_u8; 40];
    let (head, tail) = bytes.split_at_mut(8);
    head.copy_from_slice(&second);
    tail.copy_from_slice(tag.as_ref());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether `text` is a nonce of this server and not older than its life. Nodes' clocks may differ a little, so one
/// from the near future is good too.
pub(crate) fn is_fresh(key: &hmac::Key, text: &str, now: Instant) -> bool {
    if text.len() != TEXT_LEN {
        return false;
    }
    let mut bytes = [0_u8; 40];
    if !matches!(URL_SAFE_NO_PAD.decode_slice(text, &mut bytes), Ok(40)) {
        return false;
    }
    let Some((second, tag)) = bytes.split_first_chunk::<8>() else { return false };
    if hmac::verify(key, &labelled(*second), tag).is_err() {
        return false;
    }
    now.unix_seconds()
        .checked_sub(i64::from_be_bytes(*second))
        .is_some_and(|age| (-limits::PROOF_SKEW_SECONDS..=limits::NONCE_LIFE_SECONDS).contains(&age))
}

fn mac(key: &hmac::Key, second: [u8; 8]) -> hmac::Tag {
    hmac::sign(key, &labelled(second))
}

fn labelled(second: [u8; 8]) -> [u8; 24] {
    let mut message = [0_u8; 24];
    let (head, tail) = message.split_at_mut(LABEL.len());
    head.copy_from_slice(LABEL);
    tail.copy_from_slice(&second);
    message
}
