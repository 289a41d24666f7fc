//! [`Backtest`]: a history judged again, payment by payment, under the rules that are live and under a candidate, with
//! what each payment turned out to be. Features are computed once, by the code that serves; only the verdicts differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::{Assessment, Case, Judges, Scored, Verdict, verdict_of};
use crate::event::Event;
use crate::feature::{Features, Reading};
use crate::rule::{Findings, RuleSet, Strength, Truth};
use crate::settings::RiskSettings;

/// What one rule did.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RuleTally {
    /// Payments it was hit by.
    pub hits: u64,
    /// Frauds among them.
    pub frauds: u64,
    /// What those frauds came to, in minor units.
    pub fraud_minor: i64,
    /// Genuine payments among them: payers annoyed, where it acts.
    pub genuine: u64,
    /// Payments nobody knows the outcome of among them.
    pub unknown: u64,
    /// Payments it could not be answered for.
    pub unread: u64,
    /// Frauds that no other rule of its set was hit by.
    pub only: u64,
}

/// What a whole set did.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SetTally {
    /// Payments that went on unasked.
    pub allowed: u64,
    /// Payments that were asked about.
    pub stepped_up: u64,
    /// Payments held.
    pub held: u64,
    /// Payments refused.
    pub refused: u64,
    /// Frauds that did not go on unasked.
    pub caught: u64,
    /// Frauds that went on unasked.
    pub missed: u64,
    /// Genuine payments that were asked about or stopped.
    pub annoyed: u64,
    /// What genuine payers' trouble and analysts cost, by the settings, in minor units.
    pub friction_minor: i64,
    /// What would have been lost all the same, by the settings, in minor units.
    pub loss_minor: i64,
    /// Each rule, by id.
    pub rules: BTreeMap<String, RuleTally>,
}

/// What a backtest found.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Backtest {
    /// Payments judged.
    pub payments: u64,
    /// Frauds among them.
    pub frauds: u64,
    /// Genuine ones among them; the rest is not known.
    pub genuine: u64,
    /// The rules that are live.
    pub live: SetTally,
    /// The candidate.
    pub candidate: SetTally,
    /// Payments the two judge differently.
    pub differ: u64,
}

/// The two sets under which a history is judged.
#[derive(Debug)]
pub struct Contest {
    live: Side,
    candidate: Side,
    settings: RiskSettings,
    demoted: BTreeSet<String>,
    found: Backtest,
}

/// One of the two sets.
#[derive(Debug)]
struct Side {
    judges: Judges,
    /// What was counted of each rule, by its place.
    tallies: Vec<RuleTally>,
    /// For each rule, the live one that comes to the same on every payment.
    alike: Vec<Option<usize>>,
}

impl Side {
    fn of(rules: RuleSet, model: Option<crate::model::Model>, live: Option<&RuleSet>) -> Self {
        let alike = live.map_or_else(|| vec![None; rules.rules().len()], |live| rules.alike(live));
        let tallies = vec![RuleTally::default(); rules.rules().len()];
        Self { judges: Judges { rules: Some(rules), champion: model, challenger: None }, tallies, alike }
    }

    /// What each rule comes to; `known` are those of the live set.
    fn truths(&self, event: &Event, features: &Features, known: &[Option<Truth>]) -> Vec<Option<Truth>> {
        let Some(rules) = &self.judges.rules else { return Vec::new() };
        let truth = |(place, alike): (usize, &Option<usize>)| match alike.and_then(|place| known.get(place)) {
            Some(truth) => *truth,
            None => rules.truth(place, event, features),
        };
        self.alike.iter().enumerate().map(truth).collect()
    }

    /// The tallies by the rules' ids.
    fn named(&self) -> BTreeMap<String, RuleTally> {
        let rules = self.judges.rules.iter().flat_map(|rules| rules.rules());
        rules.zip(&self.tallies).map(|(rule, tally)| (rule.id.clone(), tally.clone())).collect()
    }

    fn count(&mut self, findings: &Findings, amount_minor: i64, fraud: Option<bool>) {
        let alone = findings.hit.len() == 1;
        for place in &findings.hit {
            if let Some(tally) = self.tallies.get_mut(*place) {
                tally.count(amount_minor, fraud, alone);
            }
        }
        for place in &findings.unread {
            if let Some(tally) = self.tallies.get_mut(*place) {
                tally.unread += 1;
            }
        }
    }
}

impl Contest {
    /// Two sets of rules beside the same model.
    #[must_use]
    pub fn new(live: RuleSet, candidate: RuleSet, model: Option<crate::model::Model>, settings: RiskSettings) -> Self {
        let live = Side::of(live, model.clone(), None);
        let candidate = Side::of(candidate, model, live.judges.rules.as_ref());
        Self { live, candidate, settings, demoted: BTreeSet::new(), found: Backtest::default() }
    }

    /// Judges one payment under both; `fraud` is what it turned out to be, where that is known. Score and anomaly, and what
    /// rules alike come to, are worked out once.
    pub fn judge(
        &mut self,
        event: &Event,
        amount_minor: i64,
        reading: &Reading<'_>,
        features: &Features,
        fraud: Option<bool>,
    ) {
        let case = Case {
            event,
            amount_minor,
            reading,
            strongest: Strength::Passkey,
            causes: &[],
            snoozes: &[],
            demoted: &self.demoted,
        };
        let scored = Scored::of(&self.live.judges, &case, features);
        let truths = self.live.truths(event, features, &[]);
        let others = self.candidate.truths(event, features, &truths);
        let mut verdicts = [Verdict::Allow; 2];
        for ((side, truths), verdict) in
            [(&mut self.live, truths), (&mut self.candidate, others)].into_iter().zip(&mut verdicts)
        {
            let mut findings = Findings::default();
            for (place, truth) in truths.into_iter().enumerate() {
                truth.into_iter().for_each(|truth| findings.take(place, truth));
            }
            side.count(&findings, amount_minor, fraud);
            *verdict = verdict_of(&side.judges, &self.settings, &case, &scored, &findings);
        }
        let [live, candidate] = verdicts;
        self.outcome(live, candidate, amount_minor, fraud);
    }

    fn outcome(&mut self, live: Verdict, candidate: Verdict, amount_minor: i64, fraud: Option<bool>) {
        let found = &mut self.found;
        found.payments += 1;
        match fraud {
            Some(true) => found.frauds += 1,
            Some(false) => found.genuine += 1,
            None => {}
        }
        found.differ += u64::from(live != candidate);
        found.live.take(live, &self.settings, amount_minor, fraud);
        found.candidate.take(candidate, &self.settings, amount_minor, fraud);
    }

    /// Takes two verdicts about one payment in.
    pub fn take(&mut self, live: &Assessment, candidate: &Assessment, amount_minor: i64, fraud: Option<bool>) {
        for (side, found) in [(&mut self.live, live), (&mut self.candidate, candidate)] {
            let places = |ids: &mut dyn Iterator<Item = &String>| -> Vec<usize> {
                let rules = side.judges.rules.iter().flat_map(|rules| rules.rules());
                let all: Vec<&str> = rules.map(|rule| rule.id.as_str()).collect();
                ids.filter_map(|id| all.iter().position(|known| known == id)).collect()
            };
            let hit = places(&mut found.hit.iter().chain(&found.shadow));
            let findings = Findings { hit, unread: places(&mut found.unread.iter()) };
            side.count(&findings, amount_minor, fraud);
        }
        self.outcome(live.verdict, candidate.verdict, amount_minor, fraud);
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> Backtest {
        self.found.live.rules = self.live.named();
        self.found.candidate.rules = self.candidate.named();
        self.found
    }
}

impl RuleTally {
    fn count(&mut self, amount_minor: i64, fraud: Option<bool>, alone: bool) {
        self.hits += 1;
        match fraud {
            Some(true) => {
                self.frauds += 1;
                self.fraud_minor = self.fraud_minor.saturating_add(amount_minor);
                self.only += u64::from(alone);
            }
            Some(false) => self.genuine += 1,
            None => self.unknown += 1,
        }
    }
}

impl SetTally {
    fn take(&mut self, verdict: Verdict, settings: &RiskSettings, amount_minor: i64, fraud: Option<bool>) {
        match verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::StepUp(_) => self.stepped_up += 1,
            Verdict::Hold => self.held += 1,
            Verdict::Refuse => self.refused += 1,
        }
        let asked = verdict != Verdict::Allow;
        match fraud {
            Some(true) => {
                self.caught += u64::from(asked);
                self.missed += u64::from(!asked);
                self.loss_minor = self.loss_minor.saturating_add(lost(settings, verdict, amount_minor));
            }
            Some(false) => {
                self.annoyed += u64::from(asked);
                self.friction_minor = self.friction_minor.saturating_add(friction(settings, verdict, amount_minor));
            }
            None => {}
        }
    }
}

/// What a fraud still costs after this verdict.
fn lost(settings: &RiskSettings, verdict: Verdict, amount_minor: i64) -> i64 {
    let stops = match verdict {
        Verdict::Allow | Verdict::StepUp(Strength::DeviceKey) => 0,
        Verdict::StepUp(Strength::Pin) => settings.pin_stops_bp,
        Verdict::StepUp(_) => settings.passkey_stops_bp,
        Verdict::Hold => settings.hold_stops_bp,
        Verdict::Refuse => 10_000,
    };
    let loss = parts(amount_minor, settings.loss_bp);
    loss - parts(loss, stops)
}

/// What this verdict costs a genuine payer.
fn friction(settings: &RiskSettings, verdict: Verdict, amount_minor: i64) -> i64 {
    match verdict {
        Verdict::Allow | Verdict::StepUp(Strength::DeviceKey) => 0,
        Verdict::StepUp(Strength::Pin) => settings.pin_minor,
        Verdict::StepUp(_) => settings.passkey_minor,
        Verdict::Hold => settings.hold_minor,
        Verdict::Refuse => settings.refuse_minor.saturating_add(parts(amount_minor, settings.refuse_amount_bp)),
    }
}

fn parts(of: i64, bp: u16) -> i64 {
    of.saturating_mul(i64::from(bp)) / 10_000
}
