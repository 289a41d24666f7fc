//! [`assess`]: what should be asked for before a payment goes on. Pure: what was read in, verdict and reasons out.
//!
//! The strictest of four voices decides: the score, priced against the cost of friction; the rules; the anomaly, which
//! needs no labels; and missing data. INVARIANT: missing, late or wrong data asks for a factor the device holds; no
//! allow-list, snooze or breaker takes that away, and nothing that fails ever approves.

use std::collections::BTreeSet;

use money::ReasonCode;
use serde::{Deserialize, Serialize};

use crate::anomaly;
use crate::event::Event;
use crate::feature::{Family, Feature, Features, PaymentFact, Reading, features};
use crate::model::Model;
use crate::number::{log_odds, sigmoid};
use crate::rule::{Action, Findings, Rule, RuleSet, Stage, Strength};
use crate::settings::RiskSettings;
use crate::tell;

/// What the breaker and records call the score, beside the ids of rules.
pub const SCORE: &str = "score";

/// What is to happen, the gentlest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Go on.
    #[default]
    Allow,
    /// Go on after one more check of at least this strength.
    StepUp(Strength),
    /// Keep it for an analyst; nothing moves.
    Hold,
    /// Nothing moves.
    Refuse,
}

/// How data failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The payer's profile is there and cannot be read.
    ProfileUnreadable,
    /// The payer's profile is of a later moment than the payment: a clock went back.
    ProfileAhead,
    /// The payee's profile is there and cannot be read.
    PayeeUnreadable,
    /// The payee's profile was not brought up to date in time.
    PayeeLate,
    /// There are no rules.
    RulesMissing,
    /// An amount, a balance or a coordinate is no number.
    ValueWrong,
    /// The model's answer is no number, or no model could be made of its file.
    ModelFault,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 7] = [
        Self::ProfileUnreadable,
        Self::ProfileAhead,
        Self::PayeeUnreadable,
        Self::PayeeLate,
        Self::RulesMissing,
        Self::ValueWrong,
        Self::ModelFault,
    ];
}

/// A rule passed over for one payer until some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// The rule's id.
    pub rule: String,
    /// Until when, in milliseconds of Unix time.
    pub until_millis: i64,
}

/// What judges: loaded once, shared by all decisions.
#[derive(Clone, Debug, Default)]
pub struct Judges {
    /// The rules; without them every payment is asked about.
    pub rules: Option<RuleSet>,
    /// The model that counts; without it rules and anomaly still work.
    pub champion: Option<Model>,
    /// A model scored beside it, without effect.
    pub challenger: Option<Model>,
}

/// What is known of one payment.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The payment.
    pub event: &'a Event,
    /// Its amount in minor units: what the costs are compared with.
    pub amount_minor: i64,
    /// What it is compared with.
    pub reading: &'a Reading<'a>,
    /// The strongest check this payer can do now, a PIN at the least: what the score and the anomaly may ask for.
    /// WHY: who has set up a PIN and no passkey would be shut out by asking for one; their PIN is the price of going on.
    pub strongest: Strength,
    /// How its data failed, as far as the reader knows.
    pub causes: &'a [Cause],
    /// The rules passed over for this payer.
    pub snoozes: &'a [Snooze],
    /// The rules, or the score, whose refusals the breaker has demoted.
    pub demoted: &'a BTreeSet<String>,
}

/// What was found and what is to happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// What is to happen.
    pub verdict: Verdict,
    /// Why, most important first; empty when it goes on.
    pub reasons: Vec<ReasonCode>,
    /// The probability of fraud, weights of rules and evidence of the anomaly included.
    pub probability: f64,
    /// How unlike payer and peers, in nats.
    pub anomaly: f32,
    /// Probability times loss, in minor units.
    pub expected_loss_minor: i64,
    /// Live rules that were hit, by id, snoozed ones left out.
    pub hit: Vec<String>,
    /// Shadow rules that were hit.
    pub shadow: Vec<String>,
    /// Rules that could not be answered for want of a feature.
    pub unread: Vec<String>,
    /// Live rules, or the score, that hold or refuse: what the breaker counts, demoted or not.
    pub stops: Vec<String>,
    /// How data failed.
    pub causes: Vec<Cause>,
    /// What the challenger says.
    pub challenger: Option<f64>,
    /// What speaks most for fraud, strongest first: from the model where there is one, else from the anomaly; empty
    /// where nobody asks.
    pub families: Vec<Family>,
    /// The features, for explanations and records.
    pub features: Features,
}

/// Judges one payment.
#[must_use]
pub fn assess(judges: &Judges, settings: &RiskSettings, case: &Case<'_>) -> Assessment {
    assess_seen(judges, settings, case, features(case.event, case.reading))
}

/// The same, where the features were computed already.
#[must_use]
pub fn assess_seen(judges: &Judges, settings: &RiskSettings, case: &Case<'_>, features: Features) -> Assessment {
    let scored = Scored::of(judges, case, &features);
    let findings = judges.rules.as_ref().map(|rules| rules.run(case.event, &features)).unwrap_or_default();
    let decided = decide(judges, settings, case, &scored, &findings);
    // What nobody asks about needs no explanation.
    let families = if decided.asks { families(judges, &features, &scored.anomaly) } else { Vec::new() };
    let (verdict, reasons) = decided.voices.heard(&families);
    let rules = judges.rules.as_ref();
    let id = |place: &usize| rules.and_then(|rules| rules.rule(*place)).map(|rule| rule.id.clone());
    Assessment {
        verdict,
        reasons,
        probability: decided.probability,
        anomaly: scored.anomaly.total(),
        expected_loss_minor: (decided.probability * loss(settings, case.amount_minor)) as i64,
        hit: decided.said.hit,
        shadow: decided.said.shadow,
        unread: findings.unread.iter().filter_map(id).collect(),
        stops: decided.said.stops,
        causes: decided.causes,
        challenger: judges.challenger.as_ref().map(|model| model.probability(features.values())),
        families,
        features,
    }
}

/// What the models and the anomaly say of a payment, before any rule: the same for every set of rules.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scored {
    anomaly: anomaly::Anomaly,
    /// The log odds the champion gives, where there is one.
    learnt: Option<f64>,
}

impl Scored {
    pub(crate) fn of(judges: &Judges, case: &Case<'_>, features: &Features) -> Self {
        let anomaly = anomaly::of(features, case.reading.peers);
        Self { anomaly, learnt: judges.champion.as_ref().map(|model| model.log_odds(features.values())) }
    }
}

/// What is to happen, without anything that only explains it.
struct Decided {
    voices: Voices,
    said: Said,
    causes: Vec<Cause>,
    probability: f64,
    asks: bool,
}

fn decide(judges: &Judges, settings: &RiskSettings, case: &Case<'_>, scored: &Scored, findings: &Findings) -> Decided {
    let mut voices = Voices::default();
    let mut causes = causes(judges, case);
    let mut said = Said::of(judges.rules.as_ref(), case, findings);
    let evident = evident(scored.anomaly.total(), case.reading);
    let score = Score::of(judges, settings, case, scored, evident, said.weight);
    causes.extend(score.fault);
    let score_verdict = priced(settings, case.amount_minor, score.probability, case.strongest);
    let unlike_verdict = unlike(settings, case.amount_minor, evident).min(Verdict::StepUp(case.strongest));
    let asks = score_verdict != Verdict::Allow || !said.verdicts.is_empty() || !causes.is_empty();
    let asks = asks || unlike_verdict != Verdict::Allow;
    if score_verdict.rank() >= Action::Hold.rank() {
        said.stops.push(SCORE.to_owned());
    }
    if !said.allowed {
        voices.hear_score(demoted(score_verdict, case.demoted.contains(SCORE)));
        voices.hear(unlike_verdict, ReasonCode::RiskUnlike);
    }
    for (verdict, reason) in &said.verdicts {
        let passed_over = said.allowed && matches!(verdict, Verdict::StepUp(_));
        if !passed_over {
            voices.hear(*verdict, *reason);
        }
    }
    for cause in &causes {
        voices.hear(Verdict::StepUp(settings.for_cause(*cause)), ReasonCode::RiskDataMissing);
    }
    Decided { voices, said, causes, probability: score.probability, asks }
}

/// The verdict alone, and the rules by their places: for whoever judges a history and explains nothing.
pub(crate) fn verdict_of(
    judges: &Judges,
    settings: &RiskSettings,
    case: &Case<'_>,
    scored: &Scored,
    findings: &Findings,
) -> Verdict {
    decide(judges, settings, case, scored, findings).voices.strictest
}

impl Verdict {
    const fn rank(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::StepUp(_) => 1,
            Self::Hold => 2,
            Self::Refuse => 3,
        }
    }
}

/// The voices heard so far.
#[derive(Default)]
struct Voices {
    strictest: Verdict,
    reasons: Vec<ReasonCode>,
    /// Whether the score asks for something: its reasons are the families that speak for it.
    score: bool,
}

impl Voices {
    fn hear(&mut self, verdict: Verdict, reason: ReasonCode) {
        if verdict != Verdict::Allow {
            self.strictest = self.strictest.max(verdict);
            self.reasons.push(reason);
        }
    }

    fn hear_score(&mut self, verdict: Verdict) {
        self.strictest = self.strictest.max(verdict);
        self.score = verdict != Verdict::Allow;
    }

    /// The strictest verdict and everybody's reasons, in order of precedence.
    fn heard(self, families: &[Family]) -> (Verdict, Vec<ReasonCode>) {
        let mut reasons = self.reasons;
        if self.score {
            reasons.extend(score_reasons(families));
        }
        match self.strictest {
            Verdict::Hold => reasons.push(ReasonCode::RiskHeld),
            Verdict::Refuse => reasons.push(ReasonCode::RiskRefused),
            Verdict::Allow | Verdict::StepUp(_) => {}
        }
        reasons.sort_unstable();
        reasons.dedup();
        (self.strictest, reasons)
    }
}

fn causes(judges: &Judges, case: &Case<'_>) -> Vec<Cause> {
    let mut causes = case.causes.to_vec();
    let event = case.event;
    let numbers = [Some(event.amount), event.balance];
    if numbers.into_iter().flatten().any(|number| !number.is_finite()) || event.amount < 0.0 {
        causes.push(Cause::ValueWrong);
    }
    let [payer, ..] = case.reading.parties;
    if payer.is_some_and(|payer| payer.last_at > event.at_millis) {
        causes.push(Cause::ProfileAhead);
    }
    if judges.rules.is_none() {
        causes.push(Cause::RulesMissing);
    }
    causes.sort_unstable();
    causes.dedup();
    causes
}

/// What the rules say.
#[derive(Default)]
struct Said {
    verdicts: Vec<(Verdict, ReasonCode)>,
    weight: f64,
    allowed: bool,
    hit: Vec<String>,
    shadow: Vec<String>,
    stops: Vec<String>,
}

impl Said {
    fn of(rules: Option<&RuleSet>, case: &Case<'_>, findings: &Findings) -> Self {
        let mut said = Self::default();
        let Some(rules) = rules else { return said };
        for rule in findings.hit.iter().filter_map(|place| rules.rule(*place)) {
            said.take(rule, case);
        }
        said
    }

    fn take(&mut self, rule: &Rule, case: &Case<'_>) {
        if rule.stage != Stage::Live {
            self.shadow.push(rule.id.clone());
            return;
        }
        let now = case.event.at_millis;
        let snoozed = case.snoozes.iter().any(|snooze| snooze.rule == rule.id && now < snooze.until_millis);
        // A refusal is never snoozed.
        if snoozed && rule.action != Action::Refuse {
            return;
        }
        self.hit.push(rule.id.clone());
        let verdict = match rule.action {
            Action::Allow => {
                self.allowed = true;
                return;
            }
            Action::Tag => return,
            Action::Weight(weight) => {
                self.weight += weight;
                return;
            }
            Action::StepUp(strength) => Verdict::StepUp(strength),
            Action::Hold => Verdict::Hold,
            Action::Refuse => Verdict::Refuse,
        };
        if verdict.rank() >= Verdict::Hold.rank() {
            self.stops.push(rule.id.clone());
        }
        self.verdicts.push((demoted(verdict, case.demoted.contains(&rule.id)), rule.reason));
    }
}

/// A demoted refusal still asks for the strongest factor most devices have: flooding a rule never disarms it.
const fn demoted(verdict: Verdict, is_demoted: bool) -> Verdict {
    match verdict {
        Verdict::Hold | Verdict::Refuse if is_demoted => Verdict::StepUp(Strength::Passkey),
        other => other,
    }
}

struct Score {
    probability: f64,
    fault: Option<Cause>,
}

/// How many known frauds a model needs to weigh as much as the anomaly.
const EVIDENCE: f64 = 30.0;
/// Anomaly of a payment nobody would look at, in nats; what is above it speaks for fraud, at half its face value,
/// because its parts are not as independent as adding them pretends.
const USUAL_NATS: f64 = 6.0;

impl Score {
    /// Model and anomaly blended by how many frauds the model has seen; the rules' weights on top.
    fn of(
        judges: &Judges,
        settings: &RiskSettings,
        case: &Case<'_>,
        scored: &Scored,
        anomaly: f64,
        weight: f64,
    ) -> Self {
        let prior = log_odds(f64::from(settings.prior_per_million) / 1e6);
        let unlike = prior + 0.5 * (anomaly - USUAL_NATS);
        let Some(model) = &judges.champion else {
            return Self { probability: sigmoid(unlike + weight), fault: None };
        };
        let learnt = scored.learnt.unwrap_or(f64::NAN);
        let fault = !learnt.is_finite() || !case.event.amount.is_finite();
        if fault {
            return Self { probability: sigmoid(unlike.max(prior) + weight), fault: Some(Cause::ModelFault) };
        }
        let trust = model.frauds as f64 / (model.frauds as f64 + EVIDENCE);
        Self { probability: sigmoid(trust * learnt + (1.0 - trust) * unlike + weight), fault: None }
    }
}

/// Payments of a payer after which their own habits weigh as much as they will, half way: before, whatever they do is
/// unlike the little they did.
const HABIT_PAYMENTS: f64 = 12.0;
/// What a payer's first payment counts as: peers are known from the first day.
const PEERS_PAYMENTS: f64 = 3.0;

/// How much of an anomaly there is evidence for, in nats: a quarter of it at a payer's first payment, half at the sixth, nine
/// tenths after eighty.
fn evident(anomaly: f32, reading: &Reading<'_>) -> f64 {
    let [payer, ..] = reading.parties;
    let payments = PEERS_PAYMENTS + payer.map_or(0.0, |payer| f64::from(payer.payments));
    f64::from(anomaly) * payments / (payments + HABIT_PAYMENTS - PEERS_PAYMENTS)
}

fn share(bp: u16) -> f64 {
    f64::from(bp) / 10_000.0
}

fn loss(settings: &RiskSettings, amount_minor: i64) -> f64 {
    amount_minor.max(0) as f64 * share(settings.loss_bp)
}

/// The verdict that costs least, of checks no stronger than `strongest`: friction for the genuine, what slips through of
/// the frauds, and an analyst's time.
#[must_use]
pub fn priced(settings: &RiskSettings, amount_minor: i64, probability: f64, strongest: Strength) -> Verdict {
    let (fraud, genuine) = (probability.clamp(0.0, 1.0), 1.0 - probability.clamp(0.0, 1.0));
    let lost = fraud * loss(settings, amount_minor);
    let step = |minor: i64, stops: u16| genuine * minor as f64 + lost * (1.0 - share(stops));
    let refused = settings.refuse_minor as f64 + share(settings.refuse_amount_bp) * amount_minor.max(0) as f64;
    let mut offers =
        vec![(Verdict::Allow, lost), (Verdict::StepUp(Strength::Pin), step(settings.pin_minor, settings.pin_stops_bp))];
    if strongest >= Strength::Passkey {
        offers.push((Verdict::StepUp(Strength::Passkey), step(settings.passkey_minor, settings.passkey_stops_bp)));
    }
    if fraud >= share(settings.hold_from_bp) {
        // An analyst costs the same whoever is held.
        offers.push((Verdict::Hold, settings.hold_minor as f64 + lost * (1.0 - share(settings.hold_stops_bp))));
    }
    if fraud >= share(settings.refuse_from_bp) {
        offers.push((Verdict::Refuse, genuine * refused));
    }
    // The gentlest of those that cost the same.
    let least = offers.into_iter().min_by(|(a, x), (b, y)| x.total_cmp(y).then(a.cmp(b)));
    least.map_or(Verdict::StepUp(strongest), |(verdict, _)| verdict)
}

/// What the anomaly alone asks for.
fn unlike(settings: &RiskSettings, amount_minor: i64, evident: f64) -> Verdict {
    if amount_minor < settings.unlike_from_minor {
        return Verdict::Allow;
    }
    let nats = evident * 1000.0;
    match () {
        () if nats >= f64::from(settings.unlike_passkey_millinats) => Verdict::StepUp(Strength::Passkey),
        () if nats >= f64::from(settings.unlike_pin_millinats) => Verdict::StepUp(Strength::Pin),
        () => Verdict::Allow,
    }
}

/// Families that speak for fraud, strongest first.
fn families(judges: &Judges, features: &Features, anomaly: &anomaly::Anomaly) -> Vec<Family> {
    let mut parts = match &judges.champion {
        Some(model) => tell::parts_by_family(model, features),
        None => anomaly.by_family(),
    };
    parts.retain(|(_, part)| *part > 0.05);
    parts.sort_by(|(a, x), (b, y)| y.total_cmp(x).then(a.cmp(b)));
    parts.into_iter().map(|(family, _)| family).collect()
}

/// The reasons of the two families that speak loudest.
fn score_reasons(families: &[Family]) -> Vec<ReasonCode> {
    let mut reasons: Vec<ReasonCode> = families.iter().take(2).map(|family| reason_of(*family)).collect();
    if reasons.is_empty() {
        reasons.push(ReasonCode::RiskUnlike);
    }
    reasons
}

/// The closed reason of each family, the same for payer, analyst and regulator.
#[must_use]
pub const fn reason_of(family: Family) -> ReasonCode {
    match family {
        Family::Amount => ReasonCode::RiskAmount,
        Family::Velocity => ReasonCode::RiskPace,
        Family::Novelty => ReasonCode::RiskNewPayee,
        Family::Hours => ReasonCode::RiskHour,
        Family::FraudHistory => ReasonCode::RiskKnownFraud,
        Family::Refusals => ReasonCode::RiskRefusals,
        Family::Place => ReasonCode::RiskPlace,
        Family::Balance => ReasonCode::RiskBalance,
        Family::Device => ReasonCode::RiskDevice,
        Family::Telco => ReasonCode::RiskTelco,
        Family::Code => ReasonCode::RiskCode,
        Family::Policy => ReasonCode::RiskLimit,
        Family::Payment | Family::Anomaly => ReasonCode::RiskUnlike,
    }
}

/// The anomaly among the features, for whoever has only those.
#[must_use]
pub fn anomaly_of(features: &Features) -> Option<f32> {
    features.known(Feature::Payment(PaymentFact::Anomaly))
}
