//! What staff ask about risk: why a payment was judged as it was, and how history would be judged under other rules.

use ::risk::assess::{Assessment, Cause, Verdict};
use ::risk::data::{Backtest, Contest};
use ::risk::explain::family_name;
use ::risk::rule::RuleSet;
use ::risk::tell::{Reader, parts_by_family, sentences};
use money::{Instant, PaymentId, ReasonCode};
use payments::{DecisionRecord, Facts, Judging, KnownModel, assessed};
use protocol::PaymentStatus;
use serde::{Deserialize, Serialize};
use store::Store;

use super::AdminError;
use crate::limits;

/// How a payment was judged, made again from its record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assessed {
    /// The payment.
    pub payment: PaymentId,
    /// When it was decided.
    pub at: Instant,
    /// The digest of the rules it was judged by.
    pub rules: Option<money::Digest>,
    /// The digest of the model.
    pub model: Option<money::Digest>,
    /// Whether the decision was made again, byte for byte.
    pub made_again: bool,
    /// What was found; `None` where nobody judged it.
    pub found: Option<Found>,
}

/// What was found about a payment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found {
    /// What was to happen.
    pub verdict: Verdict,
    /// Why, most important first.
    pub reasons: Vec<ReasonCode>,
    /// The probability of fraud.
    pub probability: f64,
    /// What the challenger says.
    pub challenger: Option<f64>,
    /// How unlike payer and peers, in nats.
    pub anomaly: f32,
    /// Probability times loss, in minor units.
    pub expected_loss_minor: i64,
    /// Rules that were hit.
    pub hit: Vec<String>,
    /// Shadow rules that were hit.
    pub shadow: Vec<String>,
    /// Rules that could not be answered.
    pub unread: Vec<String>,
    /// How data failed.
    pub causes: Vec<Cause>,
    /// What each family adds to the log odds, the strongest first.
    pub families: Vec<(String, f64)>,
    /// At most three sentences in Korean, for the payer.
    pub ko: Vec<String>,
    /// The same in English.
    pub en: Vec<String>,
    /// At most three sentences in English, for an analyst.
    pub analyst: Vec<String>,
}

/// A candidate set of rules.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The files' names and texts, in order.
    pub files: Vec<(String, String)>,
}

/// Why a payment was judged as it was.
pub(crate) async fn explained(store: &dyn Store, payment: PaymentId) -> Result<Assessed, AdminError> {
    let recorded = store.recorded(payment).await?.ok_or(ReasonCode::PaymentUnknown)?;
    let found = assessed(&recorded.record, None).map_err(|error| AdminError::malformed(error.to_string()))?;
    let marks = recorded.record.settings.judging.marks().clone();
    let found = found.map(|found| told(&recorded.record, &found));
    Ok(Assessed { payment, at: recorded.at, rules: marks.rules, model: marks.champion, made_again: true, found })
}

fn told(record: &DecisionRecord<'_>, found: &Assessment) -> Found {
    let champion = record.settings.judging.judges().and_then(|judges| judges.champion.as_ref());
    let parts = champion.map(|model| parts_by_family(model, &found.features)).unwrap_or_default();
    let mut families: Vec<(String, f64)> =
        parts.into_iter().map(|(family, part)| (family_name(family).to_owned(), part)).collect();
    families.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
    let tell = |reader| sentences(&found.families, &found.features, Some(record.settings.currency), reader);
    let payer = tell(Reader::Payer);
    Found {
        verdict: found.verdict,
        reasons: found.reasons.clone(),
        probability: found.probability,
        challenger: found.challenger,
        anomaly: found.anomaly,
        expected_loss_minor: found.expected_loss_minor,
        hit: found.hit.clone(),
        shadow: found.shadow.clone(),
        unread: found.unread.clone(),
        causes: found.causes.clone(),
        families,
        ko: payer.iter().map(|sentence| sentence.ko.clone()).collect(),
        en: payer.iter().map(|sentence| sentence.en.clone()).collect(),
        analyst: tell(Reader::Analyst).into_iter().map(|sentence| sentence.en).collect(),
    }
}

/// Judges every recorded payment again under a candidate set, each from what its decision had read; beside it, under the
/// rules of now. A payment that was captured and never given back counts as genuine; of the others nobody said anything.
pub(crate) async fn backtest(store: &dyn Store, candidate: Candidate) -> Result<Backtest, AdminError> {
    let files: Vec<(&str, &str)> = candidate.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let rules = RuleSet::read(&files).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        AdminError::malformed(errors.join("\n"))
    })?;
    let settings = store.settings();
    let live = settings.judging.judges().and_then(|judges| judges.rules.clone()).unwrap_or_else(RuleSet::starter);
    let kept = settings.judging.texts().iter().find(|(key, _)| key.starts_with(payments::MODEL_KEY));
    let model = kept.and_then(|(_, text)| KnownModel::read(text).ok());
    let before = Judging::by(Some(live.clone()), model.clone(), None);
    let after = Judging::by(Some(rules.clone()), model, None);
    let mut contest = Contest::new(live, rules, None, settings.risk.clone());
    let mut last = None;
    loop {
        let page = store.recorded_payments(last, limits::BACKTEST_PAGE).await?;
        let Some(newest) = page.last() else { return Ok(contest.finish()) };
        last = Some((newest.at, newest.decision));
        for recorded in &page {
            let Facts::Pay { body, .. } = recorded.record.facts.as_ref() else { continue };
            let judged = |judging| assessed(&recorded.record, Some(judging)).ok().flatten();
            if let (Some(live), Some(new)) = (judged(&before), judged(&after)) {
                contest.take(&live, &new, body.amount.minor(), outcome(store, body.payment).await?);
            }
        }
    }
}

/// What a payment turned out to be, as far as anybody said.
async fn outcome(store: &dyn Store, payment: PaymentId) -> Result<Option<bool>, AdminError> {
    let row = store.payment(payment).await?;
    let kept = row.is_some_and(|row| row.payment.status == PaymentStatus::Captured && row.payment.refunded.is_zero());
    Ok(kept.then_some(false))
}
