//! Passkeys on the wire. What an authenticator takes and gives stands inside as it is, in the JSON of WebAuthn Level 3.

use money::{DeviceId, Digest, Instant};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{PayerView, Text, TokenView, limits};

type Name = Text<{ limits::NAME_CHARS_MAX }>;

fn ceremony_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    crate::bodies::bounded(deserializer, limits::CEREMONY_CHARS_MAX)
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginPasskeyStepUpBody {
    /// SHA-256 of the canonical bytes of the body that is to be approved.
    pub body: Digest,
}

/// `POST /v1/step-up/passkey`: what the authenticator signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyStepUpBody {
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
    /// Whether it is copied to elsewhere now (BS).
    pub backed_up: bool,
    /// Whether it can be copied to elsewhere (BE): a synced passkey.
    pub backup_eligible: bool,
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
