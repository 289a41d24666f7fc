//! Many at once.

use money::ReasonCode;
use payments::Command;
use protocol::CaptureMode;
use store::StoreError;

use super::Place;
use crate::town::{Town, paid, won};

impl Place<'_> {
    /// Submits all before it waits for any.
    pub(crate) async fn all_at_once(&self, commands: Vec<Command>) -> Vec<Result<store::Committed, StoreError>> {
        let waiting: Vec<_> = commands.into_iter().map(|command| self.store.submit(command)).collect();
        let mut answers = Vec::new();
        for answer in waiting {
            answers.push(answer.await);
        }
        answers
    }
}

pub(crate) async fn many_payments_never_overdraw_one_balance(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    let mut commands = Vec::new();
    for _ in 0..200 {
        let intent = town.intent(store, &shop, Town::intent_body(30, "tea", CaptureMode::Automatic)).await;
        commands.push(town.pay(&mina, &intent, town.payment_id()));
    }
    let answers = place.all_at_once(commands).await;
    let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().outcome).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 33, "1000 / 30");
    let refusals = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    assert!(refusals.into_iter().all(|refusal| refusal.first() == ReasonCode::FundsInsufficient));
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10));
    place.restart().await.proven().await;
}

pub(crate) async fn one_payment_submitted_often_has_one_effect(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(30, "tea", CaptureMode::Automatic)).await;
    let body = town.pay_body(&mina, &intent, town.payment_id());
    let commands = (0..50).map(|_| town.pay_as(&mina, body.clone(), town.fresh())).collect();
    let answers = place.all_at_once(commands).await;
    let payments: Vec<_> = answers.into_iter().map(|answer| paid(answer.unwrap().outcome)).collect();
    assert!(payments.iter().all(|payment| *payment == payments[0]), "everybody gets the first answer");
    let jti = town.fresh();
    let intent = town.intent(store, &shop, Town::intent_body(30, "tea", CaptureMode::Automatic)).await;
    let body = town.pay_body(&mina, &intent, town.payment_id());
    let commands = (0..50).map(|_| town.pay_as(&mina, body.clone(), jti)).collect();
    let answers = place.all_at_once(commands).await;
    let accepted = answers.into_iter().filter(|answer| answer.as_ref().unwrap().outcome.is_ok()).count();
    assert_eq!(accepted, 1, "one proof, one effect");
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(940));
    place.restart().await.proven().await;
}

pub(crate) async fn one_intent_is_paid_once(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let shop = town.shop(store, "Cafe").await;
    let intent = town.intent(store, &shop, Town::intent_body(30, "tea", CaptureMode::Manual)).await;
    let mut commands = Vec::new();
    for number in 0..20 {
        let person = town.person(store, &format!("person {number}"), 100).await;
        commands.push(town.pay(&person, &intent, town.payment_id()));
    }
    let answers = place.all_at_once(commands).await;
    let accepted = answers.into_iter().filter(|answer| answer.as_ref().unwrap().outcome.is_ok()).count();
    assert_eq!(accepted, 1);
    place.restart().await.proven().await;
}

pub(crate) async fn what_was_answered_is_read(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    for spent in 1..=20 {
        let intent = town.intent(store, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        let payment = paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
        assert_eq!(store.payment(payment.id).await.unwrap().unwrap().payment, payment);
        assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(1_000 - spent));
    }
    place.proven().await;
}
