//! `farthing bench`: how many payments a second, with p99 below 50 ms, on this machine.
//!
//! What is measured, and what is preparation, is said in `docs/bench.md`.

mod figures;
mod fleet;
mod load;
mod machine;
mod own_server;
mod pgbench;
mod report;
mod search;

use std::path::PathBuf;
use std::sync::Arc;

use simulator::Dice;

use self::fleet::Fleet;
use self::load::{Load, Measured, Task};
use self::machine::{Process, cpu_micros};
use self::own_server::OwnServer;
use self::report::Report;
use crate::failure::{Failure, failed};
use crate::output::{Output, grouped};
use crate::staff::Staff;

/// A rate is good when this share of payments is answered faster than this, in milliseconds.
const TARGET_P99_MILLIS: u32 = 50;
/// How long every run warms up before it is measured, in seconds.
const WARM_UP_SECONDS: u32 = 1;
/// The warm-up's rate, at the most.
const WARM_UP_RATE_MAX: u32 = 500;

/// Measure payments a second over the real HTTP API, with real device keys and proofs.
///
/// Starts a server of its own (a child process, on a fresh store) unless --url names one. Without --rate it searches
/// the highest rate whose p99 stays below 50 ms. Operations start when they are due, whether or not earlier ones have
/// been answered, and latency counts from that moment.
#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// How long the final run lasts.
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=240))]
    seconds: u32,
    /// Operations a second; searched when absent.
    #[arg(long, value_name = "RATE", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    rate: Option<u32>,
    /// A server that is already running in test mode without rate limits, instead of a child process.
    #[arg(long, value_name = "URL", requires = "admin_socket")]
    url: Option<String>,
    /// That server's admin socket, to register merchants.
    #[arg(long, value_name = "PATH", requires = "url")]
    admin_socket: Option<PathBuf>,
    /// How many payers, each with a device key.
    #[arg(long, value_name = "COUNT", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    payers: u32,
    /// How many merchants.
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    merchants: u32,
    /// Kept-alive connections, and so the most requests in flight.
    #[arg(long, value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=4_096))]
    connections: u32,
    /// Operations arrive by chance (a Poisson process) instead of evenly.
    #[arg(long)]
    poisson: bool,
    /// Each operation also creates its intent: two requests instead of one.
    #[arg(long)]
    with_intents: bool,
    /// The child's data folder, kept afterwards; a temporary one when absent.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    data: Option<PathBuf>,
    /// The child serves from this PostgreSQL, an empty database; in the same run `pgbench` measures the same server.
    #[arg(
        long,
        value_name = "DATABASE_URL",
        env = "FARTHING_DATABASE_URL",
        hide_env_values = true,
        conflicts_with = "url"
    )]
    database_url: Option<String>,
}

/// A run's own parameters.
#[derive(Clone, Copy)]
struct Run {
    rate: u32,
    seconds: u32,
    poisson: bool,
    with_intents: bool,
}

/// What a run showed, with what it cost.
struct Outcome {
    measured: Measured,
    server_cpu_micros: Option<u64>,
    client_cpu_micros: Option<u64>,
    database_cpu_micros: Option<u64>,
}

impl Bench {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        output.progress("measuring this machine's P-256 verifications for a second …");
        let verifications = machine::p256_verifications_per_second()?;
        let mut bench = Prepared::start(&self, output).await?;
        let measured = bench.measure(output).await;
        let database = bench.database;
        let folder = bench.own.as_ref().and_then(OwnServer::folder);
        let stopped = bench.own.map_or(Ok(()), OwnServer::stop);
        let (rate, searched, outcome) = measured?;
        stopped?;
        let pgbench = match &self.database_url {
            Some(url) => Some(pgbench::measure(url, database, self.seconds, output)?),
            None => None,
        };
        let report = Report::new(&self, &outcome, rate, &searched, (verifications, pgbench));
        if output.is_json() {
            output.object(&report)?;
        } else {
            output.lines(&report.written(&outcome.measured, folder.as_deref()));
        }
        match outcome.measured.error_count() {
            0 => Ok(()),
            count => Err(Failure::negative(format!("{count} operations did not end in an accepted payment"))),
        }
    }

    /// Merchants registered, wallets opened and filled: none of it is measured.
    async fn fleet(&self, url: &str, socket: &std::path::Path, output: &mut Output) -> Result<Arc<Fleet>, Failure> {
        output.ticker(&format!("preparing {} payers and {} merchants …", self.payers, self.merchants));
        let Some(mut staff) = Staff::socket(socket).await? else {
            let failure = Failure::new(format!("nobody answers on `{}`", socket.display()));
            return Err(failure.hint("the admin socket is `admin.sock` in the folder that `farthing serve` uses"));
        };
        Fleet::prepare(url, &mut staff, self).await.map(Arc::new)
    }
}

/// A server, and everybody who pays and is paid there.
struct Prepared<'a> {
    fleet: Arc<Fleet>,
    own: Option<OwnServer>,
    /// A process of the database.
    database: Option<u32>,
    options: &'a Bench,
}

impl<'a> Prepared<'a> {
    async fn start(options: &'a Bench, output: &mut Output) -> Result<Self, Failure> {
        let own = match &options.url {
            Some(_) => None,
            None => Some(OwnServer::start(options.data.clone(), options.database_url.as_deref())?),
        };
        let url = own.as_ref().map_or_else(|| options.url.clone().unwrap_or_default(), |own| own.url.clone());
        let socket = own.as_ref().map_or_else(|| options.admin_socket.clone().unwrap_or_default(), OwnServer::socket);
        let fleet = options.fleet(&url, &socket, output).await?;
        let database = match &options.database_url {
            Some(url) => Some(store::server_process(url).await.map_err(failed("cannot ask the database"))?),
            None => None,
        };
        Ok(Self { fleet, own, database: database.and_then(machine::database_of), options })
    }

    /// Another server on another empty store, where both are this command's own: a rate is not to suffer for what
    /// an earlier, higher one left behind.
    async fn afresh(&mut self, output: &mut Output) -> Result<(), Failure> {
        let is_throwaway = self.options.data.is_none() && self.options.database_url.is_none();
        if let Some(own) = self.own.take_if(|_| is_throwaway) {
            own.stop()?;
            *self = Self::start(self.options, output).await?;
            self.warm_up(WARM_UP_RATE_MAX, output).await?;
        }
        Ok(())
    }

    fn server(&self) -> Option<Process> {
        self.own.as_ref().map(|own| Process::Child(own.process_id()))
    }

    async fn measure(&mut self, output: &mut Output) -> Result<(u32, Vec<search::Probe>, Outcome), Failure> {
        let Bench { poisson, with_intents, .. } = *self.options;
        let run = |rate, seconds| Run { rate, seconds, poisson, with_intents };
        let Some(rate) = self.options.rate else { return search::search(self, &run, output).await };
        self.warm_up(rate, output).await?;
        Ok((rate, Vec::new(), self.once(run(rate, self.options.seconds), output).await?))
    }

    async fn warm_up(&self, rate: u32, output: &mut Output) -> Result<(), Failure> {
        let Bench { poisson, with_intents, .. } = *self.options;
        let run = Run { rate: rate.min(WARM_UP_RATE_MAX), seconds: WARM_UP_SECONDS, poisson, with_intents };
        let warm_up = self.once(run, output).await?;
        if warm_up.measured.accepted == 0 {
            let first = warm_up.measured.errors.keys().next().cloned().unwrap_or_default();
            return Err(Failure::new(format!("no payment was accepted in the warm-up: {first}")));
        }
        Ok(())
    }

    /// Prepares the intents of a run, then runs it.
    async fn once(&self, run: Run, output: &mut Output) -> Result<Outcome, Failure> {
        let count = u64::from(run.rate) * u64::from(run.seconds);
        let tasks = if run.with_intents {
            (0..count).map(|_| Task::AskAndPay).collect()
        } else {
            output.ticker(&format!("creating {} intents …", grouped(count)));
            self.fleet.intents(count).await?
        };
        self.fleet.renew_tokens().await?;
        let seed = u64::from_be_bytes(store::entropy::random().map_err(failed("cannot measure"))?);
        let mut dice = Dice::new(seed, "arrivals", &[]);
        let due = figures::arrivals(count, run.rate, run.poisson.then_some(&mut dice));
        output.ticker(&format!("running at {} a second for {} s …", grouped(run.rate.into()), run.seconds));
        let database = || self.database.and_then(machine::database_cpu_micros);
        let before = (self.server().and_then(cpu_micros), cpu_micros(Process::This), database());
        let measured = load::run(&self.fleet, Load { due, tasks }).await?;
        let after = (self.server().and_then(cpu_micros), cpu_micros(Process::This), database());
        let used = |before: Option<u64>, after: Option<u64>| Some(after?.saturating_sub(before?));
        let (server_cpu_micros, client_cpu_micros) = (used(before.0, after.0), used(before.1, after.1));
        let database_cpu_micros = used(before.2, after.2);
        Ok(Outcome { measured, server_cpu_micros, client_cpu_micros, database_cpu_micros })
    }
}
