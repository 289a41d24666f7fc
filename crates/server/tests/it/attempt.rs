//! A device's request with every part open to be wrong.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use device::{DeviceKey, SoftwareKey};
use protocol::{ProofClaims, ProofHeader, sha256, to_canonical};

use crate::client::{Answer, Sent};
use crate::world::{Handset, World, fresh};

#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
    pub(crate) claims: ProofClaims,
    pub(crate) seed: [u8; 32],
    pub(crate) authorization: Option<String>,
}

impl Attempt {
    /// A good request.
    pub(crate) async fn good(world: &World, handset: &Handset, method: &'static str, path: &str, body: &[u8]) -> Self {
        let nonce = world.nonce().await;
        let claims = ProofClaims {
            ath: Some(sha256(handset.token.as_bytes())),
            body_s256: (method == "POST").then(|| sha256(body)),
            htm: method.to_owned(),
            htu: format!("{}{path}", world.running.origin()),
            iat: world.now().unix_seconds(),
            jti: format!("attempt-{}", fresh()),
            nonce: Some(nonce),
        };
        Self {
            method,
            path: path.to_owned(),
            body: body.to_vec(),
            claims,
            seed: handset.seed,
            authorization: Some(format!("DPoP {}", handset.token)),
        }
    }

    /// Another body, approved as it is.
    pub(crate) fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.claims.body_s256 = Some(sha256(&self.body));
        self
    }

    /// The same with one text in the body replaced by another.
    #[track_caller]
    pub(crate) fn replaced(self, from: &str, to: &str) -> Self {
        let body = String::from_utf8(self.body.clone()).unwrap();
        assert!(body.contains(from), "{body} has no {from}");
        self.with_body(body.replace(from, to))
    }

    pub(crate) fn proof(&self) -> String {
        let key = SoftwareKey::from_seed(self.seed).unwrap();
        let header = ProofHeader { alg: "ES256".to_owned(), jwk: key.jwk(), typ: "dpop+jwt".to_owned() };
        let [header, claims] =
            [to_canonical(&header), to_canonical(&self.claims)].map(|part| URL_SAFE_NO_PAD.encode(part));
        let message = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes()).unwrap());
        format!("{message}.{signature}")
    }

    pub(crate) fn sent(&self) -> Sent {
        let sent = Sent::new(self.method, &self.path).header("dpop", self.proof()).body(self.body.clone());
        match &self.authorization {
            Some(authorization) => sent.header("authorization", authorization.clone()),
            None => sent,
        }
    }

    pub(crate) async fn send(&self, world: &World, language: &str) -> Answer {
        world.send(self.sent().header("accept-language", language)).await
    }
}
