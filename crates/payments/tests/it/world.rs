//! A world without a store: one `State` that remembers everything, phones with real keys, merchants with real keys.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use credentials::{ApiKey, DeviceRequest, MerchantSigned, Pepper, Verifier, VerifierKeys, api_key, http_signature};
use device::{Moment, Phone, Request, SoftwareKey};
use ledger::{Account, Hold, Transfer};
use money::{Amount, Currency, DeviceId, Instant, IntentId, PayeeId, PayerId, PaymentId, RefundId, Secret, SessionId};
use payments::{
    Accepted, Admitted, Appended, Change, Command, DecisionRecord, Event, Intent, NewPayee, Refusal, Settings,
    StaffPermit, Stamp, State, decide, needs, replay,
};
use protocol::{BindDeviceBody, Blind, PayeeCard, SessionKind, SignUpBody, Text, TokenBody};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) const ORIGIN: &str = "http://shop.test";

pub(crate) struct Person {
    pub(crate) phone: Phone<SoftwareKey>,
    /// The session its tokens belong to.
    pub(crate) session: SessionId,
}

pub(crate) struct Shop {
    pub(crate) id: PayeeId,
    pub(crate) api_key: ApiKey,
    pub(crate) key: Ed25519KeyPair,
}

pub(crate) struct World {
    pub(crate) state: State,
    pub(crate) settings: Settings,
    pub(crate) verifier: Verifier,
    pub(crate) pepper: Pepper,
    pub(crate) now: Instant,
    pub(crate) people: BTreeMap<String, Person>,
    pub(crate) sessions: crate::sessions::Named,
    pub(crate) shops: BTreeMap<String, Shop>,
    pub(crate) intents: BTreeMap<String, Intent>,
    pub(crate) accounts: BTreeMap<money::AccountId, Account>,
    pub(crate) transfers: BTreeMap<money::TransferId, Transfer>,
    pub(crate) holds: BTreeMap<money::HoldId, Hold>,
    pub(crate) appended: Vec<Appended>,
    pub(crate) events: Vec<Event>,
    pub(crate) records: Vec<DecisionRecord<'static>>,
    counter: u64,
}

pub(crate) fn keys() -> VerifierKeys {
    VerifierKeys { token: Secret::new([7; 32]), nonce: Secret::new([8; 32]) }
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            state: State::new(),
            settings: Settings { test_mode: true, ..Settings::default() },
            verifier: Verifier::new(ORIGIN, keys()),
            pepper: Pepper::new(Secret::new([9; 32])),
            now: Instant::from_unix_millis(1_790_000_000_000),
            people: BTreeMap::new(),
            sessions: BTreeMap::new(),
            shops: BTreeMap::new(),
            intents: BTreeMap::new(),
            accounts: BTreeMap::new(),
            transfers: BTreeMap::new(),
            holds: BTreeMap::new(),
            appended: Vec::new(),
            events: Vec::new(),
            records: Vec::new(),
            counter: 0,
        }
    }

    /// 32 bytes that were never handed out before.
    pub(crate) fn fresh(&mut self) -> [u8; 32] {
        self.counter += 1;
        *protocol::sha256(&self.counter.to_be_bytes()).as_bytes()
    }

    fn random<const N: usize>(&mut self) -> [u8; N] {
        self.fresh()[..N].try_into().unwrap()
    }

    pub(crate) fn moment(&mut self) -> Moment {
        Moment { now: self.now, random: self.random() }
    }

    /// Decides and applies, and proves after each step that the books balance and the record replays.
    pub(crate) fn submit(&mut self, command: Command) -> Result<Accepted, Refusal> {
        let admitted = Admitted::from(command);
        let stamp = Stamp { at: self.now, entropy: self.fresh() };
        for round in 0.. {
            let wanted = needs(admitted.facts(), &self.state);
            if wanted.is_empty() {
                break;
            }
            assert!(round < payments::limits::LOAD_ROUNDS_MAX, "loading does not end");
            for key in wanted {
                self.state.load(key, None);
            }
        }
        let decision = decide(&admitted, &self.state, &self.settings, &stamp);
        let record = DecisionRecord::of(&decision, admitted.facts(), &self.state, &self.settings, &stamp);
        replay(&record).expect("a fresh record replays");
        let written: DecisionRecord<'static> = serde_json::from_slice(&serde_json::to_vec(&record).unwrap()).unwrap();
        assert_eq!(written, record, "a record survives being written");
        self.records.push(written);
        self.take_in(decision.changes());
        decision.into_outcome()
    }

    fn take_in(&mut self, changes: &[Change]) {
        self.state.apply(changes);
        for change in changes {
            match change {
                Change::Account(row) => drop(self.accounts.insert(row.id, row.clone())),
                Change::Transfer(row) => assert!(self.transfers.insert(row.id, row.clone()).is_none()),
                Change::Refunded(row) => assert!(self.transfers.insert(row.id, row.clone()).is_some()),
                Change::Hold(row) => drop(self.holds.insert(row.id, row.clone())),
                Change::Appended(row) => {
                    let there = |other: &Appended| {
                        (other.credit.transfer, other.credit.account) == (row.credit.transfer, row.credit.account)
                    };
                    assert!(!self.appended.iter().any(there), "a credit is appended once");
                    self.appended.push(*row);
                }
                Change::RolledUp(row) => {
                    let place = self.appended.iter().position(|waiting| waiting == row);
                    self.appended.remove(place.expect("only what waits is rolled up, once"));
                }
                Change::Event(event) => self.events.push(event.clone()),
                _ => {}
            }
        }
        self.prove();
    }

    pub(crate) fn prove(&self) {
        let (accounts, transfers) = (self.accounts.values(), self.transfers.values());
        let appended = self.appended.iter().map(|row| &row.credit);
        ledger::audit(accounts, transfers, self.holds.values(), appended).expect("the books balance");
    }

    /// A wallet that counts as one of its network's.
    pub(crate) fn open_from(&mut self, network: &str) -> Result<Accepted, Refusal> {
        let payer = PayerId::new(self.now, self.random());
        let phone = self.new_phone(payer);
        let name = Text::new("somebody").unwrap();
        let body =
            SignUpBody { currency: Currency::KRW, device: phone.device(), device_name: name.clone(), name, payer };
        let request = phone.sign_up(body, self.moment()).unwrap();
        let enrolling = self.verifier.enrolling(&device_request(&request), self.now).unwrap();
        self.submit(Command::OpenPayer { enrolling, place: network.to_owned(), counted: true })
    }

    pub(crate) fn open_payer(&mut self, name: &str, funds: i64) {
        let seed = self.fresh();
        let (payer, device) = (PayerId::new(self.now, self.random()), DeviceId::new(self.now, self.random()));
        let mut phone = Phone::new(SoftwareKey::from_seed(seed).unwrap(), ORIGIN, payer, device);
        phone.hear(401, Some(&self.verifier.issue_nonce(self.now)));
        let body = SignUpBody {
            currency: Currency::KRW,
            device,
            device_name: Text::new("phone").unwrap(),
            name: Text::new(name).unwrap(),
            payer,
        };
        let request = phone.sign_up(body, self.moment()).unwrap();
        let enrolling = self.verifier.enrolling(&device_request(&request), self.now).unwrap();
        self.submit(Command::OpenPayer { enrolling, place: String::new(), counted: false }).unwrap();
        self.people.insert(name.to_owned(), Person { phone, session: device.into() });
        self.renew_token(name);
        if funds > 0 {
            let amount = Amount::new(funds, Currency::KRW);
            let permit = StaffPermit::dangerous_from_operating_system();
            self.submit(Command::Fund { permit, payer, amount }).unwrap();
        }
    }

    /// A token and a nonce of this moment.
    pub(crate) fn renew_token(&mut self, name: &str) {
        let (nonce, now) = (self.verifier.issue_nonce(self.now), self.now);
        let Person { phone, session } = self.people.get_mut(name).unwrap();
        let grant = credentials::TokenGrant {
            payer: phone.payer(),
            device: phone.device(),
            key: phone.jwk().thumbprint(),
            session: *session,
        };
        let token = self.verifier.issue_token(&grant, 0, now);
        phone.accept_token(&token);
        phone.hear(200, Some(&nonce));
    }

    pub(crate) fn register_payee(&mut self, name: &str) {
        self.register_payee_of(name, "5814");
    }

    /// A payee of this merchant category.
    pub(crate) fn register_payee_of(&mut self, name: &str, category: &str) {
        let id = PayeeId::new(self.now, self.random());
        let (api_key, key) =
            (ApiKey::from_random(self.fresh()), Ed25519KeyPair::from_seed_unchecked(&self.fresh()).unwrap());
        let payee = NewPayee {
            card: PayeeCard {
                category: category.to_owned(),
                id,
                name: Text::new(name).unwrap(),
                name_latin: Text::new(name).unwrap(),
            },
            place: Text::new("Seoul").unwrap(),
            city: "Seoul".to_owned(),
            currency: Currency::KRW,
            api_key: Some(api_key.stored()),
            signing_key: Some(key.public_key().as_ref().try_into().unwrap()),
        };
        let permit = StaffPermit::dangerous_from_operating_system();
        self.submit(Command::RegisterPayee { permit, payee }).unwrap();
        self.shops.insert(name.to_owned(), Shop { id, api_key, key });
    }

    pub(crate) fn permit(&self, shop: &str) -> credentials::MerchantPermit {
        let shop = &self.shops[shop];
        api_key::permit(&shop.api_key.stored(), &shop.api_key.stored(), shop.id).unwrap()
    }

    /// A device-signed body, through a real signature and its verification.
    pub(crate) fn signed<B: Serialize + DeserializeOwned>(
        &mut self,
        name: &str,
        path: &str,
        body: &B,
    ) -> credentials::Signed<B> {
        self.renew_token(name);
        let moment = self.moment();
        let request = self.people[name].phone.post(path, body, moment).unwrap();
        self.verifier.signed(&device_request(&request), self.now).unwrap()
    }

    /// Another phone of `owner`, bound and known by `name` from now on. It waits as every new device does.
    pub(crate) fn bind(&mut self, owner: &str, name: &str) {
        let seed = self.fresh();
        let (payer, device) = (self.people[owner].phone.payer(), DeviceId::new(self.now, self.random()));
        let mut phone = Phone::new(SoftwareKey::from_seed(seed).unwrap(), ORIGIN, payer, device);
        phone.hear(401, Some(&self.verifier.issue_nonce(self.now)));
        let possession = phone.possession(self.moment()).unwrap();
        let (kind, device_name) = (SessionKind::Own, Text::new(name).unwrap());
        let body = BindDeviceBody { device, device_name, kind, possession: possession.clone() };
        let joining = TokenBody { device, kind, payer };
        let signed = self.signed(owner, "/v1/devices", &body);
        let possession = self.verifier.possession(&possession, "/v1/devices", &joining, self.now).unwrap();
        self.submit(Command::BindDevice { signed, possession }).unwrap();
        let request = phone.token_request(self.moment()).unwrap();
        let enrolling = self.verifier.enrolling(&device_request(&request), self.now).unwrap();
        match self.submit(Command::OpenSession { enrolling, place: String::new() }).unwrap() {
            Accepted::Session(session) => {
                self.people.insert(name.to_owned(), Person { phone, session: session.id });
            }
            other => panic!("no session: {other:?}"),
        }
    }

    /// A phone of a new key that is bound to nothing.
    pub(crate) fn new_phone(&mut self, payer: PayerId) -> Phone<SoftwareKey> {
        let device = DeviceId::new(self.now, self.random());
        self.new_phone_as(payer, device)
    }

    /// The same, of a device that is known.
    pub(crate) fn new_phone_as(&mut self, payer: PayerId, device: DeviceId) -> Phone<SoftwareKey> {
        let mut phone = Phone::new(SoftwareKey::from_seed(self.fresh()).unwrap(), ORIGIN, payer, device);
        phone.hear(401, Some(&self.verifier.issue_nonce(self.now)));
        phone
    }

    pub(crate) fn blind(&mut self) -> Blind {
        Blind::from_random(self.random())
    }

    /// A merchant-signed body, through a real signature and its verification.
    pub(crate) fn merchant_signed<B: Serialize + DeserializeOwned>(
        &mut self,
        shop: &str,
        path: &str,
        body: &B,
    ) -> MerchantSigned<B> {
        let nonce: String = self.fresh()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let bytes = serde_json::to_vec(body).unwrap();
        let shop = &self.shops[shop];
        let digest = http_signature::content_digest(&bytes);
        let terms = http_signature::Terms {
            method: "POST",
            authority: "shop.test",
            path,
            content_digest: &digest,
            created: self.now.unix_seconds(),
            payee: shop.id,
            nonce: &nonce,
        };
        let signature: [u8; 64] = shop.key.sign(terms.base().as_bytes()).as_ref().try_into().unwrap();
        let (input, header) = (terms.signature_input(), http_signature::signature_header(&signature));
        let request = credentials::SignedRequest {
            method: "POST",
            authority: "shop.test",
            path,
            signature_input: &input,
            signature: &header,
            content_digest: &digest,
            body: &bytes,
        };
        let public: [u8; 32] = shop.key.public_key().as_ref().try_into().unwrap();
        http_signature::read(&request).unwrap().verify(&public, self.now).unwrap()
    }

    pub(crate) fn account_of(&self, name: &str) -> money::AccountId {
        match (self.people.get(name), self.shops.get(name)) {
            (Some(person), _) => match self.state.row(&payments::Key::Payer(person.phone.payer())) {
                Some(payments::Row::Payer(payer)) => payer.wallet,
                _ => panic!("no payer {name}"),
            },
            (_, Some(shop)) => match self.state.row(&payments::Key::Payee(shop.id)) {
                Some(payments::Row::Payee(payee)) => payee.account,
                _ => panic!("no payee {name}"),
            },
            _ => panic!("nobody is called {name}"),
        }
    }

    /// Posted, held, available, and what waits to be rolled up.
    pub(crate) fn balance(&self, name: &str) -> (i64, i64, i64, i64) {
        let account = &self.accounts[&self.account_of(name)];
        let waiting = self.appended.iter().filter(|row| row.credit.account == account.id);
        let pending = waiting.map(|row| row.credit.amount.minor()).sum();
        (account.posted().minor(), account.held().minor(), account.available().minor(), pending)
    }
}

pub(crate) fn device_request(request: &Request) -> DeviceRequest<'_> {
    DeviceRequest {
        authorization: request.header("authorization"),
        dpop: request.header("dpop"),
        method: request.method,
        path: &request.path,
        body: &request.body,
    }
}

/// An id that a scenario names: the same name, the same id.
pub(crate) fn payment_id(name: &str) -> PaymentId {
    PaymentId::from_bytes(protocol::sha256(name.as_bytes()).as_bytes()[..16].try_into().unwrap())
}

pub(crate) fn refund_id(name: &str) -> RefundId {
    RefundId::from_bytes(protocol::sha256(name.as_bytes()).as_bytes()[..16].try_into().unwrap())
}

pub(crate) fn intent_id(name: &str) -> IntentId {
    IntentId::from_bytes(protocol::sha256(name.as_bytes()).as_bytes()[..16].try_into().unwrap())
}
