//! What a ranking is worth: ROC area, average precision, recall at a share of false alarms, card precision, calibration.

use std::collections::{HashMap, HashSet};

/// One scored payment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The score; higher is more suspicious.
    pub score: f64,
    /// Whether it was fraud.
    pub fraud: bool,
    /// The payer, as a word.
    pub payer: u64,
    /// The day.
    pub day: i64,
    /// The kind of fraud, where the data says.
    pub scenario: u16,
    /// How many payments it stands for, where there were too many to keep each.
    pub weight: f32,
    /// Age band and device class of its payer: for reports of false alarms, and for nothing else.
    pub groups: [u8; 2],
}

impl Default for Scored {
    fn default() -> Self {
        Self { score: 0.0, fraud: false, payer: 0, day: 0, scenario: 0, weight: 1.0, groups: [0; 2] }
    }
}

/// A point of the curves: everything at or above one score counts as an alarm.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Point {
    /// Frauds found, of all frauds.
    pub recall: f64,
    /// Frauds, of all alarms.
    pub precision: f64,
    /// Genuine payments stopped, of all genuine ones.
    pub false_alarms: f64,
}

/// The curve from the highest score down; ties are one point.
#[must_use]
pub fn curve(rows: &[Scored]) -> Vec<Point> {
    let mut sorted: Vec<&Scored> = rows.iter().collect();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let weigh =
        |fraud: bool| rows.iter().filter(|row| row.fraud == fraud).map(|row| f64::from(row.weight)).sum::<f64>();
    let (frauds, genuine) = (weigh(true), weigh(false));
    let (mut found, mut wrong) = (0.0, 0.0);
    let mut points = Vec::new();
    let mut rest = sorted.into_iter().peekable();
    while let Some(row) = rest.next() {
        if row.fraud {
            found += f64::from(row.weight);
        } else {
            wrong += f64::from(row.weight);
        }
        if rest.peek().is_some_and(|next| next.score.total_cmp(&row.score).is_eq()) {
            continue;
        }
        points.push(Point {
            recall: found / frauds.max(1.0),
            precision: found / (found + wrong),
            false_alarms: wrong / genuine.max(1.0),
        });
    }
    points
}

/// Average precision, without interpolation.
#[must_use]
pub fn average_precision(curve: &[Point]) -> f64 {
    let mut before = 0.0;
    curve.iter().fold(0.0, |sum, point| {
        let step = point.recall - before;
        before = point.recall;
        sum + step * point.precision
    })
}

/// The area under the ROC curve.
#[must_use]
pub fn auc(curve: &[Point]) -> f64 {
    let (mut x, mut y) = (0.0, 0.0);
    curve.iter().fold(0.0, |sum, point| {
        let area = (point.false_alarms - x) * f64::midpoint(point.recall, y);
        (x, y) = (point.false_alarms, point.recall);
        sum + area
    })
}

/// Recall at the largest threshold whose share of false alarms is not above `share`.
#[must_use]
pub fn recall_at(curve: &[Point], share: f64) -> f64 {
    curve.iter().take_while(|point| point.false_alarms <= share).map(|point| point.recall).fold(0.0, f64::max)
}

/// The score above which `share` of the genuine payments lie.
#[must_use]
pub fn threshold(rows: &[Scored], share: f64) -> f64 {
    let mut genuine: Vec<&Scored> = rows.iter().filter(|row| !row.fraud).collect();
    genuine.sort_by(|a, b| b.score.total_cmp(&a.score));
    let most = share * genuine.iter().map(|row| f64::from(row.weight)).sum::<f64>();
    let mut above = 0.0;
    for row in genuine {
        above += f64::from(row.weight);
        if above > most {
            return row.score;
        }
    }
    f64::NEG_INFINITY
}

/// Of the genuine payments of each group, the share that lies above a score.
#[must_use]
pub fn false_alarms_by(rows: &[Scored], group: usize, above: f64) -> std::collections::BTreeMap<u8, f64> {
    let mut counts: std::collections::BTreeMap<u8, (f64, f64)> = std::collections::BTreeMap::new();
    for row in rows.iter().filter(|row| !row.fraud) {
        let Some(group) = row.groups.get(group) else { continue };
        let (wrong, all) = counts.entry(*group).or_default();
        *all += f64::from(row.weight);
        if row.score > above {
            *wrong += f64::from(row.weight);
        }
    }
    counts.into_iter().map(|(group, (wrong, all))| (group, wrong / all.max(1.0))).collect()
}

/// Card precision at `k` (the Handbook's): the share of frauds' payers among the `k` highest payers of a day, those once
/// detected left out on later days, as the mean over days.
#[must_use]
pub fn card_precision(rows: &[Scored], k: usize) -> f64 {
    let mut days: Vec<i64> = rows.iter().map(|row| row.day).collect();
    days.sort_unstable();
    days.dedup();
    let mut detected: HashSet<u64> = HashSet::new();
    let mut sum = 0.0;
    for day in &days {
        let mut payers: HashMap<u64, (f64, bool)> = HashMap::new();
        for row in rows.iter().filter(|row| row.day == *day && !detected.contains(&row.payer)) {
            let payer = payers.entry(row.payer).or_insert((f64::NEG_INFINITY, false));
            payer.0 = payer.0.max(row.score);
            payer.1 |= row.fraud;
        }
        let mut ranked: Vec<(u64, (f64, bool))> = payers.into_iter().collect();
        ranked.sort_by(|a, b| b.1.0.total_cmp(&a.1.0).then(a.0.cmp(&b.0)));
        let hits = ranked.iter().take(k).filter(|(_, (_, fraud))| *fraud);
        sum += hits.clone().count() as f64 / k as f64;
        detected.extend(hits.map(|(payer, _)| *payer));
    }
    sum / (days.len() as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &[(f64, bool)]) -> Vec<Scored> {
        list.iter().map(|&(score, fraud)| Scored { score, fraud, ..Scored::default() }).collect()
    }

    #[track_caller]
    fn check(list: &[(f64, bool)], expected_auc: f64, expected_precision: f64) {
        let curve = curve(&rows(list));
        assert!((auc(&curve) - expected_auc).abs() < 1e-9, "area {}", auc(&curve));
        assert!((average_precision(&curve) - expected_precision).abs() < 1e-9, "{}", average_precision(&curve));
    }

    #[test]
    fn areas_are_those_of_the_definitions() {
        check(&[(0.9, true), (0.1, false)], 1.0, 1.0);
        check(&[(0.1, true), (0.9, false)], 0.0, 0.5);
        check(&[(0.5, true), (0.5, false)], 0.5, 0.5);
        // The worked example of the definition: 0.5 · 1 + 0.5 · 2/3.
        check(&[(0.1, false), (0.4, false), (0.35, true), (0.8, true)], 0.75, 0.5 + 0.5 * 2.0 / 3.0);
    }

    #[test]
    fn a_row_may_stand_for_several() {
        let one_by_one = rows(&[(0.9, true), (0.8, false), (0.3, true), (0.1, false), (0.1, false), (0.1, false)]);
        let mut together = rows(&[(0.9, true), (0.8, false), (0.3, true), (0.1, false)]);
        together[3].weight = 3.0;
        assert_eq!(curve(&one_by_one), curve(&together));
        assert_eq!(threshold(&one_by_one, 0.25), threshold(&together, 0.25));
    }

    #[test]
    fn false_alarms_are_shares_of_a_groups_own_genuine_payments() {
        let row = |score, fraud, band| Scored { score, fraud, groups: [band, 0], ..Scored::default() };
        let rows = [row(0.9, false, 2), row(0.1, false, 2), row(0.9, true, 3), row(0.1, false, 3), row(0.2, false, 3)];
        let shares = false_alarms_by(&rows, 0, 0.5);
        assert_eq!(shares.into_iter().collect::<Vec<_>>(), [(2, 0.5), (3, 0.0)]);
        assert_eq!(threshold(&rows, 0.25), 0.2);
    }

    #[test]
    fn a_detected_payer_is_not_counted_again() {
        let row = |payer, day, score, fraud| Scored { score, fraud, payer, day, ..Scored::default() };
        let rows = [row(1, 0, 0.9, true), row(2, 0, 0.1, false), row(1, 1, 0.9, true), row(2, 1, 0.1, false)];
        assert!((card_precision(&rows, 1) - 0.5).abs() < 1e-9);
    }
}
