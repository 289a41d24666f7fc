//! Every command, and what it may not do.

use money::ReasonCode;
use payments::{Accepted, Command, EventKind, Noted, NotedKey, NotedKind, Refusal};
use protocol::{CaptureMode, CodeBody, CodeKind, PaymentStatus};
use store::{PageRequest, StoreError};

use super::Place;
use crate::town::{Town, paid, staff, sweeper, won};

/// The first reason a command was refused for.
#[track_caller]
pub(crate) fn refused(outcome: Result<Accepted, Refusal>) -> ReasonCode {
    match outcome {
        Err(refusal) => refusal.first(),
        Ok(accepted) => panic!("accepted: {accepted:?}"),
    }
}

impl Place<'_> {
    pub(crate) async fn run(&self, command: Command) -> Result<Accepted, Refusal> {
        self.store.submit(command).await.unwrap().outcome
    }
}

pub(crate) async fn every_command_has_its_effect(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mut mina = town.person(store, "민아", 0).await;
    place.run(town.test_fund(&mina, 30_000)).await.unwrap();
    let (tablet, bind) = town.bind(&mina, "tablet");
    place.run(bind).await.unwrap();
    let devices = store.devices(mina.payer()).await.unwrap();
    assert_eq!(devices.iter().map(|(device, _)| device.name.as_str()).collect::<Vec<_>>(), ["민아's phone", "tablet"]);
    assert_eq!(store.device(tablet.phone.device()).await.unwrap().as_ref(), devices.get(1));

    let shop = town.shop(store, "카페").await;
    let intent = town.intent(store, &shop, Town::intent_body(4_500, "latte", CaptureMode::Automatic)).await;
    let payment = paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    assert_eq!(payment.status, PaymentStatus::Captured);
    let (stored, taken) = store.intent(intent.id).await.unwrap().unwrap();
    assert_eq!((stored.payment, taken), (Some(payment.id), Some(payment.clone())));

    let rekey = Command::RekeyPayee { permit: staff(), payee: shop.id, api_key: None, signing_key: Some([9; 32]) };
    place.run(rekey).await.unwrap();
    let payee = store.payee(shop.id).await.unwrap().unwrap();
    assert_eq!(payee.signing_key, Some([9; 32]));
    let roll_up = town.roll_up(store, &shop).await;
    assert!(matches!(place.run(roll_up).await, Ok(Accepted::RolledUp { credits: 1, .. })));
    assert_eq!(store.payee_balance(shop.id).await.unwrap().unwrap().account.available(), won(4_500));
    assert_eq!(store.payee_of_api_key(shop.api_key.stored()).await.unwrap(), Some(payee));

    for (serial, kind, cap) in [("CAFE-1", CodeKind::Sticker, Some(won(9_000))), ("TERM-1", CodeKind::Terminal, None)] {
        let body = CodeBody {
            cap,
            cell: Some("wydm9qw".parse().unwrap()),
            counter: "counter-1".parse().unwrap(),
            days: 90,
            kind,
            serial: serial.parse().unwrap(),
            surroundings: vec![1, 2, 3].try_into().unwrap(),
        };
        let registered = place.run(Command::RegisterCode { permit: staff(), payee: shop.id, body }).await.unwrap();
        let Accepted::Code(row) = registered else { panic!("no code") };
        let key = NotedKey::Code(row.serial);
        assert_eq!(store.noted(key).await.unwrap(), Some(Noted::Code(row.clone())));
        let withdraw = Command::WithdrawCode { permit: staff(), serial: row.serial };
        let Accepted::Code(gone) = place.run(withdraw).await.unwrap() else { panic!("no code") };
        assert!(gone.withdrawn_at.is_some());
        assert_eq!(store.noted(key).await.unwrap(), Some(Noted::Code(gone)));
    }
    assert_eq!(store.noted(NotedKey::Code("NONE".parse().unwrap())).await.unwrap(), None);
    let serials = |rows: Vec<Noted>| rows.iter().filter_map(Noted::code).map(|row| row.serial.to_string()).collect();
    let listed: Vec<String> = serials(store.all_noted(NotedKind::Code, Some(shop.id), 10).await.unwrap());
    assert_eq!(listed, ["CAFE-1", "TERM-1"]);
    let first: Vec<String> = serials(store.all_noted(NotedKind::Code, None, 1).await.unwrap());
    assert_eq!(first, ["CAFE-1"]);
    let other = money::PayeeId::from_bytes([1; 16]);
    assert!(store.all_noted(NotedKind::Code, Some(other), 10).await.unwrap().is_empty());

    place.run(town.freeze(&mina)).await.unwrap();
    place.run(town.unfreeze(&mina)).await.unwrap();
    town.clock.advance(601);
    town.renew(&mut mina);
    place.run(town.freeze(&mina)).await.unwrap();
    assert_eq!(refused(place.run(town.sign_up(&mina, "again")).await), ReasonCode::PayerExists);
    assert_eq!(store.payer(town.stranger().payer()).await.unwrap(), None);
    place.restart().await.proven().await;
}

pub(crate) async fn a_hold_is_captured_in_part_or_voided(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Hotel").await);
    let mut held = Vec::new();
    for _ in 0..2 {
        let intent = town.intent(store, &shop, Town::intent_body(3_000, "room", CaptureMode::Manual)).await;
        held.push(paid(place.run(town.pay(&mina, &intent, town.payment_id())).await));
    }
    let wallet = store.payer(mina.payer()).await.unwrap().unwrap().1;
    assert_eq!((wallet.posted(), wallet.held(), wallet.available()), (won(10_000), won(6_000), won(4_000)));
    let other = town.shop(store, "Other").await;
    let theirs = place.run(town.capture(&other, held[0].id, None)).await;
    assert_eq!(refused(theirs), ReasonCode::PaymentUnknown);
    assert_eq!(refused(place.run(town.capture(&shop, held[0].id, Some(3_001))).await), ReasonCode::CaptureExceedsHold);
    let captured = paid(place.run(town.capture(&shop, held[0].id, Some(1_200))).await);
    assert_eq!((captured.status, captured.captured), (PaymentStatus::Captured, won(1_200)));
    assert_eq!(refused(place.run(town.capture(&shop, held[0].id, None)).await), ReasonCode::PaymentCaptured);
    let voided = paid(place.run(town.void(&shop, held[1].id)).await);
    assert_eq!(voided.status, PaymentStatus::Voided);
    assert_eq!(refused(place.run(town.void(&shop, held[1].id)).await), ReasonCode::PaymentVoided);
    let wallet = store.payer(mina.payer()).await.unwrap().unwrap().1;
    assert_eq!((wallet.posted(), wallet.held()), (won(8_800), won(0)));
    place.restart().await.proven().await;
}

pub(crate) async fn refunds_add_up_and_stop_at_what_was_captured(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(5_000, "cake", CaptureMode::Automatic)).await;
    let payment = paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    let first = town.refunded(store, &shop, payment.id, 2_000).await;
    town.clock.advance(1);
    let second = town.refunded(store, &shop, payment.id, 3_000).await;
    assert_eq!((first.remaining, second.remaining), (won(3_000), won(0)));
    let more = town.refund(&shop, payment.id, money::RefundId::new(town.now(), town.fresh()), 1);
    assert_eq!(refused(place.run(more).await), ReasonCode::RefundExceedsRemaining);
    assert_eq!(store.refunds(payment.id).await.unwrap(), [first, second]);
    assert_eq!(store.payment(payment.id).await.unwrap().unwrap().payment.refunded, won(5_000));
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10_000));
    place.restart().await.proven().await;
}

pub(crate) async fn a_quote_writes_nothing(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(5_000, "cake", CaptureMode::Automatic)).await;
    let before = store.verify_audit().await.unwrap();
    for _ in 0..3 {
        match place.run(town.quote(&mina, &intent)).await {
            Ok(Accepted::Quoted(quoted)) => assert_eq!(quoted.available_after, Some(won(5_000))),
            other => panic!("not quoted: {other:?}"),
        }
    }
    let after = store.verify_audit().await.unwrap();
    assert_eq!((before.leaves, before.decisions), (after.leaves, after.decisions));
    place.proven().await;
}

pub(crate) async fn a_refused_command_changes_nothing_but_its_record(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(1_001, "cake", CaptureMode::Automatic)).await;
    let before = store.verify_audit().await.unwrap();
    let books = store.check_ledger().await.unwrap();
    let id = town.payment_id();
    assert_eq!(refused(place.run(town.pay(&mina, &intent, id)).await), ReasonCode::FundsInsufficient);
    let unknown = Command::ExpireHold { permit: sweeper(), payment: town.payment_id() };
    assert_eq!(refused(place.run(unknown).await), ReasonCode::PaymentUnknown);
    let early = Command::ExpireIntent { permit: sweeper(), intent: intent.id };
    assert_eq!(refused(place.run(early).await), ReasonCode::NotYetExpired);
    let after = store.verify_audit().await.unwrap();
    assert_eq!(after.decisions, before.decisions + 3, "each refusal has its record");
    let now = store.check_ledger().await.unwrap();
    assert_eq!((now.transfers, now.postings, now.holds), (books.transfers, books.postings, books.holds));
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(1_000));
    let (open, payment) = store.intent(intent.id).await.unwrap().unwrap();
    assert_eq!((open, payment), (intent, None));
    assert_eq!(store.payment(id).await.unwrap().unwrap().payment.status, PaymentStatus::Refused);
    place.restart().await.proven().await;
}

pub(crate) async fn events_are_told_after_their_commit(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mut events = store.events();
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    let intent = town.intent(store, &shop, Town::intent_body(400, "tea", CaptureMode::Automatic)).await;
    // Events of one millisecond have no order but their ids'.
    town.clock.advance(1);
    paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    let wanted = [EventKind::PayerOpened, EventKind::PayerFunded, EventKind::IntentCreated, EventKind::PaymentCaptured];
    for kind in wanted {
        assert_eq!(events.recv().await.unwrap().kind, kind);
    }
    let page = store.alerts(mina.payer(), PageRequest { before: None, limit: 1 }).await.unwrap();
    let (event, name) = &page.rows[0];
    assert_eq!((event.kind, name.as_deref()), (EventKind::PaymentCaptured, Some("Cafe")));
    place.proven().await;
}

pub(crate) async fn a_closed_store_refuses(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 1_000).await;
    store.close().await.unwrap();
    assert!(!store.is_ready());
    assert!(matches!(store.submit(town.freeze(&mina)).await, Err(StoreError::Closed)));
    assert!(matches!(store.payer(mina.payer()).await, Err(StoreError::Closed)));
    store.close().await.unwrap();
}
