//! [`KeptRows`]: scored rows of a test range of any size, in bounded memory.
//!
//! Up to a million rows each is kept. Beyond, genuine rows of low score are thinned evenly and weighted up: frauds, and what
//! ranks above half of the genuine, stay one by one, so that the ends of the curves that anybody looks at stay exact.

use crate::limits::SCORED_ROWS_MAX;
use crate::metric::Scored;
use crate::number::{mixed, unit};

/// Scored rows.
#[derive(Debug)]
pub(super) struct KeptRows {
    rows: Vec<Scored>,
    most: usize,
    /// Genuine rows below this score are thinned.
    floor: f64,
    /// What a row below the floor stands for.
    weight: f32,
    /// Rows that were given, ever.
    seen: u64,
}

impl Default for KeptRows {
    fn default() -> Self {
        Self::at_most(SCORED_ROWS_MAX)
    }
}

impl KeptRows {
    fn at_most(most: usize) -> Self {
        Self { rows: Vec::new(), most, floor: f64::NEG_INFINITY, weight: 1.0, seen: 0 }
    }

    /// Takes one row in.
    pub(super) fn push(&mut self, row: Scored) {
        self.seen += 1;
        let row = if !row.fraud && row.score < self.floor {
            if !stays(self.seen, row.weight / self.weight) {
                return;
            }
            Scored { weight: self.weight.max(row.weight), ..row }
        } else {
            row
        };
        self.rows.push(row);
        if self.rows.len() > self.most {
            self.thin();
        }
    }

    /// Halves what lies below the median of the genuine; where that is mostly thinned already, the floor rises.
    fn thin(&mut self) {
        let mut scores: Vec<f64> = self.rows.iter().filter(|row| !row.fraud).map(|row| row.score).collect();
        let middle = scores.len() / 2;
        if scores.is_empty() {
            return;
        }
        let (_, median, _) = scores.select_nth_unstable_by(middle, f64::total_cmp);
        self.floor = self.floor.max(*median);
        self.weight *= 2.0;
        let (floor, weight) = (self.floor, self.weight);
        let mut number = self.seen;
        self.rows.retain_mut(|row| {
            if row.fraud || row.score >= floor {
                return true;
            }
            number = mixed(number);
            let stays = stays(number, row.weight / weight);
            row.weight = weight;
            stays
        });
    }

    /// The rows.
    pub(super) fn rows(&self) -> &[Scored] {
        &self.rows
    }

    /// How many rows were given.
    pub(super) const fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn into_rows(self) -> Vec<Scored> {
        self.rows
    }
}

fn stays(number: u64, share: f32) -> bool {
    unit(mixed(number)) < f64::from(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{average_precision, curve, recall_at};

    #[test]
    fn a_huge_range_needs_bounded_memory_and_keeps_its_figures() {
        let (mut bounded, mut all) = (KeptRows::at_most(2_000), KeptRows::at_most(usize::MAX));
        for number in 0..200_000_u64 {
            let chance = unit(mixed(number));
            let fraud = number % 500 == 0;
            let score = chance + if fraud { 0.6 } else { 0.0 };
            let row = Scored { score, fraud, payer: number, ..Scored::default() };
            bounded.push(row);
            all.push(row);
            assert!(bounded.rows().len() <= 2_000);
        }
        assert_eq!(bounded.seen(), 200_000);
        let weights: f64 = bounded.rows().iter().map(|row| f64::from(row.weight)).sum();
        assert!((weights / 200_000.0 - 1.0).abs() < 0.1, "they stand for {weights}");
        let (bounded, all) = (curve(bounded.rows()), curve(all.rows()));
        assert!((average_precision(&bounded) - average_precision(&all)).abs() < 0.02);
        assert!((recall_at(&bounded, 0.01) - recall_at(&all, 0.01)).abs() < 0.03);
    }

    #[test]
    fn what_fits_is_kept_as_it_is() {
        let mut kept = KeptRows::at_most(10);
        (0..10).for_each(|payer| kept.push(Scored { payer, ..Scored::default() }));
        assert_eq!(kept.rows().iter().map(|row| row.payer).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        assert!(kept.into_rows().iter().all(|row| row.weight == 1.0));
    }
}
