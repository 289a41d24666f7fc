//! [`Linear`]: logistic regression on the features that the catalogue marks for it. It extrapolates where a tree stands
//! still, and has few ways to be wrong; how much it counts is weighed by what came after.
#![expect(clippy::indexing_slicing, reason = "column numbers are made here, within the lengths made here")]

use serde::{Deserialize, Serialize};

use super::boost::Lessons;
use crate::limits::{LINEAR_ROUNDS, LINEAR_ROWS_MAX};
use crate::number::{ln_1p, sigmoid, sqrt};

/// A weighted sum of columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// What is added.
    pub bias: f64,
    /// The columns and their weights.
    pub terms: Vec<Term>,
}

/// One column's part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The column.
    pub column: u16,
    /// Its mean, of the logarithm.
    pub mean: f64,
    /// Its spread.
    pub spread: f64,
    /// What one spread is worth in log odds.
    pub weight: f64,
}

/// Long tails are drawn in, on both sides.
fn drawn(value: f32) -> f64 {
    f64::from(ln_1p(value.abs())) * if value < 0.0 { -1.0 } else { 1.0 }
}

impl Term {
    fn value(&self, row: &[f32]) -> f64 {
        let value = row.get(usize::from(self.column)).copied().unwrap_or(f32::NAN);
        // What is not known is what is usual.
        if value.is_nan() { 0.0 } else { ((drawn(value) - self.mean) / self.spread).clamp(-4.0, 4.0) }
    }
}

impl Linear {
    /// The log odds of one row.
    #[must_use]
    pub fn score(&self, row: &[f32]) -> f64 {
        self.terms.iter().fold(self.bias, |sum, term| sum + term.weight * term.value(row))
    }

    /// Adds what every column adds to `parts`; returns what is added in any case.
    pub fn explain(&self, row: &[f32], weight: f64, parts: &mut [f64]) -> f64 {
        for term in &self.terms {
            if let Some(part) = parts.get_mut(usize::from(term.column)) {
                *part += weight * term.weight * term.value(row);
            }
        }
        weight * self.bias
    }

    /// Fits the columns that are `usable` to rows of a range, weights drawn to zero.
    #[must_use]
    pub fn fit(lessons: &Lessons, range: std::ops::Range<usize>, usable: &[bool]) -> Self {
        let rows = chosen(lessons, range);
        let terms: Vec<Term> = (0..usable.len())
            .filter(|column| usable[*column])
            .filter_map(|column| term(lessons, &rows, column))
            .collect();
        let width = terms.len();
        let values: Vec<f64> = rows
            .iter()
            .flat_map(|(row, _)| terms.iter().map(|term| term.value(&lessons.rows[*row])).collect::<Vec<_>>())
            .collect();
        let all: f64 = rows.iter().map(|(_, weight)| weight).sum();
        let frauds: f64 = rows.iter().map(|(row, weight)| weight * lessons.labels[*row]).sum();
        let mut fit = Self { bias: crate::number::log_odds((frauds / all.max(1.0)).clamp(1e-6, 0.999)), terms };
        let (mut slopes, mut moments) = (vec![0.0; width + 1], vec![0.0; width + 1]);
        // Steps of Adam's kind on all rows at once: deterministic, and untroubled by columns that lean on each other.
        for round in 1..=LINEAR_ROUNDS {
            let mut gradient = vec![0.0; width + 1];
            for ((row, weight), values) in rows.iter().zip(values.chunks(width.max(1))) {
                let sum = fit.terms.iter().zip(values).fold(fit.bias, |sum, (term, value)| sum + term.weight * value);
                let miss = weight * (sigmoid(sum) - lessons.labels[*row]);
                for (slope, value) in gradient.iter_mut().zip(values) {
                    *slope += miss * value;
                }
                gradient[width] += miss;
            }
            let rate = 0.1 / (1.0 + round as f64 / 20.0);
            for place in 0..=width {
                let pull = fit.terms.get(place).map_or(0.0, |term| 3.0 * term.weight);
                let slope = (gradient[place] + pull) / frauds.max(1.0);
                slopes[place] = 0.9 * slopes[place] + 0.1 * slope;
                moments[place] = 0.99 * moments[place] + 0.01 * slope * slope;
                let warm = |memory: f64| 1.0 - libm::pow(memory, round as f64);
                let step = rate * (slopes[place] / warm(0.9)) / (sqrt(moments[place] / warm(0.99)) + 1e-9);
                match fit.terms.get_mut(place) {
                    Some(term) => term.weight -= step,
                    None => fit.bias -= step,
                }
            }
        }
        fit
    }
}

/// The rows that are fitted: all frauds, and so many of the others that the bound holds, weighing for those left out.
fn chosen(lessons: &Lessons, range: std::ops::Range<usize>) -> Vec<(usize, f64)> {
    let every = range.len().div_ceil(LINEAR_ROWS_MAX).max(1);
    let is_fraud = |row: &usize| lessons.labels[*row] > 0.5;
    let kept = range.filter(|row| is_fraud(row) || row.is_multiple_of(every));
    kept.map(|row| (row, lessons.weights[row] * if is_fraud(&row) { 1.0 } else { every as f64 })).collect()
}

/// A column's scale; `None` when it does not vary.
fn term(lessons: &Lessons, rows: &[(usize, f64)], column: usize) -> Option<Term> {
    let known = || rows.iter().map(|(row, _)| lessons.rows[*row][column]).filter(|value| !value.is_nan()).map(drawn);
    let count = known().count() as f64;
    let mean = known().sum::<f64>() / count.max(1.0);
    let variance = known().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count.max(1.0);
    let spread = sqrt(variance);
    let column = u16::try_from(column).ok()?;
    (count > 10.0 && spread > 1e-6).then_some(Term { column, mean, spread, weight: 0.0 })
}
