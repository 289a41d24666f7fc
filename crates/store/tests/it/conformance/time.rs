//! What time does.

use money::ReasonCode;
use payments::{Command, Lock};
use protocol::{CaptureMode, IntentStatus, PaymentStatus};

use super::Place;
use super::commands::refused;
use crate::town::{Town, paid, sweeper, won};

pub(crate) async fn a_hold_expires(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Hotel").await);
    let intent = town.intent(store, &shop, Town::intent_body(3_000, "room", CaptureMode::Manual)).await;
    let payment = paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    let expire = || Command::ExpireHold { permit: sweeper(), payment: payment.id };
    assert_eq!(refused(place.run(expire()).await), ReasonCode::NotYetExpired);
    town.clock.advance(payments::limits::HOLD_LIFE_SECONDS - 1);
    assert!(store.due(10).await.unwrap().holds.is_empty());
    town.clock.advance(1);
    assert_eq!(store.due(10).await.unwrap().holds, [payment.id]);
    assert_eq!(refused(place.run(town.capture(&shop, payment.id, None)).await), ReasonCode::PaymentExpired);
    assert_eq!(paid(place.run(expire()).await).status, PaymentStatus::Expired);
    assert!(store.due(10).await.unwrap().holds.is_empty());
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10_000));
    place.restart().await.proven().await;
}

pub(crate) async fn an_intent_expires(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mut mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let first = town.intent(store, &shop, Town::intent_body(1, "a", CaptureMode::Automatic)).await;
    town.clock.advance(1);
    let second = town.intent(store, &shop, Town::intent_body(2, "b", CaptureMode::Automatic)).await;
    let approval = town.pay_body(&mina, &first, town.payment_id());
    assert_eq!(refused(place.run(expire(&first)).await), ReasonCode::NotYetExpired);
    town.clock.set(first.core.expires_at);
    town.renew(&mut mina);
    assert_eq!(refused(place.run(town.pay_as(&mina, approval, town.fresh())).await), ReasonCode::IntentExpired);
    town.clock.advance(1);
    assert_eq!(store.due(1).await.unwrap().intents, [first.id], "the oldest first, no more than asked for");
    assert_eq!(store.due(10).await.unwrap().intents, [first.id, second.id]);
    place.run(expire(&first)).await.unwrap();
    assert_eq!(store.intent(first.id).await.unwrap().unwrap().0.status, IntentStatus::Expired);
    assert_eq!(store.due(10).await.unwrap().intents, [second.id]);
    place.restart().await.proven().await;
}

fn expire(intent: &payments::Intent) -> Command {
    Command::ExpireIntent { permit: sweeper(), intent: intent.id }
}

pub(crate) async fn a_frozen_wallet_pays_nothing_until_it_has_thawed(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mut mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    place.run(town.freeze(&mina)).await.unwrap();
    let intent = town.intent(store, &shop, Town::intent_body(1, "a", CaptureMode::Automatic)).await;
    assert_eq!(refused(place.run(town.pay(&mina, &intent, town.payment_id())).await), ReasonCode::PayerFrozen);
    place.run(town.unfreeze(&mina)).await.unwrap();
    let until = town.now().checked_add_seconds(600).unwrap();
    let place = place.restart().await;
    let (town, store) = (&place.town, &*place.store);
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().0.lock, Lock::Thawing(until));
    town.clock.set(until);
    town.renew(&mut mina);
    let intent = town.intent(store, &shop, Town::intent_body(1, "a", CaptureMode::Automatic)).await;
    paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    place.proven().await;
}

pub(crate) async fn a_stale_proof_is_forgotten_but_never_works_again(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mut mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(1, "a", CaptureMode::Automatic)).await;
    let (body, jti) = (town.pay_body(&mina, &intent, town.payment_id()), town.fresh());
    let used = town.pay_as(&mina, body.clone(), jti);
    let mut late: Vec<_> = (0..200).map(|_| town.pay_as(&mina, body.clone(), jti)).collect();
    paid(place.run(used).await);
    town.clock.advance(62 + store::limits::PROOF_GRACE_SECONDS);
    town.renew(&mut mina);
    // Commits in between, or a second, sweep out what is stale.
    place.run(town.fund(&mina, 1)).await.unwrap();
    place.run(town.fund(&mina, 1)).await.unwrap();
    let place = place.restart().await;
    let mut refusal = ReasonCode::ProofReplayed;
    while let (ReasonCode::ProofReplayed, Some(again)) = (refusal, late.pop()) {
        refusal = refused(place.run(again).await);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(refusal, ReasonCode::ProofStale);
    place.proven().await;
}

pub(crate) async fn the_present_never_goes_back(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    town.person(store, "Mina", 10).await;
    let before = store.now();
    let place = place.restart().await;
    place.town.clock.advance(-3_600);
    assert_eq!(place.store.now(), before);
    let person = place.town.stranger();
    let committed = place.store.submit(place.town.sign_up(&person, "Late")).await.unwrap();
    assert!(committed.at >= before);
    place.proven().await;
}
