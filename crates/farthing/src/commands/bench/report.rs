//! [`Report`]: the figures of a run, as JSON and as a page for people.

use std::collections::BTreeMap;
use std::path::Path;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::figures::{cost_ratio, eighths, millis, millis_at, per_second, ratio};
use super::load::Measured;
use super::pgbench::Yardstick;
use super::search::Probe;
use super::{Bench, Outcome, TARGET_P99_MILLIS, machine};
use crate::output::{BAD, FAINT, GOOD, LINK, STRONG, grouped, pairs, right};

/// Columns of the longest bar of the plot.
const PLOT_WIDTH: u64 = 44;
/// What the child serves; another server's store is not known here.
const OWN_STORE: &str = "sqlite";
/// What it serves where it was told a database.
const POSTGRES: &str = "postgres";

/// The figures of a run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Accepted payments a second, from the first due moment to the last answer.
    payments_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    p999_ms: f64,
    max_ms: f64,
    /// Processor time of the server process for one payment; absent for a server that is not ours.
    cpu_us_per_payment: Option<u64>,
    /// Processor time of this process for one payment.
    client_cpu_us_per_payment: Option<u64>,
    /// Processor time of the database for one payment; absent when it is not PostgreSQL on this machine.
    database_cpu_us_per_payment: Option<u64>,
    /// P-256 verifications a second, one core of this machine, measured before the load.
    p256_verify_per_second: u64,
    /// TPC-B transactions a second of `pgbench` on the same PostgreSQL in the same run: prepared, scale 50, 32 clients.
    pgbench_tps: Option<f64>,
    /// Payments for each of those.
    ratio_to_pgbench: Option<f64>,
    /// Processor time of one of those, in the database and in `pgbench`.
    pgbench_cpu_us: Option<u64>,
    /// That for the processor time of a payment, in server, load generator and database together: what the ratio of the
    /// rates comes to where nothing else wants the processors.
    cost_ratio_to_pgbench: Option<f64>,
    /// How many processes wanted a processor, in the minute before the end.
    load_average: Option<f64>,
    store: Option<&'static str>,
    seconds: u32,
    payers: u32,
    merchants: u32,
    connections: u32,
    cores: usize,
    /// The offered rate.
    rate: u32,
    /// Whether the rate was searched rather than named.
    rate_searched: bool,
    target_p99_ms: u32,
    /// Whether p99 is below the target.
    target_met: bool,
    arrivals: &'static str,
    /// Whether an operation also created its intent.
    with_intents: bool,
    operations: u64,
    payments: u64,
    /// What did not end in an accepted payment, by status and code.
    errors: BTreeMap<String, u64>,
    probes: Vec<Probe>,
}

impl Report {
    pub(super) fn new(
        bench: &Bench,
        outcome: &Outcome,
        rate: u32,
        probes: &[Probe],
        scale: (u64, Option<Yardstick>),
    ) -> Self {
        let measured = &outcome.measured;
        let each = |micros: Option<u64>| micros.map(|micros| micros / measured.accepted.max(1));
        let p99_ms = millis_at(&measured.latency, 99.0);
        let parts = [outcome.server_cpu_micros, outcome.client_cpu_micros, outcome.database_cpu_micros];
        let cost = each(parts.into_iter().sum());
        Self {
            payments_per_second: per_second(measured.accepted, measured.elapsed),
            p50_ms: millis_at(&measured.latency, 50.0),
            p99_ms,
            p999_ms: millis_at(&measured.latency, 99.9),
            max_ms: millis(measured.latency.max()),
            cpu_us_per_payment: each(outcome.server_cpu_micros),
            client_cpu_us_per_payment: each(outcome.client_cpu_micros),
            database_cpu_us_per_payment: each(outcome.database_cpu_micros),
            p256_verify_per_second: scale.0,
            pgbench_tps: scale.1.map(|yardstick| yardstick.tps),
            ratio_to_pgbench: scale.1.map(|of| ratio(per_second(measured.accepted, measured.elapsed), of.tps)),
            pgbench_cpu_us: scale.1.and_then(|yardstick| yardstick.cpu_micros),
            cost_ratio_to_pgbench: scale.1.and_then(|yardstick| yardstick.cpu_micros).zip(cost).map(cost_ratio),
            load_average: machine::load_average(),
            store: bench.url.is_none().then_some(if bench.database_url.is_some() { POSTGRES } else { OWN_STORE }),
            seconds: bench.seconds,
            payers: bench.payers,
            merchants: bench.merchants,
            connections: bench.connections,
            cores: machine::cores(),
            rate,
            rate_searched: bench.rate.is_none(),
            target_p99_ms: TARGET_P99_MILLIS,
            target_met: p99_ms < f64::from(TARGET_P99_MILLIS),
            arrivals: if bench.poisson { "poisson" } else { "even" },
            with_intents: bench.with_intents,
            operations: measured.offered,
            payments: measured.accepted,
            errors: measured.errors.clone(),
            probes: probes.to_vec(),
        }
    }

    /// The page for people.
    pub(super) fn written(&self, measured: &Measured, kept: Option<&Path>) -> Vec<String> {
        let mut lines = vec![String::new(), self.headline(), String::new()];
        lines.extend(self.figures());
        lines.push(String::new());
        lines.extend(plot(&measured.latency));
        for (name, count) in &self.errors {
            lines.push(format!("  {BAD}{} × {name}{BAD:#}", grouped(*count)));
        }
        if let Some(folder) = kept {
            lines.push(String::new());
            lines.push(format!("  the data stays in {LINK}{}{LINK:#}", folder.display()));
        }
        lines.push(String::new());
        lines
    }

    fn headline(&self) -> String {
        let verdict = if self.target_met {
            format!("{GOOD}p99 {:.2} ms, below {} ms{GOOD:#}", self.p99_ms, self.target_p99_ms)
        } else {
            format!("{BAD}p99 {:.2} ms, not below {} ms{BAD:#}", self.p99_ms, self.target_p99_ms)
        };
        format!("  {STRONG}{:.0} payments a second{STRONG:#} · {verdict}", self.payments_per_second)
    }

    fn figures(&self) -> Vec<String> {
        let micros = |micros: Option<u64>| micros.map_or("not known".to_owned(), |us| format!("{} µs", grouped(us)));
        let operation = if self.with_intents { "intent + payment, two requests" } else { "one POST /v1/payments" };
        let rate = if self.rate_searched { "searched" } else { "as asked" };
        let errors: u64 = self.errors.values().sum();
        let mut rows = vec![
            (
                "latency",
                format!(
                    "p50 {:.2} · p99 {:.2} · p99.9 {:.2} · max {:.2} ms",
                    self.p50_ms, self.p99_ms, self.p999_ms, self.max_ms
                ),
            ),
            (
                "offered",
                format!("{}/s for {} s, {rate}, arrivals {}", grouped(self.rate.into()), self.seconds, self.arrivals),
            ),
            ("operation", format!("{operation}, a fresh ES256 proof and a signed code each")),
            (
                "payments",
                format!(
                    "{} accepted of {}, {} errors",
                    grouped(self.payments),
                    grouped(self.operations),
                    grouped(errors)
                ),
            ),
            ("server CPU", format!("{} a payment", micros(self.cpu_us_per_payment))),
            ("load's CPU", format!("{} a payment", micros(self.client_cpu_us_per_payment))),
            (
                "this machine",
                format!(
                    "{} cores, {} P-256 verifications a second on one",
                    self.cores,
                    grouped(self.p256_verify_per_second)
                ),
            ),
            (
                "set-up",
                format!(
                    "{} payers, {} merchants, {} connections, store {}",
                    self.payers,
                    self.merchants,
                    self.connections,
                    self.store.unwrap_or("not known")
                ),
            ),
        ];
        if self.database_cpu_us_per_payment.is_some() {
            rows.push(("database CPU", format!("{} a payment", micros(self.database_cpu_us_per_payment))));
        }
        if let (Some(cost), Some(ratio)) = (self.pgbench_cpu_us, self.cost_ratio_to_pgbench) {
            let load = self.load_average.unwrap_or(0.0);
            let text = format!("{cost} µs of all processors for one of pgbench's: {ratio:.2} payments; load {load:.1}");
            rows.push(("by processor", text));
        }
        if let (Some(tps), Some(ratio)) = (self.pgbench_tps, self.ratio_to_pgbench) {
            let scale = "TPC-B, prepared, scale 50, 32 clients, on the same server";
            rows.push(("pgbench", format!("{tps:.0} transactions a second ({scale}): {ratio:.2} payments for each")));
        }
        pairs(&rows)
    }
}

/// How latency is distributed: a bar for each doubling, its length the share of payments.
fn plot(latency: &Histogram<u64>) -> Vec<String> {
    const BARS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];
    let mut rows = Vec::new();
    let (mut from, mut to) = (0_u64, 250_u64);
    while from <= latency.max() && rows.len() < 24 {
        rows.push((to, latency.count_between(from, to.saturating_sub(1))));
        (from, to) = (to, to * 2);
    }
    let skipped = rows.iter().take_while(|(_, count)| *count == 0).count();
    let largest = rows.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let mut lines = vec![format!("  {FAINT}latency from the moment due, payments{FAINT:#}")];
    for (to, count) in rows.into_iter().skip(skipped) {
        let parts = eighths(count, largest, PLOT_WIDTH);
        let full = "█".repeat(usize::try_from(parts / 8).unwrap_or(0));
        let rest = usize::try_from(parts % 8).ok().and_then(|part| BARS.get(part)).copied().unwrap_or_default();
        let label = right(&format!("< {:.2} ms", millis(to)), 14);
        lines.push(format!("  {FAINT}{label}{FAINT:#}  {LINK}{full}{rest}{LINK:#} {}", grouped(count)));
    }
    lines
}
