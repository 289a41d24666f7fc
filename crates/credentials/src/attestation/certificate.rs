//! [`Leaf`]: the first certificate of a chain, as the formats look at it.

use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::{EndEntityCert, aws_lc_rs as with};
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

use super::AttestationError::{self, Certificate, Malformed, OtherModel, Signature};
use super::{Aaguid, der};

/// COSE algorithms (RFC 9053 §2, RFC 8812 §2).
pub(super) const ES256: i128 = -7;
const ES384: i128 = -35;
const RS256: i128 = -257;
const EDDSA: i128 = -8;

/// `id-fido-gen-ce-aaguid` (WebAuthn L3 §8.2.1).
const AAGUID: &str = "1.3.6.1.4.1.45724.1.1.4";

/// A leaf certificate.
pub(super) struct Leaf<'a> {
    der: &'a [u8],
    parsed: X509Certificate<'a>,
}

impl<'a> Leaf<'a> {
    /// The first of a chain.
    pub(super) fn of(chain: &[&'a [u8]]) -> Result<Self, AttestationError> {
        let der = *chain.first().ok_or(Malformed)?;
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| Malformed)?;
        if rest.is_empty() { Ok(Self { der, parsed }) } else { Err(Malformed) }
    }

    /// Verifies a signature by its key. `Ok(false)` for an algorithm nobody reads.
    pub(super) fn verify(&self, algorithm: i128, message: &[u8], signature: &[u8]) -> Result<bool, AttestationError> {
        let known: &[&dyn SignatureVerificationAlgorithm] = match algorithm {
            ES256 => &[with::ECDSA_P256_SHA256, with::ECDSA_P384_SHA256],
            ES384 => &[with::ECDSA_P384_SHA384, with::ECDSA_P256_SHA384],
            RS256 => &[with::RSA_PKCS1_2048_8192_SHA256],
            EDDSA => &[with::ED25519],
            _ => return Ok(false),
        };
        let certificate = CertificateDer::from(self.der);
        let leaf = EndEntityCert::try_from(&certificate).map_err(|_| Certificate)?;
        let holds = known.iter().any(|known| leaf.verify_signature(*known, message, signature).is_ok());
        if holds { Ok(true) } else { Err(Signature) }
    }

    /// Its public key's bits: for one on a curve, the point.
    pub(super) fn key_bits(&self) -> &[u8] {
        self.parsed.public_key().subject_public_key.as_ref()
    }

    /// The value of an extension.
    pub(super) fn extension(&self, oid: &str) -> Option<&'a [u8]> {
        let found = self.parsed.extensions().iter().find(|extension| extension.oid.to_id_string() == oid);
        found.map(|extension| extension.value)
    }

    /// Whether it names this model, where it names one (WebAuthn L3 §8.2).
    pub(super) fn is_of(&self, aaguid: &Aaguid) -> Result<(), AttestationError> {
        let Some(value) = self.extension(AAGUID) else { return Ok(()) };
        let is_critical = self.parsed.extensions().iter().any(|one| one.oid.to_id_string() == AAGUID && one.critical);
        let named = der::Values::of(value).universal(der::OCTETS);
        match named {
            _ if is_critical => Err(Certificate),
            Some(named) if named == aaguid => Ok(()),
            _ => Err(OtherModel),
        }
    }

    /// Version 3, and not a certificate authority's (WebAuthn L3 §8.2.1, §8.3.1).
    pub(super) fn is_end_entity(&self) -> Result<(), AttestationError> {
        let is_authority = match self.parsed.basic_constraints() {
            Ok(Some(constraints)) => constraints.value.ca,
            Ok(None) => false,
            Err(_) => true,
        };
        let is_third = self.parsed.version() == x509_parser::x509::X509Version::V3;
        if is_third && !is_authority { Ok(()) } else { Err(Certificate) }
    }

    /// Subject of a packed attestation's certificate (WebAuthn L3 §8.2.1).
    pub(super) fn is_of_an_authenticator(&self) -> Result<(), AttestationError> {
        let subject = self.parsed.subject();
        let is_named = subject.iter_country().next().is_some()
            && subject.iter_organization().next().is_some()
            && subject.iter_common_name().next().is_some();
        let mut units = subject.iter_organizational_unit().map(|unit| unit.as_str());
        let is_unit = units.any(|unit| unit == Ok("Authenticator Attestation"));
        if is_named && is_unit { Ok(()) } else { Err(Certificate) }
    }

    /// An attestation identity key's certificate (WebAuthn L3 §8.3.1): no subject, what it is in its alternative name, one
    /// purpose.
    pub(super) fn is_of_a_tpm(&self) -> Result<(), AttestationError> {
        let is_nameless = self.parsed.subject().iter().next().is_none();
        let described = self.parsed.subject_alternative_name().ok().flatten().is_some_and(|name| name.critical);
        let purposes = self.parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::ExtendedKeyUsage(usage) => Some(usage),
            _ => None,
        });
        let is_for_it =
            purposes.is_some_and(|usage| usage.other.iter().any(|oid| oid.to_id_string() == "2.23.133.8.3"));
        if is_nameless && described && is_for_it { Ok(()) } else { Err(Certificate) }
    }
}
