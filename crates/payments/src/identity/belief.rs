//! What the packs are told of a payer, and about what they are asked besides.
//!
//! INVARIANT: the first question is always asked, of what is relied on alone; every other one can only make the answer
//! stricter. So nothing that was merely said, is contested, or is over ever loosens anything, whatever the packs say.

use money::{Day, Instant, PayerId};
use policy::{Fact, Facts, Reason, Value};
use protocol::{Country, FactKind, FactSource, FactValue};

use super::{Identity, KnownFact};
use crate::decide::Context;

/// One way in which a payer may be: what the packs can be asked about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Belief {
    born_on: Option<Day>,
    residence: Option<Country>,
    line_since: Option<Day>,
}

const BORN_ON: Fact = Fact::of("payer.born_on");
const RESIDENCE: Fact = Fact::of("payer.residence");
const JOINED_ON: Fact = Fact::of("payer.joined_on");

impl Belief {
    /// Says it to the packs; what is not known is not said.
    pub(crate) fn tell(&self, facts: &mut Facts) {
        let date = |day: Day| Value::Date(day.civil());
        facts.put(BORN_ON, self.born_on.map(date));
        facts.put(RESIDENCE, self.residence.map(|country| Value::Text(country.lower())));
        facts.put(JOINED_ON, self.line_since.map(date));
    }

    fn with(self, kind: FactKind, value: Option<&FactValue>) -> Self {
        match (kind, value) {
            (FactKind::BornOn, None) => Self { born_on: None, ..self },
            (FactKind::Residence, None) => Self { residence: None, ..self },
            (FactKind::LineSince, None) => Self { line_since: None, ..self },
            (_, Some(FactValue::BornOn(day))) => Self { born_on: Some(*day), ..self },
            (_, Some(FactValue::Residence(country))) => Self { residence: Some(*country), ..self },
            (_, Some(FactValue::LineSince(day))) => Self { line_since: Some(*day), ..self },
            // A name is checked or not; no rule asks what it is.
            (FactKind::LegalName, _) | (_, Some(FactValue::LegalName(_))) => self,
        }
    }
}

/// The kinds that a rule may ask for.
const ASKED: [FactKind; 3] = [FactKind::BornOn, FactKind::Residence, FactKind::LineSince];

impl Identity {
    /// Every value of this kind that may be true: the one that is relied on first, or that nobody knows.
    fn values(&self, kind: FactKind, at: Instant) -> Vec<Option<&FactValue>> {
        let mut values = vec![self.relied(kind, at).map(|fact| &fact.value)];
        for fact in self.facts.iter().filter(|fact| fact.value.kind() == kind) {
            if !values.contains(&Some(&fact.value)) {
                values.push(Some(&fact.value));
            }
        }
        values
    }

    /// Every way in which they may be, the one that is relied on first: at most 48, of three sources and three kinds, and
    /// at most four by what the payer says.
    fn beliefs(&self, at: Instant) -> Vec<Belief> {
        let mut beliefs = vec![Belief::default()];
        for kind in ASKED {
            let values = self.values(kind, at);
            beliefs = values.iter().flat_map(|value| beliefs.iter().map(|belief| belief.with(kind, *value))).collect();
        }
        beliefs
    }
}

/// Tells the packs what is relied on.
pub(crate) fn tell(context: &Context<'_>, payer: PayerId, facts: &mut Facts) {
    let at = context.at;
    let identity = context.state.identity(payer);
    // Whoever was checked has a name that was checked.
    let is_identified = identity.is_some_and(|known| known.relied(FactKind::LegalName, at).is_some());
    facts.set(const { Fact::of("payer.identified") }, Value::Flag(is_identified));
    let Some(identity) = identity else { return };
    if let Some(belief) = identity.beliefs(at).first() {
        belief.tell(facts);
    }
    let Some(guardianship) = &identity.guardianship else { return };
    facts.set(const { Fact::of("payer.guardian_consent") }, Value::Flag(guardianship.allows(at).is_some()));
    let Some(consent) = &guardianship.consent else { return };
    facts.set(const { Fact::of("payer.guardian_cap") }, Value::Money(consent.cap));
    if let Some(withdrawn_at) = consent.withdrawn_at {
        facts.set(const { Fact::of("payer.guardian_withdrawn_at") }, Value::Moment(withdrawn_at));
    }
}

/// About what the packs are asked besides: every belief but the first, which is what is relied on.
pub(crate) fn doubts(context: &Context<'_>, payer: PayerId) -> Vec<Belief> {
    let identity = context.state.identity(payer);
    identity.map(|known| known.beliefs(context.at).into_iter().skip(1).collect()).unwrap_or_default()
}

/// Says with each rule that asks who the payer is where its answer came from, and never what it is.
pub(crate) fn cite(context: &Context<'_>, payer: PayerId, rules: &mut [Reason]) {
    let Some(identity) = context.state.identity(payer) else { return };
    let at = context.at;
    for rule in rules {
        let of_guardian = ["GuardianConsent", "GuardianCap"].contains(&rule.code.as_str());
        let of_age = of_guardian || rule.code == "Age" || rule.missing.as_deref() == Some("payer.age");
        let relied = identity.relied(FactKind::BornOn, at).filter(|_| of_age);
        rule.details.extend(relied.map(|fact| line(FactKind::BornOn, fact.source, fact)));
        let said = identity.facts.iter().filter(|fact| of_age && fact.value.kind() == FactKind::BornOn);
        let doubted = said.filter(|fact| Some(&fact.value) != relied.map(|relied| &relied.value));
        rule.details
            .extend(doubted.map(|fact| format!("{}, not relied on", line(FactKind::BornOn, fact.source, fact))));
        let consent = identity.guardianship.as_ref().and_then(|known| known.consent.as_ref()).filter(|_| of_guardian);
        rule.details.extend(consent.map(|consent| match consent.withdrawn_at {
            Some(at) => format!("consent: guardian, withdrawn {}", Day::of(at)),
            None => format!("consent: guardian, {} until {}", Day::of(consent.given_at), Day::of(consent.expires_at)),
        }));
    }
}

fn line(kind: FactKind, source: FactSource, fact: &KnownFact) -> String {
    format!("{}: {}, {}", kind.word(), source.word(), Day::of(fact.asserted_at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::Assurance;

    use super::*;

    const AT: Instant = Instant::from_unix_millis(1_790_000_000_000);

    fn fact(value: FactValue, source: FactSource) -> KnownFact {
        let assurance = if source == FactSource::SelfDeclared { Assurance::Low } else { Assurance::Substantial };
        let by = "kim".parse().unwrap();
        KnownFact {
            value,
            source,
            assurance,
            by,
            evidence: None,
            asserted_at: AT,
            expires_at: None,
            contested_at: None,
        }
    }

    fn born(day: &str) -> FactValue {
        FactValue::BornOn(day.parse().unwrap())
    }

    fn known(facts: Vec<KnownFact>) -> Identity {
        Identity { facts, ..Identity::none(PayerId::from_bytes([1; 16])) }
    }

    /// The years of birth the packs are asked about, the one that is relied on first.
    #[track_caller]
    fn check(facts: Vec<KnownFact>, expected: &[&str]) {
        let beliefs = known(facts).beliefs(AT);
        let years = beliefs.iter().map(|one| one.born_on.map_or("?".to_owned(), |day| day.to_string()[..4].to_owned()));
        assert_eq!(years.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_relied_on_is_asked_first_and_what_was_said_besides() {
        use FactSource::{Carrier, Document, SelfDeclared};
        check(vec![], &["?"]);
        check(vec![fact(born("1990-01-01"), SelfDeclared)], &["?", "1990"]);
        check(vec![fact(born("1990-01-01"), Document)], &["1990"]);
        check(vec![fact(born("1990-01-01"), SelfDeclared), fact(born("2012-01-01"), Document)], &["2012", "1990"]);
        check(vec![fact(born("2012-01-01"), Carrier), fact(born("1990-01-01"), Document)], &["1990", "2012"]);
        check(vec![fact(born("1990-01-01"), Carrier), fact(born("1990-01-01"), Document)], &["1990"]);
        let low = KnownFact { assurance: Assurance::Low, ..fact(born("1990-01-01"), Carrier) };
        check(vec![low], &["?", "1990"]);
    }

    #[test]
    fn what_is_over_or_contested_is_not_relied_on_and_goes_on_tightening() {
        let document = fact(born("1990-01-01"), FactSource::Document);
        let over = KnownFact { expires_at: Some(AT), ..document.clone() };
        let contested = KnownFact { contested_at: Some(AT), ..document.clone() };
        check(vec![over.clone()], &["?", "1990"]);
        check(vec![contested], &["?", "1990"]);
        // A minor's card that has run out leaves the carrier's word, and does not make an adult.
        let minor = KnownFact { value: born("2012-01-01"), ..over };
        check(vec![minor, fact(born("1990-01-01"), FactSource::Carrier)], &["1990", "2012"]);
    }

    fn any_fact() -> impl Strategy<Value = KnownFact> {
        let value = prop_oneof![
            (1950..2020_i32, 1..13_u8).prop_map(|(year, month)| born(&format!("{year}-{month:02}-01"))),
            (2000..2026_i32).prop_map(|year| FactValue::LineSince(format!("{year}-01-01").parse().unwrap())),
            "[A-C]R".prop_map(|country| FactValue::Residence(country.parse().unwrap())),
        ];
        let source = prop_oneof![Just(FactSource::SelfDeclared), Just(FactSource::Carrier), Just(FactSource::Document)];
        let assurance = prop_oneof![Just(Assurance::Low), Just(Assurance::Substantial), Just(Assurance::High)];
        (value, source, assurance, any::<[bool; 2]>()).prop_map(|(value, source, assurance, [over, contested])| {
            let assurance = if source == FactSource::SelfDeclared { Assurance::Low } else { assurance };
            let (expires_at, contested_at) = (over.then_some(AT), contested.then_some(AT));
            KnownFact { assurance, expires_at, contested_at, ..fact(value, source) }
        })
    }

    /// One of each kind and source, as they are kept.
    fn kept(facts: Vec<KnownFact>) -> Vec<KnownFact> {
        let mut kept: Vec<KnownFact> = Vec::new();
        for fact in facts {
            kept.retain(|known| (known.value.kind(), known.source) != (fact.value.kind(), fact.source));
            kept.push(fact);
        }
        kept
    }

    proptest! {
        /// The strictest of the answers counts, so more questions and the same first one never loosen.
        #[test]
        fn whatever_a_payer_says_or_contests_only_adds_questions(
            facts in proptest::collection::vec(any_fact(), 0..9), said in any_fact(), contested: usize,
        ) {
            let before = kept(facts);
            let without = known(before.clone()).beliefs(AT);
            prop_assert!(without.len() <= 48);
            let said = KnownFact { source: FactSource::SelfDeclared, assurance: Assurance::Low, ..said };
            let is_first = !before.iter().any(|fact| {
                fact.source == FactSource::SelfDeclared && fact.value.kind() == said.value.kind()
            });
            if is_first {
                let with = known([before.clone(), vec![said]].concat()).beliefs(AT);
                prop_assert_eq!(with.first(), without.first());
                prop_assert!(without.iter().all(|belief| with.contains(belief)));
            }
            // Contested, a fact is asked about as before, and the first question may know less, never other.
            let mut doubted = before.clone();
            if let Some(fact) = doubted.get_mut(contested.checked_rem(before.len()).unwrap_or(0)) {
                fact.contested_at = Some(AT);
            }
            let with = known(doubted).beliefs(AT);
            prop_assert!(without.iter().all(|belief| with.contains(belief)));
        }
    }

    #[test]
    fn doubts_of_every_kind_are_asked_about_together() {
        use FactSource::{Carrier, Document, SelfDeclared};
        let home = |country: &str| FactValue::Residence(country.parse().unwrap());
        let line = |day: &str| FactValue::LineSince(day.parse().unwrap());
        let mut facts = vec![];
        for (source, year, country) in [(SelfDeclared, "2001", "KR"), (Carrier, "2002", "JP"), (Document, "2003", "TH")]
        {
            facts.push(fact(born(&format!("{year}-01-01")), source));
            facts.push(fact(home(country), source));
            facts.push(fact(line(&format!("{year}-02-01")), source));
        }
        let beliefs = known(facts).beliefs(AT);
        assert_eq!(beliefs.len(), 27);
        let [first, rest @ ..] = beliefs.as_slice() else { panic!("none") };
        assert_eq!(first.born_on.map(|day| day.to_string()).as_deref(), Some("2003-01-01"));
        assert!(rest.iter().all(|belief| belief != first));
    }
}
