//! [`Phone`]: one device of one payer at one server; it turns what the payer wants into signed requests.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{DeviceId, Digest, Instant, PayerId, PaymentId};
use protocol::{
    ClientFacts, Jwk, PayBody, ProofClaims, ProofHeader, RefreshBody, SessionKind, SignUpBody, Text, TokenBody,
    TokenView, limits, sha256, to_canonical,
};
use serde::Serialize;

use crate::{DeviceKey, KeyError, Shown};

/// A new token is fetched this long before the old one ends.
const TOKEN_RENEWAL_SECONDS: i64 = 30;
/// The same on a shared device, whose token is as long as it may idle: every request half a minute later fetches another.
const SHARED_RENEWAL_SECONDS: i64 = limits::SHARED_TOKEN_LIFE_SECONDS - 30;
/// What the server is told speaks, unless an app says otherwise.
const APP: &str = concat!("farthing device ", env!("CARGO_PKG_VERSION"));
/// Bytes of a nonce worth keeping.
const NONCE_BYTES_MAX: usize = 256;

/// What a phone is handed to make one request: the time and fresh randomness for the proof's `jti`.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now, by the phone's clock.
    pub now: Instant,
    /// 16 random bytes, never used before.
    pub random: [u8; 16],
}

/// A request to send as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// The path, with the query if there is one.
    pub path: String,
    /// The headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for a `GET`.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header, by its lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

/// Why no request could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Only a sign-up or a token request can be made without an access token.
    #[error("no access token; request one first")]
    NoToken,
    /// The keystore refused.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// What an answer means for the request it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It is answered.
    Answered,
    /// The server wants a nonce it has just given: make the request anew and send that.
    SignAgain,
}

struct Token {
    text: String,
    refresh: Option<String>,
    digest: Digest,
    expires_at: Instant,
}

/// One device of one payer at one server.
pub struct Phone<K: DeviceKey> {
    key: K,
    header: String,
    origin: String,
    payer: PayerId,
    device: DeviceId,
    kind: SessionKind,
    app: Text<{ limits::NAME_CHARS_MAX }>,
    token: Option<Token>,
    nonce: Option<String>,
}

impl<K: DeviceKey> std::fmt::Debug for Phone<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phone")
            .field("origin", &self.origin)
            .field("payer", &self.payer)
            .field("device", &self.device)
            .finish_non_exhaustive()
    }
}

impl<K: DeviceKey> Phone<K> {
    /// A phone for the server at `origin`, e.g. `http://127.0.0.1:8080`, without a trailing slash.
    ///
    /// # Panics
    /// Never: the app's default name is a text that can be shown.
    #[expect(clippy::expect_used, reason = "a literal, and every test of this crate makes a phone")]
    pub fn new(key: K, origin: impl Into<String>, payer: PayerId, device: DeviceId) -> Self {
        let app = Text::new(APP).expect("the default name can be shown");
        let header = ProofHeader { alg: "ES256".to_owned(), jwk: key.jwk(), typ: "dpop+jwt".to_owned() };
        let header = URL_SAFE_NO_PAD.encode(to_canonical(&header));
        let kind = SessionKind::Own;
        Self { key, header, origin: origin.into(), payer, device, kind, app, token: None, nonce: None }
    }

    /// The same phone, telling the server (in [`ClientFacts`]) that this app speaks.
    #[must_use]
    pub fn with_app(mut self, app: Text<{ limits::NAME_CHARS_MAX }>) -> Self {
        self.app = app;
        self
    }

    /// The same, on a machine that others use after this payer: it is let in as one, and keeps nothing.
    #[must_use]
    pub const fn shared(mut self) -> Self {
        self.kind = SessionKind::Shared;
        self
    }

    /// The payer.
    #[must_use]
    pub const fn payer(&self) -> PayerId {
        self.payer
    }

    /// The device.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The device's public key.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        self.key.jwk()
    }

    /// The server.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `POST /v1/payers`: open a wallet and bind this device to it.
    ///
    /// # Errors
    /// [`PhoneError::Key`].
    pub fn sign_up(&self, body: SignUpBody, at: Moment) -> Result<Request, PhoneError> {
        self.keyed("/v1/payers", &body, at)
    }

    /// `POST` a body as a key that has no token: for signing in by passkey, and for recovery.
    ///
    /// # Errors
    /// [`PhoneError::Key`].
    pub fn enrol<B: Serialize>(&self, path: &str, body: &B, at: Moment) -> Result<Request, PhoneError> {
        self.request("POST", path, Some(to_canonical(body)), None, at)
    }

    /// The next access token: `POST /v1/tokens/refresh` where this phone has a refresh token, else `POST /v1/tokens`,
    /// which opens a session. A refresh token works once: when no answer is heard, [`Phone::reset_token`] before the
    /// next request.
    ///
    /// # Errors
    /// [`PhoneError::Key`].
    pub fn token_request(&self, at: Moment) -> Result<Request, PhoneError> {
        if let Some(refresh_token) = self.token.as_ref().and_then(|token| token.refresh.clone()) {
            let body = RefreshBody { device: self.device, payer: self.payer, refresh_token };
            return self.keyed("/v1/tokens/refresh", &body, at);
        }
        self.keyed("/v1/tokens", &self.token_body(), at)
    }

    /// `GET` anything of this payer's. The query is sent, and by RFC 9449 §4.2 not signed.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn get(&self, path_and_query: &str, at: Moment) -> Result<Request, PhoneError> {
        self.request("GET", path_and_query, None, Some(self.token()?), at)
    }

    /// `POST` a body signed by the device's key alone, without a token: what opens or carries on a session, or comes before.
    ///
    /// # Errors
    /// [`PhoneError::Key`].
    pub fn keyed<B: Serialize>(&self, path: &str, body: &B, at: Moment) -> Result<Request, PhoneError> {
        self.request("POST", path, Some(to_canonical(body)), None, at)
    }

    /// `POST` any body, in canonical form.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn post<B: Serialize>(&self, path: &str, body: &B, at: Moment) -> Result<Request, PhoneError> {
        self.request("POST", path, Some(to_canonical(body)), Some(self.token()?), at)
    }

    /// `POST /v1/payments`: the approval of what was shown, and of nothing else.
    ///
    /// # Errors
    /// [`PhoneError`].
    pub fn pay(&self, shown: &Shown, payment: PaymentId, at: Moment) -> Result<Request, PhoneError> {
        self.post("/v1/payments", &self.pay_body(shown, payment), at)
    }

    /// What [`Phone::pay`] signs.
    #[must_use]
    pub fn pay_body(&self, shown: &Shown, payment: PaymentId) -> PayBody {
        PayBody {
            amount: shown.core().amount,
            client: ClientFacts { app: self.app.clone(), shown_at: shown.shown_at().unix_millis() },
            device: self.device,
            funding: shown.funding(),
            intent: shown.core().intent,
            payer: self.payer,
            payment,
            quote: shown.quote(),
            via: shown.via().clone(),
        }
    }

    /// As a new device, for a bound one to put into `BindDeviceBody`: a proof that this phone holds its key.
    ///
    /// # Errors
    /// [`PhoneError::Key`].
    pub fn possession(&self, at: Moment) -> Result<String, PhoneError> {
        self.possession_at("/v1/devices", at)
    }

    /// The same for another address: `/v1/devices/rotate`, where the new key is that of the same device.
    ///
    /// # Errors
    /// [`PhoneError::Key`].
    pub fn possession_at(&self, path: &str, at: Moment) -> Result<String, PhoneError> {
        self.proof("POST", path, Some(sha256(&to_canonical(&self.token_body()))), None, at)
    }

    /// Learns from an answer: keeps its `DPoP-Nonce` (RFC 9449 §8.2) and says whether to sign again. A caller does
    /// so once for a request, never in a loop: a 401 for another reason comes back the same.
    pub fn hear(&mut self, status: u16, nonce_header: Option<&str>) -> Heard {
        let Some(nonce) = nonce_header.filter(|nonce| (1..=NONCE_BYTES_MAX).contains(&nonce.len())) else {
            return Heard::Answered;
        };
        let is_news = self.nonce.as_deref() != Some(nonce);
        if is_news {
            self.nonce = Some(nonce.to_owned());
        }
        if status == 401 && is_news { Heard::SignAgain } else { Heard::Answered }
    }

    /// Takes a new access token.
    pub fn accept_token(&mut self, token: &TokenView) {
        let digest = sha256(token.access_token.as_bytes());
        self.token = Some(Token {
            text: token.access_token.clone(),
            refresh: token.refresh_token.clone(),
            digest,
            expires_at: token.expires_at,
        });
    }

    /// Whether a token is to be requested before anything else.
    #[must_use]
    pub fn needs_token(&self, now: Instant) -> bool {
        let soon = now.checked_add_seconds(match self.kind {
            SessionKind::Own => TOKEN_RENEWAL_SECONDS,
            SessionKind::Shared => SHARED_RENEWAL_SECONDS,
        });
        self.token.as_ref().is_none_or(|token| soon.is_none_or(|soon| soon >= token.expires_at))
    }

    /// Forgets the token.
    pub fn reset_token(&mut self) {
        self.token = None;
    }

    const fn token_body(&self) -> TokenBody {
        TokenBody { device: self.device, kind: self.kind, payer: self.payer }
    }

    fn token(&self) -> Result<&Token, PhoneError> {
        self.token.as_ref().ok_or(PhoneError::NoToken)
    }

    fn request(
        &self,
        method: &'static str,
        path: &str,
        body: Option<Vec<u8>>,
        token: Option<&Token>,
        at: Moment,
    ) -> Result<Request, PhoneError> {
        let proof = self.proof(method, path, body.as_deref().map(sha256), token, at)?;
        let mut headers = vec![("dpop", proof)];
        if let Some(token) = token {
            headers.push(("authorization", format!("DPoP {}", token.text)));
        }
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
        }
        Ok(Request { method, path: path.to_owned(), headers, body: body.unwrap_or_default() })
    }

    /// A compact proof (RFC 9449 §4.2).
    fn proof(
        &self,
        method: &str,
        path: &str,
        body: Option<Digest>,
        token: Option<&Token>,
        at: Moment,
    ) -> Result<String, PhoneError> {
        let address = path.split(['?', '#']).next().unwrap_or_default();
        let claims = ProofClaims {
            ath: token.map(|token| token.digest),
            body_s256: body,
            htm: method.to_owned(),
            htu: format!("{}{address}", self.origin),
            iat: at.now.unix_seconds(),
            jti: URL_SAFE_NO_PAD.encode(at.random),
            nonce: self.nonce.clone(),
        };
        let mut compact = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(to_canonical(&claims)));
        let signature = self.key.sign(compact.as_bytes())?;
        compact.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut compact);
        Ok(compact)
    }
}
