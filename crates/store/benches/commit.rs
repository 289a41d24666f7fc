//! What a commit costs: `cargo bench -p store`. Payments a second through the one writer, every one durable.
//!
//! Signing and verifying happen before the measured part, as they do on the request threads.

#[path = "../tests/it/town.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod town;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use payments::Command;
use protocol::CaptureMode;
use store::{Options, SqliteStore, Store};
use tokio::runtime::Runtime;
use town::{Person, Shop, Town, settings};

const PEOPLE: usize = 64;
const SHOPS: usize = 16;

struct Bench {
    runtime: Runtime,
    store: Arc<SqliteStore>,
    town: Town,
    people: Vec<Person>,
    shops: Vec<Shop>,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (town, dir) = (Town::new(9), tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        let options = Options::new(dir.path()).settings(settings()).clock(town.clock.clone());
        let store = SqliteStore::open(options).unwrap();
        let (mut people, mut shops) = (Vec::new(), Vec::new());
        runtime.block_on(async {
            for _ in 0..PEOPLE {
                let person = town.person(&*store, "Mina", 1_000_000).await;
                for _ in 0..20 {
                    store.submit(town.fund(&person, 1_000_000)).await.unwrap().outcome.unwrap();
                }
                people.push(person);
            }
            for _ in 0..SHOPS {
                shops.push(town.shop(&*store, "Cafe").await);
            }
        });
        Self { runtime, store, town, people, shops, _dir: dir }
    }

    /// Signed, verified payments of one won, each for its own intent.
    fn payments(&self, count: usize) -> Vec<Command> {
        let mut commands = Vec::with_capacity(count);
        for (index, person) in self.people.iter().cycle().take(count).enumerate() {
            let body = Town::intent_body(1, "coffee", CaptureMode::Automatic);
            let shop = &self.shops[index % SHOPS];
            let intent = self.runtime.block_on(self.town.intent(&*self.store, shop, body));
            commands.push(self.town.pay(person, &intent, self.town.payment_id()));
        }
        commands
    }

    /// How long it takes until all of them are answered, `inflight` waiting at any time.
    fn commit(&self, commands: Vec<Command>, inflight: usize) -> Duration {
        let mut commands = commands.into_iter();
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
        let begun = Instant::now();
        self.runtime.block_on(async {
            loop {
                let answers: Vec<_> = commands.by_ref().take(inflight).map(|command| self.store.submit(command)).collect();
                if answers.is_empty() {
                    return;
                }
                for answer in answers {
                    answer.await.unwrap().outcome.unwrap();
                }
            }
        });
        begun.elapsed()
    }
}

fn commit(criterion: &mut Criterion) {
    let bench = Bench::new();
    let mut group = criterion.benchmark_group("commit");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    for size in [1_usize, 16, 64, 256] {
        group.throughput(Throughput::Elements(u64::try_from(size).unwrap()));
        group.bench_function(format!("{size} payments at once"), |bencher| {
            bencher.iter_custom(|rounds| {
                let rounds = usize::try_from(rounds).unwrap();
                bench.commit(bench.payments(rounds * size), size)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, commit);
criterion_main!(benches);
