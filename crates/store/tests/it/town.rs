//! A small town around a store: phones and merchants with real keys, every command through a real signature.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use credentials::{
    ApiKey, DeviceRequest, Enrolling, MerchantPermit, MerchantSigned, Pepper, Signed, TokenGrant, Verifier,
    VerifierKeys, api_key, http_signature,
};
use device::{Moment, Phone, Request, Shown, SoftwareKey};
use money::{Amount, Currency, DeviceId, Instant, PayeeId, PayerId, PaymentId, RefundId, Secret, SessionId};
use payments::{
    Accepted, Arrival, Command, Intent, NewPayee, PayerAuthority, Payment, Refund, Refusal, Settings, StaffPermit,
    SystemPermit,
};
use protocol::{
    BindDeviceBody, Blind, CaptureBody, CaptureMode, EndSessionsBody, FreezeBody, FundingKind, IntentBody, PayBody,
    PayeeCard, QuoteBody, RefreshBody, RefundBody, RevokeDeviceBody, SessionKind, SignUpBody, TestFundsBody, Text,
    TokenBody, UnfreezeBody, Via, VoidBody,
};
use serde::{Serialize, de::DeserializeOwned};
use store::{Clock, ManualClock, Store};

pub(crate) const ORIGIN: &str = "http://town.test";
pub(crate) const START: Instant = Instant::from_unix_millis(1_790_000_000_000);

pub(crate) struct Town {
    pub(crate) clock: Arc<ManualClock>,
    verifier: Verifier,
    seed: u64,
    counter: AtomicU64,
}

pub(crate) struct Person {
    pub(crate) phone: Phone<SoftwareKey>,
    /// The session it acts in.
    pub(crate) session: SessionId,
}

impl Person {
    pub(crate) fn payer(&self) -> PayerId {
        self.phone.payer()
    }
}

pub(crate) struct Shop {
    pub(crate) id: PayeeId,
    pub(crate) api_key: ApiKey,
    key: Ed25519KeyPair,
}

/// Settings of every test: play money, and nothing that stands in the way of a large first payment.
pub(crate) fn settings() -> Settings {
    Settings { test_mode: true, ..Settings::default() }
}

pub(crate) fn won(minor: i64) -> Amount {
    Amount::new(minor, Currency::KRW)
}

pub(crate) fn staff() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

pub(crate) fn sweeper() -> SystemPermit {
    SystemPermit::dangerous_for_sweeper()
}

/// What a payment command came to.
pub(crate) fn paid(outcome: Result<Accepted, Refusal>) -> Payment {
    match outcome {
        Ok(Accepted::Payment { payment, .. }) => payment,
        other => panic!("not paid: {other:?}"),
    }
}

impl Town {
    /// A town whose ids, keys and nonces all follow from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self::at(seed, Arc::new(ManualClock::new(START)))
    }

    /// The same, by this clock.
    pub(crate) fn at(seed: u64, clock: Arc<ManualClock>) -> Self {
        let keys = VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) };
        Self { clock, verifier: Verifier::new(ORIGIN, keys), seed, counter: AtomicU64::new(0) }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The key that PINs are hashed under.
    pub(crate) fn pepper(&self) -> Pepper {
        Pepper::new(Secret::new([9; 32]))
    }

    pub(crate) fn blind(&self) -> Blind {
        Blind::from_random(self.fresh())
    }

    /// Bytes that were never handed out before.
    pub(crate) fn fresh<const N: usize>(&self) -> [u8; N] {
        let count = self.counter.fetch_add(1, Ordering::SeqCst);
        let digest = protocol::sha256(&[self.seed.to_be_bytes(), count.to_be_bytes()].concat());
        digest.as_bytes()[..N].try_into().unwrap()
    }

    fn moment(&self) -> Moment {
        Moment { now: self.now(), random: self.fresh() }
    }

    pub(crate) fn payment_id(&self) -> PaymentId {
        PaymentId::new(self.now(), self.fresh())
    }

    fn new_phone(&self, payer: PayerId) -> Phone<SoftwareKey> {
        let device = DeviceId::new(self.now(), self.fresh());
        let mut phone = Phone::new(SoftwareKey::from_seed(self.fresh()).unwrap(), ORIGIN, payer, device);
        phone.hear(200, Some(&self.verifier.issue_nonce(self.now())));
        phone
    }

    /// A person with a phone, not signed up yet.
    pub(crate) fn stranger(&self) -> Person {
        let payer = PayerId::new(self.now(), self.fresh());
        self.holding(self.new_phone(payer))
    }

    pub(crate) fn sign_up(&self, person: &Person, name: &str) -> Command {
        let body = SignUpBody {
            currency: Currency::KRW,
            device: person.phone.device(),
            device_name: Text::new(format!("{name}'s phone")).unwrap(),
            name: Text::new(name).unwrap(),
            payer: person.payer(),
        };
        let request = person.phone.sign_up(body, self.moment()).unwrap();
        let enrolling = self.verifier.enrolling(&arrived(&request), self.now()).unwrap();
        Command::OpenPayer { enrolling, place: "203.0.113.0/24".to_owned(), counted: true }
    }

    pub(crate) async fn person(&self, store: &dyn Store, name: &str, funds: i64) -> Person {
        let mut person = self.stranger();
        store.submit(self.sign_up(&person, name)).await.unwrap().outcome.unwrap();
        self.renew(&mut person);
        if funds > 0 {
            store.submit(self.fund(&person, funds)).await.unwrap().outcome.unwrap();
        }
        person
    }

    pub(crate) fn fund(&self, person: &Person, minor: i64) -> Command {
        Command::Fund { permit: staff(), payer: person.payer(), amount: won(minor) }
    }

    fn holding(&self, phone: Phone<SoftwareKey>) -> Person {
        Person { session: phone.device().into(), phone }
    }

    /// A session of this person's device, asked for by its key.
    pub(crate) fn open_session(&self, person: &Person, kind: SessionKind) -> Command {
        let body = TokenBody { device: person.phone.device(), kind, payer: person.payer() };
        let enrolling = self.enrolling(person, "/v1/tokens", &body);
        Command::OpenSession { enrolling, place: "203.0.113.0/24".to_owned() }
    }

    /// The refresh token of a session as it was then, sent.
    pub(crate) fn refresh_session(&self, person: &Person, session: &payments::Session) -> Command {
        let (payer, device, key) = (person.payer(), person.phone.device(), person.phone.jwk().thumbprint());
        let grant = TokenGrant { payer, device, key, session: session.id };
        let refresh_token = self.verifier.issue_token(&grant, session.generation, self.now()).refresh_token.unwrap();
        let refresh = self.verifier.refresh(&refresh_token, payer, device).unwrap();
        let body = RefreshBody { device, payer, refresh_token };
        let enrolling = self.enrolling(person, "/v1/tokens/refresh", &body);
        Command::RefreshSession { enrolling, refresh, place: "203.0.113.0/24".to_owned() }
    }

    pub(crate) fn end_session(&self, person: &Person, other: &Person) -> Command {
        let body = EndSessionsBody { device: other.phone.device(), session: Some(other.session) };
        Command::EndSessions { signed: self.signed(person, "/v1/sessions/end", &body) }
    }

    pub(crate) fn revoke(&self, person: &Person, other: &Person) -> Command {
        let body = RevokeDeviceBody { device: other.phone.device() };
        Command::RevokeDevice { signed: self.signed(person, "/v1/devices/revoke", &body) }
    }

    /// A body signed by a key alone, through a real signature and its verification.
    pub(crate) fn enrolling<B: Serialize + DeserializeOwned>(
        &self,
        person: &Person,
        path: &str,
        body: &B,
    ) -> Enrolling<B> {
        let request = person.phone.keyed(path, body, self.moment()).unwrap();
        self.verifier.enrolling(&arrived(&request), self.now()).unwrap()
    }

    /// A token and a nonce of this moment.
    pub(crate) fn renew(&self, person: &mut Person) {
        let Person { phone, session } = person;
        let grant = TokenGrant {
            payer: phone.payer(),
            device: phone.device(),
            key: phone.jwk().thumbprint(),
            session: *session,
        };
        phone.accept_token(&self.verifier.issue_token(&grant, 0, self.now()));
        phone.hear(200, Some(&self.verifier.issue_nonce(self.now())));
    }

    pub(crate) fn new_payee(&self, name: &str) -> (Shop, NewPayee) {
        let (api_key, key) =
            (ApiKey::from_random(self.fresh()), Ed25519KeyPair::from_seed_unchecked(&self.fresh::<32>()).unwrap());
        let id = PayeeId::new(self.now(), self.fresh());
        let payee = NewPayee {
            card: PayeeCard {
                category: "5814".to_owned(),
                id,
                name: Text::new(name).unwrap(),
                name_latin: Text::new("Shop").unwrap(),
            },
            place: Text::new("Seoul").unwrap(),
            city: "Seoul".to_owned(),
            currency: Currency::KRW,
            api_key: Some(api_key.stored()),
            signing_key: Some(key.public_key().as_ref().try_into().unwrap()),
        };
        (Shop { id, api_key, key }, payee)
    }

    pub(crate) async fn shop(&self, store: &dyn Store, name: &str) -> Shop {
        let (shop, payee) = self.new_payee(name);
        store.submit(Command::RegisterPayee { permit: staff(), payee }).await.unwrap().outcome.unwrap();
        shop
    }

    pub(crate) fn permit(shop: &Shop) -> MerchantPermit {
        api_key::permit(&shop.api_key.stored(), &shop.api_key.stored(), shop.id).unwrap()
    }

    pub(crate) fn intent_body(minor: i64, purpose: &str, capture: CaptureMode) -> IntentBody {
        IntentBody {
            terminal: None,
            amount: won(minor),
            capture,
            expires_in_seconds: 600,
            place: None,
            purpose: Text::new(purpose).unwrap(),
            reference: None,
        }
    }

    pub(crate) async fn intent(&self, store: &dyn Store, shop: &Shop, body: IntentBody) -> Intent {
        let command = Command::CreateIntent { permit: Self::permit(shop), body, idempotency: None };
        match store.submit(command).await.unwrap().outcome {
            Ok(Accepted::Intent(intent)) => intent,
            other => panic!("no intent: {other:?}"),
        }
    }

    pub(crate) fn pay_body(&self, person: &Person, intent: &Intent, payment: PaymentId) -> PayBody {
        person.phone.pay_body(&Shown::from_link(intent.core.clone(), self.now()).unwrap(), payment)
    }

    /// A fresh approval of `intent` under `payment`.
    pub(crate) fn pay(&self, person: &Person, intent: &Intent, payment: PaymentId) -> Command {
        self.pay_as(person, self.pay_body(person, intent, payment), self.fresh())
    }

    /// An approval of exactly this body with exactly this `jti`: the same twice is a replay.
    pub(crate) fn pay_as(&self, person: &Person, body: PayBody, random: [u8; 16]) -> Command {
        let request = person.phone.post("/v1/payments", &body, Moment { now: self.now(), random }).unwrap();
        let signed = self.verifier.signed(&arrived(&request), self.now()).unwrap();
        Command::Pay { authority: PayerAuthority::SignedPayment { signed, arrival: Arrival::Link } }
    }

    pub(crate) fn quote(&self, person: &Person, intent: &Intent) -> Command {
        let body = QuoteBody { funding: FundingKind::Wallet, intent: intent.id, via: Via::Link {} };
        Command::Quote { signed: self.signed(person, "/v1/quotes", &body), arrival: Arrival::Link }
    }

    pub(crate) fn test_fund(&self, person: &Person, minor: i64) -> Command {
        Command::TestFund { signed: self.signed(person, "/v1/test/funds", &TestFundsBody { amount: won(minor) }) }
    }

    pub(crate) fn freeze(&self, person: &Person) -> Command {
        Command::Freeze { signed: self.signed(person, "/v1/freeze", &FreezeBody { payer: person.payer() }) }
    }

    pub(crate) fn unfreeze(&self, person: &Person) -> Command {
        Command::Unfreeze { signed: self.signed(person, "/v1/unfreeze", &UnfreezeBody { payer: person.payer() }) }
    }

    /// Binds a second phone; the phone, and the command.
    pub(crate) fn bind(&self, person: &Person, name: &str) -> (Person, Command) {
        let new = self.holding(self.new_phone(person.payer()));
        let possession = new.phone.possession(self.moment()).unwrap();
        let body = BindDeviceBody {
            device: new.phone.device(),
            device_name: Text::new(name).unwrap(),
            kind: SessionKind::Own,
            possession: possession.clone(),
        };
        let joining = TokenBody { device: body.device, kind: body.kind, payer: person.payer() };
        let signed = self.signed(person, "/v1/devices", &body);
        let possession = self.verifier.possession(&possession, "/v1/devices", &joining, self.now()).unwrap();
        (new, Command::BindDevice { signed, possession })
    }

    pub(crate) fn capture(&self, shop: &Shop, payment: PaymentId, minor: Option<i64>) -> Command {
        let body = CaptureBody { amount: minor.map(won) };
        Command::Capture { signed: self.merchant_signed(shop, "/v1/captures", &body), payment }
    }

    pub(crate) fn void(&self, shop: &Shop, payment: PaymentId) -> Command {
        Command::Void { signed: self.merchant_signed(shop, "/v1/voids", &VoidBody { amount: None }), payment }
    }

    pub(crate) fn refund(&self, shop: &Shop, payment: PaymentId, refund: RefundId, minor: i64) -> Command {
        let reason = Some(Text::new("returned").unwrap());
        let body = RefundBody { amount: won(minor), cause: None, payment, reason, refund };
        Command::Refund { signed: self.merchant_signed(shop, "/v1/refunds", &body) }
    }

    pub(crate) async fn refunded(&self, store: &dyn Store, shop: &Shop, payment: PaymentId, minor: i64) -> Refund {
        let refund = RefundId::new(self.now(), self.fresh());
        match store.submit(self.refund(shop, payment, refund, minor)).await.unwrap().outcome {
            Ok(Accepted::Refund(refund)) => refund,
            other => panic!("not refunded: {other:?}"),
        }
    }

    /// Counts what waits for the shop.
    pub(crate) async fn roll_up(&self, store: &dyn Store, shop: &Shop) -> Command {
        let account = store.payee(shop.id).await.unwrap().unwrap().account;
        Command::RollUp { permit: sweeper(), account }
    }

    /// A device-signed body, through a real signature and its verification.
    pub(crate) fn signed<B: Serialize + DeserializeOwned>(&self, person: &Person, path: &str, body: &B) -> Signed<B> {
        let request = person.phone.post(path, body, self.moment()).unwrap();
        self.verifier.signed(&arrived(&request), self.now()).unwrap()
    }

    /// A merchant-signed body, through a real signature and its verification.
    pub(crate) fn merchant_signed<B: Serialize + DeserializeOwned>(
        &self,
        shop: &Shop,
        path: &str,
        body: &B,
    ) -> MerchantSigned<B> {
        let nonce: String = self.fresh::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = protocol::to_canonical(body);
        let digest = http_signature::content_digest(&bytes);
        let terms = http_signature::Terms {
            method: "POST",
            authority: "town.test",
            path,
            content_digest: &digest,
            created: self.now().unix_seconds(),
            payee: shop.id,
            nonce: &nonce,
        };
        let signature: [u8; 64] = shop.key.sign(terms.base().as_bytes()).as_ref().try_into().unwrap();
        let (input, header) = (terms.signature_input(), http_signature::signature_header(&signature));
        let request = credentials::SignedRequest {
            method: "POST",
            authority: "town.test",
            path,
            signature_input: &input,
            signature: &header,
            content_digest: &digest,
            body: &bytes,
        };
        let public: [u8; 32] = shop.key.public_key().as_ref().try_into().unwrap();
        http_signature::read(&request).unwrap().verify(&public, self.now()).unwrap()
    }
}

/// What the HTTP layer makes of a request.
fn arrived(request: &Request) -> DeviceRequest<'_> {
    DeviceRequest {
        authorization: request.header("authorization"),
        dpop: request.header("dpop"),
        method: request.method,
        path: &request.path,
        body: &request.body,
    }
}
