//! [`Counters`]: what a payer used of every limit, kept up to date event by event, so that a decision reads no history.
//!
//! One event touches one bucket of every limit that counts it; a decision folds the few buckets of a window. Reserved
//! operations wait apart under their idempotency keys until they are committed or released. Whether an event counts is
//! settled when it happens, with the facts of that moment. It must never say less than the history would.

pub(crate) mod adopt;
mod flat;
mod own;
mod tally;

use std::collections::{BTreeMap, VecDeque};

use money::{Amount, Instant};
use serde::{Deserialize, Serialize};

use crate::condition::{Condition, Truth, View};
use crate::decide::{concerns, decide_with};
use crate::decision::Decision;
use crate::fact::{Fact, Facts, Value};
use crate::input::{Event, Request};
use crate::library::Library;
use crate::limit::{Used, is_full, is_live};
use crate::limits;
use crate::pack::{Body, Limit, LimitKey, Pack, Refunds, Rule, Window};
use crate::window::{Start, start};
use tally::{Bucket, Mark, Step, Tally, bucket_at, keep};

/// What one payer used of every limit. Its size is bounded, however much they pay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// By limit, then by subject.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    tallies: BTreeMap<String, BTreeMap<String, Tally>>,
    /// What the payer's own limits would count, whether there are any or not.
    own: own::Usage,
    /// Reserved and not yet settled, by idempotency key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    open: BTreeMap<String, Vec<Mark>>,
    /// The keys that were settled last, the latest at the end: a retry counts once.
    #[serde(skip_serializing_if = "VecDeque::is_empty", default)]
    settled: VecDeque<String>,
    /// The limits this was counted under, each with what it counts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    limits: BTreeMap<String, String>,
}

/// Why counters do not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountersError {
    /// A limit came, or counts something else, since.
    #[error("`{0}` came or counts something else since these counters were kept: count again from the history")]
    Stale(String),
    /// There is no such pack.
    #[error("{0}")]
    Pack(String),
}

/// One limit of one rule, and the key its tallies stand under.
struct Counted<'a> {
    key: &'a LimitKey,
    pack: &'a Pack,
    rule: &'a Rule,
    limit: &'a Limit,
}

/// Every limit of `pack` that counts anything.
fn counted(pack: &Pack) -> impl Iterator<Item = Counted<'_>> {
    pack.rules.iter().flat_map(move |rule| {
        let all: &[Limit] = match &rule.body {
            Body::Limit(limit) => std::slice::from_ref(limit),
            Body::Exemption { limits, .. } => limits,
            _ => &[],
        };
        let counts = |(_, limit): &(&LimitKey, &Limit)| !matches!(limit.window, Window::Payment | Window::AnyTime);
        rule.keys.iter().zip(all).filter(counts).map(move |(key, limit)| Counted { key, pack, rule, limit })
    })
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

    /// Counts `event` under `key`, at once and for good; a key settled just before changes nothing.
    pub fn record(&mut self, library: &Library, about: &Request, key: &str, event: &Event) {
        self.record_in_doubt(library, std::slice::from_ref(about), key, event);
    }

    /// The same where it is not certain who they are: it counts, once, under every limit that counts it in any of these.
    pub fn record_in_doubt(&mut self, library: &Library, abouts: &[Request], key: &str, event: &Event) {
        self.reserve_in_doubt(library, abouts, key, event);
        self.commit(key);
    }

    /// Sets `event` aside under `key`: it counts from now on, until it is released. A key that is set aside, or was
    /// settled just before, changes nothing; that older ones do not come again is for the caller to see to.
    pub fn reserve(&mut self, library: &Library, about: &Request, key: &str, event: &Event) {
        self.reserve_in_doubt(library, std::slice::from_ref(about), key, event);
    }

    /// The same where it is not certain who they are: it counts, once, under every limit that counts it in any of these.
    pub fn reserve_in_doubt(&mut self, library: &Library, abouts: &[Request], key: &str, event: &Event) {
        abouts.iter().for_each(|about| self.sign(library, about));
        if self.open.contains_key(key) || self.settled.iter().any(|settled| settled == key) {
            return;
        }
        while self.open.len() >= limits::OPEN_MAX {
            self.settle_oldest();
        }
        let mut marks: Vec<Mark> = Vec::new();
        for about in abouts {
            for pack in library.packs().iter().filter(|pack| concerns(pack, about)) {
                let view = View {
                    facts: &about.facts,
                    over: Some(&event.facts),
                    at: event.at,
                    zone: &pack.zone,
                    calendar: library.calendar(pack),
                    day_before: false,
                };
                for mark in counted(pack).filter_map(|counted| counted.mark(&view, event, library)) {
                    let is_same = |known: &Mark| known.limit == mark.limit && known.subject == mark.subject;
                    if abouts.len() == 1 || !marks.iter().any(is_same) {
                        marks.push(mark);
                    }
                }
            }
        }
        if let Some(about) = abouts.first() {
            marks.extend(own::marks(&crate::own::zone(library, about), event));
        }
        self.open.insert(key.to_owned(), marks);
    }

    /// What was reserved under `key` happened.
    pub fn commit(&mut self, key: &str) {
        self.settle(key).iter().for_each(|mark| self.apply(mark));
    }

    /// Of what was reserved under `key` only `amount` happened.
    pub fn commit_part(&mut self, key: &str, amount: Amount) {
        for mut mark in self.settle(key) {
            if mark.bucket.step.count > 0 {
                mark.bucket.step = Step::payment(Some(amount));
            }
            self.apply(&mark);
        }
    }

    /// What was reserved under `key` did not happen: it never counted.
    pub fn release(&mut self, key: &str) {
        self.settle(key);
    }

    fn apply(&mut self, mark: &Mark) {
        if self.own.take(mark) {
            return;
        }
        let subjects = self.tallies.entry(mark.limit.clone()).or_default();
        subjects.entry(ALL.to_owned()).or_default().apply(mark);
        let named = mark.subject.as_ref().filter(|name| has_room(subjects, name, mark));
        match named {
            // WHY not for a limit without subjects: all is all there is.
            Some(subject) if subject.is_empty() => {}
            Some(subject) => {
                let nobody = subjects.get(NOBODY).cloned().unwrap_or_default();
                subjects.entry(subject.clone()).or_insert(nobody).apply(mark);
            }
            None => {
                subjects.entry(NOBODY.to_owned()).or_default();
                subjects.iter_mut().filter(|(name, _)| *name != ALL).for_each(|(_, tally)| tally.apply(mark));
            }
        }
    }

    fn settle(&mut self, key: &str) -> Vec<Mark> {
        let Some(marks) = self.open.remove(key) else { return Vec::new() };
        self.settled.push_back(key.to_owned());
        if self.settled.len() > limits::SETTLED_MAX {
            self.settled.pop_front();
        }
        marks
    }

    /// Too many are set aside: the oldest counts for good, and resets nothing. WHY: both are the strict side.
    fn settle_oldest(&mut self) {
        let first = |marks: &Vec<Mark>| marks.first().map(|mark| mark.at);
        let oldest = self.open.iter().min_by_key(|(_, marks)| first(marks)).map(|(key, _)| key.clone());
        for mark in oldest.and_then(|key| self.open.remove(&key)).unwrap_or_default() {
            self.apply(&Mark { resets: false, ..mark });
        }
    }

    /// Remembers the limits that are counted under, with the first event. WHY only then: under a limit that comes later
    /// what went before was never counted, so these counters must not speak for it.
    fn sign(&mut self, library: &Library, about: &Request) {
        if !self.is_empty() {
            return;
        }
        for pack in library.packs().iter().filter(|pack| concerns(pack, about)) {
            for Counted { key, .. } in counted(pack) {
                self.limits.insert(key.name.clone(), key.counts.clone());
            }
        }
    }

    /// Whether nothing was ever counted: true of a new payer, and of nobody else.
    fn is_empty(&self) -> bool {
        self.limits.is_empty() && self.tallies.is_empty() && self.own.is_empty() && self.open.is_empty()
    }

    /// The decision over these counters instead of a history; `request.history` need hold nothing but what no limit counts:
    /// changes of limits, consents, the last use.
    ///
    /// # Errors
    /// When a limit came, or counts something else, since these were kept, and with the name of a pack that does not exist.
    pub fn decide(&self, library: &Library, request: &Request) -> Result<Decision, CountersError> {
        match self.stranger(library, request) {
            Some(stranger) => Err(CountersError::Stale(stranger.key.name.clone())),
            None => decide_with(library, request, Some(self)).map_err(CountersError::Pack),
        }
    }

    /// What was used of `limit` by whoever `view` is about.
    pub(crate) fn used(&self, key: &str, limit: &Limit, begin: Start, view: &View<'_>, like: Option<Amount>) -> Used {
        if begin == Start::Nothing {
            return Used::default();
        }
        let whose = subject(limit, view.facts);
        let concerns =
            |mark: &&Mark| mark.limit == key && (whose.is_none() || mark.subject.is_none() || mark.subject == whose);
        let open: Vec<&Mark> = self.open.values().flatten().filter(concerns).collect();
        let name = whose.as_deref().filter(|name| !name.is_empty()).unwrap_or(ALL);
        let subjects = self.tallies.get(key);
        match subjects.and_then(|subjects| subjects.get(name).or_else(|| subjects.get(NOBODY))) {
            Some(tally) => tally.used(begin, &open, like),
            None => Tally::default().used(begin, &open, like),
        }
    }
}

/// Whether one more subject has room beside the others; those for whom nothing matters any more make it.
fn has_room(subjects: &mut BTreeMap<String, Tally>, name: &str, mark: &Mark) -> bool {
    if subjects.len() < limits::SUBJECTS_MAX || subjects.contains_key(name) {
        return true;
    }
    let oldest = mark.at.unix_millis().saturating_sub(mark.keep.saturating_mul(1_000));
    let matters = |tally: &Tally| tally.last_at().is_none_or(|at| at.unix_millis() >= oldest);
    // What is counted for a lifetime has no buckets of its own, so it stays.
    subjects.retain(|name, tally| name == ALL || name == NOBODY || mark.keep == 0 || matters(tally));
    subjects.len() < limits::SUBJECTS_MAX
}

impl Counted<'_> {
    /// What `event` does to this limit, if anything.
    fn mark(&self, view: &View<'_>, event: &Event, library: &Library) -> Option<Mark> {
        if !is_live(&event.facts) || start(&self.limit.window, view) == Start::Nothing {
            return None;
        }
        let amount = event.facts.money(const { Fact::of("operation.amount") });
        let mut made = None;
        let mut resets = false;
        let step = match event.facts.text(const { Fact::of("operation.kind") }).unwrap_or("payment") {
            "refund" if self.limit.refunds == Refunds::None => return None,
            "refund" => {
                if self.limit.refunds == Refunds::OriginalWindow {
                    made = Some(event.facts.moment(const { Fact::of("operation.refund_of_at") })?);
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
        Some(self.mark_of(event.at, Bucket { at: event.at, made, step }, subject(self.limit, &event.facts), resets))
    }

    /// `bucket`, which is of one event, brought to this limit's pieces of time.
    fn mark_of(&self, at: Instant, bucket: Bucket, subject: Option<String>, resets: bool) -> Mark {
        let window = &self.limit.window;
        let bucket = Bucket { at: bucket_at(window, &self.pack.zone, bucket.at), ..bucket };
        Mark { limit: self.key.name.clone(), subject, at, bucket, resets, keep: keep(window) }
    }
}
