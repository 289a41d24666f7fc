//! A server with a store in a temporary folder, payers with phones, and merchants.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::http_signature::{Terms, content_digest, signature_header};
use device::{Heard, Moment, Phone, PhoneError, Request, Shown, SoftwareKey};
use money::{Amount, Currency, DeviceId, Instant, PayeeId, PayerId, PaymentId, RefundId};
use protocol::{IntentView, PayerView, PaymentView, SignUpBody, SignUpView, TestFundsBody, TokenView};
use serde::Serialize;
use serde_json::{Value, json};
use server::{Config, RateLimits, Running, admin, keys};
use store::{ManualClock, Options, SqliteStore, Store};

use crate::client::{Answer, Sent};

/// Where every world begins.
pub(crate) const BEGIN: i64 = 1_790_000_000;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A number never used before in this process.
pub(crate) fn fresh() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub(crate) fn fresh16() -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&fresh().to_be_bytes());
    bytes
}

fn fresh10() -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[2..].copy_from_slice(&fresh().to_be_bytes());
    bytes
}

pub(crate) fn won(minor: i64) -> Amount {
    Amount::new(minor, Currency::KRW)
}

pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) running: Running,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::of(payments::Settings { test_mode: true, ..payments::Settings::default() }, change).await
    }

    /// One with other risk settings.
    pub(crate) async fn with_risk(risk: risk::settings::RiskSettings) -> Self {
        Self::of(payments::Settings { test_mode: true, risk, ..payments::Settings::default() }, |_| {}).await
    }

    /// One with settings changed.
    pub(crate) async fn set(set: impl FnOnce(&mut payments::Settings), change: impl FnOnce(&mut Config)) -> Self {
        let mut settings = payments::Settings { test_mode: true, ..payments::Settings::default() };
        set(&mut settings);
        Self::of(settings, change).await
    }

    async fn of(settings: payments::Settings, change: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Instant::from_unix_seconds(BEGIN)));
        let options = Options::new(dir.path().join("data")).settings(settings).clock(clock.clone());
        let store = SqliteStore::open(options).unwrap();
        let mut config = config(dir.path(), &store);
        change(&mut config);
        let running = server::start(config, store.clone()).await.unwrap();
        Self { dir, store, clock, running }
    }

    /// Another server on the same store; staff do not reach it.
    pub(crate) async fn another(&self, change: impl FnOnce(&mut Config)) -> Running {
        let mut config = Config { admin_socket: None, ..config(self.dir.path(), &self.store) };
        change(&mut config);
        server::start(config, self.store.clone()).await.unwrap()
    }

    pub(crate) fn now(&self) -> Instant {
        self.store.now()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment { now: self.now(), random: fresh16() }
    }

    pub(crate) async fn send(&self, sent: Sent) -> Answer {
        sent.to(self.address()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Sent::new("GET", path)).await
    }

    /// A nonce, as any answer carries one.
    pub(crate) async fn nonce(&self) -> String {
        self.get("/v1/nothing").await.header("dpop-nonce").unwrap().to_owned()
    }

    /// A payer with `minor` won.
    pub(crate) async fn payer(&self, minor: i64) -> Handset {
        let mut handset = Handset::new(self);
        let body = handset.sign_up_body();
        let at = |world: &Self| world.moment();
        let answer = handset.call(self, |phone| phone.sign_up(body.clone(), at(self))).await;
        let view: SignUpView = answer.expect(201);
        handset.accept(&view.token);
        if minor > 0 {
            let funds = TestFundsBody { amount: won(minor) };
            let answer = handset.call(self, |phone| phone.post("/v1/test/funds", &funds, at(self))).await;
            assert_eq!(answer.expect::<PayerView>(200).balance.available, won(minor));
        }
        handset
    }

    pub(crate) async fn merchant(&self) -> Merchant {
        let new = admin::NewPayee {
            name: "한강 커피".parse().unwrap(),
            name_latin: "Hangang Coffee".parse().unwrap(),
            category: "5814".to_owned(),
            place: "여의도점".parse().unwrap(),
            city: "SEOUL".to_owned(),
            currency: Currency::KRW,
            signing_public_key: None,
        };
        let issued = admin::register_payee(self.store.as_ref(), new).await.unwrap();
        let seed = URL_SAFE_NO_PAD.decode(issued.signing_key.unwrap()).unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        Merchant { payee: issued.payee, api_key: issued.api_key, pair }
    }
}

fn config(dir: &std::path::Path, store: &SqliteStore) -> Config {
    Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_origin: None,
        trusted_proxies: Vec::new(),
        admin_socket: Some(dir.join("admin.sock")),
        signing: keys::load_or_create(dir, store.now()).unwrap(),
        signer_reader: None,
        token_key: store.purpose_key("access tokens").unwrap(),
        nonce_key: store.purpose_key("nonces").unwrap(),
        test_mode: true,
        passkeys: server::PasskeyConfig::default(),
        pack_reader: None,
        sign_up_exempt: Vec::new(),
        rate: RateLimits::unlimited(),
        web: true,
    }
}

/// A payer's phone.
pub(crate) struct Handset {
    pub(crate) phone: Phone<SoftwareKey>,
    pub(crate) seed: [u8; 32],
    pub(crate) token: String,
}

impl Handset {
    pub(crate) fn new(world: &World) -> Self {
        Self::of(world, PayerId::new(world.now(), fresh10()))
    }

    /// Another phone of a payer.
    pub(crate) fn of(world: &World, payer: PayerId) -> Self {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&fresh().to_be_bytes());
        let device = DeviceId::new(world.now(), fresh10());
        let key = SoftwareKey::from_seed(seed).unwrap();
        Self { phone: Phone::new(key, world.running.origin(), payer, device), seed, token: String::new() }
    }

    /// The same phone, on a machine that others use too.
    pub(crate) fn shared(self) -> Self {
        Self { phone: self.phone.shared(), ..self }
    }

    pub(crate) fn sign_up_body(&self) -> SignUpBody {
        SignUpBody {
            currency: Currency::KRW,
            device: self.phone.device(),
            device_name: "전화".parse().unwrap(),
            name: "김하늘".parse().unwrap(),
            payer: self.phone.payer(),
        }
    }

    pub(crate) fn accept(&mut self, token: &TokenView) {
        self.phone.accept_token(token);
        self.token.clone_from(&token.access_token);
    }

    /// Sends what `make` makes, and once more when the server wants a fresh nonce.
    pub(crate) async fn call(
        &mut self,
        world: &World,
        make: impl Fn(&Phone<SoftwareKey>) -> Result<Request, PhoneError>,
    ) -> Answer {
        let answer = world.send(sent(make(&self.phone).unwrap())).await;
        match self.phone.hear(answer.status, answer.header("dpop-nonce")) {
            Heard::Answered => answer,
            Heard::SignAgain => world.send(sent(make(&self.phone).unwrap())).await,
        }
    }

    pub(crate) async fn get(&mut self, world: &World, path: &str) -> Answer {
        self.call(world, |phone| phone.get(path, world.moment())).await
    }

    pub(crate) async fn post<B: Serialize>(&mut self, world: &World, path: &str, body: &B) -> Answer {
        self.call(world, |phone| phone.post(path, body, world.moment())).await
    }

    pub(crate) async fn renew(&mut self, world: &World) {
        let answer = self.call(world, |phone| phone.token_request(world.moment())).await;
        self.accept(&answer.expect::<TokenView>(200));
    }

    pub(crate) async fn me(&mut self, world: &World) -> PayerView {
        self.get(world, "/v1/me").await.expect(200)
    }

    /// Shows the code's terms and pays them.
    pub(crate) async fn pay_answer(&mut self, world: &World, intent: &IntentView, payment: PaymentId) -> Answer {
        let shown = shown(world, intent);
        self.call(world, |phone| phone.pay(&shown, payment, world.moment())).await
    }

    pub(crate) async fn pay(&mut self, world: &World, intent: &IntentView) -> PaymentView {
        let payment = payment_id(world);
        self.pay_answer(world, intent, payment).await.expect(201)
    }
}

pub(crate) fn sent(request: Request) -> Sent {
    let headers = request.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Sent { method: request.method.to_owned(), path: request.path, headers, body: request.body }
}

pub(crate) fn payment_id(world: &World) -> PaymentId {
    PaymentId::new(world.now(), fresh10())
}

pub(crate) fn refund_id(world: &World) -> RefundId {
    RefundId::new(world.now(), fresh10())
}

/// The terms of an intent, checked against its code as a wallet does.
pub(crate) fn shown(world: &World, intent: &IntentView) -> Shown {
    let signer = keys::load(world.dir.path()).unwrap();
    device::check_shown(&intent.code, intent.core.clone(), signer.trusted(), world.now()).unwrap()
}

pub(crate) struct Merchant {
    pub(crate) payee: PayeeId,
    pub(crate) api_key: String,
    pub(crate) pair: Ed25519KeyPair,
}

impl Merchant {
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.api_key)
    }

    pub(crate) async fn get(&self, world: &World, path: &str) -> Answer {
        world.send(Sent::new("GET", path).header("authorization", self.bearer())).await
    }

    pub(crate) async fn create(&self, world: &World, body: &Value) -> Answer {
        let sent = Sent::new("POST", "/v1/intents").header("authorization", self.bearer());
        world.send(sent.body(body.to_string())).await
    }

    pub(crate) async fn intent(&self, world: &World, minor: i64) -> IntentView {
        self.create(world, &json!({"amount": won(minor), "purpose": "아메리카노"})).await.expect(201)
    }

    pub(crate) async fn manual(&self, world: &World, minor: i64) -> IntentView {
        let body = json!({"amount": won(minor), "purpose": "예약", "capture": "manual"});
        self.create(world, &body).await.expect(201)
    }

    pub(crate) fn signed<B: Serialize>(&self, world: &World, path: &str, body: &B) -> Sent {
        let body = serde_json::to_vec(body).unwrap();
        let digest = content_digest(&body);
        let authority = world.address().to_string();
        let nonce = format!("n{}", fresh());
        let terms = Terms {
            method: "POST",
            authority: &authority,
            path,
            content_digest: &digest,
            created: world.now().unix_seconds(),
            payee: self.payee,
            nonce: &nonce,
        };
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(terms.base().as_bytes()).as_ref());
        Sent::new("POST", path)
            .header("content-digest", digest.clone())
            .header("signature-input", terms.signature_input())
            .header("signature", signature_header(&signature))
            .body(body)
    }

    pub(crate) async fn sign(&self, world: &World, path: &str, body: &impl Serialize) -> Answer {
        world.send(self.signed(world, path, body)).await
    }
}
