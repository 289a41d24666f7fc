//! The figures of a run, where they are fractions: rates, milliseconds, arrivals by chance.
#![expect(clippy::float_arithmetic, reason = "figures about time, never about money")]

use std::time::Duration;

use hdrhistogram::Histogram;
use simulator::Dice;

/// When `count` operations are due at `rate` a second: evenly, or by chance (a Poisson process).
pub(super) fn arrivals(count: u64, rate: u32, poisson: Option<&mut Dice>) -> Vec<Duration> {
    let gap = Duration::from_secs(1).as_secs_f64() / f64::from(rate.max(1));
    let mut at = 0.0_f64;
    let mut due = Vec::with_capacity(usize::try_from(count).unwrap_or(0));
    let mut chance = poisson;
    for _ in 0..count {
        due.push(Duration::from_secs_f64(at));
        at += chance.as_mut().map_or(gap, |dice| gap * exponential(dice));
    }
    due
}

/// An exponentially distributed number of mean 1.
fn exponential(dice: &mut Dice) -> f64 {
    let [a, b, c, d] = dice.bytes();
    let uniform = (f64::from(u32::from_be_bytes([a, b, c, d])) + 1.0) / (f64::from(u32::MAX) + 1.0);
    -uniform.ln()
}

/// Milliseconds at a percentile, to a hundredth.
pub(super) fn millis_at(latency: &Histogram<u64>, percentile: f64) -> f64 {
    millis(latency.value_at_percentile(percentile))
}

/// Microseconds as milliseconds, to a hundredth.
pub(super) fn millis(micros: u64) -> f64 {
    let hundredths = u32::try_from(micros.div_ceil(10)).unwrap_or(u32::MAX);
    f64::from(hundredths) / 100.0
}

/// So many in so much time, a second, to a tenth.
pub(super) fn per_second(count: u64, elapsed: Duration) -> f64 {
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    let tenths = u32::try_from(count.saturating_mul(10_000) / millis).unwrap_or(u32::MAX);
    f64::from(tenths) / 10.0
}

/// How many payments for each of `pgbench`'s transactions, to a hundredth.
pub(super) fn ratio(payments_per_second: f64, tps: f64) -> f64 {
    if tps > 0.0 { (payments_per_second / tps * 100.0).round() / 100.0 } else { 0.0 }
}

/// How much more one of `pgbench`'s transactions costs than a payment, to a hundredth: more than 1, and a payment is
/// cheaper.
pub(super) fn cost_ratio((transaction, payment): (u64, u64)) -> f64 {
    let micros = |micros: u64| f64::from(u32::try_from(micros).unwrap_or(u32::MAX));
    ratio(micros(transaction), micros(payment))
}

/// A share of a bar of `width` cells, in eighths of a cell.
pub(super) fn eighths(count: u64, largest: u64, width: u64) -> u64 {
    if largest == 0 { 0 } else { (count * width * 8).div_ceil(largest) }
}

/// Whether a rate was kept up with: at least 95 of 100 planned payments a second.
pub(super) fn kept_up(rate: u32, payments_per_second: f64) -> bool {
    payments_per_second * 100.0 >= f64::from(rate) * 95.0
}
