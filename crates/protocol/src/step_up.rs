//! One more check on one signed body: how strong, and what is sent for it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Digest, Instant, PayerId, Secret};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::ToSchema;

use crate::{ReasonView, limits};

/// How strongly a body was approved. Each includes the ones before it: a passkey also serves where a PIN is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// The device key's signature, which every request has.
    DeviceKey,
    /// And the payment PIN.
    Pin,
    /// And a passkey whose authenticator verified its user.
    Passkey,
    /// And hardware that a platform vouches for.
    Attested,
}

/// A payment PIN on its way: exactly six digits. It cannot be printed, compared or cloned, and is written only into the
/// body that carries it to the server.
#[derive(Debug)]
pub struct Pin(Secret<String>);

/// Text that is not six digits. It does not say what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a PIN is exactly six digits")]
pub struct PinError;

impl Pin {
    /// Takes a PIN.
    ///
    /// # Errors
    /// [`PinError`] when it is not six ASCII digits.
    pub fn new(text: String) -> Result<Self, PinError> {
        let is_pin = text.len() == limits::PIN_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_pin { Ok(Self(Secret::new(text))) } else { Err(PinError) }
    }

    /// The digits, for the hash.
    #[must_use]
    pub const fn dangerous_reveal(&self) -> &String {
        self.0.dangerous_reveal()
    }
}

impl Serialize for Pin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.dangerous_reveal())
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for Pin {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9]{6}$"))
            .description(Some("A payment PIN: six digits."))
            .into()
    }
}

impl ToSchema for Pin {}

/// Sixteen random bytes in base64url, drawn by the client for each body that holds a PIN.
///
/// WHY: the digest of a body is kept with its decision, and a digest of six digits would be six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blind([u8; 16]);

impl Blind {
    /// From random bytes.
    #[must_use]
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl Serialize for Blind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Blind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = URL_SAFE_NO_PAD.decode(String::deserialize(deserializer)?).ok();
        let bytes: Option<[u8; 16]> = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| D::Error::custom("not 16 bytes in base64url"))
    }
}

impl utoipa::PartialSchema for Blind {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(22))
            .max_length(Some(22))
            .description(Some("Sixteen fresh random bytes in base64url, so that the body's digest tells nothing."))
            .into()
    }
}

impl ToSchema for Blind {}

/// `POST /v1/pin`: set the payment PIN, or another one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPinBody {
    /// Fresh randomness.
    pub blind: Blind,
    /// From now on.
    pub new: Pin,
    /// The one until now, where there is one; without it a passkey must approve this body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<Pin>,
}

/// `POST /v1/pin/remove`: have no payment PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemovePinBody {
    /// The wallet.
    pub payer: PayerId,
}

/// `POST /v1/step-up/pin`: approve one signed body by PIN.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PinStepUpBody {
    /// Fresh randomness.
    pub blind: Blind,
    /// SHA-256 of the canonical bytes of the body that is approved.
    pub body: Digest,
    /// The PIN.
    pub pin: Pin,
}

/// A body was approved: send it within that time, from this device, as the very bytes whose digest this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalView {
    /// Digest of the approved body.
    pub body: Digest,
    /// When the approval ends.
    pub expires_at: Instant,
    /// How strongly it was approved.
    pub strength: Strength,
}

/// One more check is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepUpView {
    /// Digest of the body to approve; absent in a quote, whose payment is not written yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Digest>,
    /// How it can be done, the least effort first; empty when nothing is set up that is strong enough.
    pub methods: Vec<StepUpMethod>,
    /// When something that is set up and strong enough may be used, where that is later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<Instant>,
    /// Why it is asked for.
    pub reasons: Vec<ReasonView>,
    /// The least that is enough.
    pub strength: Strength,
}

/// One way to approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepUpMethod {
    /// Where.
    pub path: String,
    /// How strong it is.
    pub strength: Strength,
}

/// The payment PIN, as its payer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PinView {
    /// Until when no further try is heard.
    pub locked_until: Option<Instant>,
    /// Whether there is one.
    pub set: bool,
    /// Since when.
    pub set_at: Option<Instant>,
    /// How many wrong tries are left before it is locked.
    pub tries_left: u8,
    /// From when it approves.
    pub usable_from: Option<Instant>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_are_ordered_and_their_words_are_fixed() {
        let all = [Strength::DeviceKey, Strength::Pin, Strength::Passkey, Strength::Attested];
        assert!(all.is_sorted());
        assert_eq!(serde_json::to_string(&all).unwrap(), r#"["device_key","pin","passkey","attested"]"#);
    }

    #[test]
    fn a_pin_is_six_digits_and_is_never_shown() {
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６", "12 456", "-12345"] {
            let error = Pin::new(wrong.to_owned()).unwrap_err();
            assert!(wrong.is_empty() || !error.to_string().contains(wrong), "the error repeats `{wrong}`");
        }
        let pin = Pin::new("493817".to_owned()).unwrap();
        assert!(!format!("{pin:?}").contains("493817"));
        let body = PinStepUpBody { blind: Blind::from_random([1; 16]), body: crate::sha256(b"x"), pin };
        assert!(!format!("{body:?}").contains("493817"));
    }

    #[test]
    fn a_body_with_a_pin_keeps_its_canonical_bytes() {
        let text = br#"{"blind":"AAECAwQFBgcICQoLDA0ODw","new":"493817"}"#;
        let body: SetPinBody = crate::from_canonical(text).unwrap();
        assert!(body.old.is_none());
        assert_eq!(crate::to_canonical(&body), text);
        for wrong in [
            &br#"{"blind":"AAECAwQFBgcICQoLDA0ODw","new":493817}"#[..],
            br#"{"blind":"AAEC","new":"493817"}"#,
            br#"{"new":"493817"}"#,
            br#"{"blind":"AAECAwQFBgcICQoLDA0ODw","new":"493817","more":1}"#,
        ] {
            assert!(crate::from_canonical::<SetPinBody>(wrong).is_err());
        }
    }
}
