//! What the packs make of money that goes into a wallet: a cap on what may be stored, how much and how often.

use money::{Amount, ReasonCode};
use policy::{Decision, Event, Fact, Outcome, Request, Value};

use crate::change::Change;
use crate::decide::Context;
use crate::kept::Kept;
use crate::limits;
use crate::model::{Device, Payer};
use crate::outcome::Refusal;
use crate::policy_stage;
use crate::step_up::Demand;
use crate::usage::Usage;

/// A top-up that the packs let in.
pub(crate) struct Judged {
    /// What they demand besides.
    pub(crate) demand: Option<Demand>,
    asked: Request,
}

/// Asks the packs about `amount` for `payer`, who asks with `device`, or for whom staff ask.
///
/// # Errors
/// What the packs say, with the rules: money that would have to wait is not taken in.
pub(crate) fn judge(
    context: &Context<'_>,
    payer: &Payer,
    device: Option<&Device>,
    amount: Amount,
) -> Result<Judged, Refusal> {
    let book = context.settings.packs.book().ok_or(ReasonCode::ServiceFault)?;
    let mut asked = policy_stage::about_wallet(context, payer, book);
    if let Some(device) = device {
        policy_stage::about_device(&mut asked, device);
    }
    let known = [
        (const { Fact::of("operation.kind") }, Value::Text("top_up".to_owned())),
        (const { Fact::of("operation.direction") }, Value::Text("incoming".to_owned())),
        (const { Fact::of("operation.amount") }, Value::Money(amount)),
    ];
    known.into_iter().for_each(|(fact, value)| asked.facts.set(fact, value));
    let mut usage = Usage::of(context, payer.id);
    usage.counters.adopt(book.library(), &asked);
    let decision = usage.counters.decide(book.library(), &asked).map_err(|_| ReasonCode::ServiceFault)?;
    let demand = policy_stage::verdict(&decision, book.library()).map_err(|reason| refused(reason, decision))?;
    Ok(Judged { demand, asked })
}

fn refused(reason: ReasonCode, decision: Decision) -> Refusal {
    let matter = decision.reasons.into_iter().filter(|rule| rule.outcome > Outcome::Permit);
    Refusal { rules: matter.take(limits::RULES_TOLD_MAX).collect(), ..Refusal::from(reason) }
}

impl Judged {
    /// Counts it, under the id of the transfer that brought it, in its own commit.
    pub(crate) fn count(self, context: &mut Context<'_>, payer: &Payer, key: &str) {
        let Some(book) = context.settings.packs.book() else { return };
        let mut usage = Usage::of(context, payer.id);
        let (library, event) = (book.library(), Event { at: context.at, facts: self.asked.facts.clone() });
        usage.counters.adopt(library, &self.asked);
        usage.counters.record(library, &self.asked, key, &event);
        context.push(Change::Kept(Kept::Usage(usage)));
    }
}
