//! [`Fleet`]: everybody a measurement needs, prepared: payers with funded wallets, merchants, connections, intents.

use std::sync::{Arc, Mutex, PoisonError};

use device::{Phone, SoftwareKey};
use money::{Amount, Currency};
use protocol::{IntentBody, PayerView, SignUpBody, TestFundsBody, limits as wire, to_canonical};
use qr::{KeySet, TrustedKeys};
use server::admin::{IssuedPayee, NewPayee};
use simulator::http::{Connection, Outgoing};
use simulator::{Handset, HandsetError, Person, Source, Town, TownSize};
use store::{Clock, SystemClock};
use tokio::task::JoinSet;

use super::Bench;
use super::load::{Task, ask, show};
use crate::failure::{Failure, failed};
use crate::source::Machine;
use crate::staff::Staff;

/// What every wallet holds at first, in minor units: as much as law lets one hold whose owner's name was not checked.
const WALLET_MINOR: i64 = 500_000;
/// What every payment is about, in minor units: small, so that a wallet lasts for thousands.
const AMOUNT_MINOR: i64 = 100;
/// How long a prepared intent waits for its payment, in seconds.
const INTENT_SECONDS: i64 = wire::INTENT_LIFE_SECONDS_MAX;

/// A merchant's request for money, ready to be sent again and again.
pub(super) struct Shop {
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// Everybody a measurement needs.
pub(super) struct Fleet {
    phones: Vec<Mutex<Phone<SoftwareKey>>>,
    shops: Vec<Shop>,
    lines: Mutex<Vec<Connection>>,
    keys: TrustedKeys,
    url: String,
}

impl Fleet {
    /// Registers merchants, opens wallets and fills them.
    pub(super) async fn prepare(url: &str, staff: &mut Staff, bench: &Bench) -> Result<Self, Failure> {
        let seed = u64::from_be_bytes(store::entropy::random().map_err(failed("cannot prepare"))?);
        let size = TownSize {
            merchants: usize::try_from(bench.merchants).unwrap_or(1),
            payers: usize::try_from(bench.payers).unwrap_or(1),
        };
        let town = Arc::new(Town::new(seed, size).map_err(failed("cannot prepare"))?);
        let mut shops = Vec::with_capacity(size.merchants);
        for shop in town.merchants() {
            shops.push(register(staff, shop).await?);
        }
        let mut lines = Vec::new();
        for _ in 0..bench.connections {
            lines.push(Connection::to(url).map_err(failed("cannot prepare"))?);
        }
        let keys = trusted_keys(&mut lines).await?;
        let phones = enrol(url, &town).await?;
        Ok(Self { phones, shops, lines: Mutex::new(lines), keys, url: url.to_owned() })
    }

    /// The phone of the `index`th operation.
    pub(super) fn phone(&self, index: usize) -> Option<&Mutex<Phone<SoftwareKey>>> {
        self.phones.get(index % self.phones.len().max(1))
    }

    /// The merchant of the `index`th operation.
    pub(super) fn shop(&self, index: usize) -> Option<&Shop> {
        self.shops.get(index % self.shops.len().max(1))
    }

    /// The keys codes are checked against.
    pub(super) const fn keys(&self) -> &TrustedKeys {
        &self.keys
    }

    /// All connections, until they are put back.
    pub(super) fn take_lines(&self) -> Vec<Connection> {
        std::mem::take(&mut *self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives a connection back.
    pub(super) fn put_back(&self, line: Connection) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Makes `count` intents over all connections; each is checked against its code and shown.
    pub(super) async fn intents(self: &Arc<Self>, count: u64) -> Result<Vec<Task>, Failure> {
        let lines = self.take_lines();
        let workers = lines.len().max(1);
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let mut making = JoinSet::new();
        for (worker, line) in lines.into_iter().enumerate() {
            let fleet = Arc::clone(self);
            making.spawn(async move { fleet.intents_of(line, (worker..count).step_by(workers)).await });
        }
        let mut tasks = Vec::with_capacity(count);
        while let Some(made) = making.join_next().await {
            let (line, made) = made.map_err(failed("cannot create intents"))?;
            self.put_back(line);
            tasks.extend(made.map_err(|error| Failure::new(format!("cannot create intents: {error}")))?);
        }
        Ok(tasks)
    }

    async fn intents_of(
        &self,
        mut line: Connection,
        numbers: impl Iterator<Item = usize>,
    ) -> (Connection, Result<Vec<Task>, String>) {
        let mut tasks = Vec::new();
        for number in numbers {
            let Some(shop) = self.shop(number) else { break };
            match ask(&mut line, shop).await.and_then(|intent| show(self, intent)) {
                Ok(shown) => tasks.push(Task::Pay(Box::new(shown))),
                Err(error) => return (line, Err(error)),
            }
        }
        (line, Ok(tasks))
    }

    /// Fetches a new access token for every phone whose own ends within the coming run.
    pub(super) async fn renew_tokens(&self) -> Result<(), Failure> {
        let soon = SystemClock.now().checked_add_seconds(wire::TOKEN_LIFE_SECONDS / 2);
        let is_due = |phone: &Mutex<Phone<SoftwareKey>>| {
            let phone = phone.lock().unwrap_or_else(PoisonError::into_inner);
            soon.is_none_or(|soon| phone.needs_token(soon))
        };
        let mut line = Connection::to(&self.url).map_err(failed("cannot prepare"))?;
        for phone in self.phones.iter().filter(|phone| is_due(phone)) {
            renew(phone, &mut line).await.map_err(failed("cannot fetch a token"))?;
        }
        Ok(())
    }
}

async fn renew(phone: &Mutex<Phone<SoftwareKey>>, line: &mut Connection) -> Result<(), HandsetError> {
    for _ in 0..2 {
        let at = Machine.moment()?;
        let request = phone.lock().unwrap_or_else(PoisonError::into_inner).token_request(at)?;
        let outgoing =
            Outgoing { method: request.method, path: &request.path, headers: &request.headers, body: &request.body };
        let answer = line.send(outgoing).await?;
        let mut phone = phone.lock().unwrap_or_else(PoisonError::into_inner);
        phone.hear(answer.status, answer.nonce.as_deref());
        if answer.is_success() {
            phone.accept_token(&answer.json()?);
            return Ok(());
        }
    }
    Err(HandsetError::Strange(401))
}

async fn register(staff: &mut Staff, shop: &simulator::Merchant) -> Result<Shop, Failure> {
    let new = NewPayee {
        name: shop.card.name.clone(),
        name_latin: shop.card.name_latin.clone(),
        category: shop.card.category.clone(),
        place: shop.place.clone(),
        city: shop.registration().city,
        currency: Currency::KRW,
        signing_public_key: None,
    };
    let issued: IssuedPayee = staff.post("/admin/payees", &new).await?;
    let purpose = shop.items.first().ok_or_else(|| Failure::new("a merchant of the town sells nothing"))?;
    let body = IntentBody {
        terminal: None,
        amount: Amount::new(AMOUNT_MINOR, Currency::KRW),
        capture: protocol::CaptureMode::Automatic,
        expires_in_seconds: INTENT_SECONDS,
        place: None,
        purpose: purpose.purpose.clone(),
        reference: None,
    };
    let headers =
        vec![("authorization", format!("Bearer {}", issued.api_key)), ("content-type", "application/json".to_owned())];
    Ok(Shop { headers, body: to_canonical(&body) })
}

/// The keys of the server's codes; the root is taken as it comes, since the measurement runs beside the server.
async fn trusted_keys(lines: &mut [Connection]) -> Result<TrustedKeys, Failure> {
    let line = lines.first_mut().ok_or_else(|| Failure::new("no connections"))?;
    let request = Outgoing { method: "GET", path: "/.well-known/farthing-keys", headers: &[], body: &[] };
    let answer = line.send(request).await.map_err(failed("cannot fetch the server's keys"))?;
    let set: KeySet = answer.json().map_err(failed("cannot read the server's keys"))?;
    let root = set.set.root;
    TrustedKeys::check(&set, &root, None, SystemClock.now()).map_err(failed("cannot trust the server's keys"))
}

/// Opens a wallet for everybody and fills it, eight at a time.
async fn enrol(url: &str, town: &Arc<Town>) -> Result<Vec<Mutex<Phone<SoftwareKey>>>, Failure> {
    const AT_ONCE: usize = 8;
    let mut enrolling = JoinSet::new();
    for worker in 0..AT_ONCE {
        let (url, town) = (url.to_owned(), Arc::clone(town));
        enrolling.spawn(async move {
            let mut phones = Vec::new();
            for person in town.people().iter().skip(worker).step_by(AT_ONCE) {
                phones.push(Mutex::new(open_wallet(&url, person).await?));
            }
            Ok::<_, HandsetError>(phones)
        });
    }
    let mut phones = Vec::new();
    while let Some(opened) = enrolling.join_next().await {
        let opened = opened.map_err(failed("cannot open wallets"))?;
        phones.extend(opened.map_err(failed("cannot open wallets"))?);
    }
    Ok(phones)
}

async fn open_wallet(url: &str, person: &Person) -> Result<Phone<SoftwareKey>, HandsetError> {
    let key = person.key().map_err(device::PhoneError::Key)?;
    let phone = Phone::new(key, url, person.payer, person.device);
    let mut handset = Handset::new(phone, Connection::to(url)?, Machine);
    let body = SignUpBody {
        currency: Currency::KRW,
        device: person.device,
        device_name: person.device_name.clone(),
        name: person.name.clone(),
        payer: person.payer,
    };
    handset.sign_up(&body).await?;
    let amount = Amount::new(WALLET_MINOR, Currency::KRW);
    let _: PayerView = handset.post("/v1/test/funds", &TestFundsBody { amount }).await?;
    Ok(handset.into_phone())
}
