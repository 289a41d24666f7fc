//! What became known of payments: a row that waits, learnt once, whatever crashes in between.

use money::PaymentId;
use payments::{Accepted, Command, Judging, Noted, NotedKey, NotedKind, Payment, RiskCommand};
use protocol::{AttackBody, CaptureMode, ReportKind, ReportPaymentBody};
use risk::dossier::PartyFile;
use risk::rule::RuleSet;
use store::{PageRequest, PaymentFilter, Store};

use super::Place;
use crate::town::{Person, Shop, Town, paid, sweeper};

/// Judged by no rule at all: profiles are kept and nothing is asked.
async fn judged(store: &dyn Store) {
    let set = "[set]\nname = \"none\"\nversion = 1\nauthor = \"test\"\n";
    let rules = RuleSet::read(&[("none.toml", set)]).unwrap();
    store.use_judging(Judging::by(Some(rules), None, None)).await.unwrap();
}

async fn bought(place: &Place<'_>, person: &Person, shop: &Shop, minor: i64) -> Payment {
    let (town, store) = (&place.town, &*place.store);
    let intent = town.intent(store, shop, Town::intent_body(minor, "tea", CaptureMode::Automatic)).await;
    paid(place.run(town.pay(person, &intent, town.payment_id())).await)
}

async fn counted(place: &Place<'_>, shop: &Shop) {
    let command = place.town.roll_up(&*place.store, shop).await;
    place.run(command).await.unwrap();
}

/// How many payments were learnt.
async fn learnt(place: &Place<'_>, command: RiskCommand) -> usize {
    match place.run(Command::Risk(command)).await {
        Ok(Accepted::Learnt { payments }) => payments,
        other => panic!("{other:?}"),
    }
}

fn fold(payments: &[PaymentId]) -> RiskCommand {
    RiskCommand::FoldOutcomes { permit: sweeper(), payments: payments.to_vec() }
}

/// Frauds the payee's file knows of.
async fn frauds(store: &dyn Store, shop: &Shop) -> f32 {
    match store.noted(NotedKey::PayeeFile(shop.id)).await.unwrap() {
        Some(Noted::PayeeFile(row)) => PartyFile::of_bytes(&row.bytes.0).unwrap().profile.fraud.frauds.0[2],
        other => panic!("no file: {other:?}"),
    }
}

async fn waiting(store: &dyn Store, kind: NotedKind) -> usize {
    store.all_noted(kind, None, 10).await.unwrap().len()
}

pub(crate) async fn what_is_reported_is_learnt_once_also_after_a_crash(place: Place<'_>) {
    judged(&*place.store).await;
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 100_000).await, town.shop(store, "Cafe").await);
    let (first, second) = (bought(&place, &mina, &shop, 1_000).await, bought(&place, &mina, &shop, 2_000).await);
    counted(&place, &shop).await;
    let body = ReportPaymentBody { kind: ReportKind::NotMe, payment: first.id };
    for _ in 0..2 {
        let signed = place.town.signed(&mina, "/v1/payments/report", &body);
        let said = place.run(Command::Risk(RiskCommand::Report { signed })).await;
        assert!(matches!(said, Ok(Accepted::Labelled(said)) if said.fraud && said.payment == first.id));
    }
    assert_eq!(waiting(store, NotedKind::Outcome).await, 1);
    // The server dies before anybody folds it.
    let place = place.restart().await;
    judged(&*place.store).await;
    assert_eq!(waiting(&*place.store, NotedKind::Outcome).await, 1);
    for folded in [1, 0] {
        assert_eq!(learnt(&place, fold(&[first.id, second.id])).await, folded);
    }
    let place = place.restart().await;
    let store = &*place.store;
    assert_eq!((waiting(store, NotedKind::Outcome).await, waiting(store, NotedKind::Label).await), (0, 1));
    assert!((0.99..=1.0).contains(&frauds(store, &shop).await));
    place.proven().await;
}

pub(crate) async fn an_attack_waits_for_its_payments_also_after_a_crash(place: Place<'_>) {
    judged(&*place.store).await;
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 100_000).await, town.shop(store, "Cafe").await);
    let before = bought(&place, &mina, &shop, 1_000).await;
    town.clock.advance(100);
    let during = bought(&place, &mina, &shop, 2_000).await;
    counted(&place, &shop).await;
    let body = AttackBody { payer: mina.payer(), since: town.now().checked_add_seconds(-50).unwrap() };
    let signed = town.signed(&mina, "/v1/attack", &body);
    place.run(Command::Risk(RiskCommand::Attack { signed })).await.unwrap();
    let place = place.restart().await;
    judged(&*place.store).await;
    let store = &*place.store;
    assert!(store.payer(mina.payer()).await.unwrap().unwrap().0.lock.is_frozen(place.town.now()));
    let rows = store.all_noted(NotedKind::Alarm, None, 10).await.unwrap();
    let Some(Noted::Alarm(alarm)) = rows.first() else { panic!("no alarm") };
    let filter = PaymentFilter { from: Some(alarm.since), ..PaymentFilter::default() };
    let page = store.payments(alarm.payer, filter, PageRequest { before: None, limit: 9 }).await.unwrap();
    let found: Vec<PaymentId> = page.rows.iter().map(|row| row.payment.id).collect();
    assert_eq!(found, [during.id]);
    let take =
        || RiskCommand::TakeAlarm { permit: sweeper(), payer: mina.payer(), payments: vec![during.id, before.id] };
    for taken in [1, 0] {
        assert_eq!(learnt(&place, take()).await, taken);
    }
    assert_eq!(learnt(&place, fold(&[before.id, during.id])).await, 1);
    assert!((0.99..=1.0).contains(&frauds(store, &shop).await));
    assert_eq!(waiting(store, NotedKind::Alarm).await, 0);
    place.proven().await;
}

pub(crate) async fn a_demotion_holds_over_a_restart(place: Place<'_>) {
    let until = place.town.now().checked_add_seconds(600);
    let demote = |until| {
        Command::Risk(RiskCommand::Demote { permit: sweeper(), rule: "score".to_owned(), until, stopped: [9, 200] })
    };
    place.run(demote(until)).await.unwrap();
    let place = place.restart().await;
    let rows = place.store.all_noted(NotedKind::Demotion, None, 10).await.unwrap();
    assert!(matches!(rows.as_slice(), [Noted::Demotion(row)] if row.rule == "score" && Some(row.until) == until));
    place.town.clock.advance(600);
    place.run(demote(None)).await.unwrap();
    assert_eq!(waiting(&*place.store, NotedKind::Demotion).await, 0);
    place.proven().await;
}
