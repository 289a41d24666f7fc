//! [`Model`]: trees on all features, trees on the raw columns, and how much each is worth by what came after.
//!
//! The blend is chosen inside the training period: both ensembles learn from its first part and are weighed on its last
//! part, then grown again on all of it. So counters that drift lose to the raw columns before they can do harm.

pub mod boost;
pub mod grow;
pub mod matrix;
pub mod tree;

use serde::{Deserialize, Serialize};

use crate::feature::{CATALOGUE_VERSION, Direction, Feature, WIDTH};
use crate::number::sigmoid;
use boost::{Lessons, Plan, boosted};
use grow::Shape;
use tree::Ensemble;

/// The version of the model file's form.
pub const FORM_VERSION: u32 = 1;

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
    /// Trees on every column.
    pub full: Ensemble,
    /// Trees on the raw columns.
    pub raw: Ensemble,
    /// How much the log odds of each count, and what is added.
    pub blend: Blend,
}

/// The calibrated score is `full · a + raw · b + shift`, on the log-odds scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// Weight of the trees on every column.
    pub full: f64,
    /// Weight of the trees on the raw columns.
    pub raw: f64,
    /// What is added.
    pub shift: f64,
}

/// A model that cannot be used here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Trained on another catalogue.
    #[error("the model is of catalogue {theirs}, this is {ours}; columns only in the model: {missing:?}")]
    OtherCatalogue {
        /// The version of the model.
        theirs: u32,
        /// The version here.
        ours: u32,
        /// The columns that do not exist here.
        missing: Vec<String>,
    },
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
        for feature in Feature::all() {
            if let (Some(up), Some(raw)) = (up.get_mut(feature.index()), raw.get_mut(feature.index())) {
                *up = feature.entry().direction == Direction::Up;
                *raw = feature.is_raw();
            }
        }
        let full = vec![true; width];
        let (early, late) = lessons.until(rows * 7 / 10);
        let first = boosted(lessons, early.clone(), &full, &up, &plan(150, 1));
        let second = boosted(lessons, early, &raw, &up, &plan(100, 2));
        let blend = weighed(lessons, late, &first, &second);
        let all = 0..rows;
        Ok(Self {
            form: FORM_VERSION,
            catalogue: CATALOGUE_VERSION,
            columns: Feature::all().map(Feature::name).chain(extra.iter().cloned()).collect(),
            rows: rows as u64,
            frauds: frauds as u64,
            full: boosted(lessons, all.clone(), &full, &up, &plan(200, 3)),
            raw: boosted(lessons, all, &raw, &up, &plan(100, 4)),
            blend,
        })
    }

    /// Checks that a model read from a file belongs to this catalogue.
    ///
    /// # Errors
    /// With what differs.
    pub fn check(&self) -> Result<(), ModelError> {
        let ours: Vec<String> = Feature::all().map(Feature::name).collect();
        if self.catalogue == CATALOGUE_VERSION && self.columns.starts_with(&ours) {
            return Ok(());
        }
        let missing = self.columns.iter().filter(|name| !ours.contains(name)).cloned().collect();
        Err(ModelError::OtherCatalogue { theirs: self.catalogue, ours: CATALOGUE_VERSION, missing })
    }

    /// The calibrated log odds of fraud.
    #[must_use]
    pub fn log_odds(&self, row: &[f32]) -> f64 {
        let full = if self.blend.full > 0.0 { self.blend.full * self.full.score(row) } else { 0.0 };
        let raw = if self.blend.raw > 0.0 { self.blend.raw * self.raw.score(row) } else { 0.0 };
        full + raw + self.blend.shift
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
        let parts = full.iter().zip(&raw).map(|(a, b)| self.blend.full * a + self.blend.raw * b).collect();
        (self.blend.shift + self.blend.full * full_begin + self.blend.raw * raw_begin, parts)
    }
}

const fn plan(trees: usize, seed: u64) -> Plan {
    let shape = Shape { leaves: 16, depth: 6, rows_min: 15.0, lambda: 3.0, rate: 0.06, gain_min: 1e-3 };
    Plan { trees, shape, row_share: 0.8, column_share: 0.4, seed }
}

/// Weighs two ensembles by logistic regression on rows neither has seen, weights not below zero, gently drawn to
/// trusting the first alone.
fn weighed(lessons: &Lessons, late: std::ops::Range<usize>, full: &Ensemble, raw: &Ensemble) -> Blend {
    let mut seen = Vec::new();
    for row in late {
        let values = (lessons.rows.get(row), lessons.labels.get(row), lessons.weights.get(row));
        if let (Some(values), Some(label), Some(weight)) = values {
            seen.push((full.score(values), raw.score(values), *label, *weight));
        }
    }
    let mut blend = Blend { full: 1.0, raw: 0.0, shift: 0.0 };
    if seen.iter().filter(|row| row.2 > 0.5).count() < 10 {
        return blend;
    }
    let frauds: f64 = seen.iter().map(|row| row.2 * row.3).sum();
    for _ in 0..400 {
        let mut slope = [2.0 * (blend.full - 1.0), 2.0 * blend.raw, 0.0];
        let mut bend = [2.0, 2.0, 0.01];
        for (a, b, label, weight) in &seen {
            let probability = sigmoid(blend.full * a + blend.raw * b + blend.shift);
            let miss = weight * (probability - label);
            let curvature = weight * probability * (1.0 - probability);
            slope = [slope[0] + miss * a, slope[1] + miss * b, slope[2] + miss];
            bend = [bend[0] + curvature * a * a, bend[1] + curvature * b * b, bend[2] + curvature];
        }
        // The diagonal steps are shortened, because the columns lean on each other.
        blend.full = (blend.full - 0.4 * slope[0] / bend[0]).max(0.0);
        blend.raw = (blend.raw - 0.4 * slope[1] / bend[1]).max(0.0);
        blend.shift -= 0.4 * slope[2] / bend[2];
        if slope.iter().all(|slope| slope.abs() < 1e-4 * frauds) {
            break;
        }
    }
    blend
}
