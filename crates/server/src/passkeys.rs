//! Passkeys: the one place where WebAuthn is spoken. What is verified here becomes a `PasskeyUse` or a `NewPasskey`; what it
//! is worth is decided by the core.
//!
//! webauthn-rs draws the challenges. What a challenge is for stands beside it in the sealed [`Ceremony`], so that an
//! assertion approves one body of one device and nothing else.

mod answer;
mod ceremony;
#[cfg(test)]
mod published;
#[cfg(test)]
mod tests;

use credentials::attestation::{self, Object, Roots};
use money::{Digest, Instant, PayerId, ReasonCode, Secret};
use payments::{NewPasskey, Passkey, PasskeyUse};
use protocol::{Biometric, Strength, sha256};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::{Host, Url};
use webauthn_rs::prelude as webauthn;
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder, WebauthnError};

pub(crate) use ceremony::{Begun, Purpose, Sealer};

/// Where passkeys are good.
#[derive(Clone, Debug, Default)]
pub struct PasskeyConfig {
    /// The relying party's id: the public origin's domain or a parent of it. Changing it makes every passkey useless.
    pub rp_id: Option<String>,
    /// Further origins whose answers are accepted: other sites of the same domain, and apps as `android:apk-key-hash:…`.
    pub origins: Vec<String>,
    /// Whose word about an authenticator counts. Empty: nobody's, and none is asked for.
    pub roots: Roots,
}

/// The relying party.
pub(crate) struct Passkeys {
    party: Option<Webauthn>,
    roots: Roots,
    sealer: Sealer,
}

/// What a ceremony begins with: what the authenticator is told, and the state to seal.
pub(crate) struct Start<S> {
    pub(crate) options: Value,
    pub(crate) state: S,
}

type Verified<T> = Result<T, ReasonCode>;

impl Passkeys {
    /// For a server at `origin`. Where its address is a number passkeys cannot be had, but for loopback, whose pages are
    /// opened as `localhost`.
    pub(crate) fn new(
        origin: &str,
        provider: &str,
        config: &PasskeyConfig,
        key: &Secret<[u8; 32]>,
    ) -> Result<Self, String> {
        let (party, roots) = (party(origin, provider, config)?, config.roots.clone());
        Ok(Self { party, roots, sealer: Sealer::new(key) })
    }

    pub(crate) const fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    fn party(&self) -> Verified<&Webauthn> {
        self.party.as_ref().ok_or(ReasonCode::PasskeyUnavailable)
    }

    /// A new passkey for a payer who has these.
    pub(crate) fn begin_registration(
        &self,
        payer: PayerId,
        name: &str,
        known: &[Passkey],
    ) -> Verified<Start<webauthn::PasskeyRegistration>> {
        let party = self.party()?;
        let user = webauthn::Uuid::from_bytes(*payer.as_bytes());
        let known: Vec<webauthn::CredentialID> =
            known.iter().filter_map(|passkey| read(passkey).ok()).map(|passkey| passkey.cred_id().clone()).collect();
        let begun = party.start_passkey_registration(user, name, name, Some(known)).map_err(|error| fault(&error))?;
        let (options, state) = begun;
        let mut options = serde_json::to_value(options.public_key).map_err(|_| ReasonCode::ServiceFault)?;
        // So that its owner can sign in without saying who they are.
        if let Some(Value::Object(selection)) = options.get_mut("authenticatorSelection") {
            selection.insert("residentKey".to_owned(), Value::from("required"));
            selection.insert("requireResidentKey".to_owned(), Value::from(true));
        }
        if let (false, Some(options)) = (self.roots.is_empty(), options.as_object_mut()) {
            options.insert("attestation".to_owned(), Value::from("direct"));
            options.insert("attestationFormats".to_owned(), Value::from(FORMATS.to_vec()));
        }
        Ok(Start { options, state })
    }

    /// Verifies what an authenticator made, and what vouches for it; `told` is what the app says of its sensor.
    pub(crate) fn finish_registration(
        &self,
        state: &webauthn::PasskeyRegistration,
        credential: &Value,
        told: Option<Biometric>,
        at: Instant,
    ) -> Verified<NewPasskey> {
        let party = self.party()?;
        answer::check(credential)?;
        let answer::Made { object, client } = answer::made(credential).ok_or(ReasonCode::PasskeyMalformed)?;
        let read = Object::read(&object).ok_or(ReasonCode::PasskeyMalformed)?;
        let bare = answer::bare(credential, &read);
        let made = party.finish_passkey_registration(&of(&bare)?, state).map_err(|error| match error {
            // The library says the same of a key that is registered already.
            WebauthnError::CredentialAlteredAlgFromRequest if is_offered(&read) => ReasonCode::PasskeyExists,
            error => reason(&error),
        })?;
        let attested = attestation::verify(&object, &client, &self.roots, at).map_err(|error| {
            tracing::info!(%error, "a passkey's attestation was refused");
            error.reason()
        })?;
        let vouched = attested.map_or(Biometric::Unknown, |attested| attested.biometric);
        let told = [told.unwrap_or_default(), attestation::told_by(&read.methods())];
        let text = serde_json::to_string(&made).map_err(|_| ReasonCode::ServiceFault)?;
        let id = sha256(made.cred_id());
        let inner = webauthn::Credential::from(made);
        Ok(NewPasskey {
            id,
            credential: text,
            aaguid: webauthn::Uuid::from_bytes(read.aaguid()).to_string(),
            counter: inner.counter,
            backup_eligible: inner.backup_eligible,
            backed_up: inner.backup_state,
            attested,
            biometric: Biometric::weighed(vouched, &told),
        })
    }

    /// An assertion by any of these that is worth so much on its own.
    pub(crate) fn begin_assertion(
        &self,
        passkeys: &[Passkey],
        least: Strength,
        at: Instant,
    ) -> Verified<Start<webauthn::PasskeyAuthentication>> {
        let party = self.party()?;
        let enough = |passkey: &&Passkey| passkey.made.strength(Biometric::Unknown) >= Some(least);
        let usable = passkeys.iter().filter(enough).filter(|passkey| passkey.is_usable(at));
        let usable = usable.map(self::read).collect::<Verified<Vec<_>>>()?;
        if usable.is_empty() {
            return Err(match passkeys {
                [] => ReasonCode::PasskeyNone,
                [..] if passkeys.iter().any(|passkey| enough(&passkey)) => ReasonCode::PasskeyWaiting,
                [..] if least > Strength::Passkey => ReasonCode::PasskeyNone,
                [..] => ReasonCode::PasskeyWeakCheck,
            });
        }
        let (options, state) = party.start_passkey_authentication(&usable).map_err(|error| fault(&error))?;
        Ok(Start { options: public_key(&options)?, state })
    }

    /// Verifies an assertion.
    pub(crate) fn finish_assertion(
        &self,
        state: &webauthn::PasskeyAuthentication,
        credential: &Value,
    ) -> Verified<Assertion> {
        let party = self.party()?;
        let flags = answer::check(credential)?;
        let result = party.finish_passkey_authentication(&of(credential)?, state).map_err(|error| reason(&error))?;
        Ok(Assertion::of(&result, flags, answer::told(credential)))
    }

    /// An assertion by whichever passkey its owner has here.
    pub(crate) fn begin_sign_in(&self) -> Verified<Start<webauthn::DiscoverableAuthentication>> {
        let party = self.party()?;
        let (options, state) = party.start_discoverable_authentication().map_err(|error| fault(&error))?;
        Ok(Start { options: public_key(&options)?, state })
    }

    /// Whose passkey answers, before anything of it is believed.
    pub(crate) fn claimed(&self, credential: &Value) -> Verified<(PayerId, Digest)> {
        let answer: webauthn::PublicKeyCredential = of(credential)?;
        let (user, id) =
            self.party()?.identify_discoverable_authentication(&answer).map_err(|_| ReasonCode::PasskeyUnknown)?;
        Ok((PayerId::from_bytes(*user.as_bytes()), sha256(id)))
    }

    /// Verifies an assertion by this passkey.
    pub(crate) fn finish_sign_in(
        &self,
        state: webauthn::DiscoverableAuthentication,
        credential: &Value,
        passkey: &Passkey,
    ) -> Verified<Assertion> {
        let party = self.party()?;
        let flags = answer::check(credential)?;
        let key = webauthn::DiscoverableKey::from(read(passkey)?);
        let result = party.finish_discoverable_authentication_v2(&of(credential)?, state, &key);
        Ok(Assertion::of(&result.map_err(|error| reason(&error))?, flags, answer::told(credential)))
    }
}

/// A verified assertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assertion {
    id: Digest,
    counter: u32,
    flags: answer::Flags,
    told: Biometric,
}

impl Assertion {
    fn of(result: &webauthn::AuthenticationResult, flags: answer::Flags, told: Biometric) -> Self {
        Self { id: sha256(result.cred_id()), counter: result.counter(), flags, told }
    }

    /// The same, and what the app says of how its user was verified.
    pub(crate) fn told(self, told: Option<Biometric>) -> Self {
        Self { told: Biometric::weighed(Biometric::Unknown, &[self.told, told.unwrap_or_default()]), ..self }
    }

    /// For the core, with the ceremony it uses up.
    pub(crate) const fn used(self, ceremony: credentials::ProofUse) -> PasskeyUse {
        let answer::Flags { backup_eligible, backed_up } = self.flags;
        PasskeyUse { id: self.id, counter: self.counter, backup_eligible, backed_up, biometric: self.told, ceremony }
    }
}

/// A kept passkey, its counter left out: whether one rose is decided where the row is locked, not here.
fn read(passkey: &Passkey) -> Verified<webauthn::Passkey> {
    let kept: webauthn::Passkey =
        serde_json::from_str(&passkey.made.credential).map_err(|_| ReasonCode::ServiceFault)?;
    Ok(webauthn::Credential { counter: 0, ..webauthn::Credential::from(kept) }.into())
}

fn of<T: DeserializeOwned>(credential: &Value) -> Verified<T> {
    T::deserialize(credential).map_err(|_| ReasonCode::PasskeyMalformed)
}

fn public_key(options: &webauthn::RequestChallengeResponse) -> Verified<Value> {
    serde_json::to_value(&options.public_key).map_err(|_| ReasonCode::ServiceFault)
}

fn fault(error: &WebauthnError) -> ReasonCode {
    tracing::error!(%error, "a passkey ceremony could not be begun");
    ReasonCode::ServiceFault
}

/// What the client is asked to give, where anything is.
const FORMATS: [&str; 4] = ["packed", "android-key", "apple", "tpm"];
/// ES256, ES384 and RS256 (RFC 9053 §2.1, RFC 8812 §2): what passkeys may sign with.
const ALGORITHMS: [i128; 3] = [-7, -35, -257];

fn is_offered(object: &Object) -> bool {
    object.key_algorithm().is_some_and(|algorithm| ALGORITHMS.contains(&algorithm))
}

/// Why an authenticator's answer is not accepted.
fn reason(error: &WebauthnError) -> ReasonCode {
    tracing::info!(%error, "a passkey was refused");
    match error {
        WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash => ReasonCode::PasskeyWrongOrigin,
        WebauthnError::CredentialCrossOrigin => ReasonCode::PasskeyCrossOrigin,
        WebauthnError::MismatchedChallenge | WebauthnError::InvalidClientDataType => ReasonCode::PasskeyWrongChallenge,
        WebauthnError::UserNotPresent | WebauthnError::UserNotVerified => ReasonCode::PasskeyUserNotVerified,
        WebauthnError::CredentialBackupEligibilityInconsistent | WebauthnError::CredentialMayNotBeHardwareBound => {
            ReasonCode::PasskeyBackupInvalid
        }
        WebauthnError::CredentialNotFound | WebauthnError::InvalidUserUniqueId => ReasonCode::PasskeyUnknown,
        WebauthnError::CredentialExcludedFromRequest | WebauthnError::CredentialAlreadyExists => {
            ReasonCode::PasskeyExists
        }
        WebauthnError::CredentialPossibleCompromise => ReasonCode::PasskeyCloned,
        WebauthnError::CredentialAlteredAlgFromRequest
        | WebauthnError::COSEKeyInvalidAlgorithm
        | WebauthnError::COSEKeyInvalidType
        | WebauthnError::COSEKeyRSANEInvalid
        | WebauthnError::SshPublicKeyEDUnsupported => ReasonCode::PasskeyAlgorithm,
        WebauthnError::AuthenticationFailure
        | WebauthnError::SignatureInvalid
        | WebauthnError::AttestationStatementSigInvalid => ReasonCode::PasskeySignature,
        _ => ReasonCode::PasskeyMalformed,
    }
}

fn party(origin: &str, provider: &str, config: &PasskeyConfig) -> Result<Option<Webauthn>, String> {
    let mut own = Url::parse(origin).map_err(|error| format!("`{origin}`: {error}"))?;
    let is_loopback = match own.host() {
        Some(Host::Ipv4(v4)) => v4.is_loopback(),
        Some(Host::Ipv6(v6)) => v6.is_loopback(),
        _ => false,
    };
    if is_loopback {
        own.set_host(Some("localhost")).map_err(|error| error.to_string())?;
    }
    let Some(domain) = own.domain().map(str::to_owned) else {
        return match &config.rp_id {
            None => Ok(None),
            Some(id) => Err(format!("the relying party `{id}` needs a public origin with a domain, not `{origin}`")),
        };
    };
    let id = config.rp_id.as_deref().unwrap_or(&domain);
    let unfit = |_| format!("the relying party `{id}` is not `{domain}` or a parent of it");
    let mut builder = WebauthnBuilder::new(id, &own).map_err(unfit)?.rp_name(provider);
    for origin in &config.origins {
        let parsed = Url::parse(origin).map_err(|error| format!("`{origin}`: {error}"))?;
        let is_app = parsed.scheme() == "android" && origin.starts_with("android:apk-key-hash:");
        if !is_app
            && parsed.domain() != Some(id)
            && !parsed.domain().is_some_and(|own| own.ends_with(&format!(".{id}")))
        {
            return Err(format!("`{origin}` is neither a site of `{id}` nor `android:apk-key-hash:…`"));
        }
        builder = builder.append_allowed_origin(&parsed);
    }
    builder.build().map(Some).map_err(|error| error.to_string())
}
