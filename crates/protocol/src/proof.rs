//! The payment proof on the wire: an RFC 9449 DPoP proof with one private claim.

use money::Digest;
use serde::{Deserialize, Serialize};

use crate::Jwk;

/// The JOSE header of a proof: exactly `alg`, `jwk` and `typ`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofHeader {
    /// Always `ES256`.
    pub alg: String,
    /// The device's public key.
    pub jwk: Jwk,
    /// Always `dpop+jwt`.
    pub typ: String,
}

/// What a device signs (RFC 9449 §4.2), and the digest of what it approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofClaims {
    /// Base64url SHA-256 of the access token; absent only where no token exists yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ath: Option<Digest>,
    /// Farthing's private claim: SHA-256 of the request body's bytes; absent when there is no body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_s256: Option<Digest>,
    /// The HTTP method, upper case.
    pub htm: String,
    /// The address without query and fragment.
    pub htu: String,
    /// When the proof was made, Unix seconds.
    pub iat: i64,
    /// Unique for this proof; at least 96 bits of randomness, at most 64 characters.
    pub jti: String,
    /// The server's nonce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
}
