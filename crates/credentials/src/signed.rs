//! What verification yields: values with private fields, made in one place, that cannot be copied or read from bytes.

use money::{DeviceId, Digest, Instant, PayerId, SessionId};
use protocol::{Jwk, PayBody};
use serde::{Deserialize, Serialize};

use crate::{proof::Checked, token::TokenGrant};

/// One use of one proof, for the store to insert under a unique key: a second insert is a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofUse {
    /// SHA-256 over the key's thumbprint and the `jti` (merchants: a label, the payee and the `nonce`).
    pub id: Digest,
    /// From this moment on the proof is stale anyway and its use need not be remembered.
    pub expires_at: Instant,
}

/// A request with a body that this payer's device approved: this address, this minute, these bytes.
///
/// Not `Clone`, not `Deserialize`; made only by [`crate::Verifier::signed`]. That `body` names the same payer and
/// device as the token is for the command to check.
#[derive(Debug)]
pub struct Signed<B> {
    body: B,
    grant: TokenGrant,
    proof_use: ProofUse,
    body_digest: Digest,
    proof_digest: Digest,
    is_local: bool,
}

/// In place of a body that was taken out of its approval by [`Signed::take_body`].
#[derive(Debug)]
pub struct Apart(());

/// A payment a device approved: the authority under which money may leave its payer.
pub type SignedPayment = Signed<PayBody>;

impl<B> Signed<B> {
    pub(crate) const fn new(
        body: B,
        grant: TokenGrant,
        checked: &Checked,
        (body_digest, proof_digest): (Digest, Digest),
        is_local: bool,
    ) -> Self {
        Self { body, grant, proof_use: checked.proof_use, body_digest, proof_digest, is_local }
    }

    /// What was approved.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// What was approved, giving up the authority.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// The approval without its body, and the body: for one that holds a secret, which no command may carry.
    #[must_use]
    pub fn take_body(self) -> (Signed<Apart>, B) {
        let Self { body, grant, proof_use, body_digest, proof_digest, is_local } = self;
        (Signed { body: Apart(()), grant, proof_use, body_digest, proof_digest, is_local }, body)
    }

    /// The payer the token names.
    #[must_use]
    pub const fn payer(&self) -> PayerId {
        self.grant.payer
    }

    /// The device the token names.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.grant.device
    }

    /// Thumbprint of the key that signed (RFC 7638).
    #[must_use]
    pub const fn key(&self) -> Digest {
        self.grant.key
    }

    /// The session the token belongs to.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.grant.session
    }

    /// The use to remember.
    #[must_use]
    pub const fn proof_use(&self) -> &ProofUse {
        &self.proof_use
    }

    /// SHA-256 of the body's bytes, as signed.
    #[must_use]
    pub const fn body_digest(&self) -> Digest {
        self.body_digest
    }

    /// Whether this very process gave out the nonce; see [`Caller::is_local`].
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.is_local
    }

    /// SHA-256 of the whole compact proof, for the decision record.
    #[must_use]
    pub const fn proof_digest(&self) -> Digest {
        self.proof_digest
    }
}

/// A request whose proof is by the key in its own header: nobody vouches for the key yet.
///
/// Whoever holds one must look the key up (token request) or bind it (sign-up).
#[derive(Debug)]
pub struct Enrolling<B> {
    body: B,
    jwk: Jwk,
    key: Digest,
    proof_use: ProofUse,
    body_digest: Digest,
}

impl<B> Enrolling<B> {
    /// The proof without its body, and the body: for one that no command may carry whole.
    #[must_use]
    pub fn take_body(self) -> (Enrolling<Apart>, B) {
        let Self { body, jwk, key, proof_use, body_digest } = self;
        (Enrolling { body: Apart(()), jwk, key, proof_use, body_digest }, body)
    }

    pub(crate) fn new(body: B, checked: Checked, body_digest: Digest) -> Self {
        Self { body, jwk: checked.jwk, key: checked.key, proof_use: checked.proof_use, body_digest }
    }

    /// What was sent.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// What was sent, by value.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// The key that signed; on the curve, since its signature held.
    #[must_use]
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Its thumbprint (RFC 7638).
    #[must_use]
    pub const fn key(&self) -> Digest {
        self.key
    }

    /// The use to remember.
    #[must_use]
    pub const fn proof_use(&self) -> &ProofUse {
        &self.proof_use
    }

    /// SHA-256 of the body's bytes, as signed.
    #[must_use]
    pub const fn body_digest(&self) -> Digest {
        self.body_digest
    }
}

/// Who is asking: a request without a body, by this payer's device.
#[derive(Debug)]
pub struct Caller {
    grant: TokenGrant,
    proof_use: ProofUse,
    is_local: bool,
}

impl Caller {
    pub(crate) const fn new(grant: TokenGrant, checked: &Checked, is_local: bool) -> Self {
        Self { grant, proof_use: checked.proof_use, is_local }
    }

    /// Whether this very process gave out the nonce. A call that writes nothing leaves its proof's use in the memory of
    /// the process that answered; a proof with another process's nonce, or one from before a restart, may have been used
    /// there, and must be asked for again.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.is_local
    }

    /// The payer the token names.
    #[must_use]
    pub const fn payer(&self) -> PayerId {
        self.grant.payer
    }

    /// The device the token names.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.grant.device
    }

    /// Thumbprint of the key that signed (RFC 7638).
    #[must_use]
    pub const fn key(&self) -> Digest {
        self.grant.key
    }

    /// The session the token belongs to.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.grant.session
    }

    /// The use to remember.
    #[must_use]
    pub const fn proof_use(&self) -> &ProofUse {
        &self.proof_use
    }
}

/// A key, shown to be in the hands of the device that is to be bound to it.
#[derive(Debug)]
pub struct Possession {
    jwk: Jwk,
    key: Digest,
    device: DeviceId,
    proof_use: ProofUse,
}

impl Possession {
    pub(crate) fn new(checked: Checked, device: DeviceId) -> Self {
        Self { jwk: checked.jwk, key: checked.key, device, proof_use: checked.proof_use }
    }

    /// The key; on the curve, since its signature held.
    #[must_use]
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Its thumbprint (RFC 7638).
    #[must_use]
    pub const fn key(&self) -> Digest {
        self.key
    }

    /// The device the key's holder said it is.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The use to remember.
    #[must_use]
    pub const fn proof_use(&self) -> &ProofUse {
        &self.proof_use
    }
}
