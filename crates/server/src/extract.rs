//! Extractors: who is calling, proven before a handler sees anything. Each leads to exactly one kind of permit.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use credentials::api_key::{self, ApiKey};
use credentials::{
    Caller, DeviceRequest, Enrolling, MerchantPermit, MerchantSigned, ProofUse, Signed, SignedRequest, http_signature,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use money::{DeviceId, Digest, KeyId, PayerId, ReasonCode, SessionId};
use payments::limits;
use payments::{KeyMaterial, MerchantKey, Noted, NotedKey, NotedKind, Payee, ReadPermit, Scope};
use protocol::limits as wire;
use serde::{Serialize, de::DeserializeOwned};

use crate::app::App;
use crate::http::error::Failure;
use crate::rate::Client;

const DPOP: HeaderName = HeaderName::from_static("dpop");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");
/// The merchant's idempotency key.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The addresses behind a request, put beside it by `serve.rs`; none on the admin socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peer {
    /// The other end of the connection.
    pub(crate) socket: Option<IpAddr>,
    /// The caller: the same, or who a trusted proxy says it is.
    pub(crate) client: Option<IpAddr>,
}

impl Peer {
    pub(crate) fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or_default()
    }
}

/// The value of a header that may stand there once. A second one, or one that is not text, is refused.
fn one(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Failure> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    match (values.next(), value.to_str()) {
        (None, Ok(text)) => Ok(Some(text)),
        _ => Err(ReasonCode::AuthRefused.into()),
    }
}

/// A header that must stand there once.
fn must(headers: &HeaderMap, name: HeaderName) -> Result<&str, Failure> {
    one(headers, name)?.ok_or_else(|| ReasonCode::AuthRefused.into())
}

/// Reads a body, at most `bytes_max` bytes of it.
pub(crate) async fn read_body(body: axum::body::Body, bytes_max: usize) -> Result<Bytes, Failure> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ReasonCode::RequestTooLarge.into()),
        Err(_) => Err(ReasonCode::RequestMalformed.into()),
    }
}

/// A request as it came, its body read.
struct Wire {
    parts: Parts,
    body: Bytes,
}

impl Wire {
    async fn read(request: Request) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let body = read_body(body, wire::BODY_BYTES_MAX).await?;
        Ok(Self { parts, body })
    }

    /// Hands the device's part of the request to `verify`; whoever fails is counted by address.
    fn device<T>(
        &self,
        app: &App,
        verify: impl FnOnce(&DeviceRequest<'_>) -> Result<T, credentials::ProofError>,
    ) -> Result<T, Failure> {
        let verified = || {
            let request = DeviceRequest {
                authorization: one(&self.parts.headers, header::AUTHORIZATION)?,
                dpop: one(&self.parts.headers, DPOP)?,
                method: self.parts.method.as_str(),
                path: self.parts.uri.path(),
                body: &self.body,
            };
            verify(&request).map_err(|error| Failure::of_proof(&error, &self.body))
        };
        verified().map_err(|failure| counted_by_address(app, &self.parts, failure))
    }
}

/// Counts a caller that has not proven itself; one that comes too often learns nothing else.
///
/// Whoever only lacks a fresh nonce is no stranger: it must get one even while its address is flooded.
fn counted_by_address(app: &App, parts: &Parts, failure: Failure) -> Failure {
    let address = Peer::of(parts).client;
    let client = match failure.reason() {
        ReasonCode::NonceNeeded => Client::checks(address),
        _ => Client::address(address),
    };
    match count(app, client) {
        Ok(()) => failure,
        Err(too_often) => too_often,
    }
}

/// Whether anything may still be verified for this address: asked before a signature is checked or a row is read.
fn may_check(app: &App, parts: &Parts) -> Result<(), Failure> {
    count(app, Client::checks(Peer::of(parts).client))
}

fn count(app: &App, client: Client) -> Result<(), Failure> {
    app.rates.check(client).map_err(|too_often| {
        app.metrics.rate_limited();
        too_often.into()
    })
}

/// A device's approval of a body, verified: address, minute and bytes. Its use is for the commit to record.
#[derive(Debug)]
pub(crate) struct Approved<B>(pub(crate) Signed<B>);

impl<B: DeserializeOwned + Serialize> FromRequest<Arc<App>> for Approved<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let wire = Wire::read(request).await?;
        let signed = wire.device(app, |request| app.verifier.signed(request, app.now()))?;
        count(app, Client::Device(signed.key()))?;
        Ok(Self(signed))
    }
}

/// The same for a call that writes nothing: its use is remembered here.
#[derive(Debug)]
pub(crate) struct Asked<B>(pub(crate) Signed<B>);

impl<B: DeserializeOwned + Serialize> FromRequest<Arc<App>> for Asked<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let Approved(signed) = Approved::from_request(request, app).await?;
        first_use(app, signed.proof_use(), signed.is_local())?;
        Ok(Self(signed))
    }
}

/// Leave to read one payer's own things: made only for a bound device that is not revoked.
#[derive(Debug)]
pub(crate) struct Reader {
    caller: Caller,
}

impl Reader {
    /// Whose things.
    pub(crate) const fn payer(&self) -> PayerId {
        self.caller.payer()
    }

    /// Leave to have the core show them.
    pub(crate) const fn permit(&self) -> ReadPermit {
        ReadPermit::dangerous_for_proven_device(self.caller.payer(), self.caller.device())
    }

    /// In which session.
    pub(crate) const fn session(&self) -> SessionId {
        self.caller.session()
    }

    /// By which key.
    pub(crate) const fn key(&self) -> money::Digest {
        self.caller.key()
    }
}

impl FromRequest<Arc<App>> for Reader {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let wire = Wire::read(request).await?;
        let caller = wire.device(app, |request| app.verifier.caller(request, app.now()))?;
        count(app, Client::Device(caller.key()))?;
        first_use(app, caller.proof_use(), caller.is_local())?;
        bound(app, &caller).await?;
        Ok(Self { caller })
    }
}

/// Whether the device behind a proof is bound to this payer, by this key, not revoked, and its session not ended.
async fn bound(app: &App, caller: &Caller) -> Result<(), Failure> {
    holds(app, caller.payer(), caller.device(), (caller.key(), caller.session())).await
}

/// The same, for a call that approves nothing and is decided by nobody.
pub(crate) async fn is_bound<B>(app: &App, signed: &Signed<B>) -> Result<(), Failure> {
    holds(app, signed.payer(), signed.device(), (signed.key(), signed.session())).await
}

async fn holds(app: &App, payer: PayerId, device: DeviceId, token: (Digest, SessionId)) -> Result<(), Failure> {
    let (key, session) = token;
    let (row, standing) = app.store.device(device).await?.ok_or(ReasonCode::DeviceUnknown)?;
    if row.payer != payer || row.key != key {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    if row.revoked {
        return Err(ReasonCode::DeviceRevoked.into());
    }
    let is_live = standing.is_some_and(|standing| standing.live(session, app.now()).is_some());
    if is_live { Ok(()) } else { Err(ReasonCode::SessionEnded.into()) }
}

/// The caller's network, cut short: enough to recognise a place by, too little to follow a person with.
pub(crate) fn place(peer: Peer) -> String {
    match peer.client {
        Some(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(v6)) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        None => String::new(),
    }
}

/// Remembers a proof's use in this process. One whose nonce another process gave out, or this server before it was
/// restarted, may have been used there: it must be made anew.
fn first_use(app: &App, proof: &ProofUse, is_local: bool) -> Result<(), Failure> {
    if !is_local {
        return Err(ReasonCode::NonceNeeded.into());
    }
    Ok(app.replays.first_use(proof, app.now())?)
}

/// A body signed by a key nobody vouches for yet; counted by address, since keys cost nothing.
#[derive(Debug)]
pub(crate) struct Newcomer<B> {
    pub(crate) enrolling: Enrolling<B>,
    /// The caller's network, cut short.
    pub(crate) place: String,
    /// Whether what it opens counts as one of its network's.
    pub(crate) counted: bool,
}

impl<B: DeserializeOwned + Serialize> FromRequest<Arc<App>> for Newcomer<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let wire = Wire::read(request).await?;
        count(app, Client::address(Peer::of(&wire.parts).client))?;
        let enrolling = wire.device(app, |request| app.verifier.enrolling(request, app.now()))?;
        let peer = Peer::of(&wire.parts);
        // An address nobody knows is in no exempt network.
        let is_exempt = |address| app.sign_up_exempt.iter().any(|network| network.holds(address));
        Ok(Self { enrolling, place: place(peer), counted: !peer.client.is_some_and(is_exempt) })
    }
}

/// A body signed by a key that says it is bound; counted by key, so that a flood from its address does not stop it.
#[derive(Debug)]
pub(crate) struct Returning<B> {
    pub(crate) enrolling: Enrolling<B>,
    /// The caller's network, cut short.
    pub(crate) place: String,
}

impl<B: DeserializeOwned + Serialize> FromRequest<Arc<App>> for Returning<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let wire = Wire::read(request).await?;
        may_check(app, &wire.parts)?;
        let enrolling = wire.device(app, |request| app.verifier.enrolling(request, app.now()))?;
        count(app, Client::Device(enrolling.key()))?;
        Ok(Self { enrolling, place: place(Peer::of(&wire.parts)) })
    }
}

/// A merchant known by its API key: may create and watch its own intents.
#[derive(Debug)]
pub(crate) struct Merchant {
    pub(crate) permit: MerchantPermit,
    pub(crate) payee: Payee,
}

impl FromRequestParts<Arc<App>> for Merchant {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        may_check(app, parts)?;
        match merchant(parts, app).await {
            Ok(merchant) => {
                count(app, Client::Merchant(merchant.permit.payee()))?;
                Ok(merchant)
            }
            Err(failure) => Err(counted_by_address(app, parts, failure)),
        }
    }
}

async fn merchant(parts: &Parts, app: &App) -> Result<Merchant, Failure> {
    let presented = ApiKey::parse(must(&parts.headers, header::AUTHORIZATION)?)?;
    if let Some(payee) = app.store.payee_of_api_key(presented).await? {
        let stored = payee.api_key.ok_or(ReasonCode::AuthRefused)?;
        let permit = api_key::permit(&presented, &stored, payee.card.id).ok_or(ReasonCode::AuthRefused)?;
        return Ok(Merchant { permit, payee });
    }
    let key = NotedKey::MerchantKey(MerchantKey::id_of(presented.as_bytes()));
    let Some(Noted::MerchantKey(key)) = app.store.noted(key).await? else {
        return Err(ReasonCode::AuthRefused.into());
    };
    let KeyMaterial::Api { digest, .. } = &key.material else { return Err(ReasonCode::AuthRefused.into()) };
    let permit = api_key::permit(&presented, digest, key.payee).ok_or(ReasonCode::AuthRefused)?;
    // Ended or from a foreign network, it says no more than a key that never was.
    if !key.is_live(app.now()) || !key.admits(Peer::of(parts).client) {
        return Err(ReasonCode::AuthRefused.into());
    }
    let scope = if parts.method == http::Method::GET { Scope::Read } else { Scope::CreateIntents };
    if !key.may(scope) {
        return Err(ReasonCode::PermissionMissing.into());
    }
    app.key_uses.note(key.id, app.now());
    let payee = app.store.payee(key.payee).await?.ok_or(ReasonCode::AuthRefused)?;
    Ok(Merchant { permit, payee })
}

/// A merchant's request under RFC 9421: may capture, void and refund, hand in papers and ask for a payout.
#[derive(Debug)]
pub(crate) struct MerchantApproved<B>(pub(crate) MerchantSigned<B>);

impl<B: DeserializeOwned> FromRequest<Arc<App>> for MerchantApproved<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let wire = Wire::read(request).await?;
        may_check(app, &wire.parts)?;
        match merchant_signed(&wire, app).await {
            Ok(signed) => {
                count(app, Client::Merchant(signed.payee()))?;
                Ok(Self(signed))
            }
            Err(failure) => Err(counted_by_address(app, &wire.parts, failure)),
        }
    }
}

async fn merchant_signed<B: DeserializeOwned>(wire: &Wire, app: &App) -> Result<MerchantSigned<B>, Failure> {
    let headers = &wire.parts.headers;
    // A query would not be signed.
    if wire.parts.uri.query().is_some() {
        return Err(ReasonCode::AuthRefused.into());
    }
    let request = SignedRequest {
        method: wire.parts.method.as_str(),
        authority: &app.authority,
        path: wire.parts.uri.path(),
        signature_input: must(headers, SIGNATURE_INPUT)?,
        signature: must(headers, SIGNATURE)?,
        content_digest: must(headers, CONTENT_DIGEST)?,
        body: &wire.body,
    };
    let presented = http_signature::read(&request).map_err(|error| Failure::of_signature(&error, &wire.body))?;
    let payee = app.store.payee(presented.payee()).await?.ok_or(ReasonCode::AuthRefused)?;
    let keys = signing_keys(app, &payee, Peer::of(&wire.parts)).await?;
    let mut refused = Failure::from(ReasonCode::AuthRefused);
    for (id, public) in keys {
        match presented.clone().verify(&public, app.now()) {
            Ok(signed) => {
                if let Some(id) = id {
                    app.key_uses.note(id, app.now());
                }
                return Ok(signed);
            }
            Err(error) if error.is_authenticated() => return Err(Failure::of_signature(&error, &wire.body)),
            Err(error) => refused = Failure::of_signature(&error, &wire.body),
        }
    }
    Err(refused)
}

/// The keys this payee may sign with now, from this address: that of its registration, and those that were added.
async fn signing_keys(app: &App, payee: &Payee, peer: Peer) -> Result<Vec<(Option<KeyId>, [u8; 32])>, Failure> {
    let rows = app.store.all_noted(NotedKind::MerchantKey, Some(payee.card.id), limits::KEYS_PER_MERCHANT_MAX).await?;
    let live = rows.iter().filter_map(Noted::merchant_key).filter(|key| key.is_live(app.now()));
    let admitted = live.filter(|key| key.admits(peer.client));
    let added = admitted.filter_map(|key| match key.material {
        KeyMaterial::Signing { public } => Some((Some(key.id), public)),
        KeyMaterial::Api { .. } => None,
    });
    Ok(payee.signing_key.map(|public| (None, public)).into_iter().chain(added).collect())
}

/// Anyone; counted by address.
#[derive(Debug)]
pub(crate) struct Anyone;

impl FromRequestParts<Arc<App>> for Anyone {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        count(app, Client::address(Peer::of(parts).client))?;
        Ok(Self)
    }
}

/// A JSON body of somebody who is known otherwise, or of anyone; with its bytes' digest.
#[derive(Debug)]
pub(crate) struct Body<B> {
    pub(crate) value: B,
    pub(crate) digest: money::Digest,
}

impl<B: DeserializeOwned> FromRequest<Arc<App>> for Body<B> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, Failure> {
        let wire = Wire::read(request).await?;
        let value = serde_json::from_slice(&wire.body).map_err(|error| {
            let error = protocol::CanonicalError::Malformed(error);
            Failure::from(credentials::body_reason(&error, &wire.body)).with_detail(error.to_string())
        })?;
        Ok(Self { value, digest: protocol::sha256(&wire.body) })
    }
}

/// A path's id, or `unknown` when it is not one.
pub(crate) fn id<T: std::str::FromStr>(text: &str, unknown: ReasonCode) -> Result<T, Failure> {
    text.parse().map_err(|_| unknown.into())
}

/// The one idempotency key of a request, if there is one: 1 to 64 visible ASCII characters.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let key = one(headers, IDEMPOTENCY_KEY).map_err(|_| Failure::from(ReasonCode::RequestMalformed))?;
    let is_good = |key: &str| (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    match key {
        Some(key) if !is_good(key) => Err(Failure::from(ReasonCode::RequestMalformed)
            .with_detail("Idempotency-Key is not 1 to 64 visible characters")),
        key => Ok(key),
    }
}
