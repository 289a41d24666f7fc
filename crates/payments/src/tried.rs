//! [`tried`]: a recorded payment, put to other packs: for trying a version before it applies.

use policy::{Decision, Request};

use crate::decide::Context;
use crate::facts::Facts;
use crate::packs::Packs;
use crate::pipeline::{self, Case};
use crate::policy_stage;
use crate::record::{DecisionRecord, ReplayError, loaded};

/// What two sets of packs make of one payment, each with everything that was known when it was decided.
#[derive(Debug)]
pub struct Tried {
    /// What was asked.
    pub request: Request,
    /// Under the first.
    pub before: Decision,
    /// Under the second.
    pub after: Decision,
}

/// Asks `before` and `after` about a recorded payment. `None` where the record is of no payment, or of one that was
/// stopped before the packs were asked.
///
/// # Errors
/// [`ReplayError`] when rows that are read now are not on record: it was made by another engine.
pub fn tried(
    record: &DecisionRecord<'_>,
    before: &Packs,
    after: &Packs,
) -> std::result::Result<Option<Tried>, ReplayError> {
    let Facts::Pay { caller, body, arrival } = record.facts.as_ref() else { return Ok(None) };
    let state = loaded(record)?;
    let under = |packs: &Packs| {
        let mut settings = record.settings.clone().into_owned();
        settings.packs = packs.clone();
        let context = Context::over(&state, &settings, &record.stamp);
        let (payer, device) = pipeline::identify(&context, caller).ok()?;
        let intent = state.intent(body.intent)?;
        let payee = state.payee(intent.payee)?;
        let case = Case { payer, device, intent, payee, arrival, funding: body.funding, scan: body.via.scan() };
        let (_, total) = pipeline::before_policy(&context, &case).ok()?;
        policy_stage::decided(&context, &case, total)
    };
    let Some((request, before)) = under(before) else { return Ok(None) };
    Ok(under(after).map(|(_, after)| Tried { request, before, after }))
}
