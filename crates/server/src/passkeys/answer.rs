//! What an authenticator's answer says of itself, read before the signature is verified: what the library does not look
//! at, and what it does not keep.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::attestation::{self, Object};
use money::ReasonCode;
use protocol::Biometric;
use serde::Deserialize;
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

/// What a registration gives: its attestation object and the client data.
pub(super) struct Made {
    pub(super) object: Vec<u8>,
    pub(super) client: Vec<u8>,
}

/// Reads it; `None` when it is none.
pub(super) fn made(credential: &Value) -> Option<Made> {
    let (object, client) = (bytes(credential, "attestationObject")?, bytes(credential, "clientDataJSON")?);
    Some(Made { object, client })
}

/// The same registration without what vouches for it.
///
/// WHY: what vouches is read by us, up to the operator's roots and by the store's clock; the library reads fewer forms, and
/// would refuse honest ones.
pub(super) fn bare(credential: &Value, object: &Object) -> Value {
    let mut bare = credential.clone();
    if let Some(member) = bare.get_mut("response").and_then(|response| response.get_mut("attestationObject")) {
        *member = Value::from(URL_SAFE_NO_PAD.encode(attestation::without_statement(object)));
    }
    bare
}

/// How an assertion's user was verified, as the authenticator says.
pub(super) fn told(credential: &Value) -> Biometric {
    bytes(credential, "authenticatorData").map_or(Biometric::Unknown, |data| attestation::told_by_assertion(&data))
}

/// Of an assertion as it is sent; of a registration, what lies inside the attestation object.
fn authenticator_data(credential: &Value) -> Option<Vec<u8>> {
    match bytes(credential, "attestationObject") {
        Some(object) => Object::read(&object).map(|object| object.data),
        None => bytes(credential, "authenticatorData"),
    }
}

fn bytes(credential: &Value, member: &str) -> Option<Vec<u8>> {
    let text = credential.get("response")?.get(member)?.as_str()?;
    URL_SAFE_NO_PAD.decode(text).ok()
}
