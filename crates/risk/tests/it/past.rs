//! A feature knows only what came before, and the catalogue knows every feature by one name.

use proptest::prelude::*;
use risk::event::{Event, Key, Outcome};
use risk::feature::{Feature, Features, WIDTH};
use risk::memory::Memory;

fn event(step: usize, (payer, payee, amount): (u8, u8, u16)) -> Event {
    let key = |kind: u8, id: u8| Some(Key::of(&[kind, id]));
    Event {
        at_millis: 1_700_000_000_000 + 3_600_000 * i64::try_from(step).unwrap(),
        offset_seconds: 0,
        parties: [key(0, payer % 5), key(1, payee % 5), None, None, None, None],
        amount: f32::from(amount),
        balance: None,
        refused: false,
        home: None,
        spot: None,
    }
}

/// The features of every payment, labels becoming known five payments later.
fn run(rows: &[((u8, u8, u16), bool)]) -> Vec<Features> {
    let mut memory = Memory::new(false);
    let mut all = Vec::new();
    for (step, (row, _)) in rows.iter().enumerate() {
        let event = event(step, *row);
        if let Some((paid, (earlier, fraud))) = step.checked_sub(5).map(|paid| (paid, rows[paid])) {
            let earlier = self::event(paid, earlier);
            memory.learn(&Outcome {
                paid_at_millis: earlier.at_millis,
                known_at_millis: event.at_millis,
                parties: earlier.parties,
                fraud,
                explained_by_amount: false,
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
    ) {
        let before = run(&rows);
        let mut changed = rows;
        for row in changed.iter_mut().skip(cut) {
            *row = other;
        }
        // Labels not yet known at the cut are of the future too.
        for row in changed.iter_mut().skip(cut - 4) {
            row.1 = !row.1;
        }
        let after = run(&changed);
        for step in 0..cut {
            prop_assert_eq!(bits(&before[step]), bits(&after[step]), "step {}", step);
        }
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
