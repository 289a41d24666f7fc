//! Lists: pages, filters, words.

use money::PaymentId;
use payments::EventKind;
use protocol::{CaptureMode, PaymentStatus, Text};
use store::{PageRequest, PaymentFilter, Store};

use super::Place;
use crate::town::{Person, Town, paid};

/// The ids of every page of `limit`, one page a list.
async fn pages(store: &dyn Store, person: &Person, filter: &PaymentFilter, limit: usize) -> Vec<Vec<PaymentId>> {
    let mut pages = Vec::new();
    let mut before = None;
    loop {
        let page = store.payments(person.payer(), filter.clone(), PageRequest { before, limit }).await.unwrap();
        pages.push(page.rows.iter().map(|row| row.payment.id).collect());
        before = page.next;
        if before.is_none() {
            return pages;
        }
    }
}

pub(crate) async fn payments_are_paged_newest_first(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mut mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let other = town.person(store, "Joon", 10_000).await;
    let mut made = Vec::new();
    for number in 0..7 {
        // Two of each moment, so that the id decides too.
        town.clock.advance(number % 2);
        town.renew(&mut mina);
        let intent = town.intent(store, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        let payment = paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
        made.push((payment.created_at, payment.id));
    }
    let intent = town.intent(store, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
    let mut other = other;
    town.renew(&mut other);
    paid(place.run(town.pay(&other, &intent, town.payment_id())).await);
    made.sort_unstable();
    made.reverse();
    let newest: Vec<PaymentId> = made.iter().map(|(_, id)| *id).collect();
    for limit in [1, 2, 3, 6, 7, 8] {
        let pages = pages(store, &mina, &PaymentFilter::default(), limit).await;
        assert_eq!(pages.concat(), newest, "in pages of {limit}");
        assert_eq!(pages.len(), newest.len().div_ceil(limit), "in pages of {limit}");
    }
    place.proven().await;
}

pub(crate) async fn payments_are_filtered(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mut mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    let start = town.now();
    let mut made = Vec::new();
    for (minor, capture) in [(1, CaptureMode::Automatic), (2, CaptureMode::Manual), (5_000, CaptureMode::Automatic)] {
        let intent = town.intent(store, &shop, Town::intent_body(minor, "tea", capture)).await;
        let id = town.payment_id();
        drop(place.run(town.pay(&mina, &intent, id)).await);
        made.push(id);
        town.clock.advance(10);
        town.renew(&mut mina);
    }
    let only = async |filter: PaymentFilter| pages(store, &mina, &filter, 10).await.concat();
    for (status, id) in
        [PaymentStatus::Captured, PaymentStatus::Authorized, PaymentStatus::Refused].into_iter().zip(&made)
    {
        assert_eq!(only(PaymentFilter { status: Some(status), ..PaymentFilter::default() }).await, [*id]);
    }
    let second = start.checked_add_seconds(10).unwrap();
    let from = only(PaymentFilter { from: Some(second), ..PaymentFilter::default() }).await;
    assert_eq!(from, [made[2], made[1]], "from is included");
    let until = only(PaymentFilter { until: Some(second), ..PaymentFilter::default() }).await;
    assert_eq!(until, [made[0]], "until is not");
    place.proven().await;
}

pub(crate) async fn hostile_words_find_only_themselves(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 10_000).await;
    let (spring, bean) = (town.shop(store, "카페 봄날").await, town.shop(store, "Bean & Leaf").await);
    let mut ids = Vec::new();
    for (shop, purpose, at) in [
        (&spring, "아메리카노", None),
        (&bean, "100% juice", None),
        (&bean, "cake_slice", Some("Busan 'Pier' 7")),
        (&bean, "a\\b \"c\"", Some("É1")),
    ] {
        let mut body = Town::intent_body(10, purpose, CaptureMode::Automatic);
        body.place = at.map(|at| Text::new(at).unwrap());
        let intent = town.intent(store, shop, body).await;
        ids.push(paid(place.run(town.pay(&mina, &intent, town.payment_id())).await).id);
    }
    let rows: &[(&str, &[usize])] = &[
        ("봄날", &[0]),
        ("메리카", &[0]),
        ("seoul", &[0, 1]),
        ("SEOUL", &[0, 1]),
        ("bean & l", &[1, 2, 3]),
        ("%", &[1]),
        ("100%", &[1]),
        ("_", &[2]),
        ("e_s", &[2]),
        ("'", &[2]),
        ("'pier'", &[2]),
        ("\\", &[3]),
        ("\"c\"", &[3]),
        ("é1", &[3]),
        ("' OR 1=1 --", &[]),
        ("*", &[]),
        ("", &[0, 1, 2, 3]),
        ("  ", &[0, 1, 2, 3]),
    ];
    for (text, wanted) in rows {
        let filter = PaymentFilter { text: Some((*text).to_owned()), ..PaymentFilter::default() };
        let mut found = pages(store, &mina, &filter, 10).await.concat();
        found.sort_unstable();
        let mut wanted: Vec<PaymentId> = wanted.iter().map(|index| ids[*index]).collect();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "searching for `{text}`");
    }
    place.proven().await;
}

pub(crate) async fn payees_devices_and_alerts_are_listed(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    for name in ["b", "c", "a"] {
        town.shop(store, name).await;
    }
    let names = store.payees(2).await.unwrap();
    assert_eq!(names.iter().map(|payee| payee.card.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let mina = town.person(store, "Mina", 10).await;
    place.run(town.freeze(&mina)).await.unwrap();
    assert_eq!(store.devices(mina.payer()).await.unwrap().len(), 1);
    let (mut kinds, mut before) = (Vec::new(), None);
    loop {
        let page = store.alerts(mina.payer(), PageRequest { before, limit: 2 }).await.unwrap();
        kinds.extend(page.rows.iter().map(|(event, name)| (event.kind, name.clone())));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    kinds.sort_unstable_by_key(|(kind, _)| kind.name());
    let wanted = [EventKind::PayerFrozen, EventKind::PayerFunded, EventKind::PayerOpened].map(|kind| (kind, None));
    assert_eq!(kinds, wanted);
    assert!(store.devices(town.stranger().payer()).await.unwrap().is_empty());
    place.proven().await;
}
