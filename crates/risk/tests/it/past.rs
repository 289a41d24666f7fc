//! A feature knows only what came before, and the catalogue knows every feature by one name.

use proptest::prelude::*;
use risk::event::{Event, Key, Outcome};
use risk::feature::{Feature, Features, PaymentFact, Signals, WIDTH};
use risk::memory::{Kinds, Memory};

/// Payers and payees are drawn from one small set of ids, so that with shared ids a payer is often a payee too.
fn event(step: usize, (payer, payee, amount): (u8, u8, u16)) -> Event {
    let key = |kind: u8, id: u8| Some(Key::of(&[kind, id]));
    Event {
        at_millis: 1_700_000_000_000 + 3_600_000 * i64::try_from(step).unwrap_or(i64::MAX),
        offset_seconds: 0,
        parties: [key(0, payer % 5), key(0, payee % 5), key(1, payer % 3), None, key(2, payee % 3), key(3, payer % 2)],
        amount: f32::from(amount),
        balance: Some(f32::from(payee)),
        refused: amount % 7 == 0,
        home: None,
        spot: None,
        signals: Signals::default(),
    }
}

/// The features of every payment, labels becoming known five payments later.
fn run(rows: &[((u8, u8, u16), bool)], shared_ids: bool) -> Vec<Features> {
    let mut memory = Memory::new(Kinds { shared_ids, served: false });
    let mut all = Vec::new();
    for (step, (row, _)) in rows.iter().enumerate() {
        let event = event(step, *row);
        if let Some((paid, (earlier, fraud))) = step.checked_sub(5).and_then(|paid| Some((paid, *rows.get(paid)?))) {
            let earlier = self::event(paid, earlier);
            memory.learn(&Outcome {
                paid_at_millis: earlier.at_millis,
                known_at_millis: event.at_millis,
                parties: earlier.parties,
                fraud,
                explained_by_amount: paid % 2 == 0,
            });
        }
        all.push(memory.features(&event));
        memory.observe(&event);
    }
    all
}

fn bits(features: &Features) -> Vec<u32> {
    features.values().iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #[test]
    fn the_future_never_changes_a_feature(
        rows in prop::collection::vec(((any::<u8>(), any::<u8>(), any::<u16>()), any::<bool>()), 12..60),
        cut in 6_usize..12,
        other in ((any::<u8>(), any::<u8>(), any::<u16>()), any::<bool>()),
        shared_ids in any::<bool>(),
    ) {
        let before = run(&rows, shared_ids);
        let mut changed = rows;
        for row in changed.iter_mut().skip(cut) {
            *row = other;
        }
        // Labels not yet known at the cut are of the future too.
        for row in changed.iter_mut().skip(cut - 4) {
            row.1 = !row.1;
        }
        let after = run(&changed, shared_ids);
        for (step, (before, after)) in before.iter().zip(&after).take(cut).enumerate() {
            prop_assert_eq!(bits(before), bits(after), "step {}", step);
        }
    }
}

/// The features that only shared ids bring are known there, so that the test above does look at them.
#[test]
fn shared_ids_bring_income_and_spending() {
    let rows: Vec<_> = (0..20_u8).map(|step| ((step, step + 1, 100), step % 4 == 0)).collect();
    let last = |shared_ids| run(&rows, shared_ids).pop().unwrap_or_default();
    for fact in [PaymentFact::IncomeAge, PaymentFact::IncomeFraudRate, PaymentFact::PayeeSpendingFraudRate] {
        assert!(last(true).known(Feature::Payment(fact)).is_some(), "{fact:?}");
        assert!(last(false).known(Feature::Payment(fact)).is_none(), "{fact:?}");
    }
}

#[test]
fn every_feature_has_one_place_and_one_name() {
    let names: std::collections::BTreeSet<String> = Feature::all().map(Feature::name).collect();
    assert_eq!(names.len(), WIDTH);
    for (index, feature) in Feature::all().enumerate() {
        assert_eq!(feature.index(), index, "{}", feature.name());
    }
    assert_eq!(Feature::named("payer.payments_1h").map(Feature::name).as_deref(), Some("payer.payments_1h"));
    assert_eq!(Feature::named("payer.age_of_person"), None);
}
