//! [`Backtest`]: what a candidate pack would have changed about payments that were made, by outcome, amount, age and category.

use std::collections::BTreeMap;

use money::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::condition::View;
use crate::decide::decide;
use crate::decision::{Decision, Outcome, Reason};
use crate::fact::Fact;
use crate::input::Request;
use crate::library::Library;
use crate::pack::{Pack, Period, Status};
use crate::time::Zone;

/// What changed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backtest {
    /// How many payments were looked at.
    pub payments: u64,
    /// Of stored ones: how many never came before the packs, or cannot be asked about again.
    #[serde(default)]
    pub skipped: u64,
    /// How many came out otherwise.
    pub changed: u64,
    /// By outcome before and after.
    pub outcomes: Vec<Moved>,
    /// By amount: up to which power of ten.
    pub amounts: Vec<Moved>,
    /// By age of the payer.
    pub ages: Vec<Moved>,
    /// By what was bought.
    pub categories: Vec<Moved>,
    /// By the rule that decides now and did not before.
    pub rules: Vec<Moved>,
}

/// Payments of one group that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The group; empty where the outcome itself is the group.
    pub group: String,
    /// How they came out.
    pub before: Outcome,
    /// How they would come out.
    pub after: Outcome,
    /// How many.
    pub count: u64,
    /// What they were worth, by currency.
    pub worth: BTreeMap<Currency, i64>,
}

impl Library {
    /// This library with `candidate` in the place of every version of the same pack, as if it were in force always: what
    /// it will say is asked before its first day. The periods of its single rules stay.
    #[must_use]
    pub fn trying(&self, candidate: Pack) -> Self {
        let in_force = Pack {
            status: Status::InForce,
            effective: Period { from: Some(jiff::civil::DateTime::MIN), to: None },
            ..candidate
        };
        self.replacing(in_force)
    }
}

impl Backtest {
    /// Decides `request` under both libraries and counts what differs.
    ///
    /// # Errors
    /// With the name of a pack that does not exist.
    pub fn add(&mut self, current: &Library, candidate: &Library, request: &Request) -> Result<(), String> {
        let (before, after) = (decide(current, request)?, decide(candidate, request)?);
        self.take(request, &before, &after);
        Ok(())
    }

    /// Counts one payment that was decided under both already.
    pub fn take(&mut self, request: &Request, before: &Decision, after: &Decision) {
        self.payments = self.payments.saturating_add(1);
        if before.outcome == after.outcome {
            return;
        }
        self.changed = self.changed.saturating_add(1);
        let amount = request.facts.money("operation.amount");
        let put = |list: &mut Vec<Moved>, group: String| {
            let mut one =
                Moved { group, before: before.outcome, after: after.outcome, count: 1, worth: BTreeMap::new() };
            one.worth.extend(amount.map(|amount| (amount.currency(), amount.minor())));
            add(list, one);
        };
        put(&mut self.outcomes, String::new());
        put(&mut self.amounts, amount.map_or_else(|| "unknown".to_owned(), band));
        put(&mut self.ages, age(request).map_or_else(|| "unknown".to_owned(), age_band));
        put(&mut self.categories, request.facts.text("operation.category").unwrap_or("none").to_owned());
        let name = |reason: &Reason| format!("{}/{}", reason.pack, reason.rule);
        let now = after.reasons.iter().filter(|reason| reason.outcome == after.outcome).map(name);
        let then: Vec<String> = before.reasons.iter().map(name).collect();
        for rule in now.filter(|rule| !then.contains(rule)) {
            put(&mut self.rules, rule);
        }
    }

    /// Counts what another part of the same payments came to.
    pub fn merge(&mut self, other: Self) {
        let Self { payments, skipped, changed, outcomes, amounts, ages, categories, rules } = other;
        self.payments = self.payments.saturating_add(payments);
        self.skipped = self.skipped.saturating_add(skipped);
        self.changed = self.changed.saturating_add(changed);
        let parts = [
            (&mut self.outcomes, outcomes),
            (&mut self.amounts, amounts),
            (&mut self.ages, ages),
            (&mut self.categories, categories),
            (&mut self.rules, rules),
        ];
        for (mine, theirs) in parts {
            theirs.into_iter().for_each(|moved| add(mine, moved));
        }
    }
}

/// Adds `one` to its group. Groups are few: outcomes, bands, categories, rules.
fn add(list: &mut Vec<Moved>, one: Moved) {
    let same = |moved: &&mut Moved| moved.group == one.group && moved.before == one.before && moved.after == one.after;
    let Some(moved) = list.iter_mut().find(same) else { return list.push(one) };
    moved.count = moved.count.saturating_add(one.count);
    for (currency, minor) in one.worth {
        let worth = moved.worth.entry(currency).or_default();
        *worth = worth.saturating_add(minor);
    }
}

/// Up to the next power of ten.
fn band(amount: Amount) -> String {
    let mut most = 1_i64;
    while most < amount.minor() && most < i64::MAX / 10 {
        most = most.saturating_mul(10);
    }
    format!("up to {}", Amount::new(most, amount.currency()))
}

fn age(request: &Request) -> Option<i64> {
    let (zone, calendar) = (Zone::utc(), crate::calendar::weekends());
    let view = View { facts: &request.facts, over: None, at: request.at, zone: &zone, calendar, day_before: false };
    view.number(const { Fact::of("payer.age") })
}

fn age_band(age: i64) -> String {
    match age {
        ..12 => "under 12",
        12..=13 => "12 to 13",
        14..=18 => "14 to 18",
        19..=39 => "19 to 39",
        40..=64 => "40 to 64",
        _ => "65 and over",
    }
    .to_owned()
}
