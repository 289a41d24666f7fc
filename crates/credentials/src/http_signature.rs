//! The merchant signature (RFC 9421, Ed25519) over method, authority, path and Content-Digest (RFC 9530).
//!
//! Label `farthing`; the components and parameters stand in one order, the fields are written as RFC 9651 §4.1
//! serialises them: what is signed can be written in one way only. Signers share [`Terms`] and [`content_digest`].

use base64::{Engine, engine::general_purpose::STANDARD};
use money::{Digest, Instant, PayeeId, ReasonCode};
use protocol::{CanonicalError, limits, sha256};
use serde::de::DeserializeOwned;
use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};

use crate::{
    ProofUse,
    proof::{is_recent, is_unique_text, stale_from},
    signature::verify_ed25519,
};

/// The label of the one signature a request carries.
pub const LABEL: &str = "farthing";
/// The covered components, in order.
pub const COMPONENTS: [&str; 4] = ["@method", "@authority", "@path", "content-digest"];
/// Bytes of each of the three header fields.
const FIELD_BYTES_MAX: usize = 512;
const USE_LABEL: &[u8] = b"farthing merchant signature 1";

/// A merchant's request, as the HTTP layer found it: each header exactly once.
#[derive(Clone, Copy, Debug)]
pub struct SignedRequest<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// The authority this server is reached at, by its own settings rather than the `Host` header.
    pub authority: &'a str,
    /// The path as it was sent, without the query. The caller refuses a query: it is not signed.
    pub path: &'a str,
    /// The `Signature-Input` header.
    pub signature_input: &'a str,
    /// The `Signature` header.
    pub signature: &'a str,
    /// The `Content-Digest` header.
    pub content_digest: &'a str,
    /// The body's bytes.
    pub body: &'a [u8],
}

/// Why a merchant's signed request is refused.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// Not readable, not covering what it must, not genuine, or of another body. Never says which.
    #[error("caller could not be authenticated")]
    Refused,
    /// The signature holds, but `created` is more than 60 s away.
    #[error("signature is too old or from the future")]
    Stale,
    /// The body is the signed one, but not of the wanted shape; see [`crate::body_reason`].
    #[error("body is not acceptable")]
    Body(#[source] CanonicalError),
}

impl SignatureError {
    /// The stable code to answer with. For an amount's own codes ask [`crate::body_reason`].
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        match self {
            Self::Refused => ReasonCode::AuthRefused,
            Self::Stale => ReasonCode::ProofStale,
            Self::Body(CanonicalError::NotCanonical) => ReasonCode::RequestNotCanonical,
            Self::Body(CanonicalError::Malformed(_)) => ReasonCode::RequestMalformed,
        }
    }

    /// Whether the signature held before this was found.
    #[must_use]
    pub const fn is_authenticated(&self) -> bool {
        !matches!(self, Self::Refused)
    }
}

/// The signature base of RFC 9421 §2.5: a line for each component, then `@signature-params` with `params`, the
/// serialised inner list (§2.3). Each component is its serialised identifier without quotes, and its value.
#[must_use]
pub fn base(components: &[(&str, &str)], params: &str) -> String {
    let mut text = String::with_capacity(512);
    for (name, value) in components {
        for part in ["\"", name, "\": ", value, "\n"] {
            text.push_str(part);
        }
    }
    text.push_str("\"@signature-params\": ");
    text.push_str(params);
    text
}

/// `sha-256=:…:` of a body (RFC 9530 §2).
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    written_digest(sha256(body))
}

fn written_digest(digest: Digest) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest.as_bytes()))
}

/// Everything a merchant signs, for signer and verifier alike.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// The method, upper case.
    pub method: &'a str,
    /// Host, and port unless it is the scheme's own.
    pub authority: &'a str,
    /// The path, without the query.
    pub path: &'a str,
    /// The `Content-Digest` header, see [`content_digest`].
    pub content_digest: &'a str,
    /// When the signature was made, Unix seconds.
    pub created: i64,
    /// Who signs.
    pub payee: PayeeId,
    /// Used once; 1 to 64 characters of `[A-Za-z0-9._~-]`.
    pub nonce: &'a str,
}

impl Terms<'_> {
    /// The signature parameters, serialised (RFC 9421 §2.3).
    #[must_use]
    pub fn params(&self) -> String {
        let [method, authority, path, digest] = COMPONENTS;
        let Self { created, payee, nonce, .. } = self;
        format!(
            r#"("{method}" "{authority}" "{path}" "{digest}");created={created};keyid="{payee}";nonce="{nonce}";alg="ed25519""#
        )
    }

    /// The bytes to sign.
    #[must_use]
    pub fn base(&self) -> String {
        let authority = self.authority.to_ascii_lowercase();
        let [name_method, name_authority, name_path, name_digest] = COMPONENTS;
        base(
            &[
                (name_method, self.method),
                (name_authority, &authority),
                (name_path, if self.path.is_empty() { "/" } else { self.path }),
                (name_digest, self.content_digest),
            ],
            &self.params(),
        )
    }

    /// The `Signature-Input` header.
    #[must_use]
    pub fn signature_input(&self) -> String {
        format!("{LABEL}={}", self.params())
    }
}

/// The `Signature` header of a signature over [`Terms::base`].
#[must_use]
pub fn signature_header(signature: &[u8; 64]) -> String {
    format!("{LABEL}=:{}:", STANDARD.encode(signature))
}

/// A well-formed signature nobody has verified yet: it says whose keys to load, each of which may be tried.
#[derive(Clone, Debug)]
pub struct Presented<'a> {
    base: String,
    signature: [u8; 64],
    payee: PayeeId,
    nonce: String,
    created: i64,
    content_digest: &'a str,
    body: &'a [u8],
}

/// Reads the three headers strictly. Nothing is proven yet.
///
/// # Errors
/// [`SignatureError::Refused`] for anything but the one form of docs/api.md.
pub fn read<'a>(request: &SignedRequest<'a>) -> Result<Presented<'a>, SignatureError> {
    presented(request).ok_or(SignatureError::Refused)
}

fn presented<'a>(request: &SignedRequest<'a>) -> Option<Presented<'a>> {
    let one_line = [request.method, request.authority, request.path].iter().all(|text| is_visible_ascii(text));
    if !one_line || request.body.len() > limits::BODY_BYTES_MAX {
        return None;
    }
    let input = inner_list(&member(request.signature_input, LABEL)?)?;
    let (created, payee, nonce) = parameters(&input)?;
    let terms = Terms {
        method: request.method,
        authority: request.authority,
        path: request.path,
        content_digest: request.content_digest,
        created,
        payee,
        nonce: &nonce,
    };
    // INVARIANT: the header is byte for byte the one this crate would write, so components, their order, duplicates,
    // unknown parameters and every other spelling are refused at once.
    if terms.signature_input() != request.signature_input {
        return None;
    }
    let signature: [u8; 64] = byte_sequence(&member(request.signature, LABEL)?)?.try_into().ok()?;
    if signature_header(&signature) != request.signature {
        return None;
    }
    let digest: [u8; 32] = byte_sequence(&member(request.content_digest, "sha-256")?)?.try_into().ok()?;
    if written_digest(Digest::from_bytes(digest)) != request.content_digest {
        return None;
    }
    let (base, content_digest, body) = (terms.base(), request.content_digest, request.body);
    Some(Presented { base, signature, payee, nonce, created, content_digest, body })
}

/// The only member of a dictionary field.
fn member(field: &str, name: &str) -> Option<ListEntry> {
    if field.len() > FIELD_BYTES_MAX {
        return None;
    }
    let mut fields: Dictionary = Parser::new(field).parse().ok()?;
    if fields.len() != 1 {
        return None;
    }
    let (key, entry) = fields.pop()?;
    (key.as_str() == name).then_some(entry)
}

fn inner_list(entry: &ListEntry) -> Option<InnerList> {
    match entry {
        ListEntry::InnerList(list) => Some(list.clone()),
        ListEntry::Item(_) => None,
    }
}

fn byte_sequence(entry: &ListEntry) -> Option<Vec<u8>> {
    match entry {
        ListEntry::Item(item) if item.params.is_empty() => match &item.bare_item {
            BareItem::ByteSequence(bytes) => Some(bytes.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn parameters(list: &InnerList) -> Option<(i64, PayeeId, String)> {
    let created = match list.params.get("created")? {
        BareItem::Integer(seconds) => i64::from(*seconds),
        _ => return None,
    };
    let text = |name: &str| match list.params.get(name) {
        Some(BareItem::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let payee = text("keyid")?.parse().ok()?;
    let nonce = text("nonce").filter(|nonce| is_unique_text(nonce))?;
    Some((created, payee, nonce.to_owned()))
}

fn is_visible_ascii(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Presented<'_> {
    /// Whose key to load, by the signature's `keyid`. Nothing is proven yet.
    #[must_use]
    pub const fn payee(&self) -> PayeeId {
        self.payee
    }

    /// Verifies with the payee's key: signature, then Content-Digest recomputed over the body, then age, then body.
    ///
    /// # Errors
    /// [`SignatureError`]: the first check that fails.
    pub fn verify<B: DeserializeOwned>(
        self,
        public_key: &[u8; 32],
        now: Instant,
    ) -> Result<MerchantSigned<B>, SignatureError> {
        verify_ed25519(public_key, self.base.as_bytes(), &self.signature).map_err(|_| SignatureError::Refused)?;
        let body_digest = sha256(self.body);
        if written_digest(body_digest) != self.content_digest {
            return Err(SignatureError::Refused);
        }
        if !is_recent(self.created, now) {
            return Err(SignatureError::Stale);
        }
        let body = serde_json::from_slice(self.body)
            .map_err(|error| SignatureError::Body(CanonicalError::Malformed(error)))?;
        let proof_use = ProofUse { id: use_id(self.payee, &self.nonce), expires_at: stale_from(self.created) };
        Ok(MerchantSigned { payee: self.payee, body, body_digest, proof_use })
    }
}

fn use_id(payee: PayeeId, nonce: &str) -> Digest {
    sha256(&[USE_LABEL, payee.as_bytes(), nonce.as_bytes()].concat())
}

/// A request a payee signed: leave to capture, void or refund. Not `Clone`, not `Deserialize`; made only by
/// [`Presented::verify`].
#[derive(Debug)]
pub struct MerchantSigned<B> {
    payee: PayeeId,
    body: B,
    body_digest: Digest,
    proof_use: ProofUse,
}

impl<B> MerchantSigned<B> {
    /// Who signed.
    #[must_use]
    pub const fn payee(&self) -> PayeeId {
        self.payee
    }

    /// What was sent.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// What was sent, giving up the authority.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// SHA-256 of the body's bytes, as signed.
    #[must_use]
    pub const fn body_digest(&self) -> Digest {
        self.body_digest
    }

    /// The use to remember.
    #[must_use]
    pub const fn proof_use(&self) -> &ProofUse {
        &self.proof_use
    }
}
