//! What an authenticator's answer says of itself, read before the signature is verified: what the library does not look
//! at, and what it does not keep.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::ReasonCode;
use serde::Deserialize;
use serde_cbor_2::Value as Cbor;
use serde_json::Value;

/// What the authenticator says of copies of its key (WebAuthn L3 §6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    pub(crate) backup_eligible: bool,
    pub(crate) backed_up: bool,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
/// Where the flags stand: after the SHA-256 of the relying party's id.
const FLAGS_AT: usize = 32;
/// Where the attested credential data begins: after flags and counter.
const AAGUID_AT: usize = 37;

/// Refuses what is no answer of ours whatever its signature: made inside another site's page (§7.2 step 13), without
/// its user being verified, or with a backup that cannot be.
pub(super) fn check(credential: &Value) -> Result<Flags, ReasonCode> {
    let data = bytes(credential, "clientDataJSON").ok_or(ReasonCode::PasskeyMalformed)?;
    let data: ClientData = serde_json::from_slice(&data).map_err(|_| ReasonCode::PasskeyMalformed)?;
    if data.cross_origin || data.top_origin.is_some() {
        return Err(ReasonCode::PasskeyCrossOrigin);
    }
    let data = authenticator_data(credential).ok_or(ReasonCode::PasskeyMalformed)?;
    let flags = *data.get(FLAGS_AT).ok_or(ReasonCode::PasskeyMalformed)?;
    let has = |flag| flags & flag != 0;
    if !has(USER_PRESENT) || !has(USER_VERIFIED) {
        return Err(ReasonCode::PasskeyUserNotVerified);
    }
    if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
        return Err(ReasonCode::PasskeyBackupInvalid);
    }
    Ok(Flags { backup_eligible: has(BACKUP_ELIGIBLE), backed_up: has(BACKED_UP) })
}

/// The model of the authenticator that made a credential, as a UUID. Not attested: a hint, never a proof.
pub(super) fn aaguid(credential: &Value) -> Option<String> {
    let data = authenticator_data(credential)?;
    let aaguid: [u8; 16] = data.get(AAGUID_AT..)?.first_chunk().copied()?;
    Some(webauthn_rs::prelude::Uuid::from_bytes(aaguid).to_string())
}

/// Of an assertion as it is sent; of a registration, what lies inside the attestation object.
fn authenticator_data(credential: &Value) -> Option<Vec<u8>> {
    let Some(object) = bytes(credential, "attestationObject") else { return bytes(credential, "authenticatorData") };
    let Ok(Cbor::Map(members)) = serde_cbor_2::from_slice(&object) else { return None };
    match members.into_iter().find(|(name, _)| *name == Cbor::Text("authData".to_owned())) {
        Some((_, Cbor::Bytes(data))) => Some(data),
        _ => None,
    }
}

fn bytes(credential: &Value, member: &str) -> Option<Vec<u8>> {
    let text = credential.get("response")?.get(member)?.as_str()?;
    URL_SAFE_NO_PAD.decode(text).ok()
}
