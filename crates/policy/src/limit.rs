//! One limit against the history: what was used, what it would be after this operation, and whether that fits.

use money::Amount;

use crate::auth::{Factors, Requirement};
use crate::condition::{Condition, Truth, View};
use crate::counters::Counters;
use crate::fact::{Fact, Facts, Value};
use crate::input::{Event, OwnLimit};
use crate::pack::{Cap, Limit, Measure, Refunds, Window};
use crate::ratio::Ratio;
use crate::window::{Start, start};

const KIND: Fact = Fact::of("operation.kind");
const AMOUNT: Fact = Fact::of("operation.amount");
const STATUS: Fact = Fact::of("operation.status");
const EXEMPTION: Fact = Fact::of("operation.exemption");
const FULL_AUTH: Fact = Fact::of("operation.full_auth");
const REFUND_OF_AT: Fact = Fact::of("operation.refund_of_at");
const FACTORS: Fact = Fact::of("auth.factors");

/// What a limit came to.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) cap: String,
    pub(crate) fits: bool,
    pub(crate) left: Option<Amount>,
    pub(crate) missing: Option<Fact>,
}

/// What earlier events come to under one limit.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    pub(crate) minor: i128,
    pub(crate) count: i64,
    /// An event in another currency: there is no silent conversion, so nothing fits.
    pub(crate) foreign: bool,
}

/// Where what was used is known from.
#[derive(Clone, Copy)]
pub(crate) enum Past<'a> {
    /// Earlier events, looked through one by one.
    History(&'a [Event]),
    /// Counters, and the key of the limit among them.
    Counters(&'a Counters, &'a str),
    /// Counters, and a limit the payer set.
    Own(&'a Counters, &'a OwnLimit),
}

/// `limit` at the moment of `view`; `None` when it does not apply then.
pub(crate) fn measure(
    limit: &Limit,
    when: &Condition,
    view: &View<'_>,
    past: Past<'_>,
    factors: &Factors,
) -> Option<Measured> {
    let begin = start(&limit.window, view);
    if begin == Start::Outside {
        return None;
    }
    let amount = view.facts.money(AMOUNT);
    let currency = match limit.cap {
        Cap::Money(cap) => Some(cap),
        Cap::Fact(fact) => match view.value(fact).as_deref() {
            Some(Value::Money(cap)) => Some(*cap),
            _ => None,
        },
        _ => None,
    };
    let unknown = if let Start::Unknown(fact) = begin { Some(fact) } else { None };
    let like = currency.or(amount);
    let used = match past {
        Past::History(history) => used(limit, when, begin, view, history, factors, like),
        Past::Counters(counters, key) => counters.used(key, limit, begin, view, like),
        Past::Own(counters, own) => counters.used_own(own, begin, like),
    };
    Some(match limit.measure {
        Measure::Count => counted(limit, used, unknown),
        Measure::Amount => summed(limit, used, amount, currency, unknown),
        Measure::StoredBalance => stored(limit, view, amount, currency),
        Measure::BalanceShare => return shared(limit, view, used, amount),
    })
}

fn unmeasured(fact: &str) -> Measured {
    Measured {
        before: String::new(),
        after: String::new(),
        cap: String::new(),
        fits: false,
        left: None,
        missing: Fact::named(fact),
    }
}

fn counted(limit: &Limit, used: Used, missing: Option<Fact>) -> Measured {
    let cap = if let Cap::Count(cap) = limit.cap { cap } else { 0 };
    let after = used.count.saturating_add(1);
    let judged = if limit.previous_only { used.count } else { after };
    let fits = limit.compare.accepts(judged.cmp(&cap));
    Measured {
        before: used.count.to_string(),
        after: after.to_string(),
        cap: cap.to_string(),
        fits,
        left: None,
        missing,
    }
}

fn summed(limit: &Limit, used: Used, amount: Option<Amount>, cap: Option<Amount>, missing: Option<Fact>) -> Measured {
    let Some(amount) = amount else { return unmeasured("operation.amount") };
    let Some(cap) = cap else {
        return if let Cap::Fact(fact) = limit.cap {
            unmeasured(fact.word().name)
        } else {
            unmeasured("operation.amount")
        };
    };
    let whole = |minor: i128| Amount::new(i64::try_from(minor).unwrap_or(i64::MAX), cap.currency());
    let after = used.minor.saturating_add(i128::from(amount.minor()));
    let judged = if limit.previous_only { used.minor } else { after };
    let fits = amount.currency() == cap.currency()
        && !used.foreign
        && limit.compare.accepts(judged.cmp(&i128::from(cap.minor())));
    let left = whole(i128::from(cap.minor()).saturating_sub(after).max(0));
    Measured {
        before: whole(used.minor).to_string(),
        after: whole(after).to_string(),
        cap: cap.to_string(),
        fits,
        left: Some(left),
        missing,
    }
}

fn stored(limit: &Limit, view: &View<'_>, amount: Option<Amount>, cap: Option<Amount>) -> Measured {
    let Some(balance) = view.facts.money("payer.balance") else { return unmeasured("payer.balance") };
    let (Some(amount), Some(cap)) = (amount, cap) else { return unmeasured("operation.amount") };
    let Ok(after) = balance.checked_add(amount) else { return unmeasured("payer.balance") };
    let fits = after.compare(cap).is_some_and(|ordering| limit.compare.accepts(ordering));
    Measured {
        before: balance.to_string(),
        after: after.to_string(),
        cap: cap.to_string(),
        fits,
        left: cap.checked_sub(after).ok(),
        missing: None,
    }
}

/// The share of the balance at the window's start that has left, this operation included. Whether that balance was
/// large enough for the rule is asked of the same start: who drains it in parts does not slip below by the first part.
fn shared(limit: &Limit, view: &View<'_>, used: Used, amount: Option<Amount>) -> Option<Measured> {
    let Some(balance) = view.facts.money("payer.balance") else { return Some(unmeasured("payer.balance")) };
    let base = i128::from(balance.minor()).saturating_add(used.minor);
    let is_small = |least: Amount| least.currency() == balance.currency() && base < i128::from(least.minor());
    if !used.foreign && limit.least_balance.is_some_and(is_small) {
        return None;
    }
    let Some(amount) = amount else { return Some(unmeasured("operation.amount")) };
    Some(share_of(limit, base, used, amount).unwrap_or_else(|| unmeasured("payer.balance")))
}

fn share_of(limit: &Limit, base: i128, used: Used, amount: Amount) -> Option<Measured> {
    let Cap::Share(cap) = limit.cap else { return None };
    let after = used.minor.saturating_add(i128::from(amount.minor()));
    let share =
        |part: i128| Ratio::new(i64::try_from(part).unwrap_or(i64::MAX), i64::try_from(base).unwrap_or(i64::MAX));
    let (before, after) = (share(used.minor)?, share(after)?);
    let fits = !used.foreign && limit.compare.accepts(after.cmp(&cap));
    Some(Measured {
        before: before.to_string(),
        after: after.to_string(),
        cap: cap.to_string(),
        fits,
        left: None,
        missing: None,
    })
}

fn used(
    limit: &Limit,
    when: &Condition,
    begin: Start,
    view: &View<'_>,
    history: &[Event],
    factors: &Factors,
    like: Option<Amount>,
) -> Used {
    let mut used = Used::default();
    if begin == Start::Nothing {
        return used;
    }
    // They stand in their order: what lies before the window is passed over at once.
    let first = match begin {
        Start::From(from) => history.partition_point(|event| event.at < from),
        Start::After(after) => history.partition_point(|event| event.at <= after),
        _ => 0,
    };
    for event in history.iter().skip(first) {
        // A clock that ran ahead does not take an event out of the window.
        let at = event.at.min(view.at);
        let inside = match begin {
            Start::From(from) => at >= from,
            Start::After(after) => at > after,
            _ => true,
        };
        if !inside || !same_subject(limit, view.facts, &event.facts) || !is_live(&event.facts) {
            continue;
        }
        match event.facts.text(KIND).unwrap_or("payment") {
            "refund" => refund(limit, begin, event, &mut used),
            "payment" | "top_up" => {
                let over = View { over: Some(&event.facts), at, ..*view };
                if limit.counts.as_ref().unwrap_or(when).holds(&over) != Truth::No {
                    count(event, like, &mut used);
                }
                if limit.window == Window::SinceFullAuth && is_settled(&event.facts) && is_full(&event.facts, factors) {
                    used = Used::default();
                }
            }
            _ => {}
        }
    }
    used
}

fn count(event: &Event, like: Option<Amount>, used: &mut Used) {
    used.count = used.count.saturating_add(1);
    let Some(amount) = event.facts.money(AMOUNT) else {
        used.foreign = true;
        return;
    };
    used.foreign |= like.is_some_and(|like| like.currency() != amount.currency());
    used.minor = used.minor.saturating_add(i128::from(amount.minor().max(0)));
}

fn refund(limit: &Limit, begin: Start, event: &Event, used: &mut Used) {
    let restores = match limit.refunds {
        Refunds::None => false,
        Refunds::SameWindow => true,
        Refunds::OriginalWindow => event
            .facts
            .moment(REFUND_OF_AT)
            .is_some_and(|made| matches!(begin, Start::From(from) if made >= from) || begin == Start::Ever),
    };
    if restores && let Some(amount) = event.facts.money(AMOUNT) {
        used.minor = used.minor.saturating_sub(i128::from(amount.minor().max(0))).max(0);
    }
}

fn same_subject(limit: &Limit, now: &Facts, then: &Facts) -> bool {
    limit.subject.iter().all(|subject| match (now.find(*subject), then.find(*subject)) {
        (Some(now), Some(then)) => now == then,
        // Nobody said whose it was: it counts.
        _ => true,
    })
}

/// What was released or refused happened for nobody.
pub(crate) fn is_live(facts: &Facts) -> bool {
    !matches!(facts.text(STATUS), Some("released" | "refused"))
}

/// What is only reserved may yet be released: it resets nothing.
fn is_settled(facts: &Facts) -> bool {
    facts.text(STATUS) != Some("reserved")
}

/// Only full strong authentication resets; an exempt approval never does.
pub(crate) fn is_full(facts: &Facts, factors: &Factors) -> bool {
    let presented = facts.texts(FACTORS).unwrap_or_default();
    facts.text(EXEMPTION).is_none()
        && facts.flag(FULL_AUTH).unwrap_or_else(|| Requirement::strong().is_met(presented, true, factors))
}
