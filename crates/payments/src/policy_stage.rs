//! Stage 5: what law, scheme, provider and the payer's own limits make of a payment.
//!
//! The packs are asked with what the provider knows for itself; a payer's word about themselves never loosens anything,
//! and what nobody knows takes the strictest branch. The operator's one threshold for a payment holds besides them all.

use money::{Amount, Instant, ReasonCode};
use policy::{Counter, Decision, Event, Fact, Library, Outcome, Reason, Request, Rulebook, Value};
use protocol::{Channel, PaymentStatus, Strength};

use crate::change::Change;
use crate::decide::Context;
use crate::facts::ArrivalFacts;
use crate::identity;
use crate::kept::Kept;
use crate::limits;
use crate::model::{Device, Payer, Payment};
use crate::own_limits::OwnLimits;
use crate::pipeline::Case;
use crate::step_up::Demand;
use crate::usage::Usage;
use crate::wait::Wait;

/// Out of what a wallet pays, in the packs' words.
pub(crate) const FUNDING: &str = "prepaid_wallet";

/// Why a payment may not go on, with the rules that say so.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) reason: ReasonCode,
    /// The strictest first; empty where no rule speaks.
    pub(crate) rules: Vec<Reason>,
}

impl From<ReasonCode> for Stop {
    fn from(reason: ReasonCode) -> Self {
        Self { reason, rules: Vec::new() }
    }
}

/// What the packs say about a payment.
pub(crate) struct Judgement {
    /// Whether it may go on, and what it demands then.
    pub(crate) verdict: Result<Option<Demand>, ReasonCode>,
    /// How long it waits before it goes on.
    pub(crate) wait: Option<Wait>,
    /// The rules that mattered, the strictest first.
    pub(crate) rules: Vec<Reason>,
    /// Every limit that was looked at.
    pub(crate) counters: Vec<Counter>,
    /// The least that is left under any of them afterwards.
    pub(crate) headroom: Amount,
    asked: Request,
    /// The same of a payer who may be otherwise.
    doubts: Vec<Request>,
}

/// What a device's own signature is worth, and what a check adds to it, in the packs' words.
const fn factors(strength: Strength) -> &'static [&'static str] {
    match strength {
        Strength::DeviceKey => &["device_key"],
        Strength::Pin => &["device_key", "pin"],
        Strength::Passkey => &["device_key", "passkey"],
        Strength::Attested => &["device_key", "passkey", "attested_passkey"],
    }
}

/// The checks that can be asked for, the weakest first.
const CHECKS: [Strength; 3] = [Strength::Pin, Strength::Passkey, Strength::Attested];

/// Asks the packs about a payment of `total`.
pub(crate) fn judge(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Judgement {
    let limit = context.settings.payment_limit();
    let left = limit.checked_sub(total).ok().filter(|left| !left.is_negative());
    let mut judgement = Judgement {
        verdict: left.map(|_| None).ok_or(ReasonCode::PolicyPaymentLimit),
        wait: None,
        rules: Vec::new(),
        counters: Vec::new(),
        headroom: left.unwrap_or(Amount::zero(total.currency())),
        asked: Request::new(context.at),
        doubts: Vec::new(),
    };
    // Without its packs nothing is decided: a record is made again only with them.
    let Some(book) = context.settings.packs.book() else {
        judgement.verdict = Err(ReasonCode::ServiceFault);
        return judgement;
    };
    let Some((asked, decision)) = decided(context, case, total) else {
        judgement.verdict = Err(ReasonCode::ServiceFault);
        return judgement;
    };
    judgement.asked = asked;
    judgement.take(decision, book.library());
    let usage = usage(context, case, book, &judgement.asked);
    for doubt in identity::doubts(context, case.payer.id) {
        let mut asked = judgement.asked.clone();
        doubt.tell(&mut asked.facts);
        match usage.counters.decide(book.library(), &asked) {
            Ok(decision) => judgement.doubt(decision, book.library()),
            Err(_) => judgement.verdict = Err(ReasonCode::ServiceFault),
        }
        judgement.doubts.push(asked);
    }
    identity::cite(context, case.payer.id, &mut judgement.rules);
    judgement
}

/// What is asked about a payment of `total`, and what the packs say; `None` where they cannot be asked.
pub(crate) fn decided(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Option<(Request, Decision)> {
    let book = context.settings.packs.book()?;
    let asked = ask(context, case, book, total);
    let usage = usage(context, case, book, &asked);
    let decision = usage.counters.decide(book.library(), &asked).ok()?;
    Some((asked, decision))
}

impl Judgement {
    fn take(&mut self, decision: Decision, library: &Library) {
        let held = decision.hold.filter(|_| decision.outcome == Outcome::Hold);
        self.wait = held.and_then(|held| Wait::of(held, self.asked.at));
        let said = match self.wait {
            // The money is set aside once every check is done.
            Some(_) => demanded(&decision, library),
            None => verdict(&decision, library),
        };
        self.verdict = match (&self.verdict, said) {
            (Err(ours), Err(theirs)) => Err(theirs.min(*ours)),
            (Err(ours), Ok(_)) => Err(*ours),
            (Ok(_), Err(theirs)) => Err(theirs),
            (Ok(ours), Ok(theirs)) => Ok(Demand::join(ours.clone(), theirs)),
        };
        self.headroom = decision.headroom.map_or(self.headroom, |left| least(self.headroom, left));
        self.counters = decision.counters;
        let matter = decision.reasons.into_iter().filter(|reason| reason.outcome > Outcome::Permit);
        self.rules = matter.take(limits::RULES_TOLD_MAX).collect();
        let until = decision.held_until;
        for rule in self.rules.iter_mut().filter(|rule| rule.outcome == Outcome::Hold) {
            rule.details.extend(until.iter().map(|until| format!("until {until}")));
        }
    }

    /// The same of a payer who may be otherwise: the stricter answer counts, and the rules of both are told.
    fn doubt(&mut self, decision: Decision, library: &Library) {
        let (rules, counters) = (std::mem::take(&mut self.rules), std::mem::take(&mut self.counters));
        let wait = self.wait.take();
        self.take(decision, library);
        self.wait = Wait::join(wait, self.wait.take());
        let further: Vec<Reason> = rules.into_iter().filter(|rule| !self.rules.contains(rule)).collect();
        self.rules.extend(further);
        self.rules.sort_by_key(|rule| std::cmp::Reverse(rule.outcome));
        self.rules.truncate(limits::RULES_TOLD_MAX);
        let is_known = |counter: &Counter| self.counters.iter().any(|known| known.rule == counter.rule);
        let further: Vec<Counter> = counters.into_iter().filter(|counter| !is_known(counter)).collect();
        self.counters.extend(further);
    }

    /// The verdict, with the rules behind it.
    pub(crate) fn stop(self) -> Result<Self, Stop> {
        match self.verdict {
            Err(reason) => Err(Stop { reason, rules: self.rules }),
            Ok(_) => Ok(self),
        }
    }

    /// What the packs want beyond the device key's signature.
    pub(crate) fn demand(&self) -> Option<Demand> {
        self.verdict.as_ref().ok().and_then(Clone::clone)
    }

    /// Counts the payment, which was approved with `strength`, in its own commit.
    pub(crate) fn count(self, context: &mut Context<'_>, payment: &Payment, strength: Strength) {
        let Some(book) = context.settings.packs.book() else { return };
        let mut usage = Usage::of(context, payment.payer);
        let mut asked = self.asked;
        asked.facts.set(FACTORS, texts(factors(strength)));
        let event = Event { at: context.at, facts: asked.facts.clone() };
        let (library, key) = (book.library(), payment.id.to_string());
        usage.counters.adopt(library, &asked);
        let mut abouts = [vec![asked], self.doubts].concat();
        abouts.iter_mut().for_each(|about| about.facts.set(FACTORS, texts(factors(strength))));
        match payment.status {
            PaymentStatus::Authorized | PaymentStatus::Held => {
                usage.counters.reserve_in_doubt(library, &abouts, &key, &event);
            }
            _ => usage.counters.record_in_doubt(library, &abouts, &key, &event),
        }
        usage.last_used_at = Some(context.at);
        context.push(Change::Kept(Kept::Usage(usage)));
    }
}

fn least(a: Amount, b: Amount) -> Amount {
    if b.compare(a).is_some_and(std::cmp::Ordering::is_lt) { b } else { a }
}

/// The usage to decide over: with limits that came since it was begun taken up.
fn usage(context: &Context<'_>, case: &Case<'_>, book: &Rulebook, asked: &Request) -> Usage {
    let mut usage = Usage::of(context, case.payer.id);
    usage.counters.adopt(book.library(), asked);
    usage
}

/// What is to be done about a decision.
pub(crate) fn verdict(decision: &Decision, library: &Library) -> Result<Option<Demand>, ReasonCode> {
    let stopped = |reason: &Reason| match reason.code.as_str() {
        _ if reason.pack == "payer" && reason.code == "OwnLimit" => ReasonCode::PolicyOwnLimit,
        "FactMissing" => ReasonCode::PolicyFactMissing,
        "GuardianConsent" => ReasonCode::PolicyGuardian,
        _ if reason.cap.is_some() => ReasonCode::PolicyLimit,
        _ => ReasonCode::PolicyRefused,
    };
    match decision.outcome {
        Outcome::Permit => Ok(None),
        Outcome::Deny => {
            let all = decision.reasons.iter().filter(|reason| reason.outcome == Outcome::Deny).map(stopped);
            Err(all.min().unwrap_or(ReasonCode::PolicyRefused))
        }
        // WHY refused: the rule says where it may go, and that is told; this provider has no such way of paying.
        Outcome::Route => Err(ReasonCode::PolicyElsewhere),
        Outcome::Hold => Err(ReasonCode::PolicyHeld),
        Outcome::StepUp => match demanded(decision, library)? {
            Some(demand) => Ok(Some(demand)),
            None => Err(ReasonCode::PolicyProofImpossible),
        },
    }
}

/// The weakest check that meets what a decision demands, if it demands any.
fn demanded(decision: &Decision, library: &Library) -> Result<Option<Demand>, ReasonCode> {
    let Some(asked) = &decision.step_up else { return Ok(None) };
    let enough = CHECKS.into_iter().find(|check| library.meets(asked, factors(*check)));
    let strength = enough.ok_or(ReasonCode::PolicyProofImpossible)?;
    Ok(Some(Demand::new(strength, ReasonCode::PolicyProofNeeded)))
}

const FACTORS: Fact = Fact::of("auth.factors");

fn text(word: &str) -> Value {
    Value::Text(word.to_owned())
}

fn texts(words: &[&str]) -> Value {
    Value::Texts(words.iter().map(|word| (*word).to_owned()).collect())
}

/// Says facts by their names, which are looked up while this is compiled.
macro_rules! say {
    ($facts:expr, $($name:literal => $value:expr),+ $(,)?) => {
        $($facts.set(const { Fact::of($name) }, $value);)+
    };
}

/// The question: only what this provider knows for itself, or somebody checked. What nobody knows takes a pack's strictest
/// branch.
fn ask(context: &Context<'_>, case: &Case<'_>, book: &Rulebook, total: Amount) -> Request {
    let mut request = about(context, case.payer, case.device, book);
    let category = book.library().category(&case.intent.core.payee.category);
    let payee = case.payee.card.id;
    let pair = context.state.pair(case.payer.id, payee);
    say!(request.facts,
        "operation.amount" => Value::Money(total),
        "operation.channel" => text(channel(case.arrival).word()),
        "operation.category" => text(category),
        "operation.payee" => Value::Text(payee.to_string()),
        "operation.payee_new" => Value::Flag(pair.is_none_or(|pair| pair.captured_at.is_none())),
        "operation.static_code" => Value::Flag(channel(case.arrival) == Channel::QrStatic),
    );
    request.limits = OwnLimits::holding(context, case.payer.id);
    request
}

/// What is known of every payment out of this wallet with this device.
pub(crate) fn about(context: &Context<'_>, payer: &Payer, device: &Device, book: &Rulebook) -> Request {
    let mut request = about_wallet(context, payer, book);
    about_device(&mut request, device);
    say!(request.facts,
        "operation.kind" => text("payment"),
        "operation.direction" => text("outgoing"),
        "operation.payee_trusted" => Value::Flag(false),
        "operation.own_account" => Value::Flag(false),
    );
    request
}

/// What is known of whatever concerns this wallet.
pub(crate) fn about_wallet(context: &Context<'_>, payer: &Payer, book: &Rulebook) -> Request {
    let mut request = book.request(context.at);
    let last_used_at = context.state.usage(payer.id).and_then(|usage| usage.last_used_at);
    say!(request.facts,
        "operation.funding" => text(FUNDING),
        "operation.instrument" => Value::Text(payer.wallet.to_string()),
        "operation.account" => Value::Text(payer.wallet.to_string()),
        "operation.recurring" => text("none"),
        "payer.id" => Value::Text(payer.id.to_string()),
        // A wallet is opened by a person for themselves.
        "payer.kind" => text("consumer"),
        "payer.enrolled_at" => Value::Moment(payer.opened_at),
        // Nothing is paid before it is there, and no number or address is kept that could change.
        "payer.arrears" => Value::Flag(false),
        "payer.contact_changed_at" => Value::Never,
        "payer.last_used_at" => last_used_at.map_or(Value::Never, Value::Moment),
    );
    if let Some(account) = context.state.account(payer.wallet) {
        say!(request.facts, "payer.balance" => Value::Money(account.posted()));
    }
    identity::tell(context, payer.id, &mut request.facts);
    request
}

/// What is known of whatever this device asks for.
pub(crate) fn about_device(request: &mut Request, device: &Device) {
    say!(request.facts,
        "operation.device" => Value::Text(device.id.to_string()),
        "device.registered" => Value::Flag(true),
        "device.bound_at" => Value::Moment(device.bound_at),
        "device.token_activated_at" => Value::Moment(device.bound_at),
        // The signature is over the terms: amount and payee.
        "auth.linked" => Value::Flag(true),
        "auth.factors" => texts(factors(Strength::DeviceKey)),
    );
}

/// Until when the packs want the record of a payment of `amount` for `category` kept. WHY two days more than they say: a
/// date ends later in some places than in others, and too early is never right.
pub(crate) fn kept_until(context: &Context<'_>, amount: Amount, category: &str) -> Option<Instant> {
    let book = context.settings.packs.book()?;
    let mut request = book.request(context.at);
    say!(request.facts,
        "operation.kind" => text("payment"),
        "operation.direction" => text("outgoing"),
        "operation.amount" => Value::Money(amount),
        "operation.category" => text(book.library().category(category)),
        "operation.funding" => text(FUNDING),
        "operation.recurring" => text("none"),
    );
    let decision = policy::decide(book.library(), &request).ok()?;
    let records = decision.retention.iter().filter(|kept| kept.field.is_none());
    let last = records.map(|kept| kept.until.as_str()).max()?;
    let midnight: Instant = format!("{last}T00:00:00Z").parse().ok()?;
    midnight.checked_add_seconds(2 * 86_400)
}

const fn channel(arrival: &ArrivalFacts) -> Channel {
    match arrival {
        ArrivalFacts::Code { .. } => Channel::QrDynamic,
        ArrivalFacts::Sticker(_) => Channel::QrStatic,
        ArrivalFacts::Link | ArrivalFacts::BadCode(_) => Channel::Remote,
    }
}
