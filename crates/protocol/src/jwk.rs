//! A P-256 public key as a JWK (RFC 7517, RFC 7518 §6.2) and its thumbprint (RFC 7638).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{sha256, to_canonical};

/// A P-256 public key. A private member (`d`) or any other is refused while reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// Always `P-256`.
    pub crv: String,
    /// Always `EC`.
    pub kty: String,
    /// Base64url of the 32-byte x coordinate.
    pub x: String,
    /// Base64url of the 32-byte y coordinate.
    pub y: String,
}

/// Why a JWK is not a usable device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Not `EC` / `P-256`.
    #[error("key is not EC P-256")]
    Kind,
    /// A coordinate is not 32 bytes of base64url.
    #[error("coordinate `{0}` is not 32 bytes of base64url")]
    Coordinate(&'static str),
}

impl Jwk {
    /// From an uncompressed point (SEC 1 §2.3.3): `04 ‖ x ‖ y`, 65 bytes.
    ///
    /// # Errors
    /// [`JwkError::Kind`] when it is not such a point's form.
    pub fn from_point(point: &[u8]) -> Result<Self, JwkError> {
        match point.split_first_chunk::<33>() {
            Some(([4, x @ ..], y)) if y.len() == 32 => Ok(Self {
                crv: "P-256".to_owned(),
                kty: "EC".to_owned(),
                x: URL_SAFE_NO_PAD.encode(x),
                y: URL_SAFE_NO_PAD.encode(y),
            }),
            _ => Err(JwkError::Kind),
        }
    }

    /// The uncompressed point. Whether it lies on the curve is for the verifier to refuse.
    ///
    /// # Errors
    /// [`JwkError`] when the key is of another kind or a coordinate is not 32 bytes.
    pub fn point(&self) -> Result<[u8; 65], JwkError> {
        if self.kty != "EC" || self.crv != "P-256" {
            return Err(JwkError::Kind);
        }
        let coordinate = |text: &str, name| -> Result<[u8; 32], JwkError> {
            let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| JwkError::Coordinate(name))?;
            bytes.try_into().map_err(|_| JwkError::Coordinate(name))
        };
        let (x, y) = (coordinate(&self.x, "x")?, coordinate(&self.y, "y")?);
        let mut point = [4_u8; 65];
        let (head, tail) = point.split_at_mut(33);
        if let Some(slot) = head.get_mut(1..) {
            slot.copy_from_slice(&x);
        }
        tail.copy_from_slice(&y);
        Ok(point)
    }

    /// RFC 7638 thumbprint (SHA-256): the required members in lexicographic order, which is what JCS writes.
    #[must_use]
    pub fn thumbprint(&self) -> Digest {
        sha256(&to_canonical(self))
    }
}
