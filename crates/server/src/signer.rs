//! [`CodeSigner`]: the online key that signs dynamic codes, and the published set that vouches for it.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Digest, Instant, Secret};
use payments::{Intent, Payee, RegisteredCode};
use protocol::{PayeeCard, QuoteCore};
use qr::{CodeText, DynamicCode, KeySet, LocalText, MakeError, StaticCode, TrustedKeys};

/// Signs dynamic codes (Ed25519, RFC 8032: the same code gives the same bytes).
pub struct CodeSigner {
    pair: Ed25519KeyPair,
    kid: String,
    set: KeySet,
    trusted: TrustedKeys,
}

/// Why a key cannot sign codes.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// Not an Ed25519 seed.
    #[error("signing key is not an Ed25519 seed")]
    Seed,
    /// The set does not hold.
    #[error("key set cannot be used")]
    Set(#[source] qr::KeySetError),
    /// The set vouches for other keys.
    #[error("key set does not contain the signing key `{0}`")]
    NotInSet(String),
}

impl std::fmt::Debug for CodeSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeSigner").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl CodeSigner {
    /// The signer with this seed, under the name `kid` of the published `set`.
    ///
    /// Whether the set has expired is looked at each time a code is checked, not here.
    ///
    /// # Errors
    /// [`SignerError`] when seed, name and set do not belong together.
    pub fn new(seed: &Secret<[u8; 32]>, kid: impl Into<String>, set: KeySet) -> Result<Self, SignerError> {
        let kid = kid.into();
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.dangerous_reveal()).map_err(|_| SignerError::Seed)?;
        let trusted = TrustedKeys::check(&set, &set.set.root, None, set.set.issued_at).map_err(SignerError::Set)?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        if !set.set.keys.iter().any(|key| key.kid == kid && key.x == x) {
            return Err(SignerError::NotInSet(kid));
        }
        Ok(Self { pair, kid, set, trusted })
    }

    /// What `/.well-known/farthing-keys` publishes.
    #[must_use]
    pub const fn key_set(&self) -> &KeySet {
        &self.set
    }

    /// The keys codes are checked against.
    #[must_use]
    pub const fn trusted(&self) -> &TrustedKeys {
        &self.trusted
    }

    /// From this moment on clients trust no code.
    #[must_use]
    pub const fn expires_at(&self) -> Instant {
        self.set.set.expires_at
    }

    /// The dynamic code of an intent.
    ///
    /// # Errors
    /// [`MakeError`] when the terms do not fit an EMVCo code; they can still be paid by link.
    pub fn code(&self, intent: &Intent, payee: &Payee) -> Result<String, MakeError> {
        let core = &intent.core;
        let code = self.terms(core, intent.quote);
        qr::make(&code, &words(&core.payee, payee), |message| signature(&self.pair, message))
    }

    /// The text of a registered sticker: the same each time under the same key, so that it can be printed again.
    ///
    /// # Errors
    /// [`MakeError`] when it does not fit an EMVCo code, or is no sticker.
    pub fn printed(&self, row: &RegisteredCode, payee: &Payee) -> Result<String, MakeError> {
        let (Some(cap), Some(expires_at)) = (row.cap, row.expires_at) else { return Err(MakeError::Amount) };
        let code = StaticCode {
            payee: row.payee,
            cap,
            place: row.counter.to_string(),
            serial: row.serial.to_string(),
            created_at: row.registered_at,
            expires_at,
            kid: self.kid.clone(),
        };
        qr::make_static(&code, &words(&payee.card, payee), |message| signature(&self.pair, message))
    }

    /// The checkout link of terms, at `page` of the shop.
    ///
    /// # Errors
    /// [`MakeError`] when terms or page cannot stand in a link.
    pub fn link(&self, core: &QuoteCore, page: &str) -> Result<String, MakeError> {
        qr::make_link(&self.terms(core, core.digest()), page, |message| signature(&self.pair, message))
    }

    /// A sticker, signed with this key whatever key it names.
    ///
    /// # Errors
    /// [`MakeError`] when it does not fit an EMVCo code.
    pub fn sticker(&self, code: &StaticCode, text: &CodeText) -> Result<String, MakeError> {
        let code = StaticCode { kid: self.kid.clone(), ..code.clone() };
        qr::make_static(&code, text, |message| signature(&self.pair, message))
    }

    fn terms(&self, core: &QuoteCore, quote: Digest) -> DynamicCode {
        DynamicCode {
            intent: core.intent,
            payee: core.payee.id,
            amount: core.amount,
            created_at: core.created_at,
            expires_at: core.expires_at,
            quote,
            kid: self.kid.clone(),
        }
    }
}

/// What people read in a code.
fn words(card: &PayeeCard, payee: &Payee) -> CodeText {
    let name = card.name.as_str();
    let local = LocalText { language: "ko".to_owned(), name: name.to_owned(), city: None };
    CodeText {
        name: card.name_latin.to_string(),
        city: payee.city.clone(),
        category: card.category.clone(),
        country: payee.currency.code().chars().take(2).collect(),
        local: (!name.is_ascii()).then_some(local),
    }
}

/// An Ed25519 signature as its 64 bytes.
pub(crate) fn signature(pair: &Ed25519KeyPair, message: &[u8]) -> [u8; 64] {
    let mut bytes = [0_u8; 64];
    bytes.copy_from_slice(pair.sign(message).as_ref());
    bytes
}
