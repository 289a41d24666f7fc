//! What the breaker has demoted: kept, so that it holds on every node and over a restart, until its window is over.
//!
//! A decision does not read these rows: each node's breaker takes them into the settings, and so into every record.

use money::{Instant, ReasonCode};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::noted::{Noted, NotedKey};
use crate::outcome::{Accepted, Refusal};
use crate::risk_command::rule_key;
use crate::state::{Key, Row, State};

/// A rule, or the score, whose refusals are step-ups for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demotion {
    /// The rule's id, or `score`.
    pub rule: String,
    /// Since when.
    pub from: Instant,
    /// Until when, unless it goes on.
    pub until: Instant,
    /// How many of how many payments of a window it stopped when that was last looked at.
    pub stopped: [u64; 2],
}

impl State {
    fn demotion(&self, rule: &str) -> Option<&Demotion> {
        match self.row(&Key::Noted(NotedKey::Demotion(rule_key(rule)))) {
            Some(Row::Noted(Noted::Demotion(row))) => Some(row),
            _ => None,
        }
    }
}

/// Demotes a rule until some moment, or longer than it was; `None` ends it. Staff are told when it begins and ends.
pub(crate) fn demote(
    context: &mut Context<'_>,
    rule: &str,
    until: Option<Instant>,
    stopped: [u64; 2],
) -> Result<Accepted, Refusal> {
    let known = context.state.demotion(rule).cloned();
    let reasons = reasons(context, rule);
    match (known, until) {
        (None, None) => {}
        // Another node ended it a moment ago, or has prolonged it.
        (Some(known), None) if known.until > context.at => {}
        (Some(known), None) => {
            context.push(Change::Forgotten(Noted::Demotion(known)));
            context.tell(EventKind::RiskRestored, |event| event.reasons = reasons);
        }
        (known, Some(until)) => {
            let is_new = known.is_none();
            let from = known.as_ref().map_or(context.at, |known| known.from);
            let until = known.map_or(until, |known| known.until.max(until));
            context.push(Change::Noted(Noted::Demotion(Demotion { rule: rule.to_owned(), from, until, stopped })));
            if is_new {
                context.tell(EventKind::RiskDemoted, |event| event.reasons = reasons);
            }
        }
    }
    Ok(Accepted::Heard)
}

/// The reason a rule gives, which is how an event names it.
fn reasons(context: &Context<'_>, rule: &str) -> Vec<ReasonCode> {
    let rules = context.settings.judging.judges().and_then(|judges| judges.rules.as_ref());
    rules.and_then(|rules| rules.named(rule)).map(|rule| rule.reason).into_iter().collect()
}
