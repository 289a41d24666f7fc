//! [`Counters`]: what a payer used of every limit, kept up to date event by event, so that a decision reads no history.
//!
//! One event touches one bucket of every limit that counts it; a decision folds the few buckets of a window. Reserved
//! operations wait apart under their idempotency keys until they are committed or released. Whether an event counts is
//! settled when it happens, with the facts of that moment. It must never say less than the history would.

use std::collections::BTreeMap;

use money::{Amount, Currency, Instant};
use serde::{Deserialize, Serialize};

use crate::condition::{Condition, Truth, View};
use crate::decide::{concerns, decide_with};
use crate::decision::Decision;
use crate::fact::{Fact, Facts, Value};
use crate::input::{Event, OwnLimit, Request};
use crate::library::Library;
use crate::limit::{Used, is_full, is_live};
use crate::limits;
use crate::pack::{Body, Limit, Pack, Refunds, Rule, Window};
use crate::time::{Span, Zone};
use crate::window::{Start, start};

/// What one payer used of every limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// By limit, then by subject.
    tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    /// Reserved and not yet settled, by idempotency key.
    open: BTreeMap<String, Vec<Mark>>,
    /// Keys that were settled, the latest last: a retry counts once.
    settled: Vec<String>,
    /// The packs this was counted under.
    packs: BTreeMap<String, String>,
}

/// Why counters do not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountersError {
    /// A pack changed or came since: count again from the history.
    #[error("`{0}` changed or came since these counters were kept: count again from the history")]
    Stale(String),
    /// There is no such pack.
    #[error("{0}")]
    Pack(String),
}

/// What one operation does to one tally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    limit: String,
    subject: Option<String>,
    step: Step,
    at: Instant,
    bucket: Instant,
    /// The refunded payment's moment, where that matters.
    made: Option<Instant>,
    /// Full strong authentication.
    resets: bool,
    /// How long its bucket matters.
    keep: i64,
}

/// Used under one limit by one subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tally {
    ever: Step,
    /// The same without refunds that restore only the window of their payment.
    unrestored: Step,
    buckets: Vec<Bucket>,
    reset: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    at: Instant,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    made: Option<Instant>,
    step: Step,
}

/// What events do to a sum: `max(sum + add, floor)`, which any sequence of payments and refunds comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    add: i64,
    floor: i64,
    count: i64,
    /// The currency of all; `None` when nothing was counted yet.
    currency: Option<Currency>,
    /// Two currencies, or an amount nobody gave: nothing fits any more.
    mixed: bool,
}

impl Step {
    fn payment(amount: Option<Amount>) -> Self {
        let minor = amount.map_or(0, |amount| amount.minor().max(0));
        Self { add: minor, floor: 0, count: 1, currency: amount.map(Amount::currency), mixed: amount.is_none() }
    }

    fn refund(amount: Amount) -> Self {
        Self { add: amount.minor().max(0).saturating_neg(), ..Self::default() }
    }

    fn then(&mut self, next: &Self) {
        self.floor = self.floor.saturating_add(next.add).max(next.floor);
        self.add = self.add.saturating_add(next.add);
        self.count = self.count.saturating_add(next.count);
        let two = self.currency.zip(next.currency).is_some_and(|(a, b)| a != b);
        self.mixed |= next.mixed || two;
        self.currency = self.currency.or(next.currency);
    }

    fn used(&self, like: Option<Amount>) -> Used {
        let other = self.currency.zip(like).is_some_and(|(mine, like)| mine != like.currency());
        Used { minor: self.add.max(self.floor).into(), count: self.count, foreign: self.mixed || other }
    }
}

impl Tally {
    fn apply(&mut self, mark: &Mark) {
        self.ever.then(&mark.step);
        if mark.made.is_none() {
            self.unrestored.then(&mark.step);
        }
        if self.reset.is_some_and(|reset| mark.at < reset) {
            return;
        }
        let newest = self.buckets.last().map_or(mark.at, |last| last.at.max(mark.at));
        let oldest = newest.unix_millis().saturating_sub(mark.keep.saturating_mul(1_000));
        self.buckets.retain(|bucket| bucket.at.unix_millis() >= oldest);
        let place = self.buckets.partition_point(|bucket| bucket.at <= mark.bucket);
        let before = place.checked_sub(1).and_then(|place| self.buckets.get_mut(place));
        match before.filter(|before| before.at == mark.bucket && before.made.is_none() && mark.made.is_none()) {
            Some(bucket) => bucket.step.then(&mark.step),
            None => {
                let bucket = Bucket { at: mark.bucket, made: mark.made, step: mark.step.clone() };
                self.buckets.insert(place, bucket);
            }
        }
        if mark.resets {
            self.reset = Some(mark.at);
            self.buckets.retain(|bucket| bucket.at > mark.at);
        }
        self.shrink();
    }

    /// Too many buckets: the two oldest become one that lives as long as the younger, which is the strict side.
    fn shrink(&mut self) {
        while self.buckets.len() > limits::BUCKETS_MAX {
            let oldest = self.buckets.remove(0);
            let Some(next) = self.buckets.first_mut() else { return };
            let mut both = oldest.step;
            both.then(&next.step);
            next.step = both;
        }
    }

    fn used(&self, begin: Start, open: &[&Mark], like: Option<Amount>) -> Used {
        let mut sum = Step::default();
        match begin {
            Start::Nothing | Start::Outside => return Used::default(),
            Start::Ever => sum.then(&self.ever),
            Start::Unknown(_) => sum.then(&self.unrestored),
            Start::From(_) | Start::After(_) | Start::AfterFullAuth => {
                for bucket in &self.buckets {
                    if is_inside(begin, bucket.at) && restores(begin, bucket.made) {
                        sum.then(&bucket.step);
                    }
                }
            }
        }
        for mark in open {
            let reset = begin == Start::AfterFullAuth && self.reset.is_some_and(|reset| mark.at < reset);
            let ever = matches!(begin, Start::Ever | Start::Unknown(_));
            if !reset && (ever || is_inside(begin, mark.bucket)) && restores(begin, mark.made) {
                sum.then(&mark.step);
            }
        }
        sum.used(like)
    }
}

fn is_inside(begin: Start, at: Instant) -> bool {
    match begin {
        Start::From(from) => at >= from,
        Start::After(after) => at > after,
        _ => true,
    }
}

fn restores(begin: Start, made: Option<Instant>) -> bool {
    made.is_none_or(|made| matches!(begin, Start::From(from) if made >= from) || begin == Start::Ever)
}

/// The moment that stands for all events of one bucket: no window begins inside one.
fn bucket(window: &Window, zone: &Zone, at: Instant) -> Instant {
    let date = zone.date(at);
    match window {
        Window::Month => zone.start_of(date.first_of_month()),
        Window::Year => zone.start_of(date.first_of_year()),
        Window::Day | Window::Cycle(_) => zone.start_of(date),
        Window::Rolling(span) if span.is_civil() => zone.start_of(date),
        _ => at,
    }
}

/// For how many seconds a bucket may matter, generously.
fn keep(window: &Window) -> i64 {
    const DAY: i64 = 86_400;
    let span = |span: &Span| match span {
        Span::Seconds(seconds) => *seconds,
        Span::Days(days) => i64::from(*days).saturating_mul(DAY),
        Span::Months(months) => i64::from(*months).saturating_mul(31 * DAY),
        // Weekends and long holidays: three calendar days for each, and three weeks.
        Span::BusinessDays(days) => i64::from(*days).saturating_mul(3 * DAY).saturating_add(21 * DAY),
    };
    let days = match window {
        Window::Payment | Window::AnyTime | Window::Lifetime => 0,
        Window::Day | Window::Band { .. } => 2,
        Window::Month | Window::Cycle(_) => 64,
        Window::Year => 732,
        Window::Rolling(length) | Window::SinceFact(_, length) => return span(length).saturating_add(2 * DAY),
        Window::SinceFullAuth => return i64::MAX / 10_000,
    };
    days * DAY
}

/// One limit of one rule, and the key its tallies stand under.
struct Counted<'a> {
    key: String,
    pack: &'a Pack,
    rule: &'a Rule,
    limit: &'a Limit,
}

fn counted<'a>(pack: &'a Pack) -> impl Iterator<Item = Counted<'a>> {
    pack.rules.iter().flat_map(move |rule| {
        let all: &[Limit] = match &rule.body {
            Body::Limit(limit) => std::slice::from_ref(limit),
            Body::Exemption { limits, .. } => limits,
            _ => &[],
        };
        all.iter().enumerate().map(move |(place, limit)| Counted { key: key(pack, rule, place), pack, rule, limit })
    })
}

/// Without the version: a new version of a pack does not reset what was used.
pub(crate) fn key(pack: &Pack, rule: &Rule, place: usize) -> String {
    format!("{}/{}#{place}", pack.id, rule.id)
}

/// Whose it was; `None` when nobody said, which counts for everyone.
fn subject(limit: &Limit, facts: &Facts) -> Option<String> {
    let names = limit.subject.iter().map(|fact| match facts.find(*fact)? {
        Value::Text(text) => Some(text.clone()),
        other => Some(crate::words::value(other)),
    });
    names.collect::<Option<Vec<_>>>().map(|names| names.join("\u{1f}"))
}

/// Under this name stands what counts for everyone, whoever asks.
const ALL: &str = "\u{0}all";
/// Under this name stands what nobody in particular used.
const NOBODY: &str = "\u{0}nobody";

impl Counters {
    /// Counters of all of `history`, in its order.
    #[must_use]
    pub fn of(library: &Library, request: &Request) -> Self {
        let mut counters = Self::default();
        for (place, event) in request.history.iter().enumerate() {
            counters.record(library, request, &format!("history-{place}"), event);
        }
        counters.sign(library, request);
        counters
    }

    /// Counts `event` under `key`, at once and for good; a key already known changes nothing.
    pub fn record(&mut self, library: &Library, about: &Request, key: &str, event: &Event) {
        self.reserve(library, about, key, event);
        self.commit(key);
    }

    /// Sets `event` aside under `key`: it counts from now on, until it is released. A key already known changes nothing.
    pub fn reserve(&mut self, library: &Library, about: &Request, key: &str, event: &Event) {
        self.sign(library, about);
        if self.open.contains_key(key) || self.settled.iter().any(|settled| settled == key) {
            return;
        }
        let mut marks = Vec::new();
        for pack in library.packs().iter().filter(|pack| concerns(pack, about)) {
            let calendar = library.calendar(pack);
            let view = View {
                facts: &about.facts,
                over: Some(&event.facts),
                at: event.at,
                zone: &pack.zone,
                calendar: &calendar,
                day_before: false,
            };
            marks.extend(counted(pack).filter_map(|counted| counted.mark(&view, event, library)));
        }
        marks.extend(own_marks(&crate::own::zone(library, about), event));
        self.open.insert(key.to_owned(), marks);
    }

    /// What was reserved under `key` happened.
    pub fn commit(&mut self, key: &str) {
        for mark in self.settle(key) {
            let subjects = self.tallies.entry(mark.limit.clone()).or_default();
            subjects.entry(ALL.to_owned()).or_default().apply(&mark);
            match &mark.subject {
                Some(subject) => {
                    let nobody = subjects.get(NOBODY).cloned().unwrap_or_default();
                    subjects.entry(subject.clone()).or_insert(nobody).apply(&mark);
                }
                None => {
                    subjects.entry(NOBODY.to_owned()).or_default();
                    subjects.iter_mut().filter(|(name, _)| *name != ALL).for_each(|(_, tally)| tally.apply(&mark));
                }
            }
        }
    }

    /// What was reserved under `key` did not happen: it never counted.
    pub fn release(&mut self, key: &str) {
        self.settle(key);
    }

    fn settle(&mut self, key: &str) -> Vec<Mark> {
        let Some(marks) = self.open.remove(key) else { return Vec::new() };
        self.settled.push(key.to_owned());
        if self.settled.len() > limits::SETTLED_MAX {
            self.settled.remove(0);
        }
        marks
    }

    /// Remembers the packs that are counted under, with the first event. WHY only then: under a pack that comes later
    /// what went before was never counted, so these counters must not speak for it.
    fn sign(&mut self, library: &Library, about: &Request) {
        if !self.is_empty() {
            return;
        }
        for pack in library.packs().iter().filter(|pack| concerns(pack, about)) {
            self.packs.insert(format!("{}@{}", pack.id, pack.version), pack.digest.to_string());
        }
    }

    /// Whether nothing was ever counted: true of a new payer, and of nobody else.
    fn is_empty(&self) -> bool {
        self.tallies.is_empty() && self.open.is_empty() && self.settled.is_empty()
    }

    /// The decision over these counters instead of a history; `request.history` need hold nothing but what no limit counts:
    /// changes of limits, consents, the last use.
    ///
    /// # Errors
    /// When a pack changed or came since these were kept, and with the name of a pack that does not exist.
    pub fn decide(&self, library: &Library, request: &Request) -> Result<Decision, CountersError> {
        for pack in library.packs().iter().filter(|pack| concerns(pack, request)) {
            let name = format!("{}@{}", pack.id, pack.version);
            let is_counted = self.packs.get(&name).is_some_and(|counted| *counted == pack.digest.to_string());
            if !is_counted && !self.is_empty() {
                return Err(CountersError::Stale(name));
            }
        }
        decide_with(library, request, Some(self)).map_err(CountersError::Pack)
    }

    /// What was used of `limit` by whoever `view` is about.
    pub(crate) fn used(&self, key: &str, limit: &Limit, begin: Start, view: &View<'_>, like: Option<Amount>) -> Used {
        let whose = subject(limit, view.facts);
        let concerns =
            |mark: &&Mark| mark.limit == key && (whose.is_none() || mark.subject.is_none() || mark.subject == whose);
        let open: Vec<&Mark> = self.open.values().flatten().filter(concerns).collect();
        let subjects = self.tallies.get(key);
        let name = whose.as_deref().unwrap_or(ALL);
        let tally = subjects.and_then(|subjects| subjects.get(name).or_else(|| subjects.get(NOBODY)));
        match tally {
            Some(tally) => tally.used(begin, &open, like),
            None => Tally::default().used(begin, &open, like),
        }
    }
}

/// What `event` uses of limits the payer may have set, now or later: by window, category and channel.
fn own_marks(zone: &Zone, event: &Event) -> Vec<Mark> {
    let facts = &event.facts;
    if !is_live(facts) || !matches!(facts.text("operation.kind"), None | Some("payment" | "top_up")) {
        return Vec::new();
    }
    let name = |fact: &str| facts.text(fact).unwrap_or_default();
    let subject = format!("{}\u{1f}{}", name("operation.category"), name("operation.channel"));
    let mark = |(name, window): &(&str, Window)| Mark {
        limit: format!("payer/{name}"),
        subject: Some(subject.clone()),
        step: Step::payment(facts.money("operation.amount")),
        at: event.at,
        bucket: bucket(window, zone, event.at),
        made: None,
        resets: false,
        keep: keep(window),
    };
    crate::own::windows().iter().map(mark).collect()
}

impl Counters {
    /// What was used of the payer's own `limit`; what nobody gave a category or channel counts under every one.
    pub(crate) fn used_own(&self, limit: &OwnLimit, begin: Start, like: Option<Amount>) -> Used {
        let key = format!("payer/{}", limit.window);
        let is = |wanted: &Option<String>, said: &str| {
            said.is_empty() || wanted.as_ref().is_none_or(|wanted| wanted == said)
        };
        let covers = |subject: &str| {
            let (category, channel) = subject.split_once('\u{1f}').unwrap_or_default();
            is(&limit.category, category) && is(&limit.channel, channel)
        };
        let mut sum = Used::default();
        let mut add = |more: Used| {
            sum.minor = sum.minor.saturating_add(more.minor);
            sum.count = sum.count.saturating_add(more.count);
            sum.foreign |= more.foreign;
        };
        let subjects = self.tallies.get(&key);
        for (subject, tally) in subjects.into_iter().flatten() {
            if subject != ALL && covers(subject) {
                add(tally.used(begin, &[], like));
            }
        }
        let covered = |mark: &&Mark| mark.limit == key && mark.subject.as_deref().is_some_and(covers);
        let open: Vec<&Mark> = self.open.values().flatten().filter(covered).collect();
        add(Tally::default().used(begin, &open, like));
        sum
    }
}

impl Counted<'_> {
    /// What `event` does to this limit, if anything.
    fn mark(&self, view: &View<'_>, event: &Event, library: &Library) -> Option<Mark> {
        if !is_live(&event.facts) || start(&self.limit.window, view) == Start::Nothing {
            return None;
        }
        let amount = event.facts.money("operation.amount");
        let mut made = None;
        let mut resets = false;
        let step = match event.facts.text("operation.kind").unwrap_or("payment") {
            "refund" if self.limit.refunds == Refunds::None => return None,
            "refund" => {
                if self.limit.refunds == Refunds::OriginalWindow {
                    let fact = Fact::named("operation.refund_of_at")?;
                    made = Some(event.facts.moment(fact)?);
                }
                Step::refund(amount?)
            }
            "payment" | "top_up" => {
                let counts: &Condition = self.limit.counts.as_ref().unwrap_or(&self.rule.when);
                resets = self.limit.window == Window::SinceFullAuth && is_full(&event.facts, &library.factors);
                match counts.holds(view) {
                    Truth::No if resets => Step::default(),
                    Truth::No => return None,
                    _ => Step::payment(amount),
                }
            }
            _ => return None,
        };
        Some(Mark {
            limit: self.key.clone(),
            subject: subject(self.limit, &event.facts),
            step,
            at: event.at,
            bucket: bucket(&self.limit.window, &self.pack.zone, event.at),
            made,
            resets,
            keep: keep(&self.limit.window),
        })
    }
}
