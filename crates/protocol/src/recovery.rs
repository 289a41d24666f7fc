//! Coming back to a wallet whose devices are lost, and stopping one that is in other hands.

use money::{DeviceId, Digest, Instant, PayerId};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{PayerView, Text, TokenView, limits, sha256};

type Name = Text<{ limits::NAME_CHARS_MAX }>;

/// What may speak for a payer who has no device. Two of different kinds are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryFactor {
    /// A printed code, used once.
    PrintedCode,
    /// A passkey.
    Passkey,
    /// A trusted contact, on a device of theirs.
    Contact,
    /// The provider, who has seen the payer's papers.
    Identity,
}

/// A printed code on its way. It cannot be printed by accident, and is written only into the body that carries it.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

/// Crockford's base 32: letters and digits that are not mistaken for each other, five bits each.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl RecoveryCode {
    /// From 80 random bits: sixteen letters in fours.
    #[must_use]
    pub fn from_random(bits: [u8; 10]) -> Self {
        let mut text = String::with_capacity(19);
        let number = bits.iter().fold(0_u128, |number, byte| (number << 8) | u128::from(*byte));
        for place in 0..16_u32 {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            let index = (number >> (75 - 5 * place)) & 31;
            let letter = usize::try_from(index).ok().and_then(|index| LETTERS.get(index));
            text.extend(letter.map(|letter| char::from(*letter)));
        }
        Self(text)
    }

    /// What is kept of it for this payer: small letters, spaces, hyphens, and letters that look like digits do not matter.
    ///
    /// WHY a plain digest: 80 random bits are not tried one after another.
    #[must_use]
    pub fn digest(&self, payer: PayerId) -> Digest {
        let letters =
            self.0.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        let letters: String = letters.collect();
        sha256(&[b"farthing recovery code 1", &payer.as_bytes()[..], letters.as_bytes()].concat())
    }

    /// The letters, for the digest and for the one answer that shows them.
    #[must_use]
    pub fn dangerous_reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for RecoveryCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RecoveryCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = crate::bodies::bounded(deserializer, limits::RECOVERY_CODE_CHARS_MAX)?;
        // WHY not made uniform here: the body's bytes are signed and must come out as they went in.
        Ok(Self(text))
    }
}

impl utoipa::PartialSchema for RecoveryCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .max_length(Some(limits::RECOVERY_CODE_CHARS_MAX))
            .description(Some("A printed code: sixteen letters in fours."))
            .into()
    }
}

impl ToSchema for RecoveryCode {}

/// `POST /v1/recovery/codes`: have a new sheet of printed codes; the old one is void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintCodesBody {
    /// The wallet.
    pub payer: PayerId,
}

/// `POST /v1/recovery/contacts`: trust somebody to vouch and to freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddContactBody {
    /// Their wallet.
    pub contact: PayerId,
    /// What the payer calls them.
    pub name: Name,
}

/// `POST /v1/recovery/contacts/remove`: trust them no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveContactBody {
    /// Their wallet.
    pub contact: PayerId,
}

/// `POST /v1/recovery/vouch`: a trusted contact says that this device is the payer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VouchBody {
    /// The new device, as its owner reads it out.
    pub device: DeviceId,
    /// Whose wallet.
    pub payer: PayerId,
}

/// `POST /v1/recovery/freeze-for`: a trusted contact freezes a wallet for a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeForBody {
    /// Whose wallet.
    pub payer: PayerId,
}

/// `POST /v1/recovery/freeze`: whoever holds a printed code freezes the wallet for a day. Anybody may call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreezeByCodeBody {
    /// A printed code; it is used up.
    pub code: RecoveryCode,
    /// Whose wallet.
    pub payer: PayerId,
}

/// A passkey's answer to a ceremony of `POST /v1/sign-in/begin`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryPasskey {
    /// As it was given out.
    #[serde(deserialize_with = "ceremony_text")]
    pub ceremony: String,
    /// An `AuthenticationResponseJSON` with its `userHandle`.
    #[schema(value_type = Object)]
    pub credential: Value,
}

fn ceremony_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    crate::bodies::bounded(deserializer, limits::CEREMONY_CHARS_MAX)
}

/// `POST /v1/recovery`: bind this device with two factors, shown together or one after another. Signed by its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoverBody {
    /// A printed code; it is used up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<RecoveryCode>,
    /// The new device's id.
    pub device: DeviceId,
    /// What the payer calls it.
    pub device_name: Name,
    /// A passkey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<RecoveryPasskey>,
    /// The wallet.
    pub payer: PayerId,
}

/// `POST /v1/devices/rotate`: this device has another key from now on. Signed by the old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateKeyBody {
    /// A compact DPoP proof by the new key for this address, its `body_s256` the digest of the canonical `TokenBody` of
    /// this device and payer.
    #[serde(deserialize_with = "proof_text")]
    #[schema(max_length = 4096)]
    pub possession: String,
}

fn proof_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    crate::bodies::bounded(deserializer, limits::PROOF_BYTES_MAX)
}

/// A new sheet of codes, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodesView {
    /// To be printed and kept apart from the phone.
    pub codes: Vec<RecoveryCode>,
    /// From when they are good.
    pub usable_from: Instant,
}

/// A trusted contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactView {
    /// Their wallet.
    pub contact: PayerId,
    /// What the payer calls them.
    pub name: String,
    /// From when they may vouch and freeze.
    pub usable_from: Instant,
}

/// How a payer could come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryView {
    /// How many printed codes are left.
    pub codes_left: u8,
    /// Since when there is this sheet.
    pub codes_printed_at: Option<Instant>,
    /// Who is trusted.
    pub contacts: Vec<ContactView>,
}

/// The answer to a recovery that two factors spoke for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveredView {
    /// The wallet.
    pub payer: PayerView,
    /// The new device's first access token.
    pub token: TokenView,
}

/// That a call was heard; the same whatever came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeardView {
    /// Always true.
    pub heard: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_holds_eighty_bits_and_is_read_as_typed() {
        let code = RecoveryCode::from_random([0xff; 10]);
        assert_eq!(code.dangerous_reveal(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
        assert_eq!(RecoveryCode::from_random([0; 10]).dangerous_reveal(), "0000-0000-0000-0000");
        let mut bits = [0; 10];
        (bits[0], bits[9]) = (0x08, 1);
        let code = RecoveryCode::from_random(bits);
        assert_eq!(code.dangerous_reveal(), "1000-0000-0000-0001");
        let (mina, jun) = (PayerId::from_bytes([1; 16]), PayerId::from_bytes([2; 16]));
        for typed in ["1000-0000-0000-0001", " looo oooo-0000oooi ", "l000000000000001"] {
            assert_eq!(RecoveryCode(typed.to_owned()).digest(mina), code.digest(mina), "{typed}");
        }
        assert_ne!(code.digest(mina), code.digest(jun));
        assert_eq!(format!("{code:?}"), "***");
    }
}
