//! [`settle_history`]: plays a town's past through the real decision, into a real store.

use std::collections::{HashMap, VecDeque};

use device::{PhoneError, ShowError};
use money::{Amount, Instant, PaymentId, ReasonCode, RefundId};
use payments::{Accepted, Command, Intent};
use protocol::{CaptureBody, PaymentStatus, RefundBody, VoidBody};
use store::{ManualClock, Store, StoreError};

use crate::history::{Deed, Planned};
use crate::seed::Dice;
use crate::teller::{Teller, refund_reason, register, top_up};
use crate::town::Town;

/// How long before the first day wallets were opened, in seconds.
const OPENED_BEFORE_SECONDS: i64 = 4 * 86_400;
/// How long a code is looked at before the payer approves, in seconds.
const LOOK_SECONDS: (i64, i64) = (6, 70);
/// How many deeds are looked at ahead, and the longest an intent is made before its payment, in seconds.
const AHEAD: usize = 2;
const AHEAD_SECONDS_MAX: i64 = 900;

/// Why a past could not be played.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A proof of our own making does not hold: a bug.
    #[error("a proof of the town does not hold: {0}")]
    Proof(String),
    /// A code could not be made.
    #[error("a code of the town cannot be made: {0}")]
    Code(#[source] qr::MakeError),
    /// A phone would not show its own town's terms.
    #[error("a phone of the town refuses the terms: {0}")]
    Shown(#[from] ShowError),
    /// A phone could not sign.
    #[error("a phone of the town cannot sign: {0}")]
    Phone(#[from] PhoneError),
    /// A key could not be used.
    #[error("a key of the town cannot be used")]
    Key,
    /// The plan names something that is not in the town.
    #[error("the plan names a {0} that is not in the town")]
    Unknown(&'static str),
    /// Something that must be accepted was refused.
    #[error("{what} was refused: {reason:?}")]
    Refused {
        /// What was tried.
        what: &'static str,
        /// The reason that decided.
        reason: ReasonCode,
    },
}

/// What a past came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Payments that were accepted.
    pub payments: u64,
    /// Payments that were refused, e.g. for want of money.
    pub refused: u64,
    /// Held payments the merchant took.
    pub captured: u64,
    /// Held payments the merchant released.
    pub voided: u64,
    /// Refunds.
    pub refunds: u64,
    /// Times a wallet was filled up.
    pub top_ups: u64,
}

/// Registers merchants, opens wallets and plays the `days` before `until`: every payment signed by its payer's phone,
/// verified, decided and committed.
///
/// `store` must be empty and run on `clock`, which ends at `until` or before; open it anew with the system's clock.
///
/// # Errors
/// [`SettleError`]: the store then holds a part of the past.
pub async fn settle_history(
    store: &dyn Store,
    clock: &ManualClock,
    town: &Town,
    days: u32,
    until: Instant,
) -> Result<Settled, SettleError> {
    let history = town.history(days, until);
    let begins_at = history.begins_at();
    let founded_at = begins_at.checked_add_seconds(-OPENED_BEFORE_SECONDS).unwrap_or(begins_at);
    let mut past = Past {
        store,
        clock,
        town,
        teller: Teller::new(town, founded_at, until)?,
        dice: Dice::new(town.seed(), "settle", &[]),
        paid: HashMap::new(),
        settled: Settled::default(),
    };
    past.found(founded_at).await?;
    let mut plan = history.map(Upcoming::new);
    let mut ahead: VecDeque<Upcoming> = plan.by_ref().take(AHEAD).collect();
    while let Some(next) = ahead.pop_front() {
        ahead.extend(plan.next());
        past.play(next, &mut ahead).await?;
    }
    clock.set(until);
    Ok(past.settled)
}

/// A deed that comes soon, as far as it is prepared.
struct Upcoming {
    planned: Planned,
    intent: Option<Intent>,
    signed: Option<Command>,
}

impl Upcoming {
    const fn new(planned: Planned) -> Self {
        Self { planned, intent: None, signed: None }
    }
}

/// What is known of an accepted payment, for what follows it.
struct Paid {
    id: PaymentId,
    merchant: usize,
    status: PaymentStatus,
    left: Amount,
}

struct Past<'a> {
    store: &'a dyn Store,
    clock: &'a ManualClock,
    town: &'a Town,
    teller: Teller,
    dice: Dice,
    paid: HashMap<u64, Paid>,
    settled: Settled,
}

impl Past<'_> {
    /// Merchants first, then wallets, an hour or so apart.
    async fn found(&mut self, at: Instant) -> Result<(), SettleError> {
        self.clock.set(at);
        for shop in self.town.merchants() {
            accepted("a registration", self.store.submit(register(shop)).await?.outcome)?;
        }
        for (index, person) in self.town.people().iter().enumerate() {
            self.clock.advance(self.dice.between(600, 4_000));
            let command = self.teller.sign_up(index, person, store::Clock::now(self.clock))?;
            accepted("a sign-up", self.store.submit(command).await?.outcome)?;
        }
        Ok(())
    }

    /// Asks for what `planned` pays, a moment before.
    async fn ask_alone(&mut self, planned: &Planned) -> Result<Intent, SettleError> {
        let look = self.dice.between(LOOK_SECONDS.0, LOOK_SECONDS.1);
        let before = planned.at.checked_add_seconds(-look).unwrap_or(planned.at);
        self.clock.set(before.max(store::Clock::now(self.clock)));
        let command = self.ask(planned)?.ok_or(SettleError::Unknown("payment"))?;
        intent_of(self.store.submit(command).await?.outcome)
    }

    fn ask(&self, planned: &Planned) -> Result<Option<Command>, SettleError> {
        let Deed::Pay { merchant, item, amount, .. } = planned.deed else { return Ok(None) };
        let shop = self.town.merchants().get(merchant).ok_or(SettleError::Unknown("merchant"))?;
        Teller::ask(shop, item, amount).map(Some)
    }

    /// Plays one deed. In the same commit the intents of those that follow soon are made; while it is on its way to
    /// the disk, the next payment is signed.
    async fn play(&mut self, mut next: Upcoming, ahead: &mut VecDeque<Upcoming>) -> Result<(), SettleError> {
        if matches!(next.planned.deed, Deed::Pay { .. }) && next.intent.is_none() {
            next.intent = Some(self.ask_alone(&next.planned).await?);
        }
        let now = next.planned.at.max(store::Clock::now(self.clock));
        let command = match next.signed.take() {
            Some(command) => Some(command),
            None => self.command(&next.planned, next.intent.as_ref(), now)?,
        };
        let Some(command) = command else { return Ok(()) };
        self.clock.set(now);
        let store = self.store;
        let playing = store.submit(command);
        let mut asking = Vec::new();
        for (index, later) in ahead.iter().enumerate() {
            let soon = later.planned.at.millis_since(now) <= AHEAD_SECONDS_MAX * 1_000;
            if soon
                && later.intent.is_none()
                && let Some(command) = self.ask(&later.planned)?
            {
                asking.push((index, store.submit(command)));
            }
        }
        if let Some(later) = ahead.front_mut().filter(|later| later.intent.is_some()) {
            let at = later.planned.at.max(now);
            later.signed = self.command(&later.planned, later.intent.as_ref(), at)?;
        }
        self.note(&next.planned, playing.await?.outcome);
        for (index, asked) in asking {
            let intent = intent_of(asked.await?.outcome)?;
            if let Some(later) = ahead.get_mut(index) {
                later.intent = Some(intent);
            }
        }
        Ok(())
    }

    /// The deed as a command; `None` when what it follows was refused.
    fn command(
        &mut self,
        planned: &Planned,
        intent: Option<&Intent>,
        now: Instant,
    ) -> Result<Option<Command>, SettleError> {
        let town = self.town;
        match planned.deed {
            Deed::TopUp { payer, amount } => {
                let person = town.people().get(payer).ok_or(SettleError::Unknown("payer"))?;
                Ok(Some(top_up(person, amount)))
            }
            Deed::Pay { payment, payer, merchant, amount, .. } => {
                let shop = town.merchants().get(merchant).ok_or(SettleError::Unknown("merchant"))?;
                let intent = intent.ok_or(SettleError::Unknown("intent"))?;
                let (id, command) = self.teller.pay(payer, shop, intent, now)?;
                self.paid.insert(payment, Paid { id, merchant, status: PaymentStatus::Refused, left: amount });
                Ok(Some(command))
            }
            Deed::Capture { payment, .. } | Deed::Void { payment } => {
                self.follow(payment, PaymentStatus::Authorized, planned, now)
            }
            Deed::Refund { payment, .. } => self.follow(payment, PaymentStatus::Captured, planned, now),
        }
    }

    fn follow(
        &mut self,
        payment: u64,
        wanted: PaymentStatus,
        planned: &Planned,
        now: Instant,
    ) -> Result<Option<Command>, SettleError> {
        let Some(paid) = self.paid.get(&payment).filter(|paid| paid.status == wanted) else { return Ok(None) };
        let shop = self.town.merchants().get(paid.merchant).ok_or(SettleError::Unknown("merchant"))?;
        let payment = paid.id;
        let command = match planned.deed {
            Deed::Capture { amount, .. } => {
                let path = format!("/v1/payments/{payment}/capture");
                let body = CaptureBody { amount: Some(amount) };
                Command::Capture { signed: self.teller.merchant_signs(shop, &path, &body, now)?, payment }
            }
            Deed::Void { .. } => {
                let path = format!("/v1/payments/{payment}/void");
                let body = VoidBody { amount: None };
                Command::Void { signed: self.teller.merchant_signs(shop, &path, &body, now)?, payment }
            }
            Deed::Refund { amount, .. } => {
                let refund = self.dice.id(RefundId::new, now);
                let body = RefundBody { amount, cause: None, payment, reason: refund_reason(), refund };
                Command::Refund { signed: self.teller.merchant_signs(shop, "/v1/refunds", &body, now)? }
            }
            Deed::TopUp { .. } | Deed::Pay { .. } => return Ok(None),
        };
        Ok(Some(command))
    }

    fn note(&mut self, planned: &Planned, outcome: Result<Accepted, payments::Refusal>) {
        let done = &mut self.settled;
        match (&planned.deed, outcome) {
            (Deed::Pay { payment, .. }, Ok(Accepted::Payment { payment: row, .. })) => {
                done.payments += 1;
                if let Some(paid) = self.paid.get_mut(payment) {
                    paid.status = row.status;
                }
            }
            (Deed::Pay { .. }, _) => done.refused += 1,
            (Deed::TopUp { .. }, Ok(_)) => done.top_ups += 1,
            (Deed::Capture { payment, amount }, Ok(_)) => {
                done.captured += 1;
                if let Some(paid) = self.paid.get_mut(payment) {
                    (paid.status, paid.left) = (PaymentStatus::Captured, *amount);
                }
            }
            (Deed::Void { .. }, Ok(_)) => done.voided += 1,
            (Deed::Refund { .. }, Ok(_)) => done.refunds += 1,
            _ => {}
        }
    }
}

fn accepted(what: &'static str, outcome: Result<Accepted, payments::Refusal>) -> Result<Accepted, SettleError> {
    outcome.map_err(|refusal| SettleError::Refused { what, reason: refusal.first() })
}

fn intent_of(outcome: Result<Accepted, payments::Refusal>) -> Result<Intent, SettleError> {
    match accepted("a payment request", outcome)? {
        Accepted::Intent(intent) => Ok(intent),
        _ => Err(SettleError::Unknown("intent")),
    }
}
