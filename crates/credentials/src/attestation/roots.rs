//! [`Roots`]: whose word about an authenticator counts, as the operator says, and what is published about its model.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use money::{Digest, Instant};
use protocol::{Biometric, KeyPlace, sha256};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm, UnixTime, pem::PemObject};
use serde::Deserialize;
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert, aws_lc_rs as with};

/// The model of an authenticator.
pub type Aaguid = [u8; 16];

/// Certificates at the end of a chain that are trusted at once.
const ROOTS_MAX: usize = 4_096;
/// Certificates between leaf and root.
const CHAIN_MAX: usize = 8;

const ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    with::ECDSA_P256_SHA256,
    with::ECDSA_P256_SHA384,
    with::ECDSA_P384_SHA256,
    with::ECDSA_P384_SHA384,
    with::ED25519,
    with::RSA_PKCS1_2048_8192_SHA256,
    with::RSA_PKCS1_2048_8192_SHA384,
    with::RSA_PKCS1_2048_8192_SHA512,
];

/// Whose word counts. Empty: nobody's, and nobody is asked.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// Trusted for every model.
    any: Vec<CertificateDer<'static>>,
    models: BTreeMap<Aaguid, Model>,
}

/// What is published about one model (FIDO Metadata Statement v3).
#[derive(Clone, Debug)]
struct Model {
    roots: Vec<CertificateDer<'static>>,
    place: KeyPlace,
    biometric: Biometric,
    is_withdrawn: bool,
}

/// Why roots or metadata cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// No certificate, or one that cannot vouch.
    #[error("certificate {number} cannot be a root of attestation: {reason}")]
    Certificate {
        /// Which, from 1.
        number: usize,
        /// Why not.
        reason: String,
    },
    /// There is no certificate in it.
    #[error("there is no certificate in it")]
    Empty,
    /// More than [`ROOTS_MAX`].
    #[error("more than {ROOTS_MAX} roots")]
    TooMany,
    /// Not the payload of a FIDO metadata BLOB.
    #[error("not the payload of a FIDO metadata BLOB (MDS3)")]
    Metadata(#[source] serde_json::Error),
}

impl Roots {
    /// Adds the certificates of a PEM file: each may vouch for any model.
    ///
    /// # Errors
    /// [`RootsError`].
    pub fn with_pem(mut self, pem: &[u8]) -> Result<Self, RootsError> {
        let mut found = 0_usize;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            found = found.saturating_add(1);
            let unfit = |reason: String| RootsError::Certificate { number: found, reason };
            let certificate = certificate.map_err(|error| unfit(error.to_string()))?;
            anchor_from_trusted_cert(&certificate).map_err(|error| unfit(error.to_string()))?;
            self.any.push(certificate.into_owned());
        }
        if found == 0 {
            return Err(RootsError::Empty);
        }
        if self.any.len() > ROOTS_MAX { Err(RootsError::TooMany) } else { Ok(self) }
    }

    /// Adds what the FIDO Alliance publishes: the JSON payload of its metadata BLOB, whose signature was checked where it
    /// was fetched. A model's roots vouch for that model only.
    ///
    /// # Errors
    /// [`RootsError`].
    pub fn with_metadata(mut self, payload: &[u8]) -> Result<Self, RootsError> {
        let blob: Blob = serde_json::from_slice(payload).map_err(RootsError::Metadata)?;
        let mut roots = self.any.len();
        for entry in blob.entries {
            let (Some(aaguid), Some(statement)) = (entry.aaguid.as_deref().and_then(aaguid), entry.statement) else {
                continue;
            };
            let model = statement.model(&entry.reports);
            roots = roots.saturating_add(model.roots.len());
            if roots > ROOTS_MAX {
                return Err(RootsError::TooMany);
            }
            self.models.insert(aaguid, model);
        }
        Ok(self)
    }

    /// Whether nobody's word counts.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.any.is_empty() && self.models.is_empty()
    }

    /// Whether what is published about this model withdraws it: its keys can be copied, or its check got round.
    pub(super) fn is_withdrawn(&self, aaguid: &Aaguid) -> bool {
        self.models.get(aaguid).is_some_and(|model| model.is_withdrawn)
    }

    /// Where keys of this model are and how it checks its user, if that is published.
    pub(super) fn published(&self, aaguid: &Aaguid) -> Option<(KeyPlace, Biometric)> {
        self.models.get(aaguid).map(|model| (model.place, model.biometric))
    }

    /// The root behind a chain, leaf first, at this moment (RFC 5280 §6); `None` where there is none for this model.
    pub(super) fn behind(&self, chain: &[&[u8]], aaguid: &Aaguid, at: Instant) -> Option<Digest> {
        let (leaf, others) = chain.split_first().filter(|_| chain.len() <= CHAIN_MAX)?;
        let leaf_der = CertificateDer::from(*leaf);
        let others: Vec<CertificateDer<'_>> = others.iter().map(|other| CertificateDer::from(*other)).collect();
        let seconds = u64::try_from(at.unix_seconds()).ok()?;
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let leaf = EndEntityCert::try_from(&leaf_der).ok()?;
        let own = self.models.get(aaguid).map(|model| model.roots.as_slice()).unwrap_or_default();
        let trusted = own.iter().chain(&self.any).find(|root| {
            if root.as_ref() == leaf_der.as_ref() {
                return true;
            }
            let Ok(anchor) = anchor_from_trusted_cert(root) else { return false };
            let anchors = [anchor];
            leaf.verify_for_usage(ALGORITHMS, &anchors, &others, time, AnyPurpose, None, None).is_ok()
        });
        trusted.map(|root| sha256(root))
    }
}

/// Attestation certificates are made for nothing that RFC 5280 has a purpose for; what a format demands is checked there.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        for purpose in purposes {
            purpose?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Blob {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    aaguid: Option<String>,
    #[serde(default, rename = "metadataStatement")]
    statement: Option<MetadataStatement>,
    #[serde(default, rename = "statusReports")]
    reports: Vec<Report>,
}

#[derive(Deserialize)]
struct Report {
    status: String,
}

#[derive(Deserialize)]
struct MetadataStatement {
    #[serde(default, rename = "attestationRootCertificates")]
    roots: Vec<String>,
    #[serde(default, rename = "keyProtection")]
    protection: Vec<String>,
    #[serde(default, rename = "userVerificationDetails")]
    checks: Vec<Vec<Check>>,
}

#[derive(Deserialize)]
struct Check {
    #[serde(rename = "userVerificationMethod")]
    method: String,
}

impl MetadataStatement {
    fn model(&self, reports: &[Report]) -> Model {
        let roots =
            self.roots.iter().filter_map(|root| STANDARD.decode(root.split_whitespace().collect::<String>()).ok());
        let roots = roots.map(CertificateDer::from).filter(|root| anchor_from_trusted_cert(root).is_ok());
        let is_certified = reports.iter().any(|report| report.status.starts_with("FIDO_CERTIFIED"));
        let is_withdrawn = reports.iter().any(|report| WITHDRAWN.contains(&report.status.as_str()));
        Model { roots: roots.collect(), place: self.place(), biometric: self.biometric(is_certified), is_withdrawn }
    }

    fn place(&self) -> KeyPlace {
        let has = |word: &str| self.protection.iter().any(|said| said == word);
        match () {
            () if has("software") || has("remote_handle") && !has("hardware") => KeyPlace::Software,
            () if has("secure_element") => KeyPlace::SecureElement,
            () if has("tee") => KeyPlace::TrustedEnvironment,
            () if has("hardware") => KeyPlace::SecureElement,
            () => KeyPlace::Unknown,
        }
    }

    /// The weakest way in is what counts: each list is one way, all of its checks together.
    fn biometric(&self, is_certified: bool) -> Biometric {
        let mut ways = self.checks.iter().filter(|way| !way.is_empty());
        let all_of =
            |way: &Vec<Check>, wanted: &[&str]| way.iter().all(|check| wanted.contains(&check.method.as_str()));
        let some_way = |wanted: &[&str]| self.checks.iter().any(|way| !way.is_empty() && all_of(way, wanted));
        match () {
            () if is_certified => Biometric::Fido,
            () if some_way(&FACES) => Biometric::Face,
            () if ways.clone().next().is_some() && ways.all(|way| all_of(way, &PASSCODES)) => Biometric::Passcode,
            () => Biometric::Unknown,
        }
    }
}

/// FIDO Metadata Service v3 §3.1.4: what says that keys or checks of a model are not what they should be.
const WITHDRAWN: [&str; 5] = [
    "REVOKED",
    "USER_VERIFICATION_BYPASS",
    "ATTESTATION_KEY_COMPROMISE",
    "USER_KEY_REMOTE_COMPROMISE",
    "USER_KEY_PHYSICAL_COMPROMISE",
];
const FACES: [&str; 3] = ["faceprint_internal", "eyeprint_internal", "voiceprint_internal"];
const PASSCODES: [&str; 4] = ["passcode_internal", "passcode_external", "pattern_internal", "pattern_external"];

/// A UUID's sixteen bytes.
pub(super) fn aaguid(text: &str) -> Option<Aaguid> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let pairs = digits.chunks_exact(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let bytes: Option<Vec<u8>> = pairs.collect();
    bytes.filter(|_| digits.len() == 32)?.try_into().ok()
}
