//! Attestation: what somebody the operator trusts says about one authenticator and its key (WebAuthn L3 §6.5, §8).
//!
//! Nothing here admits a passkey: its key, challenge and flags are verified where WebAuthn is spoken. Here is read what a
//! statement vouches for, up to a root of [`Roots`]. A statement that is *false*, or in
//! a form nobody asked for, is refused; one that says nothing, or behind which no trusted root stands, is worth nothing, and no fault.

mod android;
mod apple;
mod certificate;
mod der;
mod object;
mod packed;
mod roots;
mod tpm;
mod u2f;

use money::{Digest, Instant, ReasonCode};
use protocol::{AttestationFormat, Biometric, KeyPlace, sha256};
use serde::{Deserialize, Serialize};

pub use object::{Object, without_statement};
pub use roots::{Aaguid, Roots, RootsError};

/// What is vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// In which form.
    pub format: AttestationFormat,
    /// SHA-256 of the root certificate behind it.
    pub root: Digest,
    /// Where the key is.
    pub place: KeyPlace,
    /// How its user is verified.
    pub biometric: Biometric,
}

/// What a statement that may be true says, before anybody asked who stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    place: KeyPlace,
    biometric: Biometric,
}

/// Why a statement is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// It cannot be read.
    #[error("attestation cannot be read")]
    Malformed,
    /// It is in a form that was not asked for and that nobody reads.
    #[error("attestation is in a form that nobody reads")]
    Format,
    /// Its signature does not hold.
    #[error("signature of the attestation does not hold")]
    Signature,
    /// It is about another key.
    #[error("attestation is about another key")]
    OtherKey,
    /// It was made for another ceremony.
    #[error("attestation was made for another ceremony")]
    OtherCeremony,
    /// It is about another model.
    #[error("attestation is about another model of authenticator")]
    OtherModel,
    /// Its certificate may not say that.
    #[error("certificate of the attestation is none for authenticators")]
    Certificate,
    /// Everybody's apps may use the key, or it was made elsewhere, or it may do more than sign.
    #[error("the attested key is not one for this purpose alone")]
    KeyUse,
}

impl AttestationError {
    /// The code to answer with.
    #[must_use]
    pub const fn reason(self) -> ReasonCode {
        ReasonCode::PasskeyAttestation
    }
}

/// Verifies the statement inside an attestation object about a ceremony with this client data. `None` where nothing is vouched
/// for by anybody trusted.
///
/// # Errors
/// [`AttestationError`]: the statement is false, whoever stands behind it.
pub fn verify(
    object: &[u8],
    client_data: &[u8],
    roots: &Roots,
    at: Instant,
) -> Result<Option<Attested>, AttestationError> {
    let object = Object::read(object).ok_or(AttestationError::Malformed)?;
    let ceremony = Ceremony { object: &object, client: sha256(client_data) };
    let (format, said) = match object.format.as_str() {
        "packed" => (AttestationFormat::Packed, packed::verify(&ceremony)?),
        "android-key" => (AttestationFormat::AndroidKey, android::verify(&ceremony)?),
        "apple" => (AttestationFormat::Apple, apple::verify(&ceremony)?),
        "tpm" => (AttestationFormat::Tpm, tpm::verify(&ceremony)?),
        "fido-u2f" => (AttestationFormat::FidoU2f, u2f::verify(&ceremony)?),
        "none" => return Ok(None),
        _ => return Err(AttestationError::Format),
    };
    let (Some(said), chain) = (said, object.certificates().ok_or(AttestationError::Malformed)?) else {
        return Ok(None);
    };
    let aaguid = object.aaguid();
    if roots.is_withdrawn(&aaguid) {
        return Ok(None);
    }
    let Some(root) = roots.behind(&chain, &aaguid, at) else { return Ok(None) };
    let (place, biometric) = match (format, roots.published(&aaguid)) {
        // What these say of themselves is closer to the key than what is said of a model.
        (AttestationFormat::AndroidKey | AttestationFormat::Apple, _) | (_, None) => (said.place, said.biometric),
        (_, Some(published)) => published,
    };
    Ok(Some(Attested { format, root, place, biometric }))
}

/// How a user was verified, by the methods an authenticator names itself (FIDO Registry §3.1). Nobody vouches for that, so it
/// only ever makes a passkey count for less.
#[must_use]
pub fn told_by(methods: &[u32]) -> Biometric {
    const PASSCODE: u32 = 0x04;
    const PATTERN: u32 = 0x80;
    const PASSCODE_OUTSIDE: u32 = 0x800;
    const VOICE: u32 = 0x08;
    const FACE: u32 = 0x10;
    const EYE: u32 = 0x40;
    let any = |wanted: u32| methods.iter().any(|method| method & wanted != 0);
    let is_passcode = |method: &u32| [PASSCODE, PATTERN, PASSCODE_OUTSIDE].contains(method);
    match () {
        () if methods.iter().any(is_passcode) => Biometric::Passcode,
        () if any(FACE | EYE | VOICE) => Biometric::Face,
        () => Biometric::Unknown,
    }
}

/// The same, of an assertion's authenticator data.
#[must_use]
pub fn told_by_assertion(data: &[u8]) -> Biometric {
    told_by(&object::methods_of(data))
}

/// One registration: what the authenticator made, and the digest of what the client says of it.
struct Ceremony<'a> {
    object: &'a Object,
    client: Digest,
}

impl Ceremony<'_> {
    /// Authenticator data and the digest of the client data: what most statements sign (WebAuthn L3 §6.5).
    fn signed(&self) -> Vec<u8> {
        [&self.object.data[..], self.client.as_bytes()].concat()
    }
}
