//! What is noted of codes: a scan waits under its intent and is folded once.

use payments::{Accepted, Command, EventKind, Noted, NotedKey, NotedKind, Watched};
use protocol::{CaptureMode, CodeBody, CodeKind, Scan, Via};
use store::PageRequest;

use super::Place;
use crate::town::{Town, paid, staff, sweeper};

pub(crate) async fn what_is_scanned_is_folded_once(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 100_000).await, town.shop(store, "Cafe").await);
    let cell = "wydm9qw".parse().unwrap();
    let body = CodeBody {
        cap: None,
        cell: Some(cell),
        counter: "counter-1".parse().unwrap(),
        days: 1,
        kind: CodeKind::Terminal,
        serial: "TERM-1".parse().unwrap(),
        surroundings: vec![1, 2, 3].try_into().unwrap(),
    };
    place.run(Command::RegisterCode { permit: staff(), payee: shop.id, body }).await.unwrap();
    let mut intents = Vec::new();
    for minor in [1_000, 2_000, 3_000] {
        let mut ask = Town::intent_body(minor, "tea", CaptureMode::Automatic);
        ask.terminal = Some("TERM-1".parse().unwrap());
        let intent = town.intent(store, &shop, ask).await;
        let scan = Some(Scan { cell: Some(cell), ..Scan::default() });
        let mut pay = town.pay_body(&mina, &intent, town.payment_id());
        pay.via = Via::Code { payload: "as scanned".to_owned(), scan };
        paid(place.run(town.pay_as(&mina, pay, town.fresh())).await);
        intents.push(intent.id);
    }
    let waiting = store.all_noted(NotedKind::Sighting, None, 10).await.unwrap();
    let firsts = waiting.iter().filter_map(Noted::sighting).filter(|sighting| sighting.first).count();
    assert_eq!((waiting.len(), firsts), (3, 1));
    assert_eq!(store.all_noted(NotedKind::Sighting, Some(shop.id), 2).await.unwrap().len(), 2);

    let fold = |intents: &[money::IntentId]| Command::FoldSightings { permit: sweeper(), sightings: intents.to_vec() };
    for (some, count) in [(&intents[..2], 2), (&intents[..], 1), (&intents[..], 0)] {
        let folded = place.run(fold(some)).await.unwrap();
        assert!(matches!(folded, Accepted::Folded { sightings } if sightings == count), "{folded:?}");
    }
    let place = place.restart().await;
    let store = &*place.store;
    assert!(store.all_noted(NotedKind::Sighting, None, 10).await.unwrap().is_empty());
    let watched = NotedKey::Watch(Watched::Code("TERM-1".parse().unwrap()));
    let Some(Noted::Watch(watch)) = store.noted(watched).await.unwrap() else { panic!("nothing is noted") };
    assert_eq!((watch.today(place.town.now()), watch.seen[0].scans), ((3, 1), 3));
    let Some(Noted::Place(here)) = store.noted(NotedKey::Place(cell)).await.unwrap() else { panic!("nobody is home") };
    assert_eq!((here.residents[0].payee, here.residents[0].scans), (shop.id, 3));
    assert_eq!(store.all_noted(NotedKind::PayeeWatch, None, 10).await.unwrap().len(), 1);

    place.town.clock.advance(1);
    let withdraw = Command::WithdrawCode { permit: staff(), serial: "TERM-1".parse().unwrap() };
    place.run(withdraw).await.unwrap();
    let page = PageRequest { before: None, limit: 1 };
    let newest = store.code_alerts(shop.id, page).await.unwrap();
    assert_eq!(newest.rows[0].kind, EventKind::CodeWithdrawn);
    let older = store.code_alerts(shop.id, PageRequest { before: newest.next, limit: 9 }).await.unwrap();
    assert_eq!((older.rows.len(), older.rows[0].kind, older.next), (1, EventKind::CodeRegistered, None));
    let nobody = money::PayeeId::from_bytes([1; 16]);
    assert!(store.code_alerts(nobody, page).await.unwrap().rows.is_empty());
    place.proven().await;
}
