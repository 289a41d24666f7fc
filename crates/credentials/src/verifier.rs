//! [`Verifier`]: one server's origin and keys, and the only maker of [`Signed`], [`Caller`] and [`Enrolling`].

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::hmac;
use money::{DeviceId, Digest, Instant, PayerId, Secret};
use protocol::{TokenBody, TokenView, from_canonical, limits, sha256, to_canonical};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Caller, Enrolling, Possession, ProofError, Refresh, Signed, TokenGrant, nonce,
    proof::{self, Checked, Expected, Opened},
    refresh, token,
};

/// The server's own keys, 32 random bytes each; the same on every node.
#[derive(Debug)]
pub struct VerifierKeys {
    /// For access tokens.
    pub token: Secret<[u8; 32]>,
    /// For nonces.
    pub nonce: Secret<[u8; 32]>,
}

impl VerifierKeys {
    /// The same keys: for whoever keeps them to hand them out again later.
    #[must_use]
    pub fn clone_of(&self) -> Self {
        let copy = |key: &Secret<[u8; 32]>| Secret::new(*key.dangerous_reveal());
        Self { token: copy(&self.token), nonce: copy(&self.nonce) }
    }
}

/// What a device sent, as the HTTP layer found it. The server refuses a second `DPoP` or `Authorization` header.
#[derive(Clone, Copy, Debug)]
pub struct DeviceRequest<'a> {
    /// The one `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The one `DPoP` header.
    pub dpop: Option<&'a str>,
    /// The method, upper case.
    pub method: &'a str,
    /// The path as it was sent, without the query.
    pub path: &'a str,
    /// The body's bytes.
    pub body: &'a [u8],
}

/// Verifies device proofs for one public origin.
pub struct Verifier {
    origin: String,
    keys: RwLock<Arc<Keys>>,
    process: nonce::Process,
}

/// The keys that are good, those that sign first.
struct Keys {
    signing: Pair,
    others: Vec<Pair>,
}

struct Pair {
    tokens: hmac::Key,
    nonces: hmac::Key,
}

impl Pair {
    fn of(keys: &VerifierKeys) -> Self {
        Self {
            tokens: hmac::Key::new(hmac::HMAC_SHA256, keys.token.dangerous_reveal()),
            nonces: hmac::Key::new(hmac::HMAC_SHA256, keys.nonce.dangerous_reveal()),
        }
    }
}

impl Keys {
    fn all(&self) -> impl Iterator<Item = &Pair> {
        std::iter::once(&self.signing).chain(&self.others)
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verifier").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier for `origin`, e.g. `http://127.0.0.1:8080`, without a trailing slash.
    #[must_use]
    pub fn new(origin: &str, keys: VerifierKeys) -> Self {
        let keys = Keys { signing: Pair::of(&keys), others: Vec::new() };
        Self { origin: origin.to_owned(), keys: RwLock::new(Arc::new(keys)), process: [0; 8] }
    }

    /// Signs by other keys from now on. Besides what these sign, what `others` have signed is good: the ones before, as long as
    /// that is wanted, and the next ones, which another node may use already.
    pub fn renew(&self, signing: &VerifierKeys, others: &[VerifierKeys]) {
        let keys = Keys { signing: Pair::of(signing), others: others.iter().map(Pair::of).collect() };
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same, as one run of one server: eight random bytes that no other run has. See [`Caller::is_local`].
    #[must_use]
    pub const fn of_process(mut self, process: [u8; 8]) -> Self {
        self.process = process;
        self
    }

    /// A nonce for the `DPoP-Nonce` header (RFC 9449 §8.1), good for five minutes, on every node, and not remembered.
    #[must_use]
    pub fn issue_nonce(&self, now: Instant) -> String {
        nonce::issue(&self.keys().signing.nonces, self.process, now)
    }

    /// An access token for ten minutes, of use only with the key it names (RFC 9449 §5), and the refresh token of this
    /// generation of its session.
    #[must_use]
    pub fn issue_token(&self, grant: &TokenGrant, generation: u32, now: Instant) -> TokenView {
        let (claims, keys) = (token::grant(*grant, now), self.keys());
        let owner = refresh::Owner { payer: grant.payer, device: grant.device };
        TokenView {
            access_token: token::mint(&keys.signing.tokens, &claims),
            expires_at: claims.expires_at,
            refresh_token: Some(refresh::mint(&keys.signing.tokens, owner, grant.session, generation)),
            session: grant.session,
            token_type: "DPoP".to_owned(),
        }
    }

    /// An access token of a shared device: for two minutes, and nothing to carry the session on with but the device's key.
    #[must_use]
    pub fn issue_shared_token(&self, grant: &TokenGrant, now: Instant) -> TokenView {
        let claims = token::shared_grant(*grant, now);
        TokenView {
            access_token: token::mint(&self.keys().signing.tokens, &claims),
            expires_at: claims.expires_at,
            refresh_token: None,
            session: grant.session,
            token_type: "DPoP".to_owned(),
        }
    }

    /// A refresh token of this payer's device; `None` says nothing about why.
    #[must_use]
    pub fn refresh(&self, text: &str, payer: PayerId, device: DeviceId) -> Option<Refresh> {
        let owner = refresh::Owner { payer, device };
        self.keys().all().find_map(|pair| refresh::open(&pair.tokens, text, owner))
    }

    /// A request with a body: token, proof and canonical body, checked in the order of [`ProofError`].
    ///
    /// # Errors
    /// [`ProofError`]: the first check that fails.
    pub fn signed<B: DeserializeOwned + Serialize>(
        &self,
        request: &DeviceRequest<'_>,
        now: Instant,
    ) -> Result<Signed<B>, ProofError> {
        let (grant, token, opened) = self.authenticate(request, now)?;
        let (checked, (body, digest)) = self.check(opened, request, Some(token), now)?;
        let proof_digest = sha256(request.dpop.unwrap_or_default().as_bytes());
        let is_local = checked.process == self.process;
        Ok(Signed::new(body, grant, &checked, (digest, proof_digest), is_local))
    }

    /// A request without a body: token and proof.
    ///
    /// # Errors
    /// [`ProofError`]: the first check that fails; a body, or a proof that names one, is [`ProofError::WrongBody`].
    pub fn caller(&self, request: &DeviceRequest<'_>, now: Instant) -> Result<Caller, ProofError> {
        let (grant, token, opened) = self.authenticate(request, now)?;
        let expected = self.expected(request, Some(token), now);
        let (checked, ()) = opened.check(
            &expected,
            |nonce| self.fresh(nonce, now),
            |claimed| match claimed {
                None if request.body.is_empty() => Ok(()),
                _ => Err(ProofError::WrongBody),
            },
        )?;
        let is_local = checked.process == self.process;
        Ok(Caller::new(grant, &checked, is_local))
    }

    /// A request by a key without a token yet (sign-up, token request): proof by the key in its own header, and body.
    ///
    /// # Errors
    /// [`ProofError`]: the first check that fails. An `Authorization` header beside it is refused.
    pub fn enrolling<B: DeserializeOwned + Serialize>(
        &self,
        request: &DeviceRequest<'_>,
        now: Instant,
    ) -> Result<Enrolling<B>, ProofError> {
        if request.authorization.is_some() {
            return Err(ProofError::Refused);
        }
        let opened = proof::open(request.dpop.ok_or(ProofError::Refused)?)?;
        let (checked, (body, digest)) = self.check(opened, request, None, now)?;
        Ok(Enrolling::new(body, checked, digest))
    }

    /// The new device's statement inside `BindDeviceBody`: a proof by its key for `POST` `path`, no token, its
    /// `body_s256` the digest of the canonical `TokenBody` it joins with. So whoever relays it can bind the device to no
    /// other wallet, and in no other way.
    ///
    /// # Errors
    /// [`ProofError`]: the first check that fails.
    pub fn possession(
        &self,
        compact: &str,
        path: &str,
        joining: &TokenBody,
        now: Instant,
    ) -> Result<Possession, ProofError> {
        let opened = proof::open(compact)?;
        let expected = Expected { method: "POST", origin: &self.origin, path, token: None, now };
        let wanted = sha256(&to_canonical(joining));
        let (checked, ()) = opened.check(
            &expected,
            |nonce| self.fresh(nonce, now),
            |claimed| {
                if claimed == Some(wanted) { Ok(()) } else { Err(ProofError::WrongBody) }
            },
        )?;
        Ok(Possession::new(checked, joining.device))
    }

    /// Everything before which nothing may be said but "refused", then key and expiry of the token.
    fn authenticate<'a>(
        &self,
        request: &DeviceRequest<'a>,
        now: Instant,
    ) -> Result<(TokenGrant, &'a str, Opened), ProofError> {
        let text = request.authorization.and_then(dpop_token).ok_or(ProofError::Refused)?;
        let compact = request.dpop.ok_or(ProofError::Refused)?;
        let keys = self.keys();
        let token = keys.all().find_map(|pair| token::open(&pair.tokens, text)).ok_or(ProofError::Refused)?;
        let opened = proof::open(compact)?;
        if opened.key() != token.grant.key {
            return Err(ProofError::WrongDevice);
        }
        if now >= token.expires_at {
            return Err(ProofError::TokenExpired);
        }
        Ok((token.grant, text, opened))
    }

    fn check<B: DeserializeOwned + Serialize>(
        &self,
        opened: Opened,
        request: &DeviceRequest<'_>,
        token: Option<&str>,
        now: Instant,
    ) -> Result<(Checked, (B, Digest)), ProofError> {
        let expected = self.expected(request, token, now);
        opened.check(&expected, |nonce| self.fresh(nonce, now), |claimed| body(request.body, claimed))
    }

    /// The process that made this nonce, if it is one of ours and fresh.
    fn fresh(&self, nonce: &str, now: Instant) -> Option<nonce::Process> {
        self.keys().all().find_map(|pair| nonce::fresh(&pair.nonces, nonce, now))
    }

    fn expected<'a>(&'a self, request: &DeviceRequest<'a>, token: Option<&'a str>, now: Instant) -> Expected<'a> {
        Expected { method: request.method, origin: &self.origin, path: request.path, token, now }
    }
}

/// The token of `DPoP <token>` (RFC 9449 §7.1); the scheme in any case (RFC 9110 §11.1), one space. `Bearer` is no
/// way in: a token without its proof is nothing.
fn dpop_token(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("DPoP") && token.len() <= limits::TOKEN_BYTES_MAX).then_some(token)
}

fn body<B: DeserializeOwned + Serialize>(bytes: &[u8], claimed: Option<Digest>) -> Result<(B, Digest), ProofError> {
    if bytes.len() > limits::BODY_BYTES_MAX {
        return Err(ProofError::BodyTooLarge);
    }
    let digest = sha256(bytes);
    if claimed != Some(digest) {
        return Err(ProofError::WrongBody);
    }
    let body = from_canonical(bytes).map_err(ProofError::Body)?;
    Ok((body, digest))
}
