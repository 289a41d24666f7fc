//! [`Matrix`]: training rows, column by column, each value as the number of its bin.
//!
//! Bins are quantiles with single values in both tails: what is rare is what matters, and coarse bins hide it.
#![expect(clippy::indexing_slicing, reason = "row and bin numbers are made here, within the lengths made here")]

use crate::limits::BINS_MAX;

/// Single values kept at each end.
const TAIL: usize = 128;

/// One feature of all rows.
#[derive(Debug)]
pub struct Column {
    /// Bin `i + 1` holds values up to and with `edges[i]`; the last bin what lies above; bin 0 what is not known.
    pub edges: Vec<f32>,
    /// The bin of each row.
    pub bins: Vec<u16>,
}

impl Column {
    /// Bins one column.
    #[must_use]
    pub fn of(values: &[f32]) -> Self {
        let edges = edges(values);
        let bins = values.iter().map(|value| bin(&edges, *value)).collect();
        Self { edges, bins }
    }

    /// How many bins there are, the one for "not known" among them.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.edges.len() + 2
    }
}

fn bin(edges: &[f32], value: f32) -> u16 {
    if value.is_nan() { 0 } else { (edges.partition_point(|edge| *edge < value) + 1) as u16 }
}

/// Bin edges midway between neighbouring values, quantiles in the middle and every value in the tails.
fn edges(values: &[f32]) -> Vec<f32> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let all = sorted.len();
    let mut unique = sorted.clone();
    unique.dedup();
    let mut chosen: Vec<f32> = if unique.len() <= BINS_MAX {
        unique
    } else {
        let steps = BINS_MAX - 2 * TAIL;
        let quantiles = (0..steps).map(|step| sorted[step * (all - 1) / steps]);
        let tails = unique[..TAIL].iter().chain(&unique[unique.len() - TAIL..]).copied();
        quantiles.chain(tails).collect()
    };
    chosen.sort_unstable_by(f32::total_cmp);
    chosen.dedup();
    chosen.windows(2).map(|pair| middle(pair[0], pair[1])).collect()
}

/// A number between two, never the upper one: comparing with `<=` puts `low` left and `high` right.
fn middle(low: f32, high: f32) -> f32 {
    let half = f32::midpoint(low, high);
    if half < high { half } else { low }
}
