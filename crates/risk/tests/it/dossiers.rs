//! What is kept of a payer is small and exact, and bytes that nobody wrote are refused without harm.

use proptest::prelude::*;
use risk::assess::Snooze;
use risk::dossier::{Dossier, PayeeFile};
use risk::event::{Coordinates, Event, Key, Outcome, Pair};
use risk::feature::Signals;
use risk::limits::DOSSIER_BYTES_MAX;
use risk::profile::Company;

const NOW: i64 = 1_780_000_000_000;

fn event(at_millis: i64, device: u8, payee: u8, amount: f32) -> Event {
    Event {
        at_millis,
        offset_seconds: 0,
        parties: [Some(Key::of(b"p")), Some(Key::of(&[1, payee])), Some(Key::of(&[2, device])), None, None, None],
        amount,
        balance: None,
        refused: amount < 100.0,
        home: None,
        spot: Coordinates::new(37.5, 127.0).filter(|_| payee == 0),
        signals: Signals::default(),
    }
}

fn lived(steps: &[(u32, u8, u8, u16, bool)]) -> Dossier {
    let mut dossier = Dossier::default();
    let mut at = NOW;
    for (number, (pause, device, payee, amount, fraud)) in steps.iter().enumerate() {
        at += i64::from(*pause);
        let event = event(at, device % 7, payee % 9, f32::from(*amount));
        let company = Company { met_seconds_ago: None, fraud_lift: 1.0, age_seconds: 50_000.0 };
        dossier.observe(&event, company, None);
        if number % 4 == 0 {
            let known_at_millis = at + 1000;
            let outcome = Outcome {
                paid_at_millis: at,
                known_at_millis,
                parties: event.parties,
                fraud: *fraud,
                explained_by_amount: false,
            };
            dossier.learn(&outcome);
        }
    }
    dossier
}

/// A payer of three months: a device, four payees again and again, 200 payments, no known fraud.
fn typical() -> Dossier {
    let mut dossier = Dossier::default();
    for number in 0..200_u32 {
        let at = NOW + i64::from(number) * 39_000_000 + i64::from(number % 11) * 1_000_003;
        let amount = 1_000.0 + 317.0 * (number % 23) as f32;
        let event = event(at, 0, (number % 4) as u8, amount);
        dossier.observe(&event, Company { met_seconds_ago: Some(9_999.0), fraud_lift: 1.0, age_seconds: 9e6 }, None);
    }
    dossier
}

#[test]
fn a_typical_payer_fits_in_512_bytes() {
    let bytes = typical().to_bytes();
    println!("a typical dossier has {} bytes", bytes.len());
    assert!(bytes.len() <= 512, "{} bytes", bytes.len());
    assert_eq!(Dossier::of_bytes(&bytes), Ok(typical()));
}

#[test]
fn the_largest_dossier_stays_within_its_bound() {
    let steps: Vec<_> = (0..500_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761), (n % 7) as u8, (n % 9) as u8, n as u16, n % 3 == 0))
        .collect();
    let mut dossier = lived(&steps);
    for number in 0..20_u8 {
        let rule = format!("{number:0>48}");
        let _ = dossier.snooze(Snooze { rule, until_millis: i64::MAX }, NOW);
    }
    assert_eq!(dossier.snoozes().len(), 8);
    let bytes = dossier.to_bytes();
    assert!(bytes.len() <= DOSSIER_BYTES_MAX, "{} bytes", bytes.len());
    assert_eq!(Dossier::of_bytes(&bytes), Ok(dossier));
}

#[test]
fn the_payees_paid_last_are_remembered_and_forgotten_ones_may_be_brought_back() {
    let steps: Vec<_> = (0..9_u8).map(|payee| (60_000, 0, payee, 500, false)).collect();
    let mut dossier = lived(&steps);
    let known = |dossier: &Dossier, payee: u8| dossier.pair(Pair::PayerPayee, Key::of(&[1, payee])).copied();
    assert_eq!(known(&dossier, 2), None);
    assert_eq!(known(&dossier, 8).map(|pair| pair.payments), Some(1));
    let met = risk::profile::PairProfile { payments: 3, last_at: NOW, first_at: NOW, ..Default::default() };
    dossier.observe(&event(NOW + 9_000_000, 0, 2, 500.0), Company::default(), Some(met));
    assert_eq!(known(&dossier, 2).map(|pair| pair.payments), Some(4));
}

#[test]
fn another_form_and_what_follows_are_refused() {
    let bytes = typical().to_bytes();
    let mut other = bytes.clone();
    other[0] = 2;
    assert!(Dossier::of_bytes(&other).is_err());
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(Dossier::of_bytes(&longer).is_err());
    assert!(Dossier::of_bytes(&[]).is_err());
    assert!(Dossier::of_bytes(&vec![1; DOSSIER_BYTES_MAX + 1]).is_err());
    for end in 0..bytes.len() {
        assert!(Dossier::of_bytes(&bytes[..end]).is_err(), "cut after {end}");
    }
}

proptest! {
    #[test]
    fn what_is_read_back_is_what_was_written(
        steps in prop::collection::vec((any::<u32>(), any::<u8>(), any::<u8>(), any::<u16>(), any::<bool>()), 0..60),
        later in any::<u32>(),
    ) {
        let mut dossier = lived(&steps);
        prop_assert_eq!(Dossier::of_bytes(&dossier.to_bytes()), Ok(dossier.clone()));
        dossier.age_to(NOW + i64::from(later) * 1000);
        prop_assert_eq!(Dossier::of_bytes(&dossier.to_bytes()), Ok(dossier.clone()));
        let file = PayeeFile { profile: dossier.profile };
        prop_assert_eq!(PayeeFile::of_bytes(&file.to_bytes()), Ok(file));
    }

    /// Bytes that nobody wrote: never a panic; what is accepted is exact, finite, and written again alike.
    #[test]
    fn hostile_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        hostile(&bytes)?;
    }

    /// Bytes that somebody wrote and somebody else changed.
    #[test]
    fn changed_bytes_do_no_harm(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6)) {
        let mut bytes = typical().to_bytes();
        let len = bytes.len();
        for (at, byte) in changes {
            bytes[at % len] = byte;
        }
        hostile(&bytes)?;
    }
}

fn hostile(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(read) = Dossier::of_bytes(bytes) {
        prop_assert_eq!(&read.to_bytes(), &bytes);
        prop_assert!(read.profile.counts.0.iter().all(|count| count.is_finite() && *count >= 0.0));
        let mut aged = read;
        aged.age_to(NOW + 1);
        aged.observe(&event(NOW, 0, 0, 5.0), Company::default(), None);
    }
    if let Ok(read) = PayeeFile::of_bytes(bytes) {
        prop_assert_eq!(&read.to_bytes(), &bytes);
    }
    Ok(())
}
