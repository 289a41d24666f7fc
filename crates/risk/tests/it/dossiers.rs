//! What is kept of a payer is small and exact, and bytes that nobody wrote are refused without harm.

use proptest::prelude::*;
use risk::assess::Snooze;
use risk::dossier::{Dossier, Lesson, PartyFile};
use risk::event::{Coordinates, Event, Key, Outcome, Pair};
use risk::feature::Signals;
use risk::limits::DOSSIER_BYTES_MAX;
use risk::profile::Company;

const NOW: i64 = 1_780_000_000_000;
const HOUR: i64 = 3_600_000;
const DELAY: i64 = 24 * HOUR;

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
        dossier.observe(&event, company, None, DELAY);
        if number % 4 == 0 {
            let known_at_millis = at + 1000;
            let outcome = Outcome {
                paid_at_millis: at,
                known_at_millis,
                parties: event.parties,
                fraud: *fraud,
                explained_by_amount: false,
            };
            dossier.learn(Lesson { outcome: &outcome, earlier: None, delay_millis: DELAY });
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
        dossier.observe(
            &event,
            Company { met_seconds_ago: Some(9_999.0), fraud_lift: 1.0, age_seconds: 9e6 },
            None,
            DELAY,
        );
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
    dossier.observe(&event(NOW + 9_000_000, 0, 2, 500.0), Company::default(), Some(met), DELAY);
    assert_eq!(known(&dossier, 2).map(|pair| pair.payments), Some(4));
}

#[test]
fn another_form_and_what_follows_are_refused() {
    let bytes = typical().to_bytes();
    let mut other = bytes.clone();
    other[0] = 3;
    assert!(Dossier::of_bytes(&other).is_err());
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(Dossier::of_bytes(&longer).is_err());
    assert!(Dossier::of_bytes(&[]).is_err());
    assert!(Dossier::of_bytes(&vec![1; DOSSIER_BYTES_MAX + 1]).is_err());
    for end in 0..bytes.len() {
        assert!(Dossier::of_bytes(&bytes[..end]).is_err(), "cut after {end}");
    }
}

/// What is said of the payment made at `paid`, at `known`.
fn outcome(paid: i64, known: i64, fraud: bool) -> Outcome {
    Outcome {
        paid_at_millis: paid,
        known_at_millis: known,
        parties: event(paid, 0, 1, 0.0).parties,
        fraud,
        explained_by_amount: false,
    }
}

fn learn(dossier: &mut Dossier, outcome: &Outcome, earlier: Option<&Outcome>) {
    dossier.learn(Lesson { outcome, earlier, delay_millis: DELAY });
}

/// Known outcomes and frauds over half a year, of the payer and of the pair with the payee.
fn counts(dossier: &Dossier) -> [f32; 4] {
    let fraud = &dossier.profile.fraud;
    let pair = dossier.pair(Pair::PayerPayee, Key::of(&[1, 1])).copied().unwrap_or_default();
    [fraud.known.0[2], fraud.frauds.0[2], pair.known, pair.frauds]
}

#[track_caller]
fn check(dossier: &Dossier, expected: [f32; 4]) {
    let found = counts(dossier);
    assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 0.05), "{found:?}");
}

/// Three payments to one payee, an hour apart.
fn three() -> Dossier {
    let mut dossier = Dossier::default();
    for hour in 0..3 {
        dossier.observe(&event(NOW + hour * HOUR, 0, 1, 500.0), Company::default(), None, DELAY);
    }
    dossier
}

#[test]
fn what_nobody_says_anything_of_counts_as_genuine_after_the_delay_and_not_before() {
    let mut dossier = three();
    dossier.ripen(NOW + DELAY - 1, DELAY);
    check(&dossier, [0.0; 4]);
    dossier.ripen(NOW + 2 * DELAY, DELAY);
    check(&dossier, [3.0, 0.0, 3.0, 0.0]);
}

#[test]
fn a_report_counts_at_once_and_only_once() {
    let mut dossier = three();
    learn(&mut dossier, &outcome(NOW + HOUR, NOW + 2 * HOUR + 60_000, true), None);
    check(&dossier, [1.0, 1.0, 1.0, 1.0]);
    assert_eq!(dossier.profile.fraud.run, 1);
    dossier.ripen(NOW + 2 * DELAY, DELAY);
    check(&dossier, [3.0, 1.0, 3.0, 1.0]);
}

#[test]
fn a_late_report_takes_the_place_of_what_silence_had_said() {
    let mut dossier = three();
    dossier.ripen(NOW + 3 * DELAY, DELAY);
    check(&dossier, [3.0, 0.0, 3.0, 0.0]);
    learn(&mut dossier, &outcome(NOW + HOUR, NOW + 3 * DELAY, true), None);
    check(&dossier, [3.0, 1.0, 3.0, 1.0]);
}

#[test]
fn what_staff_take_back_is_as_if_it_had_never_been_said() {
    let mut dossier = three();
    let said = outcome(NOW + HOUR, NOW + 3 * HOUR, true);
    learn(&mut dossier, &said, None);
    learn(&mut dossier, &outcome(NOW + HOUR, NOW + 20 * HOUR, false), Some(&said));
    check(&dossier, [1.0, 0.0, 1.0, 0.0]);
    assert_eq!(dossier.profile.fraud.run, 0);
    assert_eq!(dossier.profile.fraud.last_fraud_at, None);
    dossier.ripen(NOW + 2 * DELAY, DELAY);
    check(&dossier, [3.0, 0.0, 3.0, 0.0]);
}

/// A fraud is known within minutes, what is genuine after a day: what ripens from before the run does not end it.
#[test]
fn what_was_paid_before_a_run_of_frauds_does_not_end_it() {
    let mut dossier = three();
    let later = NOW + DELAY - HOUR;
    for minute in 0..3 {
        let at = later + minute * 60_000;
        dossier.observe(&event(at, 0, 1, 500.0), Company::default(), None, DELAY);
        learn(&mut dossier, &outcome(at, at + 30_000, true), None);
    }
    dossier.ripen(later + DELAY / 2, DELAY);
    check(&dossier, [6.0, 3.0, 6.0, 3.0]);
    assert_eq!(dossier.profile.fraud.run, 3);
    dossier.observe(&event(later + DELAY, 0, 1, 500.0), Company::default(), None, DELAY);
    dossier.ripen(later + 3 * DELAY, DELAY);
    assert_eq!(dossier.profile.fraud.run, 0);
}

#[test]
fn a_dossier_of_the_form_before_is_still_read() {
    // Written by the program before payments ripened: a payer's first payment.
    let mut dossier = Dossier::default();
    dossier.observe(&event(NOW, 0, 1, 500.0), Company::default(), None, DELAY);
    let profile_bytes = {
        let mut file = PartyFile::default();
        file.observe(&event(NOW, 0, 1, 500.0), Company::default(), DELAY);
        let bytes = file.to_bytes();
        // Of one span: how many there are, its minute against the latest payment's, its count.
        let rest = bytes.len() - 3;
        bytes[1..rest].to_vec()
    };
    let old = [&[1][..], &profile_bytes].concat();
    let file = PartyFile::of_bytes(&old).unwrap();
    assert_eq!(file.profile, dossier.profile);
    assert_eq!(file.to_bytes()[0], 2);
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
        let mut file = PartyFile::default();
        for (number, (pause, device, payee, amount, _)) in steps.iter().enumerate() {
            let at = NOW + i64::try_from(number).unwrap() * i64::from(*pause);
            file.observe(&event(at, *device, *payee, f32::from(*amount)), Company::default(), DELAY);
        }
        prop_assert_eq!(PartyFile::of_bytes(&file.to_bytes()), Ok(file));
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
    // What the form before wrote is read and written in today's.
    if let Ok(read) = Dossier::of_bytes(bytes) {
        prop_assert!(read.to_bytes().len() <= bytes.len() + 64);
        prop_assert_eq!(Dossier::of_bytes(&read.to_bytes()), Ok(read.clone()));
        prop_assert!(read.profile.counts.0.iter().all(|count| count.is_finite() && *count >= 0.0));
        let mut aged = read;
        aged.age_to(NOW + 1);
        aged.observe(&event(NOW, 0, 0, 5.0), Company::default(), None, DELAY);
    }
    if let Ok(read) = PartyFile::of_bytes(bytes) {
        prop_assert_eq!(PartyFile::of_bytes(&read.to_bytes()), Ok(read));
    }
    Ok(())
}
