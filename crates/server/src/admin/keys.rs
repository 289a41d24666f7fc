//! Merchants' keys beside those of their registration, as staff add, list and end them.

use std::collections::HashMap;

use credentials::ApiKey;
use money::{Instant, KeyId, PayeeId, ReasonCode};
use payments::{Accepted, Command, KeyMaterial, MerchantKey, Network, Noted, NotedKey, NotedKind, Scope};
use protocol::{Text, limits as wire};
use serde::{Deserialize, Serialize};
use store::{Store, entropy};

use super::calls::{SigningPair, permit, submit};
use super::wire::AdminError;

/// Characters of an API key that are kept, to tell it by: 30 of its 256 bits.
const PREFIX_CHARS: usize = 8;
/// The longest a key may live that has an end, and the longest overlap, in seconds (ten years).
const SECONDS_MAX: i64 = 10 * 365 * 24 * 3_600;

/// `POST /admin/payees/{id}/keys`: a key to add.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What the merchant calls it.
    pub label: Text<{ wire::NAME_CHARS_MAX }>,
    /// What it is.
    pub kind: NewKeyKind,
    /// What an API key may do; everything when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// The networks it may be used from; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<Network>,
    /// In how many seconds it ends; never when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<i64>,
    /// Base64url of the merchant's own Ed25519 public key, for a signing key; a pair is made when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_public_key: Option<String>,
    /// The key this one takes over from, and for how many seconds both are good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
}

impl NewKey {
    /// What is not said is as with the key before: a rotation never widens by silence.
    fn inherit(&mut self, old: &MerchantKey) {
        if let (KeyMaterial::Api { scopes, .. }, NewKeyKind::Api, true) =
            (&old.material, self.kind, self.scopes.is_empty())
        {
            self.scopes.clone_from(scopes);
        }
        if self.networks.is_empty() {
            self.networks.clone_from(&old.networks);
        }
    }
}

/// What a new key takes over from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The old key.
    pub key: KeyId,
    /// For how long it goes on beside the new one.
    pub overlap_seconds: i64,
}

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewKeyKind {
    /// Creating and watching intents.
    Api,
    /// Signing captures, voids and refunds.
    Signing,
}

/// `POST /admin/keys/{id}/end`: when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndKey {
    /// In how many seconds; at once when nought.
    #[serde(default)]
    pub in_seconds: i64,
}

/// A key in a list. None of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// The key.
    pub key: KeyId,
    /// Whose.
    pub payee: PayeeId,
    /// What the merchant calls it.
    pub label: String,
    /// What it is, its first characters and its scopes; or its public key.
    #[serde(flatten)]
    pub material: Shown,
    /// The networks it may be used from; any when empty.
    pub networks: Vec<Network>,
    /// Since when.
    pub created_at: Instant,
    /// From when on it is worth nothing.
    pub expires_at: Option<Instant>,
    /// Whether it is worth something now.
    pub live: bool,
    /// When it was last used, as far as the answering process has seen since it started.
    pub last_used_at: Option<Instant>,
}

/// What is shown of a key itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[expect(missing_docs, reason = "as `payments::KeyMaterial`, without digests")]
pub enum Shown {
    Api { prefix: String, scopes: Vec<Scope> },
    Signing { public_key: String },
}

/// A new key with its secret, shown once.
#[derive(Clone, Serialize, Deserialize)]
pub struct IssuedKey {
    /// The key.
    #[serde(flatten)]
    pub view: KeyView,
    /// The text of an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// Base64url of the Ed25519 seed of a signing key; absent when the merchant brought its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<String>,
}

impl std::fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedKey").field("key", &self.view.key).finish_non_exhaustive()
    }
}

/// Adds a key, and ends the one it takes over from.
///
/// # Errors
/// [`AdminError`].
pub async fn add_key(store: &dyn Store, payee: PayeeId, mut new: NewKey) -> Result<IssuedKey, AdminError> {
    if store.payee(payee).await?.is_none() {
        return Err(ReasonCode::PayeeUnknown.into());
    }
    let within = |seconds: i64| (0..=SECONDS_MAX).contains(&seconds);
    let expires_at = match new.expires_in_seconds {
        Some(seconds) if !within(seconds) => return Err(AdminError::malformed("`expires_in_seconds` is out of range")),
        Some(seconds) => store.now().checked_add_seconds(seconds),
        None => None,
    };
    if let Some(Replaced { key, overlap_seconds }) = new.replaces {
        let old = store.noted(NotedKey::MerchantKey(key)).await?;
        let old = old.as_ref().and_then(Noted::merchant_key).filter(|old| old.payee == payee);
        let old = old.filter(|_| within(overlap_seconds)).ok_or(ReasonCode::KeyUnknown)?;
        new.inherit(old);
    }
    let secret = Secret::draw(&new)?;
    let key = MerchantKey {
        id: secret.id,
        payee,
        label: new.label,
        material: secret.material,
        networks: new.networks,
        created_at: store.now(),
        expires_at,
    };
    let row = answered(submit(store, Command::AddMerchantKey { permit: permit(), key }).await?)?;
    if let Some(Replaced { key, overlap_seconds: in_seconds }) = new.replaces {
        // The new one is there already: whatever happens now, the merchant is not without a key.
        submit(store, Command::EndMerchantKey { permit: permit(), key, in_seconds }).await?;
    }
    let view = view(&row, store.now(), None);
    Ok(IssuedKey { view, api_key: secret.api_key, signing_key: secret.signing_key })
}

/// Ends a key, now or later; never later than it would have ended anyway.
///
/// # Errors
/// [`AdminError`].
pub async fn end_key(store: &dyn Store, key: KeyId, end: EndKey) -> Result<KeyView, AdminError> {
    let command = Command::EndMerchantKey { permit: permit(), key, in_seconds: end.in_seconds };
    Ok(view(&answered(submit(store, command).await?)?, store.now(), None))
}

/// A payee's keys beside those of its registration, by id; `used` says when each was last used.
///
/// # Errors
/// [`AdminError`].
pub async fn keys(
    store: &dyn Store,
    payee: PayeeId,
    used: &HashMap<KeyId, Instant>,
) -> Result<Vec<KeyView>, AdminError> {
    let rows = store.all_noted(NotedKind::MerchantKey, Some(payee), crate::limits::KEYS_LISTED_MAX).await?;
    let keys = rows.iter().filter_map(Noted::merchant_key);
    Ok(keys.map(|key| view(key, store.now(), used.get(&key.id).copied())).collect())
}

fn answered(accepted: Accepted) -> Result<MerchantKey, AdminError> {
    match accepted {
        Accepted::MerchantKey(key) => Ok(key),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

fn view(key: &MerchantKey, now: Instant, last_used_at: Option<Instant>) -> KeyView {
    KeyView {
        key: key.id,
        payee: key.payee,
        label: key.label.to_string(),
        material: match &key.material {
            KeyMaterial::Api { prefix, scopes, .. } => Shown::Api { prefix: prefix.clone(), scopes: scopes.clone() },
            KeyMaterial::Signing { public } => Shown::Signing { public_key: SigningPair::text(public) },
        },
        networks: key.networks.clone(),
        created_at: key.created_at,
        expires_at: key.expires_at,
        live: key.is_live(now),
        last_used_at,
    }
}

/// A key just drawn: what is stored of it, and what is shown once.
struct Secret {
    id: KeyId,
    material: KeyMaterial,
    api_key: Option<String>,
    signing_key: Option<String>,
}

impl Secret {
    fn draw(new: &NewKey) -> Result<Self, AdminError> {
        match new.kind {
            NewKeyKind::Api if new.signing_public_key.is_some() => {
                Err(AdminError::malformed("`signing_public_key` belongs to a signing key"))
            }
            NewKeyKind::Api => {
                let key = ApiKey::from_random(entropy::random()?);
                let (digest, text) = (key.stored(), key.text());
                let every = || vec![Scope::CreateIntents, Scope::Read];
                let scopes = if new.scopes.is_empty() { every() } else { new.scopes.clone() };
                let material = KeyMaterial::Api { digest, prefix: text.chars().take(PREFIX_CHARS).collect(), scopes };
                let id = MerchantKey::id_of(digest.as_bytes());
                Ok(Self { id, material, api_key: Some(text), signing_key: None })
            }
            NewKeyKind::Signing if !new.scopes.is_empty() => {
                Err(AdminError::malformed("`scopes` belong to an API key; a signing key captures, voids and refunds"))
            }
            NewKeyKind::Signing => {
                let SigningPair { public, seed } = SigningPair::issue(new.signing_public_key.as_deref())?;
                let (id, material) = (MerchantKey::id_of(&public), KeyMaterial::Signing { public });
                Ok(Self { id, material, api_key: None, signing_key: seed })
            }
        }
    }
}
