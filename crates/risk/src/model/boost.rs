//! Boosting: trees grown one after another, each on what the ones before leave unexplained.
#![expect(clippy::indexing_slicing, reason = "row numbers are made here, within the lengths made here")]

use super::grow::{Ground, Shape};
use super::matrix::Column;
use super::tree::{Ensemble, Tree};
use crate::number::{log_odds, mixed, sigmoid, unit};

/// How an ensemble is grown.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Trees.
    pub trees: usize,
    /// Shape of each.
    pub shape: Shape,
    /// The share of rows each tree sees.
    pub row_share: f64,
    /// The share of columns each tree may use.
    pub column_share: f64,
    /// Where the drawing of rows and columns begins.
    pub seed: u64,
}

/// Rows with labels: what is learnt from.
#[derive(Debug, Default)]
pub struct Lessons {
    /// The values, row by row.
    pub rows: Vec<Vec<f32>>,
    /// 1 for fraud.
    pub labels: Vec<f64>,
    /// How many rows each stands for.
    pub weights: Vec<f64>,
    /// Whether what will be scored lies among these rows in time, not after them: then nothing can have drifted.
    pub interleaved: bool,
}

impl Lessons {
    /// Lets every second genuine row go; the others weigh twice.
    pub fn thin(&mut self) {
        let all = std::mem::take(self);
        self.interleaved = all.interleaved;
        for (number, ((row, label), weight)) in all.rows.into_iter().zip(all.labels).zip(all.weights).enumerate() {
            let fraud = label > 0.5;
            if fraud || number.is_multiple_of(2) {
                self.rows.push(row);
                self.labels.push(label);
                self.weights.push(if fraud { weight } else { 2.0 * weight });
            }
        }
    }

    /// The first `count` of them, and the rest.
    #[must_use]
    pub fn until(&self, count: usize) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        (0..count, count..self.rows.len())
    }
}

/// Grows an ensemble on the rows of a range, using the columns that are not left out.
#[must_use]
pub fn boosted(
    lessons: &Lessons,
    range: std::ops::Range<usize>,
    usable: &[bool],
    up: &[bool],
    plan: &Plan,
) -> Ensemble {
    let width = usable.len();
    let columns: Vec<Column> = (0..width)
        .map(|column| {
            if !usable[column] {
                return Column { edges: Vec::new(), bins: Vec::new() };
            }
            let values: Vec<f32> = range.clone().map(|row| lessons.rows[row][column]).collect();
            Column::of(&values)
        })
        .collect();
    let varied: Vec<usize> = (0..width).filter(|column| usable[*column] && varies(&columns[*column])).collect();
    let labels = &lessons.labels[range.clone()];
    let weights = &lessons.weights[range];
    let all: f64 = weights.iter().sum();
    let frauds: f64 = labels.iter().zip(weights).map(|(label, weight)| label * weight).sum();
    let base = log_odds(((frauds + 0.5) / (all + 1.0)).clamp(1e-6, 0.999));
    let mut scores = vec![base; labels.len()];
    let mut ensemble = Ensemble::of(base, Vec::new());
    let (mut gradients, mut curvatures) = (vec![0.0; labels.len()], vec![0.0; labels.len()]);
    for number in 0..plan.trees {
        for row in 0..labels.len() {
            let probability = sigmoid(scores[row]);
            gradients[row] = weights[row] * (probability - labels[row]);
            curvatures[row] = weights[row] * (probability * (1.0 - probability)).max(1e-9);
        }
        let word = mixed(plan.seed ^ mixed(number as u64));
        let rows: Vec<u32> =
            (0..labels.len() as u32).filter(|row| unit(word ^ u64::from(*row)) < plan.row_share).collect();
        let chosen: Vec<usize> =
            varied.iter().copied().filter(|column| unit(mixed(word) ^ *column as u64) < plan.column_share).collect();
        if chosen.is_empty() || rows.is_empty() {
            continue;
        }
        let ground =
            Ground { columns: &columns, up, chosen, gradients: &gradients, curvatures: &curvatures, shape: plan.shape };
        let tree = ground.grow(rows);
        for (row, score) in scores.iter_mut().enumerate() {
            *score += binned(&tree, &columns, row);
        }
        ensemble.trees.push(tree);
    }
    ensemble
}

fn varies(column: &Column) -> bool {
    let first = column.bins.first();
    column.bins.iter().any(|bin| Some(bin) != first)
}

/// The score of a training row, by its bins.
fn binned(tree: &Tree, columns: &[Column], row: usize) -> f64 {
    let mut node = &tree.nodes[0];
    while node.left != 0 {
        let column = &columns[usize::from(node.column)];
        let bin = usize::from(column.bins[row]);
        let left = if bin == 0 {
            node.missing_left
        } else {
            column.edges.get(bin - 1).is_some_and(|edge| *edge <= node.threshold)
        };
        node = &tree.nodes[usize::from(if left { node.left } else { node.right })];
    }
    node.value
}
