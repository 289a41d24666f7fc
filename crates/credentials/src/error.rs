//! [`ProofError`]: every way a device proof may fail, in order of precedence.

use money::ReasonCode;
use protocol::CanonicalError;

/// Why a device request is refused, in the order in which the checks are made: the first that fails is said.
///
/// Everything but [`ProofError::Refused`] is only ever said to a caller whose token and signature hold.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The token or the signature does not hold, or cannot be read. Never says which.
    #[error("caller could not be authenticated")]
    Refused,
    /// A valid token, and a valid proof by another key (RFC 9449 §4.3 check 12).
    #[error("proof was made by another device's key")]
    WrongDevice,
    /// The token is genuine but its time has passed.
    #[error("access token has expired")]
    TokenExpired,
    /// `htm` is not this method (RFC 9449 §4.3 check 8).
    #[error("proof is for another method")]
    WrongMethod,
    /// `htu` is not exactly this origin and path (RFC 9449 §4.3 check 9).
    #[error("proof is for another address")]
    WrongUrl,
    /// `iat` is more than 60 s away (RFC 9449 §4.3 check 11).
    #[error("proof is too old or from the future")]
    Stale,
    /// No nonce, or not one this server gave out within five minutes (RFC 9449 §4.3 check 10, §8).
    #[error("proof carries no fresh server nonce")]
    NonceNeeded,
    /// `ath` is not this token's digest (RFC 9449 §4.3 check 12).
    #[error("proof is for another access token")]
    WrongToken,
    /// The body is longer than `protocol::limits::BODY_BYTES_MAX`; it was not hashed.
    #[error("body is too large")]
    BodyTooLarge,
    /// `body_s256` is not the digest of the body that came with it.
    #[error("proof is for another body")]
    WrongBody,
    /// The body is the signed one, but not canonical or not of the wanted shape; see [`crate::body_reason`].
    #[error("body is not acceptable")]
    Body(#[source] CanonicalError),
    /// The claims cannot be read, or the `jti` is empty, too long or of other characters.
    #[error("claims of the proof cannot be read")]
    Malformed,
}

impl ProofError {
    /// The stable code to answer with. For an amount's own codes ask [`crate::body_reason`].
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        match self {
            Self::Refused => ReasonCode::AuthRefused,
            Self::WrongDevice => ReasonCode::ProofWrongDevice,
            Self::TokenExpired => ReasonCode::TokenExpired,
            Self::WrongMethod => ReasonCode::ProofWrongMethod,
            Self::WrongUrl => ReasonCode::ProofWrongUrl,
            Self::Stale => ReasonCode::ProofStale,
            Self::NonceNeeded => ReasonCode::NonceNeeded,
            Self::WrongToken => ReasonCode::ProofWrongToken,
            Self::BodyTooLarge => ReasonCode::RequestTooLarge,
            Self::WrongBody => ReasonCode::ProofWrongBody,
            Self::Body(CanonicalError::NotCanonical) => ReasonCode::RequestNotCanonical,
            Self::Body(CanonicalError::Malformed(_)) | Self::Malformed => ReasonCode::RequestMalformed,
        }
    }

    /// Whether the token (where one is needed) and the signature held before this was found.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        !matches!(self, Self::Refused)
    }
}
