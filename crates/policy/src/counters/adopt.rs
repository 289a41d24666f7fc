//! Limits that came, or changed what they count, after counters were begun.

use super::tally::{Bucket, Mark};
use super::{Counted, Counters, counted, own, subject};
use crate::condition::{Condition, Truth, View};
use crate::decide::concerns;
use crate::fact::Facts;
use crate::input::Request;
use crate::library::Library;
use crate::pack::{Limit, Pack, Window};
use crate::time::Span;

/// For so many seconds payments are kept one by one: two days.
const ONE_BY_ONE_SECONDS: i64 = 2 * 86_400;

/// What `limit` counts, as a digest: another cap changes nothing about what was used. Short, since it stands with every
/// payer.
pub(crate) fn what_counts(pack: &Pack, when: &Condition, limit: &Limit) -> String {
    let counts = limit.counts.as_ref().unwrap_or(when);
    let Limit { window, subject, refunds, .. } = limit;
    let words = format!("{} {:?} {window:?} {subject:?} {refunds:?} {counts:?}", pack.zone.name(), pack.calendar);
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, words.as_bytes());
    hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Every limit that counts something for whoever `about` is about.
fn all<'a>(library: &'a Library, about: &'a Request) -> impl Iterator<Item = Counted<'a>> {
    library.packs().iter().filter(move |pack| concerns(pack, about)).flat_map(counted)
}

impl Counters {
    fn knows(&self, one: &Counted<'_>) -> bool {
        self.limits.get(&one.key.name) == Some(&one.key.counts)
    }

    /// The first limit these counters cannot speak for.
    pub(super) fn stranger<'a>(&self, library: &'a Library, about: &'a Request) -> Option<Counted<'a>> {
        if self.is_empty() { None } else { all(library, about).find(|one| !self.knows(one)) }
    }

    /// Takes up the limits that came, or changed what they count, since these were begun, and forgets those that went;
    /// whether there was anything to do. What a new limit would have counted is taken from what is kept for the payer's
    /// own limits: days, months and years as they are, up to two days one by one, anything longer as the whole calendar
    /// year. So it says at least what the history would, but for what lies before this year.
    pub fn adopt(&mut self, library: &Library, about: &Request) -> bool {
        if self.is_empty() {
            return false;
        }
        let count = self.limits.len();
        self.limits.retain(|key, _| all(library, about).any(|one| one.key.name == *key));
        let went = self.limits.len() != count;
        if went {
            self.tallies.retain(|key, _| self.limits.contains_key(key));
        }
        let strangers: Vec<Counted<'_>> = all(library, about).filter(|one| !self.knows(one)).collect();
        for stranger in &strangers {
            let name = &stranger.key.name;
            self.tallies.remove(name);
            for mark in stranger.past(self, library, about) {
                self.apply(&mark);
            }
            for marks in self.open.values_mut() {
                marks.retain(|mark| mark.limit != *name);
                let apart = marks.iter().find_map(own::one_by_one).map(|(facts, bucket)| (facts, *bucket));
                marks.extend(apart.and_then(|(facts, bucket)| stranger.seen(library, about, &facts, bucket)));
            }
            self.limits.insert(name.clone(), stranger.key.counts.clone());
        }
        went || !strangers.is_empty()
    }
}

impl Counted<'_> {
    /// The own limits' window that says what this one would have counted.
    fn like(&self) -> &'static str {
        let is_short = |span: &Span| matches!(span, Span::Seconds(seconds) if *seconds <= ONE_BY_ONE_SECONDS);
        match &self.limit.window {
            Window::Day => "day",
            Window::Month => "month",
            Window::Band { .. } => own::ONE_BY_ONE,
            Window::Rolling(span) | Window::SinceFact(_, span) if is_short(span) => own::ONE_BY_ONE,
            _ => "year",
        }
    }

    fn past(&self, counters: &Counters, library: &Library, about: &Request) -> Vec<Mark> {
        let like = self.like();
        let is_same_zone = crate::own::zone(library, about).name() == self.pack.zone.name();
        // A whole year stands at the present moment: wherever the window begins, all of it lies within.
        let stays = like == own::ONE_BY_ONE
            || (is_same_zone && !matches!((like, &self.limit.window), ("year", window) if *window != Window::Year));
        let mut marks = Vec::new();
        for (category, channel, buckets) in counters.own.pairs(like) {
            let facts = own::facts(category, channel);
            for bucket in buckets.iter() {
                let at = if stays { bucket.at } else { about.at };
                marks.extend(self.seen(library, about, &facts, Bucket { at, ..*bucket }));
            }
        }
        marks
    }

    /// The mark of what is known only by category and channel; what is not known counts.
    fn seen(&self, library: &Library, about: &Request, facts: &Facts, bucket: Bucket) -> Option<Mark> {
        let view = View {
            facts: &about.facts,
            over: Some(facts),
            at: bucket.at,
            zone: &self.pack.zone,
            calendar: library.calendar(self.pack),
            day_before: false,
        };
        let counts = self.limit.counts.as_ref().unwrap_or(&self.rule.when);
        let is_counted = counts.holds(&view) != Truth::No;
        is_counted.then(|| self.mark_of(bucket.at, bucket, subject(self.limit, facts), false))
    }
}
