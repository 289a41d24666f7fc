//! [`Model`]: trees on all features, trees on the raw columns, and how much each is worth by what came after.
//!
//! The blend is chosen inside the training period: both ensembles learn from its first part and are weighed on its last
//! part, then grown again on all of it. So counters that drift lose to the raw columns before they can do harm.

pub mod baseline;
pub mod boost;
pub mod drift;
pub mod file;
pub mod grow;
pub mod linear;
pub mod matrix;
pub mod tree;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::feature::{CATALOGUE_VERSION, Direction, Feature, WIDTH};
use crate::metric::{self, Scored};
use crate::number::{self, sigmoid};
use boost::{Lessons, Plan, boosted};
use grow::Shape;
use linear::Linear;
use tree::Ensemble;

pub use baseline::Baseline;

/// The version of the model file's form.
pub const FORM_VERSION: u32 = 2;

/// A trained model, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The version of this form.
    pub form: u32,
    /// The version of the catalogue it was trained on.
    pub catalogue: u32,
    /// The names of its columns: the catalogue's, then the extra raw ones.
    pub columns: Vec<String>,
    /// Rows and frauds it was trained on.
    pub rows: u64,
    /// Frauds among them.
    pub frauds: u64,
    /// What it was trained on.
    pub origin: file::Origin,
    /// Trees on every column.
    pub full: Ensemble,
    /// Trees on the raw columns.
    pub raw: Ensemble,
    /// Logistic regression on what the catalogue marks for it.
    pub linear: Linear,
    /// What all payments together looked like at the end of the training range.
    pub baseline: Baseline,
    /// Columns that moved more than this within the training period were left out of the trees.
    pub drift: f64,
    /// How much the log odds of each count, and what is added.
    pub blend: Blend,
}

/// The calibrated score is `full · a + raw · b + linear · c + shift`, on the log-odds scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// Weight of the trees on every column.
    pub full: f64,
    /// Weight of the trees on the raw columns.
    pub raw: f64,
    /// Weight of the linear part.
    pub linear: f64,
    /// What is added.
    pub shift: f64,
}

/// A model that cannot be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Trained on another catalogue.
    #[error(
        "the model is of catalogue {theirs}, this is {ours}; columns only in the model: {missing:?}; only here: {added:?}"
    )]
    OtherCatalogue {
        /// The version of the model.
        theirs: u32,
        /// The version here.
        ours: u32,
        /// The columns that do not exist here.
        missing: Vec<String>,
        /// The columns that the model does not have.
        added: Vec<String>,
    },
    /// Not a model file.
    #[error("not a model file: {0}")]
    Form(String),
    /// Larger than a model may be.
    #[error("the model is larger than {} bytes", crate::limits::MODEL_BYTES_MAX)]
    TooLarge,
    /// Nothing to learn.
    #[error("there is nothing to learn: {frauds} frauds among {rows} labelled rows in the training range")]
    NothingToLearn {
        /// Labelled rows.
        rows: usize,
        /// Frauds among them.
        frauds: usize,
    },
}

impl Model {
    /// Trains on rows in time order; `extra` names the raw columns after the catalogue's.
    ///
    /// # Errors
    /// When there are fewer than two frauds or genuine rows.
    pub fn train(lessons: &Lessons, extra: &[String]) -> Result<Self, ModelError> {
        let frauds = lessons.labels.iter().filter(|label| **label > 0.5).count();
        let rows = lessons.rows.len();
        if frauds < 2 || rows - frauds < 2 {
            return Err(ModelError::NothingToLearn { rows, frauds });
        }
        let width = WIDTH + extra.len();
        let mut up = vec![false; width];
        let mut raw = vec![true; width];
        let mut straight = vec![true; width];
        for feature in Feature::all() {
            if let (Some(up), Some(raw)) = (up.get_mut(feature.index()), raw.get_mut(feature.index())) {
                *up = feature.entry().direction == Direction::Up;
                *raw = feature.is_raw();
            }
            if let Some(straight) = straight.get_mut(feature.index()) {
                *straight = feature.entry().linear;
            }
        }
        let (early, late) = lessons.until(rows * 7 / 10);
        let (most, first) = steadiest(lessons, &early, &late, &up);
        let full = drift::steady(lessons, 0..rows, width, most);
        let straight: Vec<bool> = straight.iter().zip(&full).map(|(straight, full)| *straight && *full).collect();
        let second = boosted(lessons, early.clone(), &raw, &up, &plan(100, 0.6, 2));
        let third = Linear::fit(lessons, early, &straight);
        let blend = blended(lessons, &late, &first, &second, &third);
        let all = 0..rows;
        Ok(Self {
            form: FORM_VERSION,
            catalogue: CATALOGUE_VERSION,
            columns: Feature::all().map(Feature::name).chain(extra.iter().cloned()).collect(),
            rows: rows as u64,
            frauds: frauds as u64,
            origin: file::Origin::default(),
            full: boosted(lessons, all.clone(), &full, &up, &plan(200, 0.2, 3)),
            raw: boosted(lessons, all.clone(), &raw, &up, &plan(100, 0.6, 4)),
            linear: Linear::fit(lessons, all, &straight),
            baseline: Baseline::default(),
            drift: most,
            blend,
        })
    }

    /// Checks that a model read from a file belongs to this catalogue and these further columns, in this order.
    ///
    /// # Errors
    /// With what differs.
    pub fn check(&self, extra: &[String]) -> Result<(), ModelError> {
        let ours: Vec<String> = Feature::all().map(Feature::name).chain(extra.iter().cloned()).collect();
        if self.catalogue == CATALOGUE_VERSION && self.columns == ours {
            return Ok(());
        }
        let without = |all: &[String], known: &[String]| all.iter().filter(|n| !known.contains(n)).cloned().collect();
        let (missing, added) = (without(&self.columns, &ours), without(&ours, &self.columns));
        Err(ModelError::OtherCatalogue { theirs: self.catalogue, ours: CATALOGUE_VERSION, missing, added })
    }

    /// The calibrated log odds of fraud.
    #[must_use]
    pub fn log_odds(&self, row: &[f32]) -> f64 {
        let full = if self.blend.full > 0.0 { self.blend.full * self.full.score(row) } else { 0.0 };
        let raw = if self.blend.raw > 0.0 { self.blend.raw * self.raw.score(row) } else { 0.0 };
        let linear = if self.blend.linear > 0.0 { self.blend.linear * self.linear.score(row) } else { 0.0 };
        full + raw + linear + self.blend.shift
    }

    /// The probability of fraud.
    #[must_use]
    pub fn probability(&self, row: &[f32]) -> f64 {
        sigmoid(self.log_odds(row))
    }

    /// What every column adds to the log odds, and where they begin; beginning and parts add up to [`Model::log_odds`].
    #[must_use]
    pub fn explain(&self, row: &[f32]) -> (f64, Vec<f64>) {
        let (full_begin, full) = self.full.explain(row);
        let (raw_begin, raw) = self.raw.explain(row);
        let parts = full.iter().zip(&raw).map(|(a, b)| self.blend.full * a + self.blend.raw * b);
        let mut parts: Vec<f64> = parts.collect();
        let linear_begin = self.linear.explain(row, self.blend.linear, &mut parts);
        (self.blend.shift + self.blend.full * full_begin + self.blend.raw * raw_begin + linear_begin, parts)
    }
}

/// How far a column may move within the training period; the first keeps all.
const DRIFT_MOST: [f64; 3] = [1.0, 0.15, 0.08];

/// Grows the early part with each bound on drift and ranks the late part. The strictest bound that is not worse than the
/// best by more than one standard error is kept: what the tail cannot tell apart, time to come will, and it favours
/// columns that stand still.
fn steadiest(lessons: &Lessons, early: &Range<usize>, late: &Range<usize>, up: &[bool]) -> (f64, Ensemble) {
    let mut tried: Vec<(f64, f64, Ensemble)> = Vec::new();
    let mut frauds = 0.0;
    let bounds = if lessons.interleaved { 1 } else { DRIFT_MOST.len() };
    for most in DRIFT_MOST.into_iter().take(bounds) {
        let usable = drift::steady(lessons, early.clone(), up.len(), most);
        let grown = boosted(lessons, early.clone(), &usable, up, &plan(100, 0.2, 1));
        let (precision, found) = ranked(lessons, late, |row| grown.score(row));
        frauds = found;
        tried.push((precision, most, grown));
    }
    let best = tried.iter().map(|(precision, ..)| *precision).fold(0.0, f64::max);
    let error = number::sqrt(best * (1.0 - best) / f64::max(frauds, 1.0));
    let kept = tried.into_iter().rev().find(|(precision, ..)| *precision >= best - error);
    kept.map_or_else(|| (1.0, Ensemble::default()), |(_, most, grown)| (most, grown))
}

const fn plan(trees: usize, column_share: f64, seed: u64) -> Plan {
    let shape = Shape { leaves: 16, depth: 6, rows_min: 15.0, lambda: 3.0, rate: 0.06, gain_min: 1e-3 };
    Plan { trees, shape, row_share: 0.8, column_share, seed }
}

/// How much each part counts. The linear part counts only where the tail is ranked better with it by half a standard
/// error: one more column to drift must earn its place.
fn blended(lessons: &Lessons, late: &Range<usize>, full: &Ensemble, raw: &Ensemble, linear: &Linear) -> Blend {
    let trees = |row: &[f32]| [full.score(row), raw.score(row), 0.0];
    let all = |row: &[f32]| [full.score(row), raw.score(row), linear.score(row)];
    let without = weighed(lessons, late.clone(), trees);
    let with = weighed(lessons, late.clone(), all);
    let ranked = |blend: &Blend| {
        ranked(lessons, late, |row| {
            let [a, b, c] = all(row);
            blend.full * a + blend.raw * b + blend.linear * c
        })
    };
    let ((trees, frauds), (both, _)) = (ranked(&without), ranked(&with));
    let error = number::sqrt(trees * (1.0 - trees) / f64::max(frauds, 1.0));
    if both >= trees + 0.5 * error { with } else { without }
}

/// Average precision of a score on a range of rows, and how many frauds there are.
fn ranked(lessons: &Lessons, range: &Range<usize>, score: impl Fn(&[f32]) -> f64) -> (f64, f64) {
    let scored =
        |(row, label): (&Vec<f32>, &f64)| Scored { score: score(row), fraud: *label > 0.5, ..Scored::default() };
    let labelled = lessons.rows.iter().zip(&lessons.labels).take(range.end).skip(range.start);
    let rows: Vec<Scored> = labelled.map(scored).collect();
    let frauds = rows.iter().filter(|row| row.fraud).count() as f64;
    (metric::average_precision(&metric::curve(&rows)), frauds)
}

/// Weighs three scores by logistic regression on rows none has seen, weights not below zero, gently drawn to trusting the
/// first alone.
fn weighed(lessons: &Lessons, late: Range<usize>, scores: impl Fn(&[f32]) -> [f64; 3]) -> Blend {
    let mut seen = Vec::new();
    for row in late {
        let values = (lessons.rows.get(row), lessons.labels.get(row), lessons.weights.get(row));
        if let (Some(values), Some(label), Some(weight)) = values {
            seen.push((scores(values), *label, *weight));
        }
    }
    let (mut weights, mut shift) = ([1.0, 0.0, 0.0], 0.0);
    let frauds: f64 = seen.iter().map(|row| row.1 * row.2).sum();
    let enough = seen.iter().filter(|row| row.1 > 0.5).count() >= 10;
    for _ in 0..if enough { 400 } else { 0 } {
        let mut slope = [2.0 * (weights[0] - 1.0), 2.0 * weights[1], 2.0 * weights[2], 0.0];
        let mut bend = [2.0, 2.0, 2.0, 0.01];
        for (values, label, weight) in &seen {
            let sum: f64 = weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
            let probability = sigmoid(sum + shift);
            let miss = weight * (probability - label);
            let curvature = weight * probability * (1.0 - probability);
            for ((slope, bend), value) in slope.iter_mut().zip(&mut bend).zip(values.iter().chain([&1.0])) {
                *slope += miss * value;
                *bend += curvature * value * value;
            }
        }
        // The diagonal steps are shortened, because the columns lean on each other.
        for ((weight, slope), bend) in weights.iter_mut().zip(&slope).zip(&bend) {
            *weight = (*weight - 0.3 * slope / bend).max(0.0);
        }
        shift -= 0.3 * slope[3] / bend[3];
        if slope.iter().all(|slope| slope.abs() < 1e-4 * frauds) {
            break;
        }
    }
    let [full, raw, linear] = weights;
    Blend { full, raw, linear, shift }
}
