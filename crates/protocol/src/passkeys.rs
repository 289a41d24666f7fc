//! Passkeys on the wire. What an authenticator takes and gives stands inside as it is, in the JSON of WebAuthn Level 3.

use money::{DeviceId, Digest, Instant};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{PayerView, Strength, Text, TokenView, limits};

type Name = Text<{ limits::NAME_CHARS_MAX }>;

fn ceremony_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    crate::bodies::bounded(deserializer, limits::CEREMONY_CHARS_MAX)
}

/// How an authenticator verifies its user, as far as that is known. Vouched for by an attestation, or said by the wallet's app
/// and by the authenticator themselves; what these say only ever makes a passkey count for less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Biometric {
    /// Nobody says.
    #[default]
    Unknown,
    /// By a sensor that Android calls Class 3 (strong).
    #[serde(rename = "class_3")]
    Class3,
    /// Class 2 (weak).
    #[serde(rename = "class_2")]
    Class2,
    /// Class 1 (convenience).
    #[serde(rename = "class_1")]
    Class1,
    /// As an Apple device does: Face ID, Touch ID or its passcode.
    Apple,
    /// As a model does that the FIDO Alliance has certified.
    Fido,
    /// By a passcode or pattern of the device.
    Passcode,
    /// By a face, an iris or a voice, and nobody knows how well.
    Face,
}

impl Biometric {
    /// Whether it may be the only check. Class 2, Class 1 and a face nobody vouches for may not.
    #[must_use]
    pub const fn may_stand_alone(self) -> bool {
        !matches!(self, Self::Class1 | Self::Class2 | Self::Face)
    }

    /// What is vouched for, and what the app and the authenticator say themselves: the worst of it, but that a face is no
    /// worse than what is vouched for where something is.
    #[must_use]
    pub fn weighed(vouched: Self, told: &[Self]) -> Self {
        let is_vouched = matches!(vouched, Self::Class3 | Self::Apple | Self::Fido);
        let is_good = |said: &Self| said.may_stand_alone() || is_vouched && matches!(said, Self::Face);
        let said = || told.iter().find(|said| **said != Self::Unknown);
        match (told.iter().find(|said| !is_good(said)), vouched) {
            (Some(worst), _) => *worst,
            (None, Self::Unknown) => said().copied().unwrap_or_default(),
            (None, vouched) => vouched,
        }
    }

    /// Whether nobody says anything.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

/// Where a key is, as somebody vouches for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// Nobody says.
    #[default]
    Unknown,
    /// Kept by software.
    Software,
    /// In a trusted execution environment of the processor.
    TrustedEnvironment,
    /// In a chip of its own: a secure element, StrongBox, the Secure Enclave, a TPM.
    SecureElement,
}

impl KeyPlace {
    /// Whether it does not come out.
    #[must_use]
    pub const fn is_hardware(self) -> bool {
        matches!(self, Self::TrustedEnvironment | Self::SecureElement)
    }
}

/// The form of an attestation (WebAuthn L3 §8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the format of that name")]
pub enum AttestationFormat {
    Packed,
    AndroidKey,
    Apple,
    Tpm,
    FidoU2f,
}

/// What is vouched for of a passkey, as its payer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttestationView {
    /// In which form.
    pub format: AttestationFormat,
    /// Where the key is.
    pub key: KeyPlace,
    /// SHA-256 of the certificate of whoever vouches.
    pub root: Digest,
}

/// `POST /v1/passkeys/begin`: have another passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginPasskeyBody {
    /// What the payer calls it.
    pub name: Name,
}

/// `POST /v1/passkeys`: what the authenticator made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskeyBody {
    /// What the app knows of the sensor that unlocks it, e.g. by Android's `BiometricManager`. It is only ever held against
    /// the passkey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biometric: Option<Biometric>,
    /// As it was given out.
    #[serde(deserialize_with = "ceremony_text")]
    pub ceremony: String,
    /// A `RegistrationResponseJSON`.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// `POST /v1/passkeys/rename`: call a passkey something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePasskeyBody {
    /// What the payer calls it from now on.
    pub name: Name,
    /// Which.
    pub passkey: Digest,
}

/// `POST /v1/passkeys/revoke`: a passkey approves nothing any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokePasskeyBody {
    /// Which.
    pub passkey: Digest,
}

/// `POST /v1/step-up/passkey/begin`: approve one body by passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginPasskeyStepUpBody {
    /// SHA-256 of the canonical bytes of the body that is to be approved.
    pub body: Digest,
    /// The least that is asked for: only passkeys that reach it are offered. Any passkey when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<Strength>,
}

/// `POST /v1/step-up/passkey`: what the authenticator signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyStepUpBody {
    /// What the app knows of how its user was verified this time. It is only ever held against the passkey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biometric: Option<Biometric>,
    /// The body that is approved: the one the ceremony was begun for.
    pub body: Digest,
    /// As it was given out.
    #[serde(deserialize_with = "ceremony_text")]
    pub ceremony: String,
    /// An `AuthenticationResponseJSON`.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// `POST /v1/sign-in/begin`: sign in on a new device. The proof is signed by the new device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginSignInBody {
    /// The new device's id, chosen by the device.
    pub device: DeviceId,
}

/// `POST /v1/sign-in`: what the authenticator signed. The proof is signed by the new device key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    /// As it was given out.
    #[serde(deserialize_with = "ceremony_text")]
    pub ceremony: String,
    /// An `AuthenticationResponseJSON` with its `userHandle`.
    #[schema(value_type = Object)]
    pub credential: Value,
    /// The new device's id.
    pub device: DeviceId,
    /// What the payer calls this device.
    pub device_name: Name,
}

/// What an authenticator is to do, and the state of it, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CeremonyView {
    /// To be sent back as it is; works once.
    pub ceremony: String,
    /// Until when.
    pub expires_at: Instant,
    /// For `navigator.credentials`: `PublicKeyCredentialCreationOptionsJSON` or `…RequestOptionsJSON`.
    #[schema(value_type = Object)]
    pub options: Value,
}

/// A passkey, as its payer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasskeyView {
    /// The model of its authenticator, as a UUID; all zero when that is not told.
    pub aaguid: String,
    /// What is vouched for by somebody the provider trusts; `null` where nothing is.
    pub attestation: Option<AttestationView>,
    /// Whether it is copied to elsewhere now (BS).
    pub backed_up: bool,
    /// Whether it can be copied to elsewhere (BE): a synced passkey.
    pub backup_eligible: bool,
    /// How it verifies its user.
    pub biometric: Biometric,
    /// Since when.
    pub created_at: Instant,
    /// Whether its counter went back, so that it may have been cloned; it approves nothing any more.
    pub flagged: bool,
    /// When it last approved something.
    pub last_used_at: Option<Instant>,
    /// What the payer calls it.
    pub name: String,
    /// SHA-256 of its credential id.
    pub passkey: Digest,
    /// From when it approves.
    pub usable_from: Instant,
}

/// The answer to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignInView {
    /// The wallet.
    pub payer: PayerView,
    /// The new device's first access token.
    pub token: TokenView,
}

#[cfg(test)]
mod tests {
    use super::Biometric::{self, Apple, Class1, Class2, Class3, Face, Fido, Passcode, Unknown};

    #[test]
    fn what_is_said_without_proof_only_weakens() {
        let rows: [(Biometric, &[Biometric], Biometric, bool); 9] = [
            (Unknown, &[], Unknown, true),
            (Unknown, &[Unknown, Face], Face, false),
            (Unknown, &[Class3, Class2], Class2, false),
            (Unknown, &[Class3], Class3, true),
            (Class3, &[Face], Class3, true),
            (Fido, &[Unknown, Class2], Class2, false),
            (Apple, &[Passcode], Apple, true),
            (Passcode, &[Face], Face, false),
            (Face, &[Class3], Face, false),
        ];
        for (vouched, told, expected, alone) in rows {
            let weighed = Biometric::weighed(vouched, told);
            assert_eq!((weighed, weighed.may_stand_alone()), (expected, alone), "{vouched:?} {told:?}");
        }
        assert_eq!(
            serde_json::to_string(&[Class1, Class2, Class3, Face]).unwrap(),
            r#"["class_1","class_2","class_3","face"]"#
        );
    }
}
