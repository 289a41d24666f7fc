//! The search for the highest rate whose p99 stays below the target: doubling, then halving the interval.

use serde::Serialize;

use super::figures::{kept_up, millis_at, per_second};
use super::{Outcome, Prepared, Run, TARGET_P99_MILLIS};
use crate::failure::Failure;
use crate::output::{Output, grouped};

/// Where the search begins, and where it ends at the latest.
const FIRST_RATE: u32 = 250;
const LAST_RATE: u32 = 128_000;
/// How long a probe lasts, in seconds.
const PROBE_SECONDS: u32 = 2;
/// The interval is halved until it is narrower than this share (one part in so many) of its lower end.
const PRECISION_PARTS: u32 = 20;
/// How often the final run is made again, each time a tenth slower, when its p99 misses the target.
const FINAL_TRIES: u32 = 4;

/// One probe of the search.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Probe {
    /// Operations a second.
    rate: u32,
    /// What came of them.
    p99_ms: f64,
    /// Whether the rate was kept, without errors, below the target.
    good: bool,
}

/// Searches, then makes the final run at the rate found.
pub(super) async fn search(
    bench: &mut Prepared<'_>,
    run: &impl Fn(u32, u32) -> Run,
    output: &mut Output,
) -> Result<(u32, Vec<Probe>, Outcome), Failure> {
    let mut probes = Vec::new();
    let (mut good, mut bad) = (0, FIRST_RATE);
    while bad <= LAST_RATE && keeps(bench, run(bad, PROBE_SECONDS), &mut probes, output).await? {
        (good, bad) = (bad, bad * 2);
    }
    while bad - good > (good / PRECISION_PARTS).max(1) {
        let middle = good.midpoint(bad);
        if keeps(bench, run(middle, PROBE_SECONDS), &mut probes, output).await? {
            good = middle;
        } else {
            bad = middle;
        }
    }
    let mut rate = good.max(1);
    for _ in 1..FINAL_TRIES {
        let outcome = final_run(bench, run(rate, bench.options.seconds), output).await?;
        if is_good(&outcome, rate, bench.options.seconds) {
            return Ok((rate, probes, outcome));
        }
        rate = (rate - rate / 10).max(1);
    }
    let outcome = final_run(bench, run(rate, bench.options.seconds), output).await?;
    Ok((rate, probes, outcome))
}

async fn final_run(bench: &mut Prepared<'_>, run: Run, output: &mut Output) -> Result<Outcome, Failure> {
    bench.afresh(output).await?;
    let outcome = bench.once(run, output).await?;
    output.progress(&words("final run", run.rate, &outcome));
    Ok(outcome)
}

/// Whether a rate is kept, in one of two probes; after one that is not, the next begins on another store.
///
/// WHY: a pause of some milliseconds that has nothing to do with the rate spoils a short probe. The final run has no
/// second chance at its rate, so nothing is claimed that it did not show.
async fn keeps(
    bench: &mut Prepared<'_>,
    run: Run,
    probes: &mut Vec<Probe>,
    output: &mut Output,
) -> Result<bool, Failure> {
    for _ in 0..2 {
        if probe(bench, run, probes, output).await? {
            return Ok(true);
        }
        bench.afresh(output).await?;
    }
    Ok(false)
}

async fn probe(bench: &Prepared<'_>, run: Run, probes: &mut Vec<Probe>, output: &mut Output) -> Result<bool, Failure> {
    let outcome = bench.once(run, output).await?;
    let good = is_good(&outcome, run.rate, run.seconds);
    output.note(&words(if good { "probe  ✓" } else { "probe  ✗" }, run.rate, &outcome));
    probes.push(Probe { rate: run.rate, p99_ms: millis_at(&outcome.measured.latency, 99.0), good });
    Ok(good)
}

/// Below the target, without errors, and kept up with: the last answer came little after the last operation was due.
fn is_good(outcome: &Outcome, rate: u32, seconds: u32) -> bool {
    let measured = &outcome.measured;
    let planned = u64::from(rate) * u64::from(seconds);
    let fast = millis_at(&measured.latency, 99.0) < f64::from(TARGET_P99_MILLIS);
    let kept_up = kept_up(rate, per_second(measured.accepted, measured.elapsed));
    measured.error_count() == 0 && measured.accepted == planned && fast && kept_up
}

fn words(what: &str, rate: u32, outcome: &Outcome) -> String {
    let measured = &outcome.measured;
    let errors = match measured.error_count() {
        0 => String::new(),
        count => {
            let names: Vec<String> = measured.errors.iter().map(|(name, count)| format!("{count} × {name}")).collect();
            format!(", {count} errors ({})", names.join(", "))
        }
    };
    format!(
        "{what}  {:>7}/s  p50 {:>7.2} ms  p99 {:>8.2} ms{errors}",
        grouped(rate.into()),
        millis_at(&measured.latency, 50.0),
        millis_at(&measured.latency, 99.0)
    )
}
