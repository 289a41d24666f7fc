//! One compact proof (RFC 9449 §4): read strictly, its signature verified, then its claims held against the request.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Digest, Instant};
use protocol::{Jwk, ProofClaims, ProofHeader, limits, sha256};

use crate::{ProofError, ProofUse, nonce, signature::verify_es256};

const SIGNATURE_CHARS: usize = 86;

/// A proof whose signature holds under the key in its own header. Its claims are still bytes.
pub(crate) struct Opened {
    jwk: Jwk,
    key: Digest,
    claims: Vec<u8>,
}

/// A proof that fits its request.
pub(crate) struct Checked {
    pub(crate) jwk: Jwk,
    pub(crate) key: Digest,
    pub(crate) proof_use: ProofUse,
    /// The process that gave out the nonce.
    pub(crate) process: nonce::Process,
}

/// What the claims must say.
pub(crate) struct Expected<'a> {
    pub(crate) method: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) path: &'a str,
    /// The access token's text; `None` where there must be no `ath`.
    pub(crate) token: Option<&'a str>,
    pub(crate) now: Instant,
}

/// Reads a compact JWS and verifies it (RFC 9449 §4.3 checks 2 to 7). There is one error, on purpose.
pub(crate) fn open(compact: &str) -> Result<Opened, ProofError> {
    if compact.len() > limits::PROOF_BYTES_MAX {
        return Err(ProofError::Refused);
    }
    let (message, signature_text) = compact.rsplit_once('.').ok_or(ProofError::Refused)?;
    let (header_text, claims_text) = message.split_once('.').ok_or(ProofError::Refused)?;
    if signature_text.len() != SIGNATURE_CHARS {
        return Err(ProofError::Refused);
    }
    let header: ProofHeader = serde_json::from_slice(&decode(header_text)?).map_err(|_| ProofError::Refused)?;
    if header.typ != "dpop+jwt" || header.alg != "ES256" {
        return Err(ProofError::Refused);
    }
    let point = header.jwk.point().map_err(|_| ProofError::Refused)?;
    let claims = decode(claims_text)?;
    let mut signature = [0_u8; 64];
    match URL_SAFE_NO_PAD.decode_slice(signature_text, &mut signature) {
        Ok(64) => {}
        _ => return Err(ProofError::Refused),
    }
    verify_es256(&point, message.as_bytes(), &signature).map_err(|_| ProofError::Refused)?;
    let key = thumbprint(&header.jwk);
    Ok(Opened { jwk: header.jwk, key, claims })
}

impl Opened {
    /// Thumbprint of the key that signed.
    pub(crate) const fn key(&self) -> Digest {
        self.key
    }

    /// Holds the claims against the request, in the order of [`ProofError`], up to the token; `body` then checks the
    /// body with the digest the proof claims for it, and the `jti` comes last.
    pub(crate) fn check<T>(
        self,
        expected: &Expected<'_>,
        fresh: impl FnOnce(&str) -> Option<nonce::Process>,
        body: impl FnOnce(Option<Digest>) -> Result<T, ProofError>,
    ) -> Result<(Checked, T), ProofError> {
        let claims: ProofClaims = serde_json::from_slice(&self.claims).map_err(|_| ProofError::Malformed)?;
        if claims.htm != expected.method {
            return Err(ProofError::WrongMethod);
        }
        if !is_address(&claims.htu, expected) {
            return Err(ProofError::WrongUrl);
        }
        if !is_recent(claims.iat, expected.now) {
            return Err(ProofError::Stale);
        }
        let process = claims.nonce.and_then(|text| fresh(&text));
        let process = process.ok_or(ProofError::NonceNeeded)?;
        if claims.ath != expected.token.map(|token| sha256(token.as_bytes())) {
            return Err(ProofError::WrongToken);
        }
        let body = body(claims.body_s256)?;
        if !is_unique_text(&claims.jti) {
            return Err(ProofError::Malformed);
        }
        let proof_use = ProofUse { id: use_id(self.key, &claims.jti), expires_at: stale_from(claims.iat) };
        Ok((Checked { jwk: self.jwk, key: self.key, proof_use, process }, body))
    }
}

/// Strict base64url: no padding, no white space, no trailing bits (RFC 7515 §2, RFC 4648 §3.5).
fn decode(text: &str) -> Result<Vec<u8>, ProofError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| ProofError::Refused)
}

/// RFC 7638 thumbprint, written out: the members are fixed and the coordinates need no escaping, so this is what
/// `Jwk::thumbprint` digests, without a canonicaliser.
fn thumbprint(jwk: &Jwk) -> Digest {
    let mut text = String::with_capacity(136);
    for part in [r#"{"crv":"P-256","kty":"EC","x":""#, &jwk.x, r#"","y":""#, &jwk.y, r#""}"#] {
        text.push_str(part);
    }
    sha256(text.as_bytes())
}

/// Exactly origin and path. Stricter than RFC 9449 §4.3 check 9, which normalises: our phones send it as it is.
fn is_address(htu: &str, expected: &Expected<'_>) -> bool {
    !htu.contains(['?', '#']) && htu.strip_prefix(expected.origin) == Some(expected.path)
}

/// Whether a moment in whole seconds lies within the accepted skew.
pub(crate) fn is_recent(seconds: i64, now: Instant) -> bool {
    now.unix_seconds()
        .checked_sub(seconds)
        .is_some_and(|age| (-limits::PROOF_SKEW_SECONDS..=limits::PROOF_SKEW_SECONDS).contains(&age))
}

/// The first moment at which [`is_recent`] no longer holds.
pub(crate) const fn stale_from(seconds: i64) -> Instant {
    Instant::from_unix_seconds(seconds.saturating_add(limits::PROOF_SKEW_SECONDS).saturating_add(1))
}

/// A `jti` or signature nonce: 1 to 64 of the characters of base64url and UUIDs.
pub(crate) fn is_unique_text(text: &str) -> bool {
    (1..=limits::JTI_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

fn use_id(key: Digest, jti: &str) -> Digest {
    let mut bytes = Vec::with_capacity(32 + limits::JTI_CHARS_MAX);
    bytes.extend_from_slice(key.as_bytes());
    bytes.extend_from_slice(jti.as_bytes());
    sha256(&bytes)
}
