//! What the payer's own limits count: every payment, by window, category and channel, so that a limit set today knows
//! what was paid before it.

use std::collections::BTreeMap;

use money::Amount;
use serde::{Deserialize, Serialize};

use super::Counters;
use super::tally::{Bucket, Buckets, Mark, Step, bucket_at, counts, keep};
use crate::fact::{Fact, Facts, Value};
use crate::input::{Event, OwnLimit};
use crate::limit::{Used, is_live};
use crate::limits;
use crate::time::Zone;
use crate::window::Start;

/// Before the name of a window, in the place of a pack and a rule.
const PREFIX: &str = "payer/";
/// Between category, channel and, where it is no payment, kind.
const AND: char = '\u{1f}';
/// The kind of what comes in: kept beside the payments for limits of packs that come later; no own limit counts it.
const TOP_UP: &str = "top_up";

/// By window, then by category and channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Usage(BTreeMap<String, BTreeMap<String, Buckets>>);

impl Usage {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts `mark` when it is of an own limit.
    pub(crate) fn take(&mut self, mark: &Mark) -> bool {
        let Some(window) = mark.limit.strip_prefix(PREFIX) else { return false };
        let pairs = self.0.entry(window.to_owned()).or_default();
        let named = mark.subject.as_deref().unwrap_or_default();
        // What finds no room counts under every category and channel.
        let name = if pairs.len() < limits::OWN_SUBJECTS_MAX || pairs.contains_key(named) { named } else { "" };
        pairs.entry(name.to_owned()).or_default().add(mark.bucket, mark.at, mark.keep);
        true
    }

    /// Category, channel and buckets of one window.
    pub(crate) fn pairs(&self, window: &str) -> impl Iterator<Item = (&str, &str, &Buckets)> {
        self.0.get(window).into_iter().flatten().map(|(pair, buckets)| {
            let (category, channel) = pair.split_once(AND).unwrap_or_default();
            (category, channel, buckets)
        })
    }
}

/// The window whose payments are kept one by one.
pub(super) const ONE_BY_ONE: &str = "night";

/// Something of which only category, channel and kind are known.
pub(super) fn facts(category: &str, channel: &str) -> Facts {
    let mut facts = Facts::default();
    let (channel, kind) = channel.split_once(AND).unwrap_or((channel, "payment"));
    facts.set(const { Fact::of("operation.kind") }, Value::Text(kind.to_owned()));
    let known =
        [(const { Fact::of("operation.category") }, category), (const { Fact::of("operation.channel") }, channel)];
    for (fact, word) in known.into_iter().filter(|(_, word)| !word.is_empty()) {
        facts.set(fact, Value::Text(word.to_owned()));
    }
    facts
}

/// What is known of a payment by its mark, if it is the one that stands for it alone.
pub(super) fn one_by_one(mark: &Mark) -> Option<(Facts, &Bucket)> {
    let is_it = mark.limit.strip_prefix(PREFIX) == Some(ONE_BY_ONE);
    let (category, channel) = mark.subject.as_deref().filter(|_| is_it)?.split_once(AND)?;
    Some((facts(category, channel), &mark.bucket))
}

/// What `event` uses of limits the payer may have set, now or later.
pub(crate) fn marks(zone: &Zone, event: &Event) -> Vec<Mark> {
    let facts = &event.facts;
    if !is_live(facts) || !matches!(facts.text("operation.kind"), None | Some("payment" | "top_up")) {
        return Vec::new();
    }
    let name = |fact: &str| facts.text(fact).unwrap_or_default();
    let mut subject = format!("{}{AND}{}", name("operation.category"), name("operation.channel"));
    if name("operation.kind") == TOP_UP {
        subject.extend([AND].into_iter().chain(TOP_UP.chars()));
    }
    let windows = crate::own::windows();
    let mark = |(name, window): &(&str, crate::pack::Window)| Mark {
        limit: format!("{PREFIX}{name}"),
        subject: Some(subject.clone()),
        at: event.at,
        bucket: Bucket {
            at: bucket_at(window, zone, event.at),
            made: None,
            step: Step::payment(facts.money("operation.amount")),
        },
        resets: false,
        keep: keep(window),
    };
    windows.iter().map(mark).collect()
}

impl Counters {
    /// What was used of the payer's own `limit`; what nobody gave a category or channel counts under every one.
    pub(crate) fn used_own(&self, limit: &OwnLimit, begin: Start, like: Option<Amount>) -> Used {
        if matches!(begin, Start::Nothing | Start::Outside) {
            return Used::default();
        }
        let is = |wanted: &Option<String>, said: &str| {
            said.is_empty() || wanted.as_ref().is_none_or(|wanted| wanted == said)
        };
        let covers = |category: &str, channel: &str| {
            !channel.contains(AND) && is(&limit.category, category) && is(&limit.channel, channel)
        };
        let mut sum = Step::default();
        for (category, channel, buckets) in self.own.pairs(&limit.window) {
            if covers(category, channel) {
                sum.then(&buckets.since(begin));
            }
        }
        let of_limit = |mark: &&Mark| mark.limit.strip_prefix(PREFIX) == Some(limit.window.as_str());
        for mark in self.open.values().flatten().filter(of_limit) {
            let (category, channel) = mark.subject.as_deref().and_then(|pair| pair.split_once(AND)).unwrap_or_default();
            if covers(category, channel) && counts(begin, &mark.bucket) {
                sum.then(&mark.bucket.step);
            }
        }
        sum.used(like)
    }
}
