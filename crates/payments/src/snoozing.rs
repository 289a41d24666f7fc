//! Rules passed over for one payer, by staff, for a while: who, which rule, until when and why stand in the decision.

use money::{Instant, PayerId, ReasonCode};
use risk::assess::Snooze;
use risk::rule::Action;

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::dossiers::{DossierRow, dossier};
use crate::kept::Kept;
use crate::limits;
use crate::outcome::{Accepted, Refusal};

/// Passes a rule over until some moment, or no longer. A rule that refuses is never passed over, nor is one for longer than
/// [`limits::SNOOZE_SECONDS_MAX`].
pub(crate) fn snooze(
    context: &mut Context<'_>,
    payer: PayerId,
    rule: &str,
    until: Option<Instant>,
) -> Result<Accepted, Refusal> {
    context.state.payer(payer).filter(|payer| !payer.erased).ok_or(ReasonCode::PayerUnknown)?;
    let mut dossier = dossier(context, payer).map_err(|_| ReasonCode::SnoozeRefused)?;
    let now = context.at;
    match until {
        None => {
            if !dossier.wake(rule) {
                return Err(ReasonCode::RuleUnknown.into());
            }
        }
        Some(until) => {
            may_be_passed_over(context, rule)?;
            let latest = now.checked_add_seconds(limits::SNOOZE_SECONDS_MAX);
            if until <= now || latest.is_none_or(|latest| until > latest) {
                return Err(ReasonCode::SnoozeRefused.into());
            }
            let snooze = Snooze { rule: rule.to_owned(), until_millis: until.unix_millis() };
            if !dossier.snooze(snooze, now.unix_millis()) {
                return Err(ReasonCode::SnoozeRefused.into());
            }
        }
    }
    context.push(Change::Kept(Kept::Dossier(DossierRow::of(payer, &dossier))));
    // To staff alone: whoever learns which rule sleeps for them knows what to do.
    context.tell(EventKind::RiskSnoozed, |_| {});
    Ok(Accepted::Snoozed { snoozes: dossier.snoozes().to_vec() })
}

/// A rule of the set that judges, which does not refuse. Where this process has no rules, as a command on a folder that
/// nobody serves, any id may be named: a snooze of no rule passes nothing over, and refusals are never passed over.
fn may_be_passed_over(context: &Context<'_>, rule: &str) -> Result<(), ReasonCode> {
    let judges = context.settings.judging.judges();
    let Some(rules) = judges.and_then(|judges| judges.rules.as_ref()) else { return Ok(()) };
    match rules.named(rule).map(|rule| rule.action) {
        None => Err(ReasonCode::RuleUnknown),
        Some(Action::Refuse) => Err(ReasonCode::SnoozeRefused),
        Some(_) => Ok(()),
    }
}
