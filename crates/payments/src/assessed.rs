//! [`assessed`]: what stage 6 found about a recorded payment, found again from the record: for explanations, and for
//! judging history under other rules.

use risk::assess::Assessment;

use crate::decide::Context;
use crate::facts::Facts;
use crate::judging::Judging;
use crate::pipeline::{self, Case};
use crate::record::{DecisionRecord, ReplayError, loaded, replay};
use crate::risk_stage;

/// Judges a recorded payment again: by its own judges, after the record was proven, or by others instead. `None` where
/// the record is of no payment, or of one that nobody judged.
///
/// # Errors
/// [`ReplayError`] when the record does not come out as it was recorded.
pub fn assessed(
    record: &DecisionRecord<'_>,
    instead: Option<&Judging>,
) -> std::result::Result<Option<Assessment>, ReplayError> {
    if instead.is_none() {
        replay(record)?;
    }
    let Facts::Pay { caller, body, arrival } = record.facts.as_ref() else { return Ok(None) };
    let state = loaded(record)?;
    let mut settings = record.settings.clone().into_owned();
    if let Some(judging) = instead {
        settings.judging = judging.clone();
    }
    let context = Context::over(&state, &settings, &record.stamp);
    let case = pipeline::identify(&context, caller).ok().and_then(|(payer, device)| {
        let intent = state.intent(body.intent)?;
        let payee = state.payee(intent.payee)?;
        Some(Case { payer, device, intent, payee, arrival, funding: body.funding, scan: body.via.scan() })
    });
    let Some(case) = case else { return Ok(None) };
    let path = case.intent.core.funding(case.funding);
    let total = path.and_then(|path| case.intent.core.amount.checked_add(path.fee).ok());
    Ok(total.and_then(|total| risk_stage::explained(&context, &case, total)))
}
