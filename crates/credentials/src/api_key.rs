//! Merchant API keys (RFC 6750 bearer form): they may create and watch intents, and move nothing.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Digest, PayeeId, ReasonCode, Secret};
use protocol::sha256;

const PREFIX: &str = "fk_";
const TEXT_LEN: usize = 46;

/// A new key, to be shown once. Only its digest is stored.
#[derive(Debug)]
pub struct ApiKey(Secret<String>);

/// The header holds no API key. Never says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no API key")]
pub struct ApiKeyError;

impl ApiKeyError {
    /// Always `auth.refused`.
    #[must_use]
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::AuthRefused
    }
}

impl ApiKey {
    /// A key of 32 random bytes the caller drew.
    #[must_use]
    pub fn from_random(secret: [u8; 32]) -> Self {
        Self(Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(secret))))
    }

    /// `fk_…`, for the merchant's eyes, once.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.dangerous_reveal().clone()
    }

    /// SHA-256 of the text: what is stored. 256 random bits need no slow hash.
    #[must_use]
    pub fn stored(&self) -> Digest {
        sha256(self.0.dangerous_reveal().as_bytes())
    }

    /// The digest of the key in an `Authorization: Bearer fk_…` header, to look up and give to [`permit`].
    ///
    /// # Errors
    /// [`ApiKeyError`] when it is not exactly that form.
    pub fn parse(authorization: &str) -> Result<Digest, ApiKeyError> {
        let (scheme, text) = authorization.split_once(' ').ok_or(ApiKeyError)?;
        let secret = text.strip_prefix(PREFIX).ok_or(ApiKeyError)?;
        if !scheme.eq_ignore_ascii_case("Bearer") || text.len() != TEXT_LEN {
            return Err(ApiKeyError);
        }
        let mut bytes = [0_u8; 32];
        match URL_SAFE_NO_PAD.decode_slice(secret, &mut bytes) {
            Ok(32) => Ok(sha256(text.as_bytes())),
            _ => Err(ApiKeyError),
        }
    }
}

/// Leave to create and watch this payee's intents. Not `Clone`, not `Deserialize`; made only by [`permit`].
#[derive(Debug)]
pub struct MerchantPermit {
    payee: PayeeId,
}

impl MerchantPermit {
    /// Whose intents.
    #[must_use]
    pub const fn payee(&self) -> PayeeId {
        self.payee
    }
}

/// The permit of `payee`, when what was presented is what is stored for it. Compares in constant time.
#[must_use]
pub fn permit(presented: &Digest, stored: &Digest, payee: PayeeId) -> Option<MerchantPermit> {
    verify_slices_are_equal(presented.as_bytes(), stored.as_bytes()).ok()?;
    Some(MerchantPermit { payee })
}
