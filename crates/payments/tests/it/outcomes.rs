//! What became known of a payment is learnt once: by its payer's profiles in the decision, by its payee's file when it is
//! folded; rules sleep for one payer and a while; what is demoted is a row.

use money::{Instant, PaymentId, ReasonCode};
use payments::{
    Accepted, Command, EventKind, Judging, Kept, KeptKey, Key, Label, Noted, NotedKey, RiskCommand, Row, StaffPermit,
    SystemPermit, Voice, replay,
};
use protocol::{AttackBody, RefundBody, RefundCause, ReportKind, ReportPaymentBody};
use risk::dossier::{Dossier, PartyFile};
use risk::event::{Key as PartyKey, Pair};
use risk::profile::FraudHistory;
use risk::rule::RuleSet;

use crate::scenario::{run, step};
use crate::world::{World, payment_id, refund_id};

const RULES: &str = r#"
[set]
name = "test"
version = 1
author = "test"
[[rule]]
id = "large"
stage = "live"
when = "payment.amount >= 3000"
action = { step_up = "pin" }
reason = "risk.amount_unusual"
ko = "가"
en = "a"
[[rule]]
id = "listed"
stage = "live"
when = "payment.amount >= 9999999"
action = "refuse"
reason = "risk.listed"
ko = "가"
en = "a"
"#;

const TOWN: &str = "
    payer ann 100000
    payer bea 100000
    payee cafe
    intent i1 cafe 1000
    intent i2 cafe 1100
    intent i3 cafe 1200
    intent i4 cafe 1300
    intent i5 cafe 1400
";

/// A town that is judged by the rules above.
fn town() -> World {
    let mut world = World::new();
    let rules = RuleSet::read(&[("test.toml", RULES)]).unwrap();
    world.settings.judging = Judging::by(Some(rules), None, None);
    run(&mut world, TOWN);
    world
}

fn row(world: &World, key: Key) -> Option<Row> {
    if world.state.has(&key) { world.state.row(&key).cloned() } else { None }
}

fn dossier(world: &World, name: &str) -> Dossier {
    match row(world, Key::Kept(KeptKey::Dossier(world.people[name].phone.payer()))) {
        Some(Row::Kept(Kept::Dossier(row))) => Dossier::of_bytes(&row.bytes.0).unwrap(),
        _ => Dossier::default(),
    }
}

fn file(world: &World) -> PartyFile {
    match row(world, Key::Noted(NotedKey::PayeeFile(world.shops["cafe"].id))) {
        Some(Row::Noted(Noted::PayeeFile(row))) => PartyFile::of_bytes(&row.bytes.0).unwrap(),
        _ => PartyFile::default(),
    }
}

fn counts(fraud: &FraudHistory) -> (i32, i32) {
    let whole = |count: f32| count.round() as i32;
    (whole(fraud.known.0[2]), whole(fraud.frauds.0[2]))
}

/// Known outcomes and frauds: of the payer, of them with the café, of the café.
#[track_caller]
fn check(world: &World, payer: (i32, i32), pair: (i32, i32), payee: (i32, i32)) {
    let dossier = dossier(world, "ann");
    let cafe = PartyKey::of(world.shops["cafe"].id.to_string().as_bytes());
    let between = dossier.pair(Pair::PayerPayee, cafe).copied().unwrap_or_default();
    let between = (between.known.round() as i32, between.frauds.round() as i32);
    let found = (counts(&dossier.profile.fraud), between, counts(&file(world).profile.fraud));
    assert_eq!(found, (payer, pair, payee));
}

fn report(world: &mut World, name: &str, id: &str) -> Result<Label, ReasonCode> {
    let body = ReportPaymentBody { kind: ReportKind::NotMe, payment: payment_id(id) };
    let signed = world.signed(name, "/v1/payments/report", &body);
    match world.submit(Command::Risk(RiskCommand::Report { signed })) {
        Ok(Accepted::Labelled(said)) => Ok(said),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

fn judge(world: &mut World, id: &str, fraud: bool) {
    let permit = StaffPermit::dangerous_from_operating_system();
    world.submit(Command::Risk(RiskCommand::Judge { permit, payment: payment_id(id), fraud })).unwrap();
}

fn fold(world: &mut World, ids: &[&str]) -> usize {
    let payments: Vec<PaymentId> = ids.iter().map(|id| payment_id(id)).collect();
    learnt(world, RiskCommand::FoldOutcomes { permit: SystemPermit::dangerous_for_sweeper(), payments })
}

fn learnt(world: &mut World, command: RiskCommand) -> usize {
    match world.submit(Command::Risk(command)) {
        Ok(Accepted::Learnt { payments }) => payments,
        other => panic!("{other:?}"),
    }
}

fn told(world: &World, kind: EventKind) -> usize {
    world.events.iter().filter(|event| event.kind == kind).count()
}

#[test]
fn a_report_is_learnt_by_the_payer_at_once_by_the_payee_when_it_is_folded_and_once() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1\npay p2 ann i2\nroll-up cafe");
    check(&world, (0, 0), (0, 0), (0, 0));
    let said = report(&mut world, "ann", "p1").unwrap();
    assert_eq!((said.fraud, said.by, said.taught), (true, Voice::Payer(ReportKind::NotMe), true));
    check(&world, (1, 1), (1, 1), (0, 0));
    for folded in [1, 0, 0] {
        assert_eq!(fold(&mut world, &["p1", "p2"]), folded);
        check(&world, (1, 1), (1, 1), (1, 1));
    }
    world.now = world.now.checked_add_seconds(60).unwrap();
    assert_eq!(report(&mut world, "ann", "p1").unwrap(), said, "said again, it is the first report");
    assert_eq!(fold(&mut world, &["p1"]), 0);
    check(&world, (1, 1), (1, 1), (1, 1));
    assert_eq!(told(&world, EventKind::PaymentReported), 1);
    let event = world.events.iter().find(|event| event.kind == EventKind::PaymentReported).unwrap();
    assert_eq!((event.payer, event.payee), (Some(world.people["ann"].phone.payer()), None), "the payee is not told");
    // Nothing is learnt backwards: every earlier decision still comes out of its record as it did.
    world.records.iter().for_each(|record| {
        let mut record = record.clone();
        record.bring_judges(|_| Some(world.settings.judging.clone())).unwrap();
        record.bring_packs(|_| Some(world.settings.packs.clone())).unwrap();
        replay(&record).unwrap();
    });
}

#[test]
fn what_is_not_ones_own_or_was_refused_cannot_be_reported() {
    let mut world = town();
    run(&mut world, "intent i9 cafe 900000\npay p1 ann i1");
    assert!(step(&mut world, "pay p9 ann i9").starts_with("refused"));
    assert_eq!(report(&mut world, "bea", "p1"), Err(ReasonCode::PaymentUnknown));
    assert_eq!(report(&mut world, "ann", "p7"), Err(ReasonCode::PaymentUnknown));
    let refused = report(&mut world, "ann", "p9");
    assert!(matches!(refused, Err(ReasonCode::PaymentRefused | ReasonCode::PaymentUnknown)), "{refused:?}");
    check(&world, (0, 0), (0, 0), (0, 0));
}

/// A frozen wallet, and a device that still waits, may report: it loosens nothing.
#[test]
fn a_frozen_wallet_may_report() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1\nfreeze ann");
    report(&mut world, "ann", "p1").unwrap();
    check(&world, (1, 1), (1, 1), (0, 0));
}

#[test]
fn staff_have_the_last_word() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1\npay p2 ann i2\nroll-up cafe");
    report(&mut world, "ann", "p1").unwrap();
    fold(&mut world, &["p1"]);
    judge(&mut world, "p1", false);
    fold(&mut world, &["p1"]);
    check(&world, (1, 0), (1, 0), (1, 0));
    let said = report(&mut world, "ann", "p1").unwrap();
    assert_eq!((said.fraud, said.by), (false, Voice::Staff));
    assert_eq!(fold(&mut world, &["p1"]), 0);
    check(&world, (1, 0), (1, 0), (1, 0));
    // And again the other way, before anything was folded: only the last word reaches the payee.
    judge(&mut world, "p2", true);
    judge(&mut world, "p2", false);
    judge(&mut world, "p2", true);
    assert_eq!(fold(&mut world, &["p2"]), 1);
    check(&world, (2, 1), (2, 1), (2, 1));
}

#[test]
fn an_attack_freezes_and_what_was_paid_since_is_learnt() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1\nwait 100\npay p2 ann i2\npay p3 ann i3\npay p4 bea i4\nwait 30\nroll-up cafe");
    let since = world.now.checked_add_seconds(-60).unwrap();
    let payer = world.people["ann"].phone.payer();
    let signed = world.signed("ann", "/v1/attack", &AttackBody { payer, since });
    world.submit(Command::Risk(RiskCommand::Attack { signed })).unwrap();
    assert_eq!(step(&mut world, "pay p5 ann i5"), "refused lockdown.frozen".replace("lockdown.frozen", "payer.frozen"));
    let payments = ["p1", "p2", "p3", "p4"].map(payment_id).to_vec();
    let alarm = |payments: &[PaymentId]| RiskCommand::TakeAlarm {
        permit: SystemPermit::dangerous_for_sweeper(),
        payer,
        payments: payments.to_vec(),
    };
    for taken in [2, 0] {
        assert_eq!(
            learnt(&mut world, alarm(&payments)),
            taken,
            "what came before, and what others paid, is left alone"
        );
        check(&world, (2, 2), (2, 2), (0, 0));
    }
    assert_eq!(fold(&mut world, &["p1", "p2", "p3", "p4"]), 1);
    check(&world, (2, 2), (2, 2), (1, 1));
}

#[test]
fn a_refund_for_fraud_is_learnt_and_one_for_returned_goods_is_not() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1\npay p2 ann i2\nroll-up cafe");
    let mut refund = |id: &str, payment: &str, cause| {
        let amount = money::Amount::new(100, money::Currency::KRW);
        let (payment, refund) = (payment_id(payment), refund_id(id));
        let body = RefundBody { amount, cause, payment, reason: None, refund };
        let signed = world.merchant_signed("cafe", "/v1/refunds", &body);
        world.submit(Command::Refund { signed }).unwrap();
    };
    refund("r1", "p1", Some(RefundCause::Returned));
    refund("r2", "p2", Some(RefundCause::Fraud));
    refund("r3", "p2", Some(RefundCause::Fraud));
    assert_eq!(fold(&mut world, &["p1", "p2"]), 1);
    check(&world, (1, 1), (1, 1), (1, 1));
}

/// Whoever quarrels with a shop does not ruin it.
#[test]
fn one_payer_is_heard_once_against_one_payee() {
    let mut world = town();
    let ids = ["p1", "p2", "p3", "p4", "p5"];
    for (number, id) in (1..).zip(ids) {
        run(&mut world, &format!("pay {id} ann i{number}"));
    }
    run(&mut world, "roll-up cafe");
    for id in ids {
        report(&mut world, "ann", id).unwrap();
    }
    assert_eq!(fold(&mut world, &ids), 1);
    check(&world, (5, 5), (5, 5), (1, 1));
}

#[test]
fn what_nobody_reports_counts_as_genuine_after_its_delay() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1\npay p2 ann i2\nroll-up cafe");
    report(&mut world, "ann", "p1").unwrap();
    fold(&mut world, &["p1"]);
    run(&mut world, "wait 200000\nintent i6 cafe 900\npay p6 ann i6\nroll-up cafe");
    check(&world, (2, 1), (2, 1), (2, 1));
}

fn snooze(world: &mut World, rule: &str, seconds: Option<i64>) -> Result<usize, ReasonCode> {
    let (permit, payer) = (StaffPermit::dangerous_from_operating_system(), world.people["ann"].phone.payer());
    let until = seconds.map(|seconds| world.now.checked_add_seconds(seconds).unwrap());
    let (rule, because) = (rule.to_owned(), "case 7".parse().unwrap());
    match world.submit(Command::Risk(RiskCommand::Snooze { permit, payer, rule, until, because })) {
        Ok(Accepted::Snoozed { snoozes }) => Ok(snoozes.len()),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

#[test]
fn a_rule_sleeps_for_one_payer_until_its_end_and_is_woken() {
    let mut world = town();
    run(&mut world, "intent b1 cafe 3000\nintent b2 cafe 3000\nintent b3 cafe 3000\nintent b4 cafe 3000");
    let asked = step(&mut world, "pay q1 ann b1");
    assert!(asked.contains("step_up"), "{asked}");
    assert_eq!(snooze(&mut world, "large", Some(100)), Ok(1));
    assert!(!step(&mut world, "pay q1 ann b1").contains("refused"));
    assert!(step(&mut world, "pay q2 bea b2").contains("step_up"), "for nobody else");
    run(&mut world, "wait 100");
    assert!(step(&mut world, "pay q3 ann b3").contains("step_up"), "it has ended");
    assert_eq!(snooze(&mut world, "large", Some(60)), Ok(1));
    assert_eq!(snooze(&mut world, "large", None), Ok(0));
    assert!(step(&mut world, "pay q4 ann b4").contains("step_up"), "it was woken");
    assert_eq!(told(&world, EventKind::RiskSnoozed), 3);
    assert!(
        world.events.iter().filter(|event| event.kind == EventKind::RiskSnoozed).all(|event| event.payer.is_none())
    );
}

#[test]
fn a_rule_that_refuses_one_that_is_not_there_and_too_long_a_sleep_are_refused() {
    let mut world = town();
    run(&mut world, "pay p1 ann i1");
    assert_eq!(snooze(&mut world, "listed", Some(60)), Err(ReasonCode::SnoozeRefused));
    assert_eq!(snooze(&mut world, "lorge", Some(60)), Err(ReasonCode::RuleUnknown));
    assert_eq!(snooze(&mut world, "large", None), Err(ReasonCode::RuleUnknown), "it does not sleep");
    assert_eq!(snooze(&mut world, "large", Some(31 * 86_400)), Err(ReasonCode::SnoozeRefused));
    assert_eq!(snooze(&mut world, "large", Some(0)), Err(ReasonCode::SnoozeRefused));
    assert_eq!(dossier(&world, "ann").snoozes(), []);
}

fn demote(world: &mut World, until: Option<Instant>) {
    let permit = SystemPermit::dangerous_for_sweeper();
    let command = RiskCommand::Demote { permit, rule: "large".to_owned(), until, stopped: [9, 100] };
    world.submit(Command::Risk(command)).unwrap();
}

#[test]
fn a_demotion_begins_once_is_prolonged_and_ends_after_its_time() {
    let mut world = town();
    let key = Key::Noted(NotedKey::Demotion(protocol::sha256(b"large").as_bytes()[..16].try_into().unwrap()));
    let later = |world: &World, seconds| world.now.checked_add_seconds(seconds);
    let until = |world: &World| match row(world, key) {
        Some(Row::Noted(Noted::Demotion(row))) => Some(row.until),
        _ => None,
    };
    let first = later(&world, 600);
    demote(&mut world, first);
    let shorter = later(&world, 60);
    demote(&mut world, shorter);
    assert_eq!(until(&world), first, "nobody shortens it");
    demote(&mut world, None);
    assert_eq!(until(&world), first, "it does not end before its time");
    run(&mut world, "wait 300");
    let second = later(&world, 600);
    demote(&mut world, second);
    assert_eq!(until(&world), second);
    assert_eq!((told(&world, EventKind::RiskDemoted), told(&world, EventKind::RiskRestored)), (1, 0));
    run(&mut world, "wait 600");
    demote(&mut world, None);
    assert_eq!(until(&world), None);
    let records = world.records.len();
    demote(&mut world, None);
    assert_eq!(world.records.len(), records + 1);
    assert_eq!(told(&world, EventKind::RiskRestored), 1);
    let restored = world.events.iter().find(|event| event.kind == EventKind::RiskDemoted).unwrap();
    assert_eq!(restored.reasons, [ReasonCode::RiskAmount], "staff are told which rule by its reason");
}
