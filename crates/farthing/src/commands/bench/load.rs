//! The load itself: open-loop arrivals, one proof and one `POST /v1/payments` each.
//!
//! Operations start when they are due, not when an earlier one has been answered. When every connection is busy the
//! next operation waits for one, and that wait counts: latency runs from the moment it was due.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use device::{Heard, Moment, Phone, Shown, SoftwareKey};
use hdrhistogram::Histogram;
use money::{Instant, PaymentId};
use protocol::{IntentView, Problem};
use simulator::Dice;
use simulator::http::{Answer, Connection, Outgoing};
use store::{Clock, SystemClock};
use tokio::task::JoinSet;
use tokio::time::Instant as Tick;

use super::fleet::{Fleet, Shop};
use crate::failure::{Failure, failed};

/// Latencies are kept up to this, in microseconds; longer ones count as this.
const LATENCY_MICROS_MAX: u64 = 120_000_000;
/// From the order to begin to the first operation.
const LEAD: Duration = Duration::from_millis(50);

/// What is to be paid, prepared.
pub(super) enum Task {
    /// An intent that was made, fetched, checked and shown beforehand.
    Pay(Box<Shown>),
    /// Nothing yet: the merchant asks within the operation.
    AskAndPay,
}

/// So many operations, each due at its offset from the start.
pub(super) struct Load {
    pub(super) due: Vec<Duration>,
    pub(super) tasks: Vec<Task>,
}

/// What came of a load.
pub(super) struct Measured {
    /// Operations started.
    pub(super) offered: u64,
    /// Payments accepted.
    pub(super) accepted: u64,
    /// What else was answered or broke, by name.
    pub(super) errors: BTreeMap<String, u64>,
    /// From due to answered, in microseconds, accepted payments only.
    pub(super) latency: Histogram<u64>,
    /// From the first due moment to the last answer.
    pub(super) elapsed: Duration,
}

impl Measured {
    fn new() -> Result<Self, Failure> {
        let latency = Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, 3).map_err(failed("cannot measure"))?;
        Ok(Self { offered: 0, accepted: 0, errors: BTreeMap::new(), latency, elapsed: Duration::ZERO })
    }

    fn take_in(&mut self, other: &Self) -> Result<(), Failure> {
        self.offered += other.offered;
        self.accepted += other.accepted;
        for (name, count) in &other.errors {
            *self.errors.entry(name.clone()).or_default() += count;
        }
        self.elapsed = self.elapsed.max(other.elapsed);
        self.latency.add(&other.latency).map_err(failed("cannot measure"))
    }

    /// How many operations did not end in an accepted payment.
    pub(super) fn error_count(&self) -> u64 {
        self.errors.values().sum()
    }
}

/// Everything the workers share.
struct Shared {
    load: Load,
    fleet: Arc<Fleet>,
    next: AtomicUsize,
    start: Tick,
}

/// Runs a load over the fleet's connections, to its end.
pub(super) async fn run(fleet: &Arc<Fleet>, load: Load) -> Result<Measured, Failure> {
    let start = Tick::now() + LEAD;
    let shared = Arc::new(Shared { load, fleet: Arc::clone(fleet), next: AtomicUsize::new(0), start });
    let mut workers = JoinSet::new();
    for line in fleet.take_lines() {
        workers.spawn(Worker::new(Arc::clone(&shared), line)?.run());
    }
    let mut measured = Measured::new()?;
    while let Some(worker) = workers.join_next().await {
        let worker = worker.map_err(failed("a worker of the load stopped"))?;
        measured.take_in(&worker.measured)?;
        fleet.put_back(worker.line);
    }
    Ok(measured)
}

/// One connection and what was seen on it.
struct Worker {
    shared: Arc<Shared>,
    line: Connection,
    dice: Dice,
    measured: Measured,
}

impl Worker {
    fn new(shared: Arc<Shared>, line: Connection) -> Result<Self, Failure> {
        let seed = u64::from_be_bytes(store::entropy::random().map_err(failed("cannot measure"))?);
        Ok(Self { shared, line, dice: Dice::new(seed, "bench", &[]), measured: Measured::new()? })
    }

    async fn run(mut self) -> Self {
        let shared = Arc::clone(&self.shared);
        loop {
            let index = shared.next.fetch_add(1, Ordering::Relaxed);
            let (Some(due), Some(task)) = (shared.load.due.get(index), shared.load.tasks.get(index)) else {
                return self;
            };
            let due = shared.start + *due;
            tokio::time::sleep_until(due).await;
            self.measured.offered += 1;
            let outcome = self.operate(index, task).await;
            let now = Tick::now();
            self.measured.elapsed = self.measured.elapsed.max(now.duration_since(shared.start));
            match outcome {
                Ok(()) => {
                    self.measured.accepted += 1;
                    let micros = u64::try_from(now.duration_since(due).as_micros()).unwrap_or(LATENCY_MICROS_MAX);
                    self.measured.latency.saturating_record(micros);
                }
                Err(name) => *self.measured.errors.entry(name).or_default() += 1,
            }
        }
    }

    /// One operation; `Err` names what came instead of an accepted payment.
    async fn operate(&mut self, index: usize, task: &Task) -> Result<(), String> {
        let shared = Arc::clone(&self.shared);
        match task {
            Task::Pay(shown) => self.pay(&shared.fleet, index, shown).await,
            Task::AskAndPay => {
                let shop = shared.fleet.shop(index).ok_or("no merchant")?;
                let intent = ask(&mut self.line, shop).await?;
                let shown = show(&shared.fleet, intent)?;
                self.pay(&shared.fleet, index, &shown).await
            }
        }
    }

    async fn pay(&mut self, fleet: &Fleet, index: usize, shown: &Shown) -> Result<(), String> {
        let phone = fleet.phone(index).ok_or("no phone")?;
        let at = self.moment();
        let payment = self.dice.id(PaymentId::new, at.now);
        let answer = self.approve(phone, shown, payment, at).await?;
        let heard = hear(phone, &answer);
        if heard == Heard::SignAgain {
            let at = self.moment();
            let answer = self.approve(phone, shown, payment, at).await?;
            hear(phone, &answer);
            return judged(&answer);
        }
        judged(&answer)
    }

    /// Signs with the phone's key and sends: the one request of a payment.
    async fn approve(
        &mut self,
        phone: &Mutex<Phone<SoftwareKey>>,
        shown: &Shown,
        payment: PaymentId,
        at: Moment,
    ) -> Result<Answer, String> {
        let signed = phone.lock().unwrap_or_else(PoisonError::into_inner).pay(shown, payment, at);
        let request = signed.map_err(|error| error.to_string())?;
        let outgoing =
            Outgoing { method: request.method, path: &request.path, headers: &request.headers, body: &request.body };
        self.line.send(outgoing).await.map_err(|error| error.to_string())
    }

    fn moment(&mut self) -> Moment {
        Moment { now: SystemClock.now(), random: self.dice.bytes() }
    }
}

fn hear(phone: &Mutex<Phone<SoftwareKey>>, answer: &Answer) -> Heard {
    phone.lock().unwrap_or_else(PoisonError::into_inner).hear(answer.status, answer.nonce.as_deref())
}

/// Whether an answer is an accepted payment, else its name.
pub(super) fn judged(answer: &Answer) -> Result<(), String> {
    if answer.is_success() { Ok(()) } else { Err(problem_name(answer)) }
}

fn problem_name(answer: &Answer) -> String {
    match answer.json::<Problem>() {
        Ok(problem) => format!("{} {}", answer.status, problem.code.code()),
        Err(_) => format!("{} without a problem", answer.status),
    }
}

/// The merchant asks for the amount every operation is about.
pub(super) async fn ask(line: &mut Connection, shop: &Shop) -> Result<IntentView, String> {
    let outgoing = Outgoing { method: "POST", path: "/v1/intents", headers: &shop.headers, body: &shop.body };
    let answer = line.send(outgoing).await.map_err(|error| error.to_string())?;
    judged(&answer)?;
    answer.json().map_err(|error| error.to_string())
}

/// What a phone does before it shows terms: checks the code's signature, and the terms against the code.
pub(super) fn show(fleet: &Fleet, intent: IntentView) -> Result<Shown, String> {
    let now: Instant = SystemClock.now();
    device::check_shown(&intent.code, intent.core, fleet.keys(), now).map_err(|error| error.to_string())
}
