//! [`Breaker`]: a rule or a score that stops more than its share of a window's payments has its refusals demoted to
//! step-ups, never to approvals: so a bad rule cannot close the shop, and flooding a good one cannot open it.
//!
//! It counts outside the decision; what it demotes goes into the settings, and so into every decision's record.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::limits::BREAKER_SLOTS;
use crate::rule::RuleSet;
use crate::settings::RiskSettings;

/// One part of the window.
#[derive(Clone, Debug, Default, PartialEq)]
struct Slot {
    number: i64,
    payments: u32,
    stops: BTreeMap<String, u32>,
}

/// Counts of the latest window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Breaker {
    slots: VecDeque<Slot>,
    demoted: BTreeSet<String>,
}

impl Breaker {
    /// Counts one judged payment and what held or refused it (demoted or not: otherwise it would rearm itself).
    pub fn observe(&mut self, settings: &RiskSettings, at_millis: i64, stops: &[String]) {
        let number = self.slot_of(settings, at_millis);
        if self.slots.back().is_none_or(|slot| slot.number < number) {
            self.slots.push_back(Slot { number, ..Slot::default() });
        }
        let oldest = number - BREAKER_SLOTS;
        self.slots.retain(|slot| slot.number > oldest);
        if let Some(slot) = self.slots.back_mut() {
            slot.payments = slot.payments.saturating_add(1);
            for stop in stops {
                let count = slot.stops.entry(stop.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// How many payments of the window something stopped, of how many.
    #[must_use]
    pub fn stopped(&self, id: &str) -> [u64; 2] {
        let payments = self.slots.iter().map(|slot| u64::from(slot.payments)).sum();
        let stops = self.slots.iter().filter_map(|slot| slot.stops.get(id)).map(|count| u64::from(*count)).sum();
        [stops, payments]
    }

    fn slot_of(&self, settings: &RiskSettings, at_millis: i64) -> i64 {
        let length = (i64::from(settings.breaker_window_seconds) * 1000 / BREAKER_SLOTS).max(1);
        let number = at_millis.div_euclid(length);
        // A clock that went back counts in the latest slot.
        self.slots.back().map_or(number, |slot| number.max(slot.number))
    }

    /// What is demoted now. What was demoted comes back once it stops less than half its share of a window.
    pub fn demoted(&mut self, settings: &RiskSettings, rules: Option<&RuleSet>, at_millis: i64) -> &BTreeSet<String> {
        let oldest = self.slot_of(settings, at_millis) - BREAKER_SLOTS;
        self.slots.retain(|slot| slot.number > oldest);
        let payments: u64 = self.slots.iter().map(|slot| u64::from(slot.payments)).sum();
        let mut stops: BTreeMap<&str, u64> = BTreeMap::new();
        for (id, count) in self.slots.iter().flat_map(|slot| &slot.stops) {
            *stops.entry(id).or_default() += u64::from(*count);
        }
        let above = |id: &str, parts: u64| {
            let own = rules.and_then(|rules| rules.named(id)).and_then(|rule| rule.share_max_bp);
            let most = u64::from(own.unwrap_or(settings.breaker_share_bp));
            let enough = payments >= u64::from(settings.breaker_payments_min);
            enough && stops.get(id).copied().unwrap_or(0) * 10_000 * parts > payments * most
        };
        let kept = self.demoted.iter().filter(|id| above(id, 2)).cloned();
        let risen = stops.keys().filter(|id| above(id, 1)).map(|id| (*id).to_owned());
        let demoted: BTreeSet<String> = kept.chain(risen).collect();
        self.demoted = demoted;
        &self.demoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RiskSettings {
        RiskSettings {
            breaker_window_seconds: 60,
            breaker_share_bp: 500,
            breaker_payments_min: 100,
            ..RiskSettings::default()
        }
    }

    /// Payments of one moment, the first `stopped` of them stopped by the rule.
    fn flood(breaker: &mut Breaker, at: i64, payments: u32, stopped: u32) {
        for number in 0..payments {
            let stops = if number < stopped { vec!["bad".to_owned()] } else { Vec::new() };
            breaker.observe(&settings(), at, &stops);
        }
    }

    #[track_caller]
    fn check(breaker: &mut Breaker, at: i64, is_demoted: bool) {
        assert_eq!(breaker.demoted(&settings(), None, at).contains("bad"), is_demoted, "at {at}");
    }

    #[test]
    fn a_rule_above_its_share_is_demoted_and_comes_back_below_half_of_it() {
        let mut breaker = Breaker::default();
        flood(&mut breaker, 0, 99, 99);
        check(&mut breaker, 0, false);
        flood(&mut breaker, 0, 901, 0);
        check(&mut breaker, 0, true);
        // It still stops 4 % of what comes: above half of its share, so it stays demoted.
        flood(&mut breaker, 61_000, 1000, 40);
        check(&mut breaker, 61_000, true);
        flood(&mut breaker, 122_000, 1000, 20);
        check(&mut breaker, 122_000, false);
        flood(&mut breaker, 122_000, 10, 0);
        check(&mut breaker, 122_000, false);
    }

    #[test]
    fn an_empty_window_means_nothing_and_a_clock_going_back_loses_nothing() {
        let mut breaker = Breaker::default();
        flood(&mut breaker, 100_000, 1000, 100);
        check(&mut breaker, 50_000, true);
        flood(&mut breaker, 50_000, 10, 10);
        check(&mut breaker, 100_000, true);
        check(&mut breaker, 1_000_000, false);
    }
}
