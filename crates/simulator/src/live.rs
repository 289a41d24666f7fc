//! [`Live`]: the town's traffic over real HTTP, for the demo: merchants ask, payers approve in one request.

use std::time::Duration;

use device::{Moment, Phone, Shown, SoftwareKey};
use money::{Instant, RefundId};
use protocol::{CaptureBody, CaptureMode, IntentBody, IntentView, PaymentView, RefundBody, RefundView, to_canonical};
use qr::{KeySet, TrustedKeys};
use serde::Serialize;
use store::{Clock, SystemClock};

use crate::handset::{Handset, HandsetError, Source, accepted};
use crate::http::{Connection, HttpError, Outgoing};
use crate::merchant::{Kind, Merchant};
use crate::seed::Dice;
use crate::teller::{refund_reason, sign_as_merchant};
use crate::town::{Town, number};

/// How often a live purchase is given back, in percent.
const REFUND_PERCENT: u32 = 3;
/// The longest and shortest pause between two purchases, in milliseconds.
const PAUSE_MILLIS: (u64, u64) = (5, 60_000);

/// What live traffic has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Payments that were accepted.
    pub paid: u64,
    /// Payments that were refused, e.g. for want of money.
    pub refused: u64,
    /// Calls that did not come through.
    pub failed: u64,
}

/// The machine's clock, and chance from the seed and the moment it was started.
struct LiveSource(Dice);

impl Source for LiveSource {
    fn moment(&mut self) -> Result<Moment, HandsetError> {
        Ok(Moment { now: SystemClock.now(), random: self.0.bytes() })
    }
}

/// The town, shopping.
pub struct Live<'a> {
    town: &'a Town,
    base: String,
    shops: Connection,
    keys: TrustedKeys,
    handsets: Vec<Option<Handset<SoftwareKey, LiveSource>>>,
    dice: Dice,
    started_at: Instant,
    tally: Tally,
}

impl std::fmt::Debug for Live<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("base", &self.base).field("tally", &self.tally).finish_non_exhaustive()
    }
}

impl<'a> Live<'a> {
    /// The town of a store that was filled by [`crate::settle_history`], at the server `base`; fetches and checks the
    /// keys of its codes.
    ///
    /// # Errors
    /// [`HandsetError`] when the server does not answer.
    pub async fn new(town: &'a Town, base: &str) -> Result<Self, HandsetError> {
        let started_at = SystemClock.now();
        let millis = u64::try_from(started_at.unix_millis()).unwrap_or(0);
        let mut shops = Connection::to(base)?;
        let keys = fetch_keys(&mut shops, started_at).await?;
        let handsets = town.people().iter().map(|_| None).collect();
        let dice = Dice::new(town.seed(), "live", &[millis]);
        let (base, tally) = (base.to_owned(), Tally::default());
        Ok(Self { town, base, shops, keys, handsets, dice, started_at, tally })
    }

    /// Buys something, at about `payments_per_minute`, until this future is dropped. What fails is counted and tried no
    /// more; `observe` is told the count after each.
    pub async fn run(mut self, payments_per_minute: u32, mut observe: impl FnMut(Tally)) {
        let mean_millis = 60_000 / u64::from(payments_per_minute.max(1));
        loop {
            // Between a quarter and seven quarters of the mean: irregular, and on average the wanted rate.
            let quarters = u64::try_from(self.dice.between(1, 7)).unwrap_or(4);
            let pause = (mean_millis * quarters / 4).clamp(PAUSE_MILLIS.0, PAUSE_MILLIS.1);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match self.purchase().await {
                Ok(()) => self.tally.paid += 1,
                Err(HandsetError::Refused(_)) => self.tally.refused += 1,
                Err(_) => self.tally.failed += 1,
            }
            observe(self.tally);
        }
    }

    /// One purchase, from the merchant's request to the accepted payment.
    async fn purchase(&mut self) -> Result<(), HandsetError> {
        let town = self.town;
        let numbers: Vec<usize> = (0..town.people().len()).collect();
        let payer = self.dice.pick(&numbers).copied().unwrap_or(0);
        let favourites = town.people().get(payer).map(|person| person.favourites.clone()).unwrap_or_default();
        let chosen = self.dice.pick(&favourites).copied().unwrap_or(0);
        let Some(shop) = town.merchants().get(chosen) else { return Ok(()) };
        let intent = self.ask(shop).await?;
        let now = SystemClock.now();
        let shown = if shop.kind == Kind::Online {
            Shown::from_link(intent.core, now)
        } else {
            device::check_shown(&intent.code, intent.core, &self.keys, now)
        };
        let shown = shown.map_err(|_| HandsetError::Strange(201))?;
        let handset = self.handset(payer)?;
        let payment = handset.payment_id()?;
        let paid = handset.pay(&shown, payment).await?;
        self.follow_up(shop, &paid).await
    }

    async fn ask(&mut self, shop: &Merchant) -> Result<IntentView, HandsetError> {
        let items: Vec<usize> = (0..shop.items.len()).collect();
        let item = self.dice.pick(&items).copied().unwrap_or(0);
        let (Some(sold), Some(amount)) = (shop.items.get(item), shop.price(item)) else {
            return Err(HandsetError::Chance);
        };
        let body = IntentBody {
            terminal: None,
            amount,
            capture: shop.capture,
            expires_in_seconds: 120,
            place: None,
            purpose: sold.purpose.clone(),
            reference: None,
        };
        let headers = [
            ("authorization", format!("Bearer {}", shop.api_key().text())),
            ("content-type", "application/json".to_owned()),
        ];
        let body = to_canonical(&body);
        let request = Outgoing { method: "POST", path: "/v1/intents", headers: &headers, body: &body };
        accepted(&self.shops.send(request).await?)
    }

    /// Held money is taken at once; now and then something is given back.
    async fn follow_up(&mut self, shop: &Merchant, paid: &PaymentView) -> Result<(), HandsetError> {
        if shop.capture == CaptureMode::Manual {
            let path = format!("/v1/payments/{}/capture", paid.payment);
            let _: PaymentView = self.signed(shop, &path, &CaptureBody { amount: None }).await?;
        } else if self.dice.percent(REFUND_PERCENT) {
            let refund = self.dice.id(RefundId::new, SystemClock.now());
            let body =
                RefundBody { amount: paid.amount, cause: None, payment: paid.payment, reason: refund_reason(), refund };
            let _: RefundView = self.signed(shop, "/v1/refunds", &body).await?;
        }
        Ok(())
    }

    async fn signed<B: Serialize, T: serde::de::DeserializeOwned>(
        &mut self,
        shop: &Merchant,
        path: &str,
        body: &B,
    ) -> Result<T, HandsetError> {
        let key = shop.signing_key().ok_or(HandsetError::Chance)?;
        let body = to_canonical(body);
        let at = Moment { now: SystemClock.now(), random: self.dice.bytes() };
        let authority = self.base.strip_prefix("http://").unwrap_or(&self.base);
        let signature = sign_as_merchant(&key, shop, (authority, path), &body, at);
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("content-digest", signature.content_digest),
            ("signature-input", signature.input),
            ("signature", signature.signature),
        ];
        accepted(&self.shops.send(Outgoing { method: "POST", path, headers: &headers, body: &body }).await?)
    }

    fn handset(&mut self, payer: usize) -> Result<&mut Handset<SoftwareKey, LiveSource>, HandsetError> {
        let person = self.town.people().get(payer).ok_or(HandsetError::Chance)?;
        let slot = self.handsets.get_mut(payer).ok_or(HandsetError::Chance)?;
        if slot.is_none() {
            let key = person.key().map_err(device::PhoneError::Key)?;
            let phone = Phone::new(key, self.base.as_str(), person.payer, person.device);
            let millis = u64::try_from(self.started_at.unix_millis()).unwrap_or(0);
            let source = LiveSource(Dice::new(self.town.seed(), "handset", &[millis, number(payer)]));
            *slot = Some(Handset::new(phone, Connection::to(&self.base)?, source));
        }
        slot.as_mut().ok_or(HandsetError::Chance)
    }
}

/// The keys of a server's codes. The root is taken as it comes: live traffic runs beside the server it knows.
async fn fetch_keys(line: &mut Connection, now: Instant) -> Result<TrustedKeys, HandsetError> {
    let request = Outgoing { method: "GET", path: "/.well-known/farthing-keys", headers: &[], body: &[] };
    let answer = line.send(request).await?;
    let set: KeySet = answer.json().map_err(|error: HttpError| HandsetError::Http(error))?;
    TrustedKeys::check(&set, &set.set.root, None, now).map_err(|_| HandsetError::Strange(answer.status))
}
