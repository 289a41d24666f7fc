//! A past is played through the real decision, and the books agree afterwards.

use std::sync::Arc;

use money::Instant;
use payments::Settings;
use simulator::{Deed, Planned, Settled, Town, TownSize, settle_history};
use store::{ManualClock, Options, PageRequest, PaymentFilter, SqliteStore, Store};

const DAYS: u32 = 3;

fn until() -> Instant {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn town() -> Town {
    Town::new(5, TownSize { merchants: 24, payers: 12 }).unwrap()
}

async fn played(dir: &std::path::Path) -> Settled {
    let clock = Arc::new(ManualClock::new(Instant::EPOCH));
    let settings = Settings { test_mode: true, ..Settings::default() };
    let options = Options::new(dir).settings(settings).clock(clock.clone());
    let store = SqliteStore::open(options).unwrap();
    let settled = settle_history(store.as_ref(), &clock, &town(), DAYS, until()).await.unwrap();
    store.close().await.unwrap();
    settled
}

#[tokio::test]
async fn every_planned_payment_is_decided_at_its_moment_and_the_books_and_the_audit_chain_hold() {
    let place = tempfile::tempdir().unwrap();
    let settled = played(place.path()).await;
    let town = town();
    let past: Vec<Planned> = town.history(DAYS, until()).collect();
    let planned = past.iter().filter(|planned| matches!(planned.deed, Deed::Pay { .. })).count();
    assert_eq!(settled.payments + settled.refused, u64::try_from(planned).unwrap());
    assert!(settled.payments > 100 && settled.captured > 0 && settled.refunds > 0, "{settled:?}");

    // The machine's own clock from here on, as a demo goes on.
    let store = SqliteStore::open(Options::new(place.path())).unwrap();
    let books = store.check_ledger().await.unwrap();
    assert!(books.ok, "{:?}", books.findings);
    let audit = store.verify_audit().await.unwrap();
    assert!(audit.ok && audit.replayed == audit.decisions, "{audit:?}");

    let page = PageRequest { before: None, limit: 200 };
    for (index, person) in town.people().iter().enumerate() {
        let rows = store.payments(person.payer, PaymentFilter::default(), page).await.unwrap().rows;
        let mut seen: Vec<i64> = rows.iter().map(|row| row.payment.created_at.unix_seconds()).collect();
        seen.reverse();
        let wanted = past.iter().filter_map(|planned| match planned.deed {
            Deed::Pay { payer, .. } if payer == index => Some(planned.at.unix_seconds()),
            _ => None,
        });
        let wanted: Vec<i64> = wanted.collect();
        assert_eq!(seen.len(), wanted.len());
        let late = seen.iter().zip(&wanted).map(|(seen, wanted)| seen - wanted).max().unwrap_or(0);
        assert!((0..120).contains(&late), "{late} s late");
    }
}

#[tokio::test]
async fn the_same_seed_comes_to_the_same_again() {
    let (once, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert_eq!(played(once.path()).await, played(again.path()).await);
}
