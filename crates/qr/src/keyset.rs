//! `/.well-known/farthing-keys`: the keys that sign dynamic codes, themselves signed by an offline root.

use money::{Digest, Instant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One Ed25519 key that may sign codes between two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishedKey {
    /// Its short name, at most 16 characters of `[a-z0-9-]`.
    pub kid: String,
    /// Codes created before this moment are not its work.
    pub not_before: Instant,
    /// Codes created from this moment on are not its work.
    pub not_after: Instant,
    /// Base64url of the 32-byte public key (RFC 8037 `x`).
    pub x: String,
}

/// What the offline root signs: the JCS bytes of this object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySetBody {
    /// From this moment on the set is not to be trusted.
    pub expires_at: Instant,
    /// When the set was made.
    pub issued_at: Instant,
    /// The keys, at most 16.
    pub keys: Vec<PublishedKey>,
    /// Keys that are withdrawn whatever their time, at most 256; absent when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked_keys: Vec<String>,
    /// Serials of stickers that are withdrawn, at most 4,096; absent when there are none. How old this knowledge is
    /// follows from `issued_at`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoked_serials: Vec<String>,
    /// SHA-256 of the root's 32-byte public key; clients pin it.
    pub root: Digest,
    /// Rises with every set; a client never goes back.
    pub sequence: u64,
}

/// The published set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySet {
    /// Base64url of the root's 32-byte Ed25519 public key.
    pub root_x: String,
    /// What is signed.
    pub set: KeySetBody,
    /// Base64url of the root's Ed25519 signature over the JCS bytes of `set`.
    pub signature: String,
}
