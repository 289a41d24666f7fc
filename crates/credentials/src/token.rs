//! Access tokens (RFC 9449 §5, §6): who, on which device, bound to which key, until when; under the server's HMAC.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{DeviceId, Digest, Instant, PayerId, SessionId};
use protocol::limits;

/// The only form there is. It is no algorithm: nothing in a token chooses how it is verified.
const LABEL: &[u8; 16] = b"farthing token 2";
const CLAIMS_LEN: usize = 88;
const CLAIMS_CHARS: usize = 118;
const TAG_LEN: usize = 32;
const TAG_CHARS: usize = 43;

/// For whom a token is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenGrant {
    /// The payer.
    pub payer: PayerId,
    /// The payer's device.
    pub device: DeviceId,
    /// Thumbprint of the device's key (RFC 7638), `jkt` in RFC 9449 §6.
    pub key: Digest,
    /// The session it belongs to.
    pub session: SessionId,
}

/// What a genuine token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenClaims {
    pub(crate) grant: TokenGrant,
    pub(crate) expires_at: Instant,
}

/// Writes `base64url(claims) "." base64url(HMAC-SHA256)`.
pub(crate) fn mint(key: &hmac::Key, claims: &TokenClaims) -> String {
    let message = message(claims);
    let tag = hmac::sign(key, &message);
    let (_, claims) = message.split_at(LABEL.len());
    let mut text = URL_SAFE_NO_PAD.encode(claims);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(tag.as_ref(), &mut text);
    text
}

/// Reads a token and checks its MAC; `None` says nothing about why. Expiry is the caller's to check.
pub(crate) fn open(key: &hmac::Key, text: &str) -> Option<TokenClaims> {
    let (claims_text, tag_text) = text.split_once('.')?;
    if claims_text.len() != CLAIMS_CHARS || tag_text.len() != TAG_CHARS {
        return None;
    }
    let mut message = [0_u8; LABEL.len() + CLAIMS_LEN];
    let (label, claims) = message.split_at_mut(LABEL.len());
    label.copy_from_slice(LABEL);
    let mut tag = [0_u8; TAG_LEN];
    if URL_SAFE_NO_PAD.decode_slice(claims_text, claims).ok()? != CLAIMS_LEN
        || URL_SAFE_NO_PAD.decode_slice(tag_text, &mut tag).ok()? != TAG_LEN
    {
        return None;
    }
    hmac::verify(key, &message, &tag).ok()?;
    read(message.split_at(LABEL.len()).1)
}

/// The claims of a token given to `grant` at `now`.
pub(crate) fn grant(grant: TokenGrant, now: Instant) -> TokenClaims {
    living(grant, limits::TOKEN_LIFE_SECONDS, now)
}

/// The same for a shared device.
pub(crate) fn shared_grant(grant: TokenGrant, now: Instant) -> TokenClaims {
    living(grant, limits::SHARED_TOKEN_LIFE_SECONDS, now)
}

fn living(grant: TokenGrant, seconds: i64, now: Instant) -> TokenClaims {
    // At the end of time a token is born expired: no answer is better than one without an end.
    let expires_at = now.checked_add_seconds(seconds).unwrap_or(now);
    TokenClaims { grant, expires_at }
}

fn message(claims: &TokenClaims) -> [u8; LABEL.len() + CLAIMS_LEN] {
    let mut message = [0_u8; LABEL.len() + CLAIMS_LEN];
    let parts: [&[u8]; 6] = [
        LABEL,
        claims.grant.payer.as_bytes(),
        claims.grant.device.as_bytes(),
        claims.grant.key.as_bytes(),
        claims.grant.session.as_bytes(),
        &claims.expires_at.unix_millis().to_be_bytes(),
    ];
    for (slot, byte) in message.iter_mut().zip(parts.into_iter().flatten()) {
        *slot = *byte;
    }
    message
}

fn read(claims: &[u8]) -> Option<TokenClaims> {
    let (payer, rest) = claims.split_first_chunk::<16>()?;
    let (device, rest) = rest.split_first_chunk::<16>()?;
    let (key, rest) = rest.split_first_chunk::<32>()?;
    let (session, rest) = rest.split_first_chunk::<16>()?;
    let expires_at = i64::from_be_bytes(rest.try_into().ok()?);
    Some(TokenClaims {
        grant: TokenGrant {
            payer: PayerId::from_bytes(*payer),
            device: DeviceId::from_bytes(*device),
            key: Digest::from_bytes(*key),
            session: SessionId::from_bytes(*session),
        },
        expires_at: Instant::from_unix_millis(expires_at),
    })
}
