//! How far a column moved within the training period: counters that grow with the age of the memory are found by
//! looking, not by name, and left out of the trees, because a tree cannot follow a value beyond what it has seen.

use std::ops::Range;

use super::boost::Lessons;
use crate::limits::DRIFT_ROWS_MAX;

/// The largest distance between the distributions of a column in the first and the second half of the genuine rows:
/// 0 when they are alike, 1 when no value of one half is reached in the other. What is not known counts as lowest.
#[must_use]
pub fn moved(lessons: &Lessons, range: Range<usize>, column: usize) -> f64 {
    let genuine: Vec<f32> = lessons
        .rows
        .iter()
        .zip(&lessons.labels)
        .take(range.end)
        .skip(range.start)
        .filter(|(_, label)| **label < 0.5)
        .filter_map(|(row, _)| row.get(column).copied())
        .collect();
    let step = (genuine.len() / DRIFT_ROWS_MAX).max(1);
    let (early, late) = genuine.split_at(genuine.len() / 2);
    let sorted = |half: &[f32]| {
        let known = |value: f32| if value.is_nan() { f32::NEG_INFINITY } else { value };
        let mut values: Vec<f32> = half.iter().copied().step_by(step).map(known).collect();
        values.sort_unstable_by(f32::total_cmp);
        values
    };
    distance(&sorted(early), &sorted(late))
}

/// Which columns moved by no more than `most`.
#[must_use]
pub fn steady(lessons: &Lessons, range: Range<usize>, width: usize, most: f64) -> Vec<bool> {
    (0..width).map(|column| most >= 1.0 || moved(lessons, range.clone(), column) <= most).collect()
}

/// The distance of Kolmogorov and Smirnov between two sorted samples.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let share = |sample: &[f32], value: f32| {
        sample.partition_point(|other| *other <= value) as f64 / (sample.len() as f64).max(1.0)
    };
    a.iter().chain(b).map(|value| (share(a, *value) - share(b, *value)).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f32], expected: f64) {
        let lessons = Lessons {
            rows: values.iter().map(|value| vec![*value]).collect(),
            labels: vec![0.0; values.len()],
            weights: vec![1.0; values.len()],
            interleaved: false,
        };
        let got = moved(&lessons, 0..values.len(), 0);
        assert!((got - expected).abs() < 1e-9, "{values:?}: {got}");
    }

    #[test]
    fn a_counter_moves_and_a_habit_does_not() {
        check(&[1.0, 2.0, 3.0, 4.0], 1.0);
        check(&[1.0, 2.0, 1.0, 2.0], 0.0);
        check(&[1.0, 2.0, 2.0, 3.0], 0.5);
        check(&[f32::NAN, 1.0, 1.0, f32::NAN], 0.0);
        check(&[f32::NAN, f32::NAN, 1.0, 1.0], 1.0);
        check(&[], 0.0);
    }
}
