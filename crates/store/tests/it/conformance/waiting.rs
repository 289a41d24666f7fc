//! Payments that a rule holds: listed, told apart from others, gone on with in time, and found again after a restart.

use money::ReasonCode;
use payments::{Command, HeldVerdict, Packs};
use policy::{Choice, Rulebook};
use protocol::{CancelPaymentBody, CaptureMode, PaymentStatus};
use store::{PageRequest, PaymentFilter};

use super::Place;
use super::commands::refused;
use crate::town::{Town, paid, staff, sweeper, won};

/// Above 100 a payment waits a day, above 1,000 for a word.
fn packs() -> Packs {
    let text = "id = \"t\"\ntitle = \"T\"\nversion = \"1\"\njurisdiction = \"KR\"\nlayer = \"provider\"\nstatus = \"in_force\"\n\
         effective = { from = 2020-01-01 }\ntime_zone = \"Asia/Seoul\"\ncurrency = \"KRW\"\nevidence = \"V1\"\n\
         [citations]\na = { law = \"Terms\", article = \"12\", source = \"here\" }\n\
         [[rules]]\nid = \"day\"\nkind = \"hold\"\ncitation = \"a\"\nsay = \"a day\"\nfor = \"24h\"\n\
         when = { \"operation.kind\" = \"payment\", \"operation.amount\" = { gt = \"100 KRW\", le = \"1000 KRW\" } }\n\
         [[rules]]\nid = \"word\"\nkind = \"gate\"\ncitation = \"a\"\nsay = \"a word\"\non_fail = \"hold\"\n\
         when = { \"operation.kind\" = \"payment\", \"operation.amount\" = { gt = \"1000 KRW\" } }\n";
    let choice = Choice { jurisdiction: Some("KR".to_owned()), ..Choice::default() };
    Rulebook::choose(&[("t.toml".to_owned(), text.to_owned())], choice).unwrap().into()
}

pub(crate) async fn a_held_payment_waits_and_goes_on_or_comes_back(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    store.use_packs(packs()).await.unwrap();
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let mut made = Vec::new();
    for (minor, capture) in [
        (100, CaptureMode::Manual),
        (500, CaptureMode::Automatic),
        (600, CaptureMode::Manual),
        (2_000, CaptureMode::Automatic),
        (3_000, CaptureMode::Automatic),
    ] {
        let intent = town.intent(store, &shop, Town::intent_body(minor, "tea", capture)).await;
        town.clock.advance(1);
        made.push(paid(place.run(town.pay(&mina, &intent, town.payment_id())).await));
    }
    let [free, day, later, word, off] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!(free.status, PaymentStatus::Authorized);
    let balance = store.payer(mina.payer()).await.unwrap().unwrap().1;
    assert_eq!((balance.held(), balance.available()), (won(6_200), won(3_800)));

    // What waits is listed by when it ends, and told apart from what is on hold for its payee.
    let waiting = store.waiting(10).await.unwrap();
    assert_eq!(waiting.iter().map(|row| row.payment.amount.minor()).collect::<Vec<_>>(), [500, 600, 2_000, 3_000]);
    assert_eq!(waiting[0].payment, *day, "the whole row comes back as it was made");
    assert_eq!(waiting[0].payment.rules[0].rule, "day");
    let with = |status| PaymentFilter { status: Some(status), ..PaymentFilter::default() };
    for (status, count) in [(PaymentStatus::Held, 4), (PaymentStatus::Authorized, 1), (PaymentStatus::Captured, 0)] {
        let page = PageRequest { before: None, limit: 10 };
        let rows = store.payments(mina.payer(), with(status), page).await.unwrap().rows;
        assert_eq!(rows.len(), count, "{status:?}");
    }

    let signed = town.signed(&mina, "/v1/payments/cancel", &CancelPaymentBody { payment: off.id });
    assert_eq!(paid(place.run(Command::CancelPayment { signed }).await).status, PaymentStatus::Voided);
    assert_eq!(refused(place.run(town.capture(&shop, day.id, None)).await), ReasonCode::PaymentHeld);
    let judge = |payment, verdict| Command::JudgeHeld { permit: staff(), payment, verdict };
    assert_eq!(refused(place.run(judge(day.id, HeldVerdict::Release)).await), ReasonCode::PolicyHoldStands);
    assert!(store.due(10).await.unwrap().holds.is_empty());
    town.clock.advance(86_400);
    assert_eq!(store.due(10).await.unwrap().holds, [day.id, later.id]);
    for (id, status) in [(day.id, PaymentStatus::Captured), (later.id, PaymentStatus::Authorized)] {
        let over = Command::ExpireHold { permit: sweeper(), payment: id };
        assert_eq!(paid(place.run(over).await).status, status);
        let row = store.payment(id).await.unwrap().unwrap().payment;
        assert_eq!((row.status, row.wait, row.reasons.len(), row.rules.len()), (status, None, 0, 1));
    }
    assert!(store.due(10).await.unwrap().holds.is_empty());
    // A node comes back with the settings it was opened with.
    store.use_packs(Packs::none()).await.unwrap();
    let place = place.restart().await;
    let (town, store) = (&place.town, &*place.store);
    store.use_packs(packs()).await.unwrap();
    // Nobody said a word: the money comes back, and the reason stays.
    town.clock.advance(2 * 86_400);
    assert_eq!(store.due(10).await.unwrap().holds, [word.id]);
    paid(place.run(Command::ExpireHold { permit: sweeper(), payment: word.id }).await);
    let row = store.payment(word.id).await.unwrap().unwrap().payment;
    assert_eq!(
        (row.status, row.reasons.as_slice()),
        (PaymentStatus::Refused, [ReasonCode::PolicyHeldUnconfirmed].as_slice())
    );
    let balance = store.payer(mina.payer()).await.unwrap().unwrap().1;
    assert_eq!((balance.held(), balance.available()), (won(700), won(8_800)));
    assert!(store.waiting(10).await.unwrap().is_empty());
    place.proven().await;
}
