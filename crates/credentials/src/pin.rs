//! Payment PINs: how one is kept, and how a try is verified. Hashing takes tens of milliseconds and is to run on a thread
//! that may wait, after the try was counted and committed.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use aws_lc_rs::constant_time;
use money::{DecisionId, PayerId, Secret};
use protocol::Pin;
use serde::{Deserialize, Serialize};

/// Memory of one hash, in KiB: 19 MiB, OWASP's first choice for Argon2id (Password Storage Cheat Sheet; ASVS 5.0 11.4.2).
pub const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
pub const PASSES: u32 = 2;

/// What is kept of a PIN: Argon2id (RFC 9106) under a key that is not in the database, and bound to its payer. Six digits
/// can be tried one after another in hours: what stops who has stolen the database is the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinHash {
    salt: [u8; 16],
    tag: [u8; 32],
    memory_kib: u32,
    passes: u32,
}

/// The server's key for PIN hashes; the same on every node.
#[derive(Debug)]
pub struct Pepper(Secret<[u8; 32]>);

/// A PIN cannot be hashed: the machine has too little memory, or a kept hash is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the PIN cannot be hashed")]
pub struct HashError;

/// A try that was counted: whose, which, and what the PIN must match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinTry {
    /// Whose PIN.
    pub payer: PayerId,
    /// The decision that counted the try.
    pub attempt: DecisionId,
    /// What is kept.
    pub hash: PinHash,
}

/// The PIN of one counted try was right.
///
/// Not `Clone`, not `Deserialize`; made only by [`Pepper::verify`]. Whether the try is still good is for the decision.
#[derive(Debug)]
pub struct PinProof {
    payer: PayerId,
    attempt: DecisionId,
    hash: PinHash,
}

impl PinProof {
    /// Whose PIN.
    #[must_use]
    pub const fn payer(&self) -> PayerId {
        self.payer
    }

    /// The try.
    #[must_use]
    pub const fn attempt(&self) -> DecisionId {
        self.attempt
    }

    /// What it matched.
    #[must_use]
    pub const fn hash(&self) -> &PinHash {
        &self.hash
    }
}

impl Pepper {
    /// From the server's key.
    #[must_use]
    pub const fn new(key: Secret<[u8; 32]>) -> Self {
        Self(key)
    }

    /// What to keep of a new PIN.
    ///
    /// # Errors
    /// [`HashError`].
    pub fn hash(&self, pin: &Pin, payer: PayerId, salt: [u8; 16]) -> Result<PinHash, HashError> {
        let empty = PinHash { salt, tag: [0; 32], memory_kib: MEMORY_KIB, passes: PASSES };
        Ok(PinHash { tag: self.tag(pin, payer, &empty)?, ..empty })
    }

    /// The proof that `pin` is right, or `None`.
    ///
    /// # Errors
    /// [`HashError`].
    pub fn verify(&self, pin: &Pin, counted: PinTry) -> Result<Option<PinProof>, HashError> {
        let tag = self.tag(pin, counted.payer, &counted.hash)?;
        let is_right = constant_time::verify_slices_are_equal(&tag, &counted.hash.tag).is_ok();
        let PinTry { payer, attempt, hash } = counted;
        Ok(is_right.then_some(PinProof { payer, attempt, hash }))
    }

    fn tag(&self, pin: &Pin, payer: PayerId, kept: &PinHash) -> Result<[u8; 32], HashError> {
        let owner = AssociatedData::new(payer.as_bytes()).map_err(|_| HashError)?;
        let mut params = ParamsBuilder::new();
        params.m_cost(kept.memory_kib).t_cost(kept.passes).p_cost(1).data(owner);
        let params = params.build().map_err(|_| HashError)?;
        let key = self.0.dangerous_reveal();
        let argon2 =
            Argon2::new_with_secret(key, Algorithm::Argon2id, Version::V0x13, params).map_err(|_| HashError)?;
        let mut tag = [0_u8; 32];
        let digits = pin.dangerous_reveal().as_bytes();
        argon2.hash_password_into(digits, &kept.salt, &mut tag).map_err(|_| HashError)?;
        Ok(tag)
    }
}

/// Whether a PIN is among those that are tried first (NIST SP 800-63B-4 §3.1.1.2: compare with a blocklist): few distinct
/// digits, runs, repeated parts, keypad lines, and whatever reads as a date of the form `YYMMDD`: most people's first
/// thought is a birthday.
#[must_use]
pub fn is_too_simple(pin: &Pin) -> bool {
    let digits: Vec<u8> = pin.dangerous_reveal().bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
    let [a, b, c, d, e, f] = digits.as_slice() else { return true };
    let distinct = (0..10).filter(|digit| digits.contains(digit)).count();
    let steps: Vec<u8> = digits
        .iter()
        .zip(digits.iter().skip(1))
        .map(|(from, to)| to.wrapping_add(10).wrapping_sub(*from) % 10)
        .collect();
    let runs = steps.iter().all(|step| *step == 1) || steps.iter().all(|step| *step == 9);
    let halves = (a, b, c) == (d, e, f) || (a, b, c) == (f, e, d);
    let pairs = (a, b) == (c, d) && (c, d) == (e, f);
    let doubles = a == b && c == d && e == f;
    let (month, day) = (c.saturating_mul(10).saturating_add(*d), e.saturating_mul(10).saturating_add(*f));
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    distinct <= 2 || runs || halves || pairs || doubles || is_date || LISTED.contains(&pin.dangerous_reveal().as_str())
}

/// Often chosen, and caught by no rule above: lines and corners of the keypad, well-known numbers.
const LISTED: &[&str] = &[
    "147258", "258369", "147852", "369258", "159357", "357159", "147369", "369147", "741852", "852963", "963852",
    "159753", "753159", "951753", "789456", "456789", "123654", "321456", "147896", "789654", "123789", "987321",
    "314159", "271828", "141421", "131452", "520131", "142857", "112358", "102030", "135790", "246810", "135791",
    "024680", "124578", "235689",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(text: &str) -> Pin {
        Pin::new(text.to_owned()).unwrap()
    }

    fn payer(number: u8) -> PayerId {
        PayerId::from_bytes([number; 16])
    }

    fn counted(payer: PayerId, hash: &PinHash) -> PinTry {
        PinTry { payer, attempt: DecisionId::from_bytes([9; 16]), hash: hash.clone() }
    }

    #[test]
    fn only_the_pin_itself_under_the_same_key_for_the_same_payer_is_right() {
        let (pepper, other) = (Pepper::new(Secret::new([1; 32])), Pepper::new(Secret::new([2; 32])));
        let hash = pepper.hash(&pin("493817"), payer(1), [7; 16]).unwrap();
        let proof = pepper.verify(&pin("493817"), counted(payer(1), &hash)).unwrap().unwrap();
        assert_eq!((proof.payer(), proof.attempt()), (payer(1), DecisionId::from_bytes([9; 16])));
        assert!(pepper.verify(&pin("493818"), counted(payer(1), &hash)).unwrap().is_none());
        assert!(pepper.verify(&pin("493817"), counted(payer(2), &hash)).unwrap().is_none());
        assert!(other.verify(&pin("493817"), counted(payer(1), &hash)).unwrap().is_none());
        assert_ne!(pepper.hash(&pin("493817"), payer(1), [8; 16]).unwrap(), hash);
    }

    /// RFC 9106 §5.3 in its own parameters would need four lanes; this pins that the cost is the one that is named.
    #[test]
    fn the_cost_is_kept_with_the_hash() {
        let hash = Pepper::new(Secret::new([1; 32])).hash(&pin("493817"), payer(1), [7; 16]).unwrap();
        let text = serde_json::to_value(&hash).unwrap();
        assert_eq!((text["memory_kib"].as_u64(), text["passes"].as_u64()), (Some(19_456), Some(2)));
        assert!(!text.to_string().contains("493817"));
    }

    #[test]
    fn what_is_tried_first_is_too_simple() {
        for simple in [
            "000000", "111222", "123456", "654321", "890123", "210987", "121212", "123123", "123321", "112233",
            "900131", "991231", "147258", "159753", "101010",
        ] {
            assert!(is_too_simple(&pin(simple)), "{simple}");
        }
        for good in ["493817", "805264", "271394", "991392"] {
            assert!(!is_too_simple(&pin(good)), "{good}");
        }
        let refused = (0..1_000_000).filter(|number| is_too_simple(&pin(&format!("{number:06}")))).count();
        assert!((37_000..50_000).contains(&refused), "{refused} of a million");
    }
}
