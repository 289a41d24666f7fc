//! Who a payer is: what was checked is relied on, what was said may tighten and never loosens, and a guardian allows.

use money::{Instant, PayerId, ReasonCode};
use payments::{
    Accepted, Command, EventKind, Identity, IdentityCommand, NewFact, NewGuardian, Packs, Refusal, StaffPermit,
};
use protocol::{
    Assurance, ContestFactBody, DeclareFactBody, EndWardConsentBody, FactKind, FactSource, FactValue, WardConsentBody,
};

use crate::rules;
use crate::scenario::{approve_by_pin, check, pay_command, run, said, won};
use crate::world::World;

/// Paying from twelve on, below nineteen with a guardian's consent and within what the guardian allows; and what is
/// asked of the old besides.
const RULES: &str = r#"
[[rules]]
id = "age"
kind = "age"
citation = "a"
say = "from twelve, below nineteen with a guardian"
when = { "operation.kind" = "payment" }
at_least = 12
guardian_below = 19
[[rules]]
id = "guardian-cap"
kind = "limit"
citation = "a"
say = "what the guardian allows in a month"
when = { "operation.kind" = "payment", "payer.guardian_cap" = { known = true } }
cap_fact = "payer.guardian_cap"
window = "month"
code = "GuardianCap"
[[rules]]
id = "seventy"
kind = "limit"
citation = "a"
say = "above seventy 5000 a day"
when = { "operation.kind" = "payment", "payer.age" = { gt = 70 } }
cap = "5000 KRW"
window = "day"
[[rules]]
id = "abroad"
kind = "limit"
citation = "a"
say = "who lives elsewhere, 7000 a day"
when = { "operation.kind" = "payment", "payer.residence" = { known = true }, not = { "payer.residence" = "kr" } }
cap = "7000 KRW"
window = "day"
"#;

const FACTORS: &str =
    "[device_key]\ncategories = [\"possession\"]\ndynamic = true\n[pin]\ncategories = [\"knowledge\"]\n";

fn packs() -> Packs {
    rules::packs(("minors", "5"), RULES, FACTORS, None)
}

/// Ann, who is under test, and her mother eve, who has a PIN and whose date of birth was checked.
fn town() -> World {
    let mut world = World::new();
    world.settings.packs = packs();
    run(&mut world, "payer ann 100000\npayer eve 1000\npin eve 493817 -> pin from 0\npayer bob 1000\npayee cafe");
    enter(&mut world, "eve", born("1980-05-05"), FactSource::Document).unwrap();
    world
}

fn payer(world: &World, name: &str) -> PayerId {
    world.people[name].phone.payer()
}

fn born(day: &str) -> FactValue {
    FactValue::BornOn(day.parse().unwrap())
}

fn home(country: &str) -> FactValue {
    FactValue::Residence(country.parse().unwrap())
}

const fn staff() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

fn submit(world: &mut World, command: IdentityCommand) -> Result<Identity, ReasonCode> {
    match world.submit(Command::Identity(command)) {
        Ok(Accepted::Identity(identity)) => Ok(*identity),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

fn checked(value: FactValue, source: FactSource) -> NewFact {
    let (assurance, by) = (Assurance::Substantial, "kim".parse().unwrap());
    NewFact { value, source, assurance, by, evidence: None, expires_at: None }
}

fn enter(world: &mut World, name: &str, value: FactValue, source: FactSource) -> Result<Identity, ReasonCode> {
    enter_as(world, name, checked(value, source))
}

fn enter_as(world: &mut World, name: &str, fact: NewFact) -> Result<Identity, ReasonCode> {
    let payer = payer(world, name);
    submit(world, IdentityCommand::Enter { permit: staff(), payer, fact, line: None })
}

fn withdraw(world: &mut World, name: &str, kind: FactKind, source: FactSource) -> Result<Identity, ReasonCode> {
    let (payer, by) = (payer(world, name), "kim".parse().unwrap());
    submit(world, IdentityCommand::Withdraw { permit: staff(), payer, kind, source, by })
}

fn declare(world: &mut World, name: &str, fact: FactValue) -> Result<Identity, ReasonCode> {
    let body = DeclareFactBody { fact, payer: payer(world, name) };
    let signed = world.signed(name, "/v1/facts", &body);
    submit(world, IdentityCommand::Declare { signed })
}

fn contest(world: &mut World, name: &str, kind: FactKind, source: FactSource) -> Result<Identity, ReasonCode> {
    let body = ContestFactBody { kind, payer: payer(world, name), source };
    let signed = world.signed(name, "/v1/facts/contest", &body);
    submit(world, IdentityCommand::Contest { signed })
}

fn link(world: &mut World, ward: &str, guardian: &str) -> Result<Identity, ReasonCode> {
    let (guardian, by) = (payer(world, guardian), "kim".parse().unwrap());
    let link = NewGuardian { guardian, by, evidence: None, expires_at: None };
    let payer = payer(world, ward);
    submit(world, IdentityCommand::Link { permit: staff(), payer, link })
}

fn in_days(world: &World, days: i64) -> Instant {
    world.now.checked_add_seconds(days * 86_400).unwrap()
}

/// `guardian` allows so much for so many days; with a PIN where one is said.
fn consent(
    world: &mut World,
    guardian: &str,
    ward: &str,
    (cap, days): (&str, i64),
    pin: Option<&str>,
) -> Result<Identity, ReasonCode> {
    let body = WardConsentBody { cap: won(cap), until: in_days(world, days), ward: payer(world, ward) };
    if let Some(pin) = pin {
        approve_by_pin(world, guardian, pin, &body);
    }
    let signed = world.signed(guardian, "/v1/wards/consent", &body);
    submit(world, IdentityCommand::Consent { signed })
}

fn end_consent(world: &mut World, guardian: &str, ward: &str) -> Result<Identity, ReasonCode> {
    let body = EndWardConsentBody { ward: payer(world, ward) };
    let signed = world.signed(guardian, "/v1/wards/consent/end", &body);
    submit(world, IdentityCommand::EndConsent { signed })
}

/// Ann pays so much at the café.
fn pay(world: &mut World, amount: &str) -> Result<Accepted, Refusal> {
    let number = world.records.len();
    run(world, &format!("intent i{number} cafe {amount}"));
    let command = pay_command(world, &format!("p{number}"), "ann", &format!("i{number}"), &[]);
    world.submit(command)
}

#[track_caller]
fn pays(world: &mut World, amount: &str, expected: &str) {
    assert_eq!(said(pay(world, amount)), expected);
}

#[test]
fn what_a_payer_says_of_themselves_never_loosens() {
    let mut world = town();
    pays(&mut world, "1000", "refused policy.fact_missing");
    declare(&mut world, "ann", born("1990-01-01")).unwrap();
    pays(&mut world, "1000", "refused policy.fact_missing");
    // What the provider looked at does.
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Document).unwrap();
    pays(&mut world, "1000", "captured 1000");
}

#[test]
fn what_a_payer_says_of_themselves_tightens_and_is_not_taken_back() {
    let mut world = town();
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Document).unwrap();
    pays(&mut world, "1000", "captured 1000");
    declare(&mut world, "ann", born("2013-01-01")).unwrap();
    pays(&mut world, "1000", "refused policy.guardian_consent");
    // The child says something else now; the first word stands.
    assert_eq!(declare(&mut world, "ann", born("1990-01-01")), Err(ReasonCode::FactDeclared));
    assert!(declare(&mut world, "ann", born("2013-01-01")).is_ok());
    pays(&mut world, "1000", "refused policy.guardian_consent");
    // Only whoever sees papers corrects it.
    withdraw(&mut world, "ann", FactKind::BornOn, FactSource::SelfDeclared).unwrap();
    pays(&mut world, "1000", "captured 1000");
    assert_eq!(withdraw(&mut world, "ann", FactKind::BornOn, FactSource::SelfDeclared), Err(ReasonCode::FactUnknown));
}

#[test]
fn of_what_is_known_the_strictest_answer_counts() {
    let mut world = town();
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Carrier).unwrap();
    pays(&mut world, "1000", "captured 1000");
    // The line is her father's; the card is hers.
    enter(&mut world, "ann", born("2013-01-01"), FactSource::Document).unwrap();
    pays(&mut world, "1000", "refused policy.guardian_consent");
    // Somebody below twelve is not helped by anybody.
    enter(&mut world, "ann", born("2016-01-01"), FactSource::Document).unwrap();
    pays(&mut world, "1000", "refused policy.refused");
    // The carrier is the weaker source: alone it does not make her an adult again.
    declare(&mut world, "ann", born("1950-01-01")).unwrap();
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Document).unwrap();
    pays(&mut world, "4000", "captured 4000");
    pays(&mut world, "2000", "refused policy.limit");
}

#[test]
fn what_is_over_contested_or_unsure_is_not_relied_on() {
    let mut world = town();
    let until = in_days(&world, 10);
    let card = NewFact { expires_at: Some(until), ..checked(born("1990-01-01"), FactSource::Document) };
    enter_as(&mut world, "ann", card.clone()).unwrap();
    pays(&mut world, "1000", "captured 1000");
    run(&mut world, &format!("wait {}", 10 * 86_400));
    pays(&mut world, "1000", "refused policy.fact_missing");
    let over = enter_as(&mut world, "ann", card);
    assert_eq!(over, Err(ReasonCode::FactImplausible), "what is over is not entered");
    let unsure = NewFact { assurance: Assurance::Low, ..checked(born("1990-01-01"), FactSource::Document) };
    enter_as(&mut world, "ann", unsure).unwrap();
    pays(&mut world, "1000", "refused policy.fact_missing");
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Document).unwrap();
    pays(&mut world, "1000", "captured 1000");
    let known = contest(&mut world, "ann", FactKind::BornOn, FactSource::Document).unwrap();
    assert_eq!(world.events.last().map(|event| event.kind), Some(EventKind::FactContested));
    assert!(known.relied(FactKind::BornOn, world.now).is_none());
    pays(&mut world, "1000", "refused policy.fact_missing");
    assert_eq!(contest(&mut world, "ann", FactKind::Residence, FactSource::Document), Err(ReasonCode::FactUnknown));
}

#[test]
fn a_contested_minority_goes_on_tightening() {
    let mut world = town();
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Carrier).unwrap();
    enter(&mut world, "ann", born("2013-01-01"), FactSource::Document).unwrap();
    contest(&mut world, "ann", FactKind::BornOn, FactSource::Document).unwrap();
    pays(&mut world, "1000", "refused policy.guardian_consent");
}

#[test]
fn what_is_in_doubt_is_counted_under_every_limit_it_may_belong_to() {
    let mut world = town();
    enter(&mut world, "ann", born("1990-01-01"), FactSource::Document).unwrap();
    enter(&mut world, "ann", home("KR"), FactSource::Document).unwrap();
    declare(&mut world, "ann", home("JP")).unwrap();
    pays(&mut world, "6000", "captured 6000");
    pays(&mut world, "2000", "refused policy.limit");
    // And what was spent before she said so counts, too, once it is true.
    pays(&mut world, "1000", "captured 1000");
    pays(&mut world, "1", "refused policy.limit");
}

#[test]
fn a_refusal_says_where_its_answer_came_from_and_never_what_it_is() {
    let mut world = town();
    enter(&mut world, "ann", born("2013-06-07"), FactSource::Document).unwrap();
    declare(&mut world, "ann", born("1999-08-09")).unwrap();
    let refusal = pay(&mut world, "1000").unwrap_err();
    let told: Vec<String> = refusal.rules.iter().flat_map(|rule| rule.details.clone()).collect();
    let today = money::Day::of(world.now);
    let lines = [format!("born_on: document, {today}"), format!("born_on: self_declared, {today}, not relied on")];
    assert_eq!(told, lines, "{:?}", refusal.rules);
    let shown = serde_json::to_string(&refusal).unwrap() + &format!("{refusal:?}");
    assert!(!shown.contains("2013") && !shown.contains("1999"), "{shown}");
    let events = serde_json::to_string(&world.events).unwrap();
    assert!(!events.contains("2013-06-07") && !events.contains("1999-08-09"));
}

#[test]
fn a_guardian_allows_so_much_for_so_long_and_takes_it_back_at_once() {
    let mut world = town();
    enter(&mut world, "ann", born("2013-01-01"), FactSource::Document).unwrap();
    assert_eq!(consent(&mut world, "eve", "ann", ("30000", 30), None), Err(ReasonCode::GuardianUnknown));
    link(&mut world, "ann", "eve").unwrap();
    pays(&mut world, "1000", "refused policy.guardian_consent");
    assert_eq!(consent(&mut world, "eve", "ann", ("30000", 30), None), Err(ReasonCode::StepUpNeeded));
    let known = consent(&mut world, "eve", "ann", ("30000", 30), Some("493817")).unwrap();
    assert_eq!(known.payer, payer(&world, "ann"));
    pays(&mut world, "25000", "captured 25000");
    pays(&mut world, "6000", "refused policy.limit");
    pays(&mut world, "5000", "captured 5000");
    // Less takes no check; more does.
    consent(&mut world, "eve", "ann", ("20000", 30), None).unwrap();
    assert_eq!(consent(&mut world, "eve", "ann", ("60000", 30), None), Err(ReasonCode::StepUpNeeded));
    consent(&mut world, "eve", "ann", ("60000", 30), Some("493817")).unwrap();
    pays(&mut world, "1000", "captured 1000");
    end_consent(&mut world, "eve", "ann").unwrap();
    let told: Vec<Option<PayerId>> = world.events.iter().rev().take(2).map(|event| event.payer).collect();
    assert_eq!(told, [Some(payer(&world, "eve")), Some(payer(&world, "ann"))]);
    pays(&mut world, "1000", "refused policy.guardian_consent");
    // Withdrawn, it begins anew only with the check.
    assert_eq!(consent(&mut world, "eve", "ann", ("100", 1), None), Err(ReasonCode::StepUpNeeded));
}

#[test]
fn a_consent_runs_out() {
    let mut world = town();
    enter(&mut world, "ann", born("2013-01-01"), FactSource::Document).unwrap();
    link(&mut world, "ann", "eve").unwrap();
    for days in [0, 367] {
        let refused = consent(&mut world, "eve", "ann", ("30000", days), Some("493817"));
        assert_eq!(refused, Err(ReasonCode::GuardianSpan), "{days}");
    }
    consent(&mut world, "eve", "ann", ("30000", 2), Some("493817")).unwrap();
    pays(&mut world, "1000", "captured 1000");
    run(&mut world, "wait 172800");
    pays(&mut world, "1000", "refused policy.guardian_consent");
}

#[test]
fn nobody_is_a_guardian_by_their_own_word() {
    let mut world = town();
    enter(&mut world, "ann", born("2013-01-01"), FactSource::Document).unwrap();
    // Bob's date of birth was never checked; ann is a ward, and nobody answers for themselves.
    assert_eq!(link(&mut world, "ann", "bob"), Err(ReasonCode::GuardianUnfit));
    assert_eq!(link(&mut world, "ann", "ann"), Err(ReasonCode::GuardianUnfit));
    link(&mut world, "ann", "eve").unwrap();
    assert_eq!(link(&mut world, "bob", "ann"), Err(ReasonCode::GuardianUnfit));
    assert_eq!(link(&mut world, "eve", "bob"), Err(ReasonCode::GuardianUnfit));
    for (who, ward) in [("bob", "ann"), ("ann", "ann"), ("eve", "bob")] {
        let refused = consent(&mut world, who, ward, ("30000", 30), None);
        assert_eq!(refused, Err(ReasonCode::GuardianUnknown), "{who} for {ward}");
        assert_eq!(end_consent(&mut world, who, ward), Err(ReasonCode::GuardianUnknown));
    }
    // What the former guardian allowed goes with them.
    enter(&mut world, "bob", born("1985-01-01"), FactSource::Document).unwrap();
    consent(&mut world, "eve", "ann", ("30000", 30), Some("493817")).unwrap();
    pays(&mut world, "1000", "captured 1000");
    link(&mut world, "ann", "bob").unwrap();
    pays(&mut world, "1000", "refused policy.guardian_consent");
    assert_eq!(end_consent(&mut world, "eve", "ann"), Err(ReasonCode::GuardianUnknown));
}

#[test]
fn what_cannot_be_is_not_kept() {
    let mut world = town();
    let tomorrow = money::Day::of(in_days(&world, 2));
    for day in ["1899-12-31".to_owned(), tomorrow.to_string(), "2190-01-01".to_owned()] {
        assert_eq!(declare(&mut world, "ann", born(&day)), Err(ReasonCode::FactImplausible), "{day}");
        assert_eq!(enter(&mut world, "ann", born(&day), FactSource::Document), Err(ReasonCode::FactImplausible));
    }
    let line = FactValue::LineSince("2020-01-01".parse().unwrap());
    assert_eq!(declare(&mut world, "ann", line), Err(ReasonCode::PermissionMissing));
    // What only a payer, or only a guardian, can say staff do not say for them.
    for source in [FactSource::SelfDeclared, FactSource::Guardian] {
        assert_eq!(enter(&mut world, "ann", born("1990-01-01"), source), Err(ReasonCode::FactImplausible));
    }
    assert_eq!(declare_for(&mut world, "bob", "ann"), Err(ReasonCode::DeviceNotThisPayer));
}

/// `name` says something about `other`.
fn declare_for(world: &mut World, name: &str, other: &str) -> Result<Identity, ReasonCode> {
    let body = DeclareFactBody { fact: born("1990-01-01"), payer: payer(world, other) };
    let signed = world.signed(name, "/v1/facts", &body);
    submit(world, IdentityCommand::Declare { signed })
}

#[test]
fn a_new_entry_takes_the_place_of_the_one_of_its_source_and_is_told() {
    let mut world = check("payer ann 1000");
    enter(&mut world, "ann", born("2013-01-01"), FactSource::Document).unwrap();
    declare(&mut world, "ann", born("2012-01-01")).unwrap();
    let known = enter(&mut world, "ann", born("1990-01-01"), FactSource::Document).unwrap();
    assert_eq!(known.facts.len(), 2);
    assert_eq!(known.relied(FactKind::BornOn, world.now).map(|fact| &fact.value), Some(&born("1990-01-01")));
    let kinds: Vec<EventKind> = world.events.iter().map(|event| event.kind).collect();
    let told = [EventKind::FactEntered, EventKind::FactDeclared, EventKind::FactEntered];
    assert!(kinds.ends_with(&told), "{kinds:?}");
    assert!(world.events.iter().all(|event| event.payer == Some(payer(&world, "ann"))));
}
