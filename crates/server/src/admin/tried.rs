//! A candidate pack over the payments a store has on record, page by page.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use money::{DecisionId, Digest, Instant};
use payments::{Packs, tried};
use policy::{Backtest, Pack, RulebookError};
use serde::{Deserialize, Serialize};
use store::Store;

use super::wire::AdminError;
use crate::limits;

/// `POST /admin/policy/backtest`: one page of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyTrial {
    /// The candidate's file name and text.
    pub candidate: (String, String),
    /// The last record of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<(Instant, DecisionId)>,
}

/// What a page came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PolicyTried {
    /// What would have changed, on this page.
    pub report: Backtest,
    /// The first and the last record looked at, for the next page; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<(Instant, (Instant, DecisionId))>,
    /// The store's present moment: where the pages end.
    pub now: Instant,
}

/// Asks the candidate about one page of recorded payments, beside the packs each was decided under, with everything its
/// decision had read. Writes nothing. Payments that were decided under packs which would not ask the candidate, or that
/// never came to the packs, are skipped and counted.
///
/// # Errors
/// [`AdminError`]: the candidate is broken, or loosens what others say, with the place.
pub async fn try_policy(store: &dyn Store, trial: PolicyTrial) -> Result<PolicyTried, AdminError> {
    let now = store.now();
    let (file, text) = &trial.candidate;
    Pack::read(file, text).map_err(|error| AdminError::malformed(error.to_string()))?;
    let page = store.recorded_payments(trial.after, limits::POLICY_BACKTEST_PAGE).await?;
    let ends = page.first().zip(page.last());
    let looked_at = ends.map(|(first, last)| (first.at, (last.at, last.decision)));
    let mut report = Backtest::default();
    let mut with: HashMap<Digest, Option<Packs>> = HashMap::new();
    for recorded in &page {
        let before = &recorded.record.settings.packs;
        let after = match with.entry(before.digest()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(trying(before, file, text)?),
        };
        match after.as_ref().map(|after| tried(&recorded.record, before, after)) {
            Some(Ok(Some(tried))) => report.take(&tried.request, &tried.before, &tried.after),
            _ => report.skipped = report.skipped.saturating_add(1),
        }
    }
    Ok(PolicyTried { report, looked_at, now })
}

/// `packs` with the candidate among them; `None` where they would not ask it.
fn trying(packs: &Packs, file: &str, text: &str) -> Result<Option<Packs>, AdminError> {
    match packs.book().map(|book| book.trying(file, text)) {
        Some(Ok(book)) => Ok(Some(book.into())),
        Some(Err(RulebookError::NotAsked(_))) | None => Ok(None),
        Some(Err(error)) => Err(AdminError::malformed(error.to_string())),
    }
}
