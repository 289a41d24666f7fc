//! One value, one byte string: RFC 8785 (JCS), so that a digest of a body means the body.

use aws_lc_rs::digest;
use money::Digest;
use serde::{Serialize, de::DeserializeOwned};

/// Why bytes are not an acceptable body.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// Not JSON of the wanted shape; unknown and duplicate members count, with the line and column.
    #[error("cannot be read: {0}")]
    Malformed(#[source] serde_json::Error),
    /// The right values, but not written as RFC 8785 writes them.
    #[error("not in RFC 8785 canonical form")]
    NotCanonical,
}

/// The canonical bytes of `value`.
///
/// # Panics
/// Never for the types of this crate: they hold text, integers within ±(2⁵³−1), lists and objects.
#[must_use]
pub fn to_canonical<T: Serialize>(value: &T) -> Vec<u8> {
    match serde_json_canonicalizer::to_vec(value) {
        Ok(bytes) => bytes,
        #[expect(clippy::panic, reason = "a wire type that cannot be written is a bug, caught per command")]
        Err(error) => panic!("wire type cannot be canonicalised: {error}"),
    }
}

/// Reads a body and refuses it unless it is written exactly as [`to_canonical`] would write it.
///
/// Comparing with the re-written value also refuses duplicate members, other number forms and white space.
///
/// # Errors
/// [`CanonicalError::Malformed`] or [`CanonicalError::NotCanonical`].
pub fn from_canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, CanonicalError> {
    let value: T = serde_json::from_slice(bytes).map_err(CanonicalError::Malformed)?;
    match serde_json_canonicalizer::to_vec(&value) {
        Ok(written) if written == bytes => Ok(value),
        _ => Err(CanonicalError::NotCanonical),
    }
}

/// SHA-256 (FIPS 180-4) of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    let digest = digest::digest(&digest::SHA256, bytes);
    let mut out = [0_u8; 32];
    out.copy_from_slice(digest.as_ref());
    Digest::from_bytes(out)
}
