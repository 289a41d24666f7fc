//! What staff ask and say about risk: why a payment was judged as it was, what it was, which rule passes whom over, how
//! history would be judged under other rules, and whom false alarms meet.

use std::collections::BTreeMap;

use ::risk::assess::{Assessment, Cause, Snooze, Verdict};
use ::risk::data::{Backtest, Contest};
use ::risk::dossier::Dossier;
use ::risk::explain::family_name;
use ::risk::feature::{Feature, SignalFact};
use ::risk::rule::{RuleSet, Stage};
use ::risk::tell::{Reader, parts_by_family, sentences};
use money::{Instant, PayerId, PaymentId, ReasonCode};
use payments::{
    Accepted, Command, DecisionRecord, Demotion, Facts, Judging, Kept, KeptKey, KnownModel, Noted, NotedKey, NotedKind,
    RiskCommand, assessed,
};
use protocol::{PaymentStatus, Text};
use serde::{Deserialize, Serialize};
use store::{Recorded, Store};

use super::AdminError;
use super::calls::{permit, read, submit, value};
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
async fn explained(store: &dyn Store, payment: PaymentId) -> Result<Assessed, AdminError> {
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

/// What staff say a payment was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// Whether it was fraud.
    pub fraud: bool,
}

/// A rule to be passed over for a payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snoozing {
    /// Which rule.
    pub rule: String,
    /// For how many seconds from now; 0 ends it.
    pub seconds: u32,
    /// Why, for whoever reads the record.
    pub because: Text<{ protocol::limits::LINE_CHARS_MAX }>,
}

/// The rules that are passed over for a payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snoozes {
    /// The payer.
    pub payer: PayerId,
    /// Each rule with its end.
    pub snoozes: Vec<SnoozeView>,
}

/// A rule that is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeView {
    /// The rule.
    pub rule: String,
    /// Until when.
    pub until: Instant,
}

/// By what payments are judged now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskStatus {
    /// Whether they are judged at all.
    pub on: bool,
    /// What the set of rules is called, and its version.
    pub rules: Option<String>,
    /// How many rules of it are live, in shadow, drafts.
    pub stages: [usize; 3],
    /// The set's digest.
    pub rules_digest: Option<money::Digest>,
    /// The digest of the model that counts.
    pub model: Option<money::Digest>,
    /// The digest of the one beside it.
    pub challenger: Option<money::Digest>,
    /// Whether payees' files are behind.
    pub payees_late: bool,
    /// What is demoted, on every node.
    pub demoted: Vec<Demotion>,
}

/// Answers the calls about risk.
pub(super) async fn dispatch(
    store: &dyn Store,
    method: &str,
    path: &[&str],
    body: &[u8],
) -> Result<serde_json::Value, AdminError> {
    match (method, path) {
        ("GET", ["payments", payment]) => {
            let payment = payment.parse().map_err(|_| ReasonCode::PaymentUnknown)?;
            value(&explained(store, payment).await?)
        }
        ("POST", ["payments", payment, "judge"]) => {
            let payment = payment.parse().map_err(|_| ReasonCode::PaymentUnknown)?;
            value(&judge(store, payment, read(body)?).await?)
        }
        ("GET", ["payers", payer, "snoozes"]) => {
            let payer = payer.parse().map_err(|_| ReasonCode::PayerUnknown)?;
            value(&snoozes(store, payer).await?)
        }
        ("POST", ["payers", payer, "snoozes"]) => {
            let payer = payer.parse().map_err(|_| ReasonCode::PayerUnknown)?;
            value(&snooze(store, payer, read(body)?).await?)
        }
        ("GET", ["status"]) => value(&standing(store).await?),
        ("GET", ["false-alarms"]) => value(&false_alarms(store).await?),
        ("POST", ["backtest"]) => value(&backtest(store, read(body)?).await?),
        _ => Err(ReasonCode::NotFound.into()),
    }
}

/// Says what a payment was, in the last instance.
async fn judge(
    store: &dyn Store,
    payment: PaymentId,
    Judgement { fraud }: Judgement,
) -> Result<payments::Label, AdminError> {
    let permit = permit();
    match submit(store, Command::Risk(RiskCommand::Judge { permit, payment, fraud })).await? {
        Accepted::Labelled(said) => Ok(said),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

/// Passes a rule over for a payer, or no longer.
async fn snooze(store: &dyn Store, payer: PayerId, asked: Snoozing) -> Result<Snoozes, AdminError> {
    let Snoozing { rule, seconds, because } = asked;
    let until = store.now().checked_add_seconds(i64::from(seconds)).filter(|_| seconds > 0);
    let command = RiskCommand::Snooze { permit: permit(), payer, rule, until, because };
    match submit(store, Command::Risk(command)).await? {
        Accepted::Snoozed { snoozes } => Ok(shown(payer, &snoozes)),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

/// The rules that are passed over for a payer now.
async fn snoozes(store: &dyn Store, payer: PayerId) -> Result<Snoozes, AdminError> {
    store.payer(payer).await?.ok_or(ReasonCode::PayerUnknown)?;
    let kept = store.kept(KeptKey::Dossier(payer)).await?;
    let Some(Kept::Dossier(row)) = kept else { return Ok(shown(payer, &[])) };
    let dossier = Dossier::of_bytes(&row.bytes.0);
    let dossier = dossier.map_err(|error| AdminError::malformed(format!("the payer's dossier: {error}")))?;
    let now = store.now().unix_millis();
    let live: Vec<Snooze> = dossier.snoozes().iter().filter(|snooze| now < snooze.until_millis).cloned().collect();
    Ok(shown(payer, &live))
}

fn shown(payer: PayerId, snoozes: &[Snooze]) -> Snoozes {
    let view = |snooze: &Snooze| SnoozeView {
        rule: snooze.rule.clone(),
        until: Instant::from_unix_millis(snooze.until_millis),
    };
    Snoozes { payer, snoozes: snoozes.iter().map(view).collect() }
}

/// By what payments are judged, and what is demoted.
async fn standing(store: &dyn Store) -> Result<RiskStatus, AdminError> {
    let settings = store.settings();
    let marks = settings.judging.marks();
    let rules = settings.judging.judges().and_then(|judges| judges.rules.as_ref());
    let stage = |stage: Stage| rules.map_or(0, |set| set.rules().iter().filter(|rule| rule.stage == stage).count());
    let rows = store.all_noted(NotedKind::Demotion, None, limits::DEMOTIONS_MAX).await?;
    let demoted = rows.into_iter().filter_map(|row| match row {
        Noted::Demotion(row) => Some(row),
        _ => None,
    });
    Ok(RiskStatus {
        on: marks.on,
        rules: rules.map(|set| format!("{} {}", set.name, set.version)),
        stages: [stage(Stage::Live), stage(Stage::Shadow), stage(Stage::Draft)],
        rules_digest: marks.rules,
        model: marks.champion,
        challenger: marks.challenger,
        payees_late: marks.payees_late,
        demoted: demoted.collect(),
    })
}

/// Judges every recorded payment again under a candidate set, each from what its decision had read; beside it, under the
/// rules of now; with what the payments turned out to be.
async fn backtest(store: &dyn Store, candidate: Candidate) -> Result<Backtest, AdminError> {
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
            let Some((amount, Ending::Is(outcome))) = ended(store, recorded).await? else { continue };
            let judged = |judging| assessed(&recorded.record, Some(judging)).ok().flatten();
            if let (Some(live), Some(new)) = (judged(&before), judged(&after)) {
                contest.take(&live, &new, amount, outcome);
            }
        }
    }
}

/// How a try to pay ended.
enum Ending {
    /// It was asked for one more check, and the same payment was made later: that one counts.
    Later,
    /// What the payment turned out to be, as far as anybody said.
    Is(Option<bool>),
}

/// The amount of a recorded payment in minor units, and how it ended; `None` where the record is of no payment.
async fn ended(store: &dyn Store, recorded: &Recorded) -> Result<Option<(i64, Ending)>, AdminError> {
    let Facts::Pay { body, .. } = recorded.record.facts.as_ref() else { return Ok(None) };
    let row = store.payment(body.payment).await?;
    if row.as_ref().is_some_and(|row| row.payment.decision != recorded.decision) {
        return Ok(Some((body.amount.minor(), Ending::Later)));
    }
    let said = match store.noted(NotedKey::Label(body.payment)).await? {
        Some(Noted::Label(said)) => Some(said.fraud),
        _ => None,
    };
    let delay = i64::from(store.settings().risk.label_delay_seconds);
    let is_ripe = |at: Instant| at.checked_add_seconds(delay).is_some_and(|ripe| ripe <= store.now());
    let genuine = row.is_some_and(|row| {
        let payment = row.payment;
        payment.status == PaymentStatus::Captured && payment.refunded.is_zero() && is_ripe(payment.created_at)
    });
    Ok(Some((body.amount.minor(), Ending::Is(said.or(genuine.then_some(false))))))
}

/// How often genuine payments were asked about or stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alarms {
    /// Genuine payments.
    pub genuine: u64,
    /// Of these, asked for one more check.
    pub asked: u64,
    /// Of these, held or refused.
    pub stopped: u64,
}

/// False alarms of the judges that judged, by groups that no rule and no model may see.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FalseAlarms {
    /// All together.
    pub all: Alarms,
    /// By the device's security tier.
    pub by_device_class: BTreeMap<String, Alarms>,
    /// By decade of life, where the payer's age is known.
    pub by_age_band: BTreeMap<String, Alarms>,
}

impl Alarms {
    fn count(&mut self, verdict: Verdict) {
        self.genuine = self.genuine.saturating_add(1);
        match verdict {
            Verdict::Allow => {}
            Verdict::StepUp(_) => self.asked = self.asked.saturating_add(1),
            Verdict::Hold | Verdict::Refuse => self.stopped = self.stopped.saturating_add(1),
        }
    }
}

/// Counts false alarms over every recorded payment, as it was judged: from its record, made again.
async fn false_alarms(store: &dyn Store) -> Result<FalseAlarms, AdminError> {
    let mut found = FalseAlarms::default();
    let mut last = None;
    loop {
        let page = store.recorded_payments(last, limits::BACKTEST_PAGE).await?;
        let Some(newest) = page.last() else { return Ok(found) };
        last = Some((newest.at, newest.decision));
        for recorded in &page {
            let Some((_, Ending::Is(Some(false)))) = ended(store, recorded).await? else { continue };
            let Some(judged) = judged_group(&recorded.record) else { continue };
            found.all.count(judged.verdict);
            found.by_device_class.entry(judged.device_class).or_default().count(judged.verdict);
            found.by_age_band.entry(judged.age_band).or_default().count(judged.verdict);
        }
    }
}

struct Judged {
    verdict: Verdict,
    device_class: String,
    age_band: String,
}

/// What was decided about a recorded payment, and to which groups it belongs.
fn judged_group(record: &DecisionRecord<'_>) -> Option<Judged> {
    let found = assessed(record, None).ok().flatten()?;
    let tier = found.features.known(Feature::Signal(SignalFact::DeviceTier));
    let device_class = tier.map_or_else(|| "unknown".to_owned(), |tier| format!("tier {tier:.0}"));
    Some(Judged { verdict: found.verdict, device_class, age_band: "unknown".to_owned() })
}
