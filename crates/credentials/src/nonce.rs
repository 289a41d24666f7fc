//! Server nonces (RFC 9449 §8): the second they were made in, the process that made them, and an HMAC over both, so that
//! no node remembers any.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::Instant;
use protocol::limits;

const LABEL: &[u8] = b"farthing nonce 2";
const TEXT_LEN: usize = 64;

/// One run of one server: random, so that no other run has it.
pub(crate) type Process = [u8; 8];

/// The nonce of this second, by this process.
pub(crate) fn issue(key: &hmac::Key, process: Process, now: Instant) -> String {
    let second = now.unix_seconds().to_be_bytes();
    let tag = hmac::sign(key, &labelled(second, process));
    let mut bytes = [0_u8; 48];
    for (slot, byte) in bytes.iter_mut().zip(second.iter().chain(&process).chain(tag.as_ref())) {
        *slot = *byte;
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The process that made `text`, if it is a nonce of these keys and not older than its life. Nodes' clocks may differ a
/// little, so one from the near future is good too.
pub(crate) fn fresh(key: &hmac::Key, text: &str, now: Instant) -> Option<Process> {
    if text.len() != TEXT_LEN {
        return None;
    }
    let mut bytes = [0_u8; 48];
    if !matches!(URL_SAFE_NO_PAD.decode_slice(text, &mut bytes), Ok(48)) {
        return None;
    }
    let (second, rest) = bytes.split_first_chunk::<8>()?;
    let (process, tag) = rest.split_first_chunk::<8>()?;
    hmac::verify(key, &labelled(*second, *process), tag).ok()?;
    let is_fresh = now
        .unix_seconds()
        .checked_sub(i64::from_be_bytes(*second))
        .is_some_and(|age| (-limits::PROOF_SKEW_SECONDS..=limits::NONCE_LIFE_SECONDS).contains(&age));
    is_fresh.then_some(*process)
}

fn labelled(second: [u8; 8], process: Process) -> [u8; 32] {
    let mut message = [0_u8; 32];
    for (slot, byte) in message.iter_mut().zip(LABEL.iter().chain(&second).chain(&process)) {
        *slot = *byte;
    }
    message
}
