//! Curves as SVG: how precision falls with recall, and how far a probability may be believed.

use std::fmt::Write;

use crate::limits::CURVE_POINTS_MAX;
use crate::metric::{Scored, average_precision, curve};
use crate::number::sigmoid;

const SIZE: f64 = 400.0;
const MARGIN: f64 = 50.0;
/// Bands of probability in a reliability curve, each with as many rows.
const BANDS: usize = 12;

/// The precision-recall curve of scored rows.
#[must_use]
pub fn precision_recall(rows: &[Scored]) -> String {
    let points = curve(rows);
    let step = points.len().div_ceil(CURVE_POINTS_MAX).max(1);
    let last = points.last().into_iter();
    let line: Vec<(f64, f64)> =
        points.iter().step_by(step).chain(last).map(|point| (point.recall, point.precision)).collect();
    let title = format!("Precision and recall (average precision {:.3})", average_precision(&points));
    drawn(&title, "recall", "precision", &line, false)
}

/// The reliability curve: rows in bands of the probability they were given, against the share of frauds among them.
/// Both axes are logarithmic from one in ten thousand up, because most payments are far from fraud.
#[must_use]
pub fn reliability(rows: &[Scored]) -> String {
    let line: Vec<(f64, f64)> =
        bands(rows).into_iter().map(|(said, was)| (logarithmic(said), logarithmic(was))).collect();
    drawn("Reliability (both axes 0.0001 to 1, logarithmic)", "probability given", "share of frauds", &line, true)
}

/// Mean probability and share of frauds of each band, from the least suspicious up.
#[must_use]
pub fn bands(rows: &[Scored]) -> Vec<(f64, f64)> {
    let told = |row: &Scored| (sigmoid(row.score), row.fraud, f64::from(row.weight));
    let mut sorted: Vec<(f64, bool, f64)> = rows.iter().map(told).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let frauds = sorted.iter().filter(|row| row.1).map(|row| row.2).sum::<f64>().max(1.0);
    // A band is full with its share of rows or of frauds: the suspicious end is where bands are needed.
    let rows_full = sorted.iter().map(|row| row.2).sum::<f64>() / 4.0;
    let frauds_full = frauds / BANDS as f64;
    let (mut said, mut was, mut count) = (0.0, 0.0, 0.0);
    let mut bands: Vec<(f64, f64, f64)> = Vec::new();
    for (probability, fraud, weight) in &sorted {
        said += probability * weight;
        was += if *fraud { *weight } else { 0.0 };
        count += weight;
        if count >= rows_full || was >= frauds_full.max(1.0) {
            bands.push((said, was, count));
            (said, was, count) = (0.0, 0.0, 0.0);
        }
    }
    // What is left over is too little to stand alone.
    match bands.last_mut() {
        Some(last) => *last = (last.0 + said, last.1 + was, last.2 + count),
        None if count > 0.0 => bands.push((said, was, count)),
        None => {}
    }
    bands.into_iter().map(|(said, was, count)| (said / count, was / count)).collect()
}

fn logarithmic(share: f64) -> f64 {
    1.0 + crate::number::ln(share.max(1e-4)) / crate::number::ln(1e4)
}

fn drawn(title: &str, across: &str, up: &str, line: &[(f64, f64)], diagonal: bool) -> String {
    let place = |(x, y): (f64, f64)| (MARGIN + SIZE * x.clamp(0.0, 1.0), MARGIN + SIZE * (1.0 - y.clamp(0.0, 1.0)));
    let whole = SIZE + 2.0 * MARGIN;
    let mut path = String::new();
    for point in line {
        let (x, y) = place(*point);
        let _ = write!(path, "{x:.1},{y:.1} ");
    }
    let (low, high) = (MARGIN, MARGIN + SIZE);
    let ideal = if diagonal {
        format!("<line x1=\"{low}\" y1=\"{high}\" x2=\"{high}\" y2=\"{low}\" stroke=\"#999\" stroke-dasharray=\"4\"/>")
    } else {
        String::new()
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" font-family=\"sans-serif\" \
         font-size=\"14\" role=\"img\"><title>{title}</title><rect width=\"{whole}\" height=\"{whole}\" fill=\"#fff\"/>\
         <rect x=\"{low}\" y=\"{low}\" width=\"{SIZE}\" height=\"{SIZE}\" fill=\"none\" stroke=\"#333\"/>{ideal}\
         <polyline points=\"{}\" fill=\"none\" stroke=\"#0b57d0\" stroke-width=\"2\"/>\
         <text x=\"{low}\" y=\"30\">{title}</text><text x=\"{low}\" y=\"{}\">{across}: 0 to 1</text>\
         <text transform=\"translate(30 {high}) rotate(-90)\">{up}: 0 to 1</text></svg>\n",
        path.trim_end(),
        high + 30.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_say_what_was_given_and_what_was() {
        let row = |score, fraud| Scored { score, fraud, ..Scored::default() };
        let rows: Vec<Scored> = (0..100).map(|index| row(0.0, index % 2 == 0)).collect();
        let bands = bands(&rows);
        assert!(bands.len() > 4, "{bands:?}");
        for (said, was) in bands {
            assert!((said - 0.5).abs() < 1e-9 && (was - 0.5).abs() < 0.2, "{said} {was}");
        }
    }

    #[test]
    fn a_curve_is_whole_svg_without_numbers_that_are_none() {
        for rows in [vec![], vec![Scored { score: 1.0, fraud: true, ..Scored::default() }]] {
            for svg in [precision_recall(&rows), reliability(&rows)] {
                assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("NaN"), "{svg}");
            }
        }
    }
}
