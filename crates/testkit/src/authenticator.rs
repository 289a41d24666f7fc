//! A software authenticator with the browser around it: what `navigator.credentials` takes and gives, in the JSON of
//! WebAuthn Level 3. Everything a hostile one could say can be set.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use device::{DeviceKey, SoftwareKey};
use serde_json::{Value, json};

use crate::maker::{Maker, Statement};

/// One passkey.
#[derive(Debug)]
pub struct Authenticator {
    key: SoftwareKey,
    id: Vec<u8>,
    user: Vec<u8>,
    /// The site whose page asks.
    pub origin: String,
    /// Its relying party.
    pub rp_id: String,
    /// What it says of itself, all but the credential's own bit.
    pub flags: u8,
    /// Its counter; it rises with each use unless it is 0.
    pub counter: u32,
    /// Whether the page stands inside another site's.
    pub cross_origin: bool,
    /// Its model.
    pub aaguid: [u8; 16],
    /// Who vouches for it; nobody: attestation `none`.
    pub maker: Option<Maker>,
    /// The methods its `uvm` extension names; none: it sends none.
    pub methods: Vec<u8>,
}

/// UP.
pub const USER_PRESENT: u8 = 0x01;
/// UV.
pub const USER_VERIFIED: u8 = 0x04;
/// BE.
pub const BACKUP_ELIGIBLE: u8 = 0x08;
/// BS.
pub const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

impl Authenticator {
    /// A device-bound one with a counter, whose user is verified, for pages of `origin`.
    ///
    /// # Panics
    /// When no key comes out of the seed, which does not happen in practice.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn new(seed: [u8; 32], origin: &str, rp_id: &str) -> Self {
        Self {
            key: SoftwareKey::from_seed(seed).expect("the seed gives a key"),
            id: sha256(&seed),
            user: Vec::new(),
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
            flags: USER_PRESENT | USER_VERIFIED,
            counter: 1,
            cross_origin: false,
            aaguid: [0xAA; 16],
            maker: None,
            methods: Vec::new(),
        }
    }

    /// A synced one: no counter, copied to elsewhere.
    #[must_use]
    pub fn synced(mut self) -> Self {
        self.flags |= BACKUP_ELIGIBLE | BACKED_UP;
        self.counter = 0;
        self
    }

    /// `navigator.credentials.create`: vouched for where it has a maker.
    #[must_use]
    pub fn create(&mut self, options: &Value) -> Value {
        self.user = options.pointer("/user/id").and_then(Value::as_str).map(bytes).unwrap_or_default();
        let mut data = self.authenticator_data(self.flags | ATTESTED);
        data.extend(self.aaguid);
        data.extend([0, 32]);
        data.extend(&self.id);
        data.extend(self.cose_key());
        data.extend(self.extensions());
        let client = self.client_data("webauthn.create", options);
        let object = object(self.maker.as_ref().map(|maker| maker.vouch(&self.key, &data, &client)), &data);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "attestationObject": text(&object),
                "clientDataJSON": text(&client),
                "transports": ["internal"],
            },
        })
    }

    /// `navigator.credentials.get`.
    ///
    /// # Panics
    /// Never: the key is in memory.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests")]
    pub fn get(&mut self, options: &Value) -> Value {
        if self.counter > 0 {
            self.counter = self.counter.saturating_add(1);
        }
        let data = [self.authenticator_data(self.flags), self.extensions()].concat();
        let client = self.client_data("webauthn.get", options);
        let signed = [data.clone(), sha256(&client)].concat();
        let signature = der(&self.key.sign(&signed).expect("the key is in memory"));
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
            "response": {
                "authenticatorData": text(&data), "clientDataJSON": text(&client),
                "signature": text(&signature), "userHandle": text(&self.user),
            },
        })
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        let flags = if self.methods.is_empty() { flags } else { flags | EXTENSIONS };
        [sha256(self.rp_id.as_bytes()), vec![flags], self.counter.to_be_bytes().to_vec()].concat()
    }

    /// `{"uvm": [[method, 2, 2], …]}`.
    fn extensions(&self) -> Vec<u8> {
        let Some(count) = u8::try_from(self.methods.len()).ok().filter(|count| *count > 0) else { return Vec::new() };
        let entries = self.methods.iter().flat_map(|method| [0x83, 0x18, *method, 2, 2]);
        b"\xa1\x63uvm".iter().copied().chain([0x80 | count]).chain(entries).collect()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = options.get("challenge").cloned().unwrap_or_default();
        let data = json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin,
        });
        data.to_string().into_bytes()
    }

    /// The public key as a COSE key (RFC 9053 §7.1.1): EC2, ES256, P-256.
    fn cose_key(&self) -> Vec<u8> {
        let jwk = self.key.jwk();
        let head: &[u8] = &[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        [head, &bytes(&jwk.x), &[0x22, 0x58, 0x20], &bytes(&jwk.y)].concat()
    }
}

/// `{"fmt": …, "attStmt": …, "authData": data}`.
fn object(statement: Option<Statement>, data: &[u8]) -> Vec<u8> {
    let Statement { format, map } = statement.unwrap_or_else(|| Statement { format: "none", map: vec![0xa0] });
    let mut object = b"\xa3\x63fmt".to_vec();
    object.extend(u8::try_from(format.len()).ok().map(|length| 0x60 | length));
    object.extend(format.as_bytes());
    object.extend(b"\x67attStmt");
    object.extend(map);
    object.extend(b"\x68authData\x59");
    object.extend(u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
    object.extend(data);
    object
}

/// `r‖s` as ASN.1 DER (RFC 3279 §2.2.3), which is what authenticators give.
pub(crate) fn der(signature: &[u8; 64]) -> Vec<u8> {
    let (r, s) = signature.split_at(32);
    let body = [integer(r), integer(s)].concat();
    [vec![0x30], u8::try_from(body.len()).into_iter().collect(), body].concat()
}

fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len().saturating_sub(1));
    let digits = number.get(start..).unwrap_or_default();
    let pad = digits.first().is_some_and(|first| *first >= 0x80);
    let digits = [vec![0; usize::from(pad)], digits.to_vec()].concat();
    [vec![0x02], u8::try_from(digits.len()).into_iter().collect(), digits].concat()
}

fn sha256(data: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, data).as_ref().to_vec()
}

fn text(data: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(data)
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
}
