//! What a commit costs: `cargo bench -p store`. Payments a second through the one writer, every one durable.
//!
//! Signing and verifying happen before the measured part, as they do on the request threads.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

#[path = "../tests/it/town.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod town;

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use payments::{Accepted, Command};
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
        while commands.len() < count {
            let wanted = count.saturating_sub(commands.len()).min(256);
            let asked: Vec<_> = self.shops.iter().cycle().take(wanted).map(|shop| self.ask(shop)).collect();
            for (answer, person) in asked.into_iter().zip(self.people.iter().cycle()) {
                match self.runtime.block_on(answer).unwrap().outcome.unwrap() {
                    Accepted::Intent(intent) => {
                        commands.push(self.town.pay(person, &intent, self.town.payment_id()));
                    }
                    other => panic!("no intent: {other:?}"),
                }
            }
        }
        commands
    }

    fn ask(&self, shop: &Shop) -> store::Answer<'_, store::Committed> {
        let body = Town::intent_body(1, "coffee", CaptureMode::Automatic);
        self.store.submit(Command::CreateIntent { permit: Town::permit(shop), body, idempotency: None })
    }

    /// How long it takes until all of them are answered, `inflight` waiting at any time.
    fn commit(&self, commands: Vec<Command>, inflight: usize) -> Duration {
        let mut commands = commands.into_iter();
        #[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
        let begun = Instant::now();
        self.runtime.block_on(async {
            loop {
                let answers: Vec<_> =
                    commands.by_ref().take(inflight).map(|command| self.store.submit(command)).collect();
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

/// Nanoseconds the writer thread has been on a processor: what it costs, however busy the machine is.
fn writer_nanos() -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().map(|entry| entry.unwrap().path());
    let of_writer = |task: &std::path::PathBuf| {
        std::fs::read_to_string(task.join("comm")).is_ok_and(|name| name.trim() == "store-commit")
    };
    let stat = |task: std::path::PathBuf| std::fs::read_to_string(task.join("schedstat")).unwrap();
    tasks.filter(of_writer).map(|task| stat(task).split(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}

/// A long run, said in plain words: criterion's samples are short and the machine may be shared.
fn sustained(bench: &Bench) {
    const PAYMENTS: u64 = 4_096;
    let commands = bench.payments(usize::try_from(PAYMENTS).unwrap());
    let before = writer_nanos();
    let took = bench.commit(commands, 1_024);
    let on_processor = (writer_nanos() - before) / PAYMENTS / 1_000;
    let rate = PAYMENTS * 1_000 / u64::try_from(took.as_millis()).unwrap().max(1);
    println!("sustained: {rate} payments/s; the writer was on a processor for {on_processor} µs a payment");
}

fn commit(criterion: &mut Criterion) {
    let bench = Bench::new();
    for _ in 0..3 {
        sustained(&bench);
    }
    let mut group = criterion.benchmark_group("commit");
    group.sample_size(10).measurement_time(Duration::from_secs(2));
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
