//! What a commit costs on PostgreSQL, without HTTP and without verifying: `cargo bench -p store --bench postgres`.
//!
//! One, two and three nodes on one database, every payment durable, beside `pgbench` on the same server in the same run.
//! Signing and verifying happen before the measured part. Options: `--payments COUNT`, `--keep` (stays until Ctrl-C, so
//! that the server can be looked at).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    missing_docs,
    reason = "a benchmark"
)]

#[path = "../tests/it/cluster.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod cluster;
#[path = "../tests/it/town.rs"]
#[expect(dead_code, reason = "shared with the tests, which use all of it")]
mod town;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use cluster::{Cluster, Setup};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use payments::{Accepted, Command};
use protocol::CaptureMode;
use store::{KeySource, PostgresOptions, PostgresStore, Store};
use tokio::runtime::Runtime;
use town::{Person, Shop, Town, settings};

const PEOPLE: usize = 200;
const SHOPS: usize = 20;
/// Waiting at any time, over all nodes.
const INFLIGHT: usize = 256;

struct Bench {
    runtime: Runtime,
    nodes: Vec<Arc<PostgresStore>>,
    town: Town,
    people: Vec<Person>,
    shops: Vec<Shop>,
    _dir: tempfile::TempDir,
}

impl Bench {
    fn new(cluster: &Cluster, count: usize) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (town, dir) = (Town::new(9), tempfile::tempdir().unwrap());
        let (mut nodes, mut people, mut shops) = (Vec::new(), Vec::new(), Vec::new());
        runtime.block_on(async {
            let url = cluster.url(&cluster.database().await);
            for number in 0..count {
                let kek = dir.path().join("0/kek").display().to_string();
                let keys = if number == 0 { KeySource::File } else { KeySource::Command(format!("cat {kek}")) };
                let options = PostgresOptions::new(&url, dir.path().join(number.to_string())).settings(settings());
                nodes.push(PostgresStore::open(options.clock(town.clock.clone()).keys(keys)).await.unwrap());
            }
            for _ in 0..PEOPLE {
                people.push(town.person(&*nodes[0], "Mina", 1_000_000).await);
            }
            for _ in 0..SHOPS {
                shops.push(town.shop(&*nodes[0], "Cafe").await);
            }
        });
        Self { runtime, nodes, town, people, shops, _dir: dir }
    }

    /// Signed, verified payments of one won, each for its own intent.
    fn payments(&self, count: usize) -> Vec<Command> {
        let intents: Vec<Command> = (0..count)
            .map(|number| {
                let (body, shop) =
                    (Town::intent_body(1, "coffee", CaptureMode::Automatic), &self.shops[number % SHOPS]);
                Command::CreateIntent { permit: Town::permit(shop), body, idempotency: None }
            })
            .collect();
        let made = self.commit(intents);
        made.into_iter()
            .zip(self.people.iter().cycle())
            .map(|(accepted, person)| match accepted {
                Accepted::Intent(intent) => self.town.pay(person, &intent, self.town.payment_id()),
                other => panic!("no intent: {other:?}"),
            })
            .collect()
    }

    /// Until all are answered, [`INFLIGHT`] of them waiting at any time, each at the next node.
    fn commit(&self, commands: Vec<Command>) -> Vec<Accepted> {
        let mut commands = commands.into_iter().zip(self.nodes.iter().cycle());
        self.runtime.block_on(async {
            let (mut waiting, mut accepted) = (FuturesUnordered::new(), Vec::new());
            loop {
                while waiting.len() < INFLIGHT
                    && let Some((command, node)) = commands.next()
                {
                    waiting.push(node.submit(command));
                }
                match waiting.next().await {
                    Some(answer) => accepted.push(answer.unwrap().outcome.unwrap()),
                    None => return accepted,
                }
            }
        })
    }
}

/// Processor time of a process and of its children, by process, in hundredths of a second.
fn processor(parent: u32) -> HashMap<u32, u64> {
    let stat = |pid: u32| -> Option<(u32, u64)> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
        Some((fields[1].parse().ok()?, fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?))
    };
    let pids =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: u32| {
        stat(pid).filter(|(of, _)| *of == parent || pid == parent).map(|(_, ticks)| (pid, ticks))
    })
    .collect()
}

fn used(before: &HashMap<u32, u64>, after: &HashMap<u32, u64>) -> u64 {
    after.iter().map(|(pid, ticks)| ticks - before.get(pid).copied().unwrap_or(0).min(*ticks)).sum()
}

fn load_average() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap().split(' ').next().unwrap().to_owned()
}

/// TPC-B, prepared, scale 50, 32 clients, on a database of its own.
fn pgbench(cluster: &Cluster, seconds: u64, fill: bool) -> f64 {
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(cluster::programs().join("pgbench"));
        command.arg("-h").arg(cluster.dir()).args(["-U", "farthing"]).args(args).arg("postgres");
        let done = command.output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    if fill {
        run(&["-i", "-q", "-s", "50"]);
    }
    let said = run(&["-c", "32", "-j", "2", "-M", "prepared", "-T", &seconds.to_string()]);
    said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok()).unwrap()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1)?.parse().ok());
    let payments = value("--payments").unwrap_or(30_000);
    let most_nodes = value("--nodes").unwrap_or(3);
    let preload =
        std::env::var("PRELOAD").map_or(Vec::new(), |names| vec![format!("shared_preload_libraries={names}")]);
    let settings = ["fsync=on", "shared_buffers=512MB", "max_wal_size=4GB", "track_commit_timestamp=off"];
    let settings = settings.map(str::to_owned).into_iter().chain(preload).collect();
    let cluster = Cluster::with(&Setup { settings, ..Setup::default() });
    let server = cluster.process_id();
    drop(Runtime::new().unwrap().block_on(cluster.raw("postgres")));
    let mut fill = !args.iter().any(|arg| arg == "--no-pgbench");
    for nodes in 1..=most_nodes {
        let bench = Bench::new(&cluster, nodes);
        let commands = bench.payments(payments);
        let (before, own) = (processor(server), processor(std::process::id()));
        let begun = Instant::now();
        assert_eq!(bench.commit(commands).len(), payments);
        let took = begun.elapsed();
        let per_payment = |ticks: u64| ticks * 10_000 / u64::try_from(payments).unwrap();
        let database = per_payment(used(&before, &processor(server)));
        let node = per_payment(used(&own, &processor(std::process::id())));
        let rate = u128::try_from(payments).unwrap() * 1_000 / took.as_millis().max(1);
        println!(
            "{nodes} nodes: {rate} payments/s; processor a payment: {database} µs database, {node} µs nodes; load {}",
            load_average()
        );
        if args.iter().any(|arg| arg == "--keep") {
            println!("{}", cluster.url("t0"));
            std::thread::sleep(std::time::Duration::from_secs(3_600));
        }
        drop(bench);
        if fill || nodes > 1 && !args.iter().any(|arg| arg == "--no-pgbench") {
            let tps = pgbench(&cluster, 10, fill);
            fill = false;
            let ratio = f64::from(u32::try_from(rate).unwrap()) / tps;
            println!("  pgbench: {tps:.0} tps; ratio {ratio:.2}; load {}", load_average());
        }
    }
}
