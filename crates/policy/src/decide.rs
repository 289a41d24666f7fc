//! [`decide`]: the packs a question concerns, rule by rule, the strictest answer winning.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use money::Instant;

use crate::auth::{Factors, Requirement};
use crate::calendar::Calendar;
use crate::condition::{Truth, View};
use crate::counters::Counters;
use crate::decision::{Decision, Held, Outcome, Reason, StepUp};
use crate::effects;
use crate::fact::{Fact, Value};
use crate::input::Request;
use crate::library::Library;
use crate::limit::{Measured, Past, measure};
use crate::pack::{Body, Effect, Grade, Limit, Pack, Period, Rule, Select, Status};

/// What `library` makes of `request`.
///
/// # Errors
/// With the name of a pack that does not exist.
pub fn decide(library: &Library, request: &Request) -> Result<Decision, String> {
    decide_with(library, request, None)
}

/// The same over `counters` in the place of the history, where there are any.
pub(crate) fn decide_with(
    library: &Library,
    request: &Request,
    counters: Option<&Counters>,
) -> Result<Decision, String> {
    let mut decision = Decision::default();
    for name in &request.packs {
        if !library.packs().iter().any(|pack| pack.id == *name) {
            return Err(format!("there is no pack `{name}`"));
        }
    }
    for pack in library.packs().iter().filter(|pack| concerns(pack, request)) {
        let (calendar, factors) = (library.calendar(pack), &library.factors);
        let now = pack.zone.civil(request.at);
        Case { pack, request, now, calendar, factors, counters }.run(&mut decision);
    }
    crate::own::apply(library, request, counters, &mut decision);
    finish(library, request, &mut decision);
    Ok(decision)
}

/// Whether `request` names this pack, or its jurisdiction and carrier.
pub(crate) fn concerns(pack: &Pack, request: &Request) -> bool {
    if !request.packs.is_empty() {
        return request.packs.contains(&pack.id);
    }
    let here = request.jurisdiction.as_deref() == Some(pack.jurisdiction.as_str());
    here && pack.provider.as_deref().is_none_or(|provider| request.facts.text("payer.carrier") == Some(provider))
}

/// One pack against one request.
pub(crate) struct Case<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) request: &'a Request,
    /// The pack's own clock at the moment of the question.
    now: DateTime,
    pub(crate) calendar: &'a Calendar,
    pub(crate) factors: &'a Factors,
    pub(crate) counters: Option<&'a Counters>,
}

impl<'a> Case<'a> {
    pub(crate) fn view(&self) -> View<'a> {
        View {
            facts: &self.request.facts,
            over: None,
            at: self.request.at,
            zone: &self.pack.zone,
            calendar: self.calendar,
            day_before: false,
        }
    }

    fn run(&self, decision: &mut Decision) {
        if self.pack.status != Status::InForce || self.pack.effective.from.is_none() {
            return;
        }
        let live: Vec<&Rule> = self.pack.rules.iter().filter(|rule| self.is_selected(rule)).collect();
        if live.is_empty() {
            return;
        }
        decision.packs.push(self.pack.label.clone());
        let lifted = self.lifted(&live, decision);
        for rule in live {
            let truth = rule.when.holds(&self.view());
            if truth != Truth::No && !lifted.contains(rule.id.as_str()) {
                self.apply(rule, truth, decision);
            }
        }
    }

    /// Within pack and rule period at the rule's own moment, and of the reading that was chosen.
    fn is_selected(&self, rule: &Rule) -> bool {
        let said = match rule.select {
            Select::Authorised => const { Fact::of("operation.authorised_at") },
            Select::Captured => const { Fact::of("operation.captured_at") },
            Select::Reported => const { Fact::of("claim.reported_at") },
            Select::Requested => const { Fact::of("operation.requested_at") },
            Select::Transaction => const { Fact::of("claim.transaction_at") },
        };
        let at = self.request.facts.moment(said).unwrap_or(self.request.at);
        let now = if at == self.request.at { self.now } else { self.pack.zone.civil(at) };
        let within = |period: &Period| period.holds(&self.pack.zone, at, now);
        let starts = rule.starts_after.is_none_or(|span| {
            self.pack.effective.from.is_some_and(|from| span.after(from.date(), self.calendar) <= now.date())
        });
        within(&self.pack.effective) && within(&rule.period) && starts && self.is_chosen(&rule.variant)
    }

    fn is_chosen(&self, wanted: &[(String, String)]) -> bool {
        wanted.iter().all(|(name, value)| {
            let modes = &self.request.modes;
            let full = format!("{}.{name}", self.pack.id);
            let default =
                || self.pack.variants.iter().find(|variant| variant.name == *name).map(|variant| &variant.default);
            modes.get(&full).or_else(|| modes.get(name)).or_else(default) == Some(value)
        })
    }

    /// The demands for authentication that an exemption lifts.
    fn lifted(&self, live: &[&'a Rule], decision: &mut Decision) -> BTreeSet<&'a str> {
        let mut lifted = BTreeSet::new();
        for rule in live {
            let Body::Exemption { from, limits } = &rule.body else { continue };
            if rule.when.holds(&self.view()) != Truth::Yes {
                continue;
            }
            if !self.may_loosen(rule) {
                self.say(rule, Outcome::Permit, decision, |reason| reason.code = "NotApproved".to_owned());
                continue;
            }
            let mut all = true;
            for (place, limit) in limits.iter().enumerate().filter(|(_, limit)| self.is_chosen(&limit.variant)) {
                let Some(measured) = self.measured(rule, place, limit) else { continue };
                all &= measured.fits && measured.missing.is_none();
                effects::counter(self, rule, &measured, decision);
            }
            if all {
                lifted.extend(from.iter().map(String::as_str));
                self.say(rule, Outcome::Permit, decision, |_| {});
            }
        }
        lifted
    }

    fn measured(&self, rule: &Rule, place: usize, limit: &Limit) -> Option<Measured> {
        let past = match self.counters {
            None => Past::History(&self.request.history),
            Some(counters) => Past::Counters(counters, rule.keys.get(place).map_or("", |key| &key.name)),
        };
        measure(limit, &rule.when, &self.view(), past, self.factors)
    }

    /// A rule that is not sure loosens nothing until a person approved it.
    fn may_loosen(&self, rule: &Rule) -> bool {
        rule.grade != Grade::K
            || rule.approved
            || self.request.approvals.iter().any(|approved| *approved == rule.name || *approved == self.pack.id)
    }

    fn apply(&self, rule: &'a Rule, truth: Truth, decision: &mut Decision) {
        let missing = if let Truth::Unknown(fact) = truth { Some(fact) } else { None };
        match &rule.body {
            Body::Gate { effect } => self.effect(rule, effect, missing, None, decision),
            Body::Age { .. } => self.age(rule, decision),
            Body::Consent { shown, methods } => self.consent(rule, shown, methods, decision),
            Body::Dormancy { unused_for, absent_is_never } => {
                self.dormancy(rule, *unused_for, *absent_is_never, decision)
            }
            Body::CoolingOff { .. } => self.cooling_off(rule, missing, decision),
            Body::Limit(limit) => {
                if let Some(measured) = self.measured(rule, 0, limit) {
                    effects::counter(self, rule, &measured, decision);
                    if !measured.fits {
                        self.exceeded(rule, &limit.effect, &measured, missing, decision);
                    }
                }
            }
            Body::Authentication { require } => {
                self.effect(rule, &Effect::StepUp(require.clone()), missing, None, decision)
            }
            Body::Hold { from, span, confirm } => self.hold(rule, *from, *span, *confirm, missing, decision),
            Body::Exemption { .. } | Body::LimitChange { .. } => effects::limit_change(self, rule, decision),
            Body::Duty(duty) => effects::duty(self, rule, duty, decision),
            Body::Notice { to, content, channels } => effects::notice(self, rule, to, content, channels, decision),
            Body::Retention { class, fields, keep, from } => {
                effects::retention(self, rule, (class, fields), *keep, *from, decision)
            }
            Body::Liability(terms) => effects::liability(self, rule, terms, decision),
            Body::Parameter { name, value } => {
                decision.parameters.insert(name.clone(), value.clone());
            }
        }
    }

    fn age(&self, rule: &'a Rule, decision: &mut Decision) {
        let Body::Age { least, below, guardian_below, day_before } = &rule.body else { return };
        let view = View { day_before: *day_before, ..self.view() };
        let fact = const { Fact::of("payer.age") };
        let Some(age) = view.number(fact) else {
            return self.effect(rule, &Effect::Deny, Some(fact), None, decision);
        };
        if least.is_some_and(|least| age < least) || below.is_some_and(|below| age >= below) {
            self.effect(rule, &Effect::Deny, None, None, decision);
        } else if guardian_below.is_some_and(|below| age < below) && !self.guardian_agrees() {
            self.deny_as(rule, "GuardianConsent", Vec::new(), decision);
        }
    }

    fn cooling_off(&self, rule: &'a Rule, missing: Option<Fact>, decision: &mut Decision) {
        let Body::CoolingOff { since, span, effect, absent_is_never } = &rule.body else { return };
        if since.iter().all(|fact| self.view().value(*fact).is_none()) && !absent_is_never {
            return self.effect(rule, effect, since.first().copied(), None, decision);
        }
        if let Some(last) = since.iter().filter_map(|fact| self.view().moment(*fact)).max() {
            let ends = self.pack.zone.due(last, *span, self.calendar);
            if self.request.at < ends {
                self.effect(rule, effect, missing, Some(ends), decision);
            }
        }
    }

    fn guardian_agrees(&self) -> bool {
        let withdrawn = self.request.facts.moment(const { Fact::of("payer.guardian_withdrawn_at") });
        self.request.facts.flag("payer.guardian_consent") == Some(true)
            && withdrawn.is_none_or(|at| self.request.at < at)
    }

    fn consent(&self, rule: &'a Rule, shown: &[String], methods: &[String], decision: &mut Decision) {
        let facts = &self.request.facts;
        let seen = facts.texts("consent.shown").unwrap_or_default();
        let unseen: Vec<String> = shown.iter().filter(|field| !seen.contains(field)).cloned().collect();
        if !unseen.is_empty() {
            return self.deny_as(rule, &rule.code, unseen, decision);
        }
        if facts.flag("consent.given") == Some(false) {
            return self.deny_as(rule, "ConsentMissing", Vec::new(), decision);
        }
        match facts.text("consent.method") {
            Some(method) if methods.is_empty() || methods.iter().any(|known| known == method) => {}
            None if methods.is_empty() => {}
            Some(method) => self.deny_as(rule, "ConsentMethod", vec![method.to_owned()], decision),
            None => self.effect(rule, &Effect::Deny, Fact::named("consent.method"), None, decision),
        }
    }

    /// Asleep since the last use plus the span; a consent given after that wakes the service. Uses and consents count
    /// whether they are told as facts or stand in the history; what was refused or released was no use, and neither was
    /// a payment the rule does not speak of.
    fn dormancy(&self, rule: &'a Rule, unused_for: crate::time::Span, absent_is_never: bool, decision: &mut Decision) {
        let (last_used_at, consent_at) = const { (Fact::of("payer.last_used_at"), Fact::of("consent.at")) };
        // The latest first: the first that is one says it all.
        let past = || {
            let past = self.request.history.iter().rev().filter(|event| event.at <= self.request.at);
            past.filter(|event| crate::limit::is_live(&event.facts))
        };
        let is_use = |event: &&crate::input::Event| {
            let own = View { over: Some(&event.facts), at: event.at, ..self.view() };
            rule.when.holds(&own) != Truth::No
        };
        let kind = const { Fact::of("operation.kind") };
        let is_consent = |event: &&crate::input::Event| event.facts.text(kind) == Some("consent");
        let is_said = self.view().value(last_used_at).is_some();
        let Some(used) = self.view().moment(last_used_at).max(past().find(is_use).map(|event| event.at)) else {
            if !is_said && !absent_is_never {
                self.effect(rule, &Effect::Deny, Some(last_used_at), None, decision);
            }
            return;
        };
        let asleep = self.pack.zone.due(used, unused_for, self.calendar);
        let consented = self.view().moment(consent_at).filter(|at| *at <= self.request.at);
        let consented = consented.max(past().find(is_consent).map(|event| event.at));
        if self.request.at > asleep && consented.is_none_or(|at| at <= asleep) {
            self.effect(rule, &Effect::Deny, None, None, decision);
        }
    }

    fn hold(
        &self,
        rule: &'a Rule,
        from: Option<Fact>,
        span: Option<crate::time::Span>,
        confirm: bool,
        missing: Option<Fact>,
        decision: &mut Decision,
    ) {
        let begun = match from.map(|fact| (fact, self.view().value(fact))) {
            None => self.request.at,
            Some((fact, value)) => match value.as_deref() {
                Some(Value::Moment(at)) => *at,
                Some(Value::Never) => return,
                _ => {
                    return self.effect(rule, &Effect::Hold { span: None, confirm: true }, Some(fact), None, decision);
                }
            },
        };
        let ends = span.map(|span| self.pack.zone.due(begun, span, self.calendar));
        let over = ends.is_some_and(|ends| ends <= self.request.at);
        if !over || from.is_none() {
            self.held(ends, confirm, decision);
            self.said(rule, Outcome::Hold, missing, decision);
        }
    }

    /// Held until `ends`, or until somebody confirms; beside what holds it already.
    fn held(&self, ends: Option<Instant>, confirm: bool, decision: &mut Decision) {
        let held = Held::by(ends, confirm, self.request.at);
        decision.hold = Some(decision.hold.map_or(held, |other| other.join(held)));
        // Packs write offsets of their own: moments are compared, never their texts.
        if let Some(ends) = ends.filter(|ends| decision.hold_ends.is_none_or(|held| held < *ends)) {
            decision.hold_ends = Some(ends);
            decision.held_until = Some(self.pack.zone.show(ends));
        }
    }

    fn exceeded(
        &self,
        rule: &'a Rule,
        effect: &Effect,
        measured: &Measured,
        missing: Option<Fact>,
        decision: &mut Decision,
    ) {
        let place = decision.reasons.len();
        self.effect(rule, effect, missing.or(measured.missing), None, decision);
        if let Some(reason) = decision.reasons.get_mut(place) {
            reason.before = Some(measured.before.clone());
            reason.after = Some(measured.after.clone());
            reason.cap = Some(measured.cap.clone());
        }
    }

    fn deny_as(&self, rule: &'a Rule, code: &str, details: Vec<String>, decision: &mut Decision) {
        self.say(rule, Outcome::Deny, decision, |reason| {
            reason.code = code.to_owned();
            reason.details = details;
        });
    }

    /// What a rule that is not met does.
    fn effect(
        &self,
        rule: &'a Rule,
        effect: &Effect,
        missing: Option<Fact>,
        until: Option<Instant>,
        decision: &mut Decision,
    ) {
        let outcome = match effect {
            Effect::Deny => Outcome::Deny,
            Effect::Route(route) => {
                decision.route.get_or_insert_with(|| route.clone());
                Outcome::Route
            }
            Effect::Hold { span, confirm } => {
                let own = span.map(|span| self.pack.zone.due(self.request.at, span, self.calendar));
                // A rule that has an end of its own waits for that; only a word that names none waits for somebody.
                let waits_for_word = *confirm && (span.is_some() || until.is_none());
                self.held(until.or(own), waits_for_word, decision);
                Outcome::Hold
            }
            Effect::StepUp(require) => {
                let demand = decision.requirement.take().unwrap_or_default().join(require);
                decision.requirement = Some(demand);
                let facts = &self.request.facts;
                let presented = facts.texts("auth.factors").unwrap_or_default();
                if require.is_met(presented, facts.flag("auth.linked") == Some(true), self.factors) {
                    return;
                }
                Outcome::StepUp
            }
        };
        let place = decision.reasons.len();
        self.said(rule, outcome, missing, decision);
        if let (Effect::Route(route), Some(reason)) = (effect, decision.reasons.get_mut(place)) {
            reason.route = Some(route.clone());
        }
    }

    /// Says the rule, or which fact it lacks.
    fn said(&self, rule: &Rule, outcome: Outcome, missing: Option<Fact>, decision: &mut Decision) {
        self.say(rule, outcome, decision, |reason| {
            if let Some(fact) = missing {
                reason.code = "FactMissing".to_owned();
                reason.missing = Some(fact.word().name.to_owned());
            }
        });
    }

    pub(crate) fn say(&self, rule: &Rule, outcome: Outcome, decision: &mut Decision, change: impl FnOnce(&mut Reason)) {
        let Some(citation) = self.pack.citations.get(&rule.citation).cloned() else { return };
        let mut reason = Reason {
            code: rule.code.clone(),
            outcome,
            rule: rule.id.clone(),
            pack: self.pack.id.clone(),
            version: self.pack.version.clone(),
            citation,
            grade: rule.grade,
            before: None,
            after: None,
            cap: None,
            missing: None,
            details: Vec::new(),
            route: None,
            say: rule.say.clone(),
            texts: if outcome > Outcome::Permit { self.pack.wordings(rule) } else { BTreeMap::new() },
        };
        change(&mut reason);
        decision.outcome = decision.outcome.max(outcome);
        decision.reasons.push(reason);
    }
}

fn finish(library: &Library, request: &Request, decision: &mut Decision) {
    let presented = request.facts.texts("auth.factors").unwrap_or_default();
    let linked = request.facts.flag("auth.linked") == Some(true);
    if let Some(demand) = decision.requirement.take() {
        // What meets each demand apart may not meet all of them together.
        if !Requirement::is_met(&demand, presented, linked, &library.factors) {
            decision.outcome = decision.outcome.max(Outcome::StepUp);
            let Requirement { factors, dynamic, phishing_resistant, linked, any_of, forbid } = demand;
            decision.step_up = Some(StepUp { factors, dynamic, phishing_resistant, linked, any_of, forbid });
        }
    }
    decision.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.outcome));
}
