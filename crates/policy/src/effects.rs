//! What a rule adds to a decision besides its outcome: counters, duties, retention, liability.

use money::{Amount, Instant, Shares};

use crate::condition::Truth;
use crate::decide::Case;
use crate::decision::{Counter, Deadline, Decision, Liability, Obligation, Outcome, Retained};
use crate::fact::Fact;
use crate::limit::Measured;
use crate::pack::{Body, Duty, Rule, Terms};
use crate::time::Span;

impl Case<'_> {
    fn name(&self, rule: &Rule) -> String {
        rule.name.clone()
    }

    fn moment(&self, fact: Fact) -> Option<Instant> {
        self.view().moment(fact)
    }
}

/// The smaller of two sums of one currency.
pub(crate) fn smaller(a: Option<Amount>, b: Option<Amount>) -> Option<Amount> {
    match (a, b) {
        (Some(a), Some(b)) if b.compare(a).is_some_and(std::cmp::Ordering::is_lt) => Some(b),
        (a, b) => a.or(b),
    }
}

pub(crate) fn counter(case: &Case<'_>, rule: &Rule, measured: &Measured, decision: &mut Decision) {
    if matches!(rule.body, Body::Limit(_)) {
        decision.headroom = smaller(decision.headroom, measured.left);
    }
    decision.counters.push(Counter {
        rule: case.name(rule),
        before: measured.before.clone(),
        after: measured.after.clone(),
        cap: measured.cap.clone(),
        fits: measured.fits,
        left: measured.left,
    });
}

/// A limit asked up starts within the pack's delay; one asked down at once.
pub(crate) fn limit_change(case: &Case<'_>, rule: &Rule, decision: &mut Decision) {
    let Body::LimitChange { up_after, up_by } = rule.body else { return };
    let facts = &case.request.facts;
    let (Some(from), Some(to)) = (facts.money("limit.from"), facts.money("limit.to")) else { return };
    if from.compare(to).is_none_or(std::cmp::Ordering::is_ge) {
        return;
    }
    for (duty, span) in [("new_limit_not_before", Some(up_after)), ("new_limit_not_after", up_by)] {
        if let Some(span) = span {
            let due = case.pack.zone.show(case.pack.zone.due(case.request.at, span, case.calendar));
            decision.deadlines.push(Deadline {
                duty: duty.to_owned(),
                due,
                state: "open".to_owned(),
                rule: case.name(rule),
                calendar: None,
            });
        }
    }
}

pub(crate) fn notice(
    case: &Case<'_>,
    rule: &Rule,
    to: &str,
    content: &[String],
    channels: &[String],
    decision: &mut Decision,
) {
    let duty = if channels.is_empty() { "notify".to_owned() } else { format!("notify by {}", channels.join(", ")) };
    decision.obligations.push(Obligation { duty, to: to.to_owned(), content: content.to_vec(), rule: case.name(rule) });
}

pub(crate) fn duty(case: &Case<'_>, rule: &Rule, duty: &Duty, decision: &mut Decision) {
    let begun = match duty.from {
        None => Some(case.request.at),
        Some(fact) => case.moment(fact),
    };
    // What has not begun is not yet due.
    let Some(begun) = begun else { return };
    let name = case.name(rule);
    decision.obligations.push(Obligation {
        duty: duty.duty.clone(),
        to: duty.to.clone(),
        content: duty.content.clone(),
        rule: name.clone(),
    });
    for effect in &duty.effects {
        decision.obligations.push(Obligation {
            duty: effect.clone(),
            to: "provider".to_owned(),
            content: Vec::new(),
            rule: name.clone(),
        });
    }
    let longer = duty.extend.iter().find(|(when, _)| when.holds(&case.view()) == Truth::Yes).map(|(_, span)| *span);
    let Some(span) = longer.or(duty.due) else { return };
    let (due, paused) = due(case, duty, begun, span);
    let done = duty.done.and_then(|fact| case.moment(fact));
    let state = match done {
        Some(at) if at <= due => "done",
        None if case.request.at <= due && paused => "paused",
        None if case.request.at <= due => "open",
        _ => "breached",
    };
    let calendar =
        matches!(span, Span::BusinessDays(_)).then(|| format!("{}@{}", case.calendar.id, case.calendar.version));
    decision.deadlines.push(Deadline {
        duty: duty.duty.clone(),
        due: case.pack.zone.show(due),
        state: state.to_owned(),
        rule: name,
        calendar,
    });
}

/// The last moment, and whether the clock stands still now.
fn due(case: &Case<'_>, duty: &Duty, begun: Instant, span: Span) -> (Instant, bool) {
    let zone = &case.pack.zone;
    let mut due = zone.due(begun, span, case.calendar);
    if duty.roll && span.is_civil() {
        due = zone.end_of(case.calendar.roll(zone.date(due)));
    }
    let latest = duty.never_later.map(|span| zone.due(begun, span, case.calendar));
    let Some((stopped, resumed)) = duty.stop.and_then(|(from, to)| Some((case.moment(from)?, case.moment(to)))) else {
        return (due, false);
    };
    // A clock that has run out, or that nobody has stopped yet, runs on.
    if stopped > due || stopped > case.request.at {
        return (due, false);
    }
    let stopped = stopped.max(begun);
    let Some(resumed) = resumed.filter(|resumed| *resumed <= case.request.at) else {
        return (latest.unwrap_or(Instant::LAST), true);
    };
    let extended = match span {
        Span::Seconds(_) => {
            Instant::from_unix_millis(due.unix_millis().saturating_add(resumed.millis_since(stopped).max(0)))
        }
        _ => {
            let days = case.calendar.between(zone.date(stopped), zone.date(resumed));
            zone.end_of(case.calendar.add(zone.date(due), days))
        }
    };
    (latest.map_or(extended, |latest| extended.min(latest)), false)
}

/// The longest of each class and field.
pub(crate) fn retention(
    case: &Case<'_>,
    rule: &Rule,
    what: (&str, &[String]),
    keep: Span,
    from: Option<Fact>,
    decision: &mut Decision,
) {
    let from = from.and_then(|fact| case.moment(fact)).unwrap_or(case.request.at);
    let until = keep.after(case.pack.zone.date(from), case.calendar).to_string();
    let (class, fields) = what;
    let fields: Vec<Option<String>> =
        if fields.is_empty() { vec![None] } else { fields.iter().cloned().map(Some).collect() };
    for field in fields {
        match decision.retention.iter_mut().find(|kept| kept.class == class && kept.field == field) {
            Some(kept) if kept.until >= until => {}
            Some(kept) => {
                kept.until.clone_from(&until);
                kept.rule = case.name(rule);
            }
            None => decision.retention.push(Retained {
                class: class.to_owned(),
                field,
                until: until.clone(),
                rule: case.name(rule),
            }),
        }
    }
}

pub(crate) fn liability(case: &Case<'_>, rule: &Rule, terms: &Terms, decision: &mut Decision) {
    let Some(loss) = case.request.facts.money("claim.loss").or_else(|| case.request.facts.money("operation.amount"))
    else {
        return case.say(rule, Outcome::Permit, decision, |reason| {
            reason.code = "FactMissing".to_owned();
            reason.missing = Some("claim.loss".to_owned());
        });
    };
    let failed: Vec<String> = terms
        .conditions
        .iter()
        .filter(|(_, when)| when.holds(&case.view()) != Truth::Yes)
        .map(|(code, _)| code.clone())
        .collect();
    let zero = Amount::zero(loss.currency());
    let reimburse = if failed.is_empty() { reimbursed(case, terms, loss).unwrap_or(zero) } else { zero };
    let shares = match Shares::weights(terms.split.iter().map(|(_, share)| *share).collect::<Vec<_>>()) {
        Ok(shares) if !reimburse.is_zero() => {
            terms.split.iter().map(|(party, _)| party.clone()).zip(reimburse.split(&shares)).collect()
        }
        _ => Vec::new(),
    };
    let outcome = if failed.is_empty() { Outcome::Permit } else { Outcome::Deny };
    case.say(rule, outcome, decision, |reason| {
        if let Some(code) = failed.first() {
            reason.code.clone_from(code);
        }
        reason.details.clone_from(&failed);
    });
    let payer_bears = loss.checked_sub(reimburse).unwrap_or(loss);
    decision.liability.push(Liability { reimburse, payer_bears, shares, failed, rule: case.name(rule) });
}

fn reimbursed(case: &Case<'_>, terms: &Terms, loss: Amount) -> Option<Amount> {
    let least = Amount::zero(loss.currency());
    let mut due = terms.rate.of(loss, terms.round)?;
    if let Some(excess) = terms.excess.filter(|_| terms.excess_when.holds(&case.view()) == Truth::Yes) {
        due = due.checked_sub(excess).ok()?;
    }
    if let Some(payer_max) = terms.payer_max {
        let rest = loss.checked_sub(payer_max).ok()?;
        due = if rest.exceeds(due).ok()? { rest } else { due };
    }
    due = smaller(Some(due), terms.cap)?;
    Some(if due.is_negative() { least } else { due })
}
