//! [`MerchantKey`]: the keys a merchant holds beside those of its registration, several at a time, so that one takes over
//! from another without a gap.

use std::net::IpAddr;

use money::{Digest, Instant, KeyId, PayeeId, ReasonCode};
use protocol::{Text, limits as wire};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::change::Change;
use crate::decide::Context;
use crate::limits;
use crate::noted::Noted;
use crate::outcome::{Accepted, Refusal};

/// One key of a merchant's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantKey {
    /// Its id, which follows from the key itself: [`MerchantKey::id_of`].
    pub id: KeyId,
    /// Whose.
    pub payee: PayeeId,
    /// What the merchant calls it.
    pub label: Text<{ wire::NAME_CHARS_MAX }>,
    /// What it is.
    pub material: KeyMaterial,
    /// The networks it may be used from; any where there are none.
    pub networks: Vec<Network>,
    /// Since when.
    pub created_at: Instant,
    /// From when on it is worth nothing.
    pub expires_at: Option<Instant>,
}

/// Which keys a merchant has beside those of its registration: what bounds their number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRing {
    /// Whose.
    pub payee: PayeeId,
    /// Those that have not ended; at most [`limits::KEYS_PER_MERCHANT_MAX`].
    pub keys: Vec<HeldKey>,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldKey {
    /// Which.
    pub key: KeyId,
    /// From when on it is worth nothing.
    pub expires_at: Option<Instant>,
}

impl KeyRing {
    /// What a merchant has now: what has ended is gone.
    fn now(context: &Context<'_>, payee: PayeeId) -> Self {
        let mut ring = context.state.key_ring(payee).cloned().unwrap_or(Self { payee, keys: Vec::new() });
        ring.keys.retain(|held| held.expires_at.is_none_or(|end| context.at < end));
        ring
    }
}

/// What a merchant's key is. No secret is among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum KeyMaterial {
    /// An API key: creates intents, or reads, or both.
    Api {
        /// SHA-256 of its text.
        digest: Digest,
        /// Its first characters, for people to tell it by.
        prefix: String,
        /// What it may do.
        scopes: Vec<Scope>,
    },
    /// A key that signs captures, voids and refunds (RFC 9421).
    Signing {
        /// Its Ed25519 public key.
        public: [u8; 32],
    },
}

/// What an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Create intents.
    #[serde(rename = "intents:create")]
    CreateIntents,
    /// Look at intents and at the payee's own account.
    #[serde(rename = "read")]
    Read,
}

/// A block of addresses (CIDR, RFC 4632 and RFC 4291 §2.3), e.g. `203.0.113.0/24`. An address alone is a block of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// A text is no block of addresses, or has bits set beyond its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a network like `203.0.113.0/24` or `2001:db8::/32`")]
pub struct NetworkError;

impl MerchantKey {
    /// The id of a key, by what is stored of it: the digest of an API key, the public key of a signing key.
    #[must_use]
    pub const fn id_of(stored: &[u8; 32]) -> KeyId {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = *stored;
        KeyId::from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
    }

    /// Whether it is worth something now.
    #[must_use]
    pub fn is_live(&self, at: Instant) -> bool {
        self.expires_at.is_none_or(|end| at < end)
    }

    /// Whether it may be used from this address. Where networks are named, an address nobody knows is in none of them.
    #[must_use]
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty()
            || address.is_some_and(|address| self.networks.iter().any(|network| network.holds(address)))
    }

    /// Whether it is an API key with this scope.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        matches!(&self.material, KeyMaterial::Api { scopes, .. } if scopes.contains(&scope))
    }
}

impl Network {
    /// Whether an address lies in it. An IPv4 address mapped into IPv6 counts as the IPv4 address it is.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let (own, _) = wide(self.address);
        let (other, width) = wide(address.to_canonical());
        let is_same_kind = wide(self.address).1 == width;
        is_same_kind && (own ^ other).checked_shr(width.saturating_sub(self.bits)).unwrap_or(0) == 0
    }
}

/// An address as a number, and how many bits it has.
fn wide(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

impl std::str::FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NetworkError)?;
        let (number, width) = wide(address);
        let bits = match bits {
            Some(bits) if bits.len() <= 3 && bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().map_err(|_| NetworkError)?
            }
            Some(_) => return Err(NetworkError),
            None => width,
        };
        let beyond = width.checked_sub(bits).ok_or(NetworkError)?;
        let is_clean = beyond == 0 || number.trailing_zeros() >= beyond;
        if is_clean { Ok(Self { address, bits }) } else { Err(NetworkError) }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Gives a payee one more key.
pub(crate) fn add(context: &mut Context<'_>, key: &MerchantKey) -> Result<Accepted, Refusal> {
    let payee = context.state.payee(key.payee).ok_or(ReasonCode::PayeeUnknown)?;
    if payee.closed {
        return Err(ReasonCode::PayeeClosed.into());
    }
    if key.networks.len() > limits::NETWORKS_PER_KEY_MAX {
        return Err(ReasonCode::RequestMalformed.into());
    }
    if context.state.merchant_key(key.id).is_some() {
        return Err(ReasonCode::KeyExists.into());
    }
    let mut ring = KeyRing::now(context, key.payee);
    if ring.keys.len() >= limits::KEYS_PER_MERCHANT_MAX {
        return Err(ReasonCode::KeyLimitReached.into());
    }
    let key = MerchantKey { created_at: context.at, ..key.clone() };
    if key.is_live(context.at) {
        ring.keys.push(HeldKey { key: key.id, expires_at: key.expires_at });
    }
    context.push(Change::Noted(Noted::KeyRing(ring)));
    context.push(Change::Noted(Noted::MerchantKey(key.clone())));
    Ok(Accepted::MerchantKey(key))
}

/// Ends a key, now or later; never later than it would have ended anyway.
pub(crate) fn end(context: &mut Context<'_>, key: KeyId, in_seconds: i64) -> Result<Accepted, Refusal> {
    let key = context.state.merchant_key(key).ok_or(ReasonCode::KeyUnknown)?;
    let wanted = context.at.checked_add_seconds(in_seconds.max(0)).ok_or(ReasonCode::RequestMalformed)?;
    let expires_at = Some(key.expires_at.map_or(wanted, |end| end.min(wanted)));
    let key = MerchantKey { expires_at, ..key.clone() };
    let mut ring = KeyRing::now(context, key.payee);
    for held in ring.keys.iter_mut().filter(|held| held.key == key.id) {
        held.expires_at = expires_at;
    }
    context.push(Change::Noted(Noted::KeyRing(ring)));
    context.push(Change::Noted(Noted::MerchantKey(key.clone())));
    Ok(Accepted::MerchantKey(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(network: &str, address: &str, expected: bool) {
        let network: Network = network.parse().unwrap();
        assert_eq!(network.holds(address.parse().unwrap()), expected, "{network} {address}");
        assert_eq!(network.to_string().parse(), Ok(network));
    }

    #[test]
    fn a_network_holds_its_own_addresses() {
        check("203.0.113.0/24", "203.0.113.255", true);
        check("203.0.113.0/24", "203.0.114.0", false);
        check("203.0.113.7", "203.0.113.7", true);
        check("203.0.113.7/32", "203.0.113.8", false);
        check("0.0.0.0/0", "255.255.255.255", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("203.0.113.0/24", "::ffff:203.0.113.9", true);
        check("2001:db8::/32", "2001:db8:ffff::1", true);
        check("2001:db8::/32", "2001:db9::1", false);
        check("::/0", "2001:db9::1", true);
        check("2001:db8::1", "2001:db8::1", true);
        check("128.0.0.0/1", "127.255.255.255", false);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in
            ["", "10.0.0.0/33", "10.0.0.1/24", "10.0.0.0/+8", "10.0.0/8", "::1/127", "a/8", "10.0.0.0/", "1/1/1"]
        {
            assert_eq!(text.parse::<Network>(), Err(NetworkError), "{text}");
        }
    }
}
