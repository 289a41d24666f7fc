//! [`Backtest`]: a history judged again, payment by payment, under the rules that are live and under a candidate, with
//! what each payment turned out to be. Features are computed once, by the code that serves; only the verdicts differ.

use std::collections::{BTreeMap, BTreeSet};

use crate::assess::{Assessment, Case, Judges, Verdict, assess_seen};
use crate::event::Event;
use crate::feature::{Features, Reading};
use crate::rule::{RuleSet, Strength};
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
    live: Judges,
    candidate: Judges,
    settings: RiskSettings,
    demoted: BTreeSet<String>,
    found: Backtest,
}

impl Contest {
    /// Two sets of rules beside the same model.
    #[must_use]
    pub fn new(live: RuleSet, candidate: RuleSet, model: Option<crate::model::Model>, settings: RiskSettings) -> Self {
        let tally = |set: &RuleSet| SetTally {
            rules: set.rules().iter().map(|rule| (rule.id.clone(), RuleTally::default())).collect(),
            ..SetTally::default()
        };
        let found = Backtest { live: tally(&live), candidate: tally(&candidate), ..Backtest::default() };
        Self {
            live: Judges { rules: Some(live), champion: model.clone(), challenger: None },
            candidate: Judges { rules: Some(candidate), champion: model, challenger: None },
            settings,
            demoted: BTreeSet::new(),
            found,
        }
    }

    /// Judges one payment under both; `fraud` is what it turned out to be, where that is known.
    pub fn judge(
        &mut self,
        event: &Event,
        amount_minor: i64,
        reading: &Reading<'_>,
        features: Features,
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
        let candidate = assess_seen(&self.candidate, &self.settings, &case, features);
        let live = assess_seen(&self.live, &self.settings, &case, candidate.features.clone());
        self.take(&live, &candidate, amount_minor, fraud);
    }

    /// Takes two verdicts about one payment in.
    pub fn take(&mut self, live: &Assessment, candidate: &Assessment, amount_minor: i64, fraud: Option<bool>) {
        let found = &mut self.found;
        found.payments += 1;
        match fraud {
            Some(true) => found.frauds += 1,
            Some(false) => found.genuine += 1,
            None => {}
        }
        found.differ += u64::from(live.verdict != candidate.verdict);
        found.live.take(live, &self.settings, amount_minor, fraud);
        found.candidate.take(candidate, &self.settings, amount_minor, fraud);
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Backtest {
        self.found
    }
}

impl SetTally {
    fn take(&mut self, found: &Assessment, settings: &RiskSettings, amount_minor: i64, fraud: Option<bool>) {
        match found.verdict {
            Verdict::Allow => self.allowed += 1,
            Verdict::StepUp(_) => self.stepped_up += 1,
            Verdict::Hold => self.held += 1,
            Verdict::Refuse => self.refused += 1,
        }
        let asked = found.verdict != Verdict::Allow;
        match fraud {
            Some(true) => {
                self.caught += u64::from(asked);
                self.missed += u64::from(!asked);
                self.loss_minor = self.loss_minor.saturating_add(lost(settings, found.verdict, amount_minor));
            }
            Some(false) => {
                self.annoyed += u64::from(asked);
                self.friction_minor =
                    self.friction_minor.saturating_add(friction(settings, found.verdict, amount_minor));
            }
            None => {}
        }
        let all = || found.hit.iter().chain(&found.shadow);
        let alone = all().count() == 1;
        for id in all() {
            let Some(rule) = self.rules.get_mut(id) else { continue };
            rule.hits += 1;
            match fraud {
                Some(true) => {
                    rule.frauds += 1;
                    rule.fraud_minor = rule.fraud_minor.saturating_add(amount_minor);
                    rule.only += u64::from(alone);
                }
                Some(false) => rule.genuine += 1,
                None => rule.unknown += 1,
            }
        }
        for id in &found.unread {
            if let Some(rule) = self.rules.get_mut(id) {
                rule.unread += 1;
            }
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
