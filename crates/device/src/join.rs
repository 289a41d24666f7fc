//! [`JoinRequest`]: what a new phone hands to a bound one, on whatever way, to be let into a wallet.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{DeviceId, PayerId};
use protocol::{BindDeviceBody, ProofHeader, SessionKind, Text, limits, to_canonical};
use serde::{Deserialize, Serialize};

/// What stands before the encoded request, so that nobody mistakes it for a payment code.
const OPENING: &str = "farthing-join:";
/// Characters of a request: proof, ids and a name, encoded.
const CHARS_MAX: usize = 8 * 1024;
/// The digits two people compare: eight, in two groups.
const DIGITS: u64 = 100_000_000;
const HALF: u64 = 10_000;

/// A new phone's wish to join a wallet, good for the minute its proof is.
///
/// It holds no secret: whoever copies it can only bind the same key. Whoever *replaces* it on the way would bind a key
/// of their own, so both phones show [`JoinRequest::check_digits`] and a person compares them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// The new device's id.
    pub device: DeviceId,
    /// What to call it.
    pub device_name: Text<{ limits::NAME_CHARS_MAX }>,
    /// Whose machine it is.
    #[serde(default, skip_serializing_if = "SessionKind::is_own")]
    pub kind: SessionKind,
    /// The wallet it wants to join.
    pub payer: PayerId,
    /// [`crate::Phone::possession`].
    pub possession: String,
}

/// A text is no request to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a phone's request to join a wallet")]
pub struct JoinError;

impl JoinRequest {
    /// As one line of text, for a message, a file or a QR code.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{OPENING}{}", URL_SAFE_NO_PAD.encode(to_canonical(self)))
    }

    /// Reads such a line.
    ///
    /// # Errors
    /// [`JoinError`].
    pub fn parse(text: &str) -> Result<Self, JoinError> {
        let encoded = text.trim().strip_prefix(OPENING).filter(|encoded| encoded.len() <= CHARS_MAX);
        let bytes = URL_SAFE_NO_PAD.decode(encoded.ok_or(JoinError)?).map_err(|_| JoinError)?;
        let request: Self = serde_json::from_slice(&bytes).map_err(|_| JoinError)?;
        if request.possession.len() > limits::PROOF_BYTES_MAX || request.check_digits().is_none() {
            return Err(JoinError);
        }
        Ok(request)
    }

    /// Eight digits of the new key's thumbprint (RFC 7638), e.g. `4821 7730`: the same on both phones, or somebody
    /// put another key in between. The server refuses a request whose key did not sign it.
    #[must_use]
    pub fn check_digits(&self) -> Option<String> {
        let header = self.possession.split('.').next()?;
        let header: ProofHeader = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let thumbprint = header.jwk.thumbprint();
        let [a, b, c, d, e, f, g, h, ..] = *thumbprint.as_bytes();
        let digits = u64::from_be_bytes([a, b, c, d, e, f, g, h]).checked_rem(DIGITS)?;
        Some(format!("{:04} {:04}", digits.checked_div(HALF)?, digits.checked_rem(HALF)?))
    }

    /// What a bound phone sends to `POST /v1/devices`.
    #[must_use]
    pub fn body(&self) -> BindDeviceBody {
        BindDeviceBody {
            device: self.device,
            device_name: self.device_name.clone(),
            kind: self.kind,
            possession: self.possession.clone(),
        }
    }
}
