//! How long one payment takes to decide, and what its record costs: rows loaded, proof verified, nothing written.
//!
//! `cargo bench -p payments --bench decide`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    dead_code,
    missing_docs,
    reason = "the tests' own world, measured"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use payments::{Admitted, DecisionRecord, Stamp, decide, needs, replay};

#[path = "../tests/it/scenario.rs"]
mod scenario;
#[path = "../tests/it/sessions.rs"]
mod sessions;
#[path = "../tests/it/world.rs"]
mod world;

fn pay(criterion: &mut Criterion) {
    let mut world = scenario::check("payer ann 1000000\npayee cafe\nintent i1 cafe 4500");
    let command = Admitted::from(scenario::pay_command(&mut world, "p1", "ann", "i1", &[]));
    let stamp = Stamp { at: world.now, entropy: world.fresh() };
    loop {
        let wanted = needs(command.facts(), &world.state);
        if wanted.is_empty() {
            break;
        }
        wanted.into_iter().for_each(|key| world.state.load(key, None));
    }
    let decision = decide(&command, &world.state, &world.settings, &stamp);
    assert!(decision.outcome().is_ok());
    let record = DecisionRecord::of(&decision, command.facts(), &world.state, &world.settings, &stamp);

    let mut group = criterion.benchmark_group("pay");
    group.bench_function("decide", |bench| {
        bench.iter(|| black_box(decide(&command, &world.state, &world.settings, &stamp)));
    });
    group.bench_function("record", |bench| {
        bench.iter(|| {
            let record = DecisionRecord::of(&decision, command.facts(), &world.state, &world.settings, &stamp);
            black_box(serde_json::to_vec(&record).unwrap())
        });
    });
    group.bench_function("replay", |bench| bench.iter(|| replay(black_box(&record)).unwrap()));
    group.finish();
}

criterion_group!(benches, pay);
criterion_main!(benches);
