//! What works once: proofs, payment ids, idempotency keys, refund ids.

use money::ReasonCode;
use payments::{Accepted, Command};
use protocol::CaptureMode;

use super::Place;
use super::commands::refused;
use crate::town::{Town, paid, won};

pub(crate) async fn a_proof_works_once(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(4_500, "latte", CaptureMode::Automatic)).await;
    let (body, jti) = (town.pay_body(&mina, &intent, town.payment_id()), town.fresh());
    paid(place.run(town.pay_as(&mina, body.clone(), jti)).await);
    assert_eq!(refused(place.run(town.pay_as(&mina, body.clone(), jti)).await), ReasonCode::ProofReplayed);
    let place = place.restart().await;
    assert_eq!(refused(place.run(place.town.pay_as(&mina, body, jti)).await), ReasonCode::ProofReplayed);
    assert_eq!(place.store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(5_500));
    place.proven().await;
}

pub(crate) async fn the_same_payment_again_is_the_first_answer_also_after_a_restart(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(4_500, "latte", CaptureMode::Automatic)).await;
    let body = town.pay_body(&mina, &intent, town.payment_id());
    let first = paid(place.run(town.pay_as(&mina, body.clone(), town.fresh())).await);
    assert_eq!(paid(place.run(town.pay_as(&mina, body.clone(), town.fresh())).await), first);
    let place = place.restart().await;
    let town = &place.town;
    assert_eq!(paid(place.run(town.pay_as(&mina, body.clone(), town.fresh())).await), first);
    let mut other = body;
    other.client.shown_at += 1;
    assert_eq!(refused(place.run(town.pay_as(&mina, other, town.fresh())).await), ReasonCode::PaymentIdReused);
    assert_eq!(place.store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(5_500));
    place.proven().await;
}

pub(crate) async fn an_intent_key_works_once_also_after_a_restart(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let shop = town.shop(store, "Cafe").await;
    let key = protocol::sha256(b"order 7");
    let create = |minor: i64| {
        let body = Town::intent_body(minor, "latte", CaptureMode::Automatic);
        let digest = protocol::sha256(&protocol::to_canonical(&body));
        Command::CreateIntent { permit: Town::permit(&shop), body, idempotency: Some((key, digest)) }
    };
    let first = place.run(create(500)).await.unwrap();
    assert_eq!(place.run(create(500)).await.unwrap(), first);
    let place = place.restart().await;
    assert_eq!(place.run(create(500)).await.unwrap(), first);
    assert_eq!(refused(place.run(create(501)).await), ReasonCode::IdempotencyKeyReused);
    place.proven().await;
}

pub(crate) async fn a_refund_id_works_once_also_after_a_restart(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(4_500, "latte", CaptureMode::Automatic)).await;
    let payment = paid(place.run(town.pay(&mina, &intent, town.payment_id())).await).id;
    let id = money::RefundId::new(town.now(), town.fresh());
    let first = place.run(town.refund(&shop, payment, id, 500)).await.unwrap();
    assert!(matches!(first, Accepted::Refund(_)));
    assert_eq!(place.run(town.refund(&shop, payment, id, 500)).await.unwrap(), first);
    let place = place.restart().await;
    assert_eq!(place.run(place.town.refund(&shop, payment, id, 500)).await.unwrap(), first);
    assert_eq!(refused(place.run(place.town.refund(&shop, payment, id, 501)).await), ReasonCode::RefundIdReused);
    assert_eq!(place.store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(6_000));
    place.proven().await;
}

pub(crate) async fn a_refused_payment_keeps_its_id(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 0).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(4_500, "latte", CaptureMode::Automatic)).await;
    let body = town.pay_body(&mina, &intent, town.payment_id());
    let first = place.run(town.pay_as(&mina, body.clone(), town.fresh())).await.unwrap_err();
    place.run(town.fund(&mina, 10_000)).await.unwrap();
    let place = place.restart().await;
    let again = place.run(place.town.pay_as(&mina, body, place.town.fresh())).await.unwrap_err();
    assert_eq!(again, first);
    paid(place.run(place.town.pay(&mina, &intent, place.town.payment_id())).await);
    place.proven().await;
}
