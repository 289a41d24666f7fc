//! [`Object`]: an attestation object (WebAuthn L3 §6.5.4), taken apart and not believed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_cbor_2::{Value as Cbor, de::Deserializer};

use super::Aaguid;

/// Where the flags stand: after the SHA-256 of the relying party's id.
const FLAGS_AT: usize = 32;
/// Where the model stands: after flags and counter.
const AAGUID_AT: usize = 37;
/// And the length of the credential's id, which follows.
const LENGTH_AT: usize = 53;
const ID_AT: usize = 55;
/// AT: there is a credential in the data.
const CREDENTIAL: u8 = 0x40;
/// ED: there are extensions behind it.
const EXTENSIONS: u8 = 0x80;

/// COSE (RFC 9052 §7, RFC 9053 §7.1).
const KEY_TYPE: i128 = 1;
const KEY_ALGORITHM: i128 = 3;
const CURVE_OR_MODULUS: i128 = -1;
const X_OR_EXPONENT: i128 = -2;
const Y: i128 = -3;
const EC2: i128 = 2;
const RSA: i128 = 3;
const P256: i128 = 1;

/// An attestation object.
#[derive(Debug)]
pub struct Object {
    /// The form of its statement.
    pub format: String,
    /// The authenticator data.
    pub data: Vec<u8>,
    statement: BTreeMap<Cbor, Cbor>,
    id: Vec<u8>,
    key: BTreeMap<Cbor, Cbor>,
    extensions: BTreeMap<Cbor, Cbor>,
}

/// The credential's public key, as far as attestation knows kinds of keys.
pub(super) enum Key {
    /// On P-256, as an uncompressed point.
    P256([u8; 65]),
    /// RSA's modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    Other,
}

impl Object {
    /// Reads one; `None` when it is none, or has anything behind it.
    #[must_use]
    pub fn read(object: &[u8]) -> Option<Self> {
        let Ok(Cbor::Map(mut members)) = serde_cbor_2::from_slice(object) else { return None };
        let mut take = |name: &str| members.remove(&Cbor::Text(name.to_owned()));
        let (Cbor::Text(format), Cbor::Map(statement), Cbor::Bytes(data)) =
            (take("fmt")?, take("attStmt")?, take("authData")?)
        else {
            return None;
        };
        let flags = *data.get(FLAGS_AT)?;
        let length = u16::from_be_bytes(*data.get(LENGTH_AT..)?.first_chunk()?);
        let (id, rest) =
            data.get(ID_AT..)?.split_at_checked(usize::from(length)).filter(|_| flags & CREDENTIAL != 0)?;
        let id = id.to_vec();
        let (key, rest) = map(rest)?;
        let (extensions, rest) = if flags & EXTENSIONS == 0 { (BTreeMap::new(), rest) } else { map(rest)? };
        let is_whole = rest.is_empty();
        is_whole.then_some(Self { format, data, statement, id, key, extensions })
    }

    /// The model, as the authenticator names it.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.data.get(AAGUID_AT..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default()
    }

    /// How its user was verified, where it says so (WebAuthn L3 does not list `uvm` any more; authenticators still send it):
    /// for each check its method in the FIDO Registry.
    #[must_use]
    pub fn methods(&self) -> Vec<u32> {
        methods(&self.extensions)
    }

    pub(super) fn relying_party(&self) -> &[u8] {
        self.data.get(..FLAGS_AT).unwrap_or_default()
    }

    pub(super) fn credential_id(&self) -> &[u8] {
        &self.id
    }

    pub(super) fn key(&self) -> Key {
        let number = |name| match self.key.get(&Cbor::Integer(name)) {
            Some(Cbor::Integer(number)) => Some(*number),
            _ => None,
        };
        let bytes = |name| match self.key.get(&Cbor::Integer(name)) {
            Some(Cbor::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        };
        match (number(KEY_TYPE), number(CURVE_OR_MODULUS), bytes(X_OR_EXPONENT), bytes(Y)) {
            (Some(EC2), Some(P256), Some(x), Some(y)) if x.len() == 32 && y.len() == 32 => {
                [vec![4], x, y].concat().try_into().map_or(Key::Other, Key::P256)
            }
            (Some(RSA), ..) => match (bytes(CURVE_OR_MODULUS), bytes(X_OR_EXPONENT)) {
                (Some(modulus), Some(exponent)) => Key::Rsa(modulus, exponent),
                _ => Key::Other,
            },
            _ => Key::Other,
        }
    }

    /// The COSE algorithm of the credential's key.
    #[must_use]
    pub fn key_algorithm(&self) -> Option<i128> {
        match self.key.get(&Cbor::Integer(KEY_ALGORITHM)) {
            Some(Cbor::Integer(algorithm)) => Some(*algorithm),
            _ => None,
        }
    }

    /// The COSE algorithm of the statement's signature.
    pub(super) fn algorithm(&self) -> Option<i128> {
        match self.statement.get(&Cbor::Text("alg".to_owned())) {
            Some(Cbor::Integer(algorithm)) => Some(*algorithm),
            _ => None,
        }
    }

    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        match self.statement.get(&Cbor::Text(name.to_owned())) {
            Some(Cbor::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.statement.get(&Cbor::Text(name.to_owned())) {
            Some(Cbor::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The certificates of its statement, leaf first; empty where there are none that can be read.
    #[must_use]
    pub fn chain(&self) -> Vec<&[u8]> {
        self.certificates().unwrap_or_default()
    }

    /// The chain, leaf first; empty where there is none, `None` where it cannot be read.
    pub(super) fn certificates(&self) -> Option<Vec<&[u8]>> {
        let Some(chain) = self.statement.get(&Cbor::Text("x5c".to_owned())) else { return Some(Vec::new()) };
        let Cbor::Array(chain) = chain else { return None };
        chain.iter().map(|one| if let Cbor::Bytes(bytes) = one { Some(bytes.as_slice()) } else { None }).collect()
    }
}

/// The methods of the `uvm` extension in an assertion's authenticator data.
#[must_use]
pub(crate) fn methods_of(data: &[u8]) -> Vec<u32> {
    let has_extensions = data.get(FLAGS_AT).is_some_and(|flags| flags & EXTENSIONS != 0);
    let read = data.get(AAGUID_AT..).filter(|_| has_extensions).and_then(map);
    read.map(|(extensions, _)| methods(&extensions)).unwrap_or_default()
}

fn methods(extensions: &BTreeMap<Cbor, Cbor>) -> Vec<u32> {
    let Some(Cbor::Array(entries)) = extensions.get(&Cbor::Text("uvm".to_owned())) else { return Vec::new() };
    let method = |entry: &Cbor| match entry {
        Cbor::Array(parts) => match parts.first() {
            Some(Cbor::Integer(method)) => u32::try_from(*method).ok(),
            _ => None,
        },
        _ => None,
    };
    entries.iter().filter_map(method).collect()
}

/// A map, and what stands behind it.
fn map(bytes: &[u8]) -> Option<(BTreeMap<Cbor, Cbor>, &[u8])> {
    let mut reader = Deserializer::from_slice(bytes);
    let Ok(Cbor::Map(map)) = Cbor::deserialize(&mut reader) else { return None };
    Some((map, bytes.get(reader.byte_offset()..)?))
}

/// The same object with no statement in it, as clients give it when none is asked for (WebAuthn L3 §5.4.7, `none`).
#[must_use]
pub fn without_statement(object: &Object) -> Vec<u8> {
    let text = |word: &str| Cbor::Text(word.to_owned());
    let members = BTreeMap::from([
        (text("fmt"), text("none")),
        (text("attStmt"), Cbor::Map(BTreeMap::new())),
        (text("authData"), Cbor::Bytes(object.data.clone())),
    ]);
    // Maps, texts and bytes are always written.
    serde_cbor_2::to_vec(&Cbor::Map(members)).unwrap_or_default()
}
