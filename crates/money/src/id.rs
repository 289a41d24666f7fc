//! Typed, time-ordered ids with a readable prefix: `pay_01k9zj3d8nf2m…`.
//!
//! The text form is a TypeID (jetify typeid-spec 0.3): a three-letter prefix, `_`, and a UUIDv7
//! (RFC 9562 §5.7) in lower-case Crockford base 32, 26 characters. Ids sort by the millisecond they were made in.

use crate::Instant;

/// Why text is not an id of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The prefix is missing or names another kind of id.
    #[error("id does not start with `{0}_`")]
    Prefix(&'static str),
    /// The part after the prefix is not 26 characters.
    #[error("id has {0} characters after its prefix, not 26")]
    Length(usize),
    /// A character outside Crockford base 32 (lower case), or a first one above `7`.
    #[error("id has an invalid character at {0}")]
    Character(usize),
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LEN: usize = 26;

/// Marks a byte that is no digit of the alphabet.
const NO_DIGIT: u8 = 0xff;

/// The value of every byte as a digit. Ids are read and written several times in every payment.
static DIGITS: [u8; 256] = digits();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "evaluated by the compiler, where neither can fail"
)]
#[expect(clippy::arithmetic_side_effects, reason = "evaluated by the compiler, which refuses an overflow")]
const fn digits() -> [u8; 256] {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0_u8;
    while value < 32 {
        digits[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    digits
}

/// `Serialize` and `Deserialize` through `Display` and `FromStr`, and the OpenAPI schema of such a text.
macro_rules! text_serde {
    ($name:ty, $expecting:expr) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($expecting))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    };
}
pub(crate) use text_serde;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The three letters before the `_`.
            pub const PREFIX: &'static str = $prefix;

            /// A new id made at `at` from 10 random bytes the caller drew.
            #[must_use]
            pub fn new(at: Instant, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }

            /// From its 16 bytes, as stored.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its 16 bytes, as stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                read_id(text, $prefix).map(Self)
            }
        }

        text_serde!($name, concat!("an id that starts with `", $prefix, "_`"));
    )+};
}

ids! {
    /// Who pays.
    PayerId "pyr"
    /// Who is paid.
    PayeeId "pye"
    /// A merchant's key.
    KeyId "key"
    /// A phone or browser that holds a device key.
    DeviceId "dev"
    /// What a payee asks for.
    IntentId "int"
    /// A payment; chosen by the client, so it is also the idempotency key.
    PaymentId "pay"
    /// A refund; chosen by the payee, so it is also the idempotency key.
    RefundId "rfd"
    /// Money on its way to a payee's bank; chosen by the payee, so it is also the idempotency key.
    PayoutId "pot"
    /// What sign-ups are counted by: a network, a line.
    MarkId "mrk"
    /// A ledger account.
    AccountId "acc"
    /// A ledger transfer.
    TransferId "trf"
    /// Funds set aside.
    HoldId "hld"
    /// One recorded decision.
    DecisionId "dec"
    /// One outbox event.
    EventId "evt"
    /// One log-in of a device.
    SessionId "ses"
}

impl From<DeviceId> for SessionId {
    /// The session a device is bound with has the device's own bytes.
    fn from(device: DeviceId) -> Self {
        Self(device.0)
    }
}

fn uuid_v7(at: Instant, random: [u8; 10]) -> [u8; 16] {
    let millis = u64::try_from(at.unix_millis()).unwrap_or(0).to_be_bytes();
    let [_, _, time @ ..] = millis;
    let [t0, t1, t2, t3, t4, t5] = time;
    let [a, b, c, d, e, f, g, h, i, j] = random;
    [t0, t1, t2, t3, t4, t5, 0x70 | (a & 0x0f), b, 0x80 | (c & 0x3f), d, e, f, g, h, i, j]
}

/// How many characters (of 5 bits) are handled together in 64 bits, and the bits they make.
const CHUNK_LEN: usize = 12;
const CHUNK_BITS: u32 = 60;
const CHUNK_MASK: u128 = (1 << CHUNK_BITS) - 1;

fn write_id(f: &mut std::fmt::Formatter<'_>, prefix: &str, bytes: [u8; 16]) -> std::fmt::Result {
    let mut rest = u128::from_be_bytes(bytes);
    let mut text = [b'0'; TEXT_LEN];
    for chunk in text.rchunks_mut(CHUNK_LEN) {
        let mut value = u64::try_from(rest & CHUNK_MASK).unwrap_or(0);
        rest >>= CHUNK_BITS;
        for slot in chunk.iter_mut().rev() {
            let digit = usize::try_from(value & 31).unwrap_or(0);
            *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
            value >>= 5_u32;
        }
    }
    f.write_str(prefix)?;
    f.write_str("_")?;
    f.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

fn read_id(text: &str, prefix: &'static str) -> Result<[u8; 16], IdError> {
    let body = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(IdError::Prefix(prefix))?;
    let count = body.chars().count();
    if count != TEXT_LEN {
        return Err(IdError::Length(count));
    }
    let body_at = prefix.len().saturating_add(1);
    let mut value = 0_u128;
    let mut bad = 0_u8;
    for chunk in rchunk_bounds(body.as_bytes()) {
        let mut part = 0_u64;
        for &byte in chunk {
            let digit = DIGITS.get(usize::from(byte)).copied().unwrap_or(NO_DIGIT);
            // WHY: one check after the loop instead of one a character; no digit has the bits of `NO_DIGIT`.
            bad |= digit;
            part = (part << 5_u32) | u64::from(digit & 31);
        }
        value = (value << CHUNK_BITS) | u128::from(part);
    }
    let first_fits = body.as_bytes().first().is_some_and(|&first| first <= b'7');
    if bad < 32 && first_fits {
        Ok(value.to_be_bytes())
    } else {
        Err(IdError::Character(body_at.saturating_add(first_bad(body))))
    }
}

/// The same chunks as [`slice::rchunks`], from the left.
fn rchunk_bounds(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let (head, tail) = body.split_at_checked(body.len() % CHUNK_LEN).unwrap_or((body, &[]));
    std::iter::once(head).chain(tail.chunks(CHUNK_LEN))
}

/// The index of the first character that may not stand where it stands.
fn first_bad(body: &str) -> usize {
    let is_bad = |(index, byte): (usize, u8)| {
        let digit = DIGITS.get(usize::from(byte)).copied().unwrap_or(NO_DIGIT);
        digit == NO_DIGIT || (index == 0 && digit > 7)
    };
    body.bytes().enumerate().position(is_bad).unwrap_or(0)
}
