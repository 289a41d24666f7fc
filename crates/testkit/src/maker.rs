//! Who makes authenticators and vouches for them: a root, an authority below it, and statements about keys, as WebAuthn L3 §8
//! has them. Everything a lying one could say can be set.

use aws_lc_rs::digest;
use device::{DeviceKey, SoftwareKey};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, Error, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm, SigningKey,
};

use crate::authenticator::der;

const AAGUID: &[u64] = &[1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4];
const ANDROID: &[u64] = &[1, 3, 6, 1, 4, 1, 11_129, 2, 1, 17];
const APPLE: &[u64] = &[1, 2, 840, 113_635, 100, 8, 2];

/// A maker.
#[derive(Debug)]
pub struct Maker {
    root: CertifiedIssuer<'static, KeyPair>,
    below: CertifiedIssuer<'static, KeyPair>,
    /// The form of its statements.
    pub kind: Kind,
}

/// What a maker says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `packed`, by a key of the model; for this model where one is named.
    Packed(Option<[u8; 16]>),
    /// `android-key`.
    Android(Keystore),
    /// `apple`.
    Apple,
}

/// What Android's keystore says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keystore {
    /// 0 software, 1 trusted environment, 2 `StrongBox`.
    pub level: u8,
    /// `HardwareAuthenticatorType`: 1 passcode, 2 biometric.
    pub user_by: u8,
    /// Whether it signs without asking anybody.
    pub without_user: bool,
    /// 0 made here, 2 brought in.
    pub origin: u8,
    /// 2 signs, 0 encrypts.
    pub purposes: Vec<u8>,
    /// Whether every app may use it.
    pub for_all: bool,
    /// Whether its start is locked, and of what its maker signed.
    pub boot_holds: bool,
    /// Whether the challenge is this ceremony's.
    pub challenge_holds: bool,
}

impl Default for Keystore {
    /// An honest phone with a Class 3 sensor.
    fn default() -> Self {
        Self {
            level: 1,
            user_by: 2,
            without_user: false,
            origin: 0,
            purposes: vec![2],
            for_all: false,
            boot_holds: true,
            challenge_holds: true,
        }
    }
}

struct Key<'a>(&'a SoftwareKey, Vec<u8>);

impl PublicKeyData for Key<'_> {
    fn der_bytes(&self) -> &[u8] {
        &self.1
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for Key<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.sign(message).map(|signature| der(&signature)).map_err(|_| Error::RemoteKeyError)
    }
}

/// A statement: its format and its CBOR map.
#[derive(Clone, Debug)]
pub struct Statement {
    /// `fmt`.
    pub format: &'static str,
    /// `attStmt`.
    pub map: Vec<u8>,
}

#[expect(clippy::expect_used, reason = "for tests")]
impl Maker {
    /// A maker of this kind.
    ///
    /// # Panics
    /// When no key can be made.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        let authority = |name: &str| {
            let mut params = CertificateParams::default();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
            params.distinguished_name.push(DnType::CommonName, name);
            params
        };
        let key = || KeyPair::generate().expect("a key can be made");
        let root = CertifiedIssuer::self_signed(authority("root of a maker"), key()).expect("it signs itself");
        let below = CertifiedIssuer::signed_by(authority("authority of a maker"), key(), &root).expect("it signs");
        Self { root, below, kind }
    }

    /// Its root certificate.
    #[must_use]
    pub fn pem(&self) -> String {
        self.root.pem()
    }

    /// Vouches for `key` in authenticator data `data` made for client data `client`.
    ///
    /// # Panics
    /// When a certificate cannot be made.
    #[must_use]
    pub fn vouch(&self, key: &SoftwareKey, data: &[u8], client: &[u8]) -> Statement {
        let client = sha256(client);
        let signed = [data, &client].concat();
        let own = Key(key, point(key));
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::ExplicitNoCa;
        let names = [(DnType::CountryName, "KR"), (DnType::OrganizationName, "Maker"), (DnType::CommonName, "Model")];
        let unit = (DnType::OrganizationalUnitName, "Authenticator Attestation");
        for (kind, name) in names.into_iter().chain([unit]) {
            params.distinguished_name.push(kind, name);
        }
        let extend = |oid, content| vec![CustomExtension::from_oid_content(oid, content)];
        match &self.kind {
            Kind::Packed(model) => {
                let model = model.map(|model| extend(AAGUID, [&[4, 16][..], &model].concat()));
                params.custom_extensions = model.unwrap_or_default();
                let seed = sha256(b"the key of a model").try_into().expect("32 bytes");
                let batch = SoftwareKey::from_seed(seed).expect("the seed gives a key");
                let batch = Key(&batch, point(&batch));
                let signature = batch.sign(&signed).expect("it signs");
                let leaf = params.signed_by(&batch, &self.below).expect("it signs");
                self.signed_statement("packed", &signature, leaf.der())
            }
            Kind::Android(keystore) => {
                params.custom_extensions = extend(ANDROID, keystore.description(&client));
                let leaf = params.signed_by(&own, &self.below).expect("it signs");
                self.signed_statement("android-key", &own.sign(&signed).expect("it signs"), leaf.der())
            }
            Kind::Apple => {
                let nonce = [&[0x30, 0x24, 0xa1, 0x22, 0x04, 0x20][..], &sha256(&signed)].concat();
                params.custom_extensions = extend(APPLE, nonce);
                let leaf = params.signed_by(&own, &self.below).expect("it signs");
                Statement { format: "apple", map: [vec![0xa1], self.chain(leaf.der())].concat() }
            }
        }
    }

    fn signed_statement(&self, format: &'static str, signature: &[u8], leaf: &[u8]) -> Statement {
        let map = [vec![0xa3], text("alg"), vec![0x26], text("sig"), bytes(signature), self.chain(leaf)];
        Statement { format, map: map.concat() }
    }

    fn chain(&self, leaf: &[u8]) -> Vec<u8> {
        [text("x5c"), vec![0x82], bytes(leaf), bytes(self.below.der())].concat()
    }
}

impl Keystore {
    /// `KeyDescription`.
    fn description(&self, client: &[u8]) -> Vec<u8> {
        let challenge = if self.challenge_holds { client.to_vec() } else { vec![7; 32] };
        let purposes: Vec<u8> = self.purposes.iter().flat_map(|purpose| [0x02, 0x01, *purpose]).collect();
        let state = u8::from(!self.boot_holds);
        let locked = if self.boot_holds { 0xff } else { 0 };
        let root =
            [value(&[0x04], &[1; 32]), vec![0x01, 0x01, locked], vec![0x0a, 0x01, state], value(&[0x04], &[2; 32])];
        let list = [
            value(&[0xa1], &value(&[0x31], &purposes)),
            if self.without_user { vec![0xbf, 0x83, 0x77, 0x02, 0x05, 0x00] } else { Vec::new() },
            vec![0xbf, 0x83, 0x78, 0x03, 0x02, 0x01, self.user_by],
            if self.for_all { vec![0xbf, 0x84, 0x58, 0x02, 0x05, 0x00] } else { Vec::new() },
            vec![0xbf, 0x85, 0x3e, 0x03, 0x02, 0x01, self.origin],
            value(&[0xbf, 0x85, 0x40], &value(&[0x30], &root.concat())),
        ];
        let parts = [
            vec![0x02, 0x02, 0x01, 0x2c],
            vec![0x0a, 0x01, self.level],
            vec![0x02, 0x02, 0x01, 0x2c],
            vec![0x0a, 0x01, self.level],
            value(&[0x04], &challenge),
            value(&[0x04], &[]),
            value(&[0x30], &[]),
            value(&[0x30], &list.concat()),
        ];
        value(&[0x30], &parts.concat())
    }
}

/// A DER value.
fn value(tag: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    let length = if length < 0x80 { vec![length] } else { vec![0x81, length] };
    [tag, &length, content].concat()
}

/// A short CBOR text.
fn text(word: &str) -> Vec<u8> {
    let length = u8::try_from(word.len()).unwrap_or_default();
    [vec![0x60_u8.saturating_add(length)], word.as_bytes().to_vec()].concat()
}

/// CBOR bytes.
fn bytes(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or_default();
    [&[0x59], &length.to_be_bytes()[..], bytes].concat()
}

fn point(key: &SoftwareKey) -> Vec<u8> {
    key.jwk().point().map(|point| point.to_vec()).unwrap_or_default()
}

fn sha256(data: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, data).as_ref().to_vec()
}
