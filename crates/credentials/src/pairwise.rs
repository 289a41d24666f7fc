//! [`Pairwise`]: the name one merchant knows one payer by (cf. OpenID Connect Core §8.1). The same payer has another name at
//! every other merchant, and nobody without the key can tell that two names are one person.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{PayeeId, PayerId, Secret};

const LABEL: &[u8; 20] = b"farthing pairwise 01";
const PREFIX: &str = "ppr_";
/// Bytes of the tag that are shown: two payers of one merchant collide at some 2⁶⁴ of them.
const SHOWN: usize = 16;

/// The key that makes the names; the same on every node.
pub struct Pairwise(hmac::Key);

impl std::fmt::Debug for Pairwise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pairwise(***)")
    }
}

impl Pairwise {
    /// Names under this key.
    #[must_use]
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.dangerous_reveal()))
    }

    /// `ppr_…`: HMAC-SHA256 over label, payee and payer, cut to 128 bits.
    #[must_use]
    pub fn name(&self, payee: PayeeId, payer: PayerId) -> String {
        let message: Vec<u8> = [&LABEL[..], payee.as_bytes(), payer.as_bytes()].concat();
        let tag = hmac::sign(&self.0, &message);
        let shown: Vec<u8> = tag.as_ref().iter().copied().take(SHOWN).collect();
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_one_payer_at_one_payee_under_one_key() {
        let (payee, payer) = (|n| PayeeId::from_bytes([n; 16]), |n| PayerId::from_bytes([n; 16]));
        let names = Pairwise::new(&Secret::new([7; 32]));
        let name = names.name(payee(1), payer(2));
        assert_eq!(name, names.name(payee(1), payer(2)));
        assert_eq!((name.len(), name.starts_with(PREFIX)), (26, true));
        let others = [names.name(payee(1), payer(3)), names.name(payee(2), payer(2)), names.name(payee(2), payer(1))];
        assert!(!others.contains(&name));
        assert_ne!(name, Pairwise::new(&Secret::new([8; 32])).name(payee(1), payer(2)));
        assert_eq!(format!("{names:?}"), "Pairwise(***)");
    }
}
