//! `cargo bench -p risk`: one payment judged as a server judges it, profiles in memory: features, the starter rules, the
//! model that ships (200 trees and more), the anomaly; then the same with its explanation. Prints percentiles, because an
//! average hides what a payer waits for.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a measurement, not part of the product"
)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use risk::assess::{Case, Judges, assess};
use risk::event::{Event, Key};
use risk::explain::explain;
use risk::feature::{SignalFact, Signals, features};
use risk::memory::{Kinds, Memory};
use risk::model::Model;
use risk::rule::{RuleSet, Strength};
use risk::settings::RiskSettings;
use risk::tell::{Reader, sentences};

const PAYERS: u64 = 20_000;
const ROUNDS: u64 = 200_000;

fn payment(number: u64) -> Event {
    let word = risk::number::mixed(number);
    let (payer, payee) = (word % PAYERS, (word >> 20) % 500);
    let key = |kind: u8, id: u64| Some(Key::of(&[&[kind][..], &id.to_be_bytes()].concat()));
    Event {
        at_millis: 1_780_000_000_000 + number as i64 * 900,
        offset_seconds: 9 * 3600,
        parties: [key(0, payer), key(1, payee), key(2, payer), None, None, None],
        amount: 1_000.0 + (word >> 40) as f32 % 30_000.0,
        balance: Some(150_000.0),
        refused: false,
        home: None,
        spot: None,
        signals: Signals::default()
            .with(SignalFact::DeviceAge, 4e6)
            .with(SignalFact::PayeeAge, 8e6)
            .with(SignalFact::LimitShare, 0.05)
            .with(SignalFact::CashLike, 0.0)
            .with(SignalFact::Scanned, 1.0),
    }
}

fn told(name: &str, mut nanos: Vec<u64>) {
    nanos.sort_unstable();
    let at = |share: f64| nanos[((nanos.len() - 1) as f64 * share) as usize] as f64 / 1000.0;
    println!("{name:<44} p50 {:>6.2} µs   p99 {:>6.2} µs   p99.9 {:>6.2} µs", at(0.5), at(0.99), at(0.999));
}

fn main() {
    let model = Model::read(risk::model::file::DEFAULT, &[]).ok();
    let trees = model.as_ref().map_or(0, |model| model.full.trees.len() + model.raw.trees.len());
    let rules = RuleSet::starter();
    println!("{} rules, {trees} trees", rules.rules().len());
    let judges = Judges { rules: Some(rules), champion: model, challenger: None };
    let settings = RiskSettings::default();
    let demoted = BTreeSet::new();
    let mut memory = Memory::new(Kinds { shared_ids: false, served: true });
    for number in 0..400_000 {
        memory.observe(&payment(number));
    }
    let (mut only, mut judged, mut explained, mut observed) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for number in 400_000..400_000 + ROUNDS {
        let event = payment(number);
        memory.prepare(&event);
        let reading = memory.reading(&event);
        let case = Case {
            event: &event,
            amount_minor: event.amount as i64,
            reading: &reading,
            causes: &[],
            snoozes: &[],
            demoted: &demoted,
            strongest: Strength::Passkey,
        };
        let begin = Instant::now();
        black_box(features(&event, &reading));
        only.push(begin.elapsed().as_nanos() as u64);
        let begin = Instant::now();
        black_box(assess(&judges, &settings, &case));
        judged.push(begin.elapsed().as_nanos() as u64);
        let begin = Instant::now();
        let found = assess(&judges, &settings, &case);
        if let Some(model) = &judges.champion {
            black_box(explain(model, found.features.values()));
        }
        black_box(sentences(&found.families, &found.features, None, Reader::Analyst));
        explained.push(begin.elapsed().as_nanos() as u64);
        let begin = Instant::now();
        memory.observe(&event);
        observed.push(begin.elapsed().as_nanos() as u64);
    }
    told("features", only);
    told("features, rules, trees, anomaly: judged", judged);
    told("judged and explained", explained);
    told("taken in by every profile", observed);
}
